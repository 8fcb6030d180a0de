"""Reads what a PHP project's `composer.json` requires, and the PHP version.

https://getcomposer.org/doc/04-schema.md, https://getcomposer.org/doc/articles/versions.md. Extensions and
libraries of the platform (`ext-json`) are no packages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read both lists in file order; a bad entry is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for key, value in document.items():
        if key in _SCOPES and value != []:
            yield from _requirements(key, value, places)


def _requirements(key: str, value: object, places: Places) -> Iterator[Parsed]:
    # What is empty in PHP is written as a list.
    try:
        wanted = decode.table(value, quoted(key))
    except decode.ShapeError as error:
        yield Problem(str(error), places.key((key,)))
        return
    for name, constraint in wanted.items():
        location = places.key((key, name))
        if not isinstance(constraint, str):
            yield Problem(f"The version of {quoted(name)} is no text.", location)
        elif name.lower() == "php":
            yield _php(constraint.strip(), location, _SCOPES[key])
        elif "/" in name:
            yield _package(name, constraint.strip(), location, _SCOPES[key])


def _php(constraint: str, location: Location, scope: Scope) -> Dependency:
    version = _exact(constraint)
    return Dependency(
        purl=make("generic", "php", version),
        location=location,
        requirement=None if version else constraint or None,
        kind=Kind.RUNTIME,
        scope=scope,
        direct=True,
    )


def _package(name: str, constraint: str, location: Location, scope: Scope) -> Parsed:
    if not re.fullmatch(r"(?i)[a-z0-9][a-z0-9_.-]*/[a-z0-9][a-z0-9_.-]*", name):
        return Problem(f"No package can be named {quoted(name)}.", location)
    version = _exact(constraint)
    # All that a package's name may consist of stands for itself in a purl.
    return Dependency(
        purl=f"pkg:composer/{name.lower()}" + (f"@{version}" if version else ""),
        location=location,
        requirement=None if version else constraint or None,
        scope=scope,
        direct=True,
    )


def _exact(constraint: str) -> str | None:
    match = re.fullmatch(
        r"(?i)={0,2}\s*(v?[0-9]+(?:\.[0-9]+){0,3}(?:[._-]?(?:stable|beta|b|rc|alpha|a|patch|pl|p)[.-]?[0-9]*)?)",
        constraint,
    )
    return match[1] if match else None


def _mark(head: bytes) -> bool:
    if b'"content-hash"' in head or b'"packages"' in head:
        return False
    return (
        head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
        and re.search(rb'"require(?:-dev)?"\s*:\s*[{[]', head) is not None
    )


_SCOPES: Final = {"require": Scope.RUNTIME, "require-dev": Scope.DEV}

PARSER: Final = Parser(
    id="composer_json",
    title="PHP project",
    globs=("composer.json",),
    spec="https://getcomposer.org/doc/04-schema.md",
    parse=parse,
    mark=_mark,
    pinned_by=("composer.lock",),
)
