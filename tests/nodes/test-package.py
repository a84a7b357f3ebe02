#!/usr/bin/python3
"""The palette package: what is in it, what it speaks, and which JavaScript it is written in."""
import json
import os
import re
import subprocess

from palette import NAME, PACKAGE, SOURCE_ROOT, pack
import harness
from harness import equal

SETS = ('virtual-battery', 'virtual-battery-daemon', 'virtual-battery-events')
LANGUAGES = ('en-US', 'de', 'nl')

# Node 14 knows no more than that.
PARSE = '''
const fs = require('fs');
const { parse } = require(process.env.NPM_ROOT + '/acorn');
for (const file of process.argv.slice(1)) {
    parse(fs.readFileSync(file, 'utf8'), { ecmaVersion: 2020, sourceType: 'script', allowHashBang: false });
}
'''
NEWER_THAN_NODE_14 = re.compile(
    r'\b(structuredClone|Object\.hasOwn|AbortSignal\.timeout|fetch)\b|\.(at|replaceAll|findLast)\('
    r'|require\(.(node:|timers/promises|stream/promises)')


def manifest():
    return json.loads((PACKAGE / 'package.json').read_text(encoding='utf-8'))


def sources():
    return [PACKAGE / f'{name}.js' for name in SETS] + sorted((PACKAGE / 'lib').glob('*.js'))


def test_contents(world):
    """What should be in it, and no more."""
    wanted = {'LICENSE', 'package.json', 'icons/virtual-battery.svg'}
    wanted |= {path.name for path in PACKAGE.glob('*.md')}
    wanted |= {f'{name}.{kind}' for name in SETS for kind in ('js', 'html')}
    wanted |= {f'locales/{language}/{name}.{kind}' for language in LANGUAGES for name in SETS
               for kind in ('json', 'html')}
    wanted |= {f'lib/{path.name}' for path in (PACKAGE / 'lib').glob('*.js')}
    wanted |= {f'examples/{path.name}' for path in (PACKAGE / 'examples').glob('*.json')}
    equal(pack(world.new_folder('pack'))[1], sorted(wanted), 'the files')


def test_manifest(_world):
    package = manifest()
    equal(package['name'], NAME)
    equal(package['engines'], {'node': '>=14'})
    equal(package['node-red']['version'], '>=3.0.2')
    equal(package['node-red']['nodes'], {name: f'{name}.js' for name in sorted(SETS, key=list(
        package['node-red']['nodes']).index)})
    assert 'node-red' in package['keywords'], package['keywords']
    for key in ('dependencies', 'peerDependencies', 'optionalDependencies', 'scripts'):
        assert key not in package, key
    version = re.search(r"version: '([^']+)'", (SOURCE_ROOT / 'meson.build').read_text()).group(1)
    equal(package['version'], version)
    equal((PACKAGE / 'LICENSE').read_text(), (SOURCE_ROOT / 'LICENSE').read_text())


def test_runs_on_node_14(_world):
    scripts = []
    for path in sources():
        equal(NEWER_THAN_NODE_14.findall(path.read_text(encoding='utf-8')), [], str(path))
        scripts.append(str(path))
    done = subprocess.run(['node', '-e', PARSE, *scripts], capture_output=True, text=True, check=False,
                          env=dict(os.environ))
    equal((done.returncode, done.stderr), (0, ''))


def keys(texts, prefix=''):
    for name, value in texts.items():
        if isinstance(value, dict):
            yield from keys(value, f'{prefix}{name}.')
        else:
            assert value.strip(), prefix + name
            yield prefix + name


def test_languages(_world):
    """Every text that a dialog asks for is there, in each language, and no other."""
    for name in SETS:
        page = (PACKAGE / f'{name}.html').read_text(encoding='utf-8')
        asked = set(re.findall(r'data-i18n="(?:\[\w+\])?([\w.-]+)"', page))
        asked |= set(re.findall(r"'(virtual-battery[\w-]*\.[\w.]+)'", page)) - {'virtual-battery.svg'}
        for language in LANGUAGES:
            folder = PACKAGE / 'locales' / language
            texts = json.loads((folder / f'{name}.json').read_text(encoding='utf-8'))
            equal(sorted(keys(texts)), sorted(asked), f'{language} {name}')
            spoken = (folder / f'{name}.html').read_text(encoding='utf-8')
            node_type = re.search(r'data-template-name="([^"]+)"', page).group(1)
            assert f'data-help-name="{node_type}"' in spoken, (language, name)


def test_icon(_world):
    for name in ('virtual-battery', 'virtual-battery-events'):
        page = (PACKAGE / f'{name}.html').read_text(encoding='utf-8')
        assert (PACKAGE / 'icons' / re.search(r"icon: '([^']+)'", page).group(1)).exists(), name


harness.main(globals())
