"""Fashion-MNIST (Xiao, Rasul, Vollgraf 2017): 70,000 grey pictures of clothes, 28 x 28, in 10 classes."""

from keraunos.datasets.idx import load_four

_URLS = ("https://storage.googleapis.com/tensorflow/tf-keras-datasets/",)
_HASHES = {
    "t10k-images-idx3-ubyte.gz": "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa",
    "t10k-labels-idx1-ubyte.gz": "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05",
    "train-images-idx3-ubyte.gz": "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7",
    "train-labels-idx1-ubyte.gz": "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056",
}
_SYSTEM = ("/usr/share/datasets/fashion-mnist",)

CLASS_NAMES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


def load_data():
    """Loads the set.

    Returns:
        (x_train, y_train), (x_test, y_test): uint8 arrays of shapes `(60000, 28, 28)`, `(60000,)`, `(10000, 28, 28)`,
        `(10000,)`.

    Raises:
        FileNotFoundError: when the files are neither on this machine nor to be had; says where to put them.

    Example:

    >>> from keraunos.datasets import fashion_mnist
    >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
    """
    return load_four("fashion-mnist", _URLS, _HASHES, _SYSTEM)
