#!/usr/bin/python3
"""What gcovr found, by layer, against what is asked of each; then every line that no test reaches. Each
file that has such lines is spoken of in COVERAGE.md.

    coverage.py GCOVR_JSON
"""
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WANTED = {'src/core': 95, 'src/http': 95, 'src/json': 95, 'src/web': 95, 'src': 90}
EXPLANATIONS = ROOT / 'tests' / 'COVERAGE.md'


def percent(lines):
    return 100 * sum(line['count'] > 0 for line in lines) / len(lines)


def main():
    files = {file['file']: [line for line in file['lines'] if not line.get('gcovr/noncode')]
             for file in json.loads(pathlib.Path(sys.argv[1]).read_text())['files']}
    failed = False
    for layer, wanted in WANTED.items():
        found = percent([line for name, lines in files.items() if name.startswith(layer + '/') for line in lines])
        failed = failed or found < wanted
        print(f'{layer:9} {found:5.1f} % of the lines, asked for are {wanted} %')

    explained = set(re.findall(r'`(src/[\w./-]+)`', EXPLANATIONS.read_text(encoding='utf-8')))
    for name, lines in sorted(files.items()):
        source = (ROOT / name).read_text(encoding='utf-8').splitlines()
        missed = sorted({line['line_number'] for line in lines if line['count'] == 0})
        for number in missed:
            print(f'{name}:{number}: {source[number - 1].strip()}')
        if missed and name not in explained:
            print(f'{name}: not explained in {EXPLANATIONS.relative_to(ROOT)}')
            failed = True
    sys.exit(failed)


if __name__ == '__main__':
    main()
