"""What the stand-ins of Venus' services have in common: a tree of com.victronenergy.BusItem on a
connection of its own, in a process of its own, as velib makes it."""
import argparse
import os

import dbus
import dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib

BUS_ITEM = 'com.victronenergy.BusItem'
INVALID = dbus.Array([], signature='i', variant_level=1)


def error(name, text):
    return dbus.DBusException(text, name=f'org.freedesktop.DBus.Error.{name}')


def is_invalid(value):
    """Every empty array is."""
    return isinstance(value, dbus.Array) and not value


class Service(dbus.service.FallbackObject):
    """All objects of a service: the leaves in @values, path → value as it goes over the bus, and
    the groups above them."""

    def __init__(self, connection):
        super().__init__(connection, '/')
        self.values = {}

    def properties(self, path):
        """What GetItems and signals say of a leaf."""
        return {'Value': self.values[path], 'Text': self.text(path)}

    def text(self, path):
        return '---' if is_invalid(self.values[path]) else str(self.values[path])

    def groups(self):
        return {'/'} | {path[:i] for path in self.values for i in range(1, len(path))
                        if path[i] == '/'}

    def below(self, group):
        """The leaves below a group, by the path that they have within it."""
        if group not in self.groups():
            raise error('UnknownObject', f'no {group}')
        start = group if group == '/' else group + '/'
        return {path[len(start):]: path for path in self.values if path.startswith(start)}

    def check_leaf(self, path):
        if path not in self.values:
            unknown = 'UnknownMethod' if path in self.groups() else 'UnknownObject'
            raise error(unknown, f'{path} is not a leaf')

    def send(self, path, member, signature, body):
        message = dbus.lowlevel.SignalMessage(path, BUS_ITEM, member)
        message.append(body, signature=signature)
        self.connection.send_message(message)

    def announce_leaf(self, path, properties=None):
        self.send(path, 'PropertiesChanged', 'a{sv}', properties or Service.properties(self, path))

    @dbus.service.method(BUS_ITEM, out_signature='v', path_keyword='path')
    def GetValue(self, path):
        if path in self.values:
            return self.values[path]
        return dbus.Dictionary({relative: self.values[leaf]
                                for relative, leaf in self.below(path).items()}, signature='sv')

    # A leaf's text is bare and a group's stands in a variant, so no signature holds for both.
    @dbus.service.method(BUS_ITEM, path_keyword='path')
    def GetText(self, path):
        if path in self.values:
            return self.text(path)
        return dbus.Dictionary({relative: self.text(leaf)
                                for relative, leaf in self.below(path).items()},
                               signature='ss', variant_level=1)

    @dbus.service.method(BUS_ITEM, out_signature='a{sa{sv}}', path_keyword='path')
    def GetItems(self, path):
        if path != '/':
            known = path in self.values or path in self.groups()
            raise error('UnknownMethod' if known else 'UnknownObject', 'GetItems is for /')
        return {leaf: self.properties(leaf) for leaf in self.values}

    @dbus.service.method(BUS_ITEM, in_signature='v', out_signature='i', path_keyword='path')
    def SetValue(self, value, path):
        self.check_leaf(path)
        return self.write(path, value)

    def write(self, path, value):
        """Takes what SetValue brings. Returns: the code"""
        raise NotImplementedError


def arguments(description):
    """The options that every stand-in has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument('--bus', metavar='ADDRESS', default=os.environ.get(
        'DBUS_SESSION_BUS_ADDRESS'), help='default: $DBUS_SESSION_BUS_ADDRESS')
    return parser


def run(name, address, make):
    """Owns @name at @address with the objects that @make(connection) exports, and prints its unique
    name then; ends with the bus."""
    connection = dbus.bus.BusConnection(address, mainloop=DBusGMainLoop())
    connection.set_exit_on_disconnect(True)
    service = make(connection)
    # The name lasts as long as this object.
    owned = dbus.service.BusName(name, connection, do_not_queue=True)
    print(connection.get_unique_name(), flush=True)
    GLib.MainLoop().run()
    return service, owned
