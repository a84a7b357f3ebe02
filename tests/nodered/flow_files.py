"""The example flows as files, and their function nodes run one by one."""
import json
import pathlib
import re
import subprocess
import textwrap

from harness import SOURCE_ROOT

EXAMPLES = SOURCE_ROOT / 'nodered' / 'examples'
FILES = sorted(EXAMPLES.glob('*.json'))
URL = '127.0.0.1:1882/battery'


def number_of(file):
    """What the name of a flow begins with: 1, '2b'."""
    number = file.name.split('-')[0]
    return int(number) if number.isdigit() else number


NUMBERS = [number_of(file) for file in FILES]


def read(file):
    return json.loads(file.read_text(encoding='utf-8'))


def example(number):
    """The nodes of the flow whose file begins with @number."""
    return read(FILES[NUMBERS.index(number)])


def sample():
    """The [limits] that the comment of flow 2 shows, as the lines of the group."""
    found = re.findall(r'```ini\n\[limits\]\n(.*?)```', example(2)[1]['info'], re.S)
    assert len(found) == 1, 'no sample, or two'
    return found[0]


def configuration(number, battery, times):
    """What the comment of flow @number wants configured, of @battery, which has @times (lines)."""
    found = re.findall(r'^ *```ini\n(.*?)^ *```', example(number)[1]['info'], re.S | re.M)
    text = textwrap.dedent(''.join(found))
    if '[battery]\n' not in text:
        text = '[battery]\n' + text
    return (text.replace('[battery]\n', f'[battery {battery}]\n{times}')
            .replace('[part ', f'[part {battery}/').replace('[limits]', f'[limits {battery}]'))


def verdicts(flow):
    """The names of the nodes that show what became of a record: one for each source."""
    return [node['name'] for node in flow if node['type'] == 'function'
            and node['name'].split()[0] == 'verdict']


def find(flow, name, kind=None):
    """The only node with that name (and type)."""
    found = [node for node in flow if node.get('name') == name and node['type'] != 'group'
             and kind in (None, node['type'])]
    assert len(found) == 1, f'{len(found)} nodes are named {name}'
    return found[0]


def run_functions(number, cases, more=()):
    """Runs function nodes of flow @number without Node-RED, as run-functions.js says. @cases: lists
    of steps (name or names, message[, seconds]). @more: nodes that are run beside those of the
    file. Returns: for each case what its steps did"""
    functions = {node['name']: {'code': node['func'], 'modules': node['libs']}
                 for node in [*example(number), *more] if node['type'] == 'function'}
    steps = [[{'through': [names] if isinstance(names, str) else names, 'msg': message,
               'at': at[0] if at else 0} for names, message, *at in case] for case in cases]
    done = subprocess.run(['node', pathlib.Path(__file__).with_name('run-functions.js')],
                          input=json.dumps({'functions': functions, 'cases': steps}),
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
