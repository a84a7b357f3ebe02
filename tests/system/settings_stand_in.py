#!/usr/bin/python3
"""A stand-in of Venus' com.victronenergy.settings, localsettings. It can be told to misbehave,
by options or at run time through the interface local.Test."""
import json
import os
import re

import dbus
import dbus.lowlevel
import dbus.service
from gi.repository import GLib

from stand_in_service import BUS_ITEM, INVALID, Service, arguments, error, run

NAME = 'com.victronenergy.settings'
SETTINGS = 'com.victronenergy.Settings'
TEST = 'local.Test'

UNDERSCORE, UNKNOWN_TYPE, INVALID_PATH, TYPE_DIFFERS, BAD_DEFAULT, OUT_OF_RANGE, IS_GROUP, \
    NOT_IN_SETTINGS = range(-2, -10, -1)

PATH = re.compile(r'(/[A-Za-z0-9_]+)+')
CLASS_AND_INSTANCE = re.compile(r'/Settings/Devices/[^/]+/ClassAndVrmInstance')


def integer(value):
    value = int(value)
    return dbus.Int32(value) if -2**31 <= value < 2**31 else dbus.Int64(value)


TYPES = {'i': integer, 'f': dbus.Double, 's': dbus.String}


def letter_of(value):
    """The type of a setting with this default, None for one that settings cannot have."""
    for letter, kinds in (('i', (dbus.Int32, dbus.Int64)), ('f', dbus.Double), ('s', dbus.String)):
        if isinstance(value, kinds):
            return letter
    return None


def convert(letter, value):
    """As lenient as Python's casts. Returns: None where it cannot be"""
    if value is None or isinstance(value, (dbus.Array, dbus.Dictionary)):
        return None
    try:
        return TYPES[letter](value)
    except (TypeError, ValueError, OverflowError):
        return None


def bounds(letter, minimum, maximum):
    """Minimum and maximum, each None where there is none."""
    if letter == 's':
        return None, None
    minimum, maximum = convert(letter, minimum), convert(letter, maximum)
    return (None, None) if minimum == 0 and maximum == 0 else (minimum, maximum)


def within(value, minimum, maximum):
    return (minimum is None or value >= minimum) and (maximum is None or value <= maximum)


def join(group, relative):
    """The path of what is called @relative, with or without a slash before it, on @group."""
    return ('' if group == '/' else group) + ('' if relative.startswith('/') else '/') + relative


class Settings(Service):
    def __init__(self, connection, file, slow, fail, deaf, unready):
        super().__init__(connection)
        self.attributes = {}
        self.file = file
        self.slow, self.fail, self.deaf, self.unready = slow, fail, deaf, unready
        self.calls = 0
        if file and os.path.exists(file):
            self.load()
        connection.add_message_filter(self.listen)

    def load(self):
        with open(self.file, encoding='utf-8') as stream:
            for path, stored in json.load(stream).items():
                letter = stored['type']
                self.values[path] = convert(letter, stored['value'])
                self.attributes[path] = {'type': letter, **{
                    name: convert(letter, stored[name]) for name in ('default', 'min', 'max')}}

    def store(self):
        if not self.file:
            return
        with open(f'{self.file}.new', 'w', encoding='utf-8') as stream:
            json.dump({path: {'value': value, **self.attributes[path]}
                       for path, value in self.values.items()}, stream, indent=2)
        os.replace(f'{self.file}.new', self.file)

    def listen(self, connection, message):
        """Hears every message before it is answered."""
        if message.get_type() != dbus.lowlevel.MESSAGE_TYPE_METHOD_CALL:
            return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED
        self.calls += message.get_member() == 'AddSettings'
        if self.deaf and message.get_interface() != TEST:
            return dbus.lowlevel.HANDLER_RESULT_HANDLED
        if self.unready and message.get_interface() in (BUS_ITEM, SETTINGS):
            self.unready -= 1
            connection.send_message(dbus.lowlevel.ErrorMessage(
                message, 'org.freedesktop.DBus.Error.UnknownObject', 'nothing is there yet'))
            return dbus.lowlevel.HANDLER_RESULT_HANDLED
        return dbus.lowlevel.HANDLER_RESULT_NOT_YET_HANDLED

    def groups(self):
        return super().groups() | {'/Settings', '/Settings/Devices'}

    def check_group(self, path):
        if path in self.values:
            raise error('UnknownMethod', f'{path} is not a group')
        self.below(path)

    def properties(self, path):
        return {**super().properties(path), 'Min': self.bound(path, 'min'),
                'Max': self.bound(path, 'max'), 'Default': self.attributes[path]['default']}

    def bound(self, path, name):
        value = self.attributes[path][name]
        return dbus.Int32(0) if value is None else value

    def free(self, path, wanted):
        """@wanted, or the next `class:number` that no other device has; None where it is none."""
        match = re.fullmatch(r'([^:]*):(-?\d+)', wanted)
        if not match:
            return None
        taken = {value for other, value in self.values.items()
                 if other != path and CLASS_AND_INSTANCE.fullmatch(other)}
        number = int(match[2])
        while wanted in taken:
            number += 1
            wanted = f'{match[1]}:{number}'
        return dbus.String(wanted)

    def add(self, path, default, letter, minimum, maximum):
        """Adds a setting, or gives another default and other bounds to one that exists. Returns: 0
        or the error"""
        if '/_' in path:
            return UNDERSCORE
        if letter not in TYPES:
            return UNKNOWN_TYPE
        default = convert(letter, default)
        if default is None:
            return BAD_DEFAULT
        minimum, maximum = bounds(letter, minimum, maximum)
        if not within(default, minimum, maximum):
            return OUT_OF_RANGE
        if not path.startswith('/Settings/'):
            return NOT_IN_SETTINGS
        if path in self.groups():
            return IS_GROUP
        if not PATH.fullmatch(path) or any(path.startswith(leaf + '/') for leaf in self.values):
            return INVALID_PATH
        if path in self.values and self.attributes[path]['type'] != letter:
            return TYPE_DIFFERS
        return self.put(path, self.values.get(path, default),
                        {'type': letter, 'default': default, 'min': minimum, 'max': maximum})

    def put(self, path, value, attributes):
        if self.attributes.get(path) == attributes:
            return 0
        if CLASS_AND_INSTANCE.fullmatch(path):
            value = self.free(path, value)
            if value is None:
                return BAD_DEFAULT
        self.values[path], self.attributes[path] = value, attributes
        self.store()
        self.announce_leaf(path, self.properties(path))
        return 0

    def add_element(self, group, element):
        """An element of AddSettings. Returns: its result"""
        path = element.get('path')
        if not isinstance(path, dbus.String):
            return {'error': INVALID_PATH, **({'path': path} if path else {})}
        if self.fail:
            return {'path': path, 'error': self.fail}
        default = element.get('default')
        code = UNKNOWN_TYPE
        if letter_of(default):
            code = self.add(join(group, path), default, letter_of(default), element.get('min'),
                            element.get('max'))
        value = {} if code else {'value': self.values[join(group, path)]}
        return {'path': path, 'error': code, **value}

    def write(self, path, value):
        attributes = self.attributes[path]
        value = convert(attributes['type'], value)
        if value is None or not within(value, attributes['min'], attributes['max']):
            return -1
        if value == self.values[path]:
            return 0
        if CLASS_AND_INSTANCE.fullmatch(path):
            value = self.free(path, value)
            if value is None:
                return -1
        self.values[path] = value
        self.store()
        self.announce_leaf(path)
        return 0

    def remove(self, path):
        if path not in self.values:
            return -1
        del self.values[path], self.attributes[path]
        self.store()
        self.announce_leaf(path, {'Value': INVALID, 'Text': ''})
        return 0

    @dbus.service.method(SETTINGS, in_signature='aa{sv}', out_signature='aa{sv}',
                         path_keyword='path', async_callbacks=('reply', 'failed'))
    def AddSettings(self, elements, path, reply, failed):
        try:
            self.check_group(path)
            results = [{name: dbus.Int32(value) if name == 'error' else value
                        for name, value in self.add_element(path, element).items()}
                       for element in elements]
        except dbus.DBusException as raised:
            failed(raised)
            return
        if self.slow:
            GLib.timeout_add(int(self.slow * 1000), lambda: reply(results))
        else:
            reply(results)

    @dbus.service.method(SETTINGS, in_signature='ssvsvv', out_signature='i', path_keyword='path')
    def AddSetting(self, group, name, default, letter, minimum, maximum, path):
        self.check_group(path)
        where = join(path, join(group, name) if group else name)
        return self.add(where, default, letter, minimum, maximum)

    @dbus.service.method(SETTINGS, in_signature='ssvsvv', out_signature='i', path_keyword='path')
    def AddSilentSetting(self, group, name, default, letter, minimum, maximum, path):
        return self.AddSetting(group, name, default, letter, minimum, maximum, path)

    @dbus.service.method(SETTINGS, in_signature='as', out_signature='ai', path_keyword='path')
    def RemoveSettings(self, paths, path):
        self.check_group(path)
        return [self.remove(join(path, relative)) for relative in paths]

    @dbus.service.method(BUS_ITEM, out_signature='v', path_keyword='path')
    def GetMin(self, path):
        self.check_leaf(path)
        return self.bound(path, 'min')

    @dbus.service.method(BUS_ITEM, out_signature='v', path_keyword='path')
    def GetMax(self, path):
        self.check_leaf(path)
        return self.bound(path, 'max')

    @dbus.service.method(BUS_ITEM, out_signature='v', path_keyword='path')
    def GetDefault(self, path):
        self.check_leaf(path)
        return self.attributes[path]['default']

    @dbus.service.method(TEST, in_signature='dib')
    def Misbehave(self, slow, fail, deaf):
        self.slow, self.fail, self.deaf = slow, int(fail), bool(deaf)

    @dbus.service.method(TEST, out_signature='i')
    def CountCalls(self):
        return self.calls


def main():
    parser = arguments(__doc__)
    parser.add_argument('--file', help='JSON; read at the start, written at every change')
    parser.add_argument('--slow', type=float, default=0, metavar='SECONDS',
                        help='AddSettings does its work and answers so much later')
    parser.add_argument('--fail', type=int, default=0, metavar='CODE',
                        help='AddSettings adds nothing and answers this error for each element')
    parser.add_argument('--deaf', action='store_true', help='own the name and never answer')
    parser.add_argument('--unready', type=int, default=0, metavar='CALLS',
                        help='own the name, and answer so many calls as if nothing were there yet')
    options = parser.parse_args()
    run(NAME, options.bus, lambda connection: Settings(connection, options.file, options.slow,
                                                       options.fail, options.deaf, options.unready))


if __name__ == '__main__':
    main()
