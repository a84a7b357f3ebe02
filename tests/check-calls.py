#!/usr/bin/python3
"""Holds the call graph: read from the symbols of the object files, it has no circle between the files of
a folder or between folders, and a folder calls only what folders.py lets it know.

    check-calls.py BUILD_ROOT
    check-calls.py --self-test
"""
import pathlib
import re
import subprocess
import sys
import tempfile

from folders import find_cycle, may_know

# src/libcore.a.p/core_value.c.o, src/dbus-virtual-battery.p/main.c.o
OBJECT = re.compile(r'(?:(?P<folder>[a-z]+)_)?(?P<name>[a-z-]+)\.c\.o$')


def read_symbols(objects):
    """What each file defines and what it takes from others: {file: (defined, wanted)}."""
    output = subprocess.check_output(['nm', '-A', '--extern-only', *objects], text=True)
    files = {}
    for line in output.splitlines():
        path, _, rest = line.partition(':')
        match = OBJECT.search(pathlib.Path(path).name)
        if not match:
            continue
        file = f"{match['folder'] or 'main'}/{match['name']}"
        defined, wanted = files.setdefault(file, (set(), set()))
        kind, symbol = rest.split()[-2:]
        (wanted if kind == 'U' else defined).add(symbol)
    return files


def find_problems(files):
    home = {symbol: file for file, (defined, _) in files.items() for symbol in defined}
    graph = {file: {home[symbol] for symbol in wanted if symbol in home} - {file}
             for file, (_, wanted) in files.items()}
    folders, problems = {}, []
    for file, targets in sorted(graph.items()):
        folder = file.split('/')[0]
        for target in sorted(targets):
            other = target.split('/')[0]
            if not may_know(folder, target):
                symbols = sorted(files[file][1] & files[target][0])
                problems.append(f'{file}: {folder} must not call {target} ({symbols[0]})')
            if other != folder:
                folders.setdefault(folder, set()).add(other)
    for what, cycle in (('files', find_cycle(graph)), ('folders', find_cycle(folders))):
        if cycle:
            problems.append(f'circle of {what}: ' + ' → '.join(cycle))
    return problems


def check(build):
    objects = [str(path) for path in sorted((build / 'src').glob('*.p/*.c.o'))
               if not path.name.startswith('meson-generated')]
    if not objects:
        return [f'{build}: no object files']
    return find_problems(read_symbols(objects))


PLANTED = {
    'circle of files': {'core_a.c': 'void b (void); void a (void) { b (); }',
                        'core_b.c': 'void a (void); void b (void) { a (); }'},
    'circle of folders': {'bus_a.c': 'void b (void); void a (void) { b (); } void c (void) {}',
                          'venus_b.c': 'void b (void) {} void c (void); void d (void) { c (); }'},
    'core must not call http/b (b)': {'core_a.c': 'void b (void); void a (void) { b (); }',
                                      'http_b.c': 'void b (void) {}'},
    '': {'main.c': 'void a (void); int main (void) { a (); return 0; }', 'core_a.c': 'void a (void) {}'},
}


def self_test():
    failures = []
    for wanted, sources in PLANTED.items():
        with tempfile.TemporaryDirectory() as folder:
            objects = pathlib.Path(folder) / 'src' / 'x.p'
            objects.mkdir(parents=True)
            for name, text in sources.items():
                subprocess.run(['cc', '-x', 'c', '-', '-c', '-o', objects / (name + '.o')], input=text, text=True,
                               check=True)
            problems = check(pathlib.Path(folder))
        if not any(wanted in problem for problem in problems) if wanted else problems:
            failures.append(f'{wanted or "good"}: got {problems}')
    return failures


def main():
    problems = self_test() if sys.argv[1:] == ['--self-test'] else check(pathlib.Path(sys.argv[1]))
    print('\n'.join(problems) or 'ok')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
