'use strict';

const { Sender } = require('./lib/sender');
const { readRecord, textOf } = require('./lib/record');
const { batteryStatus, refusalStatus, failureStatus, refusalText, dot, ring } = require('./lib/status');
const times = require('./lib/times');

// What Catch shows as "Refused: Soc is 101 %, above the limit of 100 %".
function refusalError(status, problem) {
    return Object.assign(new Error(refusalText(status, problem)), { name: 'Refused', code: status });
}

module.exports = RED => {
    function VirtualBattery(config) {
        RED.nodes.createNode(this, config);

        const daemon = RED.nodes.getNode(config.daemon);
        const path = '/battery' + (config.battery ? '/' + encodeURIComponent(config.battery) : '');
        const interval = config.mode === 'interval' ? Math.max(Number(config.interval) || 1, 0.1) * 1000 : 0;
        const connection = daemon && daemon.connect ? daemon.connect() : null;
        let shown = {};
        let state = null;
        let soc, voltage;

        const show = status => {
            if (status.text !== shown.text || status.fill !== shown.fill || status.shape !== shown.shape) {
                shown = status;
                this.status(status);
            }
        };

        if (connection === null) {
            show(ring('red', 'not configured'));
            this.on('input', (_msg, _send, done) => done(new Error('the daemon is not configured')));
            return;
        }

        // A message for the second output where the state is another than before, else null.
        const stateChange = (now, more) => {
            if (now === state) {
                return null;
            }
            const payload = Object.assign({ battery: config.battery || 'virtual', state: now, before: state },
                more);
            state = now;
            return { topic: 'state', payload };
        };

        const failed = error => {
            const change = stateChange('unreachable', { reason: error.message });

            show(failureStatus(error));
            if (change !== null) {
                this.send([null, change]);
            }
        };

        const taken = battery => {
            show(batteryStatus(battery, soc, voltage));
            return stateChange(battery.state, { on_bus: battery.on_bus, missing: battery.missing });
        };

        const refused = (record, status, problem) => {
            show(refusalStatus(status, problem));
            record.msg.payload = problem;
            record.msg.statusCode = status;
            record.send([null, record.msg]);
            record.done(refusalError(status, problem));
        };

        const sender = new Sender(interval, (record, next) => {
            connection.ask('POST', path, textOf(record), (error, status, answer) => {
                silence.refresh();
                if (error) {
                    failed(error);
                    record.done(error);
                } else if (status >= 300) {
                    refused(record, status, answer);
                } else {
                    soc = record.soc === undefined ? soc : record.soc;
                    voltage = record.voltage === undefined ? voltage : record.voltage;
                    record.msg.payload = answer;
                    record.msg.statusCode = status;
                    record.send([record.msg, taken(answer)]);
                    record.done();
                }
                next();
            });
        });

        // What nobody sends to may be late by now.
        const look = () => {
            silence.refresh();
            if (sender.busy) {
                return;
            }
            sender.busy = true;
            connection.ask('GET', path, '', (error, status, answer) => {
                if (error) {
                    failed(error);
                } else if (status >= 300) {
                    show(refusalStatus(status, answer));
                } else {
                    const { Soc, Voltage } = answer.values;

                    soc = Soc && Soc.value;
                    voltage = Voltage && Voltage.value;
                    const change = taken(answer);
                    if (change !== null) {
                        this.send([null, change]);
                    }
                }
                sender.onSent();
            });
        };
        const silence = setTimeout(look, times.look);

        this.on('input', (msg, send, done) => {
            try {
                sender.push(Object.assign(readRecord(msg), { msg, send, done }));
            } catch (error) {
                show(dot('red', 'not a record'));
                done(error);
            }
        });
        this.on('close', () => {
            clearTimeout(silence);
            sender.close();
            connection.close();
        });
        look();
    }

    RED.nodes.registerType('virtual battery', VirtualBattery);
};
