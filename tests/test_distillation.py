"""keras.distillation: losses between teacher and student, and the model that trains by them."""

import keraunos as keras
import numpy as np
import pytest
from keraunos.distillation import DistillationLoss, Distiller, FeatureDistillation, LogitsDistillation

RNG = np.random.default_rng(0)
X = RNG.normal(size=(10, 4)).astype("float32")
Y = RNG.integers(0, 3, 10)
LABELS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def divergence(teacher, student, temperature):
    t, s = softmax(teacher / temperature), softmax(student / temperature)
    return (t * np.log(t / s)).sum(-1).mean() * temperature**2


def crossentropy(y, logits):
    return -np.log(softmax(logits)[np.arange(len(y)), y]).mean()


def classifier(*hidden, name=None, dropout=0.0, **last):
    layers = [keras.layers.Dense(units, "tanh", name=f"hidden_{i}") for i, units in enumerate(hidden)]
    layers += [keras.layers.Dropout(dropout)] if dropout else []
    return keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(3, **last)], name=name)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__()
        self.last = keras.layers.Dense(3)

    def call(self, inputs):
        return self.last(inputs)


# --- losses ---

TEACHER = np.array([[1.0, 2.0, -1.0], [0.5, 0.2, 3.0]], "float32")
STUDENT = np.array([[0.3, 1.0, 0.0], [1.0, 0.0, 1.5]], "float32")


@pytest.mark.parametrize("loss", ["kl_divergence", keras.losses.KLDivergence(), keras.losses.kl_divergence])
@pytest.mark.parametrize("temperature", [1, 3.0])
def test_logits_are_compared_as_softened_probabilities(loss, temperature):
    got = LogitsDistillation(temperature, loss).compute_loss(TEACHER, STUDENT)
    assert float(got) == pytest.approx(divergence(TEACHER, STUDENT, temperature), abs=1e-6)


def test_logits_of_other_losses_are_only_divided():
    got = LogitsDistillation(2.0, "mse").compute_loss(TEACHER, STUDENT)
    assert float(got) == pytest.approx((((TEACHER - STUDENT) / 2) ** 2).mean(), abs=1e-6)


@pytest.mark.parametrize("structure", [lambda a, b: [a, b], lambda a, b: (a, b), lambda a, b: {"a": a, "b": b}])
def test_a_loss_per_output(structure):
    teacher, student = structure(TEACHER, 2 * TEACHER), structure(STUDENT, STUDENT)
    loss = FeatureDistillation(structure("mse", "mae"))
    loss.validate_outputs(teacher, student)
    both = ((TEACHER - STUDENT) ** 2).mean() + np.abs(2 * TEACHER - STUDENT).mean()
    assert float(loss.compute_loss(teacher, student)) == pytest.approx(both, rel=1e-6)
    loss = LogitsDistillation(1, structure(None, "mae"))
    assert float(loss.compute_loss(teacher, student)) == pytest.approx(np.abs(2 * TEACHER - STUDENT).mean(), rel=1e-6)


def test_structures_that_do_not_match():
    with pytest.raises(ValueError, match="another structure"):
        FeatureDistillation("mse").validate_outputs([TEACHER], [STUDENT])
    with pytest.raises(ValueError):
        DistillationLoss().validate_outputs([TEACHER], STUDENT)
    with pytest.raises(NotImplementedError, match="compute_loss"):
        DistillationLoss().compute_loss(TEACHER, STUDENT)


def test_arguments_of_losses():
    for bad in (0, -1.0, "3", True, float("nan")):
        with pytest.raises(ValueError, match="temperature"):
            LogitsDistillation(bad)
    for cls in (LogitsDistillation, FeatureDistillation):
        with pytest.raises(ValueError, match="not None"):
            cls(loss=[None, None])
        with pytest.raises(ValueError, match="mse"):
            cls(loss="msee")


@pytest.mark.parametrize(
    "loss",
    [
        LogitsDistillation(2.0),
        LogitsDistillation(2.0, [keras.losses.KLDivergence(), None]),
        LogitsDistillation(1, {"a": "mse"}),
        FeatureDistillation(("mae", "mse"), "a", "b"),
    ],
)
def test_losses_go_through_configs(loss):
    config = keras.saving.serialize_keras_object(loss)
    assert config["module"] == "keras.distillation"
    again = keras.saving.deserialize_keras_object(config)
    assert keras.saving.serialize_keras_object(again) == config
    assert keras.tree.map_structure(type, again.loss) == keras.tree.map_structure(type, loss.loss)


# --- training ---


@pytest.mark.parametrize("eager", [False, True])
def test_steps_against_numpy(eager):
    teacher, student = classifier(8, 6), classifier(6)
    losses = [LogitsDistillation(2.0), FeatureDistillation("mse", "hidden_1", "hidden_0")]
    distiller = Distiller(teacher, student, losses, [1.0, 0.5], student_loss_weight=0.3)
    distiller.compile(keras.optimizers.SGD(0.1), LABELS, metrics=["accuracy"], run_eagerly=eager)

    (w1, b1, w2, b2, *last), (v1, c1, v2, c2) = teacher.get_weights(), student.get_weights()
    hidden = np.tanh(np.tanh(X @ w1 + b1) @ w2 + b2)
    logits = hidden @ last[0] + last[1]
    for _ in range(3):
        inside = np.tanh(X @ v1 + c1)
        out = inside @ v2 + c2
        labels = crossentropy(Y, out)
        others = divergence(logits, out, 2.0) + 0.5 * ((hidden - inside) ** 2).mean()
        to_out = 0.3 * (softmax(out) - np.eye(3)[Y]) / len(X)
        to_out += 0.7 * (softmax(out / 2) - softmax(logits / 2)) * 2 / len(X)
        to_inside = to_out @ v2.T + 0.7 * 0.5 * 2 * (inside - hidden) / inside.size
        to_before = to_inside * (1 - inside**2)
        v1, c1, v2, c2 = (
            a - 0.1 * g
            for a, g in zip(
                (v1, c1, v2, c2), (X.T @ to_before, to_before.sum(0), inside.T @ to_out, to_out.sum(0)), strict=True
            )
        )
        got = distiller.fit(X, Y, batch_size=len(X), verbose=0).history
        want = {"student_loss": labels, "distillation_loss": others, "total_loss": 0.3 * labels + 0.7 * others}
        want |= {"loss": want["total_loss"], "accuracy": (out.argmax(-1) == Y).mean()}
        assert {k: v[0] for k, v in got.items()} == pytest.approx(want, abs=1e-5)
    for got, want in zip(student.get_weights(), (v1, c1, v2, c2), strict=True):
        np.testing.assert_allclose(got, want, atol=1e-5)
    for got, want in zip(teacher.get_weights(), (w1, b1, w2, b2, *last), strict=True):
        np.testing.assert_array_equal(got, want)
    np.testing.assert_array_equal(distiller.predict(X, verbose=0), student.predict(X, verbose=0))


def test_evaluation_counts_every_metric_from_the_start():
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation())
    distiller.compile("sgd", LABELS, metrics=["accuracy"])
    first = distiller.evaluate(X, Y, verbose=0, return_dict=True)
    assert distiller.evaluate(X, Y, verbose=0, return_dict=True) == pytest.approx(first)
    assert distiller.evaluate(X, Y, verbose=0) == pytest.approx(
        [first[k] for k in ("loss", "accuracy", "student_loss", "distillation_loss", "total_loss")]
    )


@pytest.mark.parametrize("share", [0, 1])
def test_shares_at_the_ends(share):
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation(), student_loss_weight=share)
    distiller.compile("sgd", LABELS)
    logs = distiller.evaluate(X, Y, verbose=0, return_dict=True)
    other, own = ("distillation_loss", "student_loss") if share else ("student_loss", "distillation_loss")
    assert logs[other] == 0 and logs["loss"] == pytest.approx(logs[own]) and logs[own] > 0


def test_training_without_labels():
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation())
    distiller.compile(keras.optimizers.Adam(0.05), LABELS)
    losses = distiller.fit(X, epochs=30, verbose=0).history["distillation_loss"]
    assert losses[-1] < 0.3 * losses[0]


def test_a_weight_for_a_single_loss():
    logs = []
    for weights in (None, 2.0, [2.0]):
        distiller = Distiller(classifier(8, name="t"), classifier(name="s"), FeatureDistillation(), weights)
        distiller.compile("sgd", LABELS)
        for i, w in enumerate(distiller.weights):
            w.assign(np.random.default_rng(i).normal(size=w.shape))
        logs.append(distiller.evaluate(X, Y, verbose=0, return_dict=True)["distillation_loss"])
    assert logs[1] == logs[2] == pytest.approx(2 * logs[0])


@pytest.mark.parametrize("names", [("hidden_0", None), (None, "hidden_0"), (None, None)])
def test_a_name_left_out_means_the_output(names):
    teacher, student = classifier(3), classifier(3)
    distiller = Distiller(teacher, student, FeatureDistillation("mae", *names), student_loss_weight=0.0)
    distiller.compile("sgd", LABELS)
    sides = []
    for model, name in zip((teacher, student), names, strict=True):
        w, b, v, c = model.get_weights()
        inside = np.tanh(X @ w + b)
        sides.append(inside @ v + c if name is None else inside)
    got = distiller.evaluate(X, Y, verbose=0, return_dict=True)["loss"]
    assert got == pytest.approx(np.abs(sides[0] - sides[1]).mean(), rel=1e-5)


def test_dropout_acts_on_features_in_training_only():
    teacher, student = classifier(6), classifier(6, dropout=0.5)
    loss = FeatureDistillation("mse", "hidden_0", student.layers[1].name)
    distiller = Distiller(teacher, student, loss, student_loss_weight=0.0)
    student.layers[0].set_weights(teacher.layers[0].get_weights())
    distiller.compile(keras.optimizers.SGD(0.0), LABELS)
    assert distiller.evaluate(X, Y, verbose=0, return_dict=True)["loss"] == pytest.approx(0, abs=1e-12)
    with pytest.warns(UserWarning, match="no gradients for"):  # the last layer takes no part in this loss
        history = distiller.fit(X, Y, verbose=0).history
    assert history["loss"][0] > 1e-3


def test_the_students_regularization_counts():
    penalty = keras.regularizers.L2(0.5)
    distiller = Distiller(classifier(8), classifier(kernel_regularizer=penalty), LogitsDistillation())
    distiller.compile("sgd", LABELS)
    logs = distiller.evaluate(X, Y, verbose=0, return_dict=True)
    kernel = distiller.student.get_weights()[0]
    parts = 0.5 * logs["student_loss"] + 0.5 * logs["distillation_loss"]
    assert logs["total_loss"] == pytest.approx(parts + 0.5 * (kernel**2).sum(), rel=1e-5)


def test_sample_weights_count_for_labels():
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation())
    distiller.compile("sgd", LABELS)
    weights = np.arange(10.0)
    logs = distiller.evaluate(X, Y, sample_weight=weights, verbose=0, return_dict=True)
    out = distiller.student.predict(X, verbose=0)
    each = -np.log(softmax(out)[np.arange(10), Y])
    assert logs["student_loss"] == pytest.approx((each * weights).mean(), rel=1e-5)
    plain = distiller.evaluate(X, Y, verbose=0, return_dict=True)
    assert logs["distillation_loss"] == pytest.approx(plain["distillation_loss"])


def test_subclassed_models_that_are_not_built():
    teacher, student = Subclassed(), Subclassed()
    distiller = Distiller(teacher, student, LogitsDistillation())
    distiller.compile("sgd", LABELS)
    assert np.isfinite(distiller.fit(X, Y, verbose=0).history["loss"]).all()
    assert teacher.built and len(distiller.trainable_weights) == 2 == len(distiller.non_trainable_weights)


def two_outputs(name, kind=dict):
    inputs = keras.Input((4,))
    outputs = {"a": keras.layers.Dense(3, name="a")(inputs), "b": keras.layers.Dense(1, name="b")(inputs)}
    return keras.Model(inputs, outputs if kind is dict else list(outputs.values()), name=name)


@pytest.mark.parametrize("kind", [dict, list])
def test_several_outputs(kind):
    structure = (lambda a, b: {"a": a, "b": b}) if kind is dict else (lambda a, b: [a, b])
    losses = [LogitsDistillation(1, structure("kl_divergence", None)), FeatureDistillation(structure(None, "mse"))]
    distiller = Distiller(two_outputs("teacher", kind), two_outputs("student", kind), losses)
    distiller.compile("sgd", {"a": LABELS, "b": "mae"}, metrics={"a": ["accuracy"]})
    y = {"a": Y, "b": X[:, :1]}
    logs = distiller.evaluate(X, y, verbose=0, return_dict=True)
    teacher, student = (m.predict(X, verbose=0) for m in (distiller.teacher, distiller.student))
    if kind is list:
        teacher, student = ({"a": a, "b": b} for a, b in (teacher, student))
    labels = crossentropy(Y, student["a"]) + np.abs(student["b"] - y["b"]).mean()
    others = divergence(teacher["a"], student["a"], 1) + ((teacher["b"] - student["b"]) ** 2).mean()
    want = {"student_loss": labels, "distillation_loss": others, "loss": 0.5 * labels + 0.5 * others}
    assert {k: logs[k] for k in want} == pytest.approx(want, rel=1e-5)


class Cosine(DistillationLoss):
    teacher_layer_name = "hidden_0"

    def compute_loss(self, teacher_outputs, student_outputs, **kwargs):
        return 1 - keras.ops.mean(teacher_outputs[:, :3] * student_outputs)


def test_losses_of_ones_own():
    distiller = Distiller(classifier(8), classifier(), Cosine())
    distiller.compile("sgd", LABELS)
    assert np.isfinite(distiller.fit(X, Y, verbose=0).history["distillation_loss"][0])

    class NoScalar(DistillationLoss):
        def compute_loss(self, teacher_outputs, student_outputs):
            return teacher_outputs - student_outputs

    distiller = Distiller(classifier(8), classifier(), NoScalar())
    distiller.compile("sgd", LABELS)
    with pytest.raises(ValueError, match="NoScalar.compute_loss must return a scalar"):
        distiller.fit(X, Y, verbose=0)


# --- files ---


def test_files_hold_all_of_it(tmp_path):
    losses = [LogitsDistillation(2.0), FeatureDistillation("mae", "hidden_0", "hidden_0")]
    distiller = Distiller(classifier(6), classifier(6), losses, [1.0, 0.5], student_loss_weight=0.25, name="both")
    distiller.compile(keras.optimizers.Adam(0.01), LABELS, metrics=["accuracy"])
    distiller.fit(X, Y, verbose=0)
    distiller.save(tmp_path / "d.keras")
    again = keras.models.load_model(tmp_path / "d.keras")
    assert again.name == "both" and not again.teacher.trainable
    assert again.evaluate(X, Y, verbose=0) == pytest.approx(distiller.evaluate(X, Y, verbose=0))
    histories = [m.fit(X, Y, epochs=3, shuffle=False, verbose=0).history for m in (again, distiller)]
    assert histories[0].keys() == histories[1].keys()
    for name, values in histories[1].items():
        assert histories[0][name] == pytest.approx(values), name
    keras.models.load_model(tmp_path / "d.keras", compile=False).predict(X, verbose=0)


def test_a_teacher_without_weights_gets_them_with_the_students(tmp_path):
    distiller = Distiller(keras.Sequential([keras.layers.Dense(3)]), classifier(), LogitsDistillation())
    distiller.build((None, 4))
    distiller.save(tmp_path / "d.keras")
    again = keras.models.load_model(tmp_path / "d.keras")
    np.testing.assert_array_equal(again.teacher.get_weights()[0], distiller.teacher.get_weights()[0])


def test_files_of_keras_leave_the_loss_out():
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation())
    distiller.compile_from_config({"optimizer": "adam", "loss": None})
    assert not distiller.compiled


# --- mistakes ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"teacher": "t"}, "teacher must be"),
        ({"student": None}, "student must be"),
        ({"student_loss_weight": 1.5}, "0 to 1"),
        ({"student_loss_weight": "a"}, "0 to 1"),
        ({"distillation_losses": None}, "distillation_losses"),
        ({"distillation_losses": []}, "distillation_losses"),
        ({"distillation_loss_weights": [1, 2]}, "2 weights for 1"),
        ({"distillation_losses": FeatureDistillation("mse", "hidden_9", None)}, "in the teacher: .*hidden_0"),
        ({"distillation_losses": FeatureDistillation("mse", None, "hidden_9")}, "in the student"),
        ({"student": Subclassed(), "distillation_losses": FeatureDistillation("mse", None, "a")}, "no graph of layers"),
        ({"student": keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])}, "input of the teacher"),
        ({"student": keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])}, "output of the teacher"),
        ({"student": keras.Sequential([keras.Input((4,), dtype="int32"), keras.layers.Dense(3)])}, "int32"),
        ({"student": two_outputs("two")}, "the student 2"),
    ],
)
def test_mistakes_are_named(change, message):
    given = {"teacher": classifier(8), "student": classifier(8), "distillation_losses": LogitsDistillation()}
    with pytest.raises(ValueError, match=message):
        Distiller(**{**given, **change})


def test_compile_wants_a_loss():
    distiller = Distiller(classifier(8), classifier(), LogitsDistillation())
    with pytest.raises(ValueError, match="needs a loss"):
        distiller.compile("adam")
