"""How many threads kernels use."""


def num_threads():
    """The number of threads that Programs use at most; default: the processors that this process may use.

    >>> import keraunos as keras
    >>> keras.config.num_threads() >= 1
    True
    """
    from keraunos import _cpu

    return _cpu.num_threads()


def set_num_threads(threads):
    """Sets the number of threads that Programs use from their next run on. Results have the same bits for any number.

    Args:
        threads: int from 1 on. `OMP_NUM_THREADS` and `KERAUNOS_NUM_THREADS` say it from outside.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.config.set_num_threads(keras.config.num_threads())
    """
    from keraunos import _cpu

    if isinstance(threads, bool) or not hasattr(threads, "__index__"):
        raise ValueError(f"[threads] expected a number of threads, got {threads!r}")
    _cpu.set_num_threads(int(threads))
