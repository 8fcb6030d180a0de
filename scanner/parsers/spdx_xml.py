"""Reads SPDX 2 documents written as plain XML: one element for each member of the same document in JSON.

https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements. A list is its element
repeated. RDF is another format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import spdx
from scanner.ecosystems.components import canonical
from scanner.ecosystems.spdx import Relationship, Spdx
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax import xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.xml import Element

_CPES: Final = frozenset({"cpe22Type", "cpe23Type"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        root = xml.read(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if root.name != "Document" or not (root.find("spdxVersion") or root.find("packages")):
        yield Problem("This XML is no SPDX document.", root.location)
        return
    packages = [_package(element) for element in root.all("packages")]
    described = [element.text for element in root.all("documentDescribes")]
    yield from spdx.dependencies(packages, map(_relationship, root.all("relationships")), described)


def _package(element: Element) -> Spdx:
    name = element.find("name")
    location = name.place() if name else element.location
    purls: list[str] = []
    cpes: list[str] = []
    for reference in element.all("externalRefs"):
        # Some write the whole address of the type.
        kind = (reference.value("referenceType") or "").rpartition("/")[2]
        locator = reference.find("referenceLocator")
        if kind == "purl" and locator and locator.text:
            location = locator.place() if _is_place(locator.text) and not purls else location
            purls.append(locator.text)
        elif kind in _CPES and locator:
            cpes.append(locator.text)
    return Spdx(
        id=element.value("SPDXID") or "",
        name=name.text if name else "",
        version=element.value("versionInfo"),
        location=location,
        purls=tuple(purls),
        cpes=tuple(cpes),
        purpose=element.value("primaryPackagePurpose") or "",
    )


def _relationship(element: Element) -> Relationship:
    return Relationship(
        element.value("spdxElementId") or "",
        element.value("relationshipType") or "",
        element.value("relatedSpdxElement") or "",
    )


def _is_place(purl: str) -> bool:
    # Words that are no purl do not hold the name, and what is written with references has no exact place.
    return "&" not in purl and canonical(purl) is not None


def _mark(head: bytes) -> bool:
    text = head.replace(b"\0", b"")
    return b"<Document" in text and (b"<spdxVersion>" in text or b"<SPDXID>SPDXRef-DOCUMENT" in text)


PARSER: Final = Parser(
    id="spdx_xml",
    title="SPDX 2 document as XML",
    globs=("*.spdx.xml", "spdx.xml", "*-spdx.xml", "sbom.xml", "*-sbom.xml"),
    spec="https://spdx.github.io/spdx-spec/v2.3/",
    parse=parse,
    mark=_mark,
)
