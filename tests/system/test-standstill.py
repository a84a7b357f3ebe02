#!/usr/bin/python3
"""The process is stopped for two minutes, as a suspended machine stops it."""
import json
import signal
import time

import harness
from clients import RECORD, Http, read_answer, to_items
from harness import equal, eventually
from rude_framing import WHOLE

STANDSTILL = 120

# The state in which a battery is after the standstill, its times (none: the defaults), what the bus
# hears first, and what it does not hear.
STOPPED = {
    'late': ('warn-after=60\nstale-after=250\ndrop-after=300\noptional-after=250\n',
             {'/Alarms/BmsCable': 1}, {'/Connected', '/Soc', '/Info/MaxChargeCurrent'}),
    'stale': ('',
              {'/Alarms/BmsCable': 2, '/Connected': 0, '/Info/MaxChargeCurrent': 0, '/Soc': []},
              {'/Info/MaxDischargeCurrent'}),
    'lost': ('stale-after=80\ndrop-after=100\n',
             {'/Alarms/BmsCable': 2, '/Connected': 0, '/Soc': [], '/Info/MaxChargeCurrent': [],
              '/Info/MaxChargeVoltage': [], '/Info/MaxDischargeCurrent': []}, set()),
    'gone': ('stale-after=80\ndrop-after=100\nleave-after=110\n', None, None),
}


def read_kept(poster):
    reply = poster.kept.getresponse()
    reply.read()
    return reply


def test_stopped(world):
    """After a standstill each battery goes at once to the state of its age, in one signal; what waited
    in the sockets is not taken for fresh."""
    daemon = world.start(''.join(f'[battery {name}]\n{times}' for name, (times, _, _) in STOPPED.items()))
    client = world.client()
    for name in STOPPED:
        eventually(lambda: daemon.http.post(RECORD, f'/battery/{name}').status == 200, name)
    posters = {name: Http(daemon.port).keep() for name in STOPPED}
    owners = {name: client.owner(f'com.victronenergy.battery.http_{name}') for name in STOPPED}
    for name, poster in posters.items():
        poster.post(RECORD, f'/battery/{name}')
    client.sync(daemon.pid)
    daemon.signal(signal.SIGSTOP)
    client.take()
    waiting = {name: daemon.http.raw(WHOLE.replace(b'/battery', b'/battery/' + name.encode()))
               for name in STOPPED}
    for name, poster in posters.items():
        poster.kept.request('POST', f'/battery/{name}', json.dumps(RECORD))
    # Nothing but real time can pass for a stopped process.
    time.sleep(STANDSTILL)
    daemon.signal(signal.SIGCONT)
    for name, sock in waiting.items():
        equal(read_answer(sock.makefile('rb')).status, 503, name)
        sock.close()
    for name, poster in posters.items():
        equal(read_kept(poster).status, 503, name)
    client.sync(daemon.pid)
    signals = client.take()
    for name, (_, wanted, untouched) in STOPPED.items():
        heard = [to_items(signal.body.get_child_value(0)) for signal in signals
                 if signal.sender == owners[name]]
        equal(daemon.state(f'/battery/{name}')['state'], name)
        if wanted is None:
            equal(heard, [], 'it is gone')
            equal(client.owner('com.victronenergy.battery.http_gone'), None)
            continue
        equal(len(heard), 1, f'signals of the one that is {name}')
        equal({path: heard[0][path].value for path in wanted}, wanted, name)
        equal(untouched & set(heard[0]), set(), name)
    # The connections that were there are there still.
    for name, poster in posters.items():
        eventually(lambda: poster.post(RECORD, f'/battery/{name}').status == 200, name)


if __name__ == '__main__':
    harness.main(globals())
