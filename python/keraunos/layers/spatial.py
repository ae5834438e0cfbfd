"""LayoutLayer and SpatialLayer: what layers over tensors with spatial axes share."""

from keraunos import _arguments, _naming
from keraunos.layers.layer import Layer


class LayoutLayer(Layer):
    """Base of layers whose channels are last or first, as `data_format` says."""

    def __init__(self, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.data_format = _arguments.data_format(self._tag, data_format)

    @property
    def _tag(self):
        return _naming.snake_case(type(self).__name__)


class SpatialLayer(LayoutLayer):
    """Base of layers over inputs `(N, *spatial, C)`, or `(N, C, *spatial)` for `data_format="channels_first"`.

    Subclasses set `rank`, the number of spatial axes.
    """

    rank = None

    @property
    def channel_axis(self):
        return 1 if self.data_format == "channels_first" else self.rank + 1

    @property
    def spatial_axes(self):
        first = 2 if self.data_format == "channels_first" else 1
        return tuple(range(first, first + self.rank))

    def check_rank(self, shape):
        """Raises ValueError unless `shape` has a batch axis, the spatial axes and a channel axis."""
        if len(shape) == self.rank + 2:
            return
        names = {1: "steps", 2: "height, width", 3: "depth, height, width"}[self.rank]
        first = self.data_format == "channels_first"
        wanted = f"(batch, channels, {names})" if first else f"(batch, {names}, channels)"
        hint = ""
        if len(shape) == self.rank + 1:
            hint = f"; add the missing channel axis with x[{':, None' if first else '..., None'}]"
        raise ValueError(
            f'[{self._tag}] layer "{self.name}": expected inputs of rank {self.rank + 2}, {wanted}, '
            f"got shape {tuple(shape)}{hint}"
        )

    def with_spatial(self, shape, extents):
        """`shape` with its spatial extents replaced."""
        shape = list(shape)
        for axis, extent in zip(self.spatial_axes, extents, strict=True):
            shape[axis] = extent
        return tuple(shape)
