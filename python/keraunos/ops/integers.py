"""`keras.ops`: functions of integers, bit by bit and by divisors. Bools are numbers of one bit."""

from keraunos.graph import primitives as p


def _bitwise(of_bools, of_integers, x, y):
    x, y = p.meet(p.as_tensor(x), p.as_tensor(y))
    return of_bools(x, y) if x.dtype == "bool" else of_integers(x, y)


def bitwise_and(x, y):
    """The bits that both operands have.

    Args:
        x, y: integers or bools that broadcast.

    Raises:
        TypeError: for floats.

    >>> from keraunos import ops
    >>> int(ops.bitwise_and(12, 10))
    8
    """
    return _bitwise(p.logical_and, p.bitwise_and, x, y)


def bitwise_or(x, y):
    """The bits that one of the operands has.

    Args:
        x, y: integers or bools that broadcast.

    Raises:
        TypeError: for floats.

    >>> from keraunos import ops
    >>> int(ops.bitwise_or(12, 10))
    14
    """
    return _bitwise(p.logical_or, p.bitwise_or, x, y)


def bitwise_xor(x, y):
    """The bits that exactly one of the operands has.

    Args:
        x, y: integers or bools that broadcast.

    Raises:
        TypeError: for floats.

    >>> from keraunos import ops
    >>> int(ops.bitwise_xor(12, 10))
    6
    """
    return _bitwise(p.logical_xor, p.bitwise_xor, x, y)


def bitwise_not(x):
    """The bits that `x` does not have.

    Args:
        x: integers or bools.

    Raises:
        TypeError: for floats.

    >>> from keraunos import ops
    >>> int(ops.bitwise_not(5))
    -6
    """
    x = p.as_tensor(x)
    return p.logical_not(x) if x.dtype == "bool" else p.bitwise_not(x)


bitwise_invert = bitwise_not


def left_shift(x, y):
    """Bits moved to higher places; 0 for distances of all bits and more, and for negative ones.

    Args:
        x: integers.
        y: distances, integers that broadcast.

    Raises:
        TypeError: for floats and bools.

    >>> from keraunos import ops
    >>> ops.left_shift([1, 3], 2).numpy()
    array([ 4, 12], dtype=int32)
    """
    return p.left_shift(p.as_tensor(x), y)


bitwise_left_shift = left_shift


def right_shift(x, y):
    """Bits moved to lower places, with copies of the sign behind them; 0 or -1 for distances of all bits and more, and
    for negative ones.

    Args:
        x: integers.
        y: distances, integers that broadcast.

    Raises:
        TypeError: for floats and bools.

    >>> from keraunos import ops
    >>> ops.right_shift([12, -12], 2).numpy()
    array([ 3, -3], dtype=int32)
    """
    return p.right_shift(p.as_tensor(x), y)


bitwise_right_shift = right_shift


def gcd(x1, x2):
    """Greatest common divisors of the absolute values.

    Args:
        x1, x2: integers that broadcast.

    Raises:
        TypeError: for floats and bools.

    >>> from keraunos import ops
    >>> ops.gcd([12, -8], [18, 6]).numpy()
    array([6, 2], dtype=int32)
    """
    return p.gcd(x1, x2)


def lcm(x1, x2):
    """Least common multiples of the absolute values; 0 where an operand is 0.

    Args:
        x1, x2: integers that broadcast.

    Raises:
        TypeError: for floats and bools.

    >>> from keraunos import ops
    >>> ops.lcm([4, -3], [6, 5]).numpy()
    array([12, 15], dtype=int32)
    """
    x1, x2 = p.meet(x1, x2)
    # Division by 0 gives 0.
    return p.absolute(p.multiply(p.floor_divide(x1, p.gcd(x1, x2)), x2))
