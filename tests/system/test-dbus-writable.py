#!/usr/bin/python3
"""SetValue on data paths with dbus-writable=true: a record of one field, in whatever type
of number a client sends it, bare or in variants."""
import dbus
from gi.repository import GLib

import harness
from clients import BATTERY, BUS_ITEM, CELLS, RECORD
from conformance_protocol import dbus_python
from harness import CALM, equal, eventually

CONFIG = '[battery]\n' + CALM + 'dbus-writable=true\n'
NUMBERS = (('i', 'Int32'), ('x', 'Int64'), ('u', 'UInt32'), ('q', 'UInt16'), ('n', 'Int16'),
           ('y', 'Byte'), ('t', 'UInt64'), ('d', 'Double'))


def writer(world, path):
    """A function that calls SetValue on @path as dbus-python does, and returns the code."""
    bus = dbus_python(world)

    def write(signature, value):
        return int(bus.call_blocking(BATTERY, path, BUS_ITEM, 'SetValue', signature, [value]))

    return write


def signals(daemon, client):
    """Of each signal since the last time: path → value."""
    client.sync(daemon.pid)
    return [{path: item.value for path, item in items.items()} for items in client.take_items()]


def test_numbers(world):
    """Every type of number, in a variant, in variants, and bare, for a real and for an integer."""
    daemon, client = world.live(CONFIG)
    for path in ('/Soc', '/History/ChargeCycles'):
        write = writer(world, path)
        for number, (signature, name) in enumerate(NUMBERS, 50):
            equal(write(signature, number), 0, f'bare {name}')
            equal(client.value(path), number, f'{path} after a bare {name}')
            equal(write('v', getattr(dbus, name)(number + 10, variant_level=1)), 0, name)
            equal(client.value(path), number + 10, f'{path} after a {name}')
            equal(write('v', getattr(dbus, name)(number + 20, variant_level=3)), 0, name)
            equal(client.value(path), number + 20, f'{path} after a {name} in three variants')
    types = {path: item.type for path, item in client.items().items()}
    equal((types['/Soc'], types['/History/ChargeCycles']), ('d', 'i'), 'types for life')


def test_booleans_and_texts(world):
    _, client = world.live(CONFIG)
    write = writer(world, '/Io/AllowToCharge')
    for signature, value, then in (('b', True, 1), ('v', dbus.Boolean(False, variant_level=1), 0),
                                   ('i', 1, 1), ('d', 0.0, 0)):
        equal(write(signature, value), 0)
        equal(client.value('/Io/AllowToCharge'), then, f'after {value!r}')
    assert write('i', 2) == 2
    assert writer(world, '/Soc')('b', True) in (1, 2), 'a switch is no percentage'
    write = writer(world, '/Info/ChargeMode')
    equal(write('s', 'Bulk'), 0)
    equal(client.value('/Info/ChargeMode'), 'Bulk')
    assert write('i', 5) in (1, 2)
    equal(client.value('/Info/ChargeMode'), 'Bulk')
    equal(write('s', 'x' * 65), 0)
    equal(len(client.value('/Info/ChargeMode').encode()), 64, 'cut')
    equal(writer(world, '/Soc')('s', '50.5'), 0)
    equal(client.value('/Soc'), 50.5, 'a text that is a number')


def test_clear(world):
    """Any empty array is null: an optional field becomes invalid, a required one stays."""
    daemon, client = world.live(CONFIG, {**RECORD, 'Soh': 99})
    equal(writer(world, '/Soh')('ai', []), 0)
    equal(client.value('/Soh'), None)
    equal(writer(world, '/Soh')('v', dbus.Array([], signature='s', variant_level=1)), 0)
    client.sync(daemon.pid)
    client.take()
    equal(writer(world, '/Soc')('ai', []), 0)
    equal(client.value('/Soc'), 63.5)
    equal(signals(daemon, client), [{'/Soc': 63.5}], 'what became of it')


def test_refused(world):
    daemon, client = world.live(CONFIG)
    before = client.items_body().print_(True)
    write = writer(world, '/Soc')
    for signature, value in (('d', float('nan')), ('d', float('inf')), ('d', 105.1), ('i', -6),
                             ('s', 'half'), ('as', ['a']), ('(ii)', (1, 2)),
                             ('a{sv}', {'a': 1})):
        assert write(signature, value) in (1, 2), (signature, value)
    equal(write('d', 105.1), 2, 'refused')
    for signature, value in (('as', ['a']), ('s', 'half'), ('d', float('nan'))):
        equal(write(signature, value), 1, f'{signature}: a type that it cannot hold')
    equal(writer(world, '/Info/MaxChargeVoltage')('d', 20.0), 2, 'implausible')
    for path in ('/Connected', '/DeviceInstance', '/ProductName', '/Mgmt/Connection'):
        equal(writer(world, path)('i', 1), 1, path)
    equal(signals(daemon, client), [])
    equal(client.items_body().print_(True), before)
    source = daemon.state()['source']
    equal(source['last_refusal']['errors'][0]['field'], '/Soc')
    equal(source['errors'][0]['field'], '/Info/MaxChargeVoltage', 'doubted, and not refused')


def test_answered_by_a_signal(world):
    """A client that wrote what the daemon changes waits for a signal that tells the result."""
    daemon, client = world.live(CONFIG + 'max-charge-current=50\n')
    writer(world, '/Soc')('d', 63.5)
    signals(daemon, client)
    for path, written, result in (
            ('/Soc', 63.54, 63.5), ('/Info/MaxChargeCurrent', 80.0, 50),
            ('/Info/MaxChargeCurrent', 90.0, 50), ('/Soc', 63.46, 63.5)):
        equal(writer(world, path)('d', written), 0)
        equal(signals(daemon, client), [{path: result}], f'{path} after {written}')

    # The same value is no news, nor is one that has changed told twice.
    equal(writer(world, '/Soc')('d', 63.5), 0)
    equal(writer(world, '/Info/MaxChargeCurrent')('i', 50), 0)
    equal(signals(daemon, client), [])
    equal(writer(world, '/Soc')('d', 64.04), 0)
    equal(signals(daemon, client), [{'/Soc': 64}])


def test_not_dropped(world):
    """With either wrong-fields a wrong value is refused: there is nothing else to be taken."""
    for config in ('', 'wrong-fields=refuse\n'):
        daemon, client = world.live(CONFIG + config, {**RECORD, 'Soh': 99})
        equal(writer(world, '/Soh')('d', 101.0), 2)
        equal(client.value('/Soh'), 99)
        daemon.stop()


def test_source(world):
    """Who sends the records goes on being named."""
    daemon, client = world.live(CONFIG)
    equal(writer(world, '/Soc')('d', 50.0), 0)
    equal(signals(daemon, client), [{'/Soc': 50}])
    equal(daemon.state()['source']['address'], '127.0.0.1')


def test_folded_sign(world):
    """A sign that is folded is answered by the value as it is published."""
    daemon, client = world.live(CONFIG, {**RECORD, 'ConsumedAmphours': 10})
    for written, told in ((-10, []), (10, [{'/ConsumedAmphours': -10}]),
                          (12, [{'/ConsumedAmphours': -12}])):
        equal(writer(world, '/ConsumedAmphours')('i', written), 0)
        equal(signals(daemon, client), told, written)


def test_stale(world):
    """What cannot be in force is answered by what is; one field brings nobody back, all of them do."""
    daemon = world.start('[battery]\nwarn-after=1\nstale-after=2\ndbus-writable=true\n')
    client = world.client()
    daemon.join()
    eventually(lambda: daemon.state()['state'] == 'stale', 'it is stale')
    client.sync(daemon.pid)
    client.take()
    for path, written, result in (
            ('/Soc', 60, []), ('/Info/MaxChargeCurrent', 50, 0), ('/Alarms/BmsCable', 1, 2),
            ('/Alarms/LowSoc', 1, 1), ('/Info/MaxDischargeCurrent', 20, 20)):
        equal(writer(world, path)('i', written), 0)
        equal(signals(daemon, client), [{path: result}], f'{path} after {written}')
    equal(daemon.state()['state'], 'stale')

    for name, path in (('Soc', '/Soc'), ('Voltage', '/Dc/0/Voltage'), ('Current', '/Dc/0/Current'),
                       *((name, '/Info/' + name) for name in RECORD if name.startswith('Max'))):
        equal(writer(world, path)('d', RECORD[name]), 0)
    equal(daemon.state()['state'], 'live')


def test_families_and_roles(world):
    """A member that was never seen has no object to be written to, and a monitor no limits."""
    monitored = {name: RECORD[name] for name in ('Soc', 'Voltage', 'Current')}
    daemon, client = world.live(CONFIG + 'role=monitor\n', {**monitored, **CELLS})
    equal(writer(world, '/Voltages/Cell1')('d', 3.25), 0)
    equal(client.value('/System/MinCellVoltage'), 3.25)
    five = GLib.Variant('(v)', (GLib.Variant('d', 5),))
    for path in ('/Voltages/Cell9', '/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent'):
        equal(client.error(BATTERY, path, 'SetValue', five),
              'org.freedesktop.DBus.Error.UnknownObject', path)


def test_not_writable(world):
    daemon, client = world.live('[battery]\n' + CALM)
    for path in ('/Soc', '/Info/MaxChargeCurrent', '/Alarms/LowVoltage'):
        equal(writer(world, path)('i', 1), 1, path)
    equal(signals(daemon, client), [])
    equal(daemon.state()['source']['refused'], 0)


if __name__ == '__main__':
    harness.main(globals())
