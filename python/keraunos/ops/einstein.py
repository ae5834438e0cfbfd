"""Einstein summation by matrix products."""

import string

import numpy as np

from keraunos.graph import primitives as p
from keraunos.graph.trace import as_tensor


def einsum(subscripts, *operands):
    """Evaluates `"ij,jk->ik"`-like expressions, contracting two operands at a time, left to right."""
    operands = [as_tensor(x) for x in operands]
    operands = p.meet(*operands) if operands else operands
    terms, output = _terms(subscripts, operands)
    extents = {}
    for term, x in zip(terms, operands, strict=True):
        fits = len(term) == x.ndim
        for letter, extent in zip(term, x.shape, strict=False):
            known = extents.get(letter, 1)
            # What an ellipsis stands for broadcasts, as nothing else does.
            fits = fits and (
                letter not in extents or known == extent or (not letter.isalpha() and 1 in (known, extent))
            )
            extents[letter] = max(known, extent) if not letter.isalpha() else extent
        if not fits:
            raise ValueError(f"[einsum] {subscripts!r} does not fit shapes {', '.join(str(x.shape) for x in operands)}")
    if not set(output) <= set(extents):
        raise ValueError(f"[einsum] {subscripts!r} has letters on the right that no operand has")
    tensors = [_diagonal(term, _broadcast(term, x, extents)) for term, x in zip(terms, operands, strict=True)]
    while len(tensors) > 1:
        (a, x), (b, y) = tensors[:2]
        needed = set(output).union(*(t for t, _ in tensors[2:]))
        tensors[:2] = [_pair(a, x, b, y, needed)]
    term, x = tensors[0]
    x = p.sum(x, tuple(i for i, c in enumerate(term) if c not in output)) if set(term) - set(output) else x
    term = "".join(c for c in term if c in output)
    return p.transpose(x, [term.index(c) for c in output])


def _terms(subscripts, operands):
    """(letters of each operand, letters of the result), with characters that are no letters for the axes of an
    ellipsis."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    letters = set("".join(terms)) | set(output)
    if len(terms) != len(operands) or not letters <= {*string.ascii_letters, "."}:
        raise ValueError(f"[einsum] {subscripts!r} does not fit {len(operands)} operands")
    longest, expanded = 0, []
    for term, x in zip(terms, operands, strict=True):
        if "..." in term:
            longest = max(longest, x.ndim - len(term) + 3)
    for term, x in zip(terms, operands, strict=True):
        expanded.append(term.replace("...", _ELLIPSIS[longest - max(x.ndim - len(term) + 3, 0) : longest]))
    if not arrow:
        once = sorted(c for c in set(left) - {",", "."} if left.count(c) == 1)
        return expanded, _ELLIPSIS[:longest] + "".join(once)
    return expanded, output.replace("...", _ELLIPSIS[:longest])


_ELLIPSIS = "0123456789"


def _broadcast(term, x, extents):
    return p.broadcast_to(x, [extents[c] for c in term])


def _diagonal(term, x):
    """Repeated letters of one operand name its diagonal."""
    for letter in set(term):
        while term.count(letter) > 1:
            first, second = term.index(letter), term.rindex(letter)
            order = [a for a in range(x.ndim) if a not in (first, second)] + [first, second]
            mask = p.as_tensor(np.eye(x.shape[first]), x.dtype)
            x = p.sum(p.multiply(p.transpose(x, order), mask), -1)
            term = "".join(term[a] for a in order[:-1])
    return term, x


def _pair(a, x, b, y, needed):
    """Product of two operands over the letters that nobody needs any more."""
    shared = [c for c in a if c in b]
    batch = [c for c in shared if c in needed]
    inner = [c for c in shared if c not in needed]
    rows = [c for c in a if c not in shared]
    columns = [c for c in b if c not in shared]
    extent = {**dict(zip(a, x.shape, strict=True)), **dict(zip(b, y.shape, strict=True))}
    count = lambda letters: int(np.prod([extent[c] for c in letters], dtype=np.int64))  # noqa: E731
    x = p.transpose(x, [a.index(c) for c in batch + rows + inner])
    y = p.transpose(y, [b.index(c) for c in batch + inner + columns])
    x = p.reshape(x, (count(batch), count(rows), count(inner)))
    y = p.reshape(y, (count(batch), count(inner), count(columns)))
    letters = batch + rows + columns
    return "".join(letters), p.reshape(p.matmul(x, y), [extent[c] for c in letters])
