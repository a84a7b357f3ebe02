'use strict';

const { withCode } = require('./errors');

const LARGEST_ANSWER = 1 << 20;

function wrong(what) {
    return withCode(`not an answer of dbus-virtual-battery: ${what}`, 'EPROTO');
}

// Reads the answer at the beginning of `bytes`: JSON with a Content-Length, as the daemon sends it.
// Returns null where it is not complete yet, else { status, body, isLast }, isLast telling that the
// connection is of no use behind it. Throws where it is no such answer.
function readAnswer(bytes) {
    const end = bytes.indexOf('\r\n\r\n');

    if (bytes.length > LARGEST_ANSWER) {
        throw wrong('too large');
    }
    if (end === -1) {
        return null;
    }

    const head = bytes.toString('latin1', 0, end);
    const status = /^HTTP\/1\.[01] (\d{3})/.exec(head);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (status === null || length === null) {
        throw wrong(status === null ? 'not HTTP' : `HTTP ${status[1]}, no Content-Length`);
    }

    const start = end + 4;
    const stop = start + Number(length[1]);
    if (bytes.length < stop) {
        return null;
    }
    try {
        return {
            status: Number(status[1]),
            body: JSON.parse(bytes.toString('utf8', start, stop)),
            isLast: bytes.length > stop || /\r\nconnection: *close/i.test(head),
        };
    } catch (error) {
        throw wrong(`HTTP ${status[1]}, not JSON`);
    }
}

module.exports = { readAnswer };
