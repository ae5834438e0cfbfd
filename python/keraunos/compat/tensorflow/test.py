"""`tf.test`: what is there to run on."""

from keraunos.compat.tensorflow.config import list_physical_devices


def is_built_with_cuda():
    """Whether this build has kernels for a GPU."""
    try:
        from keraunos import _cuda  # noqa: F401
    except ImportError:
        return False
    return True


def is_gpu_available(cuda_only=False, min_cuda_compute_capability=None):
    """Whether there is a GPU."""
    return bool(list_physical_devices("GPU"))


def gpu_device_name():
    """The name of the first GPU, or an empty string."""
    return "/device:GPU:0" if is_gpu_available() else ""


def __getattr__(name):
    raise AttributeError(f"[compat] tf.test.{name} is not covered by keraunos")
