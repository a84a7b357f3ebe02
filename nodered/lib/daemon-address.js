'use strict';

const http = require('http');
const https = require('https');

// What node's http wants to know of the daemon at `url`: http://HOST:PORT[/PREFIX], https://… (a proxy
// in front of it) or unix:/PATH/OF/SOCKET. Throws where it is none of these.
function daemonAddress(url, token) {
    const headers = { 'User-Agent': 'node-red-virtual-battery' };

    if (token) {
        headers.Authorization = 'Bearer ' + token;
    }
    if (/^unix:\//.test(url)) {
        headers.Host = 'localhost';
        return { transport: http, prefix: '', options: { socketPath: url.slice('unix:'.length), headers } };
    }

    let parsed;
    try {
        parsed = new URL(url);
    } catch (error) {
        throw new Error(`"${url}" is not a URL`);
    }
    if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
        throw new Error(`"${url}" begins with neither http://, https:// nor unix:/`);
    }

    return {
        transport: parsed.protocol === 'https:' ? https : http,
        prefix: parsed.pathname.replace(/\/+$/, ''),
        options: {
            hostname: parsed.hostname.replace(/^\[|\]$/g, ''),
            port: parsed.port || undefined,
            headers,
        },
    };
}

module.exports = { daemonAddress };
