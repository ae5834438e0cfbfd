"""Vocabularies in text files, one token a line."""

import os


def is_path(vocabulary):
    """Whether a vocabulary is given as the path of a file."""
    return isinstance(vocabulary, (str, os.PathLike))


def read_lines(tag, path):
    """The lines of a text file, without empty ones at its end.

    Raises:
        ValueError: when there is no such file.
    """
    if not os.path.exists(path):
        raise ValueError(f"[{tag}] there is no vocabulary file {os.fspath(path)!r}")
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        lines = file.read().split("\n")
    while lines and not lines[-1]:
        lines.pop()
    return lines


def write_lines(path, tokens):
    """Writes such a file."""
    with open(path, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        file.write("\n".join(map(str, tokens)))
