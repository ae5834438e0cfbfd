"""The table that `model.summary()` prints."""

import math
import shutil

_SHARES = [0.45, 0.80, 1.0]
_WIDEST, _TRAINABLE_COLUMN = 88, 12
_UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def summary(model, line_length=None, positions=None, expand_nested=False, show_trainable=False, layer_range=None):
    """The text of `Model.summary`; arguments as there."""
    rows = _rows(model.layers, expand_nested, layer_range)
    header = ["Layer (type)", "Output Shape", "Param #"] + (["Trainable"] if show_trainable else [])
    shares = positions or (_SHARES if not show_trainable else [*(0.9 * share for share in _SHARES), 1.0])
    widest = _WIDEST + (_TRAINABLE_COLUMN if show_trainable else 0)
    width = line_length or min(widest, shutil.get_terminal_size().columns - 4)
    widths = _widths(width, shares, len(header))
    aligned = ["<", "<", ">", "^"][: len(header)]
    lines = [
        f'Model: "{model.name}"',
        _rule("┏━┳┓", widths),
        _line("┃", header, widths, aligned),
        _rule("┡━╇┩", widths),
    ]
    for number, (layer, depth) in enumerate(rows):
        if number:
            lines.append(_rule("├─┼┤", widths))
        cells = [f"{'  ' * depth}{layer.name} ({type(layer).__name__})", _shape_text(layer), _params_text(layer)]
        if show_trainable:
            cells.append("Y" if layer.trainable else "N")
        lines += _wrapped(cells, widths, aligned)
    lines.append(_rule("└─┴┘", widths))
    return "\n".join(lines + _totals(model)) + "\n"


def _rows(layers, expand_nested, layer_range):
    rows = []

    def visit(layer, depth):
        rows.append((layer, depth))
        if expand_nested:
            for inner in getattr(layer, "layers", ()):
                visit(inner, depth + 1)

    for layer in layers:
        visit(layer, 0)
    if layer_range is not None:
        names = [layer.name for layer, _ in rows]
        if len(layer_range) != 2 or any(name not in names for name in layer_range):
            raise ValueError(f"[summary] layer_range must be [first, last] of {names}, got {layer_range!r}")
        rows = rows[names.index(layer_range[0]) : names.index(layer_range[1]) + 1]
    return rows


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
    """Lines of at most `width` characters, broken at blanks where there are any."""
    lines = []
    while len(text) > width:
        cut = text.rfind(" ", 0, width + 1)
        cut = cut if cut > 0 else width
        lines.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*lines, text]


def _shape_text(layer):
    shape = getattr(layer, "_known_output_shape", None)
    return "?" if shape is None else str(tuple(shape))


def _params_text(layer):
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
