// The kept connection of the nodes, against a server that answers in every way but the daemon's.
'use strict';

const assert = require('assert');
const net = require('net');
const { test } = require('node:test');

const { until } = require('./daemon');
const { Connection } = require('../../nodered/lib/connection');
const { daemonAddress } = require('../../nodered/lib/daemon-address');
const { withMessage } = require('../../nodered/lib/errors');

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 14\r\nX: y\r\n\r\n{"a":"Größ"}';

// Runs with a server that calls answer(socket, n, request) for the nth request, and a connection to it.
function check(name, answer, run, timeout = 30000) {
    test(name, async () => {
        const sockets = new Set();
        const requests = [];
        const server = net.createServer(socket => {
            sockets.add(socket);
            socket.setEncoding('utf8');
            socket.on('error', () => {});
            socket.on('data', request => {
                requests.push(request);
                answer(socket, requests.length, request);
            });
        });

        await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
        const url = `http://127.0.0.1:${server.address().port}/prefix/`;
        const connection = new Connection(daemonAddress(url, 'secret'), timeout);
        const ask = text => new Promise(resolve => connection.ask('POST', '/battery', text,
            (error, status, body) => resolve(error ? error.code : [status, body])));
        try {
            await run(ask, { requests, sockets, connection });
        } finally {
            connection.close();
            sockets.forEach(socket => socket.destroy());
            await new Promise(resolve => server.close(resolve));
        }
    });
}

check('one connection for all', socket => socket.write(OK), async (ask, { requests, sockets }) => {
    for (let i = 0; i < 5; i++) {
        assert.deepStrictEqual(await ask('{"Name":"Größe"}'), [200, { a: 'Größ' }]);
    }
    assert.strictEqual(sockets.size, 1);
    assert.match(requests[0], /^POST \/prefix\/battery HTTP\/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\n/);
    assert.match(requests[0], /\r\nAuthorization: Bearer secret\r\nContent-Length: 18\r\nConnection: keep-alive\r\n\r\n\{"Name":"Größe"\}$/);
});

check('an answer in pieces', async socket => {
    for (const byte of Buffer.from(OK)) {
        socket.write(Buffer.from([byte]));
        await new Promise(resolve => setImmediate(resolve));
    }
}, async ask => {
    assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
    assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
});

check('a connection that ends with its answer', socket => {
    socket.end(OK.replace('X: y', 'Connection: close'));
}, async (ask, { sockets }) => {
    for (let i = 0; i < 3; i++) {
        assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
    }
    assert.strictEqual(sockets.size, 3);
});

check('an idle connection that was closed', socket => socket.write(OK), async (ask, { sockets }) => {
    await ask('{}');
    for (const socket of sockets) {
        socket.end();
        await new Promise(resolve => socket.on('close', resolve));
    }
    assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
    assert.strictEqual(sockets.size, 2);
});

check('one that was closed while a request was on its way is tried once more', (socket, n) => {
    if (n === 1) {
        socket.write(OK);
    } else {
        socket.resetAndDestroy ? socket.resetAndDestroy() : socket.destroy();
    }
}, async (ask, { requests }) => {
    await ask('{}');
    assert.strictEqual(await ask('{}'), 'ECONNRESET');
    assert.strictEqual(requests.length, 3);
});

check('half an answer', socket => socket.end(OK.slice(0, 40)), async ask => {
    assert.strictEqual(await ask('{}'), 'ECONNRESET');
});

check('no answer, and the next one', (socket, n) => n > 1 && socket.write(OK), async (ask, { sockets }) => {
    assert.strictEqual(await ask('{}'), 'ETIMEDOUT');
    assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
    assert.strictEqual(sockets.size, 2);
}, 500);

check('an answer that nobody asked for', socket => {
    socket.write(OK + OK.replace('Größ', 'Groß').replace('14', '13'));
}, async (ask, { sockets }) => {
    for (let i = 0; i < 3; i++) {
        assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
    }
    assert.strictEqual(sockets.size, 3);
});

check('one that comes late', socket => socket.write(OK), async (ask, { sockets }) => {
    await ask('{}');
    for (const socket of sockets) {
        await new Promise(resolve => socket.write(OK.replace('Größ', 'Groß').replace('14', '13'), resolve));
    }
    await new Promise(resolve => setTimeout(resolve, 50));
    assert.deepStrictEqual(await ask('{}'), [200, { a: 'Größ' }]);
});

check('in chunks, as a proxy may send it', socket => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n{"a":1\r\n1\r\n}\r\n0\r\n\r\n');
}, async (ask, { sockets }) => {
    for (let i = 0; i < 3; i++) {
        assert.deepStrictEqual(await ask('{}'), [200, { a: 1 }]);
    }
    assert.strictEqual(sockets.size, 1);
});

check('up to the end of the connection', socket => socket.end('HTTP/1.1 200 OK\r\n\r\n{}'), async ask => {
    assert.deepStrictEqual(await ask('{}'), [200, {}]);
});

check('nothing is called back after the end', () => {}, async (_ask, { requests, connection }) => {
    let called = false;

    connection.ask('GET', '/battery', '', () => { called = true; });
    await until(() => requests.length === 1, 'the request has arrived');
    connection.close();
    await new Promise(resolve => setTimeout(resolve, 50));
    assert.strictEqual(called, false);
});

for (const [name, answer] of [['other words', 'SSH-2.0-x\r\n\r\n'], ['too much', 'HTTP'.repeat(1 << 19)],
    ['no JSON', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n<>'],
    ['without an end', 'HTTP/1.1 200 OK\r\n\r\n[' + '1,'.repeat(1 << 20)]]) {
    check(`another server: ${name}`, socket => socket.write(answer), async ask => {
        assert.strictEqual(await ask('{}'), 'EPROTO');
    });
}

test('a name with several addresses, and nobody there', () => {
    const error = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

    assert.strictEqual(withMessage(error).message, 'ECONNREFUSED');
    assert.strictEqual(withMessage(new Error('as it was')).message, 'as it was');
});

test('addresses', () => {
    const of = url => {
        const { host, prefix, options } = daemonAddress(url);
        return [host, prefix, options];
    };

    assert.deepStrictEqual(of('http://127.0.0.1:1882'), ['127.0.0.1:1882', '', { hostname: '127.0.0.1', port: 1882 }]);
    assert.deepStrictEqual(of('http://[::1]:1882/'), ['[::1]:1882', '', { hostname: '::1', port: 1882 }]);
    assert.deepStrictEqual(of('https://gx.lan/battery/'), ['gx.lan', '/battery', { hostname: 'gx.lan', port: 443 }]);
    assert.deepStrictEqual(of('unix:/run/b'), ['localhost', '', { socketPath: '/run/b' }]);
    for (const wrong of ['', undefined, 'nonsense', 'ftp://a', 'unix:b', 'http://']) {
        assert.throws(() => daemonAddress(wrong), /^Error: "/);
    }
    for (const wrong of ['http://user:secret@a', 'https://secret@a/b', 'http://:secret@a:1882', 'ftp://u:secret@a',
        'http://u:secret@a:x', 'http://u:x/secret@a', 'http://u:x@secret@a:x']) {
        assert.throws(() => daemonAddress(wrong), error => /^Error: "/.test(error) && !/secret/.test(error));
    }
    assert.throws(() => daemonAddress('http://user@a'), /^Error: "http:\/\/a" names a user: the token belongs/);
    assert.deepStrictEqual(daemonAddress('http://a', ' secret\n').headers, { Authorization: 'Bearer secret' });
    for (const wrong of ['a\r\nHost: b', 'a b', 'größe']) {
        assert.throws(() => daemonAddress('http://a', wrong), /the token/);
    }
});
