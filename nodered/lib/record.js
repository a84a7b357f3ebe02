'use strict';

// The daemon takes no larger body.
const LARGEST_RECORD = 16384;
const MOST_FIELDS = 1000;

const SOC = ['Soc', '/Soc'];
const VOLTAGE = ['Voltage', '/Dc/0/Voltage', 'Dc/0/Voltage'];

// What a battery cannot be without, of the one role or the other, by its flat name.
const REQUIRED = new Map([
    ['Soc', 'Soc'], ['Voltage', 'Dc/0/Voltage'], ['Current', 'Dc/0/Current'], ['Power', 'Dc/0/Power'],
    ['MaxChargeVoltage', 'Info/MaxChargeVoltage'], ['MaxChargeCurrent', 'Info/MaxChargeCurrent'],
    ['MaxDischargeCurrent', 'Info/MaxDischargeCurrent'],
]);
const REQUIRED_PATHS = new Set(REQUIRED.values());

function isObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

function kindOf(value) {
    if (value === null || value === undefined) {
        return String(value);
    }
    return Array.isArray(value) ? 'an array' : Buffer.isBuffer(value) ? 'a Buffer' : `a ${typeof value}`;
}

// The object that a message holds: its payload, as an object or as JSON, or its payload as the field
// that its topic names.
function objectOf(msg) {
    const { payload, topic } = msg;

    if (isObject(payload)) {
        return payload;
    }
    if (typeof payload === 'string' && /^\s*\{/.test(payload)) {
        return JSON.parse(payload);
    }
    if (typeof topic === 'string' && topic !== ''
        && (payload === null || ['number', 'boolean', 'string'].includes(typeof payload))) {
        return { [topic]: payload };
    }
    throw new Error(`msg.payload is ${kindOf(payload)}, not a record`
        + (topic ? '' : ', and no msg.topic names a field'));
}

// Returns: null where the record says that it is not known, undefined where it says nothing.
function find(record, names) {
    for (const name of names) {
        if (record[name] !== undefined) {
            return Number.isFinite(record[name]) ? record[name] : null;
        }
    }
    return undefined;
}

function voltageOf(record) {
    const voltage = find(record, VOLTAGE);

    if (voltage !== undefined || !isObject(record.Dc)) {
        return voltage;
    }
    return find(isObject(record.Dc['0']) ? record.Dc['0'] : record.Dc, ['Voltage']);
}

// Reads a message. Returns { text, soc, voltage }: the record as JSON, and what the status shows of it, as
// find() has it.
// Throws where the message holds none.
function readRecord(msg) {
    const record = objectOf(msg);
    const text = JSON.stringify(record);

    if (text.length > LARGEST_RECORD) {
        throw new Error(`the record has ${text.length} characters, above the limit of ${LARGEST_RECORD}`);
    }
    return { text, soc: find(record, SOC), voltage: voltageOf(record) };
}

// The daemon's own rules for paths: the first slash is optional, and Dc may stand for Dc/0.
function pathOf(name) {
    return REQUIRED.get(name) || name.replace(/^\//, '').replace(/^Dc\/(?=\D)/, 'Dc/0/');
}

// Adds every field of `record` to the map `fields`: path → [name, value] for each spelling of it.
function addFields(record, prefix, fields) {
    for (const [name, value] of Object.entries(record)) {
        if (isObject(value)) {
            addFields(value, prefix + name + '/', fields);
        } else {
            const path = pathOf(prefix + name);

            fields.set(path, (fields.get(path) || []).concat([[prefix + name, value]]));
        }
    }
    return fields;
}

// Whether `older` stays in spite of `newer`, both as addFields() has them. A limit that waits must not be
// lost because the next message does not know it. And what one message names twice is for the daemon to judge.
function stays(path, older, newer) {
    const isNumber = older.length === 1 && typeof older[0][1] === 'number';
    const isNull = newer.length === 1 && newer[0][1] === null;

    return older.length > 1 || (isNull && isNumber && REQUIRED_PATHS.has(path));
}

// What is known of a value behind both messages, as find() has it.
function later(older, newer) {
    return Number.isFinite(newer) || older === undefined ? newer : older;
}

// Merges `newer` into `older`, both of readRecord(). Throws where more fields would wait than a battery
// can have; `older` is as it was then.
function mergeRecord(older, newer) {
    const fields = older.fields || addFields(JSON.parse(older.text), '', new Map());
    const more = addFields(JSON.parse(newer.text), '', new Map());
    let size = fields.size;

    for (const path of more.keys()) {
        size += fields.has(path) ? 0 : 1;
    }
    if (size > MOST_FIELDS) {
        throw new Error('too many fields wait for the daemon');
    }
    more.forEach((spellings, path) => {
        if (!fields.has(path) || !stays(path, fields.get(path), spellings)) {
            fields.set(path, spellings);
        }
    });
    older.fields = fields;
    older.soc = later(older.soc, newer.soc);
    older.voltage = later(older.voltage, newer.voltage);
}

// The record as it is sent. Not made of an object: that would hold a name once that was there twice.
function textOf(record) {
    if (!record.fields) {
        return record.text;
    }

    const members = [...record.fields.values()].flat()
        .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);

    return `{${members.join(',')}}`;
}

module.exports = { readRecord, mergeRecord, textOf };
