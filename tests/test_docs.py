"""Documentation that runs: examples of every module, docstrings of all public names, dumps of architecture.md."""

import doctest
import importlib
import importlib.util
import inspect
import os
import pathlib
import pkgutil
import re
import subprocess
import sys

import keraunos
import numpy as np
import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]
MODULES = [m.name for m in pkgutil.walk_packages(keraunos.__path__, "keraunos.") if "._cpu" not in m.name]
PUBLIC = """activations backend callbacks config constraints data datasets.boston_housing datasets.california_housing
datasets.cifar10 datasets.cifar100 datasets.fashion_mnist datasets.imdb datasets.mnist datasets.reuters
distillation dtype_policies initializers layers layers.feature_space legacy.saving losses metrics models ops
optimizers optimizers.schedules preprocessing preprocessing.image preprocessing.text random regularizers
saving tree utils utils.bounding_boxes visualization wrappers""".split()
# The functions of keras.ops are NumPy's by name and rule, those of keras.backend are the same under older names;
# lookups and their inverses are the same in every package.
NEED_NO_EXAMPLE = re.compile(r"keraunos\.(ops|backend)\.|\.(get|serialize|deserialize)$")


@pytest.mark.parametrize("name", ["keraunos", *MODULES])
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    keraunos.utils.clear_session()
    # Examples import what they use, as their readers have to.
    failed, _ = doctest.testmod(importlib.import_module(name), globs={})
    assert not failed
    assert not os.listdir(tmp_path), "examples leave no files behind"


def public():
    """(full name, object) of every public class and function."""
    found = {}
    for place in ["", *PUBLIC]:
        module = importlib.import_module(f"keraunos.{place}".rstrip("."))
        for name in getattr(module, "__all__", None) or [n for n in vars(module) if not n.startswith("_")]:
            value = getattr(module, name)
            own = getattr(value, "__module__", None)
            if callable(value) and isinstance(own, str) and own.startswith(module.__name__):
                found[f"{module.__name__}.{name}"] = value
    return found


def members(cls):
    """Public methods and properties that a class defines itself."""
    for name, value in vars(cls).items():
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if inspect.isfunction(function) and not name.startswith("_"):
            yield name


def documented(value):
    """Whether a class or function has a docstring of its own, rather than that of a base class."""
    return bool((value.__dict__.get("__doc__") if inspect.isclass(value) else inspect.getdoc(value)) or "")


def test_every_public_name_has_a_docstring():
    missing = [name for name, value in public().items() if not documented(value)]
    for name, cls in public().items():
        if inspect.isclass(cls):
            missing += [f"{name}.{m}" for m in members(cls) if not inspect.getdoc(getattr(cls, m))]
    assert not missing


def test_every_public_name_has_an_example():
    without = [name for name, value in public().items() if ">>>" not in (inspect.getdoc(value) or "")]
    assert not [name for name in without if not NEED_NO_EXAMPLE.search(name)]


# Where arguments, shapes and errors of everything public are documented too, not only an example.
DOCUMENTED = re.compile(
    r"keraunos\.(layers\.((convolution|pooling|normalization|image|reshaping|encoders|audio)\."
    r"|(embedding|reversible_embedding|einsum_dense|dot_product|time_distributed)$)"
    r"|ops\.(convolutions|pooling|normalization|image)|utils\.(images|bounding_boxes|sequences)"
    r"|utils\.image_dataset|config)"
)
SEE_ANOTHER = re.compile(r"(see|as (those )?(of|for)) `\w+`")


def test_arguments_shapes_and_errors_are_documented():
    """Every argument is named (or another class, where they are), and `Raises:` and shapes by letter are there."""
    missing = []
    for name, value in public().items():
        parameters = [p for p in inspect.signature(value).parameters if p not in ("name", "dtype", "kwargs")]
        if not DOCUMENTED.match(value.__module__) or not parameters:
            continue
        text = inspect.getdoc(value)
        unnamed = [p for p in parameters if not re.search(rf"(?<!\w){p}(?!\w)", text)]
        missing += [f"{name}: argument {p}" for p in unnamed if not SEE_ANOTHER.search(text)]
        missing += [f"{name}: Args"] * ("Args:" not in text)
        if not value.__module__.startswith("keraunos.config"):
            missing += [f"{name}: Raises"] * ("Raises:" not in text)
            missing += [f"{name}: shapes"] * (not re.search(r"`\((\.\.\.|\*?\w+)(,[^`]*)?\)`", text))
    assert not missing


def load(name):
    """A module of docs/."""
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_dumps():
    return load("make_dumps")


def test_the_reference_has_a_page_for_every_public_module():
    reference = load("reference")
    modules = {"", *reference.MODULES}
    assert set(PUBLIC) <= modules
    for part in modules:
        module = importlib.import_module(f"keraunos.{part}".rstrip("."))
        inner = {f"{part}.{name}".lstrip(".") for name in getattr(module, "__all__", ())
                 if inspect.ismodule(getattr(module, name))}  # fmt: skip
        # `compat` answers the imports of others, `datasets` and `legacy` hold modules alone.
        assert inner <= modules | {"compat", "datasets", "legacy", "optimizers.legacy"}
    pages = reference.pages()
    assert set(pages) == {"index.rst", *(f"{reference.file_name(part)}.rst" for part in modules)}
    assert all(f"   {name.removesuffix('.rst')}\n" in pages["index.rst"] for name in pages if name != "index.rst")


def test_the_reference_describes_every_public_name_once():
    pages = load("reference").pages()
    everything = "".join(pages.values())
    described = re.findall(r"^\.\. auto(?:class|function):: (\S+)$", everything, re.M)
    assert len(described) == len(set(described)) > 900
    elsewhere = re.findall(r"the same as :py:obj:`(\S+)`", everything)
    assert set(elsewhere) <= set(described)
    names = public()
    for name in names:
        place, _, last = name.rpartition(".")
        assert name in described or f"* ``{last}``: the same as" in pages[f"{place}.rst"], name
    objects = [id(names[name]) for name in described if name in names]
    assert len(objects) == len(set(objects)), "described under two names"
    losses = pages["keraunos.losses.rst"]
    assert "* ``mse``: the same as :py:obj:`keraunos.losses.mean_squared_error`" in losses
    # Methods stand with the class that adds them, not with every one that overrides them.
    assert re.search(r"autoclass:: keraunos.losses.Loss\n   :members: .*call", losses)
    assert re.search(r"autoclass:: keraunos.losses.Huber\n\n", losses)
    assert ".. data:: CLASS_NAMES" in pages["keraunos.datasets.fashion_mnist.rst"]


def test_the_dumps_are_what_the_model_becomes():
    module = make_dumps()
    for name, text in module.dumps().items():
        assert (module.FOLDER / name).read_text() == text, f"{name} is out of date: run docs/make_dumps.py"


def small_data_sets(monkeypatch):
    """Replaces the data sets that pages load: a few random pictures, so that nothing is downloaded."""
    rng = np.random.default_rng(0)
    parts = [(rng.integers(0, 256, (n, 28, 28), "uint8"), rng.integers(0, 10, n).astype("uint8")) for n in (64, 16)]
    monkeypatch.setattr(keraunos.datasets.fashion_mnist, "load_data", lambda: parts)


PAGES = [
    "README.md",
    "docs/cuda.md",
    "docs/from-tensorflow.md",
    "docs/images.md",
    "docs/mixed-precision.md",
    "docs/winograd.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_python_blocks_run(page, tmp_path, monkeypatch, capsys):
    """The blocks of a page, one after another, as a reader would copy them."""
    pytest.importorskip("PIL", reason="pages about pictures need Pillow")
    monkeypatch.chdir(tmp_path)
    small_data_sets(monkeypatch)
    text = (REPOSITORY / page).read_text()
    names = {"__name__": "__main__"}
    winograd = keraunos.config.winograd()
    for found in re.finditer(r"^```python\n(.*?)^```", text, re.S | re.M):
        # Lines count from the top of the page, so that an error points into it.
        code = "\n" * text.count("\n", 0, found.start(1)) + found.group(1)
        exec(compile(code, page, "exec"), names)
    keraunos.config.set_winograd(winograd)


def test_every_page_with_python_blocks_is_run():
    pages = {path.name for path in (*(REPOSITORY / "docs").glob("*.md"), REPOSITORY / "README.md")
             if "```python\n" in path.read_text()}  # fmt: skip
    assert pages == {pathlib.Path(page).name for page in PAGES}


def test_architecture_quotes_the_dumps():
    """Every fenced block marked `dump <file>` consists of lines of that file, in their order."""
    text = (REPOSITORY / "docs" / "architecture.md").read_text()
    blocks = re.findall(r"```dump (\S+)\n(.*?)```", text, re.S)
    assert {name for name, _ in blocks} == set(make_dumps().dumps())
    for name, block in blocks:
        lines = iter((REPOSITORY / "docs" / "dumps" / name).read_text().splitlines())
        for line in block.splitlines():
            assert line.strip() in ("", "...") or line in lines, f"{name} has no line (there) {line!r}"


def test_the_patch_of_adding_an_op_applies():
    patch = re.search(r"```diff\n(.*?)```", (REPOSITORY / "docs" / "adding-an-op.md").read_text(), re.S).group(1)
    git = ["git", "-C", str(REPOSITORY), "apply", "--check", "-"]
    if not (REPOSITORY / ".git").exists():
        pytest.skip("whether the patch applies is not covered: this is no git checkout")
    done = subprocess.run(git, input=patch, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", sorted((REPOSITORY / "docs").glob("*.md")), ids=lambda path: path.name)
def test_paths_in_documents_exist(document):
    for path in re.findall(r"`((?:python|cpp|tests|docs|benchmarks|scripts)/[\w/.-]+\.\w+)`", document.read_text()):
        assert (REPOSITORY / path).exists(), f"{document.name} names {path}"


def loaded_by(statement):
    code = f"import numpy, sys; before = set(sys.modules); {statement}; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_what_an_import_costs():
    """Counted in modules, which no busy machine can change: the package loads names when they are first used."""
    assert loaded_by("import keraunos") == ["keraunos", "keraunos._lazy"]
    layers = loaded_by("import keraunos; keraunos.layers.Dense")
    assert len([m for m in layers if m.startswith("keraunos")]) <= 122
    assert not [
        m for m in layers if m.split(".")[0] in ("h5py", "pandas", "matplotlib", "PIL", "urllib", "tarfile", "csv")
    ]


def make_compatibility():
    return load("make_compatibility")


def test_the_page_of_names_is_true():
    module = make_compatibility()
    assert module.PAGE.read_text() == module.page(), "out of date: run docs/make_compatibility.py"
    rows = module.survey()
    without_reason = [f"{place}.{name}" for place, name, there, why, _ in rows if not there and why is None]
    assert not without_reason, "what is not there needs a reason in docs/make_compatibility.py"
    reasons = [f"{place}.{name}" for place, name, there, why, _ in rows if there and why is not None]
    assert not reasons, "what is there needs no reason"
    counted = [row for row in rows if row[4]]
    assert sum(row[2] for row in counted) >= 0.9 * len(counted)
