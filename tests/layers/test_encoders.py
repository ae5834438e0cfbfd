"""CategoryEncoding, Discretization, Hashing, HashedCrossing: by definition, eager and traced. Bins of hashes are facts
of TensorFlow, recorded once."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers
from keraunos.layers.encoders import hashes, quantiles
from keraunos.layers.encoders.search import count_not_above, find

rng = np.random.default_rng(21)
NUMBERS = rng.integers(0, 7, (3, 4))


def counted(numbers, depth, weights=None):
    """Counts along axis 1 (axis 0 of a vector) by their definition; numbers of no category are left out."""
    one_hot = (np.asarray(numbers)[..., None] == np.arange(depth)).astype("float32")
    if weights is not None:
        one_hot *= weights[..., None]
    return one_hot.sum(1 if np.ndim(numbers) > 1 else 0)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("numbers", [NUMBERS, NUMBERS[0], NUMBERS[:, :1], np.stack([NUMBERS, NUMBERS]), NUMBERS[:0],
                                     NUMBERS[:, :0], NUMBERS.astype("int64"), NUMBERS.astype("float32") + 0.4,
                                     NUMBERS.astype("uint8"), NUMBERS[::2, ::-1]])  # fmt: skip
def test_category_encoding(numbers, compiled):
    whole = np.floor(numbers).astype(int)
    found = {mode: layers.CategoryEncoding(5, mode) for mode in ("one_hot", "multi_hot", "count")}
    outputs = {m: np.asarray((keras.function(f) if compiled else f)(numbers)) for m, f in found.items()}
    np.testing.assert_array_equal(outputs["count"], counted(whole, 5))
    np.testing.assert_array_equal(outputs["multi_hot"], counted(whole, 5) > 0)
    last = whole[..., 0] if whole.ndim > 1 and whole.shape[-1] == 1 else whole
    np.testing.assert_array_equal(outputs["one_hot"], last[..., None] == np.arange(5))
    for mode, layer in found.items():
        assert layer.compute_output_shape(numbers.shape) == outputs[mode].shape
        assert (
            layer.compute_output_shape((None, *numbers.shape[1:]))[1:] == outputs[mode].shape[1:] or numbers.ndim == 1
        )


def test_count_weights_and_their_gradient():
    layer = layers.CategoryEncoding(5, "count", dtype="float64")
    weights = keras.ops.convert_to_tensor(rng.normal(size=(3, 4)))
    cotangent = rng.normal(size=(3, 5))
    with keras.GradientTape() as tape:
        found = layer(NUMBERS, count_weights=weights)
    wanted = np.zeros((3, 5))
    for row, number, weight in zip(np.repeat(np.arange(3), 4), NUMBERS.ravel(), weights.numpy().ravel(), strict=True):
        if number < 5:
            wanted[row, number] += weight
    # At most four numbers of order 1 are added.
    np.testing.assert_allclose(found, wanted, rtol=1e-15, atol=1e-15)
    padded = np.pad(cotangent, ((0, 0), (0, 2)))
    gradient = tape.gradient(found, weights, output_gradients=cotangent)
    np.testing.assert_array_equal(gradient, np.take_along_axis(padded, NUMBERS, 1))


def test_dtypes():
    assert layers.CategoryEncoding(5, dtype="int64")(NUMBERS).dtype == "int64"
    assert layers.CategoryEncoding(5, dtype="mixed_bfloat16")(NUMBERS).dtype == "bfloat16"
    assert layers.Discretization([0.0], output_mode="count", dtype="float64")(np.ones((2, 3))).dtype == "float64"
    assert layers.Discretization([0.0])(np.ones((2, 3))).dtype == "int32"
    assert layers.Hashing(3, dtype="int32")(["a"]).dtype == "int32"
    assert layers.Hashing(3, output_mode="count", dtype="float64")(["a"]).dtype == "float64"


@pytest.mark.parametrize("dtype", ["float32", "int64"])
@pytest.mark.parametrize("total", [0, 1, 2, 3, 7, 8, 100])
def test_binary_search(total, dtype):
    edges = np.sort(rng.integers(-50, 50, total)).astype(dtype)
    limits = np.iinfo(dtype) if dtype == "int64" else np.finfo(dtype)
    x = np.concatenate([np.arange(-60, 60), [limits.min, limits.max]]).astype(dtype)
    want = np.searchsorted(edges, x, side="right")
    np.testing.assert_array_equal(count_not_above(edges, keras.ops.convert_to_tensor(x)), want)
    if dtype == "float32":
        special = keras.ops.convert_to_tensor(np.array([np.nan, np.inf, -np.inf], "float32"))
        np.testing.assert_array_equal(count_not_above(edges, special), [total, total, 0])
        return
    keys = np.unique(edges)
    values = rng.integers(0, 1000, len(keys))
    table = dict(zip(keys.tolist(), values.tolist(), strict=True))
    found = find(keys, values, keras.ops.convert_to_tensor(x), -7)
    np.testing.assert_array_equal(found, [table.get(v, -7) for v in x.tolist()])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("mode", ["int", "one_hot", "multi_hot", "count"])
def test_discretization(mode, compiled):
    edges = [-1.0, 0.5, 2.0, 7.5, 9.0]
    x = np.concatenate([rng.normal(size=(4, 5)) * 4, [edges], [[np.nan, np.inf, -np.inf, 0, 9]]]).astype("float32")
    layer = layers.Discretization(edges, output_mode=mode)
    found = np.asarray((keras.function(layer) if compiled else layer)(x))
    numbers = np.digitize(x, edges)
    wanted = {"int": numbers, "one_hot": numbers[..., None] == np.arange(6), "count": counted(numbers, 6),
              "multi_hot": counted(numbers, 6) > 0}  # fmt: skip
    np.testing.assert_array_equal(found, wanted[mode])
    assert layer.compute_output_shape((None, 5)) == (None, *found.shape[1:])


def test_learned_boundaries_part_the_data_evenly():
    data = rng.normal(size=5000).astype("float32")
    for given in (data, data.reshape(50, 100), [data[i : i + 500] for i in range(0, 5000, 500)],
                  keras.data.Dataset.from_tensor_slices(data).batch(500)):  # fmt: skip
        layer = layers.Discretization(num_bins=5, epsilon=0.01)
        layer.adapt(given)
        shares = np.bincount(np.asarray(layer(data)), minlength=5) / 5000
        # Every merge and the last compression may be off by epsilon.
        assert np.abs(shares - 0.2).max() < 0.04
    again = layers.deserialize(layers.serialize(layer))
    assert again.bin_boundaries == layer.bin_boundaries and again.get_config() == layer.get_config()
    layer.adapt(iter([data[:100], data * 100]), steps=1)
    assert max(map(abs, layer.bin_boundaries)) < 5


def test_summaries_stay_small():
    summary = quantiles.EMPTY
    for _ in range(20):
        summary = quantiles.merge(quantiles.summarize(rng.random(1000), 0.05), summary, 0.05)
        assert summary.shape[1] <= 21
    # Weights are float32 sums of 20,000 data.
    np.testing.assert_allclose(summary[1].sum(), 20_000, rtol=1e-4)
    # What Keras 3.15 finds for 0, 1, ..., 99.
    found = quantiles.boundaries(quantiles.summarize(np.arange(100.0), 0.1), 4)
    np.testing.assert_allclose(found, [23.999998092651367, 49.0, 74.0], rtol=1e-7)


# Fingerprint64 of TensorFlow for strings of every branch: of 0, 1, 4, 8, 17, 33 bytes and more, and of 65 and more.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
FINGERPRINTS = {
    0: 11160318154034397263,
    1: 12917804110809363939,
    2: 12289600257749001502,
    3: 2640714258260161385,
    4: 1897425971756105985,
    7: 4341691227789030229,
    8: 18368443631171807497,
    16: 6080716761534418621,
    17: 11394395984755135400,
    32: 934449955909727258,
    33: 17626719820827885067,
    64: 3646545258579766308,
    65: 13112763581500850699,
    128: 2056131915184924913,
    129: 13911000258917250518,
    200: 3225094344678046759,
}
# to_hash_bucket_strong of TensorFlow, 2^31 - 1 buckets, keys (133, 137) and (5, 2^63 - 1).
SIPS = {
    (133, 137): [
        1380786607,
        1322453157,
        679991452,
        1680863114,
        2136539386,
        1655646054,
        1450595403,
        1982766984,
        355595174,
    ],
    (5, 9223372036854775807): [
        1591735690,
        2050310950,
        1098199226,
        647349891,
        1463459568,
        609308497,
        1158688175,
        1554933731,
        1483547730,
    ],
}


def test_fingerprints():
    for length, want in FINGERPRINTS.items():
        text = (ALPHABET * 10)[:length]
        assert hashes.farmhash64(np.array([text], object))[0] == want
        assert hashes.farmhash64(np.array([[text.encode()] * 2, ["x", text]], object))[1, 1] == want


@pytest.mark.parametrize("key", [(133, 137), (5, 2**63 - 1)])
def test_strong_hashes(key):
    texts = np.array([(ALPHABET * 10)[:n] for n in (0, 1, 7, 8, 9, 16, 63, 255, 256)], object)
    assert hashes.buckets(hashes.siphash64(texts, key), 2**31 - 1).tolist() == SIPS[key]


def test_hashing_of_text_and_numbers():
    words = np.array([["A", "hello"], ["", "ä"]])
    layer = layers.Hashing(1000)
    found = layer(words)
    assert found.numpy().tolist() == [[564, 296], [263, 175]]
    for same in (words.tolist(), words.astype(object), np.char.encode(words, "utf-8"), np.asfortranarray(words)):
        np.testing.assert_array_equal(layer(same), found)
    numbers = np.array([12, -5, 0, 2**40])
    np.testing.assert_array_equal(layer(numbers), layer(numbers.astype(str)))
    np.testing.assert_array_equal(layer(numbers + 0.75), layer(np.trunc(numbers + 0.75).astype(int).astype(str)))
    np.testing.assert_array_equal(layer(np.array([True, False])), layer(["true", "false"]))
    assert layer("A").shape == () and layer(words[:0]).shape == (0, 2)


def test_the_masked_value_has_bin_0_alone():
    words = np.array([f"word {i}" for i in range(500)] + ["", ""])
    found = layers.Hashing(7, mask_value="")(words).numpy()
    np.testing.assert_array_equal(found == 0, words == "")
    np.testing.assert_array_equal(found[:-2], layers.Hashing(6)(words[:-2]).numpy() + 1)
    # 500 draws from 6 bins: six standard deviations.
    assert np.abs(np.bincount(found[:-2])[1:] - 500 / 6).max() < 6 * (500 * 1 / 6 * 5 / 6) ** 0.5
    assert layers.Hashing(1, mask_value="")(words).numpy().max() == 0


def test_crossing():
    cities, hours = np.array(["London", "Paris", "London"]), np.array([5, 5, 6])
    layer = layers.HashedCrossing(1000)
    assert layer((cities, hours)).numpy().tolist() == [186, 646, 509]
    np.testing.assert_array_equal(layer([cities[:, None], hours[:, None]]), layer((cities, hours))[:, None])
    assert layer(("London", 5)).shape == ()
    one_hot = layers.HashedCrossing(10, "one_hot")
    assert one_hot((cities, hours)).shape == one_hot.compute_output_shape([(3,), (3,)]) == (3, 10)
    assert one_hot((cities[:, None], hours[:, None])).shape == (3, 10)


def test_in_a_pipeline():
    layer = layers.Hashing(1000)
    words = np.array(["a", "b", "c"])
    one_by_one = keras.data.Dataset.from_tensor_slices(words).map(layer)
    np.testing.assert_array_equal([int(x) for x in one_by_one], layer(words))
    batches = keras.data.Dataset.from_tensor_slices((words, np.arange(3))).batch(2)
    crossed = layers.HashedCrossing(50)
    found = np.concatenate([x.numpy() for x in batches.map(lambda word, number: crossed((word, number)))])
    np.testing.assert_array_equal(found, crossed((words, np.arange(3))))


@pytest.mark.parametrize("make", [
    lambda: layers.CategoryEncoding(5, "count"), lambda: layers.Discretization([0.5, 1.0], output_mode="one_hot"),
    lambda: layers.Discretization(num_bins=3, epsilon=0.1), lambda: layers.Hashing(5, salt=[1, 2], mask_value="x"),
    lambda: layers.Hashing(5, output_mode="multi_hot"), lambda: layers.HashedCrossing(5, "one_hot"),
])  # fmt: skip
def test_configurations_come_back(make):
    layer = make()
    assert layers.deserialize(layers.serialize(layer)).get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.CategoryEncoding(), "num_tokens must be a positive integer, got None"),
        (lambda: layers.CategoryEncoding(0), "num_tokens must be a positive integer, got 0"),
        (lambda: layers.CategoryEncoding(3, "int"), "output_mode must be one of"),
        (lambda: layers.CategoryEncoding(3, sparse=True), "sparse=True is not supported"),
        (lambda: layers.CategoryEncoding(3)(np.array([[1, -1]])), "expected numbers of at least 0, got -1"),
        (lambda: layers.CategoryEncoding(3)(NUMBERS, count_weights=NUMBERS), "belong to output_mode='count'"),
        (lambda: layers.Discretization(), "either bin_boundaries or num_bins"),
        (lambda: layers.Discretization([1.0], 2), "either bin_boundaries or num_bins"),
        (lambda: layers.Discretization(num_bins=-1), "at least 0"),
        (lambda: layers.Discretization([1.0], output_mode="ints"), "did you mean 'int'"),
        (lambda: layers.Discretization(num_bins=2)(np.ones(3)), "no boundaries yet"),
        (lambda: layers.Discretization([1.0]).adapt(np.ones(3)), "needs num_bins"),
        (lambda: layers.Hashing(0), "num_bins must be positive"),
        (lambda: layers.Hashing(3, salt="x"), "salt must be an integer or two"),
        (lambda: layers.Hashing(3, salt=[1, 2, 3]), "salt must be an integer or two"),
        (lambda: layers.Hashing(3, dtype="float32"), "needs dtype int32 or int64"),
        (lambda: layers.HashedCrossing(3, "count"), "output_mode must be one of"),
        (lambda: layers.HashedCrossing(3)(np.array(["a"])), "list of two or more"),
        (lambda: layers.HashedCrossing(3)([["a"], ["b", "c"]]), "features of one shape"),
        (lambda: layers.HashedCrossing(3)([np.ones((2, 2), int)] * 2), "features of one shape"),
        (lambda: layers.HashedCrossing(3)([["a"], [0.5]]), "text or integers, got float32"),
    ],
)
def test_errors(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_text_has_no_place_in_a_trace():
    with pytest.raises(TypeError, match=r"\[host\] layer .* \(Hashing\) computes on the host"):
        keras.function(layers.Hashing(3))(np.array([1, 2]))
    with pytest.raises(TypeError, match="expected strings, got NoneType"):
        layers.Hashing(3)(np.array(["a", None], object))
