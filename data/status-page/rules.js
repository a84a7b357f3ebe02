// Limits by rules: each curve with today's point on it.

const CURVE = { width: 240, height: 90, edge: 6 };

// How much the curve with @points allows at @input.
function shareAt(points, step, input) {
    const next = points.findIndex(([at]) => at > input);
    if (next === 0) return points[0][1];
    if (next < 0) return points[points.length - 1][1];
    const [[low, from], [high, to]] = [points[next - 1], points[next]];
    return step ? from : from + (to - from) * (input - low) / (high - low);
}

function makeCurve() {
    const figure = make('figure', 'curve');
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${CURVE.width} ${CURVE.height}`);
    svg.setAttribute('role', 'img');
    svg.append(document.createElementNS(SVG, 'path'));
    figure.append(make('figcaption'), svg, make('p', 'quiet'));
    return figure;
}

// The inputs that are to be seen: a tenth beyond the points, and where the battery is now.
function rangeOf(points, inputs) {
    const all = [...points.map(([at]) => at), ...inputs];
    const low = Math.min(...all);
    const high = Math.max(...all);
    const beyond = (high - low) / 10;
    return [low - beyond, high + beyond];
}

function drawCurve(figure, battery, curve, step) {
    const [caption, svg, text] = figure.children;
    const now = curve.fields.map(field => [field, battery.number(field)]);
    const inputs = now.map(([, value]) => value).filter(value => value !== null);
    const [low, high] = rangeOf(curve.points, inputs);
    const x = input => (CURVE.edge + (input - low) / (high - low) * (CURVE.width - 2 * CURVE.edge)).toFixed(1);
    const y = share => (CURVE.height - CURVE.edge - share / 100 * (CURVE.height - 2 * CURVE.edge)).toFixed(1);
    const line = curve.points.map(([at, share]) => (step ? `H${x(at)}V${y(share)}` : `L${x(at)} ${y(share)}`));
    svg.firstChild.setAttribute('d', `M${x(low)} ${y(curve.points[0][1])}${line.join('')}H${x(high)}`);

    while (svg.children.length > inputs.length + 1) svg.lastChild.remove();
    while (svg.children.length < inputs.length + 1) svg.append(document.createElementNS(SVG, 'circle'));
    inputs.forEach((input, i) => {
        const point = svg.children[i + 1];
        point.setAttribute('cx', x(input));
        point.setAttribute('cy', y(shareAt(curve.points, step, input)));
        point.setAttribute('r', 4);
    });

    const told = now.map(([field, value]) => {
        if (value === null) return `${words(field)} is not known`;
        const share = shareAt(curve.points, step, value);
        return `${words(field)} ${shown(battery.values[field])}: ${round(share)} %, ${round(share * curve.maximum / 100)} A`;
    }).join('; ');
    setText(caption, curve.name);
    setText(text, told);
    svg.setAttribute('aria-label', `${curve.name}: ${curve.points.map(([at, share]) =>
        `${share} % at ${at} ${curve.unit}`).join(', ')}`);
}

function round(number) {
    return Math.round(number * 10) / 10;
}

function limitedEntry(field, { to, by, field: input, value }) {
    const why = input === undefined ? '' : value === null ? `, ${words(input)} is not known` : `, ${words(input)} ${value}`;
    return [words(field), `${to} by ${by}${why}`];
}

function renderRules(details, battery) {
    details.hidden = !battery.rules;
    if (!battery.rules) return;

    const limited = Object.entries(battery.limited || {});
    setText(details.querySelector('summary'), `Limits by rules (${limited.length || 'none'} limited)`);
    if (!details.open) return;

    fillPairs(details.querySelector('dl'), limited.map(([field, what]) => limitedEntry(field, what)));
    fill(details.querySelector('.curves'), battery.rules.curves, makeCurve,
        (figure, curve) => drawCurve(figure, battery, curve, battery.rules.curve === 'step'));
}
