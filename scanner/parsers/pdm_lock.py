"""Reads `pdm.lock`, which repeats a package for each choice of its extras.

https://pdm-project.org/en/latest/usage/lockfile/; the format has no specification. What a package is for
stands in `groups`, where PDM was told to keep that; else the graph and the `pyproject.toml` beside tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.ecosystems.python_project import asked, extras, package_name
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

# What PDM calls the dependencies of the project itself.
_DEFAULT: Final = "default"
_ARCHIVES: Final = (".whl", ".gz", ".zip", ".bz2", ".xz", ".tgz")


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        lock = Lock(source, "package", empty="metadata")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    family = _Family(lock.packages, asked(source), extras(source))
    read: set[tuple[str, object]] = set()
    for index, entry in enumerate(lock.packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = package_name(package, index)
        except decode.ShapeError as error:
            yield Problem(str(error), lock.header(index))
            continue
        once = (pep508.normalized(name), str(package.get("version")))
        if once not in read and not _is_local(package):
            read.add(once)
            yield from _read(package, name, lock.name(index, name), family)


def _read(package: Table, name: str, location: Location, family: _Family) -> Iterator[Parsed]:
    version = package.get("version")
    pinned = version if isinstance(version, str) and pep508.is_version(version) else None
    if version is not None and pinned is None:
        yield Problem(f"The version of {quoted(name)} is no version.", location)
    known = family.known(pep508.normalized(name))
    yield Dependency(
        purl=make("pypi", name, pinned), location=location, scope=known.scope, direct=known.direct, via=known.via
    )


def _is_local(package: Table) -> bool:
    path = package.get("path")
    return isinstance(path, str) and not path.endswith(_ARCHIVES)


class _Known(NamedTuple):
    scope: Scope
    direct: bool | None
    via: tuple[str, ...]


class _Family:
    """Where packages come from, by normalized names, all of their extras taken together."""

    def __init__(self, packages: list[object], wanted: dict[str, list[Scope]] | None, offered: frozenset[str]) -> None:
        self._wanted, self._offered = wanted, offered
        self._scopes: dict[str, set[Scope]] = {}
        self._versions: dict[str, set[str]] = {}
        self._children: dict[str, list[str]] = {}
        for package in packages:
            if isinstance(package, dict) and isinstance(name := package.get("name"), str):
                self._add(pep508.normalized(name), package)
        self._origins = lineage.origins(self._roots(), self._children)

    def known(self, key: str) -> _Known:
        """Return what the groups, the graph and the project tell of a package."""
        origin = self._origins.get(key, Origin(Scope.RUNTIME, ()))
        scope = self._own_scope(key) or origin.scope
        if self._wanted is not None:
            direct: bool | None = key in self._wanted
        else:
            direct = True if key in self._origins and not origin.via else None
        return _Known(scope, direct, () if direct else tuple(map(self._label, origin.via)))

    def _add(self, key: str, package: Table) -> None:
        # `sections` is the oldest name of `groups`.
        groups = package.get("groups", package.get("sections"))
        for group in groups if isinstance(groups, list) else ():
            if isinstance(group, str):
                self._scopes.setdefault(key, set()).add(self._scope_of(group))
        version = package.get("version")
        self._versions.setdefault(key, set()).update([version] if isinstance(version, str) else [])
        # The entry of a choice of extras asks for its own package.
        children = [child for child in _children(package.get("dependencies")) if child != key]
        self._children.setdefault(key, []).extend(children)

    def _scope_of(self, group: str) -> Scope:
        if group == _DEFAULT:
            return Scope.RUNTIME
        return Scope.OPTIONAL if pep508.normalized(group) in self._offered else Scope.DEV

    def _own_scope(self, key: str) -> Scope | None:
        scopes = self._scopes.get(key, ())
        return next((scope for scope in (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV) if scope in scopes), None)

    def _roots(self) -> Iterator[tuple[str, Scope]]:
        wanted = self._wanted or {}
        for name, scopes in wanted.items():
            yield from ((name, scope) for scope in scopes if name in self._children)
        for name in lineage.tops(self._children) if any(self._children.values()) else ():
            if name not in wanted:
                yield name, self._own_scope(name) or Scope.RUNTIME

    def _label(self, key: str) -> str:
        versions = self._versions.get(key, set())
        # Of several versions, nobody tells which one it was.
        return f"{key}@{next(iter(versions))}" if len(versions) == 1 else key


def _children(dependencies: object) -> Iterator[str]:
    # A list of requirements; the oldest files have a table.
    for item in dependencies if isinstance(dependencies, (list, dict)) else ():
        requirement = pep508.read(item) if isinstance(item, str) else None
        if requirement is not None:
            yield pep508.normalized(requirement.name)


def _mark(head: bytes) -> bool:
    if b"@generated by PDM" in head:
        return True
    return b"[[package]]" in head and (b"\ncontent_hash = " in head or b"\nrequires_python = " in head)


PARSER: Final = Parser(
    id="pdm_lock",
    title="PDM lockfile",
    globs=("pdm.lock", "pdm.*.lock"),
    spec="https://pdm-project.org/en/latest/usage/lockfile/",
    parse=parse,
    mark=_mark,
)
