"""Reads `pnpm-lock.yaml`, the lockfile of pnpm, in all its versions since 5.

https://github.com/pnpm/spec/tree/master/lockfile. The key of a package tells its name and version:
`/name/1.0.0_peer@1.0.0` (5), `/name@1.0.0(peer@1.0.0)` (6), `name@1.0.0` (9), where the variants by peer
stand apart as `snapshots`. What pnpm needs for itself stands in a document of its own, before the project's.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import npm
from scanner.model import Dependency, Kind, Location, Mark, Passed, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.lockyaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.lockyaml import Places

_GROUPS: Final = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEV),
    ("optionalDependencies", Scope.OPTIONAL),
    ("configDependencies", Scope.BUILD),
)
# Only the document that pnpm keeps for itself has these.
_OWN: Final = frozenset({"configDependencies", "packageManagerDependencies"})
# Engines that pnpm installs like packages (`node@runtime:22.18.0`).
_RUNTIMES: Final = {"node": "nodejs", "bun": "bun", "deno": "deno"}
_RUNTIME: Final = "runtime:"


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the packages of every document in file order; one that cannot be read is a problem of its own."""
    try:
        for number, (value, places) in enumerate(documents(source), 1):
            document = decode.table(value, f"Document {number} of the lockfile")
            if "lockfileVersion" not in document and "packages" not in document:
                yield Problem("This has neither the version nor the packages of a lockfile of pnpm.", source.location)
            yield from _document(document, places, source)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


class _Package(NamedTuple):
    """What a key and its entry tell; `requirement` is what stands where a version should, `start` where the name does.

    `start` is None where the key does not hold the name.
    """

    name: str
    version: str | None
    requirement: str | None
    start: int | None

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


def _document(document: Table, places: Places, source: Source) -> Iterator[Parsed | Passed]:
    entries = _table(document.get("packages"))
    if not isinstance(document.get("packages"), dict | None):
        yield Problem("The packages are no table.", places.key(("packages",)))
    packages = {key: _package(key, _table(entry)) for key, entry in entries.items()}
    graph = _Graph(document, packages)
    passed_over = _passed_over(packages, entries, graph, source)
    if passed_over:
        yield Passed(len(passed_over))
    for key, package in packages.items():
        entry = entries[key]
        if key in passed_over:
            continue
        if package is None or not (entry is None or isinstance(entry, dict)):
            yield Problem(f"{quoted(key)} is no entry of a package.", places.key(("packages", key)))
        elif not _is_local(_table(entry).get("resolution")) and graph.has(key):
            yield _dependency(key, package, _table(entry), graph, _place(key, package, places, source))


def _passed_over(
    packages: Mapping[str, _Package | None], entries: Table, graph: _Graph, source: Source
) -> AbstractSet[str]:
    """Return the keys of the usual packages that nobody asks for: most of a large lockfile."""
    purls: dict[str, str] = {}
    for key, package in packages.items() if source.asked else ():
        entry = _table(entries[key])
        usual = package is not None and package.version and not package.requirement and "deprecated" not in entry
        if package is not None and usual and graph.has(key) and not _is_local(entry.get("resolution")):
            with suppress(ValueError):
                purls[key] = npm.purl(package.name, package.version)
    if source.asked is None or not purls:
        return frozenset()
    keys = list(purls)
    return purls.keys() - {keys[at] for at in source.asked(list(purls.values()))}


def _dependency(key: str, package: _Package, entry: Table, graph: _Graph, location: Location) -> Parsed:
    runtime = (package.requirement or "").startswith(_RUNTIME)
    try:
        purl = _runtime(package) if runtime else npm.purl(package.name, package.version)
    except ValueError:
        return Problem(f"No package can be named {quoted(package.name)}.", location)
    scope, direct, via = graph.place(key, entry)
    return Dependency(
        purl,
        location,
        None if package.version else package.requirement,
        Kind.RUNTIME if runtime else Kind.LIBRARY,
        scope,
        direct,
        via,
        _mark_of(entry.get("deprecated")),
    )


def _runtime(package: _Package) -> str:
    return make("generic", _RUNTIMES.get(package.name, package.name), package.version)


def _place(key: str, package: _Package, places: Places, source: Source) -> Location:
    path = ("packages", key)
    if package.start is None:
        return places.text((*path, "name"), package.name)
    place = places.key(path)
    if place.column is None:
        return source.location
    start = place.column + package.start
    return Location(place.path, place.line, start, start + len(package.name))


def _mark_of(deprecated: object) -> Mark | None:
    if isinstance(deprecated, str) and deprecated:
        return Mark("deprecated", deprecated)
    return Mark("deprecated") if deprecated is True else None


def _is_local(resolution: object) -> bool:
    return isinstance(resolution, dict) and ("directory" in resolution or resolution.get("type") == "directory")


def _package(key: str, entry: Table) -> _Package | None:
    found = _form().match(key)
    name, version = entry.get("name"), entry.get("version")
    version = version if isinstance(version, str) and npm.is_version(version) else None
    if isinstance(name, str) and name and not (found and found[1] == name):
        # What comes from elsewhere may have its address for a key, and its name and version beside it.
        return _Package(name, version, key, None)
    if found is None:
        return None
    address = found[3] or ""
    if address.startswith(_RUNTIME):
        version = version or address.removeprefix(_RUNTIME)
    return _Package(found[1], version or found[2], found[3], found.start(1))


class _Fact(NamedTuple):
    """When a package is needed, whether the project asks for it itself, and its ancestors."""

    scope: Scope
    direct: bool
    chain: tuple[str, ...]


class _Graph:
    """Who asks for whom, in one document."""

    def __init__(self, document: Table, packages: dict[str, _Package | None]) -> None:
        importers = [_table(importer) for importer in _table(document.get("importers")).values()] or [document]
        self._nodes = _table(document.get("snapshots")) or _table(document.get("packages"))
        self._before, self._between = _key_form(document.get("lockfileVersion"))
        self._is_own = any(not _OWN.isdisjoint(importer) for importer in importers)
        # Variants by peer and by patch have what makes them one in brackets.
        self._keys = {node: node if node in packages else node.partition("(")[0] for node in self._nodes}
        roots = {
            scope: [root for table in importers for root in self._wanted(table, group)] for group, scope in _GROUPS
        }
        self._facts = self._found(roots)
        labels = {key: package.label for key, package in packages.items() if package}
        self._label = {node: labels.get(key, key) for node, key in self._keys.items()}.__getitem__

    def has(self, key: str) -> bool:
        """Whether a package is one of the project's, and not only of the tool that wrote the file."""
        return not self._is_own or key in self._facts

    def place(self, key: str, entry: Table) -> tuple[Scope, bool | None, tuple[str, ...]]:
        """Return when a package is needed, whether the project asks for it itself, and who else does."""
        fact = self._facts.get(key)
        scope = fact.scope if fact else Scope.RUNTIME
        # Until version 6 a package says itself what it is needed for.
        if entry.get("dev") is True:
            scope = Scope.DEV
        elif entry.get("optional") is True and scope is Scope.RUNTIME:
            scope = Scope.OPTIONAL
        if fact is None:
            return scope, None, ()
        return scope, fact.direct, () if fact.direct else tuple(map(self._label, fact.chain))

    def _found(self, roots: dict[Scope, list[str]]) -> dict[str, _Fact]:
        children = {node: self._children(entry) for node, entry in self._nodes.items() if entry}
        asked_for = {root for group in roots.values() for root in group}
        facts: dict[str, _Fact] = {}
        for node, (scope, chain) in npm.reached(roots, children).items():
            spared = scope is Scope.RUNTIME and _table(self._nodes[node]).get("optional") is True
            key, fact = self._keys[node], _Fact(Scope.OPTIONAL if spared else scope, node in asked_for, chain)
            facts[key] = _joined(facts[key], fact) if key in facts else fact
        return facts

    def _children(self, entry: object) -> list[str]:
        if not isinstance(entry, dict):
            return []
        children = self._wanted(entry, "dependencies") if "dependencies" in entry else []
        return children + self._wanted(entry, "optionalDependencies") if "optionalDependencies" in entry else children

    def _wanted(self, table: Table, group: str) -> list[str]:
        nodes, before, between = self._nodes, self._before, self._between
        found = []
        for name, value in _table(table.get(group)).items():
            reference = value.get("version") if isinstance(value, dict) else value
            node = f"{before}{name}{between}{reference}"
            if node in nodes:
                found.append(node)
            elif isinstance(reference, str) and reference in nodes:
                found.append(reference)
        return found


def _joined(one: _Fact, other: _Fact) -> _Fact:
    # Of two variants of a package the one that is needed first speaks, then the one that is nearer.
    better, _ = sorted((one, other), key=lambda fact: (_ORDER.index(fact.scope), len(fact.chain)))
    return better._replace(direct=one.direct or other.direct)


_ORDER: Final = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV, Scope.BUILD)


def _key_form(version: object) -> tuple[str, str]:
    # What stands before the name and before the version in a key.
    major = version.partition(".")[0] if isinstance(version, str) else ""
    return {"5": ("/", "/"), "6": ("/", "@")}.get(major, ("", "@"))


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


@cache
def _form() -> re.Pattern[str]:
    # A registry other than the usual one stands before the name. Groups: name, version, address.
    return re.compile(
        r"(?:/|[^/@]+/)?((?:@[^/@:()]+/)?[^/@:()]+)"
        r"(?:[@/](\d+\.\d+\.\d+[-+.0-9A-Za-z]*)(?=[_(/]|\Z)|@([^(]+))"
    )


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^lockfileVersion: *['\"]?\d", head) is not None


PARSER: Final = Parser(
    id="pnpm_lock",
    title="pnpm lockfile",
    globs=("pnpm-lock.yaml",),
    spec="https://github.com/pnpm/spec/tree/master/lockfile",
    parse=parse,
    mark=_mark,
)
