"""Reads `Cargo.lock`, versions 1 to 4.

https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html, and its reader and writer
(https://doc.rust-lang.org/nightly/nightly-rustc/cargo/core/resolver/encode/index.html). Crates without a
source are the project's own, or copies that it keeps of others': the file does not tell which, so that all
are told. The `Cargo.toml` beside tells what the crate next to it needs others for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.lineage import Origin
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Lock
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_TABLES: Final = (
    ("dependencies", Scope.RUNTIME),
    ("build-dependencies", Scope.BUILD),
    ("dev-dependencies", Scope.DEV),
)
# More crates of one name than any lockfile holds; else a hostile one would take time by the square of its size.
_MOST: Final = 100


def parse(source: Source) -> Iterator[Parsed]:
    """Read the crates in file order; one that cannot be read is a problem of its own."""
    try:
        lock = Lock(source, "package", empty="version")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    graph = _Graph(lock, source)
    for index, entry in enumerate(lock.packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = decode.text(package.get("name"), f"The name of package {index + 1}")
        except decode.ShapeError as error:
            yield Problem(str(error), lock.header(index))
            continue
        if _is_name(name):
            yield from _read(name, package.get("version"), lock.name(index, name), graph.known(index))
        else:
            yield Problem(f"No crate can be named {quoted(name)}.", lock.header(index))


class _Known(NamedTuple):
    scope: Scope
    direct: bool | None
    via: tuple[str, ...]


def _is_name(text: str) -> bool:
    return bool(text) and text.replace("-", "").replace("_", "").isalnum()


def _read(name: str, version: object, location: Location, known: _Known) -> Iterator[Parsed]:
    # What a Python version may consist of, a Rust version may.
    pinned = version if isinstance(version, str) and pep508.is_version(version) else None
    if pinned is None:
        yield Problem(f"The version of {quoted(name)} is {'no version' if version else 'missing'}.", location)
    yield Dependency(make("cargo", name, pinned), location, scope=known.scope, direct=known.direct, via=known.via)


class _Graph:
    """Who asks for whom, by the places of the crates in the file."""

    def __init__(self, lock: Lock, source: Source) -> None:
        # Before 2017, the crate beside the file was not one of the packages.
        root = lock.document.get("root")
        self._packages = [*(entry if isinstance(entry, dict) else {} for entry in lock.packages)]
        self._packages += [root] if isinstance(root, dict) else []
        self._named: dict[str, list[int]] = {}
        for index, package in enumerate(self._packages):
            if isinstance(name := package.get("name"), str):
                self._named.setdefault(name, []).append(index)
        children = {index: list(self._children(package)) for index, package in enumerate(self._packages)}
        roots = [index for index, package in enumerate(self._packages) if package and _is_local(package)]
        name, scopes = _manifest(source) if roots else (None, {})
        asked: list[tuple[int, Scope]] = []
        for index in roots:
            for child in children[index]:
                wanted = scopes.get(self._name(child)) if self._name(index) == name else None
                asked += [(child, scope) for scope in wanted or (Scope.RUNTIME,)]
        self._direct = {child for child, _ in asked}
        self._origins = lineage.origins(asked, children)

    def known(self, index: int) -> _Known:
        """Return what the graph tells of a crate; the project's own are nobody's ancestors."""
        origin = self._origins.get(index, Origin(Scope.RUNTIME, ()))
        if index in self._direct:
            return _Known(origin.scope, direct=True, via=())
        parents = (self._packages[parent] for parent in origin.via)
        via = tuple(f"{one.get('name')}@{one.get('version')}" for one in parents if not _is_local(one))
        told = self._direct and not _is_local(self._packages[index])
        return _Known(origin.scope, direct=False if told else None, via=via)

    def _name(self, index: int) -> str:
        return str(self._packages[index].get("name"))

    def _children(self, package: Table) -> Iterator[int]:
        dependencies = package.get("dependencies")
        for text in dependencies if isinstance(dependencies, list) else ():
            # `name`, `name version` or `name version (source)`: as much as is needed.
            name, _, rest = text.partition(" ") if isinstance(text, str) else ("", "", "")
            version, _, source = rest.partition(" ")
            for index in self._named.get(name, [])[:_MOST]:
                one = self._packages[index]
                if version in {"", one.get("version")} and source.strip("()") in {"", _plain(one.get("source"))}:
                    yield index


def _is_local(package: Table) -> bool:
    return package.get("source") is None


def _plain(source: object) -> str:
    return source if isinstance(source, str) else ""


def _manifest(source: Source) -> tuple[object, dict[str, list[Scope]]]:
    # The name of the crate beside, and what it needs others for.
    manifest = source.beside("Cargo.toml")
    try:
        document = decode.from_toml(manifest.text) if manifest else {}
    except decode.ShapeError:
        return None, {}  # the file is a problem of its own where it is read
    scopes: dict[str, list[Scope]] = {}
    for name, scope in _wanted(document):
        scopes.setdefault(name, []).append(scope)
    package = document.get("package")
    return (package.get("name") if isinstance(package, dict) else None), scopes


def _wanted(document: Table) -> Iterator[tuple[str, Scope]]:
    targets = document.get("target")
    for table in (document, *(targets.values() if isinstance(targets, dict) else ())):
        for key, scope in _TABLES if isinstance(table, dict) else ():
            # Old files write `dev_dependencies`.
            wanted = table.get(key, table.get(key.replace("-", "_")))
            for name, details in wanted.items() if isinstance(wanted, dict) else ():
                yield _crate(name, details), _needed(scope, details)


def _crate(name: str, details: object) -> str:
    renamed = details.get("package") if isinstance(details, dict) else None
    return renamed if isinstance(renamed, str) else name


def _needed(scope: Scope, details: object) -> Scope:
    optional = isinstance(details, dict) and details.get("optional") is True
    return Scope.OPTIONAL if optional and scope is Scope.RUNTIME else scope


def _mark(head: bytes) -> bool:
    if b"@generated by Cargo" in head:
        return True
    return b"[[package]]" in head and (b'\nsource = "registry+' in head or b'\nsource = "git+' in head)


PARSER: Final = Parser(
    id="cargo_lock",
    title="Cargo lockfile",
    globs=("Cargo.lock",),
    spec="https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html",
    parse=parse,
    mark=_mark,
)
