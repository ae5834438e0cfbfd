"""Reuters-21578 (Lewis, 1987): 11,228 news agency reports as lists of word numbers, on 46 topics."""

import json

import numpy as np

from keraunos.datasets import plain_pickle, word_lists
from keraunos.datasets.locate import locate

_HASH = "d6586e694ee56d7a4e65172e12b3e987c03096cb01eab99753921ef915959916"
_INDEX_HASH = "4d44cc38712099c9e383dc6e5f11a921"
_LABELS = (
    "cocoa grain veg-oil earn acq wheat copper housing money-supply coffee sugar trade reserves ship"
    " cotton carcass crude nat-gas cpi money-fx interest gnp meal-feed alum oilseed gold tin"
    " strategic-metal livestock retail ipi iron-steel rubber heat jobs lei bop zinc orange pet-chem dlr"
    " gas silver wpi hog lead"
)


def load_data(path="reuters.npz", num_words=None, skip_top=0, maxlen=None, test_split=0.2, seed=113, start_char=1,
              oov_char=2, index_from=3):  # fmt: skip
    """Loads the set. Words are numbered by how often they occur, the most frequent one first.

    Args:
        path: name of the archive.
        num_words, skip_top, maxlen, start_char, oov_char, index_from: see `imdb.load_data`.
        test_split: share of the reports, the last ones, that is kept for testing.
        seed: of the order.

    Returns:
        (x_train, y_train), (x_test, y_test): arrays `(N,)` of lists of ints, and int64 labels from 0 to 45.

    Raises:
        FileNotFoundError: when the archive is neither on this machine nor to be had; says where to put it.
        ValueError: when it holds anything but that.

    Example:

    >>> from keraunos.datasets import reuters
    >>> (x_train, y_train), (x_test, y_test) = reuters.load_data(num_words=10000)  # doctest: +SKIP
    """
    archive = locate("reuters", path, (word_lists.URL + "reuters.npz",), _HASH)
    texts, labels = word_lists.mixed(np.random.RandomState(seed), *plain_pickle.read_npz(archive, "x", "y"))
    texts, labels = word_lists.shorter(word_lists.numbered(texts, start_char, index_from), labels, maxlen)
    texts = word_lists.ragged(word_lists.limited(texts, num_words, skip_top, oov_char))
    cut = int(len(texts) * (1 - test_split))
    return (texts[:cut], labels[:cut]), (texts[cut:], labels[cut:])


def get_word_index(path="reuters_word_index.json"):
    """The number of every word, before `index_from` is added.

    Args:
        path: name of the file.

    Returns:
        dict of word -> number.

    Raises:
        FileNotFoundError: when the file is neither on this machine nor to be had; says where to put it.

    Example:

    >>> from keraunos.datasets import reuters
    >>> words = {number + 3: word for word, number in reuters.get_word_index().items()}  # doctest: +SKIP
    """
    url = word_lists.URL + "reuters_word_index.json"
    with open(locate("reuters", path, (url,), _INDEX_HASH), encoding="utf-8") as file:
        return json.load(file)


def get_label_names():
    """The topics, in the order of their numbers.

    Example:

    >>> from keraunos.datasets import reuters
    >>> reuters.get_label_names()[:3], len(reuters.get_label_names())
    (('cocoa', 'grain', 'veg-oil'), 46)
    """
    return tuple(_LABELS.split())
