#!/usr/bin/python3
"""Writes the captured days anew: a simulated pack, a record a minute, and what goes wrong in plants.

    make.py FOLDER

What is written depends on nothing but this file and the pack. The docstring of each day says what goes wrong
in it, and what is right; it stands at the head of the .outcome, too.
"""
import inspect
import json
import lzma
import math
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / 'plant'))

import pack as packs  # noqa: E402  the path comes first

MINUTE = 60
DAY = 24 * 60  # records
SECOND = 1_000_000
# As the defaults are to a record a second: one that is missed is no matter.
BATTERY = '[battery]\nwarn-after=130\nstale-after=250\ndrop-after=300\nleave-after=3600\noptional-after=600\n'
LIMITS = {'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100, 'MaxDischargeCurrent': 150}
RULES = ('[limits]\ncharge-voltage=55.2\ncharge-current=100\ndischarge-current=150\n'
         'charge-by-cell-voltage=3.40:100;3.45:40;3.55:0\ndischarge-by-cell-voltage=2.8:0;3.1:100\n'
         'charge-by-temperature=0:0;10:100;40:100;50:0\n')


def measured_day():
    """A record for each minute: the sun from 8 to 18 h, a house that draws now more, now less. The charger holds
    3.45 V a cell."""
    pack = packs.uneven(share=0.55)
    chance = random.Random(20)
    records = []
    for minute in range(DAY):
        hour = minute / 60
        sun = 60 * math.sin(math.pi * (hour - 8) / 10) if 8 <= hour < 18 else 0
        charged = min(sun, max(0, 3.45 * 16 - pack.open) / pack.resistance / 4)
        current = charged - chance.uniform(4, 14) * (charged < 20)
        pack.run(current, MINUTE)
        records.append({'Soc': round(pack.soc, 1), 'Voltage': round(sum(pack.voltages), 2),
                        'Current': round(current, 1), 'MinCellVoltage': round(min(pack.voltages), 3),
                        'MaxCellVoltage': round(max(pack.voltages), 3), 'Temperature': round(18 + 4 * sun / 60, 1)})
    return records


MEASURED = measured_day()


class Day:
    """What came, minute by minute. @limits: sent with each record"""

    def __init__(self, configuration=BATTERY, limits=LIMITS):
        self.lines = [{'capture': 1, 'version': 'made', 't': 0, 'time': '2026-06-21T00:00:00.000Z',
                       'batteries': ['virtual'], 'configuration': configuration}]
        self.limits = limits

    def add(self, minute, **more):
        self.lines.append({'t': round(minute * MINUTE * SECOND), **more})

    def post(self, minute, change=None, battery='virtual', method='POST', of=None):
        """@change: field → what is sent instead, None for null; a field of the name `-NAME` leaves NAME out
        @of: the minute that it tells of"""
        said = {**MEASURED[int(minute) if of is None else of], **self.limits, **(change or {})}
        for name in [name for name in said if name.startswith('-')]:
            del said[name]
            said.pop(name[1:], None)
        self.body(minute, json.dumps(said), battery, method)

    def body(self, minute, body, battery='virtual', method='POST'):
        self.add(minute, battery=battery, sender=1, method=method, body=body)

    def run(self, change=lambda minute: None, first=0, last=DAY):
        for minute in range(first, last):
            self.post(minute, change(minute))


def calm():
    """Nothing goes wrong. Right: live from the first record to the last, and nothing else to be said."""
    day = Day()
    day.run()
    return day


def silences():
    """A record is missing at 4:00 and two are at 5:00, the BMS is away for four minutes and a half at 8:20, Node-RED
    for ten minutes at 11:40, and everything from 15:00 for more than three hours.
    Right: nothing; late; stale; lost; gone. Each step at its own age, by time and not with a record;
    in stale no charging, and discharging as before; all back with one record, whatever the step."""
    day = Day()
    missing = {240, *range(300, 302), *range(500, 504), *range(700, 710), *range(900, 1100)}
    for minute in range(DAY):
        if minute not in missing:
            day.post(minute)
        elif minute == 503:
            day.post(503.5)
    return day


def out_of_reach():
    """From 10:00 the source says for twenty minutes that its battery is out of reach, beside zeros; at 15:00 it is
    switched off (DELETE), and comes back at 15:50.
    Right: stale at the first of them and the ladder on from there, of the zeros nothing; off at once, and back
    with the first record that is complete."""
    day = Day()
    zeros = {name: 0 for name in ('Soc', 'Voltage', 'Current', *LIMITS)}
    for minute in range(DAY):
        if minute == 900:
            day.add(minute, battery='virtual', method='DELETE')
        elif not 900 < minute < 950:
            day.post(minute, {'Connected': 0, **zeros} if 600 <= minute < 620 else {'Connected': 1})
    return day


def wrong_fields():
    """A thermometer without a value at 3:20, and one that is torn off from 4:00 to 4:10 beside a lower limit and an
    alarm; Voltage and Soc that are read wrongly at 5:00, a Soc that is NaN at 5:10; a misspelt name at 6:40; a charge
    limit that is no number from 8:20 to 8:30; three nulls at 10:00; half a record at 11:40.
    Right: what is wrong is named and the rest of the record is in force, the lower limit and the alarm at once. One
    wrong record of a required field is no matter; ten are stale, and nothing rises meanwhile."""
    day = Day()
    wrong = {200: {'Temperature': 'unavailable'}, 300: {'Voltage': 5250}, 301: {'Soc': 255}, 310: {'Soc': 'NaN'},
             400: {'-Current': 0, 'Curent': 3.2}, 600: {'Soc': None, 'Voltage': None, 'Current': None}}

    def change(minute):
        if 240 <= minute < 250:
            return {'Temperature': 2550, 'MaxChargeCurrent': 20, 'HighTemperature': 1}
        if minute == 250:
            return {'HighTemperature': 0}
        if 500 <= minute < 510:
            return {'MaxChargeCurrent': 'high' if minute < 505 else -5, 'MaxDischargeCurrent': 200,
                    'MaxChargeVoltage': 54}
        return wrong.get(minute)

    for minute in range(DAY):
        if minute == 700:
            day.body(minute, '{"Soc": 5')
        else:
            day.post(minute, change(minute))
    return day


def zeros():
    """A source that says 0 where it does not know: for its first two minutes; Soc 0 once at 6:40 and for an hour from
    10:00, with the voltage of a battery that is not empty; both currents 0 once at 13:20, and after a silence at
    16:00, for ten minutes each time beside a Soc of 0 from 17:00.
    Right: not on the bus with what is not believed; one 0 is nothing; Soc 0 is believed after stale-after, and no
    age runs meanwhile; both currents 0 are in force at once while the battery is live. After the silence, and beside
    the Soc of 0, MaxDischargeCurrent 0 is not believed for warn-after, and grows old meanwhile; where the battery
    is live MaxChargeCurrent 0 is in force at once."""
    none = {'MaxChargeCurrent': 0, 'MaxDischargeCurrent': 0}

    def change(minute):
        if minute < 2:
            return {'Soc': 0, 'Current': 0, **none}
        if minute == 400 or 600 <= minute < 660:
            return {'Soc': 0}
        if minute == 800 or 960 <= minute < 970:
            return none
        return {'Soc': 0, **none} if 1020 <= minute < 1030 else None

    day = Day()
    for minute in range(DAY):
        if not 950 <= minute < 960:
            day.post(minute, change(minute))
    return day


def steps():
    """A charge voltage with its point in the wrong place from 5:00 to 5:10 (552 V, then 5.52 V), a Voltage in tenths
    from 8:20 to 8:30, and a charge voltage that is lowered for good at 10:00, by less.
    Right: neither 552 V nor 5.52 V is ever in force, nor does another limit rise beside them; late and stale, as
    for every required field that does not come; the lower one is in force at once."""
    def change(minute):
        if 300 <= minute < 310:
            return {'MaxChargeVoltage': 552 if minute < 305 else 5.52, 'MaxDischargeCurrent': 160}
        if 500 <= minute < 510:
            return {'Voltage': round(MEASURED[minute]['Voltage'] * 10, 1)}
        return {'MaxChargeVoltage': 54.4} if minute >= 600 else None
    day = Day()
    day.run(change)
    return day


def replays():
    """An outage from 10:00 to 10:10; then the present record and behind it those that waited, the youngest first,
    each with limits of 0. At 15:00 the source begins to count anew, at 17:00 it goes back by ten without a word.
    Right: what is old is refused (409) and nothing of it counts, not even its lower limits; to begin anew is no
    replay; who goes on counting from further down is refused once, since only with the record before is
    compared."""
    day = Day()
    old = {'MaxChargeCurrent': 0, 'MaxDischargeCurrent': 0}
    for minute in range(DAY):
        count = minute + 100 if minute < 900 else minute - 900 + 1
        if 600 <= minute < 610:
            continue
        day.post(minute, {'Sequence': count - 10 if 1020 <= minute < 1030 else count})
        if minute == 610:
            for number in range(1, 11):
                day.post(minute + number / 1000, {'Sequence': count - number, **old}, of=minute - number)
    return day


def frozen():
    """A BMS dies at 10:00, and what reads it goes on with the last record until 15:00; frozen-after is ten minutes.
    From 20:00 to 20:30 the same with a current of 0, as of a battery at rest.
    Right: late after ten minutes, and the ladder on from there, to gone; live with the first record that differs,
    and with a warning of the step; nothing at rest."""
    day = Day(BATTERY + 'frozen-after=600\n')
    rest = {**MEASURED[1200], 'Current': 0}
    day.run(lambda minute: MEASURED[600] if 600 <= minute < 900 else rest if 1200 <= minute < 1230 else None)
    return day


def warned():
    """A BMS that is read on as it was from 10:00 to 11:00, without frozen-after; and what contradicts itself without
    danger: a Soc as a share of 1 from 16:00 to 16:10, a minimum above its maximum at 17:00.
    Right: live all day, with a warning as long as it lasts. Nobody guesses what was meant."""
    def change(minute):
        if 600 <= minute < 660:
            return MEASURED[600]
        if 960 <= minute < 970:
            return {'Soc': round(MEASURED[minute]['Soc'] / 100, 3)}
        return {'MinCellVoltage': 3.5, 'MaxCellVoltage': 3.4} if minute == 1020 else None
    day = Day()
    day.run(change)
    return day


def reloads():
    """The seat belt is put on at 6:40, and taken off at 13:20. At 15:00 the source's limits come from rules as well,
    at 17:00 not any more. At 19:00 the role changes, which needs a restart, and with it warn-after.
    Right: a belt is in force at once, without a record, and off as well; the rules lower, and let go; of the last
    one nothing, neither role nor time."""
    day = Day()
    configurations = {400: BATTERY + 'max-charge-current=40\nmax-charge-voltage=54.4\n', 800: BATTERY,
                      900: BATTERY + RULES, 1020: BATTERY,
                      1140: BATTERY.replace('=130', '=50') + 'role=monitor\n'}
    for minute in range(DAY):
        if minute in configurations:
            day.add(minute, configuration=configurations[minute])
        day.post(minute)
    return day


def rules():
    """A BMS that measures alone, with rules; its chargers do not heed them. At 15:00 a reload without rules, which
    would leave a battery on the bus without limits.
    Right: down with the highest cell, at once; nothing at 3.55 V and until that has been over for a while; back with
    the curve. The reload changes nothing."""
    day = Day(BATTERY + RULES, limits={})
    for minute in range(DAY):
        if minute == 900:
            day.add(minute, configuration=BATTERY)
        day.post(minute)
    return day


def dead_sensors():
    """A BMS that measures alone, with rules: the thermometer is gone from 8:20 to 10:00, the lowest cell from 15:00 to
    16:30, and in the evening the highest one is null once.
    Right: the first stops charging once it is stale-after old, with a warning, and the battery is live; it comes back
    by recover-hold. The second is required, since discharging goes by it: the ladder, and live again with no
    more charging allowed than before. The third is nothing."""
    day = Day(BATTERY + RULES, limits={})

    def change(minute):
        if 500 <= minute < 600:
            return {'-Temperature': 0}
        if minute == 1200:
            return {'MaxCellVoltage': None}
        return {'-MinCellVoltage': 0} if 900 <= minute < 990 else None
    day.run(change)
    return day


def latch():
    """A BMS that measures alone, with rules. When the highest cell has stopped the charging, the flow is silent: from
    14:00 to 14:30, and from 17:30 to 17:36, at the end of which the cell is only just below 3.55 V.
    Right: the charge current is 0 after either silence; it rises once the cell has been low enough for recover-hold,
    as without a silence."""
    day = Day(BATTERY + RULES, limits={})
    for minute in range(DAY):
        if not (840 <= minute < 870 or 1050 <= minute < 1056):
            day.post(minute)
    return day


def two_batteries():
    """A BMS, and a monitor that sends limits as well and is away from 10:00 to 12:00.
    Right: the monitor has no limits and goes its own way down; the other one is live all day."""
    day = Day(BATTERY + BATTERY.replace('[battery]', '[battery shed]\nrole=monitor'))
    day.lines[0]['batteries'] = ['virtual', 'shed']
    for minute in range(DAY):
        day.post(minute)
        if not 600 <= minute < 720:
            day.post(minute, battery='shed')
    return day


DAYS = (calm, silences, out_of_reach, wrong_fields, zeros, steps, replays, frozen, warned, reloads, rules, dead_sensors,
        latch, two_batteries)


def main():
    folder = pathlib.Path(sys.argv[1])
    for make in DAYS:
        lines = make().lines
        lines[0]['about'] = inspect.getdoc(make)  # a reader ignores what it does not know
        text = ''.join(json.dumps(line) + '\n' for line in lines)
        path = folder / f'{make.__name__.replace("_", "-")}.jsonl.xz'
        path.write_bytes(lzma.compress(text.encode(), preset=9))


if __name__ == '__main__':
    main()
