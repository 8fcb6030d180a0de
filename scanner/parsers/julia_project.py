"""Reads what Julia's `Project.toml` asks for, and the Julia that it is meant for.

https://pkgdocs.julialang.org/v1/toml-files/#Project.toml, and for ranges
https://pkgdocs.julialang.org/v1/compatibility/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
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

_TABLES: Final = (("deps", Scope.RUNTIME), ("weakdeps", Scope.OPTIONAL), ("extras", Scope.DEV))


def parse(source: Source) -> Iterator[Parsed]:
    """Read every table that names packages, in file order; a bad entry is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    parsed = [*_packages(document, places), *_julia(document.get("compat"), places)]
    yield from sorted(parsed, key=_order)


def _packages(document: Table, places: Places) -> Iterator[Parsed]:
    compat = document.get("compat")
    read: set[str] = set()
    for table, scope in _TABLES:
        entries = document.get(table, {})
        if not isinstance(entries, dict):
            yield Problem(f"{quoted(table)} is no table.", places.key((table,)))
            continue
        for name, uuid in entries.items():
            if name not in read:
                read.add(name)
                required = compat.get(name) if isinstance(compat, dict) else None
                yield _package(name, uuid, required, places.key((table, name)), scope)


def _package(name: str, uuid: object, required: object, location: Location, scope: Scope) -> Parsed:
    if not isinstance(uuid, str) or not name.isidentifier() or not re.fullmatch(r"[0-9A-Fa-f-]{36}", uuid):
        return Problem(f"The entry of {quoted(name)} is no package.", location)
    requirement = required.strip() if isinstance(required, str) else ""
    exact = re.fullmatch(r"=\s*+(\d+\.\d+\.\d+)", requirement)
    return Dependency(
        purl=make("julia", name, exact[1] if exact else None) + f"?uuid={uuid.lower()}",
        location=location,
        requirement=None if exact else requirement or None,
        scope=scope,
        direct=True,
    )


def _julia(compat: object, places: Places) -> Iterator[Parsed]:
    wanted = compat.get("julia") if isinstance(compat, dict) else None
    if isinstance(wanted, str) and wanted.strip():
        # A comma stands between choices there, and a bare version for all that are compatible with it.
        choices = (f"^{choice}" if re.match(r"\d[\d.]*$", choice) else choice for choice in _split(wanted))
        yield Dependency(
            purl=make("generic", "julia"),
            location=places.text(("compat", "julia"), wanted),
            requirement=" || ".join(choices),
            kind=Kind.RUNTIME,
            direct=True,
        )
    elif wanted is not None:
        yield Problem("The version of Julia is no version.", places.key(("compat", "julia")))


def _split(text: str) -> list[str]:
    return [choice.strip() for choice in text.split(",") if choice.strip()]


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _mark(head: bytes) -> bool:
    if b"[[" in head or re.search(rb"(?m)^\[(?:deps|extras|weakdeps)\]", head) is None:
        return False
    return re.search(rb'(?m)^\w+ = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"', head) is not None


PARSER: Final = Parser(
    id="julia_project",
    title="Julia project",
    globs=("Project.toml", "JuliaProject.toml"),
    spec="https://pkgdocs.julialang.org/v1/toml-files/#Project.toml",
    parse=parse,
    mark=_mark,
    pinned_by=("Manifest.toml", "JuliaManifest.toml", "Manifest-v*.toml", "JuliaManifest-v*.toml"),
)
