"""Arguments have the names, places and defaults of Keras: keras-signatures.txt holds what its functions, classes and
methods take. Ours may take more, behind Keras's or by name only, and may do without what Keras needs. What is not there
is the business of docs/keras-compatibility.md."""

import ast
import functools
import importlib
import inspect
import pathlib

import keraunos as keras
import pytest

FILE = pathlib.Path(__file__).parent / "keras-signatures.txt"
NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
ANOTHER = {
    "Optimizer": "Keras hides the arguments of its base class",
    "Layer.add_weight": "shape comes first, by place as by name; aggregation None is 'none'",
    "Layer.call": "without Keras's *args, which every subclass replaces by arguments of its own",
    "Model.call": "without Keras's *args, which every subclass replaces by arguments of its own",
    "Layer.compute_output_shape": "without Keras's *args, which every subclass replaces by arguments of its own",
    "Metric.add_variable": "aggregation is for several replicas; there is one",
    "Metric.add_weight": "starts at zero where Keras leaves that to the variable, which starts at zero",
    "Sequential.compute_output_spec": "the one of all layers, which takes whatever call takes",
}


def table():
    """{module or class: {name: text of its arguments}}"""
    found = {}
    for line in FILE.read_text().splitlines():
        if line.startswith("keras"):
            place = found.setdefault(line.rstrip(":").removeprefix("keras").lstrip("."), {})
        elif line.startswith(" "):
            name, _, arguments = line.strip().removesuffix(")").partition("(")
            place[name] = arguments
    return found


TABLE = table()


def resolve(path):
    """What `path` names in the package, or None."""
    found = keras
    for part in filter(None, path.split(".")):
        if not hasattr(found, part) and inspect.ismodule(found):
            try:
                importlib.import_module(f"{found.__name__}.{part}")
            except ModuleNotFoundError:
                return None
        found = getattr(found, part, None)
    return found


def of_keras(text):
    """[(name, place or None, whether needed, default)] and whether any number of further ones may follow."""
    arguments = ast.parse(f"def f({text}): pass").body[0].args
    count = len(arguments.args)
    defaults = [None] * (count - len(arguments.defaults)) + arguments.defaults + arguments.kw_defaults
    names = [a.arg for a in arguments.args + arguments.kwonlyargs]
    values = [(d is None, None if d is None else ast.literal_eval(d)) for d in defaults]
    return [
        (name, i if i < count else None, *value) for i, (name, value) in enumerate(zip(names, values, strict=True))
    ], arguments.vararg


def same(ours, theirs):
    """Whether two defaults mean the same: a number stands for a tuple of it, of strides for example."""
    return type(ours) is type(theirs) and ours == theirs or isinstance(theirs, tuple) and set(theirs) == {ours}


def differences(ours, text):
    """What differs in the arguments of `ours`, bound, from those in `text`."""
    parameters = inspect.signature(ours).parameters
    places = [name for name, p in parameters.items() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    theirs, more = of_keras(text)
    if more is not None and not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters.values()):
        yield f"takes no *{more.arg}"
    for name, place, needed, default in theirs:
        own = parameters.get(name)
        if own is None or own.kind not in NAMED:
            yield f"has no {name}"
        elif place is not None and places[place : place + 1] != [name]:
            yield f"has {name} at another place"
        elif not needed and not same(own.default, default):
            yield f"{name} is {own.default!r} by default, {default!r} in Keras"
    for name, own in parameters.items():
        if own.kind in NAMED and own.default is own.empty and name not in [row[0] for row in theirs]:
            yield f"needs {name}"


def bound(owner, name):
    """A function, class or method of `owner` without the argument for the object itself."""
    member = getattr(owner, name)
    static = inspect.getattr_static(owner, name)
    if isinstance(member, type):
        return functools.partial(member.__init__, None)
    if isinstance(owner, type) and not isinstance(static, (classmethod, staticmethod)):
        return functools.partial(member, None)
    return member


@pytest.mark.parametrize("place", [place for place in TABLE if resolve(place) is not None])
def test_arguments_are_those_of_keras(place):
    owner, found = resolve(place), {}
    for name, text in TABLE[place].items():
        path = f"{place}.{name}".lstrip(".")
        if hasattr(owner, name) and path not in ANOTHER:
            found[path] = list(differences(bound(owner, name), text))
    assert not {path: what for path, what in found.items() if what}


@pytest.mark.parametrize("path", ANOTHER)
def test_exceptions_are_needed(path):
    place, _, name = path.rpartition(".")
    assert list(differences(bound(resolve(place), name), TABLE[place][name]))


@pytest.mark.parametrize(
    ("function", "text", "what"),
    [
        (lambda a, b=1: 0, "a, b=1", []),
        (lambda a, b=1, c=2, *, d=3, **e: 0, "a, b=1", []),
        (lambda a=1: 0, "a", []),
        (lambda a=1: 0, "a=(1, 1)", []),
        (lambda a=1: 0, "a=(1, 2)", ["a is 1 by default, (1, 2) in Keras"]),
        (lambda a=True: 0, "a=1", ["a is True by default, 1 in Keras"]),
        (lambda a: 0, "a=None", ["a is <class 'inspect._empty'> by default, None in Keras"]),
        (lambda b, a: 0, "a, b", ["has a at another place", "has b at another place"]),
        (lambda *, a: 0, "a", ["has a at another place"]),
        (lambda a: 0, "*, a", []),
        (lambda **a: 0, "a", ["has no a"]),
        (lambda a, b: 0, "a", ["needs b"]),
        (lambda: 0, "*a, **b", ["takes no *a"]),
        (lambda *a: 0, "*a, **b", []),
    ],
)
def test_what_counts_as_a_difference(function, text, what):
    assert list(differences(function, text)) == what


def test_options_of_optimizers_by_place():
    adam = keras.optimizers.Adam(0.1, 0.8, 0.9, 1e-3, True, 0.5, None, 2.0)
    assert (adam.epsilon, adam.amsgrad, adam.weight_decay, adam.clipvalue) == (1e-3, True, 0.5, 2.0)
    muon = keras.optimizers.Muon(0.1, 0.8, 0.9, 0.0, 1e-3, 0.5, *[None] * 3, True, 0.9, *[None] * 3, "muon", ["last"])
    assert (muon.weight_decay, muon.use_ema, muon.name, muon.exclude_layers) == (0.5, True, "muon", ["last"])
    assert keras.optimizers.AdamW(0.1, 0.3, 0.7).beta_1 == 0.7
    with pytest.raises(TypeError, match="multiple values.*clipnorm"):
        keras.optimizers.SGD(0.1, 0.0, False, None, 1.0, clipnorm=1.0)
    with pytest.raises(ValueError, match="unknown arguments of SGD: decay"):
        keras.optimizers.SGD(0.1, decay=0.1)
