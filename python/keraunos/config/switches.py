"""Switches of Keras: what is printed, and what there is nothing to choose about here."""

_on = {"interactive_logging": True, "traceback_filtering": True, "flash_attention": True}


def backend():
    """`"keraunos"`: this package computes on kernels of its own, and there is no other choice.

    >>> import keraunos as keras
    >>> keras.config.backend()
    'keraunos'
    """
    return "keraunos"


def set_backend(backend):
    """Accepts the one backend there is.

    Args:
        backend: `"keraunos"`.

    Raises:
        ValueError: for any other.

    >>> import keraunos as keras
    >>> keras.config.set_backend("keraunos")
    """
    if backend != "keraunos":
        raise ValueError(f"[config] the backend is 'keraunos', got {backend!r}; leave the call out")


def is_interactive_logging_enabled():
    """Whether progress and messages are printed to standard output (default) rather than logged.

    >>> import keraunos as keras
    >>> keras.config.is_interactive_logging_enabled()
    True
    """
    return _on["interactive_logging"]


def enable_interactive_logging():
    """Prints progress and messages to standard output.

    >>> import keraunos as keras
    >>> keras.config.enable_interactive_logging()
    """
    _on["interactive_logging"] = True


def disable_interactive_logging():
    """Hands progress and messages, a line each, to the logger `"keraunos"` of Python's `logging` (level INFO).

    >>> import keraunos as keras
    >>> keras.config.disable_interactive_logging()
    >>> keras.config.enable_interactive_logging()
    """
    _on["interactive_logging"] = False


def is_traceback_filtering_enabled():
    """What `enable_traceback_filtering` and `disable_traceback_filtering` chose; default True.

    >>> import keraunos as keras
    >>> keras.config.is_traceback_filtering_enabled()
    True
    """
    return _on["traceback_filtering"]


def enable_traceback_filtering():
    """For compatibility: nothing is ever cut out of tracebacks. They are short, because there is no framework below.

    >>> import keraunos as keras
    >>> keras.config.enable_traceback_filtering()
    """
    _on["traceback_filtering"] = True


def disable_traceback_filtering():
    """For compatibility: tracebacks are whole either way.

    >>> import keraunos as keras
    >>> keras.config.disable_traceback_filtering()
    >>> keras.config.enable_traceback_filtering()
    """
    _on["traceback_filtering"] = False


def is_flash_attention_enabled():
    """What `enable_flash_attention` and `disable_flash_attention` chose; default True.

    >>> import keraunos as keras
    >>> keras.config.is_flash_attention_enabled()
    True
    """
    return _on["flash_attention"]


def enable_flash_attention():
    """For compatibility: how attention is computed follows from shapes and devices alone.

    >>> import keraunos as keras
    >>> keras.config.enable_flash_attention()
    """
    _on["flash_attention"] = True


def disable_flash_attention():
    """For compatibility: see `enable_flash_attention`.

    >>> import keraunos as keras
    >>> keras.config.disable_flash_attention()
    >>> keras.config.enable_flash_attention()
    """
    _on["flash_attention"] = False


def is_nnx_enabled():
    """False: NNX belongs to JAX, which is not used here.

    >>> import keraunos as keras
    >>> keras.config.is_nnx_enabled()
    False
    """
    return False


def enable_unsafe_deserialization():
    """Refuses: a model file is data here, and loading one never runs code from it, so there is nothing to enable.

    Files that hold lambdas, or classes of yours, load when `custom_objects`, or
    `keras.saving.register_keras_serializable`, says what their names mean.

    Raises:
        ValueError: always.

    >>> import keraunos as keras
    >>> keras.config.enable_unsafe_deserialization()
    Traceback (most recent call last):
    ValueError: [config] code in model files is never run; pass custom_objects={name: object} to load them
    """
    raise ValueError("[config] code in model files is never run; pass custom_objects={name: object} to load them")
