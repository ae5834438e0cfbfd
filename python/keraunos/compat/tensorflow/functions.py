"""Functions of TensorFlow that are functions of `keras.ops` under other names and argument names, in a table.

A line `reduce_mean(input_tensor, axis=None, keepdims=False) mean` says that `tf.reduce_mean` calls `ops.mean` with
these arguments in this order. `name=` is accepted everywhere and means nothing.
"""

import ast
import functools
import importlib

_BOTH = """
abs(x) absolute
add(x, y) add
argmax(input, axis=0) argmax
argmin(input, axis=0) argmin
cumsum(x, axis=0) cumsum
divide(x, y) true_divide
equal(x, y) equal
exp(x) exp
floor(x) floor
greater(x, y) greater
greater_equal(x, y) greater_equal
less(x, y) less
less_equal(x, y) less_equal
logical_and(x, y) logical_and
logical_not(x) logical_not
logical_or(x, y) logical_or
maximum(x, y) maximum
minimum(x, y) minimum
multiply(x, y) multiply
negative(x) negative
not_equal(x, y) not_equal
pow(x, y) power
reduce_all(input_tensor, axis=None, keepdims=False) all
reduce_any(input_tensor, axis=None, keepdims=False) any
reduce_logsumexp(input_tensor, axis=None, keepdims=False) logsumexp
reduce_max(input_tensor, axis=None, keepdims=False) max
reduce_mean(input_tensor, axis=None, keepdims=False) mean
reduce_min(input_tensor, axis=None, keepdims=False) min
reduce_prod(input_tensor, axis=None, keepdims=False) prod
reduce_sum(input_tensor, axis=None, keepdims=False) sum
round(x) round
sigmoid(x) sigmoid
sign(x) sign
sin(x) sin
cos(x) cos
tan(x) tan
asin(x) arcsin
acos(x) arccos
atan(x) arctan
sinh(x) sinh
cosh(x) cosh
tanh(x) tanh
sqrt(x) sqrt
square(x) square
subtract(x, y) subtract
truediv(x, y) true_divide
"""

_TABLES = {
    "tf": _BOTH
    + """
broadcast_to(input, shape) broadcast_to
cast(x, dtype) cast
clip_by_value(t, clip_value_min, clip_value_max) clip
concat(values, axis) concatenate
einsum(equation, *inputs) einsum
expand_dims(input, axis) expand_dims
identity(input) convert_to_tensor
linspace(start, stop, num) linspace
ones_like(input, dtype=None) ones_like
repeat(input, repeats, axis=None) repeat
reshape(tensor, shape) reshape
roll(input, shift, axis) roll
shape(input) shape
squeeze(input, axis=None) squeeze
stack(values, axis=0) stack
stop_gradient(input) stop_gradient
tensordot(a, b, axes) tensordot
tile(input, multiples) tile
transpose(a, perm=None) transpose
unstack(value, num=None, axis=0) unstack
where(condition, x, y) where
zeros_like(input, dtype=None) zeros_like
""",
    "tf.math": _BOTH
    + """
asinh(x) arcsinh
acosh(x) arccosh
atan2(y, x) arctan2
atanh(x) arctanh
ceil(x) ceil
count_nonzero(input, axis=None) count_nonzero
divide_no_nan(x, y) divide_no_nan
erf(x) erf
erfinv(x) erfinv
expm1(x) expm1
floordiv(x, y) floor_divide
floormod(x, y) mod
invert_permutation(x) argsort
is_finite(x) isfinite
is_inf(x) isinf
is_nan(x) isnan
log(x) log
log1p(x) log1p
log_sigmoid(x) log_sigmoid
logical_xor(x, y) logical_xor
mod(x, y) mod
reciprocal(x) reciprocal
reduce_std(input_tensor, axis=None, keepdims=False) std
reduce_variance(input_tensor, axis=None, keepdims=False) var
rsqrt(x) rsqrt
softmax(logits, axis=-1) softmax
softplus(features) softplus
softsign(features) softsign
top_k(input, k=1, sorted=True) top_k
in_top_k(targets, predictions, k) in_top_k
""",
    "tf.nn": """
elu(features) elu
gelu(features, approximate=False) gelu
leaky_relu(features, alpha=0.2) leaky_relu
log_softmax(logits, axis=-1) log_softmax
relu(features) relu
relu6(features) relu6
selu(features) selu
sigmoid(x) sigmoid
silu(features) silu
swish(features) silu
softmax(logits, axis=-1) softmax
softplus(features) softplus
softsign(features) softsign
tanh(x) tanh
top_k(input, k=1, sorted=True) top_k
""",
    "tf.linalg": """
cholesky(input) linalg.cholesky
det(input) linalg.det
diag(diagonal) diag
diag_part(input) diagonal
einsum(equation, *inputs) einsum
eye(num_rows, num_columns=None) eye
inv(input) linalg.inv
matmul(a, b) matmul
matvec(a, b) matmul
norm(tensor, ord=None, axis=None, keepdims=False) norm
qr(input) linalg.qr
solve(matrix, rhs) linalg.solve
svd(tensor) linalg.svd
tensordot(a, b, axes) tensordot
trace(x) trace
""",
    "tf.image": """
adjust_brightness(image, delta) add
hsv_to_rgb(images) image.hsv_to_rgb
rgb_to_grayscale(images) image.rgb_to_grayscale
rgb_to_hsv(images) image.rgb_to_hsv
""",
}


@functools.cache
def _table(module):
    """{name: (parameters, {parameter: default}, starred, target)} of a module's lines."""
    found = {}
    for line in filter(None, _TABLES[module].splitlines()):
        head, _, target = line.rpartition(" ")
        name, _, inside = head.rstrip(")").partition("(")
        parameters, defaults, starred = [], {}, None
        for part in inside.split(", "):
            parameter, equals, default = part.partition("=")
            if parameter.startswith("*"):
                starred = parameter[1:]
                continue
            parameters.append(parameter)
            if equals:
                defaults[parameter] = ast.literal_eval(default)
        found[name] = parameters, defaults, starred, target
    return found


def names(module):
    """The functions of a module that are in its table."""
    return sorted(_table(module))


@functools.cache
def find(module, name):
    """The function `name` of a module of TensorFlow.

    Raises:
        AttributeError: for one that is not covered, naming it.

    >>> from keraunos.compat.tensorflow.functions import find
    >>> float(find("tf", "reduce_sum")([1.0, 2.0]))
    3.0
    """
    if name not in _table(module):
        raise AttributeError(f"[compat] {module}.{name} is not covered by keraunos")
    parameters, defaults, starred, target = _table(module)[name]

    def function(*args, **kwargs):
        kwargs.pop("name", None)
        given = dict(zip(parameters, args, strict=False))
        rest = args[len(parameters) :]
        unknown = [key for key in kwargs if key not in parameters]
        missing = [key for key in parameters if key not in given and key not in kwargs and key not in defaults]
        if unknown or missing or (rest and starred is None):
            problem = (
                f"unexpected argument {unknown[0]!r}"
                if unknown
                else f"{missing[0]!r} is missing"
                if missing
                else "too many arguments"
            )
            raise TypeError(f"[compat] {module}.{name}: {problem}; arguments are {', '.join(parameters)}")
        values = {**defaults, **given, **kwargs}
        return _ops(target)(*(values[key] for key in parameters), *rest)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"`{module}.{name}`: `keras.ops.{target}`."
    return function


def _ops(target):
    value = importlib.import_module("keraunos.ops")
    for part in target.split("."):
        value = getattr(value, part)
    return value
