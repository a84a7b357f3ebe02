// The node `virtual battery events` in a real Node-RED, against the real daemon.
'use strict';

const assert = require('assert');
const http = require('http');
const net = require('net');
const { test } = require('node:test');

const { Daemon, CALM, until, freePort } = require('./daemon');
const { startFlow, stopFlow } = require('./flow');
const { EventParser } = require('../../nodered/lib/event-parser');
const times = require('../../nodered/lib/times');

const RECORD = {
    Soc: 63.5, Voltage: 52.7, Current: -12.3, MaxChargeVoltage: 55.2, MaxChargeCurrent: 100,
    MaxDischargeCurrent: 150,
};

times.firstPause = 100;
times.longestPause = 400;

function check(name, config, options, run) {
    test(name, async () => {
        const daemon = await Daemon.start(config);

        times.silence = options.silence || 1000000;
        try {
            const seen = await startFlow('virtual battery events', daemon.url, options.node, options);
            await run(seen, daemon);
        } finally {
            await stopFlow();
            await daemon.close();
        }
    });
}

const CALM_BATTERY = '[battery]\n' + CALM;

// Waits for a message of `topic` whose payload is as wanted. Returns: its payload
async function told(seen, topic, wanted) {
    const msg = await until(() => seen.first.find(one => one.topic === topic && wanted(one.payload)), topic);

    return msg.payload;
}

function topics(seen) {
    return seen.first.map(msg => msg.topic);
}

function join(daemon) {
    return until(async () => (await daemon.ask('POST', '/battery', RECORD)).status === 200, 'on the bus');
}

check('what there is, at first', CALM_BATTERY, {}, async seen => {
    await told(seen, 'state', state => state.state === 'waiting' && state.battery === 'virtual');
    await told(seen, 'renamed', renamed => 'name' in renamed);
    await told(seen, 'selected', ({ selected }) => selected.dvcc === null);
    assert.strictEqual(seen.status(), 'green dot listening');
    assert.ok(!topics(seen).includes('values'));
});

check('states, refusals, names and writes', '[battery]\ndbus-writable=true\n' + CALM, {}, async (seen, daemon) => {
    await told(seen, 'state', state => state.state === 'waiting');
    await join(daemon);
    await told(seen, 'state', state => state.state === 'live' && state.on_bus);
    await daemon.ask('POST', '/battery', { Soc: 200 });
    const refused = await told(seen, 'refused', payload => payload.status === 422);
    assert.strictEqual(refused.errors[0].detail, 'Soc is 200 %, above the limit of 100 %');
    daemon.write('/CustomName', "<'Größe'>");
    await told(seen, 'renamed', renamed => renamed.name === 'Größe');
    daemon.write('/Soc', '<55.5>');
    const written = await told(seen, 'written', payload => payload.field === 'Soc');
    assert.deepStrictEqual([written.path, written.value], ['/Soc', 55.5]);
    await daemon.ask('DELETE', '/battery');
    await told(seen, 'state', state => state.state === 'gone');
    assert.ok(!topics(seen).includes('values'));
    assert.deepStrictEqual(seen.caught, []);
});

check('values, where they are wanted', CALM_BATTERY, { node: { values: true } }, async (seen, daemon) => {
    await join(daemon);
    const { values } = await told(seen, 'values', payload => payload.values.Soc);
    assert.strictEqual(values.Soc.value, 63.5);
    await daemon.ask('POST', '/battery', { Soc: 12 });
    await told(seen, 'values', payload => payload.values.Soc && payload.values.Soc.value === 12);
});

check('one battery of two', CALM_BATTERY + '[battery boat]\nrole=monitor\n' + CALM, { node: { battery: 'boat' } },
    async (seen, daemon) => {
        await told(seen, 'state', () => true);
        await join(daemon);
        await daemon.ask('POST', '/battery/boat', { Soc: 200 });
        await told(seen, 'refused', () => true);
        assert.deepStrictEqual([...new Set(seen.first.map(msg => msg.payload.battery))], ['boat']);
    });

check('all batteries', CALM_BATTERY + '[battery boat]\nrole=monitor\n' + CALM, {}, async seen => {
    await told(seen, 'state', state => state.battery === 'virtual');
    await told(seen, 'state', state => state.battery === 'boat');
});

check('the daemon goes and comes back', CALM_BATTERY, {}, async (seen, daemon) => {
    await told(seen, 'state', () => true);
    await daemon.stop();
    await until(() => seen.status() === 'red ring no daemon', 'the status');
    await until(() => seen.shown.length >= 4, 'a few attempts');
    assert.strictEqual(seen.caught.length, 1, 'it is an error once, not for each attempt');
    seen.first.length = 0;
    await daemon.run();
    await told(seen, 'state', state => state.state === 'waiting');
    assert.strictEqual(seen.status(), 'green dot listening');
    await daemon.stop();
    await until(() => seen.caught.length === 2, 'the next time it is one again');
    await daemon.run();
});

// Whoever was away for a moment misses nothing, and hears nothing twice.
test('it goes on behind the last event', async () => {
    const daemon = await Daemon.start();
    const links = new Set();
    const relay = net.createServer(client => {
        const server = net.connect(daemon.port, '127.0.0.1');

        links.add(client);
        client.pipe(server).pipe(client);
        client.on('error', () => {});
        server.on('error', () => {});
        client.on('close', () => { links.delete(client); server.destroy(); });
    });
    let port = 0;

    await new Promise(resolve => relay.listen(0, '127.0.0.1', resolve));
    ({ port } = relay.address());
    try {
        const seen = await startFlow('virtual battery events', `http://127.0.0.1:${port}`);
        await told(seen, 'state', () => true);
        await daemon.ask('POST', '/battery', { Soc: 200 });
        await told(seen, 'refused', () => true);

        await new Promise(resolve => {
            relay.close(resolve);
            links.forEach(link => link.destroy());
        });
        await until(() => seen.status() === 'red ring no daemon', 'it is cut off');
        await daemon.ask('POST', '/battery', { Soc: 202 });
        seen.first.length = 0;
        await new Promise(resolve => relay.listen(port, '127.0.0.1', resolve));
        await until(() => seen.first.length > 0, 'what was missed');
        await daemon.ask('POST', '/battery', { Soc: 203 });
        await until(() => seen.first.length > 1, 'what comes next');
        assert.deepStrictEqual(topics(seen), ['refused', 'refused']);
        assert.match(seen.first[0].payload.errors[0].detail, /202/);
        assert.match(seen.first[1].payload.errors[0].detail, /203/);
    } finally {
        await stopFlow();
        relay.close();
        links.forEach(link => link.destroy());
        await daemon.close();
    }
});

check('a daemon that says nothing any more', CALM_BATTERY, { silence: 500, timeout: '0.5' }, async (seen, daemon) => {
    await told(seen, 'state', () => true);
    daemon.signal('SIGSTOP');
    await until(() => seen.status() === 'red ring no answer', 'the status');
    daemon.signal('SIGCONT');
    times.silence = 1000000;
    await until(() => seen.status() === 'green dot listening', 'it listens again');
});

check('no such battery', CALM_BATTERY, { node: { battery: 'car' } }, async seen => {
    await until(() => seen.status() === 'red dot refused: no such battery', 'the status');
});

check('too many readers', CALM_BATTERY, {}, async (seen, daemon) => {
    await told(seen, 'state', () => true);
    const readers = [];
    for (let i = 0; i < 7; i++) {
        readers.push(await new Promise((resolve, reject) => {
            const request = http.get(daemon.url + '/events', { agent: false }, () => resolve(request));
            request.on('error', reject);
        }));
    }
    await stopFlow();
    const more = http.get(daemon.url + '/events', { agent: false }, response => response.on('error', () => {}));
    more.on('error', () => {});
    await new Promise(resolve => more.on('response', resolve));
    const second = await startFlow('virtual battery events', daemon.url);
    await until(() => second.status() === 'yellow dot daemon busy', 'the status');
    more.destroy();
    await until(() => second.status() === 'green dot listening', 'there is room again');
    readers.forEach(request => request.destroy());
});

test('not configured, and no daemon', async () => {
    const wrong = await startFlow('virtual battery events', 'ftp://127.0.0.1');
    assert.deepStrictEqual(wrong.first, []);
    await stopFlow();
    const absent = await startFlow('virtual battery events', `http://127.0.0.1:${await freePort()}`);
    await until(() => absent.status() === 'red ring no daemon', 'the status');
    await stopFlow();
});

test('another server', async () => {
    for (const headers of [{}, { 'Content-Type': 'text/html' }, { 'Content-Type': 'application/json' }]) {
        const asked = [];
        const server = http.createServer((_request, response) => {
            asked.push(process.hrtime.bigint());
            response.writeHead(200, headers);
            response.write('data: {"a":1}\n\n');
        });

        await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
        const seen = await startFlow('virtual battery events', `http://127.0.0.1:${server.address().port}`);
        try {
            await until(() => seen.status() === 'red ring not the daemon', 'the status');
            await until(() => asked.length === 4, 'a few attempts');
            const pauses = asked.slice(1).map((time, i) => Number(time - asked[i]) / 1e6);
            // No sooner than the pause, which doubles; a timer of node may be 1 ms early.
            [100, 200, 400].forEach((pause, i) => assert.ok(pauses[i] >= pause - 2, String(pauses)));
            assert.ok(seen.shown.every(({ text }) => text !== 'listening'), JSON.stringify(seen.shown));
            assert.strictEqual(seen.caught.length, 1, 'it is an error once, not for each attempt');
            assert.match(seen.caught[0].error.message, /not the events of dbus-virtual-battery/);
            assert.deepStrictEqual(seen.first, []);
        } finally {
            await stopFlow();
            await new Promise(resolve => server.close(resolve));
        }
    }
});

test('an id that no header can hold', async () => {
    const asked = [];
    const server = http.createServer((request, response) => {
        asked.push(request.headers['last-event-id']);
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.end(asked.length === 1 ? 'id: 7-1\ndata: {}\n\nid: \u2713\ndata: {}\n\n' : '');
    });

    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    await startFlow('virtual battery events', `http://127.0.0.1:${server.address().port}`);
    try {
        await until(() => asked.length === 3, 'it asks again');
        assert.deepStrictEqual(asked, [undefined, '7-1', '7-1']);
    } finally {
        await stopFlow();
        await new Promise(resolve => server.close(resolve));
    }
});

test('events are taken apart wherever the stream is cut', () => {
    const stream = 'id: 7-1\nevent: state\ndata: {"text": "Größe"}\n\n: still here\n\n'
        + 'data: {"a":1}\nid: 7-2\n\n';

    for (let size = 1; size <= stream.length; size++) {
        const found = [];
        const parser = new EventParser((...event) => found.push(event));

        for (let i = 0; i < stream.length; i += size) {
            parser.take(stream.slice(i, i + size));
        }
        assert.deepStrictEqual(found, [['state', { text: 'Größe' }, '7-1'], ['message', { a: 1 }, '7-2']]);
    }
    const parser = new EventParser(() => {});
    assert.throws(() => parser.take('x'.repeat(2 << 20)), /too large/);
    assert.throws(() => parser.take('\n\ndata: {\n\n'), SyntaxError);
});
