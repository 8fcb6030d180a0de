"""Reads SPDX 3 documents (JSON-LD).

https://spdx.github.io/spdx-spec/v3.0.1/. A document is a graph of elements; a package tells its purl itself, in an
identifier that it holds, or in one that it only refers to.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import components, spdx
from scanner.ecosystems.spdx import Graph, Relationship, Spdx
from scanner.model import Problem
from scanner.plugin import Parser
from scanner.syntax import jsonstream
from scanner.syntax.elements import place, start, whole
from scanner.syntax.jsonstream import Broken, Element

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Location, Parsed
    from scanner.source import Source

_GRAPH: Final = "@graph"
_SOFTWARE: Final = ("packageUrl", "packageVersion", "primaryPurpose")
# What is looked at in a package.
_KEPT: Final = ("spdxId", "@id", "name", "externalIdentifier", *_SOFTWARE, *(f"software_{key}" for key in _SOFTWARE))
_PURLS: Final = frozenset({"purl", "packageurl"})
_CPES: Final = frozenset({"cpe22", "cpe23", "cpe22type", "cpe23type"})
# What SPDX 2 calls the relationship whose ends are the other way round; else the names are the same.
_TURNED: Final = {
    "HAS_OPTIONAL_DEPENDENCY": "OPTIONAL_DEPENDENCY_OF",
    "HAS_OPTIONAL_COMPONENT": "OPTIONAL_COMPONENT_OF",
    "HAS_PROVIDED_DEPENDENCY": "PROVIDED_DEPENDENCY_OF",
}
_SCOPED: Final = {"development": "DEV_DEPENDENCY_OF", "build": "BUILD_DEPENDENCY_OF", "test": "TEST_DEPENDENCY_OF"}
# Converters write these in either direction.
_UNSURE: Final = frozenset({"HAS_DYNAMIC_LINK", "HAS_STATIC_LINK"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    document = _Document()
    for element in whole(jsonstream.read(source), _GRAPH):
        if isinstance(element, Broken):
            document.found.append(Problem(element.message, element.location, cut=True))
        elif element.key == _GRAPH:
            document.add(element)
    if not document.found and (one := _only_element(source)) is not None:
        document.add(one)
    yield from document.parsed(source)


def _only_element(source: Source) -> Element | None:
    """Return a document of one element, which may be written without a graph."""
    try:
        value = decode.from_json(source.text)
    except decode.ShapeError:
        return None
    without = isinstance(value, dict) and _GRAPH not in value
    return Element("", value, source.text.removeprefix("\ufeff"), source.path, 1, 1) if without else None


class _Document:
    """Collects the elements that matter, until it is known to what they refer."""

    def __init__(self) -> None:
        # Packages are what they tell, and where they stand; None where this is not known.
        self.found: list[Problem | tuple[Table, Location | None]] = []
        self._identifiers: dict[str, Table] = {}
        self._relationships: list[Relationship] = []
        self._roots: list[str] = []

    def add(self, element: Element) -> None:
        """Take one element."""
        value = element.value
        if not isinstance(value, dict) or not element.in_array:
            message = "An element is no table." if element.in_array else "The graph is no list."
            self.found.append(Problem(message, start(element)))
        elif _is_package(value):
            kept = {key: value[key] for key in _KEPT if key in value}
            inline = (text for kind, text in self._named(value) if kind in _PURLS)
            purls = filter(components.canonical, (_text(_of(value, "packageUrl")), *inline))
            texts = (*purls, _text(value.get("name")))
            self.found.append((kept, place(element, *texts) if any(texts) else start(element)))
        else:
            self._roots += _references(value.get("rootElement"))
            self._relationships += _relationships(value)
            if "identifier" in value:
                self._identifiers[_id(value)] = value

    def parsed(self, source: Source) -> Iterator[Parsed]:
        """Yield what all elements together tell."""
        values = [one if isinstance(one, Problem) else self._package(*one, source) for one in self.found]
        graph = Graph((value for value in values if isinstance(value, Spdx)), self._relationships, self._roots)
        for value in values:
            if isinstance(value, Problem):
                yield value
            elif not graph.is_nameless_subject(value):
                yield from spdx.read(value, graph.place(value.id))

    def _package(self, value: Table, location: Location | None, source: Source) -> Spdx:
        named = list(self._named(value))
        own = _text(_of(value, "packageUrl"))
        return Spdx(
            id=_id(value),
            name=_text(value.get("name")),
            version=_text(_of(value, "packageVersion")),
            location=location or source.location,
            purls=(*([own] if own else []), *(text for kind, text in named if kind in _PURLS)),
            cpes=tuple(text for kind, text in named if kind in _CPES),
            purpose=_snake(_text(_of(value, "primaryPurpose"))),
        )

    def _named(self, value: Table) -> Iterator[tuple[str, str]]:
        """Yield type and text of each identifier of a package, also of those that it refers to, if they are known."""
        written = value.get("externalIdentifier")
        for one in written if isinstance(written, list) else [written]:
            inside = isinstance(one, dict) and "identifier" in one
            identifier = one if inside else self._identifiers.get(next(iter(_references(one)), ""))
            if isinstance(identifier, dict):
                kind, text = _text(identifier.get("externalIdentifierType")), _text(identifier.get("identifier"))
                if kind and text:
                    yield re.split("[/:_]", kind)[-1].lower(), text


def _is_package(element: Table) -> bool:
    # `software_Package`, its whole address, and the packages of data and of models.
    return _text(element.get("type") or element.get("@type")).endswith("Package")


def _relationships(element: Table) -> Iterator[Relationship]:
    kind = _snake(_text(element.get("relationshipType")))
    if not kind or kind in _UNSURE:
        return
    scoped = _SCOPED.get(_text(element.get("scope"))) if kind == "DEPENDS_ON" else None
    turned = scoped or _TURNED.get(kind)
    for needing in _references(element.get("from")):
        for needed in _references(element.get("to")):
            yield Relationship(needed, turned, needing) if turned else Relationship(needing, kind, needed)


def _references(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [key for one in values if (key := _id(one) if isinstance(one, dict) else _text(one))]


def _id(element: Table) -> str:
    return _text(element.get("spdxId") or element.get("@id"))


def _of(element: Table, key: str) -> object:
    """Return what an element of the software profile has under a key, whose prefix some leave out."""
    return element.get(f"software_{key}", element.get(key))


def _snake(text: str) -> str:
    # `dependsOn` is what SPDX 2 calls `DEPENDS_ON`; some write that in SPDX 3 too.
    return text if text.isupper() else _hump().sub("_", text).upper()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@cache
def _hump() -> re.Pattern[str]:
    return re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def _mark(head: bytes) -> bool:
    head = head.replace(b"\0", b"")  # in UTF-16 every other byte is one
    return re.search(rb"^[\xef\xbb\xbf\xff\xfe\s]*\{", head) is not None and b"spdx.org/rdf/3" in head


PARSER: Final = Parser(
    id="spdx3",
    title="SPDX 3 document (JSON-LD)",
    globs=(
        "spdx.json",
        "*.spdx.json",
        "*-spdx.json",
        "*_spdx.json",
        "*.spdx.*.json",
        "*.spdx3.json",
        "*.spdx.jsonld",
        "*.spdx3.jsonld",
        "sbom*.json",
        "*.sbom.json",
        "*-sbom.json",
        "*_sbom.json",
        "*-sbom-*.json",
    ),
    spec="https://spdx.github.io/spdx-spec/v3.0.1/",
    parse=parse,
    mark=_mark,
)
