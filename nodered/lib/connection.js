'use strict';

const { withCode, withMessage } = require('./errors');
const { readAnswer } = require('./http-answer');

// One kept connection to the daemon, for one request at a time.
//
// It is a plain socket: node's http makes an agent's slot, a request and a stream for each record. On a
// loaded machine, at 1 Hz, a record costs Node-RED 0.6 ms this way, 3.4 ms through its http request node
// (`./dev bench chain`).
class Connection {
    // address: of daemonAddress(); timeout: ms until the whole answer must be there.
    constructor(address, timeout) {
        const headers = Object.assign({ Host: address.host, 'Content-Type': 'application/json' },
            address.headers);

        this.address = address;
        this.timeout = timeout;
        this.headers = Object.keys(headers).map(name => `${name}: ${headers[name]}\r\n`).join('');
        this.socket = null;
        this.request = '';
        this.callback = null;
        this.bytes = null; // of the answer, so far
        this.answers = 0; // that this socket has brought
        this.error = null;
        this.timer = null;
    }

    // Calls callback(error) where there was no answer (error.code as node has it, ETIMEDOUT or EPROTO),
    // else callback(null, status, body), the body parsed. text: the JSON to send, or ''.
    ask(method, path, text, callback) {
        this.request = `${method} ${this.address.prefix}${path} HTTP/1.1\r\n${this.headers}`
            + `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
        this.callback = callback;
        if (this.timer === null) {
            this.timer = setTimeout(() => this.onTimeout(), this.timeout);
        } else {
            this.timer.refresh();
        }
        this.write();
    }

    write() {
        if (this.socket === null) {
            this.open();
        }
        this.socket.write(this.request);
    }

    open() {
        const socket = this.address.open();

        this.socket = socket;
        this.answers = 0;
        this.bytes = null;
        this.error = null;
        socket.setNoDelay(true);
        socket.on('data', chunk => {
            if (socket === this.socket) {
                this.onData(chunk);
            }
        });
        socket.on('error', error => {
            if (socket === this.socket) {
                this.error = withMessage(error);
            }
        });
        socket.on('close', () => {
            if (socket === this.socket) {
                this.onClose();
            }
        });
    }

    onData(chunk) {
        let answer;

        if (this.callback === null) {
            this.drop();
            return;
        }
        this.bytes = this.bytes === null ? chunk : Buffer.concat([this.bytes, chunk]);
        try {
            answer = readAnswer(this.bytes);
        } catch (error) {
            this.socket.destroy(error);
            return;
        }
        if (answer !== null) {
            this.bytes = null;
            this.answers++;
            if (answer.isLast) {
                this.drop();
            }
            this.finish(null, answer.status, answer.body);
        }
    }

    // The daemon may close a connection in the very moment in which it is used again.
    onClose() {
        const error = this.error || withCode('the daemon closed the connection', 'ECONNRESET');
        const wasStale = this.answers > 0 && this.bytes === null
            && (error.code === 'ECONNRESET' || error.code === 'EPIPE');

        this.socket = null;
        if (this.callback === null) {
            return;
        }
        if (wasStale) {
            this.write();
        } else {
            this.finish(error);
        }
    }

    onTimeout() {
        if (this.callback !== null) {
            this.drop();
            this.finish(withCode(`no answer within ${this.timeout / 1000} s`, 'ETIMEDOUT'));
        }
    }

    finish(error, status, body) {
        const { callback } = this;

        this.callback = null;
        callback(error, status, body);
    }

    drop() {
        const { socket } = this;

        this.socket = null;
        if (socket !== null) {
            socket.destroy();
        }
    }

    // Nothing is called back any more.
    close() {
        this.callback = null;
        clearTimeout(this.timer);
        this.drop();
    }
}

module.exports = { Connection };
