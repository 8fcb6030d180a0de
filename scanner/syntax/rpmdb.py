"""The headers in an RPM database, in each of the three forms that one is kept in.

https://rpm-software-management.github.io/rpm/manual/format_header.html for the header of a package, and
https://rpm-software-management.github.io/rpm/manual/ for the backends: a table of SQLite, `ndb` (SUSE), and the
hash file of Berkeley DB (before 2020). Nothing is written, and no file is opened: the bytes are all there is.
"""

from __future__ import annotations

from struct import Struct, error, unpack_from
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# Tags of a header, and the types of values that they have.
NAME, VERSION, RELEASE, EPOCH, ARCH, SOURCE = 1000, 1001, 1002, 1003, 1022, 1044
_INT32, _TEXTS = 4, frozenset({6, 8, 9})

_SQLITE = b"SQLite format 3\0"
_NDB = b"RpmP"
_BERKELEY = 0x00061561
_ENTRY = Struct(">4I")
# Real headers have some dozens of entries, and those of packages with many files some megabytes.
_MOST_ENTRIES = 65_536
_LARGEST = 256 << 20
# SQLite counts the steps of its machine; a table of 100,000 packages takes less than a hundredth of it.
_MOST_STEPS = 200
_STEPS = 1_000_000


class DatabaseError(ValueError):
    """This is no RPM database, or a damaged one."""


class Header(NamedTuple):
    """What a package's header says of it; `epoch` is empty where there is none, as `source` is for a source."""

    name: str
    version: str
    release: str
    epoch: str
    architecture: str
    source: str


def headers(data: bytes) -> Iterator[Header | DatabaseError]:
    """Yield the packages in the order of the file; of a damaged header, the error.

    Raises `DatabaseError` where the rest cannot be read.
    """
    try:
        for blob in _blobs(data):
            try:
                yield _header(blob)
            except (DatabaseError, error) as reason:
                yield DatabaseError(f"A header is damaged: {reason}.")
    except error as reason:
        msg = f"The database is damaged: {reason}."
        raise DatabaseError(msg) from reason


def is_database(head: bytes) -> bool:
    """Tell by the first bytes."""
    return head.startswith((_SQLITE, _NDB)) or (len(head) >= 16 and _order(head) != "")  # noqa: PLR2004


def _blobs(data: bytes) -> Iterator[bytes]:
    if data.startswith(_SQLITE):
        return _of_sqlite(data)
    if data.startswith(_NDB):
        return _of_ndb(data)
    if len(data) > 512 and (order := _order(data)):  # noqa: PLR2004 -- the size of a page at least
        return _of_berkeley(data, order)
    msg = "This is no RPM database: it begins as none of the three forms."
    raise DatabaseError(msg)


def _of_sqlite(data: bytes) -> Iterator[bytes]:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.text_factory = bytes
    try:
        # In memory there is no log beside the file: the header says so in the bytes 18 and 19.
        connection.deserialize(data[:18] + b"\1\1" + data[20:])
        steps = iter(range(_MOST_STEPS))
        connection.set_progress_handler(lambda: next(steps, None) is None, _STEPS)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST)
        # A view could compute anything.
        if connection.execute("SELECT type FROM sqlite_master WHERE name = 'Packages'").fetchall() != [(b"table",)]:
            msg = "This is no RPM database: it has no table of packages."
            raise DatabaseError(msg)
        for (blob,) in connection.execute("SELECT blob FROM Packages ORDER BY hnum"):
            yield blob if isinstance(blob, bytes) else b""
    # An error's own text may hold names of the database that are no text.
    except (sqlite3.Error, OverflowError, MemoryError, UnicodeDecodeError) as reason:
        msg = f"The database is damaged: {str(reason).rstrip('.')}."
        raise DatabaseError(msg) from reason
    finally:
        connection.close()


def _of_ndb(data: bytes) -> Iterator[bytes]:
    # Pages of slots, each of which says where a blob is, in units of 16 bytes; the first two slots are the header.
    pages = int.from_bytes(data[12:16], "little")
    for place in range(32, min(pages * 4096, len(data) - 15), 16):
        magic, package, offset, count = unpack_from("<4s3I", data, place)
        if magic != b"Slot":
            msg = "The database is damaged: a slot is none."
            raise DatabaseError(msg)
        if package and count:
            start = offset * 16
            blob = data[start : start + count * 16]
            magic, number, _, size = unpack_from("<4s3I", blob) if len(blob) >= 16 else (b"", 0, 0, 0)  # noqa: PLR2004
            yield blob[16 : 16 + size] if magic == b"BlbS" and number == package else b""


def _order(data: bytes) -> str:
    magic = data[12:16]
    return next((order for order in "<>" if magic == Struct(f"{order}I").pack(_BERKELEY)), "")


def _of_berkeley(data: bytes, order: str) -> Iterator[bytes]:
    # Hash pages hold pairs of key and value; a header is so large that its value is a chain of overflow pages.
    (size,) = unpack_from(f"{order}I", data, 20)
    if size < 512 or size > 65536 or size & (size - 1):  # noqa: PLR2004 -- what Berkeley DB allows
        msg = f"The database is damaged: a page cannot have {size} bytes."
        raise DatabaseError(msg)
    left = len(data)
    for start in range(size, len(data) - size + 1, size):
        if data[start + 25] not in {2, 13}:
            continue
        (count,) = unpack_from(f"{order}H", data, start + 20)
        for number in range(1, min(count, size // 2 - 13), 2):
            (place,) = unpack_from(f"{order}H", data, start + 26 + 2 * number)
            if place + 12 <= size and data[start + place] == 3:  # noqa: PLR2004 -- a value on pages of its own
                page, length = unpack_from(f"{order}2I", data, start + place + 4)
                # Chains that share pages could be a thousand times the file.
                left -= length
                yield _chain(data, order, size, (page, length)) if left >= 0 else b""


def _chain(data: bytes, order: str, size: int, first: tuple[int, int]) -> bytes:
    page, length = first
    pieces: list[bytes] = []
    while page and length > 0 and (page + 1) * size <= len(data):
        start = page * size
        pieces.append(data[start + 26 : start + min(size, 26 + length)])
        length -= size - 26
        (page,) = unpack_from(f"{order}I", data, start + 16)
    return b"".join(pieces)


def _header(blob: bytes) -> Header:
    if len(blob) < 8:  # noqa: PLR2004 -- two counts
        msg = "it is cut off"
        raise DatabaseError(msg)
    entries, size = unpack_from(">2I", blob)
    start = 8 + 16 * entries
    if entries > _MOST_ENTRIES or start + size > len(blob):
        msg = "it is larger than the room that it has"
        raise DatabaseError(msg)
    values: dict[int, str] = {}
    for place in range(8, start, 16):
        tag, kind, offset, count = _ENTRY.unpack_from(blob, place)
        if tag not in _WANTED or not count or offset >= size:
            continue
        if kind == _INT32:
            values[tag] = str(unpack_from(">I", blob, start + offset)[0])
        elif kind in _TEXTS:
            end = blob.find(b"\0", start + offset, start + size)
            values[tag] = blob[start + offset : end if end >= 0 else start + size].decode("utf-8", "replace")
    return Header(*(values.get(tag, "") for tag in _WANTED))


_WANTED = (NAME, VERSION, RELEASE, EPOCH, ARCH, SOURCE)
