"""The services of Venus that the daemon looks for, on the bus of a test."""
import os
import pathlib
import subprocess

from gi.repository import GLib

from clients import OTHERS, BusClient


class StandIn:
    """A program of this folder on a bus: it can be killed, and started again."""

    def __init__(self, program, name, address, *options):
        self.command = ['/usr/bin/python3', str(pathlib.Path(__file__).with_name(program)),
                        *map(str, options)]
        self.name = name
        self.address = address
        self.client = BusClient(address)
        self.process = None

    def start(self):
        """Starts it, and waits until it is on the bus."""
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.address))
        unique_name = self.process.stdout.readline().strip()
        assert unique_name, f'{self.name} did not start'
        OTHERS.add(unique_name)
        return self

    def kill(self):
        """Ends it, as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def value(self, path):
        return self.client.value(path, self.name)

    def values(self):
        return {path: item.value for path, item in self.client.items(self.name).items()}

    def set(self, path, value):
        """Sets an item as a client does. Returns: the code"""
        kind = 'i' if isinstance(value, int) else 's'
        return self.client.set_value(path, GLib.Variant(kind, value), self.name)

    def close(self):
        self.kill()
        self.client.close()


class SettingsStandIn(StandIn):
    def __init__(self, address, folder, *options):
        super().__init__('settings_stand_in.py', 'com.victronenergy.settings', address,
                         '--file', pathlib.Path(folder) / 'settings.json', *options)

    def add_settings(self, *settings):
        """AddSettings with @settings: dicts of name → GVariant. Returns: the results"""
        return self.client.call(self.name, '/', 'AddSettings',
                                GLib.Variant('(aa{sv})', (settings,)),
                                interface='com.victronenergy.Settings').unpack()[0]

    def add(self, path, text):
        """Adds a text. Returns: the one that is kept"""
        return self.add_settings({'path': GLib.Variant('s', path),
                                  'default': GLib.Variant('s', text)})[0]['value']


class SystemStandIn(StandIn):
    def __init__(self, address, *options):
        super().__init__('system_stand_in.py', 'com.victronenergy.system', address, *options)
