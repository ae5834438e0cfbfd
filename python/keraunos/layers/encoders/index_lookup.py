"""IndexLookup: what StringLookup and IntegerLookup share, a vocabulary and what is made of its numbers."""

import collections
import os

import numpy as np

from keraunos import _arguments, config, ops
from keraunos.layers.encoders.adapting import TokenCounts, batches_of
from keraunos.layers.encoders.encoding import MODES, check_dense, checked_mode, encode, encoded_shape
from keraunos.layers.encoders.hashing import checked_salt
from keraunos.layers.encoders.text import HostLayer
from keraunos.layers.encoders.vocabulary_file import is_path, read_lines, write_lines

# The number of masked tokens where numbers are counted: no category.
DROPPED = np.iinfo(np.int64).max
FILE = "vocabulary.txt"


class IndexLookup(HostLayer):
    """Base of lookup layers. Numbers are given in this order: the mask (only for `output_mode="int"`), tokens that are
    not in the vocabulary, the vocabulary.

    Subclasses set `tag` and `vocabulary_dtype` and implement `_tokens`, `_numbers` and `_tokens_at`.
    """

    tag = vocabulary_dtype = None

    def __init__(self, max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode,
                 sparse, pad_to_max_tokens, oov_method, salt, name, **kwargs):  # fmt: skip
        tag = self.tag
        self._frozen_vocab_size = kwargs.pop("vocabulary_size", None)
        self._has_input_vocabulary = kwargs.pop("has_input_vocabulary", vocabulary is not None)
        super().__init__(name=name, **{k: v for k, v in kwargs.items() if k not in ("trainable", "dtype")})
        if max_tokens is not None and max_tokens <= 1:
            raise ValueError(f"[{tag}] max_tokens must be greater than 1, got {max_tokens}")
        if pad_to_max_tokens and max_tokens is None:
            raise ValueError(f"[{tag}] pad_to_max_tokens=True needs max_tokens")
        if num_oov_indices < 0:
            raise ValueError(f"[{tag}] num_oov_indices must be at least 0, got {num_oov_indices}")
        output_mode = checked_mode(tag, output_mode, (*MODES, "tf_idf"))
        if invert and output_mode != "int":
            raise ValueError(f"[{tag}] invert=True needs output_mode='int', got {output_mode!r}")
        check_dense(tag, sparse)
        if idf_weights is not None and output_mode != "tf_idf":
            raise ValueError(f"[{tag}] idf_weights belong to output_mode='tf_idf', got them with {output_mode!r}")
        if output_mode == "tf_idf" and self._has_input_vocabulary and idf_weights is None:
            raise ValueError(f"[{tag}] a vocabulary with output_mode='tf_idf' needs idf_weights")
        self.oov_method = _arguments.one_of(tag, "oov_method", oov_method, ("floormod", "farmhash"))
        self.salt = checked_salt(tag, salt)
        self.invert = invert
        self.max_tokens = max_tokens
        self.num_oov_indices = num_oov_indices
        self.mask_token = mask_token
        self.oov_token = oov_token
        self.output_mode = output_mode
        self.sparse = sparse
        self.pad_to_max_tokens = pad_to_max_tokens
        # A vocabulary in a file is saved as a file, one in a list with the configuration. Lists of that length are kept
        # as arrays, in which nobody looks for layers and variables.
        listed = None if vocabulary is None or is_path(vocabulary) else self._tokens(vocabulary)
        self.input_vocabulary = None if listed is None else np.array(listed, object)
        self.input_idf_weights = None if idf_weights is None else np.asarray(idf_weights).tolist()
        self.idf_weights = None
        self._set_tokens([])
        self.reset_state()
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    # --- what subclasses know ---

    def _tokens(self, values):
        """Tokens of any array or list as a list of `str` or `int`."""
        raise NotImplementedError

    def _numbers(self, inputs):
        """The number of every token, int64."""
        raise NotImplementedError

    def _tokens_at(self, numbers):
        """The token of every number."""
        raise NotImplementedError

    # --- the vocabulary ---

    def _oov_start(self):
        return int(self.mask_token is not None and self.output_mode == "int")

    def _token_start(self):
        return self._oov_start() + self.num_oov_indices

    def _special(self):
        return [self.mask_token] * self._oov_start() + [self.oov_token] * self.num_oov_indices

    def _set_tokens(self, tokens):
        """Takes a list of tokens for the vocabulary; subclasses prepare to find them."""
        self._vocabulary = np.array([*tokens, None], object)[:-1]

    def get_vocabulary(self, include_special_tokens=True):
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether to begin with the mask and those that stand for tokens outside.
        """
        return (self._special() if include_special_tokens else []) + self._vocabulary.tolist()

    def vocabulary_size(self):
        """How many numbers there are, with those of special tokens."""
        return self._token_start() + len(self._vocabulary)

    def set_vocabulary(self, vocabulary, idf_weights=None):
        """Replaces the vocabulary.

        Args:
            vocabulary: list or array of tokens, with or without the special ones in front, or the path of a text file
                with one token a line.
            idf_weights: a number for each token; for `output_mode="tf_idf"` alone.

        Raises:
            ValueError: for tokens that occur twice, special tokens at other places, more than `max_tokens`, and weights
                that do not fit.
        """
        tag = self.tag
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            raise ValueError(
                f"[{tag}] idf_weights belong to output_mode='tf_idf': got {idf_weights} and {self.output_mode!r}"
            )
        if is_path(vocabulary):
            if self.output_mode == "tf_idf":
                raise ValueError(f"[{tag}] output_mode='tf_idf' takes no vocabulary from a file; pass a list")
            given, special = self._tokens(read_lines(tag, vocabulary)), False
        else:
            given = self._tokens(vocabulary)
            special = given[: self._token_start()] == self._special()
        if not given:
            raise ValueError(f"[{tag}] the vocabulary is empty")
        tokens = given[self._token_start() :] if special else given
        self._check_tokens(tokens)
        self._set_tokens(tokens)
        self._record_vocabulary_size()
        if idf_weights is not None:
            self.idf_weights = self._padded_weights(np.asarray(idf_weights), len(given), special)

    def _check_tokens(self, tokens):
        tag = self.tag
        twice = [token for token, count in collections.Counter(tokens).items() if count > 1]
        if twice:
            raise ValueError(f"[{tag}] the vocabulary has tokens more than once: {twice[:5]}")
        for name, token in (("mask_token", self.mask_token), ("oov_token", self.oov_token if self.invert else None)):
            if token is not None and token in tokens:
                raise ValueError(
                    f"[{tag}] the vocabulary holds {name}={token!r} at {tokens.index(token)}; leave special tokens "
                    f"out, or begin with {self._special()}"
                )
        size = self._token_start() + len(tokens)
        if self.max_tokens is not None and size > self.max_tokens:
            raise ValueError(f"[{tag}] a vocabulary of {size} tokens is more than max_tokens={self.max_tokens}")

    def _padded_weights(self, weights, expected, special):
        """Weights of all numbers: tokens outside of the vocabulary get the mean, numbers without a token 0."""
        if weights.shape != (expected,):
            raise ValueError(
                f"[{self.tag}] expected {expected} idf_weights, one for each token, got shape {weights.shape}"
            )
        if not special:
            weights = np.concatenate([np.full(self._token_start(), np.average(weights)), weights])
        if self.pad_to_max_tokens:
            weights = np.pad(weights, (0, self.max_tokens - len(weights)))
        return weights.astype(config.floatx())

    def _record_vocabulary_size(self):
        size, frozen = self.vocabulary_size(), self._frozen_vocab_size
        fixed = self.output_mode != "int" and not self.pad_to_max_tokens
        if fixed and frozen is not None and size != frozen:
            raise RuntimeError(
                f"[{self.tag}] with output_mode={self.output_mode!r} the size of the vocabulary is that of the output "
                f"and cannot change: it was {frozen}, now it would be {size}; set max_tokens and pad_to_max_tokens"
            )
        self._frozen_vocab_size = size

    # --- learning it ---

    def adapt(self, data, steps=None):
        """Learns a vocabulary: the most frequent tokens first, equally frequent ones in descending order.

        Args:
            data: array or list of tokens, or an iterable of batches; for `"tf_idf"` a row is a document.
            steps: how many batches at most.

        Raises:
            ValueError: for a layer with a given vocabulary.
        """
        self.reset_state()
        for batch in batches_of(data, steps, lists_are_batches=False):
            # A vector of all data holds one document per element, a batch that is a vector is one document.
            whole = batch is data or not hasattr(data, "__iter__")
            batch = np.asarray(batch)
            self.update_state(batch[:, None] if whole and batch.ndim == 1 else batch)
        self.finalize_state()

    def update_state(self, data):
        """Counts the tokens of one batch."""
        if self._has_input_vocabulary:
            raise ValueError(f'[{self.tag}] layer "{self.name}" has a given vocabulary and cannot adapt')
        data = np.asarray(data)
        for document in data.reshape((1, -1) if data.ndim < 2 else (len(data), -1)):
            self._counts.add(self._tokens(document))

    def finalize_state(self):
        """Makes a vocabulary of the counts."""
        if self._has_input_vocabulary or not self._counts:
            self._record_vocabulary_size()
            return
        limit = self.max_tokens and self.max_tokens - self._token_start()
        tokens, documents = self._counts.most_frequent((self.mask_token, self.oov_token), limit)
        self._set_tokens(tokens)
        if self.output_mode == "tf_idf":
            weights = np.log(1 + self._counts.num_documents / (1 + documents)).astype(config.floatx())
            self.idf_weights = self._padded_weights(weights, len(tokens), special=False)
        self.reset_state()
        self._record_vocabulary_size()

    def reset_state(self):
        """Forgets the counts."""
        self._counts = TokenCounts()

    # --- calling ---

    @property
    def output_dtype(self):
        """Dtype of the result, `"string"` for words."""
        if self.invert:
            return self.vocabulary_dtype
        return config.floatx() if self.output_mode == "tf_idf" else "int64"

    def _depth(self):
        return self.max_tokens if self.pad_to_max_tokens else self._frozen_vocab_size

    def call(self, inputs):
        if self.invert:
            return self._tokens_at(inputs)
        if self.output_mode != "int" and self._depth() is None:
            raise RuntimeError(
                f'[{self.tag}] layer "{self.name}" needs a vocabulary for output_mode={self.output_mode!r}; call '
                "adapt(data) or set_vocabulary(tokens) first"
            )
        numbers = self._numbers(inputs)
        if self.output_mode != "tf_idf":
            return encode(numbers, self.output_mode, self._depth(), "int64")
        if self.idf_weights is None:
            raise ValueError(f'[{self.tag}] layer "{self.name}" has no idf_weights yet; call adapt(data) first')
        return (
            ops.cast(encode(numbers, "count", self._depth(), "int64"), self.idf_weights.dtype.name) * self.idf_weights
        )

    def _mask_number(self):
        return 0 if self.output_mode == "int" else DROPPED

    def _refuse(self, tokens):
        """Raises ValueError for tokens outside of the vocabulary, where these have no number."""
        if len(tokens):
            raise ValueError(
                f'[{self.tag}] layer "{self.name}": with num_oov_indices=0 all tokens must be in the vocabulary, '
                f"got {list(tokens[:5])}"
            )

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, "count" if self.output_mode == "tf_idf" else self.output_mode, self._depth())

    # --- saving ---

    def get_config(self):
        return {
            **super().get_config(),
            "invert": self.invert,
            "max_tokens": self.max_tokens,
            "num_oov_indices": self.num_oov_indices,
            "oov_token": self.oov_token,
            "mask_token": self.mask_token,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "pad_to_max_tokens": self.pad_to_max_tokens,
            "idf_weights": self.input_idf_weights,
            "vocabulary": None if self.input_vocabulary is None else self.input_vocabulary.tolist(),
            "vocabulary_size": self._frozen_vocab_size,
            "oov_method": self.oov_method,
            "salt": self.salt,
        }

    @classmethod
    def from_config(cls, config):
        if is_path(config.get("vocabulary")):
            raise ValueError(
                f"[lookup] a configuration names the file {config['vocabulary']!r}, and what is loaded reads no files; "
                "create the layer with it instead"
            )
        return cls(**config)

    def get_build_config(self):
        """Nothing: there are no weights."""
        return {}

    def build_from_config(self, config):
        """Marks the layer as built."""
        self.build(None)

    def save_own_variables(self, store):
        """Writes the idf weights into a dict-like store."""
        if self.output_mode == "tf_idf":
            store["idf_weights"] = self.idf_weights

    def load_own_variables(self, store):
        """Reads them from such a store."""
        if self.output_mode == "tf_idf":
            self.idf_weights = np.asarray(store["idf_weights"])

    def save_assets(self, dir_path):
        """Writes a vocabulary that is no part of the configuration into a folder, one token a line."""
        if self.input_vocabulary is None:
            write_lines(os.path.join(dir_path, FILE), self.get_vocabulary())

    def load_assets(self, dir_path):
        """Reads what `save_assets` wrote."""
        if self.input_vocabulary is None:
            given = self._tokens(read_lines(self.tag, os.path.join(dir_path, FILE)))
            self._set_tokens(given[self._token_start() :])
            self._record_vocabulary_size()
