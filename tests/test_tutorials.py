"""The ten tutorials run from top to bottom, with made-up data and few epochs, and print what their pages show, but for
the numbers."""

import importlib.util
import pathlib
import re

import pytest

REPOSITORY = pathlib.Path(__file__).resolve().parents[1]


def load(name):
    spec = importlib.util.spec_from_file_location(name, REPOSITORY / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = load("make_tutorials")


def test_there_are_ten():
    assert [int(page.name[:2]) for page in make.PAGES] == list(range(1, 11))


@pytest.mark.parametrize("page", make.PAGES, ids=lambda page: page.stem)
def test_page(page):
    for name in ("sklearn", "pandas", "matplotlib", "imblearn", "h5py"):
        pytest.importorskip(name, reason=f"{name} is not installed: tutorials are not covered")
    blocks = make.parse(page.read_text())
    with make.data(short=True):
        printed, figures = make.run(page, blocks, short=True)
    assert len(blocks) > 5
    for block, output, count in zip(blocks, printed, figures, strict=True):
        place = f"{page.name}, line {block.line + 1}: run docs/make_tutorials.py"
        assert make.outline(output) == make.outline(block.output), place
        assert count == len(block.pictures), place


@pytest.mark.parametrize("page", make.PAGES, ids=lambda page: page.stem)
def test_pictures_and_links_of_a_page(page):
    text = page.read_text()
    for picture in re.findall(r"figures/[\w.-]+", text):
        # Pages and pictures are kept in the repository.
        assert 1000 < (page.parent / picture).stat().st_size < 150_000
    for link in re.findall(r"\]\(([^)#:]+\.md)(?:#[^)]*)?\)", text):
        assert (page.parent / link).exists(), link
    for path in re.findall(r"`((?:examples|benchmarks|docs)/[\w/.-]+)`", text):
        assert (REPOSITORY / path).exists(), path


def test_every_picture_belongs_to_a_page():
    linked = {picture for page in make.PAGES for block in make.parse(page.read_text()) for picture in block.pictures}
    assert {f"figures/{path.name}" for path in (make.FOLDER / "figures").iterdir()} == linked


PAGE = """# A page

<!-- short: n = 2; names = ["a"] -->
```python
n = 100
names = ["a", "b"]
print(n)
```

```text
99
```

Words.

```python
print("b")
```

![A picture](figures/a.svg)
"""


def test_pages_are_parsed_and_rewritten():
    first, second = make.parse(PAGE)
    assert (first.line, first.short, first.output) == (4, {"n": "2", "names": '["a"]'}, "99\n")
    assert make.shortened(first) == 'n = 2\nnames = ["a"]\nprint(n)\n'
    assert (second.short, second.output, second.pictures) == ({}, "", ["figures/a.svg"])
    again = make.rewritten(PAGE, [first, second], ["100\n", "b\n"])
    assert again == PAGE.replace("99", "100").replace('print("b")\n```\n', 'print("b")\n```\n\n```text\nb\n```\n')
    assert make.rewritten(again, make.parse(again), ["100\n", "b\n"]) == again
    silent = make.rewritten(again, make.parse(again), ["", ""])
    assert "text" not in silent and "Words." in silent


def test_what_is_shortened_must_be_there():
    (block,) = make.parse("<!-- short: m = 2 -->\n```python\nn = 1\n```\n")
    with pytest.raises(ValueError, match="m is assigned on 0 lines of the block at line 2"):
        make.shortened(block)


def test_outlines_forget_numbers_alone():
    same = make.outline("loss  0.25, rows 1,024 [ 1 20]: 3e-07, 100%\nb")
    assert same == make.outline("loss 12.5,  rows 16 [10  2]: 1e+03,  5%\nb")
    assert same != make.outline("loss 0.25, rows 1,024 [ 1 20]: 3e-07, 100%")
    assert make.outline("True") != make.outline("False")
