"""`tf.distribute`: strategies with one replica."""

import contextlib


class MirroredStrategy:
    """A strategy whose scope changes nothing: keraunos trains on one device.

    Args:
        devices, cross_device_ops: accepted.
    """

    num_replicas_in_sync = 1

    def __init__(self, devices=None, cross_device_ops=None):
        pass

    def scope(self):
        """A context that changes nothing."""
        return contextlib.nullcontext()

    def run(self, fn, args=(), kwargs=None, options=None):
        """`fn(*args)`."""
        return fn(*args, **(kwargs or {}))

    def reduce(self, reduce_op, value, axis=None):
        """`value`, of the only replica."""
        return value

    def experimental_distribute_dataset(self, dataset, options=None):
        """`dataset` itself."""
        return dataset


OneDeviceStrategy = MirroredStrategy


def get_strategy():
    """The strategy in force."""
    return MirroredStrategy()


def __getattr__(name):
    raise AttributeError(f"[compat] tf.distribute.{name} is not covered by keraunos")
