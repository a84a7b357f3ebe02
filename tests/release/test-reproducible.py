#!/usr/bin/python3
"""Who unpacks the sources that belong to a release makes the same release. Environment: DIST, WORK."""
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'system'))
import harness  # noqa: E402  the path comes first
from harness import equal  # noqa: E402

DIST = pathlib.Path(os.environ['DIST'])
WORK = pathlib.Path(os.environ['WORK'])


def sums(dist):
    return (dist / 'SHA256SUMS').read_text().splitlines()


def test_again(world):
    """In another folder; for x86-64 with libraries built anew, for ARM with those that are there."""
    with tarfile.open(next(DIST.glob('*-sources.tar'))) as archive:
        archive.extractall(world.path('tree'))
    root = next(world.path('tree').iterdir())
    work = root / 'build-release'
    for target in ('armhf', 'aarch64'):
        for part in ('sysroot', 'libraries'):
            shutil.copytree(WORK / target / part, work / target / part, symlinks=True)
    environment = {name: value for name, value in os.environ.items() if name != 'SOURCE_DATE_EPOCH'}
    result = subprocess.run([root / 'service/release/build.sh', work, root / 'dist'], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert result.returncode == 0, result.stdout[-5000:]
    equal(sums(root / 'dist'), sums(DIST), 'SHA256SUMS')


if __name__ == '__main__':
    harness.main(vars())
