// What is known of one battery. Times are seconds of the page's own monotonic clock.

const KEPT_RECORDS = 50;

// Who sends: the source of a battery, or one of several.
class Source {
    constructor(name) {
        this.name = name;
        this.state = null;
        this.values = {};
        this.missing = [];
        this.warnings = [];
    }

    number(field) {
        return this.values[field] ? this.values[field].value : null;
    }

    // What is wrong or doubted now: in the last record, whatever became of it.
    get faults() {
        const { last, last_refusal: refusal } = this.source;
        return refusal && (last === null || refusal.time > last) ? refusal : this.source;
    }

    // What there is to say of the value at @path: [mark, text] pairs.
    remarks(path) {
        const value = Object.values(this.values).find(one => one.path === path);
        return this.faults.errors.filter(error => error.path === path)
            .map(error => [mark(error), error.detail])
            .concat(((value && value.warnings) || []).map(text => ['warning', text]));
    }
}

// One of several sources of a battery.
class Part extends Source {
    constructor(name) {
        super(name);
        this.source = { errors: [], last: null };
        this.says = [];
    }

    // Takes how it stands: an event, or one of those in GET /battery.
    takeStanding(answer, now) {
        this.state = answer.state;
        this.complete = answer.age === null ? null : now - answer.age;
        this.counts = answer.counts;
        this.off = answer.off;
        this.missing = answer.missing;
    }

    // Takes the answer of GET /battery/part/PART.
    takeAnswer(answer, now) {
        this.takeStanding(answer, now);
        this.says = answer.says;
        this.source = answer.source;
        this.warnings = answer.warnings;
        this.values = answer.values;
    }
}

class Battery extends Source {
    constructor(name) {
        super(name);
        this.title = name;
        this.records = [];
        this.parts = [];
        this.told = {};
        this.refused = null;
    }

    get path() {
        return this.name === 'virtual' ? '/battery' : `/battery/${this.name}`;
    }

    // What is wrong in a record of a part stands on the card of that part.
    get faults() {
        return this.parts.length ? { errors: [] } : super.faults;
    }

    part(name) {
        return this.parts.find(one => one.name === name);
    }

    // Whether a record has other faults than the one before: reason and warnings are others then, too.
    isNews(record) {
        const { part = '' } = record;
        const before = this.told[part];
        this.told[part] = (record.errors || []).map(error => `${error.field} ${error.code}`)
            .concat(record.missing || []).join();
        return this.told[part] !== before;
    }

    // Takes the answer of GET /battery; @date is the daemon's wall clock.
    takeAnswer(answer, date, now) {
        this.role = answer.role;
        this.state = answer.state;
        this.since = now - (date - Date.parse(answer.since)) / 1000;
        this.complete = answer.age === null ? null : now - answer.age;
        this.onBus = answer.on_bus;
        this.joining = answer.joining;
        this.service = answer.service;
        this.instance = answer.instance;
        this.title = answer.name || this.name;
        this.selected = answer.selected;
        this.source = answer.source;
        this.reason = answer.reason;
        this.missing = answer.missing;
        this.warnings = answer.warnings;
        this.values = answer.values;
        this.limited = answer.limited;
        this.rules = answer.rules;
        this.parts = (answer.parts || []).map(told => {
            const one = this.part(told.part) || new Part(told.part);
            one.takeStanding(told, now);
            return one;
        });
        this.asked = now;
        if (answer.values.ConnectionInformation) {
            this.text = answer.values.ConnectionInformation.value;
        }
    }

    // Takes the answer of GET /battery/NAME/recent.
    takeRecent(answer) {
        this.records = answer.records;
        this.chart = answer.values;
    }

    addRecord(record) {
        this.records = [record, ...this.records].slice(0, KEPT_RECORDS);
    }

    // Takes one event. Returns: whether the rest has to be asked for anew
    takeEvent(name, data, now) {
        return this[`on_${name}`](data, now);
    }

    on_state(data, now) {
        const entered = data.state !== this.state;
        if (entered) this.since = now;
        this.state = data.state;
        this.onBus = data.on_bus;
        this.joining = data.joining;
        this.text = data.text;
        return entered;
    }

    on_values(data, now) {
        let unknown = false;
        for (const [field, value] of Object.entries(data.values)) {
            if (value === null) {
                delete this.values[field];
            } else {
                unknown = unknown || !this.values[field] || 'asked' in this.values[field];
                this.values[field] = { ...this.values[field], ...value, age: this.asked - now };
            }
        }
        return unknown;
    }

    on_accepted(data, now) {
        this.complete = data.age === null ? null : now - data.age;
        if (!data.part) this.missing = data.missing;
        this.source = {
            ...this.source, address: data.address, records: this.source.records + 1, last: data.time,
            errors: data.errors || [], more_errors: data.more_errors,
        };
        this.addRecord(data);
        return this.isNews(data);
    }

    on_refused(data, now) {
        this.refused = now;
        this.source = { ...this.source, refused: this.source.refused + 1, last_refusal: data };
        this.addRecord(data);
        return this.isNews(data);
    }

    on_selected(data) {
        this.selected = data.selected;
        return true;
    }

    on_renamed(data) {
        this.title = data.name || this.name;
        return false;
    }

    // The rules may have come with it: by a reload.
    on_limited(data) {
        const known = this.rules !== undefined;
        this.limited = data.limited;
        return known !== (data.limited !== undefined);
    }

    // What it said counts or counts no more, so that values and warnings are others.
    on_part(data, now) {
        const one = this.part(data.part);
        if (one) one.takeStanding(data, now);
        return true;
    }

    on_written() {
        return false;
    }
}
