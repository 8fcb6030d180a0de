"""Fresh facts of endoflife.date under our own layers: checked as a whole, and compiled like our own.

Facts come as the API's answer or as an archive of product files. Nothing here reads or writes a file:
what is wrong is told before anything is replaced.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.catalog import archive, build, upstream
from scanner.catalog.dataset import Catalogue
from scanner.decode import ShapeError
from scanner.model import ScanError, Stamp

if TYPE_CHECKING:
    from collections.abc import Mapping

SOURCE_FILE: Final = "source.toml"

# A clock may be wrong by a day, and so may a time zone. Facts of a far day would keep all later ones out.
_AHEAD: Final = timedelta(days=1)


class Renewed(NamedTuple):
    """Data to be kept: the compiled file with its product files behind it, and its stamp."""

    content: bytes
    stamp: Stamp


def facts(content: bytes, old: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the product files of the lowest layer that an answer of the API, or an export, holds.

    `old` are those in use, which know what the API leaves out. Raises ScanError when it is neither.
    """
    if archive.is_archive(content):
        try:
            return lowest(archive.unpacked(content))
        except ValueError as error:
            message = f"This is no export of product data: {error}."
            raise ScanError(message) from error
    try:
        return _from_answer(content, old)
    except UnicodeError as error:
        message = "The product data is not text in UTF-8, as the API's answer is."
        raise ScanError(message) from error
    except ShapeError as error:
        message = f"The product data cannot be used: {error}"
        raise ScanError(message) from error


def lowest(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of the lowest layer: those that lie in no folder."""
    return {name: content for name, content in files.items() if "/" not in name}


def renewed(fresh: Mapping[str, bytes], ours: Mapping[str, bytes], used: Stamp, today: date) -> Renewed:
    """Compile fresh facts with our own layers on top, and check them against the data in use.

    `ours` are the product files of this installation. Raises ScanError when anything cannot be read, when
    products have vanished by the half, and when the facts are older than those in use, or of a day to come.
    """
    present = sum(name.endswith(".md") for name in lowest(ours))
    count = sum(name.endswith(".md") for name in fresh)
    if count * 2 < present:
        message = f"The product data holds {count} products, where there are {present}: it is not taken."
        raise ScanError(message)
    files = dict(fresh) | {name: content for name, content in ours.items() if "/" in name}
    compiled = build.compile_files(dict(sorted(files.items())))
    if compiled.problems:
        message = f"The product data does not fit and is not taken: {build.said(compiled.problems)}"
        raise ScanError(message)
    try:
        stamp = Catalogue(compiled.content).stamp
    except (ValueError, LookupError) as error:
        message = "The product data does not say of which day it is: it is not taken."
        raise ScanError(message) from error
    _check_day(stamp.date, used.date, today)
    return Renewed(compiled.content + archive.packed(fresh), stamp)


def _check_day(day: date, used: date, today: date) -> None:
    if day < used:
        message = f"The product data is of {day}, and older than the data in use, which is of {used}: it is not taken."
        raise ScanError(message)
    if day > today + _AHEAD:
        message = f"The product data claims to be of {day}, which is still to come: it is not taken."
        raise ScanError(message)


def _from_answer(content: bytes, old: Mapping[str, bytes]) -> dict[str, bytes]:
    told, day = upstream.facts_of(content.decode())
    files = {SOURCE_FILE: upstream.SOURCE.format(day=day).encode()}
    for fact in told:
        name = f"{fact['id']}.md"
        # A product that is new to us has no sentence of ours.
        fields, body = upstream.taken_apart(old[name]) if name in old else (None, "")
        files[name] = upstream.page(fact, fields, body).encode()
    return files
