"""Downloads: resumed where they stopped, checked by hash, in place only when they are whole."""

import hashlib
import os
import pathlib
import urllib.error
import urllib.request

from keraunos.utils.progbar import Progbar

BLOCK = 1 << 16
TIMEOUT = 20  # seconds without a byte


def home():
    """The folder of everything that is kept: `$KERAUNOS_HOME`, default `~/.keraunos`."""
    return pathlib.Path(os.environ.get("KERAUNOS_HOME") or os.path.join(os.path.expanduser("~"), ".keraunos"))


def download(url, target, file_hash=None, show=True, algorithm="sha256"):
    """Fetches `url` to `target`.

    Args:
        url: address.
        target: path; bytes that arrived stay in `target` + ".part" until the file is whole. They are used only where a
            hash will tell whether they belong to the same file.
        file_hash: hexadecimal hash that the file must have.
        show: whether to show a progress bar.
        algorithm: of the hash, "sha256" or "md5".

    Raises:
        OSError: when the network or the hash says no.
    """
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.part"
    have = os.path.getsize(part) if file_hash is not None and os.path.exists(part) else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        response = urllib.request.urlopen(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        # 416: all bytes were there already.
        if error.code != 416:
            raise
        response = None
    if response is not None:
        with response:
            resumed = response.status == 206
            total = int(response.headers.get("Content-Length") or 0) + (have if resumed else 0)
            bar = Progbar(total or None, verbose=int(show), unit_name="byte")
            done = have if resumed else 0
            with open(part, "ab" if resumed else "wb") as file:
                while block := response.read(BLOCK):
                    file.write(block)
                    done += len(block)
                    bar.update(done, finalize=done == total)
                file.flush()
                os.fsync(file.fileno())
            if done < total:
                raise OSError(
                    f"[download] {url}: cut off after {done} of {total} bytes; the next try goes on from there"
                )
    if file_hash is not None and hash_of(part, algorithm) != file_hash.lower():
        os.remove(part)
        name = {"sha256": "SHA-256", "md5": "MD5"}[algorithm]
        raise OSError(f"[download] {url}: the file that arrived has another {name} than expected; it was removed")
    os.replace(part, target)


def hash_of(path, algorithm="sha256"):
    """Hexadecimal hash of a file."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
