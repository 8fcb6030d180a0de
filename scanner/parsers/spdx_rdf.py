"""Reads SPDX 2 documents written as RDF/XML.

https://spdx.org/rdf/terms and https://www.w3.org/TR/rdf-syntax-grammar/. The same statements may be written in many
ways: inside each other or beside each other, as elements or as attributes, with the class as the element's name or
told by `rdf:type`. So all statements are collected before a package is looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

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
# Attributes that say what an element is, and state nothing.
_SYNTAX: Final = frozenset({"about", "ID", "nodeID", "resource", "datatype", "parseType", "lang", "base", "type"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        root = xml.read(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    graph = _Graph(root)
    if not graph.is_spdx:
        yield Problem("This RDF holds no SPDX document.", root.location)
    described = [value.text for node in graph.nodes.values() for value in node.all("describesPackage")]
    packages = [_package(graph, node) for node in graph.nodes.values() if "Package" in node.types]
    yield from spdx.dependencies(packages, _relationships(graph), described)


class _Value(NamedTuple):
    """A literal, or the name of another node; and where it stands: in an element, or in an attribute of that name."""

    text: str
    element: Element
    attribute: str | None = None

    def location(self) -> Location:
        return self.element.place(self.attribute)


class _Node:
    """What is stated of one thing."""

    def __init__(self, name: str, location: Location) -> None:
        self.name = name
        self.location = location
        self.types: set[str] = set()
        self.statements: dict[str, list[_Value]] = {}

    def all(self, name: str) -> list[_Value]:
        return self.statements.get(name, [])

    def first(self, *names: str) -> _Value | None:
        return next((value for name in names for value in self.all(name) if value.text), None)

    def text(self, *names: str) -> str:
        found = self.first(*names)
        return found.text if found else ""


class _Graph:
    """All statements, by what they are about; in the order in which it is first met as something of its own."""

    def __init__(self, root: Element) -> None:
        self.nodes: dict[str, _Node] = {}
        self.is_spdx = False
        # What is still to be read: a node, or the content of a property that stands for one.
        waiting = [(element, "") for element in reversed(root.children if root.name == "RDF" else [root])]
        while waiting:
            element, name = waiting.pop()
            waiting += reversed(list(self._read(element, name)))

    def node(self, name: str) -> _Node | None:
        """Return what is stated of something; None where nothing is."""
        return self.nodes.get(name)

    def _read(self, element: Element, name: str) -> Iterator[tuple[Element, str]]:
        is_blank_property = bool(name)
        name = name or _name(element)
        node = self.nodes.get(name)
        if node is None:
            node = self.nodes[name] = _Node(name, element.location)
        if not is_blank_property and element.name != "Description":
            node.types.add(element.name)
            self.is_spdx = self.is_spdx or "spdx.org/rdf" in element.namespace
        if "type" in element.attributes:
            self._type(node, element.attributes["type"])
        for key, value in element.attributes.items():
            if key not in _SYNTAX:
                node.statements.setdefault(key, []).append(_Value(value.strip(), element, key))
        for child in element.children:
            yield from self._property(node, child)

    def _property(self, node: _Node, element: Element) -> Iterator[tuple[Element, str]]:
        target = element.attributes.get("resource") or _blank(element.attributes.get("nodeID"))
        if element.name == "type" and target:
            self._type(node, target)
            return
        if not target and element.attributes.get("parseType") == "Resource":
            target = f"_:at {id(element)}"
            yield element, target
        elif not target and element.children:
            inner = element.children[0]
            target = _name(inner)
            yield from ((one, "") for one in element.children)
        node.statements.setdefault(element.name, []).append(_Value(target or element.text, element))

    def _type(self, node: _Node, address: str) -> None:
        node.types.add(_local(address))
        self.is_spdx = self.is_spdx or "spdx.org/rdf" in address


def _name(element: Element) -> str:
    attributes = element.attributes
    about = attributes.get("about") or (f"#{attributes['ID']}" if attributes.get("ID") else "")
    return about or _blank(attributes.get("nodeID")) or f"_:at {id(element)}"


def _blank(name: str | None) -> str:
    return f"_:{name}" if name else ""


def _local(address: str) -> str:
    return re.split(r"[#/]", address)[-1]


def _package(graph: _Graph, node: _Node) -> Spdx:
    name = node.first("name")
    location = name.location() if name else node.location
    purls: list[str] = []
    cpes: list[str] = []
    for value in node.all("externalRef"):
        reference = graph.node(value.text)
        locator = reference.first("referenceLocator") if reference else None
        kind = _local(reference.text("referenceType")) if reference else ""
        if kind == "purl" and locator:
            location = locator.location() if _is_place(locator.text) and not purls else location
            purls.append(locator.text)
        elif kind in _CPES and locator:
            cpes.append(locator.text)
    return Spdx(
        id=node.name,
        name=name.text if name else "",
        version=node.text("versionInfo"),
        location=location,
        purls=tuple(purls),
        cpes=tuple(cpes),
        purpose=_word(node.text("primaryPackagePurpose")),
    )


def _relationships(graph: _Graph) -> Iterator[Relationship]:
    for node in graph.nodes.values():
        for value in node.all("relationship"):
            stated = graph.node(value.text)
            if stated is not None:
                kind, related = _word(stated.text("relationshipType")), stated.text("relatedSpdxElement")
                yield Relationship(node.name, kind, related)


def _word(address: str) -> str:
    # `…#relationshipType_dependsOn` is DEPENDS_ON.
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", _local(address).partition("_")[2]).upper()


def _is_place(purl: str) -> bool:
    # Words that are no purl do not hold the name, and what is written with references has no exact place.
    return "&" not in purl and canonical(purl) is not None


def _mark(head: bytes) -> bool:
    text = head.replace(b"\0", b"")
    return b"spdx.org/rdf/terms" in text and b"<" in text


PARSER: Final = Parser(
    id="spdx_rdf",
    title="SPDX 2 document as RDF/XML",
    globs=("*.spdx.rdf", "*.spdx.rdf.xml", "*.spdx.xml", "*.spdx", "spdx.rdf", "*-spdx.rdf"),
    spec="https://spdx.org/rdf/terms",
    parse=parse,
    mark=_mark,
)
