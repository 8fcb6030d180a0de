"""What a tar archive holds, read once from the front.

https://www.gnu.org/software/tar/manual/html_node/Standard.html, and for long names and large sizes
https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html. Python's `tarfile` keeps every member in memory and
reads extended headers of any size; an image of a container has a hundred thousand members and was made by a stranger.
"""

from __future__ import annotations

import os
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

BLOCK = 512
# Names and attributes of real files are some kilobytes.
_LONGEST_HEADER = 1 << 20
_LONGEST_SIZE = 19


class TarError(ValueError):
    """This is no tar archive, or a damaged one; the message is a sentence."""


class Kind(Enum):
    """What a member is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    SYMLINK = "symlink"
    OTHER = "other"


class Member(NamedTuple):
    """One member: its name as written, what it links to, its size, and at which byte its content begins."""

    name: str
    kind: Kind
    target: str
    size: int
    start: int


_KINDS = {b"0": Kind.FILE, b"\0": Kind.FILE, b"7": Kind.FILE, b"1": Kind.LINK, b"2": Kind.SYMLINK, b"5": Kind.FOLDER}
_LONG_NAMES = {b"L": "path", b"K": "linkpath"}


class Stream:
    """Bytes that are read once, in pieces that come as they come; `position` counts those that are read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        """Begin with the first piece."""
        self.position = 0
        self._pieces = pieces
        self._piece = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        found: list[bytes] = []
        while size > 0 and (self._at < len(self._piece) or self._next()):
            part = self._piece[self._at : self._at + size]
            found.append(part)
            self._at += len(part)
            size -= len(part)
        read = b"".join(found)
        self.position += len(read)
        return read

    def skip(self, size: int) -> int:
        """Pass over bytes; return how many there were."""
        left = size
        while left > 0 and (self._at < len(self._piece) or self._next()):
            step = min(left, len(self._piece) - self._at)
            self._at += step
            left -= step
        self.position += size - left
        return size - left

    def _next(self) -> bool:
        self._piece, self._at = next(self._pieces, b""), 0
        return bool(self._piece)


class FileStream(Stream):
    """The bytes of a file, which can be passed over without being read."""

    def __init__(self, file: BinaryIO) -> None:
        """Begin with the file's first byte."""
        super().__init__(iter(()))
        self._file = file
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)

    def read(self, size: int) -> bytes:
        """Return the next bytes, fewer only at the end."""
        data = self._file.read(size)
        self.position += len(data)
        return data

    def skip(self, size: int) -> int:
        """Pass over bytes; return how many there were."""
        size = min(size, self._size - self.position)
        self.position = self._file.seek(self.position + size)
        return size


def is_tar(head: bytes) -> bool:
    """Tell by the first block."""
    return any(head[:BLOCK]) and _is_header(head[:BLOCK])


def members(stream: Stream) -> Iterator[Member]:
    """Yield the members in their order; the content of the last one may be read from the stream meanwhile.

    Raises `TarError` where the archive is damaged.
    """
    extended: dict[str, str] = {}
    while (header := _header(stream)) is not None:
        flag, size = header[156:157], _number(header[124:136])
        if flag in _LONG_NAMES:
            extended[_LONG_NAMES[flag]] = _text(_content(stream, size))
        elif flag == b"x":
            extended |= _records(_content(stream, size))
        elif flag == b"g":
            # What it says of all members is nothing that is asked for here.
            _content(stream, size)
        else:
            member = _member(header, extended, size, stream.position)
            yield member
            _go(stream, member.start + member.size + -member.size % BLOCK)
            extended = {}


def _header(stream: Stream) -> bytes | None:
    block = stream.read(BLOCK)
    if not any(block):
        # Two blocks of zeros are the end; some tools forget them.
        return None
    if not _is_header(block):
        msg = "The archive is cut off." if len(block) < BLOCK else "The archive is damaged: a header is none."
        raise TarError(msg)
    return block


def _is_header(block: bytes) -> bool:
    if len(block) < BLOCK:
        return False
    written = block[148:156].partition(b"\0")[0].strip()
    # The sum is made with blanks in its own place.
    return written.lstrip(b"0") == b"%o" % (sum(block) - sum(block[148:156]) + 8 * 0x20)


def _content(stream: Stream, size: int) -> bytes:
    if size > _LONGEST_HEADER:
        msg = f"The archive has a header of {size >> 20:,} MiB."
        raise TarError(msg)
    data = stream.read(size)
    _go(stream, stream.position + -size % BLOCK)
    if len(data) < size:
        msg = "The archive is cut off."
        raise TarError(msg)
    return data


def _go(stream: Stream, position: int) -> None:
    left = position - stream.position
    if left > 0 and stream.skip(left) < left:
        msg = "The archive is cut off."
        raise TarError(msg)


def _member(header: bytes, extended: dict[str, str], size: int, start: int) -> Member:
    kind = _KINDS.get(header[156:157], Kind.OTHER)
    if "size" in extended:
        text = extended["size"]
        if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_SIZE):
            msg = "The archive is damaged: a size is no number."
            raise TarError(msg)
        size = int(text)
    name = extended.get("path") or _name(header)
    if kind is Kind.FILE and name.endswith("/"):
        kind = Kind.FOLDER
    # What is said to be the size of a link is that of its target.
    content = size if kind in {Kind.FILE, Kind.OTHER} else 0
    return Member(name, kind, extended.get("linkpath") or _text(header[157:257]), content, start)


def _name(header: bytes) -> str:
    prefix = _text(header[345:500]) if header[257:263] == b"ustar\0" else ""
    name = _text(header[:100])
    return f"{prefix}/{name}" if prefix else name


def _number(field: bytes) -> int:
    if field[:1] == b"\x80":
        return int.from_bytes(field[1:], "big")
    text = field.partition(b"\0")[0].strip()
    if text.strip(b"01234567"):
        msg = "The archive is damaged: a size is no number."
        raise TarError(msg)
    return int(text or b"0", 8)


def _records(content: bytes) -> dict[str, str]:
    # `30 path=usr/lib/...` and a line feed; the number counts all of it.
    found: dict[str, str] = {}
    place = 0
    while place < len(content):
        length, space, _ = content[place : place + 12].partition(b" ")
        if not space or not length.isdigit() or int(length) <= len(length) + 1:
            break
        key, _, value = content[place + len(length) + 1 : place + int(length) - 1].partition(b"=")
        if key in {b"path", b"linkpath", b"size"}:
            found[key.decode()] = value.decode("utf-8", "replace")
        place += int(length)
    return found


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "replace")
