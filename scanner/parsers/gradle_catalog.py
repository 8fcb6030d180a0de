"""Reads Gradle's version catalogs: the libraries and plugins that a build may name by an alias.

https://docs.gradle.org/current/userguide/version_catalogs.html. What they are used for is not told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import maven
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.toml import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read libraries and plugins in file order; an entry that cannot be read is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    versions = _table(document, "versions")
    parsed = [value for section in _SECTIONS for value in _section(document, section, places, versions)]
    yield from sorted(parsed, key=_order)


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _table(document: Table, name: str) -> Table:
    # Gradle takes `-`, `_` and `.` in an alias for one and the same.
    value = document.get(name)
    return {_normalized(alias): entry for alias, entry in value.items()} if isinstance(value, dict) else {}


def _normalized(alias: str) -> str:
    return alias.replace("-", ".").replace("_", ".")


def _section(document: Table, section: str, places: Places, versions: Table) -> Iterator[Parsed]:
    try:
        entries = decode.table(document.get(section, {}), quoted(section))
    except decode.ShapeError as error:
        yield Problem(str(error), places.key((section,)))
        return
    for alias, entry in entries.items():
        at = _At(section, alias, places)
        try:
            if section == "versions":
                _rich(entry, at)
            else:
                yield from _dependency(_named(entry, at), at, versions)
        except decode.ShapeError as error:
            yield Problem(str(error), at.key)


class _At(NamedTuple):
    """An entry of the document."""

    section: str
    alias: str
    places: Places

    @property
    def key(self) -> Location:
        return self.places.key((self.section, self.alias))

    def what(self, key: str) -> str:
        return f"The {key} of {quoted(self.alias)}"

    def text(self, value: str, start: int = 0, end: int | None = None, key: str | None = None) -> Location:
        path = (self.section, self.alias) if key is None else (self.section, self.alias, key)
        return self.places.text(path, value, start, end)


class _Named(NamedTuple):
    """What an alias stands for; the version as it was decoded."""

    group: str
    name: str
    version: object
    location: Location


def _named(entry: object, at: _At) -> _Named:
    if at.section == "plugins":
        return _plugin(entry, at)
    if isinstance(entry, str):
        group, name, version = f"{entry}::".split(":", 2)
        start = len(group) + 1
        return _Named(group, name, version.rstrip(":") or None, at.text(entry, start, start + len(name)))
    table = decode.table(entry, at.what("entry"))
    if "module" not in table:
        group, name = (decode.text(table.get(key), at.what(key)) for key in ("group", "name"))
        return _Named(group, name, table.get("version"), at.text(name, key="name"))
    module = decode.text(table["module"], at.what("module"))
    group, _, name = module.partition(":")
    return _Named(group, name, table.get("version"), at.text(module, len(group) + 1, key="module"))


def _plugin(entry: object, at: _At) -> _Named:
    if isinstance(entry, str):
        plugin, _, version = entry.partition(":")
        return _Named(plugin, plugin + maven.PLUGIN, version or None, at.text(entry, 0, len(plugin)))
    table = decode.table(entry, at.what("entry"))
    plugin = decode.text(table.get("id"), at.what("id"))
    return _Named(plugin, plugin + maven.PLUGIN, table.get("version"), at.text(plugin, key="id"))


def _dependency(named: _Named, at: _At, versions: Table) -> Iterator[Parsed]:
    if not maven.is_name(named.group) or not maven.is_name(named.name):
        yield Problem(f"{quoted(f'{named.group}:{named.name}')} is no module.", at.key)
        return
    version = maven.Version()
    try:
        version = _rich(_referred(named.version, at, versions), at)
    except decode.ShapeError as error:
        yield Problem(str(error), named.location)
    yield Dependency(
        purl=maven.purl(named.group, named.name, version.pinned),
        location=named.location,
        requirement=version.requirement,
        scope=Scope.BUILD if at.section == "plugins" else Scope.RUNTIME,
        direct=True,
    )


def _referred(version: object, at: _At, versions: Table) -> object:
    if not isinstance(version, dict) or "ref" not in version:
        return version
    alias = decode.text(version["ref"], at.what("reference"))
    if _normalized(alias) not in versions:
        msg = f"There is no version {quoted(alias)} for {quoted(at.alias)}."
        raise decode.ShapeError(msg)
    return versions[_normalized(alias)]


def _rich(version: object, at: _At) -> maven.Version:
    if isinstance(version, dict):
        # The strictest word counts: what is preferred may be any version that the others let in.
        version = next((version[word] for word in ("strictly", "require", "prefer") if word in version), None)
    return maven.version_of(decode.optional_text(version, at.what("version")))


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^\s*\[(?:libraries|versions)\]", head) is not None and (
        re.search(
            rb"""(?m)^[\w.-]+\s*=\s*(?:\{.*\b(?:module|group|id)\s*=|["'][\w.-]+:[\w.-]+[:"'])|^\[plugins\]""", head
        )
        is not None
    )


_SECTIONS: Final = ("versions", "libraries", "plugins")

PARSER: Final = Parser(
    id="gradle_catalog",
    title="Gradle version catalog",
    globs=("*.versions.toml",),
    spec="https://docs.gradle.org/current/userguide/version_catalogs.html",
    parse=parse,
    mark=_mark,
    pinned_by=("gradle.lockfile", "buildscript-gradle.lockfile"),
)
