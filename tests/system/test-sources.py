#!/usr/bin/python3
"""Sources that go wrong: frozen ones, replayed records, a stepped clock, one wrong field that cannot be
mended."""
import time

import harness
from clients import RECORD
from harness import CALM, equal, eventually

HASTY = 'warn-after=0.3\nstale-after=0.6\ndrop-after=0.9\nleave-after=300\nfrozen-after=1\n'


def refused_as_replayed(answer, member):
    equal((answer.status, [(error['field'], error['code']) for error in answer.body['errors']]),
          (409, [(member, 'replayed')]), answer.body)


def test_replayed(world):
    """A record that came before is refused, with the reason; a source that starts anew is not."""
    daemon, client = world.live()
    equal(daemon.http.post({**RECORD, 'Sequence': 100}).status, 200)
    for sequence in (100, 99, 50):
        refused_as_replayed(daemon.http.post({**RECORD, 'Soc': 10, 'Sequence': sequence}),
                            'Sequence')
    equal(client.value('/Soc'), 63.5)
    equal(daemon.http.post({**RECORD, 'Soc': 10, 'Sequence': 101}).status, 200)
    for first in (0, 1):
        for sequence in range(first, first + 5):
            equal(daemon.http.post({**RECORD, 'Sequence': sequence}).status, 200)


def test_clock_step(world):
    """A clock that is set back costs one record, and none where a Sequence is sent, too."""
    daemon, _ = world.live()
    start = 1_700_000_000
    equal(daemon.http.post({**RECORD, 'Timestamp': start}).status, 200)
    refused_as_replayed(daemon.http.post({**RECORD, 'Timestamp': start - 3600}), 'Timestamp')
    for second in range(1, 6):
        equal(daemon.http.post({**RECORD, 'Timestamp': start - 3600 + second}).status, 200)
    equal(daemon.state()['state'], 'live')
    for sequence, timestamp in ((5, start), (6, start - 3600), (7, start - 7200)):
        equal(daemon.http.post({**RECORD, 'Sequence': sequence, 'Timestamp': timestamp}).status, 200)


def test_replayed_record_may_come_after_stale(world):
    """What was sent before the silence is forgotten with it: a buffer that empties trips nothing."""
    daemon = world.start('[battery]\nwarn-after=0.2\nstale-after=0.4\ndrop-after=300\n'
                         'leave-after=300\n')
    daemon.join({**RECORD, 'Sequence': 0})
    daemon.http.post({**RECORD, 'Sequence': 500})
    eventually(lambda: daemon.state()['state'] == 'stale', 'it is stale')
    equal(daemon.http.post({**RECORD, 'Sequence': 20}).status, 200)


def post_until(daemon, record, state):
    """Posts @record again and again. Returns: the states on the way"""
    states = []

    def reached():
        answer = daemon.http.post(record)
        if answer.body['state'] not in states[-1:]:
            states.append(answer.body['state'])
        time.sleep(0.02)
        return states[-1] == state

    eventually(reached, f'it is {state}')
    return states


def test_frozen(world):
    """The same values for frozen-after although current flows: the ordinary ladder."""
    daemon = world.start('[battery]\n' + HASTY)
    client = world.client()
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'it is live')
    began = time.monotonic()
    equal(post_until(daemon, RECORD, 'lost'), ['live', 'late', 'stale', 'lost'])
    assert time.monotonic() - began > 1, 'not before frozen-after'
    equal(client.value('/Info/MaxChargeVoltage'), None)
    assert 'The same values for 1 s' in client.value('/ConnectionInformation')

    # Any change ends it, by however little.
    changed = {**RECORD, 'Voltage': 52.7000001}
    answer = daemon.http.post(changed)
    equal((answer.status, answer.body['state']), (200, 'live'))
    equal(client.value('/Info/MaxChargeVoltage'), 55.2)


def test_idle_is_not_frozen(world):
    daemon = world.start('[battery]\n' + HASTY)
    idle = {**RECORD, 'Current': 0}
    eventually(lambda: daemon.http.post(idle).status == 200, 'it is live')
    until = time.monotonic() + 1.5
    while time.monotonic() < until:
        equal(daemon.http.post(idle).body['state'], 'live')
        time.sleep(0.02)


def test_torn_off_sensor(world):
    """A field that has gone wrong for good takes neither the others nor the battery away."""
    daemon, client = world.live('[battery]\n' + CALM, {**RECORD, 'Soh': 99, 'Temperature': 20})
    answer = daemon.http.post({**RECORD, 'Soc': 50, 'Soh': 101, 'Temperature': 'hot', 'Nonsense': 1})
    equal((answer.status, [(error['field'], error['code']) for error in answer.body['errors']]),
          (200, [('Soh', 'range'), ('Temperature', 'type'), ('Nonsense', 'unknown')]))
    equal([client.value(path) for path in ('/Soc', '/Soh', '/Dc/0/Temperature')], [50, None, None])

    answer = daemon.http.post({**RECORD, 'Soc': 200, 'Temperature': 21})
    equal((answer.status, [error['field'] for error in answer.body['errors']], answer.body['missing']),
          (200, ['Soc'], ['Soc']))
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Temperature')], [50, 21])
    answer = daemon.http.post({**RECORD, 'MaxChargeCurrent': '90'})
    equal((answer.status, answer.body['errors'], answer.body['warnings']),
          (200, [], ['MaxChargeCurrent is the text "90", taken as a number']))
    equal(client.value('/Info/MaxChargeCurrent'), 90)


def test_required_field_that_stays_wrong(world):
    """It runs the ladder, and the reason is told; the safer part gets through all the same."""
    daemon = world.start('[battery]\nwarn-after=1\nstale-after=2\ndrop-after=300\nleave-after=300\n')
    client = world.client()
    daemon.join()
    wrong = {**RECORD, 'Soc': 200, 'MaxChargeCurrent': 70}
    equal(post_until(daemon, wrong, 'stale'), ['live', 'late', 'stale'])
    equal(daemon.state()['reason'], 'Not usable: Soc is 200 %: charging stopped')
    equal(client.value('/ConnectionInformation'), daemon.state()['reason'])
    equal([client.value(path) for path in ('/Info/MaxChargeCurrent', '/Info/MaxDischargeCurrent')],
          [0, 150])
    daemon.http.post({**wrong, 'MaxDischargeCurrent': 60, 'HighTemperature': 2})
    equal([client.value(path) for path in ('/Info/MaxDischargeCurrent', '/Alarms/HighTemperature')],
          [60, 2])
    equal(daemon.http.post(RECORD).body['state'], 'live')


if __name__ == '__main__':
    harness.main(globals())
