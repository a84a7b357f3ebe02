'use strict';

const { mergeRecord } = require('./record');

// Decides when a record is sent: at most one is on its way, and one waits, in which all others that
// come meanwhile are merged. So nothing piles up while the daemon does not answer.
//
// A value is sent once for each time it came: repeating it would make it look fresh to the daemon.
class Sender {
    // interval: ms between two records, 0: each at once. send(record): end() is to be called behind it.
    constructor(interval, send) {
        this.interval = interval;
        this.send = send;
        this.busy = false;
        this.waiting = null;
        this.timer = null;
    }

    // Whether something else may be asked of the daemon now; then end() is to be called behind it.
    begin() {
        const wasBusy = this.busy;

        this.busy = true;
        return !wasBusy;
    }

    end() {
        this.busy = false;
        if (this.interval === 0) {
            this.next();
        }
    }

    // Takes a record of readRecord(); msg, send and done go with it, and the last message answers for
    // what was merged. Throws where it cannot be taken.
    push(record) {
        if (this.waiting === null) {
            this.waiting = record;
        } else {
            mergeRecord(this.waiting, record);
            this.waiting.done();
            this.waiting.msg = record.msg;
            this.waiting.send = record.send;
            this.waiting.done = record.done;
        }
        if (this.interval === 0) {
            this.next();
        } else if (this.timer === null) {
            this.timer = setInterval(() => this.tick(), this.interval);
        }
    }

    next() {
        const record = this.waiting;

        if (record !== null && !this.busy) {
            this.waiting = null;
            this.busy = true;
            this.send(record);
        }
    }

    tick() {
        if (this.waiting === null && !this.busy) {
            this.stop();
        } else {
            this.next();
        }
    }

    stop() {
        clearInterval(this.timer);
        this.timer = null;
    }

    // Forgets what waits.
    close() {
        this.stop();
        if (this.waiting !== null) {
            this.waiting.done();
            this.waiting = null;
        }
    }
}

module.exports = { Sender };
