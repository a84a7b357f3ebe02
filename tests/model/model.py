"""The ladder once more, written from its description alone: what a battery is and shows after each
step (docs/ARCHITECTURE.md, "The ladder").

It knows the fields of the histories alone; times are microseconds.
"""

import math

from rules import CHARGE, DISCHARGE, TEMPERATURES, Rules

LIVE_REQUIRED = ('Voltage', 'Soc')
LIMIT_REQUIRED = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent')
LIVE = ('Soc', 'Voltage', 'Current', 'Power', 'Temperature', 'Soh')
CELLS = tuple(f'Cell{number}' for number in range(1, 17))
# What rules look at, beside what is above.
INPUTS = ('MinCellVoltage', 'MaxCellVoltage', 'MinCellTemperature', 'MaxCellTemperature') + CELLS
# A source in which none of these changes, while current flows, is frozen.
MOVING = ('Voltage', 'Current', 'Power', 'Soc')
LIMITS = LIMIT_REQUIRED + ('BatteryLowVoltage', 'ChargeRequest')
ALARMS = ('HighVoltage', 'BmsCable')
SWITCHES = ('AllowToCharge', 'AllowToDischarge')  # they go with the alarms, and are none
PAIR = {'Current': 'Power', 'Power': 'Current'}  # one of the two is required
BELT = ('belt-voltage', 'belt-current', 'belt-discharge', 'belt-low-voltage')
RANGES = {'Soc': (0, 100), 'Voltage': (0.1, 1000), 'Current': (-3000, 3000), 'Power': (-1000000, 1000000),
          'Temperature': (-40, 125), 'MaxChargeVoltage': (0.1, 1000), 'MaxChargeCurrent': (0, 3000),
          'MaxDischargeCurrent': (0, 3000), 'BatteryLowVoltage': (0, 1000), 'ChargeRequest': (0, 1),
          'HighVoltage': (0, 2), 'BmsCable': (0, 2), 'MinCellVoltage': (0, 5), 'MaxCellVoltage': (0, 5),
          'AllowToCharge': (0, 1), 'AllowToDischarge': (0, 1), 'InstalledCapacity': (0, 1000000), 'Soh': (0, 100),
          'MinCellTemperature': (-40, 125), 'MaxCellTemperature': (-40, 125), **{cell: (0, 5) for cell in CELLS}}
SLACK = {'Soc': 5}  # so far outside it is brought to the end of the range
STEP = 1.5          # of a voltage against the last one taken
# What a record says of a field.
VALUE, NULL, WRONG, DOUBTED, HELD = 'value', 'null', 'wrong', 'doubted', 'held'
# Those that become invalid by themselves.
EXPIRE = LIVE + INPUTS + ('ChargeRequest',)
DECIMALS = {'Power': 0, 'Voltage': 2, 'HighVoltage': 0, 'BmsCable': 0, 'ChargeRequest': 0, 'Connected': 0,
            'Alarm': 0, 'NrOfModulesOnline': 0, 'NrOfModulesOffline': 0,
            'AllowToCharge': 0, 'AllowToDischarge': 0, 'Soh': 0, 'MinCellVoltage': 3, 'MaxCellVoltage': 3}
STEPS = ('waiting', 'live', 'late', 'stale', 'lost', 'gone')
PLACE = {state: place for place, state in enumerate(STEPS)}
STOP_CHARGING, BLOCK, DROP = range(3)
NEVER = float('inf')


def safe(field, limit, slack=0.01):
    """@limit in the tenths of the bus, towards safety. @slack: of a tenth, what floating point has made of it"""
    tenths = limit * 10
    if field == 'MaxDischargeCurrent' and 0 < tenths < 1:
        return 0.1
    return (math.ceil(tenths - slack) if field == 'BatteryLowVoltage' else math.floor(tenths + slack)) / 10


def read(field, sent):
    """What is said of a field, and the value, or None where it can have no such value."""
    if sent is None:
        return NULL, None
    if field not in RANGES or isinstance(sent, str):
        return WRONG, None
    (lowest, highest), slack = RANGES[field], SLACK.get(field, 0)
    if not lowest - slack <= sent <= highest + slack:
        return WRONG, None
    return VALUE, min(max(sent, lowest), highest)


class Judged:
    """A record of which each field is judged by itself."""

    def __init__(self, record):
        self.sent = record
        self.said, self.values = {}, {}
        self.safer = {}  # of those that were said twice, which is wrong
        for field, sent in record.items():
            if isinstance(sent, tuple):
                self.said[field], self.values[field] = WRONG, None
                self.safer[field] = (max if field in ALARMS else min)(sent)
            else:
                self.said[field], self.values[field] = read(field, sent)

    def value(self, field):
        """What is to be taken, or None."""
        return self.values[field] if self.said.get(field) == VALUE else None

    def number(self, field):
        """The number that was sent, whether it is right or not, or None."""
        sent = self.safer.get(field, self.sent.get(field))
        return sent if isinstance(sent, (int, float)) else None

    def with_(self, *kinds):
        return [field for field, said in self.said.items() if said in kinds]


class Zeros:
    """A zero that is repeated: since when, and when last."""

    def __init__(self, first=None, last=None):
        self.first, self.last = first, last

    def again(self, now, longest_gap):
        first = now if self.first is None or now - self.last >= longest_gap else self.first
        return Zeros(first, now)

    def lasted(self, now, time):
        return now - self.first >= time


def rules_of(config):
    prefix = 'limits.'
    return {key[len(prefix):]: text for key, text in config.items() if key.startswith(prefix)}


class Model:
    def __init__(self, now, config):
        self.config = dict(config)
        self.rules = Rules(rules_of(config), now)
        self.stops = False   # charging, by its programme
        self.ruled = {}      # the limits that the rules gave last
        self.carried = set()  # fields that a record has had a value for, or that followed from some
        self.kept = {}       # of what follows from the cells: the last (value, time) that there was
        self.state = 'waiting'
        self.since = {}      # required field → when a reload made it so
        self.sent = {}       # field → (value or None, time)
        self.nulled = set()  # nothing else takes their place
        self.in_force = {}   # the limits as they were last on the bus in `live` and `late`
        self.held = None     # and in `stale`
        self.sequence = None
        self.changed = now   # when one of MOVING last changed
        self.socs = set()    # those that records carried since the last "off"
        self.last = {}       # of Voltage and MaxChargeVoltage: the last ones taken
        self.soc_zeros = Zeros()
        self.limit_zeros = Zeros()
        self.off = -NEVER    # when the source last said that its battery is out of reach
        self.off_since = 0   # from which time on its age then counts
        self.judged = None   # the last record, and what was remarkable about it
        self.met = set()
        self.judged_in = None

    @property
    def monitor(self):
        return bool(self.config['monitor'])

    def value(self, field):
        return self.sent.get(field, (None, 0))[0]

    def time_of(self, field):
        value, time = self.sent.get(field, (None, 0))
        return -NEVER if value is None else time

    def age(self, now):
        """Of the oldest required field, or since a frozen source last changed anything. What came before the
        source said that its battery is out of reach does not count."""
        times = [max(self.required_time(field) for field in fields) for fields in self.required()]
        oldest = min(min(time, self.off_since) if time <= self.off else time for time in times)
        return max(now - oldest, self.frozen_age(now))

    def required(self):
        """Groups of fields of which one is enough."""
        if self.monitor:
            return [('Voltage',)]
        limits = [field for field in LIMIT_REQUIRED if field in self.carried or not self.rules.supplies(field)]
        inputs = [field for field in self.rules.inputs(DISCHARGE, self.carried) if field not in LIVE_REQUIRED]
        return [(field,) for field in (*LIVE_REQUIRED, *limits, *inputs)] + [tuple(PAIR)]

    def may_be_required(self, field):
        """Whether @field is one of those, if not now: one that rules supply, or that a curve of discharging may
        look at"""
        return any(field in fields for fields in self.required()) \
            or (not self.monitor and field in LIMIT_REQUIRED + self.rules.may_need())

    def required_time(self, field):
        known = self.kept.get(field, (None, -NEVER))[1] if field in INPUTS + ('Temperature',) else self.time_of(field)
        return max(known, self.since.get(field, -NEVER))

    def frozen_age(self, now):
        limit = self.config.get('frozen', 0)
        if limit == 0 or now - self.changed < limit or not self.fresh(self.current(now), now):
            return 0
        return now - self.changed - (limit - self.config['warn'])

    def fresh(self, known, now):
        """The value of one that becomes invalid by itself, or None."""
        return known[0] if now - known[1] < self.config['optional'] else None

    def either(self, now, field, derived):
        """Value and time of one that was sent, or follows from two others: the sent one, unless it has become
        invalid by itself, or is older than those by more than warn-after."""
        sent = self.sent.get(field, (None, 0))
        if field in self.nulled:
            return (None, 0)
        if sent[0] is None or self.fresh(sent, now) is None:
            return derived
        return derived if derived[0] is not None and derived[1] - sent[1] > self.config['warn'] else sent

    def follows(self, field, compute):
        voltage, other = self.sent.get('Voltage', (None, 0)), self.sent.get(field, (None, 0))
        if voltage[0] is None or other[0] is None:
            return (None, 0)
        return (compute(voltage[0], other[0]), min(voltage[1], other[1]))

    def members(self):
        return [cell for cell in CELLS if cell in self.carried]

    def cells(self, now, age):
        """Voltage and time of each cell that was ever seen, or None where one is not there or older than @age"""
        known = [self.sent.get(cell, (None, 0)) for cell in self.members()]
        if not known or any(not volts or now - time >= age for volts, time in known):
            return None
        return known

    def input(self, now, field):
        """Value and time of what a curve looks at, or (None, 0)"""
        derived = (None, 0)
        if field in ('MinCellVoltage', 'MaxCellVoltage'):
            cells = self.cells(now, self.config['optional'])
            if cells is not None:
                derived = ((min if field == 'MinCellVoltage' else max)(volts for volts, _ in cells),
                           min(time for _, time in cells))
        return self.either(now, field, derived)

    def worse(self, field, extreme, time):
        """What is sent of the highest or lowest cell, or a cell as young that is beyond it and not read wrongly"""
        cells = [volts for volts, at in (self.sent.get(cell, (None, 0)) for cell in self.members())
                 if volts and time - at < self.config['warn']]
        if field == 'MaxCellVoltage' and 'cell-voltage' in self.rules.curves[CHARGE]:
            return max([extreme] + cells)
        if field == 'MinCellVoltage' and 'cell-voltage' in self.rules.curves[DISCHARGE]:
            return min([extreme] + [volts for volts in cells if volts * 3 > extreme * 2])
        return extreme

    def note_inputs(self, now):
        """Keeps what curves look at, for the time in which it is not there; without rules nobody looks."""
        if not rules_of(self.config):
            self.kept.clear()
            return
        for field in INPUTS + ('Temperature',):
            value, time = self.input(now, field)
            if value is not None:
                self.kept[field] = (self.worse(field, value, time), time)
                self.carried.add(field)
        cells = self.cells(now, self.config['optional'])
        if cells is not None:
            self.kept['cells'] = ([volts for volts, _ in cells], min(time for _, time in cells))

    def evaluate(self, now, has_record=False):
        """What the rules make of the limits of the source, in `live` and `late` alone. Without a record that is
        taken nothing rises."""
        if self.monitor or self.state not in ('live', 'late'):
            self.rules.pause()
            return
        self.note_inputs(now)
        self.rules.begin(now, has_record, self.config['warn'])

        def charge(field):
            value, time = known(field)
            return value if now - time < self.config['stale'] else None

        def known(field):
            """One that is not there for a moment counts as it was last."""
            if field in INPUTS + ('Temperature',):
                return self.kept.get(field, (None, 0))
            return self.sent.get(field, (None, 0))

        cells, time = self.kept.get('cells', (None, 0))
        if now - time >= self.config['stale']:
            cells = None
        missing = self.rules.cell_most is not None and cells is None
        volts = self.rules.voltage(now, has_record, self.value('MaxChargeVoltage'), cells, self.value,
                                   not self.members() or self.cells(now, self.config['stale']))
        if has_record:
            self.stops = self.rules.programme.is_stopped(now, self.rules, self.value('Soc'))
        self.ruled = {
            'MaxChargeVoltage': volts,
            'MaxChargeCurrent': self.rules.current(now, has_record, CHARGE, self.value('MaxChargeCurrent'), charge,
                                                   self.carried, missing or self.stops),
            'MaxDischargeCurrent': self.rules.current(now, has_record, DISCHARGE, self.value('MaxDischargeCurrent'),
                                                      lambda field: known(field)[0], self.carried)}

    def current(self, now):
        return self.either(now, 'Current', self.follows('Power', lambda volts, watts: watts / volts))

    def power(self, now):
        return self.either(now, 'Power', self.follows('Current', lambda volts, amperes: volts * amperes))

    def enter(self, state, now):
        if PLACE[state] >= PLACE['stale'] > PLACE[self.state]:
            self.held = dict(self.in_force)
        if PLACE[state] >= PLACE['stale']:
            self.sequence = None
        self.state = state
        if state == 'stale':
            self.hold()
        elif state == 'lost':
            self.held = None
        elif state == 'gone':
            self.leave(now)

    def leave(self, now):
        """What a record carried within warn-after may still be part of the next complete one."""
        self.held = None
        self.rules.forget()
        self.kept = {field: known for field, known in self.kept.items() if now - known[1] < self.config['warn']}
        for field in LIVE + INPUTS + LIMITS + ALARMS + SWITCHES:
            if field in ALARMS + SWITCHES or now - self.sent.get(field, (None, -NEVER))[1] >= self.config['warn']:
                self.sent.pop(field, None)
                self.nulled.discard(field)

    def configured(self, key, field):
        """A limit of the configuration, never beyond what was configured; None where it is not set"""
        limit = self.config.get(key)
        return None if limit is None else safe(field, limit, 1e-6)

    def hold(self):
        """What `stale` makes of the limits that were in force: nothing is raised, nothing made valid."""
        bounds = {'MaxChargeCurrent': [0], 'ChargeRequest': [0],
                  'MaxChargeVoltage': [self.configured(key, 'MaxChargeVoltage')
                                       for key in ('stale-voltage', 'belt-voltage')],
                  'MaxDischargeCurrent': [0 if self.config['on-stale'] == BLOCK else None,
                                          self.configured('belt-discharge', 'MaxDischargeCurrent')]}
        for field, known in bounds.items():
            self.lower(field, [bound for bound in known if bound is not None])

    def lower(self, field, bounds):
        if self.held[field] is not None and bounds:
            self.held[field] = min(self.held[field], *bounds)

    def by_age(self, now):
        """Where time alone leads: only ever down."""
        age, config = self.age(now), self.config
        reached = 'live'
        for state, limit in (('late', 'warn'), ('stale', 'stale'), ('lost', 'drop'), ('gone', 'leave')):
            if age >= config[limit]:
                reached = state
        if reached == 'stale' and config['on-stale'] == DROP:
            reached = 'lost'
        return max(self.state, reached, key=PLACE.get)

    def tick(self, now):
        if self.state in ('waiting', 'gone'):
            return
        target = self.by_age(now)
        if target != self.state:
            self.enter(target, now)
        self.evaluate(now)
        self.settle()

    def push(self, now, record, replace):
        """Returns: whether the record is taken"""
        self.tick(now)
        self.met, self.judged_in = set(), self.state
        record, empty = dict(record), not record
        said_connected = 'Connected' in record
        sequence, connected = record.pop('Sequence', None), record.pop('Connected', 1)
        record = self.meant(record)
        self.judged = judged = Judged(record)
        if sequence not in (None, 0, 1) and self.sequence is not None and sequence <= self.sequence:
            self.sequence = sequence
            self.judged = Judged({})
            return self.refuse('replayed')
        if connected == 0:
            self.sequence = sequence if sequence is not None else self.sequence
            self.judged = Judged({})
            self.out_of_reach(now)
            return True

        zeros = self.soc_zeros, self.limit_zeros
        self.judge(now, judged)
        reason = 'empty' if empty else self.reason_to_refuse(judged, connected, said_connected, replace)
        if reason:
            self.soc_zeros, self.limit_zeros = zeros
            self.take_safer_part(judged, now, True)
            return self.refuse(reason)

        self.sequence = sequence if sequence is not None else self.sequence
        self.apply(now, judged, replace)
        return True

    def meant(self, record):
        """What of @record is meant for this one."""
        return {field: value for field, value in record.items() if not (self.monitor and field in LIMITS)}

    def refuse(self, why):
        self.met.add(f'refused: {why}')
        return False

    def reason_to_refuse(self, judged, connected, said_connected, replace):
        if connected != 1:
            return 'Connected'
        if judged.said and not said_connected and len(judged.with_(WRONG)) == len(judged.said):
            return 'nothing of use'
        if self.config.get('refuse') and (judged.with_(WRONG) or judged.safer):
            return 'a wrong field'
        if replace and not all(any(self.is_named(field, judged) for field in fields) for fields in self.required()):
            return 'missing'
        return None

    @staticmethod
    def is_named(field, judged):
        """What follows from cells is named by any of them."""
        others = {'MinCellVoltage': CELLS, 'Temperature': TEMPERATURES}.get(field, ())
        return any(name in judged.said for name in (field, *others))

    def apply(self, now, judged, replace):
        # What a refused record alone has said of a limit holds until the next one.
        for field in LIMIT_REQUIRED:
            if field not in judged.said and self.sent.get(field, (None, 0))[1] == -NEVER:
                del self.sent[field]
        lacking = [field for field in judged.with_(WRONG, DOUBTED, HELD) if self.may_be_required(field)]
        if replace and not lacking:
            self.clear_unnamed(judged)
        elif replace:
            self.met.add('PUT as POST')
        self.take_safer_part(judged, now, False)
        for field in judged.said:
            self.take(field, judged, now)
        self.note_inputs(now)

        if self.age(now) < self.config['warn']:
            self.state, self.held = 'live', None
        elif self.state not in ('waiting', 'gone'):
            self.tick(now)
        self.evaluate(now, True)
        if self.state not in ('live', 'waiting', 'gone'):
            if self.state == 'stale':
                for field in LIMIT_REQUIRED:
                    if judged.value(field) is not None:
                        self.lower(field, [safe(field, judged.value(field))])
        self.settle()

    def out_of_reach(self, now):
        """The ladder runs on from stale-after; said again, it does not begin anew."""
        age = self.age(now)
        self.met.add('out of reach' if self.state in ('live', 'late') else 'out of reach again')
        self.off, self.off_since = now, now - (max(age, self.config['stale']) if age != NEVER else self.config['stale'])
        self.tick(now)

    def judge(self, now, judged):
        """What is in range and hard to believe is doubted, the lower one of two just as well."""
        twice = [field for field in LIMIT_REQUIRED if field in judged.safer]
        for field in twice:
            judged.said[field], judged.values[field] = VALUE, judged.safer[field]
        for field in ('Voltage', 'MaxChargeVoltage'):
            value, last = judged.value(field), self.last.get(field)
            if value is not None and last is not None and self.state != 'waiting' \
                    and not last / STEP <= value <= last * STEP:
                self.doubt(judged, field, 'step')

        low, voltage = judged.value('BatteryLowVoltage'), self.known(judged, 'Voltage')
        before = self.value('BatteryLowVoltage')
        if low is not None and voltage is not None and low >= voltage and (before is None or low > before):
            self.doubt(judged, 'BatteryLowVoltage', 'rises to Voltage')

        self.judge_charge_voltage(judged)
        self.judge_soc(now, judged)
        self.judge_limits(now, judged)
        for field in twice:
            if judged.said[field] == VALUE:
                judged.said[field] = WRONG
            else:
                self.met.add('twice and doubted')
        self.hold_rising(judged)

    def doubt(self, judged, field, why, said=DOUBTED):
        judged.said[field] = said
        self.met.add(f'{field} {said}: {why}')

    def known(self, judged, field):
        value = judged.value(field)
        return self.value(field) if value is None else value

    def most_voltage(self, judged):
        """That of the rules where the source has never sent one"""
        most = self.known(judged, 'MaxChargeVoltage')
        return self.rules.most['MaxChargeVoltage'] if most is None and not self.monitor else most

    def judge_charge_voltage(self, judged):
        """Where the record has only the other one of the two, that one is doubted."""
        most, voltage, low = self.most_voltage(judged), self.known(judged, 'Voltage'), self.low(judged)
        if most is None:
            return
        if voltage is not None and not voltage / 2 <= most <= voltage * 2:
            other = 'Voltage'
        elif low is not None and most < low:
            other = 'BatteryLowVoltage'
        else:
            return
        for field in ('MaxChargeVoltage', other):
            if judged.value(field) is not None:
                self.doubt(judged, field, f'does not fit {other}')
                return

    def low(self, judged):
        field = 'BatteryLowVoltage'
        if judged.said.get(field) == NULL or (judged.value(field) is None and field in self.nulled):
            return None
        low = self.known(judged, field)
        return self.config.get('low-voltage') if low is None else low

    def judge_soc(self, now, judged):
        soc, before = judged.value('Soc'), self.value('Soc')
        if soc != 0:
            # An impossible one is another one, too.
            if judged.number('Soc') is not None:
                self.soc_zeros = Zeros()
            return
        self.soc_zeros = self.soc_zeros.again(now, self.config['leave'])
        fallen = before is not None and before > 5
        if not fallen and self.state in ('live', 'late'):
            return
        voltage, most = self.known(judged, 'Voltage'), self.most_voltage(judged)
        full = voltage is not None and most is not None and voltage > 0.92 * most
        if self.soc_zeros.lasted(now, self.config['stale' if full else 'warn']):
            self.met.add('Soc 0 repeated' + (', full' if full else ''))
        else:
            self.doubt(judged, 'Soc', self.state)

    def judge_limits(self, now, judged):
        charge, discharge = judged.value('MaxChargeCurrent'), judged.value('MaxDischargeCurrent')
        if charge == 0 and discharge == 0:
            self.limit_zeros = self.limit_zeros.again(now, self.config['leave'])
            alarm = any((judged.value(field) or judged.safer.get(field) or 0) > 0 for field in ALARMS)
            starting = judged.said.get('Soc') == DOUBTED or any(
                judged.sent.get(field) == 0 for field in ('Voltage', 'MaxChargeVoltage'))
            if alarm:
                self.met.add('limits 0 beside an alarm')
            elif self.state != 'live' or starting:
                if self.limit_zeros.lasted(now, self.config['warn']):
                    self.met.add('limits 0 repeated')
                else:
                    self.doubt(judged, 'MaxDischargeCurrent', self.state)
        elif judged.number('MaxChargeCurrent') or judged.number('MaxDischargeCurrent'):
            self.limit_zeros = Zeros()

    def hold_rising(self, judged):
        """The three rise together."""
        if not any(judged.said.get(field) in (WRONG, DOUBTED) for field in LIMIT_REQUIRED):
            return
        for field in LIMIT_REQUIRED:
            value, most = judged.value(field), self.value(field)
            if most is None and self.rules.supplies(field):
                most = self.rules.highest(field)
            if value is not None and (most is None or safe(field, value) > safe(field, most)):
                self.doubt(judged, field, self.state, HELD)

    def limit_on_bus(self, field):
        if self.state in ('live', 'late'):
            return self.limit(field)
        return self.held[field] if self.state == 'stale' else None

    def take_safer_part(self, judged, now, refused):
        """Of a record that is refused, and of what is said twice: a lower maximum and a higher alarm. No
        maximum becomes younger."""
        def safer(field):
            if judged.said.get(field) == WRONG:
                return judged.safer.get(field)
            return judged.value(field) if refused else None

        for field in LIMIT_REQUIRED:
            value, most = safer(field), self.limit_on_bus(field)
            # What rules have lowered for a while is not what the source may ask for.
            if self.state in ('live', 'late') and self.value(field) is not None:
                most = self.belted(field, self.value(field))
            # Nor is it, where they alone supply it, what they may let it rise to with this very record.
            elif self.state in ('live', 'late') and most is not None and self.rules.supplies(field):
                most = max(most, self.belted(field, self.rules.highest(field)))
            if value is not None and most is not None and value < most:
                self.sent[field] = (value, self.time_of(field))
                self.remember(field, value)
                if self.state == 'stale':
                    self.lower(field, [safe(field, value)])
                self.met.add(f'safer limit: {self.state}' if refused else 'safer of two limits')
        shown = self.shown(now)
        for field in ALARMS if self.state not in ('waiting', 'gone') else ():
            value = safer(field)
            if value is not None and value > shown.get(field, 0):
                self.sent[field] = (value, now)
                self.nulled.discard(field)
                self.met.add(f'safer alarm: {self.state}' if refused else 'safer of two alarms')
        if refused:
            self.evaluate(now)
        self.settle()

    def remember(self, field, value):
        if field in ('Voltage', 'MaxChargeVoltage'):
            self.last[field] = value

    def clear_unnamed(self, judged):
        """`null` for one of Current and Power is no reason to take the other one away."""
        for field in LIVE + INPUTS + LIMITS + ALARMS + SWITCHES:
            spared = not self.monitor and judged.said.get(PAIR.get(field)) == NULL
            if field not in judged.said and not spared:
                self.sent.pop(field, None)
                self.nulled.discard(field)

    def take(self, field, judged, now):
        said, value = judged.said[field], judged.value(field)
        if field not in RANGES:
            return
        required = self.may_be_required(field)
        if said == WRONG:
            self.met.add('wrong: ' + ('required' if required else 'limit' if field in LIMITS
                                      else 'alarm' if field in ALARMS else 'other'))
        if said == DOUBTED and field == 'Soc' and self.state in ('live', 'late') and self.value('Soc') is not None:
            self.sent['Soc'] = (self.value('Soc'), now)
            self.met.add('Soc held')
        if said in (DOUBTED, HELD) or (required and said != VALUE):
            return
        if said == WRONG and field in LIMITS + ALARMS:
            return
        if field in MOVING and value != self.value(field):
            self.changed = now
        if field == 'Soc' and value is not None:
            self.socs.add(value)
        self.sent[field] = (value, now)
        if value is not None and (field in LIMIT_REQUIRED or (field in CELLS and value > 0)):
            self.carried.add(field)
        if value is not None:
            self.remember(field, value)
        (self.nulled.add if value is None else self.nulled.discard)(field)

    def delete(self, now):
        for field in LIVE + INPUTS + LIMITS + ALARMS + SWITCHES:
            self.sent.pop(field, None)
        self.nulled.clear()
        self.carried.clear()
        self.kept.clear()
        self.ruled = {}
        self.rules.forget()
        self.socs.clear()
        self.last.clear()
        self.soc_zeros, self.limit_zeros = Zeros(), Zeros()
        self.off = -NEVER
        self.since.clear()
        self.held = None
        self.sequence = None
        self.state = 'gone'

    def settle(self):
        if self.state in ('live', 'late'):
            self.in_force = {field: self.limit(field) for field in LIMITS}

    def configure(self, now, config):
        rules = Rules(rules_of(config), now)
        if self.state not in ('waiting', 'gone') and not self.monitor \
                and any(field not in self.carried and self.rules.supplies(field) and not rules.supplies(field)
                        for field in LIMIT_REQUIRED):
            self.tick(now)  # a limit would have no number any more: nothing is taken over
            return
        if any(self.config.get(key) != config.get(key) for key in BELT):
            self.last.clear()
        before = self.required()
        self.config = {**config, 'monitor': self.config['monitor']}
        self.rules.configure(rules_of(config))
        if self.state not in ('waiting', 'gone'):
            self.since.update({fields[0]: now for fields in self.required() if fields not in before})
        self.note_inputs(now)
        self.tick(now)
        if self.state == 'stale':
            self.hold()
        self.settle()

    def limit(self, field):
        """A limit as it is in `live` and `late`: within the seat belt."""
        value = self.ruled.get(field, self.value(field))
        if field == 'BatteryLowVoltage' and value is None and field not in self.nulled:
            value = self.config.get('low-voltage')
        if value is None:
            return None
        return value if field == 'ChargeRequest' else self.belted(field, value)

    def belted(self, field, value):
        belt = self.configured({'MaxChargeVoltage': 'belt-voltage', 'MaxChargeCurrent': 'belt-current',
                                'MaxDischargeCurrent': 'belt-discharge'}.get(field, 'belt-low-voltage'), field)
        shown = safe(field, value)
        if belt is None:
            return shown
        return max(shown, belt) if field == 'BatteryLowVoltage' else min(shown, belt)

    def measured(self, field, now):
        if field == 'Current':
            return self.current(now)
        if field == 'Power':
            return self.power(now)
        return self.sent.get(field, (None, 0))

    def shown(self, now):
        """Field → value of what is on the bus; what is invalid is left out."""
        if self.state in ('waiting', 'gone'):
            return {}
        seen = {'Connected': 1 if self.state in ('live', 'late') else 0,
                'BmsCable': max({'live': 0, 'late': 1}.get(self.state, 2), self.value('BmsCable') or 0),
                'HighVoltage': self.value('HighVoltage')}
        seen['Alarm'] = int(any((seen[field] or 0) > 0 for field in ALARMS))
        # The battery itself is a module, which answers as long as its values are shown.
        seen['NrOfModulesOnline'], seen['NrOfModulesOffline'] = seen['Connected'], 1 - seen['Connected']
        if self.state in ('live', 'late'):
            seen.update({switch: self.value(switch) for switch in SWITCHES})
            for field in LIVE:
                seen[field] = self.fresh(self.measured(field, now), now)
            for field in () if self.monitor else LIMITS:
                expired = field in EXPIRE and now - self.time_of(field) >= self.config['optional']
                seen[field] = None if expired else self.limit(field)
        elif self.state == 'stale' and not self.monitor:
            seen.update(self.held)
        return {field: value for field, value in seen.items() if value is not None}
