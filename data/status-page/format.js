// Texts for people.

// A time in seconds, as long ago as it deserves.
function duration(seconds) {
    if (seconds < 10) return `${Math.max(seconds, 0).toFixed(1)} s`;
    if (seconds < 120) return `${Math.round(seconds)} s`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
    if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
    return `${Math.round(seconds / 86400)} days`;
}

// MinCellTemperature → Min cell temperature
function words(name) {
    const parts = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g)
        .map(word => (/^[A-Z]{2,}$/.test(word) ? word : word.toLowerCase()));
    const text = parts.join(' ');
    return text[0].toUpperCase() + text.slice(1);
}

// The text of a value, with the unit as a person writes it: Venus has 63.5% and 23.0C.
function shown(value) {
    if (!value) return '–';
    const [, number, unit] = /^(-?[0-9.]+)([a-zA-Z%]*)$/.exec(value.text) || [];
    return number ? `${number} ${value.unit || unit}`.trim() : value.text;
}

function clock(iso) {
    return new Date(iso).toLocaleTimeString();
}

function count(n, noun) {
    return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function mark(error) {
    return error.code === 'implausible' ? 'doubted' : 'wrong';
}

// What is wrong with a field that there is begins with its name.
function faultText(error) {
    return error.path || !error.field ? error.detail : `${error.field}: ${error.detail}`;
}

// What is wrong with a record, in one line.
function faultTexts(record) {
    return record.errors.map(faultText)
        .concat(record.more_errors ? `${record.more_errors} more` : []).join('; ');
}

// What the daemon says of why a record was refused.
function refusal(record) {
    return `refused with ${record.status}: ${faultTexts(record)}`;
}
