"""The guards of the HTTP interface: sizes, lengths, Host, Origin, token, number of connections."""
import base64
import concurrent.futures
import itertools
import json
import socket
import subprocess
import time

from clients import PATIENCE, RECORD, read_answer
from harness import equal, eventually, free_port

from http_routes import CONFIG, problem

BODY = json.dumps(RECORD).encode()


def post(*headers, body=BODY, version='1.1', length=True, host='localhost'):
    """The bytes of a POST with these headers."""
    lines = [f'POST /battery HTTP/{version}', *headers]
    if host:
        lines.insert(1, f'Host: {host}')
    if length:
        lines.append(f'Content-Length: {len(body)}')
    return '\r\n'.join([*lines, '', '']).encode() + body


def test_content_type_does_not_matter(world):
    daemon = world.start(CONFIG)
    for headers in ((), ('Content-Type: application/json',), ('Content-Type: text/plain',),
                    ('Content-Type: application/x-www-form-urlencoded',), ('Content-Type:',)):
        equal(daemon.http.exchange(post(*headers)).status in (200, 202), True, headers)


def test_node_red_bytes(world):
    """What Node-RED's http request node sends, byte by byte, over one connection."""
    daemon = world.live()[0]
    request = (b'POST /battery HTTP/1.1\r\n'
               b'user-agent: got (https://github.com/sindresorhus/got)\r\n'
               b'Content-Type: application/json\r\n'
               b'Content-Length: %d\r\n'
               b'Host: 127.0.0.1:%d\r\n'
               b'Connection: keep-alive\r\n'
               b'\r\n%s' % (len(BODY), daemon.port, BODY))
    with daemon.http.raw(b'') as sock:
        stream = sock.makefile('rb')
        for _ in range(5):
            sock.sendall(request)
            answer = read_answer(stream)
            equal((answer.status, answer.body['state']), (200, 'live'))


def test_pipelined_and_in_pieces(world):
    daemon = world.live()[0]
    with daemon.http.raw(post() * 10 + b'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n') as sock:
        stream = sock.makefile('rb')
        equal([read_answer(stream).status for _ in range(11)], [200] * 11)
    with daemon.http.raw(b'') as sock:
        for byte in post():
            sock.send(bytes([byte]))
        equal(read_answer(sock.makefile('rb')).status, 200)
    chunked = post('Transfer-Encoding: chunked', length=False, body=b'')
    pieces = b''.join(b'%x\r\n%s\r\n' % (len(piece), piece) for piece in (BODY[:7], BODY[7:], b''))
    equal(daemon.http.exchange(chunked + pieces).status, 200)
    equal(daemon.http.exchange(post('Connection: close', version='1.0')).status, 200)
    equal(daemon.http.exchange(post('Expect: 100-continue')).status, 100)


def test_sizes(world):
    daemon = world.start(CONFIG)
    fits = json.dumps({**RECORD, 'ChargeMode': 'x'}).encode().ljust(16384)
    equal(daemon.http.exchange(post(body=fits)).status, 202)
    problem(daemon.http.exchange(post(body=fits + b' ')), 413)
    problem(daemon.http.exchange(post(body=b'x' * 20000)), 413)
    problem(daemon.http.exchange(post(
        'Transfer-Encoding: chunked', length=False,
        body=b'4e20\r\n' + b' ' * 20000 + b'\r\n0\r\n\r\n')), 413)
    # One who asks first is told before he sends.
    head = post('Expect: 100-continue', 'Content-Length: 20000', length=False, body=b'')
    problem(daemon.http.exchange(head), 413)
    equal(daemon.http.exchange(post('X: ' + 'x' * 9000)).status in (200, 202), True, '9 kB header')
    equal(daemon.http.exchange(post('X: ' + 'x' * 17000)).status, 431)
    problem(daemon.http.exchange(post(length=False, body=b'')), 411)
    equal(daemon.http.exchange(post('Content-Length: 0', length=False, body=b'')).status, 400)
    equal(daemon.http.get('/battery').status, 200)


def test_malformed_requests(world):
    daemon = world.live()[0]
    for data, statuses in (
            (b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', (400, None)),
            (b'GET\r\n\r\n', (400, None)), (b'\x00' * 100 + b'\r\n\r\n', (400, None)),
            (b'POST /battery HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n', (400,)),
            (b'POST /battery HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n', (400,)),
            (b'POST /battery HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}', (400, 422)),
            (b'GET /battery HTTP/3.7\r\nHost: localhost\r\n\r\n', (505, 400))):
        with daemon.http.raw(data) as sock:
            sock.shutdown(socket.SHUT_WR)
            answer = read_answer(sock.makefile('rb'))
        assert (answer and answer.status) in statuses, (data, answer)
    equal(daemon.http.post(RECORD).status, 200, 'and it goes on')
    equal(daemon.state()['values']['Soc']['value'], 63.5)


def test_host(world):
    daemon = world.start('[http]\nserver-names=venus.local;gx\n' + CONFIG)
    for host in ('localhost', 'LOCALHOST', '127.0.0.1', f'127.0.0.1:{daemon.port}', '[::1]',
                 'localhost:1882', '[::1]:1882', 'venus.local', 'gx:1882', '127.3.2.1'):
        assert daemon.http.exchange(post(host=host)).status in (200, 202), host
    for host in ('example.com', 'localhost.example.com', '192.168.1.5', '10.0.0.1:1882', 'venus',
                 '127.0.0.1.example.com', '[fe80::1]'):
        problem(daemon.http.exchange(post(host=host)), 421)
        problem(daemon.http.exchange(b'GET /battery HTTP/1.1\r\nHost: %s\r\n\r\n'
                                     % host.encode()), 421)


def test_origin(world):
    daemon = world.start(CONFIG)
    own = f'127.0.0.1:{daemon.port}'
    equal(daemon.http.exchange(post(f'Origin: http://{own}', host=own)).status in (200, 202), True)
    for origin in ('http://example.com', 'null', 'http://127.0.0.1', f'http://{own}.example.com',
                   'http://localhost:1', f'file://{own}', ''):
        problem(daemon.http.exchange(post(f'Origin: {origin}', host=own)), 403)
    equal(daemon.state()['source']['refused'], 0, 'a stranger is not the source')


def test_fetch_metadata(world):
    """What a browser says of where a request comes from; who says nothing is no browser."""
    daemon = world.start(CONFIG)

    def ask(line, site, mode='no-cors', dest='empty'):
        return daemon.http.exchange((f'{line} HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: {site}\r\n'
                                     f'Sec-Fetch-Mode: {mode}\r\nSec-Fetch-Dest: {dest}\r\n\r\n').encode())
    for site in ('none', 'same-origin'):
        equal(ask('GET /battery', site).status, 200, site)
    for site in ('cross-site', 'same-site', 'x', ''):
        for line in ('GET /', 'GET /battery', 'GET /events', 'DELETE /battery', 'GET /nowhere'):
            problem(ask(line, site), 403)
        equal(ask('GET /', site, 'navigate', 'document').status, 200, site)
        equal(ask('GET /?x', site, 'navigate', 'document').status, 200, site)
        for line, mode, dest in (('GET /', 'navigate', 'iframe'), ('GET /', 'no-cors', 'document'),
                                 ('POST /', 'navigate', 'document'),
                                 ('GET /battery', 'navigate', 'document')):
            problem(ask(line, site, mode, dest), 403)


def basic(text):
    return 'Authorization: Basic ' + base64.b64encode(text.encode()).decode()


def test_token(world):
    token = world.path('token')
    token.write_text('s3cret\n')
    token.chmod(0o600)
    daemon = world.daemon(f'[http]\ntoken-file={token}\n' + CONFIG).spawn()
    wanted = ('Authorization: Bearer s3cret',)
    eventually(lambda: reachable(daemon), 'the daemon listens')
    for headers in (wanted, ('Authorization: bearer s3cret',), (basic('anyone:s3cret'),),
                    (basic(':s3cret'),), (*wanted, 'X: y')):
        assert daemon.http.exchange(post(*headers)).status in (200, 202), headers
        assert daemon.http.exchange(post(*headers, host='example.com')).status in (200, 202)
    for headers in ((), ('Authorization: Bearer s3cre',), ('Authorization: Bearer s3crets',),
                    ('Authorization: Bearer ',), ('Authorization: Basic s3cret',),
                    (basic('s3cret:wrong'),), (basic('s3cret'),), ('Authorization: s3cret',)):
        answer = problem(daemon.http.exchange(post(*headers)), 401)
        assert 'www-authenticate' in answer.headers, answer
    with daemon.http.raw(b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n') as sock:
        head = sock.makefile('rb').read().decode().lower()
    assert 'www-authenticate: bearer' in head and 'www-authenticate: basic' in head, head


def reachable(daemon):
    try:
        daemon.http.raw(b'').close()
        return True
    except ConnectionError:
        return False


def test_connection_limit(world):
    """32 sources keep their places, the next one is told to come again; one that ends makes room, and
    so does who only reads."""
    daemon = world.live()[0]
    readers = [daemon.http.raw(b'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n') for _ in range(32)]
    equal({read_answer(sock.makefile('rb')).status for sock in readers}, {200})
    request = (b'POST /battery HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n' % len(BODY)
               + BODY)

    def served(sock):
        sock.sendall(request)
        return read_answer(sock.makefile('rb'))

    # Those of the test before may still be closing.
    sockets = []

    def fill():
        while len(sockets) < 32:
            sock = daemon.http.raw(b'')
            if served(sock).status != 200:
                sock.close()
                return False
            sockets.append(sock)
        return True

    eventually(fill, '32 connections are served')
    equal([sock.recv(1) for sock in readers], [b''] * 32, 'the readers')
    for sock in readers:
        sock.close()
    for _ in range(3):
        with daemon.http.raw(request) as sock:
            stream = sock.makefile('rb')
            answer = problem(read_answer(stream), 503)
            equal(answer.headers.get('retry-after'), '1')
            equal(read_answer(stream), None, 'it is closed')
    equal([served(sock).status for sock in sockets], [200] * 32, 'the others go on')
    for sock in sockets[:5]:
        sock.close()
    eventually(lambda: daemon.http.get('/health').status == 200, 'there is room again')
    for sock in sockets[5:]:
        sock.close()
    eventually(lambda: daemon.http.get('/health').status == 200, 'there is room')


def drip(sock, data):
    """Sends @data byte by byte until it is ended. Returns: how long that took"""
    began = time.monotonic()
    sock.settimeout(0.25)
    for byte in itertools.cycle(data):
        try:
            sock.send(bytes([byte]))
            sock.recv(1, socket.MSG_PEEK)  # the answer, or the end
            break
        except socket.timeout:
            assert time.monotonic() - began < PATIENCE, 'it drips for ever'
        except ConnectionError:
            break
    sock.settimeout(PATIENCE)
    return time.monotonic() - began


def test_incomplete_request_is_closed(world):
    """A request that is not complete within 10 s of its first byte, whether it stalls or drips; an idle
    connection may stay."""
    daemon = world.live()[0]
    idle = daemon.http.raw(b'')
    began = time.monotonic()
    starts = {data: daemon.http.raw(data) for data in (
        b'P', b'POST /battery HTTP/1.1\r\nHost: loc', post(body=b'{}')[:-1],
        post(body=BODY)[:-20])}
    head = post('Content-Length: 5000', length=False, body=b'')
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        dripping = {data: daemon.http.raw(data) for data in (
            b'POST /', head[:-2] + b'X-Long: ', head)}
        took = dict(zip(dripping, pool.map(drip, dripping.values(), (b'battery-', b'x', b'{"Soc": '))))
    for data, sock in {**starts, **dripping}.items():
        answer = read_end(sock)
        assert time.monotonic() - began >= 9.5, 'it was cut too soon'
        assert took.get(data, 9.9) >= 9.5, (data, took)
        # Who sends on at that very moment may not hear it.
        if b'\r\n\r\n' in data and (answer or data in starts):
            problem(answer, 408)
        else:
            equal(answer, None, data)
        sock.close()
    idle.sendall(post())
    equal(read_answer(idle.makefile('rb')).status, 200, 'the idle one')
    idle.close()


def read_end(sock):
    try:
        return read_answer(sock.makefile('rb'))
    except ConnectionError:
        return None


def test_both_loopbacks_and_unix(world):
    """Several listen addresses at once: [::1] where the machine has it, and a unix socket."""
    path = world.path('http')
    daemon = world.daemon(CONFIG, options=['--listen', f'unix:{path}']).start()
    output = subprocess.run(['curl', '-sS', '--unix-socket', path, 'http://localhost/battery',
                             '-d', json.dumps(RECORD)], capture_output=True, text=True, check=True)
    equal(json.loads(output.stdout)['accepted'], 6)
    equal(daemon.state()['source']['address'], 'unix')
    equal(oct(path.stat().st_mode & 0o777), '0o660')
    equal(daemon.stop(), 0)
    assert not path.exists(), 'the socket is removed'

    if socket.has_ipv6 and has_loopback6():
        port = free_port()
        daemon = world.daemon(CONFIG, options=['--listen', f'[::1]:{port}']).start()
        daemon.http.host, daemon.http.port = '::1', port
        assert daemon.http.post(RECORD).status in (200, 202)
        equal(daemon.state()['source']['address'], '::1')


def has_loopback6():
    with socket.socket(socket.AF_INET6) as probe:
        try:
            probe.bind(('::1', 0))
        except OSError:
            return False
    return True
