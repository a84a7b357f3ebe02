// What an owner looks for first: what limits the battery now, and its worst cell.

const SHOWS_LIMITS = ['live', 'late', 'stale', 'lost'];
const CURRENTS = { MaxChargeCurrent: 'charging', MaxDischargeCurrent: 'discharging' };

// What stands between the battery and its source's limits. Whatever else comes to limit it goes here.
function limiting(battery) {
    if (consequence(battery)) return [`${consequence(battery)}: ${reason(battery)}`];
    return LIMITS.flatMap(field => {
        const value = battery.values[field];
        if (!value) return [];
        const rule = (battery.limited || {})[field];
        if (rule) return [`${words(field)} by ${rule.by}: ${shown(value)}`];
        if ('asked' in value) return [`${words(field)} by the seat belt: ${shown(value)}, not ${value.asked} ${value.unit}`];
        return value.value === 0 && CURRENTS[field] ? [`no ${CURRENTS[field]}, says the source`] : [];
    });
}

// Cells are numbered through over the parts of a battery, where the id of the lowest and the highest says of
// which part it is.
function cellName(battery, cell) {
    const end = ['Min', 'Max'].find(one => battery.number(`${one}CellVoltage`) === cell.volts);
    const id = battery.parts && battery.parts.length && end ? battery.values[`${end}VoltageCellId`] : null;
    return id ? id.value : `cell ${cell.number}`;
}

// The one that is farthest from the mean.
function worstCell(battery) {
    const cells = cellsOf(battery);
    const [low, high] = [battery.number('MinCellVoltage'), battery.number('MaxCellVoltage')];
    if (cells.length > 1) {
        const mean = cells.reduce((sum, cell) => sum + cell.volts, 0) / cells.length;
        const off = cell => Math.round((cell.volts - mean) * 1000);
        const worst = cells.reduce((one, other) => (Math.abs(off(other)) > Math.abs(off(one)) ? other : one));
        const side = off(worst) > 0 ? 'above' : 'below';
        return `${cellName(battery, worst)}, ${worst.volts.toFixed(3)} V, ${Math.abs(off(worst))} mV ${side} the mean`
            + (worst.balancing ? ', being balanced' : '');
    }
    if (low !== null && high !== null) {
        return `${low.toFixed(3)} to ${high.toFixed(3)} V, spread ${Math.round((high - low) * 1000)} mV`;
    }
    return battery.number('NrOfCellsPerBattery') === null ? null : 'not known now';
}

function renderNow(list, battery) {
    const pairs = [];
    if (battery.role === 'bms' && SHOWS_LIMITS.includes(battery.state)) {
        pairs.push(['Limited now', limiting(battery).join('; ') || 'by the source alone']);
    }
    const worst = battery.state === 'gone' ? null : worstCell(battery);
    if (worst !== null) pairs.push(['Worst cell', worst]);
    list.hidden = pairs.length === 0;
    fillPairs(list, pairs);
}
