// Prints what Node-RED's editor would show: one line of JSON for each status and debug event.
//   node comms.js PORT
'use strict';

const WebSocket = require(require.resolve('ws', { paths: [process.env.NPM_ROOT + '/node-red'] }));

const socket = new WebSocket(`ws://127.0.0.1:${process.argv[2]}/comms`);

socket.on('open', () => {
    socket.send(JSON.stringify({ subscribe: 'status/#' }));
    socket.send(JSON.stringify({ subscribe: 'debug' }));
});
socket.on('message', text => {
    for (const event of [].concat(JSON.parse(text))) {
        if (event.topic) {
            console.log(JSON.stringify(event));
        }
    }
});
socket.on('close', () => process.exit(0));
socket.on('error', error => {
    console.error(error.message);
    process.exit(1);
});
