#!/usr/bin/python3
"""Adds up the JUnit logs of Meson, every TAP point a test, and closes with `N passed, N failed`.

What was skipped has not been shown to work: it counts as failed. So does a log that is not there, a
program that ended wrongly, and a run of no test at all. NAME=STATUS in place of a log is a test by itself,
which passed with 0.
"""
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

# What a test printed stands there as it came, but XML has no place for these: the colours of a browser's
# complaint would hide every other result.
CONTROL = re.compile('[\x00-\x08\x0b\x0c\x0e-\x1f]')


def read(name):
    text = pathlib.Path(name).read_text(encoding='utf-8', errors='replace')
    return ElementTree.fromstring(CONTROL.sub('', text).encode())


def main():
    passed, failed = 0, []
    for name in sys.argv[1:]:
        single, is_single, status = name.partition('=')
        if is_single and status == '0':
            passed += 1
            continue
        if is_single:
            failed.append(single)
            continue
        if not pathlib.Path(name).exists():
            failed.append(f'{name}: no such log')
            continue
        for suite in read(name).iter('testsuite'):
            for case in suite.iter('testcase'):
                if case.find('failure') is not None or case.find('error') is not None:
                    failed.append(f'{name}: {suite.get("name")}: {case.get("name")}')
                elif case.find('skipped') is not None:
                    failed.append(f'{name}: {suite.get("name")}: {case.get("name")} (skipped)')
                else:
                    passed += 1
    if not passed:
        failed.append('no test ran')
    if failed:
        print('\nFailed:')
        print('\n'.join(f'  {case}' for case in failed))
    print(f'\n{passed} passed, {len(failed)} failed')
    sys.exit(bool(failed))


if __name__ == '__main__':
    main()
