"""Kernels and training steps on a GPU against cuBLAS, cuDNN, PyTorch and JAX: `python -m benchmarks.gpu`."""
