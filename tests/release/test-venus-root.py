#!/usr/bin/python3
"""Installs, boots, upgrades and uninstalls on machines that are like a GX device. Prints TAP.

Environment: BIN_DIR, the folder with ARCHITECTURE/dbus-virtual-battery: x86_64, and armhf and
aarch64 where they are to be tested; CACHE_DIR, where the root file systems are kept. Names of tests
as arguments: these alone.
"""
import os
import pathlib
import subprocess
import sys

import venus_installing
import venus_others
import venus_power_cut
import venus_rc_local
import venus_service
import venus_uninstalling
import venus_upgrading
from venus_archives import make_archive
from venus_device import APP, ARCHITECTURES, NoNamespaces, check_namespaces, eventually
from venus_world import BIN_DIR, CONFIG, HERE, SOURCE_ROOT, UNINSTALL, main


def test_the_readme(world):
    """What it says to do, done literally; the network between the two machines apart."""
    readme = (SOURCE_ROOT / 'README.md').read_text()
    section = readme.split('\n## On a GX device\n')[1].split('\n## ')[0]
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
    before = device.daemon()
    device.run('svc -t /service/dbus-virtual-battery')
    eventually(lambda: device.daemon() not in (None, before), 'another runs')
    device.live()
    keep, purge = remove.splitlines()
    device.run(keep)
    device.gone()
    assert device.runs(f'test -e {CONFIG}')
    device.install(world.archives.real)
    device.run(purge)
    device.gone()
    assert not device.runs(f'test -e {CONFIG}')


def test_the_archive_is_reproducible(world):
    folder = pathlib.Path(world.folder.name)
    archives = []
    for umask in (0o022, 0o077):
        out = folder / f'out{umask}'
        make_archive(BIN_DIR, HERE / 'venus', world.archives.version, out, umask=umask)
        archives.append([file.read_bytes() for file in sorted(out.iterdir())])
    assert archives[0] == archives[1] and len(archives[0]) == 2


def push_outside(world, emulator, program):
    """A record from the request to the bus, of @program on this machine."""
    daemon = pathlib.Path(world.folder.name, 'daemon')
    daemon.write_text(f'#!/bin/sh\nexec {emulator} {program} "$@"\n')
    daemon.chmod(0o755)
    done = subprocess.run(
        [sys.executable, HERE / 'test-binary.py', 'test_version', 'test_full_record', 'test_end'],
        env=dict(os.environ, DAEMON=str(daemon), SOURCE_ROOT=str(SOURCE_ROOT)),
        capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.count('\nok ') == 3, done.stdout + done.stderr


def on_arm(architecture, folder, emulator):
    def test(world):
        try:
            check_namespaces(architecture)
        except NoNamespaces as error:
            print(f'NOT TESTED: the installer on a device of {architecture}, for this kernel does '
                  f'not let a machine have its own binfmt_misc: {error}. Its program alone is '
                  'tested, without a device.', file=sys.stderr, flush=True)
            push_outside(world, emulator, BIN_DIR / folder / 'dbus-virtual-battery')
            return
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
        globals()[f'test_on_{_architecture}'] = on_arm(_architecture, _folder, _emulator[0])


if __name__ == '__main__':
    # Those that take longest begin.
    main(globals(), vars(venus_power_cut), vars(venus_installing), vars(venus_upgrading),
         vars(venus_others), vars(venus_service), vars(venus_rc_local), vars(venus_uninstalling))
