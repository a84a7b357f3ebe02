#!/usr/bin/python3
"""The daemon under the restrictions of its systemd unit: it needs nothing that it is denied."""
import os
import pathlib
import signal
import subprocess
import sys

from gi.repository import GLib

import harness
from clients import Http, RECORD
from harness import CALM, SOURCE_ROOT, Daemon, equal, eventually

UNIT = SOURCE_ROOT / 'service/systemd/dbus-virtual-battery.service.in'
CONFINE = pathlib.Path(__file__).with_name('confine.py')

# What the unit denies; each prints whether it was.
DENIED = """
import ctypes, mmap, os, socket

def denied(call):
    try:
        call()
    except OSError as error:
        return error.errno == 1
    return False

print(denied(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
      denied(lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)),
      denied(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5)),
      denied(lambda: os.chroot('/')),
      denied(lambda: socket.socket().close()))
"""


class ConfinedDaemon(Daemon):
    def command(self):
        return [sys.executable, CONFINE, UNIT, *super().command()]


def leakless():
    """LeakSanitizer traces the process, which the unit denies it."""
    options = os.environ.get('ASAN_OPTIONS', '')
    return {'ASAN_OPTIONS': options.replace('detect_leaks=1', 'detect_leaks=0')}


def test_restrictions_hold(world):
    """Or the next test would show nothing."""
    result = subprocess.run([sys.executable, CONFINE, UNIT, sys.executable, '-c', DENIED],
                            capture_output=True, text=True, check=True)
    equal(result.stdout.split(), ['True', 'True', 'True', 'True', 'False'], result.stderr)


def test_works_all_the_same(world):
    """Bus, settings, HTTP over everything, counters on the disk, reload, notification, end."""
    settings, _ = world.settings(), world.system()
    socket_path, state = world.path('socket'), world.path('state')
    state.mkdir()
    config = f'[bus]\nrequire-settings=true\n[battery]\nhistory=true\n{CALM}'
    daemon = ConfinedDaemon(world.bus, world.new_folder('daemon'), config,
                            options=('--listen', '[::1]:0', '--listen', f'unix:{socket_path}'),
                            environment={**leakless(), 'STATE_DIRECTORY': f'{state}:/nonexistent'})
    world.daemons.append(daemon)
    daemon.start()
    daemon.join()
    client = world.client()
    equal(client.value('/Soc'), 63.5)
    assert socket_path.is_socket()
    port = int(daemon.log.read_text().split('listening on [::1]:0, port ')[1].split()[0])
    equal(Http(port, '::1').get('/health').status, 200)
    equal(daemon.http.get('/metrics').status, 200)
    equal(client.set_value('/CustomName', GLib.Variant('s', 'Barn')), 0)
    eventually(lambda: 'Barn' in settings.stored().values(), 'the name is stored')
    daemon.signal(signal.SIGHUP)
    eventually(lambda: 'configuration read again' in daemon.log.read_text(), 'it is read again')
    equal(daemon.http.post({**RECORD, 'Soc': 50}).status, 200)
    equal(client.value('/Soc'), 50)
    equal(daemon.stop(), 0)
    equal([path.name for path in state.iterdir()], ['virtual.history'])
    equal(daemon.complaints(), [])


if __name__ == '__main__':
    harness.main(globals())
