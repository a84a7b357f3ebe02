#!/usr/bin/python3
"""Sockets that a supervisor listens on and hands over (LISTEN_FDS), as systemd does it."""
import json
import os
import signal
import socket

import harness
from clients import RECORD, Http, read_answer
from harness import CALM, DAEMON, Daemon, equal, eventually, free_port

CONFIG = '[battery]\n' + CALM
PASSED = ('DBUS_SESSION_BUS_ADDRESS', 'G_DEBUG', 'ASAN_OPTIONS', 'UBSAN_OPTIONS')


class ActivatedDaemon(Daemon):
    """A daemon that systemd's own launcher starts at the first connection to one of @addresses."""

    addresses = ()
    launcher_options = ()

    def command(self):
        launcher = ['systemd-socket-activate', *self.launcher_options]
        for address in self.addresses or (f'127.0.0.1:{self.port}',):
            launcher += ['--listen', address]
        for name in PASSED:
            if name in self.environment:
                launcher += ['--setenv', name]
        # Its own --listen must not be opened as well.
        self.other_port = free_port()
        return [*launcher, DAEMON, '--config', self.config, *self.bus_options,
                '--listen', f'127.0.0.1:{self.other_port}', *self.options]

    def posted(self, record, path):
        """What comes while the sockets are still being drained may have waited, too."""
        answer = self.http.post(record, path)
        assert answer.status in (200, 202, 503), answer
        return answer if answer.status == 200 else None


def activated(world, config=CONFIG, port=None, **attributes):
    """An ActivatedDaemon whose launcher listens."""
    daemon = ActivatedDaemon(world.bus, world.new_folder('daemon'), config)
    world.daemons.append(daemon)
    for name, value in attributes.items():
        setattr(daemon, name, value)
    daemon.spawn(port)
    eventually(lambda: daemon.log.read_text().count('Listening on') >= len(daemon.addresses or '1'),
               'the launcher listens')
    return daemon


def ended(daemon):
    """Connects, which starts the daemon, and waits for its end. Returns: status and log"""
    with daemon.http.raw(b''):
        status = daemon.exit_status()
    return status, daemon.log.read_text()


def unix_request(path, data):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(str(path))
        sock.sendall(data)
        return read_answer(sock.makefile('rb'))


def refused(port):
    with socket.socket() as probe:
        return probe.connect_ex(('127.0.0.1', port)) != 0


def test_all_kinds(world):
    """IPv4, IPv6 and unix sockets, and no other one; what is not ours stays at the end."""
    path, port = world.path('socket'), free_port()
    daemon = activated(world, port=port,
                       addresses=(f'127.0.0.1:{port}', f'[::1]:{port}', str(path)))
    assert daemon.http.get('/batteries')
    daemon.join()
    equal(Http(port, '::1').get('/battery').body['state'], 'live', 'over IPv6')
    answer = unix_request(path, b'GET /battery HTTP/1.1\r\nHost: localhost\r\n\r\n')
    equal(answer.body['state'], 'live', 'over the unix socket')
    assert refused(daemon.other_port)
    log = daemon.log.read_text()
    for address in (f'listening on 127.0.0.1:{port}, port {port}', f'listening on [::1]:{port}',
                    f'listening on unix:{path}'):
        assert address in log, log
    equal(daemon.stop(), 0)
    assert os.path.exists(path)


def test_what_waited_is_not_fresh(world):
    """A record may have lain in the socket since the last daemon died; the next one is taken."""
    daemon = activated(world)
    body = json.dumps(RECORD).encode()
    # All of it is there before anybody could take it.
    daemon.signal(signal.SIGSTOP)
    with daemon.http.raw(b'POST /battery HTTP/1.1\r\nHost: localhost\r\n'
                         b'Content-Length: %d\r\n\r\n%s' % (len(body), body)) as waiting:
        daemon.signal(signal.SIGCONT)
        answer = read_answer(waiting.makefile('rb'))
    equal((answer.status, answer.headers.get('retry-after')), (503, '1'))
    assert 'was not running' in answer.body['detail'], answer.body
    equal(daemon.state()['state'], 'waiting')
    daemon.join()


def test_guards(world):
    """The real address of the socket counts: who can be reached from elsewhere needs a token, and
    the names that a Host may have are the same."""
    port = free_port()
    status, log = ended(activated(world, port=port, addresses=(f'0.0.0.0:{port}',)))
    equal(status, 3)
    assert f'0.0.0.0:{port}' in log and 'token-file' in log, log

    token = world.path('token')
    token.write_text('secret\n')
    port = free_port()
    daemon = activated(world, f'[http]\ntoken-file={token}\n{CONFIG}', port,
                       addresses=(f'0.0.0.0:{port}',))
    equal(daemon.http.get('/batteries').status, 401)
    equal(daemon.http.get('/batteries', headers={'Authorization': 'Bearer secret'}).status, 200)

    daemon = activated(world)
    equal(daemon.http.get('/batteries', headers={'Host': 'evil.example'}).status, 421)
    equal(daemon.http.get('/batteries').status, 200)


def test_reload(world):
    """SIGHUP does not take the sockets for another `listen`."""
    daemon = activated(world)
    assert daemon.http.get('/batteries')
    daemon.signal(signal.SIGHUP)
    eventually(lambda: 'configuration read again' in daemon.log.read_text(), 'it is read again')
    assert 'changes with a restart' not in daemon.log.read_text()


def test_no_stream(world):
    """4: a datagram socket cannot be served, and the line says which descriptor it is."""
    daemon = activated(world, launcher_options=('--datagram',))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b'x', ('127.0.0.1', daemon.port))
        equal(daemon.exit_status(), 4)
    assert 'descriptor 3' in daemon.log.read_text(), daemon.log.read_text()


if __name__ == '__main__':
    harness.main(globals())
