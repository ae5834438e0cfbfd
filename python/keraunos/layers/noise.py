"""Layers that add or multiply noise in training."""

import math

from keraunos import ops, random
from keraunos.layers.dropout import checked_rate
from keraunos.layers.layer import Layer
from keraunos.ops.rectifiers import SELU_ALPHA, SELU_SCALE


class GaussianNoise(Layer):
    """In training, adds normal noise of mean 0.

    Args:
        stddev: its standard deviation, at least 0.
        seed: int, for the same noise in every run.

    Raises:
        ValueError: for a negative deviation.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GaussianNoise(0.5)(np.ones((1, 2), "float32")).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= stddev:
            raise ValueError(f"[gaussian_noise] stddev must be at least 0, got {stddev}")
        self.stddev = stddev
        self.seed = seed
        if stddev > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        if not training or not self.stddev:
            return inputs
        return inputs + random.normal(inputs.shape, 0.0, self.stddev, dtype=inputs.dtype, seed=self.seed_generator)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(Layer):
    """In training, multiplies with normal noise of mean 1 and deviation `sqrt(rate / (1 - rate))`.

    Args:
        rate: in [0, 1).
        seed: int, for the same noise in every run.

    Raises:
        ValueError: for a rate outside [0, 1).

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.GaussianDropout(0.5)(np.ones((1, 2), "float32")).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if checked_rate("gaussian_dropout", rate) == 1:
            raise ValueError("[gaussian_dropout] rate must be less than 1, where the noise becomes infinite")
        self.rate = rate
        self.seed = seed
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        stddev = math.sqrt(self.rate / (1 - self.rate))
        return inputs * random.normal(inputs.shape, 1.0, stddev, dtype=inputs.dtype, seed=self.seed_generator)

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class AlphaDropout(Layer):
    """Dropout that keeps mean and variance of selu units: dropped elements take selu's lowest value.

    Source: Klambauer et al., Self-Normalizing Neural Networks, 2017.

    Args:
        rate: in [0, 1].
        noise_shape: shape of the decisions; extents 1 share one, `None` means that of the input.
        seed: int, for the same decisions in every run.

    Raises:
        ValueError: for a rate outside [0, 1].

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.AlphaDropout(0.5)(np.ones((1, 2), "float32")).numpy()
    array([[1., 1.]], dtype=float32)
    """

    _saves_build_shape = False

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.rate = checked_rate("alpha_dropout", rate)
        self.seed = seed
        self.noise_shape = noise_shape and tuple(noise_shape)
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs, training=False):
        if not training or not self.rate:
            return inputs
        given = self.noise_shape or inputs.shape
        shape = tuple(known if wanted is None else wanted for wanted, known in zip(given, inputs.shape, strict=True))
        draws = random.uniform(shape, dtype=inputs.dtype, seed=self.seed_generator)
        lowest = -SELU_ALPHA * SELU_SCALE
        scale = ((1 - self.rate) * (1 + self.rate * lowest**2)) ** -0.5 if self.rate < 1 else 0.0
        return scale * ops.where(draws >= self.rate, inputs, lowest) - scale * lowest * self.rate

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed, "noise_shape": self.noise_shape}
