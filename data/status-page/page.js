// Everything together.

const batteries = new Map();
const cards = new Map();
const main = document.getElementById('batteries');

const LINK_TEXTS = {
    connecting: () => 'Connecting …',
    events: () => 'Shown as it happens.',
    polling: () => 'Shown every two seconds: there are too many readers, or events do not get through.',
    away: heard => `The daemon does not answer; last heard of ${duration(seconds() - heard)} ago.`,
};

async function askOne(battery) {
    const [state, recent] = await Promise.all([get(battery.path), get(`/battery/${battery.name}/recent`)]);
    battery.takeAnswer(state.body, state.date, seconds());
    battery.takeRecent(recent.body);
    if (isOpen(battery, 'commissioning')) {
        battery.commissioning = (await get(`/battery/${battery.name}/commissioning`)).body;
    }
    await Promise.all(battery.parts.map(one => askPart(battery, one)));
}

async function askPart(battery, one) {
    one.takeAnswer((await get(`${battery.path}/part/${one.name}`)).body, seconds());
}

// What a part measures is in no event: it is asked for it when it has sent, but not more often than every
// ASK_OFTEN.
async function partHasSent(battery, one) {
    one.hasSent = true;
    if (one.timer) return;
    one.timer = setTimeout(() => {
        one.timer = null;
        if (one.hasSent) partHasSent(battery, one);
    }, ASK_OFTEN);
    one.hasSent = false;
    try {
        await askPart(battery, one);
        render();
    } catch {
        link.askIn(0);
    }
}

function isOpen(battery, name) {
    return cards.has(battery.name) && part(cards.get(battery.name), name).open;
}

async function ask() {
    const list = (await get('/batteries')).body;
    for (const name of batteries.keys()) {
        if (!list.some(entry => entry.name === name)) {
            batteries.delete(name);
            if (cards.has(name)) cards.get(name).remove();
            cards.delete(name);
        }
    }
    for (const { name } of list) {
        if (!batteries.has(name)) batteries.set(name, new Battery(name));
    }
    await Promise.all([...batteries.values()].map(askOne));
    render();
}

// Before the first answer an event would have nothing to change.
function take(name, data) {
    const battery = batteries.get(data.battery);
    if (!battery || battery.state === null) return true;
    const incomplete = battery.takeEvent(name, data, seconds());
    const sender = name === 'accepted' && battery.part(data.part);
    if (sender) partHasSent(battery, sender);
    render();
    return incomplete;
}

function wantsOften() {
    return main.querySelector('[data-part="values"][open], [data-part="commissioning"][open]') !== null;
}

function renderOverview() {
    const overview = document.getElementById('overview');
    const all = [...batteries.values()];
    overview.hidden = all.length < 2;
    fill(overview.firstElementChild, all, () => {
        const item = make('li');
        item.append(make('a'));
        return item;
    }, (item, battery) => {
        item.firstChild.href = `#battery-${battery.name}`;
        setText(item.firstChild, `${battery.title}: ${battery.state}`);
    });
}

function renderLink() {
    const text = document.getElementById('link');
    document.body.dataset.link = link.mode;
    // The seconds are for the eye: a screen reader is told once.
    if (text.dataset.mode !== link.mode) text.setAttribute('aria-live', 'polite');
    else text.setAttribute('aria-live', 'off');
    text.dataset.mode = link.mode;
    setText(text, LINK_TEXTS[link.mode](link.heard));
}

function render() {
    renderLink();
    const known = [...batteries.values()].filter(battery => battery.state !== null);
    if (known.length === 0) return;
    const noscript = main.querySelector('noscript');
    if (noscript) noscript.remove();

    for (const battery of known) {
        if (!cards.has(battery.name)) {
            const card = makeCard(battery);
            cards.set(battery.name, card);
            main.append(card);
            for (const details of card.querySelectorAll('details')) {
                details.addEventListener('toggle', () => {
                    render();
                    if (wantsOften()) link.askIn(0);
                });
            }
        }
        renderCard(cards.get(battery.name), battery, seconds(), link.mode === 'away' ? link.heard : null);
    }
    renderOverview();
}

const link = new Link({ ask, take, wantsOften, changed: render });
link.start();
setInterval(() => document.hidden || render(), 500);
document.addEventListener('visibilitychange', () => (document.hidden ? link.stop() : link.start()));
