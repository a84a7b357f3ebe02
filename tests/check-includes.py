#!/usr/bin/python3
"""Holds the include graph: a DAG of modules (x.c and x.h are one; x-private.h belongs to x) in which a
folder includes only what folders.py lets it know, and each library of the system stands where it
belongs.

    check-includes.py SOURCE_ROOT
    check-includes.py --self-test
"""
import pathlib
import re
import sys
import tempfile

from folders import ALLOWED, find_cycle, may_know

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Where a header of the system may be included, and where a name of it may be used.
GIO = {'bus', 'venus', 'http', 'web', 'config', 'state', 'doctor', 'main'}
SYSTEM = {'gio/': GIO, 'json-glib/': {'doctor'}, 'microhttpd': {'http', 'web'}}
WORDS = {r'\b(g_dbus_|GDBus)': {'bus', 'venus', 'doctor'}}

# Made by the build: the files of data/ that are compiled in.
GENERATED = {'resources.h'}


def layer(path):
    return path.parts[0] if len(path.parts) > 1 else 'main'


def module(path):
    return str(path.with_name(re.sub(r'(-private)?\.[ch]$', '', path.name)))


def read_graph(root):
    graph, problems = {}, []
    for file in sorted(root.rglob('*.[ch]')):
        own = file.relative_to(root)
        if layer(own) not in ALLOWED:
            problems.append(f'{own}: {layer(own)} is no folder that folders.py knows')
            continue
        text = file.read_text(encoding='utf-8')
        edges = graph.setdefault(module(own), set())
        for kind, name in INCLUDE.findall(text):
            if kind == '<':
                for prefix, layers in SYSTEM.items():
                    if name.startswith(prefix) and layer(own) not in layers:
                        problems.append(f'{own}: includes <{name}>')
                continue
            if name in GENERATED:
                continue
            target = own.parent / name if (file.parent / name).exists() else pathlib.Path(name)
            if not (root / target).exists():
                problems.append(f'{own}: includes "{name}", which is not in the tree')
                continue
            if not may_know(layer(own), f'{layer(target)}/{module(target).split("/")[-1]}'):
                problems.append(f'{own}: {layer(own)} must not include {target}')
            if module(target) != module(own):
                edges.add(module(target))
        for word, layers in WORDS.items():
            found = re.search(word, text)
            if found and layer(own) not in layers:
                problems.append(f'{own}: uses {found.group()}')
    return graph, problems


def check(root):
    graph, problems = read_graph(root)
    cycle = find_cycle(graph)
    if cycle:
        problems.append('cycle: ' + ' → '.join(cycle))
    return problems


BAD_TREES = {
    'cycle': {'core/a.h': '#include "b.h"\n', 'core/b.h': '', 'core/b.c': '#include "a.h"\n'},
    'core must not include http': {'core/a.c': '#include "http/b.h"\n', 'http/b.h': ''},
    'venus must not include web': {'venus/a.c': '#include "web/b.h"\n', 'web/b.h': ''},
    'http must not include core': {'http/a.c': '#include "core/b.h"\n', 'core/b.h': ''},
    'core must not include options.h': {'core/a.c': '#include "options.h"\n', 'options.h': ''},
    'attic is no folder': {'attic/a.c': ''},
    'includes <gio/gio.h>': {'core/a.c': '#include <gio/gio.h>\n'},
    'includes <microhttpd.h>': {'bus/a.c': '#include <microhttpd.h>\n'},
    'includes <json-glib/json-glib.h>': {'main.c': '#include <json-glib/json-glib.h>\n'},
    'uses g_dbus_': {'http/a.c': 'g_dbus_connection_new ();\n'},
    'not in the tree': {'core/a.c': '#include "gone.h"\n'},
}
GOOD_TREE = {'main.c': '#include "web/a.h"\n', 'web/a.h': '#include "core/c.h"\n',
             'web/a.c': '#include "a.h"\n#include <microhttpd.h>\n', 'core/c.h': '#include <glib.h>\n',
             'core/c-private.h': '#include "c.h"\n', 'core/c.c': '#include "c-private.h"\n'}


def self_test():
    def problems_of(tree):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in tree.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return check(root)

    failures = [f'{wanted}: got {problems_of(tree)}' for wanted, tree in BAD_TREES.items()
                if not any(wanted in problem for problem in problems_of(tree))]
    if problems_of(GOOD_TREE):
        failures.append(f'good tree: got {problems_of(GOOD_TREE)}')
    return failures


def main():
    if sys.argv[1:] == ['--self-test']:
        problems = self_test()
    else:
        problems = check(pathlib.Path(sys.argv[1]) / 'src')
    print('\n'.join(problems) or 'ok')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
