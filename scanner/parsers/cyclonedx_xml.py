"""Reads CycloneDX in XML, versions 1.0 to 1.7.

https://cyclonedx.org/docs/1.7/xml/. It means what the same document means in JSON. A small one is read as a tree,
a large one in pieces with the same outcome; where a scan asks for few components of many, the others are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import cyclonedx, cyclonedx_pieces
from scanner.ecosystems.cyclonedx_pieces import Asks, Cut, Metadata, Run, UnusualError, shown
from scanner.model import Dependency, Location, Passed, Problem
from scanner.plugin import Parser
from scanner.syntax import xml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.xml import Element

# Below this a tree is as fast.
_SMALL: Final = 2 << 20
_PIECE: Final = 1 << 20
# A broken file may have the same fault in each of its components.
_PROBLEMS_SHOWN: Final = 20


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the components in file order, and what is wrong with them; those that nobody asks for are counted."""
    unread = 0
    for value in in_pieces(source) if source.is_longer_than(_SMALL) else as_tree(source):
        unread += isinstance(value, Problem)
        if not isinstance(value, Problem) or unread <= _PROBLEMS_SHOWN:
            yield value
    if unread > _PROBLEMS_SHOWN:
        yield Problem(f"{unread - _PROBLEMS_SHOWN} more entries are like these.", source.location)


def in_pieces(source: Source, size: int = _PIECE) -> Iterator[Parsed | Passed]:
    """Read a document in pieces of about `size` bytes; as a tree where it is written in an unusual way."""
    document, told = _Document(source), list[Passed | Problem]()
    try:
        cyclonedx_pieces.check(source)
        for item in cyclonedx_pieces.walk(source, size):
            told += document.read(item)
    except UnusualError as error:
        if error.error and source.is_longer_than(xml.MAX_BYTES):
            yield Problem(str(error.error), Location(source.path, error.error.line))
        else:
            yield from as_tree(source)
        return
    yield from told
    yield from document.dependencies()


def as_tree(source: Source) -> Iterator[Parsed | Passed]:
    """Read a document as a whole."""
    try:
        root = xml.read(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if root.name != "bom" or not (root.namespace.startswith(cyclonedx_pieces.NAMESPACE) or not root.namespace):
        yield Problem("This XML is no CycloneDX document.", root.location)
        return
    document = _Document(source)
    for metadata in root.all("metadata")[:1]:
        yield from document.read(Metadata(metadata, 1, 1))
    for section in root.all("components"):
        for component in section.all("component"):
            yield from document.read(Cut(component, 1, 1))
    for section in root.all("dependencies"):
        for asks in cyclonedx_pieces.asked(section.children):
            yield from document.read(asks)
    yield from document.dependencies()


class _Document:
    """Collects what a document tells, until it is known who asks for whom."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._graph = cyclonedx.Graph()
        self._found: list[tuple[str, Dependency]] = []
        self._unasked = 0

    def read(self, item: cyclonedx_pieces.Item) -> Iterator[Passed | Problem]:
        """Take what stands next, and yield what can be told at once."""
        if isinstance(item, Asks):
            self._graph.add(*item)
        elif isinstance(item, Run):
            yield from self._run(item)
        elif not isinstance(item, Metadata):
            yield from self._component(item)
        elif subject := item.element.find("component"):
            if ref := _ref(subject):
                self._graph.roots.append(ref)
            for inner in _inside(subject):
                yield from self._component(item._replace(element=inner))

    def dependencies(self) -> Iterator[Dependency]:
        """Yield all components that were asked for, with who brings them in."""
        lineage = self._graph.lineage(ref for ref, _ in self._found)
        for (_, found), (direct, via) in zip(self._found, lineage, strict=True):
            yield found if direct is None else found._replace(direct=direct, via=via)

    def _run(self, run: Run) -> Iterator[Passed | Problem]:
        refs = run.refs()
        for number in self._wanted(run.purls(), run.types(), refs):
            yield from self._keep(refs[number], run.component(number))
        yield from self._passed()

    def _component(self, first: Cut) -> Iterator[Passed | Problem]:
        elements, waiting = [], [first.element]
        while waiting:
            element = waiting.pop()
            elements.append(element)
            waiting += reversed(list(_inside(element)))
        refs, types = list(map(_ref, elements)), [element.attributes.get("type", "") for element in elements]
        for number in self._wanted([element.value("purl") for element in elements], types, refs):
            yield from self._keep(refs[number], _component(elements[number], first))
        yield from self._passed()

    def _wanted(self, purls: Sequence[str | None], types: Sequence[str], refs: Sequence[str]) -> Sequence[int]:
        if self._source.asked is None:
            return range(len(purls))
        special = (number for number, kind in enumerate(types) if kind in cyclonedx.NO_PACKAGES)
        wanted = sorted({*self._source.asked(purls), *special})
        self._unasked = len(purls) - len(wanted)
        for ref, purl in zip(refs, purls, strict=True):
            if purl and ref and not ref.startswith("pkg:"):
                self._graph.name(ref, purl)
        return wanted

    def _passed(self) -> Iterator[Passed]:
        if self._unasked:
            yield Passed(self._unasked)
            self._unasked = 0

    def _keep(self, ref: str, component: cyclonedx.Component) -> Iterator[Problem]:
        found, problem = cyclonedx.dependency(component)
        if problem is not None:
            yield problem
        if found is not None:
            self._found.append((ref, found))
            if ref:
                name, version = found.label or (found.purl, None)
                self._graph.name(ref, f"{name}@{version}" if version else name)


def _component(element: Element, cut: Cut) -> cyclonedx.Component:
    def text(name: str) -> str:
        return element.value(name) or ""

    kind = element.attributes.get("type", "")
    place = element.find(shown(text("purl"), text("name"), kind))
    return cyclonedx.Component(
        name=text("name"),
        location=cut.placed(place.place() if place else element.location),
        type=kind,
        group=text("group"),
        version=text("version"),
        range=text("versionRange"),
        purl=text("purl"),
        cpe=text("cpe"),
        scope=text("scope"),
        dev=any(
            map(_is_for_development, properties.all("property")) if (properties := element.find("properties")) else ()
        ),
    )


def _is_for_development(entry: Element) -> bool:
    return entry.attributes.get("name") in cyclonedx.DEVELOPMENT and entry.text.lower() == "true"


def _inside(element: Element) -> Iterator[Element]:
    for section in element.all("components"):
        yield from section.all("component")


def _ref(element: Element) -> str:
    return element.attributes.get("bom-ref", "")


def _mark(head: bytes) -> bool:
    text = head.replace(b"\0", b"")
    return b"cyclonedx.org/schema/bom" in text and text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


PARSER: Final = Parser(
    id="cyclonedx_xml",
    title="CycloneDX (XML)",
    globs=(
        "bom.xml",
        "bom.*.xml",
        "*.bom.xml",
        "cdx.xml",
        "*.cdx.xml",
        "*-cdx.xml",
        "*_cdx.xml",
        "*cyclonedx*.xml",
        "sbom.xml",
        "sbom*.xml",
        "*.sbom.xml",
        "*-sbom.xml",
        "*_sbom.xml",
    ),
    spec="https://cyclonedx.org/docs/1.7/xml/",
    parse=parse,
    mark=_mark,
)
