// The last records and what became of them.

function verdict(record) {
    if (record.status) return refusal(record);
    return (record.part ? `part ${record.part}: ` : '') + `${count(record.accepted, 'field')} accepted, ${record.changed} changed`
        + (record.state === 'live' ? '' : `; ${record.state}`)
        + (record.missing.length ? `; missing ${record.missing.join(', ')}` : '')
        + (record.errors ? `; not taken: ${faultTexts(record)}` : '');
}

function renderRecords(details, battery) {
    const { records, refused } = battery.source;
    setText(details.querySelector('summary'), `Records (${records} accepted, ${refused} refused)`);
    details.querySelector('.scroll').setAttribute('aria-label', `Last records of ${battery.title}`);
    if (!details.open) return;

    fill(details.querySelector('ol'), battery.records, () => make('li'), (item, record) => {
        item.className = record.status ? 'refused' : record.errors ? 'partly' : '';
        setText(item, `${clock(record.time)} from ${record.address}: ${verdict(record)}`);
    });
}
