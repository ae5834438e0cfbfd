"""Models as pictures: where boxes go, what they say, and the files."""

import itertools
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import keraunos as keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos import layers
from keraunos.utils.graph_layout import Layout
from keraunos.utils.model_boxes import boxes_of
from keraunos.utils.model_pictures import Picture, svg


def branched():
    x = keras.Input((8, 8, 3), name="image")
    y = layers.Conv2D(4, 3, padding="same", activation="relu", name="first")(x)
    z = layers.add([y, layers.Conv2D(4, 3, padding="same", name="second")(y)])
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="inside")], name="block")
    out = inner(layers.GlobalAveragePooling2D()(z))
    return keras.Model(x, [out * 2.0, layers.Dense(1, name="value")(out)])


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 14))
    sizes = {i: (draw(st.floats(1, 200)), draw(st.floats(1, 60))) for i in range(count)}
    arrows = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=30))
    return sizes, [(a, b) for a, b in arrows if a < b]


@given(graphs())
@settings(max_examples=200, deadline=None)
def test_boxes_do_not_overlap_and_arrows_lead_down(graph):
    sizes, arrows = graph
    layout = Layout(sizes, arrows)
    assert set(layout.places) == set(sizes)
    for a, b in itertools.combinations(sizes, 2):
        (xa, ya), (xb, yb) = layout.places[a], layout.places[b]
        beside = abs(xa - xb) >= (sizes[a][0] + sizes[b][0]) / 2 - 1e-6
        apart = beside or abs(ya - yb) >= (sizes[a][1] + sizes[b][1]) / 2 - 1e-6
        assert apart, (a, b)
    for a, b in arrows:
        assert layout.places[a][1] < layout.places[b][1]
        heights = [y for _, y in layout.paths[a, b]]
        assert heights == sorted(heights)
    for key, (x, y) in layout.places.items():
        assert sizes[key][0] / 2 - 1e-6 <= x <= layout.width - sizes[key][0] / 2 + 1e-6
        assert 0 <= y <= layout.height


def test_a_chain_is_straight():
    layout = Layout({i: (10 * i + 10, 10) for i in range(6)}, [(i, i + 1) for i in range(5)])
    assert len({round(x, 6) for x, _ in layout.places.values()}) == 1


def test_what_boxes_say():
    boxes, arrows, first, last = boxes_of(
        branched(), shapes=True, dtypes=True, names=True, activations=True, trainable=True
    )
    by_key = {box.key: box for box in boxes}
    assert by_key["first"].title == "first (Conv2D)"
    shapes = ["Input shape: (None, 8, 8, 3)", "Output shape: (None, 8, 8, 4)"]
    assert by_key["first"].rows == ["Activation: relu", *shapes, "Output dtype: float32", "Trainable"]
    assert by_key["multiply"].title == "multiply (Multiply)" and first == ["image"] and last == ["multiply", "value"]
    assert ("first", "second") in arrows and ("first", "add") in arrows and len(arrows) == len(set(arrows))


def test_nested_models_are_opened_on_request():
    closed, _, _, _ = boxes_of(branched())
    opened, arrows, _, _ = boxes_of(branched(), nested=True)
    assert "block" in {box.key for box in closed} and "block/inside" in {box.key for box in opened}
    inside = [box for box in opened if box.group]
    assert {box.group for box in inside} == {("block",)} and ("block/inside", "value") in arrows


def test_subclasses_are_drawn_as_a_list():
    class Pair(keras.Model):
        def __init__(self):
            super().__init__()
            self.a, self.b = layers.Dense(2), layers.Dense(3)

        def call(self, inputs):
            return self.b(self.a(inputs))

    model = Pair()
    model(np.ones((1, 2), "float32"))
    boxes, arrows, _, _ = boxes_of(model)
    assert [box.title for box in boxes] == ["Dense", "Dense"] and len(arrows) == 1


@pytest.mark.parametrize("direction", ["TB", "BT", "LR", "RL"])
def test_svg_is_well_formed(direction):
    boxes, arrows, _, _ = boxes_of(branched(), shapes=True, names=True, nested=True)
    root = ElementTree.fromstring(svg(Picture(boxes, arrows, direction)))
    name = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{name}polyline")) == len(arrows)
    texts = {element.text for element in root.iter(f"{name}text")}
    assert {"first (Conv2D)", "Output shape: (None, 8, 8, 4)", "block"} <= texts


def test_names_are_escaped():
    x = keras.Input((2,), name="a<b")
    model = keras.Model(x, layers.Dense(1, name='q"&{}|')(x))
    boxes, arrows, _, _ = boxes_of(model, names=True)
    ElementTree.fromstring(svg(Picture(boxes, arrows)))
    text = str(keras.utils.model_to_dot(model))
    assert r"a\<b" in text and r"q\"&\{\}\|" in text
    assert "splines=ortho" in text and "splines=curved" in str(keras.utils.model_to_dot(model, splines="curved"))


@pytest.mark.parametrize("ending", ["svg", "png", "pdf", "dot"])
def test_files(tmp_path, ending, monkeypatch):
    if ending in ("png", "pdf"):
        pytest.importorskip("matplotlib", reason="pictures by Matplotlib are not covered: it is not installed")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    path = tmp_path / f"model.{ending}"
    assert keras.utils.plot_model(branched(), path, show_shapes=True, expand_nested=True, dpi=50) is None
    beginning = {"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF", "dot": b"digraph"}[ending]
    assert path.read_bytes().startswith(beginning) and os.listdir(tmp_path) == [path.name]


def test_graphviz_is_used_where_it_is(tmp_path, monkeypatch):
    asked = []

    def run(command, input, **options):
        asked.append((command[:2], input.splitlines()[0]))
        open(command[3], "w").close()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/dot")
    monkeypatch.setattr(subprocess, "run", run)
    keras.utils.plot_model(branched(), tmp_path / "model.png")
    assert asked == [(["/usr/bin/dot", "-Tpng"], "digraph model {")]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: keras.utils.plot_model(branched(), "model.xyz"), "must end in"),
        (lambda: keras.utils.plot_model(branched(), "model.svg", rankdir="up"), "rankdir"),
        (lambda: keras.utils.plot_model(keras.Sequential([layers.Dense(1)]), "model.svg"), "not built"),
    ],
)
def test_mistakes(call, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=words):
        call()
    assert os.listdir(tmp_path) == []
