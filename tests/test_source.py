"""Laws of the room that opens files and places what stands in them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import source as room
from scanner.model import Location, ScanError
from scanner.source import Source, head, read

if TYPE_CHECKING:
    from pathlib import Path

lines = st.lists(st.text(alphabet="ab é数", max_size=4), min_size=1, max_size=6)


@given(lines, st.sampled_from(["\n", "\r\n", "\r"]), st.data())
def test_a_span_stands_where_its_text_stands(texts: list[str], newline: str, data: st.DataObject) -> None:
    source = Source("f", newline.join(texts).encode())
    number = data.draw(st.integers(0, len(texts) - 1))
    start = data.draw(st.integers(0, len(texts[number])))
    end = data.draw(st.integers(start, len(texts[number])))
    offset = sum(len(line) + len(newline) for line in texts[:number])
    assert source.span(offset + start, offset + end) == Location("f", number + 1, start + 1, end + 1)


@pytest.mark.parametrize("newline", [b"\n", b"\r", b"\r\n"])
def test_a_long_stretch_ends_with_its_first_line(newline: bytes) -> None:
    assert Source("f", b"abc" + newline + b"def").span(1, 6) == Location("f", 1, 2, 4)


def test_a_file_and_a_line_are_places_too() -> None:
    assert Source("f", b"").location == Location("f")
    assert Source("f", b"").line(3) == Location("f", 3)
    assert Source("f", b"").span(0, 0) == Location("f", 1, 1, 1)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"django\n", "django\n"),
        ("ü".encode(), "ü"),
        ("ü".encode("latin-1"), "ü"),
        ("\ufeffü".encode(), "ü"),
        ("ü\r\n".encode("utf-16"), "ü\r\n"),
        (b"\xfe\xff" + "ü".encode("utf-16-be"), "ü"),
        ("ü".encode("utf-32"), "ü"),
        (b"\xff\xfea\x00b", "a\ufffd"),
        (b"", ""),
    ],
)
def test_text_is_read_by_its_mark_else_as_utf_8_else_as_latin_1(data: bytes, text: str) -> None:
    assert Source("f", data).text == text


@given(st.binary())
def test_any_bytes_are_text_that_can_be_written(data: bytes) -> None:
    Source("f", data).text.encode()


def test_a_file_is_read_under_the_name_that_users_know(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x")
    source = read(str(tmp_path / "a.txt"), "sub/a.txt")
    assert (source.path, source.data) == ("sub/a.txt", b"x")
    assert read(str(tmp_path / "a.txt")).path == str(tmp_path / "a.txt").replace(os.sep, "/")


def test_what_is_no_regular_file_is_a_sentence(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in [
        (str(tmp_path / "none"), "does not exist"),
        (str(tmp_path), "is a directory"),
        (str(tmp_path / "pipe"), "is not a regular file"),
        ("/dev/null", "is not a regular file"),
        ("a\0b", "not a valid path"),
        ("x" * 5000, "File name too long"),
    ]:
        with pytest.raises(ScanError, match=rf"^X .*{reason}.*\.$"):
            read(path, "X")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    monkeypatch.setattr(room, "MAX_BYTES", 2)
    with pytest.raises(ScanError, match="larger than"):
        read(str(tmp_path / "a"))


def test_a_link_that_leaves_the_root_is_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "rooted").write_bytes(b"secret")
    (root / "in").write_bytes(b"x")
    (root / "out").symlink_to(tmp_path / "rooted")
    (root / "within").symlink_to(root / "in")
    assert read(str(root / "within"), root=str(root)).data == b"x"
    assert read(str(root / "in"), root="/").data == b"x"
    for path in (root / "out", root / ".." / "rooted"):
        with pytest.raises(ScanError, match="outside"):
            read(str(path), "f", root=str(root))
    with pytest.raises(ScanError, match="outside"):
        read("a\0b", "f", root=str(root))


def test_the_head_is_a_few_bytes_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 10)
    assert head(str(tmp_path / "a"), 3) == b"xxx"
    assert head(str(tmp_path)) == head(str(tmp_path / "none")) == head("a\0b") == b""


def test_what_lies_beside_a_file_is_read_within_its_root(tmp_path: Path) -> None:
    for name in ("top/a/pom.xml", "top/parent.xml", "outside.xml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    source = read(str(tmp_path / "top/a/pom.xml"), "a/pom.xml", root=str(tmp_path / "top"))
    parent = source.beside("../parent.xml")
    assert parent is not None
    assert (parent.path, parent.text) == ("parent.xml", "top/parent.xml")
    again = parent.beside("a/pom.xml")
    assert again is not None
    assert again.path == "a/pom.xml"
    assert source.beside("../../outside.xml") is None
    assert source.beside("missing.xml") is None
    assert source.beside("..") is None
    assert source.beside("\0") is None


def test_a_link_that_leads_out_of_the_root_is_not_read_beside_a_file(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "top/file").write_text("file")
    (tmp_path / "top/link").symlink_to(tmp_path / "secret")
    assert read(str(tmp_path / "top/file"), root=str(tmp_path / "top")).beside("link") is None


def test_input_without_a_disk_has_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("file")
    assert Source("-", b"").beside(str(tmp_path / "file")) is None
    assert read(str(tmp_path / "file")).beside("file") is None


def test_a_file_that_the_user_named_may_lie_anywhere(tmp_path: Path) -> None:
    (tmp_path / "top").mkdir()
    (tmp_path / "named").write_text("named")
    with pytest.raises(ScanError):
        read(str(tmp_path / "named"), root=str(tmp_path / "top"))
    assert read(str(tmp_path / "named"), root=str(tmp_path / "top"), trusted=True).text == "named"
