"""Unpacks what is packed with gzip or Zstandard, told by its first bytes and never by its name.

https://www.rfc-editor.org/rfc/rfc1952, https://www.rfc-editor.org/rfc/rfc8878. What unpacks to far more than
any real file does was made to fill the memory; it is given up before it can.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO, Protocol

    class _Readable(Protocol):
        """What unpacks while it is read."""

        def read(self, size: int, /) -> bytes:
            """Return the next bytes, none at the end."""


# What packed files begin with, and what their names end in behind the name that tells their format.
_GZIP: Final = b"\x1f\x8b\x08"
_ZSTANDARD: Final = b"\x28\xb5\x2f\xfd"
_SUFFIXES: Final = (".gz", ".zst", ".zstd")

# The most repetitive SBOM is packed to a hundredth of its size, a file of zeros to a thousandth.
_MOST_TIMES: Final = 250
_FREE_BYTES: Final = 32 << 20


def is_packed(head: bytes) -> bool:
    """Tell by its first bytes whether a file is packed."""
    return head.startswith((_GZIP, _ZSTANDARD))


def plain_name(path: str) -> str:
    """Return the name that a packed file would have if it were not."""
    suffix = next((suffix for suffix in _SUFFIXES if path.endswith(suffix)), "")
    return path.removesuffix(suffix)


def pieces(file: BinaryIO, name: str, size: int, most: int) -> Iterator[bytes]:
    """Read a file from its beginning in pieces of at most `size` bytes, unpacked where it is packed.

    `most` is how many bytes it may unpack to. Raises ScanError when these are more, and when it cannot be unpacked.
    """
    first = file.read(size)
    if is_packed(first):
        file.seek(0)
        yield from _unpacked(file, first, name, size, most)
    elif first:
        yield first
        while piece := file.read(size):
            yield piece


def _unpacked(file: BinaryIO, head: bytes, name: str, size: int, most: int) -> Iterator[bytes]:
    import zlib

    unpacking = _gzip(file) if head.startswith(_GZIP) else _zstd(file)
    total = 0
    while True:
        try:
            piece = unpacking.read(size)
        except (OSError, EOFError, zlib.error, _zstd_error(head)) as error:
            msg = f"{name} is packed, and cannot be unpacked: {str(error).rstrip('.') or 'it is damaged'}."
            raise ScanError(msg) from error
        if not piece:
            return
        total += len(piece)
        if total > most or (total > _FREE_BYTES and total > _MOST_TIMES * file.tell()):
            msg = f"{name} unpacks to far more than a real file holds and is not read."
            raise ScanError(msg)
        yield piece


def _gzip(file: BinaryIO) -> _Readable:
    from gzip import GzipFile

    return GzipFile(fileobj=file)


def _zstd(file: BinaryIO) -> _Readable:
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdFile
    else:
        from backports.zstd import ZstdFile
    return ZstdFile(file)


def _zstd_error(head: bytes) -> type[Exception]:
    if not head.startswith(_ZSTANDARD):
        return OSError
    if sys.version_info >= (3, 14):
        from compression.zstd import ZstdError
    else:
        from backports.zstd import ZstdError
    return ZstdError
