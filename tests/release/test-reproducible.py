#!/usr/bin/python3
"""The same input gives the same bytes, in another folder, too. Environment: DIST, WORK."""
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from harness import SOURCE_ROOT, equal  # noqa: E402

DIST = pathlib.Path(os.environ['DIST'])
WORK = pathlib.Path(os.environ['WORK'])


def sums(dist):
    return (dist / 'SHA256SUMS').read_text().splitlines()


def test_again(world):
    """All of it again: for x86-64 the libraries as well, for ARM with those that are there."""
    work = world.path('work')
    shutil.copytree(WORK / 'sources', work / 'sources')
    for target in ('armhf', 'aarch64'):
        for part in ('sysroot', 'libraries'):
            shutil.copytree(WORK / target / part, work / target / part, symlinks=True)
    result = subprocess.run([SOURCE_ROOT / 'service/release/build.sh', work, world.path('dist')],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 0, result.stdout[-5000:]
    equal(sums(world.path('dist')), sums(DIST), 'SHA256SUMS')


if __name__ == '__main__':
    harness.main(vars())
