#!/usr/bin/python3
"""What one push costs: the daemon against the floor, alternating, in one run.

    run.py BUILD_DIR [--quick] [--rounds N]

Prints one table of medians (with the spread of the rounds). Nothing here is a test: speed depends on
the machine; read the ratios.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import tempfile
import time

POST = (b'POST /battery HTTP/1.1\r\nHost: 127.0.0.1:1882\r\nContent-Length: %d\r\n\r\n%s')
RECORD = (b'{"Soc":50.5,"Current":-10.3,"Voltage":52.05,"Power":1,"MaxChargeCurrent":100,'
          b'"MaxDischargeCurrent":150,"MaxChargeVoltage":55.2}')
CONFIG = '[http]\nlisten=127.0.0.1:{port}\n[bus]\nrequire-settings=false\nsettings-timeout=0\n'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Bus:
    def __init__(self):
        self.process = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--nosyslog', '--print-address'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Server:
    """The daemon or the floor, with a bus of its own."""

    def __init__(self, name, build, folder, groups=''):
        self.name = name
        self.port = free_port()
        self.bus = Bus()
        if name == 'floor':
            command = [str(build / 'tests/bench/floor'), str(self.port)]
        else:
            config = pathlib.Path(folder) / f'{self.port}.ini'
            config.write_text(CONFIG.format(port=self.port) + groups)
            command = [str(build / 'src/dbus-virtual-battery'), '--config', str(config)]
        environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.bus.address)
        begun = time.monotonic()
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        while self.push() is None:
            time.sleep(0.0002)
        self.start = (time.monotonic() - begun) * 1000
        self.environment = environment
        self.build = build

    def push(self):
        try:
            with socket.create_connection(('127.0.0.1', self.port), timeout=2) as client:
                client.sendall(POST % (len(RECORD), RECORD))
                return client.recv(4096)
        except OSError:
            return None

    def load(self, rate, count):
        output = subprocess.run(
            [str(self.build / 'tests/bench/load'), str(self.port), str(self.process.pid), str(rate),
             str(count)], env=self.environment, stdout=subprocess.PIPE, check=True, text=True).stdout
        return json.loads(output)

    def memory(self):
        """RSS, PSS and private memory in kB."""
        wanted = {'Rss': 0, 'Pss': 0, 'Private_Dirty': 0}
        for line in pathlib.Path(f'/proc/{self.process.pid}/smaps_rollup').read_text().splitlines():
            key, _, value = line.partition(':')
            if key in wanted:
                wanted[key] = int(value.split()[0])
        return wanted['Rss'], wanted['Pss'], wanted['Private_Dirty']

    def wakeups(self):
        """How often its threads went to sleep so far: each wake-up ends in one."""
        total = 0
        for task in pathlib.Path(f'/proc/{self.process.pid}/task').iterdir():
            for line in (task / 'status').read_text().splitlines():
                if line.startswith('voluntary_ctxt_switches'):
                    total += int(line.split()[1])
        return total

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.bus.stop()


def spread(values, digits):
    if not values:
        return '-'
    return f'{statistics.median(values):.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})'


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--quick', action='store_true', help='a tenth of the pushes: does it run at all')
    parser.add_argument('--rounds', type=int, default=5)
    options = parser.parse_args()
    scale = 10 if options.quick else 1
    rounds = 1 if options.quick else options.rounds
    names = ('floor', 'daemon')
    results = {name: {} for name in names}

    def note(name, row, value):
        results[name].setdefault(row, []).append(value)

    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            for name in names:
                server = Server(name, options.build, folder)
                note(name, 'start to first answer, ms', server.start)
                for rate, count in ((1, 20), (10, 100), (0, 5000)):
                    load = server.load(rate, max(count // scale, 2))
                    at = f'at {rate}/s' if rate else 'at saturation'
                    note(name, f'CPU a push {at}, µs', load['cpu'])
                    if rate:
                        note(name, f'latency median {at}, µs', load['median'])
                        note(name, f'latency p99 {at}, µs', load['p99'])
                    else:
                        note(name, 'pushes a second, one connection', load['pushes'] / load['seconds'])
                        note(name, 'signals a push', load['signals'] / load['pushes'])
                server.stop()

        for name in names:
            server = Server(name, options.build, folder)
            before = server.wakeups()
            time.sleep(20 / scale)
            note(name, 'wake-ups in 20 s of silence', server.wakeups() - before)
            server.load(0, 1000)
            note(name, 'RSS after 1 000 pushes, kB', server.memory()[0])
            server.load(0, 9000 // scale)
            for row, value in zip(('RSS', 'PSS', 'private memory'), server.memory()):
                note(name, f'{row} after 10 000 pushes, kB', value)
            server.load(0, 90000 // scale)
            note(name, 'RSS after 100 000 pushes, kB', server.memory()[0])
            server.stop()

    for name in names:
        for row in results[name]:
            rows.setdefault(row, None)
    print(f'| | {" | ".join(names)} | ratio |\n|---|{"---|" * (len(names) + 1)}')
    for row in rows:
        digits = 2 if 'signals' in row else 1 if 'ms' in row else 0
        values = [results[name].get(row, []) for name in names]
        floor, daemon = (statistics.median(value) if value else 0 for value in values)
        ratio = f'{daemon / floor:.2f}' if floor else '-'
        print(f'| {row} | {" | ".join(spread(value, digits) for value in values)} | {ratio} |')


if __name__ == '__main__':
    main()
