"""Conformance checks 16 to 20: one ItemsChanged for each record, holding what changed."""
import contextlib
import json
import re
import subprocess

from gi.repository import Gio, GLib

from clients import BATTERY, CELLS, RECORD
from harness import equal

BIG = Gio.DBusMessageByteOrder.BIG_ENDIAN
LITTLE = Gio.DBusMessageByteOrder.LITTLE_ENDIAN

# From here on are the serials of the signals that the daemon writes itself, past GDBus.
FIRST_DIRECT = 0x80000000


def test_16_one_signal(world):
    daemon, client = world.live(record={**RECORD, **CELLS})
    changes = {'Soc': 64, 'Voltage': 52.8, 'MaxChargeCurrent': 90, 'LowSoc': 1, 'Cell4': 3.35}
    answer = daemon.http.post({**RECORD, **CELLS, **changes})
    equal(answer.status, 200)
    client.sync(daemon.pid)
    signals = client.take_items()
    equal(len(signals), 1, 'signals')
    again = {'/Battery/1/Voltage': ('d', 52.8, '52.80V'),
             '/Battery/1/Cell/4/Voltage': ('d', 3.35, '3.350V')}
    equal(signals[0], {
        '/Soc': ('d', 64.0, '64.0%'), '/Dc/0/Voltage': ('d', 52.8, '52.80V'),
        '/Info/MaxChargeCurrent': ('d', 90.0, '90.0A'), '/Alarms/LowSoc': ('i', 1, '1'),
        '/Voltages/Cell4': ('d', 3.35, '3.350V'),
        # derived
        '/Alarms/Alarm': ('i', 1, '1'),
        '/Dc/0/Power': ('d', -649.0, '-649W'), '/System/MaxCellVoltage': ('d', 3.35, '3.350V'),
        '/Voltages/Sum': ('d', 13.26, '13.26V'), '/Voltages/Diff': ('d', 0.049, '0.049V'),
        # said again for the screen
        **again})
    equal(answer.body['changed'], len(signals[0]) - len(again), 'changed')


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


@contextlib.contextmanager
def serials_of_signals(world):
    """The serial of each ItemsChanged from now on, as its sender gave it."""
    with subprocess.Popen(['dbus-monitor', '--address', world.bus.address,
                           "type='signal',member='ItemsChanged'"],
                          stdout=subprocess.PIPE, text=True) as monitor:
        try:
            equal(next(line for line in monitor.stdout if 'NameLost' in line)[:6], 'signal')
            signals = (re.match(r'signal .* serial=(\d+) .*member=ItemsChanged', line)
                       for line in monitor.stdout)
            yield (int(signal[1]) for signal in signals if signal)
        finally:
            monitor.terminate()


def answers_to_all(client, order):
    """What the daemon answers to a call of every kind in the byte order @order."""
    five = GLib.Variant('d', 5)
    answers = {}
    for path, member, body in (
            ('/', 'GetItems', None), ('/', 'GetValue', None), ('/Dc', 'GetText', None),
            ('/Dc/0/Voltage', 'GetText', None), ('/Nope', 'GetValue', None), ('/Soc', 'Nope', None),
            ('/Soc', 'SetValue', GLib.Variant('(v)', (five,))),
            ('/Soc', 'SetValue', GLib.Variant('(d)', (5,))), ('/Soc', 'GetValue', None)):
        kind, answer = client.call_in_order(order, BATTERY, path, member, body)
        answers[path, member, body and body.print_(True)] = (kind, answer and answer.print_(True))
    return answers


def test_byte_orders(world):
    """Whoever calls in the other byte order is answered alike, and the signals stay as they were."""
    daemon, client = world.live(record={**RECORD, **CELLS})
    with serials_of_signals(world) as serials:
        for i, order in enumerate((LITTLE, BIG, BIG, LITTLE, BIG)):
            name = GLib.Variant('(v)', (GLib.Variant('s', f'name {i}'),))
            answer = client.call_in_order(order, BATTERY, '/CustomName', 'SetValue', name)[1]
            equal(answer.unpack(), (0,), 'result')
            client.sync(daemon.pid)
            equal(client.take_items(), [{'/CustomName': ('s', f'name {i}', f'name {i}')}])
            next(serials)

            equal(answers_to_all(client, LITTLE), answers_to_all(client, order), 'answers')
            equal(daemon.http.post({'Soc': 50 + i, 'Cell1': 3 + i / 10}).status, 200)
            client.sync(daemon.pid)
            items, = client.take_items()
            equal((items['/Soc'], items['/Voltages/Cell1']),
                  (('d', 50.0 + i, f'{50 + i}.0%'), ('d', 3 + i / 10, f'{3 + i / 10:.3f}V')))
            serial = next(serials)
            assert serial >= FIRST_DIRECT, f'signal {i} did not go the direct way: {serial}'
