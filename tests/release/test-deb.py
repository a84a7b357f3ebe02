#!/usr/bin/python3
"""The amd64 package in a Debian of its own: installed, checked, upgraded, removed. Needs root.
Environment: DIST, CACHE_DIR, where the Debian is kept."""
import http.client
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from clients import BATTERY, RECORD  # noqa: E402
from harness import equal, eventually, free_port  # noqa: E402

DIST = pathlib.Path(os.environ['DIST'])
NAME = 'dbus-virtual-battery'
PACKAGE = next(DIST.glob(f'{NAME}_*_amd64.deb'))
DEBIAN = pathlib.Path(os.environ['CACHE_DIR']) / 'debian.tar'
UNITS = (f'{NAME}.service', f'{NAME}.socket')

# What dpkg and apt keep for themselves. A user, once made, stays with every package: others may have files of his.
KEPT = ('/var/lib/dpkg/', '/var/lib/apt/', '/var/cache/', '/var/log/', '/tmp/', '/run/', '/proc/',
        '/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/.pwd.lock')

AS_ROOT = [] if os.geteuid() == 0 else ['sudo']


def run(*command, **more):
    result = subprocess.run([*AS_ROOT, *(str(word) for word in command)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **more)
    assert result.returncode == 0, f'{command}: {result.returncode}\n{result.stdout}'
    return result.stdout


def make_debian():
    if DEBIAN.exists():
        return
    DEBIAN.parent.mkdir(parents=True, exist_ok=True)
    new = DEBIAN.with_suffix('.new')
    run('rm', '-rf', new)
    run('debootstrap', '--variant=minbase', '--include=systemd,dbus,procps', 'bookworm', new)
    run('tar', '-C', new, '-cf', f'{new}.tar', '.')
    run('rm', '-rf', new)
    run('mv', f'{new}.tar', DEBIAN)


class Debian:
    """A fresh one in @folder."""

    def __init__(self, folder):
        make_debian()
        self.root = folder
        folder.mkdir()
        run('tar', '-C', folder, '-xf', DEBIAN)
        run('cp', PACKAGE, folder / 'tmp/package.deb')

    def command(self, *command):
        """In a mount and pid namespace of its own: with its end everything that it started ends."""
        script = 'mount -t proc proc "$0/proc" && mount -t tmpfs run "$0/run" && exec chroot "$0" "$@"'
        return [*AS_ROOT, 'unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', script, str(self.root),
                *(str(word) for word in command)]

    def run(self, *command):
        environment = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'DEBIAN_FRONTEND': 'noninteractive', 'LC_ALL': 'C'}
        return run(*self.command(*command), env=environment)

    def install(self):
        return self.run('apt-get', 'install', '-y', '--reinstall', '/tmp/package.deb')

    def files(self):
        text = run('find', self.root, '-printf', '%M %u %l /%P\n')
        return {line for line in text.splitlines() if not any(f' {kept}' in line for kept in KEPT)}

    def close(self):
        run('rm', '-rf', self.root)


def with_debian(test):
    def wrapped(world):
        debian = Debian(world.path('debian'))
        try:
            test(world, debian)
        finally:
            debian.close()
    return wrapped


@with_debian
def test_install_and_remove(world, debian):
    before = debian.files()
    debian.install()
    equal(debian.run('dpkg', '-V', NAME), '', 'files that are not as packed')
    version = PACKAGE.name.split('_')[1]
    equal(debian.run(NAME, '--version').split()[:2], [NAME, version])
    enabled = debian.root / f'etc/systemd/system/multi-user.target.wants/{NAME}.service'
    assert os.path.lexists(enabled), 'the service is not enabled'
    debian.install()
    debian.run('apt-get', 'remove', '-y', NAME)
    assert not (debian.root / f'usr/sbin/{NAME}').exists()
    debian.run('apt-get', 'purge', '-y', NAME)
    after = debian.files()
    equal(after - before, set(), 'left behind')
    equal(before - after, set(), 'taken along')


@with_debian
def test_units(world, debian):
    debian.install()
    assert f'{NAME}:' in (debian.root / 'etc/passwd').read_text(), 'the user of the service is not there'
    for unit in UNITS:
        path = f'/usr/lib/systemd/system/{unit}'
        assert (debian.root / path[1:]).exists(), f'{path} is not in the package'
        equal(debian.run('systemd-analyze', 'verify', '--man=no', path), '', f'what systemd says of {unit}')
        if unit.endswith('.service'):
            debian.run('systemd-analyze', 'security', '--offline=yes', '--threshold=20', path)


@with_debian
def test_serves(world, debian):
    """On the bus that Debian's systems have, under the policy of the package."""
    debian.install()
    port = free_port()
    (world.path('settings.ini')).write_text(harness.BUS_GROUP)
    run('cp', world.path('settings.ini'), debian.root / 'etc/dbus-virtual-battery.ini')
    script = f'mkdir -p /run/dbus; dbus-daemon --system --fork --nopidfile --nosyslog && {NAME} --listen 127.0.0.1:{port} & ' \
             'read wait; dbus-send --system --print-reply --dest=%s / com.victronenergy.BusItem.GetItems' % BATTERY
    process = subprocess.Popen(debian.command('sh', '-c', script), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True)

    def live():
        try:
            connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
            connection.request('POST', '/battery', json.dumps(RECORD))
            return connection.getresponse().status == 200
        except ConnectionError:
            assert process.poll() is None, process.communicate()[0]
            return False

    try:
        eventually(live, 'the battery is on the bus')
        output = process.communicate('go\n', timeout=60)[0]
        assert '"/Info/MaxChargeVoltage"' in output and 'double 55.2' in output, output
    finally:
        process.kill()
        process.wait()


if __name__ == '__main__':
    harness.main(vars())
