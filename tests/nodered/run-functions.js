// Runs function nodes as Node-RED does, with a clock that the test sets. One line of JSON in:
//   {"functions": {NAME: {"code": CODE, "modules": [{"var", "module"}, …]}},
//    "cases": [[{"through": [NAME, …], "msg": …, "at": SECONDS}, …], …]}
// One line out: for each case, for each step {"returned", "status", "error"} of the last function
// that the message reached. Within a case the context of each function and the flow's are kept.
'use strict';

const vm = require('vm');

const given = JSON.parse(require('fs').readFileSync(0, 'utf8'));

function store() {
    const values = {};
    return { get: key => values[key], set: (key, value) => { values[key] = value; } };
}

function run(steps) {
    const flow = store();
    const callers = {};
    let now = 0;
    // The clock that only goes forward: seconds since the machine has started.
    const clock = { hrtime: () => [Math.floor(now / 1000) - 999999000, now % 1000 * 1e6] };

    function caller(name) {
        const seen = {};
        const node = {
            name,
            status: status => { seen.status = status; },
            error: text => { seen.error = text; }
        };
        const { code, modules } = given.functions[name];
        const sandbox = { node, flow, context: store(), Date: { now: () => now } };
        for (const { var: variable, module } of modules) {
            sandbox[variable] = { process: clock }[module];
        }
        const call = vm.runInNewContext(`(function (msg) {${code}\n})`, sandbox);
        return msg => {
            delete seen.status;
            delete seen.error;
            return { returned: call(msg), ...seen };
        };
    }

    return steps.map(({ through, msg, at }) => {
        now = 1e12 + at * 1000;
        let done = { returned: msg };
        for (const name of through) {
            callers[name] = callers[name] || caller(name);
            done = callers[name](done.returned);
            if (!done.returned) {
                break;
            }
        }
        return done;
    });
}

console.log(JSON.stringify(given.cases.map(run)));
