#!/usr/bin/python3
r"""The corpora: one file for each target, one input a line, so that a change of them can be read.

A line is NAME=TEXT. TEXT is the input; in place of a backslash, of what is not printable ASCII and of a
space at the end stands \\, \n, \r, \t or \xNN. Lines are in the order of the names, each name once. A line
that begins with # is for people. replay.c reads these files, too.

    corpus.py unpack FILE FOLDER    each input into a file of its own
    corpus.py pack FOLDER FILE      and back; the lines for people stay
"""
import pathlib
import re
import sys

NAME = re.compile(r'[0-9A-Za-z][0-9A-Za-z._-]*')
SHORT = {ord('\\'): r'\\', ord('\n'): r'\n', ord('\r'): r'\r', ord('\t'): r'\t'}
LONG = {text[1]: byte for byte, text in SHORT.items()}
ESCAPE = re.compile(r'\\(?:([\\nrt])|x([0-9a-f]{2}))|([^\\])')


def escape(data):
    """Returns: @data as it stands in a line"""
    text = ''.join(SHORT.get(byte) or (chr(byte) if 0x20 <= byte < 0x7f else f'\\x{byte:02x}') for byte in data)
    return text[:-1] + r'\x20' if text.endswith(' ') else text


def unescape(text):
    data, at = bytearray(), 0
    while at < len(text):
        match = ESCAPE.match(text, at)
        if match is None:
            raise ValueError(f'no such escape: {text[at:at + 4]}')
        short, digits, plain = match.groups()
        data.append(LONG[short] if short else int(digits, 16) if digits else ord(plain))
        at = match.end()
    return bytes(data)


def parse(path):
    """Returns: the lines for people, and a dictionary of inputs by their names"""
    comments, inputs = [], {}
    for line in filter(None, path.read_text(encoding='ascii').split('\n')):
        name, sign, text = line.partition('=')
        if line.startswith('#'):
            comments.append(line)
        elif not sign or not NAME.fullmatch(name) or name in inputs:
            raise ValueError(f'{path}: not NAME=TEXT, or a name that has been: {line[:60]}')
        else:
            inputs[name] = unescape(text)
    return comments, inputs


def read(path):
    """Returns: a dictionary of inputs by their names"""
    return parse(path)[1]


def write(path, inputs):
    comments = parse(path)[0] if path.exists() else []
    lines = comments + [f'{name}={escape(inputs[name])}' for name in sorted(inputs)]
    path.write_text(''.join(f'{line}\n' for line in lines), encoding='ascii')


def unpack(path, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in read(path).items():
        (folder / name).write_bytes(data)


def pack(folder, path):
    for file in folder.iterdir():
        if not NAME.fullmatch(file.name):
            raise ValueError(f'{file}: no name for an input')
    write(path, {file.name: file.read_bytes() for file in folder.iterdir()})


def main():
    command, source, target = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    {'pack': pack, 'unpack': unpack}[command](source, target)


if __name__ == '__main__':
    main()
