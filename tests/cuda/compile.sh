#!/bin/sh
# Compiles every kernel for every target as the package does, and compares registers and spills with ptxas.txt.
# No GPU is needed. A file whose PTX is what it was when --record found it good is not assembled again: the same ptxas
# makes the same of it, and takes two thirds of the time.
# Usage: tests/cuda/compile.sh [--record | part of a file's path]      --record: assembles all, and writes ptx.txt
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
nvcc=$(bash scripts/nvcc.sh)
record=
[ "${1:-}" = --record ] && record=1 && shift
reports=$(mktemp -d)
export nvcc record here
trap 'rm -rf "$reports"' EXIT

cat > "$reports/compile" <<'END'
case $1 in
  */hopper_*) ptx=compute_90a targets=sm_90a ;;
  */gemm/* | */convolution/*) ptx=compute_80 targets=sm_80,sm_86,sm_89,sm_90 ;;
  *) ptx=compute_80 targets=sm_80,sm_90 ;;
esac
case $1 in
  */gemm/* | */convolution/*) flags= ;;
  *) flags="-fmad=false --diag-suppress=186" ;;
esac
flags="-std=c++20 -I. -Icpp -Icuda/hardware --expt-relaxed-constexpr -Xptxas=-v --Werror=cross-execution-space-call $flags"
at=$0-$(echo "$1" | tr / _)
mkdir "$at"
# The host's part is read and checked, not compiled (elementwise.cu: 3 s instead of 18). xargs stops at 255.
compile() {
  "$nvcc" $flags -Xcompiler=-fsyntax-only --generate-code="arch=$ptx,code=[$2]" --keep --keep-dir="$at" -c "$1" \
    -o "$at/object.o" > "$at/report" 2>&1 || { cat "$at/report" >&2; exit 255; }
}
compile "$1" "$ptx"
python3 "$here/ptx.py" "$1" "$at" $("$nvcc" --version | tail -n 2) $flags $targets > "$at/digest"
if [ -n "$record" ] || ! grep -qxFf "$at/digest" "$here/ptx.txt"; then compile "$1" "$targets"; else echo known > "$at/report"; fi
END
# What takes longest is not last.
printf '%s\n' cuda/persistent/*.cu cuda/kernels/*/*.cu | grep -F "${1:-/}" | xargs -P "$(nproc)" -n 1 sh "$reports/compile"
cat "$reports"/*/report | c++filt | python3 "$here/ptxas.py" "$here/ptxas.txt"
[ -z "$record" ] || cat "$reports"/*/digest > "$here/ptx.txt"
