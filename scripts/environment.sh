# Sourced by the other scripts: makes .venv with keraunos and what the named extras need, unless it is there and current.
# usage: . scripts/environment.sh EXTRAS     e.g. "plot" or "dev"
set -eu
cd "$(dirname "${BASH_SOURCE[0]}")/.."
extras=$1
python=${PYTHON:-python3}
[ -x .venv/bin/python ] || "$python" -m venv .venv
# The installed package is current when it was built from exactly these files.
stamp=.venv/keraunos-$extras.stamp
current=$(find cpp cuda python CMakeLists.txt pyproject.toml LICENSE -type f ! -name '*.pyc' ! -name '*.so' -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null)" != "$current" ]; then
  .venv/bin/python -m pip install --quiet --upgrade pip
  shared=
  if [ "$extras" = dev ]; then
    # In the folder of the plain C++ tests, which take the same objects; its other users leave settings of theirs.
    .venv/bin/python -m pip install --quiet "scikit-build-core>=0.10" "pybind11>=2.13" "nanobind>=2.4" "cmake>=3.21" ninja
    shared="--no-build-isolation -C build-dir=build/tests/plain -C cmake.define.KERAUNOS_PYTHON=ON
      -C cmake.define.KERAUNOS_TESTS=OFF -C cmake.define.KERAUNOS_CUDA=AUTO"
  fi
  CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)} .venv/bin/python -m pip install --quiet $shared ".[$extras]"
  rm -f .venv/keraunos-*.stamp
  printf '%s' "$current" > "$stamp"
fi
