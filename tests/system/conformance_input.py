"""Conformance checks 37 to 39: what is wrong counts as not known, and changes nothing else."""
from clients import RECORD
from harness import CALM, equal

LIMITS = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent')

# (what is sent, status, code)
WRONG = (
    ('{"Soc": "much"}', 422, 'type'),
    ('{"Soc": true}', 422, 'type'),
    ('{"Soc": NaN}', 400, None),
    ('{"Soc": 1e999}', 422, 'range'),
    ('{"Soc": [63]}', 422, 'type'),
    ('{"MaxChargeCurrent": -1}', 422, 'range'),
    ('{"Soc": 106}', 422, 'range'),
    ('{"/Nope": 1}', 422, 'unknown'),
    (b'{"CustomField": "\xff"}', 400, None),
    (b'{"Soc": 64, "Voltage": 52.8, "x": "' + b'x' * 1000000 + b'"}', 413, None),
    ('{"Soc": 64, "Voltage": 52.8,}', 400, None),
    # the good fields beside it are taken, and here they are as they were
    ('{"Soc": 63.5, "MaxChargeCurrent": -1}', 200, 'range'),
    ('{"Soc": 63.5, "MaxDischargeCurrent": 160, "MaxChargeCurrent": -1}', 200, 'range'),
    ('{"Soc": 63.5, "Voltage": 52.7, "Curent": 1}', 200, 'unknown'),
    ('{"Soc": 0, "Voltage": 52.7}', 200, 'implausible'),
    ('{"Soc": 63.5, "Voltage": 552}', 200, 'implausible'),
)


def test_37_wrong_records(world):
    daemon, client = world.live()
    before = client.items_body().get_data_as_bytes().get_data()
    for record, status, code in WRONG:
        answer = daemon.http.post(record)
        equal(answer.status, status, record[:60])
        if code:
            equal([error['code'] for error in answer.body['errors']], [code], record)
        client.sync(daemon.pid)
        equal(client.take(), [], f'signals after {record[:60]}')
        equal(client.items_body().get_data_as_bytes().get_data(), before, f'{record[:60]}')


def test_37_the_rest_is_taken(world):
    daemon, client = world.live()
    answer = daemon.http.post({'Soc': 64, 'Voltage': 52.8, 'LowSoc': 2, 'MaxChargeCurrent': -1})
    equal((answer.status, answer.body['accepted'], answer.body['missing']),
          (200, 3, ['MaxChargeCurrent']))
    client.sync(daemon.pid)
    signal, = client.take_items()
    equal({path: item.value for path, item in signal.items()},
          {'/Soc': 64, '/Dc/0/Voltage': 52.8, '/Dc/0/Power': -649, '/Alarms/LowSoc': 2,
           '/Alarms/Alarm': 1})


def test_38_null(world):
    """A required field keeps its value; any other becomes invalid at once."""
    daemon, client = world.live(record={**RECORD, 'Soh': 99, 'BatteryLowVoltage': 44,
                                        'ChargeRequest': 1, 'LowSoc': 1})
    for name in ('Soc', 'Voltage', 'Current', *LIMITS):
        answer = daemon.http.post({**RECORD, name: None})
        equal((answer.status, answer.body['missing']), (200, [name]), name)
        equal(answer.body['changed'], 0, name)
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')

    answer = daemon.http.post({**RECORD, 'Soh': None, 'LowSoc': None, 'Power': None})
    equal((answer.status, answer.body['missing']), (200, []))
    client.sync(daemon.pid)
    equal(client.take_items(), [{'/Soh': ('ai', [], '---'), '/Alarms/LowSoc': ('ai', [], '---'),
                                 '/Alarms/Alarm': ('i', 0, '0')}])
    equal(client.value('/Dc/0/Power'), -648, 'Power is an alternative of Current: required')


def test_39_limits_are_complete(world):
    """A bms without all three limits is answered 202 and never reaches the bus."""
    daemon = world.start('[battery]\n' + CALM)
    client = world.client()
    sent = {key: value for key, value in RECORD.items() if key not in LIMITS}
    answer = daemon.http.post(sent)
    equal((answer.status, answer.body['missing']), (202, list(LIMITS)))
    assert any('role=monitor' in warning for warning in answer.body['warnings']), answer.body
    for left_out in LIMITS:
        equal(daemon.http.delete().status, 204)
        answer = daemon.http.post({key: RECORD[key] for key in RECORD if key != left_out})
        equal((answer.status, answer.body['missing'], answer.body['on_bus']),
              (202, [left_out], False), left_out)
    client.sync(daemon.pid)
    equal(client.name_changes(), [], 'names that came and went')
    daemon.join()
