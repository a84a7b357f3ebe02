#!/usr/bin/python3
"""What a push costs from the inject node to the signal on the bus, with the real Node-RED.

    node_red_chain.py BUILD_DIR [--quick] [--seconds N]

Four chains, one after the other, at 1 Hz and at 10 Hz: inject and function alone; http request to the
daemon; the node of the palette to the daemon; mqtt out, Mosquitto, a minimal driver in Python. All 11
values change with each push. Prints one table: CPU time of each process a push, and the time from the
function node to the signal read by another process. Nothing here is a test: speed depends on the
machine; read the ratios.
"""
import argparse
import json
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

from servers import Bus, Server, free_port

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'nodes'))
import palette  # noqa: E402  the path comes first

SETTINGS = '''
const times = [];
process.on('exit', () => require('fs').writeFileSync({times}, JSON.stringify(times)));
module.exports = {{
    uiHost: '127.0.0.1', uiPort: {port}, flowFile: 'flows.json', credentialSecret: false,
    telemetry: {{ enabled: false, updateNotification: false }},
    externalModules: {{ autoInstall: false, palette: {{ allowInstall: false }} }},
    editorTheme: {{ tours: false, palette: {{ catalogues: [] }} }},
    logging: {{ console: {{ level: 'error' }} }},
    functionGlobalContext: {{ stamp: n => {{ times[n] = Number(process.hrtime.bigint() / 1000n); }} }}
}};
'''

FUNCTION = '''
const n = (context.get('n') || 0) + 1;
const odd = n % 2;
context.set('n', n);
msg.payload = {
    Soc: 50.5 + odd, Current: -10.3 - odd, Voltage: 52.05 + odd / 10, Power: n,
    MinCellTemperature: 10.5 + odd, MaxCellTemperature: 20 + odd, MaxChargeCurrent: 100 + odd,
    MaxDischargeCurrent: 150 + odd, MaxChargeVoltage: 55.2 + odd / 10, MaxCellVoltage: 3.31 + odd / 1000,
    MinCellVoltage: 3.28 + odd / 1000
};
global.get('stamp')(n);
return msg;
'''

CHAINS = ('inject + function', 'http request', 'palette node', 'mqtt out')


def cpu_of(pid):
    """CPU time of a process in µs, to the ns: the kernel's clock of that process."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1000


def sender(chain, port):
    """The node that sends, and what it needs."""
    node = {'id': 'send', 'z': 'tab', 'x': 500, 'y': 100, 'name': ''}
    if chain == 'http request':
        return [{**node, 'type': 'http request', 'method': 'POST', 'ret': 'obj', 'persist': True,
                 'url': f'http://127.0.0.1:{port}/battery', 'senderr': True, 'headers': [], 'wires': [[]]}]
    if chain == 'palette node':
        return [{**node, 'type': 'virtual battery', 'daemon': 'daemon', 'battery': '', 'mode': 'each',
                 'wires': [[], []]},
                {'id': 'daemon', 'type': 'virtual-battery-daemon', 'url': f'http://127.0.0.1:{port}',
                 'timeout': '2', 'name': ''}]
    if chain == 'mqtt out':
        return [{**node, 'type': 'mqtt out', 'topic': 'battery', 'qos': '0', 'broker': 'broker', 'wires': []},
                {'id': 'broker', 'type': 'mqtt-broker', 'broker': '127.0.0.1', 'port': str(port),
                 'clientid': '', 'autoConnect': True, 'protocolVersion': '4', 'keepalive': '60',
                 'cleansession': True, 'name': ''}]
    return []


def flow(chain, rate, port):
    return [{'id': 'tab', 'type': 'tab', 'label': chain},
            {'id': 'inject', 'type': 'inject', 'z': 'tab', 'x': 100, 'y': 100, 'props': [],
             'repeat': str(1 / rate), 'once': False, 'wires': [['record']]},
            {'id': 'record', 'type': 'function', 'z': 'tab', 'x': 300, 'y': 100, 'func': FUNCTION,
             'outputs': 1, 'libs': [], 'wires': [['send']]}] + sender(chain, port)


class NodeRed:
    """Node-RED with the flow of a chain; without an editor, which would have it publish statuses."""

    def __init__(self, folder, archive, nodes):
        self.times = folder / 'times.json'
        port = free_port()
        folder.mkdir()
        palette.install(archive, folder)
        (folder / 'settings.js').write_text(SETTINGS.format(port=port, times=json.dumps(str(self.times))))
        (folder / 'flows.json').write_text(json.dumps(nodes))
        self.process = subprocess.Popen(
            ['node', f'{os.environ["NPM_ROOT"]}/node-red/red.js', '--userDir', str(folder)],
            stdout=subprocess.DEVNULL)
        while True:
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{port}/settings', timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)

    def stop(self):
        """Returns: when the function node has passed each record, µs; the number is the index."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        return json.loads(self.times.read_text())


class Broker:
    """Mosquitto, and the driver behind it."""

    def __init__(self, folder):
        self.port = free_port()
        self.bus = Bus()
        config = folder / f'mosquitto-{self.port}.conf'
        config.write_text(f'listener {self.port} 127.0.0.1\nallow_anonymous true\n')
        self.broker = subprocess.Popen(['mosquitto', '-c', str(config)], stderr=subprocess.DEVNULL)
        while True:
            try:
                socket.create_connection(('127.0.0.1', self.port)).close()
                break
            except OSError:
                time.sleep(0.05)
        self.process = subprocess.Popen(
            ['/usr/bin/python3', str(pathlib.Path(__file__).with_name('mqtt_driver.py')), str(self.port)],
            env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=self.bus.address))

    def stop(self):
        for process in (self.process, self.broker):
            process.terminate()
            process.wait()
        self.bus.stop()


def watch(build, bus):
    return subprocess.Popen([str(build / 'tests/bench/signals')], stdout=subprocess.PIPE, text=True,
                            env=dict(os.environ, DBUS_SESSION_BUS_ADDRESS=bus.address))


def latencies(node_times, watcher, after):
    """µs from the function node to the signal, of each record behind number @after."""
    watcher.terminate()
    found = []
    for line in watcher.stdout.read().splitlines():
        seen, n = (int(word) for word in line.split())
        if after < n < len(node_times) and node_times[n] is not None:
            found.append(seen - node_times[n])
    watcher.wait()
    return found


def measure(build, folder, archive, chain, rate, warm_up, seconds):
    """Returns: {row: value} of one chain"""
    parts = {}
    service = watcher = None
    if chain == 'mqtt out':
        service = Broker(folder)
        parts['broker'] = service.broker.pid
    elif chain != CHAINS[0]:
        service = Server('daemon', build, folder)
    if service is not None:
        parts.update({'driver': service.process.pid, 'bus': service.bus.process.pid})
        watcher = watch(build, service.bus)
    node_red = NodeRed(pathlib.Path(folder, f'{chain.replace(" ", "")}-{rate}'), archive,
                       flow(chain, rate, service.port if service else None))
    parts['Node-RED'] = node_red.process.pid
    time.sleep(warm_up)
    before = {part: cpu_of(pid) for part, pid in parts.items()}
    time.sleep(seconds)
    spent = {part: cpu_of(pid) - before[part] for part, pid in parts.items()}
    node_times = node_red.stop()
    begun = max(len(node_times) - 1 - seconds * rate, 1)
    result = {f'CPU of {part}, µs': value / (seconds * rate) for part, value in spent.items()}
    result['CPU in sum, µs'] = sum(spent.values()) / (seconds * rate)
    if watcher is not None:
        found = latencies(node_times, watcher, begun)
        result['signals a push'] = len(found) / (len(node_times) - 1 - begun)
        if found:
            result['to the signal, median, µs'] = statistics.median(found)
            result['to the signal, p99, µs'] = sorted(found)[len(found) * 99 // 100]
        service.stop()
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--quick', action='store_true', help='does it run at all')
    parser.add_argument('--seconds', type=int, default=60)
    options = parser.parse_args()
    seconds, warm_up = (4, 3) if options.quick else (options.seconds, 15)
    rows = ['CPU of Node-RED, µs', 'CPU of driver, µs', 'CPU of bus, µs', 'CPU of broker, µs',
            'CPU in sum, µs', 'to the signal, median, µs', 'to the signal, p99, µs', 'signals a push']
    print(f'| each push | {" | ".join(CHAINS)} |\n|---|{"---|" * len(CHAINS)}', flush=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        archive, _ = palette.pack(folder)
        for rate in (1, 10):
            results = [measure(options.build, folder, archive, chain, rate, warm_up, seconds)
                       for chain in CHAINS]
            for row in rows:
                digits = 2 if row == 'signals a push' else 0
                cells = [f'{result[row]:.{digits}f}' if row in result else '-' for result in results]
                print(f'| {row}, {rate} Hz | {" | ".join(cells)} |', flush=True)


if __name__ == '__main__':
    main()
