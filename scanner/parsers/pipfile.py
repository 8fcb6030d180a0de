"""Reads `Pipfile`: the packages of each category, and the version of Python.

https://github.com/pypa/pipfile and https://pipenv.pypa.io/en/latest/pipfile.html. A version without an
operator is an exact one for Pipenv.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import pep508
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read every category in file order; a package that cannot be read is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    yield from sorted(_read(document, Places(source)), key=_order)


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _read(document: Table, places: Places) -> Iterator[Parsed]:
    for category, packages in document.items():
        if category == "requires":
            yield from _runtimes(packages, places)
        elif category not in _OTHER:
            yield from _category(category, packages, places)


def _runtimes(requires: object, places: Places) -> Iterator[Parsed]:
    for key in ("python_full_version", "python_version"):
        version = requires.get(key) if isinstance(requires, dict) else None
        if not isinstance(version, str) or version == "*":
            continue
        pinned = pep508.is_version(version)
        yield Dependency(
            purl=make("generic", "python", version if pinned else None),
            location=places.text(("requires", key), version),
            requirement=None if pinned else version,
            kind=Kind.RUNTIME,
            direct=True,
        )
        return


def _category(category: str, packages: object, places: Places) -> Iterator[Parsed]:
    try:
        entries = decode.table(packages, quoted(category))
    except decode.ShapeError as error:
        yield Problem(str(error), places.key((category,)))
        return
    scope = _SCOPES.get(category, Scope.OPTIONAL)
    for name, wanted in entries.items():
        location = places.key((category, name))
        details = wanted if isinstance(wanted, dict) else {"version": wanted}
        if not pep508.is_name(name) or not isinstance(details.get("version"), str | None):
            yield Problem(f"{quoted(name)} in {quoted(category)} is no requirement.", location)
        elif not _is_local(details):
            yield _package(name, details, location, scope)


def _package(name: str, details: Table, location: Location, scope: Scope) -> Dependency:
    version, requirement = _wanted(details)
    return Dependency(
        purl=make("pypi", name, version),
        location=location,
        requirement=requirement,
        scope=scope,
        direct=True,
    )


def _wanted(details: Table) -> tuple[str | None, str | None]:
    text = details.get("version")
    text = text.strip() if isinstance(text, str) else ""
    if not text or text == "*" or not _REPOSITORIES.isdisjoint(details):
        return None, None
    if pep508.is_version(text):
        return text, None
    found = pep508.read(f"x{text}")
    return (found.version, found.range) if found else (None, text)


def _is_local(details: Table) -> bool:
    if any(isinstance(details.get(key), str) for key in ("path", "file")):
        address = details.get("file") or details.get("path")
        return isinstance(address, str) and ("://" not in address or address.startswith("file:"))
    return False


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^\[(?:dev-)?packages\][ \t]*\r?$", head) is not None


_SCOPES: Final = {"packages": Scope.RUNTIME, "dev-packages": Scope.DEV}
_OTHER: Final = frozenset({"source", "scripts", "pipenv", "pipfile"})
_REPOSITORIES: Final = frozenset({"git", "hg", "svn", "bzr"})

PARSER: Final = Parser(
    id="pipfile",
    title="Pipfile",
    globs=("Pipfile",),
    spec="https://github.com/pypa/pipfile",
    parse=parse,
    mark=_mark,
    pinned_by=("Pipfile.lock", "pylock.toml", "pylock.*.toml"),
)
