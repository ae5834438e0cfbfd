"""Margins: how ZeroPadding and Cropping read their argument."""

from keraunos import _arguments
from keraunos.layers.spatial import SpatialLayer


class MarginLayer(SpatialLayer):
    """Base of layers with (before, after) per spatial axis; `_argument` names the constructor's argument."""

    _argument = None

    def _set_margins(self, value):
        """Stores one int for all sides, one per axis, or a pair per axis, in Keras's form."""
        name, tag, rank = self._argument, self._tag, self.rank
        if rank == 1:
            pairs = _arguments.int_tuple(tag, name, value, 2, minimum=0)
            self._margins = (pairs,)
        else:
            entries = (value,) * rank if isinstance(value, int) else value
            if not isinstance(entries, (tuple, list)) or len(entries) != rank:
                raise ValueError(
                    f"[{tag}] {name} must be an integer, {rank} integers, or {rank} pairs of integers; got {value!r}"
                )
            pairs = tuple(_arguments.int_tuple(tag, name, entry, 2, minimum=0) for entry in entries)
            self._margins = pairs
        setattr(self, name, pairs)

    def _all_margins(self):
        """(before, after) for every axis of the inputs."""
        margins = [(0, 0)] * (self.rank + 2)
        for axis, pair in zip(self.spatial_axes, self._margins, strict=True):
            margins[axis] = pair
        return margins
