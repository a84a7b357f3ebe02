#!/usr/bin/python3
"""What one push costs: the daemon, two floors and two peers, alternating, in one run.

    run.py BUILD_DIR [--quick] [--rounds N]

Prints one table of medians (with the spread of the rounds). Nothing here is a test: speed depends on
the machine; read the ratios. The floors take a POST and emit a signal of eleven values, and that is
all they do: one with GDBus, one with libdbus.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile
import time

import callgrind
from records import eleven, post
from servers import MQTT, NODE, Monitor, Server

NAMES = {'daemon': 'this daemon', 'floor': 'floor: GDBus', 'floor-libdbus': 'floor: libdbus',
         NODE: 'dbus-victron-virtual', MQTT: 'Mosquitto + python3-dbus'}
WHOSE = ('process', 'bus', 'broker')


class Table:
    def __init__(self):
        self.rows = {}

    def note(self, row, name, value):
        self.rows.setdefault(row, {}).setdefault(name, []).append(value)

    def print(self):
        print(f'| | {" | ".join(NAMES.values())} | daemon / GDBus |\n|---|{"---|" * (len(NAMES) + 1)}')
        for row, values in self.rows.items():
            cells = [spread(values.get(name)) for name in NAMES]
            print(f'| {row} | {" | ".join(cells)} | {ratio(values)} |')


def spread(values):
    if not values:
        return ''
    middle = statistics.median(values)
    digits = 0 if middle >= 100 or middle == int(middle) else 1
    if len(values) == 1:
        return f'{middle:.{digits}f}'
    return f'{middle:.{digits}f} ({min(values):.{digits}f}–{max(values):.{digits}f})'


def ratio(values):
    if 'floor' not in values or 'daemon' not in values:
        return ''
    floor = statistics.median(values['floor'])
    return f'{statistics.median(values["daemon"]) / floor:.2f}' if floor else ''


def load(server, *arguments):
    output = subprocess.run(server.load_command(*arguments), env=server.environment,
                            stdout=subprocess.PIPE, check=True, text=True).stdout
    return json.loads(output)


def measure_rated(table, server, rate, count):
    result = load(server, rate, count)
    for whose, cpu in zip(WHOSE, result['cpu']):
        table.note(f'CPU a push at {rate}/s, µs: {whose}', server.name, cpu)
    table.note(f'CPU a push at {rate}/s, µs: all', server.name, sum(result['cpu']))
    table.note(f'latency at {rate}/s, µs: median', server.name, result['median'])
    table.note(f'latency at {rate}/s, µs: p99', server.name, result['p99'])


def measure_fast(table, server, count):
    for connections, row in ((1, 'one connection'), (8, 'eight connections')):
        result = load(server, 0, count, connections)
        table.note(f'pushes a second, {row}', server.name, result['pushes'] / result['seconds'])
        if connections == 1:
            table.note('CPU a push at that rate, µs: process', server.name, result['cpu'][0])


def measure_memory(table, server, when):
    _, pss, private = server.memory()
    table.note(f'PSS {when}, kB', server.name, pss)
    table.note(f'private memory {when}, kB', server.name, private)


def measure_bus(table, server, count):
    server.push(1)
    time.sleep(0.3)
    monitor = Monitor(server.bus)
    for n in range(count):
        server.push(n)
        time.sleep(0.05)
    time.sleep(0.3)
    table.note('messages a push', server.name, monitor.messages / count)
    table.note('bytes a push on the bus', server.name, monitor.bytes / count)
    monitor.stop()


def measure_growth(table, server, scale):
    """Each push waits for the signal of the one before: a bus that is not kept up with fills GDBus'
    queue, which is no growth of ours."""
    for total, more in ((1000, 1000), (100000, 99000 // scale)):
        load(server, 1e6, more)
        rss, _, private = server.memory()
        table.note(f'RSS after {total} pushes, kB', server.name, rss)
        table.note(f'private memory after {total} pushes, kB', server.name, private)


def measure_once(table, name, build, folder, scale):
    """What need not be repeated."""
    server = Server(name, build, folder)
    measure_bus(table, server, 10)
    load(server, 0, 10000 // scale)
    measure_memory(table, server, 'after 10 000 pushes')
    server.stop()
    if name == 'daemon':
        server = Server(name, build, folder)
        measure_growth(table, server, scale)
        server.stop()


def measure_silence(table, name, build, folder, seconds):
    server = Server(name, build, folder)
    time.sleep(1)
    before = server.wakeups()
    time.sleep(seconds)
    table.note(f'wake-ups in {seconds} s of silence', name, server.wakeups() - before)
    server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--quick', action='store_true', help='a tenth of the pushes: does it run at all')
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    build, scale = options.build.resolve(), 10 if options.quick else 1
    table = Table()

    with tempfile.TemporaryDirectory() as folder:
        for _ in range(1 if options.quick else options.rounds):
            for name in NAMES:
                server = Server(name, build, folder)
                table.note('start to first answer, ms', name, server.start)
                time.sleep(0.5)
                measure_memory(table, server, 'idle')
                for rate, count in ((1, 10), (10, 40)):
                    measure_rated(table, server, rate, max(count // scale, 2))
                measure_fast(table, server, 3000 // scale)
                server.stop()
        for name in NAMES:
            measure_once(table, name, build, folder, scale)
        for name in ('daemon', 'floor'):
            measure_silence(table, name, build, folder, 20 // scale)
    for name in ('daemon', 'floor', 'floor-libdbus'):
        table.note('instructions a push', name, callgrind.per_push(name, build, lambda n: post(eleven(n)))[''])
    table.print()


if __name__ == '__main__':
    main()
