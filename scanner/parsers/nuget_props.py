"""Reads the MSBuild files that speak for many .NET projects: `Directory.Packages.props` and others like it.

https://learn.microsoft.com/en-us/nuget/consume-packages/central-package-management,
https://learn.microsoft.com/en-us/visualstudio/msbuild/customize-by-directory. A `PackageVersion` only
tells the version that a project below gets when it asks for the package.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import msbuild
from scanner.model import Location, Problem, Scope
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source

# Packages that are there for the build of each project alone.
_TOOLS: Final = frozenset({"GlobalPackageReference", "DotNetCliToolReference"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the file's own packages and frameworks in file order; a bad one is a problem of its own."""
    if not _is_of_msbuild(source):
        return
    try:
        project = msbuild.Project(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    parsed: list[Parsed] = [*msbuild.runtimes(project, Scope.RUNTIME)]
    for item in project.items(own=True):
        scope = Scope.DEV if item.private or item.kind in _TOOLS else Scope.RUNTIME
        # Whether a project asks for a package whose version stands here, its own file tells.
        direct = None if item.kind == "PackageVersion" or item.updates else True
        parsed += msbuild.packages(item, item.versions, scope, direct=direct)
    yield from msbuild.in_order(parsed)


def _is_of_msbuild(source: Source) -> bool:
    # Other tools have files with these endings too.
    name = source.path.rpartition("/")[2].lower()
    return name.startswith("directory.") or "<Project" in source.text


def _mark(head: bytes) -> bool:
    return (
        re.search(rb"<Project[\s>]", head) is not None and re.search(rb"<(?:Global)?PackageVersion\s", head) is not None
    )


PARSER: Final = Parser(
    id="nuget_props",
    title=".NET packages for many projects",
    globs=("*.props", "*.targets", "!*.nuget.g.props", "!*.nuget.g.targets"),
    spec="https://learn.microsoft.com/en-us/nuget/consume-packages/central-package-management",
    parse=parse,
    mark=_mark,
    pinned_by=("packages.lock.json", "packages.*.lock.json"),
)
