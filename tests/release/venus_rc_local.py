"""The block in /data/rc.local, with all that may be there already."""
from venus_archives import GX
from venus_device import APP, INSTALLER, SERVICE, differences
from venus_world import UNINSTALL


def rc_local(content, mode, runs_after):
    """A test of installing, booting and uninstalling with such a file."""
    def test(world):
        device = world.device()
        (device.data / 'apps').mkdir()
        (device.data / 'apps' / 'another').write_text('here before\n')
        if content is not None:
            device.write('rc.local', content, mode)
        device.boot()
        before = device.tree()
        device.install(world.archives.real)
        device.install(world.archives.real)
        assert device.run('grep -c boot.sh /data/rc.local') == '1\n'
        device.reboot().live()
        assert device.runs('test -e /tmp/theirs') == runs_after
        device.run(f'{UNINSTALL} --purge')
        device.gone()
        after = device.tree()
        assert after == before, before.items() ^ after.items()
        device.reboot()
        assert not device.runs(f'ls -d {SERVICE}')
    return test


THEIRS = 'touch /tmp/theirs\n'
test_rc_local_missing = rc_local(None, 0, False)
test_rc_local_plain = rc_local('#!/bin/sh\n' + THEIRS, 0o755, True)
test_rc_local_with_exit = rc_local(f'#!/bin/sh\n{THEIRS}exit 0\n', 0o755, True)
test_rc_local_with_exit_in_a_branch = rc_local(
    f'#!/bin/bash\n# theirs\nif true; then\n  {THEIRS}  exit 0\nfi\n', 0o750, True)
test_rc_local_without_last_newline = rc_local('#!/bin/sh\ntouch /tmp/theirs', 0o755, True)
test_rc_local_of_a_shebang_alone = rc_local('#!/bin/sh', 0o700, False)
test_rc_local_without_shebang = rc_local(THEIRS, 0o755, True)
test_rc_local_empty = rc_local('', 0o600, False)


def rc_local_refused(content, reason, mode=0o755):
    def test(world):
        device = world.device()
        device.write('rc.local', content, mode)
        device.boot()
        before = device.tree()
        said = device.install(world.archives.real, 1)
        assert reason in said and 'nothing was changed' in said, said
        device.run(f'rm -r {APP}; rmdir /data/apps')
        assert device.tree() == before
    return test


test_rc_local_for_python = rc_local_refused(
    '#!/usr/bin/env python3\nprint(1)\n', 'names no shell')
test_rc_local_for_a_shell_that_is_not_there = rc_local_refused(
    '#!/usr/bin/dash\n', 'names no shell')
test_rc_local_from_windows = rc_local_refused('#!/bin/sh\r\nexit 0\r\n', 'line ends of Windows')
test_rc_local_with_half_a_block = rc_local_refused(
    '#!/bin/sh\n# dbus-virtual-battery: begin\nexit 0\n', 'by hand')


test_rc_local_not_executable = rc_local_refused('#!/bin/sh\n' + THEIRS, 'chmod 755', 0o644)
test_rc_local_of_comments_alone = rc_local('#!/bin/sh\n# touch /tmp/theirs\n\n', 0o644, False)


def test_rc_local_that_was_made_executable(world):
    """By a version that did so, and said so in its block: taken back when it goes."""
    device = world.device()
    device.write('rc.local', '#!/bin/sh\n' + THEIRS, 0o755)
    device.boot()
    device.install(world.archives.real)
    device.run("sed -i '/battery: begin/s/$/, was not executable/' /data/rc.local")
    device.install(world.archives.later)
    device.run(UNINSTALL)
    assert device.run('cat /data/rc.local') == '#!/bin/sh\n' + THEIRS
    assert not device.runs('test -x /data/rc.local')


def test_rc_local_that_was_made_not_executable_since(world):
    """A later version says why it cannot be started, and both are as they were."""
    device = world.device()
    device.write('rc.local', '#!/bin/sh\n' + THEIRS, 0o755)
    device.boot()
    device.install(world.archives.real)
    device.run('chmod 644 /data/rc.local')
    before = device.tree()
    said = device.install(world.archives.later, 1)
    assert 'chmod 755' in said and 'nothing was changed' in said, said
    device.run(f'rm -r {APP}/incoming')
    assert not differences(before, device.tree())
    device.run(UNINSTALL)
    assert device.run('cat /data/rc.local') == '#!/bin/sh\n' + THEIRS
    assert not device.runs('test -x /data/rc.local')


def test_rc_local_that_is_a_link(world):
    device = world.device()
    device.write('etc/boot.sh', '#!/bin/sh\ntouch /tmp/theirs\n', 0o755)
    (device.data / 'rc.local').symlink_to('etc/boot.sh')
    device.boot()
    before = device.tree()
    device.install(world.archives.real)
    device.reboot().live()
    device.run('test -e /tmp/theirs')
    device.run(f'{UNINSTALL} --purge')
    assert device.tree() == before


def test_rc_local_missing_for_a_readlink_that_says_nothing(world):
    """As some busyboxes have it. Debian's takes its own, whatever PATH says; bash does not."""
    device = world.device().boot()
    device.unpack(world.archives.real)
    device.run('''mkdir /tmp/bin && ln -s /bin/bash /tmp/bin/sh
        echo '#!/bin/sh' >/tmp/bin/readlink
        echo '[ "$1" != -f ] || [ -e "$2" ] || exit' >>/tmp/bin/readlink
        echo 'exec /bin/busybox readlink "$@"' >>/tmp/bin/readlink
        chmod 755 /tmp/bin/readlink''')
    device.run(f'PATH=/tmp/bin:$PATH /tmp/bin/sh {INSTALLER}')
    device.reboot().live()


def test_rc_local_that_cannot_be_written(world):
    """It is a link to where nothing can be written; the configuration goes, too."""
    device = world.device()
    (device.data / 'rc.local').symlink_to('/usr/bin/svrescan')
    device.boot()
    before = device.tree()
    said = device.install(world.archives.real, 1)
    assert 'could not be written' in said and 'nothing was changed' in said, said
    device.run(f'rm -r {APP}; rmdir /data/apps')
    assert device.tree() == before


def test_rc_local_that_was_changed_since(world):
    """What others have added stays, also in a file that the installer made."""
    device = world.installed()
    device.run('echo touch /tmp/theirs >>/data/rc.local')
    device.run(UNINSTALL)
    assert device.run('cat /data/rc.local') == '#!/bin/sh\ntouch /tmp/theirs\n'


def test_uninstall_with_modifications_switched_off(world):
    device = world.installed()
    device.run('mv /data/rc.local /data/rc.local.disabled')
    device.run(f'{UNINSTALL} --purge')
    device.gone()
    assert not device.runs('ls /data/rc.local.disabled')


# One page of the file system in RAM more or less is all that it knows.
FULL = '''
cd /run
fresh() {{
  umount /data 2>/dev/null; umount /tmp 2>/dev/null
  mount -t tmpfs -o size=64k data /data && mount -t tmpfs -o size=64k tmp /tmp
  cp -p /run/before /data/rc.local
}}
fill() {{
  case $1 in
  data) at=/data ;;
  tmp) at=/tmp ;;
  esac
  dd if=/dev/zero of=$at/filler bs=4k 2>/dev/null
  truncate -s $(($(wc -c <$at/filler) - $2 * 4096)) $at/filler
}}
for where in data tmp 'data tmp'; do
  free=0
  while [ $free -le 16 ]; do
    fresh
    for at in $where; do fill $at $free; done
    said=$(sh /run/rc-local.sh {action} 2>&1)
    status=$?
    found=neither
    ! cmp -s /data/rc.local /run/before || found=old
    ! cmp -s /data/rc.local /run/after || found=new
    mode=$(stat -c %a:%u:%g /data/rc.local)
    rm /data/rc.local
    rm -f /data/filler
    echo "$where;$free;$status;$found;$mode;$(ls -A /data);$said"
    free=$((free + 1))
  done
done
'''


def without_space(action, rest):
    """A test with every amount of space in a small /data, /tmp, and both, for a file of @rest."""
    def test(world):
        device = world.device()
        user = '#!/bin/sh\n' + rest
        ours = '#!/bin/sh\n' + BLOCK + rest
        before, after = (user, ours) if action == 'add' else (ours, user)
        device.write('before', before, 0o750)
        device.write('after', after)
        device.write('rc-local.sh', (GX / 'rc-local.sh').read_bytes())
        device.boot(services=False)
        device.run('cp -p /data/before /data/after /data/rc-local.sh /run')
        lines = device.run(FULL.format(action=action)).splitlines()
        # Where it says something it does so in a line of its own.
        cases = [line.split(';') for line in lines if line.count(';') >= 6]
        assert len(cases) == 3 * 17, lines
        wrong = [case for case in cases if case[2:6] != ['0', 'new', '750:0:0', '']
                 and not (case[2] == '1' and case[3:6] == ['old', '750:0:0', '']
                          and 'could not be written' in case[6])]
        assert not wrong, '\n'.join(map(str, wrong))
        done = {(where, found) for where, _, _, found, *_ in cases}
        # What is in /tmp is nothing to it.
        assert done == {('data', 'old'), ('data', 'new'), ('tmp', 'new'), ('data tmp', 'old'),
                        ('data tmp', 'new')}, done
    return test


BLOCK = (f'# dbus-virtual-battery: begin\nif [ -x {APP}/boot.sh ]; then {APP}/boot.sh || true; fi\n'
         '# dbus-virtual-battery: end\n')
LONG = 150 * 'echo a line of somebody who has much to start at each boot >>/tmp/theirs\n'
test_rc_local_without_space = without_space('add', THEIRS)
test_rc_local_without_space_long = without_space('add', LONG)
test_rc_local_without_space_to_remove = without_space('remove', THEIRS)
test_rc_local_without_space_to_remove_long = without_space('remove', LONG)
