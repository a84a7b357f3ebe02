#!/usr/bin/python3
"""GET /openapi.json: a linter has nothing to say of it, its examples work, and what the daemon answers
is what it describes."""
import json
import os
import re
import signal
import subprocess

import harness
from clients import RECORD
from harness import CALM, SOURCE_ROOT, equal, eventually

CONFIG = '[battery]\nhistory=true\n' + CALM + '[battery boat]\nrole=monitor\n' + CALM + '[part boat/left]\n'
NPM_ROOT = os.environ['NPM_ROOT']


def document(world):
    daemon = world.start(f'[state]\ndir={world.path("state")}\n' + CONFIG)
    path = world.path('openapi.json')
    path.write_text(json.dumps(daemon.http.get('/openapi.json').body))
    return daemon, path, json.loads(path.read_text())


def resolve(api, node):
    while '$ref' in node:
        name = node['$ref']
        node = api
        for part in name[2:].split('/'):
            node = node[part]
    return node


def filled(route):
    """A path that there is, of the kind of @route."""
    return route.format(name='boat', part='left') if '{part}' in route else route


def response_of(api, operation, status):
    """What @api says of an answer with @status, and where its schema stands."""
    responses = operation['responses']
    found = responses.get(str(status)) or responses.get(f'{status // 100}XX') or responses['default']
    return resolve(api, found)


def check_answers(path, pairs):
    """Validates (schema, answer) pairs."""
    result = subprocess.run(
        ['node', SOURCE_ROOT / 'tests/system/openapi.js', path],
        input='\n'.join(map(json.dumps, pairs)), capture_output=True, text=True, check=False,
        env=dict(os.environ, NODE_PATH=NPM_ROOT))
    equal((result.returncode, result.stderr), (0, ''))
    for pair, said in zip(pairs, result.stdout.splitlines(), strict=True):
        equal(said, 'ok', json.dumps(pair)[:300])


def test_lint(world):
    _, path, api = document(world)
    equal(api['openapi'], '3.1.0')
    result = subprocess.run([f'{NPM_ROOT}/.bin/redocly', 'lint', '--extends=recommended',
                             '--skip-rule=no-server-example.com', '--skip-rule=operation-4xx-response',
                             '--skip-rule=no-empty-servers', '--format=json', path],
                            capture_output=True, text=True, check=False, cwd=world.folder.name,
                            env=dict(os.environ, REDOCLY_TELEMETRY='off', CI='true'))
    problems = json.loads(result.stdout)['problems']
    equal([(problem['ruleId'], problem['message'], problem['location'][0].get('pointer'))
           for problem in problems], [], 'problems')


def test_paths(world):
    """Every path is served with the methods that are described, and none of the man page is left
    out."""
    daemon, _, api = document(world)
    for path, operations in api['paths'].items():
        answer = daemon.http.request('PATCH', path)
        allowed = set(answer.headers['allow'].lower().split(', ')) - {'head'}
        equal((answer.status, allowed), (405, set(operations)), path)

    page = (SOURCE_ROOT / 'data/dbus-virtual-battery.8.md').read_text(encoding='utf-8')
    routes = page[page.index('# ROUTES'):page.index('# STATES')].replace('`*NAME*`', '{name}').replace('`*PART*', '{part}`').replace('{part}``', '{part}')
    described = {(method.upper(), path) for path, operations in api['paths'].items() for method in operations}
    equal(set(re.findall(r'`(GET|POST|PUT|DELETE) (/[^`]*)`', routes)), described | {('GET', '/openapi.json')})


def test_examples(world):
    """Each example of a record, sent to each operation that takes one, is taken as described."""
    daemon, path, api = document(world)
    daemon.join()
    daemon.join(path='/battery/boat/part/left')
    pairs = []
    for route, operations in api['paths'].items():
        for method, operation in operations.items():
            if 'requestBody' not in operation:
                continue
            body = resolve(api, operation['requestBody'])
            for name, example in body['content']['application/json']['examples'].items():
                answer = daemon.http.request(method.upper(), filled(route), example['value'])
                equal(answer.status, 200, (method, route, name))
                content = response_of(api, operation, 200)['content']['application/json']
                pairs.append((content['schema']['$ref'], answer.body))
    assert len(pairs) >= 12, len(pairs)
    check_answers(path, pairs)


def test_answers(world):
    """Answers of all kinds are what the document says."""
    daemon, path, api = document(world)
    pairs = []

    def ask(status, method, route, body=None, **more):
        operation = api['paths'][route][method.lower()]
        answer = daemon.http.request(method, filled(route), body, **more)
        equal(answer.status, status, (method, route, answer.body))
        response = response_of(api, operation, status)
        for kind, content in response.get('content', {}).items():
            equal(answer.headers['content-type'].split(';')[0], kind, route)
            if '$ref' in content['schema']:
                pairs.append((content['schema']['$ref'], answer.body))

    ask(202, 'POST', '/battery', {'Soc': 50})
    ask(200, 'GET', '/battery')
    ask(503, 'GET', '/health')
    daemon.join(path='/battery/boat/part/left')
    daemon.join({**RECORD, 'Cell1': 3.3, 'LowSoc': 1, 'ChargeMode': 'Bulk', 'InstalledCapacity': 200})
    ask(200, 'GET', '/battery')
    ask(200, 'GET', '/health')
    ask(200, 'GET', '/batteries')
    ask(200, 'GET', '/fields')
    ask(200, 'GET', '/metrics')
    ask(200, 'GET', '/schema.json')
    ask(200, 'GET', '/')
    ask(200, 'POST', '/battery', {'Soc': 50, 'LowSoc': 2, 'Socc': 1, 'LowVoltage': 'x', 'Current': None})
    ask(200, 'POST', '/battery', {'Soc': 50, **{f'x{n}': 1 for n in range(30)}})
    ask(200, 'GET', '/battery')
    ask(200, 'POST', '/battery', {'Soc': 50, 'MaxChargeCurrent': 90, 'maxChargeCurrent': 1, 'LowTemperature': [],
                                  'Info/MaxChargeCurrent': 80})
    ask(422, 'POST', '/battery', {'Soc': 'x', 'MaxChargeCurrent': 90, 'Info': {'MaxChargeCurrent': 70}})
    ask(422, 'POST', '/battery', {f'x{n}': 1 for n in range(30)})
    ask(422, 'POST', '/battery', {})
    ask(422, 'PUT', '/battery', {'Soc': 50})
    ask(400, 'POST', '/battery', 'no JSON')
    ask(413, 'POST', '/battery', ' ' * 20000)
    daemon.http.post({**RECORD, 'Sequence': 5})
    ask(409, 'POST', '/battery', {**RECORD, 'Sequence': 5})
    ask(200, 'GET', '/battery')
    answer = daemon.http.get('/battery/virtual/recent')
    equal((answer.status, len(answer.body['records'])), (200, 13))
    equal(sum('errors' in record for record in answer.body['records']), 9)
    daemon.config.write_text(daemon.config.read_text() + '[limits]\ncharge-current=60\n'
                             'charge-by-cell-voltage=3.3:100;3.5:0\n')
    daemon.signal(signal.SIGHUP)
    eventually(lambda: 'limited' in daemon.state(), 'the rules are there')
    ask(200, 'POST', '/battery', {**RECORD, 'MaxCellVoltage': 3.4})
    equal(pairs[-1][1]['limited']['MaxChargeCurrent']['by'], 'charge-by-cell-voltage')
    ask(200, 'GET', '/battery')
    pairs.append(('#/components/schemas/Recent', answer.body))
    ask(404, 'GET', '/battery/{name}/recent')
    answer = daemon.http.get('/battery/virtual/commissioning')
    equal((answer.status, len(answer.body['checks'])), (200, 12))
    pairs.append(('#/components/schemas/Commissioning', answer.body))
    ask(404, 'GET', '/battery/{name}/commissioning')
    ask(200, 'POST', '/battery/check', RECORD)
    part = '/battery/{name}/part/{part}'
    ask(200, 'POST', part, {'Soc': 50, 'Socc': 1})
    ask(422, 'POST', part, {})
    ask(200, 'POST', part + '/check', RECORD)
    ask(200, 'GET', part)
    answer = daemon.http.get('/battery/boat')
    equal(len(answer.body['parts']), 1)
    pairs.append(('#/components/schemas/Battery', answer.body))
    answer = daemon.http.post(RECORD, '/battery/boat')
    equal(answer.status, 409)
    pairs.append(('#/components/schemas/Refusal', answer.body))
    ask(204, 'DELETE', part)
    ask(202, 'POST', part, {'Soc': 50})
    ask(200, 'GET', part)
    ask(204, 'POST', '/battery/history/clear')
    ask(204, 'DELETE', '/battery')
    check_answers(path, pairs)


if __name__ == '__main__':
    harness.main(globals())
