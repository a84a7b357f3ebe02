#!/usr/bin/python3
"""Captured days, simulated: what the daemon makes of each is what stands beside it in the .outcome, at whose head
is told what goes wrong in the day and what is right (make.py). Who changes an outcome on purpose writes it anew,
and the change is seen as a difference of those files:

    test-captures.py [--write]

Environment: DAEMON.
"""
import difflib
import json
import lzma
import os
import pathlib
import re
import subprocess
import sys
import tempfile

FOLDER = pathlib.Path(__file__).parent
DAEMON = os.environ['DAEMON']
LIMITS = {'CVL': 'MaxChargeVoltage', 'CCL': 'MaxChargeCurrent', 'DCL': 'MaxDischargeCurrent'}
LINE = 'ConnectionInformation'  # the reason, while it is not live
# What a measurement changes in each record is none of the outcome, but for whether it is shown.
MEASURED = {'Voltage', 'Current', 'Power', 'Soc', 'Temperature', 'MinCellVoltage', 'MaxCellVoltage',
            'MinCellTemperature', 'MaxCellTemperature', 'Diff', 'Sum', 'TimeToGo', 'ConsumedAmphours', 'Capacity'}


def simulate(text):
    """Returns: what is printed, line by line"""
    with tempfile.NamedTemporaryFile() as file:
        file.write(text)
        file.flush()
        result = subprocess.run([DAEMON, '--simulate', file.name], stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def clock(seconds):
    tenths = round(seconds * 10)
    return f'{tenths // 36000:2}:{tenths // 600 % 60:02}:{tenths // 10 % 60:02}.{tenths % 10}'


def difference(before, after):
    """What is shown otherwise than it was, in words"""
    words = [name if value == '' else f'{name}={value}' for name, value in sorted(after.items())
             if before.get(name) != value]
    gone = [f'-{name}' for name in sorted(before) if name not in after and name != LINE]
    return ' '.join(words + gone)


class Battery:
    """What is known of one: what it shows, and what was last told of it."""

    def __init__(self):
        self.values = {}
        self.shown = {}  # when it was last told
        self.status = ''
        self.words = None

    def notes(self, line):
        """What there is to say of @line."""
        notes = [f'reason: {line["reason"]}'] if 'reason' in line else []
        notes += [f'{error["code"]} {error["field"] or "-"}: {error["detail"]}' for error in line.get('errors', ())]
        notes += [f'{kind}: {", ".join(line[kind])}' for kind in ('safer', 'missing') if kind in line]
        return notes + [f'warning: {text}' for text in line.get('warnings', ())]

    def number(self, name, width):
        value = self.values.get(name)
        return f'{"-" if value is None else value:<{width}}'

    def tell(self, line):
        """What is told of @line: nothing where state, answer, limits, notes and what else is shown are those
        before, whatever numbers stand in the notes."""
        self.values.update(line.get('shown', {}))
        self.status = line.get('status', self.status)
        by = [f'{short} by {line["limited"][name]["by"]}' for short, name in LIMITS.items()
              if name in line.get('limited', {})]
        head = ' '.join([f'{self.status:3} {line["state"]:7}',
                         *(f'{short} {self.number(name, 5)}' for short, name in LIMITS.items()), ', '.join(by)])
        notes = self.notes(line)
        shown = {name: '' if name in MEASURED else value for name, value in self.values.items()
                 if value is not None and name not in LIMITS.values() and not (name == LINE and 'reason' in line)}
        words = head, re.sub(r'\b\d+(\.\d+)?', '', '\n'.join(notes)), shown
        if self.words == words:
            return ''
        self.words = words
        changed = difference(self.shown, shown)
        self.shown = shown
        rows = [f'{clock(line["t"])} {line["battery"]:7} {line["cause"]:6.6} '
                f'Soc {self.number("Soc", 4)} V {self.number("Voltage", 5)} {head}'.rstrip(), *notes]
        return '\n    '.join(rows + ([f'shown: {changed}'] if changed else [])) + '\n'


def outcome(capture):
    text = lzma.decompress(capture.read_bytes())
    about = json.loads(text[:text.index(b'\n')])['about']
    batteries = {}
    told = [batteries.setdefault(line['battery'], Battery()).tell(line) for line in simulate(text)]
    return ''.join([*(f'# {line}\n' for line in about.splitlines()), *told])


def main():
    captures = sorted(FOLDER.glob('*.jsonl.xz'))
    failed = not captures
    sys.stderr.reconfigure(errors='backslashreplace')
    print(f'1..{len(captures)}')
    for number, capture in enumerate(captures, 1):
        kept = capture.with_name(capture.name.replace('.jsonl.xz', '.outcome'))
        found = outcome(capture)
        if '--write' in sys.argv:
            kept.write_text(found, encoding='utf-8')
        wanted = kept.read_text(encoding='utf-8') if kept.exists() else ''
        print('ok' if found == wanted else 'not ok', number, '-', capture.name)
        for line in difflib.unified_diff(wanted.splitlines(), found.splitlines(), kept.name, 'now', lineterm=''):
            print(line, file=sys.stderr)
        failed = failed or found != wanted
    sys.exit(failed)


if __name__ == '__main__':
    main()
