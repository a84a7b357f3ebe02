#!/usr/bin/python3
"""Rude clients: what each is told, and that an honest source notices nothing of them."""
import json
import os
import pathlib
import resource
import select
import subprocess
import sys
import time

import harness
import rude_framing
from clients import RECORD, Http, read_answer, to_items
from harness import CALM, equal, eventually
from rude_framing import WHOLE

HERE = pathlib.Path(__file__).parent
CONFIG = '[battery]\n' + CALM

# How long a source posts among the rude ones.
SECONDS = 15

# How long nobody new is ended (VB_HTTP_GRACE): who takes longer to send is silent like any other.
GRACE = 0.1


def run(program, *arguments):
    return subprocess.Popen([sys.executable, HERE / program, *map(str, arguments)],
                            stdout=subprocess.PIPE, text=True)


def result(process):
    return json.loads(process.communicate(timeout=120)[0])


def control_daemon(world):
    """A daemon that nobody is rude to: what its source waits for is the machine."""
    daemon = world.start('[battery control]\n' + CALM)
    daemon.join(path='/battery/control')
    return daemon


def lateness(records):
    return max(late for _, status, late, _ in records if status in (200, 202))


def lost(records):
    """The records that were not taken; a connection on which nothing was sent in time may be ended."""
    return [record for record in records if record[1] not in (200, 202) and (record[1] != 0 or record[3] < GRACE)]


def assert_on_bus(signals, owner, records):
    """Each record that was answered 200 has been on the bus."""
    signals = [to_items(signal.body.get_child_value(0)) for signal in signals if signal.sender == owner]
    shown = {items['/Dc/0/Voltage'].value for items in signals if '/Dc/0/Voltage' in items}
    missing = {voltage for voltage, status, *_ in records if status == 200} - shown
    equal(missing, set(), 'records that were answered 200 and did not come to the bus')


def test_honest_poster(world):
    """Through all of it at once it keeps its connection, loses nothing, and is not late; nor is or does
    a source with a connection for each record: nobody is ended in the midst of a whole request."""
    control = control_daemon(world)
    daemon, client = world.live(CONFIG + '[battery fresh]\n' + CALM)
    daemon.join(path='/battery/fresh')
    client.sync(daemon.pid)
    owner, before = client.owner(), daemon.state()['source']['records']
    fresh_owner = client.owner('com.victronenergy.battery.http_fresh')
    honest = run('honest_poster.py', daemon.port, '/battery', SECONDS)
    compared = run('honest_poster.py', control.port, '/battery/control', SECONDS)
    eventually(lambda: daemon.state()['source']['records'] > before, 'it is established')
    rude = run('rude_clients.py', daemon.port, SECONDS - 3)
    fresh = run('honest_poster.py', daemon.port, '/battery/fresh', SECONDS, '--fresh')
    honest, compared, fresh, counts = map(result, (honest, compared, fresh, rude))
    client.sync(daemon.pid)

    print(f'# {counts}')
    assert all(counts.values()), counts
    equal((honest['connections'], fresh['connections']), (1, SECONDS))
    machine, signals = lateness(compared['records']), client.take()
    for poster, name in (honest, owner), (fresh, fresh_owner):
        equal(lost(poster['records']), [])
        late = lateness(poster['records'])
        print(f'# late by {late:.3f} s (machine: {machine:.3f} s)')
        assert late <= 3 * machine + 1, f'{late} s late, where the machine is {machine} s late'
        assert_on_bus(signals, name, poster['records'])


def assert_loses_nothing(world, kind, config='', headers=()):
    """A source with a connection for each record loses none while @kind goes on, which began before."""
    daemon = world.start(config + CONFIG)
    rude = run('rude_clients.py', daemon.port, SECONDS, kind)
    time.sleep(1)
    fresh = run('honest_poster.py', daemon.port, '/battery', SECONDS - 3, '--fresh', *headers)
    fresh, counts = map(result, (fresh, rude))
    assert counts[kind], counts
    equal(lost(fresh['records']), [])
    print(f'# {counts}, late by {lateness(fresh["records"]):.3f} s')


def test_unread_answers(world):
    """An answer that nobody reads keeps no place from a source."""
    assert_loses_nothing(world, 'never_read')


def test_unread_answers_without_token(world):
    token = world.path('token')
    token.write_text('open-sesame\n')
    assert_loses_nothing(world, 'never_read', f'[http]\ntoken-file={token}\n', ['--token=open-sesame'])


def test_posts_to_nowhere(world):
    """Nor does a POST that is no record of a battery."""
    assert_loses_nothing(world, 'post_nowhere')


def test_swarm(world):
    """However fast others come, somebody new has the time to say what he wants, and is served."""
    daemon = world.live()[0]
    swarm = run('rude_clients.py', daemon.port, 4, 'swarm')
    request = WHOLE.replace(b'\r\n\r\n', b'\r\nConnection: close\r\n\r\n', 1)
    answers = []
    while swarm.poll() is None:
        began, in_time = time.monotonic(), False
        with daemon.http.raw(b'') as sock:
            time.sleep(GRACE / 5)
            try:
                sock.sendall(request)
                in_time = time.monotonic() - began < GRACE
                answer = read_answer(sock.makefile('rb'))
            except ConnectionError:
                answer = None
        if in_time or answer:
            answers.append(answer)
    assert result(swarm)['swarm']
    assert answers
    equal([answer for answer in answers if answer is None or answer.status != 200], [])


def test_idle_and_dripping_make_room(world):
    """However many hold connections, somebody new is served at once; who holds one the longest goes."""
    daemon = world.live()[0]
    idle = [daemon.http.raw(b'') for _ in range(40)]
    equal(daemon.http.post(RECORD).status, 200)

    # As soon as it is not new any more.
    eventually(lambda: daemon.http.post(RECORD).status == 200 and ended(idle[0]), 'the oldest goes')
    equal(ended(idle[-1]), False, 'the newest')
    idle[-1].sendall(WHOLE)
    equal(read_answer(idle[-1].makefile('rb')).status, 200, 'the newest')
    for sock in idle:
        sock.close()

    dripping = [daemon.http.raw(b'POST /batt') for _ in range(60)]
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'there is room')
    for sock in dripping:
        sock.close()


def ended(sock):
    """Whether the daemon has ended it by now."""
    try:
        return bool(select.select([sock], [], [], 0)[0]) and sock.recv(1) == b''
    except ConnectionError:
        return True


def test_out_of_descriptors(world):
    """Without descriptors those who are there are served on, and it recovers when there are some."""
    daemon = world.live()[0]
    poster = Http(daemon.port).keep()
    equal(poster.post(RECORD).status, 200)
    open_now = len(list(pathlib.Path(f'/proc/{daemon.pid}/fd').iterdir()))
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (open_now + 3, open_now + 3))
    for _ in range(3):
        takers = [daemon.http.raw(b'') for _ in range(10)]
        busy = cpu_seconds(daemon.pid)
        time.sleep(0.5)
        busy = cpu_seconds(daemon.pid) - busy
        equal(poster.post(RECORD).status, 200)
        assert busy < 0.25, f'it spins: {busy} s of processor time in 0.5 s'
        for taker in takers:
            taker.close()
        equal(daemon.http.post(RECORD).status, 200, 'somebody new')


def test_enough_descriptors(world):
    """However few it is started with, it takes as many as all its connections need."""
    few = (20, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    daemon = world.daemon(CONFIG, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, few))
    daemon.start()
    takers = [daemon.http.raw(b'POST /batt') for _ in range(60)]
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'somebody new')
    for taker in takers:
        taker.close()
    daemon = world.daemon('[battery b]\n', preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_NOFILE, (40, 40))).start()
    assert 'only 40 files' in daemon.log.read_text()


def cpu_seconds(pid):
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


if __name__ == '__main__':
    harness.main(globals(), vars(rude_framing))
