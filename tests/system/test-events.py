#!/usr/bin/python3
"""GET /events: what happens to the batteries, as server-sent events."""
import json
import os
import socket
import time

from gi.repository import GLib

import harness
from clients import PATIENCE, RECORD, BusClient, Http
from harness import CALM, equal, eventually

SNAPSHOT = ['state', 'renamed', 'selected', 'values']
READERS = 8
SANITIZING = os.environ.get('SANITIZING') == 'true'


class Reader:
    """Reads a stream as a browser does: id, event and data of each."""

    def __init__(self, daemon, path='/events', last=None, buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(('127.0.0.1', daemon.port))
        header = f'Last-Event-ID: {last}\r\n' if last else ''
        self.socket.sendall(f'GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n'.encode())
        self.file = self.socket.makefile('rb')
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(': ')
            self.headers[name.lower()] = value
        self.text = b''
        self.last = None

    def chunk(self):
        """Reads one chunk. Returns: False at the end"""
        line = self.file.readline()
        size = int(line, 16) if line else 0
        self.text += self.file.read(size + 2)[:-2]
        return size > 0

    def event(self):
        """The next (event, data); comments are skipped. None at the end."""
        while b'\n\n' not in self.text:
            if not self.chunk():
                return None
        block, _, self.text = self.text.partition(b'\n\n')
        if block.startswith(b':'):
            return self.event()
        fields = dict(line.split(': ', 1) for line in block.decode().split('\n'))
        self.last = fields['id']
        return fields['event'], json.loads(fields['data'])

    def snapshot(self, batteries=1):
        """The events with which a reader begins, by name; of the last battery."""
        events = [self.event() for _ in SNAPSHOT * batteries]
        equal([name for name, _ in events], SNAPSHOT * batteries)
        return dict(events)

    def next(self, name):
        """The data of the next event @name."""
        while (event := self.event()):
            if event[0] == name:
                return event[1]
        raise AssertionError(f'the stream ended before {name}')

    def close(self):
        self.file.close()
        self.socket.close()


def test_snapshot(world):
    daemon, _ = world.live()
    reader = Reader(daemon)
    equal((reader.status, reader.headers['content-type'], reader.headers['cache-control']),
          (200, 'text/event-stream', 'no-store'))
    events = reader.snapshot()
    equal([events['state'][name] for name in ('battery', 'state', 'on_bus', 'joining', 'text')],
          ['virtual', 'live', True, None, 'Receiving data from 127.0.0.1'])
    equal(events['values']['values']['Soc'], {'value': 63.5, 'text': '63.5%'})
    equal(events['renamed']['name'], '')
    equal(events['selected']['selected'], {'monitor': None, 'bms': None, 'dvcc': None})


def test_events(world):
    """State, values, refused, renamed, written, selected; changes only."""
    daemon, client = world.live('[battery]\ndbus-writable=true\n' + CALM)
    reader = Reader(daemon)
    reader.snapshot()
    daemon.http.post({**RECORD, 'Soc': 50, 'Soh': 99})
    equal(reader.event(), ('values', {'battery': 'virtual', 'values': {
        'Soc': {'value': 50, 'text': '50.0%'}, 'Soh': {'value': 99, 'text': '99%'}}}))
    daemon.http.post({**RECORD, 'Soc': 50})
    daemon.http.post({'Soh': None})
    equal(reader.event(), ('values', {'battery': 'virtual', 'values': {'Soh': None}}))

    daemon.http.post({'Soc': 200})
    name, data = reader.event()
    equal((name, data['status'], data['address'], data['errors'][0]['field']),
          ('refused', 422, '127.0.0.1', 'Soc'))
    daemon.http.post('no JSON')
    equal(reader.event()[1]['status'], 400)
    daemon.http.post({'Soc': 200}, '/battery/check')

    equal(client.set_value('/CustomName', GLib.Variant('s', 'Hütte')), 0)
    equal(reader.event(), ('renamed', {'battery': 'virtual', 'name': 'Hütte'}))
    equal(reader.event()[0], 'written')
    equal(client.set_value('/Soc', GLib.Variant('i', 44)), 0)
    equal(reader.event()[0], 'values')
    equal(reader.event(), ('written', {'battery': 'virtual', 'field': 'Soc', 'path': '/Soc',
                                       'value': 44}))

    daemon.http.delete()
    name, data = reader.event()
    equal((name, data['state']), ('state', 'gone'))
    equal(reader.event()[1]['values']['Voltage'], None)

    system = world.system()
    system.set('/Control/Dvcc', 1)
    eventually(lambda: reader.next('selected')['selected']['dvcc'], 'DVCC is told')


def test_limited(world):
    """Which rule limits, when that changes, and not with the number."""
    daemon, _ = world.live('[battery]\n' + CALM + '[limits]\ncharge-current=100\n'
                           'charge-by-soc=80:100;100:0\n')
    reader = Reader(daemon)
    for name in SNAPSHOT:
        equal(reader.event()[0], name)
    equal(reader.event(), ('limited', {'battery': 'virtual', 'limited': {}}))
    for soc in (81, 82, 83):
        daemon.http.post({**RECORD, 'Soc': soc})
    equal(reader.next('limited')['limited'], {'MaxChargeCurrent': {
        'to': 95, 'by': 'charge-by-soc', 'field': 'Soc', 'value': 81, 'share': 95}})
    equal([reader.event()[0] for _ in range(2)], ['values', 'values'])
    daemon.http.delete()
    equal(reader.event()[1]['state'], 'gone')


def test_accepted(world):
    """Each record that was taken, also one that changed nothing, for who asks for them."""
    daemon, _ = world.live()
    page, flow = Reader(daemon, '/events?accepted=true'), Reader(daemon)
    page.snapshot()
    flow.snapshot()
    daemon.http.post(RECORD)
    name, data = page.event()
    equal((name, data['battery'], data['address'], data['state'], data['accepted'], data['changed'],
           data['missing']), ('accepted', 'virtual', '127.0.0.1', 'live', 6, 0, []))
    daemon.http.post({'Soc': 50})
    equal([page.event()[0] for _ in range(2)], ['values', 'accepted'])
    equal(flow.event()[0], 'values')
    daemon.http.post({'Soc': 200})
    equal((page.event()[0], flow.event()[0]), ('refused', 'refused'))
    assert 'errors' not in data, data
    daemon.http.post(RECORD, '/battery/check')
    daemon.http.post({'Soc': 50, 'Socc': 1, 'Temperature': 500})
    name, data = page.event()
    equal((name, data['accepted'], [error['field'] for error in data['errors']]),
          ('accepted', 1, ['Socc', 'Temperature']))
    assert 'more_errors' not in data, data
    daemon.http.post({'Soc': 50, **{f'x{n}': 1 for n in range(30)}})
    data = page.event()[1]
    equal((len(data['errors']), data['more_errors']), (20, 10))
    daemon.http.post({'Soc': 51})
    equal(page.event()[1]['values']['Soc']['value'], 51)

    # One that comes back is told what it missed, but for these.
    page.close()
    daemon.http.post({'Soc': 52})
    page = Reader(daemon, '/events?accepted=true', last=page.last)
    equal(page.event()[1]['values']['Soc']['value'], 52)
    daemon.http.post({'Soc': 52})
    equal(page.event()[1]['accepted'], 1)


def test_ladder(world):
    """Each step is told when it is taken, although nobody sends anything."""
    daemon = world.start('[battery]\nwarn-after=0.5\nstale-after=1\ndrop-after=1.5\nleave-after=2\n')
    reader = Reader(daemon)
    reader.snapshot()
    daemon.http.post(RECORD)
    states = []
    while states[-1:] != ['gone']:
        state = reader.next('state')['state']
        if states[-1:] != [state]:
            states.append(state)
    equal(states, ['live', 'late', 'stale', 'lost', 'gone'])


def test_one_battery(world):
    daemon = world.start('[battery]\n' + CALM + '[battery shed]\nrole=monitor\n' + CALM)
    both, shed = Reader(daemon), Reader(daemon, '/events?battery=shed')
    both.snapshot(2)
    equal(shed.snapshot()['state']['battery'], 'shed')
    daemon.http.post(RECORD)
    daemon.http.post({'Soc': 50, 'Voltage': 25, 'Current': 1}, '/battery/shed')
    equal([both.next('values')['battery'] for _ in range(2)], ['virtual', 'shed'])
    equal(shed.next('values')['battery'], 'shed')
    equal(Reader(daemon, '/events?battery=boat').status, 404)


def test_last_event_id(world):
    """A reader that comes back misses nothing; one that was away for too long begins anew."""
    daemon, _ = world.live()
    reader = Reader(daemon)
    reader.snapshot()
    daemon.http.post({'Soc': 50})
    reader.event()
    last = reader.last
    reader.close()
    for soc in (51, 52, 53):
        daemon.http.post({'Soc': soc})
    reader = Reader(daemon, last=last)
    equal([reader.event()[1]['values']['Soc']['value'] for _ in range(3)], [51, 52, 53])

    for n in range(300):
        daemon.http.post({'Soc': 50 + n % 2})
    reader.close()
    for wrong in (last, '1-1', 'nonsense', '-', f'{last}0000'):
        reader = Reader(daemon, last=wrong)
        reader.snapshot()
        reader.close()


def test_too_many_readers(world):
    """The ninth is told to wait; who pushes is not concerned; who goes makes room."""
    daemon, _ = world.live()
    readers = [Reader(daemon) for _ in range(READERS)]
    refused = Reader(daemon)
    equal((refused.status, refused.headers['retry-after']), (503, '10'))
    refused.close()
    pushers = [Http(daemon.port).keep() for _ in range(32)]
    for pusher in pushers:
        equal(pusher.post(RECORD).status, 200)
    equal(daemon.http.post(RECORD).status, 503)
    for pusher in pushers:
        pusher.kept.close()
    readers[3].close()
    eventually(lambda: Reader(daemon).status == 200, 'there is room again')


def test_stuck_reader(world):
    """One that does not read is dropped; nobody else notices, and memory stays bounded."""
    options = os.environ.get('ASAN_OPTIONS', '')
    daemon = world.start('[battery]\n' + CALM, environment={
        'ASAN_OPTIONS': f'{options}:quarantine_size_mb=1:thread_local_quarantine_size_kb=64'})
    daemon.join()
    stuck = Reader(daemon, buffer=4096)
    readers = [Reader(daemon) for _ in range(READERS - 1)]
    for reader in readers:
        reader.snapshot()
    before = memory(daemon)
    http = Http(daemon.port).keep()
    bus = BusClient(world.bus.address, listens=False)
    for n in range(20000):
        # It is the readers that are looked at: a bus that has no time is waited for.
        if n % 100 == 0:
            bus.sync(daemon.pid)
        cells = {f'Cell{i}': 3.2 + n % 2 / 10 for i in range(1, 61)}
        equal(http.post({**RECORD, 'Soc': 20 + n % 50, **cells}).status, 200)
        for reader in readers:
            equal(reader.next('values')['values']['Soc']['value'], 20 + n % 50)
    # Under the sanitizers what was freed is not given back at once: theirs is not the daemon's memory.
    grown = memory(daemon) - before
    print(f'# grown by {grown} kB')
    assert SANITIZING or grown < 16000, f'grown by {grown} kB'
    assert 'fallen behind' in daemon.log.read_text()
    equal(stuck.status, 200)
    bus.close()


def memory(daemon):
    """Resident memory in kB."""
    with open(f'/proc/{daemon.pid}/statm', encoding='ascii') as statm:
        return int(statm.read().split()[1]) * 4


def test_still_here(world):
    """A comment every 15 s tells both sides that the other one is there."""
    daemon, _ = world.live()
    reader = Reader(daemon)
    reader.snapshot()
    began = time.monotonic()
    while b': still here\n\n' not in reader.text:
        assert reader.chunk() and time.monotonic() - began < 20, reader.text


def test_stop(world):
    """A daemon that is asked to stop ends its streams."""
    daemon, _ = world.live()
    readers = [Reader(daemon) for _ in range(3)]
    for reader in readers:
        reader.snapshot()
    equal(daemon.stop(), 0)
    for reader in readers:
        equal(reader.event(), None)


def test_methods(world):
    daemon, _ = world.live()
    answer = daemon.http.post({}, '/events')
    equal((answer.status, answer.headers['allow']), (405, 'GET, HEAD'))
    head = daemon.http.request('HEAD', '/events')
    equal((head.status, head.headers['content-type'], head.body), (200, 'text/event-stream', ''))


if __name__ == '__main__':
    harness.main(globals())
