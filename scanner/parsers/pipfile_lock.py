"""Reads `Pipfile.lock`: the packages of each category.

https://github.com/pypa/pipfile and https://pipenv.pypa.io/en/latest/pipfile.html. The file has no graph;
what the project asks for itself, of Python too, stands in the `Pipfile` beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import pep508
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read every category in file order; a package that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, asked = Places(source), _asked(source)
    if not document:
        yield Problem("This file has no packages.", source.location)
    for category, packages in document.items():
        if category == "_meta":
            continue
        try:
            entries = decode.table(packages, quoted(category))
        except decode.ShapeError as error:
            yield Problem(str(error), places.key((category,)))
            continue
        for name, entry in entries.items():
            yield from _package(name, entry, places.key((category, name)), category, asked)


def _package(
    name: str, entry: object, location: Location, category: str, asked: dict[str, frozenset[str]] | None
) -> Iterator[Parsed]:
    if not isinstance(entry, dict) or not pep508.is_name(name):
        yield Problem(f"{quoted(name)} in {quoted(category)} is no package.", location)
        return
    if _is_local(entry):
        return
    text = entry.get("version")
    version = text.strip().lstrip("=") if isinstance(text, str) else ""
    if not pep508.is_version(version):
        version = ""
    if text is not None and not version and text != "*":
        yield Problem(f"The version of {quoted(name)} is no version.", location)
    yield Dependency(
        purl=make("pypi", name, version or None),
        location=location,
        scope=_SCOPES.get(category, Scope.OPTIONAL),
        direct=None if asked is None else pep508.normalized(name) in asked.get(category, ()),
    )


def _is_local(entry: Table) -> bool:
    address = entry.get("path") or entry.get("file")
    return isinstance(address, str) and ("://" not in address or address.startswith("file:"))


def _asked(source: Source) -> dict[str, frozenset[str]] | None:
    manifest = source.beside("Pipfile")
    if manifest is None:
        return None
    try:
        document = decode.from_toml(manifest.text)
    except decode.ShapeError:
        return None  # the file is a problem of its own where it is read
    return {
        _CATEGORIES.get(category, category): frozenset(map(pep508.normalized, packages))
        for category, packages in document.items()
        if isinstance(packages, dict)
    }


def _mark(head: bytes) -> bool:
    return b'"pipfile-spec"' in head and b'"_meta"' in head


_SCOPES: Final = {"default": Scope.RUNTIME, "develop": Scope.DEV}
_CATEGORIES: Final = {"packages": "default", "dev-packages": "develop"}

PARSER: Final = Parser(
    id="pipfile_lock",
    title="Pipfile lockfile",
    globs=("Pipfile.lock",),
    spec="https://github.com/pypa/pipfile",
    parse=parse,
    mark=_mark,
)
