"""`tf.data`."""

from types import SimpleNamespace

from keraunos.data import AUTOTUNE as AUTOTUNE
from keraunos.data import INFINITE_CARDINALITY as INFINITE_CARDINALITY
from keraunos.data import UNKNOWN_CARDINALITY as UNKNOWN_CARDINALITY
from keraunos.data import Dataset as Dataset

experimental = SimpleNamespace(AUTOTUNE=AUTOTUNE, cardinality=lambda dataset: dataset.cardinality())


def __getattr__(name):
    raise AttributeError(f"[compat] tf.data.{name} is not covered by keraunos")
