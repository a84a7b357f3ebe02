#!/usr/bin/python3
"""The real battery against the model of its ladder, step by step, through random histories.

    check.py DRIVER [HISTORIES [SEED]]

Without a seed: one that is always the same, and one of its own for every run, which is printed.
"""
import random
import subprocess
import sys

import rule_histories
from model import (ALARMS, BELT, BLOCK, DECIMALS, DOUBTED, DROP, LIMITS, LIMIT_REQUIRED, LIVE_REQUIRED, NEVER, STEP,
                   STEPS, STOP_CHARGING, WRONG, Judged, Model, safe)

TENTH = 100_000  # of a second; times are microseconds
LENGTH = 32
RECORDS = ('post', 'put')
BATCH = 500  # histories for one process of the driver
VALUES = {
    'Soc': (3, 5, 5.1, 50, 90.5, 99.6), 'Voltage': (45, 51, 52.25, 53), 'Current': (-20, 0, 30.5), 'Power': (-1000, 0, 500),
    'MaxChargeVoltage': (37, 40, 54, 55.2, 55.19999695, 56.57), 'MaxChargeCurrent': (0, 0.05, 20, 80, 120.59),
    'MaxDischargeCurrent': (0.05, 10, 100.08, 150), 'BatteryLowVoltage': (38, 44, 46.01, 60), 'ChargeRequest': (0, 1),
    'Temperature': (5, 21.5), 'HighVoltage': (0, 1, 2), 'BmsCable': (0, 2), **rule_histories.VALUES,
}
OFTEN = {'Voltage': (1, 6, 6, 6), 'MaxChargeVoltage': (1, 1, 6, 6, 3, 6), 'BatteryLowVoltage': (4, 4, 4, 1),
         'HighVoltage': (2, 3, 5)}
# Each is out of range, or no number at all.
WRONG_VALUES = {
    'Soc': (-6, 106), 'Voltage': (0, -1, 1001), 'Current': (-4000,), 'Power': (2e6,), 'MaxChargeVoltage': (0, 1001),
    'MaxChargeCurrent': (-1, 4000), 'MaxDischargeCurrent': (-1, 4000), 'BatteryLowVoltage': (-1,),
    'ChargeRequest': (2,), 'Temperature': (200,), 'HighVoltage': (3,), 'BmsCable': (5,),
    **rule_histories.WRONG_VALUES,
}
SLACK_SOCS = (-3, 104)  # they are brought to 0 and 100
ZEROS = {'Soc': 0, 'MaxChargeCurrent': 0, 'MaxDischargeCurrent': 0}
OPTIONS = {'stale-voltage': (0.4, (53.59, 55, 60)), 'belt-voltage': (0.2, (54.58, 56)),
           'belt-current': (0.3, (10, 50)), 'belt-discharge': (0.2, (50.09, 120)),
           'low-voltage': (0.3, (45.02,)), 'belt-low-voltage': (0.2, (45.51,))}


def configuration(chance, monitor=None):
    """@monitor: what the battery is already. Half of the others have rules."""
    warn = chance.randint(1, 10)
    stale = warn + chance.randint(1, 10)
    drop = stale + chance.randint(0, 10)
    times = {'warn': warn, 'stale': stale, 'drop': drop, 'leave': drop + chance.randint(0, 10),
             'optional': stale + chance.randint(0, 20),
             'frozen': 0 if chance.random() < 0.6 else warn + chance.randint(0, 20)}
    config = {'monitor': int(chance.random() < 0.15) if monitor is None else monitor,
              'refuse': int(chance.random() < 0.35),
              **{key: time * TENTH for key, time in times.items()},
              'on-stale': chance.choice((STOP_CHARGING, STOP_CHARGING, BLOCK, DROP))}
    for key, (often, values) in OPTIONS.items():
        if chance.random() < often:
            config[key] = chance.choice(values)
    if not config['monitor'] and chance.random() < 0.5:
        config.update(rule_histories.configuration(chance))
    return config


def has_rules(config):
    return any(key.startswith('limits.') for key in config)


def values_of(chance, names, empty):
    return {name: None if chance.random() < empty else chance.choices(VALUES[name], OFTEN.get(name))[0]
            for name in names}


def spoil(chance, said):
    """Makes some of a record wrong or hard to believe."""
    kind = chance.random()
    if kind < 0.15:
        for name in [name for name in said if name in VALUES]:
            if chance.random() < (0.9 if kind < 0.01 else 0.2):
                said[name] = 'text:x' if chance.random() < 0.4 else chance.choice(WRONG_VALUES[name])
        if chance.random() < 0.1:
            said['NoSuchField'] = 1
    elif kind < 0.30:
        # A flow that has just started.
        often = chance.choice((0.6, 1))
        said.update({name: 0 for name in ZEROS if name in said and chance.random() < often})
        if kind < 0.17 and 'Voltage' in said:
            said['Voltage'] = 0
        if kind > 0.23:
            for name in ALARMS:
                said.pop(name, None)
    elif kind < 0.37:
        factor = chance.choice((10, 0.1))
        for name in ('Voltage', 'MaxChargeVoltage'):
            if said.get(name) in VALUES[name] and chance.random() < 0.7:
                said[name] = round(said[name] * factor, 1)
    elif kind < 0.42:
        name = chance.choice(LIMIT_REQUIRED + ALARMS)
        said[name] = tuple(chance.choices(VALUES[name] + (0, 1, 2) * (name != 'MaxChargeVoltage'), k=2)
                           if name != 'BmsCable' else (0, 2))
        if name == 'MaxChargeVoltage' and chance.random() < 0.3:
            said[name] = (said[name][0], 5.5)
    elif kind < 0.44 and 'Soc' in said:
        said['Soc'] = chance.choice(SLACK_SOCS)


def add_inputs(chance, said, config):
    """What rules look at, which most records of such a source hold."""
    cells = rule_histories.CELLS
    kinds = chance.choice((('MinCellVoltage', 'MaxCellVoltage'), cells, cells + ('MaxCellVoltage',)))
    for name in kinds + ('MinCellTemperature', 'MaxCellTemperature', 'Temperature'):
        if chance.random() < 0.8:
            said[name] = None if chance.random() < 0.03 else chance.choice(VALUES[name])
    for name in LIMIT_REQUIRED:
        if name in said and chance.random() < 0.6:
            del said[name]


def record(chance, config, complete, before):
    """@before: the last one, which is often sent again"""
    monitor = config['monitor']
    has_zero = before and 0 in (before.get('Soc'), before.get('MaxDischargeCurrent'))
    if before and chance.random() < (0.6 if has_zero else 0.25):
        said = dict(before)
        if chance.random() < 0.1:
            spoil(chance, said)
    else:
        fields = [field for field in VALUES if field not in rule_histories.VALUES
                  and not (monitor and field in LIMITS and chance.random() < 0.98)]
        if complete:
            either = chance.choice((('Current',), ('Power',), ('Current', 'Power')))
            names = [field for field in fields if field in LIVE_REQUIRED + LIMIT_REQUIRED + either
                     or (field not in ('Current', 'Power') and chance.random() < 0.2)]
        else:
            names = [field for field in fields if chance.random() < 0.3] or [chance.choice(fields)]
        said = values_of(chance, names, 0.02 if complete else 0.15)
        if has_rules(config):
            add_inputs(chance, said, config)
        spoil(chance, said)
    said.pop('Sequence', None)
    said.pop('Connected', None)
    if chance.random() < 0.1:
        said['Sequence'] = chance.randint(0, 9)
    if chance.random() < 0.07:
        said['Connected'] = chance.choice((0, 0, 0, 1, 2, 2, None, 'text:x'))
    return said


def history(chance):
    """A list of commands: name, time, what is said with it."""
    config = configuration(chance)
    steps = [('new', 0, config)]
    now, before = 0, None
    # Some sources speak often, some seldom.
    gaps = chance.choice(((0, 1, 1, 2, 3), (0, 1, 1, 2, 3, 8), (1, 5, 12, 30)))
    for _ in range(LENGTH):
        gap = TENTH * (chance.choice(gaps) if chance.random() < 0.9 else chance.randint(0, 50))
        gap += round(rule_histories.days(chance, config) * 864_000 * TENTH)
        # Just before and just behind what the times above would meet.
        now += max(0, gap + (chance.choice((-1, 1)) if chance.random() < 0.1 else 0))
        kind = chance.random()
        if kind < 0.6:
            replace = kind < 0.1
            before = record(chance, config, chance.random() < (0.8 if replace else 0.5), before)
            steps.append(('put' if replace else 'post', now, before))
        elif kind < 0.62:
            steps.append(('delete', now, {}))
        elif kind < 0.65:
            steps.append(('configure', now, configuration(chance, config['monitor'])))
        elif kind < 0.67:
            # A restart: nothing is known any more.
            config = configuration(chance) if chance.random() < 0.5 else config
            steps.append(('new', now, config))
        else:
            steps.append(('tick', now, {}))
    return steps


def words(pairs):
    """@pairs: two values of one name are a tuple"""
    each = [(name, value) for name, values in pairs.items()
            for value in (values if isinstance(values, tuple) else (values,))]
    return ' '.join(f'{name}={"null" if value is None else value}' for name, value in each)


def take_step(model, name, now, said):
    """Returns: the model and whether the record was taken"""
    if name == 'new':
        return Model(now, said), True
    if name in RECORDS:
        return model, model.push(now, said, name == 'put')
    if name == 'delete':
        model.delete(now)
    elif name == 'configure':
        model.configure(now, said)
    else:
        model.tick(now)
    return model, True


def agree(field, found, wanted):
    if found is None or wanted is None:
        return found is wanted
    if field in LIMITS:
        return abs(found - wanted) < 1e-6
    # What follows from two others is rounded, and a half may go either way.
    return abs(found - wanted) <= 0.5000001 * 10 ** -DECIMALS.get(field, 1)


class Line:
    """What the driver has seen after a command."""

    def __init__(self, line):
        line, _, doubted = line.partition(' doubted')
        self.state, taken, told, *pairs = line.split()
        self.taken, self.told, self.doubted = taken == '1', int(told), set(doubted.split())
        self.found = {name: float(value) for name, _, value in (pair.partition('=') for pair in pairs)}


def differences(model, name, now, before, taken, line):
    """What the driver's @line has that the model has not, in words; empty where they agree.

    @before: what the model showed before the step, and its state"""
    state, found, wanted = line.state, line.found, model.shown(now)
    wrong = []
    if state != model.state:
        return [f'state {state}, not {model.state}']
    if line.taken != taken:
        wrong.append('taken' if line.taken else 'refused')
    if name in RECORDS and line.doubted != set(model.judged.with_(DOUBTED)):
        wrong.append(f'doubted: {line.doubted}, not {model.judged.with_(DOUBTED)}')
    # A record brings the ladder at the same moment, and itself.
    if line.told > (2 if name in RECORDS else 1):
        wrong.append(f'{line.told} signals')
    if name != 'new' and line.told == 0 and before != (wanted, model.state):
        wrong.append('no signal')
    for field in sorted({*found, *wanted}):
        # Whether it had expired before `stale` came is a matter of who looked when.
        if field == 'ChargeRequest' and state == 'stale':
            if found.get(field, 0) != 0:
                wrong.append('ChargeRequest in stale')
        elif not agree(field, found.get(field), wanted.get(field)):
            wrong.append(f'{field} {found.get(field)}, not {wanted.get(field)}')
    return wrong + broken(model, now, state, found)


def broken(model, now, state, found):
    """The invariants of the ladder that do not hold."""
    limits = [name for name in LIMIT_REQUIRED if name in found]
    wrong = []
    if len(limits) not in (0, len(LIMIT_REQUIRED)) or (not limits and any(name in found for name in LIMITS)):
        wrong.append(f'only {limits} of the limits are valid')
    if limits and model.age(now) >= model.config['drop']:
        wrong.append('a limit is valid beyond drop-after')
    if found.get('MaxChargeCurrent', 0) > 0 and state not in ('live', 'late'):
        wrong.append('charging is allowed')
    if 'Soc' in found and (found['Soc'] not in model.socs or state not in ('live', 'late')):
        wrong.append('a Soc that no record carried')
    if found and state in ('waiting', 'gone'):
        wrong.append('something is shown off the bus')
    return wrong


def broken_by_record(model, said, before, line):
    """The invariants about a record that do not hold.

    @before: what the driver had seen before it"""
    wrong = []
    judged = Judged({} if said.get('Connected') == 0 or 'refused: replayed' in model.met else
                    {field: sent for field, sent in said.items() if not (model.monitor and field in LIMITS)})
    unreliable = [field for field in LIMIT_REQUIRED if judged.said.get(field) == WRONG or field in line.doubted]
    # Of what is said twice the safer one acts on what is on the bus already.
    shown = model.judged_in in ('live', 'late')
    said = {field: judged.safer[field] if shown and field in judged.safer else judged.value(field)
            for field in judged.said}
    for field in LIMIT_REQUIRED:
        found, most = line.found.get(field, 0), said.get(field)
        # What rules have lowered rises with any record.
        if unreliable and shown and not has_rules(model.config) and found > before.found.get(field, NEVER):
            wrong.append(f'{field} rises beside {unreliable}')
        if (shown or model.judged_in == 'stale') and field not in line.doubted and most is not None \
                and found > safe(field, most) + 1e-6:
            wrong.append(f'{field} is not as low as was sent')
    for field in ALARMS:
        if line.found and line.found.get(field, 0) < (said.get(field) or 0):
            wrong.append(f'{field} is not as high as was sent')
    return wrong


def broken_by_voltages(fields, found, last, taken, remembered):
    """In `live` and `late` no voltage steps far from what it was there, or as the source sent it while
    another was shown.

    @last: field → value, as last on the bus
    @taken: and as last taken
    @remembered: what of them has not been forgotten since"""
    wrong = []
    for field in fields:
        known = [values[field] for values in (last, taken) if field in values]
        if field in found and field in last and not any(value / (STEP + 0.01) < found[field] < value * (STEP + 0.01)
                                                for value in known):
            wrong.append(f'{field} steps from {known} to {found[field]}')
        if field in found and field in remembered:
            last[field] = found[field]
    return wrong


def forgets_voltages(name, said, config):
    return name in ('new', 'delete') or (name == 'configure'
                                         and any(said.get(key) != config.get(key) for key in BELT))


def check(steps, lines, seen):
    """Returns: what differs, in words, at which step; None where nothing does"""
    model, last, line = None, {}, None
    for i, ((name, now, said), text) in enumerate(zip(steps, lines)):
        earlier, line = line, Line(text)
        if forgets_voltages(name, said, model.config if model is not None else {}):
            last.clear()
        voltages = dict(model.last) if model is not None else {}
        before = (model.shown(now), model.state) if model is not None else None
        # Time has passed for what is shown before, too.
        if model is not None and name != 'new':
            before = (seen['shown'], model.state)
        model, taken = take_step(model, name, now, said)
        wrong = differences(model, name, now, before, taken, line)
        if line.state in ('live', 'late'):
            # The charge voltage of rules follows from the cells.
            fields = ('Voltage',) if has_rules(model.config) else ('Voltage', 'MaxChargeVoltage')
            wrong += broken_by_voltages(fields, line.found, last, voltages, model.last)
        if name in RECORDS:
            wrong += broken_by_record(model, said, earlier, line)
            for kind in model.met:
                seen['kinds'][kind] = seen['kinds'].get(kind, 0) + 1
        seen['shown'] = model.shown(now)
        key = f'{name} → {model.state}' + ('' if taken else ' (refused)')
        seen['steps'][key] = seen['steps'].get(key, 0) + 1
        if wrong:
            return i, '; '.join(wrong)
    return None


def line_of(step):
    """The command as the driver reads it."""
    name, now, said = step
    return f'{name} {now} {words(said)}'.rstrip()


def drive(driver, histories, line_of_step=line_of):
    commands = ''.join(line_of_step(step) + '\n' for steps in histories for step in steps)
    # The driver warns, and ends, where the battery does what it must not.
    said = subprocess.run([driver], input=commands, stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    return said + ['ended 0 0'] * (sum(map(len, histories)) - len(said))


def run(driver, count, seed):
    """Returns: what differs, as lines; how often each step led where, and what was met on the way"""
    chance = random.Random(seed)
    seen = {'steps': {}, 'shown': {}, 'kinds': {}}
    for first in range(0, count, BATCH):
        histories = [history(chance) for _ in range(min(BATCH, count - first))]
        lines = drive(driver, histories)
        at = 0
        for number, steps in enumerate(histories, first):
            wrong = check(steps, lines[at:at + len(steps)], seen)
            if wrong:
                return [f'history {number} of seed {seed}:', *(f'  {name} {now} {words(said)}' for name, now, said
                        in steps[:wrong[0] + 1]), f'differs: {wrong[1]}'], seen
            at += len(steps)
    return [], seen


# What may be remarkable about a record, beside what is refused.
KINDS = ([f'Soc doubted: {state}' for state in STEPS]
         + [f'MaxDischargeCurrent doubted: {state}' for state in STEPS]
         + [f'{field} held: {state}' for field in LIMIT_REQUIRED for state in ('waiting', 'live', 'late', 'gone')]
         + [f'MaxDischargeCurrent held: {state}' for state in ('stale', 'lost')]
         + [f'{field} doubted: step' for field in ('Voltage', 'MaxChargeVoltage')]
         + [f'{field} doubted: does not fit Voltage' for field in ('Voltage', 'MaxChargeVoltage')]
         + ['MaxChargeVoltage doubted: does not fit BatteryLowVoltage',
            'BatteryLowVoltage doubted: does not fit BatteryLowVoltage',
            'BatteryLowVoltage doubted: rises to Voltage']
         + ['Soc held', 'Soc 0 repeated', 'Soc 0 repeated, full', 'limits 0 repeated', 'limits 0 beside an alarm']
         + [f'wrong: {kind}' for kind in ('required', 'limit', 'alarm', 'other')]
         + [f'safer limit: {state}' for state in ('live', 'late', 'stale')]
         + [f'safer alarm: {state}' for state in ('live', 'late', 'stale', 'lost')]
         + ['safer of two limits', 'safer of two alarms', 'twice and doubted']
         + ['out of reach', 'out of reach again', 'PUT as POST']
         + [f'refused: {why}' for why in ('replayed', 'empty', 'Connected', 'nothing of use', 'a wrong field',
                                          'missing')])


def never_met(kinds):
    return [kind for kind in KINDS if kind not in kinds]


def never_taken(steps):
    """Steps that a set of histories worth its name has."""
    wanted = [f'{name} → {state}' for name in ('post', 'put', 'configure') for state in STEPS]
    wanted += [f'tick → {state}' for state in STEPS] + ['delete → gone', 'new → waiting', 'post → live (refused)']
    return [step for step in wanted if step not in steps]


def main():
    driver = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    seeds = [int(sys.argv[3])] if len(sys.argv) > 3 else [1, random.SystemRandom().randrange(10 ** 9)]
    print(f'1..{len(seeds)}', flush=True)
    failed = False
    for number, seed in enumerate(seeds, 1):
        wrong, seen = run(driver, count // len(seeds), seed)
        missing = never_taken(seen['steps']) + never_met(seen['kinds']) if not wrong else []
        for line in wrong + [f'never: {step}' for step in missing]:
            print('#', line)
        failed = failed or bool(wrong) or bool(missing)
        print('not ok' if wrong or missing else 'ok', f'{number} - {count // len(seeds)} histories of seed {seed}, '
              f'{sum(seen["steps"].values())} steps', flush=True)
    sys.exit(failed)


if __name__ == '__main__':
    main()
