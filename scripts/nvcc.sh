#!/usr/bin/env bash
# Prints the path of an nvcc of CUDA 13: the system's, or that of NVIDIA's packages for pip, installed into .venv.
# usage: CUDACXX=$(bash scripts/nvcc.sh) pip install . --config-settings=cmake.define.KERAUNOS_CUDA=ON
set -eu
cd "$(dirname "$0")/.."
if command -v nvcc; then exit; fi
python=$PWD/.venv/bin/python
[ -x "$python" ] || { echo "nvcc.sh: make .venv first (scripts/test.sh does)" >&2; exit 1; }
find() { ls "$PWD"/.venv/lib/python*/site-packages/nvidia/cu13/bin/nvcc 2>/dev/null; }
if ! find >/dev/null; then
  "$python" -m pip install --quiet "nvidia-cuda-nvcc==13.0.*" "nvidia-cuda-crt==13.0.*" "nvidia-nvvm==13.0.*" \
    "nvidia-cuda-runtime==13.0.*" "nvidia-cuda-cccl==13.0.*" "nvidia-cuda-culibos==13.0.*" >&2
fi
find
