#!/usr/bin/python3
"""--doctor: what it finds right and wrong, and that it disturbs nobody."""
import os
import re
import signal
import socket
import threading

import harness
from clients import BATTERY, RECORD
from harness import BUS_GROUP, CALM, equal, eventually, free_port, run_daemon
from system_choice import BMS_CHOICE, MONITOR_CHOICE

CONFIG = '[battery]\nstale-charge-voltage=53\n' + CALM

# What the checklist wants besides, so that nothing is red.
BELT = 'history=true\nmax-charge-voltage=56\nmax-charge-current=100\nmax-discharge-current=200\n'
KEPT = '/Settings/Devices/httpbattery_virtual/ClassAndVrmInstance'


class Report:
    """What it printed: subject → list of (finding, text)."""

    def __init__(self, result):
        self.status, self.text = result.returncode, result.stdout
        equal(result.stderr, '')
        self.head, _, rest = self.text.partition('\n\n')
        self.findings = {}
        for line in rest.split('\n\n')[0].splitlines():
            finding, subject, text = line[:4].strip(), line[5:17].strip(), line[18:]
            assert finding in ('ok', 'warn', 'FAIL', '--'), line
            self.findings.setdefault(subject, []).append((finding, text))
        self.red = re.findall('^red     ([a-z-]+)', self.text, re.M)

    def has(self, subject, finding, *parts):
        """Whether a line about @subject is @finding and has these @parts."""
        for found, text in self.findings.get(subject, ()):
            if found == finding and all(str(part) in text for part in parts):
                return
        raise AssertionError(f'no {finding} {subject} {parts} in:\n{self.text}')

    def failed(self):
        return sorted({subject for subject, lines in self.findings.items()
                       for finding, _ in lines if finding == 'FAIL'})

    def doubtful(self):
        return sorted({subject for subject, lines in self.findings.items()
                       for finding, _ in lines if finding == 'warn'})


# What it says of somebody who was too slow for it.
TOO_SLOW = re.compile(r'no answer within|does not answer|did not answer|does not say who it is')


def ask(*options, silent=None):
    """What it reports. A machine that is busy may be too slow for it, and is asked again; @silent:
    what its line says of who is not to answer at all."""
    def answered():
        report = Report(run_daemon('--doctor', *options))
        slow = [line for line in report.text.splitlines() if TOO_SLOW.search(line)]
        return report if all(silent and silent in line for line in slow) else None
    report = eventually(answered, 'everybody answers in time')
    equal(report.status, 1 if report.failed() or report.doubtful() or report.red else 0, report.text)
    return report


def doctor(world, config, port, *options, silent=None):
    """Asks about a configuration that listens on @port of loopback, or as it says itself."""
    path = world.path('doctor.ini')
    path.write_text((BUS_GROUP if '[bus]' not in config else '') + config)
    listen = ('--listen', f'127.0.0.1:{port}') if port else ()
    return ask('--config', path, '--bus', world.bus.address, *listen, *options, silent=silent)


def venus(world, **values):
    """Venus' own services, and what its system service has chosen."""
    settings, system = world.settings(), world.system()
    for path, value in values.items():
        equal(system.set('/' + path.replace('__', '/'), value), 0)
    return settings, system


def test_all_is_well(world):
    """A battery that Venus reads and obeys: 0, and every line right."""
    settings, system = venus(world, Control__Dvcc=1)
    config = f'[bus]\nrequire-settings=true\n[state]\ndir={world.path("state")}\n' + CONFIG + BELT
    daemon = world.start(config)
    daemon.join()
    system.set('/ActiveBatteryService', 'com.victronenergy.battery/120')
    system.set('/ActiveBmsService', BATTERY)
    report = doctor(world, config, daemon.port)
    equal((report.status, report.failed(), report.doubtful()), (0, [], []), report.text)
    assert report.text.endswith('\nAll is well.\n'), report.text
    report.has('config', 'ok', world.path('doctor.ini'))
    report.has('bus', 'ok', world.bus.address)
    report.has('settings', 'ok', 'com.victronenergy.settings')
    report.has('system', 'ok', 'com.victronenergy.system')
    report.has('name', 'ok', BATTERY, f'process {daemon.pid}')
    report.has('listen', 'ok', f'127.0.0.1:{daemon.port}', 'answers')
    report.has('daemon', 'ok', 'is running')
    report.has('state', 'ok', 'virtual is live')
    report.has('last push', 'ok', '127.0.0.1', '0 refused')
    report.has('instance', 'ok', '120')
    report.has('monitor', 'ok', 'virtual')
    report.has('BMS', 'ok', 'virtual')
    report.has('DVCC', 'ok')
    report.has('DC feed-in', 'ok', 'virtual')
    for word in ('dbus-virtual-battery 0.', ' for ', 'Linux', 'Venus OS', 'stale-charge-voltage=53'):
        assert word in report.head, report.head


def test_two_batteries(world):
    """A plant of two that is well: only one of them can be the monitor, and somebody has chosen
    it."""
    config = (f'[bus]\nrequire-settings=true\n[state]\ndir={world.path("state")}\n'
              '[battery]\ncustom-name=Shed\n' + BELT + CALM
              + '[battery boat]\nrole=monitor\ndevice-instance=110\nhistory=true\n' + CALM)
    settings = world.settings()
    system = world.system('--choose')
    system.set('/Control/Dvcc', 1)
    daemon = world.start(config)
    daemon.join()
    daemon.join({'Soc': 63.5, 'Voltage': 52.7, 'Current': 1}, '/battery/boat')
    eventually(lambda: daemon.state()['selected']['bms'], 'the first is the BMS')
    equal(settings.set(MONITOR_CHOICE, 'com.victronenergy.battery/120'), 0)
    report = doctor(world, config, daemon.port)
    assert report.text.endswith('\nAll is well.\n'), report.text
    report.has('monitor', 'ok', 'virtual')
    report.has('monitor', '--', 'boat is not the battery monitor, virtual is')


def test_twin(world):
    """Another battery with our number is wrong, whether the daemon runs or not."""
    settings, _ = venus(world, Control__Dvcc=1)
    settings.add(KEPT, 'battery:120')
    daemon = world.start('[bus]\nrequire-settings=true\n' + CONFIG)
    daemon.join()
    twin = world.battery('twin', 120)
    for _ in range(2):
        report = doctor(world, CONFIG, daemon.port)
        assert 'instance' in report.failed(), report.text
        report.has('instance', 'FAIL', 'virtual: 120 is also that of com.victronenergy.battery.twin')
        daemon.stop()
    twin.kill()
    report = doctor(world, CONFIG, daemon.port)
    report.has('instance', 'ok', '120')


def test_the_place_of_another(world):
    """A BMS that nobody has chosen gave way to ours: doubtful, until one is chosen."""
    config = '[bus]\nrequire-settings=true\n' + CONFIG
    settings = world.settings()
    system = world.system('--choose')
    system.set('/Control/Dvcc', 1)
    world.battery('other', 512, '--charge-voltage', '55')
    daemon = world.start(config)
    daemon.join()
    eventually(lambda: daemon.state()['selected']['bms'], 'ours is the BMS')
    report = doctor(world, config, daemon.port)
    report.has('BMS', 'warn', 'virtual', 'in the place of com.victronenergy.battery.other')
    equal(settings.set(BMS_CHOICE, 120), 0)
    report = doctor(world, config, daemon.port)
    report.has('BMS', 'ok', 'virtual')


def test_automatic_monitor(world):
    """A monitor that nobody has chosen works, and Venus forgets it while it is stale: doubtful, until
    somebody has chosen it."""
    config = f'[bus]\nrequire-settings=true\n[state]\ndir={world.path("state")}\n' + CONFIG + BELT
    settings = world.settings()
    system = world.system('--choose')
    system.set('/Control/Dvcc', 1)
    daemon = world.start(config)
    daemon.join()
    eventually(lambda: daemon.state()['selected']['monitor'], 'ours is the monitor')
    eventually(lambda: settings.values().get(MONITOR_CHOICE) == 'default', 'nobody has chosen')
    report = doctor(world, config, daemon.port)
    equal((report.failed(), report.doubtful()), ([], ['monitor']), report.text)
    report.has('monitor', 'warn', 'virtual is selected', 'Automatic', 'Battery monitor')
    equal(settings.set(MONITOR_CHOICE, 'com.victronenergy.battery/120'), 0)
    report = doctor(world, config, daemon.port)
    report.has('monitor', 'ok', 'virtual is selected as battery monitor')
    assert report.text.endswith('\nAll is well.\n'), report.text


def test_feed_in(world):
    """What does not lower the charge voltage of a stale battery protects nothing."""
    settings, _ = venus(world)
    settings.add('/Settings/CGwacs/OvervoltageFeedIn', 1)
    daemon = world.start(CONFIG)
    daemon.join()
    for wanted, line in (('ok', 'stale-charge-voltage=53\n'), ('warn', 'stale-charge-voltage=58\n'),
                         ('warn', 'stale-charge-voltage=55.2\n'), ('warn', ''),
                         ('warn', 'stale-charge-voltage=53\non-stale=drop\n')):
        report = doctor(world, '[battery]\n' + line + CALM, daemon.port)
        report.has('DC feed-in', wanted, 'virtual')


def test_it_disturbs_nobody(world):
    """No signal, no name, no setting, no record, no line in the log, and nothing counted."""
    settings, _ = venus(world, Control__Dvcc=1)
    daemon, client = world.live('[bus]\nrequire-settings=true\n' + CONFIG)
    before, stored, log = daemon.state(), settings.stored(), daemon.log.read_text()
    client.take_venus()
    client.name_changes()
    client.signals.clear()
    doctor(world, CONFIG, daemon.port)
    client.sync(daemon.pid)
    equal(client.take(), [])
    equal(client.take_venus(), [])
    names = {name for name, *_ in client.name_changes()}
    equal([name for name in names if name[0] != ':'], [], 'names that changed')
    assert len(names) <= 1, f'connections that came: {names}'
    after = daemon.state()
    for member in ('records', 'refused', 'address', 'last_refusal'):
        equal(after['source'][member], before['source'][member], member)
    equal((after['state'], settings.stored(), daemon.log.read_text()), ('live', stored, log))

    # And one that is not started yet finds everything as it was.
    daemon.stop()
    report = doctor(world, CONFIG, daemon.port)
    report.has('name', 'ok', 'free')
    equal(client.owner(), None)


def test_not_running(world):
    """Name and port are free; that nobody runs is wrong."""
    report = doctor(world, CONFIG, free_port())
    equal(report.failed(), ['daemon'], report.text)
    report.has('name', 'ok', BATTERY, 'is free')
    report.has('listen', 'ok', 'is free')
    report.has('daemon', 'FAIL', 'not running', 'log')
    report.has('state', '--')
    for subject in ('settings', 'system', 'monitor', 'BMS', 'DVCC', 'rc.local', 'service'):
        report.has(subject, '--')


def test_venus_is_expected(world):
    """Without settings a battery of a Venus device never joins."""
    daemon = world.start('[bus]\nrequire-settings=true\n' + CONFIG)
    daemon.http.post(RECORD)
    report = doctor(world, '[bus]\nrequire-settings=true\n' + CONFIG, daemon.port)
    equal(report.failed(), ['settings', 'state', 'system'], report.text)
    report.has('state', 'FAIL', 'not on the bus', 'settings')


def test_token(world):
    """It brings the token of the configuration, and never prints it."""
    token, port = world.path('token'), free_port()
    token.write_text('very-secret\n')
    config = f'[http]\ntoken-file={token}\nlisten=0.0.0.0:{port}\n{CONFIG}'
    daemon = world.start(config)
    authorized = {'Authorization': 'Bearer very-secret'}
    eventually(lambda: daemon.http.post(RECORD, headers=authorized).status == 200, 'it is live')
    report = doctor(world, config, daemon.port)
    equal(report.failed(), [], report.text)
    report.has('state', 'ok', 'live')
    assert 'very-secret' not in report.text, report.text
    assert str(token) in report.head, report.head
    token.write_text('another\n')
    report = doctor(world, config, daemon.port)
    report.has('listen', 'FAIL', 'another token')
    assert 'another\n' not in report.text and 'very-secret' not in report.text, report.text


def test_token_in_the_place_of_a_path(world):
    """What leads to no file may be the token: it is printed nowhere."""
    for secret in ('very-secret', '/very/secret', ' very-secret=='):
        config = f'[http]\ntoken-file={secret}\nlisten=0.0.0.0:{free_port()}\n{CONFIG}'
        report = doctor(world, config, None)
        report.has('config', 'FAIL', 'token-file', 'No such file')
        assert 'secret' not in report.text, report.text
        assert 'token-file=(not shown' in report.head, report.head
        checked = run_daemon('--check-config', '--config', world.path('doctor.ini'))
        assert 'token-file' in checked.stderr and 'secret' not in checked.stderr, checked.stderr


def test_unix_socket_and_wildcard(world):
    """It asks where the daemon listens, be that a path or every address."""
    path, token = world.path('socket'), world.path('token')
    token.write_text('t\n')
    config = f'[http]\ntoken-file={token}\nlisten=unix:{path}\n{CONFIG}'
    report = doctor(world, config, None)
    report.has('listen', 'ok', f'unix:{path}', 'free')
    daemon = world.daemon(config, options=('--listen', f'unix:{path}', '--listen', '0.0.0.0:0'))
    daemon.spawn()
    eventually(lambda: 'listening on 0.0.0.0' in daemon.log.read_text(), 'it listens')
    report = doctor(world, config, None)
    report.has('listen', 'ok', f'unix:{path}', 'answers')
    report.has('daemon', 'ok', f'unix:{path}')
    port = re.search(r'0\.0\.0\.0:0, port (\d+)', daemon.log.read_text())[1]
    doctor(world, config, None, '--listen', f'0.0.0.0:{port}').has('daemon', 'ok', '0.0.0.0')
    report = doctor(world, config, None, '--listen', '127.0.0.1:0')
    report.has('listen', '--', 'any port')
    report.has('daemon', '--')
    report = doctor(world, config, None, '--listen', f'192.0.2.1:{port}')
    report.has('listen', 'FAIL', '192.0.2.1', 'no such address')


def test_listens_elsewhere(world):
    """A daemon that is on the bus and not at the address is running, and not found."""
    daemon = world.start(CONFIG)
    daemon.join()
    report = doctor(world, CONFIG, free_port())
    equal(report.failed(), ['daemon'], report.text)
    report.has('daemon', 'FAIL', f'process {daemon.pid}', '--listen')
    both = f'[http]\nlisten=127.0.0.1:{daemon.port};127.0.0.1:{free_port()}\n{CONFIG}'
    report = doctor(world, both, None)
    equal((report.failed(), report.doubtful()), ([], ['listen']), report.text)
    report = doctor(world, CONFIG + '[battery shed]\n', daemon.port)
    report.has('state', 'FAIL', 'shed', 'restart')


def test_states(world):
    """Waiting, refused, late and gone each say what is the matter."""
    config = '[battery]\nwarn-after=0.5\nstale-after=60\n'
    daemon = world.start(config)
    report = doctor(world, config, daemon.port)
    report.has('state', 'FAIL', 'waiting', 'Soc')
    report.has('last push', 'warn', 'none yet', '/battery/virtual')
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'it is live')
    eventually(lambda: daemon.state()['state'] == 'late', 'it is late')
    report = doctor(world, config, daemon.port)
    report.has('state', 'warn', 'late')
    equal(daemon.http.post({'Soc': 200}).status, 422)
    report = doctor(world, config, daemon.port)
    report.has('last push', 'warn', 'refused', 'Soc is 200 %')
    daemon.http.delete()
    report = doctor(world, config, daemon.port)
    report.has('state', 'FAIL', 'gone')


def test_parts(world):
    """A battery of several sources: which one is awaited, and which has left."""
    config = f'[battery]\nstale-charge-voltage=53\n{CALM}[part left]\ncapacity=280\n[part right]\ncapacity=280\n'
    daemon = world.start(config)
    report = doctor(world, config, daemon.port)
    report.has('last push', 'warn', 'none yet, of any of its parts')
    equal(daemon.http.post(RECORD, '/battery/part/left').status, 202)
    report = doctor(world, config, daemon.port)
    report.has('part', 'ok', 'virtual: part left is live, and counts')
    report.has('part', 'FAIL', 'virtual: part right is awaited, missing: Voltage, Current, Soc',
               'POST its records to /battery/virtual/part/right (/battery/virtual refuses them with 409)')
    equal(daemon.http.post(RECORD, '/battery/virtual').status, 409)
    daemon.join(RECORD, '/battery/virtual/part/right')
    daemon.http.delete('/battery/part/right')
    report = doctor(world, config, daemon.port)
    assert 'part' not in report.failed(), report.text
    report.has('part', 'warn', 'virtual: part right was switched off (DELETE)')


def test_refused_is_not_silent(world):
    """A battery that grows old because its records are refused."""
    config = '[battery]\nwarn-after=0.5\nstale-after=1\n'
    daemon = world.start(config)
    eventually(lambda: daemon.http.post(RECORD).status == 200, 'it is live')
    equal(daemon.http.post({'Soc': 200}).status, 422)
    eventually(lambda: daemon.state()['state'] == 'stale', 'it is stale')
    report = doctor(world, config, daemon.port)
    report.has('state', 'FAIL', 'virtual is stale: its records are refused', 'Soc is 200 %')
    assert 'fallen silent' not in report.text, report.text


def test_not_selected(world):
    """A battery whose limits nobody obeys is wrong; a monitor that is not chosen is doubtful."""
    settings, system = venus(world)
    settings.add('/Settings/CGwacs/OvervoltageFeedIn', 1)
    config = '[battery]\n' + CALM + '[battery shed]\nrole=monitor\n' + CALM
    daemon = world.start(config)
    daemon.join()
    daemon.join(path='/battery/shed', record={'Soc': 5, 'Voltage': 52, 'Current': 1})
    system.set('/ActiveBatteryService', 'com.victronenergy.battery/7')
    system.set('/ActiveBmsService', 'com.victronenergy.battery.other')
    system.set('/Dvcc/Alarms/MultipleBatteries', 1)
    report = doctor(world, config, daemon.port)
    equal(report.failed(), ['BMS', 'DVCC'], report.text)
    report.has('monitor', 'warn', 'virtual', 'com.victronenergy.battery/7')
    report.has('monitor', 'warn', 'shed')
    report.has('BMS', 'FAIL', 'virtual', 'com.victronenergy.battery.other', 'Controlling BMS')
    report.has('BMS', '--', 'shed is a monitor')
    report.has('BMS', 'warn', 'several')
    report.has('DVCC', 'FAIL', 'switch it on')
    report.has('DC feed-in', 'warn', 'virtual', 'stale-charge-voltage')
    report.has('instance', 'ok', 'shed: 121')
    system.kill()
    equal(doctor(world, config, daemon.port).failed(), [])


def test_instance(world):
    """What settings keeps, or that it keeps nothing yet."""
    settings, _ = venus(world)
    report = doctor(world, CONFIG, free_port())
    report.has('instance', '--', 'not given yet', '120')
    equal(settings.add(KEPT, 'battery:117'), 'battery:117')
    report = doctor(world, CONFIG, free_port())
    report.has('instance', 'ok', '117')


def test_venus_hangs(world):
    """Who does not answer is waited for once, and named."""
    system = world.system()
    daemon = world.start(CONFIG)
    daemon.join()
    system.process.send_signal(signal.SIGSTOP)
    report = doctor(world, CONFIG, daemon.port, silent='com.victronenergy.system')
    report.has('system', 'FAIL', 'does not answer')
    report.has('state', 'ok', 'virtual is live')


def test_name_of_a_stranger(world):
    """Who has the name is named, also where it says nothing about itself."""
    squatter = world.client()
    equal(squatter.request_name(BATTERY), 1)
    report = doctor(world, CONFIG, free_port(), silent=BATTERY)
    report.has('name', 'FAIL', BATTERY, f'process {os.getpid()}')


def test_port_of_a_stranger(world):
    """Another HTTP server, one that speaks something else, one that says nothing."""
    replies = {
        b'HTTP/1.1 200 OK\r\n\r\n<html>hello</html>': 'another program',
        b'HTTP/1.1 200 OK\r\n\r\n[{"name": 1}]': 'another program',
        b'HTTP/1.1 200 OK\r\n\r\n' + b'[' * 100000: 'another program',
        b'220 mail.example ESMTP\r\n': 'another program',
        b'': 'another program',
        None: 'does not answer',
    }
    for reply, text in replies.items():
        with socket.create_server(('127.0.0.1', 0)) as server:
            thread = threading.Thread(target=answer_all, args=(server, reply))
            thread.start()
            port = server.getsockname()[1]
            report = doctor(world, CONFIG, port, silent=None if reply is not None else str(port))
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
        report.has('listen', 'FAIL', text)
        report.has('daemon', 'FAIL', 'not running')


def answer_all(server, reply):
    """Takes connections until @server is shut down: answers and closes, or, with None, waits until
    the client gives up."""
    while True:
        try:
            sock, _ = server.accept()
        except OSError:
            return
        with sock:
            sock.settimeout(harness.PATIENCE)
            try:
                sock.recv(4096)
                if reply is None:
                    sock.recv(4096)
                else:
                    sock.sendall(reply)
            except OSError:
                pass  # it has given up


def test_configuration_is_wrong(world):
    """The rest is looked at all the same, and nothing that could be a secret is printed."""
    report = doctor(world, '[http]\ntoken=very-secret\nrubbish very-secret\n', None)
    report.has('config', 'FAIL', world.path('doctor.ini'))
    report.has('bus', 'ok')
    report.has('daemon', '--')
    report = doctor(world, '[http]\ntoken=very-secret\n', None)
    report.has('config', 'FAIL', '[http] has no key token')
    assert 'token=(not shown' in report.head and 'very-secret' not in report.text, report.text


def test_no_bus(world):
    """The rest is looked at all the same."""
    gone = f'unix:path={world.path("none")}'
    report = ask('--bus', gone, '--listen', f'127.0.0.1:{free_port()}')
    equal((report.status, report.failed()), (1, ['bus', 'daemon']), report.text)
    report.has('bus', 'FAIL', gone, '--bus')
    equal(run_daemon('--doctor', '--bus', 'rubbish').returncode, 2)


def test_another_bus(world):
    """A daemon that is live on one bus is not on another."""
    daemon = world.start(CONFIG)
    daemon.join()
    other = harness.Bus(world.new_folder('bus'))
    world.buses.append(other)
    path = world.path('other.ini')
    path.write_text(CONFIG)
    report = ask('--config', path, '--bus', other.address, '--listen', f'127.0.0.1:{daemon.port}')
    report.has('state', 'FAIL', 'another bus', '--bus')


if __name__ == '__main__':
    harness.main(globals())
