"""Printable forms of a model at every stage: graph, instructions in phases."""


def describe(nodes):
    """One line per node: `%3 = dense(%0, %1, %2) activation=relu : float32 (32, 100)  [layer]`."""
    names, lines = {}, []

    def name(tensor):
        return names.setdefault(id(tensor), f"%{len(names)}")

    for node in nodes:
        outputs = ", ".join(name(t) for t in node.outputs)
        inputs = ", ".join(name(t) for t in node.inputs)
        types = ", ".join(f"{t.dtype} {t.shape}" for t in node.outputs)
        attrs = " ".join(f"{k}={_short(v)}" for k, v in node.attrs.items())
        where = f"  [{node.scope}]" if node.scope else ""
        lines.append(f"{outputs} = {node.op.name}({inputs}){' ' + attrs if attrs else ''} : {types}{where}")
    return lines


def dump_graph(graph):
    """The graph as text, results last."""
    lines = describe(graph.nodes)
    lines += [f"return {t.dtype} {t.shape} of {t.node.op.name}" for t in graph.outputs]
    lines += [f"update {v.path} := {t.node.op.name} {t.shape}" for v, t in graph.updates.items()]
    return "\n".join(lines)


def dump_phases(phases):
    """Scheduled instructions as text, with units, chunks and estimated cost."""
    lines = []
    for number, phase in enumerate(phases):
        kind = "serial" if phase.serial else "parallel"
        lines.append(f"phase {number} ({kind}, {phase.nanoseconds / 1000:.1f} us on one core)")
        for group in phase.groups:
            lines.append(f"  group units={group.units} chunk={group.chunk}")
            for i in group.instructions:
                reads = " ".join(str(b) for b in i.reads)
                writes = " ".join(str(b) for b in i.writes)
                lines.append(f"    {i.op}.{i.dtype} {reads} -> {writes}")
    return "\n".join(lines)


def _short(value):
    if hasattr(value, "path"):
        return value.path
    if hasattr(value, "shape"):
        return f"array{value.shape}" if value.size > 1 else repr(value.item())
    return repr(value) if isinstance(value, float) else str(value)
