// Elements: only what has changed is touched, so that focus and selection stay where they are.

function part(root, name) {
    return root.querySelector(`[data-part="${name}"]`);
}

function setText(element, text) {
    if (element.textContent !== text) {
        element.textContent = text;
    }
}

function make(tag, className) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    return element;
}

// Gives @parent one child for each of @entries, made by @create, and fills them.
function fill(parent, entries, create, update) {
    while (parent.children.length > entries.length) parent.lastElementChild.remove();
    while (parent.children.length < entries.length) parent.append(create());
    entries.forEach((entry, i) => update(parent.children[i], entry));
}

// A <dl> with [name, text] pairs.
function fillPairs(list, pairs) {
    fill(list, pairs.flat(), () => make(list.children.length % 2 ? 'dd' : 'dt'), setText);
}

// A <tbody> with rows of texts, the first of which is the row's head.
function fillRows(body, rows) {
    const cells = row => {
        const line = make('tr');
        row.forEach((text, i) => line.append(make(i ? 'td' : 'th')));
        line.firstChild.scope = 'row';
        return line;
    };
    fill(body, rows, () => cells(rows[0]), (line, row) =>
        row.forEach((text, i) => setText(line.children[i], text)));
}
