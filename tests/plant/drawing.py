#!/usr/bin/python3
"""Draws the simulated charge of docs/limits.md.

    drawing.py DRIVER
"""
import pathlib
import sys

from core import Core
from pack import uneven
from plant import HOUR, Chargers, Plant
from settings import CELL_MOST, LIMITS

FILE = pathlib.Path(__file__).parents[2] / 'docs' / 'images' / 'limits-charge.svg'
WIDTH, LEFT, RIGHT = 860, 64, 846
EVERY = 30  # s between two points
NEAR = 0.4  # of a pixel
HOURS = 8
STYLE = '''<style>
text { font: 13px sans-serif; fill: #555 }
.title { font-weight: bold }
.grid { stroke: #8884; stroke-width: 1 }
.cell { fill: none; stroke: #4a90c4; stroke-width: 1; opacity: 0.55 }
.runner { fill: none; stroke: #d1495b; stroke-width: 1.6 }
.limit { fill: none; stroke: #2e7d32; stroke-width: 1.6 }
.pack { fill: none; stroke: #4a90c4; stroke-width: 1.4 }
.most { stroke: #d1495b; stroke-width: 1; stroke-dasharray: 5 4 }
</style>'''


def thinned(points):
    """@points without those that a straight line between others leaves out by less than NEAR"""
    (x0, y0), (x1, y1) = points[0], points[-1]
    furthest, place = 0, 0
    for number, (x, y) in enumerate(points):
        off = abs(y - y0 - (y1 - y0) * (x - x0) / (x1 - x0))
        if off > furthest:
            furthest, place = off, number
    if furthest < NEAR:
        return [points[0], points[-1]]
    return thinned(points[:place + 1])[:-1] + thinned(points[place:])


class Panel:
    """One diagram of several, with time from left to right"""

    def __init__(self, top, height, low, high, step, title, decimals=0):
        self.top, self.height, self.low, self.high = top, height, low, high
        self.parts = []
        number = 0
        while low + number * step <= high + 1e-9:
            value = low + number * step
            y = self.y(value)
            self.parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{RIGHT}" y2="{y:.1f}"/>')
            self.parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.{decimals}f}</text>')
            number += 1
        for hour in range(HOURS + 1):
            x = self.x(hour * HOUR)
            self.parts.append(f'<line class="grid" x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}"/>')
        self.parts.append(f'<text class="title" x="{LEFT}" y="{top - 8}">{title}</text>')

    @staticmethod
    def x(seconds):
        return LEFT + (RIGHT - LEFT) * seconds / (HOURS * HOUR)

    def y(self, value):
        value = min(max(value, self.low), self.high)
        return self.top + self.height * (self.high - value) / (self.high - self.low)

    def line(self, kind, points):
        said = ' '.join(f'{x:.1f},{y:.1f}' for x, y in thinned([(self.x(seconds), self.y(value))
                                                                for seconds, value in points]))
        self.parts.append(f'<polyline class="{kind}" points="{said}"/>')

    def level(self, kind, value, text):
        y = self.y(value)
        self.parts.append(f'<line class="{kind}" x1="{LEFT}" y1="{y:.1f}" x2="{RIGHT}" y2="{y:.1f}"/>')
        self.parts.append(f'<text x="{LEFT + 6}" y="{y - 5:.1f}">{text}</text>')


def draw(driver):
    """Returns: the SVG of a charge from 20 % by chargers of which one half obeys the voltage alone"""
    with Core(driver, LIMITS) as core:
        plant = Plant(uneven(), core, Chargers(70, 70))
        rows = plant.run(HOURS).rows
    shown, due = [], 0
    for row in rows:
        if row.now >= due:
            shown.append(row)
            due = row.now + EVERY
    runner = max(range(len(shown[0].cells)), key=lambda number: shown[len(shown) // 2].cells[number])

    cells = Panel(34, 260, 3.25, 3.55, 0.05, 'Cells, V', 2)
    for number in range(len(shown[0].cells)):
        if number != runner:
            cells.line('cell', [(row.now, row.cells[number]) for row in shown])
    cells.line('runner', [(row.now, row.cells[runner]) for row in shown])
    cells.level('most', CELL_MOST, 'cell-max-voltage')

    volts = Panel(340, 130, 52, 56, 1, 'MaxChargeVoltage (green) and the sum of the cells, V')
    volts.line('pack', [(row.now, sum(row.cells)) for row in shown])
    volts.line('limit', [(row.now, row.charge_voltage) for row in shown])

    amperes = Panel(516, 150, 0, 150, 50, 'MaxChargeCurrent (green) and the current into the battery, A')
    amperes.line('pack', [(row.now, row.current) for row in shown])
    amperes.line('limit', [(row.now, row.charge_current) for row in shown])

    hours = ''.join(f'<text x="{Panel.x(hour * HOUR):.1f}" y="686" text-anchor="middle">{hour} h</text>\n'
                    for hour in range(HOURS + 1))
    parts = '\n'.join(part for panel in (cells, volts, amperes) for part in panel.parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} 696" role="img">\n'
            '<title>A simulated charge of 16 cells of which one is ahead</title>\n'
            f'{STYLE}\n{parts}\n{hours}</svg>\n')


if __name__ == '__main__':
    FILE.write_text(draw(sys.argv[1]), encoding='utf-8')
