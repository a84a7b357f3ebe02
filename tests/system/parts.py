"""Several sources that make one battery: their routes, verdicts and refusals, and what the bus shows."""
import http.client
import json

from gi.repository import GLib

from clients import PATIENCE, RECORD
from harness import CALM, equal, eventually
from http_routes import problem

LIMITS = {'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}
PACK = {'Voltage': 52, 'Current': 10, 'Soc': 50, **LIMITS}
PAIR = f'[battery]\n{CALM}[part left]\ncapacity=280\n[part right]\ncapacity=280\n'
LEFT, RIGHT = '/battery/part/left', '/battery/part/right'
WHOLE = {'field': None, 'path': None, 'code': 'parts',
         'detail': 'the battery has parts, and each of them has records of its own: left, right'}


def test_parts(world):
    """From the first record to the bus: the battery waits for each part, and says for which."""
    daemon = world.start(PAIR)
    answer = daemon.http.post({**PACK, 'Soc': 40}, LEFT)
    equal(answer.status, 202)
    equal({name: answer.body[name] for name in ('battery', 'part', 'state', 'battery_state', 'on_bus',
                                                'joining', 'missing', 'reason')},
          {'battery': 'virtual', 'part': 'left', 'state': 'live', 'battery_state': 'waiting',
           'on_bus': False, 'joining': None, 'missing': [], 'reason': 'right: No data yet'})
    equal([answer.body['missing'] for answer in [daemon.http.post({'Soc': 60}, RIGHT)]],
          [['Voltage', 'Current', 'MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent']])
    daemon.join({**PACK, 'Current': 4.5}, RIGHT)

    client = world.client()
    client.sync(daemon.pid)
    client.take()
    equal(daemon.http.put({**PACK, 'Current': 5, 'Soc': 61}, RIGHT).status, 200)
    client.sync(daemon.pid)
    equal(len(client.take()), 1, 'signals')
    equal([client.value(path) for path in ('/Dc/0/Current', '/Soc', '/Info/MaxChargeCurrent',
                                           '/System/NrOfBatteries', '/System/BatteriesParallel')],
          [15, 50.5, 200, 2, 2])

    answer = daemon.http.put({'Soc': 61}, RIGHT)
    equal((answer.status, answer.body['state']), (422, 'live'))
    answer = daemon.http.post({'Soc': 150}, '/battery/part/right')
    equal((answer.status, answer.body['state']), (422, 'live'))
    equal(daemon.http.get(RIGHT).body['source']['refused'], 2)
    equal(daemon.http.get(LEFT).body['source']['refused'], 0)


def test_part_check(world):
    daemon = world.start(PAIR)
    equal(daemon.http.post(PACK, LEFT).status, 202)
    answer = daemon.http.post(PACK, RIGHT + '/check')
    equal((answer.body['part'], answer.body['state'], answer.body['battery_state']),
          ('right', 'live', 'live'))
    equal(daemon.http.get('/battery').body['state'], 'waiting')
    equal(daemon.http.get(RIGHT).body['state'], 'waiting')


def test_part_shown(world):
    """GET of a part, and of its battery."""
    daemon = world.start(PAIR + '[part shunt]\nsays=Current\n')
    daemon.http.post({'Soc': 40.25, 'Cell1': 3.3, 'Cell2': 3.4, 'ChargeMode': 'Bulk', **LIMITS}, LEFT)
    shown = daemon.http.get(LEFT).body
    equal(list(shown), ['battery', 'part', 'state', 'since', 'age', 'counts', 'off', 'missing',
                        'battery_state', 'capacity', 'says', 'when_silent', 'source', 'warnings',
                        'values'])
    equal((shown['state'], shown['age'], shown['missing'], shown['capacity'], shown['says']),
          ('waiting', None, ['Voltage'], 280, []))
    equal((shown['source']['records'], shown['source']['address']), (1, '127.0.0.1'))
    equal({name: value['value'] for name, value in shown['values'].items()},
          {'Soc': 40.3, 'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150,
           'ChargeMode': 'Bulk', 'Cell1': 3.3, 'Cell2': 3.4, 'MinCellVoltage': 3.3,
           'MaxCellVoltage': 3.4, 'MinVoltageCellId': 'Cell1', 'MaxVoltageCellId': 'Cell2', 'Sum': 6.7,
           'Diff': 0.1, 'NrOfBatteries': 1, 'BatteriesParallel': 1, 'BatteriesSeries': 1,
           'NrOfCellsPerBattery': 2})
    equal(list(shown['values']['Soc']), ['value', 'text', 'unit', 'path', 'age', 'group', 'derived'])
    equal(daemon.http.get('/battery/part/shunt').body['says'], ['Current'])

    parts = daemon.http.get('/battery').body['parts']
    equal([part['part'] for part in parts], ['left', 'right', 'shunt'])
    equal(list(parts[0]), ['part', 'state', 'since', 'age', 'counts', 'off', 'missing'])
    equal([part['missing'] for part in parts][2], ['Current'])


def test_part_paths(world):
    daemon = world.start('[battery]\n[battery boat]\n[part boat/left]\n[part boat/check]\n')
    equal(daemon.http.get('/battery/boat/part/left').body['battery'], 'boat')
    equal(daemon.http.post(PACK, '/battery/boat/part/left').status, 202)
    equal(daemon.http.post(PACK, '/battery/boat/part/check').body['part'], 'check')
    equal(daemon.http.post(PACK, '/battery/boat/part/check/check').body['part'], 'check')
    for path, detail in (('/battery/boat/part/right', 'The battery has no part right.'),
                         ('/battery/part/left', 'The battery has no part left.'),
                         ('/battery/shed/part/left', 'There is no battery shed.')):
        for answer in (daemon.http.get(path), daemon.http.post(PACK, path), daemon.http.delete(path)):
            equal(problem(answer, 404).body['detail'], detail)
    assert 'parts' not in daemon.http.get('/battery').body


def test_whole_record(world):
    """A record for all of a battery with parts is refused, says where to send it, and counts."""
    daemon = world.start(PAIR + f'[battery boat]\n{CALM}[part boat/a]\n')
    for answer in (daemon.http.post(RECORD), daemon.http.put(RECORD),
                   daemon.http.post(RECORD, '/battery/check'), daemon.http.post('{')):
        equal((answer.status, answer.headers['content-type']), (409, 'application/problem+json'))
        equal(answer.body, {
            'type': 'about:blank', 'title': 'Record refused', 'status': 409,
            'detail': 'This battery has parts; each has an address of its own: /battery/part/left, '
                      '/battery/part/right.',
            'state': 'waiting', 'errors': [WHOLE]})
    equal(daemon.http.post(RECORD, '/battery/boat').body['detail'],
          'This battery has parts; each has an address of its own: /battery/boat/part/a.')

    source = daemon.http.get('/battery').body['source']
    equal((source['records'], source['refused'], source['last_refusal']['status'],
           source['last_refusal']['errors']), (0, 3, 409, [WHOLE]))
    assert ('virtual_battery_records_refused_total{battery="virtual",code="parts"} 3'
            in daemon.http.get('/metrics').body.splitlines())
    equal([(record['status'], record['errors'])
           for record in daemon.http.get('/battery/virtual/recent').body['records']], [(409, [WHOLE])] * 3)
    equal([line[line.index('record from'):] for line in world.logs() if 'refused' in line and 'virtual' in line],
          ['record from 127.0.0.1 refused with 409: ' + WHOLE['detail']])
    equal(daemon.http.get(LEFT).body['source']['refused'], 0)


def test_part_off(world):
    daemon = world.start(PAIR)
    daemon.http.post(PACK, LEFT)
    daemon.join(PACK, RIGHT)
    client = world.client()
    equal(daemon.http.delete(RIGHT).status, 204)
    eventually(lambda: client.value('/Dc/0/Current') == 10, 'the other one alone')
    equal(daemon.http.post(PACK, LEFT).body['warnings'], ['part right is off: it does not count'])
    equal([(part['counts'], part['off']) for part in daemon.http.get('/battery').body['parts']],
          [(True, False), (False, True)])
    equal(daemon.http.delete('/battery').status, 204)
    eventually(lambda: not client.owner(), 'it has left')
    equal(daemon.http.post(PACK, LEFT).body['battery_state'], 'gone')
    equal(daemon.http.post(PACK, RIGHT).body['battery_state'], 'live')


def test_part_on_bus(world):
    """What is written to the bus is refused: the battery is what its parts say."""
    daemon = world.start(PAIR.replace('[battery]\n', '[battery]\ndbus-writable=true\n'))
    daemon.http.post(PACK, LEFT)
    daemon.join(PACK, RIGHT)
    client = world.client()
    equal(client.set_value('/Soc', GLib.Variant('d', 70)), 2)
    equal(client.set_value('/CustomName', GLib.Variant('s', 'Both')), 0)
    equal(client.value('/Soc'), 50)


def test_part_metrics(world):
    daemon = world.start(PAIR + f'[battery boat]\n{CALM}')
    daemon.http.post(PACK, LEFT)
    daemon.http.post({'Soc': 150}, LEFT)
    lines = [line for line in daemon.http.get('/metrics').body.splitlines() if '_part_' in line]
    for line in ('virtual_battery_part_counts{battery="virtual",part="left"} 1',
                 'virtual_battery_part_records_total{battery="virtual",part="left"} 1',
                 'virtual_battery_part_records_total{battery="virtual",part="right"} 0',
                 'virtual_battery_part_records_refused_total{battery="virtual",part="left"} 1',
                 'virtual_battery_part_state{battery="virtual",part="left",state="live"} 1',
                 'virtual_battery_part_state{battery="virtual",part="right",state="waiting"} 1',
                 'virtual_battery_part_state{battery="virtual",part="right",state="live"} 0'):
        assert line in lines, (line, lines)
    ages = [line for line in lines if line.startswith('virtual_battery_part_age_seconds{')]
    equal([line.split('}')[0] for line in ages],
          ['virtual_battery_part_age_seconds{battery="virtual",part="left"'])
    equal([line for line in lines if 'boat' in line], [])


class EventReader:
    def __init__(self, port, path='/events'):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=PATIENCE)
        self.connection.request('GET', path)
        self.answer = self.connection.getresponse()

    def next_of(self, name):
        """The data of the next event @name."""
        while (line := self.answer.readline().decode().strip()) != f'event: {name}':
            assert self.answer.fp, line
        return json.loads(self.answer.readline().decode().removeprefix('data: '))


def test_part_events(world):
    """Each part is told when one begins to read, and when it has changed."""
    daemon = world.start(PAIR)
    reader = EventReader(daemon.port)
    equal([reader.next_of('part')['state'] for _ in range(2)], ['waiting', 'waiting'])
    daemon.http.post(PACK, LEFT)
    told = reader.next_of('part')
    equal((told['battery'], told['part'], told['state'], told['counts']), ('virtual', 'left', 'live', True))
    daemon.http.delete(RIGHT)
    told = reader.next_of('part')
    equal((told['part'], told['state'], told['counts'], told['off']), ('right', 'gone', False, True))


def test_part_records(world):
    """Of which part a record was stands in the event on it and among the last records."""
    daemon = world.start(PAIR)
    reader = EventReader(daemon.port, '/events?accepted=true')
    for path in (LEFT, RIGHT):
        daemon.http.post({'Soc': 50}, path)
    equal([(told['part'], told['state'], len(told['missing'])) for told in
           (reader.next_of('accepted') for _ in range(2))], [('left', 'waiting', 5), ('right', 'waiting', 5)])
    equal([record['part'] for record in daemon.http.get('/battery/virtual/recent').body['records']],
          ['right', 'left'])
