"""Dropout, of elements and of whole channels."""

from keraunos import _arguments, random
from keraunos.layers.layer import Layer


def checked_rate(tag, rate):
    """`rate`, if it lies in [0, 1]."""
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
        raise ValueError(f"[{tag}] rate must be in [0, 1], got {rate!r}")
    return rate


class Dropout(Layer):
    """In training, zeros elements with probability `rate` and divides the others by `1 - rate`.

    Source: Srivastava et al., JMLR 15, 2014.

    Args:
        rate: in [0, 1].
        noise_shape: shape of the decisions; extents 1 share one, `None` means that of the input.
        seed: int, for the same decisions in every run.

    The call takes `training`; without it nothing is dropped.

    Raises:
        ValueError: for a rate outside [0, 1].

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Dropout(0.5)(np.ones((1, 2), "float32")).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = checked_rate("dropout", rate)
        self.seed = seed
        self.noise_shape = noise_shape and tuple(noise_shape)
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        return random.dropout(inputs, self.rate, self._decisions(inputs), seed=self.seed_generator)

    def _decisions(self, inputs):
        return self.noise_shape

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": self.noise_shape}


class _SpatialDropout(Dropout):
    """Dropout that decides once per sample and channel; `_rank` is the number of other axes."""

    _rank = 1

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        super().__init__(rate, seed=seed, name=name, dtype=dtype)
        self.data_format = _arguments.data_format("spatial_dropout", data_format)

    def _decisions(self, inputs):
        if len(inputs.shape) != self._rank + 2:
            raise ValueError(
                f'[spatial_dropout] layer "{self.name}": expected inputs of rank {self._rank + 2}, '
                f"got {tuple(inputs.shape)}"
            )
        samples, ones = inputs.shape[0], (1,) * self._rank
        if self.data_format == "channels_first":
            return (samples, inputs.shape[1], *ones)
        return (samples, *ones, inputs.shape[-1])

    def get_config(self):
        return {
            "rate": self.rate,
            "seed": self.seed,
            "name": self.name,
            "dtype": self.dtype,
            "data_format": self.data_format,
        }


class SpatialDropout1D(_SpatialDropout):
    """Drops whole channels of sequences `(N, T, C)` (Tompson et al., 2015).

    Args:
        rate, seed: see `Dropout`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.SpatialDropout1D(0.5)(np.ones((1, 2, 3), "float32")).shape
    (1, 2, 3)
    """

    _rank = 1

    def __init__(self, rate, seed=None, name=None, dtype=None):
        super().__init__(rate, "channels_last", seed, name, dtype)

    def get_config(self):
        config = super().get_config()
        del config["data_format"]
        return config


class SpatialDropout2D(_SpatialDropout):
    """Drops whole channels of images `(N, H, W, C)` (Tompson et al., 2015).

    Args:
        rate, seed: see `Dropout`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.SpatialDropout2D(0.5)(np.ones((1, 2, 2, 3), "float32")).shape
    (1, 2, 2, 3)
    """

    _rank = 2


class SpatialDropout3D(_SpatialDropout):
    """Drops whole channels of volumes `(N, D, H, W, C)` (Tompson et al., 2015).

    Args:
        rate, seed: see `Dropout`.
        data_format: `"channels_last"` or `"channels_first"`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.SpatialDropout3D(0.5)(np.ones((1, 2, 2, 2, 3), "float32")).shape
    (1, 2, 2, 2, 3)
    """

    _rank = 3
