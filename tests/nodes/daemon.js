// The real daemon on a bus of its own, for the tests of the nodes. Environment: DAEMON, the binary.
'use strict';

const { spawn, execFileSync } = require('child_process');
const fs = require('fs');
const http = require('http');
const net = require('net');
const os = require('os');
const path = require('path');

// ms. No test waits longer for something that happens at once on an idle machine.
const PATIENCE = 60000;
const COMPLAINTS = /runtime error:|Sanitizer|-WARNING \*\*|-CRITICAL \*\*|ERROR \*\*/;

// Times so long that no state changes by itself while a test runs.
const CALM = 'warn-after=100\nstale-after=200\ndrop-after=300\nleave-after=400\noptional-after=1000\n';
const BUS = '[bus]\nrequire-settings=false\nsettings-timeout=0\n';

function sleep(time) {
    return new Promise(resolve => setTimeout(resolve, time));
}

// Polls until condition() is true. Returns: what it returned
async function until(condition, what) {
    const deadline = Date.now() + PATIENCE;

    for (;;) {
        const result = await condition();

        if (result) {
            return result;
        }
        if (Date.now() > deadline) {
            throw new Error(`not within ${PATIENCE / 1000} s: ${what}`);
        }
        await sleep(10);
    }
}

function freePort() {
    return new Promise((resolve, reject) => {
        const server = net.createServer();

        server.on('error', reject);
        server.listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => resolve(port));
        });
    });
}

class Daemon {
    // config: of its configuration file; a [bus] group in it replaces the usual one.
    static async start(config = '[battery]\n' + CALM) {
        const daemon = new Daemon();

        daemon.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dbus-virtual-battery-'));
        daemon.busAddress = `unix:path=${daemon.folder}/bus`;
        daemon.bus = spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--nosyslog',
            `--address=${daemon.busAddress}`], { stdio: 'ignore' });
        await until(() => fs.existsSync(`${daemon.folder}/bus`), 'dbus-daemon started');
        daemon.port = await freePort();
        daemon.configure(config);
        await daemon.run();
        return daemon;
    }

    get url() {
        return `http://127.0.0.1:${this.port}`;
    }

    configure(config) {
        fs.writeFileSync(`${this.folder}/daemon.ini`, (config.includes('[bus]') ? '' : BUS) + config);
    }

    // Starts it (again), at the same port.
    async run(...options) {
        const log = fs.openSync(`${this.folder}/daemon.log`, 'a');
        const env = Object.assign({ G_DEBUG: 'fatal-warnings' }, process.env);

        delete env.DBUS_SESSION_BUS_ADDRESS;
        delete env.NOTIFY_SOCKET;
        this.process = spawn(process.env.DAEMON, ['--config', `${this.folder}/daemon.ini`,
            '--bus', this.busAddress, '--listen', `127.0.0.1:${this.port}`, ...options],
        { env, stdio: ['ignore', log, log] });
        fs.closeSync(log);
        this.ended = new Promise(resolve => this.process.on('exit', code => resolve(code)));
        await until(() => this.get('/batteries').then(() => true, () => false), 'the daemon serves');
    }

    // Asks it something as another client would. Returns: { status, body }
    ask(method, where, record, headers = {}) {
        return new Promise((resolve, reject) => {
            const request = http.request(this.url + where, { method, headers, agent: false }, response => {
                let text = '';

                response.setEncoding('utf8');
                response.on('data', chunk => { text += chunk; });
                response.on('end', () => resolve({ status: response.statusCode, body: text && JSON.parse(text) }));
                response.on('error', reject);
            });

            request.on('error', reject);
            request.end(record && JSON.stringify(record));
        });
    }

    get(where) {
        return this.ask('GET', where);
    }

    async battery(where = '/battery') {
        return (await this.get(where)).body;
    }

    async records() {
        return (await this.battery()).source.records;
    }

    // Writes a path of the battery as a client of the bus does.
    write(where, value) {
        execFileSync('gdbus', ['call', '--address', this.busAddress,
            '--dest', 'com.victronenergy.battery.virtual', '--object-path', where,
            '--method', 'com.victronenergy.BusItem.SetValue', value]);
    }

    signal(name) {
        this.process.kill(name);
    }

    // Asks it to stop, and throws where it ended wrongly.
    async stop() {
        this.signal('SIGCONT');
        this.signal('SIGTERM');
        const code = await this.ended;
        if (code !== 0) {
            throw new Error(`the daemon ended with ${code}:\n${this.log()}`);
        }
    }

    log() {
        return fs.readFileSync(`${this.folder}/daemon.log`, 'utf8');
    }

    // Ends everything, and throws where something was complained of.
    async close() {
        try {
            await this.stop();
            if (COMPLAINTS.test(this.log())) {
                throw new Error(this.log());
            }
        } finally {
            this.bus.kill();
            fs.rmSync(this.folder, { recursive: true });
        }
    }
}

module.exports = { Daemon, CALM, BUS, until, sleep, freePort };
