"""Reads SPDX 2 documents written as JSON, and the dependency graph that GitHub exports as one.

https://spdx.github.io/spdx-spec/v2.3/, https://docs.github.com/en/rest/dependency-graph/sboms. GitHub's answer holds
the document under `sbom`, and of a package whose version it does not know there is only a name (`pip:flake8`).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate, chain
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Protocol, cast

from scanner.ecosystems import components, spdx
from scanner.ecosystems.spdx import Graph, Spdx
from scanner.model import Passed, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.source import Source
from scanner.syntax import jsonstream
from scanner.syntax.elements import place, start
from scanner.syntax.jsonstream import Broken, Element, Odd, Skimmed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Location, Parsed
    from scanner.syntax.jsonstream import Skim

_GITHUB_TOOL: Final = "GitHub.com-Dependency-Graph"
_GENERIC: Final = "pkg:generic/"
_CPES: Final = frozenset({"cpe22Type", "cpe23Type"})
# Trivy did so before SPDX 2.3 could tell the purpose of a package.
_SYSTEM_ID: Final = "SPDXRef-OperatingSystem-"
_SYSTEM: Final = "OPERATING-SYSTEM"

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
_ENDS: Final = ("spdxElementId", "relationshipType", "relatedSpdxElement")
_REFERENCES: Final = "externalRefs"
_PURPOSE: Final = "primaryPackagePurpose"
_SKIMS: Final[dict[str, Skim]] = {
    **_NOTHING,
    _PACKAGES: {
        **dict.fromkeys((*_CALLED, _PURPOSE), str),
        _REFERENCES: {"referenceType": str, "referenceLocator": str},
    },
    _RELATIONSHIPS: dict.fromkeys(_ENDS, str),
}


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    source = _unwrapped(source)
    reading = _Reading(source)
    broken: Problem | None = None
    for event in jsonstream.read(source, _SKIMS):
        if isinstance(event, Broken):
            broken = Problem(event.message, event.location, cut=True)
        elif isinstance(event, Odd):
            reading.tell(Problem(event.message, event.location))
        elif event.key == _PACKAGES:
            reading.packages(event)
        else:
            reading.other(event)
    yield from reading.told()
    if broken is not None:
        yield broken
    elif not reading.is_spdx:
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


class _Reference(Protocol):
    """What is skimmed of a reference, under the names that SPDX has for it."""

    referenceType: str | None  # noqa: N815 -- so
    referenceLocator: str | None  # noqa: N815 -- so


class _Reading:
    """Collects what a document tells of its packages, until it is known who needs whom.

    `is_spdx` when there is something of SPDX in it.
    """

    def __init__(self, source: Source) -> None:
        self.is_spdx = False
        self._source = source
        self._graph = Graph()
        self._by_github = False
        self._count = 0
        self._told: list[Spdx | Problem | Passed] = []

    def packages(self, event: Element | Skimmed) -> None:
        """Take some packages, or what stands in their place."""
        self.is_spdx = True
        if isinstance(event, Skimmed):
            self._skimmed(event)
        elif event.in_array:
            self._element(event)
        elif event.value is not None:
            self._told.append(Problem("The list of packages is no list.", start(event)))

    def other(self, event: Element | Skimmed) -> None:
        """Take what stands beside the packages."""
        self.is_spdx = self.is_spdx or event.key == "spdxVersion"
        if event.key == _RELATIONSHIPS and isinstance(event, Skimmed):
            self._graph.relate_all(*(_texts(event.columns[key]) for key in _ENDS))
        elif isinstance(event, Element) and event.key == _RELATIONSHIPS and isinstance(event.value, dict):
            self._graph.relate_all(*([_text(event.value.get(key))] for key in _ENDS))
        elif isinstance(event, Element) and event.key == _DESCRIBES:
            self._graph.describe([_text(event.value)])
        elif isinstance(event, Element) and event.key == _CREATION:
            self._by_github = self._by_github or _GITHUB_TOOL in event.text

    def tell(self, problem: Problem) -> None:
        """Tell a problem where it comes up."""
        self._told.append(problem)

    def told(self) -> Iterator[Parsed | Passed]:
        """Yield what is known of all packages, in file order."""
        for one in self._told:
            if not isinstance(one, Spdx):
                yield one
                continue
            package = one
            if self._by_github and not package.purls:
                package = package._replace(purls=_of_github(package.name))
            if not self._graph.is_nameless_subject(package):
                yield from spdx.read(package, self._graph.place(package.id))

    def _skimmed(self, event: Skimmed) -> None:
        """Read many packages; those that nobody asks for and that are not unusual are only counted."""
        self._count += event.size
        self._graph.name_all(*(_texts(event.columns[key]) for key in _CALLED))
        purls = _usual(event)
        asked = self._source.asked(purls) if self._source.asked else range(event.size)
        wanted = sorted({*asked, *(at for at, purl in enumerate(purls) if not purl)} if "" in purls else asked)
        if event.size > len(wanted):
            self._told.append(Passed(event.size - len(wanted)))
        self._told += (self._placed(one, one.value) for one in event.elements(wanted) if isinstance(one.value, dict))

    def _element(self, element: Element) -> None:
        self._count += 1
        if isinstance(element.value, dict):
            package = self._placed(element, element.value)
            self._told.append(package)
            self._graph.name_all([package.id], [package.name], [package.version or ""])
        else:
            self._told.append(Problem(f"Package {self._count} is no table.", start(element)))

    def _placed(self, element: Element, value: Table) -> Spdx:
        package = _package(value, start(element))
        if not package.name and not package.purls:
            return package
        found = place(element, *filter(components.canonical, package.purls), package.name)
        return package._replace(location=found or self._source.location)


def _usual(skimmed: Skimmed) -> list[str]:
    """Return the only purl of each package; nothing of one that has to be seen as a whole."""
    packages = cast("list[list[_Reference] | None]", skimmed.columns[_REFERENCES])
    purls = _last_purls(packages) or [_only_purl(references) if references else "" for references in packages]
    together = "\n".join(purls)
    if _purls().fullmatch(together) is None:
        purls = [purl if _purls().fullmatch(purl) else "" for purl in purls]
    if _GENERIC in together:
        # One of several references may be a CPE, by which a generic package is known.
        several = [references is not None and len(references) > 1 for references in packages]
        purls = ["" if more and purl.startswith(_GENERIC) else purl for purl, more in zip(purls, several, strict=True)]
    purposes = skimmed.columns[_PURPOSE]
    if any(purposes):
        purls = [purl if purpose is None else "" for purl, purpose in zip(purls, purposes, strict=True)]
    return purls


def _last_purls(packages: list[list[_Reference] | None]) -> list[str]:
    """Return the last reference of each package where that is its only purl, as tools write it; else nothing."""
    lists = [references for references in packages if references]
    references = list(chain.from_iterable(lists))
    kinds = list(map(attrgetter("referenceType"), references))
    if not len(lists) == len(packages) == kinds.count("purl") or any(kind and "/" in kind for kind in {*kinds}):
        return []
    last = [references[end - 1] for end in accumulate(map(len, lists))]
    purls = [one.referenceLocator or "" for one in last if one.referenceType == "purl"]
    return purls if len(purls) == len(packages) else []


def _only_purl(references: list[_Reference]) -> str:
    found = ""
    for reference in references:
        kind = reference.referenceType
        if kind and (kind == "purl" or kind.endswith("/purl")):
            if found:
                return ""
            found = reference.referenceLocator or ""
    return found


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


def _texts(column: list[object]) -> list[str]:
    return list(map(_text, column)) if None in column else cast("list[str]", column)


@cache
def _purls() -> re.Pattern[str]:
    # One on each line, or nothing: what is certainly a purl, and names something.
    return re.compile(r"(?:(?:pkg:[a-z0-9.-]++/[A-Za-z0-9._~%:+/@-]++(?<![/@.])(?:\?[^\s#]*+)?+)?+(?:\n|\Z))*+")


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
