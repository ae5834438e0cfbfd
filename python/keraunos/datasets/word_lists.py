"""Texts as lists of word numbers: which words are kept, and what stands for the others."""

import numpy as np

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def mixed(rng, *arrays):
    """Arrays with their rows in the same random order, drawn as Keras draws it from a `numpy.random.RandomState`."""
    order = np.arange(len(arrays[0]))
    rng.shuffle(order)
    return [array[order] for array in arrays]


def numbered(texts, start_char, index_from):
    """Lists with `index_from` added to all numbers, after a `start_char`."""
    start = [] if start_char is None else [start_char]
    shift = index_from or 0
    return [start + [word + shift for word in text] for text in texts]


def shorter(texts, labels, maxlen):
    """The texts of less than `maxlen` words, and their labels."""
    kept = [(text, label) for text, label in zip(texts, labels, strict=True) if not maxlen or len(text) < maxlen]
    return [text for text, _ in kept], np.array([label for _, label in kept], np.int64)


def limited(texts, num_words, skip_top, oov_char):
    """Lists in which numbers below `skip_top`, and from `num_words` on, are left out or `oov_char`. Without `num_words`
    only the greatest number is, as in Keras."""
    top = num_words or max((max(text, default=0) for text in texts), default=0)
    if oov_char is None:
        return [[word for word in text if skip_top <= word < top] for text in texts]
    return [[word if skip_top <= word < top else oov_char for word in text] for text in texts]


def ragged(texts):
    """An array of lists, `(N,)`, also where all are of one length."""
    array = np.empty(len(texts), object)
    array[:] = texts
    return array
