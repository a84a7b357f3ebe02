// A sparkline of the last ten minutes.

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 120;
const HEIGHT = 30;

function makeChart() {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('class', 'chart');
    svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('role', 'img');
    svg.append(document.createElementNS(SVG, 'line'), document.createElementNS(SVG, 'path'),
        document.createElementNS(SVG, 'path'));
    svg.children[1].setAttribute('class', 'asked');
    return svg;
}

// A line through @values; null is a gap.
function linePath(values, x, y) {
    let pen = 'M';
    let drawn = '';
    values.forEach((value, i) => {
        // A value that stands alone is a dot.
        if (value !== null) drawn += `${pen}${x(i)} ${y(value)}${pen === 'M' ? 'h.01' : ''}`;
        pen = value === null ? 'M' : 'L';
    });
    return drawn;
}

// Draws @values, null where there is none; @span is the least that the height stands for. @asked: what stands
// beside them as another line, null where it is the same.
function drawChart(svg, values, span, unit, asked = []) {
    const own = values.filter(value => value !== null);
    const known = own.concat(asked.filter(value => value !== null));
    const [line, other, path] = svg.children;
    svg.toggleAttribute('hidden', own.length < 2);
    if (own.length < 2) return;

    const low = Math.min(...known);
    const high = Math.max(...known);
    const middle = (low + high) / 2;
    const height = Math.max(high - low, span);
    const x = i => (i * WIDTH / (values.length - 1)).toFixed(1);
    const y = value => ((0.5 - (value - middle) / height) * (HEIGHT - 4) + 2).toFixed(1);
    path.setAttribute('d', linePath(values, x, y));
    other.setAttribute('d', linePath(asked, x, y));
    const zero = low < 0 && high > 0;
    line.setAttribute('x2', zero ? WIDTH : 0);
    line.setAttribute('y1', y(0));
    line.setAttribute('y2', y(0));
    const most = known.length > own.length ? `, up to ${Math.max(...asked)} ${unit} asked for` : '';
    svg.setAttribute('aria-label',
        `last ten minutes: ${Math.min(...own)} to ${Math.max(...own)} ${unit}${most}`);
}
