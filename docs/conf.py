"""Sphinx: the documentation site. `bash scripts/docs.sh` builds it into build/docs."""

import pathlib
import sys

from pygments.lexers.special import TextLexer

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

project = "keraunos"
author = "the authors of keraunos"
copyright = "the authors of keraunos, Apache-2.0"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reference"]
exclude_patterns = ["dumps"]
html_theme = "furo"
html_title = "keraunos"

# Headings can be linked to, down to ###, as on GitHub.
myst_heading_anchors = 3
# `x` in a docstring is code, as in Markdown, and a link where it is the name of something that is described.
default_role = "py:obj"
autodoc_typehints = "none"
add_module_names = False
napoleon_google_docstring = True
napoleon_numpy_docstring = False
# What is returned is described in sentences, whose first colon parts no type from them.
napoleon_custom_sections = ["Returns"]
python_maximum_signature_line_length = 100


def setup(app):
    """Called by Sphinx."""
    # Blocks of docs/architecture.md are marked with the file that they are quoted from.
    app.add_lexer("dump", TextLexer)
