"""RPM databases: the same packages from each of the three forms; what is damaged ends as an error."""

from __future__ import annotations

import sqlite3
from struct import pack
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.parsers.rpmdb import parse
from scanner.source import Source, read
from scanner.syntax import rpmdb
from scanner.syntax.rpmdb import DatabaseError, Header

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

PAGE = 512


def header(name: str, epoch: int | None = None, filling: int = 0) -> bytes:
    values: list[tuple[int, str | int]] = [(1000, name), (1001, "1.2"), (1002, "3.el9"), (1022, "x86_64")]
    values += [(1004, "x" * filling), (1003, epoch)] if epoch is not None else [(1004, "x" * filling)]
    index, data = b"", b""
    for tag, value in values:
        data += bytes(-len(data) % 4)
        index += pack(">4I", tag, 4 if isinstance(value, int) else 6, len(data), 1)
        data += pack(">I", value) if isinstance(value, int) else value.encode() + b"\0"
    return pack(">2I", len(values), len(data)) + index + data


def in_sqlite(blobs: Sequence[bytes]) -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)")
    connection.executemany("INSERT INTO Packages(blob) VALUES (?)", [(blob,) for blob in blobs])
    connection.commit()
    data = connection.serialize()
    connection.close()
    # As rpm keeps it: with a log beside.
    return data[:18] + b"\2\2" + data[20:]


def in_ndb(blobs: Sequence[bytes]) -> bytes:
    slots, content, place = b"", b"", 4096
    for number, blob in enumerate(blobs, 1):
        body = pack("<4s3I", b"BlbS", number, 0, len(blob)) + blob
        body += bytes(-len(body) % 16) + pack("<2I4sI", 0, len(blob), b"BlbE", 0)
        slots += pack("<4s3I", b"Slot", number, place // 16, len(body) // 16)
        # A slot that is free again.
        slots += pack("<4s3I", b"Slot", 0, 0, 0)
        content += body
        place += len(body)
    slots += pack("<4s3I", b"Slot", 0, 0, 0) * ((4096 - 32 - len(slots)) // 16)
    return pack("<4s3I16x", b"RpmP", 0, 1, 1) + slots + content


def in_berkeley(blobs: Sequence[bytes], order: str = "<") -> bytes:
    """Make a hash file of pages of 512 bytes: the first of metadata, the second of hashes, then chains."""
    chains: list[bytes] = []
    items, places, top = b"", [], PAGE
    for blob in blobs:
        first = 2 + len(chains)
        parts = [blob[start : start + PAGE - 26] for start in range(0, len(blob), PAGE - 26)]
        for number, part in enumerate(parts):
            following = first + number + 1 if number + 1 < len(parts) else 0
            head = pack(f"{order}8x3I2H2B", first + number, 0, following, 1, len(part), 0, 7)
            chains.append((head + part).ljust(PAGE, b"\0"))
        for item in (b"\1" + pack(f"{order}I", first), pack(f"{order}B3x2I", 3, first, len(blob))):
            top -= len(item)
            items = item + items
            places.append(top)
    metadata = pack(f"{order}8x4I2B", 0, 0x061561, 9, PAGE, 0, 8).ljust(PAGE, b"\0")
    page = pack(f"{order}8x3I2H2B", 1, 0, 0, len(places), top, 0, 13)
    page += pack(f"{order}{len(places)}H", *places)
    return metadata + page.ljust(PAGE - len(items), b"\0") + items + b"".join(chains)


def in_swapped_berkeley(blobs: Sequence[bytes]) -> bytes:
    return in_berkeley(blobs, ">")


FORMS = [in_sqlite, in_ndb, in_berkeley, in_swapped_berkeley]
each_form = pytest.mark.parametrize("form", FORMS)


@each_form
def test_every_form_holds_the_same_packages(form: Callable[[Sequence[bytes]], bytes]) -> None:
    data = form([header("bash"), header("nginx", epoch=1, filling=3000)])
    assert list(rpmdb.headers(data)) == [
        Header("bash", "1.2", "3.el9", "", "x86_64", ""),
        Header("nginx", "1.2", "3.el9", "1", "x86_64", ""),
    ]
    assert rpmdb.is_database(data[:4096])


@each_form
def test_a_bad_header_never_loses_the_rest(form: Callable[[Sequence[bytes]], bytes]) -> None:
    found = list(rpmdb.headers(form([header("one"), b"\xff" * 40, header("two")])))
    assert [entry.name if isinstance(entry, Header) else None for entry in found] == ["one", None, "two"]


@given(st.sampled_from(FORMS), st.integers(0, 5000), st.binary(min_size=1, max_size=40))
def test_a_damaged_database_ends(form: Callable[[Sequence[bytes]], bytes], place: int, wound: bytes) -> None:
    data = form([header("bash", filling=600), header("nginx", epoch=1)])
    place %= len(data)
    damaged = data[:place] + wound + data[place + len(wound) :]
    try:
        found = list(rpmdb.headers(damaged))
    except DatabaseError:
        return
    assert len(found) <= len(damaged)


@pytest.mark.parametrize("data", [b"", b"nothing", b"SQLite format 3\0", b"RpmP", bytes(600)])
def test_what_is_no_database_is_an_error(data: bytes) -> None:
    try:
        assert list(rpmdb.headers(data)) == []
    except DatabaseError as error:
        assert str(error).endswith(".")  # noqa: PT017 -- an error is one of the two answers


def made_by(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW Packages AS WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t",
        "CREATE TABLE Packages (hnum INTEGER, other BLOB)",
        "CREATE TABLE other (hnum INTEGER)",
    ],
)
def test_a_database_that_computes_or_is_another_is_an_error(statement: str) -> None:
    with pytest.raises(DatabaseError):
        list(rpmdb.headers(made_by(statement)))


def test_chains_in_a_circle_end() -> None:
    data = bytearray(in_berkeley([header("bash", filling=3000)]))
    # The third page is the chain's first, and now follows itself.
    data[2 * PAGE + 16 : 2 * PAGE + 20] = pack("<I", 2)
    assert len(list(rpmdb.headers(bytes(data)))) == 1


def test_what_is_in_the_log_only_is_said(tmp_path: Path) -> None:
    path = tmp_path / "var" / "lib" / "rpm" / "rpmdb.sqlite"
    path.parent.mkdir(parents=True)
    path.write_bytes(in_sqlite([header("bash")]))
    for log, entries in ((b"", 1), (b"changes", 2)):
        (path.parent / "rpmdb.sqlite-wal").write_bytes(log)
        assert len(list(parse(read(str(path), "var/lib/rpm/rpmdb.sqlite", root=str(tmp_path))))) == entries


def test_a_package_of_no_system_is_read() -> None:
    (found,) = parse(Source("Packages.db", in_ndb([header("bash", epoch=0)])))
    assert getattr(found, "purl", None) == "pkg:rpm/bash@1.2-3.el9?arch=x86_64&epoch=0"
