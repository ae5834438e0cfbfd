"""Folders of text and of sound as Datasets; windows of a series; batches that are filled up."""

import os
import re
import wave

import keraunos as keras
import numpy as np
import pytest
from keraunos.utils import audio_dataset_from_directory, text_dataset_from_directory, timeseries_dataset_from_array
from keraunos.utils.audio_dataset import read_wav, resample


@pytest.fixture
def texts(tmp_path):
    for name, contents in (("pos", ["good", "fine"]), ("neg", ["bad", "worse", "w\u00f6rst\r\nof all"])):
        os.makedirs(tmp_path / "set" / name / "deep")
        for i, content in enumerate(contents):
            place = tmp_path / "set" / name / ("deep" if i else "") / f"{i}.TXT"
            place.write_bytes(content.encode())
    (tmp_path / "set" / "pos" / "notes.md").write_text("no text")
    (tmp_path / "set" / "neg" / ".hidden.txt").write_text("hidden")
    return tmp_path / "set"


def both(dataset):
    found = [(np.asarray(x), np.asarray(y)) for x, y in dataset]
    return [value for x, _ in found for value in x.tolist()], np.concatenate([y for _, y in found])


def test_texts(texts, capsys):
    dataset = text_dataset_from_directory(texts, shuffle=False, batch_size=2)
    assert capsys.readouterr().out == "Found 5 files belonging to 2 classes.\n"
    assert dataset.class_names == ["neg", "pos"] and len(dataset) == 3 and len(dataset.file_paths) == 5
    found, labels = both(dataset)
    assert found == ["bad", "worse", "w\u00f6rst\r\nof all", "good", "fine"] and labels.tolist() == [0, 0, 0, 1, 1]
    assert all(type(text) is str for text in found) and labels.dtype == "int32"
    assert dataset.element_spec[0] == keras.data.TensorSpec((None,), "string")


def test_texts_with_other_arguments(texts):
    quiet = {"verbose": False, "shuffle": False}
    assert both(text_dataset_from_directory(texts, max_length=3, **quiet))[0] == [
        "bad",
        "wor",
        "w\u00f6r",
        "goo",
        "fin",
    ]
    single = next(iter(text_dataset_from_directory(texts, labels=None, batch_size=None, **quiet)))
    assert single == "bad" and type(single) is str
    hot = both(text_dataset_from_directory(texts, label_mode="categorical", class_names=["pos", "neg"], **quiet))
    assert hot[0][:2] == ["good", "fine"] and hot[1].tolist() == [[1, 0]] * 2 + [[0, 1]] * 3
    own = text_dataset_from_directory(texts, labels=[4, 3, 2, 1, 0], **quiet)
    assert both(own)[1].tolist() == [4, 3, 2, 1, 0]
    (texts / "neg" / "0.TXT").write_bytes(b"\xff bytes")
    assert both(text_dataset_from_directory(texts, **quiet))[0][0] == "\ufffd bytes"


def test_subsets_of_texts(texts):
    split = {"validation_split": 0.4, "seed": 1, "verbose": False}
    training, validation = text_dataset_from_directory(texts, subset="both", **split)
    assert set(both(training)[0]) | set(both(validation)[0]) == set(both(text_dataset_from_directory(texts))[0])
    assert len(both(validation)[0]) == 2
    again = both(text_dataset_from_directory(texts, subset="validation", **split))[0]
    assert sorted(again) == sorted(both(validation)[0])


def test_texts_train_a_model(texts):
    dataset = text_dataset_from_directory(texts, label_mode="binary", verbose=False)
    lengths = dataset.map(lambda x, y: (np.array([[len(t)] for t in x], "float32"), y))
    model = keras.Sequential([keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    assert model.fit(lengths, verbose=0).params["steps"] == 1


def write(path, samples, width=2, rate=8000):
    """Samples `(T, channels)` from -1 to 1 as a PCM file."""
    numbers = np.round(np.asarray(samples) * 2 ** (8 * width - 1)).clip(
        -(2 ** (8 * width - 1)), 2 ** (8 * width - 1) - 1
    )
    numbers = numbers.astype("<i8") + (128 if width == 1 else 0)
    block = numbers.reshape(-1, 1).view(np.uint8).reshape(-1, 8)[:, :width].tobytes()
    with wave.open(os.fspath(path), "wb") as file:
        file.setparams((np.shape(samples)[1], width, rate, 0, "NONE", ""))
        file.writeframes(block)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_samples_of_every_width(tmp_path, width, channels):
    wanted = np.random.default_rng(0).uniform(-1, 1, (50, channels))
    wanted[0], wanted[1] = -1, 0
    write(tmp_path / "a.wav", wanted, width, 11025)
    samples, rate = read_wav(tmp_path / "a.wav")
    assert rate == 11025 and samples.shape == (50, channels) and samples.dtype == np.float32
    # Half a step of the integers, and that of float32.
    np.testing.assert_allclose(samples, wanted, rtol=0, atol=0.51 * 2.0 ** (1 - 8 * width) + 2.0**-24)
    assert (samples[0] == -1).all() and (samples[1] == 0).all()


@pytest.fixture
def sounds(tmp_path):
    for name, lengths in (("a", [10, 30]), ("b", [20])):
        os.makedirs(tmp_path / "set" / name)
        for i, length in enumerate(lengths):
            write(tmp_path / "set" / name / f"{i}.wav", np.full((length, 1), length / 100))
    return tmp_path / "set"


def test_recordings(sounds, capsys):
    dataset = audio_dataset_from_directory(sounds, shuffle=False, batch_size=2)
    assert capsys.readouterr().out == "Found 3 files belonging to 2 classes.\n" and dataset.class_names == ["a", "b"]
    (first, labels), (last, _) = list(dataset)
    assert first.shape == (2, 30, 1) and last.shape == (1, 20, 1) and labels.numpy().tolist() == [0, 0]
    filled = np.concatenate([np.full(10, 0.1), np.zeros(20)])
    np.testing.assert_allclose(first.numpy()[0, :, 0], filled, atol=2.0**-15)
    fitted = next(iter(audio_dataset_from_directory(sounds, output_sequence_length=15, shuffle=False, verbose=False)))
    assert fitted[0].shape == (3, 15, 1) and (fitted[0].numpy()[:, -1, 0] > 0).tolist() == [False, True, True]
    single = next(
        iter(audio_dataset_from_directory(sounds, labels=None, batch_size=None, shuffle=False, verbose=False))
    )
    assert single.shape == (10, 1)


def test_recordings_at_another_rate(tmp_path):
    os.makedirs(tmp_path / "set" / "a")
    tone = lambda rate: 0.5 * np.sin(2 * np.pi * 50 * np.arange(rate) / rate)[:, None]  # noqa: E731  one second of 50 Hz
    write(tmp_path / "set" / "a" / "0.wav", tone(8000))
    for rate in (4000, 8000, 11025):
        dataset = audio_dataset_from_directory(tmp_path / "set", sampling_rate=rate, verbose=False)
        samples = next(iter(dataset))[0].numpy()[0]
        assert samples.shape == (rate, 1)
        np.testing.assert_allclose(samples, tone(rate), rtol=0, atol=2.0**-15)


@pytest.mark.parametrize("length", [10, 11])
@pytest.mark.parametrize("count", [5, 6, 9, 10, 11, 14, 15])
def test_resampling_keeps_what_both_rates_can_hold(length, count):
    """A sound of frequencies below both halves is known everywhere."""
    rng = np.random.default_rng(count)
    highest = (min(length, count) - 1) // 2
    waves = [(k, rng.normal(), rng.normal()) for k in range(highest + 1)]

    def sound(n):
        t = 2 * np.pi * np.arange(n)[:, None] / n
        return sum(a * np.cos(k * t) + b * np.sin(k * t) for k, a, b in waves)

    np.testing.assert_allclose(resample(sound(length), count), sound(count), rtol=0, atol=1e-5)
    assert resample(np.ones((0, 2), "float32"), count).shape == (count, 2)


def test_the_highest_frequency_of_an_even_number():
    """+1 -1 +1 -1 sampled twice as often goes through zero; half as often it cannot be told from its mirror image."""
    fast = np.array([1.0, -1, 1, -1])[:, None]
    np.testing.assert_allclose(resample(fast, 8)[:, 0], [1, 0, -1, 0, 1, 0, -1, 0], atol=1e-6)
    slow = np.cos(np.pi / 2 * np.arange(8))[:, None]
    np.testing.assert_allclose(resample(slow, 4)[:, 0], [1, -1, 1, -1], atol=1e-6)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 10])
def test_files_that_are_no_recording(sounds, content):
    (sounds / "a" / "0.wav").write_bytes(content)
    with pytest.raises(ValueError, match=re.escape(f"{sounds / 'a' / '0.wav'} is no PCM recording")):
        list(audio_dataset_from_directory(sounds, shuffle=False, verbose=False))


def test_recordings_that_are_cut_off(sounds):
    whole = (sounds / "a" / "1.wav").read_bytes()
    (sounds / "a" / "1.wav").write_bytes(whole[:-7])
    with pytest.raises(ValueError, match="1.wav is (cut off|no PCM)"):
        list(audio_dataset_from_directory(sounds, shuffle=False, verbose=False))


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (text_dataset_from_directory, {"format": "grain"}, "format"),
        (text_dataset_from_directory, {"max_length": -1}, "max_length"),
        (text_dataset_from_directory, {"labels": [1]}, r"\[text_dataset\] got 1 labels for 2 texts"),
        (text_dataset_from_directory, {"label_mode": "hot"}, r"\[text_dataset\] label_mode"),
        (text_dataset_from_directory, {"validation_split": 0.5}, r"\[text_dataset\] validation_split and subset"),
        (audio_dataset_from_directory, {"ragged": True}, "ragged"),
        (audio_dataset_from_directory, {"sampling_rate": 0}, "sampling_rate"),
        (audio_dataset_from_directory, {"output_sequence_length": 1.5}, "output_sequence_length"),
        (audio_dataset_from_directory, {}, r"\[audio_dataset\] no usable recordings"),
    ],
)
def test_arguments(tmp_path, function, arguments, message):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.txt").write_text("x")
    with pytest.raises(ValueError, match=message):
        function(tmp_path, verbose=False, **arguments)


# --- series ---


def windows(*arguments, **keywords):
    return list(timeseries_dataset_from_array(*arguments, **keywords))


def test_windows_of_the_documentation():
    """Keras's own example: 99 steps, windows of 10, every second step, a window every 3."""
    (batch,) = windows(np.arange(99), None, sequence_length=10, sampling_rate=2, sequence_stride=3)
    assert batch.shape == (27, 10) and batch.numpy()[0].tolist() == list(range(0, 20, 2))
    assert batch.numpy()[-1].tolist() == list(range(78, 98, 2))


@pytest.mark.parametrize("rate", [1, 3])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("bounds", [(None, None), (4, None), (None, 20), (3, 21)])
@pytest.mark.parametrize("targets", [False, True])
def test_windows(rate, stride, bounds, targets):
    data = np.random.default_rng(0).normal(size=(25, 2)).astype("float32")
    following = np.arange(25) * 10 if targets else None
    start, end = bounds[0] or 0, bounds[1] or 25
    firsts = range(start, end - 3 * rate, stride)
    found = windows(data, following, 4, stride, rate, 5, start_index=bounds[0], end_index=bounds[1])
    inputs = np.concatenate([np.asarray(batch[0] if targets else batch) for batch in found])
    np.testing.assert_array_equal(inputs, [data[i : i + 3 * rate + 1 : rate] for i in firsts])
    assert inputs.dtype == np.float32
    if targets:
        assert np.concatenate([y.numpy() for _, y in found]).tolist() == [10 * i for i in firsts]


def test_fewer_targets_than_steps_end_the_windows():
    (pair,) = windows(np.arange(10), np.arange(5), 2, start_index=2)
    assert pair[0].numpy().tolist() == [[2, 3], [3, 4], [4, 5]] and pair[1].numpy().tolist() == [2, 3, 4]


def test_windows_in_random_order():
    dataset = timeseries_dataset_from_array(np.arange(50), np.arange(50), 3, shuffle=True, seed=3, batch_size=7)
    assert len(dataset) == 7 and dataset.element_spec[0].shape == (None, 3)
    orders = [[int(y) for _, batch in dataset for y in batch.numpy()] for _ in range(2)]
    assert orders[0] != orders[1] and sorted(orders[0]) == sorted(orders[1]) == list(range(48))
    again = timeseries_dataset_from_array(np.arange(50), np.arange(50), 3, shuffle=True, seed=3, batch_size=7)
    assert [int(y) for _, batch in again for y in batch.numpy()] == orders[0]
    for inputs, firsts in again:
        assert (inputs.numpy() == firsts.numpy()[:, None] + [0, 1, 2]).all()


def test_single_windows():
    dataset = timeseries_dataset_from_array([1.0, 2.0, 3.0], None, 2, batch_size=None)
    assert [w.numpy().tolist() for w in dataset] == [[1, 2], [2, 3]] and len(dataset) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sequence_length": 0}, "sequence_length"),
        ({"sequence_length": 10}, "sequence_length"),
        ({"sequence_stride": 0}, "sequence_stride"),
        ({"sampling_rate": 1.5}, "sampling_rate"),
        ({"start_index": -1}, "start_index"),
        ({"start_index": 5, "end_index": 5}, "start_index"),
        ({"end_index": 11}, "end_index"),
        ({"start_index": 8}, "no window of 3 steps, 1 apart, fits steps 8 to 10"),
        ({"targets": np.zeros(0)}, "with 0 targets"),
        ({"format": "grain"}, "format"),
    ],
)
def test_windows_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        timeseries_dataset_from_array(**{"data": np.arange(10), "targets": None, "sequence_length": 3, **arguments})


# --- filled up batches ---


def ragged(*lengths):
    return keras.data.Dataset.from_generator(
        lambda: ((np.arange(n), "x" * n, n) for n in lengths), output_types=("int64", "string", "int32"),
        output_shapes=((None,), (), ()),
    )  # fmt: skip


def plain(batch):
    return [np.asarray(part).tolist() for part in batch]


def test_batches_are_filled_up():
    assert [plain(batch) for batch in ragged(1, 3, 2).padded_batch(2)] == [
        [[[0, 0, 0], [0, 1, 2]], ["x", "xxx"], [1, 3]],
        [[[0, 1]], ["xx"], [2]],
    ]
    dropped = ragged(1, 3, 2).padded_batch(2, drop_remainder=True)
    assert len(list(dropped)) == 1 and dropped.element_spec[0].shape == (2, None)


def test_shapes_and_values_of_what_fills_up():
    dataset = ragged(1, 3).padded_batch(2, ([4], (), ()), (-1, None, None))
    assert plain(next(iter(dataset)))[0] == [[0, -1, -1, -1], [0, 1, 2, -1]]
    assert [spec.shape for spec in dataset.element_spec] == [(None, 4), (None,), (None,)]
    one = keras.data.Dataset.from_generator(lambda: (np.ones((n, 2), "float32") for n in (2, 1)))
    batch = next(iter(one.padded_batch(2, (None, 3), 7.0))).numpy()
    assert batch.tolist() == [[[1, 1, 7], [1, 1, 7]], [[1, 1, 7], [7, 7, 7]]]
    named = ragged(1, 2).map(lambda a, b, n: {"a": a, "n": n}).padded_batch(2, {"n": (), "a": (3,)}, {"n": 0, "a": 9})
    assert {k: v.numpy().tolist() for k, v in next(iter(named)).items()} == {"a": [[0, 9, 9], [0, 1, 9]], "n": [1, 2]}


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ragged(5).padded_batch(1, ([4], (), ())), "does not fit padded_shapes"),
        (
            lambda: keras.data.Dataset.from_generator(lambda: (np.ones(s) for s in (2, (2, 2)))).padded_batch(2),
            "one rank",
        ),
        (lambda: ragged(1).padded_batch(0), "batch_size"),
    ],
)
def test_what_cannot_be_filled_up(make, message):
    with pytest.raises(ValueError, match=message):
        list(make())
