"""The block in /data/rc.local, with all that may be there already."""
from venus_device import APP, INSTALLER, SERVICE
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
test_rc_local_not_executable = rc_local('#!/bin/sh\n' + THEIRS, 0o644, True)
test_rc_local_without_last_newline = rc_local('#!/bin/sh\ntouch /tmp/theirs', 0o755, True)
test_rc_local_of_a_shebang_alone = rc_local('#!/bin/sh', 0o700, False)
test_rc_local_without_shebang = rc_local(THEIRS, 0o755, True)
test_rc_local_empty = rc_local('', 0o600, False)


def rc_local_refused(content, reason):
    def test(world):
        device = world.device()
        device.write('rc.local', content, 0o755)
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
        echo '[ -e "$2" ] && exec /bin/busybox readlink "$@"' >>/tmp/bin/readlink
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
