#!/usr/bin/python3
"""The packed corpora: what goes in comes out again, in Python and in C, and each is as corpus.py writes it.

    check-corpus.py ECHO CORPUS…
"""
import pathlib
import subprocess
import sys
import tempfile

import corpus

AWKWARD = {'empty': b'', 'all': bytes(range(256)), 'backwards': bytes(range(255, -1, -1)), 'spaces': b'  a  ',
           'space': b' ', 'line': b'\n', 'backslash': b'\\', 'escapes': rb'\\n\x0a\n', 'sign': b'=a=', 'comment': b'# a',
           'digits': b'\x000', 'utf-8': '{"Näme": "€"}'.encode()}
WRONG = ['a=\\', 'a=\\x', 'a=\\x0', 'a=\\xgg', 'a=\\q', 'a', '=a']


def echo(program, path):
    """What replay.c makes of the inputs of @path, by their names"""
    said = subprocess.run([program, path], stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    names, bodies = said[0:-2:2], said[1:-2:2]
    return {name.removeprefix(f'# {path}: '): bytes.fromhex(body) for name, body in zip(names, bodies)}


def is_refused(program, path):
    try:
        corpus.read(path)
        return False
    except ValueError:
        return subprocess.run([program, path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              check=False).returncode != 0


def survives(program, folder):
    """Packed, read by both, and unpacked again."""
    path, unpacked = folder / 'packed.txt', folder / 'unpacked'
    corpus.write(path, AWKWARD)
    corpus.unpack(path, unpacked)
    corpus.pack(unpacked, folder / 'again.txt')
    assert corpus.read(path) == AWKWARD
    assert echo(program, path) == AWKWARD
    assert {file.name: file.read_bytes() for file in unpacked.iterdir()} == AWKWARD
    assert (folder / 'again.txt').read_bytes() == path.read_bytes()


def refuses(program, folder):
    path = folder / 'wrong.txt'
    for line in WRONG:
        path.write_text(line + '\n')
        assert is_refused(program, path), line


def is_as_written(program, path, folder):
    """A file that is committed: packed again it is the same."""
    inputs = corpus.read(path)
    again = folder / path.name
    again.write_text('\n'.join(corpus.parse(path)[0] + ['']))
    corpus.write(again, inputs)
    assert again.read_bytes() == path.read_bytes()
    assert echo(program, path) == inputs


def main():
    program, paths = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
    print(f'1..{2 + len(paths)}', flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        survives(program, folder)
        print('ok 1 - what is packed comes out again')
        refuses(program, folder)
        print('ok 2 - what is no such file is refused')
        for number, path in enumerate(paths, 3):
            is_as_written(program, path, folder)
            print(f'ok {number} - {path.name}: {len(corpus.read(path))} inputs', flush=True)


if __name__ == '__main__':
    main()
