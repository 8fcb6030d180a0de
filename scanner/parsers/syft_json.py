"""Reads the JSON that syft writes of its own.

https://github.com/anchore/syft/tree/main/schema/json. Besides packages it names the operating system of what was
scanned, which the packages of its distribution belong to.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import lineage
from scanner.ecosystems import components
from scanner.model import Dependency, Kind, Problem
from scanner.plugin import Parser
from scanner.syntax import jsonstream
from scanner.syntax.elements import place, start, whole
from scanner.syntax.jsonstream import Broken
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Location, Parsed
    from scanner.source import Source
    from scanner.syntax.jsonstream import Element

_ARTIFACTS: Final = "artifacts"
_RELATIONSHIPS: Final = "artifactRelationships"
_OF_DISTROS: Final = ("pkg:apk/", "pkg:deb/", "pkg:rpm/")


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order, and the operating system last; a bad package is a problem of its own."""
    document = _Document(source)
    for element in whole(jsonstream.read(source), _ARTIFACTS, _RELATIONSHIPS):
        if isinstance(element, Broken):
            document.found.append(Problem(element.message, element.location))
        else:
            document.add(element)
    yield from document.parsed()


class _Package(NamedTuple):
    """What is told of one package."""

    key: str
    name: str
    version: str
    purl: str
    cpe: str | None
    location: Location


class _Document:
    """Collects what matters, until it is known who needs whom and of what system this is."""

    def __init__(self, source: Source) -> None:
        self.found: list[Problem | _Package] = []
        self._source = source
        self._needed: dict[str, list[str]] = {}
        self._distro: Element | None = None

    def add(self, element: Element) -> None:
        """Take an artifact, a relationship, or a member of the document."""
        value = element.value
        if element.key == _ARTIFACTS and (element.in_array or value is not None):
            self.found.append(self._artifact(element))
        elif not isinstance(value, dict):
            return
        elif element.key == "distro":
            self._distro = element
        elif element.key == _RELATIONSHIPS and value.get("type") == "dependency-of":
            # The parent is what the child needs.
            parent, child = _text(value.get("parent")), _text(value.get("child"))
            if parent != child:
                self._needed.setdefault(child, []).append(parent)

    def parsed(self) -> Iterator[Parsed]:
        """Yield what all together tell."""
        chains, release = self._chains(), _release(self._distro.value) if self._distro else None
        for one in self.found:
            if isinstance(one, Problem):
                yield one
            else:
                yield from _read(one, chains.get(one.key, ()), release)
        if self._distro is not None:
            name, version = _system(self._distro.value)
            if name:
                location = place(self._distro, name) or self._source.location
                yield Dependency(purl="", location=location, kind=Kind.OS, label=(name, version))

    def _artifact(self, element: Element) -> Problem | _Package:
        value = element.value
        if not isinstance(value, dict) or not element.in_array:
            message = "An artifact is no table." if element.in_array else "The list of artifacts is no list."
            return Problem(message, start(element))
        name, purl = _text(value.get("name")), _text(value.get("purl"))
        if not name and not purl:
            return Problem("This artifact has no name.", start(element))
        location = place(element, purl if components.canonical(purl) else "", name) or self._source.location
        return _Package(_text(value.get("id")), name, _text(value.get("version")), purl, _cpe(value), location)

    def _chains(self) -> dict[str, tuple[str, ...]]:
        """Return for packages that others need the chain of these."""
        labels = {
            one.key: f"{one.name}@{one.version}" if one.version else one.name
            for one in self.found
            if isinstance(one, _Package)
        }
        needed = {
            child: [parent for parent in parents if parent in labels]
            for child, parents in self._needed.items()
            if child in labels
        }
        chains = lineage.chains(lineage.tops(needed), needed)
        return {key: tuple(labels[one] for one in chain) for key, chain in chains.items() if chain}


def _read(package: _Package, via: tuple[str, ...], release: str | None) -> Iterator[Parsed]:
    version, requirement = components.versioned(package.version)
    purl = components.canonical(package.purl, version) if package.purl else ""
    if purl is None:
        yield Problem(f"{quoted(package.purl)} is no package URL.", package.location)
    if release is not None and purl and purl.startswith(_OF_DISTROS) and "distro=" not in purl:
        # Old versions of syft left out of the purl what they say of the distribution elsewhere.
        purl = components.canonical(f"{purl}{'&' if '?' in purl else '?'}distro={release}") or purl
    yield Dependency(
        purl=purl or "",
        location=package.location,
        requirement=None if purl and "@" in purl.partition("?")[0] else requirement,
        kind=components.kind_of(purl or ""),
        via=via,
        cpe=package.cpe if not purl or purl.startswith("pkg:generic/") else None,
        label=None if purl else (package.name, version or requirement),
    )


def _system(distro: object) -> tuple[str, str | None]:
    if not isinstance(distro, dict):
        return "", None
    name = _text(distro.get("id")) or _text(distro.get("name"))
    version, _ = components.versioned(_text(distro.get("versionID")) or _text(distro.get("version")))
    return name, version


def _release(distro: object) -> str | None:
    name, version = _system(distro)
    return f"{name}-{version}" if name and version else None


def _cpe(artifact: Table) -> str | None:
    cpes = artifact.get("cpes")
    for cpe in cpes if isinstance(cpes, list) else ():
        # Newer versions tell beside it where it comes from.
        if found := _text(cpe.get("cpe") if isinstance(cpe, dict) else cpe):
            return found
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _mark(head: bytes) -> bool:
    head = head.replace(b"\0", b"")  # in UTF-16 every other byte is one
    if re.match(rb'[\xef\xbb\xbf\xff\xfe\s]*\{\s*"artifacts"\s*:\s*\[', head) is None:
        return False
    return b'"foundBy"' in head or b'"artifactRelationships"' in head


PARSER: Final = Parser(
    id="syft_json",
    title="syft JSON",
    globs=(
        "syft.json",
        "*.syft.json",
        "*-syft.json",
        "syft-*.json",
        "sbom*.json",
        "*.sbom.json",
        "*-sbom.json",
        "*_sbom.json",
        "*-sbom-*.json",
    ),
    spec="https://github.com/anchore/syft/tree/main/schema/json",
    parse=parse,
    mark=_mark,
)
