"""EinsumDense: a dense layer over any axes, written as an Einstein sum."""

import re
import string

from keraunos import activations, constraints, initializers, ops, regularizers
from keraunos.initializers.scaling import VarianceScaling
from keraunos.layers.input_spec import InputSpec
from keraunos.layers.layer import Layer

_FORMS = (
    re.compile(r"(?P<before>)(?P<x>[a-zA-Z]+)(?P<after>),(?P<w>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)"),
    re.compile(r"(?P<before>\.\.\.)(?P<x>[a-zA-Z]+)(?P<after>),(?P<w>[a-zA-Z]+)->\.\.\.(?P<y>[a-zA-Z]+)"),
    re.compile(r"(?P<before>)(?P<x>[a-zA-Z]{2,})(?P<after>\.\.\.),(?P<w>[a-zA-Z]+)->(?P<y>[a-zA-Z]+)\.\.\."),
)


class EinsumDense(Layer):
    """`activation(einsum(equation, inputs, kernel) + bias)`.

    Args:
        equation: such as `"ab,bc->ac"`, `"...ab,bc->...ac"` or `"ab...,bc->ac..."`; letters are axes, the dots any
            number of further ones.
        output_shape: int or extents of the output without the batch axis and without those of the dots; None for an
            extent that is the input's.
        activation: function, name or config; None: linear.
        bias_axes: letters of the output along which the bias has extents; None: no bias.
        kernel_initializer, bias_initializer: initial weights; the inputs of a unit are counted over all axes that are
            summed.
        kernel_regularizer, bias_regularizer: penalties.
        kernel_constraint, bias_constraint: projections after each update.
        lora_rank, lora_alpha, gptq_unpacked_column_size, quantization_config: must be None.

    Shapes: inputs, kernel and output as in the equation, the first axis `(N, ...)` of inputs and output is the batch.

    Raises:
        ValueError: for an equation of another form, and for shapes and letters that do not fit it.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> heads = keras.layers.EinsumDense("abc,cde->abde", output_shape=(None, 2, 3), bias_axes="de")
    >>> heads(np.ones((5, 7, 4), "float32")).shape
    (5, 7, 2, 3)
    """

    def __init__(
        self,
        equation,
        output_shape,
        activation=None,
        bias_axes=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        lora_rank=None,
        lora_alpha=None,
        gptq_unpacked_column_size=None,
        quantization_config=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        if lora_rank is not None or gptq_unpacked_column_size is not None or quantization_config is not None:
            raise ValueError(
                "[einsum_dense] lora_rank, gptq_unpacked_column_size and quantization_config are not supported; "
                "leave them None"
            )
        self.equation = equation
        self.partial_output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        self.bias_axes = bias_axes
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self._form = next((f for f in (form.fullmatch(equation) for form in _FORMS) if f), None)
        if self._form is None:
            raise ValueError(
                f"[einsum_dense] equation must look like 'ab,bc->ac', '...ab,bc->...ac' or 'ab...,bc->ac...', "
                f"got {equation!r}"
            )

    def _letters(self, rank):
        """(input, kernel, output) letters, those for the dots filled in."""
        x, w, y = (self._form[term] for term in "xwy")
        missing = rank - len(x)
        dotted = self._form["before"] or self._form["after"]
        if missing < 0 or (missing and not dotted):
            raise ValueError(
                f'[einsum_dense] layer "{self.name}": {self.equation!r} needs inputs with '
                f"{'at least ' if dotted else ''}{len(x)} axes, got {rank}"
            )
        more = "".join([c for c in string.ascii_letters if c not in x + w + y][:missing])
        return (more + x, w, more + y) if self._form["before"] else (x + more, w, y + more)

    def _extents(self, input_shape):
        """Extent of every letter of the output, from `output_shape` and the inputs, and (x, w, y)."""
        x, w, y = self._letters(len(input_shape))
        known = dict(zip(x, input_shape, strict=True))
        named = self._form["y"]
        # The first axis is the batch, unless the dots stand for it.
        own = named if self._form["before"] and len(input_shape) > len(self._form["x"]) else named[1:]
        if len(own) != len(self.partial_output_shape):
            raise ValueError(
                f'[einsum_dense] layer "{self.name}": {self.equation!r} needs an output_shape of {len(own)} extents, '
                f"got {self.partial_output_shape}"
            )
        for letter, extent in zip(own, self.partial_output_shape, strict=True):
            if letter not in x + w:
                raise ValueError(f"[einsum_dense] axis {letter!r} of the output is in no operand of {self.equation!r}")
            if letter in x and extent is not None and known[letter] not in (extent, None):
                raise ValueError(
                    f'[einsum_dense] layer "{self.name}": axis {letter!r} has {known[letter]} elements in the input '
                    f"and {extent} in output_shape"
                )
            known.setdefault(letter, extent)
        return known, (x, w, y)

    def build(self, input_shape):
        extents, (_, w, y) = self._extents(input_shape)
        unknown = [c for c in w if extents.get(c) is None]
        if unknown:
            raise ValueError(
                f'[einsum_dense] layer "{self.name}": axis {unknown[0]!r} of the kernel has no known extent '
                f"for inputs {tuple(input_shape)} and output_shape {self.partial_output_shape}"
            )
        self.input_spec = InputSpec(ndim=len(input_shape))
        initializer = self.kernel_initializer
        if isinstance(initializer, VarianceScaling) and None in (initializer.input_axes, initializer.output_axes):
            summed = [place for place, c in enumerate(w) if c not in y]
            axes = {"input_axes": summed, "output_axes": [place for place in range(len(w)) if place not in summed]}
            initializer = type(initializer).from_config({**initializer.get_config(), "seed": initializer.seed, **axes})
        self.kernel = self.add_weight(
            tuple(extents[c] for c in w),
            initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = None
        if self.bias_axes is not None:
            self.bias = self.add_weight(
                self._bias_shape(extents, y),
                self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
                name="bias",
            )

    def _bias_shape(self, extents, y):
        foreign = [c for c in self.bias_axes if c not in self._form["y"]]
        if foreign:
            raise ValueError(f"[einsum_dense] bias axis {foreign[0]!r} is no axis of the output of {self.equation!r}")
        first = min(y.index(c) for c in self.bias_axes)
        return tuple(extents[c] if c in self.bias_axes else 1 for c in y[first:])

    def call(self, inputs, training=None):
        x, w, y = self._letters(len(inputs.shape))
        outputs = ops.einsum(f"{x},{w}->{y}", inputs, self.kernel)
        if self.bias is not None:
            outputs = ops.add(outputs, self.bias)
        return outputs if self.activation is activations.linear else self.activation(outputs)

    def compute_output_shape(self, input_shape):
        extents, (_, _, y) = self._extents(input_shape)
        return tuple(extents[c] for c in y)

    def get_config(self):
        return {
            **super().get_config(),
            "output_shape": self.partial_output_shape,
            "equation": self.equation,
            "activation": activations.serialize(self.activation),
            "bias_axes": self.bias_axes,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "bias_initializer": initializers.serialize(self.bias_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self.bias_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
            "bias_constraint": constraints.serialize(self.bias_constraint),
            "quantization_config": None,
        }
