"""Runs the real daemon on a bus of its own, and the tests of a file, in TAP.

A test is a function `test_…(world)`. The world it gets starts buses and daemons, stops them again,
and fails the test if one of them complained. Environment: DAEMON (the binary), SOURCE_ROOT,
LEAVE_OUT (names of tests that are not for this binary).
"""
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

import gi

gi.require_version('Gio', '2.0')
from gi.repository import GLib  # noqa: E402  the version comes first

from clients import PATIENCE, RECORD, BusClient, Http  # noqa: E402
from stand_ins import BatteryStandIn, SettingsStandIn, SystemStandIn  # noqa: E402

SOURCE_ROOT = pathlib.Path(os.environ.get('SOURCE_ROOT') or pathlib.Path(__file__).parents[2])
DAEMON = os.environ.get('DAEMON', str(SOURCE_ROOT / 'build/src/dbus-virtual-battery'))

# Read from the configuration by every daemon: the preferred instance is taken at once.
BUS_GROUP = '[bus]\nrequire-settings=false\nsettings-timeout=0\n'

# Times so long that no state changes by itself while a test runs.
CALM = 'warn-after=100\nstale-after=200\ndrop-after=300\nleave-after=400\noptional-after=1000\n'

COMPLAINTS = ('runtime error:', 'Sanitizer', '-WARNING **', '-CRITICAL **', 'ERROR **')


def eventually(condition, what, seconds=PATIENCE):
    """Polls until @condition() is true, delivering signals meanwhile. Returns: what it returned"""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f'not within {seconds} s: {what} (last: {result!r})')
        if not GLib.MainContext.default().iteration(False):
            time.sleep(0.01)


def equal(found, wanted, what='value'):
    assert found == wanted, f'{what}: found {found!r}, wanted {wanted!r}'


def free_port():
    """A port that nobody listens on, outside the range that the kernel gives to clients."""
    while True:
        port = random.randrange(10000, 30000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(('127.0.0.1', port))
                return port
            except OSError:
                continue


class Bus:
    """A dbus-daemon of one's own."""

    def __init__(self, folder):
        self.path = pathlib.Path(folder) / 'bus'
        self.address = f'unix:path={self.path}'
        self.start()

    def start(self):
        """Starts it (again), at the same address."""
        self.path.unlink(missing_ok=True)
        self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL)
        if not self.process.stdout.readline():
            raise AssertionError('dbus-daemon did not start')
        self.process.stdout.close()

    def command(self):
        return ['dbus-daemon', '--session', '--nofork', '--nopidfile', '--nosyslog',
                f'--address={self.address}', '--print-address']

    def kill(self):
        self.process.kill()
        self.process.wait()


class Daemon:
    """The daemon, on @bus, with @config as its configuration file."""

    def __init__(self, bus, folder, config='', options=(), environment=None, bus_options=None,
                 **popen):
        self.bus_options = ['--bus', bus.address] if bus_options is None else bus_options
        self.config = pathlib.Path(folder) / 'daemon.ini'
        self.log = pathlib.Path(folder) / 'daemon.log'
        self.options = list(options)
        self.environment = daemon_environment(environment)
        self.popen = popen
        self.configure(config)
        self.process = None

    def configure(self, config):
        """Writes the configuration file; a [bus] group of its own replaces the usual one."""
        self.config.write_text(('' if '[bus]' in config else BUS_GROUP) + config)

    def spawn(self, port=None):
        """Starts it, and waits for nothing."""
        self.port = port or free_port()
        self.http = Http(self.port)
        with open(self.log, 'ab') as log:
            output = {'stdout': log, 'stderr': log, **self.popen}
            self.process = subprocess.Popen(self.command(), env=self.environment, **output)
        return self

    def command(self):
        return [DAEMON, '--config', self.config, *self.bus_options,
                '--listen', f'127.0.0.1:{self.port}', *self.options]

    def start(self, port=None):
        """Starts it and waits until it serves."""
        self.spawn(port)
        eventually(self.serves, 'the daemon serves')
        return self

    def serves(self):
        if self.process.poll() is not None:
            raise AssertionError(f'the daemon ended with {self.process.returncode}')
        try:
            return self.http.get('/batteries')
        except ConnectionError:
            return None

    @property
    def pid(self):
        return self.process.pid

    def signal(self, number):
        self.process.send_signal(number)

    def exit_status(self, seconds=PATIENCE):
        """Waits for its end."""
        return self.process.wait(seconds)

    def stop(self):
        """Asks it to stop. Returns: its exit status"""
        if self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
        return self.exit_status()

    def stop_or_kill(self):
        try:
            return self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.exit_status()

    def join(self, record=None, path='/battery'):
        """Posts until the battery is on the bus. Returns: the last answer"""
        answer = eventually(
            lambda: self.posted(record or RECORD, path), 'the battery is on the bus')
        equal(answer.body['state'], 'live', 'state')
        return answer

    def posted(self, record, path):
        answer = self.http.post(record, path)
        assert answer.status in (200, 202), answer
        return answer if answer.status == 200 else None

    def state(self, path='/battery'):
        return self.http.get(path).body

    def complaints(self):
        text = self.log.read_text(errors='replace') if self.log.exists() else ''
        return [line for line in text.splitlines() if any(word in line for word in COMPLAINTS)]


def daemon_environment(more=None):
    environment = dict(os.environ, **(more or {}))
    for name in ('DBUS_SESSION_BUS_ADDRESS', 'NOTIFY_SOCKET', 'WATCHDOG_USEC', 'G_MESSAGES_DEBUG'):
        if name not in (more or {}):
            environment.pop(name, None)
    environment.setdefault('G_DEBUG', 'fatal-warnings')
    return environment


def run_daemon(*options, **more):
    """Runs the daemon to its end, output and errors as text."""
    return subprocess.run([DAEMON, *options], capture_output=True, text=True, encoding='utf-8',
                          timeout=PATIENCE, env=daemon_environment(more), check=False)


class World:
    """Everything that one test starts."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='dbus-virtual-battery-')
        self.daemons = []
        self.clients = []
        self.buses = []

    def path(self, name):
        return pathlib.Path(self.folder.name) / name

    def new_folder(self, name):
        path = self.path(f'{name}{len(self.daemons) + len(self.buses)}')
        path.mkdir()
        return path

    @property
    def bus(self):
        if not self.buses:
            self.buses.append(Bus(self.new_folder('bus')))
        return self.buses[0]

    def client(self):
        """A client that records signals from now on."""
        self.clients.append(BusClient(self.bus.address))
        return self.clients[-1]

    def settings(self, *options):
        """Venus' settings; all of one test keep theirs in the same file."""
        settings = SettingsStandIn.of(self, *options)
        settings.file = self.path('settings.json')
        return settings.start()

    def system(self, *options):
        """Venus' system service."""
        return SystemStandIn.of(self, *options).start()

    def battery(self, name, instance, *options):
        """Another program's battery, com.victronenergy.battery.@name."""
        return BatteryStandIn.of(self, f'com.victronenergy.battery.{name}', instance,
                                 *options).start()

    def daemon(self, config='', **more):
        """A daemon that has not been started."""
        self.daemons.append(Daemon(self.bus, self.new_folder('daemon'), config, **more))
        return self.daemons[-1]

    def start(self, config='', **more):
        """A daemon that serves."""
        return self.daemon(config, **more).start()

    def live(self, config='[battery]\n' + CALM, record=None):
        """A daemon whose battery is on the bus, and a client with nothing recorded yet."""
        daemon = self.start(config)
        client = self.client()
        daemon.join(record)
        client.sync(daemon.pid)
        client.take()
        return daemon, client

    def close(self):
        """Stops everything. Returns: what the daemons had to complain about"""
        complaints = []
        for client in self.clients:
            try:
                client.take()
                client.close()
            except AssertionError as error:
                complaints.append(f'a signal was wrong: {error}')
            except GLib.Error:
                pass  # its bus was killed
        for daemon in self.daemons:
            if daemon.process is not None and daemon.process.poll() is None:
                status = daemon.stop_or_kill()
                if status != 0:
                    complaints.append(f'the daemon ended with {status}')
            complaints += daemon.complaints()
        for bus in self.buses:
            bus.kill()
        return complaints

    def logs(self):
        return [line for daemon in self.daemons if daemon.log.exists()
                for line in daemon.log.read_text(errors='replace').splitlines()]


def run_test(test):
    """Returns: what to say about a failure, empty where there was none"""
    world = World()
    said = []
    try:
        test(world)
    except Exception:  # whatever it was, the test has failed
        said = traceback.format_exc().splitlines()
    try:
        said += world.close()
    except Exception:
        said += traceback.format_exc().splitlines()
    if said:
        said += ['log of the daemon:', *world.logs()]
    world.folder.cleanup()
    return said


def main(*names):
    """Runs the tests in @names, each the globals of a file: all, or those named on the command
    line."""
    left_out = os.environ.get('LEAVE_OUT', '').split()
    tests = {name: value for found in names for name, value in found.items()
             if name.startswith('test_') and name not in left_out
             and (len(sys.argv) == 1 or name in sys.argv)}
    failed = 0
    print(f'1..{len(tests)}', flush=True)
    for number, (name, test) in enumerate(tests.items(), 1):
        began = time.monotonic()
        said = run_test(test)
        failed += bool(said)
        print('not ok' if said else 'ok', number, '-', name, flush=True)
        print(f'# {time.monotonic() - began:.1f} s')
        for line in said:
            print('#', line, flush=True)
            # Meson shows this of a failed test, but not what is TAP.
            print(line, file=sys.stderr, flush=True)
    sys.exit(bool(failed) or not tests)
