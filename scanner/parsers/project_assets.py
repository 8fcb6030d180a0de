"""Reads `obj/project.assets.json`, in which a restore writes down what it took for a .NET project.

https://learn.microsoft.com/en-us/nuget/concepts/dependency-resolution; the format has no specification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import nuget
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.ecosystems.nuget import Origin
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        libraries = decode.table(document.get("libraries"), "The table of libraries")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, asked_for = Places(source), _asked_for(document)
    origins = _origins(document, list(asked_for) if asked_for else None)
    private = _private(asked_for)
    for key, library in libraries.items():
        place = places.key(("libraries", key))
        if not isinstance(library, dict):
            yield Problem(f"{quoted(key)} is no table.", place)
        elif library.get("type") == "package":
            yield _read(key, place, origins.get(key, nuget.Origin()), private)


def _read(key: str, place: Location, origin: Origin, private: frozenset[str]) -> Dependency | Problem:
    name, _, version = key.partition("/")
    location = nuget.named(place, name)
    try:
        purl = nuget.purl(name, version if nuget.is_version(version) else None)
    except ValueError:
        return Problem(f"No package can be named {quoted(name)}.", place)
    if not nuget.is_version(version):
        return Problem(f"The version of {quoted(name)} is {'no version' if version else 'missing'}.", location)
    top = (origin.via[0] if origin.via else name).partition("@")[0].lower()
    scope = Scope.DEV if nuget.TEST_SDK in private or top in private else Scope.RUNTIME
    return Dependency(purl=purl, location=location, scope=scope, direct=origin.direct, via=origin.via)


def _asked_for(document: Table) -> dict[str, Table]:
    # By name: what the project's file says of each package, for the last of its frameworks.
    frameworks = _table(_table(document, "project"), "frameworks")
    asked_for: dict[str, Table] = {}
    for framework in frameworks:
        dependencies = _table(_table(frameworks, framework), "dependencies")
        asked_for.update((name, _table(dependencies, name)) for name in dependencies)
    groups = _table(document, "projectFileDependencyGroups")
    for group in groups.values():
        for text in group if isinstance(group, list) else ():
            if isinstance(text, str) and text:  # `Name >= 1.0.0`; projects are named here only
                asked_for.setdefault(text.partition(" ")[0], {})
    return asked_for


def _private(asked_for: dict[str, Table]) -> frozenset[str]:
    # What is not handed on to those who use the project: analysers and other tools. A project of tests has no users.
    tests = {nuget.TEST_SDK} & {name.lower() for name in asked_for}
    return frozenset(tests | {name.lower() for name, said in asked_for.items() if said.get("suppressParent") == "All"})


def _origins(document: Table, roots: list[str] | None) -> dict[str, Origin]:
    targets = _table(document, "targets")
    origins: dict[str, Origin] = {}
    for target in targets:
        entries = _table(targets, target)
        needed = {key: list(_table(_table(entries, key), "dependencies")) for key in entries}
        for key, origin in nuget.origins(needed, roots).items():
            origins.setdefault(key, origin)
    return origins


def _table(table: Table, key: str) -> Table:
    value = table.get(key)
    return value if isinstance(value, dict) else {}


def _mark(head: bytes) -> bool:
    return re.match(rb'(?:\xef\xbb\xbf)?\s*\{\s*"version"\s*:\s*\d+\s*,\s*"targets"\s*:\s*\{', head) is not None


PARSER: Final = Parser(
    id="project_assets",
    title="NuGet restore result",
    globs=("project.assets.json",),
    spec="https://learn.microsoft.com/en-us/nuget/concepts/dependency-resolution",
    parse=parse,
    mark=_mark,
)
