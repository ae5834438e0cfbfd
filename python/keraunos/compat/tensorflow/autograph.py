"""`tf.autograph`: Python's control flow on tensors is not rewritten."""

from types import SimpleNamespace


def set_verbosity(level, alsologtostdout=False):
    """Accepted."""


experimental = SimpleNamespace(do_not_convert=lambda func=None: func if func is not None else lambda f: f)


def __getattr__(name):
    raise AttributeError(f"[compat] tf.autograph.{name} is not covered by keraunos")
