"""Tokenizer and hashes of Keras 1 and 2. Numbers are those of Keras 3.15.1 (`tf.keras.preprocessing.text`)."""

import hashlib
import json

import numpy as np
import pytest
from keraunos.preprocessing.text import (
    Tokenizer,
    hashing_trick,
    one_hot,
    text_to_word_sequence,
    tokenizer_from_json,
)

TEXTS = ["The cat sat, on the MAT!", "the dog\tsat; the end", ""]


def fitted(**arguments):
    tokenizer = Tokenizer(**arguments)
    tokenizer.fit_on_texts(TEXTS)
    return tokenizer


def test_words():
    assert text_to_word_sequence("A,b  c\nd") == ["a", "b", "c", "d"]
    assert text_to_word_sequence("A,b c", filters="c", lower=False) == ["A,b"]
    assert text_to_word_sequence("a-b", filters="", split="-") == ["a", "b"] and text_to_word_sequence("") == []


def test_hashes():
    number = lambda word: int(hashlib.md5(word.encode()).hexdigest(), 16) % 49 + 1  # noqa: E731
    assert hashing_trick("The cat the", 50, "md5") == [number("the"), number("cat"), number("the")]
    assert hashing_trick("aaa b", 3, len) == [2, 2] and hashing_trick("a b", 9, len, analyzer=list) == [2, 2, 2]
    assert one_hot("a b a", 20) == [hash(w) % 19 + 1 for w in "aba"]


def test_numbers_by_frequency():
    tokenizer = fitted()
    assert tokenizer.word_index == {"the": 1, "sat": 2, "cat": 3, "on": 4, "mat": 5, "dog": 6, "end": 7}
    assert tokenizer.word_counts["the"] == 4 and tokenizer.word_docs["the"] == 2 and tokenizer.document_count == 3
    assert tokenizer.texts_to_sequences(["the zebra sat", ["THE", "cat"]]) == [[1, 2], [1, 3]]
    assert tokenizer.sequences_to_texts([[1, 99, 3], []]) == ["the cat", ""]
    tokenizer.fit_on_texts([["dog", "DOG"], "dog dog"])
    assert tokenizer.word_index["dog"] == 1 and tokenizer.word_docs["dog"] == 3


@pytest.mark.parametrize(
    ("arguments", "sequence", "text"),
    [
        ({}, [1, 2], "the sat"),
        ({"num_words": 2}, [1], "the"),
        ({"oov_token": "?"}, [2, 1, 3], "the ? sat"),
        ({"oov_token": "?", "num_words": 3}, [2, 1, 1], "the ? ?"),
        ({"char_level": True}, [1, 6, 3, 2, 3, 4, 10, 2, 4, 5, 1], None),
        ({"analyzer": str.split}, [1], "the"),
        ({"lower": False}, [1, 2], "the sat"),
    ],
)
def test_arguments(arguments, sequence, text):
    tokenizer = fitted(**arguments)
    (found,) = tokenizer.texts_to_sequences(["the zebra sat"])
    if text is None:
        assert tokenizer.sequences_to_texts([found]) == [
            " ".join(c for c in "the zebra sat" if c in tokenizer.word_index)
        ]
    else:
        assert found == sequence and tokenizer.sequences_to_texts([found]) == [text]


def test_matrices():
    tokenizer = fitted(num_words=4)
    rows = tokenizer.texts_to_sequences(["the the cat mat", ""])
    assert tokenizer.sequences_to_matrix(rows).tolist() == [[0, 1, 0, 1], [0] * 4]
    assert tokenizer.sequences_to_matrix(rows, "count").tolist() == [[0, 2, 0, 1], [0] * 4]
    assert tokenizer.sequences_to_matrix(rows, "freq").tolist() == [[0, 2 / 3, 0, 1 / 3], [0] * 4]
    weights = [0, (1 + np.log(2)) * np.log(1 + 3 / 3), 0, np.log(1 + 3 / 2)]
    np.testing.assert_allclose(tokenizer.sequences_to_matrix(rows, "tfidf"), [weights, [0] * 4], rtol=1e-12)
    assert fitted().texts_to_matrix(["cat"]).shape == (1, 8)
    assert Tokenizer(num_words=3).sequences_to_matrix([[2, 3, 5]]).tolist() == [[0, 0, 1]]
    counted = Tokenizer(num_words=3)
    counted.fit_on_sequences([[1, 1], [2]])
    np.testing.assert_allclose(counted.sequences_to_matrix([[1]], "tfidf"), [[0, np.log(1 + 2 / 2), 0]])


def test_json_and_back():
    for arguments in ({}, {"num_words": 4, "oov_token": "?"}):
        tokenizer = fitted(**arguments)
        again = tokenizer_from_json(tokenizer.to_json(indent=1))
        assert again.get_config() == tokenizer.get_config() and again.index_word == tokenizer.index_word
        assert again.texts_to_matrix(TEXTS, "tfidf").tolist() == tokenizer.texts_to_matrix(TEXTS, "tfidf").tolist()
    assert json.loads(tokenizer.to_json())["class_name"] == "Tokenizer"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Tokenizer(words=3), TypeError, "'words'"),
        (lambda: fitted().texts_to_matrix(["a"], "other"), ValueError, "mode must be"),
        (lambda: Tokenizer().sequences_to_matrix([[1]]), ValueError, "fit_on_texts"),
        (lambda: Tokenizer(3).sequences_to_matrix([[1]], "tfidf"), ValueError, "fit_on_texts"),
    ],
)
def test_what_does_not_fit(call, error, message):
    with pytest.raises(error, match=message):
        call()
