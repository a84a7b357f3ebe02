'use strict';

// The daemon takes no larger body.
const LARGEST_RECORD = 16384;
const MOST_FIELDS = 1000;

const SOC = ['Soc', '/Soc'];
const VOLTAGE = ['Voltage', '/Dc/0/Voltage', 'Dc/0/Voltage'];

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
    return name.replace(/^\//, '').replace(/^Dc\/(?=\D)/, 'Dc/0/');
}

// Puts every field of `record` into the map `fields`, by its path.
function addFields(record, prefix, fields) {
    for (const [name, value] of Object.entries(record)) {
        if (isObject(value)) {
            addFields(value, prefix + name + '/', fields);
        } else {
            fields.set(pathOf(prefix + name), value);
        }
    }
    return fields;
}

// Merges `newer` into `older`, both of readRecord(). Throws where more fields would wait than a battery
// can have; `older` is as it was then.
function mergeRecord(older, newer) {
    const fields = older.fields || addFields(JSON.parse(older.text), '', new Map());
    const more = addFields(JSON.parse(newer.text), '', new Map());
    let size = fields.size;

    for (const name of more.keys()) {
        size += fields.has(name) ? 0 : 1;
    }
    if (size > MOST_FIELDS) {
        throw new Error('too many fields wait for the daemon');
    }
    more.forEach((value, name) => fields.set(name, value));
    older.fields = fields;
    older.soc = newer.soc === undefined ? older.soc : newer.soc;
    older.voltage = newer.voltage === undefined ? older.voltage : newer.voltage;
}

// The record as it is sent.
function textOf(record) {
    return record.fields ? JSON.stringify(Object.fromEntries(record.fields)) : record.text;
}

module.exports = { readRecord, mergeRecord, textOf };
