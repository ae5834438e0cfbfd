"""`tf.compat`: what notebooks use to be quiet."""

from types import SimpleNamespace

v1 = SimpleNamespace(
    logging=SimpleNamespace(set_verbosity=lambda level: None, ERROR=40, WARN=30, INFO=20, DEBUG=10, FATAL=50),
    disable_eager_execution=None,
    enable_eager_execution=lambda: None,
    set_random_seed=lambda seed: __import__("keraunos").utils.set_random_seed(seed),
)


def __getattr__(name):
    raise AttributeError(f"[compat] tf.compat.{name} is not covered by keraunos")
