"""Words to numbers as in Keras 1 and 2: `Tokenizer` and hashes. New code has `layers.TextVectorization`."""

import collections
import hashlib
import json

import numpy as np

_FILTERS = '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def text_to_word_sequence(input_text, filters=_FILTERS, lower=True, split=" "):
    """The words of a text.

    Args:
        input_text: str.
        filters: characters that separate words as `split` does.
        lower: whether to convert to lower case.
        split: separator.

    >>> from keraunos.preprocessing.text import text_to_word_sequence
    >>> text_to_word_sequence("The cat sat, the dog ran.")
    ['the', 'cat', 'sat', 'the', 'dog', 'ran']
    """
    text = input_text.lower() if lower else input_text
    return [word for word in text.translate(str.maketrans(dict.fromkeys(filters, split))).split(split) if word]


def hashing_trick(text, n, hash_function=None, filters=_FILTERS, lower=True, split=" ", analyzer=None):
    """A number from 1 to n - 1 for every word; different words may have the same.

    Args:
        text: str.
        n: numbers there are, 0 included, which stands for no word.
        hash_function: function of a word that returns an int; "md5"; or None for Python's `hash`, whose numbers are
            others in every process.
        filters, lower, split: see `text_to_word_sequence`.
        analyzer: function of a text that returns its words instead.

    >>> from keraunos.preprocessing.text import hashing_trick
    >>> hashing_trick("The cat, the dog", 50, "md5")
    [43, 32, 43, 2]
    """
    if hash_function == "md5":
        hash_function = lambda word: int(hashlib.md5(word.encode(), usedforsecurity=False).hexdigest(), 16)  # noqa: E731
    words = text_to_word_sequence(text, filters, lower, split) if analyzer is None else analyzer(text)
    return [(hash_function or hash)(word) % (n - 1) + 1 for word in words]


def one_hot(input_text, n, filters=_FILTERS, lower=True, split=" ", analyzer=None):
    """`hashing_trick` with Python's `hash`; the name is older than what it is called after.

    Args:
        input_text, n, filters, lower, split, analyzer: see `hashing_trick`.

    >>> from keraunos.preprocessing.text import one_hot
    >>> len(one_hot("The cat sat", 50))
    3
    """
    return hashing_trick(input_text, n, hash, filters, lower, split, analyzer)


class Tokenizer:
    """Numbers for words by how often they occur: 1 for the most frequent one; 0 stands for no word.

    Args:
        num_words: numbers from this one on are left out when texts are converted.
        filters, lower, split: see `text_to_word_sequence`.
        char_level: whether characters are the words.
        oov_token: what stands for words that are not known, number 1; None: they are left out.
        analyzer: function of a text that returns its words instead.

    Attributes:
        word_index, index_word: word -> number, number -> word.
        word_counts, word_docs: word -> how often, and in how many texts, it occurs.
        document_count: number of texts.

    Example:

    >>> from keraunos.preprocessing.text import Tokenizer
    >>> tokenizer = Tokenizer()
    >>> tokenizer.fit_on_texts(["the cat sat", "the dog"])
    >>> tokenizer.texts_to_sequences(["the dog sat down"])
    [[1, 4, 3]]
    """

    def __init__(self, num_words=None, filters=_FILTERS, lower=True, split=" ", char_level=False, oov_token=None,
                 analyzer=None, **kwargs):  # fmt: skip
        self.document_count = kwargs.pop("document_count", 0)
        if kwargs:
            raise TypeError(f"[tokenizer] unexpected argument {next(iter(kwargs))!r}")
        self.num_words, self.filters, self.lower, self.split = num_words, filters, lower, split
        self.char_level, self.oov_token, self.analyzer = char_level, oov_token, analyzer
        self.word_counts = collections.OrderedDict()
        self.word_docs = collections.defaultdict(int)
        self.index_docs = collections.defaultdict(int)
        self.word_index, self.index_word = {}, {}

    def _words(self, text):
        if self.char_level or isinstance(text, list):
            if self.lower:
                text = [part.lower() for part in text] if isinstance(text, list) else text.lower()
            return text
        if self.analyzer is not None:
            return self.analyzer(text)
        return text_to_word_sequence(text, self.filters, self.lower, self.split)

    def fit_on_texts(self, texts):
        """Counts the words of texts: an iterable of `str`, or of lists of words."""
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            for word in words:
                self.word_counts[word] = self.word_counts.get(word, 0) + 1
            for word in set(words):
                self.word_docs[word] += 1
        by_count = sorted(self.word_counts, key=self.word_counts.get, reverse=True)
        vocabulary = by_count if self.oov_token is None else [self.oov_token, *by_count]
        self.word_index = {word: number for number, word in enumerate(vocabulary, 1)}
        self.index_word = {number: word for word, number in self.word_index.items()}
        for word, count in self.word_docs.items():
            self.index_docs[self.word_index[word]] = count

    def fit_on_sequences(self, sequences):
        """Counts in how many lists of numbers each occurs, for `sequences_to_matrix(mode="tfidf")`."""
        self.document_count += len(sequences)
        for sequence in sequences:
            for number in set(sequence):
                self.index_docs[number] += 1

    def _kept(self, number):
        """The number that is written for a word's, None when the word is left out."""
        unknown = self.word_index.get(self.oov_token)
        return unknown if number is None or (self.num_words and number >= self.num_words) else number

    def texts_to_sequences_generator(self, texts):
        """`texts_to_sequences` one by one."""
        for text in texts:
            numbers = (self._kept(self.word_index.get(word)) for word in self._words(text))
            yield [number for number in numbers if number is not None]

    def texts_to_sequences(self, texts):
        """A list of numbers for every text."""
        return list(self.texts_to_sequences_generator(texts))

    def sequences_to_texts_generator(self, sequences):
        """`sequences_to_texts` one by one."""
        for sequence in sequences:
            numbers = (self._kept(number if number in self.index_word else None) for number in sequence)
            yield " ".join(self.index_word[number] for number in numbers if number is not None)

    def sequences_to_texts(self, sequences):
        """The words of numbers, with blanks between them."""
        return list(self.sequences_to_texts_generator(sequences))

    def texts_to_matrix(self, texts, mode="binary"):
        """A row for every text; see `sequences_to_matrix`."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode)

    def sequences_to_matrix(self, sequences, mode="binary"):
        """A row for every list of numbers, a column for every number.

        Args:
            sequences: lists of numbers.
            mode: "binary": 1 where the number occurs; "count": how often; "freq": its share; "tfidf":
                `(1 + log count) * log(1 + texts / (1 + texts with the word))`.

        Raises:
            ValueError: for other modes, and when there is nothing to go by yet.
        """
        if mode not in ("binary", "count", "freq", "tfidf"):
            raise ValueError(f"[tokenizer] mode must be 'binary', 'count', 'freq' or 'tfidf', got {mode!r}")
        if not self.num_words and not self.word_index:
            raise ValueError("[tokenizer] give num_words, or call fit_on_texts first")
        if mode == "tfidf" and not self.document_count:
            raise ValueError("[tokenizer] mode 'tfidf' needs fit_on_texts first")
        columns = self.num_words or len(self.word_index) + 1
        matrix = np.zeros((len(sequences), columns))
        for row, sequence in zip(matrix, sequences, strict=True):
            counts = np.bincount([n for n in sequence if n < columns], minlength=columns).astype(float)
            at = np.flatnonzero(counts)
            if mode == "tfidf":
                texts = np.array([self.index_docs.get(int(n), 0) for n in at])
                row[at] = (1 + np.log(counts[at])) * np.log(1 + self.document_count / (1 + texts))
            else:
                row[at] = {"binary": 1, "count": counts[at], "freq": counts[at] / max(len(sequence), 1)}[mode]
        return matrix

    def get_config(self):
        """Arguments and counts; the counts as JSON."""
        arguments = ("num_words", "filters", "lower", "split", "char_level", "oov_token", "document_count")
        counts = ("word_counts", "word_docs", "index_docs", "index_word", "word_index")
        config = {name: getattr(self, name) for name in arguments}
        return {**config, **{name: json.dumps(getattr(self, name)) for name in counts}}

    def to_json(self, **kwargs):
        """The tokenizer as JSON, in Keras's form; `kwargs` for `json.dumps`."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)


def tokenizer_from_json(json_string):
    """The tokenizer that `Tokenizer.to_json` (ours or Keras's) wrote.

    Args:
        json_string: str.

    >>> from keraunos.preprocessing.text import Tokenizer, tokenizer_from_json
    >>> tokenizer_from_json(Tokenizer(num_words=5).to_json()).num_words
    5
    """
    config = json.loads(json_string)["config"]
    counts = {}
    for name in ("word_counts", "word_docs", "index_docs", "index_word", "word_index"):
        found = json.loads(config.pop(name))
        # JSON has no keys but strings.
        counts[name] = {int(key): value for key, value in found.items()} if name.startswith("index_") else found
    tokenizer = Tokenizer(**config)
    tokenizer.word_counts = collections.OrderedDict(counts["word_counts"])
    tokenizer.word_docs = collections.defaultdict(int, counts["word_docs"])
    tokenizer.index_docs = collections.defaultdict(int, counts["index_docs"])
    tokenizer.word_index, tokenizer.index_word = counts["word_index"], counts["index_word"]
    return tokenizer
