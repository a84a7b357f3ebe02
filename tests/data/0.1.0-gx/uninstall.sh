#!/bin/sh
# Stops the daemon and removes everything that install.sh has made, but configuration, state and logs; with --purge these,
# too.
set -u
app=/data/apps/dbus-virtual-battery
service=$app/service
link=/service/dbus-virtual-battery
config=/data/conf/dbus-virtual-battery.ini

say() { echo "dbus-virtual-battery: $*"; }

supervised() { svok $service || svok $service/log; } 2>/dev/null

# What is removed under a supervise that still runs keeps it looping for ever.
stop() {
  tries=0
  while supervised; do
    if [ $tries -eq 30 ]; then
      say "$service could not be stopped; nothing more was removed"
      exit 1
    fi
    svc -dx $service $service/log
    sleep 1
    tries=$((tries + 1))
  done
}

remove_link() {
  if [ "$(readlink $link)" = $service ]; then
    rm -f $link
  elif [ -e $link ] || [ -L $link ]; then
    say "$link is not ours and stays"
  fi
}

# Instance and name of each battery, which Venus OS keeps.
forget_settings() {
  settings=
  for name in virtual $(sed -n 's/^\[battery  *\([a-z0-9_]*\)\].*/\1/p' $config 2>/dev/null); do
    settings=$settings,Devices/httpbattery_$name/ClassAndVrmInstance,Devices/httpbattery_$name/CustomName
  done
  dbus-send --system --print-reply --dest=com.victronenergy.settings /Settings \
    com.victronenergy.Settings.RemoveSettings "array:string:${settings#,}" >/dev/null 2>&1 ||
    say 'its instance and name, /Settings/Devices/httpbattery_..., stay in the settings of Venus OS'
}

purge=
case ${1:-} in
'') ;;
--purge) purge=1 ;;
*)
  echo 'usage: uninstall.sh [--purge]' >&2
  exit 2
  ;;
esac

cd /
sh $app/rc-local.sh remove || exit 1
stop
remove_link
# svscan may have started it once more in between.
sleep 1
stop
rm -f /run/dbus-virtual-battery.started
rm -rf $app
if [ -n "$purge" ]; then
  forget_settings
  rm -rf $config /data/conf/dbus-virtual-battery.token /data/var/lib/dbus-virtual-battery /var/log/dbus-virtual-battery
fi
# Those that would be left empty.
rmdir /data/apps /data/var/lib /data/var 2>/dev/null
say 'is removed'
