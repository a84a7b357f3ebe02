'use strict';

const { isOurs } = require('./answer');
const { withCode } = require('./errors');
const { Sender } = require('./sender');
const { textOf } = require('./record');
const { batteryStatus, refusalStatus, failureStatus, refusalText } = require('./status');
const times = require('./times');

// What Catch shows as "Refused: Soc is 101 %, above the limit of 100 %".
function refusalError(status, problem) {
    return Object.assign(new Error(refusalText(status, problem)), { name: 'Refused', code: status });
}

function pathOf({ battery, part }) {
    return '/battery' + (battery ? '/' + encodeURIComponent(battery) : '')
        + (part ? '/part/' + encodeURIComponent(part) : '');
}

// Feeds one battery of the daemon, or one of its parts, and knows what has become of it.
class Feed {
    // fed: { battery, part }, the names; '' for the default battery, for all of it. interval: of Sender.
    // outlet: { show(status), changed(msg) }, the message telling of another state than before.
    constructor(connection, fed, interval, outlet) {
        this.connection = connection;
        this.names = Object.assign({ battery: fed.battery || 'virtual' }, fed.part ? { part: fed.part } : {});
        this.path = pathOf(fed);
        this.outlet = outlet;
        this.state = null;
        this.soc = null; // as it is known, null where it is not
        this.voltage = null;
        this.sender = new Sender(interval, record => this.post(record));
        this.silence = setTimeout(() => this.look(), times.look);
    }

    // Takes a record of readRecord() with msg, send and done of its message. Throws as Sender does.
    push(record) {
        this.sender.push(record);
    }

    // As Connection does; the answer of somebody else is an error, too.
    ask(method, text, callback) {
        this.connection.ask(method, this.path, text, (error, status, answer) => {
            if (!error && !isOurs(status, answer)) {
                error = withCode(`not an answer of dbus-virtual-battery: HTTP ${status}, other JSON`, 'EPROTO');
            }
            callback(error, status, answer);
        });
    }

    post(record) {
        this.ask('POST', textOf(record), (error, status, answer) => {
            if (error || answer.state) {
                this.silence.refresh();
            }
            if (error) {
                this.onFailure(error);
                record.done(error);
            } else {
                Object.assign(record.msg, { payload: answer, statusCode: status });
                if (status >= 300) {
                    this.onRefused(record, status, answer);
                } else {
                    this.onTaken(record, answer);
                }
            }
            this.sender.end();
        });
    }

    onTaken(record, verdict) {
        this.soc = record.soc === undefined ? this.soc : record.soc;
        this.voltage = record.voltage === undefined ? this.voltage : record.voltage;
        this.onBattery(verdict);
        record.send([record.msg, null]);
        record.done();
    }

    onRefused(record, status, problem) {
        this.outlet.show(refusalStatus(status, problem));
        if (problem.state) {
            this.enter(problem.state, { reason: refusalText(status, problem) });
        }
        record.send([null, record.msg]);
        record.done(refusalError(status, problem));
    }

    onFailure(error) {
        this.outlet.show(failureStatus(error));
        this.enter('unreachable', { reason: error.message });
    }

    // battery: a verdict, or GET /battery; of a part the same.
    onBattery(battery) {
        this.outlet.show(batteryStatus(battery, this.soc, this.voltage));
        this.enter(battery.state, Object.assign({ on_bus: battery.on_bus, missing: battery.missing },
            this.names.part ? { battery_state: battery.battery_state } : {}));
    }

    enter(state, more) {
        const before = this.state;

        if (state !== before) {
            this.state = state;
            this.outlet.changed({ topic: 'state', payload: Object.assign({}, this.names, { state, before }, more) });
        }
    }

    // Asks how the battery is: what nobody sends to may be late by now.
    look() {
        this.silence.refresh();
        if (!this.sender.begin()) {
            return;
        }
        this.ask('GET', '', (error, status, answer) => {
            if (error) {
                this.onFailure(error);
            } else if (status >= 300) {
                this.outlet.show(refusalStatus(status, answer));
            } else {
                const { Soc, Voltage } = answer.values || {};

                this.soc = Soc ? Soc.value : null;
                this.voltage = Voltage ? Voltage.value : null;
                this.onBattery(answer);
            }
            this.sender.end();
        });
    }

    close() {
        clearTimeout(this.silence);
        this.sender.close();
        this.connection.close();
    }
}

module.exports = { Feed };
