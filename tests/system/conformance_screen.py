"""Conformance checks 55 to 60: what the GX screen shows of a battery does not contradict itself."""
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
