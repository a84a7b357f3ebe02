"""Everything that runs in a soak: a bus with Venus' services, the daemon with sixteen batteries, their
sources, Node-RED, readers of events, an open page."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import threading

from browser import Browser
from clients import Http
from harness import SOURCE_ROOT, equal, eventually, free_port
from node_red import NodeRed

HERE = pathlib.Path(__file__).parent
FLOW = SOURCE_ROOT / 'nodered/examples/1-minimal.json'
NAMES = [f'b{n}' for n in range(1, 16)]

# The last of them goes through the whole ladder whenever its source is quiet for a moment.
HASTY = NAMES[-1]
READERS = 3

CONFIG = '[battery]\nhistory=true\n' + ''.join(
    f'[battery {name}]\nhistory={"true" if n % 2 else "false"}\n'
    for n, name in enumerate(NAMES)).replace(
        f'[battery {HASTY}]\n',
        f'[battery {HASTY}]\nwarn-after=2\nstale-after=4\ndrop-after=6\nleave-after=8\n')


class Sources:
    """The program of the fifteen sources, and what its records have become."""

    def __init__(self, port):
        self.process = subprocess.Popen(
            [sys.executable, HERE / 'sources.py', str(port), *NAMES], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        self.latencies = []
        self.statuses = {}
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            told = json.loads(line)
            with self.lock:
                self.latencies += told['latencies']
                for status, count in told['statuses'].items():
                    self.statuses[int(status)] = self.statuses.get(int(status), 0) + count

    def take_latencies(self):
        with self.lock:
            taken, self.latencies = self.latencies, []
        return taken

    def silence(self, name, seconds):
        self.process.stdin.write(f'silence {name} {seconds}\n')
        self.process.stdin.flush()

    def stop(self):
        """Returns: how often each status came"""
        self.process.stdin.close()
        self.process.wait()
        self.reader.join()
        return self.statuses


class Plant:
    """@world: of the harness. @full: with Node-RED and the page, which take a while to start."""

    def __init__(self, world, full):
        self.settings, self.system = world.settings(), world.system()
        state = f'[state]\ndir={world.path("state")}\n[bus]\nrequire-settings=true\n'
        # A warning of GLib shall not end a soak, but be found in the log.
        self.daemon = world.start(state + CONFIG, environment={'G_DEBUG': ''}, options=[
            '--listen', f'unix:{world.path("http")}'])
        self.sources = Sources(self.daemon.port)
        self.readers = [self.read_events() for _ in range(READERS)]
        self.stack = contextlib.ExitStack()
        self.node_red = None
        if full:
            self.start_node_red(world)
            browser = self.stack.enter_context(Browser())
            browser.open(f'http://127.0.0.1:{self.daemon.port}/')
            self.browser = browser

    def start_node_red(self, world):
        os.environ.setdefault('SOURCE_ROOT', str(SOURCE_ROOT))
        self.node_red = NodeRed(world.new_folder('node-red'), free_port())
        self.stack.callback(self.node_red.stop)
        text = FLOW.read_text(encoding='utf-8')
        flow = json.loads(text.replace('127.0.0.1:1882', f'127.0.0.1:{self.daemon.port}'))
        self.node_red.deploy(flow)
        self.node_red.press(next(node['id'] for node in flow if node.get('name') == 'example values'))

    def read_events(self):
        return subprocess.Popen(['curl', '-sN', f'http://127.0.0.1:{self.daemon.port}/events'],
                                stdout=subprocess.DEVNULL)

    def keep_reading(self):
        """Readers that were cut come back, as a browser's does."""
        self.readers = [reader if reader.poll() is None else self.read_events()
                        for reader in self.readers]

    def wait_until_live(self):
        names = NAMES + (['virtual'] if self.node_red else [])

        def all_live():
            batteries = Http(self.daemon.port).get('/batteries').body
            states = {battery['name']: (battery['state'], battery['on_bus']) for battery in batteries}
            return [name for name in names if states[name] != ('live', True)] == []

        eventually(all_live, 'every battery is live and on the bus', 90)

    def stop(self):
        """Returns: how often each status came"""
        statuses = self.sources.stop()
        for reader in self.readers:
            reader.kill()
            reader.wait()
        self.stack.close()
        equal(self.daemon.stop(), 0, 'exit status')
        return statuses
