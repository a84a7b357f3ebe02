"""What speaks to the daemon in the tests: an HTTP client, raw bytes on a socket, a recorder of
D-Bus signals."""
import collections
import http.client
import json
import math
import socket
import time

from gi.repository import Gio, GLib

BATTERY = 'com.victronenergy.battery.virtual'
BUS_ITEM = 'com.victronenergy.BusItem'
DBUS = 'org.freedesktop.DBus'
SETTINGS = 'com.victronenergy.settings'
SYSTEM = 'com.victronenergy.system'

# A complete record; every value survives rounding.
RECORD = {
    'Soc': 63.5, 'Voltage': 52.7, 'Current': -12.3, 'MaxChargeVoltage': 55.2,
    'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150,
}

CELLS = {f'Cell{i}': 3.3 + i / 1000 for i in range(1, 5)}

# No test waits longer than this for something that happens at once on an idle machine.
PATIENCE = 30

Answer = collections.namedtuple('Answer', 'status headers body')
Item = collections.namedtuple('Item', 'type value text')
Signal = collections.namedtuple('Signal', 'time member sender path body')


class Http:
    """HTTP as curl speaks it: a connection for each request, unless it is kept with keep()."""

    def __init__(self, port, host='127.0.0.1'):
        self.port = port
        self.host = host
        self.kept = None

    def keep(self):
        """Uses one connection from now on."""
        self.kept = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        return self

    def request(self, method, path, body=None, headers=None):
        """@body: bytes and text as they are, anything else as JSON. JSON answers come parsed."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        connection = self.kept or http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        data = reply.read()
        if not self.kept:
            connection.close()
        return make_answer(reply.status, dict(reply.getheaders()), data)

    def get(self, path, **more):
        return self.request('GET', path, **more)

    def post(self, record, path='/battery', **more):
        return self.request('POST', path, record, **more)

    def put(self, record, path='/battery', **more):
        return self.request('PUT', path, record, **more)

    def delete(self, path='/battery', **more):
        return self.request('DELETE', path, **more)

    def raw(self, data):
        """A socket on which @data was sent."""
        sock = socket.create_connection((self.host, self.port), timeout=PATIENCE)
        sock.sendall(data)
        return sock

    def exchange(self, data, head=False):
        """Sends @data as it is. Returns: the answer"""
        with self.raw(data) as sock:
            return read_answer(sock.makefile('rb'), head)


def make_answer(status, headers, data):
    headers = {name.lower(): value for name, value in headers.items()}
    is_json = headers.get('content-type', '').split(';')[0].endswith('json')
    return Answer(status, headers, json.loads(data) if is_json and data else data.decode())


def read_answer(stream, head=False):
    """The next answer from a stream of bytes, or None where it has ended."""
    line = stream.readline()
    if not line:
        return None
    status = int(line.split()[1])
    headers = http.client.parse_headers(stream)
    length = 0 if head or status in (100, 204) else int(headers.get('Content-Length', 0))
    return make_answer(status, dict(headers), stream.read(length))


def children(variant):
    return [variant.get_child_value(i) for i in range(variant.n_children())]


def to_item(entry):
    """The Item of an a{sv} with Value and Text."""
    both = {child.get_child_value(0).get_string(): child.get_child_value(1).get_variant()
            for child in children(entry)}
    assert sorted(both) == ['Text', 'Value'], f'an item has the members {sorted(both)}'
    value, text = both['Value'], both['Text']
    assert text.get_type_string() == 's', f'Text is {text.get_type_string()}'
    return Item(value.get_type_string(), value.unpack(), text.get_string())


def to_items(variant):
    """The items of an a{sa{sv}}: path → Item."""
    assert variant.get_type_string() == 'a{sa{sv}}', variant.get_type_string()
    pairs = [(child.get_child_value(0).get_string(), child.get_child_value(1))
             for child in children(variant)]
    items = {path: to_item(entry) for path, entry in pairs}
    assert len(items) == len(pairs), 'a path stands there twice'
    return items


class BusClient:
    """One connection to a bus, as a GDBus client has it, that records signals as they come.

    Signals are delivered while it waits; sync() makes sure that what was sent has come."""

    def __init__(self, address, listens=True):
        self.connection = Gio.DBusConnection.new_for_address_sync(
            address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.signals = []
        self.venus = set()
        self.venus_signals = []
        self.on_name = None
        if listens:
            self.connection.signal_subscribe(None, BUS_ITEM, None, None, None,
                                             Gio.DBusSignalFlags.NONE, self.record)
        self.connection.signal_subscribe(DBUS, DBUS, 'NameOwnerChanged', None, None,
                                         Gio.DBusSignalFlags.NONE, self.record)
        self.call(DBUS, '/', 'GetId', interface=DBUS)
        self.venus.update(filter(None, (self.owner(SETTINGS), self.owner(SYSTEM))))

    def record(self, _connection, sender, path, _interface, member, body):
        signal = Signal(time.monotonic(), member, sender, path, body)
        (self.venus_signals if sender in self.venus else self.signals).append(signal)
        if member == 'NameOwnerChanged':
            name, _, owner = body.unpack()
            if name in (SETTINGS, SYSTEM):
                self.venus.add(owner)
            if self.on_name:
                self.on_name(*body.unpack())

    def call(self, destination, path, member, body=None, interface=BUS_ITEM):
        """Calls and returns the body of the reply, a GVariant; a D-Bus error is a GLib.Error."""
        return self.connection.call_sync(destination, path, interface, member, body, None,
                                         Gio.DBusCallFlags.NONE, PATIENCE * 1000, None)

    def call_in_order(self, order, destination, path, member, body=None):
        """As call(), but with a message in the byte order @order. Returns: type and body of the
        reply, which must have come in the same order"""
        message = Gio.DBusMessage.new_method_call(destination, path, BUS_ITEM, member)
        message.set_byte_order(order)
        if body:
            message.set_body(body)
        reply, _ = self.connection.send_message_with_reply_sync(
            message, Gio.DBusSendMessageFlags.NONE, PATIENCE * 1000, None)
        assert reply.get_byte_order() == order, reply.print_(0)
        return reply.get_message_type(), reply.get_body()

    def error(self, *call, **more):
        """The name of the D-Bus error that a call leads to."""
        try:
            self.call(*call, **more)
        except GLib.Error as error:
            return Gio.DBusError.get_remote_error(error)
        raise AssertionError(f'no error from {call}')

    def bus_call(self, member, signature, *arguments):
        body = GLib.Variant(signature, arguments) if signature else None
        return self.call(DBUS, '/', member, body, interface=DBUS).unpack()[0]

    def names(self):
        return self.bus_call('ListNames', None)

    def owner(self, name=BATTERY):
        """The unique name that owns @name, or None."""
        try:
            return self.bus_call('GetNameOwner', '(s)', name)
        except GLib.Error:
            return None

    def connections_of(self, pid):
        """The unique names of a process."""
        found = []
        for name in self.names():
            try:
                if name[0] == ':' and self.bus_call('GetConnectionUnixProcessID', '(s)',
                                                    name) == pid:
                    found.append(name)
            except GLib.Error:
                pass  # it has left meanwhile
        return found

    def request_name(self, name, flags=4):
        return self.bus_call('RequestName', '(su)', name, flags)

    def release_name(self, name):
        return self.bus_call('ReleaseName', '(s)', name)

    def items_body(self, name=BATTERY):
        """The reply to GetItems as it is."""
        return self.call(name, '/', 'GetItems').get_child_value(0)

    def items(self, name=BATTERY):
        return to_items(self.items_body(name))

    def value(self, path, name=BATTERY):
        """The value at @path; None where it is invalid."""
        value = self.call(name, path, 'GetValue').unpack()[0]
        return None if value == [] else value

    def text(self, path, name=BATTERY):
        return self.call(name, path, 'GetText').unpack()[0]

    def set_value(self, path, value, name=BATTERY):
        """@value: a GVariant. Returns: the code"""
        return self.call(name, path, 'SetValue', GLib.Variant('(v)', (value,))).unpack()[0]

    def iterate(self):
        """Delivers what has come by now, however fast more of it comes."""
        reached = []
        GLib.idle_add(reached.append, True, priority=GLib.PRIORITY_DEFAULT)
        while not reached:
            GLib.MainContext.default().iteration(True)

    def sync(self, pid):
        """Waits until everything that process @pid has sent so far has come."""
        for name in self.connections_of(pid):
            try:
                self.call(name, '/', 'Ping', interface='org.freedesktop.DBus.Peer')
            except GLib.Error:
                pass  # it has left meanwhile, and all that it sent came before
        self.call(DBUS, '/', 'GetId', interface=DBUS)
        self.iterate()

    def take(self):
        """The BusItem signals since the last time."""
        self.iterate()
        taken = [signal for signal in self.signals if signal.member != 'NameOwnerChanged']
        self.signals = [signal for signal in self.signals if signal.member == 'NameOwnerChanged']
        for signal in taken:
            check_signal(signal)
        return taken

    def take_venus(self):
        """The BusItem signals of Venus' own services since the last time."""
        self.iterate()
        taken, self.venus_signals = self.venus_signals, []
        return taken

    def take_items(self):
        """The items of each ItemsChanged since the last time: a list of path → Item."""
        return [to_items(signal.body.get_child_value(0)) for signal in self.take()]

    def name_changes(self):
        """Of each NameOwnerChanged: name, old owner, new owner."""
        self.iterate()
        return [signal.body.unpack() for signal in self.signals
                if signal.member == 'NameOwnerChanged']

    def close(self):
        self.connection.close_sync(None)


def check_signal(signal):
    """What holds for every signal of a battery (docs/venus.md, checks 15 and 20)."""
    assert signal.member == 'ItemsChanged', f'{signal.member} on {signal.path}'
    assert signal.path == '/', signal.path
    items = to_items(signal.body.get_child_value(0))
    assert items, 'an empty ItemsChanged'
    for path, item in items.items():
        check_item(path, item)


def check_item(path, item):
    assert path[0] == '/' and path[-1] != '/', path
    assert item.type in ('i', 'x', 'd', 's', 'ai'), f'{path} has the type {item.type}'
    if item.type == 'ai':
        assert item.value == [] and item.text == '---', f'{path}: {item}'
    elif item.type == 'd':
        assert math.isfinite(item.value), f'{path}: {item}'
