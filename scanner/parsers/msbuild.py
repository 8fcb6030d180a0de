"""Reads .NET project files (`*.csproj`, `*.fsproj`, `*.vbproj`): packages and target frameworks.

https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files. A version may
stand in a property, or in a file above the project that speaks for all projects below it
(https://learn.microsoft.com/en-us/nuget/consume-packages/central-package-management).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import msbuild, nuget
from scanner.model import Location, Problem, Scope
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.msbuild import Item
    from scanner.model import Parsed
    from scanner.source import Source

_REFERENCES: Final = frozenset({"PackageReference", "DotNetCliToolReference"})
# Real files have one for each target framework.
_MOST_VERSIONS: Final = 50


def parse(source: Source) -> Iterator[Parsed]:
    """Read the project's own packages and frameworks in file order; a bad one is a problem of its own."""
    try:
        project = msbuild.Project(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    items = [item for item in project.items(own=True) if item.kind in _REFERENCES]
    scope = Scope.DEV if _is_of_tests(project, items) else Scope.RUNTIME
    versions = _Versions(project, items)
    parsed: list[Parsed] = [*msbuild.runtimes(project, scope)]
    for item in items:
        if not versions.repeats(item):
            private = item.private or item.kind == "DotNetCliToolReference"
            parsed += msbuild.packages(item, versions.of(item), Scope.DEV if private else scope, direct=True)
    yield from msbuild.in_order(parsed)


def _is_of_tests(project: msbuild.Project, items: list[Item]) -> bool:
    declared = project.value("IsTestProject").lower()
    if declared in {"true", "false"}:
        return declared == "true"
    return any(item.name.lower() == nuget.TEST_SDK for item in items)


class _Versions:
    """What each package's version is: the item's own, or what is said of it elsewhere."""

    def __init__(self, project: msbuild.Project, items: list[Item]) -> None:
        self._included = {item.name.lower() for item in items if not item.updates}
        self._updates: dict[str, tuple[str, ...]] = {}
        self._central: dict[str, tuple[str, ...]] = {}
        for item in (*project.items(own=False), *project.items(own=True)):
            if item.kind == "PackageVersion":
                _learn(self._central, item)
            elif item.updates:
                _learn(self._updates, item)

    def of(self, item: Item) -> tuple[str, ...]:
        """Return all versions that it may have; none where nobody tells."""
        name = item.name.lower()
        return item.versions or self._updates.get(name) or self._central.get(name, ())

    def repeats(self, item: Item) -> bool:
        """Tell whether an item only adds to another, or says nothing of a version."""
        return item.updates and (item.name.lower() in self._included or not item.versions)


def _learn(versions: dict[str, tuple[str, ...]], item: Item) -> None:
    # What may or may not be meant stands beside what was said before, and what is meant in its place.
    if item.versions and item.certain is not False:
        before = () if item.certain else versions.get(item.name.lower(), ())
        versions[item.name.lower()] = tuple(dict.fromkeys((*before, *item.versions)))[:_MOST_VERSIONS]


def _mark(head: bytes) -> bool:
    return re.search(rb"<Project[\s>]", head) is not None and re.search(rb"<(?:Global)?PackageVersion\s", head) is None


PARSER: Final = Parser(
    id="msbuild",
    title=".NET project",
    globs=("*.csproj", "*.fsproj", "*.vbproj"),
    spec="https://learn.microsoft.com/en-us/nuget/consume-packages/package-references-in-project-files",
    parse=parse,
    mark=_mark,
    pinned_by=("packages.lock.json", "packages.*.lock.json"),
)
