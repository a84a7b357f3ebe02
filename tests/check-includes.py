#!/usr/bin/python3
"""Holds the include graph: a DAG of modules (x.c and x.h are one; x-private.h belongs to x), pointing
main → {dbus, http} → core, and each library of the system where it belongs (docs: the design's layers).

    check-includes.py SOURCE_ROOT
    check-includes.py --self-test
"""
import pathlib
import re
import sys
import tempfile

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# What a layer may include of the others. The files of src itself are the layer `main`.
ALLOWED = {'core': {'core'}, 'dbus': {'dbus', 'core'}, 'http': {'http', 'core'},
           'main': {'main', 'core', 'dbus', 'http'}}

# Where a header of the system may be included, and where a name of it may be used.
SYSTEM = {'gio/': {'dbus', 'http', 'main'}, 'json-glib/': {'http'}, 'microhttpd': {'http'}}
WORDS = {r'\b(g_dbus_|GDBus)': {'dbus'}}


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
            if layer(target) not in ALLOWED[layer(own)]:
                problems.append(f'{own}: {layer(own)} must not include {target}')
            if module(target) != module(own):
                edges.add(module(target))
        for word, layers in WORDS.items():
            found = re.search(word, text)
            if found and layer(own) not in layers:
                problems.append(f'{own}: uses {found.group()}')
    return graph, problems


def find_cycle(graph):
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for target in sorted(graph.get(node, ())):
            cycle = visit(target)
            if cycle:
                return cycle
        done.add(path.pop())
        return None

    for start in sorted(graph):
        cycle = visit(start)
        if cycle:
            return cycle
    return None


def check(root):
    graph, problems = read_graph(root)
    cycle = find_cycle(graph)
    if cycle:
        problems.append('cycle: ' + ' → '.join(cycle))
    return problems


BAD_TREES = {
    'cycle': {'core/a.h': '#include "b.h"\n', 'core/b.h': '', 'core/b.c': '#include "a.h"\n'},
    'must not include': {'core/a.c': '#include "http/b.h"\n', 'http/b.h': ''},
    'dbus must not include http': {'dbus/a.c': '#include "http/b.h"\n', 'http/b.h': ''},
    'core must not include config.h': {'core/a.c': '#include "config.h"\n', 'config.h': ''},
    'includes <gio/gio.h>': {'core/a.c': '#include <gio/gio.h>\n'},
    'includes <microhttpd.h>': {'dbus/a.c': '#include <microhttpd.h>\n'},
    'includes <json-glib/json-glib.h>': {'main.c': '#include <json-glib/json-glib.h>\n'},
    'uses g_dbus_': {'http/a.c': 'g_dbus_connection_new ();\n'},
    'not in the tree': {'core/a.c': '#include "gone.h"\n'},
}
GOOD_TREE = {'main.c': '#include "http/a.h"\n', 'http/a.h': '#include "core/c.h"\n',
             'http/a.c': '#include "a.h"\n#include <microhttpd.h>\n', 'core/c.h': '#include <glib.h>\n',
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
