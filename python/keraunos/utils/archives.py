"""Unpacking archives of others: nothing is written outside of the folder, which appears whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import tarfile
import tempfile
import warnings
import zipfile


def extract(path, folder, formats=("tar", "zip")):
    """Unpacks an archive into a folder, which is replaced if it exists.

    Args:
        path: a tar file, also compressed, or a zip file.
        folder: where the contents go.
        formats: what to try it as.

    Returns:
        Whether it is an archive of one of these formats. Links and devices are left out, with a warning.

    Raises:
        ValueError: for names that lead out of the folder, and damaged archives; nothing is unpacked then.
    """
    kinds = {"tar": (tarfile.is_tarfile, _from_tar), "zip": (zipfile.is_zipfile, _from_zip)}
    fitting = [unpack for is_one, unpack in (kinds[name] for name in formats) if is_one(path)]
    if not fitting:
        return False
    folder = pathlib.Path(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}.", suffix=".part")
    try:
        fitting[0](path, pathlib.Path(temporary, "all"))
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(os.path.join(temporary, "all"), folder)
    except ValueError:
        raise
    except Exception as error:  # decoders raise TarError, BadZipFile, EOFError, OSError, zlib.error, ...
        raise ValueError(f"[archive] {path} cannot be unpacked ({error}); remove it and load again") from error
    finally:
        with contextlib.suppress(OSError):
            shutil.rmtree(temporary)
    return True


def _place(folder, name, path):
    """Where the member `name` goes."""
    parts = pathlib.PurePosixPath(name.replace("\\", "/")).parts
    if not parts or parts[0].startswith("/") or ".." in parts or parts[0].endswith(":"):
        raise ValueError(f"[archive] {path} holds {name!r}, which lies outside of its folder; nothing was unpacked")
    return folder.joinpath(*parts)


def _from_tar(path, folder):
    left_out = []
    with tarfile.open(path) as archive:
        members = [(member, _place(folder, member.name, path)) for member in archive if member.name not in (".", "./")]
        folder.mkdir()
        for member, place in members:
            if member.isdir():
                place.mkdir(parents=True, exist_ok=True)
            elif member.isreg():
                _write(archive.extractfile(member), place)
            else:
                left_out.append(member.name)
    if left_out:
        warnings.warn(f"[archive] {path}: links and devices are left out: {', '.join(left_out[:5])}", stacklevel=5)


def _from_zip(path, folder):
    with zipfile.ZipFile(path) as archive:
        members = [(member, _place(folder, member.filename, path)) for member in archive.infolist()]
        folder.mkdir()
        for member, place in members:
            if member.is_dir():
                place.mkdir(parents=True, exist_ok=True)
            else:
                _write(archive.open(member), place)


def _write(source, place):
    place.parent.mkdir(parents=True, exist_ok=True)
    with source, open(place, "wb") as target:
        shutil.copyfileobj(source, target)
