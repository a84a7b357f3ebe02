"""A service with items, as Venus' own have them: what the stand-ins for tests are made of."""
import os
import sys

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402  the version comes first

BUS_ITEM = 'com.victronenergy.BusItem'
INVALID = GLib.Variant('ai', [])

ITEM_XML = f'''<node><interface name='{BUS_ITEM}'>
<method name='GetValue'><arg type='v' direction='out'/></method>
<method name='GetText'><arg type='s' direction='out'/></method>
<method name='SetValue'><arg type='v' direction='in'/><arg type='i' direction='out'/></method>
</interface></node>'''

ROOT_XML = f'''<node><interface name='{BUS_ITEM}'>
<method name='GetItems'><arg type='a{{sa{{sv}}}}' direction='out'/></method>
</interface></node>'''


def unbox(value):
    while value.get_type_string() == 'v':
        value = value.get_variant()
    return value


def to_text(value):
    return '---' if value.get_type_string() == 'ai' else str(value.unpack())


class ItemService:
    """Items on a connection of their own; the name is taken last."""

    def __init__(self, name, announce_items=True):
        self.name = name
        self.announce_items = announce_items
        self.values = {}
        self.connection = Gio.DBusConnection.new_for_address_sync(
            os.environ['DBUS_SESSION_BUS_ADDRESS'],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        self.export('/', ROOT_XML, self.on_root)

    def export(self, path, xml, on_call):
        info = Gio.DBusNodeInfo.new_for_xml(xml)
        for interface in info.interfaces:
            self.connection.register_object(path, interface, on_call, None, None)

    def on_root(self, _connection, _sender, _path, _interface, _method, _arguments, invocation):
        items = {path: self.item(value) for path, value in self.values.items()}
        invocation.return_value(GLib.Variant('(a{sa{sv}})', (items,)))

    @staticmethod
    def item(value):
        return {'Value': value, 'Text': GLib.Variant('s', to_text(value))}

    def on_item(self, _connection, _sender, path, _interface, method, arguments, invocation):
        if method == 'GetValue':
            answer = GLib.Variant('(v)', (self.values[path],))
        elif method == 'GetText':
            answer = GLib.Variant('(s)', (to_text(self.values[path]),))
        else:
            answer = GLib.Variant('(i)', (self.write(path, unbox(arguments.get_child_value(0))),))
        invocation.return_value(answer)

    def write(self, path, value):
        """What SetValue does. Returns: its code"""
        self.put(path, value)
        return 0

    def put(self, path, value):
        """Sets an item; a change of one that is there is announced."""
        if path not in self.values:
            self.values[path] = value
            self.export(path, ITEM_XML, self.on_item)
            return
        if self.values[path].equal(value):
            return
        self.values[path] = value
        if self.announce_items:
            self.emit('/', 'ItemsChanged', GLib.Variant('(a{sa{sv}})', ({path: self.item(value)},)))
        else:
            self.emit(path, 'PropertiesChanged', GLib.Variant('(a{sv})', (self.item(value),)))

    def emit(self, path, signal, arguments):
        self.connection.emit_signal(None, path, BUS_ITEM, signal, arguments)

    def run(self):
        """Takes the name, prints the unique one, and serves until it is killed."""
        reply = self.connection.call_sync(
            'org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'RequestName',
            GLib.Variant('(su)', (self.name, 4)), None, Gio.DBusCallFlags.NONE, -1, None)
        if reply.unpack() != (1,):
            sys.exit(f'{self.name} is taken')
        print(self.connection.get_unique_name(), flush=True)
        GLib.MainLoop().run()
