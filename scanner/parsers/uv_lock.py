"""Reads `uv.lock`, and the `script.py.lock` that uv writes for a script.

https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile; the format has no specification. The
lockfile holds the project itself, and the members of its workspace, as packages from local sources: what
these ask for is direct.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.ecosystems.python_project import package_name
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

# A package by its place in the file, and one of its extras or "" for itself.
_Node: TypeAlias = tuple[int, str]

_EXTRAS: Final = "optional-dependencies"
_GROUPS: Final = "dev-dependencies"
_LOCAL: Final = ("virtual", "editable", "directory")
# More versions of one package than any lockfile holds; else a hostile one would take time by the square of its size.
_MOST: Final = 100


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        lock = Lock(source, "package", "distribution", empty="version")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    graph = _Graph(lock)
    origins = lineage.origins(graph.asked(), graph.children)
    for index, entry in enumerate(lock.packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = package_name(package, index)
        except decode.ShapeError as error:
            yield Problem(str(error), lock.header(index))
            continue
        if not _is_local(package):
            origin = origins.get((index, ""), Origin(Scope.RUNTIME, ()))
            yield from _read(package, name, lock.name(index, name), graph.known(index, origin))


class _Known(NamedTuple):
    scope: Scope
    direct: bool | None
    via: tuple[str, ...]


def _read(package: Table, name: str, location: Location, known: _Known) -> Iterator[Parsed]:
    version = package.get("version")
    pinned = version if isinstance(version, str) and pep508.is_version(version) else None
    if version is not None and pinned is None:
        yield Problem(f"The version of {quoted(name)} is no version.", location)
    yield Dependency(
        purl=make("pypi", name, pinned), location=location, scope=known.scope, direct=known.direct, via=known.via
    )


def _is_local(package: Table) -> bool:
    source = package.get("source")
    # The first versions of uv wrote `editable+.`.
    words = source.partition("+")[:1] if isinstance(source, str) else source if isinstance(source, dict) else ()
    return any(word in _LOCAL for word in words)


class _Graph:
    """Who asks for whom."""

    def __init__(self, lock: Lock) -> None:
        self._packages = lock.packages
        manifest = lock.document.get("manifest")
        self._manifest: Table = manifest if isinstance(manifest, dict) else {}
        self._named: dict[str, list[int]] = {}
        for index, package in enumerate(lock.packages):
            if isinstance(package, dict) and isinstance(name := package.get("name"), str):
                self._named.setdefault(name, []).append(index)
        # The names of the ancestors that are told: the project's own packages are none.
        self._labels: dict[int, str] = {}
        self._locals: list[int] = []
        self.children: dict[_Node, list[_Node]] = {}
        # What a project asks for in its groups; nobody else's groups are installed.
        self._groups: dict[int, list[_Node]] = {}
        for index, package in enumerate(lock.packages):
            if isinstance(package, dict):
                self._add(index, package)
        self._direct = {node[0] for node, _ in self._wanted(self._locals)}

    def asked(self) -> Iterator[tuple[_Node, Scope]]:
        """Return what the project, its workspace and the file's own manifest ask for, and for what."""
        named = self._manifest.get("members")
        members = [index for name in _texts(named) for index in self._named.get(name, ())]
        return self._wanted(members or self._locals)

    def known(self, index: int, origin: Origin[_Node]) -> _Known:
        """Return what the graph tells of a package."""
        direct = index in self._direct if self._direct else None
        # One package may stand there twice: for one of its extras, and for itself.
        parents = dict.fromkeys(parent for parent, _ in ([] if direct else origin.via))
        return _Known(origin.scope, direct, tuple(self._labels[one] for one in parents if one in self._labels))

    def _wanted(self, indices: list[int]) -> Iterator[tuple[_Node, Scope]]:
        for index in indices:
            for node in [(index, ""), *((index, extra) for extra in _keys(self._member(index, _EXTRAS)))]:
                scope = Scope.OPTIONAL if node[1] else Scope.RUNTIME
                yield from ((child, scope) for child in self.children.get(node, ()))
            yield from ((child, Scope.DEV) for child in self._groups.get(index, ()))
        for wanted, scope in self._of_manifest():
            yield from ((child, scope) for child in self._nodes(wanted))

    def _of_manifest(self) -> Iterator[tuple[object, Scope]]:
        yield self._manifest.get("requirements"), Scope.RUNTIME
        groups = self._manifest.get("dependency-groups")
        for group in groups.values() if isinstance(groups, dict) else ():
            yield group, Scope.DEV

    def _member(self, index: int, key: str) -> object:
        package = self._packages[index]
        return package.get(key) if isinstance(package, dict) else None

    def _add(self, index: int, package: Table) -> None:
        name, version = package.get("name"), package.get("version")
        if _is_local(package):
            self._locals.append(index)
        elif isinstance(name, str):
            self._labels[index] = f"{name}@{version}" if isinstance(version, str) else name
        self.children[index, ""] = list(self._nodes(package.get("dependencies")))
        extras, groups = package.get(_EXTRAS), package.get(_GROUPS)
        for extra, wanted in extras.items() if isinstance(extras, dict) else ():
            self.children[index, extra] = list(self._nodes(wanted))
        if isinstance(groups, dict):
            self._groups[index] = [node for wanted in groups.values() for node in self._nodes(wanted)]

    def _nodes(self, wanted: object) -> Iterator[_Node]:
        for item in wanted if isinstance(wanted, list) else ():
            if isinstance(item, dict) and isinstance(name := item.get("name"), str):
                for index in self._named.get(name, [])[:_MOST]:
                    # Where there are several of a name, an entry tells which one it means.
                    if all(item.get(key) in (None, self._member(index, key)) for key in ("version", "source")):
                        yield index, ""
                        yield from ((index, extra) for extra in _texts(item.get("extra")))


def _keys(value: object) -> list[str]:
    return list(value) if isinstance(value, dict) else []


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]  # as the first versions of uv wrote one extra
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mark(head: bytes) -> bool:
    if not head.startswith((b"version = ", b"\xef\xbb\xbfversion = ")):
        return False
    return b"\n[[package]]\n" in head.replace(b"\r", b"") and b"\nrequires-python = " in head


PARSER: Final = Parser(
    id="uv_lock",
    title="uv lockfile",
    globs=("uv.lock", "*.py.lock"),
    spec="https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile",
    parse=parse,
    mark=_mark,
)
