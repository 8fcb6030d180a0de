"""Reads SPDX 2 documents written as JSON, and the dependency graph that GitHub exports as one.

https://spdx.github.io/spdx-spec/v2.3/, https://docs.github.com/en/rest/dependency-graph/sboms. GitHub's answer holds
the document under `sbom`, and of a package whose version it does not know there is only a name (`pip:flake8`).
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import components, spdx
from scanner.ecosystems.spdx import Graph, Place, Relationship, Spdx
from scanner.model import Location, Passed, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.source import Source
from scanner.syntax import jsonstream
from scanner.syntax.elements import place, start
from scanner.syntax.jsonstream import Broken, Element, Skimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.syntax.jsonstream import Skim

_GITHUB_TOOL: Final = "GitHub.com-Dependency-Graph"
_CPES: Final = frozenset({"cpe22Type", "cpe23Type"})
# Trivy did so before SPDX 2.3 could tell the purpose of a package.
_SYSTEM_ID: Final = "SPDXRef-OperatingSystem-"
_SYSTEM: Final = "OPERATING-SYSTEM"
# The keys that stand in a document which tells of more than its packages; where they do not, it is read once.
_TOLD: Final = (b'"relationships"', b'"documentDescribes"', b"\0")

_PACKAGES: Final = "packages"
_RELATIONSHIPS: Final = "relationships"
_DESCRIBES: Final = "documentDescribes"
_CREATION: Final = "creationInfo"
# Of other arrays nothing is wanted.
_NOTHING: Final[dict[str, Skim]] = {
    key: {} for key in (_RELATIONSHIPS, "files", "snippets", "annotations", "hasExtractedLicensingInfos")
}
# What a package is called in the graph.
_CALLED: Final = ("SPDXID", "name", "versionInfo")
_SCOPED: Final = ("BUILD", "DEV", "OPTIONAL", "TEST")
_ENDS: Final = ("spdxElementId", "relationshipType", "relatedSpdxElement")


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    source = _unwrapped(source)
    reading = _Reading(source, _told(source))
    number, is_spdx = 0, False
    wanted = _fields("externalRefs", "primaryPackagePurpose", *(("SPDXID",) if reading.told.scoped else ()))
    for event in jsonstream.read(source, _NOTHING | {_PACKAGES: wanted}):
        if isinstance(event, Broken):
            yield Problem(event.message, event.location)
            return
        is_spdx = is_spdx or event.key in {"spdxVersion", _PACKAGES}
        if event.key != _PACKAGES:
            continue
        if isinstance(event, Skimmed):
            yield from reading.skimmed(event, number)
            number += event.size
        elif event.in_array:
            yield from reading.element(event, number)
            number += 1
        elif event.value is not None:
            yield Problem("The list of packages is no list.", start(event))
    if not is_spdx:
        yield Problem("This is no SPDX document: it tells neither its version nor any packages.", source.location)


def _unwrapped(source: Source) -> Source:
    """Take away what GitHub's answer has around the document, so that everything stays in its place."""
    around = re.match(rb'\s*+\{\s*+"sbom"\s*+:\s*+(?=\{)', source.head)
    if around is None:
        return source
    blank = re.sub(rb"\S", b" ", around[0])
    within = source.data[around.end() :].rstrip()
    unwrapped = Source(source.path, blank + within.removesuffix(b"}"))
    unwrapped.asked = source.asked
    return unwrapped


class _Told(NamedTuple):
    """What the document tells beside its packages; `graph` is None where it tells nothing of them.

    `scoped` when some of them are needed for development or the like.
    """

    graph: Graph | None = None
    by_github: bool = False
    scoped: bool = False


def _told(source: Source) -> _Told:
    if not _tells(source):
        return _Told()
    packages: list[Spdx] = []
    relationships: list[Relationship] = []
    others: dict[str, list[Element]] = {_DESCRIBES: [], _CREATION: []}
    wanted = {_PACKAGES: _fields(*_CALLED), _RELATIONSHIPS: _fields(*_ENDS)}
    for event in jsonstream.read(source, _NOTHING | wanted):
        if isinstance(event, Broken):
            break  # what stands before it is read, and the problem told, when the packages are
        if event.key == _PACKAGES:
            packages += (_called(entry, source.location) for entry in _rows(event))
        elif event.key == _RELATIONSHIPS:
            relationships += map(_relationship, _rows(event))
        elif isinstance(event, Element) and event.key in others:
            others[event.key].append(event)
    described = [_text(element.value) for element in others[_DESCRIBES]]
    return _Told(
        graph=Graph(packages, relationships, described),
        by_github=any(_GITHUB_TOOL in element.text for element in others[_CREATION]),
        scoped=any(one.type.upper().startswith(_SCOPED) for one in relationships),
    )


def _tells(source: Source) -> bool:
    if not source.is_longer_than(jsonstream.SMALL):
        return True
    tail = b""
    for piece in source.pieces():
        # A key may stand where two pieces meet.
        if any(key in piece or key in tail + piece[:20] for key in _TOLD):
            return True
        tail = piece[-20:]
    return False


def _rows(event: Element | Skimmed) -> Iterator[Table]:
    if isinstance(event, Element):
        return iter([event.value] if isinstance(event.value, dict) else [])
    names = list(event.columns)
    return (dict(zip(names, row, strict=True)) for row in zip(*event.columns.values(), strict=True))


def _called(entry: Table, location: Location) -> Spdx:
    key, name, version = (_text(entry.get(key)) for key in _CALLED)
    return Spdx(key, name, version, location)


def _relationship(entry: Table) -> Relationship:
    element, kind, related = (_text(entry.get(key)) for key in _ENDS)
    # The first word is what old versions of Trivy wrote.
    return Relationship(element, "DESCRIBES" if kind == "DESCRIBE" else kind, related)


class _Reading(NamedTuple):
    """What is known of the document as a whole while its packages are read."""

    source: Source
    told: _Told

    def element(self, element: Element, number: int) -> Iterator[Parsed]:
        """Read one package; `number` counts those before it."""
        if not isinstance(element.value, dict):
            yield Problem(f"Package {number + 1} is no table.", start(element))
            return
        package = _package(element.value, start(element))
        if package.name or package.purls:
            found = place(element, *filter(components.canonical, package.purls), package.name)
            package = package._replace(location=found or self.source.location)
        if self.told.by_github and not package.purls:
            package = package._replace(purls=_of_github(package.name))
        graph = self.told.graph
        if graph is None:
            yield from spdx.read(package, Place())
        elif not graph.is_nameless_subject(package):
            yield from spdx.read(package, graph.place(package.id))

    def skimmed(self, skimmed: Skimmed, number: int) -> Iterator[Parsed | Passed]:
        """Read many packages; those that nobody asks for and that are not unusual are only counted."""
        purls = self._usual(skimmed)
        asked = self.source.asked(purls) if self.source.asked else range(skimmed.size)
        wanted = sorted({*asked, *(at for at, purl in enumerate(purls) if not purl)})
        if skimmed.size > len(wanted):
            yield Passed(skimmed.size - len(wanted))
        for at, element in zip(wanted, skimmed.elements(wanted), strict=True):
            yield from self.element(element, number + at)

    def _usual(self, skimmed: Skimmed) -> list[str]:
        """Return the only purl of each package; nothing of one that has to be seen as a whole."""
        columns, graph = skimmed.columns, self.told.graph if self.told.scoped else None
        purls = _only_purls(columns["externalRefs"])
        if _purls().fullmatch("\n".join(purls)) is None:
            purls = [purl if _purls().fullmatch(purl) else "" for purl in purls]
        if any(columns["primaryPackagePurpose"]):
            purls = [
                purl if purpose is None else ""
                for purl, purpose in zip(purls, columns["primaryPackagePurpose"], strict=True)
            ]
        if graph is not None:
            # Who leaves out what is only for development counts it not.
            scopes = (graph.place(_text(key)).scope for key in columns["SPDXID"])
            purls = [purl if scope is Scope.RUNTIME else "" for purl, scope in zip(purls, scopes, strict=True)]
        return purls


def _only_purls(references: list[object]) -> list[str]:
    return [
        one[0].get("referenceLocator", "")
        if isinstance(one, list) and len(one) == 1 and one[0].get("referenceType") == "purl"
        else _only_purl(one)
        for one in references
    ]


def _only_purl(references: object) -> str:
    purls = [locator for kind, locator in _references(references) if kind == "purl"]
    # A generic package may be known by its CPE.
    return purls[0] if len(purls) == 1 and not purls[0].startswith("pkg:generic/") else ""


def _package(entry: Table, location: Location) -> Spdx:
    key, references = _text(entry.get("SPDXID")), list(_references(entry.get("externalRefs")))
    return Spdx(
        id=key,
        name=_text(entry.get("name")),
        version=_text(entry.get("versionInfo")),
        location=location,
        purls=tuple(locator for kind, locator in references if kind == "purl"),
        cpes=tuple(locator for kind, locator in references if kind in _CPES),
        purpose=_text(entry.get("primaryPackagePurpose")) or (_SYSTEM if key.startswith(_SYSTEM_ID) else ""),
    )


def _references(references: object) -> Iterator[tuple[str, str]]:
    for reference in references if isinstance(references, list) else ():
        if isinstance(reference, dict):
            kind, locator = _text(reference.get("referenceType")), _text(reference.get("referenceLocator"))
            if kind and locator:
                # Some write the whole address of the type.
                yield kind.rpartition("/")[2], locator


def _of_github(name: str) -> tuple[str, ...]:
    ecosystem, _, name = name.partition(":")
    if ecosystem not in spdx.GITHUB:
        return ()
    namespace, _, name = name.rpartition(":" if ecosystem == "maven" else "/")
    try:
        return (make(spdx.GITHUB[ecosystem], name, None, namespace),)
    except ValueError:
        return ()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


@cache
def _purls() -> re.Pattern[str]:
    # One on each line, or nothing: what is certainly a purl, and names something.
    return re.compile(r"(?:(?:pkg:[a-z0-9.-]++/[A-Za-z0-9._~%:+/@-]++(?<![/@.])(?:\?[^\s#]*+)?+)?+(?:\n|\Z))*+")


def _fields(*names: str) -> Skim:
    return {name: _of_references() if name == "externalRefs" else str for name in names}


@cache
def _of_references() -> type:
    from typing import TypedDict

    # What is skimmed is compared with what is looked at closely, and so has all that a reference usually has.
    class Reference(TypedDict, total=False):
        referenceCategory: str
        referenceType: str
        referenceLocator: str

    return list[Reference]


def _mark(head: bytes) -> bool:
    head = head.replace(b"\0", b"")  # in UTF-16 every other byte is one
    if re.match(rb"[\xef\xbb\xbf\xff\xfe\s]*\{", head) is None:
        return False
    return re.search(rb'"(?:spdxVersion|SPDXID)"\s*:', head) is not None and b'"@graph"' not in head


PARSER: Final = Parser(
    id="spdx_json",
    title="SPDX 2 document as JSON, and GitHub's dependency graph",
    globs=(
        "spdx.json",
        "*.spdx.json",
        "*-spdx.json",
        "*_spdx.json",
        "*.spdx.*.json",
        "sbom*.json",
        "*.sbom.json",
        "*-sbom.json",
        "*_sbom.json",
        "*-sbom-*.json",
    ),
    spec="https://spdx.github.io/spdx-spec/v2.3/",
    parse=parse,
    mark=_mark,
)
