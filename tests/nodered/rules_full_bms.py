"""Flow 2: limits and alarms by what a BMS measures."""
from flow_files import run_functions
from flow_inputs import bms
from harness import equal

# Lowest and highest cell, Soc, coldest and warmest; charge, discharge, the rules that decide.
LIMITS = [
    (3.30, 3.32, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.40, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.45, 60, 20, 25, 60, 150, 'high cell', 'none'),
    (3.30, 3.50, 60, 20, 25, 20, 150, 'high cell', 'none'),
    (3.30, 3.55, 60, 20, 25, 10, 150, 'high cell', 'none'),
    (3.30, 3.60, 60, 20, 25, 0, 150, 'high cell', 'none'),
    (3.30, 3.80, 60, 20, 25, 0, 150, 'high cell', 'none'),
    (3.10, 3.32, 60, 20, 25, 100, 150, 'none', 'none'),
    (3.05, 3.32, 60, 20, 25, 100, 90, 'none', 'low cell'),
    (3.00, 3.32, 60, 20, 25, 100, 30, 'none', 'low cell'),
    (2.90, 3.32, 60, 20, 25, 100, 15, 'none', 'low cell'),
    (2.80, 3.32, 60, 20, 25, 100, 0, 'none', 'low cell'),
    (2.00, 3.32, 60, 20, 25, 100, 0, 'none', 'low cell'),
    (3.30, 3.32, 90, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 95, 20, 25, 50, 150, 'nearly full', 'none'),
    (3.30, 3.32, 100, 20, 25, 10, 150, 'nearly full', 'none'),
    (3.30, 3.32, 20, 20, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 15, 20, 25, 100, 90, 'none', 'nearly empty'),
    (3.30, 3.32, 10, 20, 25, 100, 30, 'none', 'nearly empty'),
    (3.30, 3.32, 5, 20, 25, 100, 0, 'none', 'nearly empty'),
    (3.30, 3.32, 0, 20, 25, 100, 0, 'none', 'nearly empty'),
    (3.30, 3.32, 60, 15, 25, 100, 150, 'none', 'none'),
    (3.30, 3.32, 60, 10, 25, 60, 150, 'cold', 'none'),
    (3.30, 3.32, 60, 5, 25, 20, 150, 'cold', 'none'),
    (3.30, 3.32, 60, 0, 25, 0, 150, 'cold', 'none'),
    (3.30, 3.32, 60, -10, 25, 0, 75, 'cold', 'cold'),
    (3.30, 3.32, 60, -20, 25, 0, 0, 'cold', 'cold'),
    (3.30, 3.32, 60, 20, 45, 50, 150, 'hot', 'none'),
    (3.30, 3.32, 60, 20, 50, 0, 150, 'hot', 'none'),
    (3.30, 3.32, 60, 20, 55, 0, 75, 'hot', 'hot'),
    (3.30, 3.32, 60, 20, 60, 0, 0, 'hot', 'hot'),
    # Several at once: the smallest share wins.
    (3.05, 3.45, 97, 10, 45, 34, 90, 'nearly full', 'low cell'),
    (2.90, 3.50, 4, 3, 58, 0, 0, 'hot', 'nearly empty'),
]

WAY = ['read the BMS', 'limits', 'alarms']


def full(*steps):
    """A case of flow 2: messages of the BMS and when they come."""
    return [(WAY, {'payload': message}, at) for message, at in steps]


def records(cases):
    """Runs cases of flow 2. Returns: the records of each"""
    done = run_functions(2, cases)
    for step in sum(done, []):
        equal(step['returned']['requestTimeout'], 2000)
    return [[step['returned']['payload'] for step in case] for case in done]


def test_full_bms_limits(_world):
    names = ('MaxChargeCurrent', 'MaxDischargeCurrent', 'ChargeLimitation', 'DischargeLimitation')
    for row, [record] in zip(LIMITS, records([full((bms(*row[:5]), 0)) for row in LIMITS])):
        equal(tuple(record[name] for name in names), row[5:], f'limits for {row[:5]}')


def test_full_bms_holds_a_limit_of_0(_world):
    """It does not come and go with a cell that recovers without load."""
    cases = [('MaxDischargeCurrent', 'lowest',
              [(3.02, 54), (2.80, 0), (2.95, 0), (2.99, 0), (3.00, 30), (2.9, 15)]),
             ('MaxChargeCurrent', 'highest',
              [(3.52, 16), (3.60, 0), (3.55, 0), (3.51, 0), (3.49, 28), (3.55, 10)]),
             ('MaxChargeCurrent', 'coldest', [(1, 4), (0, 0), (4, 0), (5, 20), (4, 16)]),
             ('MaxDischargeCurrent', 'soc', [(6, 6), (5, 0), (9.9, 0), (10, 30), (9, 24)])]
    found = records([full(*((bms(**{what: value}), 0) for value, _ in steps))
                     for _, what, steps in cases])
    for (name, what, steps), case in zip(cases, found):
        equal([record[name] for record in case], [limit for _, limit in steps], f'{name} by {what}')


def test_full_bms_charge_voltage(_world):
    """3.40 V a cell, 3.50 V for half an hour after 95 %, lower where a cell leads."""
    steps = [(94, 0, 54.4), (95, 60, 56), (94, 600, 56), (97, 1859, 56), (97, 1860, 54.4),
             (99, 9000, 54.4), (90, 9100, 54.4), (89.9, 9200, 54.4), (96, 9300, 56)]
    found = records([full(*((bms(soc=soc), at) for soc, at, _ in steps)),
                     full(*((bms(highest=cell), 0) for cell in (3.55, 3.60, 3.65)))])
    by_soc, by_cell = ([record['MaxChargeVoltage'] for record in case] for case in found)
    equal(by_soc, [volt for _, _, volt in steps])
    equal(by_cell, [54.4, 53.6, 52.8], 'with a leading cell')


# What is unusual, and the alarms that are not 0 then.
ALARMS = [
    ({}, {}),
    ({'cells': [3.59, 3.60]}, {'HighCellVoltage': 1}),
    ({'cells': [3.64, 3.65]}, {'HighCellVoltage': 2}),
    ({'cells': [2.90, 2.91]}, {'LowCellVoltage': 1}),
    ({'cells': [2.70, 2.80]}, {'LowCellVoltage': 2}),
    ({'cells': [3.16, 3.30]}, {}),
    ({'cells': [3.16, 3.31]}, {'CellImbalance': 1}),
    ({'cells': [3.10, 3.40]}, {'CellImbalance': 2}),
    ({'soc': 10}, {'LowSoc': 1}),
    ({'soc': 5}, {'LowSoc': 2}),
    ({'warmest': 50}, {'HighTemperature': 1}),
    ({'warmest': 60}, {'HighTemperature': 2}),
    ({'coldest': -10}, {'LowTemperature': 1}),
    ({'coldest': -20}, {'LowTemperature': 2}),
    ({'coldest': 2}, {}),
    ({'coldest': 2, 'current': 5}, {'LowChargeTemperature': 1}),
    ({'coldest': 0, 'current': 5}, {'LowChargeTemperature': 2}),
    ({'fault': True}, {'InternalFailure': 2}),
]


def test_full_bms_alarms(_world):
    names = ('HighCellVoltage', 'LowCellVoltage', 'CellImbalance', 'LowSoc', 'HighTemperature',
             'LowTemperature', 'LowChargeTemperature', 'InternalFailure')
    found = records([full((bms(**given), 0)) for given, _ in ALARMS])
    for (given, wanted), [record] in zip(ALARMS, found):
        equal({name: record[name] for name in names if record[name] != 0}, wanted,
              f'alarms for {given}')


# Messages of which not enough is known, and what the node names.
UNKNOWN = [
    (None, 'Soc, Voltage, Current, cells, temperatures'),
    ('x', 'Soc, Voltage, Current, cells, temperatures'),
    (bms(soc=None), 'Soc'),
    (bms(voltage='52.9'), 'Voltage'),
    (bms(current=None), 'Current'),
    (bms(cells=[]), 'cells'),
    (bms(lowest=None), 'cells'),
    (bms(lowest=0), 'cells'),
    (bms(highest=33.1), 'cells'),
    (bms(temperatures=[]), 'temperatures'),
    (bms(coldest=None), 'temperatures'),
]


def test_full_bms_sends_what_it_knows(_world):
    """Nothing without what the limits are made from; what else is unknown is left out."""
    little = {'soc': 60, 'voltage': 52.9, 'current': 0, 'cells': [3.3, 3.3], 'temperatures': [20]}
    [[done]] = run_functions(2, [[('read the BMS', {'payload': little})]])
    equal(done['returned']['payload'], {'Soc': 60, 'Voltage': 52.9, 'Current': 0, 'Cell1': 3.3,
                                        'Cell2': 3.3, 'Temperature1': 20})
    found = run_functions(2, [full((message, 0)) for message, _ in UNKNOWN])
    for (_, what), [done] in zip(UNKNOWN, found):
        assert done['returned'] is None, done
        equal(done['status']['text'], f'not known: {what}')
