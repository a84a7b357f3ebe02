#!/usr/bin/python3
"""The JSON gate against Python's parser, made strict: both must agree on every document, the committed
ones, generated ones, and what becomes of either by mutation.

    check-gate.py DRIVER CORPUS [DOCUMENTS [SEED]]
"""
import json
import pathlib
import random
import subprocess
import sys

import corpus as packed

DEEPEST = 8
LARGEST = 2 ** 53
TOKENS = [b'{', b'}', b'[', b']', b':', b',', b'"', b'\\', b'/', b'null', b'true', b'false', b'NaN', b'Infinity',
          b'-', b'+', b'.', b'0', b'00', b'01', b'1e', b'1E+5', b'-0', b'1.', b'.5', b'1e999', b'0x10', b'9007199254740992',
          b'9007199254740993', b'-9007199254740993', b'1e-999', b'1.7976931348623159e308', b'\\u0000', b'\\u00e9',
          b'\\ud800', b'\\udc00', b'\\ud83d\\ude00', b'\\ud83d\\u0041', b'\\udbff\\udfff', b'\\ud800\\ue000',
          b'\\udc00\\ud800', b'\\x', b'\\', b"'", b'//', b'/* */', b'#',
          b'\xef\xbb\xbf', b'\x00', b'\x01', b'\x1f', b'\x7f', b'\xc3\xa9', b'\xff', b'\xc0\x80', b'\xed\xa0\x80',
          b'\xf4\x90\x80\x80', b'\xf0\x9f\x98\x80', b'\xc2\xa0', b'\xe2\x80\xa8', b' ', b'\t', b'\n', b'\r', b'\v', b'\f',
          b'"a":1,"a":2', b'"\\u0061":1', b'[[[[[[[[', b']]]]]]]]', b'\xe2\x80\x9c', b'\xd9\xa1', b'\xef\xbc\x91']
STRINGS = ['', 'Soc', 'Voltage', 'a', 'a', 'b', 'é', '\u20ac', '\U0001f600', 'x' * 70, 'a"b', 'a\\b', 'a/b', '\t\n', '\x7f',
           '\ufeff', '\u2028']


class Refused(Exception):
    """What the strict parser says no to, beside what Python's own does."""


def no_constant(text):
    raise Refused('syntax')


def find_offences(value, depth, found):
    """What Python lets through: `depth` and `surrogate` count as no JSON, the others as a value that is none. A name
    may stand twice, and hold a NUL: whether it is one of ours is not for the gate to say."""
    if isinstance(value, (list, Object)):
        if depth == DEEPEST:
            found.add('depth')
            return
        if isinstance(value, Object):
            in_names = set()
            for name, _ in value:
                find_offences(name, depth + 1, in_names)
            found |= in_names - {'nul'}
        for item in ([item for _, item in value] if isinstance(value, Object) else value):
            find_offences(item, depth + 1, found)
    elif isinstance(value, str):
        if '\0' in value:
            found.add('nul')
        if any('\ud800' <= character <= '\udfff' for character in value):
            found.add('surrogate')
    elif isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > LARGEST:
            found.add('number')
    elif isinstance(value, float) and value in (float('inf'), float('-inf')):
        found.add('number')


class Object(list):
    """The members of an object, in order, with those that stand there twice."""


def expected(document):
    """`ok`, `not JSON` (400) or `faulty`: a value in it is none"""
    try:
        text = document.decode('utf-8')
        if text.startswith('\ufeff'):
            return 'not JSON'
        value = json.loads(text, parse_constant=no_constant, object_pairs_hook=Object)
    except (UnicodeDecodeError, ValueError, Refused, RecursionError):
        return 'not JSON'
    found = set()
    find_offences(value, 0, found)
    if found & {'depth', 'surrogate'}:
        return 'not JSON'
    return 'faulty' if found else 'ok'


MEANINGS = {'ok': 'ok', 'syntax': 'not JSON', 'depth': 'not JSON', 'faulty': 'faulty'}


def space(chance):
    return chance.choice(('', '', '', ' ', '\n', '\t', '\r\n', '  '))


def number(chance):
    kind = chance.random()
    if kind < 0.3:
        return str(chance.randint(-200, 200))
    if kind < 0.6:
        return repr(chance.uniform(-1000, 1000))
    if kind < 0.7:
        return str(chance.choice((-1, 1)) * (LARGEST + chance.randint(-2, 2)))
    if kind < 0.8:
        return f'{chance.randint(-9, 9)}e{chance.choice("+-") if chance.random() < .5 else ""}{chance.randint(0, 320)}'
    if kind < 0.9:
        return f'{chance.randint(0, 9)}.{"0" * chance.randint(0, 30)}{chance.randint(0, 10 ** 20)}'
    return chance.choice(('-0', '0', '-0.0', '0e0', '1E400', '1' * 30, '0.' + '3' * 50))


def string(chance):
    # At the edges of the halves of a pair.
    if chance.random() < 0.1:
        units = (chance.choice((0, 0x41, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000)) for _ in range(chance.randint(1, 3)))
        return '"' + ''.join(f'\\u{unit:04x}' for unit in units) + '"'
    text = chance.choice(STRINGS)
    return json.dumps(text, ensure_ascii=chance.random() < 0.5)


def value(chance, depth):
    kind = chance.random()
    # Now and then beyond the limit.
    if depth > 0 and kind < 0.35:
        members = (f'{space(chance)}{string(chance)}{space(chance)}:{value(chance, depth - 1)}'
                   for _ in range(chance.randint(0, 4)))
        return f'{space(chance)}{{{",".join(members) or space(chance)}}}{space(chance)}'
    if depth > 0 and kind < 0.55:
        items = (value(chance, depth - 1) for _ in range(chance.randint(0, 4)))
        return f'{space(chance)}[{",".join(items) or space(chance)}]{space(chance)}'
    if kind < 0.75:
        return space(chance) + number(chance) + space(chance)
    if kind < 0.9:
        return space(chance) + string(chance) + space(chance)
    return space(chance) + chance.choice(('true', 'false', 'null'))


def nested(chance):
    depth = chance.randint(6, 11)
    opening, closing = chance.choice((('[', ']'), ('{"a":', '}')))
    return opening * depth + '1' + closing * depth


def mutate(chance, document, others):
    document = bytearray(document)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        at = chance.randint(0, len(document))
        end = min(len(document), at + chance.choice((0, 1, 1, 2, 8)))
        kind = chance.random()
        if kind < 0.4:
            document[at:end] = chance.choice(TOKENS)
        elif kind < 0.6:
            del document[at:end]
        elif kind < 0.75 and document:
            document[at % len(document)] = chance.randrange(256)
        elif kind < 0.9:
            document[at:at] = document[at:end]
        else:
            other = chance.choice(others)
            document[at:] = other[chance.randint(0, len(other)):]
    return bytes(document)


def documents(chance, corpus, count):
    yield from corpus
    for _ in range(count - len(corpus)):
        kind = chance.random()
        if kind < 0.1:
            yield mutate(chance, nested(chance).encode(), corpus) if kind < 0.05 else nested(chance).encode()
            continue
        document = (chance.choice(corpus) if kind < 0.4
                    else value(chance, chance.choice((1, 2, 3, 9))).encode('utf-8', 'surrogatepass'))
        yield mutate(chance, document, corpus) if chance.random() < 0.7 else document


def judge(driver, batch):
    said = subprocess.run([driver], input=b''.join(b'%d\n%s' % (len(document), document) for document in batch),
                          stdout=subprocess.PIPE, check=True).stdout.decode().split()
    if len(said) != len(batch):
        raise RuntimeError(f'{len(said)} answers to {len(batch)} documents')
    return said


def compare(driver, corpus, count, seed):
    """Returns: how often each answer was given, and what was judged wrongly"""
    batch = list(documents(random.Random(seed), corpus, count))
    counts, wrong = {}, []
    for document, said in zip(batch, judge(driver, batch)):
        wanted = expected(document)
        counts[wanted] = counts.get(wanted, 0) + 1
        if MEANINGS[said] != wanted:
            wrong.append(f'{document!r}: the gate says {said}, Python {wanted}')
    return counts, wrong


def main():
    sys.set_int_max_str_digits(0)
    driver = sys.argv[1]
    corpus = list(packed.read(pathlib.Path(sys.argv[2])).values())
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10000
    seeds = [int(sys.argv[4])] if len(sys.argv) > 4 else [1, random.SystemRandom().randrange(10 ** 9)]
    print(f'1..{len(seeds)}', flush=True)
    failed = False
    for i, seed in enumerate(seeds, 1):
        counts, wrong = compare(driver, corpus, count // len(seeds), seed)
        for line in wrong[:10]:
            print('#', line)
        # Where an answer is never given, nothing has been compared.
        good = not wrong and len(counts) == 3 and min(counts.values()) > count // len(seeds) // 50
        failed = failed or not good
        print('ok' if good else 'not ok', f'{i} - seed {seed}:', ', '.join(f'{n} {word}' for word, n in sorted(counts.items())))
    sys.exit(failed)


if __name__ == '__main__':
    main()
