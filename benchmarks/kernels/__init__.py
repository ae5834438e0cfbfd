"""Kernels against NumPy, PyTorch and TensorFlow on the shapes of real layers."""
