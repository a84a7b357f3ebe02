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

// A list of what there is to say of a value: [mark, text] pairs.
function fillRemarks(list, remarks) {
    const create = () => {
        const item = make('li');
        item.append(make('b'), ' ', make('span'));
        return item;
    };
    list.hidden = remarks.length === 0;
    fill(list, remarks, create, (item, [mark, text]) => {
        setText(item.firstChild, mark);
        setText(item.lastChild, text);
    });
}

// @entry: a text, or a text and the remarks on it
function setEntry(element, entry) {
    const [text, remarks] = typeof entry === 'string' ? [entry, []] : entry;
    if (!element.firstChild) element.append(make('span'), make('ul', 'remarks'));
    setText(element.firstChild, text);
    fillRemarks(element.lastChild, remarks);
}

// A <dl> with [name, entry] pairs.
function fillPairs(list, pairs) {
    fill(list, pairs.flat(1), () => make(list.children.length % 2 ? 'dd' : 'dt'), setEntry);
}

// A <tbody> with rows of entries, the first of which is the row's head.
function fillRows(body, rows) {
    const cells = row => {
        const line = make('tr');
        row.forEach((text, i) => line.append(make(i ? 'td' : 'th')));
        line.firstChild.scope = 'row';
        return line;
    };
    fill(body, rows, () => cells(rows[0]), (line, row) =>
        row.forEach((entry, i) => setEntry(line.children[i], entry)));
}
