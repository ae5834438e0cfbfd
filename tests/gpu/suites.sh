# The suites that run on a GPU (tests/gpu/check.sh) and on the emulator (tests/cuda/emulate.sh); to be sourced. What falls
# back to the CPU fails there (tests/conftest.py). A line is one run of pytest.
gpu_suites() {
  cat << 'END'
tests/gpu
tests/graph/test_ops.py tests/graph/test_group_updates.py
tests/layers tests/losses tests/optimizers tests/activations tests/parity
tests/metrics tests/ops/test_against_numpy.py tests/ops/test_composed.py tests/ops/test_image.py
tests/mixed_precision/test_mixed_training.py
END
}

# Tests of the CPU's threads, as an option -k.
export NOT_OF_A_GPU="not any_number_of_threads"

# run_gpu_suite <python> <suites> [options of pytest]: exit status of pytest. tests/gpu chooses devices itself.
run_gpu_suite() {
  local python=$1 suites=$2
  shift 2
  # Word splitting of the suites is meant.
  if [ "$suites" = tests/gpu ]; then
    "$python" -m pytest -q -p no:cacheprovider $suites "$@"
  else
    KERAUNOS_TEST_DEVICE=gpu "$python" -m pytest -q -p no:cacheprovider $suites "$@"
  fi
}
