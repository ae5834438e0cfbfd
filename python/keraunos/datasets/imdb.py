"""IMDB (Maas et al., 2011): 50,000 film reviews as lists of word numbers, with the feeling they express."""

import json

import numpy as np

from keraunos.datasets import plain_pickle, word_lists
from keraunos.datasets.locate import locate

_HASH = "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f"
_INDEX_HASH = "bfafd718b763782e994055a2d397834f"


def load_data(path="imdb.npz", num_words=None, skip_top=0, maxlen=None, seed=113, start_char=1, oov_char=2,
              index_from=3, **kwargs):  # fmt: skip
    """Loads the set. Words are numbered by how often they occur, the most frequent one first.

    Args:
        path: name of the archive.
        num_words: numbers from this one on become `oov_char`; None: only the greatest number does, as in Keras.
        skip_top: numbers below this one do, too.
        maxlen: reviews of that many words or more are left out; None: none.
        seed: of the order.
        start_char: number that every review begins with; None: none.
        oov_char: what stands for words that are left out; None: nothing.
        index_from: number that is added to all words, to make room for padding (0), start and left-out words.
        **kwargs: accepted for compatibility.

    Returns:
        (x_train, y_train), (x_test, y_test): arrays `(25000,)` of lists of ints, and int64 labels, 1 for praise.

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: when it holds anything but that, and when `maxlen` leaves nothing.

    Example:

    >>> from keraunos.datasets import imdb
    >>> (x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=10000)  # doctest: +SKIP
    """
    archive = locate("imdb", path, (word_lists.URL + "imdb.npz",), _HASH)
    arrays = plain_pickle.read_npz(archive, "x_train", "y_train", "x_test", "y_test")
    rng = np.random.RandomState(seed)
    parts = []
    for texts, labels in (word_lists.mixed(rng, *arrays[:2]), word_lists.mixed(rng, *arrays[2:])):
        texts, labels = word_lists.shorter(word_lists.numbered(texts, start_char, index_from), labels, maxlen)
        if not texts:
            raise ValueError(f"[datasets] maxlen={maxlen} leaves no review; make it larger")
        parts.append((texts, labels))
    (first, y_train), (second, y_test) = parts
    texts = word_lists.limited(first + second, num_words, skip_top, oov_char)
    return (
        (word_lists.ragged(texts[: len(first)]), y_train),
        (word_lists.ragged(texts[len(first) :]), y_test),
    )


def get_word_index(path="imdb_word_index.json"):
    """The number of every word, before `index_from` is added.

    Args:
        path: name of the file.

    Returns:
        dict of word -> number.

    Raises:
        FileNotFoundError: when the file is neither on this machine nor to be had; says where to put it.

    Example:

    >>> from keraunos.datasets import imdb
    >>> words = {number + 3: word for word, number in imdb.get_word_index().items()}  # doctest: +SKIP
    """
    with open(locate("imdb", path, (word_lists.URL + "imdb_word_index.json",), _INDEX_HASH), encoding="utf-8") as file:
        return json.load(file)
