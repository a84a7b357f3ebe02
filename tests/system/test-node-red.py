#!/usr/bin/python3
"""The example flow in the real Node-RED, as a user imports it."""
import contextlib
import json
import os
import pathlib
import time

from harness import BUS_GROUP, eventually, free_port, main
from node_red import NodeRed

EXAMPLES = pathlib.Path(os.environ['SOURCE_ROOT'], 'nodered', 'examples')


def load_flow(name, port):
    """The flow of an example file, sent to @port instead of the daemon's own."""
    text = (EXAMPLES / name).read_text(encoding='utf-8')
    assert '127.0.0.1:1882/battery' in text
    return json.loads(text.replace('127.0.0.1:1882/battery', f'127.0.0.1:{port}/battery'))


def find(flow, name):
    return next(node['id'] for node in flow if node.get('name') == name)


@contextlib.contextmanager
def start(world, name):
    """A daemon, and a Node-RED with the flow of an example file that posts to it."""
    daemon = world.start()
    node_red = NodeRed(world.new_folder('node-red'), free_port())
    try:
        flow = load_flow(name, daemon.port)
        node_red.deploy(flow)
        yield daemon, node_red, flow
    finally:
        node_red.stop()


def shown(node_red, node, part):
    status = node_red.status(node)
    return status is not None and part in status.get('text', '')


def test_uses_core_nodes_only(_world):
    core = {'tab', 'comment', 'inject', 'function', 'http request', 'switch', 'catch', 'debug', 'change'}
    for file in sorted(EXAMPLES.glob('*.json')):
        flow = json.loads(file.read_text(encoding='utf-8'))
        assert {node['type'] for node in flow} <= core, file
        assert [node['type'] for node in flow][:2] == ['tab', 'comment'], file


def test_minimal_sends_nothing_until_its_values_are_set(world):
    with start(world, '1-minimal.json') as (daemon, node_red, flow):
        eventually(lambda: shown(node_red, find(flow, 'record'), 'not set: Soc'),
                   'it says what is missing')
        assert daemon.state()['source']['records'] == 0


def test_minimal_feeds_a_battery_and_recovers(world):
    client = world.client()
    with start(world, '1-minimal.json') as (daemon, node_red, flow):
        accepted, failed = find(flow, 'accepted'), find(flow, 'no daemon')
        node_red.press(find(flow, 'example values'))
        eventually(client.owner, 'the battery is on the bus')
        assert client.value('/Soc') == 63.5
        assert client.value('/Dc/0/Voltage') == 52.7
        assert client.value('/Info/MaxChargeCurrent') == 100
        eventually(lambda: (node_red.status(accepted) or {}).get('fill') == 'green', 'the node is green')

        # 20 s of it: one record a second, each taken.
        def records():
            return daemon.state()['source']['records']
        before, begun = records(), time.monotonic()
        eventually(lambda: records() >= before + 20, '20 more records', 60)
        assert time.monotonic() - begun > 15
        assert daemon.state()['source']['refused'] == 0

        # Without the daemon the flow says so, and goes on by itself when it is there again.
        daemon.stop()
        eventually(lambda: shown(node_red, failed, 'ECONNREFUSED'), 'the flow shows it')
        seen = len(node_red.events)
        again = world.daemon(f'{BUS_GROUP}[battery]\ncustom-name=again\n')
        again.start(daemon.port)
        eventually(client.owner, 'the battery is back')
        eventually(lambda: any(event['topic'] == f'status/{accepted}'
                               and event['data'].get('fill') == 'green'
                               for event in node_red.events[seen:]), 'the node is green again')
        assert client.value('/Soc') == 63.5
        assert client.value('/CustomName') == 'again'


def test_minimal_shows_a_refusal(world):
    with start(world, '1-minimal.json') as (_daemon, node_red, flow):
        for node in flow:
            if node.get('name') == 'set the flow variables':
                node['rules'][0]['to'] = '101'
        node_red.deploy(flow)
        node_red.press(find(flow, 'example values'))
        eventually(lambda: shown(node_red, find(flow, 'refused'), 'refused: Soc is 101 %'), 'on the node')
        eventually(lambda: any('422: Soc is 101 %' in str(text) for text in node_red.debug()),
                   'in the debug pane')


main(globals())
