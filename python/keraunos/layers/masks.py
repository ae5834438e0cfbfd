"""Masks: boolean tensors that travel with tensors and say which positions count."""

import warnings

from keraunos.graph.tensor import Tensor


def masks_of(value):
    """The masks attached to a structure of tensors, in its structure; None where there is none at all."""
    if isinstance(value, Tensor):
        return getattr(value, "_keras_mask", None)
    if isinstance(value, dict):
        masks = {key: masks_of(item) for key, item in value.items()}
        return masks if any(mask is not None for mask in masks.values()) else None
    if isinstance(value, (list, tuple)):
        masks = [masks_of(item) for item in value]
        return masks if any(mask is not None for mask in masks) else None
    return None


def attach_masks(layer, inputs, outputs, mask):
    """Gives the outputs of `layer` the masks it computes from that of its inputs."""
    if not layer.supports_masking:
        if mask is not None:
            warnings.warn(
                f'[mask] layer "{layer.name}" ({type(layer).__name__}) does not support masking: the mask of its input '
                "ends here",
                stacklevel=3,
            )
        return
    found = layer.compute_mask(inputs, mask)
    if found is None:
        return
    if isinstance(outputs, Tensor):
        outputs, found = [outputs], [found]
    elif isinstance(outputs, dict):
        outputs, found = list(outputs.values()), [found.get(key) for key in outputs]
    for output, one in zip(outputs, found, strict=False):
        if one is not None and isinstance(output, Tensor) and getattr(output, "_keras_mask", None) is None:
            output._keras_mask = one
