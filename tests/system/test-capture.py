#!/usr/bin/python3
"""POST /capture, --capture and --simulate: what the real daemon answered and showed is what the simulation
of its capture says, and nothing that is not to be in it is."""
import json
import socket
import subprocess

import harness
from clients import RECORD
from harness import CALM, DAEMON, equal, eventually

TOKEN = 'a-token-that-nobody-is-to-see'
QUICK = 'warn-after=1\nstale-after=1.5\ndrop-after=2\nleave-after=2.5\n'


def simulate(file, *options):
    result = subprocess.run([DAEMON, '--simulate', str(file), *options], capture_output=True, text=True,
                            check=False)
    equal((result.returncode, result.stderr), (0, ''), 'simulation')
    return result.stdout


def capture(daemon, world, **more):
    """Returns: its lines, and the file with them."""
    answer = daemon.http.request('POST', '/capture', **more)
    equal(answer.status, 200)
    assert answer.headers['content-disposition'].startswith('attachment; filename="virtual-battery-')
    file = world.path('capture.jsonl')
    file.write_text(answer.body)
    return [json.loads(line) for line in answer.body.splitlines()], file


def send_all_kinds(daemon):
    """Returns: the statuses."""
    http = daemon.http
    return [
        http.post({**RECORD, 'Soc': 55}).status,
        http.post({**RECORD, 'MaxChargeVoltage': 552}).status,
        http.post({'Soc': 'high'}).status,
        http.request('POST', '/battery', '{"Soc": 5').status,
        http.request('POST', '/battery', b'{"Soc": "\xff"}').status,
        http.put({**RECORD, 'Sequence': 5}).status,
        http.put({**RECORD, 'Sequence': 5}).status,
        http.post({'Soc': 54, 'NoSuchField': 1}).status,
    ]


def steps_of(lines):
    return [line['entered'] for line in lines if 'entered' in line]


def test_says_the_same(world):
    """Records of all kinds, then silence to the end of the ladder: statuses and states."""
    daemon = world.start('[battery]\n' + QUICK)
    daemon.join()
    statuses = send_all_kinds(daemon)
    equal(statuses, [200, 200, 422, 400, 400, 200, 409, 200], 'statuses')
    eventually(lambda: daemon.state()['state'] == 'gone', 'gone')
    lines, file = capture(daemon, world)

    equal([line['status'] for line in lines if 'status' in line][-len(statuses):], statuses, 'captured')
    equal(steps_of(lines), ['live', 'late', 'stale', 'lost', 'gone'], 'states captured')
    simulated = [json.loads(line) for line in simulate(file).splitlines()]
    equal([line['status'] for line in simulated if line['cause'] == 'record'][-len(statuses):], statuses,
          'simulated')
    equal([line['state'] for line in simulated if line['cause'] == 'time'], ['late', 'stale', 'lost', 'gone'],
          'states simulated')
    stale = next(line for line in simulated if line['state'] == 'stale')
    equal(stale['shown']['MaxChargeCurrent'], 0)


def test_parts(world):
    """What comes for parts is simulated as what comes for these parts."""
    daemon = world.start(f'[battery]\n{CALM}[part left]\n[part right]\n')
    daemon.http.post({**RECORD, 'Current': 4}, '/battery/part/left')
    daemon.join({**RECORD, 'Current': 6}, '/battery/part/right')
    daemon.http.post({'Soc': 'high'}, '/battery/part/left')
    daemon.http.delete('/battery/part/left')
    shown = daemon.state()['values']
    lines, file = capture(daemon, world)
    equal([line['part'] for line in lines if 'status' in line][:2], ['left', 'right'])
    equal([line['part'] for line in lines if line.get('method') == 'DELETE'], ['left'])
    simulated = [json.loads(line) for line in simulate(file).splitlines()]
    equal([line['status'] for line in simulated if line['cause'] == 'record'][0], 202)
    equal([line['shown']['Current'] for line in simulated if 'Current' in line.get('shown', {})], [10, 6])
    equal(simulated[-1]['cause'], 'delete')
    equal(shown['Current']['value'], 6)

    other = world.path('other.ini')
    other.write_text('[battery]\n[part left]\n')
    result = subprocess.run([DAEMON, '--simulate', str(file), '--config', str(other)], capture_output=True,
                            text=True, check=False)
    assert result.returncode and 'the battery virtual of the configuration has no part right' in result.stderr, result


def test_another_configuration(world):
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    daemon.http.post({**RECORD, 'MaxChargeCurrent': 100})
    _, file = capture(daemon, world)
    other = world.path('other.ini')
    other.write_text('[battery]\nmax-charge-current=40\n')
    assert '"MaxChargeCurrent":100' in simulate(file)
    printed = simulate(file, '--config', str(other))
    assert '"MaxChargeCurrent":40' in printed and '"MaxChargeCurrent":100' not in printed, printed


def test_table(world):
    daemon = world.start('[battery]\n' + QUICK)
    daemon.join()
    eventually(lambda: daemon.state()['state'] == 'gone', 'gone')
    _, file = capture(daemon, world)
    rows = simulate(file, '--table').splitlines()
    equal(rows[0].split(), ['time', 'battery', 'status', 'state', 'SoC', 'V', 'A', 'CVL', 'CCL', 'DCL', 'note'])
    equal([row.split()[3] for row in rows[1:]], ['live', 'late', 'stale', 'lost', 'gone'])


def test_secrets(world):
    """Neither token nor address nor a path of this machine, wherever they were said."""
    token = world.path('token')
    token.write_text(TOKEN)
    daemon = world.start(f'[http]\ntoken-file={token}\nserver-names=secret-name\n[battery]\n' + CALM)
    right = {'Authorization': f'Bearer {TOKEN}'}
    equal(daemon.http.post({**RECORD, 'Note': f'the token is {TOKEN}'}, headers=right).status, 202)
    equal(daemon.http.request('POST', '/capture', headers={'Authorization': 'Bearer wrong'}).status, 401)
    _, file = capture(daemon, world, headers=right)
    text = file.read_text()
    for secret in (TOKEN, '127.0.0.1', 'secret-name', world.folder.name):
        assert secret not in text, secret
    assert '***' in text


def test_configured_again(world):
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    daemon.http.post({**RECORD, 'MaxChargeCurrent': 100})
    daemon.configure('[battery]\nmax-charge-current=30\n' + CALM)
    daemon.signal(1)
    eventually(lambda: daemon.http.get('/battery').body['values']['MaxChargeCurrent']['value'] == 30, 'the belt')
    lines, file = capture(daemon, world)
    assert 'max-charge-current=30' in lines[-1]['configuration'], lines[-1]
    assert 'max-charge-current' not in lines[0]['configuration'], lines[0]
    last = json.loads(simulate(file).splitlines()[-1])
    equal((last['cause'], last['shown']), ('configuration', {'MaxChargeCurrent': 30}))


def test_one_at_a_time(world):
    """Who does not read it to its end keeps it from others, and from nothing else; when he has gone the
    others have it."""
    daemon = world.start('[battery]\n' + CALM)
    daemon.join()
    for i in range(300):
        daemon.http.post({'Soc': 50, 'x' * 12000: i})
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(('127.0.0.1', daemon.port))
        slow.sendall(b'POST /capture HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n')
        assert slow.recv(12) == b'HTTP/1.1 200'
        answer = daemon.http.request('POST', '/capture')
        equal((answer.status, answer.headers['retry-after']), (503, '5'))
        equal(daemon.http.post(RECORD).status, 200)
    eventually(lambda: daemon.http.request('POST', '/capture').status == 200, 'the next one')


def test_into_a_file(world):
    file = world.path('stream.jsonl')
    daemon = world.start('[battery]\n' + QUICK, options=['--capture', str(file)])
    daemon.join()
    eventually(lambda: daemon.state()['state'] == 'gone', 'gone')
    daemon.stop()
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    equal((lines[0]['capture'], steps_of(lines)), (1, ['live', 'late', 'stale', 'lost', 'gone']))
    equal([json.loads(line)['state'] for line in simulate(file).splitlines()][-4:],
          ['late', 'stale', 'lost', 'gone'])


def test_no_file(world):
    """A file that cannot be written is said before anybody relies on it."""
    result = harness.run_daemon('--capture', '/nowhere/capture.jsonl', '--bus', world.bus.address,
                                '--listen', '127.0.0.1:0')
    equal(result.returncode, 1)
    assert '/nowhere/capture.jsonl: No such file' in result.stderr, result.stderr
    for options, said in ((['--table'], '--table goes with --simulate'),
                          (['--simulate', '/nowhere', '--capture', '/nowhere'],
                           '--capture does not go with --simulate'),
                          (['--simulate', '/nowhere'], '/nowhere')):
        result = subprocess.run([DAEMON, *options], capture_output=True, text=True, check=False)
        assert result.returncode in (1, 2) and said in result.stderr, result


if __name__ == '__main__':
    harness.main(globals())
