"""Command line and configuration: what is printed, what is refused and how, what SIGHUP changes."""
import json
import signal
import socket
import time

from clients import RECORD, read_answer
from harness import SOURCE_ROOT, equal, eventually, run_daemon

# (configuration, what the one line about it names)
WRONG = (
    ('[battery]\nwarn-afte=5\n', ('[battery]', 'warn-afte', 'did you mean warn-after?')),
    ('[batery]\n', ('[batery]', '[battery NAME]')),
    ('[http]\nwarn-after=5\n', ('[http]', 'warn-after')),
    ('[battery]\nwarn-after=ten\n', ('[battery]', 'warn-after=ten', ' s')),
    ('[battery]\nwarn-after=\n', ('[battery]', 'warn-after=')),
    ('[battery]\nwarn-after=0.05\n', ('warn-after=0.05', '0.1')),
    ('[battery]\nwarn-after=10s\n', ('warn-after=10s', ' s')),
    ('[battery]\nwarn-after=1e999\n', ('warn-after=1e999',)),
    ('[battery]\nwarn-after=nan\n', ('warn-after=nan',)),
    ('[battery]\nwarn-after=10\nstale-after=10\n', ('stale-after=10', 'warn-after=10')),
    ('[battery]\nstale-after=30\ndrop-after=29\n', ('drop-after=29', 'stale-after=30')),
    ('[battery]\ndrop-after=301\n', ('drop-after=301', '300')),
    ('[battery]\nleave-after=179\ndrop-after=180\n', ('leave-after=179', 'drop-after=180')),
    ('[battery]\noptional-after=29\n', ('optional-after=29', 'stale-after=30')),
    ('[battery]\nfrozen-after=5\n', ('frozen-after=5', 'warn-after=10')),
    ('[battery]\nrole=master\n', ('role=master', 'bms', 'monitor')),
    ('[battery]\non-stale=stop\n', ('on-stale=stop', 'stop-charging', 'block', 'drop')),
    ('[battery]\nwrong-fields=ignore\n', ('wrong-fields=ignore', 'take', 'refuse')),
    ('[battery]\ndbus-writable=yes\n', ('dbus-writable=yes', 'true', 'false')),
    ('[battery]\ndevice-instance=256\n', ('device-instance=256', '255')),
    ('[battery]\ndevice-instance=-1\n', ('device-instance=-1', '0')),
    ('[battery]\nproduct-id=0xB009\n', ('0xB009',)),
    ('[battery]\nproduct-id=0xA3E5\n', ('0xA3E5',)),
    ('[battery]\nproduct-id=65536\n', ('product-id=65536', '65535')),
    ('[battery]\nmax-charge-voltage=0\n', ('max-charge-voltage=0', ' V')),
    ('[battery]\nmax-charge-current=-5\n', ('max-charge-current=-5', ' A')),
    ('[battery]\nrole=monitor\nmax-charge-current=5\n', ('max-charge-current', 'monitor')),
    ('[battery]\ncustom-name=' + 'x' * 33 + '\n', ('custom-name', '32')),
    ('[battery Shed]\n', ('battery Shed', 'a to z')),
    ('[battery 1st]\n', ('battery 1st',)),
    ('[battery check]\n', ('battery check',)),
    ('[battery virtual]\n', ('battery virtual',)),
    ('[battery history]\n', ('battery history',)),
    (f'[battery {"x" * 33}]\n', ('x' * 33,)),
    ('[battery a]\ndevice-instance=7\n[battery b]\ndevice-instance=7\n', ('device-instance=7',)),
    ('[battery]\n[battery]\n', ('battery', 'twice')),
    ('[battery]\nrole=bms\nrole=monitor\n', ('role', 'twice')),
    ('[http]\nlisten=0.0.0.0:1882\n', ('listen', '0.0.0.0:1882', 'token-file', 'allow-anonymous')),
    ('[http]\nlisten=[::]:1882\n', ('listen', '[::]:1882', 'token-file')),
    ('[http]\nlisten=nowhere:1882\n', ('listen', 'nowhere')),
    ('[http]\ntoken-file=/nonexistent/token\n', ('token-file', 'not shown', 'No such file')),
    ('[http]\nallow-anonymous=1\n', ('allow-anonymous=1', 'true', 'false')),
    ('[bus]\naddress=rubbish\n', ('[bus] address=rubbish',)),
    ('[bus]\nrequire-settings=maybe\n', ('require-settings=maybe', 'true', 'false')),
    ('not a key file\n', ()),
    ('key=value\n', ()),
)

RIGHT = (
    '', '# nothing but a comment\n', '[battery]\n', '[battery shed]\n',
    '[battery]\n[battery a1_]\n',
    '[battery]\nwarn-after=0.1\nstale-after=0.2\ndrop-after=0.2\nleave-after=0.2\n'
    'optional-after=0.2\n',
    '[battery]\nproduct-id=0xC065\ndevice-instance=0\ncustom-name=Hütte\nrole=monitor\n',
    '[battery]\nmax-charge-voltage=56\nmax-charge-current=0\non-stale=block\nfrozen-after=600\n',
    '[http]\nlisten=127.0.0.1:1882;[::1]:1882;unix:/run/x\nserver-names=venus.local\n',
    '[http]\nlisten=0.0.0.0:1882\nallow-anonymous=true\n',
    '[bus]\naddress=system\nrequire-settings=true\n[state]\ndir=/tmp\n',
)


def check(world, text):
    path = world.path('checked.ini')
    path.write_text(text)
    return path, run_daemon('--config', path, '--check-config')


def test_wrong_configuration(world):
    for text, parts in WRONG:
        path, result = check(world, text)
        equal(result.returncode, 3, text)
        equal(result.stdout, '', text)
        line, = result.stderr.splitlines()
        for part in (str(path), *parts):
            assert part in line, (text, part, line)
        # It is the same at start; the bus is not even tried.
        started = run_daemon('--config', path, '--bus', 'unix:path=/nonexistent')
        equal((started.returncode, started.stderr), (3, result.stderr), text)


def test_right_configuration(world):
    for text in RIGHT:
        _, result = check(world, text)
        equal((result.returncode, result.stdout), (0, ''), (text, result.stderr))


def test_configuration_file_that_is_not_there(world):
    result = run_daemon('--config', world.path('none'), '--check-config')
    equal(result.returncode, 3)
    assert str(world.path('none')) in result.stderr, result.stderr


def test_command_line(world):
    for options in (('--nope',), ('--config',), ('surplus',), ('--listen',), ('-x',)):
        result = run_daemon(*options)
        equal((result.returncode, result.stdout), (2, ''), options)
        assert result.stderr.count('\n') >= 1, options
    result = run_daemon('--version')
    equal((result.returncode, result.stderr), (0, ''))
    assert result.stdout.startswith('dbus-virtual-battery '), result.stdout
    result = run_daemon('--help')
    equal(result.returncode, 0)
    for option in ('--config', '--check-config', '--doctor', '--listen', '--bus', '--list-fields',
                   '--verbose', '--version'):
        assert option in result.stdout, option


def test_listen_option_needs_a_token_too(world):
    result = run_daemon('--listen', '0.0.0.0:0', '--bus', 'unix:path=/nonexistent')
    equal(result.returncode, 3)
    assert '0.0.0.0:0' in result.stderr and 'allow-anonymous' in result.stderr, result.stderr


def test_list_keys(world):
    """What --list-keys prints is docs/configuration.md."""
    equal(run_daemon('--list-keys').stdout, (SOURCE_ROOT / 'docs/configuration.md').read_text(encoding='utf-8'),
          '--list-keys')


def test_list_fields(world):
    """What --list-fields prints is docs/fields.md, whatever the locale."""
    wanted = (SOURCE_ROOT / 'docs/fields.md').read_text(encoding='utf-8')
    assert '°C' in wanted and '−' not in wanted.replace('−1', '')
    for locale in ('C', 'C.UTF-8', 'de_DE.ISO-8859-1'):
        result = run_daemon('--list-fields', LC_ALL=locale)
        equal((result.returncode, result.stderr), (0, ''), locale)
        equal(result.stdout, wanted, f'--list-fields under {locale}')


def test_sighup(world):
    """It changes what can change without leaving the bus, and says what cannot."""
    calm = 'warn-after=60\nstale-after=100\n'
    daemon = world.start('[battery]\n' + calm)
    client = world.client()
    daemon.join()
    client.take()

    def reload(config, said):
        daemon.configure(config)
        n = daemon.log.read_text().count(said)
        daemon.signal(signal.SIGHUP)
        eventually(lambda: daemon.log.read_text().count(said) > n, said)

    done = 'configuration read again'
    reload(f'[battery]\n{calm}max-charge-current=40\nbattery-low-voltage=44\n', done)
    client.sync(daemon.pid)
    signals = client.take_items()
    equal([{path: item.value for path, item in items.items()} for items in signals],
          [{'/Info/MaxChargeCurrent': 40, '/Info/BatteryLowVoltage': 44}])
    reload(f'[battery]\n{calm}wrong-fields=take\n', done)
    equal(daemon.http.post({'Soc': 60, 'Soh': 101}).status, 200)
    equal(client.value('/Info/MaxChargeCurrent'), 100)

    # Kept as it was, and said why.
    reload('[battery]\nwarn-after=0\n', 'warn-after=0')
    reload('[battery]\nwarn-afte=5\n', 'did you mean warn-after?')
    equal(daemon.http.post({'Soc': 60, 'Soh': 101}).status, 200)

    for key, config in (('role', 'role=monitor\n'), ('custom-name', 'custom-name=x\n'),
                        ('device-instance', 'device-instance=5\n'),
                        ('product-id', 'product-id=5\n'),
                        ('server-names', '[http]\nserver-names=gx\n'),
                        ('battery shed', '[battery shed]\n')):
        n = len(daemon.log.read_text())
        reload(f'[battery]\n{calm}{config}', done)
        assert key in daemon.log.read_text()[n:], (key, daemon.log.read_text()[n:])
    equal([client.value(path) for path in ('/DeviceInstance', '/CustomName', '/ProductId')],
          [120, '', 0xFFFF])
    equal(client.items()['/Info/MaxChargeVoltage'].value, 55.2)

    # A shorter time acts at once: what is older than it is late.
    daemon.http.post(RECORD)
    client.sync(daemon.pid)
    client.take()
    reload('[battery]\nwarn-after=0.1\nstale-after=100\n', done)
    eventually(lambda: any(items.get('/Alarms/BmsCable') == ('i', 1, '1')
                           for items in client.take_items()), 'late')

    # And the process has stood still when it did so for that time.
    body = json.dumps(RECORD).encode()
    daemon.signal(signal.SIGSTOP)
    with daemon.http.raw(b'POST /battery HTTP/1.1\r\nHost: localhost\r\n'
                         b'Content-Length: %d\r\n\r\n%s' % (len(body), body)) as waiting:
        time.sleep(0.5)
        daemon.signal(signal.SIGCONT)
        equal(read_answer(waiting.makefile('rb')).status, 503)


def reload(daemon, config):
    """Writes @config and sends SIGHUP. Returns: what was said of it"""
    before = len(daemon.log.read_text())
    if isinstance(config, bytes):
        daemon.config.write_bytes(config)
    elif config is not None:
        daemon.configure(config)
    daemon.signal(signal.SIGHUP)

    def said():
        text = daemon.log.read_text()[before:]
        return text if 'configuration read again' in text or 'configuration kept as it was' in text else None
    return eventually(said, 'it is reloaded')


def test_sighup_with_half_a_change(world):
    """What a battery has stays as a whole where a fixed key of it differs; the others change."""
    calm = 'warn-after=60\nstale-after=100\n'
    belts = calm + 'max-charge-voltage=54\nmax-charge-current=50\n'
    other = '[battery shed]\nrole=monitor\n'
    daemon, client = world.live(f'[battery]\n{belts}{other}{calm}')
    paths = ('/Info/MaxChargeVoltage', '/Info/MaxChargeCurrent')
    equal([client.value(path) for path in paths], [54, 50])

    said = reload(daemon, f'[battery]\nrole=monitor\n{calm}{other}warn-after=0.1\nstale-after=100\n')
    assert '[battery] role changes with a restart only' in said, said
    assert 'battery virtual: its whole configuration is kept as it was' in said, said
    assert 'battery shed: its' not in said, said
    daemon.http.post(RECORD)
    client.sync(daemon.pid)
    equal([client.value(path) for path in paths], [54, 50])
    equal(daemon.state()['state'], 'live')

    # The same without the other role takes it over.
    said = reload(daemon, f'[battery]\n{calm}{other}{calm}')
    assert 'kept as it was' not in said, said
    client.sync(daemon.pid)
    equal([client.value(path) for path in paths], [55.2, 100])


def test_sighup_without_a_whole_file(world):
    """Gone, empty but for NUL bytes, cut off by one: everything is kept, and the log says why."""
    config = '[battery]\nwarn-after=60\nstale-after=100\nmax-charge-voltage=54\n'
    daemon, client = world.live(config)
    path = str(daemon.config)
    assert f'configuration {path}' in daemon.log.read_text(), daemon.log.read_text()
    for written in (bytes(100), b'[battery]\n\0max-charge-voltage=54\n', b'\xef\xbb\xbf[battery]\n'):
        said = reload(daemon, written)
        assert 'kept as it was' in said and path in said, said
    daemon.config.unlink()
    said = reload(daemon, None)
    assert 'kept as it was' in said and path in said, said
    daemon.http.post(RECORD)
    client.sync(daemon.pid)
    equal(client.value('/Info/MaxChargeVoltage'), 54)


def test_sighup_and_the_token(world):
    """What the token file holds counts from then on; a file without one changes nothing."""
    token = world.path('token')
    token.write_text('the first token of all\n')
    config = f'[http]\ntoken-file={token}\n[battery]\nwarn-after=60\nstale-after=100\n'
    daemon = world.daemon(config).spawn()

    def status(bearer):
        body = json.dumps(RECORD)
        request = (f'POST /battery HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {bearer}\r\n'
                   f'Content-Length: {len(body)}\r\n\r\n{body}')
        try:
            return daemon.http.exchange(request.encode()).status
        except ConnectionError:
            return None

    eventually(lambda: status('the first token of all') in (200, 202), 'it serves')
    token.write_text('another one that is as long\n')
    said = reload(daemon, config)
    assert 'the token has changed' in said, said
    equal(status('the first token of all'), 401)
    assert status('another one that is as long') in (200, 202)
    assert 'token' not in reload(daemon, config)

    for nothing in ('', None):
        token.unlink() if nothing is None else token.write_text(nothing)
        assert 'kept as it was' in reload(daemon, config)
        assert status('another one that is as long') in (200, 202)


def test_sighup_tightens_the_seat_belt(world):
    """It acts at once, in one signal, and GET /battery says so; a wider one gives back."""
    calm = '[battery]\nwarn-after=60\nstale-after=100\n'
    names = ('MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent', 'BatteryLowVoltage')
    daemon, client = world.live(calm, {**RECORD, 'BatteryLowVoltage': 44})

    def reload(config, wanted, asked):
        daemon.configure(calm + config)
        daemon.signal(signal.SIGHUP)
        eventually(lambda: [client.value('/Info/' + name) for name in names] == wanted, config)
        body = daemon.state()
        equal({name: body['values'][name]['asked'] for name in names
               if 'asked' in body['values'][name]}, asked)
        equal([warning.split()[0] for warning in body['warnings']], list(asked))
        return [sorted(items) for items in client.take_items()]

    equal(reload('max-charge-voltage=54.09\nmax-charge-current=0\nmax-discharge-current=60.06\n'
                 'min-battery-low-voltage=45.91\n', [54, 0, 60, 46],
                 dict(zip(names, (55.2, 100, 150, 44)))),
          [sorted('/Info/' + name for name in names)])
    equal(len(reload('max-charge-current=30\n', [55.2, 30, 150, 44], {'MaxChargeCurrent': 100})), 1)


def test_notify(world):
    """A supervisor that asks for it is told: READY once it serves, then WATCHDOG, then STOPPING."""
    for name in (str(world.path('notify')), '@dbus-virtual-battery-test'):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(name.replace('@', '\0'))
            supervisor.settimeout(30)
            daemon = world.start(environment={'NOTIFY_SOCKET': name, 'WATCHDOG_USEC': '500000'})
            told = [supervisor.recv(100).decode() for _ in range(4)]
            equal(sorted(set(told)), ['READY=1', 'WATCHDOG=1'])
            equal(told.count('READY=1'), 1)
            daemon.stop()
            while supervisor.recv(100) == b'WATCHDOG=1':
                pass
