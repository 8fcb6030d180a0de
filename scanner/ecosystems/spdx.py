"""What a package of an SPDX 2 document means, in whatever way the document is written.

https://spdx.github.io/spdx-spec/v2.3/package-information/ and, for who needs whom,
https://spdx.github.io/spdx-spec/v2.3/relationships-between-SPDX-elements/. What a document describes is where its
graph begins; it is told as well when it has a purl, for an image or an application may be over itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import lineage
from scanner.ecosystems import components
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from scanner.model import Parsed

# What these types say: who stands first is needed by who stands last, and for what.
# What GitHub calls the ecosystems, where it names packages without a purl (`pip:flake8`), as purl types.
GITHUB: Final = {
    "actions": "githubactions",
    "composer": "composer",
    "erlang": "hex",
    "go": "golang",
    "maven": "maven",
    "npm": "npm",
    "nuget": "nuget",
    "pip": "pypi",
    "pub": "pub",
    "rubygems": "gem",
    "rust": "cargo",
    "swift": "swift",
}
_NEEDED_BY: Final = {
    "DEPENDENCY_OF": Scope.RUNTIME,
    "RUNTIME_DEPENDENCY_OF": Scope.RUNTIME,
    "PROVIDED_DEPENDENCY_OF": Scope.RUNTIME,
    "PREREQUISITE_FOR": Scope.RUNTIME,
    "OPTIONAL_DEPENDENCY_OF": Scope.OPTIONAL,
    "OPTIONAL_COMPONENT_OF": Scope.OPTIONAL,
    "BUILD_DEPENDENCY_OF": Scope.BUILD,
    "BUILD_TOOL_OF": Scope.BUILD,
    "DEV_DEPENDENCY_OF": Scope.DEV,
    "DEV_TOOL_OF": Scope.DEV,
    "TEST_DEPENDENCY_OF": Scope.DEV,
    "TEST_TOOL_OF": Scope.DEV,
}
_NEEDS: Final = frozenset({"DEPENDS_ON", "DYNAMIC_LINK", "STATIC_LINK", "HAS_PREREQUISITE"})
_SYSTEM: Final = "OPERATING-SYSTEM"
_NO_PACKAGES: Final = frozenset({_SYSTEM, "APPLICATION"})


class Spdx(NamedTuple):
    """One package as its document has it: `version` and `purpose` as written, `cpes` of both types."""

    id: str
    name: str
    version: str | None
    location: Location
    purls: tuple[str, ...] = ()
    cpes: tuple[str, ...] = ()
    purpose: str = ""


class Relationship(NamedTuple):
    """Who stands in what relationship to whom; `type` as SPDX 2 writes it, in any case."""

    element: str
    type: str
    related: str


def dependencies(
    packages: Iterable[Spdx], relationships: Iterable[Relationship], described: Collection[str] = ()
) -> Iterator[Parsed]:
    """Read the packages in file order; `described` is what the document says to describe besides its relationships."""
    packages = list(packages)
    graph = Graph(packages, relationships, described)
    for package in packages:
        if not graph.is_nameless_subject(package):
            yield from read(package, graph.place(package.id))


class Place(NamedTuple):
    """Where a package stands in the graph of its document."""

    scope: Scope = Scope.RUNTIME
    direct: bool | None = None
    via: tuple[str, ...] = ()


class Graph:
    """Who needs whom, and who holds whom."""

    def __init__(
        self, packages: Iterable[Spdx], relationships: Iterable[Relationship], described: Collection[str]
    ) -> None:
        """Take all packages for their names, and all relationships; those of other elements do no harm."""
        self._labels = {package.id: _label(package) for package in packages}
        self._needed: dict[str, list[str]] = {}
        self._held: dict[str, list[str]] = {}
        # What is not needed at run time: for what it is, and by whom.
        self._scopes: dict[str, Scope] = {}
        self._users: dict[str, set[str]] = {}
        self._subjects = {one for one in described if one in self._labels}
        for relationship in relationships:
            self._add(relationship)
        asked = {child for subject in self._subjects for child in self._needed.get(subject, ())}
        # Where everything hangs on the subject and nothing on anything else, nobody has told what is direct.
        told = asked and len(self._needed) > 1
        self._direct = asked.union(*(self._users.get(subject, ()) for subject in self._subjects)) if told else set()
        tops = asked or (set(lineage.tops(self._needed)) - self._scopes.keys())
        roots = [(one, Scope.RUNTIME) for one in self._labels if one in tops] + list(self._scopes.items())
        self._origins = lineage.origins(roots, self._needed)
        self._holders = lineage.chains(self._subjects, self._held)

    def is_nameless_subject(self, package: Spdx) -> bool:
        """Tell whether a package is only what the document is about, which nothing can be said of."""
        alone = package.id in self._subjects and len(self._subjects) == 1 < len(self._labels)
        return alone and not package.purls and not package.cpes and _purpose(package) != _SYSTEM

    def place(self, key: str) -> Place:
        """Return what the relationships tell of a package."""
        origin = self._origins.get(key)
        if key in self._subjects:
            return Place()
        if origin is None:
            return Place(via=self._told(self._holders.get(key, ())))
        direct = None if not self._direct else key in self._direct
        return Place(origin.scope, direct, () if direct else self._told(origin.via))

    def _told(self, chain: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._labels[one] for one in chain if one not in self._subjects and self._labels.get(one))

    def _add(self, relationship: Relationship) -> None:
        element, written, related = relationship
        kind = written.strip().upper().replace("-", "_")
        if kind == "DESCRIBES" and related in self._labels:
            self._subjects.add(related)
        elif kind == "DESCRIBED_BY" and element in self._labels:
            self._subjects.add(element)
        elif element == related or element not in self._labels or related not in self._labels:
            return
        elif kind in _NEEDS:
            self._needed.setdefault(element, []).append(related)
        elif kind in {"CONTAINS", "CONTAINED_BY"}:
            holder, held = (element, related) if kind == "CONTAINS" else (related, element)
            self._held.setdefault(holder, []).append(held)
        elif _NEEDED_BY.get(kind) is Scope.RUNTIME:
            self._needed.setdefault(related, []).append(element)
        elif kind in _NEEDED_BY:
            self._scopes.setdefault(element, _NEEDED_BY[kind])
            self._users.setdefault(related, set()).add(element)


def read(package: Spdx, place: Place) -> Iterator[Parsed]:
    """Read one package: a dependency for each of its purls, or one without; a problem for what is no purl."""
    version, requirement = components.versioned(package.version)
    purls: dict[str, None] = {}
    for written in package.purls:
        purl = components.canonical(written, version)
        if purl is None:
            yield Problem(f"{quoted(written)} is no package URL.", package.location)
        else:
            purls[purl] = None
    purpose = _purpose(package)
    if not purls and not package.name:
        yield Problem("This package has no name.", package.location)
        return
    for purl in purls or ("",):
        yield Dependency(
            purl=purl,
            location=package.location,
            requirement=requirement if "@" not in purl.partition("?")[0] else None,
            kind=Kind.OS if purpose == _SYSTEM else components.kind_of(purl),
            scope=place.scope,
            direct=place.direct,
            via=place.via,
            cpe=_cpe(package, purl, purpose),
            label=None if purl else (package.name, version or requirement),
        )


def _cpe(package: Spdx, purl: str, purpose: str) -> str | None:
    if purl and purpose not in _NO_PACKAGES and not purl.startswith("pkg:generic/"):
        return None
    return next(iter(sorted(package.cpes, key=lambda cpe: not cpe.startswith("cpe:2.3:"))), None)


def _purpose(package: Spdx) -> str:
    return package.purpose.strip().upper().replace("_", "-")


def _label(package: Spdx) -> str:
    version, _ = components.versioned(package.version)
    return f"{package.name}@{version}" if version else package.name
