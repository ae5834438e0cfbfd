"""Dot and EinsumDense against NumPy's einsum, for axes of every place; equations and shapes that do not fit."""

import keraunos as keras
import numpy as np
import pytest
from keraunos import layers

rng = np.random.default_rng(6)
# (shapes, axes, the same as an Einstein sum)
DOTS = [
    ((3, 4), (3, 4), 1, "na,na->n"),
    ((3, 4), (3, 4, 5), 1, "na,nab->nb"),
    ((3, 2, 4), (3, 4), (2, 1), "nab,nb->na"),
    ((2, 3, 4), (2, 5, 4), -1, "nab,ncb->nac"),
    ((2, 3, 4), (2, 3, 5), 1, "nab,nac->nbc"),
    ((2, 3, 4), (2, 5, 3), (1, 2), "nab,nca->nbc"),
    ((2, 3, 4, 5), (2, 6, 4, 7), 2, "nabc,ndbe->nacde"),
    ((2, 3, 4, 5), (2, 6, 7, 4), (2, 3), "nabc,ndeb->nacde"),
    ((2, 3, 4, 5), (2, 3, 7, 4), (1, -3), "nabc,nade->nbcde"),
    ((1, 1, 1), (1, 1, 1), 2, "nab,ncb->nac"),
    ((0, 3, 4), (0, 3), 1, "nab,na->nb"),
    ((2, 0, 4), (2, 0), 1, "nab,na->nb"),
]


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize(("first", "second", "axes", "equation"), DOTS, ids=[d[3] + str(d[0]) for d in DOTS])
def test_dot(first, second, axes, equation, normalize):
    x, y = rng.normal(size=first), rng.normal(size=second)
    layer = layers.Dot(axes, normalize, dtype="float64")
    found = layer([x, y])
    a, b = layer._places([first, second])
    if normalize:
        x, y = (v / np.maximum(np.linalg.norm(v, axis=p, keepdims=True), 1e-7) for v, p in ((x, a), (y, b)))
    wanted = np.einsum(equation, x, y)
    wanted = wanted if wanted.ndim > 1 else wanted[:, None]
    # Sums of at most four products of numbers of order 1.
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(keras.function(layer)([x, y]), layer([x, y]), rtol=1e-14, atol=1e-15)
    unknown = [(None, *first[1:]), (None, *second[1:])]
    assert layer.compute_output_shape(unknown) == (None, *wanted.shape[1:])
    assert keras.layers.dot([x, y], axes=axes, normalize=normalize).shape == wanted.shape


def test_unknown_extents_stay_unknown():
    assert layers.Dot((2, 1)).compute_output_shape([(None, None, 4), (None, None, 5)]) == (None, None, 5)
    assert layers.Dot(1).compute_output_shape([(2, None), (None, None)]) == (2, 1)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.Dot("1"), TypeError, "axes must be an int or two"),
        (lambda: layers.Dot((1, 2, 3)), ValueError, "axes must be an int or two"),
        (lambda: layers.Dot((1.0, 2)), ValueError, "axes must be an int or two"),
        (lambda: layers.Dot(0)([np.ones((2, 3)), np.ones((2, 3))]), ValueError, "axis 0 is that of the batch"),
        (lambda: layers.Dot(-2)([np.ones((2, 3)), np.ones((2, 3))]), ValueError, "axis 0 is that of the batch"),
        (lambda: layers.Dot(2)([np.ones((2, 3)), np.ones((2, 3))]), ValueError, "must be axes of the samples"),
        (lambda: layers.Dot(1)([np.ones((2, 3)), np.ones((2, 4))]), ValueError, "do not fit"),
        (lambda: layers.Dot(1)([np.ones((2, 3)), np.ones((3, 3))]), ValueError, "do not fit"),
        (lambda: layers.Dot(1)([np.ones((2, 3))] * 3), ValueError, "expected 2 inputs"),
        (lambda: layers.Dot(1)(np.ones((2, 3))), ValueError, "expected a list of inputs"),
        (lambda: layers.EinsumDense("ab,bc", 3), ValueError, "equation must look like"),
        (lambda: layers.EinsumDense("ab,bc->ac...", 3), ValueError, "equation must look like"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3)(np.ones((2, 3, 4))), ValueError, "needs inputs with 2 axes"),
        (lambda: layers.EinsumDense("...ab,bc->...ac", (1, 3))(np.ones(4)), ValueError, "at least 2 axes"),
        (lambda: layers.EinsumDense("ab,bc->ac", (3, 4))(np.ones((2, 3))), ValueError, "output_shape of 1 extents"),
        (lambda: layers.EinsumDense("ab,bc->ac", None or (None,))(np.ones((2, 3))), ValueError, "no known extent"),
        (lambda: layers.EinsumDense("ab,bc->ad", 3)(np.ones((2, 3))), ValueError, "is in no operand"),
        (lambda: layers.EinsumDense("abc,cd->abd", (4, 3))(np.ones((2, 3, 5))), ValueError, "3 elements in the input"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="b")(np.ones((2, 3))), ValueError, "bias axis 'b'"),
        (lambda: layers.EinsumDense("ab,bc->ac", 3, lora_rank=2), ValueError, "not supported"),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()


# (equation, output_shape, bias_axes, input shape, kernel shape, bias shape)
EINSUMS = [
    ("ab,bc->ac", 6, "c", (3, 4), (4, 6), (6,)),
    ("abc,cde->abde", (None, 2, 3), "de", (2, 5, 4), (4, 2, 3), (2, 3)),
    ("abc,cde->abde", (None, 2, 3), "d", (2, 5, 4), (4, 2, 3), (2, 1)),
    ("abc,cd->abd", (None, 6), "bd", (2, 5, 4), (4, 6), (5, 6)),
    ("abcd,cde->abe", (3, 7), "e", (2, 3, 4, 5), (4, 5, 7), (7,)),
    ("...x,xy->...y", 5, "y", (2, 3, 4), (4, 5), (5,)),
    ("...ab,bc->...ac", (None, 6), None, (2, 1, 3, 4), (4, 6), None),
    ("ab...,bc->ac...", 7, "c", (2, 3, 4, 5), (3, 7), (7, 1, 1)),
    ("abc,cd->adb", (6, None), "d", (2, 5, 4), (4, 6), (6, 1)),
]


@pytest.mark.parametrize(("equation", "output_shape", "bias_axes", "shape", "kernel", "bias"), EINSUMS)
def test_einsum_dense(equation, output_shape, bias_axes, shape, kernel, bias):
    layer = layers.EinsumDense(equation, output_shape, "tanh", bias_axes, bias_initializer="normal", dtype="float64")
    x = rng.normal(size=shape)
    y = layer(x)
    assert [w.shape for w in layer.weights] == [s for s in (kernel, bias) if s is not None]
    w, *b = layer.get_weights()
    # Sums of at most 20 products of order 1; tanh has slope at most 1.
    np.testing.assert_allclose(y, np.tanh(np.einsum(equation, x, w) + (b[0] if b else 0)), rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(keras.function(layer)(x), y, rtol=1e-13, atol=1e-14)
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *y.shape[1:])
    again = layers.deserialize(layers.serialize(layer))
    assert again.get_config() == layer.get_config()
    assert layer.input_spec.ndim == len(shape)


def test_inputs_of_a_unit_are_counted_over_all_summed_axes():
    layer = layers.EinsumDense("abc,bcde->ade", (20, 30))
    layer.build((None, 40, 50))
    limit = (6 / (40 * 50 + 20 * 30)) ** 0.5
    kernel = layer.get_weights()[0]
    # 1.2 million uniform draws: the largest misses the limit by a millionth of it, their deviation by 1e-3.
    assert 0.999 * limit < np.abs(kernel).max() <= limit
    np.testing.assert_allclose(kernel.std(), limit / 3**0.5, rtol=5e-3)
