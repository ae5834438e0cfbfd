"""Models as JSON text."""

import json

from keraunos.models.model import Model
from keraunos.saving import deserialize_keras_object


def model_from_json(json_string, custom_objects=None):
    """The model that `Model.to_json` described, with fresh weights.

    Args:
        json_string: the text.
        custom_objects: {name: class or function} for what is neither part of this package nor registered.

    Raises:
        ValueError: for text that is no JSON or describes no model.

    >>> import keraunos as keras
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.models.model_from_json(model.to_json()).count_params()
    8
    """
    try:
        config = json.loads(json_string)
    except (TypeError, ValueError) as error:
        raise ValueError(f"[model_from_json] expected JSON text: {error}") from None
    model = deserialize_keras_object(config, custom_objects=custom_objects)
    if not isinstance(model, Model):
        raise ValueError(f"[model_from_json] the text describes a {type(model).__name__}, expected a model")
    return model
