// Whether battery and plant are set up as they have to be: asked for while it is open.

function makeCheck() {
    const item = make('li');
    item.append(make('b', 'status'), ' ', make('strong'), make('p'));
    return item;
}

function renderCommissioning(details, battery) {
    const list = battery.commissioning;
    const counts = list && details.open
        ? ` (${list.green} green, ${list.red} red, ${list.unknown} unknown)` : '';
    setText(details.querySelector('summary'), `Commissioning${counts}`);
    if (!details.open || !list) return;

    fill(details.querySelector('ul'), list.checks, makeCheck, (item, { title, status, text }) => {
        const [badge, name, said] = item.children;
        badge.dataset.status = status;
        setText(badge, status);
        setText(name, title);
        setText(said, text);
    });
}
