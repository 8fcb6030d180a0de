"""Tar archives: the same members as Python's own reader has; damage is an error, never a loop."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.syntax import tar
from scanner.syntax.tar import FileStream, Kind, Member, Stream, TarError

if TYPE_CHECKING:
    from collections.abc import Iterable

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=200).filter(
    lambda name: name.strip("/") != ""
)
files = st.lists(st.tuples(names, st.binary(max_size=2000)), max_size=6)


def archive(content: Iterable[tuple[str, bytes]], form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as written:
        for name, data in content:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            written.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


def in_pieces(data: bytes, size: int) -> Stream:
    return Stream(iter([data[start : start + size] for start in range(0, len(data), size)]))


def read(stream: Stream) -> list[tuple[str, bytes]]:
    return [(member.name, stream.read(member.size)) for member in tar.members(stream)]


@given(files, st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]), st.integers(1, 5000))
def test_members_are_those_that_were_written(content: list[tuple[str, bytes]], form: int, size: int) -> None:
    data = archive(content, form)
    with tarfile.open(fileobj=io.BytesIO(data)) as written:
        wanted = [(member.name.rstrip("/"), content[number][1]) for number, member in enumerate(written)]
    for stream in (in_pieces(data, size), FileStream(io.BytesIO(data))):
        assert [(name.rstrip("/"), found) for name, found in read(stream)] == [
            (name, found if not content[number][0].endswith("/") else b"")
            for number, (name, found) in enumerate(wanted)
        ]


@given(st.lists(st.integers(0, 3000)), st.integers(1, 700))
def test_a_stream_gives_each_byte_once(steps: list[int], size: int) -> None:
    data = bytes(range(256)) * 40
    streams = (in_pieces(data, size), FileStream(io.BytesIO(data)))
    place = 0
    for number, step in enumerate(steps):
        wanted = data[place : place + step]
        place += len(wanted)
        for stream in streams:
            if number % 2:
                assert stream.skip(step) == len(wanted)
            else:
                assert stream.read(step) == wanted
            assert stream.position == place


@given(st.binary(max_size=3000))
def test_any_bytes_end(data: bytes) -> None:
    with pytest.raises(TarError) if any(data[: tar.BLOCK]) and not tar.is_tar(data) else _nothing():
        list(tar.members(in_pieces(data, 512)))


class _nothing:  # noqa: N801 -- stands where `pytest.raises` stands
    def __enter__(self) -> None:
        return

    def __exit__(self, *_: object) -> bool:
        return True


@given(files, st.integers(0, 20_000), st.binary(min_size=1, max_size=20))
def test_a_damaged_archive_ends(content: list[tuple[str, bytes]], place: int, wound: bytes) -> None:
    data = archive(content)
    place %= len(data)
    damaged = data[:place] + wound + data[place + len(wound) :]
    try:
        found = read(in_pieces(damaged, 700))
    except TarError:
        return
    assert len(found) <= len(damaged) // tar.BLOCK


def test_links_and_folders_have_no_content() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as written:
        for name, kind in (
            ("a", tarfile.SYMTYPE),
            ("b", tarfile.LNKTYPE),
            ("c", tarfile.DIRTYPE),
            ("d", tarfile.FIFOTYPE),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "elsewhere"
            written.addfile(member)
    found = [(member.name, member.kind) for member in tar.members(FileStream(buffer))]
    assert found == [("a", Kind.SYMLINK), ("b", Kind.LINK), ("c/", Kind.FOLDER), ("d", Kind.OTHER)]


def signed(header: bytes) -> bytes:
    plain = header[:148] + b" " * 8 + header[156:]
    return header[:148] + b"%06o\0 " % sum(plain) + header[156:]


def test_large_sizes_are_read_and_negative_ones_never_lead_back() -> None:
    header = archive([("a", b"")], tarfile.GNU_FORMAT)[: tar.BLOCK]
    large = signed(header[:124] + b"\x80" + (1 << 40).to_bytes(11, "big") + header[136:])
    (member,) = _first(large)
    assert member.size == 1 << 40
    for number in (b"\xff" * 12, b"-0000000001\0", b"0000000008\0\0"):
        with pytest.raises(TarError):
            _first(signed(header[:124] + number + header[136:]))


def _first(data: bytes) -> list[Member]:
    return [next(tar.members(in_pieces(data, 512)))]


def test_a_long_header_is_refused_before_it_is_read() -> None:
    header = archive([("a", b"")], tarfile.GNU_FORMAT)[: tar.BLOCK]
    for flag in (b"x", b"g", b"L", b"K"):
        huge = signed(header[:124] + b"%011o\0" % (1 << 30) + header[136:156] + flag + header[157:])
        with pytest.raises(TarError, match="1,024 MiB"):
            _first(huge)


def test_an_archive_that_is_cut_off_says_so() -> None:
    data = archive([("a", b"x" * 1000), ("b", b"y" * 1000)])
    for end in (100, 700, 1600, 2200):
        with pytest.raises(TarError, match="cut off"):
            list(tar.members(FileStream(io.BytesIO(data[:end]))))
    # Two blocks of zeros belong to the end; some tools forget them.
    assert len(list(tar.members(FileStream(io.BytesIO(data[: 512 + 1024 + 512 + 1024]))))) == 2
