#!/usr/bin/python3
"""Holds what comments and documents cite: the repository alone. A document that is named is there, a
heading that is named (`docs/venus.md, "Values on the bus"`) is one of it, a file of src that a page names
is there (`src/core/value.c`, or `core/value` for both of its files), and no section of a document
is cited by number. Comments of src are no wider than 100 columns.

    check-docs.py SOURCE_ROOT
    check-docs.py --self-test
"""
import pathlib
import re
import sys
import tempfile

WIDTH = 100
FOLDERS = ('src', 'tests', 'docs', 'data', 'service', 'nodered', 'README.md', 'CONTRIBUTING.md', 'dev')
TEXT = {'.c', '.h', '.py', '.sh', '.js', '.md', '.ini', '.build', '.html', '.css', '.conf', '.in', ''}
SELF = pathlib.Path(__file__).name

# A string, a character and a comment of C: what looks like a comment within a string is none.
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.S)
NUMBERED = re.compile(r'[\w-]*\.?\w*,? ?§ ?[\d.]*')
DOCUMENT = re.compile(r'\bdocs/((?:[\w-]+/)?[\w-]+\.md)')
HEADINGS = re.compile(r'\b([\w-]+\.md)\)?, ((?:"[^"\n]+"(?:, | and )?)+)|((?:"[^"\n]+"(?:, | and )?)+) in docs/([\w-]+\.md)')
SOURCE = re.compile(r'`(?:src/)?((?:base|core|json|bus|venus|http|web|config|state|doctor)/[a-z-]+)(?:\.[ch])?`')
QUOTED = re.compile(r'"([^"]+)"')


def files_of(root):
    for name in FOLDERS:
        path = root / name
        for file in [path] if path.is_file() else sorted(path.rglob('*')):
            if file.is_file() and file.suffix in TEXT and not {'node_modules', 'corpus'} & set(file.parts) \
                    and file.name != SELF:
                try:
                    yield file, file.read_text(encoding='utf-8')
                except UnicodeDecodeError:
                    continue


def comments_of(text):
    return [match for match in TOKEN.finditer(text) if match.group().startswith('/')]


def joined(text):
    """@text without the line ends within a sentence, and what begins a line of a comment."""
    return re.sub(r'[ \t]*\n[ \t]*(?:\*(?!/)|//|#)?[ \t]*', ' ', text)


def headings_of(root):
    return {file.name: set(re.findall(r'^#+ (.+?)\s*$', file.read_text(encoding='utf-8'), re.M))
            for file in (root / 'docs').glob('*.md')}


def check(root):
    headings, problems = headings_of(root), []
    for file, text in files_of(root):
        own = file.relative_to(root)
        for number, line in enumerate(text.split('\n'), 1):
            for found in NUMBERED.findall(line):
                problems.append(f'{own}:{number}: cites "{found.strip()}"')
        sentences = joined(text)
        for name in DOCUMENT.findall(sentences):
            if not (root / 'docs' / name).exists():
                problems.append(f'{own}: docs/{name} is not there')
        for before, behind, quoted, name in HEADINGS.findall(sentences):
            for heading in QUOTED.findall(behind or quoted):
                if (before or name) in headings and heading not in headings[before or name]:
                    problems.append(f'{own}: docs/{before or name} has no heading "{heading}"')
        for name in SOURCE.findall(text) if file.suffix == '.md' else ():
            if not any((root / 'src' / (name + end)).exists() for end in ('.c', '.h')):
                problems.append(f'{own}: src/{name} is not there')
        if own.parts[0] == 'src' and file.suffix in ('.c', '.h'):
            lines = text.split('\n')
            wide = {number for match in comments_of(text)
                    for number in range(text.count('\n', 0, match.start()), text.count('\n', 0, match.end()) + 1)
                    if len(lines[number]) > WIDTH}
            problems += [f'{own}:{number + 1}: a comment of {len(lines[number])} columns' for number in sorted(wide)]
    return problems


DOCS = {'docs/venus.md': '# Venus\n\n## Values on the bus\n\n## Joining\n'}
BAD_TREES = {
    'README.md: src/core/gone is not there': {'README.md': '`core/gone` and `src/core/gone.c`\n'},
    'src/a.c:1: cites "contract §1.8"': {'src/a.c': '/* A name (contract §1.8). */\n'},
    'tests/a.py:2: cites "as §5"': {'tests/a.py': '"""x\nas §5 has it"""\n'},
    'docs/design.md is not there': {'src/a.c': '/* See docs/design.md. */\n'},
    'docs/recipes/a.md is not there': {'README.md': 'See docs/recipes/a.md.\n'},
    'has no heading "Value of the bus"': {'src/a.h': '/* docs/venus.md, "Value of\n   the bus" */\n'},
    'has no heading "Leaving"': {'src/a.h': '/** docs/venus.md, "Joining" and\n * "Leaving". */\n'},
    'has no heading "Gone"': {'src/a.h': '/** See "Gone" in\n * docs/venus.md. */\n'},
    'src/a.c:2: a comment of 101 columns': {'src/a.c': 'int a;\n/* ' + 'x' * 95 + ' */\n'},
}
GOOD_TREE = {
    'src/a.c': '/* docs/venus.md, "Values on\n * the bus": ' + 'ä' * 80 + ' */\n'
               'char *a = "/* a string of more than a hundred columns is none that a comment has to keep to ' + 'x' * 20 + '";\n',
    'docs/b.md': 'See [venus.md](venus.md), "Joining".\n',
}


def self_test():
    def problems_of(tree):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {**DOCS, **tree}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding='utf-8')
            return check(root)

    failures = [f'{wanted}: got {problems_of(tree)}' for wanted, tree in BAD_TREES.items()
                if not any(wanted in problem for problem in problems_of(tree))]
    if problems_of(GOOD_TREE):
        failures.append(f'good tree: got {problems_of(GOOD_TREE)}')
    return failures


def main():
    problems = self_test() if sys.argv[1:] == ['--self-test'] else check(pathlib.Path(sys.argv[1]))
    print('\n'.join(problems) or 'ok')
    sys.exit(bool(problems))


if __name__ == '__main__':
    main()
