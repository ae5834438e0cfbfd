"""What a student's outputs, or features of both models inside, are compared with a teacher's by."""

from keraunos import ops, tree
from keraunos.saving import deserialize_keras_object, serialize_keras_object


class DistillationLoss:
    """Base class of losses between teacher and student; subclasses implement `compute_loss`.

    A subclass with attributes `teacher_layer_name` and `student_layer_name` gets the outputs of these layers; without
    them, and where they are None, it gets the outputs of the models.

    Example:

    >>> import keraunos as keras
    >>> class Difference(keras.distillation.DistillationLoss):
    ...     def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
    ...         return keras.ops.mean(keras.ops.abs(teacher_outputs - student_outputs))
    >>> float(Difference().compute_loss(keras.ops.array([[1.0, 2.0]]), keras.ops.array([[1.0, 5.0]])))
    1.5
    """

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        """The loss, a scalar tensor.

        Args:
            teacher_outputs: a tensor, or a list, tuple or dict of them.
            student_outputs: the same of the student.
            kwargs: what a subclass wants besides.
        """
        raise NotImplementedError(f"[distillation] {type(self).__name__} must implement compute_loss")

    def validate_outputs(self, teacher_outputs, student_outputs):
        """Raises ValueError when the two differ in structure."""
        tree.assert_same_structure(teacher_outputs, student_outputs)

    def validate_model_compatibility(self, teacher, student):
        """Raises ValueError when this loss cannot be computed for the two models; the base class has no wishes."""


class _LossPerOutput(DistillationLoss):
    """A loss, or None, per output."""

    def _set_loss(self, loss):
        self.loss = tree.map_structure(_loss, loss)
        if all(one is None for one in tree.flatten(self.loss)):
            raise ValueError(f"[distillation] loss of {type(self).__name__} must hold a loss that is not None")

    def validate_outputs(self, teacher_outputs, student_outputs):
        super().validate_outputs(teacher_outputs, student_outputs)
        try:
            tree.assert_same_structure(self.loss, teacher_outputs)
        except ValueError:
            raise ValueError(
                f"[distillation] {type(self).__name__} has losses {self.loss!r} for outputs of another structure: "
                f"{tree.map_structure(lambda t: t.shape, teacher_outputs)}\npass a loss, or None, per output"
            ) from None

    def _total(self, between, teacher_outputs, student_outputs):
        losses = tree.map_structure(
            lambda loss, *outputs: None if loss is None else ops.cast(between(loss, *outputs), "float32"),
            self.loss,
            teacher_outputs,
            student_outputs,
        )
        return ops.sum(ops.stack([one for one in tree.flatten(losses) if one is not None]))

    @classmethod
    def from_config(cls, config):
        """The loss that `get_config` described."""
        return cls(**{**config, "loss": deserialize_keras_object(config["loss"])})


class LogitsDistillation(_LossPerOutput):
    """Compares outputs, taken as logits and divided by a temperature.

    For the Kullback-Leibler divergence both become probabilities by softmax, and the result is multiplied by the
    square of the temperature, so that gradients keep their size (Hinton et al., 2015). Other losses compare the divided
    outputs as they are. (Keras's documentation says the same of `"kl_divergence"`; its code does it for
    `KLDivergence()` alone and compares raw logits for the name, its default.)

    Args:
        temperature: what logits are divided by; higher is softer. Default 3.
        loss: a loss, its name or a function, or a list, tuple or dict of them as the outputs, with None for outputs
            to leave out.

    Example:

    >>> import keraunos as keras
    >>> loss = keras.distillation.LogitsDistillation(temperature=2.0)
    >>> teacher, student = keras.ops.array([[2.0, 0.0]]), keras.ops.array([[0.0, 0.0]])
    >>> round(float(loss.compute_loss(teacher, student)), 4)
    0.4438
    """

    def __init__(self, temperature=3.0, loss="kl_divergence"):
        if isinstance(temperature, bool) or not isinstance(temperature, (int, float)) or not temperature > 0:
            raise ValueError(f"[distillation] temperature must be a number above 0, got {temperature!r}")
        self.temperature = temperature
        self._set_loss(loss)

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        """The sum over outputs of the mean losses; `kwargs` are left aside."""
        return self._total(self._between, teacher_outputs, student_outputs)

    def _between(self, loss, teacher, student):
        teacher, student = ops.divide(teacher, self.temperature), ops.divide(student, self.temperature)
        if not _is_divergence(loss):
            return ops.mean(loss(teacher, student))
        divergence = ops.mean(loss(ops.softmax(teacher, axis=-1), ops.softmax(student, axis=-1)))
        return ops.multiply(divergence, self.temperature**2)

    def get_config(self):
        """The constructor's arguments."""
        return {"temperature": self.temperature, "loss": serialize_keras_object(self.loss)}


class FeatureDistillation(_LossPerOutput):
    """Compares what layers inside of the two models put out, which must have the same shape.

    Args:
        loss: a loss, its name or a function, or a list, tuple or dict of them as the layers' outputs, with None for
            outputs to leave out.
        teacher_layer_name: name of the teacher's layer; default: the model's output.
        student_layer_name: name of the student's layer; default: the model's output.

    Example:

    >>> import keraunos as keras
    >>> loss = keras.distillation.FeatureDistillation("mae")
    >>> float(loss.compute_loss(keras.ops.array([[1.0, 2.0]]), keras.ops.array([[1.0, 5.0]])))
    1.5
    """

    def __init__(self, loss="mse", teacher_layer_name=None, student_layer_name=None):
        self.teacher_layer_name, self.student_layer_name = teacher_layer_name, student_layer_name
        self._set_loss(loss)

    def validate_model_compatibility(self, teacher, student):
        """Raises ValueError when a model has no layer of the name, or is no graph of layers."""
        both = (("teacher", teacher, self.teacher_layer_name), ("student", student, self.student_layer_name))
        for role, model, layer in both:
            if layer is None:
                continue
            if getattr(model, "inputs", None) is None:
                raise ValueError(
                    f'[distillation] {role} "{model.name}" is no graph of layers, so the output of layer {layer!r} '
                    "cannot be taken from it\nuse a Functional model or a Sequential that starts with an Input, or "
                    "leave the layer's name out to compare the models' outputs"
                )
            try:
                model.get_layer(name=layer)
            except ValueError as error:
                raise ValueError(f"[distillation] in the {role}: {error}") from None

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        """The sum over outputs of the mean losses; `kwargs` are left aside."""
        return self._total(
            lambda loss, teacher, student: ops.mean(loss(teacher, student)), teacher_outputs, student_outputs
        )

    def get_config(self):
        """The constructor's arguments."""
        return {
            "loss": serialize_keras_object(self.loss),
            "teacher_layer_name": self.teacher_layer_name,
            "student_layer_name": self.student_layer_name,
        }


def _loss(one):
    from keraunos import losses

    return losses.get(one) if isinstance(one, str) else one


def _is_divergence(loss):
    from keraunos import losses

    return isinstance(loss, losses.KLDivergence) or loss is losses.kl_divergence
