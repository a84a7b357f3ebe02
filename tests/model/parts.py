"""Several parts that are one battery, once more, written from their description alone.

Each part is a source with values, doubts and ages of its own (a Model of its own); what is merged of
them goes through the ladder as if one source had sent it.
"""

from model import (ALARMS, BELT, DROP, EXPIRE, LIMITS, LIMIT_REQUIRED, LIVE, NEVER, NULL, PAIR, RANGES,
                   STOP_CHARGING, SWITCHES, VALUE, Model, safe)

SETTLE = 10_000_000  # µs: of records until a part counts again, of a closed switch until its share does
PARALLEL = {'Voltage': 'mean', 'Current': 'sum', 'Power': 'sum', 'Soc': 'weighted', 'Soh': 'weighted',
            'Temperature': 'max', 'MinCellVoltage': 'min', 'MaxCellVoltage': 'max',
            'MaxChargeVoltage': 'min', 'MaxChargeCurrent': 'share', 'MaxDischargeCurrent': 'share',
            'BatteryLowVoltage': 'max', 'ChargeRequest': 'any', 'HighVoltage': 'worst', 'BmsCable': 'worst',
            'AllowToCharge': 'any', 'AllowToDischarge': 'any'}
SERIES = {**PARALLEL, 'Voltage': 'sum', 'Current': 'mean', 'Soc': 'min', 'MaxChargeVoltage': 'sum',
          'MaxChargeCurrent': 'min', 'MaxDischargeCurrent': 'min', 'BatteryLowVoltage': 'sum', 'Soh': 'min',
          'AllowToCharge': 'all', 'AllowToDischarge': 'all'}
CELL_ENDS = ('MinCellVoltage', 'MaxCellVoltage')
SWITCH = {'MaxChargeCurrent': 'AllowToCharge', 'MaxDischargeCurrent': 'AllowToDischarge'}
# These need a value of every part that counts.
WHOLE = ('sum', 'mean', 'weighted', 'share')
# Of these the parts that have sent none are none.
ENDS = ('min', 'max')
NOTHING = (None, 0)
OUTSIDE = 'outside'  # of its range, what all say together: as of one source, that is not taken


def config_of_part(config):
    """The seat belt and what the configuration adds are the battery's."""
    return {**{key: value for key, value in config.items() if key not in BELT + ('low-voltage', 'stale-voltage')},
            'on-stale': DROP if config['on-stale'] == DROP else STOP_CHARGING}


class Part(Model):
    """@said_by_others: fields that another part alone says"""

    def __init__(self, now, config, name, own, said_by_others):
        super().__init__(now, config_of_part(config))
        self.name, self.capacity = name, own['capacity']
        self.leave_out, self.says = own['leave-out'], own['says']
        self.said_by_others = said_by_others
        self.counts = True
        self.declared_off = False
        self.soc_stays = False   # in the mean, of one that has left
        self.silent_since = self.live_since = -NEVER
        self.live_by = -NEVER    # from when on its age counted when it last ceased to be live
        self.run = None          # since when one that has left sends again
        self.counts_from = -NEVER  # of what it sent before, nothing counts
        self.gone_at = self.counts_since = None
        self.first_record = None
        self.last_record = -NEVER
        self.open = set()        # switches, as they were last seen
        self.ever = set()        # fields of which it has sent a value since it was last off
        self.named = {}          # of each: when it was last named, also with a null
        self.last_open = {}      # of each that is closed: when it was last open
        self.groups = self.groups_required()

    def required(self):
        return self.groups

    def evaluate(self, now, has_record=False):
        """There are no rules here."""

    def may_be_required(self, field):
        return any(field in group for group in self.groups)

    def required_time(self, field):
        return self.time_of(field)

    def groups_required(self):
        groups = super().required()
        if self.says:
            own = [group for group in groups if any(field in self.says for field in group)]
            return own or [(field,) for field in self.says]
        return [group for group in groups if not any(field in self.said_by_others for field in group)]

    def time_counted(self, time):
        """What came before the source said that its battery is out of reach is older."""
        return min(time, self.off_since) if time <= self.off else time

    def age(self, now):
        if self.required():
            return super().age(now)
        return max(now - self.time_counted(self.last_record), self.frozen_age(now))

    def enter(self, state, now):
        if not self.silent:
            self.silent_since = now
        super().enter(state, now)

    def leave(self, now):
        super().leave(now)
        self.gone_at = now
        # What is young enough is kept, and it is still one of those who send it, also with a null.
        self.ever = {field for field in self.ever
                     if field not in SWITCHES and self.named.get(field, -NEVER) > now - self.config['warn']}

    @property
    def silent(self):
        return self.state in ('stale', 'lost', 'gone')

    def limit_on_bus(self, field):
        return self.value(field) if self.state in ('live', 'late', 'stale') else None

    def belted(self, field, value):
        """What one part says has no belt, and is not yet what the bus has tenths of."""
        return value

    def shown(self, now):
        return {field: self.value(field) for field in ALARMS if self.value(field) is not None}

    def known_of(self, field, now):
        """Value and time of what it contributes."""
        if field not in PAIR:
            return self.sent.get(field, NOTHING)
        known = self.measured(field, now)
        return known if self.fresh(known, now) is not None or field in self.nulled else self.expired(field)

    def either(self, now, field, derived):
        """What came before it was out of reach is older than it looks."""
        known, sent = super().either(now, field, derived), self.sent.get(field, NOTHING)
        older = derived[0] is not None and self.time_counted(derived[1]) - self.time_counted(sent[1]) > self.config['warn']
        return derived if known == sent and sent[0] is not None and older else known

    def expired(self, field):
        """Of Current or Power, which grow older like all that is required: the ladder is to see it."""
        sent = self.sent.get(field, NOTHING)
        derived = self.follows('Power', lambda volts, watts: watts / volts) if field == 'Current' \
            else self.follows('Current', lambda volts, amperes: volts * amperes)
        younger = derived[0] is not None and derived[1] - sent[1] > self.config['warn']
        return derived if sent[0] is None or younger else sent

    def weight(self):
        installed = self.value('InstalledCapacity')
        return installed if installed else self.capacity

    def tick(self, now):
        was_live = self.state == 'live'
        super().tick(now)
        self.note_end_of_live(was_live, now)
        warn = self.config['warn']
        # With a reload it may be younger than warn-after once more.
        self.open.update(switch for switch in SWITCHES for value, time in (self.sent.get(switch, NOTHING),)
                         if value == 0 and now < time + warn)
        for switch in sorted(self.open):
            value, time = self.sent.get(switch, NOTHING)
            # That of a part which is not live does not close by growing old.
            if value is None or (time + warn <= now and (self.state == 'live' or time < self.live_by)):
                self.close(switch, now if value is None else max(time + warn, self.live_since))

    def note_end_of_live(self, was_live, now):
        if was_live and self.state != 'live':
            self.live_by = now - self.age(now)

    def meant(self, record):
        return {field: value for field, value in super().meant(record).items()
                if not self.says or field not in RANGES or field in self.says or field in ALARMS}

    def close(self, switch, when):
        self.open.discard(switch)
        self.last_open[switch] = when

    def push(self, now, record, replace):
        self.tick(now)
        was_silent, was_live = self.silent, self.state == 'live'
        taken = super().push(now, record, replace)
        if self.state == 'live' and not was_live:
            self.live_since = now
        self.note_end_of_live(was_live, now)
        if was_silent and self.state == 'live':
            self.forget(self.silent_since - 1, LIVE + CELL_ENDS + LIMITS)
        for switch in SWITCHES:
            value, time = self.sent.get(switch, NOTHING)
            if value == 0 and time == now:
                self.open.add(switch)
            elif switch in self.open and (value != 0 or (self.state == 'live' and time + self.config['warn'] <= now)):
                self.close(switch, now)
        self.ever.update(self.sent)
        return taken

    def apply(self, now, judged, replace):
        self.first_record = now if self.first_record is None else self.first_record
        self.last_record = now
        self.named.update({field: now for field, said in judged.said.items() if said in (VALUE, NULL)})
        super().apply(now, judged, replace)

    def outside(self, switch, now):
        """Whether it has no share of a limit."""
        return switch in self.open or now - self.last_open.get(switch, -NEVER) < SETTLE

    def leaves(self):
        self.counts, self.run = False, None
        self.soc_stays = not self.says and self.state not in ('waiting', 'gone')

    def forget(self, until, fields):
        """What came no later than @until and is not required: that would be no complete record."""
        for field in fields:
            if self.value(field) is not None and self.sent[field][1] <= until and not self.may_be_required(field):
                self.sent.pop(field)

    def note_return(self, now):
        """Of one that has left: whether it counts again."""
        if self.silent:
            self.run = None
        elif self.state == 'live' and self.run is not None and self.last_record - self.run >= SETTLE:
            self.counts_from, self.counts_since = self.run, now
            self.counts, self.declared_off, self.soc_stays, self.run = True, False, False, None
            self.forget(self.counts_from - 1, LIVE + CELL_ENDS + LIMITS + SWITCHES)

    def declare_off(self, now):
        self.delete(now)
        self.open.clear()
        self.last_open.clear()
        self.ever.clear()
        self.first_record, self.last_record = None, -NEVER
        self.counts, self.declared_off, self.soc_stays, self.run = False, True, False, None


class Parts(Model):
    """A battery of parts.

    config['parts'] is a list of name, and a dict of `capacity`, `leave-out` and `says`"""

    def __init__(self, now, config):
        super().__init__(now, config)
        self.series = bool(config['series'])
        self.stale = config['stale']
        self.columns = SERIES if self.series else PARALLEL
        says = {name: own['says'] for name, own in config['parts']}
        self.parts = {name: Part(now, config, name, own,
                                 {field for other, said in says.items() if other != name for field in said})
                      for name, own in config['parts']}
        self.packs = [part for part in self.parts.values() if not part.says]
        self.sayers = [part for part in self.parts.values() if part.says]
        self.sayer_of = {field: part for part in self.sayers for field in part.says}
        self.groups = super().required()
        self.required_fields = {field for group in self.groups for field in group}
        self.counted = {}  # field → the time from which its age counts
        self.merge(now)

    def evaluate(self, now, has_record=False):
        """There are no rules here."""

    def counting_packs(self):
        return [part for part in self.packs if part.counts]

    # What leaves and what stays.

    def gather(self, now):
        """Lets time act on each part, and merges what is left."""
        for part in self.parts.values():
            part.tick(now)
            if not part.counts:
                part.note_return(now)
            if part.state == 'gone':
                part.soc_stays = False
        for part in self.packs:
            if part.counts and part.leave_out and not self.series and self.is_silent(part, now) \
                    and any(other.counts and other.state in ('live', 'late')
                            for other in self.packs if other is not part):
                part.leaves()
        for part in self.sayers:
            if part.counts and self.is_silent(part, now) and self.can_do_without(part, now):
                part.leaves()
        self.merge(now)

    def is_silent(self, part, now):
        if part.state != 'waiting':
            return part.silent
        # At the start it is waited for.
        first = min((other.first_record for other in self.parts.values()
                     if other is not part and other.first_record is not None), default=NEVER)
        return now - first >= self.stale or part.off > -NEVER

    def can_do_without(self, sayer, now):
        required = [group for group in self.groups if any(field in sayer.says for field in group)]
        if not required:
            # Who sends one of Current and Power has the other.
            return sayer.leave_out or all(self.others_send(field, now) or self.others_send(PAIR.get(field, field), now)
                                          for field in sayer.says)
        return all(any(self.others_send(field, now) for field in group) for group in required)

    def others_send(self, field, now):
        value, _, counted = self.of_packs(field, now)
        return value not in (None, OUTSIDE) and now - counted < self.stale

    # The merge.

    def merge(self, now):
        before = self.sent, self.counted
        self.sent, self.counted, self.nulled = {}, {}, set()
        sent = {field for part in self.parts.values() for field in (*part.sent, *part.nulled)}
        sent.update(PAIR if sent & PAIR.keys() else ())
        for field in sent & self.columns.keys():
            if self.monitor and field in LIMITS:
                continue
            value, time, counted = self.merged(field, now)
            if value == OUTSIDE and field not in before[0]:
                value, time, counted = self.without_packs(field)
            if value == OUTSIDE:
                self.sent[field], self.counted[field] = before[0][field], before[1][field]
            elif value is not None:
                self.sent[field], self.counted[field] = (value, counted), counted
            elif counted is not None:
                self.nulled.add(field)

    def merged(self, field, now):
        """Value, time, and the time from which its age counts; where nobody sent it None for all of them, where
        it was made invalid for the value alone"""
        sayer = self.sayer_of.get(field)
        if self.columns[field] == 'worst':
            parts = [part for part in self.parts.values()
                     if sayer is None or not sayer.counts or part is sayer]
            known = [(part.sent[field], part) for part in parts if part.value(field) is not None]
            if not known:
                return None, None, None
            return max(known_[0] for known_, _ in known), *self.oldest(known)
        if sayer is None:
            return self.of_packs(field, now)
        (value, time), own = sayer.known_of(field, now), (None, None, None)
        if value is not None:
            own = value, time, sayer.time_counted(time)
        elif field in sayer.nulled:
            own = None, time, time
        # It leaves all that it says at once, or nothing of it.
        if sayer.counts:
            return own
        others = self.of_packs(field, now)
        # A null is what they send, too: then it is nothing, and does not follow from another field.
        if others[0] is not None or (others[2] is not None and field not in self.required_fields):
            return others
        return own if field in self.required_fields else (None, None, None)

    def without_packs(self, field):
        sayer = self.sayer_of.get(field)
        if sayer is None or field not in self.required_fields or sayer.value(field) is None:
            return None, None, None
        value, time = sayer.sent[field]
        return value, time, sayer.time_counted(time)

    def oldest(self, known):
        """Its time, and the time from which its age counts."""
        return min(time for (_, time), _ in known), min(part.time_counted(time) for (_, time), part in known)

    def of_packs(self, field, now):
        """As merged(), of the packs alone."""
        column = self.columns[field]
        packs = self.packs if self.series else self.counting_packs()
        known = [(known, part) for part in packs for known in (part.known_of(field, now),) if known[0] is not None]
        nulls = any(field in part.nulled for part in packs)
        if column in ('any', 'all') and field in EXPIRE:
            known = [(value, part) for value, part in known if self.fresh(value, now) is not None] or known
        if not known:
            return None, None, (0 if nulls else None)
        if (column in WHOLE or field in self.required_fields) and len(known) < len(packs):
            return None, None, (0 if nulls else None)
        if column in ENDS and field != 'BatteryLowVoltage' and len(known) < sum(field in part.ever for part in packs):
            return None, None, (0 if nulls else None)
        if column in ENDS and nulls:
            return None, None, 0
        if self.series and any(not part.counts for part in packs):
            return None, None, None
        known += self.returning(column, field, packs)
        value, (lowest, highest) = self.compute(column, field, known, now), RANGES[field]
        inside = lowest <= value <= highest or column == 'share'
        return value if inside else OUTSIDE, *self.oldest(known)

    def returning(self, column, field, packs):
        """One that is on its way back is connected: it lowers limits, and does nothing else."""
        if field not in (*LIMIT_REQUIRED, 'BatteryLowVoltage'):
            return []
        return [((part.value(field), NEVER), part) for part in self.packs
                if part not in packs and part.run is not None and part.value(field) is not None
                and (column != 'share' or part.weight() or self.all_weigh_the_same())]

    def compute(self, column, field, known, now):
        values = [value for (value, _), _ in known]
        if column == 'sum':
            return sum(values)
        if column == 'mean':
            return sum(values) / len(values)
        if column == 'weighted':
            return self.weighted(field, [(value, part) for (value, _), part in known])
        if column == 'share':
            return self.share(field, [(value, part) for (value, _), part in known], now)
        if column in ('min', 'all'):
            return min(values)
        return max(values)

    def all_weigh_the_same(self):
        """Where the weight of one is not known."""
        return not all(part.weight() for part in self.packs if part.counts or part.soc_stays)

    def weights(self, parts):
        return [1 if self.all_weigh_the_same() else part.weight() for part in parts]

    def weighted(self, field, known):
        if field == 'Soc':
            known = known + [(part.value('Soc'), part) for part in self.packs
                             if not part.counts and part.soc_stays and part.value('Soc') is not None]
        weights = self.weights([part for _, part in known])
        return sum(value * weight for (value, _), weight in zip(known, weights)) / sum(weights)

    def share(self, field, known, now):
        """One whose switch has only just closed, or that is on its way back, takes its current, and is not counted
        upon."""
        switch = SWITCH[field]
        return min(self.shared([(value, part) for value, part in known if not outside(part)])
                   for outside in (lambda part: switch in part.open,
                                   lambda part: part.outside(switch, now) or not part.counts))

    def shared(self, inside):
        weights = self.weights([part for _, part in inside])
        return min((value * sum(weights) / weight for (value, _), weight in zip(inside, weights)), default=0)

    # The battery, which goes through the ladder of one.

    def age(self, now):
        oldest = min(max(self.counted.get(field, -NEVER) if self.value(field) is not None else -NEVER
                         for field in fields) for fields in self.groups)
        counting = self.counting_packs()
        if len(counting) < (len(self.packs) if self.series else min(len(self.packs), 1)):
            return NEVER
        ages = [part.age(now) for part in self.parts.values() if part.counts]
        return max([now - oldest] + ages)

    def frozen_age(self, now):
        return 0

    def leave(self, now):
        self.held = None

    def tick(self, now):
        self.gather(now)
        self.step(now)

    def step(self, now):
        super().tick(now)
        self.lower_to_merged()
        self.settle()

    def lower_to_merged(self):
        for field in LIMIT_REQUIRED if self.state == 'stale' and self.held else ():
            if self.value(field) is not None:
                self.lower(field, [safe(field, self.value(field))])

    def push(self, now, record, replace):
        raise NotImplementedError

    def push_part(self, now, name, record, replace):
        """Returns: whether the record is taken"""
        self.tick(now)
        part = self.parts[name]
        self.judged_in = self.state
        taken = part.push(now, record, replace)
        self.met, self.judged = part.met, part.judged
        if taken and not part.counts and part.state == 'live':
            part.run = now if part.run is None else part.run
            part.counts = self.series and not part.says
        self.gather(now)
        out_of_reach = record.get('Connected', 1) == 0
        if taken and not out_of_reach and self.age(now) < self.config['warn']:
            self.state, self.held = 'live', None
            self.settle()
        elif taken:
            self.step(now)
        else:
            self.lower_to_merged()
            self.settle()
        return taken

    def delete_part(self, now, name):
        self.tick(now)
        self.parts[name].declare_off(now)
        self.gather(now)
        if self.packs and (self.series and not self.parts[name].says or not self.counting_packs()):
            self.held, self.state = None, 'gone'
        self.step(now)

    def delete(self, now):
        """Of the whole battery."""
        for part in self.parts.values():
            part.declare_off(now)
        self.merge(now)
        self.held, self.state = None, 'gone'

    def configure(self, now, config):
        for part in self.parts.values():
            part.configure(now, config_of_part(config))
        if any(self.config.get(key) != config.get(key) for key in BELT):
            for part in self.parts.values():
                part.last.clear()
        self.stale = config['stale']
        self.gather(now)
        super().configure(now, {**config, 'parts': self.config['parts'], 'series': self.config['series']})
        self.lower_to_merged()

    def left_out(self):
        return [part.name for part in self.parts.values() if not part.counts and not part.declared_off]

    def shown(self, now):
        seen = super().shown(now)
        if self.state in ('live', 'late'):
            ends = {field: self.fresh(self.sent.get(field, NOTHING), now) for field in CELL_ENDS}
            seen.update({field: value for field, value in ends.items() if value is not None})
        if seen:
            counting = len(self.counting_packs()) if seen['Connected'] else 0
            seen['NrOfModulesOnline'], seen['NrOfModulesOffline'] = counting, len(self.packs) - counting
            seen['BmsCable'] = max(seen['BmsCable'], 1 if self.left_out() else 0)
            seen['Alarm'] = int(any(seen.get(field, 0) > 0 for field in ALARMS))
        return seen
