"""ReversibleEmbedding: a table of vectors that also turns vectors into scores of its rows."""

from keraunos import ops
from keraunos.graph import primitives as p
from keraunos.layers.embedding import Embedding


class ReversibleEmbedding(Embedding):
    """An `Embedding` that, called with `reverse=True`, multiplies vectors by the transposed table: language models read
    and write words with one table (Press and Wolf, 2017).

    Args:
        input_dim, output_dim, embeddings_initializer, embeddings_regularizer, embeddings_constraint, mask_zero: see
            `Embedding`.
        tie_weights: whether the way back uses the same table; else a second one, `(output_dim, input_dim)`.
        reverse_dtype: dtype in which the way back is computed; None: that of the vectors.
        logit_soft_cap: number c: scores become `c * tanh(scores / c)`; None: they stay.

    Shapes: numbers `(N, ...)` to vectors `(N, ..., output_dim)`; in reverse, vectors to scores `(N, ..., input_dim)`.

    Raises:
        ValueError: see `Embedding`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> words = keras.layers.ReversibleEmbedding(100, 32)
    >>> vectors = words(np.array([[4, 9, 1]]))
    >>> words(vectors, reverse=True).shape
    (1, 3, 100)
    """

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        self.tie_weights = tie_weights
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap

    def build(self, input_shape=None):
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                (self.output_dim, self.input_dim), self.embeddings_initializer, name="reverse_embeddings"
            )

    def call(self, inputs, reverse=False):
        if not reverse:
            found = super().call(inputs)
            if self.mask_zero:
                found._keras_mask = super().compute_mask(inputs)
            return found
        table = self.embeddings if self.tie_weights else self.reverse_embeddings
        if self.reverse_dtype is not None:
            inputs, table = ops.cast(inputs, self.reverse_dtype), ops.cast(table, self.reverse_dtype)
        scores = p.matmul(inputs, table, transpose_b=self.tie_weights)
        if self.logit_soft_cap is not None:
            scores = ops.tanh(scores / self.logit_soft_cap) * self.logit_soft_cap
        return scores

    def compute_mask(self, inputs, mask=None):
        """None: `call` attaches the mask, on the way there alone."""
        return None

    def compute_output_shape(self, input_shape, reverse=False):
        if reverse:
            return (*input_shape[:-1], self.input_dim)
        return super().compute_output_shape(input_shape)

    def get_config(self):
        return {
            **super().get_config(),
            "tie_weights": self.tie_weights,
            "reverse_dtype": self.reverse_dtype,
            "logit_soft_cap": self.logit_soft_cap,
        }
