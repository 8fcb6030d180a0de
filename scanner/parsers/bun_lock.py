"""Reads `bun.lock`, the lockfile that Bun writes as text: JSON with comments and trailing commas.

https://bun.com/docs/pm/lockfile. The keys of `packages` are paths as in node_modules (`parent/child`), and the
first text of each array tells what was chosen: `name@1.0.0`, or an address in place of the version.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import npm
from scanner.lineage import LONGEST
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_GROUPS: Final = (
    ("dependencies", Scope.RUNTIME),
    ("devDependencies", Scope.DEV),
    ("optionalDependencies", Scope.OPTIONAL),
    ("peerDependencies", Scope.RUNTIME),
)
# What lies on the same disk, and the project itself.
_LOCAL: Final = ("workspace:", "link:", "root:", "file:")


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_jsonc(source.text), "The lockfile")
        entries = decode.table(document.get("packages", {}), "The table of packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    packages = {key: _package(entry) for key, entry in entries.items()}
    graph = _Graph(document, packages)
    for key, package in packages.items():
        if package is None:
            yield Problem(f"{quoted(key)} is no entry of a package.", places.key(("packages", key)))
        elif not package.is_local:
            location = places.text(("packages", key, 0), package.text, 0, len(package.name))
            yield _dependency(key, package, graph, location)


class _Package(NamedTuple):
    """What an entry tells: the text that names it, its name and version or address, and what it asks for."""

    text: str
    name: str
    version: str | None
    address: str
    details: Table

    @property
    def is_local(self) -> bool:
        return self.address.startswith(_LOCAL)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


def _package(entry: object) -> _Package | None:
    text = entry[0] if isinstance(entry, list) and entry else None
    found = _form().fullmatch(text) if isinstance(text, str) else None
    if found is None or not isinstance(entry, list):
        return None
    details = next((item for item in entry if isinstance(item, dict)), {})
    version = found[2] if npm.is_version(found[2]) else None
    return _Package(found[0], found[1], version, found[2], details)


def _dependency(key: str, package: _Package, graph: _Graph, location: Location) -> Parsed:
    try:
        purl = npm.purl(package.name, package.version)
    except ValueError:
        return Problem(f"No package can be named {quoted(package.name)}.", location)
    scope, direct, via = graph.place(key)
    return Dependency(
        purl=purl,
        location=location,
        requirement=None if package.version else package.address,
        scope=scope,
        direct=direct,
        via=via,
    )


class _Graph:
    """Who asks for whom: packages by their keys."""

    def __init__(self, document: Table, packages: dict[str, _Package | None]) -> None:
        self._packages = packages
        roots: dict[Scope, list[str]] = {scope: [] for _, scope in _GROUPS}
        for folder, member in _table(document.get("workspaces")).items():
            # The packages of a member that are not the project's stand below its name.
            name = _table(member).get("name")
            above = name if folder and isinstance(name, str) else ""
            for group, scope in _GROUPS:
                roots[scope] += self._wanted(_table(member), group, above)
        self._asked_for = {key for group in roots.values() for key in group}
        needed = {key: self._children(key, optional=False) for key in packages}
        children = {key: self._children(key, optional=True) for key in packages}
        self._reached = npm.reached(roots, needed, children)

    def place(self, key: str) -> tuple[Scope, bool | None, tuple[str, ...]]:
        """Return when a package is needed, whether the project asks for it itself, and who else does."""
        if key not in self._reached:
            return Scope.RUNTIME, None, ()
        scope, chain = self._reached[key]
        if key in self._asked_for:
            return scope, True, ()
        parents = (self._packages.get(parent) for parent in chain)
        return scope, False, tuple(parent.label for parent in parents if parent)

    def _children(self, key: str, *, optional: bool) -> list[str]:
        package = self._packages[key]
        if package is None:
            return []
        groups = ("dependencies", "peerDependencies", *(("optionalDependencies",) if optional else ()))
        return [child for group in groups for child in self._wanted(package.details, group, key)]

    def _wanted(self, table: Table, group: str, above: str) -> list[str]:
        # Peers that are optional are never the reason for a package.
        left_out = table.get("optionalPeers") if group == "peerDependencies" else None
        names = (name for name in _table(table.get(group)) if not isinstance(left_out, list) or name not in left_out)
        found = (self._nearest(above, name) for name in names)
        return [key for key in found if key is not None]

    def _nearest(self, above: str, name: str) -> str | None:
        # As in node_modules: below the one who asks, or below one of those above it.
        for _ in range(LONGEST):
            if not above:
                break
            if f"{above}/{name}" in self._packages:
                return f"{above}/{name}"
            above = above.rpartition("/")[0]
            if above.rpartition("/")[2].startswith("@"):  # half of a name
                above = above.rpartition("/")[0]
        return name if name in self._packages else None


def _table(value: object) -> Table:
    return value if isinstance(value, dict) else {}


@cache
def _form() -> re.Pattern[str]:
    return re.compile(r"((?:@[^/@\s]+/)?[^/@\s]+)@(\S+)")


def _mark(head: bytes) -> bool:
    pattern = rb'^\s*\{\s*"lockfileVersion":\s*\d+,\s*(?:"configVersion":\s*\d+,\s*)?"workspaces":'
    return re.search(pattern, head) is not None


PARSER: Final = Parser(
    id="bun_lock",
    title="Bun lockfile",
    globs=("bun.lock",),
    spec="https://bun.com/docs/pm/lockfile",
    parse=parse,
    mark=_mark,
)
