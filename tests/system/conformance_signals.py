"""Conformance checks 16 to 20: one ItemsChanged for each record, holding what changed."""
import json

from clients import CELLS, RECORD
from harness import equal


def test_16_one_signal(world):
    daemon, client = world.live(record={**RECORD, **CELLS})
    changes = {'Soc': 64, 'Voltage': 52.8, 'MaxChargeCurrent': 90, 'LowSoc': 1, 'Cell4': 3.35}
    answer = daemon.http.post({**RECORD, **CELLS, **changes})
    equal(answer.status, 200)
    client.sync(daemon.pid)
    signals = client.take_items()
    equal(len(signals), 1, 'signals')
    equal(signals[0], {
        '/Soc': ('d', 64.0, '64.0%'), '/Dc/0/Voltage': ('d', 52.8, '52.80V'),
        '/Info/MaxChargeCurrent': ('d', 90.0, '90.0A'), '/Alarms/LowSoc': ('i', 1, '1'),
        '/Voltages/Cell4': ('d', 3.35, '3.350V'),
        # derived
        '/Dc/0/Power': ('d', -649.0, '-649W'), '/System/MaxCellVoltage': ('d', 3.35, '3.350V'),
        '/Voltages/Sum': ('d', 13.26, '13.26V'), '/Voltages/Diff': ('d', 0.049, '0.049V')})
    equal(answer.body['changed'], len(signals[0]), 'changed')


def test_17_same_again(world):
    daemon, client = world.live(record={**RECORD, **CELLS})
    for _ in range(5):
        equal(daemon.http.post({**RECORD, **CELLS}).body['changed'], 0, 'changed')
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')


def test_18_below_a_step(world):
    daemon, client = world.live()
    for noise in ({'Soc': 63.52}, {'Voltage': 52.6996, 'Current': -12.304},
                  {'MaxChargeVoltage': 55.2001}):
        equal(daemon.http.post({**RECORD, **noise}).body['changed'], 0, noise)
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')
    equal(daemon.http.post({'Soc': 63.6}).body['changed'], 1)
    client.sync(daemon.pid)
    equal(client.take_items(), [{'/Soc': ('d', 63.6, '63.6%')}], 'signals')


def test_19_one_signal_for_each_record(world):
    daemon, client = world.live()
    socs = [60 + i / 10 for i in range(20)]
    daemon.http.keep()
    for i, soc in enumerate(socs):
        alarm = {'LowSoc': 2} if i == 10 else {}
        equal(daemon.http.post({**RECORD, 'Soc': soc, **alarm}).status, 200)
    client.sync(daemon.pid)
    signals = client.take_items()
    equal([items['/Soc'].value for items in signals], socs, 'signals')
    equal([i for i, items in enumerate(signals) if '/Alarms/LowSoc' in items], [10], 'the alarm')


def test_20_no_nan_and_nothing_empty(world):
    daemon, client = world.live()
    # The client checks every signal it takes. These are the ones that could be wrong.
    for record in ('{"Soc": null}', '{"Current": 0, "Power": 0}', '{"Power": null}',
                   '{"Current": -0.0}', '{"Voltage": 0.1, "MaxChargeVoltage": 0.1}',
                   '{"Cell1": 0, "Cell2": null}', '{"Temperature": null}', '{"Soc": 1e-300}',
                   json.dumps(RECORD)):
        assert daemon.http.post(record).status in (200, 422), record
    for record in ('{"Soc": NaN}', '{"Current": 1e999}', '{"Current": -Infinity}'):
        assert daemon.http.post(record).status in (400, 422), record
    client.sync(daemon.pid)
    signals = client.take()
    assert signals, 'there were no signals to look at'
    assert not any(item.value != item.value for item in client.items().values())
