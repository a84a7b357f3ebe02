"""Venus' own services in a test: stand-ins as processes on the test's bus, which can be killed and
started again. A World stops them as it stops a daemon.

    settings = SettingsStandIn.of(world).start()
"""
import json
import pathlib
import subprocess
import sys
import time

from gi.repository import GLib

from clients import PATIENCE, SETTINGS, SYSTEM, BusClient

HERE = pathlib.Path(__file__).parent


def to_variant(value):
    """@value: a GVariant, or a number or text of Python's"""
    if isinstance(value, GLib.Variant):
        return value
    return GLib.Variant('i' if isinstance(value, int) else 's', value)


class StandIn:
    """The process of a stand-in, which has not been started, on the bus at @bus_address."""

    name = None
    program = None

    def __init__(self, bus_address, folder, *options):
        self.bus_address = bus_address
        self.log = pathlib.Path(folder) / f'{self.program}.log'
        self.options = list(options)
        self.process = None
        self.client = None

    @classmethod
    def of(cls, world, *options):
        """One that @world stops with its daemons."""
        world.daemons.append(cls(world.bus.address, world.new_folder('stand-in'), *options))
        return world.daemons[-1]

    def command(self):
        return [sys.executable, HERE / self.program, '--bus', self.bus_address, *self.options]

    def start(self):
        """Starts it (again) and waits until it owns its name."""
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log)
        ready = self.process.stdout.readline()
        self.process.stdout.close()
        assert ready, f'{self.program} did not start: {self.log.read_text()}'
        self.client = BusClient(self.bus_address)
        return self

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        """Ends it at once, and waits until its name is free. What it has stored stays."""
        self.process.kill()
        self.process.wait()
        if not self.client:
            return
        deadline = time.monotonic() + PATIENCE
        while self.client.owner(self.name) and time.monotonic() < deadline:
            time.sleep(0.01)
        try:
            self.client.close()
        except GLib.Error:
            pass  # its bus was killed
        self.client = None

    def stop_or_kill(self):
        self.kill()
        return 0

    def complaints(self):
        text = self.log.read_text(errors='replace') if self.log.exists() else ''
        return [line for line in text.splitlines() if 'Error' in line or 'Traceback' in line]

    def values(self):
        """path → value of all there is; None for what is invalid."""
        return {f'/{path}': None if value == [] else value
                for path, value in self.client.value('/', name=self.name).items()}

    def value(self, path):
        return self.client.value(path, self.name)

    def set(self, path, value):
        """Returns: the code of SetValue"""
        return self.client.set_value(path, to_variant(value), name=self.name)


class SettingsStandIn(StandIn):
    """com.victronenergy.settings, which keeps its settings when it is killed."""

    name = SETTINGS
    program = 'settings_stand_in.py'

    def __init__(self, bus_address, folder, *options):
        super().__init__(bus_address, folder, *options)
        self.file = pathlib.Path(folder) / 'settings.json'

    def command(self):
        return [*super().command(), '--file', self.file]

    def stored(self):
        """path → value in the file, also while it does not run."""
        if not self.file.exists():
            return {}
        return {path: entry['value'] for path, entry in json.loads(self.file.read_text()).items()}

    def add(self, path, default):
        """Adds a setting as another program would. Returns: its value"""
        element = {'path': GLib.Variant('s', path), 'default': to_variant(default)}
        reply = self.client.call(self.name, '/', 'AddSettings', GLib.Variant('(aa{sv})',
                                 ([element],)), interface='com.victronenergy.Settings')
        result = reply.unpack()[0][0]
        assert result['error'] == 0, result
        return result['value']

    def misbehave(self, slow=0, fail=0, deaf=False):
        """From now on: seconds that AddSettings is late, the error that it answers, no answer at
        all. Nothing named: it behaves again."""
        self.client.call(self.name, '/', 'Misbehave', GLib.Variant('(dib)', (slow, fail, deaf)),
                         interface='local.Test')

    def calls(self):
        """How often AddSettings has been called since it started, also while it was deaf."""
        return self.client.call(self.name, '/', 'CountCalls', interface='local.Test').unpack()[0]


class SystemStandIn(StandIn):
    """com.victronenergy.system."""

    name = SYSTEM
    program = 'system_stand_in.py'


class BatteryStandIn(StandIn):
    """Another program's battery."""

    program = 'battery_stand_in.py'

    def __init__(self, bus_address, folder, name, instance, *options):
        super().__init__(bus_address, folder, '--name', name, '--instance', str(instance), *options)
        self.name = name
