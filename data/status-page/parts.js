// The parts of a battery that is made by several sources: a small card for each.

const STANDINGS = {
    awaited: 'awaited',
    off: 'switched off',
    returning: 'has come back, counts after 10 s of records',
    out: 'left out',
    yielded: 'silent: left to the other parts',
    counts: 'counts',
};

// How @one stands with the battery: a key of STANDINGS.
function standing(one) {
    if (one.counts) return one.state === 'waiting' || one.state === 'gone' ? 'awaited' : 'counts';
    if (one.state === 'live' || one.state === 'late') return 'returning';
    return one.off ? 'off' : one.says.length ? 'yielded' : 'out';
}

function standingText(one, now) {
    return STANDINGS[standing(one)] + (one.complete === null ? '' : `, ${duration(now - one.complete)} ago`);
}

function pairsOf(one) {
    const measured = TILES.filter(({ field, path }) => one.values[field] || one.remarks(path).length)
        .map(({ field, path, name }) => [name, [shown(one.values[field]), one.remarks(path)]]);
    const worst = worstCell(one);
    const more = [['Worst cell', worst], ['Says', one.says.join(', ')], ['Missing', one.missing.join(', ')]];
    return measured.concat(more.filter(([, text]) => text));
}

function otherRemarks(one) {
    const shownPaths = TILES.map(tile => tile.path);
    return one.faults.errors.filter(error => !shownPaths.includes(error.path))
        .map(error => [mark(error), faultText(error)])
        .concat(one.warnings.map(text => ['warning', text]));
}

function makePart() {
    const item = make('li', 'pack');
    const head = make('h4');
    head.append(make('span'), ' ', make('span', 'badge'));
    item.append(head, make('p', 'quiet'), make('dl', 'pairs'), make('ul', 'remarks'));
    return item;
}

function renderParts(section, battery, now, heard) {
    section.hidden = battery.parts.length === 0;
    const counting = battery.parts.filter(one => standing(one) === 'counts').length;
    setText(section.querySelector('h3'), `Parts: ${counting} of ${battery.parts.length} count`);
    fill(section.querySelector('ul'), battery.parts, makePart, (item, one) => {
        const [head, text, list, remarks] = item.children;
        const state = heard === null ? one.state : 'not known';
        setText(head.firstChild, one.name);
        head.lastChild.dataset.state = state;
        setText(head.lastChild, state);
        setText(text, standingText(one, now));
        fillPairs(list, pairsOf(one));
        fillRemarks(remarks, otherRemarks(one));
    });
}
