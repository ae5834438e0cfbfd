"""A model that trains a student on labels and on what a teacher says."""

from keraunos import ops
from keraunos.graph import primitives as p
from keraunos.metrics import Mean
from keraunos.models import Model
from keraunos.saving import deserialize_keras_object, serialize_keras_object

_FINAL = "final_output"


class Distiller(Model):
    """Trains `student` on labels and on the outputs and features of `teacher`.

    The loss is `student_loss_weight` times the loss of `compile`, plus `1 - student_loss_weight` times the weighted sum
    of the distillation losses, plus what layers of the student add (regularization). Sample and class weights count for
    the loss of `compile`. Called, and in `predict`, it is the student.

    Args:
        teacher: a trained model; it is frozen (`trainable = False`).
        student: the model to train, with inputs and outputs of the same shapes.
        distillation_losses: a `DistillationLoss` or a list of them.
        distillation_loss_weights: a factor per loss; default: 1 each.
        student_loss_weight: share of the loss on labels, 0 to 1.
        name: name of the model.
        kwargs: other arguments of `Model`.

    Attributes:
        student: the model that is trained, for use without the teacher afterwards.
        teacher: the frozen model.

    Example:

    >>> import keraunos as keras
    >>> teacher = keras.Sequential([keras.Input((4,)), keras.layers.Dense(16, "relu"), keras.layers.Dense(3)])
    >>> student = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)])
    >>> distiller = keras.distillation.Distiller(teacher, student, keras.distillation.LogitsDistillation())
    >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    >>> distiller.compile("adam", loss, metrics=["accuracy"])
    >>> x, y = keras.ops.ones((8, 4)), keras.ops.zeros((8,), "int32")
    >>> sorted(distiller.fit(x, y, verbose=0).history)
    ['accuracy', 'distillation_loss', 'loss', 'student_loss', 'total_loss']
    """

    def __init__(
        self,
        teacher,
        student,
        distillation_losses,
        distillation_loss_weights=None,
        student_loss_weight=0.5,
        name="distiller",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        _check_models(teacher, student)
        _check_share(student_loss_weight)
        self.teacher = teacher
        self.student = student
        self.student_loss_weight = student_loss_weight
        self.distillation_losses = _listed(distillation_losses)
        self.distillation_loss_weights = _weights(distillation_loss_weights, len(self.distillation_losses))
        for loss in self.distillation_losses:
            loss.validate_model_compatibility(teacher, student)
        self._teacher_feature_extractor = self._extractor(teacher, "teacher_layer_name")
        self._student_feature_extractor = self._extractor(student, "student_layer_name")
        teacher.trainable = False
        self.student_loss_tracker = Mean(name="student_loss")
        self.distillation_loss_tracker = Mean(name="distillation_loss")
        self.total_loss_tracker = Mean(name="total_loss")

    def _extractor(self, model, attribute):
        """A model of the named layers' outputs and the final output; None when no layer is named."""
        names = [getattr(loss, attribute, None) for loss in self.distillation_losses]
        layers = {name: model.get_layer(name=name) for name in names if name is not None}
        if not layers:
            return None
        outputs = {_FINAL: model.output, **{name: layer.output for name, layer in layers.items()}}
        return Model(inputs=model.inputs, outputs=outputs, name=f"{model.name}_multi_feature_extractor")

    def compile(self, optimizer="adam", loss=None, metrics=None, **kwargs):
        """Configures training; `loss` is the student's on the labels.

        Args:
            optimizer: optimizer of the student's weights, its name or config.
            loss: as for `Model.compile`.
            metrics: list of metrics of the student's outputs.
            kwargs: other arguments of `Model.compile`.
        """
        if loss is None:
            raise ValueError("[distillation] compile needs a loss for the student, such as loss='mse'")
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kwargs)

    def call(self, inputs, training=None, **kwargs):
        """The student's outputs."""
        return self.student(inputs, training=training, **kwargs)

    def build(self, input_shape=None):
        """Creates the weights of student and teacher, where they have none yet."""
        super().build(input_shape)
        if not self.teacher.built and input_shape is not None:
            self.teacher.build(input_shape)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The combined loss of a batch, a scalar tensor; without `y`, that of the distillation losses alone."""
        if y_pred is None:
            y_pred = self(x, training=training)
        share = self.student_loss_weight
        student = distillation = ops.zeros(())
        if share > 0 and y is not None:
            student = self._compiled_loss(y, y_pred, sample_weight)
        if share < 1:
            distillation = self._distillation_loss(x, y_pred, training)
        total = p.add(p.multiply(student, float(share)), p.multiply(distillation, float(1 - share)))
        for loss in self.student.losses:
            total = p.add(total, p.sum(loss))
        self.student_loss_tracker.update_state(student)
        self.distillation_loss_tracker.update_state(distillation)
        self.total_loss_tracker.update_state(total)
        return total

    def _distillation_loss(self, x, y_pred, training):
        teacher = self._outputs(self.teacher, self._teacher_feature_extractor, x, False)
        student = {_FINAL: y_pred}
        if self._student_feature_extractor is not None:
            student = {**self._student_feature_extractor(x, training=training), **student}
        total = ops.zeros(())
        for loss, weight in zip(self.distillation_losses, self.distillation_loss_weights, strict=True):
            sides = (
                teacher[getattr(loss, "teacher_layer_name", None) or _FINAL],
                student[getattr(loss, "student_layer_name", None) or _FINAL],
            )
            loss.validate_outputs(*sides)
            value = loss.compute_loss(*sides)
            if getattr(value, "shape", ()):
                raise ValueError(
                    f"[distillation] {type(loss).__name__}.compute_loss must return a scalar, "
                    f"got a tensor of shape {tuple(value.shape)}"
                )
            total = ops.add(total, ops.multiply(value, float(weight)))
        return total

    @staticmethod
    def _outputs(model, extractor, x, training):
        return {_FINAL: model(x, training=training)} if extractor is None else extractor(x, training=training)

    def _output_names(self):
        return self.student._output_names()

    def get_config(self):
        """The constructor's arguments."""
        return {
            "name": self.name,
            "trainable": self.trainable,
            "teacher": serialize_keras_object(self.teacher),
            "student": serialize_keras_object(self.student),
            "distillation_losses": [serialize_keras_object(loss) for loss in self.distillation_losses],
            "distillation_loss_weights": list(self.distillation_loss_weights),
            "student_loss_weight": self.student_loss_weight,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The distiller that `get_config` described."""
        parts = ("teacher", "student", "distillation_losses")
        return cls(**{**config, **{k: deserialize_keras_object(config[k], custom_objects) for k in parts}})

    def compile_from_config(self, config):
        """Compiles with what `get_compile_config` returned."""
        config = deserialize_keras_object(config)
        if config.get("loss") is not None:  # Keras's files leave the student's loss out.
            self.compile(**config)


def _listed(losses):
    if losses is None or isinstance(losses, (list, tuple)) and not losses:
        raise ValueError(
            "[distillation] distillation_losses must hold a loss, such as LogitsDistillation() or FeatureDistillation()"
        )
    return list(losses) if isinstance(losses, (list, tuple)) else [losses]


def _weights(weights, count):
    weights = [1.0] * count if weights is None else weights
    weights = list(weights) if isinstance(weights, (list, tuple)) else [weights]
    if len(weights) != count:
        raise ValueError(
            f"[distillation] distillation_loss_weights holds {len(weights)} weights for {count} distillation losses"
        )
    return weights


def _check_share(weight):
    if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
        raise ValueError(f"[distillation] student_loss_weight must be a number from 0 to 1, got {weight!r}")


def _check_models(teacher, student):
    for role, model in (("teacher", teacher), ("student", student)):
        if not isinstance(model, Model):
            raise ValueError(f"[distillation] {role} must be a keras.Model, got {model!r}")
    for what in ("inputs", "outputs"):
        sides = [getattr(model, what, None) for model in (teacher, student)]
        if None not in sides:
            _check_tensors(what[:-1], *sides)


def _check_tensors(what, teacher, student):
    if len(teacher) != len(student):
        raise ValueError(
            f"[distillation] the teacher has {len(teacher)} {what}s, the student {len(student)}; they must match"
        )
    for one, other in zip(teacher, student, strict=True):
        fits = len(one.shape) == len(other.shape) and all(
            a is None or b is None or a == b for a, b in zip(one.shape, other.shape, strict=True)
        )
        if not fits or one.dtype != other.dtype:
            raise ValueError(
                f"[distillation] {what} of the teacher: {one.shape} {one.dtype}, of the student: {other.shape} "
                f"{other.dtype}; they must match"
            )
