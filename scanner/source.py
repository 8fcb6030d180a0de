"""Opens files: a path becomes a `Source`, and an offset in its text a `Location`."""

from __future__ import annotations

import codecs
import os
import stat
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Location, ScanError

if TYPE_CHECKING:
    import re

# Larger than the largest SBOM seen in the wild; what is larger is more likely not meant to be read.
MAX_BYTES = 2 << 30

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
    """The content of one file under the name that users know it by (with `/`)."""

    def __init__(self, path: str, data: bytes, disk: Disk | None = None) -> None:
        """Keep the bytes; nothing is decoded before it is asked for. Without a `disk` there is nothing beside it."""
        self.path = path
        self.data = data
        self._disk = disk

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
        for bom, encoding in _BOMS:
            if self.data.startswith(bom):
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

    def cursor(self) -> Cursor:
        """Return a walk through the text that finds equal names at their own places."""
        return Cursor(self)

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


class Cursor:
    """Walks a text once, forward; decoders keep the order of a file, so that the n-th value is the n-th hit."""

    def __init__(self, source: Source) -> None:
        """Start at the beginning."""
        self._source = source
        self._position = 0

    def find(self, pattern: re.Pattern[str], group: int | str = 0) -> Location | None:
        """Move past the next match and place one group of it; stay and return None if there is none."""
        found = pattern.search(self._source.text, self._position)
        if found is None:
            return None
        self._position = found.end()
        return self._source.span(*found.span(group))


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
        _check(os.stat(path), name)
        with open(path, "rb") as file:
            return Source(name.replace(os.sep, "/"), file.read(), Disk(path, root) if root else None)
    except FileNotFoundError as error:
        msg = f"{name} does not exist."
        raise ScanError(msg) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        msg = f"{name} cannot be read: {reason}."
        raise ScanError(msg) from error


def head(path: str, size: int = 4096) -> bytes:
    """Return the first bytes of a regular file, or nothing where they cannot be had."""
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return b""
        with open(path, "rb") as file:
            return file.read(size)
    except (OSError, ValueError):
        return b""


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
