"""Batch renormalization (Ioffe, 2017): batches are corrected towards averages of earlier ones."""

from keraunos import initializers, ops


def add_weights(layer, shape):
    """Creates the averages: of the deviation for inference, of mean and deviation for the correction."""

    def deviation(shape, dtype=None):
        return ops.sqrt(initializers.get(layer.moving_variance_initializer)(shape, dtype=dtype))

    def add(name, initializer):
        setattr(layer, name, layer.add_weight(shape, initializer, trainable=False, autocast=False, name=name))

    add("moving_stddev", deviation)
    add("renorm_mean", layer.moving_mean_initializer)
    add("renorm_stddev", deviation)


def corrected(layer, mean, variance):
    """(gamma, beta) with the correction `normalized * r + d` in them; no gradient flows through r and d."""
    deviation = ops.sqrt(variance + layer.epsilon)
    expected = ops.maximum(layer.renorm_stddev, layer.epsilon**0.5)
    r, d = deviation / expected, (mean - layer.renorm_mean) / expected
    low, high, most = (layer.renorm_clipping.get(key) for key in ("rmin", "rmax", "dmax"))
    r = r if low is None else ops.maximum(r, low)
    r = ops.stop_gradient(r if high is None else ops.minimum(r, high))
    d = ops.stop_gradient(d if most is None else ops.clip(d, -most, most))
    gamma, beta = (r, d) if layer.gamma is None else (r * layer.gamma, d * layer.gamma)
    return gamma, beta if layer.beta is None else beta + layer.beta


def move(layer, mean, variance):
    """Moves the averages towards a batch; the moving variance follows from the moving deviation."""
    deviation = ops.sqrt(variance + layer.epsilon)

    def moved(average, value, momentum):
        return average * momentum + value * (1.0 - momentum)

    layer.renorm_mean.assign(moved(layer.renorm_mean, mean, layer.renorm_momentum))
    layer.renorm_stddev.assign(moved(layer.renorm_stddev, deviation, layer.renorm_momentum))
    layer.moving_mean.assign(moved(layer.moving_mean, mean, layer.momentum))
    average = moved(layer.moving_stddev, deviation, layer.momentum)
    layer.moving_stddev.assign(average)
    layer.moving_variance.assign(ops.relu(average * average - layer.epsilon))
