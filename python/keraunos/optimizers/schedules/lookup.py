"""Schedules to dicts and back."""

from keraunos.saving import serialization


def serialize(learning_rate_schedule):
    """The dict form of a schedule."""
    return serialization.serialize_keras_object(learning_rate_schedule)


def deserialize(config, custom_objects=None):
    """The schedule of a dict."""
    return serialization.deserialize_keras_object(config, custom_objects=custom_objects)
