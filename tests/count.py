#!/usr/bin/python3
"""Adds up the JUnit logs of Meson, every TAP point a test, and closes with `N passed, N failed`.

What was skipped has not been shown to work: it counts as failed. So does a log that is not there, a
program that ended wrongly, and a run of no test at all. NAME=STATUS in place of a log is a test by itself,
which passed with 0.

    count.py LOG|NAME=STATUS …
    count.py --self-test
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

# What a test printed stands there as it came, but XML has no place for these: the colours of a browser's
# complaint would hide every other result.
CONTROL = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f]')


def read(path):
    text = path.read_text(encoding='utf-8', errors='replace')
    return ElementTree.fromstring(CONTROL.sub('', text).encode())


def points(path):
    """Returns: how many passed, and (program, point) of those that did not"""
    passed, failed = 0, []
    for suite in read(path).iter('testsuite'):
        for case in suite.iter('testcase'):
            if case.find('failure') is not None or case.find('error') is not None:
                failed.append((suite.get('name'), case.get('name')))
            elif case.find('skipped') is not None:
                failed.append((suite.get('name'), f'{case.get("name")} (skipped)'))
            else:
                passed += 1
    return passed, failed


def ended_wrongly(path, known):
    """Programs of which no point failed, but that crashed, leaked or ended too early: of that the points
    say nothing. @known: those of which some did"""
    for line in path.with_name('testlog.json').read_text(encoding='utf-8').splitlines():
        program = json.loads(line)
        if program['result'] != 'OK' and not any(name.endswith(program['name']) for name in known):
            yield program['name'], f'{program["result"]}, status {program["returncode"]}'


def count(names):
    """Returns: how many passed, and a line for each that did not"""
    passed, failed = 0, []
    for name in names:
        single, is_single, status = name.partition('=')
        path = pathlib.Path(name)
        if is_single:
            passed += status == '0'
            failed += [single] if status != '0' else []
        elif not path.exists():
            failed.append(f'{name}: no such log')
        else:
            right, wrong = points(path)
            wrong += ended_wrongly(path, {program for program, _ in wrong})
            passed += right
            failed += [f'{name}: {program}: {point}' for program, point in wrong]
    if not passed:
        failed.append('no test ran')
    return passed, failed


# What a program prints, how it ends, and how many points are then counted as passed and as failed.
PROGRAMS = {
    'right': (r'1..2\nok 1 a\nok 2 b\n', 'exit 0', 2, 0),
    'wrong': (r'1..2\nok 1 a\nnot ok 2 b\n', 'exit 1', 1, 1),
    'skips': (r'1..2\nok 1 a\nok 2 b # SKIP no tool\n', 'exit 0', 1, 1),
    'leaks': (r'1..2\nok 1 a\nok 2 b\n', 'exit 23', 2, 1),
    'crashes': (r'1..2\nok 1 a\n', 'kill -ABRT $$', 1, 1),
    'bails-out': (r'1..2\nok 1 a\nBail out! that is all\n', 'exit 0', 1, 1),
    'stops-early': (r'1..2\nok 1 a\n', 'exit 0', 1, 1),
    'colours': (r'1..1\n# \033[31mred\033[0m\nok 1 a\n', 'exit 0', 1, 0),
}


def self_test():
    """Returns: what the count of a real run of Meson is wrong about"""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        definition = "project('p')\n"
        for name, (text, end, _, _) in PROGRAMS.items():
            (root / f'{name}.sh').write_text(f"printf '{text}'\n{end}\n")
            definition += f"test('{name}', find_program('sh'), args: files('{name}.sh'), protocol: 'tap')\n"
        (root / 'meson.build').write_text(definition)
        subprocess.run(['meson', 'setup', root / 'b', root], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(['meson', 'test', '-C', root / 'b'], check=False, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        log = root / 'b/meson-logs/testlog.junit.xml'
        passed, failed = count([str(log), 'lint=0', 'other=3', str(root / 'none')])
    wanted = 1 + sum(row[2] for row in PROGRAMS.values())
    lines = [] if passed == wanted else [f'{passed} passed, not {wanted}']
    for name, row in PROGRAMS.items():
        found = sum(f': {name}: ' in line or f'{name}: ' in line for line in failed)
        lines += [] if found == row[3] else [f'{name}: {found} failed, not {row[3]}']
    lines += [] if len(failed) == 2 + sum(row[3] for row in PROGRAMS.values()) else ['\n'.join(failed)]
    return lines


def main():
    if sys.argv[1:] == ['--self-test']:
        lines = self_test()
        print('\n'.join(lines) or 'ok')
        sys.exit(bool(lines))
    passed, failed = count(sys.argv[1:])
    if failed:
        print('\nFailed:')
        print('\n'.join(f'  {line}' for line in failed))
    print(f'\n{passed} passed, {len(failed)} failed')
    sys.exit(bool(failed))


if __name__ == '__main__':
    main()
