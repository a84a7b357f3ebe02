#!/usr/bin/python3
"""A source as it should be: one record a second on a connection of its own, as Node-RED keeps one.

    honest_poster.py PORT PATH SECONDS [--fresh] [--token=TOKEN]

Each record has a Voltage of its own, by which it is known on the bus. Prints, as JSON, how many
connections were made, and of each record its voltage, the status of its answer (0: none), by how
many seconds the answer was later than the record was due, and how many it took to connect and send.
`--fresh`: a connection for each record, as an old Node-RED makes them. A program of its own, so that
nothing in the test delays it.
"""
import http.client
import json
import sys
import time

from clients import PATIENCE, RECORD


class Poster:
    def __init__(self, port, path, fresh, headers):
        self.port = port
        self.path = path
        self.fresh = fresh
        self.headers = headers
        self.connection = None
        self.connections = 0

    def post(self, record):
        """Returns: the status, 0 where the connection was lost, and the seconds it took to send"""
        began, sent = time.monotonic(), None
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=PATIENCE)
                self.connection.connect()
                self.connections += 1
            self.connection.request('POST', self.path, json.dumps(record), self.headers)
            sent = time.monotonic()
            answer = self.connection.getresponse()
            answer.read()
            status, closed = answer.status, answer.will_close or self.fresh
        except (OSError, http.client.HTTPException):
            status, closed = 0, True
        if closed and self.connection:
            self.connection.close()
            self.connection = None
        return status, (sent or time.monotonic()) - began


def main():
    port, path, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    tokens = [word.partition('=')[2] for word in sys.argv if word.startswith('--token=')]
    poster = Poster(port, path, '--fresh' in sys.argv,
                    {'Authorization': f'Bearer {token}' for token in tokens})
    began = time.monotonic()
    records = []
    for n in range(seconds):
        due = began + n
        time.sleep(max(0, due - time.monotonic()))
        voltage = round(50 + n / 100, 2)
        status, took = poster.post({**RECORD, 'Voltage': voltage})
        records.append((voltage, status, time.monotonic() - due, took))
    print(json.dumps({'connections': poster.connections, 'records': records}))


if __name__ == '__main__':
    main()
