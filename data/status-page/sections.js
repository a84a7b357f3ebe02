// What a card shows in words and numbers.

const TILES = [
    { field: 'Soc', path: '/Soc', name: 'State of charge', span: 1, unit: '%' },
    { field: 'Voltage', path: '/Dc/0/Voltage', name: 'Voltage', span: 0.2, unit: 'V' },
    { field: 'Current', path: '/Dc/0/Current', name: 'Current', span: 2, unit: 'A' },
    { field: 'Power', path: '/Dc/0/Power', name: 'Power' },
];
const LIMITS = ['MaxChargeVoltage', 'MaxChargeCurrent', 'MaxDischargeCurrent'];
const OTHER_LIMITS = ['BatteryLowVoltage', 'ChargeRequest'];

function direction(battery) {
    const current = battery.number('Current');
    return current === null ? '' : current > 0 ? 'charging' : current < 0 ? 'discharging' : 'idle';
}

function renderTiles(list, battery) {
    if (list.children.length === 0) {
        for (const tile of TILES) {
            const group = make('div');
            const value = make('dd');
            value.append(make('span'), make('small'), make('ul', 'remarks'));
            group.append(make('dt'), value);
            group.firstChild.textContent = tile.name;
            if (tile.span) value.append(makeChart());
            list.append(group);
        }
    }
    TILES.forEach((tile, i) => {
        const [value, note, remarks, svg] = list.children[i].querySelector('dd').children;
        setText(value, shown(battery.values[tile.field]));
        setText(note, tile.field === 'Current' ? direction(battery) : '');
        fillRemarks(remarks, battery.remarks(tile.path));
        if (svg) drawChart(svg, battery.chart ? battery.chart[tile.field] : [], tile.span, tile.unit);
    });
}

function limitsOf(battery) {
    if (battery.role !== 'bms') return [];
    return LIMITS.concat(OTHER_LIMITS.filter(field => battery.values[field]));
}

function temperaturesOf(battery) {
    return Object.entries(battery.values).filter(([, value]) => value.unit === '°C');
}

// The paths of the values beside which remarks can be seen without a click.
function inSight(battery) {
    return new Set([...TILES.map(tile => tile.path), ...limitsOf(battery).map(field => `/Info/${field}`),
        ...temperaturesOf(battery).map(([, value]) => value.path)]);
}

function renderLimits(section, battery) {
    section.hidden = battery.role !== 'bms';
    if (section.hidden) return;

    fillRows(section.querySelector('tbody'), limitsOf(battery).map(field => {
        const value = battery.values[field];
        const remarks = battery.remarks(`/Info/${field}`);
        if (!value) return [words(field), ['none', remarks], ''];
        const asked = 'asked' in value ? `${value.asked} ${value.unit || ''}` : value.derived ? 'nothing' : 'the same';
        return [words(field), [shown(value), remarks], asked];
    }));
    renderLimitLines(section.querySelector('.lines'), battery);
}

// Each limit over the last ten minutes, and what was asked for as a line of dashes where that is another one.
function renderLimitLines(lines, battery) {
    const create = () => {
        const figure = make('figure');
        figure.append(makeChart(), make('figcaption'));
        return figure;
    };
    fill(lines, LIMITS, create, (figure, field) => {
        const [svg, caption] = figure.children;
        const { [field]: values = [], asked = {} } = battery.chart || {};
        // Where the source asks for what is in force, the dashes go on there.
        const beside = (asked[field] || []).map((value, i) => (value === null ? values[i] : value));
        const differs = (asked[field] || []).some(value => value !== null);
        drawChart(svg, values, field === 'MaxChargeVoltage' ? 0.2 : 2, field === 'MaxChargeVoltage' ? 'V' : 'A',
            differs ? beside : []);
        setText(caption, words(field));
        figure.hidden = svg.hasAttribute('hidden');
    });
}

function renderAlarms(section, battery) {
    const all = Object.entries(battery.values).filter(([, value]) =>
        /\/Alarms\//.test(value.path) && value.value > 0);
    // What sums them up tells nothing beside one of them.
    const raised = all.length > 1 ? all.filter(([field]) => field !== 'Alarm') : all;
    const error = battery.number('ErrorCode');
    setText(section.querySelector('p'), (raised.length ? '' : 'none')
        + (error ? `${raised.length ? '' : ', but '}error code ${error}` : ''));
    fill(section.querySelector('ul'), raised, () => make('li'), (chip, [field, value]) => {
        chip.dataset.level = value.value;
        setText(chip, `${words(field)}: ${value.value === 1 ? 'warning' : 'alarm'}`);
    });
}

function renderTemperatures(section, battery) {
    const pairs = temperaturesOf(battery)
        .map(([field, value]) => [words(field), [shown(value), battery.remarks(value.path)]]);
    section.hidden = pairs.length === 0;
    fillPairs(section.querySelector('dl'), pairs);
}

function renderVenus(section, battery) {
    const known = value => (value === null ? 'not known' : value ? 'yes' : 'no');
    const bus = battery.onBus ? `${battery.service}, instance ${battery.instance}`
        : battery.joining ? `not yet, waits for ${battery.joining}` : 'not on the bus';
    const pairs = [['On the bus', bus], ['Battery monitor', known(battery.selected.monitor)]];
    if (battery.role === 'bms') {
        pairs.push(['Controlling BMS', known(battery.selected.bms)], ['DVCC', battery.selected.dvcc === null
            ? 'not known' : battery.selected.dvcc ? 'on' : 'off: limits are not used']);
    }
    fillPairs(section.querySelector('dl'), pairs);
}

function renderValues(details, battery, now) {
    const fields = Object.entries(battery.values);
    setText(details.querySelector('summary'), `All values (${fields.length})`);
    details.querySelector('.scroll').setAttribute('aria-label', `All values of ${battery.title}`);
    if (!details.open) return;

    const paths = new Set(fields.map(([, value]) => value.path));
    const unknown = battery.faults.errors.filter(error => error.field && !paths.has(error.path));
    fillRows(details.querySelector('tbody'), fields.map(([field, value]) => {
        const age = value.age === null || value.age === undefined ? '' : duration(value.age + now - battery.asked);
        return [field, [shown(value), battery.remarks(value.path)], age + (value.derived ? ', derived' : ''),
            value.path || ''];
    }).concat(unknown.map(error => [error.field, ['–', [[mark(error), error.detail]]], '', error.path || ''])));
}
