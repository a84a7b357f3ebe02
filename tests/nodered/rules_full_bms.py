"""Flows 2 and 2b: what a BMS measures, and limits and alarms by it. The limits of 2b are those of
the daemon's own rules, by the same table."""
import json
import re
import shlex

from flow_files import SOURCE_ROOT, example, find, run_functions, sample
from flow_inputs import BY_BMS, bms
from harness import equal

LIMITS = re.compile(r'const LIMITS = \{.*?\n\};', re.S)
THREE = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent')
MAXIMA = {'charge-voltage': 56, 'charge-current': 100, 'discharge-current': 150}

WAY = ['read the BMS', 'limits', 'alarms']


def value_of(text):
    """A value of the configuration as a function node has it: a number, or a text."""
    return float(text) if re.fullmatch(r'-?[\d.]+', text) else text


def keys(text):
    """The keys that @text sets, as KEY=VALUE or KEY='VALUE'."""
    return {name: value_of(value) for name, _, value in (word.partition('=')
                                                         for word in shlex.split(text))}


def with_limits(limits, name='own'):
    """The node *limits* of flow 2b, of somebody who has these limits, under another @name."""
    node = find(example('2b'), 'limits', 'function')
    own = f'const LIMITS = {json.dumps(limits)};'
    return {**node, 'name': name, 'func': LIMITS.sub(lambda _: own, node['func'])}


def full(*steps):
    """A case of flow 2b: messages of the BMS and when they come."""
    return [(WAY, {'payload': message}, at) for message, at in steps]


def records(cases):
    """Runs cases of flow 2b. Returns: the records of each"""
    done = run_functions('2b', cases)
    for step in sum(done, []):
        equal(step['returned']['requestTimeout'], 2000)
    return [[step['returned']['payload'] for step in case] for case in done]


def test_full_bms_sample(_world):
    """The comment of flow 2 and the code of flow 2b have the values of the sample, with the limit of
    the highest cell, since every cell is there."""
    file = (SOURCE_ROOT / 'data/examples/lifepo4-16s.ini').read_text(encoding='utf-8')
    [group] = re.findall(r'\[limits\]\n(.*)', file.replace('\n#cell-max', '\ncell-max'), re.S)
    wanted = ''.join(f'{line}\n' for line in group.split('\n') if line and line[0] != '#')
    equal(sample(), wanted)
    code = find(example('2b'), 'limits', 'function')['func']
    own = re.findall(r"^    '([a-z-]+)': '?(.*?)'?,? *(?://.*)?$", LIMITS.search(code).group(),
                     re.M)
    equal({name: value_of(value) for name, value in own},
          {name: value_of(value)
           for name, _, value in (line.partition('=') for line in wanted.split())})
    assert 'Date' not in code, 'the time of day'


def measured(words):
    """A record as the node *limits* gets it, of which the cells and the temperatures are these."""
    cells = [value for name, value in words.items() if re.fullmatch(r'Cell\d+', name)]
    cells = cells or [words[name] for name in ('MinCellVoltage', 'MaxCellVoltage') if name in words]
    temperatures = [value for name, value in words.items()
                    if re.fullmatch(r'Temperature\d+|M..CellTemperature', name)]
    temperatures = temperatures or [words[name] for name in ('Temperature',) if name in words]
    return {'payload': {'Voltage': 52, 'Current': 1, 'Soc': 50, **words}, 'cells': cells,
            'temperatures': temperatures}


def test_full_bms_curves(_world):
    """Every row of the table by which the daemon's own rules are tested."""
    text = (SOURCE_ROOT / 'tests/data/limits-by-curves.txt').read_text(encoding='utf-8')
    rows = [line.split('\t') for line in text.split('\n') if line and line[0] != '#']
    assert len(rows) > 20, rows
    nodes = [with_limits({**MAXIMA, **keys(limits)}, f'{i}') for i, (limits, *_) in enumerate(rows)]
    cases = [[(f'{i}', measured(keys(record)))] for i, (_, record, _) in enumerate(rows)]
    for (limits, record, wanted), [done] in zip(rows, run_functions('2b', cases, nodes)):
        found = done['returned']['payload']
        equal({name: found[name] for name in keys(wanted)}, keys(wanted), f'{limits}, {record}')


def test_full_bms_limits(_world):
    """What comes of each message, as on the bus."""
    [found] = records([full(*((bms(**given), 0) for given, _ in BY_BMS))])
    for (given, wanted), record in zip(BY_BMS, found):
        equal(tuple(record[name] for name in THREE), wanted, f'limits for {given}')


def limited(limits, steps, each=None):
    """What the node *limits* makes of @steps: (seconds, words of a record). @each: seconds after which
    the last record comes again, until the next step"""
    cases, shown = [], []
    for (at, words), (until, _) in zip(steps, [*steps[1:], (steps[-1][0], '')]):
        shown.append(len(cases))
        again = range(int(at) + each, int(until), each) if each else []
        cases += [('own', measured(keys(words)), when) for when in [at, *again]]
    [found] = run_functions('2b', [cases], [with_limits(limits)])
    return [tuple(found[i]['returned']['payload'].get(name) for name in THREE) for i in shown]


def test_full_bms_recovers(_world):
    """A cut is at once; what has become 0 stays so until it has recovered for long enough, and then
    rises by the ramp. 8 % and exactly 10 % are not above 10 %; a break begins the hold anew."""
    steps = [(0, 3.40, 100), (1, 3.60, 0), (2, 3.53, 0), (9, 3.525, 0), (18, 3.525, 0),
             (36, 3.525, 0), (40, 3.40, 0), (49, 3.40, 0), (58, 3.525, 0), (60, 3.40, 0),
             (69, 3.40, 0), (78, 3.40, 0), (89.999, 3.40, 0), (91, 3.40, 2), (96, 3.40, 12),
             (97, 3.50, 14), (98, 3.525, 10), (102, 3.40, 18)]
    limits = {**MAXIMA, 'charge-by-cell-voltage': '3.45:100;3.50:20;3.55:0'}
    found = limited(limits, [(at, f'MaxCellVoltage={cell}') for at, cell, _ in steps], 5)
    equal([current for _, current, _ in found], [current for *_, current in steps])
    limits = {**MAXIMA, 'discharge-by-cell-voltage': '2.9:0;3.1:100', 'min-discharge-current': 5}
    found = limited(limits, [(0, 'MinCellVoltage=2.8'), (9, 'MinCellVoltage=3.3'),
                             (36, 'MinCellVoltage=3.3'), (39, 'MinCellVoltage=3.3')], 5)
    equal([current for *_, current in found], [5, 5, 5, 14])


FOUR = {'charge-voltage': 14.2, 'charge-current': 100, 'discharge-current': 100,
        'cell-max-voltage': 3.55}


def four(first, others):
    return f'Voltage=13.4 Cell1={first} Cell2={others} Cell3={others} Cell4={others}'


def test_full_bms_cell_max(_world):
    """With one runaway cell the charge voltage comes down to what the pack has, and with one that is
    read wrongly not below 95 % of it. A cut is at once, a rise once the cells have allowed clearly
    more for half a minute."""
    for cells, volts in [((3.3, 3.3), 14.2), ((3.5, 3.5), 14.2), ((3.5, 3.4), 13.9),
                         ((3.55, 3.35), 13.6), ((3.65, 3.35), 13.3), ((5, 3.3), 14.1)]:
        equal(limited(FOUR, [(0, four(*cells))]), [(volts, 100, 100)], f'cells {cells}')
    calm, high, near = four(3.5, 3.4), four(3.55, 3.35), four(3.51, 3.36)
    found = limited(FOUR, [(0, calm), (1, high), (2, near), (60, near), (61, calm), (90, calm),
                           (91, calm), (120, calm), (121, calm)], 5)
    equal([volts for volts, *_ in found], [13.9, 13.6, 13.6, 13.6, 13.6, 13.6, 13.7, 13.7, 13.8])
    # The pack: 15 cells of 3.34 V and one of 3.65 V have 53.75 V.
    [[record]] = records([full((bms(cells=[3.34] * 15 + [3.65]), 0))])
    equal((record['MaxChargeVoltage'], record['MaxChargeCurrent']), (52.1, 0))


def test_full_bms_programme(_world):
    """Float once the charge voltage has been held, until the battery has been used; for balancing a
    higher one, once in so many days."""
    limits = {**MAXIMA, 'float-voltage': 54, 'absorption-time': 600, 'rebulk-soc': 90}
    steps = [(0, 55.9, 97, 56), (540, 55.9, 97, 56), (549, 55.7, 97, 56), (550, 55.9, 99, 56),
             (1149, 55.9, 99, 56), (1150, 55.9, 99, 54), (1800, 53.9, 90, 54), (1801, 52, 89.9, 56)]
    found = limited(limits, [(at, f'Voltage={volts} Soc={soc} Cell1=3.5')
                             for at, volts, soc, _ in steps], 9)
    equal([volts for volts, *_ in found], [volts for *_, volts in steps])
    limits = {**MAXIMA, 'balance-voltage': 57, 'balance-from-soc': 95, 'balance-time': 600,
              'balance-every': 2}
    steps = [(0, 94.9, 56), (1, 95, 57), (600, 98, 57), (601, 98, 56), (172800, 98, 56),
             (172801, 98, 57)]
    found = limited(limits, [(at, f'Voltage=55 Soc={soc}') for at, soc, _ in steps])
    equal([volts for volts, *_ in found], [volts for *_, volts in steps])


def test_full_bms_silence(_world):
    """Of a silence 10 s count, for the hold and for the ramp; of one of more than 30 s nothing, and
    the hold begins anew."""
    limits = {**MAXIMA, 'charge-by-cell-voltage': '3.45:100;3.50:20;3.55:0'}
    high = [(0, 3.6, 0), (1, 3.4, 0)]
    for steps in ([*high, (30, 3.4, 0), (40, 3.4, 0), (49, 3.4, 0), (50, 3.4, 2)],
                  [*high, (32, 3.4, 0), (42, 3.4, 0), (52, 3.4, 0), (61, 3.4, 0), (62, 3.4, 2)],
                  [(0, 3.5, 20), (1, 3.4, 22), (31, 3.4, 42), (62, 3.4, 42), (63, 3.4, 44)]):
        found = limited(limits, [(at, f'MaxCellVoltage={cell}') for at, cell, _ in steps])
        equal([current for _, current, _ in found], [current for *_, current in steps])


def test_full_bms_clock(_world):
    """A machine that has started anew has another clock: it begins anew, and waits for nothing."""
    found = limited(FOUR, [(0, four(3.55, 3.35)), (-900, four(3.5, 3.4)), (-899, four(3.3, 3.3))])
    equal([volts for volts, *_ in found], [13.6, 13.9, 13.9])


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


# Messages of which not everything is known, what the node names, and whether there is a limit of
# the discharge current: the daemon notices if there is none.
UNKNOWN = [
    (None, 'Soc, Voltage, Current, cells, temperatures', False),
    ('x', 'Soc, Voltage, Current, cells, temperatures', False),
    (bms(soc=None), 'Soc', False),
    (bms(voltage='52.9'), 'Voltage', True),
    (bms(current=None), 'Current', True),
    (bms(cells=[]), 'cells', False),
    (bms(lowest=None), 'cells', False),
    (bms(lowest=0), 'cells', False),
    (bms(highest=33.1), 'cells', False),
    (bms(highest='3.3'), 'cells', False),
    (bms(temperatures=[]), 'temperatures', False),
    (bms(coldest=None), 'temperatures', False),
]


def test_full_bms_without_a_sensor(_world):
    """Never the maximum, from the first message on or later; what is not known has no alarm."""
    for first in ([], [bms()]):
        found = run_functions('2b', [full(*((one, 0) for one in [*first, message]))
                                     for message, *_ in UNKNOWN])
        for (message, what, is_limited), case in zip(UNKNOWN, found):
            record = case[-1]['returned']['payload']
            volts, charge, discharge = (record.get(name) for name in THREE)
            equal((charge, discharge), (140 if is_limited else 0, 200 if is_limited else None),
                  f'limits without {what}')
            assert volts <= 55.2, volts
            alarms = {name: record.get(name) for name in ('HighCellVoltage', 'HighTemperature')}
            equal(alarms, {'HighCellVoltage': None if 'cells' in what else 0,
                           'HighTemperature': None if 'temperatures' in what else 0})
    for (_, what, _), [done] in zip(UNKNOWN, run_functions('2b', [
            [('read the BMS', {'payload': message})] for message, *_ in UNKNOWN])):
        equal(done['status'], {'fill': 'yellow', 'shape': 'ring', 'text': f'not known: {what}'})
    # While a cell is not seen the charge voltage does not rise, however long that lasts.
    steps = [(bms(highest=3.65), 0), (bms(highest=None), 1), (bms(highest=None), 90)]
    [found] = records([full(*steps)])
    equal([record['MaxChargeVoltage'] for record in found], [51.6, 51.6, 51.6])


def test_full_bms_sends_what_it_measures(_world):
    """Flow 2: no limits, and nothing that is not known."""
    little = {'soc': 60, 'voltage': 52.9, 'current': 0, 'cells': [3.3, None], 'temperatures': [20]}
    [[done], [nothing]] = run_functions(2, [[('read the BMS', {'payload': payload})]
                                            for payload in (little, None)])
    equal(done['returned'], {'requestTimeout': 2000, 'payload': {
        'Soc': 60, 'Voltage': 52.9, 'Current': 0, 'Cell1': 3.3, 'Cell2': None, 'Temperature1': 20}})
    equal(nothing['returned']['payload'], {})
