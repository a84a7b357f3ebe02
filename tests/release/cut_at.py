"""Runs a command, and does something to it before one of the changes that it makes to files.

cut_at.py STEP SIGNAL COMMAND...: SIGNAL is sent to all that COMMAND has started before its change
number STEP; SIGKILL ends it. With STEP 0 it is only run. Prints, after what COMMAND has printed,
its status, null if it was killed, and the system calls that have changed something.
"""
import ctypes
import json
import os
import signal
import sys

import seccomp

PTRACE_TRACEME, PTRACE_PEEKUSER, PTRACE_CONT, PTRACE_SETOPTIONS = 0, 3, 7, 0x4200
# Children are traced, too, and what the filter names; all ends with the one that traces.
OPTIONS = 0x2 | 0x4 | 0x8 | 0x80 | 0x100000
ORIG_RAX, RDI, RSI, RDX = (8 * register for register in (15, 14, 13, 12))
PTRACE_EVENT_SECCOMP = 7
WALL = 0x40000000

# The calls that change a file system, those that may change one, and the flags with which they do.
CHANGES = ('truncate', 'ftruncate', 'rename', 'renameat', 'renameat2', 'mkdir', 'mkdirat', 'rmdir',
           'creat', 'link', 'linkat', 'unlink', 'unlinkat', 'symlink', 'symlinkat', 'chmod',
           'fchmod', 'fchmodat', 'chown', 'fchown', 'lchown', 'fchownat')
WRITE, OPEN, OPENAT = 1, 2, 257
WRITABLE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


def peek(pid, register):
    return LIBC.ptrace(PTRACE_PEEKUSER, pid, register, None)


def text_at(pid, address):
    with open(f'/proc/{pid}/mem', 'rb', buffering=0) as memory:
        memory.seek(address)
        return memory.read(64)


def changes_a_file(pid):
    """Whether the call before which @pid stands changes what is in /data."""
    call = peek(pid, ORIG_RAX)
    if call == WRITE:
        try:
            return '/data/' in os.readlink(f'/proc/{pid}/fd/{peek(pid, RDI)}')
        except OSError:
            return False
    if call in (OPEN, OPENAT):
        path, flags = (RDI, RSI) if call == OPEN else (RSI, RDX)
        return bool(peek(pid, flags) & WRITABLE
                    and not text_at(pid, peek(pid, path)).startswith(b'/dev/'))
    return True


def start(command, stops):
    """Starts @command, if @stops so that it stops before each call that changes something. Returns:
    process"""
    calls = seccomp.SyscallFilter(seccomp.ALLOW)
    for call in (*CHANGES, 'write', 'open', 'openat') if stops else ():
        calls.add_rule(seccomp.TRACE(1), call)
    # It would wait for all that this machine writes, and what is ended here is no power.
    calls.add_rule(seccomp.ERRNO(0), 'sync')
    process = os.fork()
    if process == 0:
        # What was started in the background of a shell ignores it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        LIBC.ptrace(PTRACE_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        calls.load()
        os.execvp(command[0], command)
    os.waitpid(process, WALL)
    LIBC.ptrace(PTRACE_SETOPTIONS, process, None, OPTIONS if stops else 0)
    LIBC.ptrace(PTRACE_CONT, process, None, None)
    return process


def run_until(command, steps, number):
    """Runs @command, and sends the signal @number to all that it has started before its change
    number @steps: SIGKILL ends it. Returns: its status, None if it was killed, and the calls that
    have changed something"""
    process = start(command, steps > 0)
    traced, calls, result, sent = {process}, [], None, False
    while True:
        try:
            pid, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            return None if sent and number == signal.SIGKILL else result, calls
        if not os.WIFSTOPPED(status):
            traced.discard(pid)
            if pid == process:
                result = os.waitstatus_to_exitcode(status)
            continue
        traced.add(pid)
        received, event = os.WSTOPSIG(status), status >> 16
        if event == PTRACE_EVENT_SECCOMP and changes_a_file(pid):
            calls.append(peek(pid, ORIG_RAX))
        if len(calls) >= steps > 0 and (number == signal.SIGKILL or not sent):
            sent = True
            # The first is what brings the command into the machine; no terminal is before that.
            for other in traced - {process} if number != signal.SIGKILL else traced:
                os.kill(other, number)
        if sent and number == signal.SIGKILL:
            continue
        told = event or received in (signal.SIGTRAP, signal.SIGSTOP)
        LIBC.ptrace(PTRACE_CONT, pid, None, 0 if told else received)


if __name__ == '__main__':
    print(json.dumps(run_until(sys.argv[3:], int(sys.argv[1]), int(sys.argv[2]))))
