#!/usr/bin/python3
"""Runs the fuzz targets, two side by side, each for some minutes of processor time.

    run.py BUILD MINUTES [TARGET]

What is found to fail, and inputs that reach new code, are left in BUILD/found/TARGET. An input that fails
belongs into corpus/TARGET.txt with its cure (corpus.py unpacks and packs that); ./dev fuzz --merge takes
over those that reach new code.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import corpus

HERE = pathlib.Path(__file__).parent
TARGETS = [path.stem.removeprefix('fuzz-') for path in sorted(HERE.glob('fuzz-*.c'))]
SIDE_BY_SIDE = 2
LONGEST = {'json': 2048, 'record': 2048, 'battery': 4096, 'config': 2048, 'history': 2048, 'set-value': 512,
           'http': 4096}
# Exit statuses of libFuzzer: asked to stop; a time-out, a crash, too much memory.
INTERRUPTED, FAILED = 72, (70, 77, 71)
TICK = os.sysconf('SC_CLK_TCK')
# What the code under test consists of, for the coverage.
CODE = {'json': ['json/reader.c', 'json/scan.c', 'json/names.c'],
        'record': ['json/record.c', 'core/record.c', 'core/item.c', 'core/field-lookup.c'],
        'battery': ['core/battery.c', 'core/doubt.c', 'core/values.c', 'core/required.c', 'core/limits.c',
                    'core/publish.c', 'core/freshness.c', 'core/derive.c', 'core/heard.c', 'core/whole.c',
                    'core/computed.c', 'json/intake.c'],
        'config': ['config'],
        'history': ['state/history-file.c'],
        'set-value': ['venus/set-value.c', 'bus/value.c'],
        'http': ['http/', 'web/']}


def seconds_of(process):
    """Processor time that a running process has used."""
    fields = pathlib.Path(f'/proc/{process.pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def command(build, target, folders, *options):
    dictionary = HERE / f'{target}.dict'
    return [str(build / 'tests' / 'fuzz' / f'fuzz-{target}'), *map(str, folders), f'-max_len={LONGEST[target]}',
            *([f'-dict={dictionary}'] if dictionary.exists() else []), *options]


def watch(process, seconds):
    """Waits until @process ends, or asks it to when it has used @seconds. Returns: what it used"""
    spent = 0
    while process.poll() is None:
        try:
            spent = seconds_of(process)
        except (FileNotFoundError, IndexError):
            pass
        if spent >= seconds:
            process.send_signal(signal.SIGINT)
        time.sleep(0.2)
    return spent


def packed(target):
    return HERE / 'corpus' / f'{target}.txt'


def unpacked(build, target):
    """Returns: a folder with the corpus of @target, each input a file, as libFuzzer wants it"""
    folder = build / 'corpus' / target
    shutil.rmtree(folder, ignore_errors=True)
    corpus.unpack(packed(target), folder)
    return folder


def fuzz(build, target, minutes):
    """Returns: executions, edges reached, seconds used, names of the inputs that failed"""
    found = build / 'found' / target
    found.mkdir(parents=True, exist_ok=True)
    run = command(build, target, [found, unpacked(build, target)], '-print_final_stats=1', '-timeout=60',
                  '-rss_limit_mb=1024', '-reload=0', f'-artifact_prefix={found}/')
    log = build / f'fuzz-{target}.log'
    executions = edges = used = 0
    ended = []
    # A failure ends the process; what time is left goes to the next one, as long as they get anywhere.
    while used < minutes * 60:
        with (open(log, 'wb') as output, subprocess.Popen(
                run, stdout=output, stderr=output, env={**os.environ, 'LLVM_PROFILE_FILE': '/dev/null'}) as process):
            spent = watch(process, minutes * 60 - used)
        said = log.read_text(errors='replace')
        executions += max(map(int, re.findall(r'^(?:#|stat::number_of_executed_units: +)(\d+)', said, re.M)), default=0)
        edges = max([edges, *map(int, re.findall(r' cov: (\d+)', said))])
        used += spent
        # What it said goes where the next process does not write: not every failure comes again.
        if process.returncode not in (0, INTERRUPTED):
            shutil.copy(log, log.with_suffix(f'.{time.time():.0f}.log'))
        # What ends it otherwise than libFuzzer leaves no input behind.
        if process.returncode not in (0, INTERRUPTED, *FAILED):
            ended.append(f'ended-with-{process.returncode}')
        if spent < 1:
            break
    failed = [path.name for path in found.iterdir() if re.match(r'(crash|leak|timeout|oom)-', path.name)]
    return executions, edges, used, failed + ended


def merge(build, target):
    """Takes over into the corpus those of the found inputs that reach code which no other does, the shortest."""
    folder, found = unpacked(build, target), build / 'found' / target
    before = set(folder.iterdir())
    subprocess.run(command(build, target, [folder, found], '-merge=1', '-use_counters=0', f'-artifact_prefix={build}/'),
                   env={**os.environ, 'LLVM_PROFILE_FILE': '/dev/null'}, check=True, stderr=subprocess.DEVNULL)
    for path in set(folder.iterdir()) - before:
        path.rename(folder / path.name[:12])
    corpus.pack(folder, packed(target))
    return len(list(folder.iterdir()))


def line_coverage(build, target):
    """Lines of the code under test that the corpus and the found inputs run through, in percent."""
    binary = build / 'tests' / 'fuzz' / f'fuzz-{target}'
    profile = build / f'{target}.profraw'
    subprocess.run(command(build, target, [build / 'found' / target, unpacked(build, target)], '-runs=0',
                           f'-artifact_prefix={build}/'),
                   env={**os.environ, 'LLVM_PROFILE_FILE': str(profile)}, check=False,
                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    subprocess.run(['llvm-profdata-14', 'merge', '-o', str(profile) + '.data', str(profile)], check=True)
    report = subprocess.run(['llvm-cov-14', 'export', '-format=lcov', '-skip-functions', f'-instr-profile={profile}.data',
                             str(binary)], check=True, capture_output=True, text=True).stdout
    lines = {}
    name = None
    for line in report.splitlines():
        if line.startswith('SF:'):
            name = line[3:].rpartition('/src/')[2]
        elif line.startswith('DA:') and any(name.startswith(part) for part in CODE[target]):
            number, count = line[3:].split(',')[:2]
            lines[name, number] = max(lines.get((name, number), 0), int(count))
    return 100 * sum(map(bool, lines.values())) / max(len(lines), 1)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    if sys.argv[2] == '--merge':
        for target in sys.argv[3:] or TARGETS:
            print(f'{target}: {merge(build, target)} inputs', flush=True)
        return
    minutes = float(sys.argv[2])
    targets = sys.argv[3:] or TARGETS
    found = 0
    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        runs = [(target, pool.submit(fuzz, build, target, minutes)) for target in targets]
        print(f'{"target":10} {"executions":>12} {"edges":>6} {"lines":>6} {"CPU s":>6}  findings')
        for target, run in runs:
            executions, edges, used, failed = run.result()
            found += len(failed)
            print(f'{target:10} {executions:12} {edges:6} {line_coverage(build, target):5.1f}% {used:6.0f}  '
                  f'{" ".join(failed) or "none"}', flush=True)
    sys.exit(found > 0)


if __name__ == '__main__':
    main()
