"""(x, y, sample_weight) of a batch, taken apart and put together."""


def unpack_x_y_sample_weight(data):
    """`(x, y, sample_weight)` of a batch, with None for what is missing.

    Args:
        data: what a data source gives: x, (x,), (x, y) or (x, y, sample_weight).

    Raises:
        ValueError: for more parts.

    >>> from keraunos.utils import unpack_x_y_sample_weight
    >>> unpack_x_y_sample_weight((1, 2))
    (1, 2, None)
    """
    parts = tuple(data) if isinstance(data, (list, tuple)) else (data,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"[data] expected x, (x,), (x, y) or (x, y, sample_weight), got {len(parts)} parts")
    return (*parts, None, None)[:3]


def pack_x_y_sample_weight(x, y=None, sample_weight=None):
    """A batch in the form in which data sources give it.

    Args:
        x: inputs; alone they stay as they are, unless they are a list or a tuple themselves.
        y: targets, or None.
        sample_weight: weights, or None.

    >>> from keraunos.utils import pack_x_y_sample_weight
    >>> pack_x_y_sample_weight(1), pack_x_y_sample_weight(1, 2)
    (1, (1, 2))
    """
    if y is None:
        return (x,) if isinstance(x, (tuple, list)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)
