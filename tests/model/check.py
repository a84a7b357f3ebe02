#!/usr/bin/python3
"""The real battery against the model of its ladder, step by step, through random histories.

    check.py DRIVER [HISTORIES [SEED]]

Without a seed: one that is always the same, and one of its own for every run, which is printed.
"""
import random
import subprocess
import sys

from model import ALARMS, BLOCK, DECIMALS, DROP, LIMITS, LIMIT_REQUIRED, LIVE_REQUIRED, STEPS, STOP_CHARGING, Model

TENTH = 100_000  # of a second; times are microseconds
LENGTH = 24
BATCH = 500  # histories for one process of the driver
VALUES = {
    'Soc': (10, 50, 90.5), 'Voltage': (51, 52.25, 53), 'Current': (-20, 0, 30.5), 'Power': (-1000, 0, 500),
    'MaxChargeVoltage': (54, 55.2, 55.19999695, 56.57), 'MaxChargeCurrent': (0, 0.05, 20, 80, 120.59),
    'MaxDischargeCurrent': (0.05, 10, 100.08, 150), 'BatteryLowVoltage': (44, 46.01), 'ChargeRequest': (0, 1),
    'Temperature': (5, 21.5), 'HighVoltage': (0, 1, 2), 'BmsCable': (0, 2),
}
OPTIONS = {'stale-voltage': (0.4, (53.59, 55, 60)), 'belt-voltage': (0.2, (54.58, 56)),
           'belt-current': (0.3, (10, 50)), 'belt-discharge': (0.2, (50.09, 120)),
           'low-voltage': (0.3, (45.02,)), 'belt-low-voltage': (0.2, (45.51,))}


def configuration(chance):
    warn = chance.randint(1, 10)
    stale = warn + chance.randint(1, 10)
    drop = stale + chance.randint(0, 10)
    times = {'warn': warn, 'stale': stale, 'drop': drop, 'leave': drop + chance.randint(0, 10),
             'optional': stale + chance.randint(0, 20),
             'frozen': 0 if chance.random() < 0.6 else warn + chance.randint(0, 20)}
    config = {'monitor': int(chance.random() < 0.15), **{key: time * TENTH for key, time in times.items()},
              'on-stale': chance.choice((STOP_CHARGING, STOP_CHARGING, BLOCK, DROP))}
    for key, (often, values) in OPTIONS.items():
        if chance.random() < often:
            config[key] = chance.choice(values)
    return config


def values_of(chance, names, empty):
    return {name: None if chance.random() < empty else chance.choice(VALUES[name]) for name in names}


def record(chance, monitor, complete, before):
    """@before: the last one, which is often sent again"""
    if before and chance.random() < 0.25:
        said = dict(before)
    else:
        fields = [field for field in VALUES if not (monitor and field in LIMITS and chance.random() < 0.98)]
        if complete:
            either = chance.choice((('Current',), ('Power',), ('Current', 'Power')))
            names = [field for field in fields if field in LIVE_REQUIRED + LIMIT_REQUIRED + either
                     or (field not in ('Current', 'Power') and chance.random() < 0.2)]
        else:
            names = [field for field in fields if chance.random() < 0.3] or [chance.choice(fields)]
        said = values_of(chance, names, 0.02 if complete else 0.15)
    said.pop('Sequence', None)
    if chance.random() < 0.1:
        said['Sequence'] = chance.randint(0, 9)
    if chance.random() < 0.02:
        said['Connected'] = chance.randint(0, 1)
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
        # Just before and just behind what the times above would meet.
        now += max(0, gap + (chance.choice((-1, 1)) if chance.random() < 0.1 else 0))
        kind = chance.random()
        if kind < 0.6:
            replace = kind < 0.1
            before = record(chance, config['monitor'], chance.random() < (0.8 if replace else 0.5), before)
            steps.append(('put' if replace else 'post', now, before))
        elif kind < 0.62:
            steps.append(('delete', now, {}))
        elif kind < 0.65:
            steps.append(('configure', now, configuration(chance)))
        elif kind < 0.67:
            # A restart: nothing is known any more.
            config = configuration(chance) if chance.random() < 0.5 else config
            steps.append(('new', now, config))
        else:
            steps.append(('tick', now, {}))
    return steps


def words(pairs):
    return ' '.join(f'{name}={"null" if value is None else value}' for name, value in pairs.items())


def take_step(model, name, now, said):
    """Returns: the model and whether the record was taken"""
    if name == 'new':
        return Model(now, said), True
    if name in ('post', 'put'):
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


def differences(model, name, now, before, taken, line):
    """What the driver's @line has that the model has not, in words; empty where they agree.

    @before: what the model showed before the step, and its state"""
    state, found_taken, told, *pairs = line.split()
    told = int(told)
    found = {name: float(value) for name, _, value in (pair.partition('=') for pair in pairs)}
    wanted = model.shown(now)
    wrong = []
    if state != model.state:
        return [f'state {state}, not {model.state}']
    if bool(int(found_taken)) != taken:
        wrong.append('taken' if found_taken == '1' else 'refused')
    # A record brings the ladder at the same moment, and itself.
    if told > (2 if name in ('post', 'put') else 1):
        wrong.append(f'{told} signals')
    if name != 'new' and told == 0 and before != (wanted, model.state):
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


def check(steps, lines, seen):
    """Returns: what differs, in words, at which step; None where nothing does"""
    model = None
    for i, ((name, now, said), line) in enumerate(zip(steps, lines)):
        before = (model.shown(now), model.state) if model is not None else None
        # Time has passed for what is shown before, too.
        if model is not None and name != 'new':
            before = (seen['shown'], model.state)
        model, taken = take_step(model, name, now, said)
        wrong = differences(model, name, now, before, taken, line)
        seen['shown'] = model.shown(now)
        key = f'{name} → {model.state}' + ('' if taken else ' (refused)')
        seen['steps'][key] = seen['steps'].get(key, 0) + 1
        if wrong:
            return i, '; '.join(wrong)
    return None


def drive(driver, histories):
    commands = ''.join(f'{name} {now} {words(said)}'.rstrip() + '\n' for steps in histories for name, now, said in steps)
    # The driver warns, and ends, where the battery does what it must not.
    said = subprocess.run([driver], input=commands, stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()
    return said + ['ended 0 0'] * (sum(map(len, histories)) - len(said))


def run(driver, count, seed):
    """Returns: what differs, as lines; how often each step led where"""
    chance = random.Random(seed)
    seen = {'steps': {}, 'shown': {}}
    for first in range(0, count, BATCH):
        histories = [history(chance) for _ in range(min(BATCH, count - first))]
        lines = drive(driver, histories)
        at = 0
        for number, steps in enumerate(histories, first):
            wrong = check(steps, lines[at:at + len(steps)], seen)
            if wrong:
                return [f'history {number} of seed {seed}:', *(f'  {name} {now} {words(said)}' for name, now, said
                        in steps[:wrong[0] + 1]), f'differs: {wrong[1]}'], seen['steps']
            at += len(steps)
    return [], seen['steps']


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
        wrong, steps = run(driver, count // len(seeds), seed)
        missing = never_taken(steps) if not wrong else []
        for line in wrong + [f'never: {step}' for step in missing]:
            print('#', line)
        failed = failed or bool(wrong) or bool(missing)
        print('not ok' if wrong or missing else 'ok', f'{number} - {count // len(seeds)} histories of seed {seed}, '
              f'{sum(steps.values())} steps', flush=True)
    sys.exit(failed)


if __name__ == '__main__':
    main()
