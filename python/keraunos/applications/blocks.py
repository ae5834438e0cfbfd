"""Pieces that models of several families are made of."""

from keraunos import config


def divisible(channels, by=8):
    """The multiple of `by` nearest to `channels`, at least `by` and at least nine tenths of `channels`: numbers of
    channels that processors like.

    >>> from keraunos.applications.blocks import divisible
    >>> divisible(35), divisible(44.8), divisible(3), divisible(11)
    (32, 48, 8, 16)
    """
    nearest = max(by, int(channels + by / 2) // by * by)
    return nearest + by if nearest < 0.9 * channels else nearest


def strided_padding(x, kernel):
    """((above, below), (left, right)): the zeros that a convolution of stride 2 without padding of its own needs so
    that it sees what the weights were trained on: one less above and left where the extent is even or not known.

    Args:
        x: KerasTensor of pictures.
        kernel: rows and columns of the kernel, odd.
    """
    first = 2 if config.image_data_format() == "channels_first" else 1
    half = kernel // 2
    return tuple((half - (1 if extent is None else 1 - extent % 2), half) for extent in x.shape[first : first + 2])
