"""Reads Paket's `paket.lock`: the NuGet packages of each group, with what each of them needs.

https://fsprojects.github.io/Paket/lock-file.html. Single files from GIT, GITHUB, GIST and HTTP are no packages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import nuget
from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source

# What the groups are commonly called that are not for run time; the name is all that the file tells.
_SCOPES: Final = {"test": Scope.DEV, "tests": Scope.DEV, "build": Scope.BUILD}


class _Package(NamedTuple):
    name: str
    version: str
    location: Location
    needs: list[str]


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; a line that cannot be read is a problem of its own."""
    group: list[_Package | Problem] = []
    scope, section, start = Scope.RUNTIME, "", 0
    if re.search(r"(?m)^(?:NUGET|GROUP|GIT|GITHUB|GIST|HTTP)\b", source.text) is None and source.text.strip():
        yield Problem("This is no lock file of Paket: it has no sections.", source.location)
    for line in source.text.splitlines(keepends=True):
        if line[:1].isalpha():
            section, _, name = line.partition(" ")
            section = section.strip()
            if section == "GROUP":
                yield from _told(group, scope)
                group, scope = [], _SCOPES.get(name.strip().lower(), Scope.RUNTIME)
        elif section == "NUGET":
            _add(group, source, line, start)
        start += len(line)
    yield from _told(group, scope)


def _add(group: list[_Package | Problem], source: Source, line: str, start: int) -> None:
    found = re.match(r"( {4,})(\S+)(?:[ \t]+\(([^)]*)\))?", line)
    if found is None:
        return  # `remote:` and its like
    name, written = found[2], (found[3] or "").strip()
    location = source.span(start + found.start(2), start + found.end(2))
    if len(found[1]) > _DEPTH:
        if group and isinstance(group[-1], _Package):
            group[-1].needs.append(name)
    elif nuget.is_version(written):
        group.append(_Package(name, written, location, []))
    else:
        trouble = "no version" if written else "missing"
        group.append(Problem(f"The version of {quoted(name)} is {trouble}.", location))


def _told(group: list[_Package | Problem], scope: Scope) -> Iterator[Parsed]:
    packages = [package for package in group if isinstance(package, _Package)]
    origins = nuget.origins({f"{package.name}/{package.version}": package.needs for package in packages}, None)
    for package in group:
        if isinstance(package, Problem):
            yield package
            continue
        direct, via = origins.get(f"{package.name}/{package.version}", nuget.Origin())
        try:
            purl = nuget.purl(package.name, package.version)
        except ValueError:
            yield Problem(f"No package can be named {quoted(package.name)}.", package.location)
            continue
        yield Dependency(purl=purl, location=package.location, scope=scope, direct=direct, via=via)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^NUGET\r?\n(?:[ \t]+\S+:.*\n)*[ \t]+remote:", head) is not None


# A package is indented by four blanks, what it needs by six.
_DEPTH: Final = 4

PARSER: Final = Parser(
    id="paket_lock",
    title="Paket lockfile",
    globs=("paket.lock",),
    spec="https://fsprojects.github.io/Paket/lock-file.html",
    parse=parse,
    mark=_mark,
)
