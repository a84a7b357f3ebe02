#!/usr/bin/python3
"""The example flows as files, and what their function nodes make of their inputs: tables, without
Node-RED."""
import rules_full_bms
import rules_sources
from flow_files import FILES, NUMBERS, find, read, run_functions, verdicts
from harness import equal, main

CORE = {'tab', 'group', 'comment', 'inject', 'trigger', 'function', 'change', 'split', 'rbe',
        'http request', 'catch', 'status', 'debug', 'link in', 'link out', 'mqtt in',
        'mqtt-broker'}


def targets(node):
    """The ids of the nodes that @node is wired to or listens to."""
    return [id for wire in node.get('wires', []) for id in wire] + (node.get('scope') or [])


def check_node(node, flow):
    """What a beginner would stumble over."""
    if node['type'] in ('catch', 'status'):
        # With none a status node of Node-RED 4.1.0 to 4.1.2 hears nothing.
        assert node['scope'], 'lists no nodes'
    if node['type'] == 'http request':
        assert node['senderr'] and node['ret'] == 'obj', 'an answer that the verdict cannot read'
        catches = [other for other in flow if other['type'] == 'catch']
        assert any(node['id'] in other['scope'] for other in catches), 'nobody hears of no answer'
    if node['type'] == 'inject':
        assert not node['once'], 'sends when it is deployed'
        assert not (node['repeat'] and node['props']), 'sends values that nobody asked for'


def test_files(_world):
    """What holds for every file, so that it can be imported beside the others."""
    equal(NUMBERS, [1, 2, '2b', 3, 4, 5, 6, 7, 8], 'files')
    flows = [read(file) for file in FILES]
    everything = [node['id'] for flow in flows for node in flow]
    equal(len(set(everything)), len(everything), 'ids')
    equal(len({find(flow, name)['func'] for flow in flows for name in verdicts(flow)}), 1,
          'different verdicts')
    for file, number, flow in zip(FILES, NUMBERS, flows):
        ids = {node['id'] for node in flow}
        types = [node['type'] for node in flow]
        assert set(types) <= CORE, f'{file.name}: {set(types) - CORE}'
        equal(types[:2], ['tab', 'comment'], file.name)
        equal(flow[1]['name'].split()[0], str(number), 'number')
        assert any('requestTimeout: 2000' in node.get('func', '') for node in flow), file.name
        for node in flow:
            assert ids.issuperset(targets(node)), f'{file.name}: {node["name"]} leads to nothing'
            try:
                check_node(node, flow)
            except AssertionError as error:
                raise AssertionError(f'{file.name}: {node["name"]}: {error}') from None


LIVE = {'state': 'live', 'missing': [], 'joining': None, 'ignored': [], 'errors': [],
        'warnings': []}
WAITS = {**LIVE, 'state': 'waiting', 'missing': ['Soc', 'Current'], 'joining': 'name'}
WRONG = [{'field': 'Soc', 'path': '/Soc', 'detail': 'Soc is 200 %'},
         {'field': 'Sok', 'path': None, 'detail': 'no such field'}]
REFUSED = {'errors': WRONG}

# The status of an answer and what is in it, and what the node shows.
ANSWERS = [
    (200, LIVE, 'green', 'live'),
    (200, {**LIVE, 'ignored': ['Serial']}, 'yellow', 'live, ignored Serial'),
    (200, {**LIVE, 'warnings': ['limits are not used']}, 'yellow', 'live, limits are not used'),
    (202, WAITS, 'yellow', 'waiting, missing Soc, missing Current, joining: name'),
    (200, {**LIVE, 'errors': WRONG, 'missing': ['Soc']}, 'yellow',
     'live, Soc is 200 %, Sok: no such field, missing Soc'),
    (202, {**LIVE, 'part': 'a', 'battery_state': 'waiting', 'reason': 'b: No data yet'}, 'yellow',
     'live, battery waiting: b: No data yet'),
    (200, {**LIVE, 'part': 'a', 'battery_state': 'live'}, 'green', 'live'),
    (422, REFUSED, 'red', 'refused: Soc is 200 %; Sok: no such field'),
    (401, {'detail': 'a token is needed'}, 'red', 'refused: a token is needed'),
    (502, '<html>', 'red', 'refused: status 502'),
    (200, '<html>', 'red', 'refused: status 200'),
    (200, None, 'red', 'refused: status 200'),
]
REFUSED_CONNECTION = 'RequestError: connect ECONNREFUSED 127.0.0.1:1882'


def test_verdict(_world):
    """One status for each kind of answer; the second output tells changes alone."""
    table = [({'statusCode': code, 'payload': payload}, fill, 'dot', text)
             for code, payload, fill, text in ANSWERS]
    table += [({'error': {'message': REFUSED_CONNECTION}}, 'red', 'ring',
               'no daemon: connect ECONNREFUSED 127.0.0.1:1882'),
              ({'error': {'message': 'no response from server'}, 'statusCode': 200}, 'red', 'ring',
               'no daemon: no response from server')]
    cases = run_functions(1, [[('verdict', message)] * 2 for message, *_ in table])
    for (message, *wanted), [done, again] in zip(table, cases):
        equal([done['status'][name] for name in ('fill', 'shape', 'text')], wanted)
        equal(done['returned'], [message, {'payload': wanted[2]}])
        equal(again['returned'], [message, None])


main(globals(), vars(rules_full_bms), vars(rules_sources))
