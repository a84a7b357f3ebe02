'use strict';

function withCode(message, code) {
    return Object.assign(new Error(message), { code });
}

// Where a name has several addresses and none answers, node's own error has no message.
function withMessage(error) {
    if (error.message === '') {
        error.message = String(error.code);
    }
    return error;
}

module.exports = { withCode, withMessage };
