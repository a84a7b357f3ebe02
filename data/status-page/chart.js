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
    svg.append(document.createElementNS(SVG, 'line'), document.createElementNS(SVG, 'path'));
    return svg;
}

// Draws @values, null where there is none; @span is the least that the height stands for.
function drawChart(svg, values, span, unit) {
    const known = values.filter(value => value !== null);
    const [line, path] = svg.children;
    svg.toggleAttribute('hidden', known.length < 2);
    if (known.length < 2) return;

    const low = Math.min(...known);
    const high = Math.max(...known);
    const middle = (low + high) / 2;
    const height = Math.max(high - low, span);
    const x = i => (i * WIDTH / (values.length - 1)).toFixed(1);
    const y = value => ((0.5 - (value - middle) / height) * (HEIGHT - 4) + 2).toFixed(1);
    let pen = 'M';
    let drawn = '';
    values.forEach((value, i) => {
        // A value that stands alone is a dot.
        if (value !== null) drawn += `${pen}${x(i)} ${y(value)}${pen === 'M' ? 'h.01' : ''}`;
        pen = value === null ? 'M' : 'L';
    });
    path.setAttribute('d', drawn);
    const zero = low < 0 && high > 0;
    line.setAttribute('x2', zero ? WIDTH : 0);
    line.setAttribute('y1', y(0));
    line.setAttribute('y2', y(0));
    svg.setAttribute('aria-label', `last ten minutes: ${low} to ${high} ${unit}`);
}
