"""The table that `model.summary()` prints."""

import math
import re
import shutil

# Header, shares of the width at which columns end, alignment, and the widest table; Keras's choices.
_CHAIN = (["Layer (type)", "Output Shape", "Param #"], [0.45, 0.80, 1.0], ["<", "<", ">"], 88)
_GRAPH = (
    ["Layer (type)", "Output Shape", "Param #", "Connected to"],
    [0.3, 0.56, 0.74, 1.0],
    ["<", "<", ">", "<"],
    108,
)
_TRAINABLE_COLUMN = 12
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def summary(model, line_length=None, positions=None, expand_nested=False, show_trainable=False, layer_range=None):
    """The text of `Model.summary`; arguments as there."""
    function = model._network.function if model._network is not None and not model._is_chain else None
    branches = function is not None and _has_branches(function)
    rows = _rows(model.layers if function is None else function.operations, expand_nested, layer_range)
    header, shares, aligned, widest = _GRAPH if branches else _CHAIN
    shares = positions or shares
    if show_trainable:
        header, aligned, widest = [*header, "Trainable"], [*aligned, "^"], widest + _TRAINABLE_COLUMN
        shares = [*(0.9 * share for share in shares), 1.0]
    width = line_length or min(widest, shutil.get_terminal_size().columns - 4)
    widths = _widths(width, shares, len(header))
    lines = [
        f'Model: "{model.name}"',
        _rule("┏━┳┓", widths),
        _line("┃", header, widths, aligned),
        _rule("┡━╇┩", widths),
    ]
    for number, (layer, depth) in enumerate(rows):
        if number:
            lines.append(_rule("├─┼┤", widths))
        prefix = f"{'   ' * depth}└ " if depth else ""
        cells = [
            f"{prefix}{layer.name} ({getattr(layer, 'class_name', type(layer).__name__)})",
            _shape_text(layer),
            _params_text(layer),
        ]
        if branches:
            cells.append(_connections(layer, function))
        if show_trainable:
            cells.append("-" if not getattr(layer, "weights", None) else "Y" if layer.trainable else "N")
        lines += _wrapped(cells, widths, aligned)
    lines.append(_rule("└─┴┘", widths))
    return "\n".join(lines + _totals(model)) + "\n"


def _has_branches(function):
    """Whether the graph is more than a chain: an operation reads several tensors, or is used twice, or a tensor is read
    twice."""
    nodes = function.nodes
    readers = [id(tensor) for node in nodes for tensor in node.input_tensors]
    several = any(len(node.input_tensors) > 1 for node in nodes) or len(function.outputs) + len(function.inputs) > 2
    return several or len({id(node.operation) for node in nodes}) < len(nodes) or len(set(readers)) < len(readers)


def _connections(operation, function):
    """Where the inputs come from: `layer[call][output], ...`."""
    inside = {id(node) for node in function.nodes}
    tensors = [t for node in operation._inbound_nodes if id(node) in inside for t in node.input_tensors]
    histories = [tensor._keras_history for tensor in tensors]
    return ", ".join(f"{h.operation.name}[{h.node_index}][{h.tensor_index}]" for h in histories) or "-"


def _rows(layers, expand_nested, layer_range):
    if layer_range is not None:
        layers = layers[slice(*_bounds([layer.name for layer in layers], layer_range))]
    rows = []

    def visit(layer, depth):
        rows.append((layer, depth))
        if expand_nested:
            for inner in getattr(layer, "layers", ()):
                visit(inner, depth + 1)

    for layer in layers:
        visit(layer, 0)
    return rows


def _bounds(names, layer_range):
    """(first, one past the last) of the layers between two names or patterns of names."""
    if len(layer_range) == 2:
        places = [[i for i, name in enumerate(names) if re.match(pattern, name)] for pattern in layer_range]
        if all(places):
            return min(map(min, places)), max(map(max, places)) + 1
    raise ValueError(f"[summary] layer_range must be [first, last] of {names}, got {layer_range!r}")


def _widths(width, shares, columns):
    """Characters of each column. Blanks and rules come on top of the shares, so the columns give up the excess
    evenly."""
    if len(shares) != columns:
        raise ValueError(f"[summary] positions must have {columns} entries, got {shares!r}")
    ends = [int(share * width) if share <= 1 else int(share) for share in shares]
    wanted = [end - begin + 2 for begin, end in zip([0, *ends], ends, strict=False)]
    excess = sum(wanted) + columns + 1 - width
    widths = []
    for place, cell in enumerate(wanted):
        share = round(excess / (columns - place))
        excess -= share
        widths.append(max(1, cell - share - 2))
    return widths


def _rule(marks, widths):
    left, fill, middle, right = marks
    return left + middle.join(fill * (w + 2) for w in widths) + right


def _line(edge, cells, widths, aligned):
    texts = [f" {cell:{align}{w}} " for cell, w, align in zip(cells, widths, aligned, strict=True)]
    return edge + edge.join(texts) + edge


def _wrapped(cells, widths, aligned):
    """A row of the table; cells that are too wide go on in lines below."""
    split = [_wrap(cell, w) for cell, w in zip(cells, widths, strict=True)]
    height = max(map(len, split))
    return [_line("│", [part[i] if i < len(part) else "" for part in split], widths, aligned) for i in range(height)]


def _wrap(text, width):
    """Lines of at most `width` characters, broken at blanks; a word that is longer ends in an ellipsis."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if len(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]


def _shape_text(layer):
    """Shapes of what the layer returned when it was last called symbolically, else of what it would return on the shape
    it was built on."""
    if layer._inbound_nodes:
        shapes = [tensor.shape for tensor in layer._inbound_nodes[-1].output_tensors]
    elif getattr(layer, "_build_shape", None) is not None:
        shapes = _shapes_in(layer.compute_output_shape(layer._build_shape))
    else:
        return "?"
    return str(shapes[0]) if len(shapes) == 1 else str(shapes)


def _shapes_in(shapes):
    if all(n is None or isinstance(n, int) for n in shapes):
        return [tuple(shapes)]
    return [tuple(shape) for shape in (shapes.values() if isinstance(shapes, dict) else shapes)]


def _params_text(layer):
    if not hasattr(layer, "built"):
        return "0"
    return f"{layer.count_params():,}" if layer.built else "0 (unbuilt)"


def _totals(model):
    trainable = model.trainable_weights
    frozen = model.non_trainable_weights
    optimizer = model.optimizer.variables if getattr(model, "compiled", False) and model.optimizer is not None else []
    optimizer = list(optimizer) if getattr(model.optimizer, "built", False) else []
    groups = [("Total", trainable + frozen + optimizer), ("Trainable", trainable), ("Non-trainable", frozen)]
    if optimizer:
        groups.append(("Optimizer", optimizer))
    return [f" {name} params: {_count(variables):,} ({_memory(variables)})" for name, variables in groups]


def _count(variables):
    return sum(v.size for v in variables)


def _memory(variables):
    """Size in memory with two decimals, in units of 1024."""
    size = sum(v.nbytes for v in variables)
    exponent = min(int(math.log(size, 1024)), len(_UNITS) - 1) if size else 0
    return f"{size / 1024**exponent:.2f} {_UNITS[exponent]}"


# Keras's colours: types blue, numbers green, None light blue.
_COLORS = (
    (re.compile(r"(?<= \()[A-Z]\w*(?=\)? )"), "38;5;33"),
    (re.compile(r"\bNone\b"), "38;5;45"),
    (re.compile(r"(?<![\w.])\d[\d,.]*(?= *[,)\]│]| \(\d)"), "38;5;34"),
)


def colored(text):
    """`text`, a summary, with the colours and bold words in which Keras shows it in terminals."""
    lines = []
    for line in text.split("\n"):
        if line.startswith("┃"):
            line = "┃".join(f"\x1b[1m{cell}\x1b[0m" if cell.strip() else cell for cell in line.split("┃"))
        elif line.startswith("│") or " params: " in line:
            for pattern, color in _COLORS:
                line = pattern.sub(lambda found, color=color: f"\x1b[{color}m{found.group()}\x1b[0m", line)
            head, marked, rest = line.partition(" params: ")
            line = f"\x1b[1m{head}{marked}\x1b[0m{rest}" if marked else line
        elif line.startswith("Model: "):
            line = f"\x1b[1m{line}\x1b[0m"
        lines.append(line)
    return "\n".join(lines)
