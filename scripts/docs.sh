#!/usr/bin/env bash
# Builds the documentation site into build/docs; a warning is an error. The outputs in the tutorials are made by docs/make_tutorials.py.
. "$(dirname "$0")/environment.sh" dev
.venv/bin/python -m sphinx -W --keep-going -q -j auto -d build/doctrees -b html docs build/docs
echo "$PWD/build/docs/index.html"
