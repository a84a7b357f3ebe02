"""The ladder once more, written from its description alone: what a battery is and shows after each
step (docs/ARCHITECTURE.md, "The ladder").

It knows the fields of the histories alone; times are microseconds.
"""

import math

LIVE_REQUIRED = ('Soc', 'Voltage')
LIMIT_REQUIRED = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent')
LIVE = ('Soc', 'Voltage', 'Current', 'Power', 'Temperature')
# A source in which none of these changes, while current flows, is frozen.
ALIVE = ('Soc', 'Voltage', 'Current', 'Power')
LIMITS = LIMIT_REQUIRED + ('BatteryLowVoltage', 'ChargeRequest')
ALARMS = ('HighVoltage', 'BmsCable')
# `null` means "not known in this record" for these, and invalid for the others.
REQUIRED = LIVE_REQUIRED + LIMIT_REQUIRED + ('Current', 'Power')
# Those that become invalid by themselves.
EXPIRE = LIVE + ('ChargeRequest',)
DECIMALS = {'Power': 0, 'Voltage': 2, 'HighVoltage': 0, 'BmsCable': 0, 'ChargeRequest': 0, 'Connected': 0}
STEPS = ('waiting', 'live', 'late', 'stale', 'lost', 'gone')
PLACE = {state: place for place, state in enumerate(STEPS)}
STOP_CHARGING, BLOCK, DROP = range(3)
NEVER = float('inf')


def safe(field, limit, slack):
    """@limit in the tenths of the bus, towards safety. @slack: of a tenth, what floating point has made of it"""
    tenths = limit * 10
    return (math.ceil(tenths - slack) if field == 'BatteryLowVoltage' else math.floor(tenths + slack)) / 10


def sent(field, limit):
    """One that was sent: a discharge current above 0 is never shown as 0."""
    shown = safe(field, limit, 0.01)
    return 0.1 if field == 'MaxDischargeCurrent' and limit > 0 and shown == 0 else shown


class Model:
    def __init__(self, now, config):
        self.config = dict(config)
        self.state = 'waiting'
        self.sent = {}       # field → (value or None, time)
        self.nulled = set()  # nothing else takes their place
        self.in_force = {}   # the limits as they were last on the bus in `live` and `late`
        self.held = None     # and in `stale`
        self.sequence = None
        self.changed = now   # when one of those last changed
        self.socs = set()    # those that records carried since the last "off"

    def configured(self, key, field):
        """A limit of the configuration, never beyond what was configured; None where it is not set"""
        limit = self.config.get(key)
        return None if limit is None else safe(field, limit, 1e-6)

    @property
    def monitor(self):
        return bool(self.config['monitor'])

    def value(self, field):
        return self.sent.get(field, (None, 0))[0]

    def time_of(self, field):
        value, time = self.sent.get(field, (None, 0))
        return -NEVER if value is None else time

    def age(self, now):
        """Of the oldest required field, or since a frozen source last changed anything."""
        fields = LIVE_REQUIRED + (() if self.monitor else LIMIT_REQUIRED)
        oldest = min([self.time_of(field) for field in fields]
                     + [max(self.time_of('Current'), self.time_of('Power'))])
        return max(now - oldest, self.frozen_age(now))

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
        if sent[0] is None or self.fresh(sent, now) is None:
            return derived
        return derived if derived[0] is not None and derived[1] - sent[1] > self.config['warn'] else sent

    def follows(self, field, compute):
        voltage, other = self.sent.get('Voltage', (None, 0)), self.sent.get(field, (None, 0))
        if voltage[0] is None or other[0] is None:
            return (None, 0)
        return (compute(voltage[0], other[0]), min(voltage[1], other[1]))

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
        for field in LIVE + LIMITS + ALARMS:
            if field in ALARMS or now - self.sent.get(field, (None, -NEVER))[1] >= self.config['warn']:
                self.sent.pop(field, None)
                self.nulled.discard(field)

    def hold(self):
        """What `stale` makes of the limits that were in force: nothing is raised, nothing made valid."""
        bounds = {'MaxChargeCurrent': [0], 'ChargeRequest': [0],
                  'MaxChargeVoltage': [self.configured(key, 'MaxChargeVoltage') for key in ('stale-voltage', 'belt-voltage')],
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

    def push(self, now, record, replace):
        """Returns: whether the record is taken"""
        self.tick(now)
        record = dict(record)
        sequence, off = record.pop('Sequence', None), record.pop('Connected', 1) == 0
        if self.monitor and any(field in LIMITS for field in record):
            return False
        if replace and not off and not self.names_all(record):
            return False
        replayed = sequence not in (None, 0, 1) and self.sequence is not None and sequence <= self.sequence
        if sequence is not None:
            self.sequence = sequence
        if replayed:
            return False
        if off:
            self.delete(now)
            return True

        if replace:
            self.clear_unnamed(record)
        for field, value in record.items():
            self.take(field, value, now)

        if self.age(now) < self.config['warn']:
            self.state, self.held = 'live', None
        elif self.state not in ('waiting', 'gone'):
            self.tick(now)
            if self.state == 'stale':
                for field in LIMIT_REQUIRED:
                    if record.get(field) is not None:
                        self.lower(field, [sent(field, record[field])])
        self.settle()
        return True

    def clear_unnamed(self, record):
        """`null` for one of Current and Power is no reason to take the other one away."""
        other = {'Current': 'Power', 'Power': 'Current'}
        for field in LIVE + LIMITS + ALARMS:
            if field not in record and record.get(other.get(field), 0) is not None:
                self.sent.pop(field, None)
                self.nulled.discard(field)

    def take(self, field, value, now):
        if value is None and field in REQUIRED:
            return
        if field in ALIVE and value != self.value(field):
            self.changed = now
        if field == 'Soc':
            self.socs.add(value)
        self.sent[field] = (value, now)
        (self.nulled.add if value is None else self.nulled.discard)(field)

    def names_all(self, record):
        fields = LIVE_REQUIRED + (() if self.monitor else LIMIT_REQUIRED)
        return all(field in record for field in fields) and ('Current' in record or 'Power' in record)

    def delete(self, now):
        for field in LIVE + LIMITS + ALARMS:
            self.sent.pop(field, None)
        self.nulled.clear()
        self.socs.clear()
        self.held = None
        self.sequence = None
        self.state = 'gone'

    def settle(self):
        if self.state in ('live', 'late'):
            self.in_force = {field: self.limit(field) for field in LIMITS}

    def configure(self, now, config):
        self.config = {**config, 'monitor': self.config['monitor']}
        self.tick(now)
        if self.state == 'stale':
            self.hold()
        self.settle()

    def limit(self, field):
        """A limit as it is in `live` and `late`: within the seat belt."""
        value = self.value(field)
        if field == 'BatteryLowVoltage' and value is None and field not in self.nulled:
            value = self.config.get('low-voltage')
        if value is None:
            return None
        if field == 'ChargeRequest':
            return value
        belt = self.configured({'MaxChargeVoltage': 'belt-voltage', 'MaxChargeCurrent': 'belt-current',
                                'MaxDischargeCurrent': 'belt-discharge'}.get(field, 'belt-low-voltage'), field)
        shown = sent(field, value)
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
        if self.state in ('live', 'late'):
            for field in LIVE:
                seen[field] = self.fresh(self.measured(field, now), now)
            for field in () if self.monitor else LIMITS:
                expired = field in EXPIRE and now - self.time_of(field) >= self.config['optional']
                seen[field] = None if expired else self.limit(field)
        elif self.state == 'stale' and not self.monitor:
            seen.update(self.held)
        return {field: value for field, value in seen.items() if value is not None}
