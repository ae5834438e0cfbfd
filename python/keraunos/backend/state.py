"""Variables and random tensors as older notebooks make, read and change them."""

import numpy as np

from keraunos import config, ops, random
from keraunos._naming import name_scope as name_scope
from keraunos.graph.variable import Variable


def variable(value, dtype=None, name=None, constraint=None):
    """A `Variable` of `config.floatx()`, or of `dtype`."""
    made = Variable(value, dtype=dtype or config.floatx(), name=name)
    made.constraint = constraint
    return made


def constant(value, dtype=None, shape=None, name=None):
    """A tensor of `config.floatx()`, or of `dtype`; `shape` spreads a single number."""
    tensor = ops.convert_to_tensor(np.asarray(value), dtype or config.floatx())
    if shape is None:
        return tensor
    return ops.broadcast_to(tensor, shape) if tensor.size == 1 else ops.reshape(tensor, shape)


def zeros(shape, dtype=None, name=None):
    """A `Variable` of zeros."""
    return variable(np.zeros(shape), dtype, name)


def ones(shape, dtype=None, name=None):
    """A `Variable` of ones."""
    return variable(np.ones(shape), dtype, name)


def eye(size, dtype=None, name=None):
    """A `Variable` that is the identity of `size` rows and columns."""
    return variable(np.eye(size), dtype, name)


def get_value(x):
    """The value of a tensor or variable as a NumPy array; anything else as it is."""
    return x.numpy() if isinstance(x, Variable) or ops.is_tensor(x) else x


eval = get_value


def set_value(x, value):
    """Assigns to a variable."""
    x.assign(value)


def batch_get_value(tensors):
    """The values of several tensors or variables."""
    return [get_value(tensor) for tensor in tensors]


def batch_set_value(tuples):
    """Assigns to several variables: pairs of (variable, value)."""
    for x, value in tuples:
        set_value(x, value)


def update(x, new_x):
    """Assigns to a variable and returns it."""
    return x.assign(new_x)


def update_add(x, increment):
    """Adds to a variable and returns it."""
    return x.assign_add(increment)


def update_sub(x, decrement):
    """Subtracts from a variable and returns it."""
    return x.assign_sub(decrement)


def moving_average_update(x, value, momentum):
    """Moves a variable towards `value` by the share `1 - momentum` of the way and returns it."""
    return x.assign_sub((x - value) * (1 - momentum))


def count_params(x):
    """Number of elements."""
    return int(np.prod(x.shape))


def random_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal draws."""
    return random.normal(shape, mean, stddev, dtype, seed)


def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
    """Normal draws within two standard deviations."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


def random_uniform(shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
    """Uniform draws."""
    return random.uniform(shape, minval, maxval, dtype, seed)


def random_bernoulli(shape, p=0.0, dtype=None, seed=None):
    """Ones with probability `p`, zeros else."""
    return ops.cast(random.uniform(shape, seed=seed) < p, dtype or config.floatx())


def random_normal_variable(shape, mean, scale, dtype=None, name=None, seed=None):
    """A `Variable` of normal draws."""
    return variable(random_normal(shape, mean, scale, seed=seed), dtype, name)


def random_uniform_variable(shape, low, high, dtype=None, name=None, seed=None):
    """A `Variable` of uniform draws."""
    return variable(random_uniform(shape, low, high, seed=seed), dtype, name)
