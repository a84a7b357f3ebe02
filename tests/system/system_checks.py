"""The stand-in of com.victronenergy.system speaks as velib does, and says what it was
told."""
from gi.repository import GLib

from clients import SYSTEM
from harness import equal
from settings_checks import INVALID, UNKNOWN_OBJECT, int32, signals, text
from stand_ins import SystemStandIn

BATTERY = 'com.victronenergy.battery/100'
BMS = 'com.victronenergy.battery.virtual'
CHANGES = (('/ActiveBatteryService', text(BATTERY), BATTERY),
           ('/ActiveBmsService', text(BMS), BMS),
           ('/Control/Dvcc', int32(1), '1'),
           ('/ActiveBmsService', INVALID, '---'))


def test_system_at_first(world):
    SystemStandIn.of(world).start()
    client = world.client()
    items = client.items(SYSTEM)
    equal({path: item[:2] for path, item in items.items()}, {
        '/ActiveBatteryService': ('ai', []), '/ActiveBmsService': ('ai', []),
        '/AvailableBmsServices': ('au', []), '/Control/Dvcc': ('i', 0),
        '/Dvcc/Alarms/MultipleBatteries': ('i', 0)})
    equal(items['/ActiveBmsService'].text, '---')
    equal(client.value('/Control', name=SYSTEM), {'Dvcc': 0})
    equal(client.text('/Control/Dvcc', name=SYSTEM), '0')
    equal(client.error(SYSTEM, '/Nothing', 'GetValue'), UNKNOWN_OBJECT)


def test_system_items_changed(world):
    system = SystemStandIn.of(world).start()
    client = world.client()
    for path, value, shown in CHANGES:
        for _ in range(2):
            equal(system.set(path, value), 0)
        client.sync(system.pid)
        (signal,) = client.take_venus()
        equal((signal.member, signal.path), ('ItemsChanged', '/'))
        wanted = {path: {'Value': value, 'Text': text(shown)}}
        equal(signal.body.print_(True), GLib.Variant('(a{sa{sv}})', (wanted,)).print_(True))
        equal(client.text(path, name=SYSTEM), shown)
    equal(system.values()['/ActiveBmsService'], None)
    services = GLib.Variant('aa{sv}', [{'name': text('Shed'), 'instance': int32(100)}])
    equal(system.set('/AvailableBmsServices', services), 0)
    equal(system.values()['/AvailableBmsServices'], [{'name': 'Shed', 'instance': 100}])


def test_system_properties_changed(world):
    system = SystemStandIn.of(world, '--properties-changed').start()
    client = world.client()
    for path, value, _ in CHANGES:
        system.set(path, value)
    client.sync(system.pid)
    equal(signals(client), [('PropertiesChanged', path, {'Value': value.unpack(), 'Text': shown})
                            for path, value, shown in CHANGES])
    equal(client.take(), [], 'signals of a battery')


def test_system_starts_anew(world):
    """What it was told is forgotten: systemcalc chooses again."""
    system = SystemStandIn.of(world).start()
    system.set('/ActiveBatteryService', text(BATTERY))
    system.kill()
    system.start()
    equal(system.values()['/ActiveBatteryService'], None)
