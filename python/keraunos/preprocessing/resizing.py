"""smart_resize: another size without distortion."""

import numpy as np

from keraunos import ops


def smart_resize(x, size, interpolation="bilinear", data_format="channels_last", backend_module=None):
    """Pictures in another size, cut in the middle to its proportions first so that nothing is distorted.

    Args:
        x: `(H, W, C)` or `(N, H, W, C)`, array or tensor.
        size: (height, width).
        interpolation: see `ops.image.resize`.
        data_format: "channels_last" or "channels_first"; None means `config.image_data_format()`.
        backend_module: accepted for compatibility.

    Returns:
        float32 pictures, an array for an array and a tensor for a tensor.

    Raises:
        ValueError: for another rank or size.

    >>> import numpy as np
    >>> from keraunos.preprocessing.image import smart_resize
    >>> smart_resize(np.ones((8, 4, 3)), (2, 2)).shape
    (2, 2, 3)
    """
    if not hasattr(size, "__len__") or len(size) != 2:
        raise ValueError(f"[smart_resize] size must be (height, width), got {size!r}")
    resized = ops.image.resize(
        ops.cast(x, "float32"), size, interpolation, crop_to_aspect_ratio=True, data_format=data_format
    )
    return np.asarray(resized) if isinstance(x, np.ndarray) else resized
