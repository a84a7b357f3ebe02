'use strict';

const http = require('http');
const https = require('https');

function ofSocket(path) {
    return { prefix: '', host: 'localhost', transport: http, options: { socketPath: path } };
}

function ofUrl(url) {
    const isSecure = url.protocol === 'https:';
    const hostname = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port) || (isSecure ? 443 : 80);

    return { prefix: url.pathname.replace(/\/+$/, ''), host: url.host, transport: isSecure ? https : http,
        options: { hostname, port } };
}

// For the log, which is not to hold a password.
function withoutUser(url) {
    return String(url).replace(/\/\/.*@/, '//');
}

// How to reach the daemon at `url`: http://HOST:PORT[/PREFIX], https://… (a proxy in front of it) or
// unix:/PATH/OF/SOCKET. Throws where it is none of these, or names a user. Returns: prefix of every path;
// host and headers of every request; transport (node's http or https) with its options.
function daemonAddress(url, token) {
    const bare = String(token || '').trim();
    const headers = bare ? { Authorization: 'Bearer ' + bare } : {};

    if (/[^\x21-\x7e]/.test(bare)) {
        throw new Error('the token holds something other than ASCII without blanks');
    }
    if (/^unix:\//.test(url)) {
        return Object.assign(ofSocket(url.slice('unix:'.length)), { headers });
    }

    let parsed;
    try {
        parsed = new URL(url);
    } catch (error) {
        throw new Error(`"${withoutUser(url)}" is not a URL`);
    }
    if (parsed.username !== '' || parsed.password !== '') {
        throw new Error(`"${withoutUser(url)}" names a user: the token belongs into the field Token, `
            + 'which is not exported with the flow');
    }
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
        throw new Error(`"${withoutUser(url)}" begins with neither http://, https:// nor unix:/`);
    }
    return Object.assign(ofUrl(parsed), { headers });
}

module.exports = { daemonAddress };
