#!/usr/bin/python3
"""Installing, booting, upgrading and uninstalling on a machine that is like a GX device. Prints TAP.

Environment: BIN_DIR, the folder with ARCHITECTURE/dbus-virtual-battery: x86_64, and armhf and
aarch64 where they are to be tested; CACHE_DIR, where the root file systems are kept. Names of tests
as arguments: these alone.
"""
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import traceback

from venus_archives import Archives, make_archive
from venus_device import (APP, ARCHITECTURES, INSTALLER, NAME, SERVICE, Device, NoNamespaces,
                          check_namespaces, eventually)

HERE = pathlib.Path(__file__).parent
SOURCE_ROOT = HERE.parents[1]
BIN_DIR = pathlib.Path(os.environ.get('BIN_DIR', SOURCE_ROOT / 'build' / 'release' / 'bin'))
CACHE_DIR = pathlib.Path(os.environ.get('CACHE_DIR', SOURCE_ROOT / 'build' / 'venus-roots'))
UNINSTALL = f'sh {APP}/uninstall.sh'
CONFIG = '/data/conf/dbus-virtual-battery.ini'

# It waits for services and restarts, hardly for the processor.
AT_ONCE = 6


class World:
    """What a test gets: its folder, its machines, and all archives."""

    archives = None

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='venus-root-')
        self.devices = []

    def device(self, root=None, architecture='amd64', **more):
        folder = pathlib.Path(self.folder.name, f'device{len(self.devices)}')
        self.devices.append(Device(root or root_of(architecture), folder, architecture, **more))
        return self.devices[-1]

    def installed(self, **more):
        device = self.device(**more).boot()
        device.install(self.archives.real)
        return device

    def close(self):
        for device in self.devices:
            device.shut_down()
        self.folder.cleanup()


def root_of(architecture):
    return CACHE_DIR / architecture


# Installing

def test_over_ssh(world):
    device = world.device().boot()
    said = device.install(world.archives.real)
    assert f'dbus-virtual-battery {world.archives.version} is installed' in said, said
    device.live()
    device.reboot()
    device.live()
    assert device.run('cat /run/svrescan')
    assert device.run('cut -d" " -f4 /proc/mounts | head -n 1').startswith('ro,')


def test_from_a_stick(world):
    device = world.device()
    device.insert_stick(world.archives.real)
    device.boot()
    device.live()
    said = (device.stick / 'dbus-virtual-battery-install.txt').read_text()
    assert 'is installed' in said, said
    assert not device.runs('ls -d /data/rc'), 'the hooks are left on /data'
    device.pull_stick()
    device.reboot()
    device.live()


def test_from_a_stick_under_its_own_name(world):
    device = world.device()
    device.insert_stick(world.archives.real, world.archives.real.name)
    device.boot().live()


def test_a_stick_that_is_left_in_changes_nothing(world):
    device = world.device()
    device.insert_stick(world.archives.real)
    device.boot().live()
    before = device.tree()
    device.reboot().live()
    device.run(f'svc -d {SERVICE}')
    differing = {path for path in before.items() ^ device.tree().items()}
    assert not [path for path, _ in differing if 'supervise' not in path and not path.startswith('log/')], differing


def test_a_firmware_update(world):
    """The root file system is another one, without anything of ours."""
    device = world.installed()
    device.live()
    device.shut_down()
    subprocess.run(['cp', '-al', root_of('amd64'), device.folder / 'other-root'], check=True)
    device.root = device.folder / 'other-root'
    version = device.root / 'opt/victronenergy/version'
    version.unlink()
    version.write_text('v3.70\n')
    device.boot().live()


def test_the_configuration_is_kept(world):
    device = world.device()
    own = '[battery]\ncustom-name=Shed\n'
    device.write('conf/dbus-virtual-battery.ini', own, 0o600)
    device.boot()
    device.install(world.archives.real)
    device.install(world.archives.later)
    assert device.run(f'cat {CONFIG}') == own
    device.run(UNINSTALL)
    assert device.run(f'cat {CONFIG}') == own


def test_with_setup_helper(world):
    """What its documentation promises to a setup script, in place of SetupHelper itself."""
    device = world.device()
    device.write('SetupHelper/HelperResources/IncludeHelpers', '''
        scriptAction=$1
        logMessage() { echo "log: $*"; }
        setInstallFailed() { scriptAction=UNINSTALL; logMessage "$2"; failed=$1; }
        endScript() { exit ${failed:-0}; }
        EXIT_ERROR=255
    ''')
    device.boot()
    subprocess.run(['cp', world.archives.setup_helper, device.stick], check=True)
    device.run(f'tar -xzf /media/sda1/{world.archives.setup_helper.name} -C /data')
    assert device.run('cat /data/dbus-virtual-battery/version') == f'v{world.archives.version}\n'
    device.run('/data/dbus-virtual-battery/setup INSTALL')
    device.live()
    device.reboot().live()
    device.run('echo wrong >/data/conf/dbus-virtual-battery.ini')
    said = device.run('/data/dbus-virtual-battery/setup INSTALL', 255)
    assert 'not installed' in said, said
    device.live()
    device.run('/data/dbus-virtual-battery/setup UNINSTALL')
    device.gone()


def test_no_program_for_this_device(world):
    device = world.device().boot()
    before = device.tree()
    said = device.install(world.archives.foreign, 1)
    assert 'no program' in said and 'nothing was changed' in said, said
    device.run(f'rm -r {APP}; rmdir /data/apps')
    assert device.tree() == before


def test_half_an_archive(world):
    device = world.device().boot()
    device.unpack(world.archives.real)
    device.run(f'truncate -s 100000 {APP}/incoming/bin/x86_64/dbus-virtual-battery')
    said = device.run(f'sh {INSTALLER}', 1)
    assert 'not everything was unpacked' in said, said


def test_no_space(world):
    device = world.device(data_size='1m')
    device.insert_stick(world.archives.real)
    device.boot(services=False)
    said = (device.stick / 'dbus-virtual-battery-install.txt').read_text()
    assert 'not everything was unpacked' in said, said
    assert not device.runs('ls -d /data/apps') and not device.runs('ls /data/rc.local')


def test_modifications_switched_off(world):
    device = world.device()
    device.write('rc.local.disabled', '#!/bin/sh\n')
    device.boot()
    said = device.install(world.archives.real, 1)
    assert 'Modification checks' in said, said


# Upgrading

def test_upgrade(world):
    device = world.installed()
    device.live()
    before = device.daemon()
    device.install(world.archives.later)
    assert device.version() == world.archives.later_version
    assert device.daemon() != before
    device.live()
    assert not device.runs(f'ls -d {APP}/previous || ls -d {APP}/incoming')
    device.reboot().live()
    assert device.version() == world.archives.later_version


def runs_on(device, world, archive, reason):
    """A failed upgrade leaves the daemon that runs alone."""
    before, daemon = device.tree(), device.daemon()
    said = device.install(archive, 1)
    assert reason in said, said
    assert device.daemon() == daemon
    device.live()
    device.run(f'rm -r {APP}/incoming')
    kept = [path for path, _ in before.items() ^ device.tree().items() if not path.startswith('log/')]
    assert not kept, kept
    device.reboot().live()
    assert device.version() == world.archives.version


def test_upgrade_to_what_does_not_run(world):
    runs_on(world.installed(), world, world.archives.foreign, 'no program')


def test_upgrade_to_what_does_not_take_the_configuration(world):
    device = world.installed()
    device.run(f'cp {CONFIG} /tmp/config; printf "[battery]\\ncolour=blue\\n" >{CONFIG}')
    before = device.daemon()
    said = device.install(world.archives.later, 1)
    assert 'colour' in said and 'is wrong for' in said, said
    assert device.daemon() == before
    device.run(f'cp /tmp/config {CONFIG}')
    device.live()
    assert device.version() == world.archives.version


def test_upgrade_without_space(world):
    device = world.installed(data_size='4m')
    device.run('dd if=/dev/zero of=/data/filler bs=1k 2>/dev/null', 1)
    subprocess.run(['cp', world.archives.later, device.stick / 'later.tar.gz'], check=True)
    before = device.daemon()
    device.command('tar -xzf /media/sda1/later.tar.gz -C /data apps/dbus-virtual-battery')
    assert device.command(f'sh {INSTALLER}').returncode
    assert device.daemon() == before
    device.run(f'rm -rf /data/filler {APP}/incoming')
    device.live()
    assert device.version() == world.archives.version


def test_upgrade_to_what_does_not_stay_up(world):
    device = world.installed()
    before = device.tree()
    said = device.install(world.archives.short_lived, 1)
    assert 'out of order' in said and 'put back' in said, said
    device.live()
    assert device.version() == world.archives.version
    kept = [path for path, _ in before.items() ^ device.tree().items()
            if not path.startswith('log/') and 'supervise' not in path]
    assert not kept, kept


# What else is there

def refused(world, device, *found):
    before = device.tree()
    said = device.install(world.archives.real, 1)
    for text in (*found, 'to remove it:', 'nothing was changed'):
        assert text in said, said
    device.run(f'rm -r {APP}; rmdir /data/apps 2>/dev/null || true')
    assert device.tree() == before
    return said


def test_beside_the_python_original(world):
    device = world.device()
    device.write('dbus-virtual-battery/service/run',
                 '#!/bin/sh\nexec sleep 100000 # python /data/dbus-virtual-battery/dbus-virtual-battery.py\n', 0o755)
    device.write('dbus-virtual-battery/dbus-virtual-battery.py', 'import dbus\n')
    device.write('rc.local', '#!/bin/bash\n/data/dbus-virtual-battery/install.sh\n'
                             'ln -s /data/dbus-virtual-battery/service /service/dbus-virtual-battery\n', 0o755)
    device.boot()
    eventually(lambda: device.runs(f'svok {SERVICE}'), 'the original runs')
    said = refused(world, device, 'the service /service/dbus-virtual-battery', 'the folder /data/dbus-virtual-battery',
                   'in /data/rc.local')
    # What it says to do does it.
    for line in said.splitlines():
        if 'to remove it: svc' in line or 'to remove it: rm' in line:
            device.run(line.split('to remove it: ')[1].split(' (')[0])
    device.run('rm /data/rc.local')
    device.install(world.archives.real)
    device.live()


def test_beside_another_package(world):
    device = world.device()
    (device.data / 'SetupHelper').mkdir()
    device.write('dbus-virtual-battery/setup', '#!/bin/bash\n', 0o755)
    device.write('dbus-virtual-battery/service/dbus-virtual-chain/run', '#!/bin/sh\nexec sleep 100000\n', 0o755)
    device.write('rc.local', '#!/bin/sh\nln -s /data/dbus-virtual-battery/service/dbus-virtual-chain '
                             '/service/dbus-virtual-chain\n', 0o755)
    device.boot()
    refused(world, device, 'the service /service/dbus-virtual-chain', 'setup uninstall')


def test_beside_the_owner_of_the_name(world):
    device = world.device().boot()
    other_daemon(device)
    refused(world, device, f'owns {NAME}', '/tmp/other/')


def other_daemon(device):
    """Ours, but started by somebody else."""
    program = f'x86_64/{"dbus-virtual-battery"}'
    (device.stick / 'other').write_bytes((BIN_DIR / program).read_bytes())
    device.run('mkdir -p /tmp/other && cp /media/sda1/other /tmp/other/ && chmod 755 /tmp/other/other')
    device.run('/tmp/other/other --listen 127.0.0.1:1999 >/tmp/other/log 2>&1 &')
    record = '{"Soc":1,"Voltage":50,"Current":1,"MaxChargeVoltage":55,"MaxChargeCurrent":1,"MaxDischargeCurrent":1}'
    eventually(lambda: '"on_bus":true' in device.command(
        f"wget -q -O - --post-data '{record}' http://127.0.0.1:1999/battery").stdout, 'the other is on the bus')


# The service

def test_it_is_started_again(world):
    device = world.installed()
    device.live()
    before = device.daemon()
    device.run(f'kill -9 {before}')
    eventually(lambda: device.daemon() not in (None, before), 'another runs')
    device.live()


def test_a_taken_name_does_not_spin(world):
    device = world.installed()
    device.run(f'svc -d {SERVICE}')
    eventually(lambda: not device.daemon(), 'it is down')
    device.run('rm -f /run/dbus-virtual-battery.started')
    other_daemon(device)
    starts = device.daemon_log().count(f'version {world.archives.version}')
    device.run(f'svc -u {SERVICE}')
    eventually(lambda: 'the next try is in 10 s' in device.daemon_log(), 'it waits')
    time.sleep(5)
    assert device.daemon_log().count(f'version {world.archives.version}') == starts + 1
    device.run('kill $(pidof other)')
    device.run(f'svc -t {SERVICE}')
    device.live()


def test_a_wrong_configuration_does_not_spin(world):
    device = world.installed()
    device.run(f'printf "[battery]\\ncolour=blue\\n" >{CONFIG}; svc -t {SERVICE}')
    eventually(lambda: 'the next try is in 10 s' in device.daemon_log(), 'it waits')
    assert 'colour' in device.daemon_log()
    device.run(f'rm {CONFIG}; svc -t {SERVICE}')
    device.live()


def test_the_limits(world):
    device = world.installed()
    limits = device.run(f'cat /proc/{device.daemon()}/limits')
    soft = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert soft['Max stack size'] == '1000000', limits
    assert soft['Max data size'] == '50000000', limits


# rc.local

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


test_rc_local_for_python = rc_local_refused('#!/usr/bin/env python3\nprint(1)\n', 'names no shell')
test_rc_local_for_a_shell_that_is_not_there = rc_local_refused('#!/usr/bin/dash\n', 'names no shell')
test_rc_local_from_windows = rc_local_refused('#!/bin/sh\r\nexit 0\r\n', 'line ends of Windows')
test_rc_local_with_half_a_block = rc_local_refused('#!/bin/sh\n# dbus-virtual-battery: begin\nexit 0\n', 'by hand')


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


# Uninstalling

def test_uninstall_keeps_what_is_the_users(world):
    device = world.device()
    device.write('conf/dbus-virtual-battery.ini', '[battery]\nhistory=true\n')
    device.boot()
    device.install(world.archives.real)
    device.live()
    device.run(UNINSTALL)
    device.gone()
    for kept in (CONFIG, '/data/var/lib/dbus-virtual-battery/virtual.history',
                 '/var/log/dbus-virtual-battery/current'):
        device.run(f'test -s {kept}')
    assert not device.runs('ls /data/rc.local || ls -d /data/apps')


def test_nothing_is_left_of_a_stick(world):
    device = world.device().boot()
    before = device.tree()
    device.shut_down()
    device.insert_stick(world.archives.real)
    device.boot().live()
    assert 'httpbattery_virtual' in device.settings.read_text()
    device.run(f'{UNINSTALL} --purge')
    device.gone()
    assert device.tree() == before
    assert 'httpbattery_virtual' not in device.settings.read_text()


def test_uninstall_takes_no_other_words(world):
    device = world.installed()
    assert 'usage' in device.run(f'{UNINSTALL} --all', 2)
    device.live()


def test_repair(world):
    device = world.installed()
    device.run(f'rm /data/rc.local; svc -dx {SERVICE} {SERVICE}/log; sleep 1; rm {SERVICE}')
    device.run(f'sh {APP}/install.sh')
    device.live()
    device.reboot().live()


# The README

def test_the_readme(world):
    """What it says to do, done literally; the network between the two machines apart."""
    section = (SOURCE_ROOT / 'README.md').read_text().split('\n## On a GX device\n')[1].split('\n## ')[0]
    install, use, remove = (block.split('```')[0] for block in section.split('```sh\n')[1:])
    device = world.device().boot()
    copy, login, *commands = install.splitlines()
    assert copy == 'scp dist/venus-data-dbus-virtual-battery-*.tar.gz root@venus.local:/data/', copy
    assert login == 'ssh root@venus.local', login
    subprocess.run(['cp', world.archives.real, device.stick], check=True)
    device.run('cp /media/sda1/venus-data-* /data')
    device.run('\n'.join(commands))
    device.live()
    # What is on this machine, and comes to an end.
    use = use.replace('tail -F', 'tail -n 100').replace('curl -s', 'wget -q -O -')
    said = device.run(use)
    assert '"state":"live"' in said and f'version {world.archives.version}' in said, said
    device.run('svc -t /service/dbus-virtual-battery')
    device.live()
    keep, purge = remove.splitlines()
    device.run(keep)
    device.gone()
    assert device.runs(f'test -e {CONFIG}')
    device.install(world.archives.real)
    device.run(purge)
    device.gone()
    assert not device.runs(f'test -e {CONFIG}')


# The archive

def test_the_archive_is_reproducible(world):
    folder = pathlib.Path(world.folder.name)
    archives = []
    for umask in (0o022, 0o077):
        old = os.umask(umask)
        try:
            out = folder / f'out{umask}'
            make_archive(BIN_DIR, HERE, world.archives.version, out)
        finally:
            os.umask(old)
        archives.append([file.read_bytes() for file in sorted(out.iterdir())])
    assert archives[0] == archives[1] and len(archives[0]) == 2


# On what it is for

def on_arm(architecture):
    def test(world):
        check_namespaces(architecture)
        device = world.device(architecture=architecture)
        device.insert_stick(world.archives.real)
        device.boot().live()
        said = device.run(f'{APP}/dbus-virtual-battery --version')
        assert world.archives.version in said, said
        device.pull_stick()
        device.reboot().live()
        device.run(f'{UNINSTALL} --purge')
        device.gone()
    return test


for _architecture, (_folder, _emulator) in ARCHITECTURES.items():
    if _emulator and (BIN_DIR / _folder).exists():
        globals()[f'test_on_{_architecture}'] = on_arm(_architecture)


def run_test(test):
    """Returns: seconds, and what to say about a failure"""
    began = time.monotonic()
    world = World()
    said = []
    try:
        test(world)
    except Exception:  # whatever it was, the test has failed
        said = traceback.format_exc().splitlines()
        for device in world.devices:
            if device.process is not None and device.process.poll() is None:
                said += ['log:', *device.daemon_log().splitlines()[-20:]]
    try:
        world.close()
    except Exception:
        said += traceback.format_exc().splitlines()
    return time.monotonic() - began, said


def main():
    tests = {name: value for name, value in globals().items()
             if name.startswith('test_') and (len(sys.argv) == 1 or name in sys.argv)}
    print(f'1..{len(tests)}', flush=True)
    try:
        check_namespaces()
    except NoNamespaces as error:
        print(f'Bail out! This kernel does not allow the namespaces of the test machines: {error}')
        sys.exit(1)
    CACHE_DIR.mkdir(parents=True, exist_ok=True)
    for architecture, (folder, _) in ARCHITECTURES.items():
        if (BIN_DIR / folder).exists() and not root_of(architecture).exists():
            made = CACHE_DIR / f'{architecture}.new'
            subprocess.run([HERE / 'make-venus-root.sh', architecture, made], check=True)
            made.rename(root_of(architecture))
    failed = 0
    with tempfile.TemporaryDirectory(prefix='venus-archives-') as folder, \
            concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        World.archives = Archives(BIN_DIR, folder)
        running = {pool.submit(run_test, test): name for name, test in tests.items()}
        for number, done in enumerate(concurrent.futures.as_completed(running), 1):
            seconds, said = done.result()
            failed += bool(said)
            print('not ok' if said else 'ok', number, '-', running[done])
            print(f'# {seconds:.1f} s')
            for line in said:
                print('#', line)
            sys.stdout.flush()
    sys.exit(bool(failed) or not tests)


if __name__ == '__main__':
    main()
