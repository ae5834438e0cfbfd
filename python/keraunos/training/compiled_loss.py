"""The loss of `compile`: a name, a function or an object, called on one output."""

from keraunos.losses.loss import Loss
from keraunos.losses.wrapper import LossFunctionWrapper


def compiled_loss(loss):
    """A `Loss` for what `compile(loss=...)` was given; None stays None (the model then adds losses itself)."""
    from keraunos import losses

    if isinstance(loss, (list, tuple, dict)):
        if len(loss) != 1:
            raise ValueError("[compile] several losses need a model with several outputs; pass one loss")
        loss = next(iter(loss.values())) if isinstance(loss, dict) and "class_name" not in loss else loss
        loss = loss[0] if isinstance(loss, (list, tuple)) else loss
    found = losses.get(loss)
    if found is None or isinstance(found, Loss):
        return found
    if isinstance(found, type):
        return found()
    wrapper = LossFunctionWrapper(found, name=getattr(found, "__name__", "loss"))
    wrapper._integer_targets = found is losses.sparse_categorical_crossentropy
    return wrapper
