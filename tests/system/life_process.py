"""The process and its surroundings: exit statuses, the bus lost and found, the name taken, the
heartbeat."""
import fcntl
import os
import signal
import socket
import time

from gi.repository import GLib

from clients import BATTERY, PATIENCE, RECORD
from harness import CALM, equal, eventually, run_daemon

SHED = 'com.victronenergy.battery.http_shed'
CONFIG = '[battery]\n' + CALM
F_SETPIPE_SZ = 1031


def test_stop(world):
    """0: asked to stop, waiting or live, by either signal."""
    for number in (signal.SIGTERM, signal.SIGINT):
        daemon = world.start(CONFIG)
        daemon.signal(number)
        equal(daemon.exit_status(), 0, f'exit status while waiting, signal {number}')
        daemon = world.start(CONFIG)
        daemon.join()
        daemon.signal(number)
        equal(daemon.exit_status(), 0, f'exit status while live, signal {number}')
        equal(daemon.complaints(), [])


def test_cannot_listen(world):
    """4, and the first line says where."""
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        port = other.getsockname()[1]
        result = run_daemon('--bus', world.bus.address, '--listen', f'127.0.0.1:{port}')
    equal(result.returncode, 4)
    assert f'127.0.0.1:{port}' in result.stderr, result.stderr
    for address in ('192.0.2.1:1882', 'unix:/nonexistent/socket'):
        path = world.path('any.ini')
        path.write_text('[http]\nallow-anonymous=true\n')
        result = run_daemon('--config', path, '--bus', world.bus.address, '--listen', address)
        equal(result.returncode, 4, address)
        assert address in result.stderr or 'socket' in result.stderr, result.stderr


def test_no_bus(world):
    """5, and the line says which bus."""
    gone = f'unix:path={world.path("nothing")}'
    for bus, environment in ((gone, {}), ('session', {'DBUS_SESSION_BUS_ADDRESS': gone}),
                             (None, {'DBUS_SESSION_BUS_ADDRESS': gone}),
                             ('system', {'DBUS_SYSTEM_BUS_ADDRESS': gone})):
        options = ['--bus', bus] if bus else []
        result = run_daemon(*options, '--listen', '127.0.0.1:0', **environment)
        equal(result.returncode, 5, (bus, result.stderr))
        assert gone in result.stderr, result.stderr
    result = run_daemon('--bus', 'rubbish')
    equal(result.returncode, 2)
    assert '--bus=rubbish' in result.stderr, result.stderr


def test_session_bus_by_default(world):
    """As every Venus driver: the session bus where there is one."""
    client = world.client()
    daemon = world.daemon(CONFIG, environment={'DBUS_SESSION_BUS_ADDRESS': world.bus.address},
                          bus_options=())
    daemon.start()
    daemon.join()
    assert client.owner()


def test_name_taken_at_start(world):
    """6, found before the listen socket opens: a port that is taken too makes no difference."""
    squatter = world.client()
    equal(squatter.request_name(BATTERY), 1)
    with socket.socket() as other:
        other.bind(('127.0.0.1', 0))
        other.listen()
        result = run_daemon('--bus', world.bus.address, '--listen',
                            f'127.0.0.1:{other.getsockname()[1]}')
    equal(result.returncode, 6)
    assert BATTERY in result.stderr, result.stderr


def test_name_taken_at_run_time(world):
    """That battery alone waits for its name, and gets it when it is free."""
    daemon = world.start(CONFIG + '[battery shed]\n' + CALM)
    client, squatter = world.client(), world.client()
    equal(squatter.request_name(BATTERY), 1)
    daemon.join(path='/battery/shed')
    for _ in range(3):
        answer = daemon.http.post(RECORD)
        equal((answer.status, answer.body['state'], answer.body['on_bus'], answer.body['joining']),
              (202, 'live', False, 'name'))
    equal(client.value('/Soc', SHED), 63.5, 'the other battery')
    equal(daemon.http.post(RECORD, '/battery/shed').status, 200)
    equal(daemon.http.get('/health').status, 200, 'health is about the source')
    squatter.release_name(BATTERY)
    eventually(lambda: daemon.state()['on_bus'], 'the name is asked for again')
    equal(daemon.http.post(RECORD).status, 200)
    equal(client.value('/Soc'), 63.5)
    assert client.owner() != client.owner(SHED)


def test_bus_lost(world):
    """5 when no connection can be made for 5 s, and not before."""
    daemon = world.start(CONFIG)
    daemon.join()
    began = time.monotonic()
    world.bus.kill()
    equal(daemon.exit_status(), 5, 'exit status')
    assert time.monotonic() - began >= 5
    assert 'bus' in daemon.log.read_text()


def test_bus_comes_back(world):
    """A bus that is there again in time has the battery again, with what was pushed meanwhile."""
    daemon = world.start(CONFIG)
    daemon.join({**RECORD, 'LowSoc': 1})
    world.bus.kill()
    eventually(lambda: not daemon.state()['on_bus'], 'the daemon has noticed')
    answer = daemon.http.post({'Soc': 42})
    equal((answer.status, answer.body['state'], answer.body['joining']), (202, 'live', 'name'))
    world.bus.start()
    client = world.client()
    eventually(client.owner, 'the battery is back')
    equal([client.value(path) for path in ('/Soc', '/Dc/0/Voltage', '/Alarms/LowSoc', '/Connected',
                                           '/DeviceInstance')], [42, 52.7, 1, 1, 120])
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'and the daemon knows')


def test_custom_name_survives_leaving(world):
    daemon, client = world.live('[battery]\ncustom-name=Shed\n' + CALM)
    equal((client.value('/CustomName'), daemon.state()['name']), ('Shed', 'Shed'))
    equal(client.set_value('/CustomName', GLib.Variant('s', 'Barn')), 0)
    daemon.http.delete()
    eventually(lambda: not client.owner(), 'the name goes')
    daemon.join()
    equal((client.value('/CustomName'), daemon.state()['name']), ('Barn', 'Barn'))


def test_stopped_for_longer_than_the_heartbeat(world):
    """A process that was merely stopped goes on; what it says first is that its data is old."""
    daemon = world.start('[battery]\n')
    client = world.client()
    daemon.join()
    client.take()
    daemon.signal(signal.SIGSTOP)
    time.sleep(17)
    daemon.signal(signal.SIGCONT)
    first = eventually(client.take_items, 'the first signal')[0]
    equal(first['/Alarms/BmsCable'].value, 1)
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'it takes fresh records')
    # The alarm that was held back has been re-armed once: it must not strike now.
    time.sleep(2)
    equal(daemon.http.post(RECORD).status, 200)
    equal(daemon.stop(), 0)


def test_hung_loop(world):
    """7: the loop hangs, here because nobody reads its log and the pipe is full."""
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    daemon = world.daemon(CONFIG, options=['--verbose'], stdout=writer, stderr=writer).spawn()
    os.close(writer)
    os.set_blocking(reader, False)

    def serves():
        drain(reader)
        return daemon.serves()

    eventually(serves, 'the daemon serves')
    wrong = b'POST /battery HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\n{"Soc":101}'
    sock = daemon.http.raw(wrong * 500)
    status = daemon.exit_status(PATIENCE)
    sock.close()
    os.close(reader)
    equal(status, 7, 'exit status')


def drain(reader):
    try:
        os.read(reader, 65536)
    except BlockingIOError:
        pass


def test_log(world):
    """One line for each change of state, and refusals once a minute; each record with --verbose."""
    daemon = world.start('[battery]\nwarn-after=0.3\nstale-after=0.6\ndrop-after=0.9\n'
                         'leave-after=1.2\n', options=['--verbose'])
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'it is live')
    for _ in range(5):
        equal(daemon.http.post({'Soc': 200}).status, 422)
    eventually(lambda: daemon.state()['state'] == 'gone', 'it is gone')
    log = daemon.log.read_text()
    for line in ('live: Receiving data from 127.0.0.1', 'late: ', 'stale: ', 'lost: ', 'gone'):
        equal(log.count(f'battery virtual: {line}'), 1, line)
    equal(log.count('battery virtual: record from 127.0.0.1 refused with 422: '
                    'Soc is 200 %, above the limit of 100 %'), 1, 'the refusal')
    assert 'virtual: record from 127.0.0.1: 6 accepted' in log, log


def test_bus_that_hangs(world):
    """It is no reason not to end when asked to, nor to wait for ever at the start."""
    daemon, _ = world.live(CONFIG)
    world.bus.process.send_signal(signal.SIGSTOP)
    try:
        equal(daemon.stop(), 0)
        late = world.daemon(CONFIG).spawn()
        equal(late.exit_status(), 7)
    finally:
        world.bus.process.send_signal(signal.SIGCONT)
