#!/bin/sh
# Puts into force what was unpacked beside it, or, run from where that has been put, makes boot and service right again.
# Everything is looked at before anything is changed. A new version that does not stay up gives way to the one before.
set -u
# An SSH session that drops must leave no half upgrade, and none that nobody watches.
trap '' HUP PIPE
app=/data/apps/dbus-virtual-battery
incoming=$app/incoming
previous=$app/previous
config=/data/conf/dbus-virtual-battery.ini
service=/service/dbus-virtual-battery
here=$(dirname "$(readlink -f "$0")")

say() { echo "dbus-virtual-battery: $*"; }

fail() {
  say "$*"
  say 'not installed, and nothing was changed'
  exit 1
}

check() {
  [ "$(id -u)" -eq 0 ] || fail 'has to be installed by root'
  [ -d /service ] || fail 'there is no /service: this is no device with Venus OS'
  [ "$here" = $incoming ] || [ "$here" = $app ] || fail "the archive has to be unpacked in /data, not in $here"
  (cd "$here" && sha256sum -c manifest >/dev/null 2>&1) || fail "not everything was unpacked; is there room left? (df -h /data)"
  sh "$here/others.sh" || fail 'it does not start beside another virtual battery'
  sh "$here/rc-local.sh" check || fail 'it could not be started at boot'
  version=$(sh "$here/dbus-virtual-battery" --version) || fail 'the program does not run'
  if [ -e $config ]; then
    sh "$here/dbus-virtual-battery" --check-config --config $config || fail "$config is wrong for $version"
  fi
}

# Rather a copy too many than half a configuration.
make_config() {
  made_config=
  [ ! -e $config ] || return 0
  mkdir -p /data/conf && cp "$here/dbus-virtual-battery.ini" $config.new && mv $config.new $config && made_config=1 && return
  rm -f $config.new
  fail "$config could not be written"
}

# What somebody has removed is no reason against a new version.
keep_previous() {
  rm -rf $previous
  [ -e $app/manifest ] || return 0
  mkdir $previous || return
  while read -r sum file; do
    [ -e "$app/$file" ] || continue
    mkdir -p "$previous/$(dirname "$file")" && ln "$app/$file" "$previous/$file" || return
    echo "$sum  $file" >>$previous/manifest || return
  done <$app/manifest
}

# put_in_place FOLDER: each file by rename, so that there is one at every moment.
put_in_place() {
  while read -r _ file; do
    mkdir -p "$app/$(dirname "$file")" && mv -f "$1/$file" "$app/$file" || return
  done <"$1/manifest"
  mv -f "$1/manifest" $app/manifest && rm -rf "$1"
}

pid_of_service() { svstat $service 2>/dev/null | sed -n 's/.*: up (pid \([0-9]*\)).*/\1/p'; }

# start [again]: 0 once the daemon has been up for 5 s, or where svscan comes later.
start() {
  old=
  [ -z "${1:-}" ] || old=$(pid_of_service)
  sh $app/boot.sh || return
  svc -u $service 2>/dev/null
  [ -z "$old" ] || svc -t $service
  if ! pidof svscan >/dev/null; then
    say 'it starts with the other services'
    return 0
  fi
  tries=0
  seconds=0
  while [ $tries -lt 40 ]; do
    sleep 1
    tries=$((tries + 1))
    pid=$(pid_of_service)
    if [ -z "$pid" ] || [ "$pid" = "$old" ] || ! grep -q $app/bin/ "/proc/$pid/cmdline" 2>/dev/null; then
      seconds=0
      continue
    fi
    [ "$pid" = "${seen:-}" ] || seconds=0
    seen=$pid
    seconds=$((seconds + 1))
    [ $seconds -lt 5 ] || return 0
  done
  say 'it does not stay up; the end of /var/log/dbus-virtual-battery/current:'
  tail -n 5 /var/log/dbus-virtual-battery/current
  return 1
}

swap() {
  if ! keep_previous; then
    rm -rf $previous
    say 'the version before could not be kept; nothing was changed; is there room left? (df -h /data)'
    return 1
  fi
  # A power cut from here on leaves either version, and no half one.
  sync
  if put_in_place $incoming && start again; then
    rm -rf $previous
    return
  fi
  [ -e $previous/manifest ] || return
  say 'the version before is put back'
  put_in_place $previous
  start again
  return 1
}

# A restart takes the battery off the bus for a moment: not for what is there already.
is_in_force() { cmp -s $incoming/manifest $app/manifest && (cd $app && sha256sum -c manifest >/dev/null 2>&1); }

cd /
check
make_config
if ! sh "$here/rc-local.sh" add; then
  [ -z "$made_config" ] || rm -f $config
  fail 'it could not be started at boot'
fi
if [ "$here" = $app ]; then
  start || exit 1
elif is_in_force; then
  rm -rf $incoming
  start || exit 1
else
  swap || exit 1
fi
say "$version is installed; its configuration is $config"
