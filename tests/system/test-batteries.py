#!/usr/bin/python3
"""Several batteries in one process: each is on its own, and none notices what becomes of another."""
import harness
from clients import RECORD
from harness import CALM, equal, eventually

MONITORED = {'Soc': 63.5, 'Voltage': 52.7, 'Current': -12.3}
LIMITS = ['/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent', '/Info/MaxDischargeCurrent',
          '/Info/BatteryLowVoltage', '/Info/ChargeRequest']
N = 16


def bus_name(name):
    return f'com.victronenergy.battery.http_{name}'


def group(name, more=''):
    return f'[battery {name}]\n{CALM}{more}'


def start_monitors(world, n):
    """A daemon with the batteries b0 … on the bus, and a client with nothing recorded yet."""
    daemon = world.start(''.join(group(f'b{i}', 'role=monitor\n') for i in range(n)))
    client = world.client()
    for i in range(n):
        daemon.join({**MONITORED, 'Soc': 10 + i}, f'/battery/b{i}')
    client.sync(daemon.pid)
    client.take()
    return daemon, client


def test_sixteen(world):
    daemon, client = start_monitors(world, N)
    owners = {client.owner(bus_name(f'b{i}')) for i in range(N)}
    equal(len(owners - {None}), N, 'connections')
    equal([client.value('/DeviceInstance', bus_name(f'b{i}')) for i in range(N)],
          list(range(120, 120 + N)), 'instances')
    equal([client.value('/Serial', bus_name(f'b{i}')) for i in range(N)],
          [f'httpbattery_b{i}' for i in range(N)], 'serial numbers')
    for turn in range(5):
        for i in range(N):
            equal(daemon.http.post({**MONITORED, 'Soc': 50 + turn, 'Voltage': 40 + i},
                                   f'/battery/b{i}').status, 200)
    client.sync(daemon.pid)
    signals = client.take()
    for i in range(N):
        owner = client.owner(bus_name(f'b{i}'))
        equal(len([signal for signal in signals if signal.sender == owner]), 5, f'signals of b{i}')
        equal((client.value('/Soc', bus_name(f'b{i}')), client.value('/Dc/0/Voltage',
                                                                     bus_name(f'b{i}'))),
              (54, 40 + i), f'b{i}')


def test_one_leaves(world):
    daemon, client = start_monitors(world, 3)
    owners = [client.owner(bus_name(f'b{i}')) for i in range(3)]
    equal(daemon.http.delete('/battery/b1').status, 204)
    eventually(lambda: not client.owner(bus_name('b1')), 'its name goes')
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')
    equal([client.owner(bus_name(f'b{i}')) for i in (0, 2)], [owners[0], owners[2]], 'owners')
    equal([battery['state'] for battery in daemon.http.get('/batteries').body],
          ['live', 'gone', 'live'])
    equal(daemon.http.get('/health').status, 503)
    daemon.join(MONITORED, '/battery/b1')
    equal(client.value('/DeviceInstance', bus_name('b1')), 121)
    equal([client.owner(bus_name(f'b{i}')) for i in (0, 2)], [owners[0], owners[2]], 'owners')


def test_one_falls_silent(world):
    """Each has a ladder of its own."""
    daemon = world.start(group('calm') + '[battery hasty]\nwarn-after=0.1\nstale-after=0.2\n'
                         'drop-after=0.3\nleave-after=300\nrole=monitor\n')
    client = world.client()
    daemon.join(RECORD, '/battery/calm')
    eventually(lambda: daemon.http.post(MONITORED, '/battery/hasty').status == 200
               and client.owner(bus_name('hasty')), 'the other one joins')
    eventually(lambda: daemon.state('/battery/hasty')['state'] == 'lost', 'it is lost')
    equal(client.value('/Soc', bus_name('hasty')), None)
    equal(daemon.state('/battery/calm')['state'], 'live')
    equal([client.value(path, bus_name('calm')) for path in ('/Soc', '/Connected',
                                                             '/Alarms/BmsCable')], [63.5, 1, 0])


def test_one_name_is_taken(world):
    """At run time that keeps one battery waiting, and no other."""
    daemon, client = start_monitors(world, 2)
    equal(daemon.http.delete('/battery/b1').status, 204)
    eventually(lambda: not client.owner(bus_name('b1')), 'its name goes')
    equal(client.request_name(bus_name('b1')), 1)
    for _ in range(3):
        answer = daemon.http.post(MONITORED, '/battery/b1')
        equal((answer.status, answer.body['on_bus'], answer.body['joining']), (202, False, 'name'))
    answer = daemon.http.post({**MONITORED, 'Soc': 42}, '/battery/b0')
    equal((answer.status, client.value('/Soc', bus_name('b0'))), (200, 42))
    client.release_name(bus_name('b1'))
    daemon.join(MONITORED, '/battery/b1')


def test_own_limits(world):
    """Seat belt, role and stale times are those of the battery's own group."""
    daemon = world.start(group('a', 'max-charge-current=50\n') + group('b'))
    client = world.client()
    for name, allowed in (('a', 50), ('b', 100)):
        daemon.join(RECORD, f'/battery/{name}')
        equal(client.value('/Info/MaxChargeCurrent', bus_name(name)), allowed, name)
    assert 'MultipleBatteries' in daemon.log.read_text(), 'two batteries with limits are told of'


def test_monitor(world):
    """A monitor has no limits, not even invalid ones: that they exist changes Venus' choice."""
    daemon, client = start_monitors(world, 1)
    items = client.items(bus_name('b0'))
    for path in LIMITS:
        assert path not in items, path
        equal(client.error(bus_name('b0'), path, 'GetValue'),
              'org.freedesktop.DBus.Error.UnknownObject', path)
    children = client.call(bus_name('b0'), '/Info', 'Introspect',
                           interface='org.freedesktop.DBus.Introspectable').unpack()[0]
    for path in LIMITS:
        assert f'"{path.split("/")[-1]}"' not in children, path
    answer = daemon.http.post({**MONITORED, 'Soc': 1, 'MaxChargeVoltage': 55.2,
                               'ChargeRequest': 1}, '/battery/b0')
    equal((answer.status, answer.body['errors'], sorted(answer.body['ignored'])),
          (200, [], ['ChargeRequest', 'MaxChargeVoltage']))
    equal(client.value('/Soc', bus_name('b0')), 1, 'the rest of it is taken')
    assert not set(LIMITS) & set(client.items(bus_name('b0'))), 'and they make no items'
    assert 'MultipleBatteries' not in daemon.log.read_text()


def test_not_configured(world):
    """Where there are groups with names alone, there is no default battery."""
    daemon, client = start_monitors(world, 1)
    equal(daemon.http.post(MONITORED).status, 404)
    equal(daemon.http.post(MONITORED, '/battery/b1').status, 404)
    equal([name for name in client.names() if name.startswith('com.victron')], [bus_name('b0')])


if __name__ == '__main__':
    harness.main(globals())
