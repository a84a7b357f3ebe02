#!/usr/bin/python3
"""What further batteries in one process cost: 1 and 16 of them, each posted to once a second.

    batteries.py BUILD_DIR [--quick]

Prints one table. Nothing here is a test.
"""
import argparse
import http.client
import pathlib
import tempfile
import time

from run import Server

RECORD = ('{{"Soc":{soc},"Current":{current},"Voltage":52.05,"Power":1,"MaxChargeCurrent":100,'
          '"MaxDischargeCurrent":150,"MaxChargeVoltage":55.2}}')


def cpu_seconds(pid):
    """CPU time of all threads so far."""
    return sum(int((task / 'schedstat').read_text().split()[0])
               for task in pathlib.Path(f'/proc/{pid}/task').iterdir()) / 1e9


def post(connection, name, turn):
    """Another Soc and Current each time, so that each push sends a signal."""
    connection.request('POST', f'/battery/{name}',
                       RECORD.format(soc=50 + turn % 40, current=turn % 70 + 1))
    connection.getresponse().read()


def measure(build, folder, n, seconds):
    """Returns: (CPU ms a second, PSS kB, private kB)"""
    names = [f'b{i}' for i in range(n)]
    server = Server('daemon', build, folder, ''.join(f'[battery {name}]\n' for name in names))
    connections = {name: http.client.HTTPConnection('127.0.0.1', server.port) for name in names}
    for turn in (1, 2, 3):
        for name in names:
            post(connections[name], name, turn)
        time.sleep(0.2)
    begun = cpu_seconds(server.process.pid)
    for turn in range(seconds):
        for name in names:
            post(connections[name], name, turn)
            time.sleep(1 / n)
    used = cpu_seconds(server.process.pid) - begun
    _, pss, private = server.memory()
    server.stop()
    return used * 1000 / seconds, pss, private


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--quick', action='store_true', help='does it run at all')
    options = parser.parse_args()
    seconds = 3 if options.quick else 30
    with tempfile.TemporaryDirectory() as folder:
        one, many = (measure(options.build, folder, n, seconds) for n in (1, 16))
    print('| | 1 battery | 16 batteries | each further one |\n|---|---|---|---|')
    for row, digits, *values in zip(('CPU, ms a second', 'PSS, kB', 'private memory, kB'),
                                    (2, 0, 0), one, many):
        each = (values[1] - values[0]) / 15
        print(f'| {row} | {values[0]:.{digits}f} | {values[1]:.{digits}f} | {each:.{digits}f} |')


if __name__ == '__main__':
    main()
