'use strict';

const { dot, ring, failureStatus, refusalStatus } = require('./lib/status');

module.exports = RED => {
    function VirtualBatteryEvents(config) {
        RED.nodes.createNode(this, config);

        const daemon = RED.nodes.getNode(config.daemon);
        let isDown = false;

        const stream = daemon && daemon.listen ? daemon.listen(config.battery, {
            opened: () => {
                isDown = false;
                this.status(dot('green', 'listening'));
            },
            event: (name, data) => {
                if (name !== 'values' || config.values) {
                    this.send({ topic: name, payload: data });
                }
            },
            failed: error => {
                this.status(error.status ? refusalStatus(error.status, {}) : failureStatus(error));
                // Once, not for each attempt.
                if (!isDown) {
                    isDown = true;
                    this.error(error, { topic: 'events' });
                }
            },
        }) : null;

        if (stream === null) {
            this.status(ring('red', 'not configured'));
            return;
        }
        this.on('close', () => stream.close());
        this.status(ring('yellow', 'connecting'));
        stream.open();
    }

    RED.nodes.registerType('virtual battery events', VirtualBatteryEvents);
};
