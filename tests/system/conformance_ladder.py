"""Conformance checks 40 to 45: the ladder, with shortened times.

The times of a test are far apart where something has to be seen between them, and a test waits for
what is to come rather than for a time: a slow machine makes it slow, not wrong.
"""
import datetime
import os
import signal
import struct
import subprocess
import time

from gi.repository import GLib

from clients import BATTERY, BUS_ITEM, RECORD, read_answer
from harness import SOURCE_ROOT, equal, eventually

FULL = {**RECORD, 'BatteryLowVoltage': 44, 'ChargeRequest': 1, 'Temperature': 21, 'LowSoc': 1,
        'InstalledCapacity': 280, 'Cell1': 3.301, 'Cell2': 3.302}

INVALID = ('ai', [], '---')
LIVE = ('/Soc', '/Dc/0/Voltage', '/Dc/0/Current', '/Dc/0/Power', '/Dc/0/Temperature',
        '/Voltages/Cell1', '/Voltages/Cell2', '/Voltages/Sum', '/Voltages/Diff',
        '/System/MinCellVoltage', '/System/MaxCellVoltage', '/System/MinVoltageCellId',
        '/System/MaxVoltageCellId', '/Capacity', '/ConsumedAmphours', '/TimeToGo',
        *(f'/Battery/1/{name}' for name in ('Voltage', 'Current', 'Temperature', 'Capacity', 'Status',
                                            'Cell/1/Voltage', 'Cell/2/Voltage')))
CVL, CCL, DCL = LIMITS = ('/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent',
                          '/Info/MaxDischargeCurrent')
LOW_VOLTAGE, REQUEST = '/Info/BatteryLowVoltage', '/Info/ChargeRequest'
ALL_LIMITS = (*LIMITS, LOW_VOLTAGE, REQUEST)
CABLE, CONNECTED, INFORMATION = '/Alarms/BmsCable', '/Connected', '/ConnectionInformation'
ONLINE, OFFLINE = '/System/NrOfModulesOnline', '/System/NrOfModulesOffline'
SILENT = {CONNECTED: 0, ONLINE: 0, OFFLINE: 1}
LADDER = 'warn-after=1\nstale-after=4\ndrop-after=7\nleave-after=10\n'


class Silence:
    """A battery on the bus whose source falls silent, and the steps of the ladder that follow."""

    def __init__(self, world, config, record=None):
        self.client = world.client()
        self.daemon = world.start('[battery]\n' + config)
        self.record = record or FULL
        self.steps = []
        eventually(self.post, 'the battery is on the bus')
        self.values = {path: item.value for path, item in self.client.items().items()}

    def post(self):
        # The age that counts is counted from this moment or a later one.
        self.since = time.monotonic()
        return self.daemon.posted(self.record, '/battery')

    def next(self, after):
        """The items of the next step, which comes no sooner than @after s of silence."""
        def arrived():
            for items in self.client.take_items():
                self.steps.append(items)
                # Before the last record, on a very slow machine, there can have been steps too.
                if CABLE in items and items[CABLE].value == 0:
                    self.steps.clear()
            return self.steps
        eventually(arrived, 'the next step')
        silence = time.monotonic() - self.since
        assert silence >= after, f'after {silence} s instead of {after} s'
        return self.steps.pop(0)


def late(silence):
    items = silence.next(1)
    equal(items, {CABLE: ('i', 1, '1'), INFORMATION: ('s', 'No data for 1 s', 'No data for 1 s')})


def check_step(items, text, invalid, **values):
    """That a step makes all of @invalid invalid and sets @values, and nothing else is set."""
    for path in invalid:
        equal(items.get(path), INVALID, path)
    equal({path: item.value for path, item in items.items() if item != INVALID},
          {**values, INFORMATION: text})


def test_40_late(world):
    silence = Silence(world, LADDER)
    late(silence)
    # It may be stale by now: what the warning said is in the signal, which held nothing else.
    equal(silence.values[CABLE], 0)
    equal(silence.values[INFORMATION], 'Receiving data from 127.0.0.1')


def test_41_stale_stop_charging(world):
    silence = Silence(world, LADDER + 'stale-charge-voltage=53.5')
    late(silence)
    check_step(silence.next(4), 'No data for 4 s: charging stopped', LIVE,
               **{**SILENT, CABLE: 2, CVL: 53.5, CCL: 0, REQUEST: 0})
    check_step(silence.next(7), 'No data for 7 s: limits withdrawn', ALL_LIMITS)


def test_41_stale_block(world):
    silence = Silence(world, LADDER + 'on-stale=block\nstale-charge-voltage=60')
    late(silence)
    check_step(silence.next(4), 'No data for 4 s: charging and discharging stopped', LIVE,
               **{**SILENT, CABLE: 2, CCL: 0, DCL: 0, REQUEST: 0})
    check_step(silence.next(7), 'No data for 7 s: limits withdrawn', ALL_LIMITS)


def test_41_stale_drop(world):
    silence = Silence(world, LADDER + 'on-stale=drop')
    late(silence)
    check_step(silence.next(4), 'No data for 4 s: limits withdrawn', (*LIVE, *ALL_LIMITS),
               **{**SILENT, CABLE: 2})
    equal(silence.daemon.state()['state'] in ('lost', 'gone'), True)


def test_41_stale_monitor(world):
    record = {key: FULL[key] for key in ('Soc', 'Voltage', 'Current', 'LowSoc')}
    silence = Silence(world, LADDER + 'role=monitor', record)
    late(silence)
    check_step(silence.next(4), 'No data for 4 s', LIVE[:4], **{**SILENT, CABLE: 2})
    assert not [path for path in silence.values if path in ALL_LIMITS], silence.values


def test_41_safer_in_stale(world):
    """What is safer takes effect at once in stale: lower limits, and alarms. Nothing else does."""
    silence = Silence(world, 'warn-after=1\nstale-after=2\ndrop-after=300\nleave-after=300\n')
    late(silence)
    silence.next(2)
    daemon, client = silence.daemon, silence.client
    for record, wanted in (
            ({'Soc': 60, 'Voltage': 53}, {}),
            ({'MaxDischargeCurrent': 50}, {DCL: 50}),
            ({'MaxDischargeCurrent': 80, 'MaxChargeCurrent': 10, 'ChargeRequest': 1}, {}),
            ({'LowSoc': 2, 'MaxChargeVoltage': 54}, {'/Alarms/LowSoc': 2, CVL: 54}),
            ({'MaxChargeVoltage': 55, 'BatteryLowVoltage': 46}, {}),
            ({'LowSoc': 0}, {'/Alarms/LowSoc': 0})):
        answer = daemon.http.post(record)
        equal((answer.status, answer.body['state']), (202, 'stale'), record)
        client.sync(daemon.pid)
        changes = [{path: item.value for path, item in items.items()}
                   for items in client.take_items()]
        equal(changes, [wanted] if wanted else [], record)
    equal(client.value(LOW_VOLTAGE), 44)
    eventually(silence.post, 'a complete record')
    equal([client.value(path) for path in ('/Soc', CCL, DCL)], [63.5, 100, 150])


def test_42_no_limits_no_delay(world):
    """Posts that lack the limits do not hold the ladder up."""
    silence = Silence(world, LADDER)
    daemon, client = silence.daemon, silence.client
    partial = {'Soc': 60, 'Voltage': 52.7, 'Current': -1}
    states, signals = [], []

    def lost():
        answer = daemon.http.post(partial)
        states.append(answer.body['state'])
        if states[-1] != 'live':
            equal((answer.status, len(answer.body['missing'])), (202, 3), states[-1])
        client.sync(daemon.pid)
        signals.extend(client.take_items())
        return states[-1] == 'lost'

    eventually(lost, 'the battery is lost in spite of posts')
    assert time.monotonic() - silence.since >= 7
    client.sync(daemon.pid)
    signals.extend(client.take_items())
    equal(sorted(set(states) - {'live'}, key=states.index), ['late', 'stale', 'lost'])
    equal([items[INFORMATION].value for items in signals if INFORMATION in items],
          ['MaxChargeVoltage not sent for 1 s',
           'MaxChargeVoltage not sent for 4 s: charging stopped',
           'MaxChargeVoltage not sent for 7 s: limits withdrawn'])


def recovers(silence, state):
    """A complete record brings everything back in one signal. Returns: its items"""
    equal(silence.daemon.state()['state'], state)
    client = silence.client
    client.take()
    eventually(silence.post, 'a complete record')
    client.sync(silence.daemon.pid)
    signals = client.take_items()
    # Whatever follows on a slow machine, the first signal holds all of it.
    equal({path: item.value for path, item in signals[0].items() if path != INFORMATION},
          {path: silence.values[path] for path in signals[0] if path != INFORMATION})
    equal(signals[0][INFORMATION].value, 'Receiving data from 127.0.0.1')
    equal(signals[0][CABLE].value, 0)
    return set(signals[0])


def test_43_resume_from_late(world):
    silence = Silence(world, 'warn-after=2\nstale-after=100\n')
    silence.next(2)
    equal(recovers(silence, 'late'), {CABLE, INFORMATION})


def test_43_resume_from_stale(world):
    silence = Silence(world, 'warn-after=2\nstale-after=3\ndrop-after=300\nleave-after=300\n')
    silence.next(2)
    silence.next(3)
    equal(recovers(silence, 'stale'), {*LIVE, *SILENT, CABLE, INFORMATION, CCL, REQUEST})


def test_43_resume_from_lost(world):
    silence = Silence(world, 'warn-after=2\nstale-after=3\ndrop-after=4\nleave-after=300\n')
    for after in (2, 3, 4):
        silence.next(after)
    equal(recovers(silence, 'lost'), {*LIVE, *ALL_LIMITS, *SILENT, CABLE, INFORMATION})


def test_44_gone_and_back(world):
    silence = Silence(world, 'warn-after=1\nstale-after=2\ndrop-after=3\nleave-after=4\n')
    daemon, client = silence.daemon, silence.client
    owner = client.owner()
    eventually(lambda: (owner, owner, '') in client.name_changes(), 'the unique name goes')
    assert (BATTERY, owner, '') in client.name_changes()
    assert time.monotonic() - silence.since >= 4
    body = daemon.state()
    equal((body['state'], body['on_bus']), ('gone', False))
    equal(daemon.http.post({'Soc': 60}).body['state'], 'gone', 'a partial record')

    # Static values are kept, all else comes from this record.
    daemon.join(RECORD)
    assert client.owner() != owner
    items = client.items()
    equal([items[path].value for path in ('/DeviceInstance', '/Soc', CCL, '/InstalledCapacity')],
          [120, 63.5, 100, 280])
    for path in ('/Dc/0/Temperature', LOW_VOLTAGE, REQUEST, '/Alarms/LowSoc', '/Voltages/Sum'):
        equal(items[path], INVALID, path)
    equal(items[CABLE].value, 0)


def test_45_wall_clock(world):
    """Steps of the wall clock by an hour, forward and back, change nothing."""
    library = world.path('stepped-clock.so')
    subprocess.run([os.environ.get('CC', 'cc'), '-shared', '-fPIC', '-o', library,
                    SOURCE_ROOT / 'tests/system/stepped-clock.c'], check=True)
    step = world.path('step')
    step.write_bytes(struct.pack('=q', 0))
    asan = os.environ.get('ASAN_OPTIONS', '')
    daemon = world.start(
        '[battery]\nwarn-after=60\nstale-after=120\n',
        environment={'LD_PRELOAD': str(library), 'STEPPED_CLOCK': str(step),
                     'ASAN_OPTIONS': asan + ':verify_asan_link_order=0'})
    client = world.client()
    daemon.join()
    before = client.items_body().print_(True)
    for hours in (1, -1, 0):
        step.write_bytes(struct.pack('=q', hours * 3600))
        clock = daemon.http.post(RECORD).body['time']
        told = datetime.datetime.fromisoformat(clock.replace('Z', '+00:00')).timestamp()
        equal(round((told - time.time()) / 3600), hours, 'hours that the clock is off')
        body = daemon.state()
        equal(body['state'], 'live')
        assert body['age'] < 60, body['age']
        assert all(value['age'] < 60 for value in body['values'].values()), body['values']
    client.sync(daemon.pid)
    equal(client.take(), [], 'signals')
    equal(client.items_body().print_(True), before)


def test_45_stopped_process(world):
    """After a standstill the first thing is the ladder, and what waited meanwhile is refused."""
    silence = Silence(world, 'warn-after=1\nstale-after=2\ndrop-after=3\nleave-after=300\n')
    daemon, client = silence.daemon, silence.client
    client.sync(daemon.pid)
    daemon.signal(signal.SIGSTOP)
    client.take()
    body = b'{"Soc":64,"Voltage":52.7,"Current":1,"MaxChargeVoltage":55,"MaxChargeCurrent":9,' \
           b'"MaxDischargeCurrent":9}'
    waiting = [daemon.http.raw(b'POST /battery HTTP/1.1\r\nHost: localhost\r\n'
                               b'Content-Length: %d\r\n\r\n%s' % (len(body), body))
               for _ in range(5)]
    # Nothing but real time can pass for a stopped process.
    time.sleep(4)
    daemon.signal(signal.SIGCONT)
    for sock in waiting:
        with sock:
            answer = read_answer(sock.makefile('rb'))
        equal((answer.status, answer.headers.get('retry-after')), (503, '1'))
    client.sync(daemon.pid)
    signals = client.take_items()
    equal(len(signals), 1, 'signals')
    equal([signals[0][path] for path in ('/Soc', *LIMITS)], [INVALID] * 4, 'the first signal')
    equal(daemon.state()['state'], 'lost')

    eventually(silence.post, 'a fresh record')
    equal(client.value('/Soc'), 63.5)


def test_45_writes_that_waited(world):
    """What was written over the bus meanwhile is as old as what was posted."""
    daemon = world.start('[battery]\nrole=monitor\ndbus-writable=true\nwarn-after=1\nstale-after=2\n'
                         'drop-after=3\nleave-after=300\n')
    client = world.client()
    daemon.join({'Soc': 63.5, 'Voltage': 52.7, 'Current': 1})
    client.sync(daemon.pid)
    client.take()
    daemon.signal(signal.SIGSTOP)
    codes = []
    for path, value in (('/Soc', 50), ('/Dc/0/Voltage', 51), ('/Dc/0/Current', 2)):
        client.connection.call(BATTERY, path, BUS_ITEM, 'SetValue',
                               GLib.Variant('(v)', (GLib.Variant('d', value),)), None, 0, -1, None,
                               lambda source, result: codes.append(
                                   source.call_finish(result).unpack()[0]))
    # Nothing but real time can pass for a stopped process.
    time.sleep(4)
    daemon.signal(signal.SIGCONT)
    eventually(lambda: len(codes) == 3, 'answers')
    equal(codes, [2, 2, 2])
    equal((daemon.state()['state'], client.value('/Soc')), ('lost', None))
