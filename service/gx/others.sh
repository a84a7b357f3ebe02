#!/bin/sh
# Names what else on this device is started as a virtual battery, or owns its name on the bus, and how it is removed. Fails
# if there is any: two of them would take the name from each other. A folder that nothing starts is only named.
set -u
app=/data/apps/dbus-virtual-battery
hooks='/data/rc.local /data/rcS.local'
names='virtual-?battery|battery\.virtual|dbus-virtual-chain'
found=0

# The process that has the name.
owner=$(dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / \
  org.freedesktop.DBus.GetConnectionUnixProcessID string:com.victronenergy.battery.virtual 2>/dev/null)
owner=${owner##* }

command_of() { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null

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

# lines_of HOOK: what of it runs, without our own.
lines_of() { sed '/^# dbus-virtual-battery: begin/,/^# dbus-virtual-battery: end/d' "$1" | grep -v '^[[:space:]]*#'; }

# All that names a program which starts: a folder that is not in it starts nothing.
starters() {
  for service in /service/*; do
    readlink -f "$service"
    cat "$service/run" 2>/dev/null
  done
  for hook in $hooks; do
    [ ! -e "$hook" ] || lines_of "$hook"
  done
  command_of "$owner"
}

# SetupHelper keeps a copy of this one in /data/dbus-virtual-battery. What it finds with a setup it installs at any time.
folders() {
  starters=$(starters)
  for folder in /data/* /data/apps/* /data/etc/* /data/drivers/*; do
    if [ ! -d "$folder" ] || [ "$folder" = $app ] || [ -e "$folder/payload/rc-local.sh" ] ||
      ! echo "${folder##*/}" | grep -qiE "$names"; then
      continue
    fi
    if [ -e "$folder/setup" ] && [ -d /data/SetupHelper ]; then
      found "the package $folder" "sh $folder/setup uninstall, then remove it in the Package Manager"
    elif echo "$starters" | grep -qF "$folder"; then
      found "the folder $folder" "rm -r $folder (keep a copy elsewhere if you need its settings)"
    else
      echo "$folder is there, too; nothing starts it, and it may stay"
    fi
  done
}

hooks() {
  for hook in $hooks; do
    [ -e "$hook" ] || continue
    lines=$(lines_of "$hook" | grep -iE "$names")
    [ -z "$lines" ] || found "in $hook: $lines" "take this out of $hook"
  done
}

owner() {
  [ -n "$owner" ] || return
  command=$(command_of "$owner")
  case $command in
  *$app/*) ;;
  *) found "process $owner ($command) owns com.victronenergy.battery.virtual on the bus" 'end what starts it' ;;
  esac
}

services
folders
hooks
owner
[ $found -eq 0 ]
