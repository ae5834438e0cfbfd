"""Models as scikit-learn estimators: scikit-learn's own checks, and what users do with estimators."""

import pickle
import subprocess
import sys

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

sklearn = pytest.importorskip("sklearn", reason="scikit-learn is not installed: the wrappers are not covered")

from keraunos import wrappers  # noqa: E402
from sklearn.base import clone  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

QUIET = {"verbose": 0}


def network(X, y, loss="mse", activation=None, width=32, rate=0.01):
    """A model that begins with the same weights every time."""
    keras.utils.set_random_seed(0)
    out = layers.Dense(y.shape[1], activation=activation)
    made = keras.Sequential([keras.Input(X.shape[1:]), layers.Flatten(), layers.Dense(width, activation="relu"), out])
    made.compile(keras.optimizers.Adam(rate), loss)
    return made


def by_meta(meta, width=32):
    if "n_classes_" in meta:
        return keras.Sequential([layers.Dense(width, activation="relu"), layers.Dense(meta["n_classes_"], "softmax")])
    return keras.Sequential([layers.Dense(width, activation="relu"), layers.Dense(meta["n_outputs_"])])


SOFT = {"loss": "categorical_crossentropy", "activation": "softmax"}
ESTIMATORS = {
    "SKLearnClassifier": lambda: wrappers.SKLearnClassifier(network, False, SOFT, {"epochs": 50, **QUIET}),
    "SKLearnRegressor": lambda: wrappers.SKLearnRegressor(network, fit_kwargs={"epochs": 50, **QUIET}),
    "SKLearnTransformer": lambda: wrappers.SKLearnTransformer(network, fit_kwargs={"epochs": 5, **QUIET}),
    "KerasClassifier": lambda: wrappers.KerasClassifier(
        by_meta, random_state=0, epochs=50, optimizer="adam", optimizer__learning_rate=0.01, **QUIET
    ),
    "KerasRegressor": lambda: wrappers.KerasRegressor(by_meta, random_state=0, epochs=50, optimizer="adam", **QUIET),
    "KerasTransformer": lambda: wrappers.KerasTransformer(by_meta, random_state=0, epochs=5, **QUIET),
}


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.filterwarnings("ignore")
def test_the_checks_of_scikit_learn(kind):
    found = check_estimator(ESTIMATORS[kind](), on_fail=None, on_skip=None)
    assert not [
        f"{one['check_name']}: {one['exception']}" for one in found if one["status"] not in ("passed", "skipped")
    ]
    assert sum(one["status"] == "passed" for one in found) >= 35
    skipped = {one["check_name"] for one in found if one["status"] == "skipped"}
    assert skipped <= {
        "check_array_api_input",
        "check_pipeline_consistency",
        "check_transformer_data_not_an_array",
        "check_transformer_general",
    }  # fmt: skip  the last three are for estimators that promise the same numbers every time


RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
NAMES = np.array(["ant", "bee", "cat"])
Y = X[:, :3].argmax(1)  # learnable


def classifier(**fit_kwargs):
    return wrappers.SKLearnClassifier(network, model_kwargs=SOFT, fit_kwargs={"epochs": 60, **QUIET, **fit_kwargs})


def test_classes_of_any_kind():
    fitted = classifier().fit(X, NAMES[Y])
    assert fitted.classes_.tolist() == NAMES.tolist() and fitted.score(X, NAMES[Y]) > 0.9
    probabilities = fitted.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(1), 1, rtol=1e-12)
    assert (NAMES[probabilities.argmax(1)] == fitted.predict(X)).all() and fitted.decision_function(X).shape == (90, 3)
    assert list(fitted.history_) == ["loss"] and fitted.epoch_ == 60 == len(fitted.history_["loss"])
    two = classifier().fit(X, Y > 0)
    assert two.classes_.tolist() == [False, True] and two.predict(X).dtype == bool
    assert ((two.decision_function(X) > 0) == two.predict(X)).all()


def test_logits_become_probabilities():
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    made = wrappers.SKLearnClassifier(network, model_kwargs={"loss": loss}, fit_kwargs={"epochs": 2, **QUIET}).fit(X, Y)
    outputs = made.decision_function(X).astype("float64")
    wanted = np.exp(outputs) / np.exp(outputs).sum(1, keepdims=True)
    np.testing.assert_allclose(made.predict_proba(X), wanted, rtol=1e-6)
    # Logits that happen to sum to 1.
    found = made._targets.probabilities(np.array([[2.0, -1.0, 0.0]]))
    np.testing.assert_allclose(found, np.exp([[2, -1, 0]]) / np.exp([2, -1, 0]).sum())


@pytest.mark.parametrize("columns", [None, 1, 2])
def test_numbers_keep_their_form(columns):
    y = X[:, 0] if columns is None else X[:, :columns]
    made = wrappers.SKLearnRegressor(network, fit_kwargs={"epochs": 60, **QUIET}).fit(X, y)
    assert made.predict(X).shape == y.shape and made.score(X, y) > 0.8


def test_a_model_is_cloned_and_stays_as_it_is():
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = model.get_weights()
    made = wrappers.SKLearnRegressor(model, fit_kwargs=QUIET).fit(X, X[:, 0], epochs=3)
    assert made.model_ is not model and made.model_.optimizer is not model.optimizer and made.epoch_ == 3
    assert float(made.model_.optimizer.learning_rate) == np.float32(0.1)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    assert made.fit_kwargs == QUIET


def test_warm_start():
    made = wrappers.SKLearnRegressor(network, warm_start=True, fit_kwargs={"epochs": 20, **QUIET}).fit(X, X[:, 0])
    first = made.model_
    loss = made.history_["loss"][-1]
    made.fit(X, X[:, 0])
    assert made.model_ is first and made.history_["loss"][0] < loss
    cold = wrappers.SKLearnRegressor(network, fit_kwargs=QUIET).fit(X, X[:, 0])
    assert cold.model_ is not cold.fit(X, X[:, 0]).model_


def test_arguments_of_fit_reach_the_model():
    seen = []

    class Note(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            seen.append(self.params)

    weights = (Y == 0) * 1.0
    made = classifier().fit(X, Y, epochs=70, sample_weight=weights, callbacks=[Note()], batch_size=9)
    assert seen[0]["steps"] == 10 and seen[0]["epochs"] == 70 and (made.predict(X) == 0).all()


def test_pictures():
    images = RNG.normal(size=(30, 5, 5, 1))
    labels = (images.mean((1, 2, 3)) > 0).astype(int)
    made = classifier().fit(images, labels)
    assert made.predict(images).shape == (30,) and made.score(images, labels) > 0.8


def test_pipelines_and_cross_validation():
    pipeline = make_pipeline(StandardScaler(), classifier())
    scores = cross_val_score(pipeline, X * 100 + 5, NAMES[Y], cv=3)
    assert scores.shape == (3,) and scores.mean() > 0.7
    pipeline.fit(X, Y, sklearnclassifier__epochs=1)
    assert pipeline[-1].epoch_ == 1


def test_grid_search():
    grid = {
        "model_kwargs": [{**SOFT, "width": w} for w in (2, 16)],
        "fit_kwargs": [{"epochs": e, **QUIET} for e in (1, 40)],
    }
    search = GridSearchCV(classifier(), grid, cv=2, scoring="roc_auc_ovr").fit(X, Y)
    assert search.best_params_["fit_kwargs"]["epochs"] == 40 and search.best_score_ > 0.8
    assert search.best_estimator_.fit_kwargs == {"epochs": 40, **QUIET}


def test_clones():
    made = classifier(epochs=1).fit(X, Y)
    fresh = clone(made)
    assert (
        not hasattr(fresh, "model_") and fresh.get_params() == made.get_params() and fresh.fit_kwargs == made.fit_kwargs
    )
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    copied = clone(wrappers.SKLearnRegressor(model)).model
    assert copied is not model and copied.compiled
    np.testing.assert_array_equal(copied.get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_pickles(kind):
    made = ESTIMATORS[kind]()
    y = Y if "Classifier" in kind else X[:, :2]
    made.fit(X, y)
    again = pickle.loads(pickle.dumps(made))
    method = "transform" if "Transformer" in kind else "predict"
    np.testing.assert_array_equal(getattr(again, method)(X), getattr(made, method)(X))
    assert again.history_ == made.history_ and again.get_params().keys() == made.get_params().keys()


def test_a_transformer_learns_to_give_back_its_inputs():
    made = wrappers.SKLearnTransformer(network, fit_kwargs={"epochs": 100, **QUIET})
    out = made.fit_transform(X)
    assert out.shape == X.shape and np.mean((out - X) ** 2) < 0.3
    assert made.get_feature_names_out().tolist() == [f"sklearntransformer{i}" for i in range(4)]
    frame = pytest.importorskip("pandas").DataFrame(X, columns=list("abcd"))
    table = made.set_output(transform="pandas").fit_transform(frame)
    assert list(table.columns) == [f"sklearntransformer{i}" for i in range(4)]
    made.set_output(transform="default").fit(X, X[:, :2])
    assert made.transform(X).shape == (90, 2)


def test_metadata_routing():
    made = classifier()
    with pytest.raises(RuntimeError, match="enable_metadata_routing"):
        made.set_fit_request(sample_weight=True)
    with sklearn.config_context(enable_metadata_routing=True):
        made.set_fit_request(sample_weight=True)
        weights = (Y == 1) * 1.0
        scores = cross_val_score(made, X, Y, cv=2, params={"sample_weight": weights})
    assert scores.max() < 0.6  # all of one class


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: classifier().fit(X, X[:, 0]), ValueError, "Unknown label type"),
        (lambda: classifier().fit(X, np.zeros(90)), ValueError, "more than one class"),
        (lambda: classifier().fit(X, np.eye(3, dtype=int)[Y] + [1, 0, 0]), ValueError, "1d array"),
        (lambda: wrappers.SKLearnRegressor(keras.Sequential([layers.Dense(1)])).fit(X, X), RuntimeError, "compiled"),
        (lambda: wrappers.SKLearnRegressor(lambda X, y: keras.Sequential()).fit(X, X), RuntimeError, "compiled"),
        (lambda: classifier().predict(X), sklearn.exceptions.NotFittedError, "not fitted"),
    ],
)
def test_what_does_not_fit(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- in the manner of SciKeras ---


def test_arguments_to_be_searched():
    grid = {"model__width": [2, 16], "optimizer__learning_rate": [1e-6, 0.01], "batch_size": [9]}
    made = wrappers.KerasClassifier(by_meta, optimizer="adam", epochs=40, random_state=1, verbose=0, model__width=4)
    search = GridSearchCV(made, grid, cv=2).fit(X, NAMES[Y])
    best = search.best_estimator_
    assert search.best_params_["optimizer__learning_rate"] == 0.01 and best.score(X, NAMES[Y]) > 0.8
    assert best.model_.layers[0].units == search.best_params_["model__width"]
    assert float(best.model_.optimizer.learning_rate) == np.float32(0.01)
    assert type(best.model_.optimizer).__name__ == "Adam"


@pytest.mark.parametrize(
    ("loss", "units", "activation", "classes"),
    [
        (None, 3, "softmax", 3),
        ("sparse_categorical_crossentropy", 3, "softmax", 3),
        (keras.losses.SparseCategoricalCrossentropy, 3, "softmax", 3),
        ("binary_crossentropy", 1, "sigmoid", 2),
        (keras.losses.BinaryCrossentropy(), 2, "sigmoid", 2),
        ("hinge", 1, "tanh", 2),
    ],
)
def test_targets_are_what_the_loss_wants(loss, units, activation, classes):
    def function():
        return keras.Sequential([keras.Input((4,)), layers.Dense(units, activation)])

    y = NAMES[Y if classes == 3 else np.minimum(Y, 1)]
    made = wrappers.KerasClassifier(function, loss=loss, epochs=60, optimizer="adam", optimizer__learning_rate=0.05,
                                    random_state=0, verbose=0).fit(X, y)  # fmt: skip
    assert made.score(X, y) > 0.75 and made.n_classes_ == classes and made.predict_proba(X).shape == (90, classes)
    assert set(made.predict(X)) <= set(y)


def test_routed_arguments():
    def function(units, meta, compile_kwargs):
        assert meta["classes_"].tolist() == [0, 1, 2] and meta["X_shape_"] == (90, 4) and meta["n_features_in_"] == 4
        made = keras.Sequential([layers.Dense(units)])
        made.compile(**compile_kwargs)
        return made

    made = wrappers.KerasClassifier(function, units=3, loss="categorical_crossentropy", loss__from_logits=True,
                                    fit__shuffle=False, metrics=["accuracy"], class_weight={0: 2.0, 2: 0.0},
                                    validation_split=0.2, verbose=0)  # fmt: skip
    made.fit(X, Y)
    assert made.model_.loss._fn_kwargs["from_logits"] is True and "val_accuracy" in made.history_
    assert made.fit_kwargs["shuffle"] is False and made.fit_kwargs["class_weight"] == {0: 2.0, 2: 0.0}
    assert made.set_params(units=5, model__units=3).model_kwargs == {"units": 3}
    assert clone(made).get_params() == made.get_params()
    with pytest.raises(ValueError, match="no argument 'unit'"):
        made.set_params(unit=3)
    with pytest.raises(AttributeError, match="nothing"):
        made.nothing  # noqa: B018
    with pytest.raises(ValueError, match="must be a model"):
        wrappers.KerasRegressor(3).fit(X, Y)


def test_class_weights_by_name():
    made = wrappers.KerasClassifier(by_meta, class_weight={"bee": 0.0}, epochs=60, optimizer="adam", random_state=0,
                                    optimizer__learning_rate=0.02, verbose=0).fit(X, NAMES[Y])  # fmt: skip
    assert "bee" not in made.predict(X)
    assert wrappers.KerasClassifier(by_meta, class_weight="balanced", verbose=0).fit(X, Y).history_


def test_a_seed_makes_the_same_model():
    fits = [wrappers.KerasRegressor(by_meta, random_state=s, verbose=0).fit(X, X[:, 0]).predict(X) for s in (3, 3, 4)]
    np.testing.assert_array_equal(fits[0], fits[1])
    assert not np.array_equal(fits[0], fits[2])


def test_partial_fit():
    made = wrappers.KerasClassifier(by_meta, epochs=5, verbose=0, optimizer="adam")
    made.partial_fit(X[Y < 2], NAMES[Y[Y < 2]], classes=NAMES)
    model = made.model_
    made.partial_fit(X, NAMES[Y])
    assert (
        made.model_ is model and made.classes_.tolist() == NAMES.tolist() and made.epoch_ == 1 and not made.warm_start
    )
    with pytest.raises(ValueError, match="no class dog"):
        made.partial_fit(X, np.full(90, "dog"))


def test_a_compiled_model_is_taken_as_it_is():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.25), "mae")
    made = wrappers.KerasRegressor(model, optimizer="adam", verbose=0).fit(X, X[:, 0])
    assert type(made.model_.optimizer).__name__ == "SGD" and made.model_ is not model


def test_without_scikit_learn():
    code = "import sys; sys.modules['sklearn'] = None; import keraunos; keraunos.wrappers.SKLearnClassifier"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ImportError: [wrappers] this needs scikit-learn 1.6 or newer: pip install keraunos[sklearn]" in done.stderr
