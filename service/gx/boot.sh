#!/bin/sh
# Makes the link in /service, which is made anew in RAM at each boot. /data/rc.local calls this. What somebody else has
# there stays: svscan runs it, and would go on running it.
# boot.sh link: this alone. Otherwise a version that is on trial is watched, too.
app=/data/apps/dbus-virtual-battery
service=$app/service
link=/service/dbus-virtual-battery
log=/var/log/dbus-virtual-battery/install.log

# It ends long after the scripts of the boot have. Who has put in a stick reads there what became of it.
watch() {
  said=$(sh $app/install.sh --settle 2>&1)
  [ -n "$said" ] || return
  for text in $log /media/*/dbus-virtual-battery-install.txt; do
    [ ! -e "$text" ] || echo "$said" >>"$text"
  done
}

if [ "$(readlink $link)" != $service ]; then
  if [ -e $link ] || [ -L $link ]; then
    echo "dbus-virtual-battery: $link is there and not ours; it stays, and nothing was started" >&2
    exit 1
  fi
  ln -s $service $link || exit
fi
if [ "${1:-}" != link ] && [ -L $app/fallback ]; then
  trap '' HUP INT
  watch </dev/null >/dev/null 2>&1 &
fi
# Without it svscan looks by itself, every 5 s.
svrescan 2>/dev/null || true
