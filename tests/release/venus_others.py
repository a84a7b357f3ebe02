"""Other virtual batteries on the device."""
import shutil

from venus_device import APP, NAME, SERVICE, differences, eventually
from venus_world import BIN_DIR, UNINSTALL


def refused(world, device, *found):
    before = device.tree()
    said = device.install(world.archives.real, 1)
    for text in (*found, 'to remove it:', 'nothing was changed'):
        assert text in said, said
    device.run(f'rm -r {APP}; rmdir /data/apps 2>/dev/null || true')
    assert not differences(before, device.tree())
    return said


def test_beside_the_python_original(world):
    device = world.device()
    folder = '/data/dbus-virtual-battery'
    device.write('dbus-virtual-battery/dbus-virtual-battery.py', 'import dbus\n')
    device.write('dbus-virtual-battery/service/run',
                 f'#!/bin/sh\nexec sleep 100000 # python {folder}/dbus-virtual-battery.py\n', 0o755)
    device.write('rc.local', f'#!/bin/bash\n{folder}/install.sh\n'
                             f'ln -s {folder}/service {SERVICE}\n', 0o755)
    device.boot()
    eventually(lambda: device.runs(f'svok {SERVICE}'), 'the original runs')
    said = refused(world, device, f'the service {SERVICE}', f'the folder {folder}',
                   'in /data/rc.local')
    # What it says to do does it.
    for line in said.splitlines():
        if 'to remove it: svc' in line or 'to remove it: rm' in line:
            device.run(line.split('to remove it: ')[1].split(' (')[0])
    device.run('rm /data/rc.local')
    device.install(world.archives.real)
    device.live()


def original(device):
    """Its folder, which nothing starts."""
    device.write('dbus-virtual-battery/install.sh', '#!/bin/sh\ntouch /tmp/original\n', 0o755)
    device.write('dbus-virtual-battery/service/run', '#!/bin/sh\nexec sleep 100000\n', 0o755)


def test_beside_folders_that_nothing_starts(world):
    device = world.device()
    original(device)
    device.write('apps/virtual-battery-backup/config.ini', '[battery]\n')
    device.write('rc.local', '#!/bin/sh\n\t# /data/dbus-virtual-battery/install.sh\n', 0o755)
    device.boot()
    said = device.install(world.archives.real)
    for folder in ('/data/dbus-virtual-battery', '/data/apps/virtual-battery-backup'):
        assert f'{folder} is there, too' in said, said
    device.live()
    device.reboot().live()
    device.run('test -e /data/dbus-virtual-battery/install.sh')


def started_by(hook):
    """A test of the original that is started at the next boot, and does not run now."""
    def test(world):
        device = world.device()
        original(device)
        device.boot()
        device.run(f'echo "sh /data/dbus-virtual-battery/install.sh" >/data/{hook}')
        refused(world, device, 'the folder /data/dbus-virtual-battery', f'in /data/{hook}')
    return test


test_beside_the_original_in_rc_local = started_by('rc.local')
test_beside_the_original_in_rcs_local = started_by('rcS.local')


def test_beside_a_package_of_setup_helper(world):
    """It does not run now, but may be installed at each boot."""
    device = world.device()
    original(device)
    (device.data / 'SetupHelper').mkdir()
    device.write('dbus-virtual-battery/setup', '#!/bin/bash\n', 0o755)
    device.boot()
    refused(world, device, 'the package /data/dbus-virtual-battery', 'setup uninstall')


def test_beside_a_link_into_its_folder(world):
    """In /service, under a name that says nothing."""
    device = world.device()
    original(device)
    device.boot()
    device.run('ln -s /data/dbus-virtual-battery/service /service/mine')
    refused(world, device, 'the service /service/mine', 'the folder /data/dbus-virtual-battery')


def foreign_service(make):
    """A test that one which is not ours, in the place of ours, is left alone."""
    def test(world):
        device = world.installed()
        device.run(f'svc -dx {SERVICE} {SERVICE}/log; sleep 2; rm {SERVICE}; {make}')
        # Not what svscan puts into it.
        place = f'stat -c "%i %N" {SERVICE}'
        before = device.run(place)
        said = device.run(f'{APP}/boot.sh', 1)
        assert f'{SERVICE} is there and not ours' in said, said
        said = device.run(f'sh {APP}/install.sh', 1)
        assert f'the service {SERVICE}' in said, said
        said = device.run(UNINSTALL)
        assert f'{SERVICE} is not ours' in said, said
        assert device.run(place) == before
        assert not device.runs(f'ls -d {APP}')
    return test


test_a_foreign_link_stays = foreign_service(f'mkdir /tmp/other && ln -s /tmp/other {SERVICE}')
test_a_foreign_folder_stays = foreign_service(f'mkdir {SERVICE}')
test_a_foreign_link_to_nothing_stays = foreign_service(f'ln -s /data/other/service {SERVICE}')


def test_beside_another_package(world):
    device = world.device()
    service = '/service/dbus-virtual-chain'
    (device.data / 'SetupHelper').mkdir()
    device.write('dbus-virtual-battery/setup', '#!/bin/bash\n', 0o755)
    device.write(f'dbus-virtual-battery{service}/run', '#!/bin/sh\nexec sleep 100000\n', 0o755)
    device.write('rc.local', f'#!/bin/sh\nln -s /data/dbus-virtual-battery{service} {service}\n',
                 0o755)
    device.boot()
    refused(world, device, f'the service {service}', 'setup uninstall')


def test_beside_the_owner_of_the_name(world):
    device = world.device().boot()
    other_daemon(device)
    refused(world, device, f'owns {NAME}', '/tmp/other')


def other_daemon(device):
    """Ours, but started by somebody else."""
    shutil.copy(BIN_DIR / 'x86_64' / 'dbus-virtual-battery', device.stick / 'other')
    device.run('cp /media/sda1/other /tmp && chmod 755 /tmp/other')
    device.run('/tmp/other --listen 127.0.0.1:1999 >/tmp/other.log 2>&1 &')
    device.live(port=1999)
