'use strict';

function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value) {
    return typeof value === 'string';
}

function isTextOrNothing(value) {
    return value === undefined || value === null || isText(value);
}

function isListOf(isOne) {
    return value => Array.isArray(value) && value.every(isOne);
}

function maybe(isIt) {
    return value => value === undefined || isIt(value);
}

// What `members` names is as it says there; what else there is does not matter.
function isLike(members) {
    return value => isObject(value) && Object.keys(members).every(name => members[name](value[name]));
}

const isErrors = maybe(isListOf(isLike({
    field: isTextOrNothing, path: isTextOrNothing, code: isTextOrNothing, detail: isTextOrNothing,
})));
const isCount = maybe(value => Number.isInteger(value) && value >= 0);

// Of values in GET /battery; a verdict has none.
const isReading = maybe(isLike({ value: value => typeof value === 'number' }));

// What rules do to a limit.
const isLimited = maybe(isLike({ by: isText }));

const isBattery = isLike({
    state: isText,
    battery_state: isTextOrNothing,
    joining: isTextOrNothing,
    missing: isListOf(isText),
    warnings: isListOf(isText),
    ignored: maybe(isListOf(isText)),
    errors: isErrors,
    more_errors: isCount,
    source: maybe(isLike({ errors: isErrors, more_errors: isCount })),
    limited: maybe(isLike({ MaxChargeVoltage: isLimited, MaxChargeCurrent: isLimited,
        MaxDischargeCurrent: isLimited })),
    values: maybe(isLike({ Soc: isReading, Voltage: isReading })),
});

// One of a record tells the battery's state, too.
const isProblem = isLike({ title: isTextOrNothing, detail: isTextOrNothing, state: isTextOrNothing, errors: isErrors,
    more_errors: isCount });

// Whether the JSON `answer` may be what the daemon says of a battery, a verdict or GET /battery, or, from
// status 300 on, why it refuses. Anybody may listen at a wrong address, and anything may come from there.
function isOurs(status, answer) {
    return status < 300 ? isBattery(answer) : isProblem(answer);
}

module.exports = { isOurs };
