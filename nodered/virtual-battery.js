'use strict';

const { Feed } = require('./lib/feed');
const { readRecord } = require('./lib/record');
const { dot, ring } = require('./lib/status');

const SHORTEST_INTERVAL = 0.1;

// Of the Sender, in ms.
function intervalOf(config) {
    return config.mode === 'interval' ? Math.max(Number(config.interval) || 1, SHORTEST_INTERVAL) * 1000 : 0;
}

module.exports = RED => {
    function VirtualBattery(config) {
        RED.nodes.createNode(this, config);

        const daemon = RED.nodes.getNode(config.daemon);
        const connection = daemon && daemon.connect ? daemon.connect() : null;

        if (connection === null) {
            this.status(ring('red', 'not configured'));
            this.on('input', (_msg, _send, done) => done(new Error('the daemon is not configured')));
            return;
        }

        let shown = {};
        const show = status => {
            if (status.text !== shown.text || status.fill !== shown.fill || status.shape !== shown.shape) {
                shown = status;
                this.status(status);
            }
        };
        const feed = new Feed(connection, config, intervalOf(config),
            { show, changed: msg => this.send([null, msg]) });

        this.on('input', (msg, send, done) => {
            try {
                feed.push(Object.assign(readRecord(msg), { msg, send, done }));
            } catch (error) {
                show(dot('red', 'not a record'));
                done(error);
            }
        });
        this.on('close', () => feed.close());
        feed.look();
    }

    RED.nodes.registerType('virtual battery', VirtualBattery);
};
