// The way to the daemon: events while they come, asking where they do not.

const EVENTS = ['state', 'values', 'accepted', 'refused', 'selected', 'renamed', 'written', 'limited', 'part'];
const PATIENCE = 5000;      // ms for an answer
const ASK_LIVE = 10000;     // ms between questions while events come
const ASK_OFTEN = 2000;     // without them, or while a table is open that shows ages
const ASK_AGAIN = 300;      // after an event that does not say all
const EVENTS_AGAIN = 10000; // ms until events are tried again where they were refused

function seconds() {
    return performance.now() / 1000;
}

class Link {
    // @ask: asks for everything; @take: takes the name and data of an event, and returns whether
    // everything has to be asked for; @wantsOften: whether ages are shown; @changed: the mode has
    constructor({ ask, take, wantsOften, changed }) {
        Object.assign(this, { ask, take, wantsOften, changed });
        this.mode = 'connecting'; // then events, polling, away
        this.heard = seconds();
        this.events = null; // not while nobody looks
        this.asking = false;
    }

    setMode(mode) {
        this.mode = mode;
        this.changed();
    }

    get isOpen() {
        return this.events !== null && this.events.readyState === EventSource.OPEN;
    }

    start() {
        if (this.events) return;
        this.openEvents();
        this.askIn(0);
    }

    // A page that nobody sees does not take a reader's place.
    stop() {
        clearTimeout(this.timer);
        clearTimeout(this.retry);
        if (this.events) this.events.close();
        this.events = null;
    }

    openEvents() {
        const events = new EventSource('/events?accepted=true');
        this.events = events;
        events.onopen = () => {
            this.heard = seconds();
            this.setMode('events');
            this.askIn(0);
        };
        events.onerror = () => {
            if (this.mode !== 'away') this.setMode('polling');
            // The browser comes back by itself, but not after an answer such as 503.
            if (events.readyState === EventSource.CLOSED) {
                clearTimeout(this.retry);
                this.retry = setTimeout(() => this.events && this.openEvents(), EVENTS_AGAIN);
            }
            this.askIn(0);
        };
        for (const name of EVENTS) {
            events.addEventListener(name, event => {
                this.heard = seconds();
                if (this.take(name, JSON.parse(event.data))) this.askIn(ASK_AGAIN);
            });
        }
    }

    askIn(time) {
        clearTimeout(this.timer);
        if (this.events) this.timer = setTimeout(() => this.askNow(), time);
    }

    async askNow() {
        if (this.asking) return;
        this.asking = true;
        try {
            await this.ask();
            this.heard = seconds();
            if (this.mode === 'away') this.setMode(this.isOpen ? 'events' : 'polling');
        } catch {
            this.setMode('away');
        }
        this.asking = false;
        this.askIn(this.mode === 'events' && !this.wantsOften() ? ASK_LIVE : ASK_OFTEN);
    }
}

// The JSON at @path, and the daemon's clock in ms.
async function get(path) {
    const answer = await fetch(path, { signal: AbortSignal.timeout(PATIENCE), cache: 'no-store' });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return { body: await answer.json(), date: Date.parse(answer.headers.get('Date')) };
}
