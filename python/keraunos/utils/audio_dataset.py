"""audio_dataset_from_directory: a folder of WAV files as a Dataset."""

import os
import wave

import numpy as np

from keraunos.data.stages import AUTOTUNE
from keraunos.utils import labelled_files


def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size=32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
):
    """The `.wav` files below a folder, with labels from the names of its subfolders.

    Args:
        directory: the folder.
        labels, label_mode, class_names, shuffle, seed, validation_split, subset, follow_links, verbose: see
            `image_dataset_from_directory`.
        batch_size: recordings per batch; None: single recordings.
        sampling_rate: samples per second that recordings are converted to, by leaving out or adding frequencies (a
            Fourier transform of the whole); None: as they are.
        output_sequence_length: samples that recordings are cut or filled up with zeros to; None: the recordings of a
            batch are filled up to the longest.
        ragged: must be False.

    Returns:
        `data.Dataset` of float32 recordings `(N, samples, channels)` with values from -1 to 1, or (recordings, labels);
        a list of two for subset="both". Attributes: `class_names`, `file_paths`.

    Raises:
        ValueError: for arguments that do not fit, when there is no recording, and for files that are no whole PCM
            recording of 8, 16, 24 or 32 bits.
        FileNotFoundError: when there is no such folder.

    Source: https://keras.io/api/data_loading/audio/

    Example:

    >>> import os, tempfile, wave, keraunos as keras
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     os.mkdir(f"{folder}/silence")
    ...     with wave.open(f"{folder}/silence/1.wav", "wb") as file:
    ...         file.setparams((1, 2, 8000, 0, "NONE", ""))
    ...         file.writeframes(bytes(200))
    ...     sounds, numbers = next(iter(keras.utils.audio_dataset_from_directory(folder)))
    Found 1 files belonging to 1 classes.
    >>> sounds.shape
    (1, 100, 1)
    """
    tag = "audio_dataset"
    if ragged:
        raise ValueError(f"[{tag}] ragged=True is not supported; give output_sequence_length, or let batches be filled")
    for name, value in (("sampling_rate", sampling_rate), ("output_sequence_length", output_sequence_length)):
        if value is not None and (isinstance(value, bool) or not hasattr(value, "__index__") or value < 1):
            raise ValueError(f"[{tag}] {name} must be an integer of at least 1 or None, got {value!r}")

    def sound(path):
        samples, rate = read_wav(path)
        if sampling_rate is not None and rate != sampling_rate:
            samples = resample(samples, round(len(samples) * sampling_rate / rate))
        if output_sequence_length is None:
            return samples
        fitted = np.zeros((output_sequence_length, samples.shape[1]), np.float32)
        fitted[: len(samples)] = samples[:output_sequence_length]
        return fitted

    def read(files):
        sounds = files.map(lambda path, *target: (sound(path), *target) if target else sound(path), AUTOTUNE)
        return sounds if batch_size is None else sounds.padded_batch(batch_size).prefetch(AUTOTUNE)

    return labelled_files.datasets(
        tag, "recordings", directory, labels, label_mode, class_names, shuffle, seed, validation_split, subset,
        follow_links, verbose, labelled_files.with_ending(".wav"), read,
    )  # fmt: skip


def read_wav(path):
    """(float32 samples `(T, channels)` from -1 to 1, samples per second) of a PCM file.

    Raises:
        ValueError: when it is none, or cut off.
    """
    try:
        with wave.open(os.fspath(path), "rb") as file:
            channels, width, rate, count = file.getparams()[:4]
            block = file.readframes(count)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"[audio] {path} is no PCM recording ({error or 'cut off'})") from None
    if len(block) != count * channels * width:
        raise ValueError(f"[audio] {path} is cut off: {len(block)} of {count * channels * width} bytes")
    if width == 1:  # the only width without a sign
        samples = (np.frombuffer(block, np.uint8).astype(np.float32) - 128) / 128
    else:
        # The bytes on top of an int32: three of them make numbers of 24 bits, 256 times as large.
        wide = np.zeros((count * channels, 4), np.uint8)
        wide[:, 4 - width :] = np.frombuffer(block, np.uint8).reshape(-1, width)
        samples = wide.view("<i4")[:, 0].astype(np.float32) / 2.0**31
    return samples.reshape(count, channels), rate


def resample(samples, count):
    """`(T, channels)` as `count` samples of the same sound: its spectrum, cut or filled up with zeros."""
    length = len(samples)
    if not length or not count:
        return np.zeros((count, samples.shape[1]), np.float32)
    spectrum = np.fft.rfft(samples, axis=0)
    kept = min(length, count)
    shorter = np.zeros((count // 2 + 1, samples.shape[1]), spectrum.dtype)
    bins = kept // 2 + 1
    shorter[:bins] = spectrum[:bins]
    if kept % 2 == 0 and length != count:
        # The highest frequency of an even number of samples stands for itself and its mirror image.
        shorter[bins - 1] *= 2 if count < length else 0.5
    return (np.fft.irfft(shorter, count, axis=0) * (count / length)).astype(np.float32)
