"""The stand-in of com.victronenergy.settings answers as localsettings does."""
import time

from gi.repository import GLib

from clients import BUS_ITEM, SETTINGS
from harness import equal, eventually
from stand_ins import SettingsStandIn

INTERFACE = 'com.victronenergy.Settings'
DEVICES = '/Settings/Devices'
SHED = f'{DEVICES}/httpbattery_shed/ClassAndVrmInstance'
BARN = f'{DEVICES}/httpbattery_barn/ClassAndVrmInstance'
HOUSE = f'{DEVICES}/httpbattery_house/ClassAndVrmInstance'
UNKNOWN_OBJECT = 'org.freedesktop.DBus.Error.UnknownObject'
UNKNOWN_METHOD = 'org.freedesktop.DBus.Error.UnknownMethod'


def text(value):
    return GLib.Variant('s', value)


def int32(value):
    return GLib.Variant('i', value)


def real(value):
    return GLib.Variant('d', value)


INVALID = GLib.Variant('ai', [])


def add(client, *elements, on='/'):
    """AddSettings. Returns: the results"""
    body = GLib.Variant('(aa{sv})', ([{**element} for element in elements],))
    reply = client.call(SETTINGS, on, 'AddSettings', body, interface=INTERFACE)
    equal(reply.get_type_string(), '(aa{sv})', 'signature')
    return reply.unpack()[0]


def element(path, default, **more):
    return {'path': text(path), 'default': default, **more}


def error_of(client, path, default, **more):
    (result,) = add(client, element(path, default, **more))
    equal(('value' in result, result['path']), (result['error'] == 0, path), result)
    return result['error']


def signals(client):
    """Of each signal of a stand-in since the last time: member, path, contents."""
    return [(signal.member, signal.path, signal.body.unpack()[0])
            for signal in client.take_venus()]


def settings_and_client(world, *options):
    return SettingsStandIn.of(world, *options).start(), world.client()


def test_add_settings(world):
    settings, client = settings_and_client(world)
    results = add(client, element('/Settings/Test/Whole', int32(7)),
                  element('/Settings/Test/Large', GLib.Variant('x', 2**40)),
                  element('/Settings/Test/Real', real(1.5)),
                  element('/Settings/Test/Text', text('as it is')))
    equal(results, [{'path': '/Settings/Test/Whole', 'error': 0, 'value': 7},
                    {'path': '/Settings/Test/Large', 'error': 0, 'value': 2**40},
                    {'path': '/Settings/Test/Real', 'error': 0, 'value': 1.5},
                    {'path': '/Settings/Test/Text', 'error': 0, 'value': 'as it is'}])
    equal(settings.values(), {result['path']: result['value'] for result in results})
    types = [client.call(SETTINGS, result['path'], 'GetValue').get_child_value(0).get_variant()
             .get_type_string() for result in results]
    equal(types, ['i', 'x', 'd', 's'], 'types')
    equal(client.text('/Settings/Test/Real', name=SETTINGS), '1.5')
    equal(add(client), [])


def test_add_settings_on_a_group(world):
    settings, client = settings_and_client(world)
    (result,) = add(client, element('shed/CustomName', text('Shed')), on=DEVICES)
    equal(result, {'path': 'shed/CustomName', 'error': 0, 'value': 'Shed'})
    equal(settings.values(), {f'{DEVICES}/shed/CustomName': 'Shed'})
    body = GLib.Variant('(aa{sv})', ([],))
    for path, wanted in ((f'{DEVICES}/shed/CustomName', UNKNOWN_METHOD),
                         ('/Settings/Nothing', UNKNOWN_OBJECT)):
        equal(client.error(SETTINGS, path, 'AddSettings', body, interface=INTERFACE), wanted, path)


def test_errors(world):
    settings, client = settings_and_client(world)
    equal(error_of(client, '/Settings/Test/Old', int32(1)), 0)
    for path, default, wanted in (
            ('/Settings/Devices/_shed/CustomName', text(''), -2),
            ('/Settings/Test/A', GLib.Variant('u', 1), -3),
            ('/Settings/Test/A', GLib.Variant('b', True), -3),
            ('/Settings/Test/A', INVALID, -3),
            ('/Settings/Test/a b', int32(1), -4),
            ('/Settings/Test/Old/Below', int32(1), -4),
            ('/Settings/Test/Old', text('1'), -5),
            ('/Settings/Test/Old', real(1), -5),
            (SHED, text('battery'), -6),
            (SHED, text('battery:first'), -6),
            ('/Settings/Test', int32(1), -8),
            (DEVICES, int32(1), -8),
            ('/Test/A', int32(1), -9)):
        equal(error_of(client, path, default), wanted, (path, default))
    for path, default, low, high in (('/Settings/Test/A', int32(11), int32(0), int32(10)),
                                     ('/Settings/Test/A', real(-0.5), real(0), real(10))):
        equal(error_of(client, path, default, min=low, max=high), -7, default)
    equal(add(client, {'default': int32(1)}, {'path': int32(5), 'default': int32(1)}),
          [{'error': -4}, {'path': 5, 'error': -4}])
    equal(settings.values(), {'/Settings/Test/Old': 1}, 'what was refused is not there')


def test_one_error_among_others(world):
    settings, client = settings_and_client(world)
    results = add(client, element('/Settings/A', int32(1)), element('/Other/B', int32(2)),
                  element('/Settings/C', int32(3)))
    equal([result['error'] for result in results], [0, -9, 0])
    equal(settings.values(), {'/Settings/A': 1, '/Settings/C': 3})


def test_existing_keeps_its_value(world):
    settings, client = settings_and_client(world)
    path = '/Settings/Test/Level'
    equal(error_of(client, path, int32(5), min=int32(0), max=int32(10)), 0)
    equal(settings.set(path, int32(8)), 0)
    (result,) = add(client, element(path, int32(4), min=int32(1), max=int32(9)))
    equal(result['value'], 8)
    limits = [client.call(SETTINGS, path, method).unpack()[0]
              for method in ('GetMin', 'GetMax', 'GetDefault')]
    equal(limits, [1, 9, 4], 'bounds and default are the new ones')


def test_set_value(world):
    settings, client = settings_and_client(world)
    add(client, element('/Settings/Whole', int32(5), min=int32(0), max=int32(10)),
        element('/Settings/Free', int32(5), min=int32(0), max=int32(0)),
        element('/Settings/Text', text('a'), min=int32(2), max=int32(3)))
    for path, value, code, now in (
            ('/Settings/Whole', int32(10), 0, 10), ('/Settings/Whole', int32(11), -1, 10),
            ('/Settings/Whole', int32(-1), -1, 10), ('/Settings/Whole', text('six'), -1, 10),
            ('/Settings/Whole', text('6'), 0, 6), ('/Settings/Whole', INVALID, -1, 6),
            ('/Settings/Free', int32(-1000), 0, -1000), ('/Settings/Text', text(''), 0, '')):
        equal(settings.set(path, value), code, (path, value))
        equal(settings.values()[path], now, (path, value))
    for path, wanted in (('/Settings', UNKNOWN_METHOD), ('/Settings/No', UNKNOWN_OBJECT)):
        equal(client.error(SETTINGS, path, 'SetValue', GLib.Variant('(v)', (int32(1),))), wanted)


def test_taken_number(world):
    settings, client = settings_and_client(world)
    equal(settings.add(SHED, text('battery:100')), 'battery:100')
    equal(settings.add(BARN, text('battery:100')), 'battery:101', 'the next free one')
    equal(settings.add(HOUSE, text('tank:100')), 'tank:100', 'unique within a class')
    equal(settings.add(SHED, text('battery:101')), 'battery:100', 'the stored one comes back')
    equal(error_of(client, '/Settings/Test/ClassAndVrmInstance', text('battery:100')), 0)
    equal(settings.values()['/Settings/Test/ClassAndVrmInstance'], 'battery:100', 'no device')
    client.sync(settings.pid)
    client.take_venus()
    equal(settings.set(HOUSE, text('battery:100')), 0)
    equal(settings.values()[HOUSE], 'battery:102', 'the next that is free')
    equal(settings.set(HOUSE, text('house')), -1)
    client.sync(settings.pid)
    equal(signals(client), [('PropertiesChanged', HOUSE,
                             {'Value': 'battery:102', 'Text': 'battery:102'})])
    equal(settings.set(HOUSE, text('battery:100')), 0)
    client.sync(settings.pid)
    equal(len(signals(client)), 1, 'signals of a write that was changed into what there was')


def test_signals(world):
    settings, client = settings_and_client(world)
    settings.add('/Settings/Test/Real', real(1.5))
    for value in (2.5, 2.5, 3):
        settings.set('/Settings/Test/Real', real(value))
    client.sync(settings.pid)
    first, *others = signals(client)
    equal(first, ('PropertiesChanged', '/Settings/Test/Real',
                  {'Value': 1.5, 'Text': '1.5', 'Min': 0, 'Max': 0, 'Default': 1.5}))
    equal(others, [('PropertiesChanged', '/Settings/Test/Real', {'Value': value, 'Text': shown})
                   for value, shown in ((2.5, '2.5'), (3, '3.0'))])
    equal(client.take(), [], 'signals of a battery')


def test_get_items(world):
    _, client = settings_and_client(world)
    add(client, element('/Settings/A/B', int32(5), min=int32(0), max=int32(10)))
    reply = client.call(SETTINGS, '/', 'GetItems')
    equal(reply.get_type_string(), '(a{sa{sv}})')
    equal(reply.unpack()[0], {'/Settings/A/B': {'Value': 5, 'Text': '5', 'Min': 0, 'Max': 10,
                                                'Default': 5}})
    equal(client.value('/Settings', name=SETTINGS), {'A/B': 5})
    equal(client.text('/Settings/A', name=SETTINGS), {'B': '5'})
    equal(client.error(SETTINGS, '/Settings', 'GetItems'), UNKNOWN_METHOD)
    equal(client.error(SETTINGS, '/Settings/C', 'GetValue'), UNKNOWN_OBJECT)


def test_add_setting_and_remove(world):
    settings, client = settings_and_client(world)

    def add_one(member, *arguments):
        body = GLib.Variant('(ssvsvv)', arguments)
        return client.call(SETTINGS, '/Settings', member, body, interface=INTERFACE).unpack()[0]

    none = int32(0)
    equal(add_one('AddSetting', 'Test', 'A', int32(5), 'i', int32(1), int32(9)), 0)
    equal(add_one('AddSilentSetting', 'Test', 'B', real(0.5), 'f', none, none), 0)
    equal(add_one('AddSetting', '', 'C', text('c'), 's', none, none), 0)
    equal(add_one('AddSetting', 'Test', 'D', int32(5), 'u', none, none), -3)
    equal(add_one('AddSetting', 'Test', 'D', text('five'), 'i', none, none), -6)
    equal(add_one('AddSetting', 'Test', 'D', int32(0), 'i', int32(1), int32(9)), -7)
    equal(settings.values(), {'/Settings/Test/A': 5, '/Settings/Test/B': 0.5, '/Settings/C': 'c'})
    client.sync(settings.pid)
    client.take_venus()
    body = GLib.Variant('(as)', (['/Settings/Test/A', '/Settings/No'],))
    reply = client.call(SETTINGS, '/', 'RemoveSettings', body, interface=INTERFACE)
    equal((reply.get_type_string(), reply.unpack()[0]), ('(ai)', [0, -1]))
    equal(signals(client), [('PropertiesChanged', '/Settings/Test/A', {'Value': [], 'Text': ''})])
    equal(sorted(settings.values()), ['/Settings/C', '/Settings/Test/B'])


def test_settings_outlive_it(world):
    settings, _ = settings_and_client(world)
    settings.add(SHED, text('battery:100'))
    settings.add('/Settings/Test/Real', real(2))
    settings.set(SHED, text('battery:120'))
    before = settings.values()
    equal(settings.stored(), before, 'written at once')
    settings.kill()
    settings.start()
    equal(settings.values(), before)
    equal(settings.add(BARN, text('battery:120')), 'battery:121')
    client = world.client()
    value = client.call(SETTINGS, '/Settings/Test/Real', 'GetValue').get_child_value(0)
    equal(value.get_variant().get_type_string(), 'd', 'still of its type')
    equal(error_of(client, '/Settings/Test/Real', int32(1)), -5)


def test_comes_and_goes(world):
    """A client that was there before it sees its name come and go, and its signals."""
    client = world.client()
    settings = SettingsStandIn.of(world).start()
    settings.add(SHED, text('battery:100'))
    client.sync(settings.pid)
    equal([path for _, path, _ in signals(client)], [SHED])
    settings.kill()
    eventually(lambda: client.iterate() or not client.owner(SETTINGS), 'the name is free')
    changes = [bool(new) for name, _, new in client.name_changes() if name == SETTINGS]
    equal(changes, [True, False])


def test_misbehaves(world):
    settings, client = settings_and_client(world, '--fail', '-2')
    equal(add(client, element(SHED, text('battery:100'))), [{'path': SHED, 'error': -2}])
    equal(settings.values(), {})
    settings.misbehave(slow=0.3)
    began = time.monotonic()
    equal(add(client, element(SHED, text('battery:100')))[0]['value'], 'battery:100')
    assert time.monotonic() - began >= 0.25, 'the answer came at once'
    settings.misbehave(deaf=True)
    for member, interface, body in (('AddSettings', INTERFACE, GLib.Variant('(aa{sv})', ([],))),
                                    ('GetItems', BUS_ITEM, None)):
        assert not answered(client, member, interface, body), f'{member} was answered'
    assert client.owner(SETTINGS), 'it owns its name'
    equal(settings.calls(), 3)
    settings.misbehave()
    equal(settings.values(), {SHED: 'battery:100'}, 'it behaves again')


def answered(client, member, interface, body):
    """Whether a call is answered soon."""
    try:
        client.connection.call_sync(SETTINGS, '/', interface, member, body, None, 0, 200, None)
    except GLib.Error as error:
        assert 'Timeout' in error.message or 'Timed out' in error.message, error.message
        return False
    return True
