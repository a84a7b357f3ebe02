"""What is listened on where the configuration says nothing, on a machine of its own: a network namespace."""
import os
import signal
import socket
import subprocess
import sys

from clients import PATIENCE
from harness import DAEMON, daemon_environment, equal

# Brings the loopback interface up, with or without IPv6, takes addresses away, and lets the daemon run beside.
MACHINE = '''
import fcntl, pathlib, signal, socket, struct, subprocess, sys
if 'no-ipv6' in sys.argv[1]:
    pathlib.Path('/proc/sys/net/ipv6/conf/lo/disable_ipv6').write_text('1')
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack('16sH14x', b'lo', 1))
if 'taken' in sys.argv[1]:
    other = socket.create_server(('::1', 1882), family=socket.AF_INET6)
daemon = subprocess.Popen(sys.argv[2:])
signal.signal(signal.SIGTERM, lambda *_: daemon.terminate())
sys.exit(daemon.wait())
'''
UNSHARE = ['unshare', '--user', '--map-current-user', '--keep-caps', '--net']


def run_on_machine(world, machine):
    """Returns: what the daemon, without a configuration file, has said until it served and was asked to stop"""
    address = str(world.path('notify'))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(address)
        supervisor.settimeout(PATIENCE)
        with subprocess.Popen([*UNSHARE, sys.executable, '-c', MACHINE, machine, DAEMON, '--bus', world.bus.address],
                              stderr=subprocess.PIPE, text=True,
                              env=daemon_environment({'NOTIFY_SOCKET': address})) as process:
            while supervisor.recv(100) != b'READY=1':
                pass
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE)[1]
            equal(process.returncode, 0, said)
    os.unlink(address)
    return said


def test_default_addresses(world):
    """Both; the second is left out silently where the machine has no IPv6, and not where somebody else has it."""
    said = run_on_machine(world, 'alone')
    assert 'listening on 127.0.0.1:1882' in said and 'listening on [::1]:1882' in said, said
    assert 'no configuration file: defaults' in said, said

    said = run_on_machine(world, 'taken')
    assert 'listening on 127.0.0.1:1882' in said and 'listening on [::1]' not in said, said
    assert 'cannot listen on [::1]:1882: ' in said and 'in use' in said and 'localhost' in said, said

    said = run_on_machine(world, 'no-ipv6')
    assert 'listening on 127.0.0.1:1882' in said and '::1' not in said, said
