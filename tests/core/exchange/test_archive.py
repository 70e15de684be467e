import io
import stat
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attrprompt.errors import InputError
from attrprompt.exchange.archive import open_archive, pack_archive, unpack_archive

NAMES = st.text(st.characters(categories=("L", "N"), include_characters=" -"), min_size=1, max_size=20).map(
    lambda name: f"{name}.txt"
)


def make_zip(path: Path, entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def special(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (mode | 0o777) << 16
    return entry


@given(st.dictionaries(NAMES, st.binary(max_size=200), min_size=1, max_size=5))
@settings(deadline=None, max_examples=30)
def test_what_was_packed_unpacks_to_the_same_bytes(files: dict[str, bytes]):
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        place = root / "nyt" / "location "
        place.mkdir(parents=True)
        for file, content in files.items():
            (place / file).write_bytes(content)
        packed = io.BytesIO()
        assert pack_archive(root / "nyt", packed) == len(files)
        unpack_archive(packed, root / "out")
        assert {each.name: each.read_bytes() for each in (root / "out/nyt/location ").iterdir()} == files
        again = io.BytesIO()
        pack_archive(root / "nyt", again)
        assert again.getvalue() == packed.getvalue()


def test_an_opened_archive_leaves_its_outer_folder_out_and_is_gone_afterwards(tmp_path: Path):
    source = make_zip(tmp_path / "a.zip", [("nyt/label.txt", b"a"), ("__MACOSX/nyt/._label.txt", b"x")])
    with open_archive(source) as folder:
        assert (folder / "label.txt").read_bytes() == b"a"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ("../evil.txt", "leads out of the folder"),
        ("a/../../evil.txt", "leads out of the folder"),
        ("/etc/evil.txt", "leads out of the folder"),
        ("C:/evil.txt", "leads out of the folder"),
        ("..\\evil.txt", "leads out of the folder"),
        (special("link", stat.S_IFLNK), "a link or a special file"),
        (special("pipe", stat.S_IFIFO), "a link or a special file"),
        ("x" * 300, "name too long"),
        ("/".join(["d" * 100] * 12), "name too long"),
    ],
)
def test_paths_and_links_that_lead_elsewhere_are_refused(tmp_path: Path, entry: str | zipfile.ZipInfo, part: str):
    source = make_zip(tmp_path / "a.zip", [("good.txt", b"x"), (entry, b"/etc/passwd")])
    with pytest.raises(InputError, match=part):
        unpack_archive(source, tmp_path / "out")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.zip"]


def test_bombs_are_stopped_by_what_they_really_unpack_to(tmp_path: Path):
    source = make_zip(tmp_path / "bomb.zip", [("zeros", b"\0" * 50_000_000)])
    with pytest.raises(InputError, match="unpacks to over"):
        unpack_archive(source, tmp_path / "out")
    data = bytearray(source.read_bytes())
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(signature) + offset
        data[at : at + 4] = (10).to_bytes(4, "little")
    (tmp_path / "liar.zip").write_bytes(data)
    with pytest.raises(InputError):
        unpack_archive(tmp_path / "liar.zip", tmp_path / "out")
    small = make_zip(tmp_path / "small.zip", [("a", b"x" * 2_000_000)])
    with pytest.raises(InputError, match="unpacks to over"):
        unpack_archive(small, tmp_path / "out", max_bytes=1_000_000)
    many = make_zip(tmp_path / "many.zip", [(f"f{n}", b"") for n in range(30)])
    with pytest.raises(InputError, match="30 files; at most 20"):
        unpack_archive(many, tmp_path / "out", max_files=20)
    assert not (tmp_path / "out").exists()


def test_archives_that_cannot_be_read_get_one_sentence(tmp_path: Path):
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match="no usable zip archive"):
        unpack_archive(tmp_path / "text.zip", tmp_path / "out")
    with pytest.raises(InputError, match="cannot be unpacked"):
        unpack_archive(tmp_path / "none.zip", tmp_path / "out")
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = make_zip(tmp_path / "twice.zip", [("a", b"1"), ("a", b"2")])
    with pytest.raises(InputError, match="'a' twice"):
        unpack_archive(twice, tmp_path / "out")
    file_and_folder = make_zip(tmp_path / "both.zip", [("a", b"1"), ("a/b", b"2")])
    with pytest.raises(InputError, match="'a/b' twice"):
        unpack_archive(file_and_folder, tmp_path / "out")
    damaged = make_zip(tmp_path / "damaged.zip", [("a", bytes(range(256)) * 50)])
    data = bytearray(damaged.read_bytes())
    data[60] ^= 0xFF
    damaged.write_bytes(data)
    with pytest.raises(InputError, match="no usable zip archive"):
        unpack_archive(damaged, tmp_path / "out")
    locked = make_zip(tmp_path / "locked.zip", [("a", b"1")])
    data = bytearray(locked.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(data)
    with pytest.raises(InputError, match="encrypted"):
        unpack_archive(locked, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_packing_names_a_missing_folder_and_leaves_links_out(tmp_path: Path):
    with pytest.raises(InputError, match="There is no folder"):
        pack_archive(tmp_path / "none", tmp_path / "a.zip")
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "a.txt").write_text("x", encoding="utf-8")
    (tmp_path / "f" / "link").symlink_to("/etc/passwd")
    assert pack_archive(tmp_path / "f", tmp_path / "a.zip") == 1
