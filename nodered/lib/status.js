'use strict';

const FILLS = { waiting: 'grey', live: 'green', late: 'yellow', stale: 'red', lost: 'red', gone: 'grey' };

const REFUSALS = { 401: 'token', 403: 'origin', 404: 'no such battery', 409: 'it has parts', 421: 'host' };

function dot(fill, text) {
    return { fill, shape: 'dot', text };
}

function ring(fill, text) {
    return { fill, shape: 'ring', text };
}

function firstOf(names) {
    return names.length > 1 ? `${names[0]} +${names.length - 1}` : names[0];
}

function countOf(n, noun) {
    return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function rounded(value) {
    return String(Math.round(value * 10) / 10);
}

function valuesText(soc, voltage) {
    return [soc === null ? '' : rounded(soc) + ' %', voltage === null ? '' : rounded(voltage) + ' V']
        .filter(Boolean).join(' ') || 'live';
}

// Which rule of the configuration holds a limit down: of a current first. '' for none.
function limitedText({ limited = {} }) {
    const { MaxChargeCurrent: charge, MaxDischargeCurrent: discharge, MaxChargeVoltage: voltage } = limited;
    const first = charge || discharge || voltage;

    return first === undefined ? '' : `, limited: ${first.by}`;
}

// The first of the fields, with how many there are besides; more: of those that are not told.
function wrongFields({ errors = [], more_errors: more = 0 }) {
    const [first] = errors.map(error => error.field).filter(Boolean);
    const others = errors.length + more - 1;

    return first === undefined ? null : others > 0 ? `${first} +${others}` : first;
}

// What stands in the way of a battery that is live, or null. What was wrong stands in a verdict itself, in
// GET /battery with the source.
function complaint(battery) {
    const { ignored = [], missing, warnings } = battery;
    const told = battery.source || battery;
    const wrong = wrongFields(told);

    if (wrong !== null) {
        return `${told.errors[0].code === 'implausible' ? 'doubted' : 'wrong'}: ${wrong}`;
    }
    if (ignored.length > 0) {
        return `${ignored.length} ignored`;
    }
    if (missing.length > 0) {
        return `missing: ${firstOf(missing)}`;
    }
    return warnings.length > 0 ? countOf(warnings.length, 'warning') : null;
}

// What a part that is live waits for, or null: its battery is not, because of another part, or goes on without it.
function partStatus({ battery_state: whole, counts }) {
    if (whole && whole !== 'live') {
        return dot(FILLS[whole] === 'red' ? 'red' : 'yellow', `battery ${whole}`);
    }
    return counts === false ? dot('yellow', 'does not count yet') : null;
}

// The status for what the daemon says of the battery: a verdict, or GET /battery; of a part the same. soc in %,
// voltage in V, null: not known.
function batteryStatus(battery, soc, voltage) {
    const { state, missing } = battery;

    if (state === 'gone') {
        return dot(FILLS.gone, battery.off ? 'off' : state);
    }
    if (state !== 'live') {
        return dot(FILLS[state] || 'grey', missing.length > 0 ? `${state}: ${firstOf(missing)}` : state);
    }

    const waits = partStatus(battery);

    if (waits !== null) {
        return waits;
    }
    // GET of a part does not tell it.
    if (battery.on_bus === false) {
        return dot('yellow', battery.joining ? `joining: ${battery.joining}` : 'not on the bus');
    }

    const text = complaint(battery);
    return text === null ? dot('green', valuesText(soc, voltage) + limitedText(battery)) : dot('yellow', text);
}

// The status for an answer that refuses: application/problem+json.
function refusalStatus(status, problem) {
    if (status === 503) {
        return dot('yellow', 'daemon busy');
    }
    const reason = status === 404 && /has no part/.test(problem.detail) ? 'no such part' : REFUSALS[status];

    return dot('red', 'refused: ' + (wrongFields(problem) || reason || status));
}

// The status for no answer.
function failureStatus(error) {
    return ring('red', error.code === 'ETIMEDOUT' ? 'no answer' : error.code === 'EPROTO' ? 'not the daemon'
        : 'no daemon');
}

// What is wrong with a field that there is begins with its name.
function errorText({ field, path, detail }) {
    return path || !field ? detail : `${field}: ${detail}`;
}

// Every field that was refused, with the reason.
function refusalText(status, problem) {
    // Of a battery with parts the detail of the answer has their addresses.
    const details = (problem.errors || []).filter(error => error.detail && error.code !== 'parts').map(errorText);

    return details.join('; ') || problem.detail || problem.title || `HTTP ${status}`;
}

module.exports = { batteryStatus, refusalStatus, failureStatus, refusalText, dot, ring };
