"""Reads NuGet's `packages.lock.json`: what was restored for each target framework.

https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies.
A package that several frameworks share is told once. What differs for one platform stands under
`net8.0/win-x64`, beside what `net8.0` holds.
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


# Central versions may speak for packages that the project does not ask for.
_TRANSITIVE: Final = frozenset({"Transitive", "CentralTransitive"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        frameworks = decode.table(document.get("dependencies"), "The table of dependencies")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, origins = Places(source), _origins(frameworks)
    scope = Scope.DEV if _is_of_tests(frameworks) else Scope.RUNTIME
    told: set[str] = set()
    for framework, packages in frameworks.items():
        if not isinstance(packages, dict):
            yield Problem(f"What {quoted(framework)} holds is no table.", places.key(("dependencies", framework)))
            continue
        for name, entry in packages.items():
            key = _key(name, entry)
            if key not in told:
                told.add(key)
                yield from _read(name, entry, places.key(("dependencies", framework, name)), origins, scope)


def _read(
    name: str, entry: object, location: Location, origins: dict[str, Origin], scope: Scope
) -> Iterator[Dependency | Problem]:
    try:
        package = decode.table(entry, quoted(name))
        if _is_project(package):
            return
        version = decode.text(package.get("resolved"), f"The version of {quoted(name)}")
    except decode.ShapeError as error:
        yield Problem(str(error), location)
        version = None
    if version is not None and not nuget.is_version(version):
        yield Problem(f"The version of {quoted(name)} is no version.", location)
        version = None
    try:
        purl = nuget.purl(name, version)
    except ValueError:
        yield Problem(f"No package can be named {quoted(name)}.", location)
        return
    origin = origins.get(_key(name, entry), nuget.Origin())
    direct = False if origin.direct is None and _type(entry) in _TRANSITIVE else origin.direct
    yield Dependency(purl=purl, location=location, scope=scope, direct=direct, via=origin.via)


def _origins(frameworks: Table) -> dict[str, Origin]:
    origins: dict[str, Origin] = {}
    for framework, packages in frameworks.items():
        shared = frameworks.get(framework.partition("/")[0])
        entries = {**_tables(shared), **_tables(packages)}
        needed = {_key(name, entry): _names(entry) for name, entry in entries.items()}
        wanted = {name.lower() for names in needed.values() for name in names}
        roots = [
            name
            for name, entry in entries.items()
            if _type(entry) == "Direct" or (_is_project(entry) and name.lower() not in wanted)
        ]
        for key, origin in nuget.origins(needed, roots).items():
            if origin.direct or key not in origins:
                origins[key] = origin
    return origins


def _tables(packages: object) -> dict[str, Table]:
    entries = packages.items() if isinstance(packages, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}


def _names(entry: Table) -> list[str]:
    dependencies = entry.get("dependencies")
    return list(dependencies) if isinstance(dependencies, dict) else []


def _key(name: str, entry: object) -> str:
    version = entry.get("resolved") if isinstance(entry, dict) else None
    return f"{name}/{version}" if isinstance(version, str) else f"{name}/"


def _type(entry: object) -> object:
    return entry.get("type") if isinstance(entry, dict) else None


def _is_project(entry: object) -> bool:
    return _type(entry) == "Project"


def _is_of_tests(frameworks: Table) -> bool:
    packages = (package for framework in frameworks.values() for package in _tables(framework).items())
    return any(name.lower() == nuget.TEST_SDK and _type(entry) == "Direct" for name, entry in packages)


def _mark(head: bytes) -> bool:
    return re.match(rb'(?:\xef\xbb\xbf)?\s*\{\s*"version"\s*:\s*\d+\s*,\s*"dependencies"\s*:\s*\{', head) is not None


PARSER: Final = Parser(
    id="nuget_lock",
    title="NuGet lockfile",
    globs=("packages.lock.json", "packages.*.lock.json"),
    spec="https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files#locking-dependencies",
    parse=parse,
    mark=_mark,
)
