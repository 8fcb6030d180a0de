"""Reads Composer's `composer.lock`: packages and development packages.

https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control. What the
project itself asks for, of PHP too, stands in the `composer.json` beside; without it, it must be what nobody asks for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.model import Dependency, Location, Mark, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


class _Package(NamedTuple):
    name: str
    version: str | None
    scope: Scope
    table: Table
    location: Location


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        decode.items(document.get("packages"), "The list of packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    read = list(_packages(source, document))
    packages = [package for package in read if isinstance(package, _Package)]
    graph = _Graph(source, packages)
    for package in read:
        if not isinstance(package, _Package):
            yield package
        elif not _is_local(package.table):
            yield _dependency(package, graph)


def _packages(source: Source, document: Table) -> Iterator[_Package | Problem]:
    entries = [(key, index, entry) for key in _SCOPES for index, entry in enumerate(_entries(document, key))]
    places = _Names(source, entries)
    for number, (key, index, entry) in enumerate(entries):
        try:
            table = decode.table(entry, f"Package {index + 1} of {quoted(key)}")
            name = decode.text(table.get("name"), f"The name of package {index + 1} of {quoted(key)}")
        except decode.ShapeError as error:
            yield Problem(str(error), places.of(number))
            continue
        location = places.of(number)
        if not _is_name(name):
            yield Problem(f"No package can be named {quoted(name)}.", location)
            continue
        version = table.get("version")
        if not isinstance(version, str) or not version.strip():
            yield Problem(f"The version of {quoted(name)} is missing.", location)
            version = None
        yield _Package(name.lower(), version, _SCOPES[key], table, location)


def _entries(document: Table, key: str) -> list[object]:
    value = document.get(key)
    return value if isinstance(value, list) else []


class _Names:
    """Where the packages' names stand: each below its bracket, as Composer writes, else by walking the document."""

    def __init__(self, source: Source, entries: list[tuple[str, int, object]]) -> None:
        self._source, self._entries = source, entries
        # No text of a JSON document holds a line break, so that this is an object in a list in the document.
        pattern = r'\n(?: {8}|\t\t| {4})\{\r?\n(?: {12}|\t\t\t| {6})"name": "([^"\\]*+)"'
        self._found = list(re.finditer(pattern, source.text))
        written = [match[1] for match in self._found]
        self._as_written = written == [
            entry.get("name") if isinstance(entry, dict) else None for _, _, entry in entries
        ]
        self._places = Places(source)

    def of(self, number: int) -> Location:
        if self._as_written:
            return self._source.span(*self._found[number].span(1))
        key, index, entry = self._entries[number]
        name = entry.get("name") if isinstance(entry, dict) else None
        return (
            self._places.text((key, index, "name"), name) if isinstance(name, str) else self._places.key((key, index))
        )


class _Graph:
    def __init__(self, source: Source, packages: list[_Package]) -> None:
        self._versions = {package.name: package.version for package in reversed(packages)}
        children = {package.name: _keys(package.table, "require") for package in packages}
        asked_for = _asked_for(source)
        self._told = asked_for is not None
        if asked_for is None:
            scopes = {package.name: package.scope for package in packages}
            asked_for = [(name, scopes[name]) for name in lineage.tops(children)]
        self._roots = frozenset(name for name, _ in asked_for)
        for name, providers in _providers(packages).items():
            children.setdefault(name, providers)
        self._origins = lineage.origins(asked_for, children)

    def direct(self, package: _Package) -> bool | None:
        if self._told:
            return package.name in self._roots
        return True if package.name in self._roots else None

    def via(self, package: _Package) -> tuple[str, ...]:
        origin = self._origins.get(package.name)
        chain = [name for name in origin.via if name in self._versions] if origin else []
        return tuple(f"{name}@{version}" if (version := self._versions[name]) else name for name in chain)


def _providers(packages: list[_Package]) -> dict[str, list[str]]:
    # A name may stand for whichever package provides or replaces it.
    providers: dict[str, list[str]] = {}
    for package in packages:
        for name in (*_keys(package.table, "replace"), *_keys(package.table, "provide")):
            providers.setdefault(name, []).append(package.name)
    return providers


def _keys(table: Table, key: str) -> list[str]:
    value = table.get(key)
    return [name.lower() for name in value] if isinstance(value, dict) else []


def _asked_for(source: Source) -> list[tuple[str, Scope]] | None:
    manifest = source.beside("composer.json")
    if manifest is None:
        return None
    try:
        document = decode.table(decode.from_json(manifest.text), "The document")
    except decode.ShapeError:
        return None
    wanted = (("require", Scope.RUNTIME), ("require-dev", Scope.DEV))
    return [(name, scope) for key, scope in wanted for name in _keys(document, key)]


def _dependency(package: _Package, graph: _Graph) -> Dependency:
    return Dependency(
        purl=_purl(package.name, package.version),
        location=package.location,
        scope=package.scope,
        direct=graph.direct(package),
        via=graph.via(package),
        mark=_abandoned(package.table.get("abandoned")),
    )


def _purl(name: str, version: str | None) -> str:
    # All that a package's name may consist of stands for itself in a purl, as does a plain version.
    if version is None:
        return f"pkg:composer/{name}"
    if re.fullmatch(r"[A-Za-z0-9._-]+", version):
        return f"pkg:composer/{name}@{version}"
    namespace, _, last = name.partition("/")
    return make("composer", last, version, namespace)


def _is_local(table: Table) -> bool:
    dist = table.get("dist")
    return isinstance(dist, dict) and dist.get("type") == "path"


def _abandoned(value: object) -> Mark | None:
    if isinstance(value, str) and value:
        return Mark("abandoned", replacement=_purl(value.lower(), None) if _is_name(value) else value)
    return Mark("abandoned") if value is True else None


def _is_name(name: str) -> bool:
    return re.fullmatch(r"(?i)[a-z0-9][a-z0-9_.-]*/[a-z0-9][a-z0-9_.-]*", name) is not None


def _mark(head: bytes) -> bool:
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    return begins and re.search(rb'"(?:content-)?hash"\s*:\s*"[0-9a-f]+",', head) is not None and b'"packages"' in head


_SCOPES: Final = {"packages": Scope.RUNTIME, "packages-dev": Scope.DEV}

PARSER: Final = Parser(
    id="composer_lock",
    title="PHP lockfile",
    globs=("composer.lock",),
    spec="https://getcomposer.org/doc/01-basic-usage.md#commit-your-composer-lock-file-to-version-control",
    parse=parse,
    mark=_mark,
)
