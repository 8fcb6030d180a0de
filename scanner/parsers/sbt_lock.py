"""Reads `build.sbt.lock`, which the plugin sbt-dependency-lock writes.

https://stringbean.github.io/sbt-dependency-lock/. Who asks for whom is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import maven
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the dependencies in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The lockfile")
        dependencies = decode.items(document.get("dependencies"), "The list of dependencies")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for index, entry in enumerate(dependencies):
        try:
            yield _dependency(entry, index, places)
        except decode.ShapeError as error:
            yield Problem(str(error), places.text(("dependencies", index, "name"), ""))


def _dependency(entry: object, index: int, places: Places) -> Parsed:
    what = f"dependency {index + 1}"
    table = decode.table(entry, what.capitalize())
    group, name, text = (decode.text(table.get(key), f"The {key} of {what}") for key in ("org", "name", "version"))
    version = maven.version_of(text).pinned
    if version is None or not maven.is_name(group) or not maven.is_name(name):
        msg = f"{quoted(f'{group}:{name}:{text}')} is no artifact."
        raise decode.ShapeError(msg)
    return Dependency(
        purl=maven.purl(group, name, version),
        location=places.text(("dependencies", index, "name"), name),
        scope=_scope(table.get("configurations")),
    )


def _scope(configurations: object) -> Scope:
    names = configurations if isinstance(configurations, list) else []
    scopes = {_SCOPES.get(name, Scope.BUILD) for name in names if isinstance(name, str)}
    strongest = (Scope.RUNTIME, Scope.OPTIONAL, Scope.BUILD, Scope.DEV)
    return next((scope for scope in strongest if scope in scopes), Scope.RUNTIME)


def _mark(head: bytes) -> bool:
    return b'"lockVersion"' in head and b'"configurations"' in head


_SCOPES: Final = {
    "compile": Scope.RUNTIME,
    "runtime": Scope.RUNTIME,
    "provided": Scope.OPTIONAL,
    "optional": Scope.OPTIONAL,
    "test": Scope.DEV,
    "it": Scope.DEV,
}

PARSER: Final = Parser(
    id="sbt_lock",
    title="sbt lockfile",
    globs=("build.sbt.lock",),
    spec="https://stringbean.github.io/sbt-dependency-lock/",
    parse=parse,
    mark=_mark,
)
