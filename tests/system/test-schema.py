#!/usr/bin/python3
"""GET /schema.json: a JSON Schema of a record, which says of records what the daemon says."""
import json
import os
import random
import re
import subprocess

import harness
from clients import RECORD, Http
from harness import CALM, SOURCE_ROOT, equal

CONFIG = '[battery]\n' + CALM
N = 2000

# What only the battery can know, from the records before and from other fields.
BEYOND = ('implausible', 'replayed')

# What is taken in another form than it was sent in is not right.
OTHER_FORM = re.compile('taken as|cut to')


def ajv(world, schema, records):
    """Whether each of @records is valid, as ajv says."""
    path = world.path('schema.json')
    path.write_text(json.dumps(schema))
    result = subprocess.run(
        ['node', SOURCE_ROOT / 'tests/system/schema.js', path],
        input='\n'.join(map(json.dumps, records)), capture_output=True, text=True, check=False,
        env=dict(os.environ, NODE_PATH=os.environ['NPM_ROOT']))
    equal((result.returncode, result.stderr), (0, ''))
    return [line == 'true' for line in result.stdout.split()]


def says_daemon(http, record):
    """Whether the daemon takes all of @record as it is, and what it says."""
    answer = http.post(record, '/battery/check')
    codes = {error['code'] for error in answer.body['errors']}
    assert answer.status in (200, 422), answer
    assert codes or answer.status == 200, answer
    forms = [text for text in answer.body.get('warnings', ()) if OTHER_FORM.search(text)]
    return not codes - set(BEYOND) and not forms, answer.body


class Records:
    """Random records, right and wrong ones."""

    def __init__(self, fields, seed):
        self.fields = fields
        self.random = random.Random(seed)

    def spelling(self, field, record):
        """Puts @field into @record under one of its spellings. Returns: where, and which name"""
        number = ''
        if field['family']:
            family = field['family']
            number = str(family['first'] + family['step'] * self.random.randrange(family['count']))
        pattern = field['family'] or field
        name, path = (pattern[key].replace('%u', number) for key in ('name', 'path'))
        style = self.random.randrange(5)
        if style == 0:
            return record, name
        if style == 1 and field['aliases']:
            return record, self.random.choice(field['aliases']).replace('%u', number)
        if style == 2:
            return record, path
        if style == 3:
            return record, path[1:]
        *groups, last = path[1:].split('/')
        if groups == ['Dc', '0'] and self.random.random() < 0.5:
            groups = ['Dc']
        for group in groups:
            record = record.setdefault(group, {})
        return record, last

    def right(self, field):
        if self.random.random() < 0.1:
            return None
        if field['kind'] == 'text':
            return 'x' * self.random.randint(1, 64)
        if field['kind'] == 'boolean':
            return self.random.choice([0, 1, True, False])
        if field['values']:
            return int(field['values'].split()[0].split('-')[0])
        low, high = field['range'] or (-1000, 1000)
        if field['kind'] == 'integer':
            return self.random.randint(int(low), int(min(high, 2 ** 31 - 1)))
        return round(self.random.uniform(low, high), 3)

    def wrong(self, field):
        choices = [[], {}, [1]]
        if field['kind'] == 'text':
            choices += [5, True, 'x' * 65]
        else:
            choices += ['?', '5', 99999999999999, -99999999999999]
            choices += [True] if field['kind'] != 'boolean' else [2, -1]
            if field['range']:
                choices += [field['range'][1] + 10, field['range'][0] - 10]
            if field['kind'] == 'integer':
                choices += [0.5]
        return self.random.choice(choices)

    def make(self):
        record = {}
        for field in self.random.sample(self.fields, self.random.randint(1, 5)):
            where, name = self.spelling(field, record)
            wrong = self.random.random() < 0.15
            where[name] = self.wrong(field) if wrong else self.right(field)
            if self.random.random() < 0.03:
                where[name + self.random.choice('x1/')] = 1
        if self.random.random() < 0.1:
            record['Sequence'] = self.random.choice([5, 5.5, '5', None])
        if self.random.random() < 0.05:
            record['Timestamp'] = self.random.choice([1.5, 'now', True])
        return record


def test_agrees(world):
    daemon, _ = world.live(CONFIG)
    schema = daemon.http.get('/schema.json').body
    fields = [field for field in daemon.http.get('/fields').body]
    records = Records(fields, 1)
    made = [records.make() for _ in range(N)]
    http = Http(daemon.port).keep()
    answers = [says_daemon(http, record) for record in made]
    for record, (taken, said), valid in zip(made, answers, ajv(world, schema, made)):
        equal(valid, taken, f'{json.dumps(record)}: {json.dumps(said)}: ajv')
    taken = sum(taken for taken, _ in answers)
    assert N / 5 < taken < N * 4 / 5, f'{taken} of {N} are right'


def test_examples(world):
    daemon, _ = world.live(CONFIG)
    schema = daemon.http.get('/schema.json').body
    equal((schema['$schema'], schema['type']),
          ('https://json-schema.org/draft/2020-12/schema', 'object'))
    right = [RECORD, {'Soc': 63}, {'Dc': {'Voltage': 52.7}}, {'Dc': {'0': {'Voltage': 52.7}}},
             {'/Dc/0/Voltage': 52.7}, {'Dc/Voltage': 52.7}, {'Voltages': {'Cell256': 3.3}},
             {'Cell1': None}, {'Diagnostics': {'Module3': {'Alarms': {'LowVoltage': 2}}}},
             {'Connected': True}, {'Cells': [3.3, None]}, {'Voltages': [3.3] * 256}, {'/Voltages': []},
             {'cells': []}, {'CellVoltages': [3.3]}, {'Sequence': None, 'Soc': 5},
             {'State': 9}, {'LowVoltage': 2}, {'Info': {'ChargeRequest': True}}]
    wrong = [{}, [], 'text', {'Soc': 101}, {'Soc': '63'}, {'Soc': True}, {'soc': 5},
             {'Voltages': {'Cell257': 3.3}}, {'Cell0': 3.3}, {'LowVoltage': 3}, {'State': 19},
             {'Voltages': [3.3] * 257}, {'Voltages': ['x']}, {'Cells': {'Cell1': 3.3}}, {'Cells': [[]]},
             {'Balances': [1]}, {'Info': {'Nonsense': 1}}, {'Info': 5}, {'Soc': {'0': 1}}, {'ChargeMode': ''}]
    equal(ajv(world, schema, right), [True] * len(right), 'right ones')
    equal(ajv(world, schema, wrong), [False] * len(wrong), 'wrong ones')
    for name, definition in schema['$defs'].items():
        assert definition['description'] and definition['x-path'][0] == '/', name
    equal(schema['$defs']['Soc'], {
        'title': 'Soc', 'description': 'state of charge', 'type': ['number', 'null'],
        'minimum': 0, 'maximum': 100, 'x-unit': '%', 'x-group': 'live', 'x-path': '/Soc',
        'x-required': True})


if __name__ == '__main__':
    harness.main(globals())
