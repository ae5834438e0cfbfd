"""IntegerLookup: any integers and their numbers."""

import numpy as np

from keraunos import ops
from keraunos.layers.encoders.hashing import bins_of
from keraunos.layers.encoders.index_lookup import IndexLookup
from keraunos.layers.encoders.search import find
from keraunos.layers.encoders.text import as_array, host_value


class IntegerLookup(IndexLookup):
    """The number of an integer in a vocabulary that is given, or learned from data by `adapt`: postcodes, for example,
    as 0, 1, 2, ...

    Numbers are given as in `StringLookup`. Unlike that layer this one also works inside a model.

    Args:
        max_tokens, num_oov_indices, vocabulary, idf_weights, invert, output_mode, sparse, pad_to_max_tokens: see
            `StringLookup`, with integers for words.
        mask_token: the integer for "nothing here", or None.
        oov_token: what stands for integers outside of the vocabulary.
        vocabulary_dtype: must be `"int64"`.
        oov_method: how integers outside of the vocabulary share several numbers: `"floormod"`: by the remainder of the
            division; `"farmhash"`: by a hash, on the host alone.
        salt: integer or two, for `"farmhash"`; see `Hashing`.

    Shapes: integers `(N, ...)`, unchanged for `"int"` (then int64), else as `CategoryEncoding`.

    Raises:
        ValueError: see `StringLookup`. Inside a traced model integers outside of a vocabulary without
            `num_oov_indices` get number -1.

    Example:

    >>> import keraunos as keras, numpy as np
    >>> layer = keras.layers.IntegerLookup(vocabulary=[12, 36, 1138, 42])
    >>> layer(np.array([[12, 1138, 42], [42, 1000, 36]])).numpy()
    array([[1, 3, 4],
           [4, 0, 2]])
    """

    tag, vocabulary_dtype = "integer_lookup", "int64"

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token=-1,
        vocabulary=None,
        vocabulary_dtype="int64",
        idf_weights=None,
        invert=False,
        output_mode="int",
        sparse=False,
        pad_to_max_tokens=False,
        oov_method="floormod",
        salt=None,
        name=None,
        **kwargs,
    ):
        if vocabulary_dtype != self.vocabulary_dtype:
            raise ValueError(f"[integer_lookup] vocabulary_dtype must be 'int64', got {vocabulary_dtype!r}")
        if salt is not None and oov_method != "farmhash":
            raise ValueError(f"[integer_lookup] salt needs oov_method='farmhash', got {oov_method!r}")
        super().__init__(
            max_tokens,
            num_oov_indices,
            mask_token,
            oov_token,
            vocabulary,
            idf_weights,
            invert,
            output_mode,
            sparse,
            pad_to_max_tokens,
            oov_method,
            salt,
            name,
            **kwargs,
        )

    def _tokens(self, values):
        return [int(value) for value in np.asarray(values).reshape(-1).tolist()]

    def _set_tokens(self, tokens):
        super()._set_tokens(tokens)
        keys = np.array(tokens, np.int64)
        order = np.argsort(keys)
        self._keys, self._sorted_keys = keys, keys[order]
        self._sorted_numbers = order + self._token_start()

    def _numbers(self, inputs):
        values = ops.cast(inputs, "int64")
        outside = self._oov_start()
        if self.num_oov_indices == 0:
            outside = -1
        elif self.num_oov_indices > 1 and self.oov_method == "floormod":
            outside = outside + ops.mod(values, self.num_oov_indices)
        elif self.num_oov_indices > 1:
            outside = outside + host_value(bins_of(as_array(self, values), self.num_oov_indices, self.salt))
        found = find(self._sorted_keys, self._sorted_numbers, values, outside)
        if self.mask_token is not None:
            found = ops.where(ops.equal(values, self.mask_token), self._mask_number(), found)
        if self.num_oov_indices == 0 and values.value is not None:
            self._refuse(values.numpy()[found.numpy() == -1].tolist())
        return found

    def _tokens_at(self, numbers):
        places = ops.cast(numbers, "int64") - self._token_start()
        inside = ops.logical_and(places >= 0, places < len(self._keys))
        found = ops.where(inside, ops.take(self._keys, places, axis=0), self.oov_token)
        if self.mask_token is not None:
            found = ops.where(ops.equal(places, -self._token_start()), self.mask_token, found)
        return found

    def get_config(self):
        return {**super().get_config(), "vocabulary_dtype": self.vocabulary_dtype}
