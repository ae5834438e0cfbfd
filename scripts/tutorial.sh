#!/usr/bin/env bash
# Sets everything up in .venv and runs the Fashion-MNIST tutorial. Arguments go to examples/fashion_mnist.py.
. "$(dirname "$0")/environment.sh" plot
folder=/usr/share/datasets/fashion-mnist
if [ -z "${KERAUNOS_DATASETS:-}" ] && [ -d ../shared/data/fashion-mnist ]; then
  export KERAUNOS_DATASETS=$PWD/../shared/data
elif [ ! -d "$folder" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # Debian and Ubuntu ship the data set; elsewhere load_data() downloads it.
  (apt-get update -qq && apt-get install -y -qq dataset-fashion-mnist) >/dev/null 2>&1 || true
fi
exec .venv/bin/python examples/fashion_mnist.py "$@"
