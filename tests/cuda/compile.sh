#!/bin/sh
# Compiles every kernel for every target as the package does, and compares registers and spills with ptxas.txt.
# No GPU is needed.
# Usage: tests/cuda/compile.sh [part of a file's path]
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
nvcc=$(bash scripts/nvcc.sh)
export nvcc
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT

cat > "$reports/compile" <<'END'
case $1 in
  */hopper_*) flags="--generate-code=arch=compute_90a,code=sm_90a" ;;
  */gemm/* | */convolution/*) flags="--generate-code=arch=compute_80,code=[compute_80,sm_80,sm_86,sm_89,sm_90]" ;;
  *) flags="--generate-code=arch=compute_80,code=[compute_80,sm_80,sm_90] -fmad=false --diag-suppress=186" ;;
esac
report=$0-$(echo "$1" | tr / _)
# The host's part is read and checked, not compiled (elementwise.cu: 3 s instead of 18). xargs stops at 255.
"$nvcc" -std=c++20 -I. -Icpp -Icuda/hardware --expt-relaxed-constexpr -Xptxas=-v --Werror=cross-execution-space-call \
  -Xcompiler=-fsyntax-only $flags -c "$1" -o "$report.o" > "$report.txt" 2>&1 || { cat "$report.txt" >&2; exit 255; }
END
# What takes longest is not last.
printf '%s\n' cuda/persistent/*.cu cuda/kernels/*/*.cu | grep -F "${1:-/}" | xargs -P "$(nproc)" -n 1 sh "$reports/compile"
cat "$reports"/*.txt | c++filt | python3 "$here/ptxas.py" "$here/ptxas.txt"
