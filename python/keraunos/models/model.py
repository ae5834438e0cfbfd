"""Model: a layer that can be compiled, trained, evaluated and saved."""

import os
import sys
import warnings

from keraunos._structure import map_leaves
from keraunos.graph.tensor import TracedValueError
from keraunos.layers.layer import Layer
from keraunos.models.functional_config import KEYS, graph_config, graph_from_config, takes_a_graph
from keraunos.models.network import Network
from keraunos.symbolic.keras_tensor import KerasTensor, keras_tensors
from keraunos.symbolic.spec import map_shapes, output_spec, shapes_of
from keraunos.training.outputs import Outputs
from keraunos.training.programs import StepPrograms
from keraunos.training.trainer import Trainer


class Model(Trainer, Layer):
    """Layers that are trained together: a graph of them, or a subclass that creates layers in `__init__` and uses them
    in `call`.

    Args:
        inputs: for a graph: a `keras.Input`, or a list, tuple or dict of them. Tensors in the middle of another model's
            graph make a model of the part behind them.
        outputs: tensors that layers made of `inputs`, in any structure.
        name: default: the class name in snake case, numbered; `"functional"` for a graph.
        trainable, dtype: see `Layer`.

    Raises:
        ValueError: when `outputs` depend on other inputs, too, or two layers have the same name.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> x = keras.Input((2,))
    >>> h = keras.layers.Dense(4, activation="relu")(x)
    >>> model = keras.Model(x, keras.layers.Dense(1)(h) + x[:, :1])
    >>> model.predict(np.ones((3, 2)), verbose=0).shape
    (3, 1)
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

    _is_chain = False
    _public_module = "keras"

    def __new__(cls, *args, **kwargs):
        if cls is Model and _graph_of(args, kwargs)[0] is not None:
            from keraunos.models.functional import Functional

            cls = Functional
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, trainable=True, name=None, dtype=None, **kwargs):
        graph, rest, unknown = _graph_of(args, kwargs)
        if graph is not None and len(rest) == 1 and isinstance(rest[0], str):
            name, rest = rest[0], ()
        if rest or unknown:
            raise TypeError(
                f"[model] {type(self).__name__} got {next(iter(unknown), None) or rest[0]!r}, which makes no graph of "
                "layers: that is "
                "Model(inputs, outputs) of KerasTensors; other models are subclasses with a call(inputs)"
            )
        super().__init__(trainable=trainable, name=name, dtype=dtype)
        self.compiled = False
        self.optimizer = None
        self.history = None
        self.run_eagerly = False
        self.stop_training = False
        self._in_program = False
        self._output_spec = None
        self._programs = None
        self._resume_at = (0, 0)
        self._network = None
        if graph is not None:
            self._set_network(Network(*graph))
            self.built = True
            if not trainable:
                self.trainable = False

    def _set_network(self, network):
        self._network = network
        self._tracker.replace("layers of the network", [] if network is None else network.layers)
        self._output_spec = None if network is None else network.function.output_structure

    def __setattr__(self, name, value):
        # The trainer's own objects are no part of the model's weights.
        if name in ("optimizer", "history", "loss") or name.startswith(
            ("_compile", "_loss_tracker", "_programs", "_network")
        ):
            object.__setattr__(self, name, value)
        else:
            super().__setattr__(name, value)

    @property
    def layers(self):
        """The layers directly inside, in order."""
        return list(self._tracker.layers if self._network is None else self._network.layers)

    def _of_network(self, attribute):
        if self._network is None:
            reason = " before it is built, by an Input or by its first data" if self._is_chain else ": it is no graph"
            raise AttributeError(f'[model] "{self.name}" has no {attribute}{reason}')
        return self._network

    @property
    def inputs(self):
        """The KerasTensors where data enters, as a flat list."""
        return list(self._of_network("inputs").function.inputs)

    @property
    def outputs(self):
        """The KerasTensors of the outputs, as a flat list."""
        return list(self._of_network("outputs").function.outputs)

    @property
    def input(self):
        """The KerasTensors where data enters, in their structure."""
        return self._of_network("input").function.input_structure if self._network else super().input

    @property
    def output(self):
        """The KerasTensors of the outputs, in their structure."""
        return self._of_network("output").function.output_structure if self._network else super().output

    @property
    def input_shape(self):
        """Shape of the input, None for the batch axis; a list of them for several inputs."""
        shapes = [tensor.shape for tensor in self._of_network("input shape").function.inputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_shape(self):
        """Shape of the output, None for the batch axis; a list of them for several outputs."""
        shapes = [tensor.shape for tensor in self._of_network("output shape").function.outputs]
        return shapes[0] if len(shapes) == 1 else shapes

    @property
    def output_names(self):
        """Names of the layers that make the outputs."""
        return list(self._of_network("output names").output_names)

    @property
    def input_names(self):
        """Names of the layers where data enters."""
        return list(self._of_network("input names").input_names)

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
        if self._network is not None:
            return
        if type(self).call is Model.call:
            raise NotImplementedError(f"[model] {type(self).__name__} must implement call(inputs)")
        self.built = True
        if input_shape is not None:
            self._build_shape = input_shape
            inputs = map_shapes(input_shape, lambda shape: KerasTensor(shape, self.compute_dtype))
            self._output_spec = output_spec(self._traced_call, (inputs,), {})
            self._name_variables(self.name)

    def build_from_config(self, config):
        """Builds with what `get_build_config` returned: the layers inside, too."""
        if config and config.get("input_shape") is not None:
            self.build(map_shapes(config["input_shape"], tuple))

    def call(self, inputs, training=None, mask=None):
        """The outputs of the graph; subclasses with a function of their own override it."""
        if self._network is None:
            raise NotImplementedError(f"[model] {type(self).__name__} must implement call(inputs)")
        return self._network(inputs, mask)

    def _build_once(self, input_shape):
        if not self.built:
            # The call that needs the model built is what builds the layers inside, in the order in which it uses them.
            self.built = True
            self._build_shape = input_shape

    def _build_for(self, x):
        """Builds on the first batch, so that its shape can be checked and weights exist before anything is traced."""
        # A model without a function has steps of its own, which say what they need.
        has_function = self._network is not None or type(self).call is not Model.call
        if has_function and (not self.built or self._output_spec is None):
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

    def _known_outputs(self):
        """(Outputs, [(layer, shape)] of each), or (None, None) when they are not known; for checks of targets."""
        if self._output_spec is None or isinstance(self._output_spec, (list, tuple, dict)) and not self._output_spec:
            return None, None
        outputs = Outputs(self._output_spec, self._output_names())
        last = self.layers[-1] if self.layers and outputs.count == 1 else self
        made_by = [getattr(t, "_keras_history", (last,))[0] for t in outputs.leaves(self._output_spec)]
        return outputs, list(zip(made_by, shapes_of(outputs.leaves(self._output_spec)), strict=True))

    def _output_names(self):
        return None if self._network is None else self._network.output_names

    def _input_shapes(self):
        """(name, shape) of every input, in order; None when the model is no graph."""
        if self._network is None:
            return None
        return [(tensor.name, tensor.shape) for tensor in self._network.function.inputs]

    def summary(self, line_length=None, positions=None, print_fn=None, expand_nested=False, show_trainable=False,
                layer_range=None):  # fmt: skip
        """Prints a table of the layers, as Keras does; in colours where the output is a terminal and `NO_COLOR` is not
        set.

        Args:
            line_length: width in characters; default 80, or more when names need it.
            positions: share of the width at which columns end.
            print_fn: function that gets the text instead of `print`.
            expand_nested: whether to list the layers inside of layers.
            show_trainable: whether to add a column Y/N.
            layer_range: [first, last] names of the layers to show.
        """
        from keraunos.utils.summary import colored, summary

        text = summary(self, line_length, positions, expand_nested, show_trainable, layer_range)
        if print_fn is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR"):
            text = colored(text)
        (print_fn or print)(text)

    _not_in_files = Layer._not_in_files | {"_chain", "_input", "_compile_arguments"}

    @property
    def _layers_in_files(self):
        return self.layers

    @property
    def _comes_first_in_files(self):
        return self._network is not None

    def __reduce__(self):
        from keraunos.saving.pickling import reduced

        return reduced(self)

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Saves the model to a `.keras` or `.h5` file; see `keraunos.models.save_model`."""
        from keraunos.saving import save_model

        save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        """Saves the weights to a `.weights.h5` or `.safetensors` file; see `keraunos.saving.save_weights`."""
        from keraunos.saving import save_weights

        save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath, skip_mismatch=False):
        """Loads what `save_weights` (ours or Keras's) wrote; see `keraunos.saving.load_weights`."""
        from keraunos.saving import load_weights

        load_weights(self, filepath, skip_mismatch)

    def get_config(self):
        """What the model can be made from: its graph, or its constructor arguments, to which a subclass adds its
        own."""
        config = {"name": self.name, "trainable": self.trainable}
        if self._network is not None and takes_a_graph(type(self)):
            return {**config, **graph_config(self._network, _is_functional)}
        return {**config, **_own_arguments(self)}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that `get_config` described, with fresh weights."""
        config = dict(config)
        if all(key in config for key in KEYS):
            inputs, outputs = graph_from_config({key: config.pop(key) for key in KEYS}, custom_objects, _is_functional)
            return cls(inputs=inputs, outputs=outputs, **config)
        return cls(**config)

    def to_json(self, **options):
        """The model without its weights as JSON text, for `keras.models.model_from_json`; `options` go to
        `json.dumps`."""
        import json

        from keraunos.saving import serialize_keras_object

        return json.dumps(serialize_keras_object(self), **options)

    def get_compile_config(self):
        """The arguments of `compile`, serialized, the optimizer as it is now; empty before `compile`."""
        from keraunos.saving import serialize_keras_object

        if not self.compiled:
            return {}
        return {
            k: serialize_keras_object(v) for k, v in {**self._compile_arguments, "optimizer": self.optimizer}.items()
        }

    def compile_from_config(self, config):
        """Compiles with what `get_compile_config` returned; the optimizer's state is made, to be loaded from a file.

        A model with a `compile` of its own is left as it is, with a warning: only it knows what to do.
        """
        from keraunos.saving import deserialize_keras_object

        if type(self).compile is not Trainer.compile:
            warnings.warn(
                f"[load_model] {type(self).__name__} has a compile() of its own; call it, or override "
                "compile_from_config()",
                stacklevel=2,
            )
            return
        self.compile(**deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_weights)


def _is_functional(operation):
    return isinstance(operation, Model) and operation._network is not None and not operation._is_chain


def _own_arguments(model):
    from keraunos.layers.layer import _simple_arguments

    return _simple_arguments(model) if type(model).__init__ is not Model.__init__ else {}


def _graph_of(args, kwargs):
    """((inputs, outputs) or None, the other positional arguments, the other keywords)."""
    kwargs = {k: v for k, v in kwargs.items() if k not in ("name", "trainable", "dtype")}
    given = dict(zip(("inputs", "outputs"), args, strict=False)) | {
        k: kwargs.pop(k) for k in ("inputs", "outputs") if k in kwargs
    }
    if len(given) < 2 or not keras_tensors(list(given.values())):
        return None, args, kwargs
    return (given["inputs"], given["outputs"]), args[2:], kwargs
