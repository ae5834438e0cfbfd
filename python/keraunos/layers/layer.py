"""Layer: weights and a function of tensors, the base of everything that models are built of."""

import functools
import inspect

import numpy as np

from keraunos import _naming, dtype_policies
from keraunos.graph import dtypes
from keraunos.graph import primitives as p
from keraunos.graph import trace as tracing
from keraunos.graph.tensor import Tensor
from keraunos.graph.variable import Variable
from keraunos.layers import call_context
from keraunos.layers.masks import attach_masks, masks_of
from keraunos.layers.tracking import TrackedList, Tracker
from keraunos.layers.weights import LayerWeights
from keraunos.symbolic.keras_tensor import KerasTensor, contains
from keraunos.symbolic.operation import Node, Operation
from keraunos.symbolic.spec import known_shape, map_shapes, output_spec, shapes_of


class Layer(LayerWeights, Operation):
    """Base class of layers. Subclasses implement `build(input_shape)` (create weights) and `call(inputs)`.

    Args:
        activity_regularizer: penalty on the output, added to the loss, divided by the batch size.
        trainable: whether optimizers update the weights.
        dtype: dtype of weights and computation, such as `"float32"`, or a policy that tells them apart, such as
            `"mixed_bfloat16"`; default: `keraunos.config.dtype_policy()`.
        autocast: whether floating inputs, and weights where they are read, are cast to the compute dtype.
        name: default: the class name in snake case, numbered.
        input_shape, input_dim, batch_input_shape: shape of the inputs of a model's first layer, as older scripts
            give it.

    Example:

    >>> import keraunos as keras
    >>> import numpy as np
    >>> class Scale(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> Scale()(np.ones((2, 3), "float32")).shape
    (2, 3)
    """

    # What `call` expects of its first argument: InputSpecs, or None.
    input_spec = None
    # Whether files say on what shape the layer was built: not for layers that Keras makes built.
    _saves_build_shape = True

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # A model builds itself from its layers; every other build() is finished here, also when a user calls it.
        if "build" in cls.__dict__ and cls._build_once is Layer._build_once:
            cls.build = _finishing(cls.__dict__["build"])

    def __new__(cls, *args, **kwargs):
        layer = super().__new__(cls, *args, **kwargs)
        object.__setattr__(layer, "_tracker", Tracker())
        return layer

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        from keraunos import regularizers

        self._input_shape_argument = _input_shape(kwargs)
        if kwargs:
            raise ValueError(
                f"[{_naming.snake_case(type(self).__name__)}] unexpected argument {next(iter(kwargs))!r}; "
                f"{_naming.nearest(next(iter(kwargs)), _argument_names(type(self)))}"
            )
        if name is not None and not isinstance(name, str):
            raise TypeError(f"[layer] name must be a string, got {name!r}")
        self.name = name or _naming.automatic_name(type(self))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.dtype_policy = dtype_policies.get(dtype)
        self.autocast = autocast
        self._trainable = bool(trainable)
        self.built = False
        self.supports_masking = False
        self._losses = []
        self._path = self.name

    # --- attributes ---

    def __setattr__(self, name, value):
        if name != "_tracker" and not isinstance(value, (str, int, float, bool, type(None), Tensor, np.ndarray)):
            if type(value) is list:
                value = TrackedList(value, functools.partial(self._tracker.replace, name))
            self._tracker.replace(name, value)
        super().__setattr__(name, value)

    def __delattr__(self, name):
        self._tracker.replace(name, None)
        super().__delattr__(name)

    @property
    def trainable(self):
        """Whether optimizers update the weights; setting it sets it for the layers inside, too."""
        return self._trainable

    @trainable.setter
    def trainable(self, value):
        self._trainable = bool(value)
        for layer in self._tracker.layers:
            layer.trainable = value

    @property
    def path(self):
        """Name, after the names of the layers around it."""
        return self._path

    @property
    def dtype(self):
        """Dtype of the weights."""
        return self._policy().variable_dtype

    variable_dtype = dtype

    def _policy(self):
        policy = self.dtype_policy
        return policy[self._path] if isinstance(policy, dtype_policies.DTypePolicyMap) else policy

    @property
    def compute_dtype(self):
        """Dtype in which the layer computes; floating inputs are cast to it."""
        return self._policy().compute_dtype

    # --- building ---

    def build(self, input_shape=None):
        """Creates the weights. `input_shape`: tuple with None for the batch axis. Default: there is nothing to
        create."""

        self._finish_build(input_shape)

    def _build_once(self, input_shape):
        if not self.built:
            self.build(input_shape)

    def _finish_build(self, input_shape):
        self.built = True
        self._build_shape = input_shape
        self._name_variables(_naming.scoped(self._path))

    def build_from_config(self, config):
        """Builds with what `get_build_config` returned."""
        if config and config.get("input_shape") is not None:
            shape = config["input_shape"]
            self._build_once(tuple(shape) if not isinstance(shape, dict) else shape)

    def get_build_config(self):
        """The shape the layer was built on, for saving; None where files of Keras have none."""
        saved = self.built and self._saves_build_shape
        return {"input_shape": getattr(self, "_build_shape", None)} if saved else None

    def compute_output_shape(self, input_shape):
        """Shape of the output for an input of `input_shape` (None where an extent is not known), found by tracing
        `call`."""
        inputs = map_shapes(input_shape, lambda shape: KerasTensor(shape, self.compute_dtype))
        return shapes_of(output_spec(self._traced_call, (inputs,), {}))

    def compute_output_spec(self, *args, **kwargs):
        """KerasTensors in the place of what the layer returns for `args`, found by tracing `call`; layers that cannot
        be traced say their `compute_output_shape`."""
        try:
            return output_spec(self._traced_call, args, kwargs)
        except tracing.TracedValueError:
            if type(self).compute_output_shape is Layer.compute_output_shape:
                raise
            shape = self.compute_output_shape(shapes_of(args[0]))
            return map_shapes(shape, lambda one: KerasTensor(one, self.compute_dtype))

    def _traced_call(self, *args, **kwargs):
        try:
            return self(*args, **kwargs)
        finally:
            self._clear_losses()

    # --- calling ---

    def call(self, inputs):
        """The function of the layer; subclasses implement it with `keraunos.ops`."""
        raise NotImplementedError(f"[layer] {type(self).__name__} must implement call(inputs)")

    def symbolic_call(self, *args, **kwargs):
        """Records the call on KerasTensors, builds the layer, and returns KerasTensors for the outputs."""
        if not self.built:
            self._build_once(shapes_of(args[0] if args else next(iter(kwargs.values()))))
        with tracing.scope(self.name):
            outputs = self.compute_output_spec(*args, **kwargs)
        if "mask" in _call_parameters(type(self)):
            # Files of Keras say so; what mask there is, the tensors say when the model runs.
            kwargs.setdefault("mask", None)
        Node(self, args, kwargs, outputs)
        return outputs

    def __call__(self, *args, **kwargs):
        if contains(args) or kwargs and contains(kwargs.values()):
            return self.symbolic_call(*args, **kwargs)
        accepts_training = "training" in _call_parameters(type(self))
        outer = call_context.current()
        if outer is None:
            self._clear_losses()
        args = tuple(self._to_tensors(a) for a in args)
        kwargs = {k: self._to_tensors(v) if isinstance(v, (np.ndarray, Variable)) else v for k, v in kwargs.items()}
        training = kwargs.get("training")
        if training is None and accepts_training and len(args) > 1:
            position = _call_parameters(type(self)).index("training")
            training = args[position] if position < len(args) else None
        if self.input_spec is not None:
            from keraunos.layers.input_spec import check_inputs

            check_inputs(self.input_spec, args[0] if args else next(iter(kwargs.values())), self.name)
        if not self.built:
            self._build_once(_shapes(args[0] if args else next(iter(kwargs.values()))))
        inputs = args[0] if args else None
        mask = kwargs.get("mask")
        if mask is None:
            mask = masks_of(inputs)
            if mask is not None and "mask" in _call_parameters(type(self)):
                kwargs["mask"] = mask
        with call_context.entering(self, training) as context, tracing.scope(self.name):
            if accepts_training and kwargs.get("training") is None:
                if _call_parameters(type(self)).index("training") >= len(args):
                    kwargs["training"] = context.training
            elif not accepts_training:
                kwargs.pop("training", None)
            with tracing.autocast(self._autocast_dtype()):
                outputs = self.call(*args, **kwargs)
            if self.activity_regularizer is not None:
                for output in _tensors(outputs):
                    self.add_loss(
                        p.divide(self.activity_regularizer(output), float(output.shape[0] if output.shape else 1))
                    )
        attach_masks(self, inputs, outputs, mask)
        return outputs

    def _autocast_dtype(self):
        """The dtype in which `call` reads float weights, None for their own."""
        compute = self.compute_dtype
        differs = compute != self.variable_dtype or tracing.autocast_dtype() is not None
        return compute if differs and self.autocast and dtypes.is_float(compute) else None

    def compute_mask(self, inputs, previous_mask=None):
        """The mask of the output, from that of the inputs; with `supports_masking` the same by default."""
        return previous_mask

    def _to_tensors(self, value):
        """Arrays and lists of numbers become tensors; floats take the compute dtype when autocast is on."""
        if isinstance(value, (list, tuple)) and any(isinstance(v, (Tensor, Variable, np.ndarray)) for v in value):
            return type(value)(self._to_tensors(v) for v in value)
        if isinstance(value, dict):
            return {k: self._to_tensors(v) for k, v in value.items()}
        if value is None or isinstance(value, (bool, str)):
            return value
        tensor = p.as_tensor(value)
        if self.autocast and dtypes.is_float(tensor.dtype) and dtypes.is_float(self.compute_dtype):
            return p.cast(tensor, self.compute_dtype)
        return tensor

    # --- losses ---

    def add_loss(self, loss):
        """Adds a scalar tensor (or a list of them) to the losses of this call."""
        for value in loss if isinstance(loss, (list, tuple)) else [loss]:
            self._losses.append(p.as_tensor(value))

    @property
    def losses(self):
        """Penalties of the last call (`add_loss`, activity regularizers), then those on weights."""
        found = [loss for layer in self._flatten_layers() for loss in layer._losses]
        for variable in self.trainable_weights:
            if variable.regularizer is not None:
                found.append(variable.regularizer(variable))
        return found

    def _clear_losses(self):
        for layer in self._flatten_layers():
            layer._losses.clear()

    # --- configuration ---

    def get_config(self):
        """Constructor arguments, for saving. Layers with arguments of their own add them to what this returns."""
        from keraunos import regularizers
        from keraunos.saving import serialize_keras_object

        config = {"name": self.name, "trainable": self.trainable, "dtype": serialize_keras_object(self.dtype_policy)}
        if self.activity_regularizer is not None:
            config["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        if type(self).get_config is Layer.get_config and type(self).__init__ is not Layer.__init__:
            config.update(_simple_arguments(self))
        return config

    @classmethod
    def from_config(cls, config):
        """The layer that `get_config` described."""
        return cls(**config)

    def __repr__(self):
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _finishing(build):
    """`build` followed by what every build ends with; a second build of a built layer does nothing."""

    @functools.wraps(build)
    def build_and_finish(self, input_shape=None, **shapes):
        if getattr(self, "_building", False):
            return build(self, input_shape, **shapes)
        if self.built:
            return None
        self._building = True
        try:
            with tracing.scope(self.name):
                build(self, input_shape, **shapes)
        finally:
            self._building = False
        return self._finish_build(input_shape)

    return build_and_finish


def _input_shape(kwargs):
    """The shape (with batch axis) that older scripts give a model's first layer, taken out of `kwargs`."""
    if "batch_input_shape" in kwargs:
        return tuple(kwargs.pop("batch_input_shape"))
    if "input_shape" in kwargs:
        shape = kwargs.pop("input_shape")
        return (None, *((shape,) if isinstance(shape, int) else shape))
    if "input_dim" in kwargs:
        return (None, int(kwargs.pop("input_dim")))
    return None


@functools.cache
def _call_parameters(cls):
    """Names of the arguments of `cls.call`."""
    return tuple(inspect.signature(cls.call).parameters)[1:]


def _argument_names(cls):
    names = set()
    for base in cls.__mro__:
        if "__init__" in base.__dict__ and base is not object:
            names |= set(inspect.signature(base.__init__).parameters)
    return (names - {"self", "kwargs", "args"}) | {"input_shape"}


def _shapes(value):
    """Shapes of a structure of tensors, with None for a number of rows that only stands for one."""
    if isinstance(value, Tensor):
        return known_shape(value)
    if isinstance(value, dict):
        return {k: _shapes(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_shapes(v) for v in value]
    return None


def _tensors(value):
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for v in value for t in _tensors(v)] if isinstance(value, (list, tuple)) else []


def _simple_arguments(layer):
    """Constructor arguments of a layer that does not override `get_config`, if they are plain values."""
    args, kwargs = layer._constructor_arguments
    bound = inspect.signature(type(layer).__init__).bind(layer, *args, **kwargs)
    found = {
        k: v for k, v in bound.arguments.items() if k not in ("self", "kwargs", "args", "name", "trainable", "dtype")
    }
    for name, value in found.items():
        if not isinstance(value, (str, int, float, bool, type(None), list, tuple, dict)):
            raise NotImplementedError(
                f"[layer] {type(layer).__name__} takes {name}={type(value).__name__}; "
                "implement get_config() so that it can be saved"
            )
    return found
