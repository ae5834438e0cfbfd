"""Which device Programs are compiled for: the one that was set, or the one that a model is worth."""

import threading
import warnings

from keraunos import config
from keraunos.runtime import cuda
from keraunos.runtime.target import CPU

_scopes = threading.local()


def devices():
    """Names of the devices that can be used.

    Returns:
        `["cpu"]` and one name per GPU, `"gpu:0"`, ...

    >>> import keraunos as keras
    >>> keras.devices()[0]
    'cpu'
    """
    return ["cpu", *(f"gpu:{n}" for n in range(cuda.count()))]


def check(name):
    """The canonical form of a device's name: `"auto"`, `"cpu"` or `"gpu:0"`.

    Raises:
        ValueError: for a device that is not there, saying why.
    """
    canonical = {"gpu": "gpu:0", "cuda": "gpu:0"}.get(name, str(name).lower().replace("cuda:", "gpu:"))
    if canonical == "auto" or canonical in devices():
        return canonical
    reason = f"; {cuda.missing()}" if canonical.startswith("gpu") and not cuda.count() else ""
    raise ValueError(f"[device] expected 'auto' or one of {', '.join(devices())}, got {name!r}{reason}")


class device:  # noqa: N801
    """Context manager: models that are compiled and operations that are run inside use this device.

    Args:
        device_name: `"cpu"`, `"gpu:0"`, ... or `"auto"`; `"gpu"` is the first one.

    Raises:
        ValueError: for a device that is not there.

    >>> import keraunos as keras
    >>> with keras.device("cpu"):
    ...     total = keras.ops.sum(keras.ops.ones((2, 3)))
    """

    def __init__(self, device_name):
        self._name = check(device_name)

    def __enter__(self):
        _stack().append(self._name)
        return self

    def __exit__(self, *exception):
        _stack().pop()


def _stack():
    if not hasattr(_scopes, "names"):
        _scopes.names = []
    return _scopes.names


def setting():
    """The name in force: of the innermost `device(...)`, or that of `config.set_device`."""
    stack = getattr(_scopes, "names", None)
    return stack[-1] if stack else config.device()


def of_name(name):
    """The target with this name; "auto" is the CPU."""
    if name in ("cpu", "auto"):
        return CPU
    from keraunos.runtime.gpu import gpu

    return gpu(int(name.partition(":")[2]))


def current():
    """The target that was set; the CPU when the choice is automatic."""
    return of_name(setting())


def is_free():
    """Whether nobody has chosen a device and there is a GPU to choose."""
    return setting() == "auto" and cuda.count() > 0


_warned = set()


def warn_once(message):
    """Warns a first time."""
    if message not in _warned:
        _warned.add(message)
        warnings.warn(message, stacklevel=3)
