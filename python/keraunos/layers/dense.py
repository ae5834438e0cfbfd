"""Dense: the fully connected layer."""

from keraunos import activations, constraints, initializers, ops, regularizers
from keraunos.layers.layer import Layer


class Dense(Layer):
    """`activation(inputs @ kernel + bias)`.

    Args:
        units: number of outputs, a positive int.
        activation: function, name or config; None: linear.
        use_bias: whether to add a bias.
        kernel_initializer, bias_initializer: initial weights.
        kernel_regularizer, bias_regularizer, activity_regularizer: penalties.
        kernel_constraint, bias_constraint: projections after each update.

    Shapes: inputs `(N, ..., F)`, kernel `(F, units)`, bias `(units,)`, output `(N, ..., units)`.

    Raises:
        ValueError: for `units` that is not a positive integer, and for inputs whose last axis is not that of the
            kernel.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> keras.layers.Dense(3, activation="relu")(np.ones((2, 4), "float32")).shape
    (2, 3)
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if isinstance(units, bool) or not hasattr(units, "__index__") or int(units) <= 0:
            raise ValueError(f"[dense] units must be a positive integer, got {units!r}")
        if lora_rank is not None or quantization_config is not None:
            raise ValueError("[dense] lora_rank and quantization_config are not supported; leave them None")
        self.units = int(units)
        self.activation = activations.get(activation)
        self.use_bias = bool(use_bias)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.supports_masking = True

    def build(self, input_shape):
        if len(input_shape) < 2 or input_shape[-1] is None:
            raise ValueError(
                f"[dense] {self.name}: expected inputs of shape (batch, ..., features) with a known "
                "number of features, "
                f"got {tuple(input_shape)}"
            )
        self.kernel = self.add_weight(
            (input_shape[-1], self.units),
            self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                (self.units,),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def call(self, inputs):
        features = self.kernel.shape[0]
        if not inputs.shape or inputs.shape[-1] != features:
            raise ValueError(
                f'[dense] layer "{self.name}": expected {features} features on the last axis, '
                f"got inputs of shape {inputs.shape}"
            )
        outputs = ops.matmul(inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is activations.linear else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "quantization_config": None,
        }
