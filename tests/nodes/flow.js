// A flow with one of our nodes in a real Node-RED in this process, through node-red-node-test-helper.
// Environment: NPM_ROOT; NODE_RED, the name of the package in there.
'use strict';

const ROOT = process.env.NPM_ROOT;
const NODES = require('path').join(__dirname, '..', '..', 'nodered');

// The helper looks for a package.json from here upwards.
process.chdir(ROOT + '/..');

const helper = require(`${ROOT}/node-red-node-test-helper`);

const RECORDERS = ['first', 'second', 'caught', 'shown', 'completed'];

helper.init(require.resolve(`${ROOT}/${process.env.NODE_RED || 'node-red'}`));

// Starts a flow with a node of @type and @config, connected to the daemon at @url. Returns: what is
// seen of it: `node`, and lists of messages: `first` and `second` output, `caught`, `shown`, `completed`.
async function startFlow(type, url, config = {}, { timeout = '20', token } = {}) {
    const place = { z: 'tab', x: 0, y: 0 };
    const flow = [
        { id: 'tab', type: 'tab', label: '' },
        { id: 'daemon', type: 'virtual-battery-daemon', url, timeout },
        Object.assign({ id: 'node', type, daemon: 'daemon', wires: [['first'], ['second']] }, place, config),
        { id: 'catch', type: 'catch', scope: ['node'], wires: [['caught']], ...place },
        { id: 'status', type: 'status', scope: ['node'], wires: [['shown']], ...place },
        { id: 'complete', type: 'complete', scope: ['node'], wires: [['completed']], ...place },
        ...RECORDERS.map(id => ({ id, type: 'helper', wires: [], ...place })),
    ];

    await helper.load(['-daemon', '', '-events'].map(name => require(`${NODES}/virtual-battery${name}.js`)),
        flow, token ? { daemon: { token } } : {});

    const seen = { node: helper.getNode('node') };
    for (const id of RECORDERS) {
        seen[id] = [];
        helper.getNode(id).on('input', msg => seen[id].push(id === 'shown' ? msg.status : msg));
    }
    // As text, the last one: "green dot 63.5 % 52.7 V".
    seen.status = () => {
        const { fill, shape, text } = seen.shown[seen.shown.length - 1] || {};
        return `${fill} ${shape} ${text}`;
    };
    let taken = 0;
    seen.take = msg => {
        taken++;
        seen.node.receive(msg);
    };
    // How many messages the node has not answered for yet.
    seen.waiting = () => taken - seen.completed.length - seen.caught.length;
    return seen;
}

function stopFlow() {
    return helper.unload();
}

module.exports = { startFlow, stopFlow, helper };
