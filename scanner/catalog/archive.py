"""Product files in one archive: what the wheel carries, what is fetched keeps, what `data export` writes.

A ZIP file (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) whose bytes follow from its content.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812 -- the library's name is no class's name

if TYPE_CHECKING:
    from collections.abc import Mapping

# All product files together; ten times what there is.
LARGEST: Final = 64 << 20
_MOST: Final = 20_000
_NAME: Final = re.compile(r"(?:[A-Za-z0-9_+-][A-Za-z0-9_.+-]*/)*[A-Za-z0-9_+-][A-Za-z0-9_.+-]*\.(?:md|toml)")
_FIRST_BYTES: Final = b"PK\x03\x04"
_BEGINNING_OF_TIME: Final = (1980, 1, 1, 0, 0, 0)


def packed(files: Mapping[str, bytes]) -> bytes:
    """Return the archive of files that are given by their paths; the same files give the same bytes."""
    kept = BytesIO()
    with ZipFile(kept, "w", ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            archive.writestr(ZipInfo(name, _BEGINNING_OF_TIME), files[name], ZIP_DEFLATED)
    return kept.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive, which other bytes may stand before. Raises ValueError when it is none."""
    files: dict[str, bytes] = {}
    left = LARGEST
    try:
        with ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > _MOST:
                message = "too many files"
                raise ValueError(message)
            for entry in entries:
                files[_checked(entry.filename, files)] = text = _limited(archive, entry, left)
                left -= len(text)
    except (BadZipFile, ZlibError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        message = "no archive that can be read"
        raise ValueError(message) from error
    return dict(sorted(files.items()))


def is_archive(content: bytes) -> bool:
    """Tell by the first bytes whether this means to be an archive."""
    return content.startswith(_FIRST_BYTES)


def _checked(name: str, there: Mapping[str, bytes]) -> str:
    if not _NAME.fullmatch(name) or name in there:
        message = "a name that is no product file's"
        raise ValueError(message)
    return name


def _limited(archive: ZipFile, entry: ZipInfo, left: int) -> bytes:
    # What an archive says of its sizes need not be true.
    with archive.open(entry) as file:
        content = file.read(left + 1)
    if len(content) > left:
        message = "too large"
        raise ValueError(message)
    return content
