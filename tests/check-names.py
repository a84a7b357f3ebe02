#!/usr/bin/python3
"""Holds that a public function stands where its name says: it is declared in the header, and defined in
the file, of which it has the name (with or without the folder's), or of which it has a type.

    check-names.py SOURCE_ROOT
    check-names.py --self-test
"""
import pathlib
import re
import sys
import tempfile

DECLARED = re.compile(r'^(?!static|typedef|#|\s)(?:[\w *]*?\b)?(vb_\w+) \(', re.M)
INLINE = re.compile(r'^static inline [\w *]+\n(vb_\w+) \(', re.M)
TYPE = re.compile(r'^(?:\} |typedef struct _\w+ |typedef [\w *]+\(\*|G_DECLARE_FINAL_TYPE \()(Vb\w+)', re.M)
FUNCTIONS = re.compile(r'^G_DEFINE_\w+ \((?:\w+, )?(vb_\w+)', re.M)

# A name that is said in every second line is allowed to be short.
SHORT = {'json/writer.h': 'vb_json'}


def snake(name):
    return re.sub(r'(?<=[a-z0-9])(?=[A-Z])', '_', name).lower()


def prefixes(header, text):
    folder, stem = header.parent.name, header.stem.replace('-', '_')
    names = {f'vb_{stem}', f'vb_{folder}_{stem}', *(snake(name) for name in TYPE.findall(text))}
    if folder == stem:
        names.add(f'vb_{folder}')
    if f'{folder}/{header.name}' in SHORT:
        names.add(SHORT[f'{folder}/{header.name}'])
    return names


def check(root):
    problems = []
    for header in sorted(root.rglob('*.h')):
        text = header.read_text(encoding='utf-8')
        allowed = prefixes(header, text)
        source = header.with_suffix('.c')
        body = source.read_text(encoding='utf-8') if source.exists() else ''
        made = {f'{name}_{end}' for name in FUNCTIONS.findall(body) for end in ('quark', 'get_type')}
        made |= set(INLINE.findall(text))
        for name in DECLARED.findall(text):
            if not any(name == prefix or name.startswith(prefix + '_') for prefix in allowed):
                problems.append(f'{header.relative_to(root)}: nothing in the file predicts {name}')
            elif name not in made and not re.search(rf'^{name} \(', body, re.M):
                problems.append(f'{header.relative_to(root)}: {name} is not defined in {source.name}')
    return problems


HEADER = 'void vb_cell_add (void);\n'
TREES = {
    '': {'core/cell.h': HEADER, 'core/cell.c': 'void\nvb_cell_add (void)\n{\n}\n'},
    'nothing in the file predicts vb_cell_add': {'core/pack.h': HEADER, 'core/pack.c': 'vb_cell_add (void)\n'},
    'vb_cell_add is not defined in cell.c': {'core/cell.h': HEADER, 'core/other.c': 'vb_cell_add (void)\n'},
}


def self_test():
    failures = []
    for wanted, tree in TREES.items():
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in tree.items():
                (root / name).parent.mkdir(exist_ok=True)
                (root / name).write_text(text)
            problems = check(root)
        if problems if not wanted else not any(wanted in problem for problem in problems):
            failures.append(f'{wanted or "good"}: got {problems}')
    return failures


def main():
    problems = self_test() if sys.argv[1:] == ['--self-test'] else check(pathlib.Path(sys.argv[1]) / 'src')
    print('\n'.join(problems) or 'ok')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
