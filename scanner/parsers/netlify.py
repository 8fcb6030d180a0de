"""Reads `netlify.toml`: the runtimes that a site is built with.

https://docs.netlify.com/build/configure-builds/manage-dependencies/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems.pipelines import VARIABLES, in_order
from scanner.ecosystems.runtimes import asked
from scanner.model import Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.toml import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.toml import Path


def parse(source: Source) -> Iterator[Parsed]:
    """Read the variables of the build, and of each context that has its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    contexts = document.get("context")
    tables: list[tuple[object, Path]] = [(document.get("build"), ("build",))]
    tables += [(table, ("context", name)) for name, table in contexts.items()] if isinstance(contexts, dict) else []
    found = [one for table, path in tables for one in _variables(table, (*path, "environment"), places)]
    yield from in_order(found)


def _variables(table: object, path: Path, places: Places) -> Iterator[Parsed]:
    variables = table.get("environment") if isinstance(table, dict) else None
    if variables is not None and not isinstance(variables, dict):
        yield Problem("The environment is no table.", places.key(path))
        return
    for name, value in variables.items() if variables else ():
        tool = VARIABLES.get(name)
        if tool and isinstance(value, (str, int)) and not isinstance(value, bool):
            place = places.text((*path, name), str(value))
            yield asked(tool, str(value), place if place.line else places.key((*path, name)), Scope.BUILD)
        elif tool:
            yield Problem(f"The value of {name} is no text.", places.key((*path, name)))


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^\[(?:build|context\.[\w.-]+)(?:\.environment)?\]\s*$", head) is not None and (
        re.search(rb"(?m)^\s*publish\s*=|^\[\[(?:redirects|headers|plugins)\]\]|_VERSION\s*=", head) is not None
    )


PARSER: Final = Parser(
    id="netlify",
    title="Netlify configuration",
    globs=("netlify.toml",),
    spec="https://docs.netlify.com/build/configure-builds/file-based-configuration/",
    parse=parse,
    mark=_mark,
)
