"""What a zip archive holds, unpacked in memory member by member; nothing is written anywhere.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from zipfile import ZipFile, ZipInfo


class ZipError(ValueError):
    """This is no zip archive, or a damaged one; the message is the end of a sentence."""


class Member(NamedTuple):
    """One member: its name as written, how many bytes it says it is, and what unpacks so many of it at most.

    `read` raises `ZipError` for what cannot be unpacked.
    """

    name: str
    size: int
    read: Callable[[], bytes]


def members(data: bytes) -> Iterator[Member]:
    """Yield the members in the order of the archive's own list. Raises `ZipError` where it has none."""
    from zipfile import BadZipFile, ZipFile

    try:
        archive = ZipFile(BytesIO(data))
    except (BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise ZipError(_said(error)) from error
    for entry in archive.infolist():
        yield Member(entry.filename, entry.file_size, partial(_unpacked, archive, entry))


def _unpacked(archive: ZipFile, entry: ZipInfo) -> bytes:
    import zlib
    from zipfile import BadZipFile

    try:
        return archive.read(entry)
    # RuntimeError: a password is needed.
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error) as error:
        raise ZipError(_said(error)) from error


def _said(error: Exception) -> str:
    return str(error).rstrip(".") or "it is cut off"
