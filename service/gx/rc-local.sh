#!/bin/sh
# rc-local.sh check|add|remove: the block in /data/rc.local, which Venus OS runs at each boot.
# What removal has to restore stands in the block's first line.
#
# The file is the user's, and what is lost of it does not start any more: a new one is made beside it, read again, and
# only then put in its place.
set -u
rc_local=/data/rc.local
boot=/data/apps/dbus-virtual-battery/boot.sh
begin='# dbus-virtual-battery: begin'
end='# dbus-virtual-battery: end'
made=', with the file'
not_executable=', was not executable'

say() { echo "dbus-virtual-battery: $*"; }

ends_without_newline() { [ -n "$(tail -c 1 "$1")" ]; }

line_of() { grep -n "$1" "$2" | head -n 1 | cut -d : -f 1; }

has_block() { grep -q "^$begin" "$1" 2>/dev/null; }

note_of() { sed -n "s/^$begin//p" "$1" | head -n 1; }

# print_block NOTE
print_block() {
  printf '%s\nif [ -x %s ]; then %s || true; fi\n%s' "$begin$1" $boot $boot "$end"
}

# with_block FILE NOTE: after the first line, where nothing can end the script or hold it up before.
with_block() {
  case $(head -n 1 "$1") in
  '#!'*)
    head -n 1 "$1"
    if [ "$(wc -l <"$1")" -eq 0 ]; then
      printf '\n'
      print_block "$2"
    else
      print_block "$2"
      printf '\n'
      tail -n +2 "$1"
    fi
    ;;
  *)
    print_block "$2"
    printf '\n'
    cat "$1"
    ;;
  esac
}

# without_block FILE: byte for byte what with_block was given.
without_block() {
  first=$(line_of "^$begin" "$1")
  last=$(line_of "^$end\$" "$1")
  if [ -z "$first" ]; then
    cat "$1"
  elif [ "$last" -eq "$(grep -c '' "$1")" ] && ends_without_newline "$1"; then
    head -n $((first - 1)) "$1" | tr -d '\n'
  else
    head -n $((first - 1)) "$1"
    tail -n +$((last + 1)) "$1"
  fi
}

# mode_of FILE: and its owner
mode_of() {
  # shellcheck disable=SC2012 # this one name is ours
  ls -ln "$1" | awk '{ print $1, $3, $4 }'
}

# The two files that are made beside FILE, in its folder, so that a rename puts them in its place.
name_work() {
  file=$1
  old=$file.dbus-virtual-battery-old
  new=$file.dbus-virtual-battery-new
  # A power cut may have left them.
  rm -f "$old" "$new"
}

give_up() {
  rm -f "$old" "$new"
  say "$file could not be written, and is as it was; is there room left? (df -h /data)"
  return 1
}

# begin_new: $new with mode and owner of $file, to be written into
begin_new() { cp -p "$file" "$new" && [ "$(mode_of "$new")" = "$(mode_of "$file")" ]; }

# What is not on the disk before the rename may be empty after a power cut.
put_in_place() { sync && mv -f "$new" "$file" && sync; }

check_block() {
  has_block "$1" || return 0
  first=$(line_of "^$begin" "$1")
  last=$(line_of "^$end\$" "$1")
  [ -n "$last" ] && [ "$last" -gt "$first" ] && return
  say "line $first of $1 begins a block that no line \"$end\" ends: remove it by hand"
  return 1
}

# The script has to be one for a shell that is there, or no line in it does anything.
check_shell() {
  line=$(head -n 1 "$1")
  case $line in '#!'*) ;; *) return 0 ;; esac
  case $line in
  *"$(printf '\r')")
    say "$1 has the line ends of Windows, so that Venus OS cannot run it; this mends it: sed -i 's/\\r\$//' $1"
    return 1
    ;;
  esac
  set -f
  # shellcheck disable=SC2086 # it is to be split into words
  set -- "$1" ${line#??}
  set +f
  shell=${2:-}
  [ "${shell##*/}" != env ] || shell=$(command -v "${3:-}")
  case ${shell##*/} in
  sh | ash | bash | dash) [ ! -x "$shell" ] || return 0 ;;
  esac
  say "the first line of $1 is \"$line\", which names no shell that is on this device"
  return 1
}

# Where the user has taken away the right to execute, the lines do not run, and have to go on like that. An empty file
# has none.
check_mode() {
  [ ! -x "$1" ] || return 0
  lines_without_block=$(without_block "$1" | grep -v '^[[:space:]]*#' | grep -c '[^[:space:]]')
  [ "$lines_without_block" -ne 0 ] || return 0
  say "$1 is not executable, so that Venus OS does not run it. Whether its lines are to run is not for an installer to \
say: chmod 755 $1 lets them run, and mv $1 $1.old puts them aside"
  return 1
}

check() {
  if [ -e $rc_local.disabled ]; then
    say "$rc_local.disabled: modifications are switched off (Settings, General, Modification checks); switch them on"
    return 1
  fi
  [ -e $rc_local ] || return 0
  check_block $rc_local && check_shell $rc_local && check_mode $rc_local
}

# write_added NOTE: $old is the file without a block, $new that with the one
write_added() {
  if [ ! -e "$file" ]; then
    printf '#!/bin/sh\n' >"$old" && [ "$(cat "$old")" = '#!/bin/sh' ] || return
    : >"$new" && chmod 755 "$new" || return
  else
    without_block "$file" >"$old"
    without_block "$file" | cmp -s - "$old" && begin_new || return
    [ -x "$new" ] || chmod u+x "$new" || return
  fi
  with_block "$old" "$1" >"$new"
  # What a full disk has cut off shows here, whatever the commands have made of it.
  with_block "$old" "$1" | cmp -s - "$new" && without_block "$new" | cmp -s - "$old"
} 2>/dev/null

# is_right FILE NOTE: the block is there, and where it has to be
is_right() {
  first=1
  case $(head -n 1 "$1") in '#!'*) first=2 ;; esac
  [ -x "$1" ] && [ "$(line_of "^$begin" "$1")" = $first ] &&
    [ "$(sed -n "/^$begin/,/^$end\$/p" "$1")" = "$(print_block "$2")" ]
} 2>/dev/null

# Keeps what an earlier block says of the file before it.
add() {
  check || return
  # Of what is not there some readlinks say nothing.
  file=$(readlink -f $rc_local)
  name_work "${file:-$rc_local}"
  note=
  if [ ! -e "$file" ]; then
    note=$made
  elif has_block "$file"; then
    note=$(note_of "$file")
  fi
  [ ! -e "$file" ] || [ -x "$file" ] || note=${note:-$not_executable}
  ! is_right "$file" "$note" || return 0
  { write_added "$note" && put_in_place; } 2>/dev/null || give_up || return
  rm -f "$old"
}

# write_removed NOTE: $new is the file without its block
write_removed() {
  begin_new || return
  # Where root could not execute it, nobody could.
  [ "$1" != "$not_executable" ] || chmod a-x "$new" || return
  without_block "$file" >"$new"
  without_block "$file" | cmp -s - "$new"
} 2>/dev/null

# remove_from FILE
remove_from() {
  file=$(readlink -f "$1")
  name_work "${file:-$1}"
  has_block "$1" || return 0
  check_block "$1" || return
  note=$(note_of "$file")
  if [ "$note" = "$made" ] && [ "$(without_block "$file")" = '#!/bin/sh' ]; then
    rm -f "$file"
    return
  fi
  { write_removed "$note" && put_in_place; } 2>/dev/null || give_up
}

case ${1:-} in
check) check ;;
add) add ;;
remove) remove_from $rc_local && remove_from $rc_local.disabled ;;
*)
  echo 'usage: rc-local.sh check|add|remove' >&2
  exit 2
  ;;
esac
