"""FeatureSpace: every kind of column, crosses, rows and pipelines, models on both sides, files."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

rng = np.random.default_rng(71)
FeatureSpace = keras.utils.FeatureSpace
COUNT = 90
TABLE = {
    "plain": rng.integers(0, 9, COUNT),
    "normal": rng.normal(3, 5, COUNT).astype("float32"),
    "scaled": rng.normal(size=COUNT).astype("float32"),
    "ranges": rng.normal(size=COUNT).astype("float32"),
    "code": rng.integers(0, 5, COUNT),
    "word": rng.choice(["a", "b", "long"], COUNT),
    "id": rng.integers(0, 99, COUNT),
    "name": rng.choice(["x", "y", "z"], COUNT),
}
KINDS = {
    "plain": "float",
    "normal": "float_normalized",
    "scaled": FeatureSpace.float_rescaled(2.0, 1.0),
    "ranges": FeatureSpace.float_discretized(4),
    "code": FeatureSpace.integer_categorical(max_tokens=4),
    "word": "string_categorical",
    "id": FeatureSpace.integer_hashed(6),
    "name": "string_hashed",
}


def kinds(**changes):
    return {
        **{k: v if isinstance(v, str) else keras.saving.serialize_keras_object(v) for k, v in KINDS.items()},
        **changes,
    }


def one_hot(numbers, depth):
    return np.eye(depth, dtype="float32")[np.asarray(numbers)]


def by_hand(space):
    """The columns by the layers themselves."""
    p = space.preprocessors
    code, word = p["code"](TABLE["code"]), p["word"](TABLE["word"])
    crossed = layers.HashedCrossing(8)((code.numpy(), word.numpy()))
    return {
        "code": one_hot(code, 4),
        "id": one_hot(layers.Hashing(6)(TABLE["id"]), 6),
        "name": one_hot(layers.Hashing(5)(TABLE["name"]), 5),
        "normal": ((TABLE["normal"] - TABLE["normal"].mean()) / TABLE["normal"].std())[:, None],
        "plain": TABLE["plain"].astype("float32")[:, None],
        "ranges": one_hot(np.digitize(TABLE["ranges"], p["ranges"].bin_boundaries), 4),
        "scaled": (TABLE["scaled"] * 2 + 1)[:, None],
        "word": one_hot(word, 4),
        "code_X_word": one_hot(crossed, 8),
    }


@pytest.fixture(params=["concat", "dict"])
def space(request):
    made = FeatureSpace(kinds(), request.param, [("code", "word")], crossing_dim=8, hashing_dim=5)
    made.adapt(TABLE)
    return made


def check(found, wanted, mode, rows=slice(None)):
    if mode == "concat":
        # Moments of 90 numbers in float64 against float32.
        np.testing.assert_allclose(found, np.concatenate([v[rows] for v in wanted.values()], -1), atol=1e-5)
        return
    assert list(found) == list(wanted)
    for key, value in wanted.items():
        np.testing.assert_allclose(found[key], value[rows], atol=1e-5)


def test_every_kind_of_column(space):
    wanted = by_hand(space)
    check(space(TABLE), wanted, space.output_mode)
    check(space({k: v[:, None] for k, v in TABLE.items()}), wanted, space.output_mode)
    check(space({k: v.tolist() for k, v in TABLE.items()}), wanted, space.output_mode)
    check(space({k: v[7] for k, v in TABLE.items()}), wanted, space.output_mode, 7)


def test_learning_from_data_sets(space):
    rows = keras.data.Dataset.from_tensor_slices(TABLE)
    for data in (rows, rows.batch(32), rows.batch(32).map(lambda d: {k: keras.ops.reshape(v, (-1, 1))
                 if not isinstance(v, np.ndarray) else v[:, None] for k, v in d.items()})):  # fmt: skip
        other = FeatureSpace(kinds(), space.output_mode, [("code", "word")], crossing_dim=8, hashing_dim=5)
        other.adapt(data)
        check(other(TABLE), by_hand(space), space.output_mode)


def test_in_a_pipeline(space):
    wanted = by_hand(space)
    rows = keras.data.Dataset.from_tensor_slices((TABLE, np.arange(COUNT)))
    for number, (found, label) in enumerate(rows.map(lambda d, y: (space(d), y))):
        assert int(label) == number
        check(found, wanted, space.output_mode, number)
    batches = list(rows.batch(40).map(lambda d, y: space(d)))
    check(batches[1], wanted, space.output_mode, slice(40, 80))


def test_models_on_encoded_rows_and_on_the_table():
    numbers = {k: KINDS[k] for k in ("plain", "normal", "ranges", "code")}
    space = FeatureSpace(numbers, crosses=[])
    space.adapt({k: TABLE[k] for k in numbers})
    encoded = space.get_encoded_features()
    assert encoded.shape == (None, 10) and set(space.get_inputs()) == set(numbers)
    outputs = layers.Dense(1)(encoded)
    training, inference = keras.Model(encoded, outputs), keras.Model(space.get_inputs(), outputs)
    training.compile("sgd", "mse")
    rows = keras.data.Dataset.from_tensor_slices(({k: TABLE[k] for k in numbers}, TABLE["normal"]))
    training.fit(rows.batch(30).map(lambda d, y: (space(d), y)), epochs=2, verbose=0)
    table = {k: TABLE[k][:, None] for k in numbers}
    wanted = training.predict(space(table), verbose=0)
    np.testing.assert_allclose(inference.predict(table, verbose=0), wanted, rtol=1e-4, atol=1e-4)


def test_words_among_keras_tensors(space):
    encoded = space.get_encoded_features()
    if space.output_mode == "concat":
        assert encoded.shape == (None, 34)
    else:
        assert {k: v.shape for k, v in encoded.items()} == {k: (None, v.shape[1]) for k, v in by_hand(space).items()}


def test_files(space, tmp_path):
    space.save(tmp_path / "space.keras")
    again = keras.models.load_model(tmp_path / "space.keras")
    assert again.get_config() == space.get_config()
    check(again(TABLE), by_hand(space), space.output_mode)


def test_columns_of_ones_own():
    custom = FeatureSpace.feature("int32", layers.CategoryEncoding(9, "one_hot"), "float")
    given = FeatureSpace.feature("string", layers.StringLookup(vocabulary=["b", "a"]), "one_hot")
    ranges = FeatureSpace.float_discretized(99, bin_boundaries=[0.0], output_mode="one_hot")
    moments = FeatureSpace.feature("float32", layers.Normalization(mean=1.0, variance=4.0), "float")
    space = FeatureSpace({"a": custom, "b": given, "c": ranges, "d": moments})
    found = space({"a": TABLE["plain"], "b": TABLE["word"], "c": TABLE["scaled"], "d": TABLE["normal"]})
    lookup = {"b": 1, "a": 2}
    wanted = [one_hot(TABLE["plain"], 9), one_hot([lookup.get(w, 0) for w in TABLE["word"]], 3),
              one_hot((TABLE["scaled"] >= 0).astype(int), 2),
              ((TABLE["normal"] - 1) / 2)[:, None]]  # fmt: skip
    np.testing.assert_allclose(found, np.concatenate(wanted, -1), atol=1e-6)


def test_integers_in_a_dict():
    space = FeatureSpace({"code": FeatureSpace.integer_categorical(output_mode="int"), "word": "string_hashed"},
                         "dict", [FeatureSpace.cross(("code", "word"), 9, "int")], hashing_dim=7)  # fmt: skip
    space.adapt(keras.data.Dataset.from_tensor_slices({"code": TABLE["code"], "word": TABLE["word"]}))
    found = space({"code": TABLE["code"], "word": TABLE["word"]})
    assert {k: (v.dtype, v.shape) for k, v in found.items()} == {
        "code": ("int64", (COUNT, 1)),
        "word": ("float32", (COUNT, 7)),
        "code_X_word": ("int64", (COUNT, 1)),
    }


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: FeatureSpace({}), "at least one column"),
        (lambda: FeatureSpace({"a": "floats"}), r"features\['a'\] must be one of.*did you mean 'float'"),
        (lambda: FeatureSpace({"a": "float"}, "list"), "output_mode must be one of"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "b")]), "no feature 'b'"),
        (lambda: FeatureSpace({"a": "float"}, crosses=[("a", "a")], crossing_dim=0), "need a crossing_dim"),
        (lambda: FeatureSpace({"a": "float_normalized"})({"a": [1.0]}), r"call adapt\(data\) first"),
        (lambda: FeatureSpace({"a": "float"})([1.0]), "expected a dict of columns, got list"),
        (lambda: FeatureSpace({"a": "float_normalized"}).adapt([1.0]), "takes a dict of columns or a Dataset"),
        (lambda: FeatureSpace.feature("float32", layers.Identity(), "floats"), "output_mode must be one of"),
        (lambda: FeatureSpace.cross(("a", "b"), 3, "float"), "output_mode must be one of"),
        (lambda: FeatureSpace({"a": FeatureSpace.integer_hashed(3, "int")})({"a": [1]}), "'a' is not encoded"),
        (lambda: FeatureSpace({"a": FeatureSpace.feature("float32", layers.Identity(), "one_hot")})({"a": [1.0]}),
         "needs a preprocessor that returns integers"),
        (lambda: FeatureSpace({"a": FeatureSpace.feature("int32", layers.Identity(), "one_hot")})({"a": [1]}),
         "how many integers Identity returns is not known"),
    ],
)  # fmt: skip
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()
