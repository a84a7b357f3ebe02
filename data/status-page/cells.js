// Cells as bars, from the lowest to the highest; the whole width is worth at least 0.1 V.

const LEAST_SPAN = 0.1;

function cellsOf(battery) {
    const cells = [];
    for (const [field, value] of Object.entries(battery.values)) {
        const match = /^\/Voltages\/Cell(\d+)$/.exec(value.path);
        if (match) {
            const balance = battery.values[`Balance${match[1]}`];
            cells.push({ number: +match[1], volts: value.value, balancing: !!(balance && balance.value) });
        }
    }
    return cells.sort((a, b) => a.number - b.number);
}

function makeCell() {
    const item = make('li');
    const track = make('div', 'track');
    track.append(make('i'));
    item.append(make('b'), track, make('span'));
    return item;
}

function updateCell(item, cell) {
    const [number, track, text] = item.children;
    item.className = cell.className;
    setText(number, String(cell.number));
    setText(text, `${cell.volts.toFixed(3)} V${cell.balancing ? ' ⇄' : ''}`);
    item.title = cell.balancing ? 'being balanced' : '';
    track.firstChild.style.width = `${cell.width}%`;
}

// The spread of the last ten minutes, in mV.
function renderSpread(figure, battery) {
    if (!figure.querySelector('svg')) figure.prepend(makeChart());
    const volts = battery.chart ? battery.chart.Diff : [];
    drawChart(figure.firstChild, volts.map(one => (one === null ? null : Math.round(one * 1000))), 10, 'mV');
    figure.hidden = figure.firstChild.hasAttribute('hidden');
}

function balancing(battery, cells) {
    const numbers = cells.filter(cell => cell.balancing).map(cell => cell.number);
    if (numbers.length) return `, balancing ${numbers.join(', ')} ⇄`;
    return battery.number('Balancing') === 1 ? ', balancing' : '';
}

function renderCells(section, battery) {
    const cells = cellsOf(battery);
    const low = battery.number('MinCellVoltage');
    const high = battery.number('MaxCellVoltage');
    section.hidden = low === null && high === null && cells.length === 0;
    if (section.hidden) return;

    const volts = cells.map(cell => cell.volts);
    const least = cells.length ? Math.min(...volts) : low;
    const most = cells.length ? Math.max(...volts) : high;
    const bottom = Math.min(least, (least + most - LEAST_SPAN) / 2);
    const span = Math.max(most - least, LEAST_SPAN);
    for (const cell of cells) {
        cell.width = (8 + 92 * (cell.volts - bottom) / span).toFixed(1);
        cell.className = least === most ? '' : cell.volts === least ? 'lowest' : cell.volts === most ? 'highest' : '';
    }
    const id = field => (battery.number(field) === null ? '' : ` (${battery.number(field)})`);
    const volt = value => (value === null ? '–' : `${value.toFixed(3)} V`);
    const spread = least === null || most === null ? '' : `, spread ${Math.round((most - least) * 1000)} mV`;
    setText(section.querySelector('p'), `lowest ${volt(least)}${id('MinVoltageCellId')}, `
        + `highest ${volt(most)}${id('MaxVoltageCellId')}${spread}`
        + balancing(battery, cells));
    renderSpread(section.querySelector('figure'), battery);
    fill(section.querySelector('ol'), cells, makeCell, updateCell);
}
