"""Every route, with its verdicts and refusals, as the design has them."""
import json
import re
import subprocess

from clients import RECORD
from harness import CALM, equal, eventually

CONFIG = '[battery]\n' + CALM
SHED = CONFIG + '[battery shed]\ncustom-name=Shed\nrole=monitor\n' + CALM
LADDER = ['live', 'late', 'stale', 'lost', 'gone']
# What the screen shows once it is there begins with its first value.
FROM_VALUE = 'TimeToGo', 'Balancing', 'Status'
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z')


def members(answer, *names):
    return [answer.body[name] for name in names]


def refused(answer, status, errors, detail=None, safer=()):
    """That @answer is a refusal with @errors, each (field, path, code, detail), of which @safer was
    taken all the same."""
    equal(answer.status, status, 'status')
    equal(answer.headers['content-type'], 'application/problem+json')
    equal(list(answer.body), ['type', 'title', 'status', 'detail', 'state', 'errors',
                              *(['safer'] if safer else [])])
    equal(answer.body.get('safer', []), list(safer))
    equal(members(answer, 'type', 'title', 'status'), ['about:blank', 'Record refused', status])
    equal([tuple(error.values()) for error in answer.body['errors']], errors)
    for error in answer.body['errors']:
        equal(list(error), ['field', 'path', 'code', 'detail'])
    if detail:
        equal(answer.body['detail'], detail)


def problem(answer, status):
    """That @answer is a refusal of the request, not of a record."""
    equal(answer.status, status, 'status')
    equal(answer.headers['content-type'], 'application/problem+json')
    equal(list(answer.body), ['type', 'title', 'status', 'detail'])
    equal(members(answer, 'type', 'status'), ['about:blank', status])
    assert answer.body['detail'].endswith(('.', '?')), answer.body
    return answer


def test_verdict(world):
    daemon = world.start(CONFIG)
    answer = daemon.http.post({'Soc': 63.5, 'Voltage': 52.7})
    equal(answer.status, 202)
    equal(answer.headers['content-type'], 'application/json')
    assert TIME.fullmatch(answer.body.pop('time')), answer
    equal(answer.body, {
        'battery': 'virtual', 'state': 'waiting', 'on_bus': False, 'joining': None, 'accepted': 2,
        'changed': 0,
        'missing': ['Current', 'MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent'],
        'ignored': [], 'warnings': answer.body['warnings'], 'errors': [],
        'reason': 'Waiting for Current'})
    equal(len(answer.body['warnings']), 1)
    assert 'for a battery without charge limits set role=monitor' in answer.body['warnings'][0]

    answer = daemon.http.post(RECORD)
    equal((answer.status, *members(answer, 'state', 'on_bus', 'joining', 'accepted', 'missing',
                                   'warnings')), (202, 'live', False, 'name', 6, [], []))
    daemon.join()
    answer = daemon.http.post({'Soc': 64, 'Voltage': 52.7, 'Current': 1.5})
    assert TIME.fullmatch(answer.body.pop('time')), answer
    equal(answer.status, 200)
    equal(answer.body, {
        'battery': 'virtual', 'state': 'live', 'on_bus': True, 'joining': None, 'accepted': 3,
        'changed': 3, 'missing': [], 'ignored': [], 'warnings': [], 'errors': []})
    equal(list(answer.body), ['battery', 'state', 'on_bus', 'joining', 'accepted', 'changed',
                              'missing', 'ignored', 'warnings', 'errors'], 'order')


def test_curl(world):
    """The first push as the README shows it."""
    daemon = world.start(CONFIG)
    url = f'http://127.0.0.1:{daemon.port}/battery'
    output = subprocess.run(['curl', '-sS', '-w', '\n%{http_code}', url, '-d', json.dumps(RECORD)],
                            capture_output=True, text=True, check=True).stdout
    verdict, status = output.rsplit('\n', 1)
    equal((status, json.loads(verdict)['state']), ('202', 'live'))


def test_post_names(world):
    daemon = world.start(SHED)
    record = {'Soc': 10, 'Voltage': 26, 'Current': 3}
    equal(daemon.http.post(record, '/battery/shed').body['battery'], 'shed')
    equal(daemon.http.post(RECORD, '/battery/virtual').body['battery'], 'virtual')
    equal(daemon.http.post(RECORD).body['battery'], 'virtual')
    for method in ('GET', 'POST', 'PUT', 'DELETE'):
        body = None if method in ('GET', 'DELETE') else RECORD
        problem(daemon.http.request(method, '/battery/barn', body), 404)
    problem(daemon.http.post(RECORD, '/battery/barn/check'), 404)


def test_post_merges(world):
    daemon, client = world.live()
    daemon.http.post({'Soh': 99, 'LowSoc': 1})
    equal(daemon.http.post({'Soc': 50}).status, 200)
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Voltage', '/Soh', '/Alarms/LowSoc')],
          [50, 52.7, 99, 1])


def test_put_replaces(world):
    daemon, client = world.live(record={
        **RECORD, 'Soh': 99, 'LowSoc': 1, 'BatteryLowVoltage': 44, 'InstalledCapacity': 280,
        'Cell1': 3.3, 'Temperature': 20})
    answer = daemon.http.put({**RECORD, 'Soc': 50})
    equal((answer.status, answer.body['state'], answer.body['missing']), (200, 'live', []))
    client.sync(daemon.pid)
    equal(len(client.take()), 1, 'signals')
    for path in ('/Soh', '/Alarms/LowSoc', '/Info/BatteryLowVoltage', '/Voltages/Cell1',
                 '/Dc/0/Temperature'):
        equal(client.value(path), None, path)
    equal([client.value(path) for path in ('/Soc', '/InstalledCapacity')], [50, 280])

    before = client.items_body().print_(True)
    refused(daemon.http.put({'Soc': 51, 'Current': 1, 'MaxChargeCurrent': 105}), 422, [
        (name, path, 'missing', f'{name} is missing; PUT has to name every required field')
        for name, path in (('Voltage', '/Dc/0/Voltage'),
                           ('MaxChargeVoltage', '/Info/MaxChargeVoltage'),
                           ('MaxDischargeCurrent', '/Info/MaxDischargeCurrent'))],
            '3 required fields are missing; nothing was changed.')
    equal(client.items_body().print_(True), before)

    # What is safer takes effect all the same.
    answer = daemon.http.put({'Soc': 51, 'MaxChargeCurrent': 5})
    equal((answer.status, answer.body['safer'], answer.body['detail']),
          (422, ['MaxChargeCurrent'], '4 required fields are missing; only what is safer was taken: '
           'MaxChargeCurrent.'))
    equal([client.value(path) for path in ('/Soc', '/Info/MaxChargeCurrent')], [50, 5])

    # A required field that is named and wrong is merged: it keeps its value, and nothing else goes.
    answer = daemon.http.put({**RECORD, 'Soh': 99})
    equal((answer.status, answer.body['errors']), (200, []))
    answer = daemon.http.put({**RECORD, 'Voltage': 'x', 'Soc': 49})
    equal((answer.status, [error['field'] for error in answer.body['errors']], answer.body['missing']),
          (200, ['Voltage'], ['Voltage']))
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Voltage', '/Soh')], [49, 52.7, 99])

    # Power is as good as Current, and the one that is not named is gone, then derived.
    power = {key: RECORD[key] for key in RECORD if key != 'Current'} | {'Power': -527}
    equal(daemon.http.put(power).status, 200)
    equal(client.value('/Dc/0/Current'), -10)


def test_put_brings_a_battery_on_the_bus(world):
    daemon = world.start(CONFIG)
    client = world.client()
    equal(daemon.http.put(RECORD).status, 202)
    eventually(client.owner, 'the name')
    eventually(lambda: daemon.http.put(RECORD).status == 200, 'the daemon knows')


def test_check_changes_nothing(world):
    daemon = world.start(CONFIG)
    client = world.client()
    for path in ('/battery/check', '/battery/virtual/check'):
        answer = daemon.http.post(RECORD, path)
        equal((answer.status, *members(answer, 'state', 'on_bus', 'accepted', 'missing')),
              (202, 'live', False, 6, []))
        equal(daemon.http.post({'Soc': 50}, path).body['state'], 'waiting')
    equal(daemon.state()['state'], 'waiting')
    client.sync(daemon.pid)
    equal(client.names().count('com.victronenergy.battery.virtual'), 0)

    daemon.join()
    before, state = client.items_body().print_(True), daemon.state()
    answer = daemon.http.post({'Soc': 20, 'Sequence': 5}, '/battery/check')
    equal((answer.status, *members(answer, 'changed', 'missing')), (200, 1, []))
    refused(daemon.http.post({'Soc': 200}, '/battery/check'), 422,
            [('Soc', '/Soc', 'range', 'Soc is 200 %, above the limit of 100 %')],
            '1 of 1 fields is wrong; nothing was changed.')
    answer = daemon.http.post({'MaxChargeCurrent': 5, 'Soc': 200, 'Soh': 500, 'LowSoc': 2},
                              '/battery/check')
    equal((answer.status, *members(answer, 'accepted', 'missing')), (200, 2, ['Soc']))
    equal([error['field'] for error in answer.body['errors']], ['Soc', 'Soh'])
    equal(daemon.http.post('{"Soc": 1', '/battery/check').status, 400)
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')
    equal(client.items_body().print_(True), before)
    equal(daemon.state()['source'], state['source'], 'source')
    equal(daemon.http.post({'Soc': 63.5, 'Sequence': 5}).status, 200, 'Sequence was not kept')


def test_refusals_tell_the_state(world):
    """Whoever is refused all the time sees the battery step down all the same."""
    daemon = world.start('[battery]\nwarn-after=1\nstale-after=2\ndrop-after=3\nleave-after=4\n')

    def state(path='/battery', record='{"Soc": 200}'):
        answer = daemon.http.post(record, path)
        assert answer.status >= 400, answer
        return answer.body['state']

    equal([state(), state('/battery/check'), state(record='{')], ['waiting'] * 3)
    equal(daemon.http.put({'Soc': 5}).body['state'], 'waiting')
    daemon.join()
    seen = []
    eventually(lambda: seen.append(state()) or seen[-1] == 'gone', 'it is gone')
    equal(sorted(seen, key=LADDER.index), seen, 'one after the other')


def test_get_battery(world):
    daemon = world.start(SHED)
    body = daemon.http.get('/battery').body
    assert TIME.fullmatch(body.pop('since')), body
    equal(body, {
        'battery': 'virtual', 'role': 'bms', 'state': 'waiting', 'age': None,
        'reason': 'No data yet', 'on_bus': False,
        'joining': None, 'service': 'com.victronenergy.battery.virtual', 'instance': 120,
        'name': '', 'selected': {'monitor': None, 'bms': None, 'dvcc': None},
        'source': {'address': None, 'records': 0, 'refused': 0, 'last': None, 'errors': [],
                   'last_refusal': None},
        'missing': ['Voltage', 'Current', 'Soc', 'MaxChargeVoltage', 'MaxChargeCurrent',
                    'MaxDischargeCurrent'],
        'warnings': [], 'values': {}})
    body = daemon.http.get('/battery/shed').body
    equal([body[name] for name in ('battery', 'role', 'service', 'instance', 'name', 'missing')],
          ['shed', 'monitor', 'com.victronenergy.battery.http_shed', 121, 'Shed', ['Voltage']])

    daemon.join({**RECORD, 'Cell1': 3.3, 'LowSoc': 1, 'CustomName': 'x'})
    daemon.http.post({'Soc': 200})
    body = daemon.http.get('/battery').body
    equal((body['state'], body['reason'], body['on_bus'], body['joining'], body['missing']),
          ('live', None, True, None, []))
    assert 0 <= body['age'] < 100, body['age']
    values = body['values']
    for name, wanted in (
            ('Soc', {'value': 63.5, 'text': '63.5%', 'unit': '%', 'path': '/Soc', 'group': 'live',
                     'derived': False}),
            ('Power', {'value': -648, 'text': '-648W', 'unit': 'W', 'path': '/Dc/0/Power',
                       'group': 'live', 'derived': True}),
            ('LowSoc', {'value': 1, 'text': '1', 'unit': None, 'path': '/Alarms/LowSoc',
                        'group': 'alarm', 'derived': False}),
            ('MaxChargeCurrent', {'value': 100, 'text': '100.0A', 'unit': 'A',
                                  'path': '/Info/MaxChargeCurrent', 'group': 'limit',
                                  'derived': False})):
        assert 0 <= values[name].pop('age') < 100
        equal(values[name], wanted, name)
    assert 'Soh' not in values and 'Cell2' not in values and 'Cell1' in values, list(values)
    source = body['source']
    equal([source[name] for name in ('address', 'refused', 'errors')], ['127.0.0.1', 1, []])
    assert source['records'] >= 2 and TIME.fullmatch(source['last']), source
    refusal = source['last_refusal']
    assert TIME.fullmatch(refusal.pop('time')), refusal
    equal(refusal, {'status': 422, 'errors': [
        {'field': 'Soc', 'path': '/Soc', 'code': 'range',
         'detail': 'Soc is 200 %, above the limit of 100 %'}]})

    # What was wrong in the last record that was taken, and what contradicts itself.
    answer = daemon.http.post({'Soc': 40, 'Voltage': 53, 'Soh': 101, 'Power': 650, 'Cell1': 0})
    equal((answer.status, [error['field'] for error in answer.body['errors']]), (200, ['Soh']))
    body = daemon.http.get('/battery').body
    equal(body['source']['errors'], answer.body['errors'])
    equal(body['warnings'], answer.body['warnings'])
    beside = {name: value['warnings'] for name, value in body['values'].items() if 'warnings' in value}
    equal(beside, {'Power': ['Power is 650 W, and Voltage × Current is -652 W'],
                   'Soc': ['Soc went from 63.5 % to 40 % with one record']})
    assert set(beside['Power'] + beside['Soc']) < set(body['warnings']), body['warnings']
    daemon.http.post({**RECORD, 'Soc': 40})
    equal(daemon.http.get('/battery').body['source']['errors'], [])


def test_delete(world):
    daemon, client = world.live(record={**RECORD, 'LowSoc': 1, 'InstalledCapacity': 280})
    owner = client.owner()
    answer = daemon.http.delete()
    equal((answer.status, answer.body), (204, ''))
    eventually(lambda: (owner, owner, '') in client.name_changes(), 'the connection is closed')
    body = daemon.state()
    equal((body['state'], body['on_bus'], body['age']), ('gone', False, None))
    equal(len(body['missing']), 6)
    equal(daemon.http.delete().status, 204, 'again')

    # Only what is received from now on counts: five of six fields are not enough.
    for name in RECORD:
        answer = daemon.http.post({key: RECORD[key] for key in RECORD if key != name})
        equal((answer.status, answer.body['state'], answer.body['missing']),
              (202, 'gone', [name]), name)
        daemon.http.delete()
    daemon.join()
    equal([client.value(path) for path in ('/Alarms/LowSoc', '/InstalledCapacity')], [None, 280])


def test_connected(world):
    """0 says that the battery is out of reach, whatever else the record says: it is stale now, and
    stays on the bus."""
    daemon, client = world.live()
    owner = client.owner()
    equal(daemon.http.post({**RECORD, 'Connected': 1}).status, 200)
    equal(daemon.http.post({'Connected': True}).status, 200)
    for off in (0, False):
        daemon.join()
        answer = daemon.http.post({**RECORD, 'Soc': 10, 'Soh': 'x', 'Connected': off})
        equal((answer.status, *members(answer, 'state', 'on_bus', 'accepted', 'reason')),
              (202, 'stale', True, 0, 'Battery out of reach, says the source: charging stopped'))
        equal([client.value(path) for path in ('/Soc', '/Connected', '/Info/MaxChargeCurrent',
                                               '/Info/MaxDischargeCurrent')], [None, 0, 0, 150])
        equal(daemon.state()['reason'], answer.body['reason'])
    daemon.join()
    equal((client.owner(), client.value('/Soc')), (owner, 63.5))
    refused(daemon.http.post({'Connected': 2}), 422,
            [('Connected', None, 'range', 'Connected is 2, allowed are 0 and 1')])


def test_batteries(world):
    daemon = world.start(SHED)
    daemon.join()
    answer = daemon.http.get('/batteries')
    equal((answer.status, answer.headers['content-type']), (200, 'application/json'))
    equal(answer.body, [
        {'name': 'virtual', 'state': 'live', 'on_bus': True,
         'service': 'com.victronenergy.battery.virtual', 'instance': 120, 'role': 'bms'},
        {'name': 'shed', 'state': 'waiting', 'on_bus': False,
         'service': 'com.victronenergy.battery.http_shed', 'instance': 121, 'role': 'monitor'}])


def test_health(world):
    daemon = world.start(SHED)
    answer = daemon.http.get('/health')
    equal((answer.status, answer.body['batteries']),
          (503, {'virtual': 'waiting', 'shed': 'waiting'}))
    daemon.join()
    equal(daemon.http.get('/health').status, 503, 'one of two is live')
    daemon.join({'Soc': 5, 'Voltage': 12, 'Power': 0}, '/battery/shed')
    answer = daemon.http.get('/health')
    equal((answer.status, answer.body['batteries']), (200, {'virtual': 'live', 'shed': 'live'}))
    daemon.http.delete('/battery/shed')
    equal(daemon.http.get('/health').status, 503)


def test_fields(world):
    """What /fields names can be sent, and is found on the bus."""
    daemon, client = world.live()
    fields = daemon.http.get('/fields').body
    assert len(fields) > 150, len(fields)
    on_bus = client.items()
    names, zeros = [], {}
    for field in fields:
        for member in ('name', 'path', 'kind', 'unit', 'range', 'decimals', 'group', 'aliases',
                       'description'):
            assert member in field, (member, field)
        names += [field['name'], *field['aliases']]
        if not field['family']:
            equal(field['path'] in on_bus, field['name'] not in FROM_VALUE, field)
        assert field['kind'] in ('real', 'integer', 'boolean', 'text'), field
        assert field['group'] in ('live', 'limit', 'alarm', 'static'), field
        if not field['required']:
            low, high = field['range'] or (0, 1)
            zeros[field['name']] = 'text' if field['kind'] == 'text' else max(low, 0)
    equal(len(names), len(set(names)), 'names are unique')
    for name in ('Soc', 'Current', 'Voltage', 'Power', 'MinCellTemperature', 'MaxCellTemperature',
                 'MaxChargeCurrent', 'MaxDischargeCurrent', 'MaxChargeVoltage', 'MaxCellVoltage',
                 'MinCellVoltage', 'ModulesBlockingCharge', 'InternalFailure'):
        assert name in names, name
    for name, value in zeros.items():
        answer = daemon.http.post({name: value})
        equal((answer.status, answer.body['accepted']), (200, 1), name)


def test_nothing_else(world):
    daemon = world.start(CONFIG)
    for path in ('/nope', '/battery/', '/battery/virtual/', '/Battery', '/battery/virtual/checks',
                 '/fields/Soc', '/battery/Virtual'):
        problem(daemon.http.get(path), 404)
    for path, meant in (('/batery', '/battery'), ('/battery/virtual/checks', '/battery'),
                        ('/Battery', '/battery')):
        assert f'did you mean {meant}?' in daemon.http.get(path).body['detail'], path
    for method, path, allowed in (
            ('PATCH', '/battery', {'POST', 'PUT', 'GET', 'HEAD', 'DELETE'}),
            ('DELETE', '/batteries', {'GET', 'HEAD'}), ('POST', '/fields', {'GET', 'HEAD'}),
            ('POST', '/health', {'GET', 'HEAD'}), ('PUT', '/battery/virtual/check', {'POST'}),
            ('OPTIONS', '/battery', {'POST', 'PUT', 'GET', 'HEAD', 'DELETE'})):
        answer = problem(daemon.http.request(method, path, None), 405)
        equal(set(answer.headers['allow'].split(', ')), allowed, f'{method} {path}')
    for method, path in (('GET', '/battery?x=1'), ('POST', '/battery?name=shed')):
        problem(daemon.http.request(method, path, RECORD if method == 'POST' else None), 400)
    equal(daemon.state()['source']['records'], 0, 'what has a query that nothing reads is not taken')


def test_head(world):
    daemon = world.start(CONFIG)
    for path in ('/battery', '/batteries', '/fields'):
        answer = daemon.http.exchange(
            b'HEAD %s HTTP/1.1\r\nHost: localhost\r\n\r\n' % path.encode(), head=True)
        equal((answer.status, answer.body), (200, ''), path)
        assert int(answer.headers['content-length']) > 10, answer
