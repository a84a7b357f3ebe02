"""A daemon with a battery for each example flow, and a Node-RED with all of them, as users import
them: only the address is another."""
import contextlib
import os

from flow_files import NUMBERS, URL, configuration, example, find, verdicts
from harness import CALM, eventually, free_port
from node_red import NodeRed

PACKAGE = os.environ.get('NODE_RED', 'node-red')

# Long enough for a source that speaks each second on a loaded machine.
DEMO = 'warn-after=4\nstale-after=8\ndrop-after=12\nleave-after=16\noptional-after=8\n'


def bus_name(number):
    return f'com.victronenergy.battery.http_flow{number}'


def redirect(nodes, number, port, broker_port):
    """The flow, sent to the daemon of the test."""
    for node in nodes:
        if node['type'] == 'http request':
            node['url'] = node['url'].replace(URL, f'127.0.0.1:{port}/battery/flow{number}')
            assert f':{port}/' in node['url'], node['url']
        if node['type'] == 'mqtt-broker':
            node['port'] = str(broker_port)
    return nodes


def entrance(tab, target, number):
    """An inject node of the test's own, wired to @target; what sets flow variables stands between
    where @target is None."""
    inject = f'{tab}{number:04x}'
    setter = {'id': f'{inject}f', 'type': 'function', 'z': tab, 'name': '', 'outputs': 0,
              'func': 'for (const name in msg.payload) { flow.set(name, msg.payload[name]); }',
              'wires': []}
    node = {'id': inject, 'type': 'inject', 'z': tab, 'name': '', 'props': [], 'repeat': '',
            'crontab': '', 'once': False, 'topic': '', 'wires': [[target or setter['id']]]}
    return [node] if target else [node, setter]


class Site:
    """What is deployed, by the number of its file and the names of its nodes. @times: of batteries,
    by number, for CALM; @more: of the configuration, what takes the place of what"""

    def __init__(self, world, broker_port=1883, times=(), more=()):
        times = {7: DEMO, **dict(times)}
        text = '\n'.join(configuration(number, f'flow{number}', times.get(number, CALM))
                         for number in NUMBERS)
        for old, new in dict(more).items():
            assert old in text, old
            text = text.replace(old, new)
        self.daemon = world.start(text)
        self.node_red = NodeRed(world.new_folder('node-red'), free_port(), PACKAGE)
        self.client = world.client()
        self.flows = {number: redirect(example(number), number, self.daemon.port, broker_port)
                      for number in NUMBERS}
        self.entrances = {}

    def deploy(self, *numbers):
        deployed = []
        for number in numbers or self.flows:
            flow = self.flows[number]
            functions = [None] + [node['id'] for node in flow if node['type'] == 'function']
            for count, target in enumerate(functions):
                added = entrance(flow[0]['id'], target, count)
                self.entrances[number, target] = added[0]['id']
                deployed += added
            deployed += flow
        self.node_red.deploy(deployed)

    def id(self, number, name, kind=None):
        return find(self.flows[number], name, kind)['id']

    def press(self, number, name, **properties):
        self.node_red.press(self.id(number, name, 'inject'), **properties)

    def feed(self, number, name, payload, **more):
        """Sends a message to a function node; sets flow variables where @name is None."""
        target = name and self.id(number, name)
        self.node_red.press(self.entrances[number, target], payload=payload, **more)

    def verdicts(self, number):
        return verdicts(self.flows[number])

    def shown(self, number, name):
        """The status under a node now: (fill, shape, text)."""
        status = self.node_red.status(self.id(number, name, 'function')) or {}
        return tuple(status.get(part) for part in ('fill', 'shape', 'text'))

    def shows(self, number, text, name=None, fill=None, shape=None):
        """Waits until a node, or each verdict, shows @text (in that colour and shape)."""
        names = [name] if name else self.verdicts(number)

        def found():
            return all(text in (shown or '') and fill in (None, colour) and shape in (None, form)
                       for colour, form, shown in (self.shown(number, one) for one in names))

        try:
            eventually(found, text, 60)
        except AssertionError as error:
            shown = {one: self.shown(number, one) for one in names}
            raise AssertionError(f'flow {number} does not show {fill or ""} {text}, but {shown}') from error

    def news(self, text):
        eventually(lambda: any(text in str(message) for message in self.node_red.debug()),
                   f'{text} is in the debug pane', 60)

    def state(self, number):
        return self.daemon.state(f'/battery/flow{number}')

    def on_bus(self, number):
        return self.client.owner(bus_name(number))

    def value(self, number, path):
        return self.client.value(path, bus_name(number))

    def values(self, number, *paths):
        return tuple(self.value(number, path) for path in paths)

    def until(self, number, wanted, again=None):
        """Waits until paths have these values on the bus. @again: repeats what leads there"""
        def found():
            if again:
                again()
            return self.on_bus(number) and self.values(number, *wanted) == tuple(wanted.values())

        try:
            eventually(found, 'so on the bus', 60)
        except AssertionError as error:
            on_bus = self.on_bus(number) and self.values(number, *wanted)
            raise AssertionError(f'flow {number}: not {wanted}, but {on_bus}') from error


@contextlib.contextmanager
def site(world, *numbers, **more):
    """A Site with flows deployed: all, or those with @numbers."""
    made = Site(world, **more)
    try:
        made.deploy(*numbers)
        yield made
    finally:
        made.node_red.stop()
