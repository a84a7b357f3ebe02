// The node `virtual battery` in a real Node-RED, against the real daemon.
'use strict';

const assert = require('assert');
const http = require('http');
const net = require('net');
const { test } = require('node:test');

const { Daemon, CALM, until, sleep, freePort } = require('./daemon');
const { startFlow, stopFlow, helper } = require('./flow');
const times = require('../../nodered/lib/times');

const RECORD = {
    Soc: 63.5, Voltage: 52.7, Current: -12.3, MaxChargeVoltage: 55.2, MaxChargeCurrent: 100,
    MaxDischargeCurrent: 150,
};
const GREEN = 'green dot 63.5 % 52.7 V';

// A test with a daemon and the node. config: of the daemon; options: { node, token, timeout, look }.
function check(name, config, options, run) {
    test(name, async () => {
        const daemon = await Daemon.start(config);

        times.look = options.look || 1000000;
        try {
            const seen = await startFlow('virtual battery', daemon.url, options.node, options);
            await run(seen, daemon);
        } finally {
            await stopFlow();
            await daemon.close();
        }
    });
}

const CALM_BATTERY = '[battery]\n' + CALM;

// Pushes until the battery is on the bus and the node is green.
async function join(seen, record = RECORD, status = GREEN) {
    await until(async () => {
        const before = seen.first.length;

        seen.take({ payload: record });
        await until(() => seen.first.length > before || seen.second.some(msg => msg.topic !== 'state'),
            'an answer');
        return seen.status() === status;
    }, `the status ${status}`);
}

// Every connection that the node makes. (Idle ones are in no list of active handles.)
const connected = new Set();
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (...args) {
    connected.add(this);
    this.on('close', () => connected.delete(this));
    return connect.apply(this, args);
};

// Those that the node has to a port; the daemon's other clients here keep none.
function sockets(port) {
    return [...connected].filter(socket => socket.remotePort === port);
}

check('a rule that limits', CALM_BATTERY + '[limits]\ncharge-current=100\ncharge-by-soc=80:100;100:0\n', {},
    async (seen, daemon) => {
        await join(seen);
        seen.take({ payload: { ...RECORD, Soc: 82 } });
        await until(() => seen.status() === 'green dot 82 % 52.7 V, limited: charge-by-soc', 'it is told');
        assert.strictEqual(seen.first[seen.first.length - 1].payload.limited.MaxChargeCurrent.to, 90);
        assert.strictEqual((await daemon.battery()).limited.MaxChargeCurrent.by, 'charge-by-soc');
        // By a ramp it is back at 100 A after 25 s.
        seen.take({ payload: { ...RECORD, MaxChargeCurrent: 20 } });
        await until(() => seen.status() === GREEN, 'no rule limits any more');
    });

check('a record, its verdict, green', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    const verdict = seen.first[seen.first.length - 1];
    assert.strictEqual(verdict.statusCode, 200);
    assert.strictEqual(verdict.payload.state, 'live');
    assert.strictEqual(verdict.payload.accepted, 6);
    const battery = await daemon.battery();
    assert.strictEqual(battery.on_bus, true);
    assert.strictEqual(battery.values.MaxChargeVoltage.value, 55.2);
    assert.deepStrictEqual(seen.caught, []);
});

check('a message keeps what else is in it', CALM_BATTERY, {}, async seen => {
    seen.take({ payload: RECORD, topic: 'mine', _msgid: 'id', other: { a: 1 } });
    await until(() => seen.first.length === 1, 'a verdict');
    assert.strictEqual(seen.first[0].topic, 'mine');
    assert.strictEqual(seen.first[0]._msgid, 'id');
    assert.deepStrictEqual(seen.first[0].other, { a: 1 });
    await until(() => seen.completed.length === 1, 'the message is done');
});

check('changes of state on the second output', CALM_BATTERY, { look: 100 }, async (seen, daemon) => {
    const states = () => seen.second.map(msg => `${msg.topic} ${msg.payload.before} ${msg.payload.state}`);

    await until(() => states().includes('state null waiting'), 'waiting');
    await join(seen);
    await until(() => states().includes('state waiting live'), 'live');
    await daemon.ask('DELETE', '/battery');
    await until(() => states().includes('state live gone'), 'gone, although nobody sends');
    await until(() => seen.status() === 'grey dot gone', 'the status');
});

check('paths, nested names and flat names in one', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen, {
        '/Soc': 63.5, Dc: { Voltage: 52.7 }, 'Dc/0/Current': -12.3, Info: { MaxChargeVoltage: 55.2 },
        MaxChargeCurrent: 100, '/Info/MaxDischargeCurrent': 150, Balances: { Cell1: 1 },
    });
    assert.strictEqual((await daemon.battery()).values.Balance1.value, 1);
});

check('one field by its topic', CALM_BATTERY, {}, async (seen, daemon) => {
    const topics = Object.assign({}, RECORD);

    delete topics.Voltage;
    await until(async () => {
        for (const [topic, payload] of Object.entries(topics)) {
            seen.take({ topic, payload });
        }
        seen.take({ topic: '/Dc/0/Voltage', payload: 52.7 });
        await until(() => seen.completed.length % 6 === 0 && seen.completed.length > 0, 'all are done');
        return seen.status() === GREEN;
    }, 'green');
    seen.take({ topic: 'Dc/0/Temperature', payload: 21 });
    seen.take({ topic: 'ConnectionInformation', payload: 'by hand' });
    seen.take({ topic: 'Balance1', payload: true });
    await until(async () => {
        const { Temperature, Balance1 } = (await daemon.battery()).values;
        return Temperature && Temperature.value === 21 && Balance1 && Balance1.value === 1;
    }, 'they arrived');
    seen.take({ topic: 'Dc/0/Temperature', payload: null });
    await until(async () => !(await daemon.battery()).values.Temperature, 'null makes it invalid');
});

check('a record as text', CALM_BATTERY, {}, async seen => {
    await join(seen, JSON.stringify(RECORD));
    seen.take({ payload: '{"Soc": 63,}' });
    await until(() => seen.caught.length === 1, 'an error');
    assert.strictEqual(seen.status(), 'red dot not a record');
});

check('waiting, with what is missing', CALM_BATTERY, {}, async seen => {
    await until(() => seen.status() === 'grey dot waiting: Voltage +5', 'before anything was sent');
    const { Voltage, ...rest } = RECORD;
    seen.take({ payload: rest });
    await until(() => seen.status() === 'grey dot waiting: Voltage', 'one is missing');
    assert.strictEqual(seen.first[0].statusCode, 202);
    assert.deepStrictEqual(seen.first[0].payload.missing, ['Voltage']);
    assert.strictEqual(Voltage, 52.7);
});

check('joining', '[bus]\nrequire-settings=true\n' + CALM_BATTERY, {}, async seen => {
    seen.take({ payload: RECORD });
    await until(() => seen.status() === 'yellow dot joining: settings', 'the status');
});

check('late, by a record', '[battery]\nwarn-after=0.5\nstale-after=100\n', {}, async seen => {
    await until(async () => {
        seen.take({ payload: RECORD });
        await sleep(50);
        return seen.first.some(msg => msg.payload.state === 'live');
    }, 'live');
    await until(async () => {
        await sleep(200);
        seen.take({ payload: { Soc: 50 } });
        return /^yellow dot late: /.test(seen.status());
    }, 'late');
});

check('late and stale, in silence', '[battery]\nwarn-after=1\nstale-after=2\n', { look: 100 }, async seen => {
    seen.take({ payload: RECORD });
    await until(() => seen.shown.some(({ fill, text }) => fill === 'yellow' && /^late: /.test(text)), 'late');
    await until(() => /^red dot stale: /.test(seen.status()), 'stale');
});

check('ignored, and warnings', '[battery]\nmax-charge-current=80\n' + CALM, {}, async seen => {
    await join(seen, Object.assign({ HardwareVersion: '1', FirmwareVersion: '2' }, RECORD),
        'yellow dot 2 ignored');
    await join(seen, RECORD, 'yellow dot 1 warning');
    await join(seen, Object.assign({}, RECORD, { MaxChargeCurrent: 70 }));
});

check('wrong and doubted fields, and the rest is taken', CALM_BATTERY, { look: 200 }, async (seen, daemon) => {
    await join(seen, Object.assign({ Temperature: 'warm' }, RECORD), 'yellow dot wrong: Temperature');
    await sleep(500);
    assert.strictEqual(seen.status(), 'yellow dot wrong: Temperature', 'when it is asked for, too');
    await join(seen, Object.assign({ Socc: 1, Temperature: 900 }, RECORD), 'yellow dot wrong: Socc +1');
    await join(seen, Object.assign({}, RECORD, { Soc: 0 }), 'yellow dot doubted: Soc');
    assert.strictEqual((await daemon.battery()).values.Soc.value, 63.5);
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x${i}`, 1]));
    await join(seen, Object.assign(many, RECORD), 'yellow dot wrong: x0 +29');
    assert.strictEqual(seen.caught.length, 0);
    assert.ok(seen.second.every(msg => msg.topic === 'state'), 'nothing is refused');
    await join(seen);
});

check('refused', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    const verdicts = seen.first.length;
    seen.take({ payload: { Soc: 200 }, topic: 'mine' });
    await until(() => seen.caught.length === 1, 'Catch hears of it');
    assert.strictEqual(seen.status(), 'red dot refused: Soc');
    assert.strictEqual(seen.caught[0].error.message, 'Refused: Soc is 200 %, above the limit of 100 %');
    const refusal = seen.second[seen.second.length - 1];
    assert.strictEqual(refusal.statusCode, 422);
    assert.strictEqual(refusal.payload.errors[0].code, 'range');
    assert.strictEqual(refusal.topic, 'mine');
    assert.strictEqual(seen.first.length, verdicts);
    assert.strictEqual((await daemon.battery()).values.Soc.value, 63.5);

    seen.take({ payload: { Soc: 200, Voltag: 1 } });
    await until(() => seen.status() === 'red dot refused: Soc +1', 'two are wrong');
    assert.match(seen.caught[1].error.message, /; Voltag: no such field; did you mean Voltage\?$/);
    seen.take({ payload: {} });
    await until(() => seen.status() === 'red dot refused: 422', 'an empty record');
    await join(seen);
});

check('late, stale, lost and gone while all is refused', '[battery]\nwarn-after=1\nstale-after=2\ndrop-after=3\n'
    + 'leave-after=4\n', {}, async seen => {
    const states = () => seen.second.filter(msg => msg.topic === 'state').map(msg => msg.payload.state);

    await join(seen);
    await until(async () => {
        const before = seen.caught.length;

        seen.take({ payload: { Soc: 200 } });
        await until(() => seen.caught.length > before, 'it is refused');
        assert.strictEqual(seen.status(), 'red dot refused: Soc');
        return states().includes('gone');
    }, 'gone');
    assert.ok(states().includes('late') || states().includes('stale') || states().includes('lost'), states());
    assert.strictEqual(seen.second.find(msg => msg.payload.state === 'gone').payload.reason,
        'Soc is 200 %, above the limit of 100 %');
    assert.strictEqual(seen.second[seen.second.length - 1].payload.state, 'gone', 'the refusal comes last');
    assert.strictEqual(seen.second[seen.second.length - 1].statusCode, 422);
});

check('no daemon, and again a daemon', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    await daemon.stop();
    seen.take({ payload: RECORD });
    await until(() => seen.caught.length === 1, 'Catch hears of it');
    assert.strictEqual(seen.status(), 'red ring no daemon');
    assert.match(seen.caught[0].error.message, /ECONNREFUSED/);
    await until(() => seen.second.some(msg => msg.payload.state === 'unreachable'), 'a change of state');
    await daemon.run();
    await join(seen);
});

check('the daemon comes back although nobody sends', CALM_BATTERY, { look: 100 }, async (seen, daemon) => {
    await daemon.stop();
    await until(() => seen.status() === 'red ring no daemon', 'it is missed');
    await daemon.run();
    await until(() => seen.status() === 'grey dot waiting: Voltage +5', 'it is seen');
});

test('not configured', async () => {
    const seen = await startFlow('virtual battery', 'nonsense');

    seen.take({ payload: RECORD });
    await until(() => seen.caught.length === 1, 'Catch hears of it');
    await stopFlow();
});

// Whoever listens at a wrong address must not end Node-RED.
const OTHERS = [
    '<html>', '{}', 'null', '[]', '"x"', '1', '{"state":"live"}',
    '{"state":1,"missing":[],"warnings":[]}', '{"state":"live","missing":"x","warnings":[]}',
    '{"state":"live","missing":[{"toString":1}],"warnings":[]}', '{"state":"live","missing":[],"warnings":null}',
    '{"state":"live","missing":[],"warnings":[],"errors":{}}',
    '{"state":"live","missing":[],"warnings":[],"ignored":1}',
    '{"state":"live","missing":[],"warnings":[],"more_errors":"x"}',
    '{"state":"live","missing":[],"warnings":[],"source":{"errors":[1]}}',
    '{"state":"live","missing":[],"warnings":[],"values":null}',
    '{"state":"live","missing":[],"warnings":[],"values":{"Soc":{"value":{}}}}',
].map(body => [200, body]).concat([
    'null', '[]', '"x"', '{"errors":{}}', '{"errors":[null]}', '{"errors":[{"field":{"toString":1}}]}',
    '{"detail":{"toString":1}}', '{"state":1}', '{"state":{"toString":1}}',
].flatMap(body => [[404, body], [500, body]]));

test('another server', async () => {
    let answer = OTHERS[0];
    const server = http.createServer((request, response) => {
        request.resume();
        request.on('end', () => {
            response.statusCode = answer[0];
            response.end(answer[1]);
        });
    });

    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
        for (answer of OTHERS) {
            const what = answer.join(' ');
            const seen = await startFlow('virtual battery', `http://127.0.0.1:${server.address().port}`);

            await until(() => seen.status() === 'red ring not the daemon', `asked how the battery is: ${what}`);
            seen.take({ payload: RECORD });
            await until(() => seen.caught.length === 1, `Catch hears of ${what}`);
            assert.match(seen.caught[0].error.message, /not an answer of dbus-virtual-battery: HTTP \d/);
            assert.strictEqual(seen.status(), 'red ring not the daemon', what);
            assert.deepStrictEqual(seen.first, []);
            assert.deepStrictEqual(seen.second.map(msg => msg.payload.state), ['unreachable'], what);
            await stopFlow();
        }
    } finally {
        await stopFlow();
        await new Promise(resolve => server.close(resolve));
    }
});

// As the daemon's 429 and 503, or a proxy's answer.
test('the state is asked for where no answer tells it', async () => {
    let state = 'stale';
    const server = http.createServer((request, response) => {
        const answer = request.method === 'GET' ? { state, on_bus: true, missing: [], warnings: [] }
            : { title: 'Service Unavailable' };

        request.resume();
        request.on('end', () => {
            response.statusCode = request.method === 'GET' ? 200 : 503;
            response.end(JSON.stringify(answer));
        });
    });

    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    times.look = 300;
    const seen = await startFlow('virtual battery', `http://127.0.0.1:${server.address().port}`);
    try {
        await until(() => seen.second.some(msg => msg.payload.state === 'stale'), 'it is asked at first');
        state = 'lost';
        await until(async () => {
            const before = seen.caught.length;

            seen.take({ payload: RECORD });
            await until(() => seen.caught.length > before, 'it is refused');
            return seen.second.some(msg => msg.payload.state === 'lost');
        }, 'lost');
    } finally {
        await stopFlow();
        await new Promise(resolve => server.close(resolve));
    }
});

test('a user in the URL', async () => {
    const seen = await startFlow('virtual battery', 'http://user:open-sesame@127.0.0.1:1882');
    const logged = helper.log().args.map(([{ msg }]) => String(msg));

    assert.ok(logged.some(line => /the token belongs into the field Token/.test(line)), logged.join('\n'));
    assert.ok(!logged.some(line => line.includes('open-sesame')), 'the password is told to nobody');
    seen.take({ payload: RECORD });
    await until(() => seen.caught.length === 1, 'Catch hears of it');
    await stopFlow();
});

for (const [token, status] of [['open-sesame', GREEN], ['wrong', 'red dot refused: token'],
    [undefined, 'red dot refused: token']]) {
    test(`token: ${token}`, async () => {
        const fs = require('fs');
        const daemon = await Daemon.start();

        try {
            await daemon.stop();
            fs.writeFileSync(`${daemon.folder}/token`, 'open-sesame\n');
            daemon.configure(`[http]\ntoken-file=${daemon.folder}/token\n[battery]\n${CALM}`);
            await daemon.run();
            const seen = await startFlow('virtual battery', daemon.url, {}, { token });
            await join(seen, RECORD, status);
        } finally {
            await stopFlow();
            await daemon.close();
        }
    });
}

check('another battery', CALM_BATTERY + '[battery boat]\nrole=monitor\n' + CALM, { node: { battery: 'boat' } },
    async (seen, daemon) => {
        await join(seen, { Soc: 63.5, Voltage: 52.7, Current: 1 });
        assert.strictEqual((await daemon.battery('/battery/boat')).source.refused, 0);
        assert.strictEqual((await daemon.battery()).source.records, 0);
        assert.strictEqual(seen.second[seen.second.length - 1].payload.battery, 'boat');
    });

check('no such battery', CALM_BATTERY, { node: { battery: 'car' } }, async seen => {
    await until(() => seen.status() === 'red dot refused: no such battery', 'at once');
    seen.take({ payload: RECORD });
    await until(() => seen.caught.length === 1, 'Catch hears of it');
});

const { Soc, Voltage, Current, ...LIMITS } = RECORD;
const PARTS = CALM_BATTERY + '[part left]\ncapacity=280\n[part shunt]\nsays=Soc;Voltage;Current\n';

check('a part', PARTS, { node: { part: 'left' }, look: 100 }, async (seen, daemon) => {
    const changes = () => seen.second.filter(msg => msg.topic === 'state').map(msg => msg.payload);

    await until(() => seen.status() === 'grey dot waiting: MaxChargeVoltage +2', 'what it alone has to send');
    seen.take({ payload: LIMITS });
    await until(() => seen.status() === 'yellow dot battery waiting', 'the other one is awaited');
    assert.strictEqual(seen.first[0].payload.part, 'left');
    assert.strictEqual(seen.first[0].payload.reason, 'shunt: No data yet');
    await until(() => changes().length === 2, 'it is live');
    const { part, battery, state, battery_state: whole } = changes()[1];
    assert.deepStrictEqual([part, battery, state, whole], ['left', 'virtual', 'live', 'waiting']);

    const shunt = () => daemon.ask('POST', '/battery/part/shunt', { Soc, Voltage, Current });
    await shunt();
    await join(seen, { ...LIMITS, Soc: 40 }, 'green dot 40 %');
    assert.strictEqual((await daemon.battery()).values.Soc.value, 63.5);
    seen.take({ payload: { Soc: 200 } });
    await until(() => seen.status() === 'red dot refused: Soc', 'a refusal');
    assert.strictEqual((await daemon.battery('/battery/part/left')).source.refused, 1);
    assert.strictEqual((await daemon.battery('/battery/part/shunt')).source.refused, 0);
});

check('a part that is switched off and comes back', CALM_BATTERY + '[part left]\n[part right]\n',
    { node: { battery: 'virtual', part: 'left' }, look: 100 }, async (seen, daemon) => {
        await until(async () => {
            await daemon.ask('POST', '/battery/virtual/part/right', RECORD);
            seen.take({ payload: { ...RECORD, MaxChargeCurrent: 90 } });
            await until(() => seen.waiting() === 0, 'an answer');
            return (await daemon.battery()).on_bus;
        }, 'on the bus');
        await daemon.ask('DELETE', '/battery/part/left');
        await until(() => seen.status() === 'grey dot off', 'off');
        seen.take({ payload: RECORD });
        await until(() => seen.shown.some(({ text }) => text === 'does not count yet'), 'it is asked for');
        const { warnings } = seen.first[seen.first.length - 1].payload;
        assert.ok(warnings.includes('part left has come back, and counts after 10 s of records'), warnings);
    });

check('no such part', PARTS, { node: { part: 'right' } }, async seen => {
    await until(() => seen.status() === 'red dot refused: no such part', 'at once');
});

check('a battery that has parts', PARTS, {}, async seen => {
    seen.take({ payload: RECORD });
    await until(() => seen.status() === 'red dot refused: it has parts', 'the status');
    await until(() => seen.caught.length === 1, 'Catch hears of it');
    assert.match(seen.caught[0].error.message, /each has an address of its own: \/battery\/part\/left, /);
});

check('what is not a record', CALM_BATTERY, {}, async (seen, daemon) => {
    const circular = Object.assign({}, RECORD);

    circular.self = circular;
    await join(seen);
    const records = await daemon.records();
    const bad = [{}, { payload: undefined }, { payload: null }, { payload: NaN }, { payload: 5 },
        { payload: 'Soc' }, { payload: [RECORD] }, { payload: Buffer.from('{"Soc":1}') },
        { payload: circular }, { payload: { Soc: BigInt(1) } }, { payload: () => RECORD },
        { payload: [1], topic: 'Soc' }, { payload: undefined, topic: 'Soc' },
        { payload: Buffer.from('1'), topic: 'Soc' }, { payload: { Note: 'x'.repeat(20000) } }];
    for (const [i, msg] of bad.entries()) {
        seen.take(msg);
        await until(() => seen.caught.length === i + 1, `an error for number ${i}`);
        assert.strictEqual(seen.status(), 'red dot not a record');
    }
    assert.strictEqual(await daemon.records(), records);

    // What JSON has no word for is not known: the field keeps its value, and is missed.
    for (const value of [NaN, Infinity, null]) {
        seen.take({ payload: Object.assign({}, RECORD, { Soc: value }) });
        await until(() => seen.status() === 'yellow dot missing: Soc', String(value));
        await join(seen);
    }
    seen.take({ payload: NaN, topic: 'Soc' });
    await until(() => seen.status() === 'yellow dot missing: Soc', 'by its topic');
    await join(seen, Object.assign({}, RECORD, { Current: undefined }));
    assert.strictEqual((await daemon.battery()).values.Soc.value, 63.5);
});

check('green shows nothing that is not known any more', CALM_BATTERY, {}, async seen => {
    const { Soc, Voltage, ...rest } = RECORD;
    const spellings = [['Soc', 'green dot 52.7 V'], ['/Soc', 'green dot 52.7 V'], ['Voltage', 'green dot 63.5 %'],
        ['Dc/0/Voltage', 'green dot 63.5 %']];

    for (const [topic, status] of spellings) {
        for (const value of [null, NaN, -Infinity]) {
            await join(seen);
            seen.take({ topic, payload: value });
            await until(() => /^yellow dot missing: /.test(seen.status()), `${topic} ${value}`);
            await join(seen, rest, status);
        }
    }
    await join(seen);
    seen.take({ payload: Object.assign({}, rest, { Dc: { Voltage: null }, Soc: null }) });
    await until(() => /^yellow dot missing: /.test(seen.status()), 'nested');
    await join(seen, rest, 'green dot live');
    assert.deepStrictEqual([Soc, Voltage], [63.5, 52.7]);
});

check('names that JavaScript knows', CALM_BATTERY, {}, async seen => {
    await join(seen);
    seen.take({ payload: JSON.parse('{"__proto__": {"Soc": 1}, "constructor": 1}') });
    await until(() => seen.status() === 'red dot refused: __proto__ +1' || /refused/.test(seen.status()), 'refused');
    assert.strictEqual({}.Soc, undefined);
});

check('50 messages a second', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    const { localPort } = await until(() => sockets(daemon.port).length === 1 && sockets(daemon.port)[0], 'one');
    const before = seen.completed.length;
    for (let i = 1; i <= 75; i++) {
        seen.take({ payload: Object.assign({}, RECORD, { Current: i / 10 }) });
        await sleep(20);
    }
    await until(() => seen.completed.length === before + 75, 'all are done');
    assert.strictEqual((await daemon.battery()).values.Current.value, 7.5);
    await until(() => sockets(daemon.port).length === 1, 'one connection');
    assert.strictEqual(sockets(daemon.port)[0].localPort, localPort);
    assert.deepStrictEqual(seen.caught, []);
});

check('a burst loses nothing', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    const records = await daemon.records();
    const before = seen.completed.length;
    for (let i = 1; i <= 16; i++) {
        seen.take({ topic: `Voltages/Cell${i}`, payload: 3.2 + i / 100 });
        seen.take({ payload: { Balances: { [`Cell${i}`]: 1 }, Voltages: { [`Cell${i}`]: 3.3 + i / 100 } } });
    }
    await until(() => seen.completed.length === before + 32, 'all are done');
    const { values } = await daemon.battery();
    for (let i = 1; i <= 16; i++) {
        assert.strictEqual(values[`Cell${i}`].value, Number((3.3 + i / 100).toFixed(3)));
        assert.strictEqual(values[`Balance${i}`].value, 1);
    }
    assert.ok(await daemon.records() - records < 32, 'what waits is sent as one');
});

check('a hung daemon: nothing piles up', CALM_BATTERY, { timeout: '0.3' }, async (seen, daemon) => {
    await join(seen);
    const before = seen.completed.length;
    daemon.signal('SIGSTOP');
    for (let i = 1; i <= 1000; i++) {
        seen.take({ payload: Object.assign({}, RECORD, { Current: i / 20 }) });
        if (i % 200 === 0) {
            await sleep(100);
            assert.ok(sockets(daemon.port).length <= 1, 'one request at most');
        }
    }
    await until(() => seen.completed.length + seen.caught.length >= before + 999, 'all but one are done');
    await until(() => seen.status() === 'red ring no answer', 'the status');
    assert.match(seen.caught[0].error.message, /no answer within 0.3 s/);
    daemon.signal('SIGCONT');
    await until(() => seen.completed.length + seen.caught.length === before + 1000, 'all are done');
    await join(seen);
    assert.ok(await daemon.records() < 100);
});

// Takes the messages while the daemon stands still: the first is on its way, the others are merged.
async function merge(seen, daemon, messages) {
    await until(() => seen.waiting() === 0, 'nothing is on its way');
    daemon.signal('SIGSTOP');
    seen.take({ topic: 'Soc', payload: 1 });
    for (const msg of messages) {
        seen.take(msg);
    }
    await until(() => seen.waiting() === 2, 'they are merged');
    daemon.signal('SIGCONT');
    await until(() => seen.waiting() === 0, 'all are done');
}

// Every spelling that the daemon takes, as a function of the value.
const SPELLINGS = {};
for (const [field, path] of [['Soc', 'Soc'], ['Voltage', 'Dc/0/Voltage'], ['Current', 'Dc/0/Current'],
    ['Power', 'Dc/0/Power'], ['MaxChargeVoltage', 'Info/MaxChargeVoltage'],
    ['MaxChargeCurrent', 'Info/MaxChargeCurrent'], ['MaxDischargeCurrent', 'Info/MaxDischargeCurrent']]) {
    const names = [field, path, '/' + path].concat(/^Dc/.test(path) ? [`Dc/${field}`, `/Dc/${field}`] : []);
    const nested = path.split('/').slice(0, -1);

    SPELLINGS[field] = names.map(topic => value => ({ topic, payload: value }));
    for (const groups of [nested, nested.slice(0, 1), [nested.join('/')], ['/' + nested.join('/')]]) {
        if (nested.length > 0) {
            SPELLINGS[field].push(value => ({ payload:
                groups.reduceRight((inner, group) => ({ [group]: inner }), { [field]: value }) }));
        }
    }
}

check('null takes no number away from what waits', CALM_BATTERY, {}, async (seen, daemon) => {
    // A Power of before would contradict the Current, and be warned of.
    const whole = Object.assign({ Power: -648 }, RECORD);

    await join(seen);
    for (const [field, spellings] of Object.entries(SPELLINGS)) {
        for (const [i, spell] of spellings.entries()) {
            const other = spellings[(i + 1) % spellings.length];
            const value = i % 3 + (/Voltage$|^Soc$/.test(field) ? 50 : 0);

            await join(seen, whole);
            await merge(seen, daemon, [spell(value), other(null), spell(null)]);
            assert.deepStrictEqual(seen.caught, [], `${field} ${i}`);
            assert.strictEqual((await daemon.battery()).values[field].value, value, `${field} ${i}`);
            await merge(seen, daemon, [spell(null), other(value + 1)]);
            assert.strictEqual((await daemon.battery()).values[field].value, value + 1, `${field} ${i}, null first`);
        }
    }
    await join(seen, whole);
    await merge(seen, daemon, [{ payload: Object.assign({}, RECORD, { Soc: 5, Voltage: 50 }) },
        { topic: '/Soc', payload: null }, { payload: { Dc: { Voltage: NaN } } }]);
    assert.strictEqual(seen.status(), 'green dot 5 % 50 V',
        JSON.stringify(seen.first[seen.first.length - 1].payload.warnings));

    // What is not required may be taken away.
    await merge(seen, daemon, [{ topic: 'Temperature', payload: 20 }, { topic: 'Temperature', payload: null }]);
    assert.strictEqual((await daemon.battery()).values.Temperature, undefined);
});

check('the newer of two spellings of a required field', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    await merge(seen, daemon, [{ payload: { Voltage: 50, MaxChargeCurrent: 1 } },
        { payload: { Dc: { 0: { Voltage: 51 } }, Info: { MaxChargeCurrent: 0 } } }]);
    const { values } = await daemon.battery();
    assert.deepStrictEqual(seen.caught, []);
    assert.deepStrictEqual([values.Voltage.value, values.MaxChargeCurrent.value], [51, 0]);
});

// Each names a field twice, and the daemon says so of the message alone.
const TWICE = [
    { Soc: 1, '/Soc': 2 }, { '/Soc': 1, Soc: 2 }, { Voltage: 1, 'Dc/0/Voltage': 1 }, { Voltage: 1, Dc: { Voltage: 2 } },
    { 'Dc/0/Voltage': 1, 'Dc/Voltage': 2 }, { Dc: { Voltage: 1 }, 'Dc/Voltage': 2 },
    { Dc: { Voltage: 1, 0: { Voltage: 2 } } }, { Info: { MaxChargeCurrent: 1 }, '/Info/MaxChargeCurrent': 2 },
    { Info: { MaxChargeCurrent: 1 }, '/Info': { MaxChargeCurrent: 2 } },
    { MaxChargeCurrent: 0, '/Info/MaxChargeCurrent': null }, { MaxChargeCurrent: null, '/Info/MaxChargeCurrent': 0 }, { Cell1: 3, 'Voltages/Cell1': 3 },
    { 'Voltages/Cell1': 3, '/Voltages/Cell1': 3 }, { Connected: 1, '/Connected': 0 },
];

check('a field named twice in one message', CALM_BATTERY, {}, async (seen, daemon) => {
    await join(seen);
    for (const payload of TWICE) {
        const what = JSON.stringify(payload);
        const [name] = Object.keys(payload);
        const others = [{ topic: 'Soh', payload: 5 }, { topic: 'Current', payload: 7 },
            { payload: { [name]: payload[name] } }];

        for (const messages of [[{ payload }], [others[0], { payload }], [{ payload }, others[1]],
            [others[2], { payload }], [{ payload }, others[2]], [others[0], { payload }, others[2]]]) {
            await join(seen);
            const before = seen.caught.length;
            await merge(seen, daemon, messages);
            // Where something else can be used of it, that is taken, and the node is yellow.
            const isRefused = seen.caught.length > before;
            const answers = isRefused ? seen.second : seen.first;
            const { statusCode, payload: answer } = answers[answers.length - 1];
            assert.strictEqual(statusCode, isRefused ? 422 : 200, what);
            assert.match(seen.status(), isRefused ? /^red dot refused: / : /^yellow dot wrong: /, what);
            assert.ok(answer.errors.some(error => error.code === 'duplicate'), what);
        }
    }
});

check('more fields than one record can hold', CALM_BATTERY, { timeout: '0.3' }, async (seen, daemon) => {
    await join(seen);
    daemon.signal('SIGSTOP');
    for (let i = 0; i < 1200; i++) {
        seen.take({ topic: `Field${i}`, payload: 1.5 });
    }
    await until(() => seen.caught.some(msg => /too many fields wait/.test(msg.error.message)), 'an error');
    daemon.signal('SIGCONT');
});

check('once per interval, and never twice the same', CALM_BATTERY, { node: { mode: 'interval', interval: '0.2' } },
    async (seen, daemon) => {
        const names = Object.keys(RECORD);

        await until(async () => {
            for (const topic of names) {
                seen.take({ topic, payload: RECORD[topic] });
            }
            await sleep(100);
            return seen.status() === GREEN;
        }, 'green');
        assert.strictEqual(seen.first[0].payload.accepted, names.length);
        await until(() => seen.completed.length % names.length === 0, 'all are done');

        // Nothing more comes: nothing more is sent, or old values would look fresh.
        await sleep(250);
        const records = await daemon.records();
        await sleep(500);
        assert.strictEqual(await daemon.records(), records);

        const begun = Date.now();
        for (let i = 1; i <= 60; i++) {
            seen.take({ payload: { Current: i / 10 } });
            await sleep(10);
        }
        await until(async () => (await daemon.battery()).values.Current.value === 6, 'the last one');
        assert.ok(await daemon.records() - records <= (Date.now() - begun) / 200 + 1);
    });

// The daemon may close a kept connection while a request is on its way: node sees a reset.
test('a connection that was closed in the wrong moment', async () => {
    const perSocket = new Map();
    const bodies = [];
    const server = http.createServer((request, response) => {
        const count = (perSocket.get(request.socket) || 0) + 1;

        perSocket.set(request.socket, count);
        if (count === 3 && perSocket.size === 1) {
            request.socket.destroy();
            return;
        }
        let body = '';
        request.on('data', chunk => { body += chunk; });
        request.on('end', () => {
            bodies.push(body);
            response.end(JSON.stringify({ state: 'live', on_bus: true, joining: null, missing: [],
                ignored: [], warnings: [], errors: [], values: {} }));
        });
    });

    await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
    const seen = await startFlow('virtual battery', `http://127.0.0.1:${server.address().port}`);
    for (let i = 1; i <= 4; i++) {
        seen.take({ payload: { Soc: i } });
        await until(() => seen.first.length === i, `verdict ${i}`);
    }
    assert.deepStrictEqual(bodies.filter(Boolean), [1, 2, 3, 4].map(Soc => JSON.stringify({ Soc })));
    assert.deepStrictEqual(seen.caught, []);
    assert.strictEqual(perSocket.size, 2);
    await stopFlow();
    await new Promise(resolve => server.close(resolve));
});

check('nothing is left behind by a new deploy', CALM_BATTERY, { timeout: '5' }, async (seen, daemon) => {
    await join(seen);
    daemon.signal('SIGSTOP');
    seen.take({ payload: RECORD });
    seen.take({ payload: RECORD });
    await sleep(50);
    await stopFlow();
    await until(() => sockets(daemon.port).length === 0, 'no connection is left');
    daemon.signal('SIGCONT');
});

test('a unix socket', async () => {
    const daemon = await Daemon.start();

    try {
        await daemon.stop();
        await daemon.run('--listen', `unix:${daemon.folder}/http`);
        const seen = await startFlow('virtual battery', `unix:${daemon.folder}/http`);
        await join(seen);
    } finally {
        await stopFlow();
        await daemon.close();
    }
});

test('no port is listened on', async () => {
    const seen = await startFlow('virtual battery', `http://127.0.0.1:${await freePort()}`);

    await until(() => seen.status() === 'red ring no daemon', 'the status, before anything was sent');
    await stopFlow();
});
