"""Flows 3, 5, 6 and 8: what comes from a BMS, from MQTT and from a SmartShunt."""
from flow_files import run_functions
from harness import equal


def test_shunt_limits(_world):
    """Limits by state of charge; at the border of empty they do not come and go."""
    table = [(100, 5, 150), (99, 5, 150), (98.9, 20, 150), (95, 20, 150), (94.9, 50, 150),
             (90, 50, 150), (89.9, 100, 150), (20, 100, 150), (19.9, 100, 50), (10, 100, 50),
             (9.9, 100, 20), (5.1, 100, 20), (5, 100, 0), (0, 100, 0), (5.1, 100, 0),
             (9.9, 100, 0), (10, 100, 50), (9.9, 100, 20)]
    [done] = run_functions(6, [[('limits', {'payload': {'Soc': soc}}) for soc, _, _ in table]])
    records = [step['returned']['payload'] for step in done]
    names = ('Soc', 'MaxChargeCurrent', 'MaxDischargeCurrent')
    equal([tuple(record[name] for name in names) for record in records], table)
    equal({record['MaxChargeVoltage'] for record in records}, {55.2})


def test_shunt_values(_world):
    """Victron's nodes send one value each, named by the node; null where it is not known."""

    def after(*values, at=0):
        steps = [('values', {'topic': topic, 'payload': value}, when)
                 for topic, value, when in values]
        return run_functions(6, [[*steps, ('record', {}, at)]])[0][-1]

    three = (('Voltage', 52.7, 0), ('Current', 0, 4), ('Soc', 63.5, 5))
    equal(after(*three, at=14.9)['returned'],
          {'payload': {'Voltage': 52.7, 'Current': 0, 'Soc': 63.5}, 'requestTimeout': 2000})
    unknown = [('Voltage', after()),
               ('Soc', after(*three[:2], at=5)),
               ('Voltage', after(*three, at=15)),
               ('Current', after(*three, ('Voltage', 52.7, 15), at=19)),
               ('Voltage', after(*three, at=-5)),
               ('Soc', after(*three, ('Soc', None, 6), at=6))]
    for name, done in unknown:
        equal((done['returned'], done['status']['text']), (None, f'not known: {name}'))
    message = {'topic': 'SmartShunt - State of charge', 'payload': 60}
    [[done]] = run_functions(6, [[('values', message)]])
    assert done['status']['text'].startswith('name it Voltage, Current or Soc'), done


def test_mqtt_records(_world):
    """The JSON as it is, or in a value; nothing that the broker had kept."""

    def of(text, **more):
        return run_functions(5, [[('record', {'payload': text, **more})]])[0][0]

    equal(of('{"Soc": 63, "Dc": {"Power": null}}')['returned'],
          {'payload': {'Soc': 63, 'Dc': {'Power': None}}, 'requestTimeout': 2000})
    equal(of('{"value": "{\\"Soc\\": 63}"}')['returned']['payload'], {'Soc': 63})
    done = of('{"Soc": 63}', retain=True)
    equal((done['returned'], done['status']['text']), (None, 'skipped a retained message'))
    for text in ('{"Soc": 63', '', 'online'):
        done = of(text)
        assert done['returned'] is None and done['error'].startswith('not JSON: '), done


def test_records_of_parts(_world):
    """A record of a BMS as it is, a value of a shunt as a record; nothing else is sent."""
    for number, name in ((3, 'BMS A'), (3, 'BMS B'), (8, 'BMS')):
        cases = run_functions(number, [[(name, {'payload': payload})] for payload in
                                       ({'Soc': 63, 'Power': None}, None, 'x', 5, {})])
        equal(cases[0][0]['returned'], {'payload': {'Soc': 63, 'Power': None}, 'requestTimeout': 2000})
        for [done] in cases[1:]:
            equal((done['returned'], done['status']['text']), (None, 'not a record'))
    [[soc, unknown, other]] = run_functions(8, [[
        ('shunt', {'topic': 'Soc', 'payload': 63.5}), ('shunt', {'topic': 'Current', 'payload': None}),
        ('shunt', {'topic': 'SmartShunt - State of charge', 'payload': 60})]])
    equal(soc['returned'], {'payload': {'Soc': 63.5}, 'requestTimeout': 2000})
    equal(unknown['returned']['payload'], {'Current': None})
    assert other['returned'] is None and other['status']['text'].startswith('name it Voltage,'), other
