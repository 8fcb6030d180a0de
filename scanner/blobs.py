"""Opens the blobs of a container image by their names: files of a directory, or members of a tar archive.

An archive may be packed. Nothing is unpacked to a disk, and no name leads out.
"""

from __future__ import annotations

import os
import posixpath
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Final

from scanner import decode, source
from scanner.model import ScanError
from scanner.packing import is_packed, pieces
from scanner.syntax import tar
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

    from scanner.syntax.tar import Member, Stream

# Real manifests are some kilobytes; a link leads to a blob, or to a link of an older form of the same name.
_LARGEST_MANIFEST: Final = 4 << 20
_MOST_LINKS: Final = 8
_MOST_TROUBLES: Final = 8
# Of one archive: how much is unpacked, and how many members are looked at.
_MOST_BYTES: Final = 32 << 30
_MOST_MEMBERS: Final = 2_000_000
_PIECE: Final = 1 << 18
_BUFFER: Final = 1 << 16


class Blobs:
    """The blobs of a directory; `troubles` are sentences about what was passed over."""

    def __init__(self, path: str, shown: str) -> None:
        """Keep the path; a blob is opened when it is asked for."""
        self.path = path
        self.shown = shown
        self.troubles: list[str] = []
        self._unpacked = 0
        self._members = 0

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return os.path.isfile(os.path.join(self.path, name))

    def open(self, name: str) -> BinaryIO:
        """Open a blob. Raises ScanError when it is not there, or a link that leads out."""
        real, top = os.path.realpath(os.path.join(self.path, name)), os.path.realpath(self.path)
        if not real.startswith(top.rstrip(os.sep) + os.sep) or not os.path.isfile(real):
            msg = f"{quoted(name)} is not there, or is a link that leads elsewhere."
            raise ScanError(msg)
        return open(real, "rb")

    def json(self, name: str) -> object:
        """Return the document of a blob. Raises ScanError, and `ShapeError` when it is none."""
        with self.open(name) as blob:
            content = blob.read(_LARGEST_MANIFEST + 1)
        if len(content) > _LARGEST_MANIFEST:
            msg = f"{quoted(name)} is larger than any manifest."
            raise ScanError(msg)
        return decode.from_json(content.decode("utf-8", "replace"))

    def stream(self, file: BinaryIO, name: str) -> Stream:
        """Return the bytes of an open file, unpacked where it is packed."""
        packed = is_packed(file.read(4))
        file.seek(0)
        return tar.Stream(self._counted(pieces(file, name, _PIECE, _MOST_BYTES))) if packed else tar.FileStream(file)

    def members(self, stream: Stream) -> Iterator[Member]:
        """Yield the members of an archive. Raises ScanError where there are more than any real one has."""
        for member in tar.members(stream):
            self._members += 1
            if self._members > _MOST_MEMBERS:
                msg = f"More than {_MOST_MEMBERS:,} files are in the image."
                raise ScanError(msg)
            yield member

    def _counted(self, unpacked: Iterable[bytes]) -> Iterator[bytes]:
        for piece in unpacked:
            self._unpacked += len(piece)
            if self._unpacked > _MOST_BYTES:
                msg = f"The image unpacks to more than {_MOST_BYTES >> 30} GiB."
                raise ScanError(msg)
            yield piece


class ArchivedBlobs(Blobs):
    """The blobs of a tar archive. Of a packed one, whatever lies before a blob is unpacked again to reach it."""

    def __init__(self, path: str, shown: str) -> None:
        """List the members. Raises ScanError or `TarError` where they cannot be listed to the end."""
        super().__init__(path, shown)
        self._listed: dict[str, Member] = {}
        with open(path, "rb") as file:
            for member in self.members(self.stream(file, shown)):
                name = inner(member.name)
                if name is not None and not member.name.startswith("/"):
                    self._listed[name] = member
                elif len(self.troubles) < _MOST_TROUBLES:
                    self.troubles.append(f"{quoted(member.name)} leads out of the archive and is passed over.")

    def has(self, name: str) -> bool:
        """Tell whether there is a file of this name."""
        return self._member(name) is not None

    def open(self, name: str) -> BinaryIO:
        """Open a blob. Raises ScanError when it is not there."""
        member = self._member(name)
        if member is None:
            msg = f"{quoted(name)} is not in the archive."
            raise ScanError(msg)
        return BufferedReader(_Window(self, member), _BUFFER)

    def _member(self, name: str) -> Member | None:
        for _ in range(_MOST_LINKS):
            member = self._listed.get(posixpath.normpath(name))
            if member is None or member.kind is tar.Kind.FILE:
                return member
            # A link names its target as seen from its own folder, a second name of a file from the top.
            folder = posixpath.dirname(name) if member.kind is tar.Kind.SYMLINK else ""
            name = posixpath.join(folder, member.target)
        return None


class _Window(RawIOBase):
    """One member of an archive as a file."""

    def __init__(self, blobs: ArchivedBlobs, member: Member) -> None:
        self._blobs, self._member = blobs, member
        self._file = open(blobs.path, "rb")  # noqa: SIM115 -- closed with the window
        self._stream = blobs.stream(self._file, blobs.shown)
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        start = self._member.start + self._position
        if start < self._stream.position:
            self._file.seek(0)
            self._stream = self._blobs.stream(self._file, self._blobs.shown)
        self._stream.skip(start - self._stream.position)
        view = memoryview(buffer).cast("B")
        data = self._stream.read(min(len(view), max(0, self._member.size - self._position)))
        view[: len(data)] = data
        self._position += len(data)
        return len(data)

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        # Going there waits for the next reading: who asks for the size comes back at once.
        self._position = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._member.size}[whence]
        return self._position

    def close(self) -> None:
        self._file.close()
        super().close()


def inner(name: str) -> str | None:
    """Return a path inside of an archive in its one form, empty for the top; None where it leads out."""
    path = posixpath.normpath(name.lstrip("/") or ".")
    if path == ".":
        return ""
    return None if path == ".." or path.startswith("../") or "\0" in path else path


def opened(path: str, shown: str) -> Blobs:
    """Open a directory or an archive. Raises ScanError, `TarError` or OSError when that cannot be done."""
    return Blobs(path, shown) if os.path.isdir(path) else ArchivedBlobs(path, shown)


def is_archive(path: str) -> bool:
    """Tell by the first bytes, unpacked where they are packed."""
    head = source.head(path, tar.BLOCK)
    if not is_packed(head):
        return tar.is_tar(head)
    try:
        with open(path, "rb") as file:
            return tar.is_tar(next(pieces(file, path, tar.BLOCK, _MOST_BYTES), b""))
    except (OSError, ScanError):
        return False
