"""The reader of HDF5 files, against h5py: every kind of file that h5py writes and the reader knows, and refusals of the
rest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keraunos.saving import hdf5

h5py = pytest.importorskip(
    "h5py", reason="reading HDF5 files is not covered: h5py, which writes them, is not installed"
)
RNG = np.random.default_rng(3)


def written(tmp_path, fill, **options):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", **options) as file:
        fill(file)
    return hdf5.open_file(path)


DTYPES = ["f4", "f8", "f2", ">f4", ">f8", "i1", "u1", "i2", "i4", "i8", "u8", ">i4", "S5", "V2"]
LAYOUTS = [
    {},
    {"chunks": (2, 3)},
    {"chunks": (4, 5), "compression": "gzip"},
    {"chunks": (3, 2), "compression": "gzip", "compression_opts": 9, "shuffle": True},
    {"chunks": (2, 2), "fletcher32": True},
    {"chunks": (4, 4), "shuffle": True, "fletcher32": True, "compression": "gzip"},
]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("options", LAYOUTS, ids=lambda o: "-".join(o) or "contiguous")
@pytest.mark.parametrize("libver", ["earliest", "v108"])
def test_arrays(tmp_path, dtype, options, libver):
    values = (
        RNG.integers(0, 100, (7, 5)).astype("f8").astype(dtype)
        if dtype[0] not in "SV"
        else RNG.bytes(7 * 5 * np.dtype(dtype).itemsize)
    )
    values = values if isinstance(values, np.ndarray) else np.frombuffer(values, dtype).reshape(7, 5)
    root = written(tmp_path, lambda f: f.create_dataset("a/b/x", data=values, **options), libver=libver)
    found = root.get("a").get("b").get("x")
    assert (found.shape, found.dtype, found.name) == ((7, 5), values.dtype, "/a/b/x")
    assert found.read().tobytes() == values.tobytes()


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (1, 1, 1, 1), (2, 3, 4, 5)])
def test_shapes(tmp_path, shape):
    values = RNG.normal(size=shape)
    found = written(tmp_path, lambda f: f.create_dataset("x", data=values)).get("x")
    assert found.shape == shape
    np.testing.assert_array_equal(found.read(), values)


def test_what_was_never_written_is_zero(tmp_path):
    def fill(file):
        file.create_dataset("x", (3, 4), "f4")
        file.create_dataset("y", (300, 4), "f4", chunks=(7, 4))[14:20] = 1

    root = written(tmp_path, fill)
    np.testing.assert_array_equal(root.get("x").read(), np.zeros((3, 4)))
    assert root.get("y").read().sum() == 24


def test_booleans_are_bytes(tmp_path):
    values = np.array([True, False, True])
    found = written(tmp_path, lambda f: f.create_dataset("x", data=values)).get("x").read()
    assert found.dtype == "u1" and found.tolist() == [1, 0, 1]


@pytest.mark.parametrize("count", [1, 8, 9, 40, 700, 5000])
def test_groups_with_many_members(tmp_path, count):
    """Beyond some 300 names the index of a group has several levels."""
    names = [f"layer_{i}" for i in range(count)]

    def fill(file):
        for name in names:
            file.create_dataset(f"{name}/vars/0", data=np.float32(len(name)))

    root = written(tmp_path, fill)
    assert sorted(root.keys()) == sorted(names) and len(root) == count
    assert root.get(names[-1]).get("vars").get("0").read() == len(names[-1])
    assert root.get("nobody") is None and "nobody" not in root and names[0] in root


def test_chunks_in_several_levels(tmp_path):
    values = RNG.normal(size=(400, 30)).astype("f4")
    found = written(tmp_path, lambda f: f.create_dataset("x", data=values, chunks=(3, 4))).get("x")
    np.testing.assert_array_equal(found.read(), values)


ATTRIBUTES = {
    "text": "κεραυνός",
    "long text": "x" * 200_000,
    "bytes": b"raw",
    "names": np.array([b"dense", b"dense_1/kernel:0"]),
    "any strings": ["a", "", "ωμέγα"],
    "number": 3,
    "numbers": np.arange(5.0),
    "nothing": np.array([], "f8"),
    "no names": np.array([], "S1"),
}


@pytest.mark.parametrize("libver", ["earliest", "v108"])
def test_attributes(tmp_path, libver):
    def fill(file):
        # Newer files keep more than 8 members of a group in a way that is not read.
        for number, (name, value) in enumerate(ATTRIBUTES.items()):
            file.require_group(f"g{number % 2}/{name}").attrs[name] = value

    root = written(tmp_path, fill, libver=libver)
    got = {name: root.get(f"g{number % 2}").get(name).attribute(name) for number, name in enumerate(ATTRIBUTES)}
    assert got["text"] == "κεραυνός" and got["long text"] == "x" * 200_000 and got["bytes"] == "raw"
    assert got["names"] == ["dense", "dense_1/kernel:0"] and got["any strings"] == ["a", "", "ωμέγα"]
    assert int(got["number"]) == 3 and got["numbers"].tolist() == [0, 1, 2, 3, 4]
    assert len(got["nothing"]) == 0 and len(got["no names"]) == 0
    assert root.attribute("nobody") is None


def test_many_attributes_of_one_group(tmp_path):
    def fill(file):
        for i in range(60):
            file.attrs[f"a{i}"] = f"value {i}"

    root = written(tmp_path, fill)
    assert [root.attribute(f"a{i}") for i in range(60)] == [f"value {i}" for i in range(60)]


@given(
    shape=st.lists(st.integers(0, 12), max_size=3).map(tuple),
    dtype=st.sampled_from(["f4", "f8", "i8", "u1", ">f4"]),
    chunk=st.integers(1, 5),
    packed=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_any_array_reads_as_h5py_reads_it(tmp_path_factory, shape, dtype, chunk, packed):
    values = np.random.default_rng(abs(hash((shape, dtype))) % 2**32).integers(0, 100, shape).astype(dtype)
    options = {}
    if shape and 0 not in shape:
        options = {"chunks": tuple(min(chunk, n) for n in shape), "compression": "gzip" if packed else None}
    folder = tmp_path_factory.mktemp("h5")
    found = written(folder, lambda f: f.create_dataset("x", data=values, **options)).get("x").read()
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, values)


def external(file):
    file.create_dataset("x", (3,), "f4", external=[("nowhere.raw", 0, 12)])


def linked(file):
    file["x"] = h5py.ExternalLink("nowhere.h5", "y")


def soft(file):
    file["y"] = 1
    file["x"] = h5py.SoftLink("/y")


def virtual(file):
    layout = h5py.VirtualLayout((3,), "f4")
    layout[...] = h5py.VirtualSource("nowhere.h5", "x", (3,))
    file.create_virtual_dataset("x", layout)


def compound(file):
    file["x"] = np.zeros(2, [("a", "f4"), ("b", "i4")])


def packed_by_lzf(file):
    file.create_dataset("x", data=np.zeros((20, 20)), compression="lzf")


@pytest.mark.parametrize("fill", [external, linked, soft, virtual, compound, packed_by_lzf])
def test_what_is_not_read_says_so(tmp_path, fill):
    with pytest.raises(
        hdf5.DamagedFile, match="not read|newer layout|none that models|packed by|without links are read"
    ):
        written(tmp_path, fill).get("x").read()


def test_a_group_inside_of_itself(tmp_path):
    def fill(file):
        group = file.create_group("a")
        group["again"] = group

    group = written(tmp_path, fill).get("a")
    with pytest.raises(hdf5.DamagedFile, match="inside of itself"):
        group.get("again")


@pytest.mark.parametrize(
    "data", [b"", b"\x89HDF", b"\x89HDF\r\n\x1a\n", b"\x89HDF\r\n\x1a\n" + bytes(200), b"x" * 3000]
)
def test_what_is_no_file(data):
    with pytest.raises(hdf5.DamagedFile):
        hdf5.open_file(data)


def test_any_damage_is_an_error_or_other_numbers(tmp_path):
    """No other exception, and no endless loop, for 3000 files with one to eight changed bytes."""

    def fill(file):
        file.create_dataset("a/vars/0", data=np.arange(12.0).reshape(3, 4))
        file.create_dataset("a/vars/1", data=np.arange(40.0), chunks=(7,), compression="gzip", shuffle=True)
        file.attrs["names"] = ["x", "y"]
        for i in range(20):
            file.create_group(f"g{i}")

    written(tmp_path, fill)
    data = (tmp_path / "x.h5").read_bytes()
    refused = 0
    for _ in range(3000):
        bad = bytearray(data)
        for at in RNG.integers(0, len(bad), RNG.integers(1, 9)):
            bad[at] = RNG.integers(256)
        try:
            root = hdf5.open_file(bytes(bad))
            root.attribute("names")
            for name in root.keys():
                root.get(name)
            place = root
            for name in ("a", "vars", "0"):
                # A changed name is another one, and what is there may be something else.
                place = place.get(name) if isinstance(place, hdf5.Group) else None
            if isinstance(place, hdf5.Dataset):
                place.read()
        except hdf5.DamagedFile:
            refused += 1
        except MemoryError:
            pass  # asked of NumPy for a shape that the caller has not compared yet
    assert refused > 100
