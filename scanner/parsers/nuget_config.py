"""Reads `packages.config`, in which older .NET projects list all packages that they use, with what those need.

https://learn.microsoft.com/en-us/nuget/reference/packages-config.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import nuget
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax import xml
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.xml import Element


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        root = xml.read(source)
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if root.name != "packages":
        yield Problem("This holds no list of packages.", root.location)
        return
    for element in root.all("package"):
        yield from _read(element)


def _read(element: Element) -> Iterator[Dependency | Problem]:
    written = element.attributes.get("id", "")
    name = written.strip()
    start = len(written) - len(written.lstrip())
    location = element.place("id", start, start + len(name))
    if name and location == element.location:  # written with references, so that it stands nowhere as it reads
        location = Location(location.path)
    if not name:
        yield Problem("This package has no id.", location)
        return
    # `allowedVersions` limits updates; the version is what is installed.
    version = element.attributes.get("version", "").strip()
    if not nuget.is_version(version):
        trouble = "no version" if version else "missing"
        yield Problem(f"The version of {quoted(name)} is {trouble}.", location)
        version = ""
    try:
        purl = nuget.purl(name, version or None)
    except ValueError:
        yield Problem(f"No package can be named {quoted(name)}.", location)
        return
    development = element.attributes.get("developmentDependency", "").strip().lower() == "true"
    yield Dependency(purl=purl, location=location, scope=Scope.DEV if development else Scope.RUNTIME)


def _mark(head: bytes) -> bool:
    return re.search(rb"<packages[\s/>]", head) is not None and b"<packageSources" not in head


PARSER: Final = Parser(
    id="nuget_config",
    title="NuGet list of packages",
    globs=("packages.config", "packages.*.config"),
    spec="https://learn.microsoft.com/en-us/nuget/reference/packages-config",
    parse=parse,
    mark=_mark,
)
