"""Package-wide settings: default dtype, fuzz factor, image layout, algorithms.

What layers and kernels ask for all the time is here; the rest is imported when somebody looks.
"""

from keraunos._lazy import attach

_LATER = {
    **dict.fromkeys(("max_epochs", "set_max_epochs", "max_steps_per_epoch", "set_max_steps_per_epoch"), "limits"),
    **dict.fromkeys(("num_threads", "set_num_threads"), "threads"),
    **dict.fromkeys(
        (
            "backend",
            "set_backend",
            *(
                f"{what}_{switch}"
                for switch in ("interactive_logging", "traceback_filtering", "flash_attention")
                for what in ("enable", "disable")
            ),
            "is_interactive_logging_enabled",
            "is_traceback_filtering_enabled",
            "is_flash_attention_enabled",
            "is_nnx_enabled",
            "enable_unsafe_deserialization",
        ),
        "switches",
    ),
}

_settings = {
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
    "winograd": True,
    "device": "auto",
    "tensor_float_32": True,
}


def floatx():
    """The default dtype of weights and computations: `"float32"`, `"float64"`, `"bfloat16"` or `"float16"`.

    >>> import keraunos as keras
    >>> keras.config.floatx()
    'float32'
    """
    return _settings["floatx"]


def set_floatx(value):
    """Sets the default dtype. Halves are meant for the computation alone, see `set_dtype_policy`.

    Args:
        value: `"float32"`, `"float64"`, `"bfloat16"` or `"float16"`.

    Raises:
        ValueError: for anything else.

    >>> import keraunos as keras
    >>> keras.config.set_floatx("float64")
    >>> keras.config.floatx()
    'float64'
    >>> keras.config.set_floatx("float32")
    """
    if value not in ("float32", "float64", "bfloat16", "float16"):
        raise ValueError(f"[config] floatx must be 'float32', 'float64', 'bfloat16' or 'float16', got {value!r}")
    _settings["floatx"] = value


def dtype_policy():
    """The policy of layers that are given no dtype; default: that of `floatx()`.

    >>> import keraunos as keras
    >>> keras.config.dtype_policy()
    <DTypePolicy "float32">
    """
    from keraunos import dtype_policies

    return dtype_policies.dtype_policy()


def set_dtype_policy(policy):
    """Sets the policy of layers that are created from now on and given no dtype.

    Args:
        policy: `keraunos.DTypePolicy`, or its name. `"mixed_bfloat16"` computes in bfloat16 and keeps weights in
            float32 (docs/mixed-precision.md).

    Raises:
        ValueError: for anything that is no policy.

    >>> import keraunos as keras
    >>> keras.config.set_dtype_policy("mixed_bfloat16")
    >>> keras.layers.Dense(3).compute_dtype
    'bfloat16'
    >>> keras.config.set_dtype_policy("float32")
    """
    from keraunos import dtype_policies

    dtype_policies.set_dtype_policy(policy)


def epsilon():
    """The small number that keeps divisions and logarithms finite; default 1e-7.

    >>> import keraunos as keras
    >>> keras.config.epsilon()
    1e-07
    """
    return _settings["epsilon"]


def set_epsilon(value):
    """Sets the number that `epsilon` returns.

    Args:
        value: float.

    >>> import keraunos as keras
    >>> keras.config.set_epsilon(1e-7)
    """
    _settings["epsilon"] = float(value)


def image_data_format():
    """`"channels_last"` (default) or `"channels_first"`.

    >>> import keraunos as keras
    >>> keras.config.image_data_format()
    'channels_last'
    """
    return _settings["image_data_format"]


def set_image_data_format(data_format):
    """Sets the default layout of images.

    Args:
        data_format: `"channels_last"`, `(N, H, W, C)`, or `"channels_first"`, `(N, C, H, W)`.

    Raises:
        ValueError: for anything but `"channels_last"` and `"channels_first"`.

    >>> import keraunos as keras
    >>> keras.config.set_image_data_format("channels_last")
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"[config] data format must be 'channels_last' or 'channels_first', got {data_format!r}")
    _settings["image_data_format"] = data_format


def winograd():
    """Whether convolutions may run through Winograd's transforms; default True.

    >>> import keraunos as keras
    >>> keras.config.winograd()
    True
    """
    return _settings["winograd"]


def set_winograd(value):
    """Allows or forbids Winograd's transforms in models that are compiled, and operations that are run, from now on.

    They make 3x3 and 5x5 convolutions of stride 1 two to three times as fast. Their rounding errors are within twice
    those of direct convolution, and an infinity or NaN in an image reaches all outputs of the tiles that read it, up
    to 8x8 of them (docs/winograd.md).

    Args:
        value: bool.

    >>> import keraunos as keras
    >>> keras.config.set_winograd(False)
    >>> keras.config.set_winograd(True)
    """
    _settings["winograd"] = bool(value)


def device():
    """The device that models are compiled for and operations run on: `"auto"` (default), `"cpu"` or `"gpu:0"`.

    >>> import keraunos as keras
    >>> keras.config.device()
    'auto'
    """
    return _settings["device"]


def set_device(name):
    """Sets the device for models that are compiled, and operations that are run, from now on.

    Args:
        name: `"cpu"`; `"gpu"` or `"gpu:0"`, the first GPU; or `"auto"`: operations run where their operands are, models
            on the first GPU when there is one and a step is long enough to be worth it.

    Raises:
        ValueError: for a device that is not there, saying why.

    >>> import keraunos as keras
    >>> keras.config.set_device("cpu")
    >>> keras.config.set_device("auto")
    """
    from keraunos.runtime import devices

    _settings["device"] = devices.check(name)


def tensor_float_32():
    """Whether float32 products on a GPU may use TF32 tensor cores; default True, as in TensorFlow.

    >>> import keraunos as keras
    >>> keras.config.tensor_float_32()
    True
    """
    return _settings["tensor_float_32"]


def set_tensor_float_32(value):
    """Allows or forbids TF32 in Programs that are compiled from now on.

    TF32 rounds the factors of float32 products to 10 bits of mantissa (a relative error of 2^-11 each) and sums in
    float32; it runs on tensor cores, several times as fast as exact products. The CPU never uses it.

    Args:
        value: bool.

    >>> import keraunos as keras
    >>> keras.config.set_tensor_float_32(False)
    >>> keras.config.set_tensor_float_32(True)
    """
    _settings["tensor_float_32"] = bool(value)


_own = [name for name in globals() if not name.startswith("_") and name != "attach"]
__getattr__, _, _names = attach(__name__, _LATER)
__all__ = [*_own, *_names]


def __dir__():
    return __all__
