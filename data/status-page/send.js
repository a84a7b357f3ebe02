// How to send a record to this battery: a curl line, and a flow for Node-RED.

const EXAMPLE = { Soc: 63.5, Voltage: 52.7, Current: -12.3 };
const EXAMPLE_LIMITS = { MaxChargeVoltage: 55.2, MaxChargeCurrent: 100, MaxDischargeCurrent: 150 };

// The address of each source of @battery, and what it sends there.
function examplesOf(battery) {
    const record = battery.role === 'bms' ? { ...EXAMPLE, ...EXAMPLE_LIMITS } : EXAMPLE;
    if (battery.parts.length === 0) return [[battery.path, record]];
    const said = battery.parts.flatMap(one => one.says);
    return battery.parts.map(one => [`${battery.path}/part/${one.name}`, Object.fromEntries(Object.entries(record)
        .filter(([field]) => (one.says.length ? one.says.includes(field) : !said.includes(field))))]);
}

function curlLines(battery) {
    return examplesOf(battery).map(([path, record]) =>
        `curl -s ${location.origin}${path} -d '${JSON.stringify(record)}'`).join('\n');
}

function flowText(battery) {
    const flow = JSON.parse(document.getElementById('flow').textContent);
    for (const node of flow) {
        if (node.type === 'http request') node.url = node.url.replace(/\/battery$/, examplesOf(battery)[0][0]);
    }
    return JSON.stringify(flow);
}

// A page that came over plain HTTP from another machine may not use the clipboard: then the text is
// selected, ready for the keyboard's own copy.
async function copy(source, said) {
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    try {
        await navigator.clipboard.writeText(source.textContent);
        setText(said, 'Copied.');
    } catch {
        setText(said, document.execCommand('copy') ? 'Copied.' : 'Selected: copy it with the keyboard.');
    }
}

function prepareSend(card) {
    const said = part(card, 'copied');
    for (const name of ['curl', 'flow']) {
        part(card, `copy-${name}`).addEventListener('click', () => copy(part(card, name), said));
    }
}

function renderSend(details, battery) {
    if (!details.open) return;
    part(details, 'curl').setAttribute('aria-label', `curl command for ${battery.title}`);
    part(details, 'flow').setAttribute('aria-label', `Node-RED flow for ${battery.title}`);
    setText(part(details, 'curl'), curlLines(battery));
    setText(part(details, 'flow'), flowText(battery));
}
