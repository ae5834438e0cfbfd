"""The GPU's kernels and training steps against cuBLAS, cuDNN, PyTorch and JAX in the same run: `python -m benchmarks.gpu`."""
