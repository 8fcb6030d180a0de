"""Laws of the room that unpacks: told by content, in bounded memory."""

from __future__ import annotations

import gzip
import io
import sys
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from scanner import claims, packing
from scanner.model import ScanError
from scanner.source import given, read

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CONTENT = b'{"bomFormat": "CycloneDX"}' * 1000


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstd.compress, lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])]
)
def test_what_is_packed_is_read_as_what_it_holds(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    (tmp_path / "bom.json").write_bytes(pack(CONTENT))
    source = read(str(tmp_path / "bom.json"))
    assert (source.head, source.data) == (CONTENT[:4096], CONTENT)
    assert b"".join(read(str(tmp_path / "bom.json")).pieces(100)) == CONTENT
    assert source.is_longer_than(len(CONTENT) - 1)
    assert not read(str(tmp_path / "bom.json")).is_longer_than(len(CONTENT))
    assert given("-", pack(CONTENT)).data == CONTENT


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(CONTENT, mtime=0)[:40],
        b"\x1f\x8b\x08garbage",
        zstd.compress(CONTENT)[:9],
        b"\x28\xb5\x2f\xfdgarbage",
    ],
)
def test_what_cannot_be_unpacked_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bom.json.gz").write_bytes(content)
    with pytest.raises(ScanError, match=r"bom.json.gz is packed, and cannot be unpacked: .*\.$"):
        read(str(tmp_path / "bom.json.gz")).data  # noqa: B018 -- it is read by that


def test_a_bomb_is_given_up_before_it_fills_the_memory() -> None:
    bomb = gzip.compress(bytes(packing._FREE_BYTES + (8 << 20)))
    found = packing.pieces(io.BytesIO(bomb), "f", 1 << 20, 1 << 40)
    read_before = list(islice(found, packing._FREE_BYTES >> 20))
    assert sum(map(len, read_before)) <= packing._FREE_BYTES
    with pytest.raises(ScanError, match="far more than a real file holds"):
        next(found)
    with pytest.raises(ScanError, match="far more"):
        list(packing.pieces(io.BytesIO(gzip.compress(CONTENT)), "f", 100, 1000))


def test_a_packed_file_belongs_to_the_parser_of_its_plain_name() -> None:
    for suffix in ("", ".gz", ".zst", ".zstd"):
        assert "cyclonedx_json" in claims.claimants(f"a/app.cdx.json{suffix}")
    assert claims.claimants("notes.txt.gz") == claims.claimants("notes.txt")
