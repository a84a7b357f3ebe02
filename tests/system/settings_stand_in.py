#!/usr/bin/python3
"""A stand-in for com.victronenergy.settings, which follows contract §5: run with the address of the
bus in DBUS_SESSION_BUS_ADDRESS."""
import argparse
import json
import pathlib
import re

from gi.repository import GLib

from item_service import ItemService

NAME = 'com.victronenergy.settings'
TYPES = {'i': 'i', 'x': 'i', 'd': 'd', 's': 's'}  # type of the default → type of the setting
DEVICE = re.compile(r'/Settings/Devices/[^/]+/ClassAndVrmInstance')

XML = '''<node><interface name='com.victronenergy.Settings'>
<method name='AddSettings'><arg type='aa{sv}' direction='in'/>
<arg type='aa{sv}' direction='out'/></method>
<method name='RemoveSettings'><arg type='as' direction='in'/>
<arg type='ai' direction='out'/></method>
</interface></node>'''

UNDERSCORE, UNKNOWN_TYPE, INVALID_PATH, OTHER_TYPE = -2, -3, -4, -5
OUT_OF_RANGE, IS_GROUP, NOT_A_SETTING = -7, -8, -9


class Settings(ItemService):
    def __init__(self, options):
        super().__init__(NAME, announce_items=False)
        self.options = options
        self.bounds = {}
        self.export('/', XML, self.on_settings)
        if options.file and options.file.exists():
            for path, (kind, value) in json.loads(options.file.read_text()).items():
                self.put(path, GLib.Variant(kind, value))

    def on_settings(self, _connection, _sender, _path, _interface, method, arguments, invocation):
        if self.options.deaf:
            return
        if method == 'RemoveSettings':
            answer = GLib.Variant('(ai)', ([self.remove(path) for path in arguments.unpack()[0]],))
        else:
            wanted = arguments.get_child_value(0)
            answer = GLib.Variant('(aa{sv})', ([self.add(wanted.get_child_value(i))
                                                for i in range(wanted.n_children())],))
        GLib.timeout_add(int(self.options.slow * 1000),
                         lambda: invocation.return_value(answer) or GLib.SOURCE_REMOVE)

    def add(self, wanted):
        path = wanted.lookup_value('path', None).get_string()
        default = wanted.lookup_value('default', None)
        code = self.options.fail or self.check(path, default, wanted)
        result = {'path': GLib.Variant('s', path), 'error': GLib.Variant('i', code)}
        if code == 0:
            if path not in self.values:
                kind = TYPES[default.get_type_string()]
                self.put(path, self.free_instance(path, GLib.Variant(kind, default.unpack())))
            result['value'] = self.values[path]
        return result

    def check(self, path, default, wanted):
        """Returns: the error code of AddSettings"""
        bounds = [wanted.lookup_value(name, None) for name in ('min', 'max')]
        low, high = (bound.unpack() if bound is not None else 0 for bound in bounds)
        if not path.startswith('/Settings/'):
            return NOT_A_SETTING
        if '/_' in path:
            return UNDERSCORE
        if not re.fullmatch(r'(/[A-Za-z0-9_]+)+', path):
            return INVALID_PATH
        if any(other.startswith(path + '/') for other in self.values):
            return IS_GROUP
        kind = TYPES.get(default.get_type_string())
        if kind is None:
            return UNKNOWN_TYPE
        if path in self.values and self.values[path].get_type_string() != kind:
            return OTHER_TYPE
        if kind != 's' and (low, high) != (0, 0) and not low <= default.unpack() <= high:
            return OUT_OF_RANGE
        self.bounds[path] = (low, high)
        return 0

    def remove(self, path):
        return 0 if self.values.pop(path, None) is not None else -1

    def free_instance(self, path, value):
        """A number that another device has is increased to the next free one."""
        if not DEVICE.fullmatch(path) or ':' not in value.unpack():
            return value
        kind, number = value.unpack().split(':')
        taken = {other.unpack() for key, other in self.values.items()
                 if key != path and DEVICE.fullmatch(key)}
        number = int(number)
        while f'{kind}:{number}' in taken:
            number += 1
        return GLib.Variant('s', f'{kind}:{number}')

    def write(self, path, value):
        kind = self.values[path].get_type_string()
        low, high = self.bounds.get(path, (0, 0))
        try:
            value = GLib.Variant(kind, value.unpack())
        except TypeError:
            return -1
        if kind != 's' and (low, high) != (0, 0) and not low <= value.unpack() <= high:
            return -1
        self.put(path, self.free_instance(path, value))
        return 0

    def put(self, path, value):
        super().put(path, value)
        if self.options.file:
            kept = {key: (kept.get_type_string(), kept.unpack())
                    for key, kept in self.values.items()}
            self.options.file.write_text(json.dumps(kept))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--file', type=pathlib.Path, help='where the settings are kept')
    parser.add_argument('--slow', type=float, default=0, help='seconds before an answer')
    parser.add_argument('--fail', type=int, default=0, help='the error for every setting')
    parser.add_argument('--deaf', action='store_true', help='never answer')
    Settings(parser.parse_args()).run()


if __name__ == '__main__':
    main()
