"""The servers that are measured, each on a bus of its own."""
import pathlib
import socket
import subprocess
import time

CONFIG = '[http]\nlisten=127.0.0.1:{port}\n[bus]\nrequire-settings=false\nsettings-timeout=0\n'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def connect(port, timeout=60):
    """Waits until somebody listens."""
    end = time.monotonic() + timeout
    while True:
        try:
            return socket.create_connection(('127.0.0.1', port), timeout=timeout)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.0005)


class Bus:
    def __init__(self):
        self.process = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--nosyslog', '--print-address'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def server_command(name, build, port, folder, groups=''):
    """@groups: [battery …] groups of the daemon's configuration"""
    if name != 'daemon':
        return [build / 'tests/bench' / name, str(port)]
    config = pathlib.Path(folder) / f'{port}.ini'
    config.write_text(CONFIG.format(port=port) + groups)
    return [build / 'src/dbus-virtual-battery', '--config', config]
