"""Reads the lockfiles of conda: `conda-lock.yml`, and lists of addresses below `@EXPLICIT`.

https://conda.github.io/conda-lock/output/#unified-lockfile and
https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#building-identical-conda-environments.
A package is named once for each platform; here it is told once for each version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.ecosystems import conda, pep508
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.lineage import Origin
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Places


class _Package(NamedTuple):
    """One entry as the file has it."""

    name: str
    version: str | None
    manager: str
    platform: str
    scope: Scope
    children: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.platform, _folded(self.name)

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def purl(self) -> str:
        return make("pypi", self.name, self.version) if self.manager == "pip" else conda.purl(self.name, self.version)


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    if re.search(r"(?m)^@EXPLICIT[ \t]*\r?$", source.text):
        yield from _explicit(source)
        return
    try:
        document = next(documents(source), None)
        table = decode.table(document.value if document else None, "The document")
        entries = decode.items(table.get("package"), "The list of packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if document is not None:
        yield from _packages(entries, document.places)


def _packages(listed: list[object], places: Places) -> Iterator[Parsed]:
    read: list[tuple[Location, _Package | None]] = []
    problems: dict[int, str] = {}
    for index, value in enumerate(listed):
        try:
            package = _package(value, index)
            if package.version is None:
                problems[index] = f"The version of {quoted(package.name)} is missing or no version."
            read.append((places.text(("package", index, "name"), package.name), package))
        except decode.ShapeError as error:
            problems[index] = str(error)
            read.append((_place(value, index, places), None))
    packages = [package for _, package in read if package]
    scopes, origins, labels = _scopes(packages), _origins(packages), {one.key: one.label for one in packages}
    told: set[str] = set()
    for index, (location, entry) in enumerate(read):
        if index in problems:
            yield Problem(problems[index], location)
        if entry is None or entry.purl in told:
            continue
        told.add(entry.purl)
        origin = origins.get(entry.key)
        via = tuple(labels.get(parent, parent[1]) for parent in origin.via) if origin else ()
        yield Dependency(
            purl=entry.purl,
            location=location,
            scope=scopes[entry.purl],
            direct=True if origin and not via else None,
            via=via,
        )


def _place(value: object, index: int, places: Places) -> Location:
    # An entry has no place of its own, what stands in it has.
    path = "package", index
    if isinstance(value, str):
        return places.text(path, value)
    keys = list(value) if isinstance(value, dict) else []
    return places.key((*path, "name" if "name" in keys else keys[0] if keys else ""))


def _package(entry: object, index: int) -> _Package:
    table = decode.table(entry, f"Package {index + 1}")
    name = decode.text(table.get("name"), f"The name of package {index + 1}")
    manager = table.get("manager")
    if not (pep508.is_name(name) if manager == "pip" else conda.is_name(name)):
        msg = f"No package can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    version, children = table.get("version"), table.get("dependencies")
    return _Package(
        name=name,
        version=version if isinstance(version, str) and pep508.is_version(version) else None,
        manager=str(manager),
        platform=str(table.get("platform")),
        scope=_SCOPES.get(str(table.get("category", "main")), Scope.OPTIONAL),
        children=tuple(map(_folded, children)) if isinstance(children, dict) else (),
    )


def _scopes(packages: list[_Package]) -> dict[str, Scope]:
    # A package that several categories need stands in the file for each of them.
    scopes: dict[str, Scope] = {}
    for package in packages:
        known = scopes.get(package.purl)
        if known is None or _STRONGEST_FIRST.index(package.scope) < _STRONGEST_FIRST.index(known):
            scopes[package.purl] = package.scope
    return scopes


def _origins(packages: list[_Package]) -> dict[tuple[str, str], Origin[tuple[str, str]]]:
    # What no package of its platform asks for must have been asked for by the project.
    children: dict[tuple[str, str], list[tuple[str, str]]] = {}
    scopes: dict[tuple[str, str], Scope] = {}
    for package in packages:
        scopes.setdefault(package.key, package.scope)
        children.setdefault(package.key, []).extend((package.platform, child) for child in package.children)
    roots = [(key, scopes[key]) for key in lineage.tops(children)] if any(children.values()) else []
    return lineage.origins(roots, children)


def _folded(name: str) -> str:
    return name.lower()


def _explicit(source: Source) -> Iterator[Parsed]:
    for found in re.finditer(r"[^\r\n]+", source.text):
        line, start = found[0].rstrip(), found.start()
        pip = re.match(r"#\s*pip\s+([A-Za-z0-9._-]+)\s*@\s*(\S+)", line)
        if pip and pep508.is_name(pip[1]):
            yield Dependency(make("pypi", pip[1], _wheel(pip[1], pip[2])), source.span(*_moved(pip.span(1), start)))
        elif line and line[0] not in "#@":
            package = conda.archive(line)
            if package is None:
                message = f"{quoted(line)} is no address of a package."
                yield Problem(message, source.span(start, start + len(line)))
                continue
            place = source.span(start + package.start, start + package.end)
            yield Dependency(conda.purl(package.name, package.version), place)


def _moved(span: tuple[int, int], start: int) -> tuple[int, int]:
    return span[0] + start, span[1] + start


def _wheel(name: str, address: str) -> str | None:
    words = address.partition("#")[0].rpartition("/")[2].removesuffix(".tar.gz").split("-")
    known = len(words) > 1 and pep508.normalized(words[0]) == pep508.normalized(name) and words[1][:1].isdigit()
    return words[1] if known and pep508.is_version(words[1]) else None


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^@EXPLICIT[ \t]*\r?$", head):
        return True
    return b"generated by conda-lock" in head or (b"\npackage:\n- name: " in head and b"content_hash:" in head)


_SCOPES: Final = {"main": Scope.RUNTIME, "dev": Scope.DEV}
_STRONGEST_FIRST: Final = (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV)

PARSER: Final = Parser(
    id="conda_lock",
    title="conda lockfile",
    globs=(
        "conda-lock.yml",
        "conda-lock.yaml",
        "conda-lock-*.yml",
        "conda-lock-*.yaml",
        "*.conda-lock.yml",
        "*.conda-lock.yaml",
        "conda-*.lock",
    ),
    spec="https://conda.github.io/conda-lock/output/",
    parse=parse,
    mark=_mark,
)
