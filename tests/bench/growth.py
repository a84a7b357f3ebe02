#!/usr/bin/python3
"""How the cost of a push grows: with the batteries, with the values that change, with those who read
the events.

    growth.py BUILD_DIR [--quick] [--plot FILE.svg]

Prints three tables, and draws them. Nothing here is a test.
"""
import argparse
import http.client
import json
import pathlib
import tempfile
import time

import callgrind
from records import COMPLETE, cells, eleven, post
from servers import Server, connect

CONNECTIONS_MAX = 8
COUNTED = (20, 100)


def batteries_groups(n):
    return ''.join(f'[battery b{i}]\n' for i in range(n))


def measure_batteries(build, folder, n, seconds):
    """@n batteries, each posted to once a second. Returns: CPU ms a second, PSS kB, private kB"""
    server = Server('daemon', build, folder, batteries_groups(n))
    clients = [connect(server.port) for _ in range(min(n, CONNECTIONS_MAX))]

    def post_all(turn, pause):
        for i in range(n):
            client = clients[i % len(clients)]
            client.sendall(post(eleven(turn), f'/battery/b{i}'))
            client.recv(4096)
            time.sleep(pause)

    for turn in (1, 2, 3):
        post_all(turn, 0)
        time.sleep(0.2)
    before = server.cpu_seconds()
    begun = time.monotonic()
    for turn in range(seconds):
        post_all(turn, max(0, (begun + turn + 1 - time.monotonic()) / n * 0.98))
    used = (server.cpu_seconds() - before) / (time.monotonic() - begun)
    _, pss, private = server.memory()
    server.stop()
    return used * 1000, pss, private


def record_of(changing, n):
    """A record of which so many values change with each push: one that is required, or cells beside
    those. Of what is made of the cells, the highest, the lowest and so on, nothing changes with them."""
    if changing <= 1:
        return dict(COMPLETE, Soc=50 + n % 2 * changing)
    if changing == 11:
        return eleven(n)
    record = cells(n, min(changing, 256))
    record.update({f'Balance{i + 1}': n % 2 for i in range(changing - 256)})
    return record


def count_changed(build, folder, changing):
    """What the daemon itself says."""
    server = Server('daemon', build, folder)
    client = http.client.HTTPConnection('127.0.0.1', server.port)
    for n in range(6):
        client.request('POST', '/battery', json.dumps(record_of(changing, n)))
        answer = json.loads(client.getresponse().read())
    server.stop()
    return answer['changed']


def measure_changes(build, folder, changing, pushes):
    """Returns: values that really changed, instructions a push, CPU µs a push; instructions where the same
    record comes again, and how much that is of the former"""
    counted, again = (callgrind.per_push('daemon', build, record, COUNTED)[''] for record in (
        lambda n: post(record_of(changing, n)), lambda n: post(record_of(changing, 0))))
    server = Server('daemon', build, folder)
    with connect(server.port) as client:
        for n in range(pushes + 10):
            if n == 10:
                before = server.cpu_seconds()
            client.sendall(post(record_of(changing, n)))
            client.recv(4096)
        used = server.cpu_seconds() - before
    server.stop()
    return count_changed(build, folder, changing), counted, used / pushes * 1e6, again, again / counted


def open_readers(port, n):
    readers = [connect(port) for _ in range(n)]
    for reader in readers:
        reader.sendall(b'GET /events HTTP/1.1\r\nHost: 127.0.0.1:1882\r\n\r\n')
        reader.recv(4096)
    return readers


def measure_readers(build, folder, n, pushes):
    """Returns: instructions a push, CPU µs a push"""
    counted = callgrind.per_push('daemon', build, lambda turn: post(eleven(turn)), COUNTED,
                                 lambda port: open_readers(port, n))['']
    server = Server('daemon', build, folder)
    readers = open_readers(server.port, n)
    before = None
    with connect(server.port) as client:
        for turn in range(pushes + 10):
            if turn == 10:
                before = server.cpu_seconds()
            client.sendall(post(eleven(turn)))
            client.recv(4096)
            for reader in readers:
                reader.recv(65536)
        used = server.cpu_seconds() - before
    server.stop()
    return counted, used / pushes * 1e6


def print_table(title, heads, rows):
    print(f'\n| {title} | {" | ".join(heads)} |\n|---|{"---|" * len(heads)}')
    for first, *rest in rows:
        print(f'| {first} | {" | ".join(f"{value:.2f}" if value < 10 else f"{value:.0f}" for value in rest)} |')


def draw(file, batteries, changes, readers):
    import matplotlib
    matplotlib.use('svg')
    # The same file where the numbers are the same.
    matplotlib.rcParams['svg.hashsalt'] = 'growth'
    matplotlib.rcParams['svg.fonttype'] = 'none'
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(11, 3.4), layout='constrained')
    parts = (
        (axes[0], 'batteries, each pushed once a second', 'CPU, ms a second', [(x, y) for x, y, *_ in batteries]),
        (axes[1], 'values that change with a push', 'thousand instructions a push',
         [(x, y / 1000) for x, y, *_ in changes]),
        (axes[2], 'readers of the events', 'thousand instructions a push', [(x, y / 1000) for x, y, _ in readers]),
    )
    axes[1].plot([x for x, *_ in changes], [again / 1000 for *_, again, _ in changes], marker='o', color='#999999',
                 label='the same record again')
    for axis, x_label, y_label, points in parts:
        axis.plot(*zip(*points), marker='o', color='#1f5fa8')
        axis.set_xlabel(x_label)
        axis.set_ylabel(y_label)
        axis.set_xticks([x for x, _ in points])
        axis.set_ylim(bottom=0)
        axis.grid(alpha=0.3)
    axes[1].legend(frameon=False)
    figure.savefig(file, metadata={'Date': None})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--quick', action='store_true', help='does it run at all')
    parser.add_argument('--plot', type=pathlib.Path)
    options, _ = parser.parse_known_args()
    build = options.build.resolve()
    seconds, pushes = (2, 50) if options.quick else (10, 1000)

    with tempfile.TemporaryDirectory() as folder:
        batteries = [(n, *measure_batteries(build, folder, n, seconds)) for n in (1, 4, 16, 64)]
        print_table('batteries', ('CPU, ms a second', 'PSS, kB', 'private memory, kB'), batteries)
        changes = [measure_changes(build, folder, n, pushes) for n in (0, 1, 11, 40, 160)]
        print_table('changed values', ('instructions a push', 'CPU a push at saturation, µs',
                                       'instructions, the same again', 'of a changed one'), changes)
        readers = [(n, *measure_readers(build, folder, n, pushes)) for n in (0, 1, 4, 8)]
        print_table('event readers', ('instructions a push', 'CPU a push at saturation, µs'), readers)
    if options.plot:
        draw(options.plot, batteries, changes, readers)


if __name__ == '__main__':
    main()
