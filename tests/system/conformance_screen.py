"""Conformance checks 55 to 63: what the GX screen shows of a battery does not contradict itself."""
import difflib
import signal

from gi.repository import GLib

import screen
from clients import RECORD
from harness import CALM, equal, eventually

STALE = '[battery]\nwarn-after=1\nstale-after=2\ndrop-after=300\nleave-after=300\n'
ALARM, MODULES = '/Alarms/Alarm', ('/System/NrOfModulesOnline', '/System/NrOfModulesOffline')


def until_stale(daemon):
    eventually(lambda: daemon.state()['state'] == 'stale', 'stale')


def modules(client):
    return [client.value(path) for path in MODULES]


def test_55_alarm(world):
    """0 or 1: from all alarms, the daemon's own too, and from what is sent, whichever is higher."""
    daemon, client = world.live()
    equal(client.items()[ALARM], ('i', 0, '0'))
    for record, wanted in (({'CellImbalance': 1}, 1), ({'CellImbalance': 0}, 0), ({'Alarm': 2}, 1),
                           ({'Alarm': 1}, 1), ({'Alarm': 0, 'LowSoc': 2}, 1), ({'LowSoc': None}, 0),
                           ({'Alarm': 1}, 1), ({'Alarm': None}, 0),
                           ({'Module3LowVoltage': 1}, 1)):
        daemon.http.post(record)
        equal(client.value(ALARM), wanted, record)


def test_55_alarm_of_the_cable(world):
    daemon = world.start(STALE)
    client = world.client()
    daemon.join({**RECORD, 'Alarm': 0})
    until_stale(daemon)
    equal([client.value(path) for path in ('/Alarms/BmsCable', ALARM)], [2, 1])


def test_56_balancing(world):
    """A row that the screen shows once seen has no object before its first value."""
    daemon, client = world.live(record={**RECORD, 'Current': 5})
    paths = '/Balancing', '/Balancer/Status', '/TimeToGo'
    equal([path in client.items() for path in paths], [False] * 3)
    for record, wanted in (({'Balance1': 0, 'Balance2': 0}, 0), ({'Balance2': 1}, 1),
                           ({'Balance2': 0}, 0), ({'Balancing': 1}, 1), ({'Balance2': 1}, 1),
                           ({'Balancing': 0}, 0)):
        client.sync(daemon.pid)
        client.take()
        before = client.items().get('/Balancing')
        daemon.http.post(record)
        equal(client.value('/Balancing'), wanted, record)
        client.sync(daemon.pid)
        signals = client.take_items()
        if before is None or before.value != wanted:
            equal([items['/Balancing'] for items in signals], [('i', wanted, str(wanted))], record)
    daemon.http.post({'Status': 2, 'TimeToGo': 3600})
    equal([client.value(path) for path in paths], [0, 2, 3600])


def test_57_state_and_io(world):
    """What was so while the source lived is not said of a battery that does not answer."""
    kept = {'/State': 9, '/Io/AllowToCharge': 1, '/Io/AllowToDischarge': 1, '/Io/ExternalRelay': 0}
    daemon = world.start(STALE)
    client = world.client()
    record = {**RECORD, 'ErrorCode': 0, **kept}
    daemon.join(record)
    until_stale(daemon)
    equal({path: client.value(path) for path in kept}, dict.fromkeys(kept))
    equal(client.value('/ErrorCode'), 0)
    eventually(lambda: daemon.posted(RECORD, '/battery'), 'live again')
    equal({path: client.value(path) for path in kept}, kept, 'what was sent before')


def test_58_modules(world):
    """The page with the reason stays open: the battery itself is a module, unless some are sent."""
    daemon = world.start(STALE)
    client = world.client()
    daemon.join(RECORD)
    equal(modules(client), [1, 0])
    until_stale(daemon)
    equal(modules(client), [0, 1])
    eventually(lambda: daemon.posted(RECORD, '/battery'), 'live again')
    equal(modules(client), [1, 0])
    eventually(lambda: daemon.posted({**RECORD, 'NrOfModulesOnline': 3}, '/battery'), 'modules')
    equal(modules(client), [3, None])
    until_stale(daemon)
    equal(modules(client), [None, None])


def test_59_deepest_discharge(world):
    """The history of a battery that is in use begins at what is missing by its own account."""
    deepest = '/History/DeepestDischarge'
    daemon, client = world.live('[battery]\nhistory=true\n' + CALM,
                                {**RECORD, 'InstalledCapacity': 280})
    equal([client.value('/ConsumedAmphours'), client.value(deepest)], [-102.2, -102.2])
    daemon.http.post({'ConsumedAmphours': -90})
    equal(client.value(deepest), -102.2)


def test_60_last_error(world):
    """Time 0 is 1970 on the screen."""
    daemon, client = world.live(record={**RECORD, 'LastError1': 5, 'LastError1Time': 0})
    equal(client.items().get('/Diagnostics/LastErrors/1/Time'), None)
    for time, wanted in ((1700000000, 1700000000), (0, None)):
        daemon.http.post({'LastError1Time': time})
        equal(client.value('/Diagnostics/LastErrors/1/Time'), wanted)


CELLS = {f'Cell{i}': 3.3 + i / 1000 for i in (1, 2, 5)}
FULL = {**RECORD, **CELLS, 'InstalledCapacity': 280, 'Temperature': 21, 'CellImbalance': 1, 'Balance1': 0,
        'Balance2': 1, 'State': 9, 'ErrorCode': 0, 'AllowToCharge': 1, 'AllowToDischarge': 1}

LIVE_PAGE = """\
Shed
  52.70V -12.3A -648W
  State Running
  Alarm state Alarm
  Error #0
  Balancing Active
  Time-to-go 52020s
Details
  Receiving data from 127.0.0.1
  Min cell 3.301V Cell1
  Max cell 3.305V Cell5
  Modules online 1
  Modules offline 0
  Available 177.8Ah of 280.0Ah
System
  batteries 1, parallel 1, series 1, cells 5
IO
  Allow to charge Yes
  Allow to discharge Yes
Individual Battery Info
  *Battery #1
  Capacity 177.8Ah
  Status imbalance, balancing
  Voltage 52.70V
  Current -12.3A
  Temperature 21.0C
  Cell 1 3.301V
  Cell 2 3.302V
  Cell 5 3.305V
"""

LATE_PAGE = LIVE_PAGE.replace('Receiving data from 127.0.0.1', 'No data for 0.1 s')

STALE_PAGE = """\
Shed
  0.00V 0.0A 0W
  Alarm state Alarm
  Error #0
  Balancing Inactive
  Time-to-go --
Details
  No data for 0.2 s: charging stopped
  Modules online 0
  Modules offline 1
  Available 0.0Ah of 280.0Ah
System
  batteries 1, parallel 1, series 1, cells 5
Individual Battery Info
  *Battery #1
"""

LOST_PAGE = STALE_PAGE.replace('No data for 0.2 s: charging stopped', 'No data for 0.3 s: limits withdrawn')


def times(warn, stale, drop, leave):
    return (f'[battery]\ncustom-name=Shed\nwarn-after={warn}\nstale-after={stale}\ndrop-after={drop}\n'
            f'leave-after={leave}\noptional-after=1000\n')


LONG = 100, 200, 300, 400


class Falling:
    """A battery of which the states come when they are wanted."""

    def __init__(self, world, record):
        self.daemon = world.start(times(*LONG))
        self.client = world.client()
        self.record = record
        self.daemon.join(record)
        self.screen = screen.Screen(self.client, self.daemon)

    def to(self, state, *after):
        """The page once the battery is in @state, into which the times @after lead it."""
        said = 'configuration read again'
        before = self.daemon.log.read_text().count(said)
        self.daemon.configure(times(*after))
        self.daemon.signal(signal.SIGHUP)
        # A record that came before it would have the old times, and be late at once.
        eventually(lambda: self.daemon.log.read_text().count(said) > before, said)
        if state == 'live':
            eventually(lambda: self.daemon.posted(self.record, '/battery'), state)
        eventually(lambda: self.daemon.state()['state'] == state, state)
        return self.screen.page()


def same(found, wanted, what):
    """As equal(), a line for a line."""
    lines = (wanted or '').splitlines(), (found or '').splitlines()
    difference = '\n'.join(difflib.unified_diff(*lines, 'wanted', 'found', lineterm=''))
    assert found == wanted, f'{what}:\n{difference}'


def test_61_pages(world):
    """Nothing on the screen contradicts anything else, in no state; one record brings all back."""
    battery = Falling(world, FULL)
    for _ in range(2):
        same(battery.screen.page(), LIVE_PAGE, 'live')
        same(battery.to('late', 0.1, 200, 300, 400), LATE_PAGE, 'late')
        same(battery.to('stale', 0.1, 0.2, 300, 400), STALE_PAGE, 'stale')
        same(battery.to('lost', 0.1, 0.2, 0.3, 400), LOST_PAGE, 'lost')
        same(battery.to('live', *LONG), LIVE_PAGE, 'live again')
    equal(battery.to('gone', 0.1, 0.2, 0.3, 0.4), None, 'gone')
    # What was known of the present is forgotten with it, and comes with the record.
    same(battery.to('live', *LONG), LIVE_PAGE, 'back on the bus')


def test_61_without_cells(world):
    """A battery without cells has no such page, and no "System" that is half blank."""
    battery = Falling(world, RECORD)
    same(battery.screen.page(), """\
Shed
  52.70V -12.3A -648W
  Alarm state OK
Details
  Receiving data from 127.0.0.1
  Modules online 1
  Modules offline 0
""", 'live')
    equal([path for path in battery.screen.items if path.startswith('/Battery')], [], 'paths')
    same(battery.to('stale', 0.1, 0.2, 300, 400), """\
Shed
  0.00V 0.0A 0W
  Alarm state Alarm
Details
  No data for 0.2 s: charging stopped
  Modules online 0
  Modules offline 1
""", 'stale')
    battery.record = FULL
    same(battery.to('live', *LONG), LIVE_PAGE, 'the first cells')


def test_61_one_signal(world):
    """What is said twice is said in one signal, with the same rounding."""
    daemon, client = world.live(record=FULL)
    daemon.http.post({**FULL, 'Cell2': 3.31049, 'Voltage': 52.804})
    client.sync(daemon.pid)
    items, = client.take_items()
    for path in ('/Battery/1/Cell/2/Voltage', '/Battery/1/Voltage'):
        equal(items[path], items[screen.followed(path)], path)
    equal(items['/Voltages/Cell2'], ('d', 3.31, '3.310V'))
    equal([path for path in items if path.startswith('/Battery/1/Cell')], ['/Battery/1/Cell/2/Voltage'])
    daemon.http.post({**FULL, 'Cell2': 3.3101, 'Voltage': 52.804})
    client.sync(daemon.pid)
    equal(client.take_items(), [], 'below a step')


def test_61_many_cells(world):
    """4 to 256 cells, and numbers with gaps."""
    for numbers in (range(1, 5), range(1, 17), range(1, 257), (2, 3, 7), (256,)):
        record = {**RECORD, **{f'Cell{k}': 3 + k / 1000 for k in numbers}}
        daemon, client = world.live(record=record)
        page = screen.Screen(client, daemon).page()
        equal([line for line in page.splitlines() if line.startswith('  Cell ')],
              [f'  Cell {k} {3 + k / 1000:.3f}V' for k in numbers])
        assert f'batteries 1, parallel 1, series 1, cells {max(numbers)}\n' in page, page
        daemon.stop()


def test_61_system_that_is_sent(world):
    """What the source says of its system is not touched, and the four are all there or none."""
    wanted = 'batteries 4, parallel 2, series 2, cells 5'
    sent_all = {'NrOfBatteries': 4, 'BatteriesParallel': 2, 'BatteriesSeries': 2, 'NrOfCellsPerBattery': 5}
    for sent in ({'NrOfBatteries': 4, 'BatteriesParallel': 2},
                 {'BatteriesParallel': 2, 'BatteriesSeries': 2}, sent_all):
        daemon, client = world.live(record={**FULL, **sent})
        page = screen.Screen(client, daemon).page()
        assert f'  {wanted}\n' in page, (sent, page)
        daemon.stop()


def test_61_status(world):
    """Each bit of Status has a cause of its own."""
    daemon, client = world.live(record={**RECORD, **CELLS})
    for record, bits in (({}, 0), ({'Status': 1}, 1), ({'Status': 3}, 2), ({'Status': 2}, 4),
                         ({'CellImbalance': 2}, 2), ({'Balance5': 1}, 4), ({'HighVoltage': 1}, 8),
                         ({'LowVoltage': 2}, 16), ({'LowChargeTemperature': 1}, 32),
                         ({'HighChargeTemperature': 1}, 64), ({'HighTemperature': 1}, 256),
                         ({'HighCellVoltage': 1}, 512), ({'HighChargeCurrent': 1}, 2048),
                         ({'HighChargeCurrent': 2}, 4096), ({'HighDischargeCurrent': 1}, 8192),
                         ({'HighDischargeCurrent': 2}, 16384), ({'LowCellVoltage': 1}, 32768),
                         ({'LowTemperature': 2}, 65536), ({'LowSoc': 2}, 0)):
        equal(daemon.http.post(record).status, 200 if record else 422, record)
        equal(client.value('/Battery/1/Status'), bits, record)
        daemon.http.post(dict.fromkeys(record))


def test_62_selector(world):
    """The GUI alone writes it: the battery that there is, as a number; when stale, too."""
    battery = Falling(world, FULL)
    path = '/Battery/Request/Id'
    for state, after in (('live', LONG), ('stale', (0.1, 0.2, 300, 400))):
        before = battery.to(state, *after)
        for kind, value, code in (('i', 1, 0), ('d', 1.0, 0), ('x', 1, 0), ('i', 2, 2), ('i', 0, 2),
                                  ('i', -1, 2), ('d', 1.5, 2), ('x', 2 ** 40, 2), ('s', '1', 1),
                                  ('s', '', 1), ('ai', [], 1)):
            equal(battery.client.set_value(path, GLib.Variant(kind, value)), code, (state, value))
            battery.client.sync(battery.daemon.pid)
            equal(battery.client.take(), [], f'signals after {value} in {state}')
        equal(battery.client.items()[path], ('i', 1, '1'))
        same(battery.screen.page(), before, state)
        for path_of_cells in ('/Battery/1/Voltage', '/Battery/1/Status', '/Battery/1/Cell/2/Voltage'):
            equal(battery.client.set_value(path_of_cells, GLib.Variant('d', 50)), 1, path_of_cells)


PACKS = f"""[battery]
custom-name=Shed
{CALM}parts=parallel
[part left]
capacity=100
[part right]
capacity=280
when-silent=leave-out
[part third]
capacity=100
[part shunt]
says=Current;Power
"""
PACK = {'Voltage': 52.7, 'Soc': 63.5, 'MaxChargeVoltage': 55.2, 'MaxChargeCurrent': 100,
        'MaxDischargeCurrent': 150, 'Current': 10}


def individual(page):
    return page[page.index('Individual Battery Info'):]


def of_packs(world):
    """Three packs, of which the third has no cells, and a shunt. Returns: a daemon that is live, a
    client and a screen"""
    daemon = world.start(PACKS)
    client = world.client()
    cells = {'left': {'Cell1': 3.301, 'Cell2': 3.302, 'Temperature': 21, 'Capacity': 63.5},
             'right': {'Cell1': 3.311, 'Balance1': 1, 'HighVoltage': 1}, 'third': {}}
    for name, own in cells.items():
        daemon.http.post({**PACK, **own}, f'/battery/part/{name}')
    daemon.join({'Current': -12.3}, '/battery/part/shunt')
    return daemon, client, screen.Screen(client, daemon)


def test_61_parts(world):
    """A page for each pack, whatever the battery says of all of them."""
    daemon, client, shown = of_packs(world)
    page = shown.page()
    assert '  batteries 3, parallel 3, series 1, cells 2\n' in page, page
    wanted = {1: """\
Individual Battery Info
  *Battery #1, Battery #2, Battery #3
  Capacity 63.5Ah
  Status 0
  Voltage 52.70V
  Current 10.0A
  Temperature 21.0C
  Cell 1 3.301V
  Cell 2 3.302V
""", 2: """\
Individual Battery Info
  Battery #1, *Battery #2, Battery #3
  Status balancing, overvoltage
  Voltage 52.70V
  Current 10.0A
  Cell 1 3.311V
""", 3: """\
Individual Battery Info
  Battery #1, Battery #2, *Battery #3
  Status 0
  Voltage 52.70V
  Current 10.0A
"""}
    for number in (1, 2, 3, 1):
        equal(client.set_value('/Battery/Request/Id', GLib.Variant('i', number)), 0, number)
        same(individual(shown.page()), wanted[number], number)
    for number in (0, 4, 1.5):
        equal(client.set_value('/Battery/Request/Id', GLib.Variant('d', number)), 2, number)
    same(individual(shown.page()), wanted[1], 'after what there is not')


def test_61_parts_one_signal(world):
    """What a pack sends is told once, also where nothing of it shows in the battery's own values."""
    daemon, client, shown = of_packs(world)
    shown.page()
    daemon.http.post({'Cell2': 3.307, 'Temperature': 20}, '/battery/part/left')
    client.sync(daemon.pid)
    items, = client.take_items()
    equal({path: item.text for path, item in items.items() if path.startswith('/Battery/')},
          {'/Battery/1/Cell/2/Voltage': '3.307V', '/Battery/1/Temperature': '20.0C'})
    daemon.http.post({'Current': 9, 'InstalledCapacity': 280}, '/battery/part/right')
    client.sync(daemon.pid)
    items, = client.take_items()
    equal({path: item.text for path, item in items.items()}, {'/Battery/2/Current': '9.0A'})
    daemon.http.post({'Current': 9}, '/battery/part/right')
    client.sync(daemon.pid)
    equal(client.take_items(), [], 'nothing new')


def test_61_part_that_leaves(world):
    """Its rows disappear, and come back with it; the others stay as they are."""
    daemon, client, shown = of_packs(world)
    client.set_value('/Battery/Request/Id', GLib.Variant('i', 2))
    page = individual(shown.page())
    equal(daemon.http.delete('/battery/part/right').status, 204)
    same(individual(shown.page()), """\
Individual Battery Info
  Battery #1, *Battery #2, Battery #3
""", 'without it')
    equal(shown.value('/Battery/1/Cell/2/Voltage'), 3.302)
    daemon.http.post({**PACK, 'Cell1': 3.311, 'Balance1': 1, 'HighVoltage': 1}, '/battery/part/right')
    same(individual(shown.page()), page, 'back')
    daemon.configure(PACKS.replace(CALM, times(0.1, 0.2, 300, 400).split('\n', 2)[2]))
    daemon.signal(signal.SIGHUP)
    eventually(lambda: daemon.state()['state'] == 'stale', 'stale')
    same(individual(shown.page()), """\
Individual Battery Info
  Battery #1, *Battery #2, Battery #3
""", 'stale')

def test_63_without(world):
    """screen-cells=false takes all of it off."""
    _, client = world.live('[battery]\nscreen-cells=false\n' + CALM, FULL)
    equal([path for path, item in client.items().items()
           if path.startswith('/Battery') or (path.endswith('NrOfBatteries') and item.type != 'ai')],
          [])
