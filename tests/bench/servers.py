"""The servers that are measured, each on a bus of its own."""
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

from records import eleven, post

HERE = pathlib.Path(__file__).parent
CONFIG = '[http]\nlisten=127.0.0.1:{port}\n[bus]\nrequire-settings=false\nsettings-timeout=0\n'
MQTT = 'mqtt'
NODE = 'node'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def connect(port, timeout=300):
    """Waits until somebody listens."""
    end = time.monotonic() + timeout
    while True:
        try:
            return socket.create_connection(('127.0.0.1', port), timeout=timeout)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.0002)


class Bus:
    def __init__(self):
        self.process = subprocess.Popen(
            ['dbus-daemon', '--session', '--nofork', '--nosyslog', '--print-address',
             f'--address=unix:dir={os.environ.get("TMPDIR", "/tmp")}'],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = self.process.stdout.readline().strip()

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Monitor:
    """Counts the signals of a battery on a bus, and their bytes."""

    def __init__(self, bus):
        self.messages = self.bytes = 0
        self.first = None
        self.process = subprocess.Popen(
            ['dbus-monitor', '--address', bus.address, '--binary',
             "type='signal',interface='com.victronenergy.BusItem'"], stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()
        time.sleep(0.2)

    def _read(self):
        while True:
            head = self.process.stdout.read(16)
            if len(head) < 16:
                return
            order = '<' if head[:1] == b'l' else '>'
            body, _, fields = struct.unpack(order + 'III', head[4:])
            rest = (fields + 7) // 8 * 8 + body
            if b'com.victronenergy.BusItem' not in self.process.stdout.read(rest):
                continue
            self.first = self.first or time.monotonic()
            self.messages += 1
            self.bytes += 16 + rest

    def await_first(self):
        while self.first is None:
            time.sleep(0.0002)
        return self.first

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def publish(port, record, retain=False):
    # Only the whole comparison needs it; the check does without.
    import paho.mqtt.publish
    paho.mqtt.publish.single('battery', json.dumps(record), retain=retain, hostname='127.0.0.1', port=port)


def server_command(name, build, port, folder, groups=''):
    """@groups: [battery …] groups of the daemon's configuration"""
    if name == NODE:
        return ['node', HERE / 'peer-node.js', str(port)]
    if name == MQTT:
        return ['/usr/bin/python3', HERE / 'mqtt_driver.py', str(port)]
    if name != 'daemon':
        return [build / 'tests/bench' / name, str(port)]
    config = pathlib.Path(folder) / f'{port}.ini'
    config.write_text(CONFIG.format(port=port) + groups)
    return [build / 'src/dbus-virtual-battery', '--config', config]


class Server:
    def __init__(self, name, build, folder, groups=''):
        self.name = name
        self.build = build
        self.port = free_port()
        self.bus = Bus()
        self.broker = self._start_broker(folder) if name == MQTT else None
        self.environment = dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.bus.address,
                                NODE_PATH=str(build / 'npm/node_modules'))
        monitor = Monitor(self.bus) if name == MQTT else None
        begun = time.monotonic()
        self.process = subprocess.Popen(server_command(name, build, self.port, folder, groups),
                                        env=self.environment, stderr=subprocess.DEVNULL)
        if monitor:
            served = monitor.await_first()
            monitor.stop()
        else:
            self.push(0)
            served = time.monotonic()
        self.start = (served - begun) * 1000

    def _start_broker(self, folder):
        config = pathlib.Path(folder) / f'{self.port}.conf'
        config.write_text(f'listener {self.port} 127.0.0.1\nallow_anonymous true\n')
        broker = subprocess.Popen(['/usr/sbin/mosquitto', '-c', config], stderr=subprocess.DEVNULL)
        connect(self.port).close()
        # What is retained comes to the driver as soon as it asks.
        publish(self.port, eleven(0), retain=True)
        return broker

    def pids(self):
        """Of the process, the bus and the broker, where there is one."""
        return [process.pid for process in (self.process, self.bus.process, self.broker) if process]

    def push(self, n):
        self.post(eleven(n))

    def post(self, record):
        if self.broker:
            publish(self.port, record)
            return
        with connect(self.port) as client:
            client.sendall(post(record))
            client.recv(4096)

    def load_command(self, rate, count, connections=1):
        return [str(self.build / 'tests/bench/load'), MQTT if self.broker else 'http', str(self.port),
                ','.join(map(str, self.pids())), str(rate), str(count), str(connections)]

    def memory(self):
        """RSS, PSS and private memory in kB."""
        wanted = {'Rss': 0, 'Pss': 0, 'Private_Dirty': 0}
        for line in pathlib.Path(f'/proc/{self.process.pid}/smaps_rollup').read_text().splitlines():
            key, _, value = line.partition(':')
            if key in wanted:
                wanted[key] = int(value.split()[0])
        return wanted['Rss'], wanted['Pss'], wanted['Private_Dirty']

    def cpu_seconds(self):
        """CPU time of all threads so far."""
        return sum(int((task / 'schedstat').read_text().split()[0])
                   for task in pathlib.Path(f'/proc/{self.process.pid}/task').iterdir()) / 1e9

    def wakeups(self):
        """How often its threads went to sleep so far: each wake-up ends in one."""
        total = 0
        for task in pathlib.Path(f'/proc/{self.process.pid}/task').iterdir():
            for line in (task / 'status').read_text().splitlines():
                if line.startswith('voluntary_ctxt_switches'):
                    total += int(line.split()[1])
        return total

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        if self.broker:
            self.broker.terminate()
            self.broker.wait()
        self.bus.stop()
