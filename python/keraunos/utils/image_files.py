"""Image files in a folder: finding them by content, and telling damaged ones before anybody trains on them."""

import io
import os
import warnings

import numpy as np

from keraunos.data import threads
from keraunos.utils.images import pillow

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "WEBP")
_NAMED = 20  # files in the warning
_AT_ONCE = 1 << 14  # bytes: small files are read whole

# First bytes; WebP has its length in between.
_SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"BM": "BMP", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"


def format_of(head):
    """Name of the image format that begins with these bytes, None when it is none of FORMATS."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    return next((name for signature, name in _SIGNATURES.items() if head.startswith(signature)), None)


def is_whole(kind, head, tail, size):
    """Whether a file of `size` bytes has its end mark, or the length it says it has. A file that has not may still be
    whole: some cameras and tools write more, or another length."""
    if kind == "JPEG":
        return tail.endswith(b"\xff\xd9")
    if kind == "PNG":
        return tail.endswith(_PNG_END)
    if kind == "GIF":
        return tail.endswith(b";")
    at, extra = (2, 0) if kind == "BMP" else (4, 8)
    return int.from_bytes(head[at : at + 4], "little") + extra == size


def fault(path):
    """What is wrong with an image file, None when it can be used.

    The header is always read; pixels only when the end of the file is not what it should be, so that a whole file
    costs about 40 us however large it is.
    """
    image = pillow()
    try:
        with open(path, "rb", buffering=0) as file:
            head = file.read(_AT_ONCE)
            kind = format_of(head)
            if kind is None:
                return "no JPEG, PNG, BMP, GIF or WebP" if head else "empty"
            size, tail, content = len(head), head[-16:], io.BytesIO(head)
            if size == _AT_ONCE:
                size = file.seek(-16, os.SEEK_END) + 16
                tail, content = file.read(), io.BufferedReader(file)
                content.seek(0)
            picture = image.open(content, formats=FORMATS)
            if not is_whole(kind, head, tail, size):
                picture.load()
    except Exception as error:  # decoders raise OSError, SyntaxError, ValueError, struct.error, ...
        return " ".join(str(error).split())[:60] or type(error).__name__
    return None


def usable(paths, folder):
    """Which of the files are pictures, as a bool array; the others are named in one warning."""
    faults = list(threads.parallel(fault, paths, threads.processors()))
    bad = [(path, reason) for path, reason in zip(paths, faults, strict=True) if reason]
    if bad:
        lines = [f"  {_shown(os.path.relpath(path, folder))}: {reason}" for path, reason in bad[:_NAMED]]
        more = [f"  and {len(bad) - _NAMED} more"] if len(bad) > _NAMED else []
        text = "\n".join([f"[image_dataset] {len(bad)} of {len(paths)} files are left out:", *lines, *more])
        warnings.warn(text, stacklevel=5)  # whoever asked for the Dataset
    return np.array([reason is None for reason in faults], bool)


def _shown(path):
    return os.fsencode(path).decode("utf-8", "replace")
