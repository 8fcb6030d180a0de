"""Reads `*.deps.json`, the list of what a built .NET application brings along.

https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md. Projects and
reference assemblies are no packages; the runtime of a self-contained application is (`runtimepack`). Packages
that leave no file in the application, as those do that only name others, are no part of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import nuget
from scanner.model import Dependency, Kind, Location, Problem
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.ecosystems.nuget import Origin
    from scanner.model import Parsed
    from scanner.source import Source

_RUNTIME_PACK: Final = "runtimepack."
_FILES: Final = ("runtime", "runtimeTargets", "native", "resources")


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        libraries = decode.table(document.get("libraries"), "The table of libraries")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, origins, empty = Places(source), _origins(document, libraries), _empty(document)
    for key, library in libraries.items():
        try:
            kind = decode.table(library, quoted(key)).get("type")
        except decode.ShapeError as error:
            yield Problem(str(error), places.key(("libraries", key)))
            continue
        if isinstance(kind, str) and (
            kind.lower() == "runtimepack" or (kind.lower() == "package" and key not in empty)
        ):
            yield _read(key, places.key(("libraries", key)), origins.get(key, nuget.Origin()))


def _read(key: str, place: Location, origin: Origin) -> Dependency | Problem:
    written, _, version = key.partition("/")
    location = nuget.named(place, written)
    name = written.removeprefix(_RUNTIME_PACK)
    try:
        purl = nuget.purl(name, version if nuget.is_version(version) else None)
    except ValueError:
        return Problem(f"No package can be named {quoted(name)}.", place)
    if not nuget.is_version(version):
        return Problem(f"The version of {quoted(name)} is {'no version' if version else 'missing'}.", location)
    kind = Kind.LIBRARY if name == written else Kind.RUNTIME
    return Dependency(purl=purl, location=location, kind=kind, direct=origin.direct, via=origin.via)


def _targets(document: Table) -> list[Table]:
    targets = document.get("targets")
    return [target for target in targets.values() if isinstance(target, dict)] if isinstance(targets, dict) else []


def _empty(document: Table) -> set[str]:
    listed: set[str] = set()
    filled: set[str] = set()
    for target in _targets(document):
        for key, entry in target.items():
            has_files = isinstance(entry, dict) and any(entry.get(kind) for kind in _FILES)
            (filled if has_files else listed).add(key)
    return listed - filled


def _origins(document: Table, libraries: Table) -> dict[str, Origin]:
    origins: dict[str, Origin] = {}
    for target in _targets(document):
        entries = {key: _names(entry) for key, entry in target.items()}
        for key, origin in nuget.origins(entries, _projects(entries, libraries), inside=True).items():
            # A portable application lists the same packages once more, for each platform that differs.
            if key not in origins or origins[key].direct is None:
                origins[key] = origin
    return origins


def _names(entry: object) -> list[str]:
    dependencies = entry.get("dependencies") if isinstance(entry, dict) else None
    return list(dependencies) if isinstance(dependencies, dict) else []


def _projects(entries: dict[str, list[str]], libraries: Table) -> list[str] | None:
    # The application is the project that no other needs.
    wanted = {name.lower() for names in entries.values() for name in names}
    names = [key.partition("/")[0] for key in entries if _is_project(libraries.get(key))]
    return [name for name in names if name.lower() not in wanted] or None


def _is_project(library: object) -> bool:
    return isinstance(library, dict) and library.get("type") == "project"


def _mark(head: bytes) -> bool:
    return b'"runtimeTarget"' in head and head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


PARSER: Final = Parser(
    id="deps_json",
    title=".NET application's dependencies",
    globs=("*.deps.json",),
    spec="https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md",
    parse=parse,
    mark=_mark,
)
