"""The GPU's kernels and training steps against cuBLAS, cuDNN, PyTorch and JAX: `python -m benchmarks.gpu`."""
