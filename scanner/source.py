"""Opens files: a path becomes a `Source`, and an offset in its text a `Location`."""

from __future__ import annotations

import codecs
import os
import stat
from bisect import bisect_right
from functools import cached_property, partial
from io import BytesIO
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Location, ScanError
from scanner.packing import is_packed, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

# Larger than the largest SBOM seen in the wild; what is larger is more likely not meant to be read.
MAX_BYTES = 2 << 30

# What parsers look at to tell formats apart.
HEAD = 4096
_PIECE = 1 << 20
# What is asked for in whole is nearly always read at once, and not put together.
_WHOLE = 1 << 26

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Disk(NamedTuple):
    """Where a file lies, and the directory within which it may name others."""

    path: str
    root: str


class Source:
    """The content of one file under the name that users know it by (with `/`).

    What is packed (gzip, Zstandard) is unpacked while it is read. `asked` is what a reader who has to do with few
    packages of many puts here: it tells by their numbers which of some purls anybody asks for. What is no purl is asked
    for. A parser may yield a `Passed` for what is not.
    """

    def __init__(self, path: str, data: bytes | Callable[[], BinaryIO], disk: Disk | None = None) -> None:
        """Take the bytes as they are, or what opens the file; nothing is read or decoded before it is asked for.

        Without a `disk` there is nothing beside it.
        """
        self.path = path
        self.asked: Callable[[Sequence[object]], Sequence[int]] | None = None
        self._content = data
        self._disk = disk

    @cached_property
    def head(self) -> bytes:
        """The first bytes."""
        return self.data[:HEAD] if isinstance(self._content, bytes) else next(self.pieces(HEAD), b"")

    @cached_property
    def data(self) -> bytes:
        """All bytes. Raises ScanError when they cannot be had."""
        return self._content if isinstance(self._content, bytes) else b"".join(self.pieces(_WHOLE))

    def pieces(self, size: int = _PIECE) -> Iterator[bytes]:
        """Read the bytes from the beginning, at most `size` at a time. Raises ScanError when they cannot be had."""
        if isinstance(self._content, bytes):
            yield from (self._content[start : start + size] for start in range(0, len(self._content), size))
            return
        try:
            with self._content() as file:
                yield from pieces(file, self.path, size, MAX_BYTES)
        except (OSError, ValueError) as error:
            raise _unreadable(self.path, error) from error

    def is_longer_than(self, size: int) -> bool:
        """Tell whether there are more bytes than so many, without keeping them."""
        if isinstance(self._content, bytes) or "data" in self.__dict__:
            return len(self.data) > size
        return any(read > size for read in accumulate(map(len, self.pieces())))

    def beside(self, relative: str) -> Source | None:
        """Read another file, by its path from this one's folder.

        None when there is none, when it lies outside of the directory that this one may look into,
        and when it is no file that can be read.
        """
        if self._disk is None:
            return None
        path = os.path.normpath(os.path.join(os.path.dirname(self._disk.path), relative))
        name = os.path.normpath(os.path.join(os.path.dirname(self.path), relative))
        try:
            return read(path, name, root=self._disk.root)
        except ScanError:
            return None

    @cached_property
    def text(self) -> str:
        """The text: by its byte order mark, else UTF-8, else Latin-1, which reads anything.

        Old files hold a stray Latin-1 letter in a comment; a package name is ASCII in each of them.
        """
        encoding = encoding_of(self.head)
        if encoding != "utf-8":
            return self.data.decode(encoding, "replace")
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return self.data.decode("latin-1")

    @property
    def location(self) -> Location:
        """The file as a whole."""
        return Location(self.path)

    def span(self, start: int, end: int) -> Location:
        """Place the text between two offsets of one line; a longer stretch ends with its first line."""
        line = bisect_right(self._line_starts, start)
        line_start = self._line_starts[line - 1]
        if line < len(self._line_starts):
            next_line = self._line_starts[line]
            end = min(end, next_line - (2 if self.text.startswith("\r\n", next_line - 2) else 1))
        return Location(self.path, line, start - line_start + 1, max(end, start) - line_start + 1)

    def line(self, number: int) -> Location:
        """Place a whole line."""
        return Location(self.path, number)

    @cached_property
    def _line_starts(self) -> list[int]:
        text = self.text
        if "\r" in text:
            # Editors and code scanning end a line at CR, CRLF and LF alike.
            text = text.replace("\r\n", " \n").replace("\r", "\n")
        starts = [0]
        position = text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = text.find("\n", position + 1)
        return starts


def encoding_of(head: bytes) -> str:
    """Return the encoding that a byte order mark tells; UTF-8 where there is none."""
    return next((encoding for bom, encoding in _BOMS if head.startswith(bom)), "utf-8")


def read(path: str, name: str | None = None, *, root: str | None = None, trusted: bool = False) -> Source:
    """Read a regular file, shown to users as `name`; what it names may lie in `root`, and so must itself.

    A `trusted` file is one that the user named: it may lie, or lead, anywhere.

    Raises `ScanError` when there is no such file, when it is a directory, a device or a pipe, when
    it is too large, and when its real path leaves `root`.
    """
    name = name or path
    if root is not None and not trusted and not _inside(path, root):
        msg = f"{name} lies outside of {root} and is not read."
        raise ScanError(msg)
    try:
        status = os.stat(path)
        _check(status, name)
        opened = partial(_opened, path)
        # A file that cannot be opened is told now, and a small one is read by that.
        with opened() as file:
            content = file.read(HEAD + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error
    whole = len(content) <= HEAD and not is_packed(content)
    source = Source(name.replace(os.sep, "/"), content if whole else opened, Disk(path, root) if root else None)
    if is_packed(content):
        source.head  # noqa: B018 -- what cannot be unpacked is told now
    return source


def given(name: str, content: bytes) -> Source:
    """Return what was given and not read from a file; it may be packed."""
    return Source(name, partial(BytesIO, content) if is_packed(content) else content)


def head(path: str, size: int = 4096) -> bytes:
    """Return the first bytes of a regular file, or nothing where they cannot be had."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


def _opened(path: str) -> BinaryIO:
    return open(path, "rb")


def _unreadable(name: str, error: OSError | ValueError) -> ScanError:
    if isinstance(error, FileNotFoundError):
        return ScanError(f"{name} does not exist.")
    return ScanError(f"{name} cannot be read: {getattr(error, 'strerror', None) or 'not a valid path'}.")


def _check(status: os.stat_result, name: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        msg = f"{name} is a directory, not a file."
        raise ScanError(msg)
    if not stat.S_ISREG(status.st_mode):
        msg = f"{name} is not a regular file and is not read."
        raise ScanError(msg)
    if status.st_size > MAX_BYTES:
        msg = f"{name} is larger than {MAX_BYTES >> 20} MiB and is not read."
        raise ScanError(msg)


def _inside(path: str, root: str) -> bool:
    try:
        real, top = os.path.realpath(path), os.path.realpath(root)
    except ValueError:
        return False
    return real == top or real.startswith(top.rstrip(os.sep) + os.sep)
