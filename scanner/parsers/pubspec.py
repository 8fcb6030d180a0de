"""Reads `pubspec.yaml`: what a Dart or Flutter project asks for.

https://dart.dev/tools/pub/pubspec and https://dart.dev/tools/pub/dependencies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems.runtimes import asked
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Places


def parse(source: Source) -> Iterator[Parsed]:
    """Read the SDKs, then the packages in file order; what cannot be read is a problem of its own."""
    try:
        value, places = next(documents(source), (None, None))
        document = decode.table(value, "The manifest")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if places is None:
        return
    yield from _environment(document.get("environment"), places)
    for section, scope in _SECTIONS.items():
        packages = document.get(section)
        if packages is not None and not isinstance(packages, dict):
            yield Problem(f"{quoted(section)} is no table.", places.key((section,)))
            continue
        for name, wanted in packages.items() if packages else ():
            try:
                yield from _package(name, wanted, scope, places.key((section, name)))
            except (decode.ShapeError, ValueError) as error:
                yield Problem(str(error), places.key((section, name)))


def _environment(environment: object, places: Places) -> Iterator[Parsed]:
    for sdk, wanted in environment.items() if isinstance(environment, dict) else ():
        runtime = _SDKS.get(sdk)
        if runtime and isinstance(wanted, str):
            yield asked(runtime, wanted, places.text(("environment", sdk), wanted))
        elif runtime and wanted is not None:
            yield Problem(f"The version of {quoted(sdk)} is no text.", places.key(("environment", sdk)))


def _package(name: str, wanted: object, scope: Scope, place: Location) -> Iterator[Dependency]:
    if re.fullmatch(r"\w+", name, re.ASCII) is None:
        msg = f"No package can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    if isinstance(wanted, dict):
        if "path" in wanted or "sdk" in wanted:
            return
        hosted = wanted.get("hosted")
        given = hosted.get("name") if isinstance(hosted, dict) else None
        if isinstance(given, str) and re.fullmatch(r"\w+", given, re.ASCII):
            # The name at its place stays the one by which it is asked for.
            name, place = given, place if given == name else Location(place.path)
        wanted = None if "git" in wanted else wanted.get("version")
    if wanted is not None and not isinstance(wanted, str):
        msg = f"What is asked for of {quoted(name)} is neither a version nor a table."
        raise decode.ShapeError(msg)
    exact = re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*", wanted or "")
    requirement = None if exact or not wanted else wanted
    yield Dependency(make("pub", name, exact and exact[0]), place, requirement, scope=scope, direct=True)


def _mark(head: bytes) -> bool:
    head = head.replace(b"\r", b"")
    within = rb"(?m)^environment:[^\n]*\n(?:[ #][^\n]*\n|\n)*?[ ]+(?:sdk|flutter):"
    return re.search(rb"(?m)^(?:\xef\xbb\xbf)?name:", head) is not None and re.search(within, head) is not None


_SDKS: Final = {"sdk": "dart", "flutter": "flutter"}
_SECTIONS: Final = {
    "dependencies": Scope.RUNTIME,
    "dev_dependencies": Scope.DEV,
    "dependency_overrides": Scope.RUNTIME,
}

PARSER: Final = Parser(
    id="pubspec",
    title="Dart package",
    globs=("pubspec.yaml",),
    spec="https://dart.dev/tools/pub/pubspec",
    parse=parse,
    mark=_mark,
    pinned_by=("pubspec.lock",),
)
