"""Which folder of src may know which folder, or which file of it; what stands in src itself is `main`."""

ALLOWED = {
    'base': {'base'},
    'core': {'core', 'base'},
    'json': {'json', 'core', 'base'},
    'bus': {'bus', 'core', 'base'},
    'venus': {'venus', 'bus', 'json', 'core', 'base'},
    'http': {'http', 'json/writer', 'base'},
    'web': {'web', 'http', 'json', 'core', 'base'},
    'config': {'config', 'core', 'base'},
    'state': {'state', 'json', 'core', 'base'},
    'simulate': {'simulate', 'state', 'config', 'json', 'core', 'base'},
    'doctor': {'doctor', 'config', 'venus', 'bus', 'http', 'json', 'core', 'base'},
}
ALLOWED['main'] = {'main', *ALLOWED}


def may_know(folder, file):
    """Whether @folder may know @file, as `core/value`."""
    return file.split('/')[0] in ALLOWED[folder] or file in ALLOWED[folder]


def find_cycle(graph):
    """A circle in @graph, {node: {node}}, as the list of its nodes, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for target in sorted(graph.get(node, ())):
            cycle = visit(target)
            if cycle:
                return cycle
        done.add(path.pop())
        return None

    for start in sorted(graph):
        cycle = visit(start)
        if cycle:
            return cycle
    return None
