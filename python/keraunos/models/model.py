"""Model: a layer that can be compiled, trained, evaluated and saved."""

from keraunos.graph.tensor import TracedValueError
from keraunos.layers.layer import Layer
from keraunos.training.programs import StepPrograms
from keraunos.training.trainer import Trainer
from keraunos.utils.structure import map_leaves


class Model(Trainer, Layer):
    """Base class of models. Subclasses create layers in `__init__` and use them in `call`.

    Args:
        name: default: the class name in snake case, numbered.
        trainable, dtype: see `Layer`.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> class Perceptron(keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = keras.layers.Dense(4, activation="relu")
    ...         self.out = keras.layers.Dense(1)
    ...     def call(self, inputs):
    ...         return self.out(self.hidden(inputs))
    >>> Perceptron().predict(np.ones((3, 2)), verbose=0).shape
    (3, 1)
    """

    def __init__(self, *args, trainable=True, name=None, dtype=None, **kwargs):
        if args or kwargs:
            raise TypeError(
                f"[model] {type(self).__name__} takes no positional arguments; subclass Model or use Sequential"
            )
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self.compiled = False
        self.optimizer = None
        self.history = None
        self.run_eagerly = False
        self.stop_training = False
        self._in_program = False
        self._expected_input_shape = None
        self._last_output_shape = None
        self._programs = None
        self._resume_at = (0, 0)

    def __setattr__(self, name, value):
        # The trainer's own objects are no part of the model's weights.
        if name in ("optimizer", "history", "loss") or name.startswith(("_compile", "_loss_tracker", "_programs")):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def layers(self):
        """The layers directly inside, in order."""
        return list(self._tracker.layers)

    def get_layer(self, name=None, index=None):
        """The layer of a name or at an index.

        Raises:
            ValueError: when there is none, naming the closest.
        """
        from keraunos._naming import nearest

        if index is not None:
            if not -len(self.layers) <= index < len(self.layers):
                raise ValueError(f"[get_layer] index {index} is out of range: the model has {len(self.layers)} layers")
            return self.layers[index]
        for layer in self.layers:
            if layer.name == name:
                return layer
        raise ValueError(f"[get_layer] no layer {name!r}; {nearest(name or '', [layer.name for layer in self.layers])}")

    def build(self, input_shape=None):
        """Creates the weights by calling the model on an input of `input_shape` (batch axis first)."""
        if type(self).call is Layer.call:
            raise NotImplementedError(f"[model] {type(self).__name__} must implement call(inputs)")
        from keraunos.layers.shapes import traced_output_shape

        self.built = True
        if input_shape is not None:
            self._last_output_shape = traced_output_shape(self, input_shape)
            self._name_variables(self.name)

    def _build_once(self, input_shape):
        if not self.built:
            # The call that needs the model built is what builds the layers inside, in the order in which it uses them.
            self.built = True
            self._build_shape = input_shape

    def _build_for(self, x):
        """Builds on the first batch, so that its shape can be checked and weights exist before anything is traced."""
        if not self.built or self._last_output_shape is None:
            try:
                self.build(map_leaves(x, lambda a: (None, *a.shape[1:])))
            except TracedValueError:
                # Code that needs numbers cannot be traced; run eagerly, the first step builds what is missing.
                if not self.run_eagerly:
                    raise
        self._ensure_programs()

    def _ensure_programs(self):
        if self._programs is None:
            self._programs = StepPrograms(self)

    def _output_layer(self):
        """The layer whose output is the model's, as far as that is known."""
        return self.layers[-1] if self.layers else self

    def _output_shape(self):
        shape = self._last_output_shape
        return shape if isinstance(shape, tuple) else None

    def summary(self, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False,
                layer_range=None):  # fmt: skip
        """Prints a table of the layers, as Keras does.

        Args:
            line_length: width in characters; default 80, or more when names need it.
            positions: share of the width at which columns end.
            print_fn: function that gets the text instead of `print`.
            expand_nested: whether to list the layers inside of layers.
            show_trainable: whether to add a column Y/N.
            layer_range: [first, last] names of the layers to show.
        """
        from keraunos.utils.summary import summary

        text = summary(self, line_length, positions, expand_nested, show_trainable, layer_range)
        (print_fn or print)(text)

    def save_weights(self, filepath, overwrite=True):
        """Saves the weights to a `.weights.h5` file in Keras's layout; the file appears whole or not at all."""
        from keraunos.models.weights_h5 import save_weights

        save_weights(self, filepath, overwrite)

    def load_weights(self, filepath, skip_mismatch=False):
        """Loads what `save_weights` (ours or Keras's) wrote."""
        from keraunos.models.weights_h5 import load_weights

        load_weights(self, filepath, skip_mismatch)

    def get_config(self):
        """Constructor arguments; a subclass with arguments of its own adds them."""
        return {"name": self.name, "trainable": self.trainable, **_own_arguments(self)}

    def get_compile_config(self):
        """The arguments of `compile`, serialized."""
        from keraunos.saving import serialize_keras_object

        return {k: serialize_keras_object(v) for k, v in self._compile_arguments.items()} if self.compiled else None


def _own_arguments(model):
    from keraunos.layers.layer import _simple_arguments

    return _simple_arguments(model) if type(model).__init__ is not Model.__init__ else {}
