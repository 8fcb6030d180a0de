"""Reads SPDX 2 documents written as YAML; they have the shape of those in JSON.

https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import spdx
from scanner.ecosystems.components import canonical
from scanner.ecosystems.spdx import Relationship, Spdx
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places

_CPES: Final = frozenset({"cpe22Type", "cpe23Type"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        for value, places in documents(source):
            yield from _document(source, value, places)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _document(source: Source, value: object, places: Places) -> Iterator[Parsed]:
    document = decode.table(value, "The document")
    if "spdxVersion" not in document and "packages" not in document:
        yield Problem("This is no SPDX document: it tells neither its version nor any packages.", source.location)
        return
    packages: list[Spdx] = []
    for number, entry in enumerate(decode.items(document.get("packages") or [], "The list of packages")):
        if isinstance(entry, dict):
            packages.append(_package(entry, ("packages", number), places))
        else:
            place = places.text(("packages", number), entry) if isinstance(entry, str) else source.location
            yield Problem(f"Package {number + 1} is no table.", place)
    described = _texts(document.get("documentDescribes"))
    yield from spdx.dependencies(packages, _relationships(document), described)


def _package(entry: Table, path: Path, places: Places) -> Spdx:
    name = _text(entry.get("name"))
    location = places.text((*path, "name"), name) if name else places.key((*path, next(iter(entry), "name")))
    purls: list[str] = []
    cpes: list[str] = []
    for number, reference in enumerate(_list(entry.get("externalRefs"))):
        kind, locator = (_text(reference.get(key)) for key in ("referenceType", "referenceLocator"))
        # Some write the whole address of the type.
        kind = kind.rpartition("/")[2]
        if kind == "purl" and locator:
            place = places.text((*path, "externalRefs", number, "referenceLocator"), locator)
            location = place if place.line is not None and not purls and canonical(locator) else location
            purls.append(locator)
        elif kind in _CPES:
            cpes.append(locator)
    return Spdx(
        id=_text(entry.get("SPDXID")),
        name=name,
        version=_text(entry.get("versionInfo")),
        location=location,
        purls=tuple(purls),
        cpes=tuple(cpes),
        purpose=_text(entry.get("primaryPackagePurpose")),
    )


def _relationships(document: Table) -> Iterator[Relationship]:
    for entry in _list(document.get("relationships")):
        element, kind, related = (
            _text(entry.get(key)) for key in ("spdxElementId", "relationshipType", "relatedSpdxElement")
        )
        yield Relationship(element, kind, related)


def _list(value: object) -> list[Table]:
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mark(head: bytes) -> bool:
    # In UTF-16 every other byte is none.
    return re.search(rb"(?:^|[\r\n\xbf\xfe\xff])[\"']?spdxVersion[\"']?[ \t]*:", head.replace(b"\0", b"")) is not None


PARSER: Final = Parser(
    id="spdx_yaml",
    title="SPDX 2 document as YAML",
    globs=("*.spdx.yaml", "*.spdx.yml", "spdx.yaml", "spdx.yml", "*-spdx.yaml", "*-spdx.yml"),
    spec="https://spdx.github.io/spdx-spec/v2.3/",
    parse=parse,
    mark=_mark,
)
