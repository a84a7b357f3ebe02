#!/usr/bin/python3
"""That a built program is hardened: position-independent, relocations read-only and bound at once, no
executable stack, stack protector, checked functions of the C library, no library path of its own.

    check-hardening.py PROGRAM
    check-hardening.py --self-test
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

# What readelf says of it, and what is missing where it does not.
WANTED = (
    (r'Type:\s+DYN \(Position-Independent Executable', 'it is not position-independent'),
    (r'FLAGS_1.*\bPIE\b', 'it is not marked as position-independent'),
    (r'GNU_RELRO', 'its relocations stay writable'),
    (r'FLAGS_1.*\bNOW\b', 'it binds lazily'),
    (r'GNU_STACK(\s+0x\w+){5}\s+RW\s', 'its stack is executable'),
    (r'__stack_chk_fail', 'no stack protector'),
    (r'__\w+_chk@', 'no _FORTIFY_SOURCE'),
)
UNWANTED = ((r'\((RPATH|RUNPATH)\)', 'it brings a library path'),)


def complaints(program):
    text = subprocess.run(['readelf', '-W', '-h', '-l', '-d', '--dyn-syms', program], check=True,
                          capture_output=True, text=True, env={**os.environ, 'LC_ALL': 'C'}).stdout
    return ([said for pattern, said in WANTED if not re.search(pattern, text)]
            + [said for pattern, said in UNWANTED if re.search(pattern, text)])


def self_test():
    """A program with none of it is found out in every point."""
    with tempfile.TemporaryDirectory() as folder:
        source, program = pathlib.Path(folder, 'soft.c'), pathlib.Path(folder, 'soft')
        source.write_text('int main (void) { return 0; }\n')
        subprocess.run([os.environ.get('CC', 'cc'), '-no-pie', '-U_FORTIFY_SOURCE', '-fno-stack-protector',
                        '-Wl,-z,norelro,-z,lazy,-z,execstack,-rpath,/nowhere', '-w', '-o', program,
                        source], check=True, stderr=subprocess.DEVNULL)
        found = complaints(program)
    return [] if len(found) == len(WANTED) + len(UNWANTED) else [f'found only {found}']


if __name__ == '__main__':
    lines = self_test() if sys.argv[1] == '--self-test' else complaints(sys.argv[1])
    print('\n'.join(lines) or 'ok')
    sys.exit(bool(lines))
