"""The limits by rules once more, written from their description alone.

Rules are given values and their ages, and have a state of their own: whether a direction has been
stopped, what its limit was last, and which charge voltage holds the highest cell. Times are microseconds,
percentages 0 to 100.
"""
import math

SECOND = 1_000_000
NEVER = float('inf')
CHARGE, DISCHARGE = 'charge', 'discharge'
LIMIT_OF = {CHARGE: 'MaxChargeCurrent', DISCHARGE: 'MaxDischargeCurrent'}
TEMPERATURES = ('MinCellTemperature', 'MaxCellTemperature')
TOLD_AS = {'cell-voltage': {CHARGE: ('MaxCellVoltage',), DISCHARGE: ('MinCellVoltage',)},
           'soc': {CHARGE: ('Soc',), DISCHARGE: ('Soc',)}}
DAY = 86400 * SECOND
HELD = 0.995        # of the charge voltage: from there on it counts as held
LOWER = 2           # % that Soc must fall below where charging stopped
FULL = 99.5         # %
TRY = 3 * DAY       # in which a battery has to become full
RISE = 0.2  # V that the charge voltage of the cells must stand above the one in force, to let it rise


def tenths(volts):
    return math.floor(volts * 10 + 0.01) / 10


def read_points(text):
    """`3.4:100;3.5:20` as pairs"""
    return [tuple(float(number) for number in point.split(':')) for point in text.split(';') if point.strip()]


class Curve:
    def __init__(self, points, stepped):
        self.points, self.stepped = points, stepped

    def share(self, at):
        """Clamped at both ends; between two points evenly, or stepped: the last point at or below @at"""
        before = None
        for x, y in self.points:
            if x > at:
                if before is None or self.stepped:
                    return y if before is None else before[1]
                return before[1] + (y - before[1]) * (at - before[0]) / (x - before[0])
            before = (x, y)
        return before[1]


class Direction:
    """What one of the two current limits has of a state."""

    def __init__(self):
        self.stopped = False
        self.above_since = None  # when the share rose above recover-above
        self.last = None         # (A, when) of the last limit that the rules gave

    def latch(self, now, has_record, share, above, hold):
        """Returns: whether the limit is to be 0"""
        if share == 0:
            self.stopped, self.above_since = True, None
        elif not share > above:
            self.above_since = None
        elif self.stopped and has_record:
            self.above_since = now if self.above_since is None else self.above_since
            if now - self.above_since >= hold:
                self.stopped, self.above_since = False, None
        return self.stopped

    def rise(self, now, has_record, wanted, ramp, counts_from):
        """@wanted, but no more than @ramp (A/s) above the last one, in the time that counts"""
        if self.last is not None:
            amperes, when = self.last
            most = amperes + ramp * (now - max(when, counts_from)) / SECOND if has_record else amperes
            if not has_record and wanted >= amperes:
                return amperes
            wanted = min(wanted, most)
        self.last = (wanted, now)
        return wanted


class CellVoltage:
    """The charge voltage that holds the highest cell."""

    def __init__(self):
        self.volts = None
        self.since = None  # when what the cells allow came to stand clear above it

    def run(self, now, has_record, cells, most, hold):
        """@cells: their voltages, or None where not all are known. Returns: V, or None for no bound"""
        if cells is None:
            self.since = None
            return self.volts
        # No cell that is read wrongly makes a voltage of it that no battery has.
        allowed = max(sum(cells) + len(cells) * (most - max(cells)), 0.95 * sum(cells))
        if self.volts is None or tenths(allowed) < self.volts:
            self.volts, self.since = tenths(allowed), None
        elif allowed < self.volts + RISE - 1e-9:
            self.since = None
        elif has_record:
            self.since = now if self.since is None else self.since
            if now - self.since >= hold:
                self.volts = tenths(max(self.volts + 0.1, (self.volts + allowed) / 2))
                self.since = now
        return self.volts


class Programme:
    """Float, balance, and how far is charged. Records alone move it on."""

    def __init__(self, now, before=None):
        """@before: whose memory it has"""
        self.held_since = None     # when Voltage came to be at the charge voltage
        self.floats = False
        self.balance_since = None  # where it is under way
        self.balanced = before.balanced if before is not None else None  # when one last began
        self.stops = False         # Soc is above where charging is to stop
        self.full = before.full if before is not None else now  # when the battery was last full
        self.tries_since = before.tries_since if before is not None else None  # to become full

    def voltage(self, now, has_record, rules, bulk, known, complete):
        """@bulk: the charge voltage by source and configuration without a balance, and with one. Returns: the one
        that is to be"""
        volts, most = bulk
        if rules.balance is None:
            self.balance_since = None
        if rules.float is None:
            self.held_since, self.floats = None, False
        if has_record:
            self.move(now, rules, volts, known, complete)
        if self.balance_since is not None:
            return most
        return min(volts, rules.float) if self.floats else volts

    def move(self, now, rules, volts, known, complete):
        soc, voltage = known('Soc'), known('Voltage')
        if self.balance_since is not None and now - self.balance_since >= rules.balance_time:
            self.balance_since = None
        elif rules.balance is not None and self.balance_since is None and soc >= rules.balance_from \
                and (self.balanced is None or now - self.balanced >= rules.balance_every):
            self.balance_since = self.balanced = now
        if rules.float is None:
            return
        if self.balance_since is not None or (self.floats and soc < rules.rebulk):
            self.floats, self.held_since = False, None
            return
        if self.floats:
            return
        if not complete or voltage < HELD * volts:
            self.held_since = None
        else:
            self.held_since = now if self.held_since is None else self.held_since
            self.floats = now - self.held_since >= rules.absorption
            if self.floats:
                self.full = now

    def is_stopped(self, now, rules, soc):
        """Whether Soc has reached where charging is to stop"""
        if rules.float is None and soc >= FULL:
            self.full = now
        if rules.target is None:
            self.stops, self.tries_since = False, None
            return False
        if self.tries(now, rules, soc):
            self.stops = False
        elif soc > rules.target:
            self.stops = True
        elif soc <= rules.target - LOWER:
            self.stops = False
        return self.stops


    def tries(self, now, rules, soc):
        """Whether it is time to become full; not for ever"""
        if rules.full_every is None or now - self.full < rules.full_every:
            self.tries_since = None
            return False
        if self.tries_since is None and soc > rules.target:
            self.tries_since = now
        if self.tries_since is None or now - self.tries_since < TRY:
            return True
        self.full, self.tries_since = now, None
        return False


class Rules:
    """@config: key of [limits] → its text"""

    def __init__(self, config, now):
        self.now = now
        self.configure(config)
        self.programme = None
        self.forget()

    def configure(self, config):
        stepped = config.get('curve') == 'step'

        def number(key, default=None):
            return float(config[key]) if key in config else default

        self.most = {'MaxChargeVoltage': number('charge-voltage'), 'MaxChargeCurrent': number('charge-current'),
                     'MaxDischargeCurrent': number('discharge-current')}
        self.curves = {direction: {what: Curve(read_points(config[f'{direction}-by-{what}']), stepped)
                                   for what in ('cell-voltage', 'temperature', 'soc')
                                   if f'{direction}-by-{what}' in config} for direction in (CHARGE, DISCHARGE)}
        self.above, self.hold = number('recover-above', 10), number('recover-hold', 30) * SECOND
        self.ramp = number('recover-ramp')
        self.floor = number('min-discharge-current', 0)
        self.cell_most = number('cell-max-voltage')
        self.float, self.absorption = number('float-voltage'), number('absorption-time', 1800) * SECOND
        self.rebulk = number('rebulk-soc', 90)
        self.balance, self.balance_from = number('balance-voltage'), number('balance-from-soc', 95)
        self.balance_time, self.balance_every = number('balance-time', 3600) * SECOND, number('balance-every', 7) * DAY
        self.target = number('charge-to-soc')
        self.full_every = number('full-every') * DAY if 'full-every' in config else None

    def forget(self):
        """Gone or deleted: nothing that was limited before is limited any more."""
        self.directions = {CHARGE: Direction(), DISCHARGE: Direction()}
        self.programme = Programme(self.now, self.programme)
        self.last_voltage = None  # V
        self.cell_voltage = CellVoltage()
        self.record_at = None     # of the last record
        self.paused = False       # the ladder has decided since

    def pause(self):
        """The ladder decides: what has to last begins anew."""
        self.lasting(lambda since: None)
        self.paused = True

    def lasting(self, change):
        """Changes each time since which something lasts."""
        for direction in self.directions.values():
            direction.above_since = change(direction.above_since)
        self.cell_voltage.since = change(self.cell_voltage.since)
        self.programme.held_since = change(self.programme.held_since)

    def begin(self, now, has_record, warn):
        """Of a silence no more than @warn counts."""
        self.counts_from = now if self.paused else now - warn
        if not has_record:
            return
        if self.record_at is not None and self.record_at < self.counts_from:
            silence = self.counts_from - self.record_at
            self.lasting(lambda since: None if since is None else since + silence)
        self.record_at, self.paused = now, False

    def supplies(self, field):
        return self.most.get(field) is not None

    def highest(self, field):
        """The most that may be supplied of it"""
        return max(self.most[field], (field == 'MaxChargeVoltage' and self.balance) or 0)

    def inputs(self, direction, carried):
        """Fields that the curves of @direction look at. @carried: those that have ever had a value"""
        fields = []
        for what in self.curves[direction]:
            if what == 'temperature':
                fields += [field for field in TEMPERATURES if field in carried] or ['Temperature']
            else:
                fields += TOLD_AS[what][direction]
        return fields

    def may_need(self):
        """Fields that the curves of discharging may look at; those that are not known keep their values."""
        by = self.curves[DISCHARGE]
        return ('MinCellVoltage',) * ('cell-voltage' in by) + (*TEMPERATURES, 'Temperature') * ('temperature' in by)

    def rules_current(self, direction):
        """Whether there is any rule for the current of @direction"""
        return bool(self.curves[direction]) or self.supplies(LIMIT_OF[direction]) \
            or (direction == CHARGE and (self.cell_most is not None or self.target is not None))

    def share(self, direction, known, carried):
        """The smallest share of the curves. @known: field → its value, None where it is not known"""
        least = 100
        for what, curve in self.curves[direction].items():
            fields = TOLD_AS[what][direction] if what != 'temperature' else \
                [field for field in TEMPERATURES if field in carried] or ['Temperature']
            for field in fields:
                value = known(field)
                # What discharging needs is required, and can be missing after a reload alone: the ladder's affair.
                if value is None and direction == DISCHARGE:
                    continue
                least = min(least, 0 if value is None else curve.share(value))
        return least

    def current(self, now, has_record, direction, sent, known, carried, stops=False):
        """The limit of @direction, before it is rounded. @sent: the source's, or None; @stops: another reason for 0
        than a curve. None: no limit"""
        if not self.rules_current(direction):
            self.directions[direction] = Direction()
            return sent
        state, most = self.directions[direction], self.most[LIMIT_OF[direction]]
        share = 0 if stops else self.share(direction, known, carried)
        stopped = state.latch(now, has_record, share, self.above, self.hold)
        if most is not None:
            wanted = 0 if stopped else most * share / 100
            if direction == DISCHARGE:
                wanted = max(wanted, min(self.floor, most))
        else:
            wanted = 0 if stopped else NEVER
        if sent is not None:
            wanted = min(wanted, sent)
        if wanted == NEVER:
            return None
        ramp = self.ramp
        if ramp is None:
            ramp = 0.02 * (most if most is not None else sent)
        return state.rise(now, has_record, wanted, ramp, self.counts_from)

    def voltage(self, now, has_record, sent, cells, known, complete):
        """The charge voltage, before it is rounded. @cells: as CellVoltage has them; @complete: no cell is missing"""
        most = self.most['MaxChargeVoltage']
        bounds = [bound for bound in (sent, most) if bound is not None]
        if not bounds:
            return None
        volts = min(bounds)
        balanced = min(bound for bound in (sent, self.balance if self.balance is not None else most)
                       if bound is not None)
        volts = self.programme.voltage(now, has_record, self, (volts, balanced), known, complete)
        if self.cell_most is None:
            self.cell_voltage = CellVoltage()
        else:
            held = self.cell_voltage.run(now, has_record, cells, self.cell_most, self.hold)
            volts = volts if held is None else min(volts, held)
            if cells is None and self.last_voltage is not None:
                volts = min(volts, self.last_voltage)
        if most is None and self.cell_most is None:
            self.last_voltage = None
        elif has_record or self.last_voltage is None:
            self.last_voltage = volts
        else:
            self.last_voltage = min(self.last_voltage, volts)
        return volts if self.last_voltage is None else self.last_voltage
