#!/bin/sh
# Makes the link in /service, which is made anew in RAM at each boot. /data/rc.local calls this. What somebody else has
# there stays: svscan runs it, and would go on running it.
service=/data/apps/dbus-virtual-battery/service
link=/service/dbus-virtual-battery
if [ "$(readlink $link)" != $service ]; then
  if [ -e $link ] || [ -L $link ]; then
    echo "dbus-virtual-battery: $link is there and not ours; it stays, and nothing was started" >&2
    exit 1
  fi
  ln -s $service $link || exit
fi
# Without it svscan looks by itself, every 5 s.
svrescan 2>/dev/null || true
