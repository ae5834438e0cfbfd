"""plot_model and model_to_dot: a model as a picture."""

import os
import shutil
import subprocess

from keraunos.saving.atomic import replacing
from keraunos.utils.model_boxes import boxes_of
from keraunos.utils.model_pictures import Picture, draw, svg

_DRAWN = ("png", "pdf", "jpg", "jpeg")


def plot_model(model, to_file="model.png", show_shapes=False, show_dtype=False, show_layer_names=False, rankdir="TB",
               expand_nested=False, dpi=200, show_layer_activations=False, show_trainable=False, splines="ortho",
               **kwargs):  # fmt: skip
    """Draws a model into a file.

    SVG needs nothing; PNG, PDF and JPEG need Graphviz's `dot` or matplotlib (`pip install keraunos[plot]`).

    Args:
        model: a built model.
        to_file: path; its ending says the format: svg, png, pdf, jpg or dot.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what boxes say beside the
            layer's class.
        rankdir: "TB" (from top to bottom), "BT", "LR" or "RL".
        expand_nested: whether to draw the layers of models inside.
        dpi: dots per inch of PNG and JPEG files.
        splines: how Graphviz draws arrows: "ortho", "curved", "polyline", "line" or "spline".

    Returns:
        In a notebook, the picture, to be shown; else None.

    Raises:
        ValueError: for a model that is not built, another ending, and another direction.

    Example:

    >>> import keraunos as keras, os, tempfile
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keras.utils.plot_model(model, f"{folder}/model.svg", show_shapes=True)
    ...     os.listdir(folder)
    ['model.svg']
    """
    if kwargs and set(kwargs) - {"show_layer_classes"}:
        raise TypeError(f"[plot_model] unexpected argument {next(iter(kwargs))!r}")
    path = os.fspath(to_file)
    ending = os.path.splitext(path)[1].lstrip(".").lower()
    if ending not in ("svg", "dot", *_DRAWN):
        raise ValueError(f"[plot_model] the file name must end in .svg, .png, .pdf, .jpg or .dot, got {path!r}")
    options = (show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    boxes, arrows = _content(model, rankdir, options)
    dot = shutil.which("dot")
    with replacing(path) as temporary:
        if ending == "dot":
            _write(temporary, _dot_text(boxes, arrows, rankdir, splines=splines))
        elif dot is not None:
            text = _dot_text(boxes, arrows, rankdir, dpi, splines)
            done = subprocess.run([dot, f"-T{ending}", "-o", temporary], input=text, text=True, capture_output=True)
            if done.returncode:
                raise RuntimeError(f"[plot_model] Graphviz failed: {done.stderr.strip()[:300]}")
        elif ending == "svg":
            _write(temporary, svg(Picture(boxes, arrows, rankdir)))
        else:
            draw(Picture(boxes, arrows, rankdir), temporary, ending, dpi)
    return _for_notebooks(path, ending)


def model_to_dot(model, show_shapes=False, show_dtype=False, show_layer_names=True, rankdir="TB", expand_nested=False,
                 dpi=200, subgraph=False, show_layer_activations=False, show_trainable=False, splines="ortho",
                 **kwargs):  # fmt: skip
    """A model as Graphviz's language has it.

    Args:
        model: a built model.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: see `plot_model`.
        rankdir, expand_nested, dpi, splines: see `plot_model`.
        subgraph: accepted for compatibility.

    Returns:
        A `pydot.Dot` where pydot is installed, else the text.

    Raises:
        ValueError: for a model that is not built.

    Example:

    >>> import keraunos as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> "digraph" in str(keras.utils.model_to_dot(model))
    True
    """
    options = (show_shapes, show_dtype, show_layer_names, expand_nested, show_layer_activations, show_trainable)
    text = _dot_text(*_content(model, rankdir, options), rankdir, dpi, splines)
    try:
        import pydot
    except ImportError:
        return text
    return pydot.graph_from_dot_data(text)[0]


def _content(model, rankdir, options):
    if rankdir not in ("TB", "BT", "LR", "RL"):
        raise ValueError(f"[plot_model] rankdir must be 'TB', 'BT', 'LR' or 'RL', got {rankdir!r}")
    if not model.built:
        raise ValueError(f'[plot_model] model "{model.name}" is not built; give it an Input, or call it on data first')
    shapes, dtypes, names, nested, activations, trainable = options
    boxes, arrows, _, _ = boxes_of(model, shapes, dtypes, names, nested, activations, trainable)
    return boxes, arrows


def _dot_text(boxes, arrows, rankdir, dpi=200, splines="ortho"):
    number = {box.key: f"n{i}" for i, box in enumerate(boxes)}
    lines = [
        "digraph model {",
        f"  graph [rankdir={rankdir}, dpi={dpi}, splines={splines}, concentrate=false];",
        '  node [shape=record, fontname="Helvetica", fontsize=10, style=filled, fillcolor=white];',
    ]
    for box in boxes:
        label = "|".join(_quoted(text) for text in (box.title, *box.rows))
        label = f"{{{label}}}" if rankdir in ("TB", "BT") else label
        lines.append(f'  {number[box.key]} [label="{label}"];')
    groups = {}
    for box in boxes:
        for depth in range(1, len(box.group) + 1):
            groups.setdefault(box.group[:depth], []).append(number[box.key])
    for i, (group, members) in enumerate(groups.items()):
        lines.append(f'  subgraph cluster_{i} {{ label="{_quoted(group[-1])}"; style=dashed; {"; ".join(members)}; }}')
    lines += [f"  {number[a]} -> {number[b]};" for a, b in arrows]
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(text):
    return "".join(f"\\{c}" if c in '{}|<>"\\' else c for c in text)


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _for_notebooks(path, ending):
    """The picture as IPython shows it, when a notebook is running."""
    import sys

    if "IPython" not in sys.modules or ending not in ("svg", "png", "jpg", "jpeg"):
        return None
    from IPython import display, get_ipython

    if get_ipython() is None:
        return None
    return display.SVG(path) if ending == "svg" else display.Image(path)
