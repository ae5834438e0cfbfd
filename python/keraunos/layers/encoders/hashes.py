"""64-bit hashes of strings, many at a time: FarmHash's fingerprint, SipHash-2-4, and TensorFlow's combination of two.

They are those of TensorFlow, bit for bit, so that models trained elsewhere find their buckets again. Strings of one
length are hashed together, as rows of a matrix of bytes.

Sources: github.com/google/farmhash (farmhashna::Hash64, MIT licence); Aumasson and Bernstein, SipHash, 2012.
"""

import numpy as np

_U = np.uint64
_K0, _K1, _K2 = _U(0xC3A5C85C97CB3127), _U(0xB492B66FBE98F273), _U(0x9AE16A3B2F90404F)
_CAT = _U(0xC6A4A7935BD1E995)


def by_length(function, strings):
    """`function` of an array of bytes objects, uint64: it gets those of one length as rows of a uint8 matrix."""
    encoded = [s if isinstance(s, bytes) else s.encode("utf-8", "surrogateescape") for s in strings.reshape(-1)]
    lengths = np.fromiter(map(len, encoded), np.int64, len(encoded))
    found = np.empty(len(encoded), _U)
    with np.errstate(over="ignore"):
        for length in np.unique(lengths):
            chosen = np.flatnonzero(lengths == length)
            rows = np.frombuffer(b"".join([encoded[i] for i in chosen]), np.uint8).reshape(len(chosen), length)
            found[chosen] = function(rows)
    return found.reshape(strings.shape)


def farmhash64(strings):
    """`Fingerprint64` of FarmHash for an array of str or bytes, uint64.

    >>> import numpy as np
    >>> from keraunos.layers.encoders.hashes import farmhash64
    >>> farmhash64(np.array(["hello"], object))
    array([13009744463427800296], dtype=uint64)
    """
    return by_length(_farm, strings)


def siphash64(strings, key):
    """SipHash-2-4 of an array of str or bytes with a key of two integers, uint64."""
    return by_length(lambda rows: _sip(rows, *(_U(k & 0xFFFFFFFFFFFFFFFF) for k in key)), strings)


def buckets(hashes, count):
    """Hashes modulo `count`, int64."""
    return (hashes % _U(count)).astype(np.int64)


def concatenate(first, second):
    """TensorFlow's `FingerprintCat64`: one hash of two, which need not commute."""
    with np.errstate(over="ignore"):
        mixed = first ^ _CAT ^ (_shift_mix(second * _CAT) * _CAT)
        return _shift_mix(_shift_mix(mixed * _CAT) * _CAT)


def _words(rows, start, dtype="<u8"):
    """The little-endian word that begins at byte `start` of every row."""
    width = np.dtype(dtype).itemsize
    start = start % rows.shape[1] if start < 0 else start
    return np.ascontiguousarray(rows[:, start : start + width]).view(dtype)[:, 0].astype(_U)


def _rotate(x, by):
    return (x >> _U(by)) | (x << _U(64 - by))


def _shift_mix(x):
    return x ^ (x >> _U(47))


def _hash16(u, v, factor):
    a = _shift_mix((u ^ v) * factor)
    return _shift_mix((v ^ a) * factor) * factor


def _farm(rows):
    length = rows.shape[1]
    if length <= 16:
        return _farm_short(rows, length)
    return _farm_32(rows, length) if length <= 32 else _farm_64(rows, length) if length <= 64 else _farm_long(rows)


def _farm_short(rows, length):
    size = _U(length)
    factor = _K2 + size * _U(2)
    if length >= 8:
        a, b = _words(rows, 0) + _K2, _words(rows, -8)
        return _hash16(_rotate(b, 37) * factor + a, (_rotate(a, 25) + b) * factor, factor)
    if length >= 4:
        return _hash16(size + (_words(rows, 0, "<u4") << _U(3)), _words(rows, -4, "<u4"), factor)
    if length:
        a, b, c = (rows[:, i].astype(_U) for i in (0, length >> 1, length - 1))
        return _shift_mix(((a + (b << _U(8))) * _K2) ^ ((size + (c << _U(2))) * _K0)) * _K2
    return np.full(len(rows), _K2)


def _farm_32(rows, length):
    factor = _K2 + _U(length) * _U(2)
    a, b = _words(rows, 0) * _K1, _words(rows, 8)
    c, d = _words(rows, -8) * factor, _words(rows, -16) * _K2
    return _hash16(_rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c, factor)


def _farm_64(rows, length):
    factor = _K2 + _U(length) * _U(2)
    a, b = _words(rows, 0) * _K2, _words(rows, 8)
    c, d = _words(rows, -8) * factor, _words(rows, -16) * _K2
    y = _rotate(a + b, 43) + _rotate(c, 30) + d
    z = _hash16(y, a + _rotate(b + _K2, 18) + c, factor)
    e, f = _words(rows, 16) * factor, _words(rows, 24)
    g, h = (y + _words(rows, -32)) * factor, (z + _words(rows, -24)) * factor
    return _hash16(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, factor)


def _weak(rows, start, a, b):
    """Two hashes of the 32 bytes from `start`, seeded by a and b."""
    w, x, y, z = (_words(rows, start + 8 * i) for i in range(4))
    a = a + w
    b = _rotate(b + a + z, 21)
    c = a
    a = a + x + y
    return a + z, b + _rotate(a, 44) + c


def _farm_long(rows):
    length = rows.shape[1]
    seed = _U(81)
    zero = np.zeros(len(rows), _U)
    y = zero + seed * _K1 + _U(113)
    z = _shift_mix(y * _K2 + _U(113)) * _K2
    v, w = (zero, zero), (zero, zero)
    x = seed * _K2 + _words(rows, 0)
    for start in range(0, (length - 1) // 64 * 64, 64):
        x, y, z, v, w = _farm_round(rows, start, x, y, z, v, w, _K1, _U(1))
        z, x = x, z
    factor = _K1 + ((z & _U(0xFF)) << _U(1))
    w = w[0] + _U((length - 1) & 63), w[1]
    v = v[0] + w[0], v[1]
    w = w[0] + v[0], w[1]
    x, y, z, v, w = _farm_round(rows, length - 64, x, y, z, v, w, factor, _U(9))
    z, x = x, z
    return _hash16(_hash16(v[0], w[0], factor) + _shift_mix(y) * _K0 + z, _hash16(v[1], w[1], factor) + x, factor)


def _farm_round(rows, start, x, y, z, v, w, factor, times):
    x = _rotate(x + y + v[0] + _words(rows, start + 8), 37) * factor
    y = _rotate(y + v[1] + _words(rows, start + 48), 42) * factor
    x = x ^ (w[1] * times)
    y = y + v[0] * times + _words(rows, start + 40)
    z = _rotate(z + w[0], 33) * factor
    v = _weak(rows, start, v[1] * factor, x + w[0])
    w = _weak(rows, start + 32, z + w[1], y + _words(rows, start + 16))
    return x, y, z, v, w


def _sip(rows, key0, key1):
    count, length = rows.shape
    padded = np.zeros((count, (length // 8 + 1) * 8), np.uint8)
    padded[:, :length] = rows
    padded[:, -1] = length & 0xFF
    zero = np.zeros(count, _U)
    v = [
        zero + (key0 ^ _U(0x736F6D6570736575)),
        zero + (key1 ^ _U(0x646F72616E646F6D)),
        zero + (key0 ^ _U(0x6C7967656E657261)),
        zero + (key1 ^ _U(0x7465646279746573)),
    ]
    for word in padded.view("<u8").astype(_U).T:
        v[3] = v[3] ^ word
        _sip_rounds(v, 2)
        v[0] = v[0] ^ word
    v[2] = v[2] ^ _U(0xFF)
    _sip_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _sip_rounds(v, times):
    for _ in range(times):
        v[0] = v[0] + v[1]
        v[2] = v[2] + v[3]
        v[1] = _rotate(v[1], 51) ^ v[0]
        v[3] = _rotate(v[3], 48) ^ v[2]
        v[0] = _rotate(v[0], 32) + v[3]
        v[2] = v[2] + v[1]
        v[3] = _rotate(v[3], 43) ^ v[0]
        v[1] = _rotate(v[1], 47) ^ v[2]
        v[2] = _rotate(v[2], 32)
