"""Reads Julia's `Manifest.toml`, formats 1 and 2: the exact versions of a project's packages, and of Julia.

https://pkgdocs.julialang.org/v1/toml-files/#Manifest.toml. `Project.toml` beside tells which packages the
project itself asks for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.model import Dependency, Kind, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Path, Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_PROJECTS: Final = ("Project.toml", "JuliaProject.toml")
# More packages of one name than any manifest holds; else a hostile one would take time by the square of its size.
_MOST: Final = 20


def parse(source: Source) -> Iterator[Parsed]:
    """Read Julia's version and the packages; one that cannot be read is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    yield from _julia(document.get("julia_version"), places)
    try:
        entries = list(_entries(document))
    except decode.ShapeError as error:
        yield Problem(str(error), source.location)
        return
    graph = _Graph(entries, _asked(source))
    for index, entry in enumerate(entries):
        yield from _read(entry, places.key(entry.path), graph, index)


class _Entry(NamedTuple):
    name: str
    path: Path
    value: object

    def member(self, key: str) -> object:
        return self.value.get(key) if isinstance(self.value, dict) else None

    @property
    def label(self) -> str:
        version = self.member("version")
        return f"{self.name}@{version}" if isinstance(version, str) else self.name


def _julia(version: object, places: Places) -> Iterator[Parsed]:
    if isinstance(version, str) and pep508.is_version(version):
        location = places.text(("julia_version",), version)
        yield Dependency(make("generic", "julia", version), location, kind=Kind.RUNTIME, direct=True)
    elif version is not None:
        yield Problem("The version of Julia is no version.", places.key(("julia_version",)))


def _entries(document: Table) -> Iterator[_Entry]:
    # Format 1 has no table around the packages.
    packages = document
    prefix: Path = ()
    if "manifest_format" in document or isinstance(document.get("deps"), dict):
        packages, prefix = decode.table(document.get("deps", {}), "The table of packages"), ("deps",)
    for name, entries in packages.items():
        if isinstance(entries, list):
            yield from (_Entry(name, (*prefix, name, number), entry) for number, entry in enumerate(entries))
        elif prefix:
            yield _Entry(name, (*prefix, name), entries)


def _read(entry: _Entry, location: Location, graph: _Graph, index: int) -> Iterator[Parsed]:
    if not isinstance(entry.value, dict) or not entry.name.isidentifier():
        yield Problem(f"The entry of {quoted(entry.name)} is no package.", location)
        return
    if "path" in entry.value:
        return  # a package that is developed beside the project
    version, uuid = entry.member("version"), entry.member("uuid")
    pinned = version if isinstance(version, str) and pep508.is_version(version) else None
    if version is not None and pinned is None:
        yield Problem(f"The version of {quoted(entry.name)} is no version.", location)
    known = isinstance(uuid, str) and re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", uuid)
    direct = graph.direct(index)
    yield Dependency(
        purl=make("julia", entry.name, pinned) + (f"?uuid={uuid}" if known else ""),
        location=location,
        direct=direct,
        via=() if direct else graph.via(index),
    )


class _Graph:
    """Who asks for whom, by the places of the packages in the file."""

    def __init__(self, entries: list[_Entry], asked: Mapping[str, object] | None) -> None:
        self._entries, self._asked = entries, asked
        self._named: dict[str, list[int]] = {}
        for index, entry in enumerate(entries):
            self._named.setdefault(entry.name, []).append(index)
        children = {index: list(self._meant(entry.member("deps"))) for index, entry in enumerate(entries)}
        tops = lineage.tops(children) if any(children.values()) else []
        self._chains = lineage.chains([*self._meant(asked), *tops], children)

    def direct(self, index: int) -> bool | None:
        """Tell whether the project asks for a package itself, if that is known."""
        if self._asked is not None:
            entry = self._entries[index]
            return self._asked.get(entry.name, "") == entry.member("uuid")
        return True if self._chains.get(index) == () else None

    def via(self, index: int) -> tuple[str, ...]:
        """Name the ancestors."""
        return tuple(self._entries[parent].label for parent in self._chains.get(index, ()))

    def _meant(self, wanted: object) -> Iterator[int]:
        # A list of names; a table of names and UUIDs where names alone would not do.
        for name in wanted if isinstance(wanted, (list, dict)) else ():
            uuid = wanted[name] if isinstance(wanted, dict) else None
            for index in self._named.get(name, [])[:_MOST] if isinstance(name, str) else ():
                if uuid in {None, str(self._entries[index].member("uuid"))}:
                    yield index


def _asked(source: Source) -> Mapping[str, object] | None:
    for name in _PROJECTS:
        if project := source.beside(name):
            try:
                deps = decode.from_toml(project.text).get("deps", {})
            except decode.ShapeError:
                return None  # the file is a problem of its own where it is read
            return (
                {key: uuid for key, uuid in deps.items() if isinstance(uuid, str)} if isinstance(deps, dict) else None
            )
    return None


def _mark(head: bytes) -> bool:
    if b"manifest_format = " in head and b"[[deps." in head:
        return True
    return b"machine-generated - editing it directly is not advised" in head and b"[[" in head and b"uuid = " in head


PARSER: Final = Parser(
    id="julia_manifest",
    title="Julia manifest",
    globs=("Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml", "JuliaManifest-v*.toml"),
    spec="https://pkgdocs.julialang.org/v1/toml-files/#Manifest.toml",
    parse=parse,
    mark=_mark,
)
