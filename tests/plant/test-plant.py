#!/usr/bin/python3
"""Limits by rules in a plant: the real battery core is told measurements alone, and what it allows charges a
simulated pack with one cell ahead of the others.

    test-plant.py DRIVER [TEST...]
"""
import sys
import traceback

import drawing
from core import Core
from pack import uneven
from plant import HOUR, Chargers, Plant, day
from settings import CELL_MOST, LIMITS, SERIALBATTERY

DRIVER = sys.argv[1]
SLACK = 0.005  # V above cell-max-voltage that a cell may be for a moment


def tell(what, seen, pack):
    print(f'# {what}: highest cell {seen.highest:.4f} V, '
          + (f'full after {seen.full_after / HOUR:.1f} h, ' if seen.full_after else 'not full, ')
          + f'spread {pack.spread:.2f} % of the capacity, charge voltage turned '
          f'{seen.swings("charge_voltage", 0.1)} times in the worst hour, charge current '
          f'{seen.swings("charge_current", 14)} times by a tenth of its maximum', flush=True)


def run(what, limits, chargers, days=1, **pack):
    with Core(DRIVER, limits) as core:
        plant = Plant(uneven(**pack), core, chargers)
        seen = plant.run(24 * (days - 1) + 10, day)
    tell(what, seen, plant.pack)
    return seen, plant.pack


def holds(seen):
    assert seen.highest <= CELL_MOST + SLACK, f'a cell reached {seen.highest:.4f} V'
    assert seen.swings('charge_voltage', 0.1) <= 120, 'the charge voltage oscillates'
    assert seen.swings('charge_current', 14) <= 60, 'the charge current oscillates'
    assert seen.stops('charge_current') <= 2, 'charging stops again and again'


def test_chargers_that_obey_the_voltage_alone():
    seen, pack = run('voltage alone', LIMITS, Chargers(0, 140), days=2)
    holds(seen)
    assert seen.full_after is not None and seen.full_after < 10 * HOUR, 'not full on the first day'
    assert pack.spread < 0.5, f'still {pack.spread:.2f} % apart'


def test_chargers_that_obey_both():
    seen, pack = run('current and voltage', LIMITS, Chargers(140, 0), days=2)
    holds(seen)
    assert seen.full_after is not None and seen.full_after < 10 * HOUR, 'not full on the first day'
    assert pack.spread < 0.5, f'still {pack.spread:.2f} % apart'


def test_runner_with_a_bad_contact():
    seen, _ = run('voltage alone, 2.5 times the resistance', LIMITS, Chargers(0, 140), runner_resistance=2.5)
    holds(seen)


def test_smaller_pack():
    seen, _ = run('voltage alone, 100 Ah', {**LIMITS, 'charge-current': 70}, Chargers(0, 70), capacity=100.0,
                  resistance=0.0005)
    holds(seen)


def test_beside_the_curve_of_serialbattery():
    for what, chargers in (('current and voltage', Chargers(140, 0)), ('voltage alone', Chargers(0, 140))):
        theirs, _ = run(f'{what}, curve of dbus-serialbattery', SERIALBATTERY, chargers)
    # A curve for the current holds nobody who does not obey the current.
    assert theirs.highest > CELL_MOST + SLACK, theirs.highest


def test_balanced_pack_is_not_hindered():
    """As fast with the cells' voltage held as without."""
    took = []
    for limits in (LIMITS, {key: value for key, value in LIMITS.items() if key != 'cell-max-voltage'}):
        seen, _ = run('balanced', limits, Chargers(140, 0), runner=0.0, spread=0.1)
        took.append(seen.full_after)
    assert None not in took and abs(took[0] - took[1]) < 0.02 * HOUR, took


def test_charge_sensor_dies():
    """Charging stops, the lights stay on, nothing is raised."""
    with Core(DRIVER, LIMITS) as core:
        plant = Plant(uneven(share=0.5), core, Chargers(140, 0))
        plant.run(0.2)
        plant.silent = {'MinCellTemperature', 'MaxCellTemperature'}
        dead = plant.now
        plant.run(0.2)
        before = next(row for row in plant.seen.rows if row.now >= dead)
        after = [row for row in plant.seen.rows if row.now > dead + 30 + 5]
        assert before.charge_current == 140, before
        assert all(row.charge_current <= 140 for row in plant.seen.rows)
        assert {(row.state, row.charge_current, row.discharge_current) for row in after} == {('live', 0, 200)}, after[0]
        settled = [row for row in after if row.now > dead + 60]
        assert all(abs(row.current) < 0.5 for row in settled), 'charging goes on, or the loads are fed by the battery'

        plant.silent = set()
        back = plant.now
        plant.run(0.1)
        rows = [row for row in plant.seen.rows if row.now > back]
        assert all(row.charge_current == 0 for row in rows if row.now < back + 30), 'it comes back at once'
        # 2 % of the maximum a second
        assert all(row.charge_current <= 2.8 * (row.now - back - 30) + 2.8 for row in rows if row.now >= back + 30)
        assert rows[-1].charge_current == 140, rows[-1]


def test_discharge_sensor_dies():
    """The ladder runs."""
    limits = {**LIMITS, 'discharge-by-temperature': '-10:0;0:50;10:100;45:100;55:0'}
    with Core(DRIVER, limits) as core:
        plant = Plant(uneven(share=0.5), core, Chargers(140, 0))
        plant.run(0.2)
        plant.silent = {'MinCellTemperature', 'MaxCellTemperature'}
        dead = plant.now
        plant.run(0.2)
        states = {}
        for row in plant.seen.rows:
            states.setdefault(row.state, row.now - dead)
        stale = [row for row in plant.seen.rows if row.state == 'stale']
    assert list(states) == ['live', 'late', 'stale', 'lost', 'gone'], states
    for state, after in (('late', 10), ('stale', 30), ('lost', 180), ('gone', 600)):
        assert abs(states[state] - after) <= 10, states
    assert {(row.charge_current, row.discharge_current) for row in stale} == {(0, 200)}


def test_picture():
    with open(drawing.FILE, encoding='utf-8') as file:
        assert file.read() == drawing.draw(DRIVER), f'{drawing.FILE} is not what tests/plant/drawing.py draws'


def main():
    tests = {name: test for name, test in globals().items()
             if name.startswith('test_') and (len(sys.argv) == 2 or name in sys.argv)}
    failed = False
    print(f'1..{len(tests)}', flush=True)
    for number, (name, test) in enumerate(tests.items(), 1):
        said = ''
        try:
            test()
        except Exception:  # whatever it is, the others are still worth running
            said = traceback.format_exc()
            failed = True
        print('not ok' if said else 'ok', number, '-', name, flush=True)
        for line in said.splitlines():
            print('#', line)
    sys.exit(failed)


main()
