#!/usr/bin/python3
"""What `meson install` puts where, and that systemd and the bus take it. Environment: BUILD_ROOT and
PREFIX of Meson; DOCS, whether the man pages are built."""
import getpass
import os
import pathlib
import re
import subprocess

from gi.repository import GLib

import harness
from clients import BATTERY, RECORD
from harness import CALM, DAEMON, SOURCE_ROOT, Bus, equal, eventually

PREFIX = os.environ.get('PREFIX', '/usr/local')
BUILD_ROOT = os.environ.get('BUILD_ROOT', SOURCE_ROOT / 'build-test')
POLICY = SOURCE_ROOT / 'data/dbus-virtual-battery.conf'
USER = 'dbus-virtual-battery'

INSTALLED = {
    'sbin/dbus-virtual-battery': 0o755,
    'lib/systemd/system/dbus-virtual-battery.service': 0o644,
    'lib/systemd/system/dbus-virtual-battery.socket': 0o644,
    'lib/sysusers.d/dbus-virtual-battery.conf': 0o644,
    'share/dbus-1/system.d/dbus-virtual-battery.conf': 0o644,
    'share/doc/dbus-virtual-battery/examples/dbus-virtual-battery.ini': 0o644,
    'share/doc/dbus-virtual-battery/examples/grafana-dashboard.json': 0o644,
    'share/doc/dbus-virtual-battery/examples/prometheus-rules.yml': 0o644,
    'share/doc/dbus-virtual-battery/examples/lifepo4-8s.ini': 0o644,
    'share/doc/dbus-virtual-battery/examples/lifepo4-15s.ini': 0o644,
    'share/doc/dbus-virtual-battery/examples/lifepo4-16s.ini': 0o644,
    'share/doc/dbus-virtual-battery/examples/nmc-14s.ini': 0o644,
}
MAN_PAGES = {
    'share/man/man5/dbus-virtual-battery.5': 0o644,
    'share/man/man8/dbus-virtual-battery.8': 0o644,
}

# The worst exposure that `systemd-analyze security` may find, times ten.
EXPOSURE = '20'


def install(world):
    """Returns: the folder that stands for PREFIX"""
    root = world.path('root')
    run('meson', 'install', '-C', BUILD_ROOT, '--no-rebuild', '--quiet', '--destdir', root)
    return pathlib.Path(str(root) + PREFIX)


def run(*command, wanted=0, **environment):
    result = subprocess.run(command, capture_output=True, text=True, check=False,
                            env={**os.environ, **environment})
    equal(result.returncode, wanted, f'{command}\n{result.stdout}{result.stderr}')
    return result.stdout + result.stderr


def units(world):
    """The units as installed, except that the daemon is that of the build."""
    found = world.path('units')
    found.mkdir()
    for unit in (install(world) / 'lib/systemd/system').iterdir():
        text = unit.read_text()
        if unit.suffix == '.service':
            assert f'\nExecStart={PREFIX}/sbin/dbus-virtual-battery\n' in text, text
        (found / unit.name).write_text(text.replace(f'={PREFIX}/sbin/dbus-virtual-battery',
                                                    f'={DAEMON}'))
    return found


def test_files(world):
    """These, and no others."""
    root = install(world)
    wanted = INSTALLED | (MAN_PAGES if os.environ.get('DOCS', 'true') == 'true' else {})
    equal({str(path.relative_to(root)): path.stat().st_mode & 0o777
           for path in root.rglob('*') if path.is_file()}, wanted)
    everything = [path for path in world.path('root').rglob('*') if path.is_file()]
    equal(len(everything), len(wanted), 'nothing lies elsewhere')


def test_units(world):
    """systemd understands every line of them, and finds them tight."""
    folder = units(world)
    said = run('systemd-analyze', 'verify', '--man=no', *folder.iterdir(),
               SYSTEMD_UNIT_PATH=f'{folder}:')
    equal(said, '')
    service = folder / 'dbus-virtual-battery.service'
    run('systemd-analyze', 'security', '--offline=true', f'--threshold={EXPOSURE}', service)

    # Both do notice.
    loose = world.path('loose.service')
    loose.write_text(f'[Service]\nExecStart={DAEMON}\nDynamicUsr=yes\n')
    assert 'DynamicUsr' in run('systemd-analyze', 'verify', '--man=no', loose)
    run('systemd-analyze', 'security', '--offline=true', f'--threshold={EXPOSURE}', loose, wanted=1)


def test_user(world):
    """The user that the unit and the policy name is the one that systemd-sysusers makes."""
    root = world.path('made')
    (root / 'etc').mkdir(parents=True)
    run('systemd-sysusers', f'--root={root}', install(world) / 'lib/sysusers.d' / f'{USER}.conf')
    assert (root / 'etc/passwd').read_text().startswith(f'{USER}:x:'), 'the user'
    assert f'\nUser={USER}\n' in unit_text(world), 'the unit'
    assert f'<policy user="{USER}">' in POLICY.read_text(), 'the policy'


def unit_text(world):
    return (world.path('root') / PREFIX[1:] / 'lib/systemd/system'
            / 'dbus-virtual-battery.service').read_text()


class SystemBus(Bus):
    """A bus with Debian's own rules for a system bus and our policy, in which @user stands for ours;
    root, who may do all the same, is left out."""

    def __init__(self, folder, user):
        policy = pathlib.Path(folder) / 'policy.conf'
        policy.write_text(POLICY.read_text().replace('user="root"', 'user="nobody"')
                          .replace(f'user="{USER}"', f'user="{user}"'))
        text = pathlib.Path('/usr/share/dbus-1/system.conf').read_text()
        for element in ('user', 'fork', 'pidfile', 'servicehelper', 'standard_system_servicedirs',
                        'includedir', 'include', 'syslog'):
            text = re.sub(rf'<{element}\b[^>]*/>|<{element}\b[^>]*>[^<]*</{element}>', '', text)
        self.config = pathlib.Path(folder) / 'system.conf'
        self.config.write_text(text.replace('</busconfig>',
                                            f'<include>{policy}</include></busconfig>'))
        super().__init__(folder)

    def command(self):
        return ['dbus-daemon', f'--config-file={self.config}', '--nofork', '--nopidfile',
                '--nosyslog', f'--address={self.address}', '--print-address']


def system_bus(world, user):
    world.buses.append(SystemBus(world.new_folder('bus'), user))


def test_policy(world):
    """The daemon's user may have the battery's name, and everybody may read and write its items."""
    system_bus(world, getpass.getuser())
    daemon, client = world.live()
    equal(client.value('/Soc'), 63.5)
    equal(client.set_value('/CustomName', GLib.Variant('s', 'Barn')), 0)
    equal(client.text('/CustomName'), 'Barn')
    assert daemon.state()['on_bus']
    equal(client.error('org.freedesktop.DBus', '/', 'RequestName',
                       GLib.Variant('(su)', ('com.victronenergy.other', 4)),
                       interface='org.freedesktop.DBus'),
          'org.freedesktop.DBus.Error.AccessDenied')


def test_policy_of_others(world):
    """Another user may not, and --doctor says why the battery does not join."""
    system_bus(world, 'games')
    daemon = world.start('[battery]\n' + CALM)
    eventually(lambda: daemon.http.post(RECORD).body['joining'] == 'name', 'it waits for its name')
    equal(world.client().owner(BATTERY), None)
    result = harness.run_daemon('--doctor', '--config', daemon.config, '--bus', world.bus.address,
                                '--listen', f'127.0.0.1:{daemon.port}')
    equal(result.returncode, 1)
    assert 'policy of the bus' in result.stdout, result.stdout


if __name__ == '__main__':
    harness.main(globals())
