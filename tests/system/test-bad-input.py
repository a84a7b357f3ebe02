#!/usr/bin/python3
"""Bad input by table: whatever is refused leaves the bus as it was, to the bit.

tests/data/malformed-json.txt: documents that the strict gate refuses. wrong-records.json beside it:
well-formed records with something wrong, and everything that is said about them.
"""
import codecs
import json

from clients import BATTERY, RECORD
from harness import CALM, SOURCE_ROOT, equal, eventually, main

SHED = 'com.victronenergy.battery.http_shed'
CONFIG = f'[battery]\n{CALM}[battery shed]\nrole=monitor\n{CALM}'
DATA = SOURCE_ROOT / 'tests/data'
FULL = {**RECORD, 'BatteryLowVoltage': 44, 'LowSoc': 1, 'Cell1': 3.3, 'Cell2': 3.31,
        'ChargeMode': 'Bulk', 'InstalledCapacity': 280, 'AllowToCharge': 1}


class Batteries:
    """Two batteries on the bus, of which nothing must change any more."""

    def __init__(self, world):
        self.daemon = world.start(CONFIG)
        self.client = world.client()
        self.daemon.join(FULL)
        self.daemon.join({'Soc': 50, 'Voltage': 26, 'Current': 1}, '/battery/shed')
        equal(self.daemon.http.post({**FULL, 'Sequence': 10}).status, 200)
        equal(self.daemon.http.post({**FULL, 'Timestamp': 1000.5}).status, 200)
        self.client.sync(self.daemon.pid)
        self.client.take()
        self.before = self.state()
        self.refused = self.count()
        self.daemon.http.keep()

    def state(self):
        return [self.client.items_body(name).get_data_as_bytes().get_data()
                for name in (BATTERY, SHED)]

    def count(self):
        return sum(self.daemon.state('/battery/' + name)['source']['refused']
                   for name in ('virtual', 'shed'))

    def refuses(self, body, status, errors, what, method='POST', battery='virtual'):
        """@errors: of each (field, code), or None for those that are no record at all."""
        answer = self.daemon.http.request(method, '/battery/' + battery, body)
        equal(answer.status, status, what)
        equal(answer.headers['content-type'], 'application/problem+json', what)
        equal(answer.body['status'], status, what)
        assert answer.body['detail'], what
        if errors is not None:
            equal([(error['field'], error['code']) for error in answer.body['errors']], errors,
                  what)
            assert all(error['detail'] for error in answer.body['errors']), what
        self.refused += 1
        equal(self.count(), self.refused, f'refusals counted after {what}')
        self.client.sync(self.daemon.pid)
        equal(self.client.take(), [], f'signals after {what}')
        equal(self.state(), self.before, f'the bus after {what}')

    def still_work(self):
        """At the end a good record is taken as ever."""
        equal(self.daemon.http.post({'Soc': 62}).status, 200)
        equal(self.client.value('/Soc'), 62)


def malformed():
    """The rows of malformed-json.txt: status, code, field, document, what it is."""
    for line in (DATA / 'malformed-json.txt').read_bytes().splitlines():
        if line and not line.startswith(b'#'):
            status, code, field, document, what = line.split(b'\t')
            yield (int(status), code.decode(), field.decode(), codecs.escape_decode(document)[0],
                   what.decode())


def test_malformed_json(world):
    batteries = Batteries(world)
    n = 0
    for status, code, field, document, what in malformed():
        errors = None
        if status == 422:
            errors = [(None if field == '-' else field, code)]
        batteries.refuses(document, status, errors, what)
        n += 1
    assert n >= 80, n
    batteries.still_work()


def test_position_in_malformed_json(world):
    """The 400 names line and column."""
    batteries = Batteries(world)
    for document, position in (('{"Soc":63,}', 'line 1, column 10'),
                               ('{\n  "Soc": 63\n  "Voltage": 52.7\n}', 'line 3, column 3'),
                               ('{"ä": 010}', 'line 1, column 7')):
        answer = batteries.daemon.http.post(document)
        equal(answer.status, 400)
        assert position in answer.body['detail'], answer.body


def test_wrong_records(world):
    batteries = Batteries(world)
    rows = json.loads((DATA / 'wrong-records.json').read_text(encoding='utf-8'))
    assert len(rows) >= 80, len(rows)
    for row in rows:
        errors = [(error['field'], error['code']) for error in row['errors']]
        more = {key: row[key] for key in ('method', 'battery') if key in row}
        batteries.refuses(json.dumps(row['record']), row['status'], errors, row['what'], **more)
    codes = {error['code'] for row in rows for error in row['errors']}
    equal(codes, {'unknown', 'type', 'range', 'enum', 'length', 'duplicate', 'role', 'missing',
                  'implausible', 'replayed', 'empty'}, 'every code')
    batteries.still_work()


def test_wrong_records_while_waiting(world):
    """The same, sent before the first good one: the battery never comes on the bus."""
    daemon = world.start(CONFIG)
    client = world.client()
    rows = json.loads((DATA / 'wrong-records.json').read_text(encoding='utf-8'))
    for row in rows:
        if 'replayed' in str(row['errors']) or 'implausible' in str(row['errors']):
            continue  # those are about what was known before
        answer = daemon.http.request(row.get('method', 'POST'),
                                     '/battery/' + row.get('battery', 'virtual'),
                                     json.dumps(row['record']))
        equal(answer.status, row['status'], row['what'])
    client.sync(daemon.pid)
    equal(client.name_changes(), [], 'names that came and went')
    equal(daemon.state()['values'], {})
    daemon.http.post(RECORD)
    eventually(client.owner, 'a good record brings it on the bus')


if __name__ == '__main__':
    main(globals())
