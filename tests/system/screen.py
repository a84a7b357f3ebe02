"""A consumer of a battery that reads as the GX screen does (docs/venus.md, "The GX screen"), and renders
its pages as text."""
import re

# Of "Individual Battery Info": the path below /Battery/<Id>, and the item of the battery that it follows.
FOLLOWED = {'Capacity': '/Capacity', 'Voltage': '/Dc/0/Voltage', 'Current': '/Dc/0/Current',
            'Temperature': '/Dc/0/Temperature'}
ROWS = 'Serial', 'Capacity', 'FwVersion', 'Status', 'Voltage', 'Current', 'Temperature'
STATUS = {1: 'balanced', 2: 'imbalance', 4: 'balancing', 8: 'overvoltage', 16: 'undervoltage',
          32: 'low temperature (charge)', 64: 'high temperature (charge)', 128: 'cell error',
          256: 'high temperature', 512: 'high cell voltage', 2048: 'charge overcurrent warning',
          4096: 'charge overcurrent alarm', 8192: 'discharge overcurrent warning',
          16384: 'discharge overcurrent alarm', 32768: 'low cell voltage', 65536: 'low temperature'}

# A value without a word shows nothing.
STATES = {9: 'Running', 14: 'Standby'}
ALARM = {0: 'OK', 1: 'Alarm'}
BALANCING = {0: 'Inactive', 1: 'Active'}
BALANCER = {0: 'Unknown', 1: 'Balanced', 2: 'Balancing', 3: 'Imbalance'}
IO = {'Allow to charge': '/Io/AllowToCharge', 'Allow to discharge': '/Io/AllowToDischarge'}

# Any of these makes the page "Details".
DETAILS = re.compile(r'/System/(M..CellVoltage|M..CellTemperature|NrOfModules(On|Off)line)'
                     r'|/(InstalledCapacity|Capacity)')


def followed(path):
    """The item that a path of "Individual Battery Info" says again, or None."""
    below = path.split('/', 3)[3]
    cell = re.fullmatch(r'Cell/(\d+)/Voltage', below)
    return f'/Voltages/Cell{cell[1]}' if cell else FOLLOWED.get(below)


class Screen:
    """What a screen knows of the battery: everything at first, and then what the signals say."""

    def __init__(self, client, daemon):
        self.client = client
        self.daemon = daemon
        self.owner = None
        self.items = {}

    def follow(self):
        """Takes what has come. Whoever asks anew must see the same."""
        while True:
            self.client.sync(self.daemon.pid)
            owner, signals = self.client.owner(), self.client.take_items()
            if owner != self.owner:
                self.owner, signals = owner, []
                self.items = self.client.items() if owner else {}
            for items in signals:
                self.items.update(items)
            if not owner:
                return
            found = self.client.items()
            self.client.sync(self.daemon.pid)
            # Of what came meanwhile the items may hold more than the signals before.
            if not [signal for signal in self.client.signals if signal.member == 'ItemsChanged']:
                missed = {path: (self.items.get(path), item) for path, item in found.items()
                          if self.items.get(path) != item}
                assert not missed, f'never told by a signal: {missed}'
                return

    def seen(self, path):
        return path in self.items

    def value(self, path):
        """None where it is invalid."""
        item = self.items.get(path)
        return None if item is None or item.type == 'ai' else item.value

    def text(self, path, invalid=None):
        return invalid if self.value(path) is None else self.items[path].text

    def quantities(self):
        """A group of quantities makes 0 of what is invalid."""
        return ' '.join((self.text('/Dc/0/Voltage', '0.00V'), self.text('/Dc/0/Current', '0.0A'),
                         self.text('/Dc/0/Power', '0W')))

    def battery(self):
        yield self.text('/CustomName') or self.text('/ProductName')
        yield '  ' + self.quantities()
        for name, path, words in (('State', '/State', STATES), ('Alarm state', '/Alarms/Alarm', ALARM)):
            if self.value(path) is not None:
                yield f'  {name} {words.get(self.value(path), "")}'.rstrip()
        if self.value('/ErrorCode') is not None:
            yield f'  Error #{self.value("/ErrorCode")}'
        for name, path, words in (('Balancing', '/Balancing', BALANCING),
                                  ('Balancer status', '/Balancer/Status', BALANCER)):
            if self.seen(path):
                yield f'  {name} {words.get(self.value(path), words[0])}'
        if self.seen('/TimeToGo'):
            yield f'  Time-to-go {self.text("/TimeToGo", "--")}'

    def details(self):
        if not any(DETAILS.fullmatch(path) and self.value(path) is not None for path in self.items):
            return
        yield 'Details'
        yield '  ' + self.text('/ConnectionInformation')
        for name in 'Min', 'Max':
            if self.value(f'/System/{name}CellVoltage') is not None:
                yield (f'  {name} cell {self.text(f"/System/{name}CellVoltage")} '
                       f'{self.text(f"/System/{name}VoltageCellId", "")}').rstrip()
        for name in 'Online', 'Offline':
            if self.value(f'/System/NrOfModules{name}') is not None:
                yield f'  Modules {name.lower()} {self.text(f"/System/NrOfModules{name}")}'
        if self.value('/InstalledCapacity') is not None:
            yield f'  Available {self.text("/Capacity", "0.0Ah")} of {self.text("/InstalledCapacity")}'

    def system(self):
        if self.value('/System/NrOfBatteries') is None:
            return
        yield 'System'
        yield '  ' + ', '.join(f'{name} {self.text(path, "")}'.rstrip() for name, path in (
            ('batteries', '/System/NrOfBatteries'), ('parallel', '/System/BatteriesParallel'),
            ('series', '/System/BatteriesSeries'), ('cells', '/System/NrOfCellsPerBattery')))

    def io(self):
        rows = [f'  {name} {"Yes" if self.value(path) else "No"}' for name, path in IO.items()
                if self.value(path) is not None]
        yield from ['IO', *rows] if rows else []

    def individual(self):
        asked = self.value('/Battery/Request/Id')
        if asked is None:
            return
        yield 'Individual Battery Info'
        serials = [self.text(f'/Battery/{number}/Serial', '')
                   for number in range(1, (self.value('/System/NrOfBatteries') or 0) + 1)]
        yield '  ' + ', '.join(f'{"*" if number == asked else ""}Battery #{number} {serial}'.rstrip()
                               for number, serial in enumerate(serials, 1))
        for name in ROWS:
            path = f'/Battery/{asked}/{name}'
            if self.value(path) is None:
                continue
            bits = [words for bit, words in STATUS.items() if self.value(path) & bit] \
                if name == 'Status' else []
            yield f'  {name} {", ".join(bits) or self.text(path)}'
        for number in range(1, (self.value('/System/NrOfCellsPerBattery') or 0) + 1):
            volts = self.text(f'/Battery/{asked}/Cell/{number}/Voltage')
            degrees = self.text(f'/Battery/{asked}/Cell/{number}/Temperature')
            if volts or degrees:
                yield f'  Cell {number} ' + ' '.join(filter(None, (volts, degrees)))

    def page(self):
        """All of it, once everything that was sent has come; None without a battery."""
        self.follow()
        if not self.owner:
            return None
        return '\n'.join([*self.battery(), *self.details(), *self.system(), *self.io(),
                          *self.individual()]) + '\n'
