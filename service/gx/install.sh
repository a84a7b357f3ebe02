#!/bin/sh
# install.sh: puts into force what was unpacked beside it, or, run from where that has been put, makes boot and service
# right again. Everything is looked at before anything is changed.
# install.sh --settle: once the services run, decides on a version that is on trial. boot.sh calls it.
#
# In $app there are:
#   versions/NAME   a whole version each, which never changes once it has its name
#   current         the link to the one in force; an upgrade is the rename of this link
#   fallback        the link to the one before, until the one in force has stayed up
#   service, *.sh   what others know, links that lead through current
# So a power cut at any moment leaves one version or the other. What it leaves besides, the next call sweeps up.
set -u
umask 022
# An SSH session that drops must leave no upgrade that nobody watches.
trap '' HUP PIPE
app=/data/apps/dbus-virtual-battery
incoming=$app/incoming
work=$app/new
config=/data/conf/dbus-virtual-battery.ini
service=/service/dbus-virtual-battery
lock=/run/dbus-virtual-battery.lock
here=$(dirname "$(readlink -f "$0")")
scripts='boot.sh install.sh uninstall.sh rc-local.sh others.sh dbus-virtual-battery'

say() { echo "dbus-virtual-battery: $*"; }

# What was made before the rename of current.
undo() {
  [ -z "${made_config:-}" ] || rm -f $config $config.new
  [ -z "${added_block:-}" ] || sh "$here/rc-local.sh" remove
  [ -z "${made_fallback:-}" ] || rm -f $app/fallback
  sweep
  [ -z "${is_first:-}" ] || for made in $scripts versions service; do
    rm -rf "${app:?}/$made"
  done
} 2>/dev/null

fail() {
  say "$*"
  [ -z "${has_begun:-}" ] || undo
  say 'not installed, and nothing was changed'
  exit 1
}

is_whole() { (cd "$1" && sha256sum -c manifest >/dev/null 2>&1); }

# version_of LINK: the folder in versions that it leads to
version_of() { [ ! -L "$app/$1" ] || basename "$(readlink "$app/$1")"; }

check() {
  [ "$here" = $incoming ] || [ "$here" = "$(readlink -f $app/current)" ] ||
    fail "the archive has to be unpacked in /data, not in $here"
  is_whole "$here" || fail "not everything was unpacked; is there room left? (df -h /data)"
  sh "$here/others.sh" || fail 'it does not start beside another virtual battery'
  sh "$here/rc-local.sh" check || fail 'it could not be started at boot'
  version=$(sh "$here/dbus-virtual-battery" --version) || fail 'the program does not run'
  if [ -e $config ]; then
    sh "$here/dbus-virtual-battery" --check-config --config $config || fail "$config is wrong for $version"
  fi
}

# Rather a copy too many than half a configuration.
make_config() {
  [ ! -e $config ] || return 0
  made_config=1
  if ! mkdir -p /data/conf || ! cp "$here/dbus-virtual-battery.ini" $config.new || ! sync ||
    ! mv $config.new $config; then
    fail "$config could not be written"
  fi
}

add_block() {
  grep -q '^# dbus-virtual-battery: begin' /data/rc.local 2>/dev/null || added_block=1
  sh "$here/rc-local.sh" add && return
  added_block=
  fail 'it could not be started at boot'
}

# link TARGET PLACE: by rename, so that there is one at every moment. The rename is a move into the folder: to its name
# mv would move into what the old link leads to.
link() {
  place=$app/$2
  [ "$(readlink "$place")" != "$1" ] || return 0
  rm -rf $work && mkdir -p $work && ln -s "$1" "$work/${place##*/}" &&
    mv -f "$work/${place##*/}" "${place%/*}/" && rmdir $work
}

make_places() {
  mkdir -p $app/service/log || return
  for script in $scripts; do
    link "current/$script" "$script" || return
  done
  link ../current/service/run service/run && link ../../current/service/log/run service/log/run
}

# collect NAME MANIFEST FOLDER...: makes the version NAME of what MANIFEST lists, each file from the first folder that
# has it. They are not copied: that would take the room of a version more.
collect() {
  name=$1
  manifest=$2
  shift 2
  while [ -e "$app/versions/$name" ]; do name=$name+; done
  rm -rf $work && mkdir -p $work/version $app/versions || return
  while read -r _ file; do
    for folder; do
      [ -e "$folder/$file" ] || continue
      case $file in
      */*) mkdir -p "$work/version/${file%/*}" || return ;;
      esac
      ln "$folder/$file" "$work/version/$file" || return
      break
    done
  done <"$manifest"
  ln "$manifest" $work/version/manifest
}

# supervise writes its state, and the daemon its log: where there is no room nobody can see whether it stays up.
has_room() {
  mkdir -p $work && head -c 65536 /dev/zero >$work/room
  [ "$(wc -c <$work/room)" = 65536 ] && rm $work/room
} 2>/dev/null

# What collect has made gets its name, once it is on the disk.
keep() { sync && mv $work/version "$app/versions/$name" && rm -rf $work; }

# What was removed of it, or left by a power cut, is of no version.
sweep() {
  rm -rf $work
  for folder in "$app"/versions/*; do
    case ${folder##*/} in
    "$(version_of current)" | "$(version_of fallback)") ;;
    *) rm -rf "$folder" ;;
    esac
  done
}

# The layout before this one had the files of its version in $app itself, moved one by one, and the version before in
# previous meanwhile. What it has in force becomes a version as it is here.
take_over() {
  [ -f $app/manifest ] || return 0
  if ! cmp -s $app/manifest $app/current/manifest; then
    if is_whole $app || [ ! -e $app/previous/manifest ]; then
      collect landed $app/manifest $app || return
    else
      # A mixture, of which all that is missing in previous is in its place already.
      collect landed $app/previous/manifest $app/previous $app && ln $app/previous/manifest $work/manifest &&
        mv -f $work/manifest $app/manifest || return
    fi
    rm -f $app/fallback
    keep && link "versions/$name" current || return
  fi
  make_places && sync || return
  cat $app/manifest $app/previous/manifest "$here/manifest" 2>/dev/null | while read -r _ file; do
    [ -L "$app/$file" ] || rm -f "$app/$file"
    (cd $app && rmdir -p "$(dirname "$file")") 2>/dev/null
  done
  rm -rf $app/previous
  rm -f $app/manifest
}

pid_of_service() { svstat $service 2>/dev/null | sed -n 's/.*: up (pid \([0-9]*\)).*/\1/p'; }

# start [again]: 0 once the daemon has been up for 5 s, 2 where svscan comes later.
start() {
  old=
  [ -z "${1:-}" ] || old=$(pid_of_service)
  sh $app/boot.sh link || return
  pidof svscan >/dev/null || return 2
  tries=0
  while ! svok $service; do
    [ $tries -lt 120 ] || return 2
    sleep 1
    tries=$((tries + 1))
  done
  program=$(readlink -f $app/current)/bin/
  # Who was killed between the link and the restart has left another version running.
  pid=$(pid_of_service)
  if [ -n "$pid" ] && grep -q "$app/versions/" "/proc/$pid/cmdline" && ! grep -q "$program" "/proc/$pid/cmdline"; then
    old=$pid
  fi 2>/dev/null
  svc -u $service
  [ -z "$old" ] || svc -t $service
  tries=0
  seconds=0
  while [ $tries -lt 40 ]; do
    sleep 1
    tries=$((tries + 1))
    pid=$(pid_of_service)
    if [ -z "$pid" ] || [ "$pid" = "$old" ] || ! grep -q "$program" "/proc/$pid/cmdline" 2>/dev/null; then
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

# The trial is over. The folder of who has lost it goes first: who is ended in between does the rest at the next boot.
finish() {
  link "$(readlink $app/current)" fallback
  sweep
  rm -f $app/fallback
}

# settle [again]: what is in force stays, or gives way to the one before.
settle() {
  start "$@"
  case $? in
  0)
    finish
    return
    ;;
  2)
    say 'it starts with the other services'
    [ ! -L $app/fallback ] || say 'if it does not stay up then, the version before is put back'
    return
    ;;
  esac
  if [ -L $app/fallback ] && [ "$(version_of fallback)" != "$(version_of current)" ]; then
    say 'the version before is put back'
    link "$(readlink $app/fallback)" current && sync && start again
  fi
  [ ! -L $app/fallback ] || finish
  return 1
}

# A version on trial is none to give way to: the one before it still is.
upgrade() {
  has_room || fail 'there is no room left (df -h /data)'
  if ! collect "${version##* }" $incoming/manifest $incoming || ! is_whole $work/version || ! keep ||
    ! make_places; then
    fail 'it could not be put beside the version before; is there room left? (df -h /data)'
  fi
  before=$(version_of current)
  if [ -n "$before" ] && [ ! -L $app/fallback ]; then
    made_fallback=1
    link "versions/$before" fallback || fail 'the version before could not be kept; is there room left? (df -h /data)'
  fi
  sync
  # From here on it is watched to the end, which comes within a minute.
  trap '' INT TERM
  link "versions/$name" current || fail 'it could not be put into force; is there room left? (df -h /data)'
  sync
  rm -rf $incoming
  settle again
}

# A restart takes the battery off the bus for a moment: not for what is there already.
is_in_force() { cmp -s $incoming/manifest $app/current/manifest && is_whole $app/current; }

install() {
  check
  has_begun=1
  [ -L $app/current ] || [ -e $app/manifest ] || is_first=1
  sweep
  make_config
  add_block
  take_over || fail 'the version before could not be kept; is there room left? (df -h /data)'
  if [ "$here" != $incoming ] || is_in_force; then
    make_places || fail "what is missing in $app could not be made"
    trap '' INT TERM
    rm -rf $incoming
    settle || exit 1
  else
    upgrade || exit 1
  fi
  say "$version is installed; its configuration is $config"
}

[ "$(id -u)" -eq 0 ] || fail 'has to be installed by root'
[ -d /service ] || fail 'there is no /service: this is no device with Venus OS'
case ${1:-} in
'')
  # The kernel frees it when who has it ends, however that comes about.
  setlock -n $lock true 2>/dev/null || fail 'somebody else is installing or removing it just now; try again afterwards'
  exec setlock -n $lock sh "$here/install.sh" --locked
  ;;
--locked)
  trap 'fail interrupted' INT TERM
  cd / && install
  ;;
--settle)
  cd /
  until pidof svscan >/dev/null; do sleep 1; done
  exec setlock $lock sh "$here/install.sh" --settle-locked
  ;;
--settle-locked)
  [ -L $app/fallback ] || exit 0
  if [ "$(version_of fallback)" = "$(version_of current)" ]; then finish; else settle; fi
  ;;
*)
  echo 'usage: install.sh' >&2
  exit 2
  ;;
esac
