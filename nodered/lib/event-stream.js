'use strict';

const { withCode, withMessage } = require('./errors');
const { EventParser } = require('./event-parser');
const times = require('./times');

// The daemon's GET /events, connected for as long as it is not closed. After a break it goes on behind
// the last event; the pauses between two attempts double.
class EventStream {
    // timeout: ms until the stream must have begun. battery: '' for all. listener: { opened(),
    // event(name, data), failed(error) }, error.status being that of an HTTP answer.
    constructor(address, timeout, battery, listener) {
        this.address = address;
        this.path = address.prefix + '/events' + (battery ? '?battery=' + encodeURIComponent(battery) : '');
        this.listener = listener;
        this.timeout = timeout;
        this.pause = times.firstPause;
        this.lastId = null;
        this.request = null;
        this.timer = null;
    }

    open() {
        const { headers: own, host, options, transport } = this.address;
        const headers = Object.assign({ Accept: 'text/event-stream', Host: host }, own);

        if (this.lastId !== null) {
            headers['Last-Event-ID'] = this.lastId;
        }

        // An agent of its own: nobody else is to wait for this connection.
        const request = transport.request(Object.assign({}, options,
            { method: 'GET', path: this.path, headers, agent: false }));

        this.request = request;
        this.expect(this.timeout);
        request.on('error', error => this.failed(request, error));
        request.on('response', response => this.read(request, response));
        request.end();
    }

    // Gives up where nothing comes for `time` ms.
    expect(time) {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => {
            this.request.destroy(withCode(`nothing came for ${time / 1000} s`, 'ETIMEDOUT'));
        }, time);
    }

    read(request, response) {
        if (response.statusCode !== 200) {
            response.resume();
            this.failed(request, Object.assign(new Error(`HTTP ${response.statusCode}`),
                { status: response.statusCode }));
            return;
        }

        if (!/^text\/event-stream\b/i.test(response.headers['content-type'])) {
            response.resume();
            this.failed(request, withCode('not the events of dbus-virtual-battery: '
                + (response.headers['content-type'] || 'no Content-Type'), 'EPROTO'));
            return;
        }

        const parser = new EventParser((name, data, id) => {
            // Node throws where a header holds anything else.
            this.lastId = id !== undefined && /^[\x20-\x7e]*$/.test(id) ? id : this.lastId;
            this.listener.event(name, data);
        });

        this.pause = times.firstPause;
        this.listener.opened();
        this.expect(times.silence);
        response.setEncoding('utf8');
        response.on('data', chunk => {
            if (this.request !== request) {
                return;
            }
            this.timer.refresh();
            try {
                parser.take(chunk);
            } catch (error) {
                request.destroy(error);
            }
        });
        response.on('error', error => this.failed(request, error));
        response.on('close', () => this.failed(request,
            withCode('the daemon closed the stream', 'ECONNRESET')));
    }

    // Tries again after a pause.
    failed(request, error) {
        if (this.request !== request) {
            return;
        }
        this.request = null;
        request.destroy();
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.open(), this.pause);
        this.pause = Math.min(2 * this.pause, times.longestPause);
        this.listener.failed(withMessage(error));
    }

    // Nothing is told any more.
    close() {
        const request = this.request;

        this.request = null;
        clearTimeout(this.timer);
        if (request !== null) {
            request.destroy();
        }
    }
}

module.exports = { EventStream };
