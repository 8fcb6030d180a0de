"""Reads what a Deno project imports by name: `imports` and `scopes` of `deno.json` and of import maps.

https://docs.deno.com/runtime/fundamentals/configuration/#dependencies. Modules that are imported by
their address have no package's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import specifiers
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.json import Path


def parse(source: Source) -> Iterator[Parsed]:
    """Read the imports in file order; a bad entry is a problem of its own."""
    try:
        document = decode.table(decode.from_jsonc(source.text), "The document")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for key, value in document.items():
        if key == "imports":
            yield from _imports(value, (key,), places)
        elif key == "scopes" and isinstance(value, dict):
            for scope, imports in value.items():
                yield from _imports(imports, (key, scope), places)


def _imports(value: object, path: Path, places: Places) -> Iterator[Parsed]:
    try:
        imports = decode.table(value, quoted(str(path[-1])))
    except decode.ShapeError as error:
        yield Problem(str(error), places.key(path))
        return
    for name, target in imports.items():
        yield from _import(name, target, (*path, name), places)


def _import(name: str, target: object, path: Path, places: Places) -> Iterator[Parsed]:
    if not isinstance(target, str):
        yield Problem(f"What {quoted(name)} stands for is no text.", places.key(path))
        return
    try:
        asked = specifiers.specifier(target)
    except ValueError:
        yield Problem(f"{quoted(target)} names no package.", places.text(path, target))
        return
    if asked is not None:
        location = places.text(path, target, asked.start, asked.end)
        yield Dependency(asked.purl, location, requirement=asked.requirement, scope=Scope.RUNTIME, direct=True)


def _mark(head: bytes) -> bool:
    return b'"specifiers"' not in head and re.search(rb'"imports"\s*:\s*\{[^}]*:\s*"(?:npm|jsr):', head) is not None


PARSER: Final = Parser(
    id="deno_json",
    title="Deno project",
    globs=("deno.json", "deno.jsonc", "import_map.json"),
    spec="https://docs.deno.com/runtime/fundamentals/configuration/#dependencies",
    parse=parse,
    mark=_mark,
    pinned_by=("deno.lock",),
)
