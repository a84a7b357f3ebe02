#!/usr/bin/python3
"""What the release weighs: size, memory and start of the static binary, beside the dynamic one's.

    figures.py BUILD_DIR WORK DIST [--rounds N]

BUILD_DIR holds the dynamic build, WORK what ./dev release left, DIST its archives. Medians, with the
spread of the rounds; memory and times are this machine's (x86-64), and best taken on an idle one.
PSS shrinks where the same binary runs twice.
"""
import argparse
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

from servers import CONFIG, Bus, free_port

NAME = 'dbus-virtual-battery'
PUSHES = 10000
RECORD = {'Soc': 50.5, 'Current': -10.3, 'Voltage': 52.05, 'MaxChargeCurrent': 100,
          'MaxDischargeCurrent': 150, 'MaxChargeVoltage': 55.2}
BODY = json.dumps(RECORD).encode()
POST = b'POST /battery HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n%s' % (len(BODY), BODY)


class Daemon:
    """@binary on a bus of its own. start: milliseconds from its start to its first answer"""

    def __init__(self, binary, folder):
        self.bus = Bus()
        self.port = free_port()
        config = pathlib.Path(folder) / f'{self.port}.ini'
        config.write_text(CONFIG.format(port=self.port))
        environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.bus.address)
        begun = time.monotonic()
        self.process = subprocess.Popen([str(binary), '--config', str(config)], env=environment,
                                        stderr=subprocess.DEVNULL)
        while not self.answers():
            if self.process.poll() is not None:
                raise SystemExit(f'{binary} ended with {self.process.returncode}')
            time.sleep(0.0001)
        self.start = (time.monotonic() - begun) * 1000

    def answers(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=2) as client:
                client.sendall(POST)
                return client.recv(4096)
        except OSError:
            return None

    def push(self, count):
        record = dict(RECORD)
        connection = http.client.HTTPConnection('127.0.0.1', self.port)
        for number in range(count):
            record['Current'] = -10 + number % 100 / 10
            connection.request('POST', '/battery', json.dumps(record))
            reply = connection.getresponse()
            reply.read()
            if reply.status not in (200, 202):
                raise SystemExit(f'a push was answered {reply.status}')
        connection.close()

    def memory(self, key):
        for line in pathlib.Path(f'/proc/{self.process.pid}/smaps_rollup').read_text().splitlines():
            if line.startswith(f'{key}:'):
                return int(line.split()[1])
        raise SystemExit(f'no {key}')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.bus.stop()


def spread(values, digits):
    return f'{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})'


def stripped_size(binary, folder):
    copy = pathlib.Path(folder) / 'stripped'
    shutil.copy(binary, copy)
    subprocess.run(['strip', copy], check=True)
    return copy.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('work', type=pathlib.Path)
    parser.add_argument('dist', type=pathlib.Path)
    parser.add_argument('--rounds', type=int, default=5)
    options = parser.parse_args()
    binaries = {'static': options.work / 'bin' / 'x86_64' / NAME,
                'dynamic': options.build / 'src' / NAME}
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            for name, binary in binaries.items():
                daemon = Daemon(binary, folder)
                found = {'start to first answer, ms': daemon.start}
                time.sleep(1)
                found |= {'PSS idle, kB': daemon.memory('Pss'), 'RSS idle, kB': daemon.memory('Rss')}
                daemon.push(PUSHES)
                found |= {f'PSS after {PUSHES} pushes, kB': daemon.memory('Pss'),
                          f'RSS after {PUSHES} pushes, kB': daemon.memory('Rss')}
                daemon.stop()
                for row, value in found.items():
                    rows.setdefault(row, {}).setdefault(name, []).append(value)
        print('| x86-64 | static | dynamic |\n|---|---|---|')
        sizes = [f'{stripped_size(binary, folder)}' for binary in binaries.values()]
        print(f'| size, stripped, bytes | {" | ".join(sizes)} |')
        for row, values in rows.items():
            digits = 2 if 'ms' in row else 0
            print(f'| {row} | {" | ".join(spread(values[name], digits) for name in binaries)} |')
    print('\n| | bytes |\n|---|---|')
    for path in [*sorted((options.work / 'bin').glob('*/*')), *sorted(options.dist.iterdir())]:
        label = f'{path.parent.name}/{path.name}' if path.name == NAME else path.name
        print(f'| {label} | {path.stat().st_size} |')


if __name__ == '__main__':
    main()
