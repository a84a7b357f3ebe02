"""A plant around a battery: what charges, what draws, and Venus between them and the limits."""
import collections
import math
import random

HOUR = 3600
HANDS_ON = 3.0  # s between two times that Venus hands the limits on
LAG = 1.0       # s in which a charger follows


Row = collections.namedtuple('Row', 'now cells current soc charge_voltage charge_current discharge_current state')


class Chargers:
    """All that charges: chargers that obey current and voltage, and others that obey the voltage alone
    (DC-coupled, feeding in). @obedient, @voltage_only: A that they have, which the sun may scale."""

    def __init__(self, obedient, voltage_only):
        self.obedient, self.voltage_only = obedient, voltage_only
        self.volts = self.amperes = None
        self.next = 0.0
        self.current = 0.0

    def run(self, now, seconds, core, pack, sun, load):
        """Returns: A that they deliver"""
        if now >= self.next:
            self.next = now + HANDS_ON
            self.volts, self.amperes = core.limit('MaxChargeVoltage'), core.limit('MaxChargeCurrent')
        wanted = 0.0
        if self.volts is not None:
            # What would bring the pack to the voltage and feed the load.
            most = max(0.0, (self.volts - pack.open) / pack.resistance + load)
            wanted = min(self.voltage_only * sun, most)
            wanted += max(0.0, min(self.obedient * sun, self.amperes + load - wanted, most - wanted))
        self.current += (wanted - self.current) * (1 - math.exp(-seconds / LAG))
        return self.current


class Seen:
    """What a run has shown, second by second."""

    def __init__(self):
        self.highest = 0.0
        self.full_after = None  # s until Soc 99.5 %
        self.rows = []

    def note(self, now, pack, core):
        self.highest = max(self.highest, *pack.voltages)
        if self.full_after is None and pack.soc >= 99.5:
            self.full_after = now
        self.rows.append(Row(now, list(pack.voltages), pack.current, pack.soc, core.limit('MaxChargeVoltage'),
                             core.limit('MaxChargeCurrent'), core.limit('MaxDischargeCurrent'), core.state))

    def swings(self, column, least):
        """How often a limit turned in the worst hour, with at least @least between two turns"""
        turns, extreme, way = [], None, 0
        for row in self.rows:
            value = getattr(row, column)
            if value is None or extreme is None:
                extreme, way = value, 0
            elif way == 0 and abs(value - extreme) >= least - 1e-9:
                extreme, way = value, 1 if value > extreme else -1
            elif (value - extreme) * way > 0:
                extreme = value
            elif way != 0 and (extreme - value) * way >= least - 1e-9:
                turns.append(row.now)
                extreme, way = value, -way
        return max((sum(1 for other in turns if turn <= other < turn + HOUR) for turn in turns), default=0)

    def stops(self, column):
        """How often a limit became 0 in the worst hour"""
        stops = [row.now for before, row in zip(self.rows, self.rows[1:])
                 if getattr(row, column) == 0 and getattr(before, column) != 0]
        return max((sum(1 for other in stops if stop <= other < stop + HOUR) for stop in stops), default=0)


class Plant:
    """@temperatures: of the sensors, or None for one that is dead; @silent: fields that are not sent any more"""

    def __init__(self, pack, core, chargers, load=14.0, noise=0.0005, seed=1):
        self.pack, self.core, self.chargers, self.load = pack, core, chargers, load
        self.now = 0.0
        self.temperatures = (18.0, 22.0)
        self.silent = set()
        self.noise, self.chance = noise, random.Random(seed)
        self.seen = Seen()

    def record(self):
        """What a BMS measures, in its own steps"""
        cells = [round(volts + self.chance.uniform(-self.noise, self.noise), 3) for volts in self.pack.voltages]
        said = {'Voltage': round(sum(self.pack.voltages), 2), 'Current': round(self.pack.current, 1),
                'Soc': round(self.pack.soc, 1), 'MinCellTemperature': self.temperatures[0],
                'MaxCellTemperature': self.temperatures[1],
                **{f'Cell{number}': volts for number, volts in enumerate(cells, 1)}}
        return {name: value for name, value in said.items() if name not in self.silent}

    def run(self, hours, sun=lambda now: 1.0, talks=True):
        """Lets time pass: a record each second near the top, where it is slow each 5 s.

        @sun: share of the chargers' current at a time; @talks: whether the BMS is heard"""
        end = self.now + hours * HOUR
        while self.now < end - 1e-6:
            seconds = 1 if max(self.pack.voltages) > 3.38 or not talks else 5
            if talks:
                self.core.post(self.now, self.record())
            else:
                self.core.tick(self.now)
            delivered = self.chargers.run(self.now, seconds, self.core, self.pack, sun(self.now), self.load)
            self.pack.run(delivered - self.load, seconds)
            self.now += seconds
            self.seen.note(self.now, self.pack, self.core)
        return self.seen


def day(now):
    """The sun from 8 to 18 h; a run begins at 8."""
    hour = now / HOUR % 24
    return math.sin(math.pi * hour / 10) if hour < 10 else 0.0
