"""Data to learn from, in the forms that `adapt` takes."""

import collections
import itertools

import numpy as np

from keraunos.graph.tensor import Tensor


def batches_of(data, steps=None, lists_are_batches=True):
    """An iterator over batches.

    Args:
        data: one array, tensor, pandas object or text, which is one batch; or an iterable of batches, such as a
            `keraunos.data.Dataset`; of a batch that is a tuple the first part counts.
        steps: how many batches at most, for iterables.
        lists_are_batches: whether a list or tuple is an iterable of batches, rather than one.
    """
    if hasattr(data, "to_numpy"):
        data = data.to_numpy()
    whole = (np.ndarray, np.generic, Tensor, str, bytes) + (() if lists_are_batches else (list, tuple))
    if isinstance(data, whole) or not hasattr(data, "__iter__"):
        yield data
        return
    for batch in itertools.islice(data, steps):
        yield batch[0] if isinstance(batch, tuple) else batch


class TokenCounts:
    """How often tokens occur, and in how many documents."""

    def __init__(self):
        self._tokens, self._documents = collections.Counter(), collections.Counter()
        self.num_documents = 0

    def __bool__(self):
        return bool(self._tokens)

    def add(self, tokens):
        """Counts one document, a list of tokens."""
        self._tokens.update(tokens)
        self._documents.update(set(tokens))
        self.num_documents += 1

    def most_frequent(self, without, limit):
        """Up to `limit` tokens, the most frequent first and equally frequent ones in descending order, and for each the
        number of documents it occurs in."""
        ranked = sorted(((n, token) for token, n in self._tokens.items() if token not in without), reverse=True)
        tokens = [token for _, token in ranked[:limit]]
        return tokens, np.array([self._documents[token] for token in tokens])
