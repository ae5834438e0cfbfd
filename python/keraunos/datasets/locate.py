"""Finding data files: a folder of one's own, the cache, the system's packages, then the network.

Order: `$KERAUNOS_DATASETS/<name>/` or `$KERAUNOS_DATASETS/`; `~/.keraunos/datasets/<name>/`; folders where Debian's
packages put the set; download into the cache, checked by hash.
"""

import os
import pathlib

from keraunos.utils.download import download, home


def cache_folder():
    """Where downloads are kept: `$KERAUNOS_HOME/datasets`, default `~/.keraunos/datasets`."""
    return home() / "datasets"


def locate(name, file, urls=(), file_hash=None, system=()):
    """Path of one file of a data set.

    Args:
        name: the data set, a folder name.
        file: file name; alternatives (packed, unpacked) as a tuple.
        urls: places to download the first alternative from.
        file_hash: its SHA-256, or MD5, in hexadecimal.
        system: folders of the system that may hold the set.

    Raises:
        FileNotFoundError: when it is nowhere; says where to put which file.
    """
    files = (file,) if isinstance(file, str) else tuple(file)
    folders = []
    own = os.environ.get("KERAUNOS_DATASETS")
    if own:
        folders += [pathlib.Path(own) / name, pathlib.Path(own)]
    folders += [cache_folder() / name, *map(pathlib.Path, system)]
    for folder in folders:
        for candidate in files:
            if (folder / candidate).exists():
                return folder / candidate
    target = cache_folder() / name / files[0]
    algorithm = "md5" if file_hash is not None and len(file_hash) == 32 else "sha256"
    errors = []
    for url in urls:
        try:
            download(url, target, file_hash, algorithm=algorithm)
            return target
        except OSError as error:
            errors.append(f"{url}: {error}")
    tried = "\n".join(errors[:2]) or "no download is known for it"
    raise FileNotFoundError(
        f"[datasets] {name}: {files[0]} is not on this machine and could not be downloaded\n{tried}\n"
        f"put the file into {cache_folder() / name}, or into a folder named by the environment "
        "variable KERAUNOS_DATASETS"
    )
