#!/bin/sh
# Builds the wheel and repairs it to the manylinux tag that its symbols allow: the oldest glibc it will run on is about that of the machine
# it is built on, so releases are built in a manylinux image. The wheel must stay under 8 MB; with KERAUNOS_CUDA=ON, which adds
# kernels for every GPU, under 40 MB.
# Usage: scripts/wheel.sh [output folder]; PYTHON=<interpreter> chooses the Python. Needs pip, auditwheel and patchelf.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/wheelhouse}
python=${PYTHON:-python3}
for module in pip auditwheel; do
  "$python" -c "import $module" 2>/dev/null || { echo "missing: python package $module"; exit 1; }
done
# auditwheel calls patchelf, which pip puts beside the interpreter.
PATH=$(dirname "$(command -v "$python")"):$PATH
export PATH
command -v patchelf >/dev/null || { echo "missing: patchelf"; exit 1; }
raw=$(mktemp -d)
trap 'rm -rf "$raw"' EXIT
cuda=${KERAUNOS_CUDA:-OFF}
limit=8
[ "$cuda" = ON ] && limit=40
"$python" -m pip wheel "$root" --no-deps --wheel-dir "$raw" --config-settings="cmake.define.KERAUNOS_CUDA=$cuda"
"$python" -m auditwheel repair --wheel-dir "$out" "$raw"/keraunos-*.whl
for wheel in "$out"/keraunos-*.whl; do
  bytes=$(wc -c <"$wheel")
  echo "$wheel: $bytes bytes"
  [ "$bytes" -le $((limit << 20)) ] || { echo "larger than $limit MB"; exit 1; }
done
