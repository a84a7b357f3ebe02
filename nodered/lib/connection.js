'use strict';

const LARGEST_ANSWER = 1 << 20;

function withCode(message, code) {
    return Object.assign(new Error(message), { code });
}

// One kept connection to the daemon, for one request at a time.
class Connection {
    // address: of daemonAddress(); timeout: ms until the whole answer must be there.
    constructor(address, timeout) {
        this.transport = address.transport;
        this.prefix = address.prefix;
        this.timeout = timeout;
        this.agent = new address.transport.Agent({ keepAlive: true, maxSockets: 1 });
        this.options = Object.assign({ agent: this.agent }, address.options);
        this.typed = Object.assign({ 'Content-Type': 'application/json' }, address.options.headers);
        this.request = null;
    }

    // Calls callback(error) where there was no answer (error.code as node has it, or ETIMEDOUT), else
    // callback(null, status, body), the body parsed. text: the JSON to send, or null.
    ask(method, path, text, callback) {
        this.once(method, path, text, (error, status, body, wasReused) => {
            // The daemon may close a connection in the very moment in which it is used again.
            if (error && wasReused && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) {
                this.once(method, path, text, callback);
            } else {
                callback(error, status, body);
            }
        });
    }

    once(method, path, text, callback) {
        const options = Object.assign({}, this.options);
        options.method = method;
        options.path = this.prefix + path;
        if (text !== null) {
            options.headers = this.typed;
        }

        const request = this.transport.request(options);
        const timer = setTimeout(() => {
            request.destroy(withCode(`no answer within ${this.timeout / 1000} s`, 'ETIMEDOUT'));
        }, this.timeout);
        let answered = false;
        const finish = (error, status, body) => {
            if (this.request === request) {
                this.request = null;
                clearTimeout(timer);
                callback(error, status, body, request.reusedSocket && !answered);
            }
        };

        this.request = request;
        request.on('error', finish);
        request.on('response', response => {
            let body = '';

            answered = true;
            response.setEncoding('utf8');
            response.on('data', chunk => {
                body += chunk;
                if (body.length > LARGEST_ANSWER) {
                    request.destroy(withCode('the answer is too large', 'EMSGSIZE'));
                }
            });
            response.on('end', () => {
                try {
                    body = JSON.parse(body);
                } catch (error) {
                    finish(withCode(`not an answer of dbus-virtual-battery (HTTP ${response.statusCode})`,
                        'EPROTO'));
                    return;
                }
                finish(null, response.statusCode, body);
            });
            response.on('error', finish);
            response.on('close', () => finish(withCode('the answer broke off', 'ECONNRESET')));
        });
        request.end(text === null ? undefined : text);
    }

    // Nothing is called back any more.
    close() {
        const request = this.request;

        this.request = null;
        if (request) {
            request.on('error', () => {});
            request.destroy();
        }
        this.agent.destroy();
    }
}

module.exports = { Connection };
