#!/usr/bin/env bash
# Prints the path of a Python that has the real Keras on TensorFlow, in .venv-keras, which it makes; nothing when that cannot be installed.
# Tests exchange files with it and run scripts under it: KERAUNOS_KERAS_PYTHON=$(bash scripts/keras.sh) pytest
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv-keras/bin/python
if ! "$python" -c "import keras, tensorflow" >/dev/null 2>&1; then
  "${PYTHON:-python3}" -m venv .venv-keras >&2
  if ! "$python" -m pip install --quiet "keras==3.15.*" "tensorflow-cpu==2.21.*" h5py >&2; then
    echo "keras.sh: Keras cannot be installed here; what needs it is not covered" >&2
    exit 0
  fi
fi
echo "$python"
