"""Penalty on rows or columns that are not orthogonal."""

from keraunos import ops
from keraunos.regularizers.regularizer import Regularizer, checked_factor


class OrthogonalRegularizer(Regularizer):
    """`factor` times the mean absolute cosine of all pairs of rows (or columns) of a matrix.

    Args:
        factor: factor, at least 0.
        mode: `"rows"` or `"columns"`: what is compared.

    Raises:
        ValueError: for other modes and for inputs that are not matrices.

    Example:

    >>> import keraunos as keras
    >>> round(float(keras.regularizers.OrthogonalRegularizer(1.0)(keras.ops.ones((2, 3)))), 5)
    1.0
    """

    def __init__(self, factor=0.01, mode="rows"):
        self.factor = checked_factor(factor, "factor")
        if mode not in ("rows", "columns"):
            raise ValueError(f"[orthogonal_regularizer] mode must be 'rows' or 'columns', got {mode!r}")
        self.mode = mode

    def __call__(self, x):
        if len(x.shape) != 2:
            raise ValueError(f"[orthogonal_regularizer] expected a matrix, got shape {tuple(x.shape)}")
        vectors = ops.normalize(x if self.mode == "rows" else ops.transpose(x), axis=1)
        count = vectors.shape[0]
        cosines = ops.matmul(vectors, ops.transpose(vectors)) * (1.0 - ops.eye(count, dtype=x.dtype))
        pairs = max(count * (count - 1) / 2, 1)
        return self.factor * 0.5 * ops.sum(ops.absolute(cosines)) / pairs

    def get_config(self):
        return {"factor": self.factor, "mode": self.mode}
