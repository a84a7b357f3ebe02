'use strict';

const { withCode, withMessage } = require('./errors');

const LARGEST_ANSWER = 1 << 20;

function wrong(what) {
    return withCode(`not an answer of dbus-virtual-battery: ${what}`, 'EPROTO');
}

// What node says of a request that failed, in the terms of ask().
function failure(error) {
    return /^HPE_/.test(error.code) ? wrong('not HTTP') : withMessage(error);
}

// One kept connection to the daemon, for one request at a time.
class Connection {
    // address: of daemonAddress(); timeout: ms until the whole answer must be there.
    constructor(address, timeout) {
        this.address = address;
        this.timeout = timeout;
        this.agent = new address.transport.Agent({ keepAlive: true, maxSockets: 1 });
        this.options = Object.assign({ agent: this.agent, method: '', path: '', headers: null }, address.options);
        // As a list they are written as they are: node does not look at each of them again with every record.
        this.headers = ['Host', address.host, 'Content-Type', 'application/json'];
        for (const name of Object.keys(address.headers)) {
            this.headers.push(name, address.headers[name]);
        }
        this.text = '';
        this.request = null; // on its way
        this.callback = null;
        this.timer = null;
    }

    // Calls callback(error) where there was no answer (error.code as node has it, ETIMEDOUT or EPROTO),
    // else callback(null, status, body), the body parsed. text: the JSON to send, or ''.
    ask(method, path, text, callback) {
        this.options.method = method;
        this.options.path = this.address.prefix + path;
        this.options.headers = this.headers.concat('Content-Length', String(Buffer.byteLength(text)));
        this.text = text;
        this.callback = callback;
        if (this.timer === null) {
            this.timer = setTimeout(() => this.onTimeout(), this.timeout);
        } else {
            this.timer.refresh();
        }
        this.send();
    }

    send() {
        const request = this.address.transport.request(this.options);

        this.request = request;
        request.on('error', error => this.onError(request, failure(error)));
        request.on('response', response => this.read(request, response));
        request.end(this.text);
    }

    read(request, response) {
        const chunks = [];
        let length = 0;

        response.on('data', chunk => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > LARGEST_ANSWER) {
                this.finish(request, wrong('too large'));
                request.destroy();
            }
        });
        response.on('end', () => {
            let body;

            try {
                body = JSON.parse(Buffer.concat(chunks).toString());
            } catch (error) {
                this.finish(request, wrong(`HTTP ${response.statusCode}, not JSON`));
                return;
            }
            this.finish(request, null, response.statusCode, body);
        });
        response.on('error', error => this.finish(request, failure(error)));
        response.on('close', () => this.finish(request, withCode('the daemon closed the connection', 'ECONNRESET')));
    }

    // The daemon may close a connection in the very moment in which it is used again.
    onError(request, error) {
        const wasStale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

        if (wasStale && request === this.request && !request.res) {
            this.send();
        } else {
            this.finish(request, error);
        }
    }

    onTimeout() {
        const { request } = this;

        if (request !== null) {
            this.finish(request, withCode(`no answer within ${this.timeout / 1000} s`, 'ETIMEDOUT'));
            request.destroy();
        }
    }

    // What comes of a request that is over is not heard.
    finish(request, error, status, body) {
        const { callback } = this;

        if (request === this.request) {
            this.request = null;
            this.callback = null;
            callback(error, status, body);
        }
    }

    // Nothing is called back any more.
    close() {
        const { request } = this;

        this.request = null;
        clearTimeout(this.timer);
        if (request !== null) {
            request.destroy();
        }
        this.agent.destroy();
    }
}

module.exports = { Connection };
