"""`tf.config`: devices and switches."""

from types import SimpleNamespace
from typing import NamedTuple


class PhysicalDevice(NamedTuple):
    """A device: its name and its type, "CPU" or "GPU"."""

    name: str
    device_type: str


LogicalDevice = PhysicalDevice


def list_physical_devices(device_type=None):
    """The devices of a type."""
    import keraunos

    found = [name.upper().partition(":") for name in keraunos.devices()]
    devices = [PhysicalDevice(f"/physical_device:{kind}:{number or 0}", kind) for kind, _, number in found]
    return [device for device in devices if device_type in (None, device.device_type)]


list_logical_devices = get_visible_devices = list_physical_devices


def set_soft_device_placement(enabled):
    """Accepted: what has no kernel on a GPU runs on the CPU."""


def set_visible_devices(devices, device_type=None):
    """Chooses the CPU when no GPU is among `devices`."""
    import keraunos

    if device_type == "GPU" and not devices:
        keraunos.config.set_device("cpu")


def run_functions_eagerly(run_eagerly):
    """Accepted: functions are traced; `Model.compile(run_eagerly=True)` is the way to look inside a model."""


def _set_threads(count):
    import keraunos

    if count:
        keraunos.config.set_num_threads(count)


threading = SimpleNamespace(
    set_intra_op_parallelism_threads=_set_threads,
    set_inter_op_parallelism_threads=lambda count: None,
    get_intra_op_parallelism_threads=lambda: 0,
    get_inter_op_parallelism_threads=lambda: 0,
)
optimizer = SimpleNamespace(set_jit=lambda enabled: None, set_experimental_options=lambda options: None)
experimental = SimpleNamespace(
    list_physical_devices=list_physical_devices,
    set_memory_growth=lambda device, enable: None,
    list_logical_devices=list_physical_devices,
    enable_op_determinism=lambda: None,
)


def __getattr__(name):
    raise AttributeError(f"[compat] tf.config.{name} is not covered by keraunos")
