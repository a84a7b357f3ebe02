#!/usr/bin/python3
"""The sources of a soak: one record a second each, on connections of their own.

    sources.py PORT NAME…

A line `silence NAME SECONDS` on standard input keeps one of them quiet. Each second a line of JSON says
what has become of the records since the last one: how often each status came (0: no answer), and how
long (s) each of the answers took. Ends with its standard input.
"""
import collections
import http.client
import json
import math
import pathlib
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'system'))
from clients import PATIENCE, RECORD  # noqa: E402  the path comes first

CELLS = 16


def record(n):
    """The n-th record: a battery that is charged and discharged within a quarter of an hour."""
    swing = math.sin(n * 2 * math.pi / 900)
    return {**RECORD, 'Soc': round(60 + 30 * swing, 1), 'Voltage': round(52 + swing, 2),
            'Current': round(80 * math.cos(n * 2 * math.pi / 900), 1), 'InstalledCapacity': 280,
            'Temperature': round(20 + 5 * swing, 1), 'ChargeMode': f'step {n % 5}',
            **{f'Cell{i + 1}': round(3.25 + swing / 16 + (n * 7 + i) % 5 / 1000, 3)
               for i in range(CELLS)}}


class Source(threading.Thread):
    def __init__(self, port, name, told):
        super().__init__(daemon=True)
        self.port = port
        self.name = name
        self.told = told
        self.connection = None
        self.silent_until = 0

    def run(self):
        due = time.monotonic()
        n = 0
        while True:
            due = max(due + 1, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))
            if time.monotonic() >= self.silent_until:
                began = time.monotonic()
                status = self.post(record(n))
                self.told.append((status, time.monotonic() - began))
                n += 1

    def post(self, content):
        """Returns: the status, 0 where there was no answer"""
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=PATIENCE)
            self.connection.request('POST', f'/battery/{self.name}', json.dumps(content))
            answer = self.connection.getresponse()
            answer.read()
            status, closed = answer.status, answer.will_close
        except (OSError, http.client.HTTPException):
            status, closed = 0, True
        if closed:
            self.connection.close()
            self.connection = None
        return status


def listen(sources):
    for line in sys.stdin:
        _, name, seconds = line.split()
        sources[name].silent_until = time.monotonic() + float(seconds)


def main():
    told = collections.deque()
    sources = {name: Source(int(sys.argv[1]), name, told) for name in sys.argv[2:]}
    for source in sources.values():
        source.start()
        time.sleep(1 / len(sources))
    listener = threading.Thread(target=listen, args=(sources,))
    listener.start()
    while listener.is_alive():
        time.sleep(1)
        answers = [told.popleft() for _ in range(len(told))]
        statuses = collections.Counter(status for status, _ in answers)
        print(json.dumps({'statuses': statuses,
                          'latencies': [round(took, 6) for status, took in answers if status]}),
              flush=True)


if __name__ == '__main__':
    main()
