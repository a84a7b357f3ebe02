#!/usr/bin/python3
"""What the headers of the binaries say: static, hardened, for the oldest machine. Environment:
WORK, what ./dev release left."""
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from harness import equal  # noqa: E402

WORK = pathlib.Path(os.environ['WORK'])
NAME = 'dbus-virtual-battery'
MACHINES = {
    'armhf': ('ELF32', 'ARM', 'arm-linux-gnueabihf-'),
    'aarch64': ('ELF64', 'AArch64', 'aarch64-linux-gnu-'),
    'x86_64': ('ELF64', 'Advanced Micro Devices X86-64', ''),
}


def binary(target):
    return WORK / 'bin' / target / NAME


def run(*command):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True,
                          env=dict(os.environ, LC_ALL='C')).stdout


def headers(target):
    """Program headers as (type, offset, addresses, sizes, flags), numbers as they stand."""
    text = run('readelf', '-Wl', binary(target))
    return {line[0]: line for line in
            (re.split(r'\s+(?=0x|[RWE]+\b)', line.strip()) for line in text.splitlines())
            if re.fullmatch(r'[A-Z_]+', line[0]) and len(line) > 4}


def dynamic(target):
    return dict(re.findall(r'\((\w+)\)\s+(.*)', run('readelf', '-Wd', binary(target))))


def test_machine(world):
    for target, (size, machine, _) in MACHINES.items():
        header = dict(re.findall(r'^\s*([\w ]+?):\s+(.*)$', run('readelf', '-h', binary(target)), re.M))
        equal((header['Class'], header['Machine']), (size, machine), target)


def test_static_pie(world):
    """Loaded anywhere, by the kernel alone, without a library."""
    for target in MACHINES:
        assert ' DYN ' in f' {run("readelf", "-h", binary(target)).split("Type:")[1].split()[0]} ', target
        assert 'INTERP' not in headers(target), target
        entries = dynamic(target)
        assert 'NEEDED' not in entries and 'TEXTREL' not in entries, (target, entries)
        assert 'PIE' in entries['FLAGS_1'], (target, entries)


def test_relro_and_stack(world):
    for target in MACHINES:
        found = headers(target)
        assert 'GNU_RELRO' in found, target
        assert 'NOW' in dynamic(target)['FLAGS_1'], target
        stack = found['GNU_STACK']
        equal(stack[-2].strip(), 'RW', f'{target}: flags of the stack')
        equal(int(stack[5].split()[0], 16), 1 << 20, f'{target}: stack of a thread')
        writable = [line for line in run('readelf', '-Wl', binary(target)).splitlines()
                    if line.strip().startswith('LOAD') and re.search(r'\bRWE\b', line)]
        equal(writable, [], f'{target}: writable and executable')


def test_stack_protector(world):
    """In the daemon and in the libraries: their code calls what a broken canary calls."""
    for target, (_, _, prefix) in MACHINES.items():
        unstripped = WORK / target / 'daemon' / 'src' / NAME
        assert '__stack_chk_fail' in run(f'{prefix}nm', unstripped), target
        for library in ('libglib-2.0.a', 'libgio-2.0.a', 'libjson-glib-1.0.a', 'libmicrohttpd.a'):
            symbols = run(f'{prefix}nm', WORK / target / 'libraries' / 'static' / 'lib' / library)
            assert '__stack_chk_fail' in symbols, (target, library)


def test_no_glibc(world):
    for target in MACHINES:
        data = binary(target).read_bytes()
        assert b'GLIBC' not in data and b'ld-linux' not in data, target


def test_no_path_of_the_build(world):
    for target in MACHINES:
        data = binary(target).read_bytes()
        for path in (str(WORK.resolve()), str(WORK.resolve().parent)):
            assert path.encode() not in data, (target, path)


def test_cortex_a8(world):
    """ARMv7-A with 16 double registers; what the oldest device does not have is not used."""
    attributes = dict(re.findall(r'Tag_(\w+): (.*)', run('readelf', '-A', binary('armhf'))))
    equal(attributes['CPU_arch'], 'v7')
    equal(attributes['FP_arch'], 'VFPv3-D16')
    equal(attributes['ABI_VFP_args'], 'VFP registers')
    assert 'Advanced_SIMD_arch' not in attributes, attributes
    assert attributes.get('DIV_use', 'Not allowed') == 'Not allowed', attributes
    code = run('arm-linux-gnueabihf-objdump', '-d', '--no-show-raw-insn', WORK / 'armhf' / 'daemon' / 'src' / NAME)
    instructions = set(re.findall(r'^\s+[0-9a-f]+:\s+(\S+)', code, re.M))
    assert len(instructions) > 100, instructions
    newer = [name for name in instructions if re.match(r'[us]div|vfm[as]|v(ld|st)[1-4]\.|vmull\.[usp]|vrecpe', name)]
    equal(newer, [], 'instructions')


if __name__ == '__main__':
    harness.main(vars())
