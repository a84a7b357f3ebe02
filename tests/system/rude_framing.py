"""Requests that lie about their length, or say it twice; heads without an end: one answer or none,
never a record that was not sent as one."""
import json
import socket

from clients import RECORD, read_answer
from harness import equal

BODY = json.dumps(RECORD).encode()
POST = b'POST /battery HTTP/1.1\r\nHost: localhost\r\n'
LENGTH = b'Content-Length: %d\r\n' % len(BODY)
CHUNKED = POST + b'Transfer-Encoding: chunked\r\n'
CHUNKS = b'%x\r\n%s\r\n0\r\n\r\n' % (len(BODY), BODY)
WHOLE = POST + LENGTH + b'\r\n' + BODY
SMUGGLED = b'DELETE /battery HTTP/1.1\r\nHost: localhost\r\n\r\n'
HIDDEN = b'Content-Length: %d\r\n\r\n' % len(SMUGGLED)
GET = b'GET /battery HTTP/1.1\r\nHost: localhost\r\n'

# What is sent, the answers that may come, how many records are taken.
ROWS = {
    'trailers': (CHUNKED + b'Trailer: X\r\n\r\n' + CHUNKS[:-2] + b'X: y\r\nZ: 1\r\n\r\n', [200], 1),
    'chunk extensions': (CHUNKED + b'\r\n' + CHUNKS.replace(b'\r\n', b';a="b"\r\n', 1), [200], 1),
    'a chunk longer than it says': (CHUNKED + b'\r\n5\r\n' + BODY + b'\r\n0\r\n\r\n', [400], 0),
    'a chunk shorter than it says': (CHUNKED + b'\r\nfff\r\n' + BODY + b'\r\n0\r\n\r\n', [408, None], 0),
    'a negative chunk': (CHUNKED + b'\r\n-5\r\n' + BODY + b'\r\n0\r\n\r\n', [400], 0),
    'a chunk beyond 64 bits': (CHUNKED + b'\r\n' + b'f' * 17 + b'\r\n' + BODY, [413], 0),
    'a chunk of 64 bits': (CHUNKED + b'\r\n' + b'f' * 16 + b'\r\n' + BODY, [400, 408, 413, None], 0),
    'a chunk in C': (CHUNKED + b'\r\n0x10\r\n' + BODY + b'\r\n0\r\n\r\n', [400], 0),
    'longer than it says': (POST + b'Content-Length: 10\r\n\r\n' + BODY, [400], 0),
    'shorter than it says': (POST + b'Content-Length: 5000\r\n\r\n' + BODY, [408, None], 0),
    'two lengths': (POST + LENGTH + b'Content-Length: 5\r\n\r\n' + BODY, [400], 0),
    'one length twice': (POST + LENGTH * 2 + b'\r\n' + BODY, [400], 0),
    'a list of lengths': (POST + LENGTH[:-2] + b', 5\r\n\r\n' + BODY, [400], 0),
    'a length with a sign': (POST + b'Content-Length: +5\r\n\r\n' + BODY, [400], 0),
    'a length beyond 64 bits': (POST + b'Content-Length: ' + b'9' * 30 + b'\r\n\r\n' + BODY, [413], 0),
    'length and chunks': (CHUNKED + LENGTH + b'\r\n' + CHUNKS, [400], 0),
    'smuggled behind chunks': (
        CHUNKED + b'Content-Length: %d\r\n\r\n0\r\n\r\n' % (len(WHOLE) + 5) + WHOLE, [400], 0),
    'smuggled behind a length': (
        CHUNKED + b'Content-Length: 4\r\n\r\n%x\r\n%s\r\n0\r\n\r\n' % (len(WHOLE), WHOLE), [400], 0),
    'two encodings': (CHUNKED + b'Transfer-Encoding: identity\r\n\r\n' + CHUNKS, [400], 0),
    'another encoding': (POST + b'Transfer-Encoding: gzip, chunked\r\n\r\n' + CHUNKS, [411], 0),
    **{f'smuggled behind {name}': (head + SMUGGLED, [400], 0) for name, head in {
        'a space before the colon': POST + HIDDEN.replace(b':', b' :'),
        'a tab before the colon': POST + HIDDEN.replace(b':', b'\t:'),
        'a vertical tab before the colon': POST + HIDDEN.replace(b':', b'\v:'),
        'an encoding with a space': POST + b'Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
        'a space in a GET': GET + HIDDEN.replace(b':', b' :'),
        'a space before the first header': POST.replace(b'Host', b' ' + HIDDEN[:-2] + b'Host') + b'\r\n',
        'a continued header': POST + b'X: y\r\n ' + HIDDEN,
        'a continued length': POST + HIDDEN.replace(b' ', b'\r\n '),
        'a continued length in a GET': GET + HIDDEN.replace(b' ', b'\r\n\t'),
        'a continued encoding': POST + b'Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
        'a carriage return': POST + b'X: y\r' + HIDDEN,
        'a zero': POST + HIDDEN.replace(b':', b'\0:'),
        'no colon': POST + HIDDEN.replace(b':', b''),
    }.items()},
    'smuggled behind no name': (POST + HIDDEN.replace(b'Content-Length', b'') + SMUGGLED, [411], 0),
    'smuggled behind no length': (POST + b'\r\n' + SMUGGLED, [411], 0),
    # A line may end without its carriage return (RFC 9112, 2.2): it is the same everywhere.
    'lines without carriage returns': (WHOLE.replace(b'\r\n', b'\n'), [200], 1),
    'one line without': (POST + b'X: y\n' + LENGTH + b'\r\n' + BODY, [200], 1),
    'two hosts': (POST + b'Host: example.com\r\n' + LENGTH + b'\r\n' + BODY, [400], 0),
    'another expectation': (POST + b'Expect: nothing\r\n' + LENGTH + b'\r\n' + BODY, [200], 1),
    '1 000 headers': (
        POST + b''.join(b'X-%d: y\r\n' % n for n in range(1000)) + LENGTH + b'\r\n' + BODY, [431], 0),
    '20 000 headers': (
        POST + b''.join(b'X-%d: y\r\n' % n for n in range(20000)) + b'\r\n', [431, None], 0),
    **{f'{count} arguments': (
        b'GET /?' + b'&'.join(b'a%d=b' % n for n in range(count)) + b' HTTP/1.1\r\n'
        b'Host: localhost\r\n\r\n', [200 if count == 64 else 414], 0)
       for count in (64, 65, 500, 2000)},
    '8 000 empty arguments': (
        b'GET /battery?' + b'&' * 8000 + b' HTTP/1.1\r\nHost: localhost\r\n\r\n', [414], 0),
    **{f'{count} cookies': (
        GET + b'Cookie: ' + b'; '.join(b'a%d=b' % n for n in range(count)) + b'\r\n\r\n',
        [200 if count == 100 else 431], 0) for count in (100, 500, 1000)},
    'no host': (b'POST /battery HTTP/1.1\r\n' + LENGTH + b'\r\n' + BODY, [400], 0),
    'a space in the path': (b'GET /battery x HTTP/1.1\r\nHost: localhost\r\n\r\n', [400, 404], 0),
    'a long path': (b'GET /' + b'a' * 40000 + b' HTTP/1.1\r\nHost: localhost\r\n\r\n', [414, 431], 0),
    'a path out of the tree': (b'GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n', [404], 0),
    'a path with a zero': (b'GET /battery/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n', [404], 0),
    'a proxy': (b'CONNECT example.com:80 HTTP/1.1\r\nHost: localhost\r\n\r\n', [404, 405], 0),
    'HTTP/2': (b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400, 505], 0),
}


def exchange(daemon, data):
    """Sends @data and closes that side. Returns: the status of the answer, None where none came, and
    of a second one"""
    with daemon.http.raw(b'') as sock:
        try:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it is closed already
        stream = sock.makefile('rb')
        try:
            answer = read_answer(stream)
        except ConnectionError:
            return [None, None]
        return [answer and answer.status, read_second(stream)]


def read_second(stream):
    try:
        answer = read_answer(stream)
        return answer and answer.status
    except (ConnectionError, IndexError, ValueError):
        return None  # what libmicrohttpd says of a malformed head is more than one answer


def test_framing(world):
    daemon, client = world.live()
    for name, (data, statuses, records) in ROWS.items():
        before = daemon.state()['source']['records']
        status, second = exchange(daemon, data)
        assert status in statuses, f'{name}: {status}, wanted one of {statuses}'
        if statuses == [200] or 'smuggled' in name:
            equal(second, None, f'{name}: a second answer')
        equal(daemon.state()['source']['records'] - before, records, f'{name}: records taken')
    equal(daemon.http.post(RECORD).status, 200, 'and it goes on')
    equal(client.value('/Soc'), 63.5)


def test_expect(world):
    """Who asks first is told to go on, and served when he does; who never does costs a connection."""
    daemon = world.live()[0]
    head = POST + b'Expect: 100-continue\r\n'
    for rest in (LENGTH, b'Transfer-Encoding: chunked\r\n'):
        with daemon.http.raw(head + rest + b'\r\n') as sock:
            stream = sock.makefile('rb')
            equal(read_answer(stream).status, 100)
            sock.sendall(BODY if rest == LENGTH else CHUNKS)
            equal(read_answer(stream).status, 200)
    with daemon.http.raw(head + LENGTH + b'\r\n') as sock:
        stream = sock.makefile('rb')
        equal(read_answer(stream).status, 100)
        sock.shutdown(socket.SHUT_WR)
        answer = read_answer(stream)
        assert answer is None or answer.status == 408, answer
        equal(answer and read_answer(stream), None, 'it is closed')
