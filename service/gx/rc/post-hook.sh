#!/bin/sh
# Venus OS runs this after it has unpacked the archive from a USB stick or SD card to /data. What it has to say stands in
# the log and on the stick: there may be no other way to read it.
incoming=/data/apps/dbus-virtual-battery/incoming
log=$(mktemp)
{
  date
  # Half a script would be run as far as it goes.
  if cd $incoming && sha256sum -c manifest >/dev/null; then
    sh install.sh
  else
    echo 'dbus-virtual-battery: not everything was unpacked; is there room left on /data?'
    false
  fi
} >"$log" 2>&1
status=$?
rm -rf $incoming
rmdir /data/apps/dbus-virtual-battery /data/apps 2>/dev/null

for stick in /media/*; do
  for archive in "$stick"/venus-data*; do
    [ ! -e "$archive" ] || cp "$log" "$stick/dbus-virtual-battery-install.txt"
  done
done
mkdir -p /var/log/dbus-virtual-battery && cp "$log" /var/log/dbus-virtual-battery/install.log
cat "$log"
rm -f "$log"
exit $status
