#!/usr/bin/python3
"""Runs a command under the restrictions of system calls that a systemd unit asks for, as systemd
makes them: SystemCallFilter, RestrictAddressFamilies and MemoryDenyWriteExecute.

    confine.py UNIT COMMAND [ARGUMENTS]
"""
import errno
import os
import re
import socket
import subprocess
import sys

import seccomp

WRITE, EXECUTE = 2, 4  # of PROT_
SHM_EXEC = 0o100000


def settings(unit):
    """name → values of the [Service] settings, each as it stands on its own line."""
    found = {}
    for line in open(unit, encoding='utf-8'):
        name, equals, value = line.strip().partition('=')
        if equals and not name.startswith('#'):
            found.setdefault(name, []).append(value)
    return found


def expand(word):
    """The system calls of a set, as systemd has it, or the one that is named."""
    if not word.startswith('@'):
        return {word}
    text = subprocess.run(['systemd-analyze', 'syscall-filter', word], check=True, text=True,
                          capture_output=True).stdout
    members = re.findall(r'^ {4}(@?[a-z0-9_-]+)$', text, re.M)
    assert members, f'systemd knows nothing of {word}'
    return {call for member in members for call in expand(member)}


def allowed_calls(filters):
    """What is left of SystemCallFilter's lines: the first names what is allowed, one with ~ takes
    away."""
    allowed = set()
    for line in filters:
        calls = {call for word in line.lstrip('~').split() for call in expand(word)}
        allowed = allowed - calls if line.startswith('~') else allowed | calls
    return allowed


# What a call is allowed with only; each row is one combination.
def conditions(unit):
    families = [getattr(socket, name) for name in unit['RestrictAddressFamilies'][0].split()]
    assert unit['MemoryDenyWriteExecute'] == ['yes']
    return {
        'socket': [seccomp.Arg(0, seccomp.EQ, family) for family in families],
        'mmap': [seccomp.Arg(2, seccomp.MASKED_EQ, WRITE | EXECUTE, protection)
                 for protection in (0, WRITE, EXECUTE)],
        'mprotect': [seccomp.Arg(2, seccomp.MASKED_EQ, EXECUTE, 0)],
        'pkey_mprotect': [seccomp.Arg(2, seccomp.MASKED_EQ, EXECUTE, 0)],
        'shmat': [seccomp.Arg(2, seccomp.MASKED_EQ, SHM_EXEC, 0)],
    }


def main():
    unit = settings(sys.argv[1])
    rules = conditions(unit)
    found = seccomp.SyscallFilter(defaction=seccomp.ERRNO(errno.EPERM))
    for call in sorted(allowed_calls(unit['SystemCallFilter'])):
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, call) < 0:
            continue  # of another architecture
        for rule in rules.get(call, [None]):
            found.add_rule(seccomp.ALLOW, call, *([rule] if rule else []))
    found.load()
    os.execvp(sys.argv[2], sys.argv[2:])


if __name__ == '__main__':
    main()
