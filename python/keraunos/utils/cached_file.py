"""get_file: a file of the network in the cache."""

import os
import pathlib
import tempfile
import urllib.parse
import warnings

from keraunos.utils import archives
from keraunos.utils.download import download, hash_of, home
from keraunos.utils.messages import say


def get_file(
    fname=None,
    origin=None,
    untar=False,
    md5_hash=None,
    file_hash=None,
    cache_subdir="datasets",
    hash_algorithm="auto",
    extract=False,
    archive_format="auto",
    cache_dir=None,
    force_download=False,
):
    """Fetches a file unless it is in the cache already.

    A download that was cut off is no file; with a hash the next try goes on where it stopped. Archives are unpacked
    into a folder that appears whole or not at all; names in them that lead out of it are refused.

    Args:
        fname: file name in the cache; default: that of `origin`.
        origin: address.
        untar: the older way to say `extract=True, archive_format="tar"`.
        md5_hash: the older way to give `file_hash`.
        file_hash: hexadecimal hash that the file must have; a file in the cache that has another is fetched again.
        cache_subdir: folder inside of `cache_dir`, or an absolute path.
        hash_algorithm: "sha256", "md5", or "auto": by the length of the hash.
        extract: whether to unpack the archive that the file is.
        archive_format: "tar" (also compressed), "zip", "auto" for both, a list of them, or None.
        cache_dir: default: `$KERAUNOS_HOME`, else `~/.keraunos`; a folder for temporary files where that cannot be
            written.
        force_download: whether to fetch it even if it is there.

    Returns:
        Path of the file, or of the folder with the contents of the archive.

    Raises:
        ValueError: for arguments that do not fit, and archives that are damaged or hold such names.
        OSError: when the network, or the hash, says no.

    Source: https://keras.io/api/utils/python_utils/

    Example:

    >>> import pathlib, tempfile, keraunos as keras
    >>> with tempfile.TemporaryDirectory() as folder:  # doctest: +ELLIPSIS
    ...     _ = pathlib.Path(folder, "words.txt").write_text("some words")
    ...     path = keras.utils.get_file(origin=f"file://{folder}/words.txt", cache_dir=folder)
    ...     print(path == f"{folder}/datasets/words.txt", open(path).read())
    Downloading data from file://...
    True some words
    """
    if origin is None:
        raise ValueError("[get_file] origin, the address of the file, is missing")
    fname = None if fname is None else os.fspath(fname)
    name = fname or os.path.basename(urllib.parse.urlsplit(origin).path)
    if name in ("", ".", "..") or os.path.basename(name) != name:
        raise ValueError(f"[get_file] fname must be a file name without folders, got {name!r}; see cache_dir")
    if md5_hash is not None and file_hash is None:
        file_hash, hash_algorithm = md5_hash, "md5"
    algorithm = _algorithm(hash_algorithm, file_hash)
    folder = _folder(cache_dir, cache_subdir)
    extract = extract or untar
    target, contents = _places(folder, name, fname is not None, extract)
    fresh = force_download or not target.exists()
    if not fresh and file_hash is not None and hash_of(target, algorithm) != file_hash.lower():
        say(f"{target} has another hash than expected and is fetched again")
        fresh = True
    if fresh:
        say(f"Downloading data from {origin}")
        download(origin, str(target), file_hash, algorithm=algorithm)
    if not extract:
        return str(target)
    if fresh or not contents.exists():
        if not archives.extract(target, contents, _formats("tar" if untar else archive_format)):
            warnings.warn(f"[get_file] {target} is no archive of format {archive_format!r}", stacklevel=2)
    return str(contents)


def _folder(cache_dir, cache_subdir):
    base = pathlib.Path(home() if cache_dir is None else cache_dir).expanduser()
    try:
        folder = base / cache_subdir
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = pathlib.Path(tempfile.gettempdir(), ".keraunos", cache_subdir)
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _places(folder, name, given, extract):
    """(file, folder of its contents), named as in Keras."""
    if not extract:
        return folder / name, None
    if given and "." in name:
        return folder / name, folder / f"{name.partition('.')[0]}_extracted"
    return folder / f"{name}_archive", folder / name


def _algorithm(name, file_hash):
    if name not in ("auto", "sha256", "md5"):
        raise ValueError(f"[get_file] hash_algorithm must be 'auto', 'sha256' or 'md5', got {name!r}")
    if name == "auto":
        return "sha256" if file_hash is None or len(file_hash) == 64 else "md5"
    return name


def _formats(archive_format):
    formats = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    formats = (formats,) if isinstance(formats, str) else tuple(formats)
    if not set(formats) <= {"tar", "zip"}:
        raise ValueError(f"[get_file] archive_format must be 'auto', 'tar', 'zip' or None, got {archive_format!r}")
    return formats
