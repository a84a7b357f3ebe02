#!/usr/bin/python3
"""Clients that nobody wants, all at once, on loopback:

    rude_clients.py PORT SECONDS [KIND…]

Prints, as JSON, how often each did what it does. Each kind is a function here: it is called again and
again, and returns (or gives up) soon. What becomes of one of them is not their business: tests of
single answers are in test-rude.py.
"""
import json
import os
import random
import socket
import struct
import sys
import threading
import time

HOST = b'Host: localhost\r\n'
HEAD = b'POST /battery HTTP/1.1\r\n' + HOST
GET = b'GET /battery HTTP/1.1\r\n' + HOST + b'\r\n'
BURST = (b'GET / HTTP/1.1\r\n' + HOST + b'\r\n') * 12000
NOWHERE = b'POST /battery/nowhere HTTP/1.1\r\n' + HOST + b'Content-Length: 2\r\n\r\n{}'

# A connection that is closed then is reset.
RESET = struct.pack('ii', 1, 0)

# The most that a kind does in a second.
KNOCKS = 1000
SWARM = 200
IDLE = 60
DRIPPING = 20


def knock(port):
    """Connects and resets, a thousand times a second."""
    began = time.monotonic()
    for n in range(KNOCKS // 10):
        with socket.create_connection(('127.0.0.1', port), timeout=5) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        time.sleep(max(0, began + n / KNOCKS - time.monotonic()))
    return KNOCKS // 10


def swarm(port):
    """Connects many times at once, and says nothing."""
    socks = [connect(port) for _ in range(SWARM)]
    time.sleep(0.01)
    for sock in socks:
        sock.close()
    return SWARM


def connect(port, data=b''):
    sock = socket.create_connection(('127.0.0.1', port), timeout=5)
    sock.sendall(data)
    return sock


def hold(port, data, count, drip=b''):
    """Holds @count connections for 3 s on which @data was sent, and each half second a byte."""
    socks = [connect(port, data) for _ in range(count)]
    for n in range(6):
        time.sleep(0.5)
        for sock in list(socks):
            try:
                sock.sendall(drip[n:n + 1])
            except OSError:
                socks.remove(sock)
                sock.close()
    for sock in socks:
        sock.close()
    return count


def idle(port):
    return hold(port, b'', IDLE)


def drip_headers(port):
    return hold(port, b'GET /batt', DRIPPING, b'ery HTTP')


def drip_body(port):
    return hold(port, HEAD + b'Content-Length: 5000\r\n\r\n{', DRIPPING, b'"Soc": ')


def asked_and_idle(port):
    return hold(port, GET, DRIPPING)


def converse(port, data, reset=False):
    """Sends @data and reads for a while."""
    with connect(port) as sock:
        sock.settimeout(0.2)
        try:
            sock.sendall(data)
            while not reset and sock.recv(65536):
                pass
        except OSError:
            pass
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    time.sleep(0.01)
    return 1


def half_closed(port):
    with connect(port, GET * 3) as sock:
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    return 1


def pipeline_and_reset(port):
    return converse(port, GET * 200, reset=True)


def expect_and_stall(port):
    return converse(port, HEAD + b'Expect: 100-continue\r\nContent-Length: 50\r\n\r\n')


def lie_about_chunks(port):
    size = random.choice((b'ffffffffffffffff', b'-1', b'7fffffff', b'0x10', b'zz', b'5'))
    return converse(port, HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + size + b'\r\n{"Soc"')


def smuggle(port):
    return converse(port, HEAD + b'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n' + GET)


def flood_with_headers(port):
    return converse(port, HEAD + b''.join(b'X-%d: y\r\n' % n for n in range(20000)) + b'\r\n')


def long_body(port):
    return converse(port, HEAD + b'Content-Length: 900000\r\n\r\n' + b' ' * 900000)


def ask_and_not_read(port):
    with connect(port) as sock:
        sock.settimeout(0.5)
        try:
            sock.sendall(b'GET /fields HTTP/1.1\r\n' + HOST + b'\r\n')
            sock.sendall((b'GET /fields HTTP/1.1\r\n' + HOST + b'\r\n') * 500)
        except OSError:
            pass
        time.sleep(0.5)
    return 1


def never_read(port):
    """Asks 12 000 times on each of 40 connections, without a token where one is needed, and reads no
    answer; who is ended comes again."""
    left = {connect(port): BURST for _ in range(40)}
    until = time.monotonic() + 3
    while time.monotonic() < until:
        for sock, data in list(left.items()):
            try:
                sock.setblocking(False)
                left[sock] = data[sock.send(data):]
            except BlockingIOError:
                pass
            except OSError:
                del left[sock]
                sock.close()
                left[connect(port)] = BURST
        time.sleep(0.25)
    for sock in left:
        sock.close()
    return len(left)


def post_nowhere(port):
    """Posts on 32 connections to a battery that is not there, and keeps them as a source would."""
    return hold(port, NOWHERE, 32)


def wrong_records(port):
    body = b'{"Soc": 200, "Voltage": "much"}'
    return converse(port, (HEAD + b'Content-Length: %d\r\n\r\n' % len(body) + body) * 20, reset=True)


def noise(port):
    return converse(port, random.randbytes(random.randrange(1, 40000)))


KINDS = {kind.__name__: kind for kind in (
    knock, swarm, idle, drip_headers, drip_body, asked_and_idle, half_closed, pipeline_and_reset,
    expect_and_stall, lie_about_chunks, smuggle, flood_with_headers, long_body, ask_and_not_read,
    never_read, post_nowhere, wrong_records, noise)}


def repeat(kind, port, until, counts):
    while time.monotonic() < until:
        try:
            counts[kind.__name__] += kind(port)
        except OSError:
            time.sleep(0.05)


def main():
    port, seconds, names = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:] or list(KINDS)
    os.nice(10)  # rude to the daemon, not to the machine
    until = time.monotonic() + seconds
    counts = dict.fromkeys(names, 0)
    threads = [threading.Thread(target=repeat, args=(KINDS[name], port, until, counts))
               for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(counts))


if __name__ == '__main__':
    main()
