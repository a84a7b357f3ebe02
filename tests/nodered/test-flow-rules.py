#!/usr/bin/python3
"""The example flows as files, and what their function nodes make of their inputs: tables, without
Node-RED."""
from flow_files import FILES, find, read, run_functions
from flow_inputs import bms, pack
from harness import equal, main

CORE = {'tab', 'group', 'comment', 'inject', 'trigger', 'function', 'change', 'split', 'rbe', 'http request',
        'catch', 'status', 'debug', 'link in', 'link out', 'mqtt in', 'mqtt-broker'}


def test_files(_world):
    """What holds for every file, so that it can be imported beside the others and used by a beginner."""
    seen = set()
    verdicts = set()
    equal([file.name[0] for file in FILES], list('1234567'), 'files')
    for file in FILES:
        flow = read(file)
        ids = [node['id'] for node in flow]
        assert not seen.intersection(ids) and len(set(ids)) == len(ids), f'{file.name}: an id stands twice'
        seen.update(ids)
        assert {node['type'] for node in flow} <= CORE, file.name
        equal([node['type'] for node in flow][:2], ['tab', 'comment'], file.name)
        equal(flow[1]['name'][0], file.name[0], 'number')
        for node in flow:
            where = f'{file.name}: {node.get("name")}'
            for target in sum(node.get('wires', []), node.get('scope') or []) if node['type'] in (
                    'catch', 'status') else [id for wire in node.get('wires', []) for id in wire]:
                assert target in ids, f'{where} is wired to nothing'
            if node['type'] in ('catch', 'status'):
                assert node['scope'], f'{where} lists no nodes: Node-RED 4.1.0 to 4.1.2 then hear nothing'
            if node['type'] == 'http request':
                assert node['senderr'] and node['ret'] == 'obj', where
                assert any(node['id'] in other['scope'] for other in flow if other['type'] == 'catch'), where
            if node['type'] == 'inject':
                assert not node['once'] and (not node['repeat'] or not node['props']), (
                    f'{where} sends values that nobody asked for')
        verdicts.add(find(flow, 'verdict')['func'])
        assert any('requestTimeout: 2000' in node.get('func', '') for node in flow), file.name
    equal(len(verdicts), 1, 'different verdicts')


# Lowest and highest cell, Soc, coldest and warmest; charge, discharge, the rules that decide.
LIMITS = [
    (3.30, 3.32, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.40, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.45, 60, 20, 25, 60, 150, 'high cell', 'none'),
    (3.30, 3.50, 60, 20, 25, 20, 150, 'high cell', 'none'),
    (3.30, 3.55, 60, 20, 25, 10, 150, 'high cell', 'none'),
    (3.30, 3.60, 60, 20, 25, 0, 150, 'high cell', 'none'),
    (3.30, 3.80, 60, 20, 25, 0, 150, 'high cell', 'none'),
    (3.10, 3.32, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.05, 3.32, 60, 20, 25, 100, 90, 'none', 'low cell'),
    (3.00, 3.32, 60, 20, 25, 100, 30, 'none', 'low cell'),
    (2.90, 3.32, 60, 20, 25, 100, 15, 'none', 'low cell'),
    (2.80, 3.32, 60, 20, 25, 100, 0, 'none', 'low cell'),
    (2.00, 3.32, 60, 20, 25, 100, 0, 'none', 'low cell'),
    (3.30, 3.32, 90, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 95, 20, 25, 50, 150, 'nearly full', 'none'),
    (3.30, 3.32, 100, 20, 25, 10, 150, 'nearly full', 'none'),
    (3.30, 3.32, 20, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 15, 20, 25, 100, 90, 'none', 'nearly empty'),
    (3.30, 3.32, 10, 20, 25, 100, 30, 'none', 'nearly empty'),
    (3.30, 3.32, 5, 20, 25, 100, 0, 'none', 'nearly empty'),
    (3.30, 3.32, 0, 20, 25, 100, 0, 'none', 'nearly empty'),
    (3.30, 3.32, 60, 15, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 60, 10, 25, 60, 150, 'cold', 'none'),
    (3.30, 3.32, 60, 5, 25, 20, 150, 'cold', 'none'),
    (3.30, 3.32, 60, 0, 25, 0, 150, 'cold', 'none'),
    (3.30, 3.32, 60, -10, 25, 0, 75, 'cold', 'cold'),
    (3.30, 3.32, 60, -20, 25, 0, 0, 'cold', 'cold'),
    (3.30, 3.32, 60, 20, 45, 50, 150, 'hot', 'none'),
    (3.30, 3.32, 60, 20, 50, 0, 150, 'hot', 'none'),
    (3.30, 3.32, 60, 20, 55, 0, 75, 'hot', 'hot'),
    (3.30, 3.32, 60, 20, 60, 0, 0, 'hot', 'hot'),
    # Several at once: the smallest share wins.
    (3.05, 3.45, 97, 10, 45, 34, 90, 'nearly full', 'low cell'),
    (2.90, 3.50, 4, 3, 58, 0, 0, 'hot', 'nearly empty'),
]


WAY = ['read the BMS', 'limits', 'alarms']


def full(*steps):
    """A case of flow 2: messages of the BMS and when they come."""
    return [(WAY, {'payload': message}, at) for message, at in steps]


def records(cases):
    """Runs cases of flow 2. Returns: the records of each"""
    done = run_functions(2, cases)
    for step in sum(done, []):
        equal(step['returned']['requestTimeout'], 2000)
    return [[step['returned']['payload'] for step in case] for case in done]


def test_full_bms_limits(_world):
    names = ('MaxChargeCurrent', 'MaxDischargeCurrent', 'ChargeLimitation', 'DischargeLimitation')
    for row, [record] in zip(LIMITS, records([full((bms(*row[:5]), 0)) for row in LIMITS])):
        equal(tuple(record[name] for name in names), row[5:], f'limits for {row[:5]}')


def test_full_bms_holds_a_limit_of_0(_world):
    """It does not come and go with a cell that recovers without load."""
    cases = [('MaxDischargeCurrent', 'lowest', [(3.02, 54), (2.80, 0), (2.95, 0), (2.99, 0), (3.00, 30), (2.9, 15)]),
             ('MaxChargeCurrent', 'highest', [(3.52, 16), (3.60, 0), (3.55, 0), (3.51, 0), (3.49, 28), (3.55, 10)]),
             ('MaxChargeCurrent', 'coldest', [(1, 4), (0, 0), (4, 0), (5, 20), (4, 16)]),
             ('MaxDischargeCurrent', 'soc', [(6, 6), (5, 0), (9.9, 0), (10, 30), (9, 24)])]
    found = records([full(*((bms(**{what: value}), 0) for value, _ in steps)) for _, what, steps in cases])
    for (name, what, steps), case in zip(cases, found):
        equal([record[name] for record in case], [limit for _, limit in steps], f'{name} by {what}')


def test_full_bms_charge_voltage(_world):
    """3.40 V a cell, 3.50 V for half an hour after 95 %, lower where a cell leads."""
    steps = [(94, 0, 54.4), (95, 60, 56), (94, 600, 56), (97, 1859, 56), (97, 1860, 54.4), (99, 9000, 54.4),
             (90, 9100, 54.4), (89.9, 9200, 54.4), (96, 9300, 56)]
    found = records([full(*((bms(soc=soc), at) for soc, at, _ in steps)),
                     full(*((bms(highest=highest), 0) for highest in (3.55, 3.60, 3.65)))])
    by_soc, by_cell = ([record['MaxChargeVoltage'] for record in case] for case in found)
    equal(by_soc, [volt for _, _, volt in steps])
    equal(by_cell, [54.4, 53.6, 52.8], 'with a leading cell')


# What is unusual, and the alarms that are not 0 then.
ALARMS = [
    ({}, {}),
    ({'cells': [3.59, 3.60]}, {'HighCellVoltage': 1}), ({'cells': [3.64, 3.65]}, {'HighCellVoltage': 2}),
    ({'cells': [2.90, 2.91]}, {'LowCellVoltage': 1}), ({'cells': [2.70, 2.80]}, {'LowCellVoltage': 2}),
    ({'cells': [3.16, 3.30]}, {}), ({'cells': [3.16, 3.31]}, {'CellImbalance': 1}),
    ({'cells': [3.10, 3.40]}, {'CellImbalance': 2}),
    ({'soc': 10}, {'LowSoc': 1}), ({'soc': 5}, {'LowSoc': 2}),
    ({'warmest': 50}, {'HighTemperature': 1}), ({'warmest': 60}, {'HighTemperature': 2}),
    ({'coldest': -10}, {'LowTemperature': 1}), ({'coldest': -20}, {'LowTemperature': 2}),
    ({'coldest': 2}, {}), ({'coldest': 2, 'current': 5}, {'LowChargeTemperature': 1}),
    ({'coldest': 0, 'current': 5}, {'LowChargeTemperature': 2}), ({'fault': True}, {'InternalFailure': 2}),
]


def test_full_bms_alarms(_world):
    names = ('HighCellVoltage', 'LowCellVoltage', 'CellImbalance', 'LowSoc', 'HighTemperature', 'LowTemperature',
             'LowChargeTemperature', 'InternalFailure')
    found = records([full((bms(**given), 0)) for given, _ in ALARMS])
    for (given, wanted), [record] in zip(ALARMS, found):
        equal({name: record[name] for name in names if record[name] != 0}, wanted, f'alarms for {given}')


def test_full_bms_sends_what_it_knows(_world):
    """Nothing without what the limits are made from; what else is unknown is left out, and never 0."""
    [[done]] = run_functions(2, [[('read the BMS', {'payload': {
        'soc': 60, 'voltage': 52.9, 'current': 0, 'cells': [3.3, 3.3], 'temperatures': [20]}})]])
    equal(done['returned']['payload'], {'Soc': 60, 'Voltage': 52.9, 'Current': 0, 'Cell1': 3.3, 'Cell2': 3.3,
                                        'Temperature1': 20})
    unknown = [(None, 'Soc, Voltage, Current, cells, temperatures'), ('x', 'Soc, Voltage, Current, cells, temperatures'),
               (bms(soc=None), 'Soc'), (bms(voltage='52.9'), 'Voltage'), (bms(current=None), 'Current'),
               (bms(cells=[]), 'cells'), (bms(lowest=None), 'cells'), (bms(lowest=0), 'cells'),
               (bms(highest=33.1), 'cells'), (bms(temperatures=[]), 'temperatures'),
               (bms(coldest=None), 'temperatures')]
    for (message, what), [done] in zip(unknown, run_functions(2, [full((message, 0)) for message, _ in unknown])):
        assert done['returned'] is None, done
        equal(done['status']['text'], f'not known: {what}')


def merged(*steps):
    """The last step of flow 3 after @steps: (node, payload, seconds)."""
    return run_functions(3, [[(name, {'payload': payload}, at) for name, payload, at in steps]])[0][-1]


def test_two_bms_merge(_world):
    """BMS A has 280 Ah, BMS B 140 Ah: A bears two thirds of the current."""
    a = pack(MinCellTemperature=18, MaxCellTemperature=22, HighCellVoltage=0, LowSoc=1)
    b = pack(Soc=30, Voltage=52.8, Current=-6, MinCellVoltage=3.1, MaxCellVoltage=3.4, MaxChargeVoltage=54.8,
             MaxChargeCurrent=60, MaxDischargeCurrent=40, MinCellTemperature=12, MaxCellTemperature=19, HighCellVoltage=1)
    done = merged(('BMS A', a, 0), ('BMS B', b, 1), ('merge', None, 2))
    record = done['returned']['payload']
    equal(done['returned']['requestTimeout'], 2000)
    equal(done['status'], {'fill': 'green', 'shape': 'dot', 'text': 'BMS A, BMS B'})
    equal({name: round(value, 6) if isinstance(value, float) else value for name, value in record.items()}, {
        'Soc': 50, 'Voltage': 52.7, 'Current': -16, 'InstalledCapacity': 420,
        'MinCellVoltage': 3.1, 'MinVoltageCellId': 'BMS B', 'MaxCellVoltage': 3.4, 'MaxVoltageCellId': 'BMS B',
        'MaxChargeVoltage': 54.8, 'MaxChargeCurrent': 150, 'MaxDischargeCurrent': 120, 'BmsCable': 0,
        'ConnectionInformation': '2 BMSes merged', 'MinCellTemperature': 12, 'MaxCellTemperature': 22,
        'HighCellVoltage': 1, 'LowSoc': 1})
    # One has no temperatures: none are sent; one is full: nobody charges.
    record = merged(('BMS A', a, 0), ('BMS B', pack(MaxChargeCurrent=0), 0), ('merge', None, 0))['returned']['payload']
    assert 'MinCellTemperature' not in record and 'MaxCellTemperature' not in record, record
    equal(record['MaxChargeCurrent'], 0)
    assert 'CellImbalance' not in record, record


def test_two_bms_time_outs(_world):
    """Each has its own: A may be silent for 10 s, B for 20 s."""
    both = [('BMS A', pack(Current=-10), 0), ('BMS B', pack(Current=-5), 0)]
    record = merged(*both, ('merge', None, 9.9))['returned']['payload']
    equal((record['Current'], record['MaxChargeCurrent'], record['BmsCable']), (-15, 150, 0))
    done = merged(*both, ('merge', None, 10))
    record = done['returned']['payload']
    equal((record['Current'], record['MaxChargeCurrent'], record['MaxDischargeCurrent'], record['BmsCable']),
          (-5, 0, 150, 1))
    equal(record['ConnectionInformation'], '1 of 2 BMSes silent: no charging')
    equal(done['status'], {'fill': 'yellow', 'shape': 'dot', 'text': 'BMS A silent: no charging'})
    done = merged(*both, ('merge', None, 20))
    equal((done['returned'], done['status']['text']), (None, 'all silent: nothing is sent'))
    # It comes back; a clock that was set back makes nothing fresh.
    equal(merged(*both, ('merge', None, 30), ('BMS A', pack(), 31), ('BMS B', pack(), 31), ('merge', None, 32))
          ['returned']['payload']['MaxChargeCurrent'], 150)
    equal(merged(*both, ('merge', None, -3600))['returned'], None)


def test_two_bms_wait_for_both(_world):
    for steps, text in (((), 'waiting for BMS A, BMS B'), ((('BMS A', pack(), 0),), 'waiting for BMS B')):
        done = merged(*steps, ('merge', None, 0))
        equal((done['returned'], done['status']['text']), (None, text))
    # An incomplete record is not used.
    for unknown in (None, 'x', pack(Soc=None), pack(MaxChargeCurrent=None)):
        done = merged(('BMS A', unknown, 0))
        assert done['status']['text'].startswith('not known: '), done
        equal(merged(('BMS A', unknown, 0), ('BMS B', pack(), 0), ('merge', None, 0))['status']['text'],
              'waiting for BMS A')


def test_shunt_limits(_world):
    """Limits by state of charge; at the border of empty they do not come and go."""
    table = [(100, 5, 150), (99, 5, 150), (98.9, 20, 150), (95, 20, 150), (94.9, 50, 150), (90, 50, 150),
             (89.9, 100, 150), (20, 100, 150), (19.9, 100, 50), (10, 100, 50), (9.9, 100, 20), (5.1, 100, 20),
             (5, 100, 0), (0, 100, 0), (5.1, 100, 0), (9.9, 100, 0), (10, 100, 50), (9.9, 100, 20)]
    [done] = run_functions(6, [[('limits', {'payload': {'Soc': soc}}) for soc, _, _ in table]])
    found = [(step['returned']['payload']['Soc'], step['returned']['payload']['MaxChargeCurrent'],
              step['returned']['payload']['MaxDischargeCurrent']) for step in done]
    equal(found, table)
    equal({step['returned']['payload']['MaxChargeVoltage'] for step in done}, {55.2})


def test_shunt_values(_world):
    """Victron's nodes send one value each, named by the node; null where it is not known."""
    def after(*values, at=0):
        steps = [('values', {'topic': topic, 'payload': value}, when) for topic, value, when in values]
        return run_functions(6, [[*steps, ('record', {}, at)]])[0][-1]

    three = (('Voltage', 52.7, 0), ('Current', 0, 4), ('Soc', 63.5, 5))
    equal(after(*three, at=14.9)['returned'],
          {'payload': {'Voltage': 52.7, 'Current': 0, 'Soc': 63.5}, 'requestTimeout': 2000})
    for done, text in ((after(), 'Voltage'), (after(*three[:2], at=5), 'Soc'), (after(*three, at=15), 'Voltage'),
                       (after(*three, ('Voltage', 52.7, 15), at=19), 'Current'), (after(*three, at=-5), 'Voltage'),
                       (after(*three, ('Soc', None, 6), at=6), 'Soc')):
        equal((done['returned'], done['status']['text']), (None, f'not known: {text}'))
    [[done]] = run_functions(6, [[('values', {'topic': 'SmartShunt - State of charge', 'payload': 60})]])
    assert done['status']['text'].startswith('name it Voltage, Current or Soc'), done


def test_mqtt_records(_world):
    """The JSON as it is, or in a value; nothing that the broker had kept."""
    def of(text, **more):
        return run_functions(5, [[('record', {'payload': text, **more})]])[0][0]

    equal(of('{"Soc": 63, "Dc": {"Power": null}}')['returned'],
          {'payload': {'Soc': 63, 'Dc': {'Power': None}}, 'requestTimeout': 2000})
    equal(of('{"value": "{\\"Soc\\": 63}"}')['returned']['payload'], {'Soc': 63})
    equal(of('{"Soc": 63}', retain=True), {'returned': None, 'status': {
        'fill': 'grey', 'shape': 'ring', 'text': 'skipped a retained message'}})
    for text in ('{"Soc": 63', '', 'online'):
        done = of(text)
        assert done['returned'] is None and done['error'].startswith('not JSON: '), done


def test_verdict(_world):
    verdict = {'state': 'live', 'missing': [], 'joining': None, 'ignored': [], 'errors': [], 'warnings': []}
    table = [
        ({'statusCode': 200, 'payload': verdict}, 'green', 'dot', 'live'),
        ({'statusCode': 200, 'payload': {**verdict, 'ignored': ['Serial']}}, 'yellow', 'dot', 'live, ignored Serial'),
        ({'statusCode': 202, 'payload': {**verdict, 'state': 'waiting', 'missing': ['Soc', 'Current'], 'joining': 'name'}},
         'yellow', 'dot', 'waiting, missing Soc, missing Current, joining: name'),
        ({'statusCode': 422, 'payload': {'errors': [{'detail': 'Soc is 101 %'}, {'detail': 'no such field'}]}},
         'red', 'dot', 'refused: Soc is 101 %; no such field'),
        ({'statusCode': 401, 'payload': {'detail': 'a token is needed'}}, 'red', 'dot', 'refused: a token is needed'),
        ({'statusCode': 502, 'payload': '<html>'}, 'red', 'dot', 'refused: status 502'),
        ({'statusCode': 200, 'payload': '<html>'}, 'red', 'dot', 'refused: status 200'),
        ({'statusCode': 200, 'payload': None}, 'red', 'dot', 'refused: status 200'),
        ({'error': {'message': 'RequestError: connect ECONNREFUSED 127.0.0.1:1882'}}, 'red', 'ring',
         'no daemon: connect ECONNREFUSED 127.0.0.1:1882'),
        ({'error': {'message': 'no response from server'}, 'statusCode': 200}, 'red', 'ring',
         'no daemon: no response from server'),
    ]
    cases = run_functions(1, [[('verdict', message), ('verdict', message)] for message, *_ in table])
    for (message, *wanted), [done, again] in zip(table, cases):
        equal([done['status'][name] for name in ('fill', 'shape', 'text')], wanted)
        equal(done['returned'], [message, {'payload': wanted[2]}])
        equal(again['returned'], [message, None], 'news only when it changes')


main(globals())
