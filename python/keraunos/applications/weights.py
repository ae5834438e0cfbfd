"""Files of weights: where they are kept, and where they come from."""

import os
import pathlib

from keraunos.utils.cached_file import get_file
from keraunos.utils.download import home

STORAGE = "https://storage.googleapis.com/tensorflow/keras-applications/"
# {notop} is "_notop" for models without a top.
KERNELS = STORAGE + "{folder}/{file}_weights_tf_dim_ordering_tf_kernels{notop}.h5"


def _keras_home():
    return pathlib.Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()


def fetched(tag, url, file_hash=None, name=None):
    """The path of a file in Keras's cache, `~/.keras/models`, or in ours, where it is downloaded to if neither has it.

    Args:
        tag: who needs it, for messages.
        url: address.
        file_hash: hexadecimal hash that the file must have.
        name: file name in the cache; default: that of `url`.

    Raises:
        FileNotFoundError: when the file is neither there nor to be had; says where to put it.
    """
    name = name or url.rpartition("/")[2]
    place = _keras_home() if (_keras_home() / "models" / name).is_file() else home()
    try:
        return get_file(name, url, cache_subdir="models", cache_dir=place, file_hash=file_hash)
    except OSError as error:
        raise FileNotFoundError(
            f"[{tag}] {name} is not on this machine and could not be downloaded\n{url}: {error}\n"
            f"put the file into {place / 'models'}"
        ) from None
