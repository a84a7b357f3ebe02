#!/bin/sh
# rc-local.sh check|add|remove: the block in /data/rc.local, which Venus OS runs at each boot.
# What removal has to restore stands in the block's first line.
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
  if [ "$last" -eq "$(grep -c '' "$1")" ] && ends_without_newline "$1"; then
    head -n $((first - 1)) "$1" | tr -d '\n'
  else
    head -n $((first - 1)) "$1"
    tail -n +$((last + 1)) "$1"
  fi
}

# replace FILE CONTENT: by rename, owner and mode kept.
replace() {
  cp -p "$1" "$1.new" && cat "$2" >"$1.new" && mv -f "$1.new" "$1" && return
  rm -f "$1.new"
  say "$1 could not be written"
  return 1
}

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

check() {
  if [ -e $rc_local.disabled ]; then
    say "$rc_local.disabled: modifications are switched off (Settings, General, Modification checks); switch them on"
    return 1
  fi
  [ -e $rc_local ] || return 0
  check_block $rc_local && check_shell $rc_local
}

# Keeps what an earlier block says of the file before it.
add() {
  check || return
  # Of what is not there some readlinks say nothing.
  file=$(readlink -f $rc_local)
  file=${file:-$rc_local}
  work=$(mktemp -d) || return
  note=
  if [ ! -e "$file" ]; then
    note=$made
    printf '#!/bin/sh\n' >"$work/old"
  elif has_block "$file"; then
    note=$(sed -n "s/^$begin//p" "$file" | head -n 1)
    without_block "$file" >"$work/old"
  else
    cp "$file" "$work/old"
  fi
  [ ! -e "$file" ] || [ -x "$file" ] || note=${note:-$not_executable}
  with_block "$work/old" "$note" >"$work/new"
  status=0
  if [ ! -e "$file" ]; then
    { cp "$work/new" "$file.new" && chmod 755 "$file.new" && mv "$file.new" "$file"; } || status=1
  else
    cmp -s "$work/new" "$file" || replace "$file" "$work/new" || status=1
    [ -x "$file" ] || chmod u+x "$file" || status=1
  fi
  rm -rf "$work" "$file.new"
  return $status
}

# remove_from FILE
remove_from() {
  has_block "$1" || return 0
  check_block "$1" || return
  file=$(readlink -f "$1")
  work=$(mktemp -d) || return
  status=0
  note=$(sed -n "s/^$begin//p" "$file" | head -n 1)
  without_block "$file" >"$work/old"
  if [ "$note" = "$made" ] && [ "$(cat "$work/old")" = '#!/bin/sh' ]; then
    rm -f "$file"
  else
    replace "$file" "$work/old" || status=1
    # Where root could not execute it, nobody could.
    [ "$note" != "$not_executable" ] || chmod a-x "$file"
  fi
  rm -rf "$work"
  return $status
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
