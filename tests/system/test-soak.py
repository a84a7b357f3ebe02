#!/usr/bin/python3
"""The soak in short: every fault once, without Node-RED and the page. Whether something grows takes
longer to see: ./dev soak HOURS."""
import pathlib
import sys

import harness
from harness import equal, eventually

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'soak'))

from faults import FAULTS  # noqa: E402  the path comes first
from plant import Plant  # noqa: E402
from run import wrong_statuses  # noqa: E402
from samples import Sampler  # noqa: E402


def test_every_fault(world):
    plant = Plant(world, full=False)
    plant.wait_until_live()
    sampler = Sampler(plant)
    sampler.take('')
    for fault in FAULTS:
        fault(plant)
        plant.keep_reading()
    plant.wait_until_live()

    def as_before():
        sampler.take('')
        return sampler.samples[-1]['descriptors'] <= sampler.samples[0]['descriptors'] + 1

    eventually(as_before, 'no descriptor is left')
    statuses = plant.stop()
    equal(wrong_statuses(statuses), {}, 'answers that no source should get')
    assert statuses[200] > 100, statuses


if __name__ == '__main__':
    harness.main(globals())
