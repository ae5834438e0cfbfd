"""A model under a top of one's own, frozen and then in part trained further."""

import keraunos as keras
import numpy as np


def values(layer):
    return [variable.numpy().copy() for variable in layer.weights]


def changed(layer, before):
    return [bool((a != b).any()) for a, b in zip(values(layer), before, strict=True)]


def test_a_frozen_model_under_a_new_top():
    keras.utils.set_random_seed(1)
    base = keras.applications.MobileNet(
        weights=None, include_top=False, alpha=0.25, input_shape=(32, 32, 3), pooling="avg"
    )
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            # Features of about 1 as of a trained model. Without, 27 layers bring them down to 1e-17.
            layer.gamma.assign(layer.gamma * 4.0)
    base.trainable = False
    image = keras.Input((32, 32, 3))
    head = keras.layers.Dense(2)
    model = keras.Model(image, head(base(keras.applications.mobilenet.preprocess_input(image), training=False)))
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x = np.random.default_rng(0).integers(0, 256, (8, 32, 32, 3)).astype("uint8")
    y = np.arange(8) % 2
    assert [v.path for v in model.trainable_variables] == [v.path for v in head.weights]
    before, top = values(base), values(head)
    model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    assert not any(changed(base, before)) and all(changed(head, top))

    base.trainable = True
    for layer in base.layers[:-6]:
        layer.trainable = False
    model.compile(keras.optimizers.SGD(0.1), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = values(base)
    model.fit(x, y, batch_size=8, epochs=1, verbose=0)
    trained = {v.path for v, moved in zip(base.weights, changed(base, before), strict=True) if moved}
    # Statistics stay, because `base` was called with training=False.
    assert trained == {f"conv_pw_13{name}" for name in ("/kernel", "_bn/gamma", "_bn/beta")} | {
        f"conv_dw_13_bn/{name}" for name in ("gamma", "beta")
    }
