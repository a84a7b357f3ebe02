'use strict';

const LARGEST_EVENT = 1 << 20;

// Takes a stream of server-sent events apart: event(name, data, id) is called for each.
class EventParser {
    constructor(event) {
        this.event = event;
        this.text = '';
    }

    // Throws where what came is no stream of events.
    take(chunk) {
        this.text += chunk;

        let end;
        while ((end = this.text.indexOf('\n\n')) !== -1) {
            const block = this.text.slice(0, end);

            this.text = this.text.slice(end + 2);
            this.dispatch(block);
        }
        if (this.text.length > LARGEST_EVENT) {
            throw new Error('an event is too large');
        }
    }

    dispatch(block) {
        const fields = { event: 'message', data: '', id: undefined };

        for (const line of block.split('\n')) {
            const colon = line.indexOf(':');

            if (colon > 0) {
                fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
            }
        }
        if (fields.data !== '') {
            this.event(fields.event, JSON.parse(fields.data), fields.id);
        }
    }
}

module.exports = { EventParser };
