"""Reads what `Cargo.toml` asks for: dependencies for every purpose and target, and the Rust version.

https://doc.rust-lang.org/cargo/reference/manifest.html. What a member of a workspace inherits
(`workspace = true`) is looked up in the `Cargo.toml` of its workspace, in one of the folders above.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Path, Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_TABLES: Final = (
    ("dependencies", Scope.RUNTIME),
    ("dev-dependencies", Scope.DEV),
    ("dev_dependencies", Scope.DEV),
    ("build-dependencies", Scope.BUILD),
    ("build_dependencies", Scope.BUILD),
)
# Folders that are looked into for the workspace of a member.
_HIGHEST: Final = 8


def parse(source: Source) -> Iterator[Parsed]:
    """Read every table that names crates, in file order; a bad entry is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    reader = _Reader(Places(source), _workspace(document, source))
    parsed = [*reader.rust(document), *reader.crates(document)]
    yield from sorted(parsed, key=_order)


class _Reader(NamedTuple):
    """Places of the document, and the `[workspace]` table from which it inherits."""

    places: Places
    workspace: Table

    def rust(self, document: Table) -> Iterator[Parsed]:
        """Read the oldest Rust that the crate, or its workspace, is meant for."""
        for path in (("package", "rust-version"), ("workspace", "package", "rust-version")):
            value = _at(document, path)
            if isinstance(value, str) and value.strip():
                yield self._rust(value, self.places.text(path, value))
            elif _inherits(value):
                inherited = _at(self.workspace, ("package", "rust-version"))
                if isinstance(inherited, str) and inherited.strip():
                    yield self._rust(inherited, self.places.key(path))
            elif value is not None:
                yield Problem(f"{quoted('.'.join(path))} is no version.", self.places.key(path))

    def crates(self, document: Table) -> Iterator[Parsed]:
        """Read all tables of dependencies."""
        for path, scope in _tables(document):
            table = _at(document, path)
            if table is None:
                continue
            if not isinstance(table, dict):
                yield Problem(f"{quoted('.'.join(map(str, path)))} is no table.", self.places.key(path))
                continue
            for name, details in table.items():
                yield from self._crate(name, details, (*path, name), scope)

    def _rust(self, version: str, location: Location) -> Dependency:
        return Dependency(
            make("generic", "rust"), location, requirement=f">={version.strip()}", kind=Kind.RUNTIME, direct=True
        )

    def _crate(self, key: str, details: object, path: Path, scope: Scope) -> Iterator[Parsed]:
        whole = {"version": details} if isinstance(details, str) else details
        if not isinstance(whole, dict):
            yield Problem(f"{quoted(key)} is no dependency.", self.places.key(path))
            return
        inherited = self._inherited(key) if _inherits(whole) else {}
        optional = whole.get("optional") is True and scope is Scope.RUNTIME
        whole = inherited | whole
        name, version = whole.get("package", key), whole.get("version")
        if "path" in whole:
            return  # a crate of the project itself
        try:
            yield self._dependency(name, version, self._place(path, name), Scope.OPTIONAL if optional else scope)
        except decode.ShapeError:
            yield Problem(f"{quoted(key)} is no dependency.", self.places.key(path))

    def _inherited(self, key: str) -> Table:
        details = _at(self.workspace, ("dependencies", key))
        return details if isinstance(details, dict) else {"version": details}

    def _place(self, path: Path, name: object) -> Location:
        # A crate that goes by another name here is found under its own.
        if isinstance(name, str) and name != path[-1]:
            return self.places.text((*path, "package"), name)
        return self.places.key(path)

    def _dependency(self, name: object, version: object, location: Location, scope: Scope) -> Dependency:
        requirement = decode.optional_text(version, "The version")
        crate = decode.text(name, "The name")
        if not crate.replace("-", "").replace("_", "").isalnum():
            msg = f"No crate can be named {quoted(crate)}."
            raise decode.ShapeError(msg)
        exact = re.fullmatch(r"\s*+=\s*+(\d+\.\d+\.\d+[0-9A-Za-z.+-]*+)\s*+", requirement or "")
        return Dependency(
            purl=make("cargo", crate, exact[1] if exact else None),
            location=location,
            requirement=None if exact or requirement is None else requirement.strip(),
            scope=scope,
            direct=True,
        )


def _tables(document: Table) -> Iterator[tuple[tuple[str, ...], Scope]]:
    yield ("workspace", "dependencies"), Scope.RUNTIME
    targets = document.get("target")
    prefixes: list[tuple[str, ...]] = [(), *(("target", name) for name in _keys(targets))]
    for prefix in prefixes:
        for name, scope in _TABLES:
            yield (*prefix, name), scope


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _at(value: object, path: tuple[str, ...]) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _inherits(value: object) -> bool:
    return isinstance(value, dict) and value.get("workspace") is True


def _workspace(document: Table, source: Source) -> Table:
    own, named = document.get("workspace"), _at(document, ("package", "workspace"))
    if isinstance(own, dict):
        return own
    if b"workspace" not in source.data:
        return {}
    above = ["../" * steps for steps in range(1, _HIGHEST)]
    for folder in [named.rstrip("/") + "/"] if isinstance(named, str) else above:
        manifest = source.beside(folder + "Cargo.toml")
        try:
            table = decode.from_toml(manifest.text).get("workspace") if manifest else None
        except decode.ShapeError:
            continue  # the file is a problem of its own where it is read
        if isinstance(table, dict):
            return table
    return {}


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^\[(?:package|workspace|lib|\[bin\])\]", head) is None or b"[[package]]" in head:
        return False
    return re.search(rb"(?m)^(?:\[(?:workspace|(?:dev-|build-)?dependencies|\[bin\]|lib)|edition = )", head) is not None


PARSER: Final = Parser(
    id="cargo_toml",
    title="Cargo manifest",
    globs=("Cargo.toml",),
    spec="https://doc.rust-lang.org/cargo/reference/manifest.html",
    parse=parse,
    mark=_mark,
    pinned_by=("Cargo.lock",),
)
