"""Runs the Python blocks of the tutorials and writes below each what it printed.

    PYTHONPATH=python python docs/make_tutorials.py [docs/tutorials/01-gradient-descent.md ...]

The blocks of a page run in order and in one namespace, in an empty folder. A ```text block behind a block shows what
it printed; the pictures that are linked behind it are the figures that it left open, in their order. Tests run the
pages with made-up data and short settings (`tests/test_tutorials.py`): a line `<!-- short: epochs = 2 -->` in front of
a block replaces the line `epochs = ...` in it. Data is looked for as `examples/tables.py` and `keras.datasets` do.
"""

import contextlib
import io
import os
import pathlib
import re
import shutil
import sys
import tempfile
import time
from typing import NamedTuple

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent / "tutorials"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))
sys.path.append(str(FOLDER.parents[1] / "examples"))  # for the tables
_BLOCK = re.compile(r"(?:^<!-- short: (?P<short>[^\n]*) -->\n)?^```python\n(?P<code>.*?)^```\n", re.S | re.M)
_OUTPUT = re.compile(r"\n```text\n(.*?)^```\n", re.S | re.M)
_PICTURE = re.compile(r"!\[[^]]*\]\((figures/[^)]+\.svg)\)")


class Block(NamedTuple):
    """A block of a page: its code, the line it starts at, what replaces lines of it in tests, where the shown output
    stands in the page, that output, and the pictures behind it."""

    code: str
    line: int
    short: dict
    place: slice
    output: str
    pictures: list


def parse(text):
    """The blocks of a page."""
    found = list(_BLOCK.finditer(text))
    blocks = []
    for match, following in zip(found, [*found[1:], None], strict=True):
        shown = _OUTPUT.match(text, match.end())
        end = following.start() if following else len(text)
        short = dict(part.split(" = ", 1) for part in (match["short"] or "").split("; ") if part)
        blocks.append(
            Block(
                match["code"],
                text.count("\n", 0, match.start("code")),
                short,
                slice(match.end(), shown.end() if shown else match.end()),
                shown[1] if shown else "",
                _PICTURE.findall(text[match.end() : end]),
            )
        )
    return blocks


def shortened(block):
    """The code with the lines that tests replace."""
    code = block.code
    for name, value in block.short.items():
        code, count = re.subn(rf"^{name} = .*$", f"{name} = {value}", code, flags=re.M)
        if count != 1:
            raise ValueError(f"[make_tutorials] {name} is assigned on {count} lines of the block at line {block.line}")
    return code


def run(page, blocks, short=False, save=None):
    """What every block prints, and how many figures it leaves open.

    Args:
        page: path, for messages.
        blocks: of `parse`.
        short: whether to use short settings and made-up data.
        save: function of a figure and the path in its link, or None.
    """
    import keraunos as keras
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    keras.utils.clear_session()
    pyplot.close("all")
    printed, figures = [], []
    names = {"__name__": "__main__"}
    for block in blocks:
        # Lines count from the top of the page, so that an error points into it.
        code = "\n" * block.line + (shortened(block) if short else block.code)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            exec(compile(code, str(page), "exec"), names)
        printed.append("".join(f"{line.rstrip()}\n" for line in output.getvalue().rstrip().splitlines()))
        open_figures = [pyplot.figure(number) for number in pyplot.get_fignums()]
        figures.append(len(open_figures))
        if save:
            for figure, picture in zip(open_figures, block.pictures, strict=True):
                save(figure, picture)
        pyplot.close("all")
    return printed, figures


def rewritten(text, blocks, printed):
    """The page with the outputs behind its blocks."""
    for block, output in reversed(list(zip(blocks, printed, strict=True))):
        shown = f"\n```text\n{output}```\n" if output else ""
        text = text[: block.place.start] + shown + text[block.place.stop :]
    return text


def outline(text):
    """What stays the same when numbers differ: lines with # for every number, and single spaces."""
    text = re.sub(r"[-+]?\d[\d,]*(\.\d*)?(e[-+]?\d+)?", "#", text)
    return [" ".join(re.sub(r"\[ +", "[", line).split()) for line in text.splitlines()]


@contextlib.contextmanager
def data(short):
    """A folder to run in, in which `get_file` finds the tables; for tests they and the pictures are made up."""
    import keraunos as keras
    import tables

    before, home = os.getcwd(), os.environ.get("KERAUNOS_HOME")
    sets = {keras.datasets.fashion_mnist: (28, 28), keras.datasets.cifar10: (32, 32, 3)}
    loaders = {module: module.load_data for module in sets}
    with tempfile.TemporaryDirectory() as folder:
        cache = pathlib.Path(folder, "cache", "datasets")
        cache.mkdir(parents=True)
        if short:
            tables.write_made_up(cache, 600)
        else:
            for name in tables.ADDRESSES:
                shutil.copy(tables.find(name), cache / name)
        for module, shape in sets.items() if short else ():
            module.load_data = lambda shape=shape: made_up_pictures(shape)
        os.environ["KERAUNOS_HOME"] = str(cache.parent)
        work = pathlib.Path(folder, "work")
        work.mkdir()
        os.chdir(work)
        try:
            yield
        finally:
            os.chdir(before)
            del os.environ["KERAUNOS_HOME"]
            os.environ.update({"KERAUNOS_HOME": home} if home else {})
            for module, loader in loaders.items():
                module.load_data = loader


def made_up_pictures(shape, rows=(600, 200)):
    """((x_train, y_train), (x_test, y_test)): bytes, ten classes that differ in where they are bright."""
    rng = np.random.default_rng(0)
    parts = []
    for count in rows:
        y = (np.arange(count) % 10).astype("uint8")
        x = rng.integers(0, 120, (count, *shape))
        for number in range(10):
            x[y == number, 2 * number : 2 * number + 8] += 100
        parts.append((x.astype("uint8"), y if len(shape) == 2 else y[:, None]))
    return tuple(parts)


def save(figure, picture):
    """Writes a figure as SVG, the same bytes every time."""
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": picture, "svg.fonttype": "none"}):
        figure.savefig(FOLDER / picture, metadata={"Date": None})


def main(pages):
    import tables

    if tables.SHARED.is_dir():
        os.environ.setdefault("KERAUNOS_DATASETS", str(tables.SHARED))
    for page in pages or PAGES:
        page = pathlib.Path(page).resolve()
        start = time.perf_counter()
        text = page.read_text()
        blocks = parse(text)
        with data(short=False):
            printed, _ = run(page, blocks, save=save)
        page.write_text(rewritten(text, blocks, printed))
        print(f"{page.name}: {len(blocks)} blocks, {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
