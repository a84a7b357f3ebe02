// A real reader of Venus' D-Bus, signalk-venus-plugin's listener, reads whatever battery is on the
// session bus: one line of JSON for each value it hands on.
'use strict';

const { DbusListener } = require(process.env.NPM_ROOT + '/signalk-venus-plugin/dist/dbus-listener.js');

const app = { debug() {}, error: console.error, setPluginStatus() {}, setPluginError: console.error };
const hand = message => [].concat(message).forEach(one => console.log(JSON.stringify(one)));

new DbusListener(app, hand, undefined, undefined, { pollInterval: 3600 });
