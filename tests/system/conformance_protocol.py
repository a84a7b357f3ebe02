"""Conformance checks 1 to 15: the protocol of com.victronenergy.BusItem."""
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import dbus
from gi.repository import GLib

from clients import BATTERY, BUS_ITEM, CELLS, DBUS, RECORD, check_item, to_items
from harness import equal


def keys(variant):
    return sorted(variant.unpack())


def dbus_python(world):
    """A dbus-python client, which has other habits than GDBus."""
    return dbus.bus.BusConnection(world.bus.address)


def test_01_get_items(world):
    _, client = world.live()
    reply = client.call(BATTERY, '/', 'GetItems')
    equal(reply.get_type_string(), '(a{sa{sv}})', 'signature')
    items = to_items(reply.get_child_value(0))
    for path, item in items.items():
        check_item(path, item)
    assert len(items) > 100, f'{len(items)} items'
    equal(items['/Soc'], ('d', 63.5, '63.5%'))
    equal(items['/Dc/0/Voltage'], ('d', 52.7, '52.70V'))


def test_02_get_value_of_root(world):
    _, client = world.live()
    reply = client.call(BATTERY, '/', 'GetValue')
    equal(reply.get_type_string(), '(v)', 'signature')
    values = reply.get_child_value(0).get_variant()
    equal(values.get_type_string(), 'a{sv}', 'signature inside')
    equal(keys(values), sorted(path[1:] for path in client.items()), 'keys')


def test_03_get_value_of_groups(world):
    _, client = world.live(record={**RECORD, **CELLS})
    paths = list(client.items())
    groups = {path[:i] for path in paths for i in range(1, len(path)) if path[i] == '/'}
    assert {'/Dc', '/Dc/0', '/Voltages', '/Mgmt'} <= groups, groups
    for group in sorted(groups):
        reply = client.call(BATTERY, group, 'GetValue')
        equal(reply.get_type_string(), '(v)', group)
        values = reply.get_child_value(0).get_variant()
        equal(values.get_type_string(), 'a{sv}', group)
        below = sorted(path[len(group) + 1:] for path in paths if path.startswith(group + '/'))
        equal(keys(values), below, group)
    assert '0/Voltage' in client.value('/Dc') and 'Voltage' in client.value('/Dc/0')


def test_04_get_text(world):
    _, client = world.live()
    for group in ('/', '/Dc', '/Dc/0'):
        reply = client.call(BATTERY, group, 'GetText')
        equal(reply.get_type_string(), '(v)', group)
        equal(reply.get_child_value(0).get_variant().get_type_string(), 'a{ss}', group)
    equal(client.text('/Dc')['0/Voltage'], '52.70V')
    equal(keys(client.call(BATTERY, '/', 'GetText').get_child_value(0).get_variant()),
          sorted(path[1:] for path in client.items()), 'keys')
    equal(client.call(BATTERY, '/Dc/0/Voltage', 'GetText').get_type_string(), '(s)', 'of a leaf')


def test_05_leaves_equal_items(world):
    _, client = world.live(record={**RECORD, **CELLS, 'LowSoc': 1})
    values, texts = client.value('/'), client.text('/')
    for path, item in client.items().items():
        value = client.call(BATTERY, path, 'GetValue').get_child_value(0).get_variant()
        equal((value.get_type_string(), value.unpack()), (item.type, item.value), path)
        equal(client.text(path), item.text, path)
        equal(values[path[1:]], item.value, path)
        equal(texts[path[1:]], item.text, path)


def test_06_unset_value(world):
    _, client = world.live()
    reply = client.call(BATTERY, '/Soh', 'GetValue').get_child_value(0).get_variant()
    equal((reply.get_type_string(), reply.n_children()), ('ai', 0))
    equal(client.text('/Soh'), '---')
    equal(client.items()['/Soh'], ('ai', [], '---'))
    value = dbus_python(world).call_blocking(BATTERY, '/Soh', BUS_ITEM, 'GetValue', '', [])
    equal(repr(value.signature), "dbus.Signature('i')")


def test_07_product_id_text(world):
    _, client = world.live()
    equal(client.items()['/ProductId'], ('i', 0xFFFF, '0xFFFF'))
    equal(client.text('/ProductId'), '0xFFFF')


def test_08_errors(world):
    _, client = world.live()
    unknown_object = DBUS + '.Error.UnknownObject'
    unknown_method = DBUS + '.Error.UnknownMethod'
    for path in ('/Nope', '/Dc/0/Nope', '/Soc/Nope', '/Voltages/Cell1'):
        equal(client.error(BATTERY, path, 'GetValue'), unknown_object, path)
    for path, member in (('/Soc', 'GetMin'), ('/Soc', 'GetItems'), ('/Dc', 'GetItems'),
                         ('/', 'Nope')):
        equal(client.error(BATTERY, path, member), unknown_method, f'{path} {member}')
    five = GLib.Variant('(v)', (GLib.Variant('i', 5),))
    for path in ('/', '/Dc', '/Dc/0'):
        equal(client.error(BATTERY, path, 'SetValue', five), unknown_method, path)


def test_09_read_only(world):
    daemon, client = world.live()
    for path in ('/Soc', '/DeviceInstance', '/Info/MaxChargeCurrent', '/Connected', '/Soh'):
        before = client.value(path)
        equal(client.set_value(path, GLib.Variant('d', 5)), 1, path)
        equal(client.value(path), before, path)
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')


def monitored(monitor):
    """What dbus-monitor has seen: (type, sender, reply serial or member) in order."""
    for line in monitor.stdout:
        kind = re.match(r'(signal|method return|method call) ', line)
        if kind:
            yield (kind[1], re.search(r'sender=(\S+)', line)[1],
                   (re.search(r'reply_serial=(\d+)|member=(\w+)', line) or [''])[0])


def test_10_set_value(world):
    daemon, client = world.live()
    owner = client.owner()
    with subprocess.Popen(['dbus-monitor', '--address', world.bus.address, f"sender='{owner}'",
                           "destination='org.example.Mark'"],
                          stdout=subprocess.PIPE, text=True) as monitor:
        # Its own name is taken away when it has become a monitor: it sees what comes from now on.
        equal(next(line for line in monitor.stdout if 'NameLost' in line)[:6], 'signal')
        equal(client.set_value('/CustomName', GLib.Variant('s', 'abc')), 0, 'result')
        seen = monitored(monitor)
        equal(next(seen)[::2], ('signal', 'member=ItemsChanged'), 'first comes the signal')
        equal(next(seen)[0], 'method return', 'then the reply')
        monitor.terminate()
    equal(client.value('/CustomName'), 'abc')
    client.sync(daemon.pid)
    equal(client.take_items(), [{'/CustomName': ('s', 'abc', 'abc')}], 'signals')

    equal(client.set_value('/CustomName', GLib.Variant('s', 'abc')), 0, 'the same again')
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals of the same again')


def test_11_set_value_forms(world):
    _, client = world.live()
    bus = dbus_python(world)

    def call(signature, value):
        return int(bus.call_blocking(BATTERY, '/CustomName', BUS_ITEM, 'SetValue', signature,
                                     [value]))

    equal(call('s', 'bare'), 0, 'a bare text')
    equal(client.value('/CustomName'), 'bare')
    equal(call('v', dbus.String('nested', variant_level=3)), 0, 'variants in variants')
    equal(client.value('/CustomName'), 'nested')
    for signature, empty in (('ai', []), ('v', dbus.Array([], signature='i'))):
        equal(call('s', 'to be cleared'), 0)
        equal(call(signature, empty), 0, f'cleared by {signature}')
        assert client.value('/CustomName') in (None, ''), client.value('/CustomName')
    for signature, value in (('i', 5), ('d', 5.5), ('b', True), ('as', ['a']), ('(ii)', (1, 2))):
        assert call(signature, value) in (1, 2), signature


def test_12_set_value_refused(world):
    daemon, client = world.live()
    equal(client.set_value('/CustomName', GLib.Variant('s', 'abc')), 0)
    client.sync(daemon.pid)
    client.take()
    for value in (GLib.Variant('s', 'x' * 33), GLib.Variant('s', 'ä' * 33), GLib.Variant('i', 7),
                  GLib.Variant('d', 1.5), GLib.Variant('as', ['a', 'b']),
                  GLib.Variant('a{sv}', {'a': GLib.Variant('i', 1)})):
        assert client.set_value('/CustomName', value) in (1, 2), value
    equal(client.value('/CustomName'), 'abc')
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')


def test_13_no_interface(world):
    _, client = world.live()
    bus = dbus_python(world)
    equal(float(bus.call_blocking(BATTERY, '/Soc', None, 'GetValue', '', [])), 63.5)
    # As velib's VeDbusItemImport calls: through a proxy, with no interface at all.
    proxy = bus.get_object(BATTERY, '/Soc', introspect=False)
    equal(float(proxy.GetValue()), 63.5)
    equal(str(proxy.GetText()), '63.5%')
    equal(int(proxy.SetValue(5.0)), 1)
    proxy = bus.get_object(BATTERY, '/CustomName', introspect=False)
    equal(int(proxy.SetValue('Shed')), 0)
    equal(client.value('/CustomName'), 'Shed')
    equal(len(bus.get_object(BATTERY, '/', introspect=False).GetItems()), len(client.items()))
    try:
        bus.get_object(BATTERY, '/Nope', introspect=False).GetValue()
    except dbus.DBusException as error:
        equal(error.get_dbus_name(), DBUS + '.Error.UnknownObject')
    else:
        raise AssertionError('no error')


def introspect(client, path):
    """The children of a node, and methods and signals of its BusItem interface."""
    text = client.call(BATTERY, path, 'Introspect', interface=DBUS + '.Introspectable').unpack()[0]
    node = ElementTree.fromstring(text)
    methods = {}
    for method in node.findall(f"interface[@name='{BUS_ITEM}']/method"):
        types = {'in': '', 'out': ''}
        for argument in method.iter('arg'):
            types[argument.get('direction', 'in')] += argument.get('type')
        methods[method.get('name')] = (types['in'], types['out'])
    signals = node.findall(f"interface[@name='{BUS_ITEM}']/signal")
    return ([child.get('name') for child in node.findall('node')], methods,
            [signal.get('name') for signal in signals])


def test_14_introspection(world):
    _, client = world.live()
    group = {'GetValue': ('', 'v'), 'GetText': ('', 'v')}
    root, methods, signals = introspect(client, '/')
    assert {'Soc', 'Dc', 'Info', 'Mgmt', 'DeviceInstance'} <= set(root), root
    equal(methods, {**group, 'GetItems': ('', 'a{sa{sv}}')}, 'root')
    equal(signals, ['ItemsChanged'], 'root')
    equal(introspect(client, '/Dc')[1], group, 'group')
    assert 'Voltage' in introspect(client, '/Dc/0')[0]
    equal(introspect(client, '/Soc')[:2],
          ([], {'GetValue': ('', 'v'), 'GetText': ('', 's'), 'SetValue': ('v', 'i'),
                'GetDescription': ('si', 's')}), 'leaf')
    client.call(BATTERY, '/', 'Ping', interface=DBUS + '.Peer')

    # Every path can be reached by introspection alone.
    found, todo = set(), ['']
    while todo:
        path = todo.pop()
        names, methods, _ = introspect(client, path or '/')
        todo += [f'{path}/{name}' for name in names]
        if 'SetValue' in methods:
            found.add(path)
    equal(found, set(client.items()), 'leaves')


def test_15_types(world):
    daemon, client = world.live(record={**RECORD, **CELLS})
    types = {path: item.type for path, item in client.items().items() if item.type != 'ai'}
    records = [{'Soc': 63, 'Voltage': 53}, {'Soc': 63.25, 'MaxChargeCurrent': 0},
               {'LowSoc': 2.0, 'AllowToCharge': True}, {'AllowToCharge': 0, 'LowSoc': 0},
               {'Soh': 99, 'TimeToGo': 3600}, {'Soh': 98.5, 'TimeToGo': None}, {'Cell1': 3},
               {'InstalledCapacity': 280, 'ChargeCycles': 12.0}, {'ErrorCode': 39}]
    for record in records:
        equal(daemon.http.post(record).status, 200, record)
        for items in (client.items(), *client.take_items()):
            for path, item in items.items():
                if item.type != 'ai':
                    equal(item.type, types.setdefault(path, item.type), path)
    assert set(types.values()) == {'i', 'd', 's'}, types
