"""What every system test stands on: a private bus, the real daemon, HTTP, D-Bus, TAP.

A test is a function `test_…(stage)`; run(globals()) runs them all, each on a fresh stage, and prints
TAP. Nothing here waits for a fixed time: it polls until something is so, up to a deadline.
"""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

import gi

gi.require_version('Gio', '2.0')
from gi.repository import Gio, GLib  # noqa: E402

NAME = 'com.victronenergy.battery.virtual'
ITEM = 'com.victronenergy.BusItem'
DBUS = 'org.freedesktop.DBus'
FULL = {'Soc': 63.5, 'Voltage': 52.7, 'Current': -12.3, 'MaxChargeVoltage': 55.2,
        'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}

# A sanitized daemon on two busy cores is slow: what takes this long has gone wrong.
PATIENCE = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def eventually(condition, what, seconds=PATIENCE):
    """Polls until condition() is true, and returns what it returned."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'not within {seconds} s: {what}')
        GLib.MainContext.default().iteration(False)
        time.sleep(0.01)


class Bus:
    """A private dbus-daemon."""

    def __init__(self, folder):
        self.address = f'unix:path={folder}/bus'
        self.log = open(f'{folder}/bus.log', 'w', encoding='utf-8')
        self.process = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--nopidfile', f'--address={self.address}'],
            stdout=self.log, stderr=subprocess.STDOUT)
        eventually(pathlib.Path(folder, 'bus').exists, 'the bus is up')

    def connect(self):
        return Gio.DBusConnection.new_for_address_sync(
            self.address, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()


class Client:
    """A connection to the bus that remembers every signal it gets."""

    def __init__(self, bus):
        self.connection = bus.connect()
        self.signals = []
        self.connection.signal_subscribe(None, None, None, None, None, Gio.DBusSignalFlags.NONE,
                                         self.on_signal)
        self.call_bus('GetId')

    def on_signal(self, _connection, sender, path, _interface, member, arguments):
        self.signals.append((member, path, sender, arguments.unpack()))

    def call(self, path, member, arguments=None, name=NAME, interface=ITEM):
        return self.connection.call_sync(name, path, interface, member, arguments, None,
                                         Gio.DBusCallFlags.NONE, PATIENCE * 1000, None)

    def call_bus(self, member, arguments=None):
        return self.call('/org/freedesktop/DBus', member, arguments, DBUS, DBUS)

    def owner(self, name=NAME):
        """The unique name behind @name, or None."""
        try:
            return self.call_bus('GetNameOwner', GLib.Variant('(s)', (name,))).unpack()[0]
        except GLib.Error:
            return None

    def items(self, name=NAME):
        """What GetItems says: path → value; None for an invalid one."""
        unpacked = self.call('/', 'GetItems', name=name).unpack()[0]
        return {path: None if item['Value'] == [] else item['Value']
                for path, item in unpacked.items()}

    def value(self, path, name=NAME):
        value = self.call(path, 'GetValue', name=name).unpack()[0]
        return None if value == [] else value

    def settle(self):
        """Everything sent before this call has been received after it."""
        self.call_bus('GetId')
        while GLib.MainContext.default().iteration(False):
            pass

    def changes(self):
        """The ItemsChanged so far, each as path → value."""
        self.settle()
        return [{path: None if item['Value'] == [] else item['Value']
                 for path, item in arguments[0].items()}
                for member, _path, _sender, arguments in self.signals if member == 'ItemsChanged']


class Daemon:
    """The real binary."""

    def __init__(self, stage, config='', options=(), bus=None):
        self.port = free_port()
        self.log = pathlib.Path(stage.folder, f'daemon-{self.port}.log')
        file = pathlib.Path(stage.folder, f'{self.port}.ini')
        file.write_text(config)
        self.config = file
        command = [os.environ['DAEMON'], '--config', str(file), '--bus', bus or stage.bus.address]
        if '[http]' not in config:
            command += ['--listen', f'127.0.0.1:{self.port}']
        with open(self.log, 'w', encoding='utf-8') as log:
            self.process = subprocess.Popen(command + list(options), stdout=log, stderr=log)
        stage.daemons.append(self)

    def wait_until_serving(self):
        def serving():
            assert self.process.poll() is None, f'the daemon ended: {self.log.read_text()}'
            try:
                return self.request('GET', '/batteries').status == 200
            except OSError:
                return False
        eventually(serving, 'the daemon serves')
        return self

    def request(self, method, path, body=None, headers=None):
        """One request; @body a dictionary, or bytes as they are."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(f'http://127.0.0.1:{self.port}{path}', data=data,
                                         method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def push(self, body, method='POST', path='/battery'):
        return self.request(method, path, body)

    def state(self):
        return self.request('GET', '/battery').json['state']

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Stage:
    """A folder, a bus and the daemons of one test."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='virtual-battery-')
        self.bus = Bus(self.folder)
        self.daemons = []
        self.closing = []

    def daemon(self, config='[bus]\nrequire-settings=false\n', options=()):
        return Daemon(self, config, options).wait_until_serving()

    def live_battery(self, config='[bus]\nrequire-settings=false\n', record=None):
        """A daemon whose battery is on the bus, and a client that has seen no signal yet."""
        daemon, client = self.daemon(config), Client(self.bus)
        daemon.push(record or FULL)
        eventually(client.owner, 'the battery is on the bus')
        eventually(lambda: daemon.request('GET', '/battery').json['on_bus'], 'the daemon knows it')
        client.settle()
        client.signals.clear()
        return daemon, client

    def close(self):
        for close in reversed(self.closing):
            close()
        for daemon in self.daemons:
            daemon.stop(signal.SIGKILL)
        self.bus.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def run(scope):
    tests = [(name, test) for name, test in scope.items() if name.startswith('test_')]
    failed = 0
    print(f'TAP version 13\n1..{len(tests)}', flush=True)
    for number, (name, test) in enumerate(tests, 1):
        stage = Stage()
        try:
            test(stage)
            for daemon in stage.daemons:
                text = daemon.log.read_text()
                assert 'Sanitizer' not in text and 'CRITICAL' not in text, text
            print(f'ok {number} {name}', flush=True)
        except Exception:  # whatever it was, the test has failed
            failed += 1
            print(f'not ok {number} {name}')
            logs = ''.join(f'--- {daemon.log}\n{daemon.log.read_text()}' for daemon in stage.daemons)
            for line in (traceback.format_exc() + logs).splitlines():
                print(f'# {line}')
            sys.stdout.flush()
        finally:
            stage.close()
    sys.exit(bool(failed))
