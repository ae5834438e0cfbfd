"""StringLookup: words and their numbers."""

import types

import numpy as np

from keraunos.layers.encoders.hashing import bins_of
from keraunos.layers.encoders.index_lookup import IndexLookup
from keraunos.layers.encoders.text import as_array, strings


class StringLookup(IndexLookup):
    """The number of a word in a vocabulary that is given, or learned from data by `adapt`.

    With `output_mode="int"` numbers are: 0 for `mask_token`, if there is one; the next `num_oov_indices` for words that
    are not in the vocabulary; then the vocabulary. In the other modes there is no number for the mask.

    Args:
        max_tokens: how many numbers there may be, with those of special tokens; None: any.
        num_oov_indices: how many numbers there are for words outside of the vocabulary, which get one by a hash; 0:
            they are an error.
        mask_token: the word for "nothing here": number 0, or left out where numbers are counted; None: there is none.
        oov_token: what stands for words outside of the vocabulary in the vocabulary and in the way back.
        vocabulary: list or array of words, or the path of a text file with one a line.
        idf_weights: for `"tf_idf"` with a given vocabulary, a weight for each word.
        invert: the way back, from numbers to words.
        output_mode: `"int"`, or what `CategoryEncoding` makes of the numbers: `"one_hot"`, `"multi_hot"`, `"count"`; or
            `"tf_idf"`: counts times weights; `adapt` learns `log(1 + documents / (1 + documents with the word))`.
        pad_to_max_tokens: whether vectors have `max_tokens` elements even if the vocabulary is smaller.
        sparse: must be False.
        encoding: of words that are bytes.
        salt: integer or two, for the hash of words outside of the vocabulary; see `Hashing`.

    Shapes: text `(N, ...)`, unchanged for `"int"` (then int64), else as `CategoryEncoding`; text in the way back.

    The layer computes on the host: eagerly, and in `Dataset.map`.

    Raises:
        ValueError: for arguments that do not go together, words twice in a vocabulary, and, with `num_oov_indices=0`,
            words outside of it.
        TracedValueError: inside a traced model.

    Example:

    >>> import keraunos as keras
    >>> words = keras.layers.StringLookup()
    >>> words.adapt([["a", "c", "d"], ["d", "z", "b"], ["d", "a", "a"]])
    >>> words.get_vocabulary()
    ['[UNK]', 'd', 'a', 'z', 'c', 'b']
    >>> words([["a", "x"], ["d", "b"]]).numpy()
    array([[2, 0],
           [1, 5]])
    """

    tag, vocabulary_dtype = "string_lookup", "string"

    def __init__(
        self,
        max_tokens=None,
        num_oov_indices=1,
        mask_token=None,
        oov_token="[UNK]",
        vocabulary=None,
        idf_weights=None,
        invert=False,
        output_mode="int",
        pad_to_max_tokens=False,
        sparse=False,
        encoding="utf-8",
        name=None,
        salt=None,
        **kwargs,
    ):
        self.encoding = encoding
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
            kwargs.pop("oov_method", "floormod"),
            salt,
            name,
            **kwargs,
        )

    def _tokens(self, values):
        return strings(np.asarray(values), self.encoding).reshape(-1).tolist()

    def _set_tokens(self, tokens):
        super()._set_tokens(tokens)
        found = {token: number for number, token in enumerate(tokens, self._token_start())}
        if self.mask_token is not None:
            found[self.mask_token] = self._mask_number()
        self._number_of = types.MappingProxyType(found)  # a dict would be searched for layers

    def _numbers(self, inputs):
        words = as_array(self, inputs)
        if words.dtype != object:
            raise TypeError(f'[string_lookup] layer "{self.name}": expected text, got {words.dtype}')
        flat = words.reshape(-1)
        outside = self._oov_start() if self.num_oov_indices == 1 else -1
        number_of = self._number_of.get
        found = np.fromiter((number_of(word, outside) for word in flat.tolist()), np.int64, flat.size)
        unknown = np.flatnonzero(found == -1) if outside == -1 else ()
        if self.num_oov_indices == 0:
            self._refuse(flat[unknown])
        elif len(unknown):
            found[unknown] = bins_of(flat[unknown], self.num_oov_indices, self.salt) + self._oov_start()
        return found.reshape(words.shape)

    def _tokens_at(self, numbers):
        numbers = as_array(self, numbers).astype(np.int64)
        places = numbers - self._token_start()
        inside = (places >= 0) & (places < len(self._vocabulary))
        words = np.full(numbers.shape, self.oov_token, object)
        words[inside] = self._vocabulary[places[inside]]
        if self.mask_token is not None:
            words[numbers == 0] = self.mask_token
        return words

    def get_config(self):
        return {**super().get_config(), "encoding": self.encoding}
