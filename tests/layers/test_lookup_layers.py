"""StringLookup and IntegerLookup: numbers, vocabularies given, learned, saved; every output mode; inside models."""

import math

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

rng = np.random.default_rng(22)
WORDS = np.array([["cat", "dog", "fox"], ["dog", "", "zebra"]])
VOCABULARY = ["dog", "cat", "fox", "cow"]
KEYS = [12, 36, 1138, -42, 10**12]
VALUES = np.array([[12, 1138, -42], [10**12, 7, 36], [0, -1, -(2**62)]])


FORMS = {
    "str": lambda words: words,
    "list": lambda words: words.tolist(),
    "object": lambda words: words.astype(object),
    "bytes": np.char.encode,
    "bytes objects": lambda words: np.char.encode(words).astype(object),
    "columns": np.asfortranarray,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_numbers_of_words(form):
    layer = layers.StringLookup(vocabulary=form(np.array(VOCABULARY)))
    found = layer(form(WORDS))
    assert found.dtype == "int64" and found.numpy().tolist() == [[2, 1, 3], [1, 0, 0]]
    assert int(layer("fox")) == 3 and layer(WORDS[:0]).shape == (0, 3)


@pytest.mark.parametrize("mask", [None, ""])
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_modes_agree_with_the_numbers(mode, mask):
    layer = layers.StringLookup(vocabulary=VOCABULARY, output_mode=mode, mask_token=mask)
    start = int(mask is not None and mode == "int")
    table = {word: start + 1 + i for i, word in enumerate(VOCABULARY)}
    numbers = np.array([[table.get(w, start) for w in row] for row in WORDS.tolist()])
    if mask == "":
        numbers[1, 1] = 0 if mode == "int" else 99
    one_hot = numbers[..., None] == np.arange(5)
    wanted = {"int": numbers, "one_hot": one_hot, "count": one_hot.sum(1), "multi_hot": one_hot.any(1)}[mode]
    np.testing.assert_array_equal(layer(WORDS), wanted)
    assert layer.compute_output_shape((None, 3)) == (None, *wanted.shape[1:])


def test_unknown_words_share_several_numbers():
    layer = layers.StringLookup(vocabulary=VOCABULARY, num_oov_indices=3, mask_token="")
    unknown = np.array([f"w{i}" for i in range(200)])
    found = layer(unknown).numpy()
    np.testing.assert_array_equal(found, layers.Hashing(3)(unknown).numpy() + 1)
    assert layer(["dog", ""]).numpy().tolist() == [4, 0]
    salted = layers.StringLookup(vocabulary=VOCABULARY, num_oov_indices=3, salt=[1, 2])(unknown)
    np.testing.assert_array_equal(salted, layers.Hashing(3, salt=[1, 2])(unknown))


def test_the_way_back():
    layer = layers.StringLookup(vocabulary=VOCABULARY, mask_token="", num_oov_indices=2)
    back = layers.StringLookup(vocabulary=layer.get_vocabulary(), mask_token="", num_oov_indices=2, invert=True)
    words = back(np.array([[0, 1, 2, 3], [6, 7, -1, 99]]))
    assert words.tolist() == [["", "[UNK]", "[UNK]", "dog"], ["cow", "[UNK]", "[UNK]", "[UNK]"]]
    known = np.array(VOCABULARY + [""])
    assert back(layer(known)).tolist() == known.tolist()


def test_learned_words():
    data = ["a", "b", "b", "c", "c", "c", "d", "a", "e", "b"]
    wanted = ["[UNK]", "c", "b", "a", "e", "d"]  # equally frequent ones in descending order
    dataset = keras.data.Dataset.from_tensor_slices(np.array(data))
    for given in (
        data,
        np.array(data),
        np.array(data).reshape(5, 2),
        dataset,
        dataset.batch(3),
        iter([data[:4], data[4:]]),
    ):
        layer = layers.StringLookup()
        layer.adapt(given)
        assert layer.get_vocabulary() == wanted and layer.vocabulary_size() == 6
    layer.adapt(["x", "[UNK]", "x", "y"])
    assert layer.get_vocabulary() == ["[UNK]", "x", "y"] and layer.get_vocabulary(False) == ["x", "y"]
    layer = layers.StringLookup(max_tokens=4, mask_token="a")
    layer.adapt(iter([data, ["z"] * 99]), steps=1)
    assert layer.get_vocabulary() == ["a", "[UNK]", "c", "b"]


def test_tf_idf():
    documents = np.array([["a", "b"], ["a", "a"], ["a", "c"]])
    layer = layers.StringLookup(output_mode="tf_idf", max_tokens=6, pad_to_max_tokens=True)
    layer.adapt(documents)
    assert layer.get_vocabulary() == ["[UNK]", "a", "c", "b"]
    weights = np.log(1 + 3 / (1 + np.array([3, 1, 1]))).astype("float32")
    weights = np.concatenate([[weights.mean()], weights, [0, 0]]).astype("float32")
    np.testing.assert_allclose(layer.idf_weights, weights, rtol=1e-7)
    counts = np.array([[1, 2, 0, 0, 0, 0], [0, 0, 1, 2, 0, 0]])
    np.testing.assert_allclose(layer([["a", "x", "a"], ["b", "b", "c"]]), counts * weights, rtol=1e-7)
    one_word_each = layers.StringLookup(output_mode="tf_idf")
    one_word_each.adapt(["a", "a", "b"])
    np.testing.assert_allclose(one_word_each.idf_weights[1:], np.log(1 + 3 / np.array([3, 2])), rtol=1e-7)
    given = layers.StringLookup(vocabulary=["[UNK]", "a"], idf_weights=[0.5, 2.0], output_mode="tf_idf")
    assert given([["a", "x", "x"]]).numpy().tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
@pytest.mark.parametrize("oov", [1, 3])
@pytest.mark.parametrize("mask", [None, 36])
def test_numbers_of_integers(mask, oov, mode, compiled):
    layer = layers.IntegerLookup(vocabulary=[k for k in KEYS if k != mask], num_oov_indices=oov, mask_token=mask,
                                 output_mode=mode)  # fmt: skip
    start = int(mask is not None and mode == "int")
    table = {key: start + oov + i for i, key in enumerate(k for k in KEYS if k != mask)}
    table[mask] = 0 if mode == "int" else 99
    numbers = np.array([[table.get(v, start + v % oov) for v in row] for row in VALUES.tolist()])
    one_hot = numbers[..., None] == np.arange(layer.vocabulary_size())
    wanted = {"int": numbers, "one_hot": one_hot, "count": one_hot.sum(1), "multi_hot": one_hot.any(1)}[mode]
    found = (keras.function(layer) if compiled else layer)(VALUES)
    assert found.dtype == "int64"
    np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("compiled", [False, True])
def test_the_way_back_of_integers(compiled):
    layer = layers.IntegerLookup(vocabulary=KEYS, mask_token=0, num_oov_indices=2, invert=True)
    found = (keras.function(layer) if compiled else layer)(np.array([0, 1, 2, 3, 7, 8, -1], "int32"))
    assert found.numpy().tolist() == [0, -1, -1, 12, 10**12, -1, -1]


def test_integers_outside_by_hash():
    layer = layers.IntegerLookup(vocabulary=KEYS, num_oov_indices=4, oov_method="farmhash", salt=3)
    values = np.arange(100, 200)
    np.testing.assert_array_equal(layer(values), layers.Hashing(4, salt=3)(values))
    with pytest.raises(TypeError, match="computes on the host"):
        keras.function(layer)(values)


def test_an_empty_vocabulary_knows_nothing():
    assert layers.IntegerLookup()(np.array([5, 6])).numpy().tolist() == [0, 0]
    assert layers.IntegerLookup(invert=True)(np.array([5, 0])).numpy().tolist() == [-1, -1]
    assert layers.StringLookup()(["a"]).numpy().tolist() == [0]


def test_integers_inside_a_model():
    codes = rng.choice(KEYS, (200, 1))
    lookup = layers.IntegerLookup(output_mode="one_hot")
    lookup.adapt(codes)
    model = keras.Sequential([keras.Input((1,), dtype="int64"), lookup, layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(1.0), "mse")
    targets = {key: float(i) for i, key in enumerate(KEYS)}
    y = np.array([[targets[c]] for c in codes[:, 0].tolist()])
    assert model.fit(codes, y, epochs=20, verbose=0).history["loss"][-1] < 1e-3
    np.testing.assert_allclose(model.predict(np.array(KEYS)[:, None], verbose=0)[:, 0], range(5), atol=0.2)


def test_words_in_a_pipeline_in_front_of_a_model():
    reviews = np.array([["good", "film"], ["bad", "film"], ["good", "book"], ["bad", "book"]] * 8)
    liked = (reviews[:, 0] == "good").astype("float32")
    words = layers.StringLookup(mask_token="")
    words.adapt(reviews)
    data = keras.data.Dataset.from_tensor_slices((reviews, liked)).map(lambda text, y: (words(text), y)).batch(8)
    model = keras.Sequential([layers.Embedding(words.vocabulary_size(), 4), layers.Flatten(), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.1), "mse")
    assert model.fit(data, epochs=30, verbose=0).history["loss"][-1] < 0.01


def test_vocabularies_in_files(tmp_path):
    (tmp_path / "words.txt").write_text("dog\ncat\nfox é\n\n", encoding="utf-8")
    layer = layers.StringLookup(vocabulary=str(tmp_path / "words.txt"))
    assert layer.get_vocabulary() == ["[UNK]", "dog", "cat", "fox é"]
    config = layer.get_config()
    assert config["vocabulary"] is None and config["vocabulary_size"] == 4
    layer.save_assets(str(tmp_path))
    again = layers.deserialize(layers.serialize(layer))
    again.load_assets(str(tmp_path))
    assert again.get_vocabulary() == layer.get_vocabulary()
    (tmp_path / "codes.txt").write_text("5\n-7\n")
    codes = layers.IntegerLookup(vocabulary=tmp_path / "codes.txt")
    assert codes.get_vocabulary() == [-1, 5, -7]
    with pytest.raises(ValueError, match="there is no vocabulary file"):
        layers.StringLookup(vocabulary="nowhere.txt")


@pytest.mark.parametrize("padded", [False, True])
def test_learned_weights_are_saved(tmp_path, padded):
    options = {"max_tokens": 9, "pad_to_max_tokens": True} if padded else {}
    layer = layers.StringLookup(output_mode="tf_idf", mask_token="", **options)
    layer.adapt(np.array([["a", "b"], ["a", "a"], ["a", "c"]]))
    store = {}
    layer.save_own_variables(store)
    layer.save_assets(str(tmp_path))
    again = layers.StringLookup.from_config(layer.get_config())
    again.load_own_variables(store)
    again.load_assets(str(tmp_path))
    assert again.get_vocabulary() == layer.get_vocabulary()
    np.testing.assert_array_equal(again([["a", "c", "x"]]), layer([["a", "c", "x"]]))


@pytest.mark.parametrize("options", [{}, {"output_mode": "tf_idf"}, {"output_mode": "one_hot", "mask_token": 36},
                                     {"num_oov_indices": 3, "max_tokens": 5}])  # fmt: skip
def test_models_with_learned_vocabularies_come_back(tmp_path, options):
    codes = rng.choice(KEYS, (50, 2))
    lookup = layers.IntegerLookup(**options)
    lookup.adapt(codes)
    x = keras.Input((2,), dtype="int64")
    y = layers.Dense(3)(layers.Rescaling(0.5)(lookup(x)))
    model = keras.Model(x, y)
    assert model.output_shape[-1] == 3
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    assert again.layers[1].get_vocabulary() == lookup.get_vocabulary()
    np.testing.assert_array_equal(again.predict(VALUES[:, :2], verbose=0), model.predict(VALUES[:, :2], verbose=0))


def test_words_among_keras_tensors():
    x = keras.Input((3,), dtype="string")
    numbers = layers.StringLookup(vocabulary=VOCABULARY)(x)
    assert (numbers.shape, numbers.dtype) == ((None, 3), "int64")
    words = layers.StringLookup(vocabulary=VOCABULARY, invert=True)(numbers)
    assert (words.shape, words.dtype) == ((None, 3), "string")
    counts = layers.StringLookup(vocabulary=VOCABULARY, output_mode="count")(x)
    assert (counts.shape, counts.dtype) == ((None, 5), "int64")
    crossed = layers.HashedCrossing(7, "one_hot")([keras.Input((1,), dtype="string"), keras.Input((1,), dtype="int64")])
    assert (crossed.shape, crossed.dtype) == ((None, 7), "float32")
    bins = layers.Hashing(7)(x)
    assert (bins.shape, bins.dtype) == ((None, 3), "int64")


def test_a_configuration_reads_no_files(tmp_path):
    (tmp_path / "secret").write_text("secret\n")
    config = {**layers.StringLookup().get_config(), "vocabulary": str(tmp_path / "secret")}
    with pytest.raises(ValueError, match="reads no files"):
        layers.StringLookup.from_config(config)


@pytest.mark.parametrize("make", [
    lambda: layers.StringLookup(vocabulary=np.array(VOCABULARY), num_oov_indices=2, salt=5, mask_token=""),
    lambda: layers.StringLookup(vocabulary=VOCABULARY, idf_weights=np.arange(4.0), output_mode="tf-idf"),
    lambda: layers.IntegerLookup(vocabulary=np.array(KEYS), oov_method="farmhash", output_mode="binary"),
    lambda: layers.IntegerLookup(vocabulary=KEYS, invert=True, oov_token=-9),
])  # fmt: skip
def test_configurations_come_back(make):
    layer = make()
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config() and again.get_vocabulary() == layer.get_vocabulary()


def test_a_changed_list_changes_no_vocabulary():
    given = list(VOCABULARY)
    layer = layers.StringLookup(vocabulary=given)
    given.append("owl")
    assert layer.get_vocabulary(False) == VOCABULARY
    layer.get_vocabulary().clear()
    layer.get_config()["vocabulary"].clear()
    assert layer.get_config()["vocabulary"] == VOCABULARY


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.StringLookup(max_tokens=1), "max_tokens must be greater than 1"),
        (lambda: layers.StringLookup(pad_to_max_tokens=True), "needs max_tokens"),
        (lambda: layers.StringLookup(num_oov_indices=-1), "at least 0, got -1"),
        (lambda: layers.StringLookup(output_mode="ont_hot"), "did you mean 'one_hot'"),
        (lambda: layers.StringLookup(output_mode="count", invert=True), "needs output_mode='int'"),
        (lambda: layers.StringLookup(idf_weights=[1.0]), "belong to output_mode='tf_idf'"),
        (lambda: layers.StringLookup(vocabulary=["a"], output_mode="tf_idf"), "needs idf_weights"),
        (lambda: layers.StringLookup(vocabulary=[]), "vocabulary is empty"),
        (lambda: layers.StringLookup(vocabulary=["a", "b", "a"]), r"more than once: \['a'\]"),
        (lambda: layers.StringLookup(vocabulary=["a", ""], mask_token=""), "mask_token='' at 1"),
        (lambda: layers.StringLookup(vocabulary=["a", "[UNK]"], invert=True), r"oov_token='\[UNK\]' at 1"),
        (lambda: layers.StringLookup(vocabulary=["a", "b"], max_tokens=2), "3 tokens is more than max_tokens=2"),
        (lambda: layers.StringLookup(vocabulary=["a"], idf_weights=[1, 2], output_mode="tf_idf"), "expected 1 idf_"),
        (lambda: layers.StringLookup(vocabulary=["a"]).adapt(["b"]), "cannot adapt"),
        (lambda: layers.StringLookup(vocabulary=["a"], num_oov_indices=0)(["a", "b", "c"]), r"got \['b', 'c'\]"),
        (lambda: layers.IntegerLookup(vocabulary=[1], num_oov_indices=0)(np.array([1, 2])), r"got \[2\]"),
        (lambda: layers.IntegerLookup(vocabulary_dtype="int32"), "must be 'int64'"),
        (lambda: layers.IntegerLookup(salt=3), "salt needs oov_method='farmhash'"),
        (lambda: layers.IntegerLookup(oov_method="md5"), "oov_method must be one of"),
        (lambda: layers.IntegerLookup(10, output_mode="tf_idf", pad_to_max_tokens=True)([1]), "no idf_weights yet"),
    ],
)  # fmt: skip
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_other_errors():
    with pytest.raises(RuntimeError, match="needs a vocabulary for output_mode='count'"):
        layers.StringLookup(output_mode="count")(["a"])
    layer = layers.StringLookup(output_mode="count")
    layer.adapt(["a", "b"])
    with pytest.raises(RuntimeError, match="it was 3, now it would be 2"):
        layer.adapt(["a"])
    with pytest.raises(TypeError, match="expected text, got int64"):
        layers.StringLookup()(np.array([1]))
    with pytest.raises(TypeError, match="expected strings, got float: nan"):
        layers.StringLookup()(np.array(["a", math.nan], object))
