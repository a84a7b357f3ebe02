#!/bin/sh
# Names what else on this device is a virtual battery, or owns its name on the bus, and how it is removed. Fails if there
# is any: two of them would take the name from each other.
set -u
app=/data/apps/dbus-virtual-battery
names='virtual-?battery|battery\.virtual|dbus-virtual-chain'
found=0

found() {
  echo "found: $1"
  echo "  to remove it: $2"
  found=1
}

services() {
  for service in /service/*; do
    target=$(readlink -f "$service")
    [ "$target" != $app/service ] || continue
    # Our place is taken by a link that leads nowhere, too.
    [ -d "$target" ] || [ "$service" = /service/dbus-virtual-battery ] || continue
    if echo "$service $target" | grep -qiE "$names" || grep -qiE "$names" "$target/run" 2>/dev/null; then
      found "the service $service ($target)" \
        "svc -dx $service; sleep 3; rm -r $service"
    fi
  done
}

# SetupHelper keeps a copy of this one in /data/dbus-virtual-battery.
folders() {
  for folder in /data/* /data/apps/* /data/etc/* /data/drivers/*; do
    if [ ! -d "$folder" ] || [ "$folder" = $app ] || [ -e "$folder/payload/rc-local.sh" ] ||
      ! echo "${folder##*/}" | grep -qiE "$names"; then
      continue
    fi
    if [ -e "$folder/setup" ] && [ -d /data/SetupHelper ]; then
      found "the package $folder" "sh $folder/setup uninstall, then remove it in the Package Manager"
    else
      found "the folder $folder" "rm -r $folder (keep a copy elsewhere if you need its settings)"
    fi
  done
}

hooks() {
  for hook in /data/rc.local /data/rcS.local; do
    [ -e $hook ] || continue
    lines=$(sed '/^# dbus-virtual-battery: begin/,/^# dbus-virtual-battery: end/d' $hook | grep -iE "$names" | grep -v '^ *#')
    [ -z "$lines" ] || found "in $hook: $lines" "take this out of $hook"
  done
}

owner() {
  pid=$(dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetConnectionUnixProcessID string:com.victronenergy.battery.virtual 2>/dev/null) || return
  pid=${pid##* }
  command=$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)
  case $command in
  *$app/*) ;;
  *) found "process $pid ($command) owns com.victronenergy.battery.virtual on the bus" 'end what starts it' ;;
  esac
}

services
folders
hooks
owner
[ $found -eq 0 ]
