"""Embedding: a table of vectors that is looked up by number."""

import warnings

import numpy as np

from keraunos import constraints, initializers, ops, regularizers
from keraunos.layers.layer import Layer


class Embedding(Layer):
    """Row `inputs[...]` of a trainable table for every number in the inputs.

    Args:
        input_dim: rows of the table: numbers lie in 0..input_dim - 1.
        output_dim: columns of the table.
        embeddings_initializer: initial table.
        embeddings_regularizer: penalty on the table.
        embeddings_constraint: projection of the table after each update.
        mask_zero: whether the number 0 means "nothing here": such places are masked for the layers behind.
        weights: initial table as an array `(input_dim, output_dim)`, or a list with it.
        lora_rank, lora_alpha, quantization_config: must be None.

    Shapes: inputs `(N, ...)`, integers; table `(input_dim, output_dim)`, output `(N, ..., output_dim)`.

    Raises:
        ValueError: for dimensions that are not positive integers, and, where the numbers are known when the layer is
            called, for numbers outside of the table.

    The gradient touches only rows that were looked up, and equal numbers are summed before an optimizer sees them.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> table = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
    >>> keras.layers.Embedding(3, 2, weights=table)(np.array([[1, 2, 1]])).numpy()
    array([[[1., 2.],
            [3., 4.],
            [1., 2.]]], dtype=float32)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        if kwargs.pop("input_length", None) is not None:
            warnings.warn("Argument `input_length` is deprecated. Just remove it.", stacklevel=2)
        super().__init__(**kwargs)
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if isinstance(value, bool) or not hasattr(value, "__index__") or int(value) <= 0:
                raise ValueError(f"[embedding] {name} must be a positive integer, got {value!r}")
        if lora_rank is not None or quantization_config is not None:
            raise ValueError("[embedding] lora_rank and quantization_config are not supported; leave them None")
        self.input_dim = int(input_dim)
        self.output_dim = int(output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = bool(mask_zero)
        self.autocast = False  # numbers stay what they are
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])

    def build(self, input_shape=None):
        self.embeddings = self.add_weight(
            (self.input_dim, self.output_dim),
            self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
            name="embeddings",
        )

    def call(self, inputs):
        if isinstance(getattr(inputs, "value", None), np.ndarray):
            self.check_numbers(inputs.value)
        return ops.cast(ops.take(self.embeddings, inputs, axis=0), self.compute_dtype)

    def check_numbers(self, numbers):
        """Raises ValueError for an array of numbers that are not all rows of the table."""
        low, high = (numbers.min(), numbers.max()) if numbers.size else (0, 0)
        if not (low >= 0 and high < self.input_dim):
            raise ValueError(
                f'[embedding] layer "{self.name}": expected numbers in 0..{self.input_dim - 1}, got {low}..{high}; '
                f"use input_dim={int(high) + 1} or map unknown words to one number"
            )

    def compute_mask(self, inputs, mask=None):
        """With `mask_zero`, where the inputs are not 0."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def get_config(self):
        return {
            **super().get_config(),
            "input_dim": self.input_dim,
            "output_dim": self.output_dim,
            "embeddings_initializer": initializers.serialize(self.embeddings_initializer),
            "embeddings_regularizer": regularizers.serialize(self.embeddings_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "embeddings_constraint": constraints.serialize(self.embeddings_constraint),
            "mask_zero": self.mask_zero,
            "quantization_config": None,
        }
