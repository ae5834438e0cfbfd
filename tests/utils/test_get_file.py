"""get_file: the cache, hashes, and archives that try to write elsewhere. Small fakes on a local server."""

import hashlib
import io
import os
import tarfile
import zipfile

import pytest
from keraunos.utils import get_file
from keraunos.utils.archives import extract

TEXT = b"some words " * 1000
SHA, MD5 = hashlib.sha256(TEXT).hexdigest(), hashlib.md5(TEXT).hexdigest()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAUNOS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def tar(members, mode="w:gz"):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, tarfile.TarInfo):
                info = content
                info.name = name
            elif content is None:
                info.type = tarfile.DIRTYPE
            else:
                info.size = len(content)
            archive.addfile(info, io.BytesIO(content if isinstance(content, bytes) else b""))
    return file.getvalue()


def link(target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def packed(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tree(folder):
    return sorted(os.path.relpath(os.path.join(root, f), folder) for root, _, files in os.walk(folder) for f in files)


def test_a_file_is_fetched_once(server, home, capsys):
    server.files["a.txt?x=1"] = TEXT
    for _ in range(2):
        path = get_file(origin=server.url + "a.txt?x=1")
        assert path == str(home / "datasets" / "a.txt") and open(path, "rb").read() == TEXT
    assert len(server.asked) == 1
    assert capsys.readouterr().out.startswith(f"Downloading data from {server.url}a.txt")
    get_file(origin=server.url + "a.txt?x=1", force_download=True)
    assert len(server.asked) == 2 and os.listdir(home / "datasets") == ["a.txt"]


def test_where_it_goes(server, tmp_path):
    server.files["a.txt"] = TEXT
    origin = server.url + "a.txt"
    assert get_file("b.txt", origin, cache_dir=tmp_path, cache_subdir="c") == str(tmp_path / "c" / "b.txt")
    assert get_file(origin=origin, cache_subdir=str(tmp_path / "d")) == str(tmp_path / "d" / "a.txt")


def test_a_cache_that_cannot_be_written(server, tmp_path, monkeypatch):
    server.files["a.txt"] = TEXT
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "temporary"))
    (tmp_path / "file").write_text("no folder")
    path = get_file(origin=server.url + "a.txt", cache_dir=tmp_path / "file")
    assert path == str(tmp_path / "temporary" / ".keraunos" / "datasets" / "a.txt")


@pytest.mark.parametrize("hashes", [
    {"file_hash": SHA}, {"file_hash": SHA.upper()}, {"file_hash": MD5}, {"md5_hash": MD5},
    {"file_hash": SHA, "hash_algorithm": "sha256"}, {"file_hash": MD5, "hash_algorithm": "md5"},
])  # fmt: skip
def test_hashes(server, home, hashes):
    server.files["a.txt"] = TEXT
    (home / "datasets").mkdir(parents=True)
    (home / "datasets" / "a.txt").write_bytes(b"old")
    for _ in range(2):
        assert open(get_file(origin=server.url + "a.txt", **hashes), "rb").read() == TEXT
    assert len(server.asked) == 1
    server.files["b.txt"] = TEXT[:-1]
    with pytest.raises(OSError, match="another (SHA-256|MD5) than expected"):
        get_file(origin=server.url + "b.txt", **hashes)
    assert os.listdir(home / "datasets") == ["a.txt"]


def test_a_cut_connection_is_no_file(server, home):
    server.files["a.txt"], server.cut = TEXT, 100
    for hashes in ({}, {"file_hash": SHA}):
        with pytest.raises(OSError, match="cut off|incomplete|100"):
            get_file(origin=server.url + "a.txt", **hashes)
        assert os.listdir(home / "datasets") == ["a.txt.part"]
    # Only a hash tells whether the rest belongs to the same file.
    server.cut = None
    get_file(origin=server.url + "a.txt")
    assert server.asked[-1][1] is None
    (home / "datasets" / "a.txt").rename(home / "datasets" / "a.txt.part")
    with open(home / "datasets" / "a.txt.part", "r+b") as part:
        part.truncate(100)
    assert open(get_file(origin=server.url + "a.txt", file_hash=SHA), "rb").read() == TEXT
    assert server.asked[-1][1] == "bytes=100-"


@pytest.mark.parametrize("name", [None, "x.tgz", "x"])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_archives(server, home, name, kind):
    members = {"top/a.txt": TEXT, "top/deep/b.txt": b"b", "./c.txt": b"c"}
    server.files["set.tgz"] = tar({"top": None, **members}) if kind == "tar" else packed(members)
    places = {None: "set.tgz", "x.tgz": "x_extracted", "x": "x"}
    for _ in range(2):
        path = get_file(name, server.url + "set.tgz", extract=True)
        assert path == str(home / "datasets" / places[name])
        assert set(tree(path)) - {"own"} == {"c.txt", "top/a.txt", "top/deep/b.txt"}
        assert open(f"{path}/top/a.txt", "rb").read() == TEXT
        open(f"{path}/own", "a").close()
    assert len(server.asked) == 1 and "own" in tree(path)  # unpacked once: what was added stays
    files = {None: "set.tgz_archive", "x.tgz": "x.tgz", "x": "x_archive"}
    assert sorted(os.listdir(home / "datasets")) == sorted([places[name], files[name]])


def test_a_new_archive_replaces_what_was_unpacked(server):
    for content in (b"1", b"2"):
        server.files["set.tar"] = tar({content.decode(): content}, "w")
        path = get_file(origin=server.url + "set.tar", untar=True, force_download=True)
        assert tree(path) == [content.decode()]


def test_what_is_no_archive(server):
    server.files["a.zip"], server.files["b"] = packed({"a": b""}), TEXT
    no_tar, nothing = {"extract": True, "archive_format": "tar"}, {"extract": True, "archive_format": None}
    for name, arguments in (
        ("b", {"extract": True}),
        ("a.zip", no_tar),
        ("a.zip", {"untar": True}),
        ("a.zip", nothing),
    ):
        with pytest.warns(UserWarning, match="is no archive") as warned:
            get_file(origin=server.url + name, **arguments)
        assert warned[0].filename == __file__


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/evil", "a/..", "..\\evil", "C:\\evil", "C:/evil"])
@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_names_that_lead_out_are_refused(tmp_path, name, kind):
    members = {"good": b"good", name: b"evil"}
    (tmp_path / "archive").write_bytes(tar(members) if kind == "tar" else packed(members))
    with pytest.raises(ValueError, match="outside of its folder"):
        extract(tmp_path / "archive", tmp_path / "in" / "folder")
    assert tree(tmp_path) == ["archive"]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_left_out(tmp_path, kind):
    (tmp_path / "outside").mkdir()
    members = {"d": link(str(tmp_path / "outside"), kind), "d/evil": b"evil", "good": b"good"}
    (tmp_path / "archive").write_bytes(tar(members))
    with pytest.warns(UserWarning, match="left out: d"):
        assert extract(tmp_path / "archive", tmp_path / "folder")
    assert tree(tmp_path / "folder") == ["d/evil", "good"] and not tree(tmp_path / "outside")


@pytest.mark.parametrize("kind", ["tar", "zip"])
def test_damaged_archives_leave_nothing(tmp_path, kind):
    members = {"good": b"good", "big": os.urandom(100_000)}
    content = bytearray(tar(members) if kind == "tar" else packed(members))
    content[50_000:60_000] = bytes(10_000)
    (tmp_path / "archive").write_bytes(content if kind == "zip" else content[:70_000])
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "old").write_text("old")
    with pytest.raises(ValueError, match="cannot be unpacked"):
        extract(tmp_path / "archive", tmp_path / "folder")
    assert tree(tmp_path) == ["archive", "folder/old"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"origin": None}, "origin"),
        ({"origin": "http://127.0.0.1:9/"}, "fname must be"),
        ({"fname": "a/b"}, "fname must be"),
        ({"fname": ".."}, "fname must be"),
        ({"hash_algorithm": "sha1"}, "hash_algorithm"),
        ({"extract": True, "archive_format": "rar"}, "archive_format"),
    ],
)
def test_arguments(server, arguments, message):
    server.files["a"] = TEXT
    with pytest.raises(ValueError, match=message):
        get_file(**{"origin": server.url + "a", **arguments})
