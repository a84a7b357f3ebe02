// The card of one battery.

// For how long a refusal stands among the notes, in seconds.
const REFUSAL_SHOWN = 60;

// What the line about the battery ends in, where chargers and inverters notice the state.
const CONSEQUENCE = /: ((?:charging|limits)[^:]*)$/;

function consequence(battery) {
    const found = CONSEQUENCE.exec(battery.text || '');
    return found ? found[1] : '';
}

const SENTENCES = {
    waiting: () => 'for the first complete record',
    live: (battery, now) => `${duration(now - battery.complete)} ago from ${battery.source.address}`,
    late: (battery, now) => `${duration(now - battery.complete)} ago from ${battery.source.address}`,
    stale: (battery, now) => `${consequence(battery)} ${duration(now - battery.since)} ago`,
    lost: (battery, now) => `${consequence(battery)} ${duration(now - battery.since)} ago`,
    gone: (battery, now) => `left the bus ${duration(now - battery.since)} ago`,
};

function reason(battery) {
    if (battery.state === 'live') return '';
    if (battery.state === 'waiting') return battery.reason || '';
    if (battery.state === 'gone') return 'It comes back with the next complete record.';
    return (battery.text || '').replace(CONSEQUENCE, '');
}

function notes(battery, now) {
    const all = [];
    if (battery.joining) all.push(`Not on the bus yet: waits for ${battery.joining}.`);
    if (battery.missing.length) all.push(`Missing: ${battery.missing.join(', ')}`);
    const paths = inSight(battery);
    const ofPart = text => battery.parts.some(one => text.startsWith(`part ${one.name}: `));
    const beside = Object.values(battery.values).filter(value => paths.has(value.path))
        .flatMap(value => value.warnings || []);
    // That it is selected stands under Venus OS, what concerns a part alone on the card of that part.
    all.push(...battery.warnings.filter(warning =>
        !warning.startsWith('selected as ') && !beside.includes(warning) && !ofPart(warning)));
    const last = battery.records.find(record => record.status);
    const refused = last && battery.refused !== null && now - battery.refused < REFUSAL_SHOWN;
    if (refused) all.push(`Record from ${last.address} ${refusal(last)}`);
    if (!refused || battery.faults === battery.source) {
        all.push(...battery.faults.errors.filter(error => !paths.has(error.path))
            .map(error => `${mark(error)}: ${faultText(error)}`));
        if (battery.faults.more_errors) all.push(`${battery.faults.more_errors} more fields are wrong`);
    }
    return all;
}

function makeCard(battery) {
    const card = document.getElementById('card').content.firstElementChild.cloneNode(true);
    card.id = `battery-${battery.name}`;
    part(card, 'name').id = `name-${battery.name}`;
    card.setAttribute('aria-labelledby', part(card, 'name').id);
    prepareSend(card);
    return card;
}

// @heard: when the daemon was last heard of, or null while it answers
function renderState(card, battery, now, heard) {
    const state = heard === null ? battery.state : 'not known';
    const sentence = heard === null ? SENTENCES[battery.state](battery, now)
        : `${battery.state} when last heard of, ${duration(now - heard)} ago`;
    part(card, 'state').dataset.state = state;
    setText(part(card, 'state'), state);
    setText(part(card, 'sentence'), sentence);
    setText(part(card, 'reason'), reason(battery));
    setText(part(card, 'said'), `${battery.title} is ${state}`
        + (consequence(battery) && heard === null ? `: ${consequence(battery)}` : ''));
}

function renderCard(card, battery, now, heard) {
    setText(part(card, 'name'), battery.title);
    renderState(card, battery, now, heard);
    renderNow(part(card, 'now'), battery);
    fill(part(card, 'notes'), notes(battery, now), () => make('li'), setText);
    renderTiles(part(card, 'tiles'), battery);
    renderParts(part(card, 'parts'), battery, now, heard);
    renderLimits(part(card, 'limits'), battery);
    renderAlarms(part(card, 'alarms'), battery);
    renderTemperatures(part(card, 'temperatures'), battery);
    renderVenus(part(card, 'venus'), battery);
    renderCells(part(card, 'cells'), battery);
    renderRecords(part(card, 'records'), battery);
    renderRules(part(card, 'rules'), battery);
    renderCommissioning(part(card, 'commissioning'), battery);
    renderValues(part(card, 'values'), battery, now);
    renderSend(part(card, 'send'), battery);
}
