"""The API reference: a page for every public module, from its names and their docstrings. An extension of Sphinx.

Packages load their names when they are first used, so a page cannot be found by looking into a module: it is written
from `__all__` before Sphinx reads the sources, into docs/api/, which is not kept.
"""

import importlib
import inspect
import pathlib

FOLDER = pathlib.Path(__file__).resolve().parent / "api"
# In the order of the table of contents. An object of several names is described where it comes first.
MODULES = """layers layers.feature_space models ops ops.image ops.linalg ops.nn ops.numpy activations losses metrics
optimizers optimizers.schedules callbacks initializers regularizers constraints data datasets.boston_housing
datasets.california_housing datasets.cifar10 datasets.cifar100 datasets.fashion_mnist datasets.imdb datasets.mnist
datasets.reuters preprocessing preprocessing.image preprocessing.sequence preprocessing.text utils
utils.bounding_boxes utils.legacy visualization random saving legacy.saving tree config dtype_policies mixed_precision
distillation wrappers backend""".split()
TITLES = {"": "keraunos: the names at the top"}


def names_of(module):
    """Public names of a module that are no modules, in order."""
    listed = getattr(module, "__all__", None)
    names = sorted(listed or [name for name in vars(module) if not name.startswith("_")])
    for name in names:
        value = getattr(module, name)
        # Without a list, what a module imported for its own use is told by where it was made.
        own = listed or str(getattr(value, "__module__", "")).startswith(module.__name__) or name.isupper()
        if own and not inspect.ismodule(value):
            yield name, value


def described():
    """{module: [(name, value, full name where it is described, or None: here)]}."""
    places, found = {}, {}
    for part in (*MODULES, ""):
        full = f"keraunos.{part}".rstrip(".")
        pairs = list(names_of(importlib.import_module(full)))
        # Of several names in a module, the one that the object itself carries.
        for name, value in sorted(pairs, key=lambda pair: pair[0] != getattr(pair[1], "__name__", None)):
            if callable(value):
                places.setdefault(id(value), f"{full}.{name}")
        here = [(name, value, places.get(id(value), f"{full}.{name}")) for name, value in pairs]
        found[part] = [(name, value, None if place == f"{full}.{name}" else place) for name, value, place in here]
    return found


def members_of(cls):
    """Methods and properties that a class adds to what its bases have."""
    inherited = {name for base in cls.__mro__[1:] for name in vars(base)}
    for name, value in vars(cls).items():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(function) and not name.startswith("_") and name not in inherited:
            yield name


def page(part, entries):
    """The source of a page."""
    full = f"keraunos.{part}".rstrip(".")
    title = TITLES.get(part, f"keraunos.{part}")
    about = inspect.getdoc(importlib.import_module(full)).split("\n\n")[0]
    lines = [title, "=" * len(title), "", about, "", f".. currentmodule:: {full}", ""]
    groups = {"Classes": inspect.isclass, "Functions": inspect.isroutine, "Values": lambda value: not callable(value)}
    for heading, belongs in groups.items():
        own = [(name, value) for name, value, place in entries if place is None and belongs(value)]
        if own:
            lines += [heading, "-" * len(heading), ""]
        for name, value in own:
            if heading == "Classes":
                members = ", ".join(members_of(value))
                lines += [f".. autoclass:: {full}.{name}", *([f"   :members: {members}"] * bool(members)), ""]
            elif heading == "Functions":
                lines += [f".. autofunction:: {full}.{name}", ""]
            else:
                lines += [f".. data:: {name}", f"   :value: {value!r}", ""]
    others = [(name, place) for name, _, place in entries if place]
    if others:
        lines += ["Other names", "-----------", ""]
        lines += [f"* ``{name}``: the same as :py:obj:`{place}`" for name, place in others]
    return "\n".join(lines) + "\n"


def file_name(part):
    """The name of a page's file, without an ending."""
    return f"keraunos.{part}".rstrip(".")


def pages():
    """{name of the file: its source}, with the page that leads to all others."""
    found = described()
    sources = {f"{file_name(part)}.rst": page(part, entries) for part, entries in found.items()}
    contents = "\n".join(f"   {file_name(part)}" for part in ("", *MODULES))
    about = "Every public name, by module. Names that Keras has and keraunos has not: :doc:`../keras-compatibility`."
    index = f"API reference\n=============\n\n{about}\n\n.. toctree::\n   :maxdepth: 1\n\n{contents}\n"
    return {"index.rst": index, **sources}


def write(app=None):
    """Writes the pages; those that did not change keep their date, so that Sphinx need not read them again."""
    FOLDER.mkdir(exist_ok=True)
    sources = pages()
    for path in FOLDER.iterdir():
        if path.name not in sources:
            path.unlink()
    for name, source in sources.items():
        path = FOLDER / name
        if not path.exists() or path.read_text() != source:
            path.write_text(source)


def setup(app):
    """Called by Sphinx."""
    app.connect("builder-inited", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
