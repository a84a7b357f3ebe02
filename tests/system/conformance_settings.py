"""Conformance checks 31 to 36: instance and name are those that Venus' settings keep."""
from gi.repository import GLib

from clients import BATTERY, RECORD
from harness import CALM, equal, eventually

DEVICE = '/Settings/Devices/httpbattery_virtual'
INSTANCE = f'{DEVICE}/ClassAndVrmInstance'
NAME = f'{DEVICE}/CustomName'
REQUIRED = '[bus]\nrequire-settings=true\n'
CONFIG = REQUIRED + '[battery]\n' + CALM


def text(value):
    return GLib.Variant('s', value)


def settled(world, config=CONFIG):
    """A live daemon with settings and system, and a client."""
    settings = world.settings()
    world.system()
    daemon = world.start(config)
    client = world.client()
    daemon.join()
    client.sync(daemon.pid)
    client.take()
    return settings, daemon, client


def restart(world, daemon, config=CONFIG):
    equal(daemon.stop(), 0)
    daemon = world.start(config)
    daemon.join()
    return daemon


def test_31_instance_is_kept(world):
    settings, daemon, client = settled(world, CONFIG + 'device-instance=7\n')
    equal(settings.value(INSTANCE), 'battery:7')
    equal(client.value('/DeviceInstance'), 7)
    equal(daemon.state()['instance'], 7)
    daemon = restart(world, daemon)
    equal(client.value('/DeviceInstance'), 7, 'what is kept counts, not what is preferred')
    restart(world, daemon, CONFIG + 'device-instance=9\n')
    equal(client.value('/DeviceInstance'), 7)


def test_32_taken_number(world):
    settings = world.settings()
    world.system()
    settings.add('/Settings/Devices/somebody/ClassAndVrmInstance', 'battery:120')
    daemon = world.start(CONFIG)
    client = world.client()
    daemon.join()
    equal(settings.value(INSTANCE), 'battery:121')
    equal(client.value('/DeviceInstance'), 121)


def test_33_id(world):
    settings, _, client = settled(world)
    names = {path.split('/')[3] for path in settings.values()
             if path.startswith('/Settings/Devices/')}
    equal(names, {'httpbattery_virtual'})
    equal(client.value('/Serial'), 'httpbattery_virtual')


def test_34_custom_name(world):
    settings, daemon, client = settled(world, CONFIG + 'custom-name=Shed\n')
    equal((settings.value(NAME), client.value('/CustomName')), ('Shed', 'Shed'), 'seeded')
    equal(client.set_value('/CustomName', text('Hütte')), 0)
    eventually(lambda: settings.value(NAME) == 'Hütte', 'the name is kept')
    equal(daemon.state()['name'], 'Hütte')
    equal(client.set_value('/CustomName', text('x' * 33)), 2)
    client.sync(daemon.pid)
    equal([list(items) for items in client.take_items()], [['/CustomName']], 'signals')
    equal(settings.value(NAME), 'Hütte')

    restart(world, daemon, CONFIG + 'custom-name=Shed\n')
    equal(client.value('/CustomName'), 'Hütte', 'after a restart')


def test_34_custom_name_changed_in_settings(world):
    settings, daemon, client = settled(world)
    settings.set(NAME, 'Boat')
    eventually(lambda: client.value('/CustomName') == 'Boat', 'the name follows')
    client.sync(daemon.pid)
    equal([items['/CustomName'].value for items in client.take_items()], ['Boat'])
    for name in ('A', 'B', 'C', ''):
        equal(client.set_value('/CustomName', text(name)), 0)
    eventually(lambda: settings.value(NAME) == '', 'the last name stays')
    client.sync(daemon.pid)
    equal([items['/CustomName'].value for items in client.take_items()], ['A', 'B', 'C', ''],
          'no older name comes back')


def test_35_without_settings(world):
    """A Venus device waits without end, and shows it."""
    daemon = world.start(CONFIG)
    client = world.client()
    world.system()
    for _ in range(3):
        answer = daemon.http.post(RECORD)
        equal((answer.status, answer.body['state'], answer.body['on_bus'],
               answer.body['joining']), (202, 'live', False, 'settings'))
    equal((daemon.state()['instance'], daemon.state()['joining']), (None, 'settings'))
    client.sync(daemon.pid)
    equal(client.owner(), None)
    assert 'com.victronenergy.settings is not there' in daemon.log.read_text()

    settings = world.settings()
    daemon.join()
    equal(client.value('/DeviceInstance'), 120)

    # It runs on without them, takes a name meanwhile, and keeps it when they return.
    owner = client.owner()
    settings.kill()
    equal(daemon.http.post({**RECORD, 'Soc': 42}).status, 200)
    equal((client.owner(), client.value('/Soc')), (owner, 42))
    equal(client.set_value('/CustomName', text('Meanwhile')), 0)
    settings.start()
    eventually(lambda: settings.value(NAME) == 'Meanwhile', 'the name is kept later')
    equal((client.owner(), client.value('/DeviceInstance'), client.value('/CustomName')),
          (owner, 120, 'Meanwhile'))


def test_35_elsewhere(world):
    """Where settings are not required, the preferred number is taken after a while; nothing changes
    silently when they come."""
    settings = world.settings()
    settings.add('/Settings/Devices/somebody/ClassAndVrmInstance', 'battery:120')
    settings.kill()
    daemon = world.start('[bus]\nrequire-settings=false\nsettings-timeout=1\n[battery]\n' + CALM)
    client = world.client()
    equal(daemon.http.post(RECORD).body['joining'], 'settings')
    daemon.join()
    owner = client.owner()
    equal(client.value('/DeviceInstance'), 120)
    assert 'takes device instance 120 as configured' in daemon.log.read_text()

    settings.start()
    eventually(lambda: 'device instance 121; it stays 120 until a restart'
               in daemon.log.read_text(), 'it is told')
    client.sync(daemon.pid)
    equal((client.owner(), client.value('/DeviceInstance')), (owner, 120))
    equal(settings.value(INSTANCE), 'battery:121')


def test_35_settings_that_do_not_answer(world):
    """Nothing waits for them but the battery that needs them."""
    settings = world.settings('--deaf')
    world.system()
    daemon = world.start(CONFIG)
    for _ in range(20):
        equal(daemon.http.post(RECORD).body['joining'], 'settings')
    eventually(lambda: 'asking again in 1 s' in daemon.log.read_text(), 'the call times out')
    settings.kill()
    world.settings()
    daemon.join()


def kept(world, *options):
    """Settings that keep a number from an earlier run, started anew with @options."""
    settings = world.settings()
    settings.add(INSTANCE, 'battery:7')
    settings.kill()
    return world.settings(*options)


def test_35_settings_that_answer_late(world):
    """Older ones own their name before they read anything: they are asked until they answer, and
    what they keep counts."""
    world.system()
    settings = kept(world, '--deaf')
    daemon = world.start(CONFIG)
    equal(daemon.http.post(RECORD).body['joining'], 'settings')
    eventually(lambda: 'asking again in 1 s' in daemon.log.read_text(), 'the call times out')
    settings.misbehave()
    daemon.join()
    equal((daemon.state()['instance'], settings.value(INSTANCE)), (7, 'battery:7'))


def test_35_settings_that_are_not_ready(world):
    """The same, of those that answer that nothing is there: the choices of the BMS and of the monitor,
    and feed-in, are asked for once, and each try of the battery is two calls."""
    world.system()
    settings = kept(world, '--unready', '7')
    daemon = world.start(CONFIG)
    equal(daemon.http.post(RECORD).body['joining'], 'settings')
    eventually(lambda: 'asking again in 2 s' in daemon.log.read_text(), 'asked again, and again')
    daemon.join()
    equal((daemon.state()['instance'], settings.value(INSTANCE)), (7, 'battery:7'))


def test_35_settings_that_refuse(world):
    settings = world.settings('--fail', '-7')
    world.system()
    daemon = world.start(CONFIG)
    eventually(lambda: f'{INSTANCE} is refused with error -7; asking again in 2 s'
               in daemon.log.read_text(), 'it is told, and asked again')
    equal(daemon.http.post(RECORD).body['joining'], 'settings')
    settings.kill()
    world.settings()
    daemon.join()


def test_36_instance_is_changed(world):
    """Another number is another battery: it leaves, and comes back."""
    settings, daemon, client = settled(world)
    first = client.owner()
    settings.set(INSTANCE, 'battery:55')
    eventually(lambda: client.owner() not in (None, first), 'it comes back')
    equal(client.value('/DeviceInstance'), 55)
    equal(client.value('/Soc'), 63.5, 'with its values')
    for items in client.take_items():
        assert '/DeviceInstance' not in items, items
    changes = [change for change in client.name_changes() if change[0] == BATTERY]
    equal(changes[-2:], [(BATTERY, first, ''), (BATTERY, '', client.owner())], 'changes of owner')
    equal(daemon.http.post(RECORD).status, 200)
    equal(daemon.state()['instance'], 55)

    # A number that another has: the next free one.
    settings.add('/Settings/Devices/somebody/ClassAndVrmInstance', 'battery:60')
    settings.set(INSTANCE, 'battery:60')
    eventually(lambda: (daemon.state()['instance'], daemon.state()['on_bus']) == (61, True),
               'the next free one')
    equal(client.value('/DeviceInstance'), 61)

    # What is no battery's number changes nothing.
    owner = client.owner()
    equal(settings.set(INSTANCE, 'tank:5'), 0)
    eventually(lambda: 'tank:5' in daemon.log.read_text(), 'it is told')
    equal((client.owner(), client.value('/DeviceInstance')), (owner, 61))


def test_36_instance_is_changed_off_the_bus(world):
    settings, daemon, client = settled(world)
    daemon.http.delete()
    eventually(lambda: not client.owner(), 'the name goes')
    settings.set(INSTANCE, 'battery:55')
    eventually(lambda: daemon.state()['instance'] == 55, 'the number is known')
    daemon.join()
    equal(client.value('/DeviceInstance'), 55)


def test_system_comes_first(world):
    """A battery that the system service has never met lets it come first, once."""
    settings = world.settings()
    daemon = world.start(CONFIG)
    client = world.client()
    eventually(lambda: daemon.state()['instance'] == 120, 'the battery is entered')
    answer = daemon.http.post(RECORD)
    equal((answer.status, answer.body['joining']), (202, 'system'))
    equal((client.owner(), settings.value(INSTANCE)), (None, 'battery:120'))
    system = world.system()
    daemon.join()
    system.kill()
    restart(world, daemon)


def test_two_batteries_renamed_and_restarted(world):
    """Same names, same instances."""
    config = CONFIG + '[battery shed]\nrole=monitor\n' + CALM
    settings = world.settings()
    world.system()
    shed = 'com.victronenergy.battery.http_shed'
    daemon = world.start(config)
    client = world.client()
    for turn in range(2):
        daemon.join()
        daemon.join({'Soc': 50, 'Voltage': 25.1, 'Current': 1}, '/battery/shed')
        equal((client.value('/DeviceInstance'), client.value('/DeviceInstance', shed)), (120, 121))
        if turn == 0:
            equal(client.set_value('/CustomName', text('House')), 0)
            equal(client.set_value('/CustomName', text('Shed'), shed), 0)
            eventually(lambda: 'Shed' in settings.values().values()
                       and 'House' in settings.values().values(), 'both are kept')
            equal(daemon.stop(), 0)
            daemon = world.start(config)
    equal((client.value('/CustomName'), client.value('/CustomName', shed)), ('House', 'Shed'))
