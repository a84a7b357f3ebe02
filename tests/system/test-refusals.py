#!/usr/bin/python3
"""Records that are refused, and what they may cost: memory, and lines.

Under the limits of the run script of the GX (service/gx/service/run). FLOOD: how many records.
"""
import json
import os
import re
import resource
import socket
import threading

from clients import PATIENCE
from gi.repository import GLib

from harness import CALM, SOURCE_ROOT, equal, eventually, main, run_daemon

FLOOD = int(os.environ.get('FLOOD', '10000'))
BODY_MAX = 16384
ERRORS_MAX = 20
READERS = 8

# The memory of the sanitizers is not that of the daemon: under them it is flooded without limits.
SANITIZING = os.environ.get('SANITIZING') == 'true'

# What a refusal, an answer and all that is kept may grow the process by; a GX has little.
GROWTH_MAX = 12 * 1024


def run_limits():
    """The limits of the run script: data, stack."""
    run = (SOURCE_ROOT / 'service/gx/service/run').read_text()
    return tuple(int(n) for n in re.search(r'softlimit -d (\d+) -s (\d+) ', run).groups())


def limited():
    data, stack = run_limits()
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_STACK, (stack, stack))


def unknown_names(size):
    """A body of as many unknown names as @size bytes hold. Returns: body, how many"""
    names = max(1, (size - 2) // 7)
    members = ','.join(f'"{i:x}":1' for i in range(names))
    while len(members) > size - 2 and names > 1:
        names -= 1
        members = members[:members.rindex(',')]
    return ('{' + members + '}').encode(), names


def memory(daemon, what):
    """kB, of /proc."""
    with open(f'/proc/{daemon.pid}/status', encoding='ascii') as status:
        return int(re.search(rf'^{what}:\s+(\d+) kB', status.read(), re.M).group(1))


def post(body, path='/battery'):
    return (f'POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n'
            .encode() + body)


def deaf_reader(daemon):
    """One that asks for all events and reads none."""
    reader = socket.socket()
    reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    reader.connect(('127.0.0.1', daemon.port))
    reader.sendall(b'GET /events?accepted=true HTTP/1.1\r\nHost: localhost\r\n\r\n')
    return reader


def read_answers(file, count, wanted):
    """Reads @count answers. Returns: the longest one"""
    longest = 0
    for _ in range(count):
        line = file.readline()
        assert line, 'the daemon has closed the connection'
        length = 0
        equal(int(line.split()[1]), wanted, 'status')
        while (line := file.readline().strip()):
            name, _, value = line.decode().partition(':')
            if name.lower() == 'content-length':
                length = int(value)
        equal(len(file.read(length)), length)
        longest = max(longest, length)
    return longest


def flood(daemon, count):
    """Sends @count wrong records of every size, one after the other without waiting, and reads what
    comes. Returns: the longest answer"""
    bodies = [post(unknown_names(size)[0]) for size in range(16, BODY_MAX + 1, 409)]
    with socket.create_connection(('127.0.0.1', daemon.port), PATIENCE) as client:
        def send():
            for n in range(count):
                client.sendall(bodies[n * 7 % len(bodies)])

        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        longest = read_answers(client.makefile('rb'), count, 422)
        sender.join(PATIENCE)
    return longest


def test_flood_under_limits(world):
    daemon = world.start('[battery]\n' + CALM, preexec_fn=None if SANITIZING else limited)
    daemon.join()
    flood(daemon, 300)
    before = memory(daemon, 'VmRSS')
    readers = [deaf_reader(daemon) for _ in range(READERS)]
    longest = flood(daemon, FLOOD)
    for _ in range(60):
        daemon.http.post(unknown_names(BODY_MAX)[0])

    recent = daemon.http.get('/battery/virtual/recent')
    length = len(json.dumps(recent.body))
    peak = memory(daemon, 'VmHWM')
    print(f'# {FLOOD} records: RSS {before} kB before, {peak} kB at most, '
          f'longest answer {longest} bytes, recent {length} bytes')
    assert longest < 8192, f'an answer of {longest} bytes'
    assert length < 131072, f'{length} bytes of recent records'
    assert SANITIZING or peak - before < GROWTH_MAX, f'grew by {peak - before} kB'
    equal(daemon.state()['source']['refused'], FLOOD + 360)
    daemon.join()
    for reader in readers:
        reader.close()


def test_counts_stay_true(world):
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    reader = Events(daemon)
    body, names = unknown_names(BODY_MAX)
    answer = daemon.http.post(body)
    equal(answer.status, 422)
    equal(len(answer.body['errors']), ERRORS_MAX)
    equal(answer.body['more_errors'], names - ERRORS_MAX)
    equal(answer.body['detail'], f'{names} of {names} fields are wrong; nothing was changed.')
    refusal = daemon.state()['source']['last_refusal']
    recent = daemon.http.get('/battery/virtual/recent').body['records'][0]
    for told in (refusal, recent, reader.next('refused')):
        equal((told['errors'], told['more_errors']),
              (answer.body['errors'], answer.body['more_errors']))

    # A check says the same, and up to twenty are all there.
    equal(daemon.http.post(body, '/battery/check').body['more_errors'], names - ERRORS_MAX)
    few = daemon.http.post({f'x{n}': 1 for n in range(ERRORS_MAX)}).body
    equal(len(few['errors']), ERRORS_MAX)
    assert 'more_errors' not in few, few
    reader.close()


def test_known_fields_are_told_first(world):
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    record = {**{f'x{n}': 1 for n in range(100)}, 'Soc': 200,
              **{f'y{n}': 1 for n in range(100)}, 'Voltage': 5000}
    body = daemon.http.post(record).body
    fields = [error['field'] for error in body['errors']]
    equal(fields, [f'x{n}' for n in range(18)] + ['Soc', 'Voltage'])
    equal(body['more_errors'], 182)
    equal(body['detail'], '202 of 202 fields are wrong; nothing was changed.')

    # More than there is room for, of known fields alone.
    cells = {f'Cell{n}': 'x' for n in range(1, 31)}
    body = daemon.http.post({'x': 1, **cells}).body
    equal([error['field'] for error in body['errors']], [f'Cell{n}' for n in range(1, 21)])
    equal((body['more_errors'], body['detail']),
          (11, '31 of 31 fields are wrong; nothing was changed.'))


def test_errors_of_taken_records_are_counted(world):
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    body = daemon.http.post({'Soc': 61, **{f'x{n}': 1 for n in range(100)}})
    equal((body.status, body.body['accepted']), (200, 1))
    equal((len(body.body['errors']), body.body['more_errors']), (ERRORS_MAX, 100 - ERRORS_MAX))

    for told in (daemon.state()['source'], daemon.http.get('/battery/virtual/recent').body['records'][0]):
        equal((told['errors'], told['more_errors']), (body.body['errors'], 100 - ERRORS_MAX))

    # A required field that is wrong is not overlooked for them.
    record = {**{f'x{n}': 1 for n in range(100)}, 'Soc': 200}
    equal(daemon.http.post(record).status, 422)
    body = daemon.http.post({**record, 'Voltage': 52.7}).body
    equal((body['accepted'], [error['field'] for error in body['errors']][-1], body['missing']),
          (1, 'Soc', ['Soc']))
    equal(daemon.state()['values']['Soc']['value'], 61)
    cells = {f'Cell{n}': 'x' for n in range(1, 31)}
    equal(daemon.http.post({**cells, 'Soc': 200}).status, 422)
    answer = daemon.http.post({**cells, 'Soc': 60})
    equal((answer.status, len(answer.body['errors']), answer.body['more_errors']), (200, 20, 10))
    equal(daemon.state()['values']['Soc']['value'], 60)


CONTROLS = re.compile('[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]')
FORGED = 'battery-Message: battery virtual: live'
HOSTILE = f'x\n{FORGED}\r\n\x1b[31m\u202eevil\u2066'
HOSTILE_SHOWN = f'x\\u000a{FORGED}'


def assert_clean(text, what, most=None):
    """@text shows nothing that acts on what shows it; lines end in line breaks alone."""
    found = CONTROLS.search(text)
    assert not found, f'{what}: {found.group()!r} in {text!r}'
    assert most is None or len(text.encode()) <= most, f'{what}: {len(text.encode())} bytes'


def test_texts_from_outside_are_one_line(world):
    daemon = world.start('[battery]\n' + CALM.replace('warn-after=100', 'warn-after=2'))
    client = world.client()
    daemon.join()

    # The refusal that is logged quotes the name.
    twice = f'{{{json.dumps(HOSTILE)}:1,{json.dumps(HOSTILE)}:1}}'
    answer = daemon.http.post(twice)
    equal((answer.status, answer.body['errors'][0]['code']), (422, 'unknown'))
    assert answer.body['errors'][0]['field'].startswith(HOSTILE_SHOWN[:40]), answer.body

    for name in (HOSTILE, '\x1b]0;' + 'y' * 16000, '\u202e' * 2000, 'ä' * 2000):
        def is_late(name=name):
            answer = daemon.http.post({name: 1})
            equal(answer.status, 422)
            error = answer.body['errors'][0]
            assert_clean(error['field'], 'field', 64)
            assert_clean(error['detail'], 'detail', 256)
            return daemon.state()['state'] == 'late'
        eventually(is_late, 'the battery is late')
        for line in (client.value('/ConnectionInformation'),
                     daemon.state()['values']['ConnectionInformation']['text']):
            assert line.startswith('Records refused: '), line
            assert_clean(line, 'ConnectionInformation', 128)
        items = client.items_body().print_(False)
        assert_clean(items, 'GetItems')
        daemon.join()

    def examined():
        """A refusal within the same millisecond as the record before is not known to be the later one."""
        daemon.http.post(twice)
        doctor = run_daemon('--doctor', '--config', str(daemon.config), '--bus', world.bus.address,
                            '--listen', f'127.0.0.1:{daemon.port}').stdout
        return doctor if HOSTILE_SHOWN[:20] in doctor else None
    assert_clean(eventually(examined, 'the doctor quotes it'), 'doctor')

    log = daemon.log.read_text()
    assert_clean(log, 'log')
    assert not [line for line in log.splitlines() if line.startswith(FORGED)], log
    equal(len([line for line in log.splitlines() if HOSTILE_SHOWN[:20] in line]), 2, log)
    assert all(len(line.encode()) < 512 for line in log.splitlines()), log


def test_text_values(world):
    daemon, client = world.live()
    for text in ('a\nb', '\x1b[31m', 'a\u202eb', '\u2028', '\x85', '\x7f'):
        for field in ('ChargeMode', 'ConnectionInformation'):
            answer = daemon.http.post({field: text})
            equal((answer.status, answer.body['errors'][0]['code']), (422, 'type'), repr(text))
            control = next(c for c in text if c == '\n' or CONTROLS.match(c))
            assert f'U+{ord(control):04X}' in answer.body['errors'][0]['detail'], answer.body
        assert client.set_value('/CustomName', GLib.Variant('s', text)) != 0, repr(text)
    daemon.http.post({'ConnectionInformation': 'Größe 电池'})
    equal(client.value('/ConnectionInformation'), 'Größe 电池')


class Events:
    """Reads /events."""

    def __init__(self, daemon):
        self.socket = socket.create_connection(('127.0.0.1', daemon.port), PATIENCE)
        self.socket.sendall(b'GET /events HTTP/1.0\r\nHost: localhost\r\n\r\n')
        self.file = self.socket.makefile('r', encoding='utf-8', newline='\n')

    def next(self, name):
        for line in self.file:
            if line.strip() == f'event: {name}':
                return json.loads(self.file.readline()[len('data: '):])
        raise AssertionError(f'no event {name}')

    def close(self):
        self.file.close()
        self.socket.close()


if __name__ == '__main__':
    main(globals())
