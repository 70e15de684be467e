import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from attrprompt.errors import InputError
from attrprompt.exchange.rows.formats import text_files
from attrprompt.exchange.rows.formats.text_files import examine_text
from attrprompt.exchange.rows.record_source import ReadOptions
from attrprompt.exchange.rows.row_sources import open_records

TEXTS = {
    "cp1252": "The café’s “best” price is 5 €.",
    "cp1250": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "cp1251": "Вчера вечером команда выиграла кубок.",
    "koi8_r": "Вчера вечером команда выиграла кубок.",
    "cp1253": "Χθες το βράδυ η ομάδα κέρδισε το κύπελλο.",
    "cp1255": "אתמול בערב הקבוצה זכתה בגביע לאחר הארכה.",
    "cp1256": "فاز الفريق بالكأس مساء أمس بعد الوقت الإضافي.",
    "cp932": "昨日の夜、チームは延長戦の末に優勝した。",
    "euc_jp": "昨日の夜、チームは延長戦の末に優勝した。",
    "gb18030": "昨天晚上,球队在加时赛后赢得了冠军。",
    "big5": "昨天晚上,球隊在加時賽後贏得了冠軍。",
    "cp949": "어젯밤 팀이 연장전 끝에 우승했다.",
    "utf-16-le": "won the cup é",
    "utf-16-be": "won the cup é",
}


@pytest.mark.parametrize("encoding", TEXTS)
@pytest.mark.parametrize("rows", [1, 60])
def test_other_encodings_are_guessed_and_said(tmp_path: Path, encoding: str, rows: int):
    content = "text;label\n" + f"{TEXTS[encoding]};x\n" * rows
    (tmp_path / "r.csv").write_bytes(content.encode(encoding))
    source = open_records(tmp_path / "r.csv")
    assert [record.values["text"] for record in source] == [TEXTS[encoding]] * rows
    assert source.is_guessed
    assert "which is a guess" in source.notes[0] and "--encoding" in source.notes[0]


@pytest.mark.parametrize(
    "text", ["El niño comió; ¿qué pasó?", "Die Straße ist für Fußgänger.", "På ön växer två ärliga åkrar.", "é", "£5"]
)
def test_western_texts_are_read_as_windows_1252(tmp_path: Path, text: str):
    (tmp_path / "r.jsonl").write_bytes(f'{{"text": "{text}"}}\n'.encode("cp1252"))
    assert [record.values["text"] for record in open_records(tmp_path / "r.jsonl")] == [text]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_a_file_says_of_its_encoding_needs_no_guess(tmp_path: Path, encoding: str):
    (tmp_path / "r.csv").write_text("text,label\né 昨,x\n", encoding=encoding)
    source = open_records(tmp_path / "r.csv")
    assert [record.values["text"] for record in source] == ["é 昨"]
    assert source.is_guessed is False
    assert source.notes == ([] if encoding.startswith("utf-8") else [f"'r.csv' was read as {encoding.upper()}."])


def test_a_person_names_the_encoding(tmp_path: Path):
    (tmp_path / "r.csv").write_bytes("text,label\nGüneş,x\n".encode("cp1254"))
    for name in ("Windows-1254", "cp1254"):
        source = open_records(tmp_path / "r.csv", ReadOptions(encoding=name))
        assert [record.values["text"] for record in source] == ["Güneş"]
        assert not source.notes
    with pytest.raises(InputError, match=r"is not UTF-16 \(byte"):
        open_records(tmp_path / "r.csv", ReadOptions(encoding="utf-16"))
    for nonsense in ("nonsense", "base64", "rot13", "\0"):
        with pytest.raises(InputError, match="There is no encoding"):
            open_records(tmp_path / "r.csv", ReadOptions(encoding=nonsense))


def test_damage_in_utf8_is_told_and_not_read_as_something_else(tmp_path: Path):
    (tmp_path / "r.csv").write_bytes(b"text,label\n" + "é,x\n".encode() * 90 + b"\xff,x\n")
    with pytest.raises(InputError, match=r"is not UTF-8 \(byte 462 fits"):
        open_records(tmp_path / "r.csv")


@pytest.mark.parametrize("name", ["r.jsonl", "r.jsonl.gz"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_a_packed_file_is_told_by_its_content(tmp_path: Path, name: str, is_packed: bool):
    content = b'{"text": "a"}\n'
    (tmp_path / name).write_bytes(gzip.compress(content) if is_packed else content)
    assert [record.values for record in open_records(tmp_path / name)] == [{"text": "a"}]


@pytest.mark.parametrize("head", [b"%PDF-1.7", b"\x89PNG\r\n", b"\xd0\xcf\x11\xe0", b"PK\x03\x04"])
def test_what_is_no_text_is_called_so(tmp_path: Path, head: bytes):
    (tmp_path / "r.jsonl").write_bytes(head + bytes(range(256)))
    with pytest.raises(InputError, match="is no text but an archive"):
        open_records(tmp_path / "r.jsonl")


@pytest.mark.parametrize(("ending", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)])
def test_packed_files_are_read_and_damaged_ones_told(tmp_path: Path, ending: str, pack):
    path = tmp_path / f"r.jsonl.{ending}"
    packed = pack(b"".join(b'{"text": "text %d"}\n' % number for number in range(2_000)))
    path.write_bytes(packed)
    assert sum(1 for _ in open_records(path)) == 2_000
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="damaged or cut off"):
        list(open_records(path))


def test_a_file_that_was_made_to_fill_the_disk_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text_files, "_FREE_UNPACKED", 1024**2)
    (tmp_path / "r.csv.gz").write_bytes(gzip.compress(b"text,label\n" + b"a,b\n" * 1_000_000))
    with pytest.raises(InputError, match="unpacks to more than 1 MB"):
        open_records(tmp_path / "r.csv.gz")


@pytest.mark.parametrize(
    ("content", "feeds", "stand_in"),
    [
        (b"a\nb\n", True, False),
        (b"a\r\nb\r\n", True, False),
        (b"a\rb\r", False, False),
        (b"a\rb\n", True, True),
        (b"x" * (2**18 - 1) + b"\r\n", True, False),
        (b"a", True, False),
    ],
)
def test_line_ends_are_told_from_lone_carriage_returns(tmp_path: Path, content: bytes, feeds: bool, stand_in: bool):
    (tmp_path / "r.csv").write_bytes(content)
    layout = examine_text(tmp_path / "r.csv")
    assert (layout.has_line_feeds, bool(layout.stand_in)) == (feeds, stand_in)
