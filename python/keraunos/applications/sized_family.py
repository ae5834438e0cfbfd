"""SizedFamily: models of any width, whose weights depend on the size of pictures."""

from keraunos.applications import checks
from keraunos.applications.family import Family


class SizedFamily(Family):
    """A family whose functions have an `alpha`, with weights for some of them and for pictures of some sizes.

    Args:
        module, build, options: see `Family`; `url` has {alpha} and {rows}.
        label: how the names of models begin.
        sizes: rows and columns for which there are weights.
        alphas: the factors for which there are -> how files call them.
        asks_tensor: whether rows and columns come from `input_tensor` where `input_shape` says nothing.
    """

    def __init__(self, module, build, *, label, sizes, alphas, asks_tensor=False, **options):
        super().__init__(module, build, **options)
        self.label, self.sizes, self.alphas, self.asks_tensor = label, sizes, alphas, asks_tensor

    def shape(self, tag, given, size):
        imagenet = given.weights == "imagenet"
        if imagenet:
            check_alpha(tag, given.alpha, tuple(self.alphas))
        if self.asks_tensor:
            check_agreement(tag, given)
        shape = checks.three(tag, given.input_shape) if given.input_shape else None
        if shape is None and self.asks_tensor and given.input_tensor is not None:
            shape = given.input_tensor.shape[1:]
        size = next((n for n in self.sizes if shape and checks.rows_and_columns(shape) == (n, n)), size)
        shape = super().shape(tag, given, size)
        if imagenet and self._rows(given, shape) not in shape:
            warn_of_size(tag, self.size, shape)
        return shape

    def name(self, given, shape):
        return given.name or f"{self.label}_{given.alpha:0.2f}_{self._rows(given, shape)}"

    def source(self, given, shape, file, hashes):
        notop = "" if given.include_top else "_no_top"
        return (self.url.format(alpha=self.alphas[given.alpha], rows=self._rows(given, shape), notop=notop),)

    def _rows(self, given, shape):
        """Rows of the pictures that the model is made for, or that its weights were made for."""
        rows, columns = checks.rows_and_columns(shape)
        unusual = rows != columns or rows not in self.sizes
        return self.size if unusual and given.weights == "imagenet" else rows


def check_alpha(tag, alpha, allowed):
    """Raises a ValueError for a factor of filters for which ImageNet has no weights."""
    if alpha not in allowed:
        raise ValueError(
            f"[{tag}] alpha: expected one of {', '.join(map(str, allowed))} with the weights of ImageNet, got {alpha}"
        )


def check_agreement(tag, given):
    """Raises a ValueError where `input_shape` has other rows and columns than `input_tensor`."""
    if given.input_tensor is None or not given.input_shape:
        return
    shape, of_tensor = checks.three(tag, given.input_shape), tuple(given.input_tensor.shape[1:])
    if checks.rows_and_columns(shape) != checks.rows_and_columns(of_tensor):
        raise ValueError(f"[{tag}] input_shape: expected that of input_tensor, {of_tensor}, got {shape}")


def warn_of_size(tag, size, shape):
    """Says that weights were made for pictures of another size."""
    checks.warn(f"[{tag}] the weights were trained on pictures of {size} x {size}, this model is for shape {shape}")
