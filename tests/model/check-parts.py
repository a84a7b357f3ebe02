#!/usr/bin/python3
"""The real battery of several parts against the model of their merge, step by step, through random histories.

    check-parts.py DRIVER [HISTORIES [SEED]]

DRIVER `-`: the model alone, against what must hold of it. Without a seed: one that is always the same, and one of its
own for every run, which is printed.
"""
import random
import sys

from check import BATCH, Line, agree, drive, words
from model import ALARMS, BLOCK, DOUBTED, DROP, LIMITS, LIMIT_REQUIRED, STEPS, STOP_CHARGING, SWITCHES, safe
from parts import SWITCH, Parts

# By how much what is shown may differ from what was sent.
ROUNDED = {'Voltage': 0.005, 'Temperature': 0.05, 'MaxChargeVoltage': 0.1, 'MinCellVoltage': 0.0005,
           'MaxCellVoltage': 0.0005, 'Soh': 0.5}
SECOND = 1_000_000  # times are microseconds
LENGTH = 45
RECORDS = ('postpart', 'putpart')
MODULES = ('NrOfModulesOnline', 'NrOfModulesOffline')
NAMES = ('left', 'right', 'third', 'fourth')
VALUES = {
    'Soc': (20, 50, 50.5, 51, 90.5, 100), 'Voltage': (51, 52, 52.25, 53), 'Current': (-20, -3.25, 0, 10, 30.5),
    'Power': (-1000, 0, 500, 1600), 'MaxChargeVoltage': (54, 55.2, 55.19999695, 56.57),
    'MaxChargeCurrent': (0, 0.05, 20, 80, 100, 120.59), 'MaxDischargeCurrent': (0.05, 10, 100.08, 150, 200),
    'BatteryLowVoltage': (44, 46.01, 48), 'ChargeRequest': (0, 1), 'Temperature': (5, 21.5, 30),
    'HighVoltage': (0, 1, 2),
    'BmsCable': (0, 2), 'AllowToCharge': (0, 1), 'AllowToDischarge': (0, 1), 'InstalledCapacity': (100, 300),
    'Soh': (80, 95, 100), 'MinCellVoltage': (3.1, 3.25), 'MaxCellVoltage': (3.3, 3.45),
}
OFTEN = {'HighVoltage': (6, 1, 1), 'BmsCable': (6, 1), 'MaxChargeCurrent': (1, 1, 6, 6, 6, 6),
         'AllowToCharge': (2, 3), 'AllowToDischarge': (1, 3)}
SOMETIMES = {'BatteryLowVoltage': 0.1, 'ChargeRequest': 0.1, 'Temperature': 0.15, 'HighVoltage': 0.15,
             'BmsCable': 0.05, 'Soh': 0.05, 'MinCellVoltage': 0.05, 'MaxCellVoltage': 0.05,
             'AllowToCharge': 0.12, 'AllowToDischarge': 0.12, 'InstalledCapacity': 0.03}
WRONG_VALUES = {'Soc': (-6, 106), 'Voltage': (0, 1001), 'Current': (-4000,), 'MaxChargeVoltage': (0,),
                'MaxChargeCurrent': (-1,), 'MaxDischargeCurrent': (4000,), 'Temperature': (200,), 'HighVoltage': (3,)}
SAID = (('Voltage', 'Current', 'Power', 'Soc'), ('Voltage', 'Current', 'Power', 'Soc'), ('Current', 'Power'), ('Soc',),
        ('Soc', 'HighVoltage'), ('Temperature',), LIMIT_REQUIRED)
OPTIONS = {'stale-voltage': (0.3, (53.59, 60)), 'belt-voltage': (0.15, (54.58, 110)), 'belt-current': (0.2, (50, 150)),
           'belt-discharge': (0.2, (50.09, 250)), 'low-voltage': (0.3, (45.02,)), 'belt-low-voltage': (0.2, (45.51,))}


def parts_of(chance, series, monitor):
    """Two or three packs, and often one that says something alone."""
    count = chance.choice((1, 2, 2, 2, 3))
    alike = chance.random() < 0.3
    capacities = [280 if alike else chance.choice((50, 100, 280)) for _ in range(count)]
    if chance.random() < 0.1:
        capacities[0] = None
    parts = [(NAMES[i], {'capacity': capacities[i], 'leave-out': not series and chance.random() < 0.6, 'says': ()})
             for i in range(count)]
    if count == 1 or chance.random() < 0.3:
        says = chance.choice(SAID[:1] if count == 1 else SAID[2:6] if monitor else SAID)
        parts.insert(chance.randint(0, count), ('shunt', {'capacity': None, 'leave-out': False, 'says': says}))
    return parts


def times_of(chance):
    warn = chance.randint(3, 8)
    stale = warn + chance.randint(1, 8)
    drop = stale + chance.randint(0, 10)
    times = {'warn': warn, 'stale': stale, 'drop': drop, 'leave': drop + chance.randint(0, 25),
             'optional': stale + chance.randint(0, 20)}
    return {key: time * SECOND for key, time in times.items()}


def configuration(chance):
    monitor = int(chance.random() < 0.1)
    series = int(chance.random() < 0.25)
    config = {'monitor': monitor, 'refuse': int(chance.random() < 0.25), 'frozen': 0, **times_of(chance),
              'on-stale': chance.choice((STOP_CHARGING, STOP_CHARGING, BLOCK, DROP)), 'series': series}
    for key, (often, values) in OPTIONS.items():
        if chance.random() < often:
            config[key] = chance.choice(values)
    return {**config, 'parts': parts_of(chance, series, monitor)}


class Source:
    """Who sends for one part: regularly, with gaps."""

    def __init__(self, chance, name, own, config):
        self.name, self.own = name, own
        self.sends = chance.random() < 0.85
        self.off = False
        self.fields = [field for field in ('Soc', 'Voltage', *LIMIT_REQUIRED) if not (config['monitor']
                       and field in LIMITS)] + list(chance.choice((('Current',), ('Power',), ('Current', 'Power'))))
        self.fields += [field for field in ('Soh', 'MinCellVoltage', 'MaxCellVoltage', *SWITCHES)
                        if chance.random() < 0.25]
        if own['says']:
            self.fields = list(own['says'] if chance.random() < 0.8 else dict.fromkeys((*own['says'], *self.fields)))
        elif chance.random() < 0.3:
            said = {field for _, other in config['parts'] for field in other['says']}
            self.fields = [field for field in self.fields if field not in said] or ['Voltage']
        self.values = {}

    def turn(self, chance):
        if chance.random() < (0.02 if self.sends else 0.06):
            self.sends = not self.sends

    def record(self, chance):
        for field in self.fields:
            if field not in self.values or chance.random() < 0.25:
                self.values[field] = chance.choices(VALUES[field], OFTEN.get(field))[0]
        said = dict(self.values)
        for field, often in SOMETIMES.items():
            if chance.random() < often:
                said[field] = None if chance.random() < 0.15 else chance.choices(VALUES[field], OFTEN.get(field))[0]
        spoil(chance, said)
        return said


def spoil(chance, said):
    kind = chance.random()
    if kind < 0.06:
        for field in chance.sample(sorted(said), chance.randint(1, len(said))):
            del said[field]
        if not said:
            said['Soc'] = 50
    elif kind < 0.10:
        said[chance.choice(sorted(said))] = None
    elif kind < 0.14:
        field = chance.choice(sorted(WRONG_VALUES))
        said[field] = 'text:x' if chance.random() < 0.3 else chance.choice(WRONG_VALUES[field])
    elif kind < 0.16:
        said.update({field: 0 for field in ('Soc', 'MaxChargeCurrent', 'MaxDischargeCurrent') if field in said})
    elif kind < 0.18 and said.get('Voltage') in VALUES['Voltage']:
        said['Voltage'] *= 10
    elif kind < 0.20:
        said['Sequence'] = chance.randint(0, 9)
    elif kind < 0.23:
        said['Connected'] = chance.choice((0, 0, 0, 1, 2))
    elif kind < 0.24:
        said.clear()


def history(chance):
    """A list of commands: name, time, what is said with it; of a part its name stands before that."""
    config = configuration(chance)
    steps = [('new', 0, config)]
    now = 0
    sources = [Source(chance, name, own, config) for name, own in config['parts']]
    gaps = chance.choice(((0.1, 0.5, 1), (0.5, 1, 1.5), (0, 1, 3)))
    often = chance.choice((0.005, 0.03))
    while len(steps) < LENGTH:
        gap = chance.choice(gaps) if chance.random() < 0.97 else chance.randint(0, 30)
        now += max(0, int(SECOND * gap) + (chance.choice((-1, 1)) if chance.random() < 0.05 else 0))
        kind = chance.random()
        for source in sources:
            source.turn(chance)
        source = chance.choice(sources)
        if kind < often:
            steps.append(('deletepart', now, source.name, {}))
            source.sends = chance.random() < 0.3
        elif kind < 0.035:
            steps.append(('configure', now, {**configuration(chance), 'parts': config['parts'],
                                             'series': config['series'], 'monitor': config['monitor']}))
        elif kind < 0.15:
            steps.append(('tick', now, {}))
        elif source.sends:
            steps.append(('putpart' if chance.random() < 0.1 else 'postpart', now, source.name, source.record(chance)))
    return steps


def line_of(step):
    """The command as the driver reads it."""
    name, now, *part, said = step
    if name not in ('new', 'configure'):
        return ' '.join((name, str(now), *part, words(said))).rstrip()
    pairs = {key: value for key, value in said.items() if key != 'parts'}
    parts = [f'part={part}:{own["capacity"] or 0}:{int(own["leave-out"])}:{",".join(own["says"])}'
             for part, own in said['parts']]
    return ' '.join((name, str(now), words(pairs), *parts))


def take_step(model, step):
    """Returns: the model and whether the record was taken"""
    name, now, *part, said = step
    if name == 'new':
        return Parts(now, said), True
    if name in RECORDS:
        return model, model.push_part(now, *part, said, name == 'putpart')
    if name == 'deletepart':
        model.delete_part(now, *part)
    elif name == 'configure':
        model.configure(now, said)
    else:
        model.tick(now)
    return model, True


def differences(model, step, before, taken, line):
    """What the driver's @line has that the model has not, in words; empty where they agree.

    @before: the model's state before the step"""
    name, now = step[:2]
    found, wanted = line.found, model.shown(now)
    if line.state != model.state:
        return [f'state {line.state}, not {model.state}']
    wrong = []
    if line.taken != taken:
        wrong.append('taken' if line.taken else 'refused')
    if name in RECORDS and line.doubted != set(model.judged.with_(DOUBTED)):
        wrong.append(f'doubted: {line.doubted}, not {model.judged.with_(DOUBTED)}')
    if line.told > (2 if name in RECORDS + ('deletepart',) else 1):
        wrong.append(f'{line.told} signals')
    if name != 'new' and line.told == 0 and before != model.state:
        wrong.append('no signal')
    for field in sorted({*found, *wanted}):
        if field == 'ChargeRequest' and line.state == 'stale':
            if found.get(field, 0) != 0:
                wrong.append('ChargeRequest in stale')
        elif field in MODULES and line.state in ('stale', 'lost'):
            continue
        elif not agree(field, found.get(field), wanted.get(field)):
            wrong.append(f'{field} {found.get(field)}, not {wanted.get(field)}')
    return wrong


class Witness:
    """What must hold of a battery of parts, seen from the records that were taken, and from which parts count."""

    def __init__(self):
        self.soc = None        # as last shown, and of which packs it was
        self.counted = set()   # the packs that did when last seen
        self.staying = set()   # those that have left and whose Soc stays
        self.carried = {}      # part → field → list of time and value

    def note(self, model, step):
        name, now, *part, _ = step
        if name == 'new':
            self.carried = {part_: {} for part_ in model.parts}
        elif name in RECORDS:
            for field, value in model.judged.values.items():
                if value is not None:
                    self.carried[part[0]].setdefault(field, []).append((now, value))

    def broken(self, model, step, state, found):
        self.note(model, step)
        now = step[1]
        self.note_staying(model, now)
        wrong = self.broken_socs(model, step, state, found)
        if state not in ('live', 'late'):
            return wrong + self.broken_limits(model, now, found)
        packs = [part for part in model.packs if part.counts]
        said = {field for part in model.sayers for field in part.says}
        if model.sayers == [] and 'Current' in found:
            currents = [part.current(now)[0] for part in packs]
            whole = sum(currents) / (len(currents) if model.series else 1)
            if abs(whole - found['Current']) > 0.0500001:
                wrong.append(f'Current {found["Current"]} is not that of {currents}')
        wrong += self.broken_aggregates(model, packs, said, found)
        return wrong + self.broken_limits(model, now, found)

    def note_staying(self, model, now):
        for part in model.packs:
            if part.declared_off or part.gone_at == now or part.counts:
                self.staying.discard(part.name)
            if part.counts and part.state not in ('waiting', 'gone'):
                self.counted.add(part.name)
            elif part.counts:
                self.counted.discard(part.name)
            elif part.name in self.counted or part.counts_since == now:
                self.counted.discard(part.name)
                if not part.declared_off and part.state != 'gone' and part.gone_at != now:
                    self.staying.add(part.name)

    def broken_aggregates(self, model, packs, said, found):
        """Each is of what the parts that count sent since they count."""
        wrong = []
        for field, bounds in ROUNDED.items():
            if field in said or field not in found or (model.series and field in ('Voltage', 'MaxChargeVoltage')):
                continue
            sent = [value for part in packs for time, value in self.carried[part.name].get(field, ())
                    if time >= part.counts_from]
            if not min(sent, default=2000) - bounds <= found[field] <= max(sent, default=-2000) + bounds \
                    and field not in ('MaxChargeVoltage',):
                wrong.append(f'{field} {found[field]} is not of {sent}')
            if field == 'MaxChargeVoltage' and found[field] > min(part.value(field) for part in packs) + 0.001:
                wrong.append('MaxChargeVoltage is above one that counts')
        for field in ALARMS[:1] + SWITCHES:
            counting = [part for part in model.parts.values() if part.counts or field in ALARMS]
            if field in found and not any(value == found[field] for part in counting
                                          for time, value in self.carried[part.name].get(field, ())
                                          if time >= part.counts_from or field in ALARMS):
                wrong.append(f'{field} {found[field]} is of no part that counts')
        return wrong

    def broken_limits(self, model, now, found):
        """Nothing beyond what the parts that count bear."""
        wrong = []
        for field, switch in SWITCH.items():
            if field not in found or any(field in part.says for part in model.sayers):
                continue
            packs = [part for part in model.packs if part.counts]
            if not model.series:
                packs = [part for part in packs if not part.outside(switch, now)]
                if not packs and found[field] > 0:
                    wrong.append(f'{field} beside open switches')
            weights = model.weights(packs)
            for part, weight in zip(packs, weights):
                own = part.value(field)
                share = 1 if model.series else weight / sum(weights)
                # A trace of discharge is never rounded to none.
                if own is not None and found[field] * share > own + 0.101:
                    wrong.append(f'{field} {found[field]} is more than {part.name} bears: {own}')
        return wrong

    def broken_socs(self, model, step, state, found):
        """The Soc moves by no more than the records say."""
        name, now, *part, said = step
        before, self.soc = self.soc, None
        if state not in ('live', 'late') or model.series or model.sayers or 'Soc' not in found:
            return []
        packs = {pack.name: (pack.value('Soc'), pack.weight()) for pack in model.packs
                 if (pack.counts or pack.name in self.staying) and pack.value('Soc') is not None}
        self.soc = found['Soc'], packs
        if before is None or name in ('new', 'deletepart') or any(pack.counts_since == now for pack in model.packs):
            return []
        was, packs_then = before
        alike = [pack for pack in packs_then if pack in packs]
        if packs.keys() != packs_then.keys() or any(packs[pack][1] != packs_then[pack][1] for pack in alike):
            # One is gone, or comes back later than that; or weighs otherwise.
            return []
        moved = sum(abs(packs[pack][0] - packs_then[pack][0]) * weight
                    for pack, weight in zip(packs, model.weights([model.parts[pack] for pack in packs])))
        moved /= sum(model.weights([model.parts[pack] for pack in packs]))
        if abs(found['Soc'] - was) > moved + 0.1001:
            return [f'Soc moves from {was} to {found["Soc"]}, by more than {moved}']
        return []


def check(steps, lines, seen):
    """@lines: None for the model alone. Returns: what is wrong, in words, at which step; None where nothing is"""
    model, witness = None, Witness()
    for i, step in enumerate(steps):
        name, now = step[:2]
        before = model.state if model is not None else None
        counted = {part.name: part.counts for part in model.parts.values()} if model is not None else {}
        model, taken = take_step(model, step)
        wrong = []
        if lines is None:
            wrong += witness.broken(model, step, model.state, model.shown(now))
        else:
            line = Line(lines[i])
            wrong += differences(model, step, before, taken, line)
            wrong += [] if wrong else witness.broken(model, step, line.state, line.found)
        note(model, step, counted, taken, seen)
        if wrong:
            return i, '; '.join(wrong)
    return None


def note(model, step, counted, taken, seen):
    """What has been met."""
    name, now = step[:2]
    kinds = [f'{name} → {model.state}' + ('' if taken else ' (refused)')]
    for part in model.parts.values():
        kind = 'sayer' if part.says else 'pack'
        if counted.get(part.name) and not part.counts:
            kinds.append(f'{kind} {"off" if part.declared_off else "left out"}: {model.state}')
        if counted.get(part.name) is False and part.counts:
            kinds.append(f'{kind} returns: {model.state}')
        if not part.counts and part.soc_stays and model.state == 'live':
            kinds.append('a Soc that stays')
        if not part.counts and part.run is not None and model.state == 'live':
            kinds.append('on its way back')
        if model.state == 'live' and part.counts and not part.says and not model.series:
            kinds += [f'{switch} open' for switch in SWITCHES if part.outside(switch, now)]
            kinds += [f'{switch} closed again' for switch in SWITCHES
                      if part.value(switch) and part.last_open.get(switch) and not part.outside(switch, now)]
    for kind in kinds:
        seen['kinds'][kind] = seen['kinds'].get(kind, 0) + 1
    seen['steps'] += 1


def run(driver, count, seed):
    """Returns: what is wrong, as lines; and what was met on the way"""
    chance = random.Random(seed)
    seen = {'steps': 0, 'kinds': {}}
    for first in range(0, count, BATCH):
        histories = [history(chance) for _ in range(min(BATCH, count - first))]
        lines = drive(driver, histories, line_of) if driver != '-' else None
        at = 0
        for number, steps in enumerate(histories, first):
            wrong = check(steps, lines and lines[at:at + len(steps)], seen)
            if wrong:
                return [f'history {number} of seed {seed}:', *('  ' + line_of(step) for step in steps[:wrong[0] + 1]),
                        f'differs: {wrong[1]}'], seen
            at += len(steps)
    return [], seen


KINDS = ([f'{name} → {state}' for name in ('postpart', 'putpart', 'configure', 'tick') for state in STEPS]
         + ['deletepart → gone', 'deletepart → live', 'postpart → live (refused)']
         + [f'pack left out: {state}' for state in ('waiting', 'live', 'late', 'stale')]
         + ['pack off: live', 'pack off: gone', 'sayer left out: live', 'sayer off: live', 'sayer off: gone']
         + ['pack returns: live', 'sayer returns: live', 'a Soc that stays', 'on its way back']
         + [f'{switch} {how}' for switch in SWITCHES for how in ('open', 'closed again')])


def main():
    driver = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    seeds = [int(sys.argv[3])] if len(sys.argv) > 3 else [1, random.SystemRandom().randrange(10 ** 9)]
    print(f'1..{len(seeds)}', flush=True)
    failed = False
    for number, seed in enumerate(seeds, 1):
        wrong, seen = run(driver, count // len(seeds), seed)
        missing = [f'never: {kind}' for kind in KINDS if kind not in seen['kinds']] if not wrong else []
        for line in wrong + missing:
            print('#', line)
        if '-v' in sys.argv:
            for kind, often in sorted(seen['kinds'].items()):
                print('#', often, kind)
        failed = failed or bool(wrong) or bool(missing)
        print('not ok' if wrong or missing else 'ok', f'{number} - {count // len(seeds)} histories of seed {seed}, '
              f'{seen["steps"]} steps', flush=True)
    sys.exit(failed)


if __name__ == '__main__':
    main()
