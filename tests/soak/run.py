#!/usr/bin/python3
"""Runs a plant for HOURS (fractions allowed), does things to it, and says whether anything has grown:

    run.py HOURS [SVG]

Environment: DAEMON, NPM_ROOT.
"""
import csv
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / 'system'))

from faults import FAULTS  # noqa: E402  the path comes first
from harness import World  # noqa: E402
from plant import Plant  # noqa: E402
from samples import Sampler, judge  # noqa: E402

# What a source may be told: that it was taken, or (after a standstill, or in a crowd) that it was not.
STATUSES = {200, 202, 503}


def soak(plant, seconds, sample_seconds, say=print):
    """Returns: the samples. A third of the time something goes on, then the plant is left alone."""
    sampler = Sampler(plant)
    n = 0
    while time.monotonic() - sampler.began < seconds:
        fault = FAULTS[n % len(FAULTS)]
        n += 1
        say(f'{time.monotonic() - sampler.began:7.0f} s  {fault.__name__}')
        fault(plant)
        for _ in range(2):
            time.sleep(sample_seconds)
            sampler.take(fault.__name__)
            plant.keep_reading()
        for _ in range(4):
            time.sleep(sample_seconds)
            sampler.take('')
    return sampler.samples


def wrong_statuses(statuses):
    """Those that no source should have been told; a lost connection is one."""
    return {status: count for status, count in statuses.items() if status not in STATUSES}


def save(samples, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.DictWriter(file, list(samples[0]))
        writer.writeheader()
        writer.writerows(samples)


def main():
    from plot import plot  # the short form in the tests does without it

    hours, svg = float(sys.argv[1]), pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else 'soak.svg')
    world = World()
    try:
        plant = Plant(world, full=True)
        plant.wait_until_live()
        samples = soak(plant, hours * 3600, min(5, hours * 18), lambda line: print(line, flush=True))
        plant.wait_until_live()
        statuses = plant.stop()
        complaints = world.close()
        log = world.logs()
    finally:
        world.close()
        world.folder.cleanup()

    save(samples, svg.with_suffix('.csv'))
    minutes = samples[-1]['time'] / 60
    plot(samples, f'{minutes:.0f} minutes, 16 batteries, one record a second each', svg)
    lines, flat = judge(samples)
    print(f'\n{minutes:.0f} minutes, answers {statuses}')
    print('\n'.join(lines))
    print(f'{svg} shows it')
    wrong = wrong_statuses(statuses)
    if wrong or complaints:
        print(f'wrong answers: {wrong}', *complaints, 'log of the daemon:', *log, sep='\n')
    passed = flat and not wrong and not complaints
    print('PASS' if passed else 'FAIL')
    sys.exit(not passed)


if __name__ == '__main__':
    main()
