'use strict';

const { Connection } = require('./lib/connection');
const { EventStream } = require('./lib/event-stream');
const { daemonAddress } = require('./lib/daemon-address');

const TIMEOUT = 2;

module.exports = RED => {
    // Where the daemon is, and how to talk to it.
    function VirtualBatteryDaemon(config) {
        RED.nodes.createNode(this, config);
        this.timeout = (Number(config.timeout) > 0 ? Number(config.timeout) : TIMEOUT) * 1000;
        try {
            this.address = daemonAddress(config.url, this.credentials && this.credentials.token);
        } catch (error) {
            this.address = null;
            this.error(error);
        }
    }

    // A connection of one's own, to be closed, or null where the configuration is wrong.
    VirtualBatteryDaemon.prototype.connect = function () {
        return this.address && new Connection(this.address, this.timeout);
    };

    // The events of `battery` ('': of all), to be closed, or null where the configuration is wrong.
    VirtualBatteryDaemon.prototype.listen = function (battery, listener) {
        return this.address && new EventStream(this.address, this.timeout, battery, listener);
    };

    RED.nodes.registerType('virtual-battery-daemon', VirtualBatteryDaemon,
        { credentials: { token: { type: 'password' } } });
};
