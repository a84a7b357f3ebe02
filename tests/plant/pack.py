"""A pack of LiFePO4 cells in series, each with its own capacity, charge, resistance and polarisation.

Its voltage at rest is a typical curve with a knee at either end, not the data sheet of any one cell. Units:
V, A, Ah, ohm, s.
"""
import bisect
import math
import random

# Share of the capacity → V at rest. Above 1 a cell is overcharged, which a curve must answer, too.
AT_REST = ((-0.05, 1.50), (0.0, 2.50), (0.01, 2.80), (0.03, 3.00), (0.06, 3.10), (0.10, 3.18), (0.15, 3.215),
           (0.20, 3.240), (0.30, 3.275), (0.40, 3.288), (0.55, 3.295), (0.65, 3.305), (0.70, 3.322), (0.80, 3.330),
           (0.90, 3.335), (0.95, 3.340), (0.97, 3.345), (0.98, 3.353), (0.985, 3.362), (0.99, 3.378), (0.995, 3.410),
           (1.0, 3.480), (1.005, 3.620), (1.01, 3.820), (1.05, 5.5))
SHARES = [share for share, _ in AT_REST]
POLARISED = 60.0  # s: how fast the slow part of the voltage follows the current


def at_rest(share):
    """V of a cell that holds @share of its capacity"""
    right = min(max(bisect.bisect_right(SHARES, share), 1), len(AT_REST) - 1)
    (x0, y0), (x1, y1) = AT_REST[right - 1], AT_REST[right]
    return y0 + (y1 - y0) * (share - x0) / (x1 - x0)


class Cell:
    def __init__(self, capacity, share, resistance):
        self.capacity = capacity
        self.charge = capacity * share
        self.resistance = resistance       # what answers the current at once
        self.slow_resistance = resistance  # and with POLARISED
        self.polarisation = 0.0

    @property
    def share(self):
        return self.charge / self.capacity

    def open(self):
        """V without what answers the current at once"""
        return at_rest(self.charge / self.capacity) + self.polarisation

    def run(self, current, seconds, follow):
        self.charge += current * seconds / 3600
        self.polarisation += (self.slow_resistance * current - self.polarisation) * follow


class Pack:
    """With an active balancer, which carries @balance_current from the highest to the lowest cell while the
    highest is above @balance_from and the two are more than @balance_until apart."""

    def __init__(self, cells, balance_current=1.0, balance_from=3.40, balance_until=0.005):
        self.cells = cells
        self.resistance = sum(cell.resistance for cell in cells)
        self.balance_current, self.balance_from, self.balance_until = balance_current, balance_from, balance_until
        self.balancing = False
        self.balanced = 0.0  # s
        self.current = 0.0
        self.voltages = [cell.open() for cell in cells]
        self.open = sum(self.voltages)  # V without what answers the current at once

    @property
    def soc(self):
        """%, of all cells together: with one ahead of the others it is not full before they are"""
        return 100 * min(1.0, max(0.0, sum(cell.share for cell in self.cells) / len(self.cells)))

    @property
    def spread(self):
        """Between the fullest and the emptiest cell, in % of the capacity"""
        shares = [cell.share for cell in self.cells]
        return 100 * (max(shares) - min(shares))

    def run(self, current, seconds):
        """Lets @current flow into all cells for @seconds."""
        follow = 1 - math.exp(-seconds / POLARISED)
        highest, lowest = max(self.voltages), min(self.voltages)
        self.balancing = highest > self.balance_from and highest - lowest > self.balance_until
        self.balanced += seconds if self.balancing else 0
        giver, taker = self.voltages.index(highest), self.voltages.index(lowest)
        for number, cell in enumerate(self.cells):
            moved = ((number == taker) - (number == giver)) * self.balance_current if self.balancing else 0
            cell.run(current + moved, seconds, follow)
        opened = [cell.open() for cell in self.cells]
        self.current = current
        self.open = sum(opened)
        self.voltages = [volts + cell.resistance * current for volts, cell in zip(opened, self.cells)]


def uneven(share=0.20, runner=0.03, runner_resistance=1.0, spread=1.0, capacity=280.0, resistance=0.00025, cells=16,
           seed=18):
    """A pack in which one cell is ahead of the others by @runner of its capacity.

    @runner_resistance: its resistance as a multiple of what it would be; @spread: by how many percent the cells
    differ"""
    chance = random.Random(seed)
    made = [Cell(capacity * (1 + spread * chance.uniform(-0.01, 0.01)), share + spread * chance.uniform(-0.005, 0.005),
                 resistance * (1 + spread * chance.uniform(-0.15, 0.15))) for _ in range(cells)]
    ahead = made[cells // 3]
    ahead.charge += runner * ahead.capacity
    ahead.resistance *= runner_resistance
    return Pack(made)
