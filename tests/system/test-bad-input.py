#!/usr/bin/python3
"""Bad input by table: whatever is refused leaves the bus as it was, to the bit, and of what is taken
in part only what the table says changes there.

tests/data/malformed-json.txt: documents that the strict gate refuses. wrong-records.json beside it:
well-formed records with something wrong or odd (`record`, or `text` as it is sent), everything that is
said about them, and what changes on the bus (null: becomes invalid).
"""
import codecs
import json

import screen
from clients import BATTERY, RECORD
from harness import CALM, SOURCE_ROOT, equal, eventually, main

SHED = 'com.victronenergy.battery.http_shed'
CONFIG = f'[battery]\n{CALM}[battery shed]\nrole=monitor\n{CALM}'
DATA = SOURCE_ROOT / 'tests/data'
FULL = {**RECORD, 'BatteryLowVoltage': 44, 'LowSoc': 1, 'Cell1': 3.3, 'Cell2': 3.31,
        'ChargeMode': 'Bulk', 'InstalledCapacity': 280, 'AllowToCharge': 1, 'Power': -648,
        'TimeToGo': 3600, 'Capacity': 177, 'ConsumedAmphours': -103,
        'ConnectionInformation': 'Shed', 'MinVoltageCellId': 'Cell1'}
MONITORED = {'Soc': 50, 'Voltage': 26, 'Current': 1, 'Power': 26}
GOOD = {'virtual': FULL, 'shed': MONITORED}
NAMES = {'virtual': BATTERY, 'shed': SHED}


class Batteries:
    """Two batteries on the bus, of which nothing must change unless it is said."""

    def __init__(self, world, config=CONFIG):
        self.daemon = world.start(config)
        self.client = world.client()
        self.daemon.join(FULL)
        self.daemon.join(MONITORED, '/battery/shed')
        equal(self.daemon.http.post({**FULL, 'Sequence': 10}).status, 200)
        equal(self.daemon.http.post({**FULL, 'Timestamp': 1000.5}).status, 200)
        self.client.sync(self.daemon.pid)
        self.client.take()
        self.before = self.state()
        self.values = {name: self.valid(name) for name in NAMES}
        self.refused = self.count()
        self.daemon.http.keep()

    def state(self):
        return [self.client.items_body(name).get_data_as_bytes().get_data()
                for name in NAMES.values()]

    def valid(self, name):
        values = {path: item.value for path, item in self.client.items(NAMES[name]).items()
                  if item.value not in (None, [])}
        for path in [path for path in values if path.startswith('/Battery/')]:
            value = values.pop(path)
            if item := screen.followed(path):
                equal(value, values.get(item), path)
        return values

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

    def changes(self, row, body):
        """Something of the row takes effect, whether the rest is taken or refused."""
        what, battery = row['what'], row.get('battery', 'virtual')
        answer = self.daemon.http.request(row.get('method', 'POST'), '/battery/' + battery, body)
        equal(answer.status, row['status'], what)
        equal([(error['field'], error['code']) for error in answer.body['errors']],
              [(error['field'], error['code']) for error in row['errors']], what)
        equal(answer.body.get('safer', []), row.get('safer', []), f'the safer part of {what}')
        if row['status'] == 200:
            equal(answer.body['state'], 'live', what)
            equal(answer.body['ignored'], row.get('ignored', []), what)
            equal(answer.body['missing'], row.get('missing', []), what)
            for warning in row.get('warnings', []):
                assert warning in answer.body['warnings'], answer.body
        else:
            assert row['safer'], what
            self.refused += 1
        equal(self.count(), self.refused, f'refusals counted after {what}')
        self.client.sync(self.daemon.pid)
        now = self.valid(battery)
        equal({path: now.get(path) for path in now.keys() | self.values[battery].keys()
               if now.get(path) != self.values[battery].get(path)},
              row.get('bus', {}), f'changed on the bus by {what}')
        self.restore(battery, row)

    def restore(self, battery, row):
        new = [path for path in row.get('bus', {}) if path not in self.values[battery]]
        good = self.daemon.http.post({**GOOD[battery], **dict.fromkeys(new)}, '/battery/' + battery)
        equal((good.status, good.body['errors']), (200, []), f'a good record after {row["what"]}')
        self.client.sync(self.daemon.pid)
        self.client.take()
        for name in NAMES:
            equal(self.valid(name), self.values[name], f'restored after {row["what"]}')
        self.before = self.state()

    def still_work(self):
        """At the end a good record is taken as ever."""
        equal(self.daemon.http.post({'Soc': 62}).status, 200)
        equal(self.client.value('/Soc'), 62)


def malformed():
    """The rows of malformed-json.txt: document, what it is."""
    for line in (DATA / 'malformed-json.txt').read_bytes().splitlines():
        if line and not line.startswith(b'#'):
            document, what = line.split(b'\t')
            yield codecs.escape_decode(document)[0], what.decode()


def wrong_records():
    """The rows of wrong-records.json, and the body of each."""
    rows = json.loads((DATA / 'wrong-records.json').read_text(encoding='utf-8'))
    assert len(rows) >= 240, len(rows)
    return [(row, row['text'] if 'text' in row else json.dumps(row['record'])) for row in rows]


def test_malformed_json(world):
    batteries = Batteries(world)
    n = 0
    for document, what in malformed():
        batteries.refuses(document, 400, None, what)
        n += 1
    assert n >= 160, n
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
    for row, body in wrong_records():
        if row['status'] == 200 or 'safer' in row:
            batteries.changes(row, body)
        else:
            refuse(batteries, row, body)
    codes = {error['code'] for row, _ in wrong_records() for error in row['errors']}
    equal(codes, {'unknown', 'type', 'range', 'enum', 'duplicate', 'missing', 'implausible',
                  'replayed', 'empty'}, 'every code')
    batteries.still_work()


def refuse(batteries, row, body):
    more = {key: row[key] for key in ('method', 'battery') if key in row}
    batteries.refuses(body, row['status'],
                      [(error['field'], error['code']) for error in row['errors']], row['what'],
                      **more)


def test_wrong_fields_refuse(world):
    """Who wants it has every record refused that has a wrong field; doubted is not wrong."""
    batteries = Batteries(world, CONFIG.replace(CALM, CALM + 'wrong-fields=refuse\n'))
    n = 0
    for row, body in wrong_records():
        codes = {error['code'] for error in row['errors']} - {'implausible'}
        # A lower limit and a higher alarm take effect all the same: the next test.
        if not codes or 'safer' in row or {'/Alarms/LowSoc', '/Info/MaxChargeCurrent',
                                           '/Alarms/HighTemperature'} & row.get('bus', {}).keys():
            continue
        refuse(batteries, {**row, 'status': 422 if row['status'] == 200 else row['status']}, body)
        n += row['status'] == 200
    assert n >= 20, n
    batteries.still_work()


def test_safer_part_of_a_refused_record(world):
    batteries = Batteries(world, CONFIG.replace(CALM, CALM + 'wrong-fields=refuse\n'))
    for record, safer, bus in (
            ({'Nope': 1, 'Soc': 50, 'MaxDischargeCurrent': 0, 'LowSoc': 2},
             ['MaxDischargeCurrent', 'LowSoc'],
             {'/Info/MaxDischargeCurrent': 0, '/Alarms/LowSoc': 2}),
            ({'Temperature1': 2550, 'MaxChargeCurrent': 0, 'MaxDischargeCurrent': 0, 'HighTemperature': 2},
             ['MaxChargeCurrent', 'MaxDischargeCurrent', 'HighTemperature'],
             {'/Info/MaxChargeCurrent': 0, '/Info/MaxDischargeCurrent': 0, '/Alarms/HighTemperature': 2}),
            ({'Connected': 2, 'MaxChargeCurrent': 5, 'MaxChargeVoltage': 60}, ['MaxChargeCurrent'],
             {'/Info/MaxChargeCurrent': 5})):
        row = {'what': str(record), 'status': 422, 'safer': safer, 'bus': bus,
               'errors': [{'field': next(iter(record)),
                           'code': {'Nope': 'unknown'}.get(next(iter(record)), 'range')}]}
        batteries.changes(row, json.dumps(record))


def test_wrong_records_while_waiting(world):
    """The same, sent before the first good one: the battery never comes on the bus by what is refused,
    and nothing of that is kept."""
    daemon = world.start(CONFIG)
    client = world.client()
    for row, body in wrong_records():
        if row['status'] == 200 or 'replayed' in str(row['errors']):
            continue  # those are about what was known before
        answer = daemon.http.request(row.get('method', 'POST'),
                                     '/battery/' + row.get('battery', 'virtual'), body)
        equal(answer.status, row['status'], row['what'])
        assert 'safer' not in answer.body, row['what']
    client.sync(daemon.pid)
    equal(client.name_changes(), [], 'names that came and went')
    equal(daemon.state()['values'], {})
    daemon.http.post(RECORD)
    eventually(client.owner, 'a good record brings it on the bus')


if __name__ == '__main__':
    main(globals())
