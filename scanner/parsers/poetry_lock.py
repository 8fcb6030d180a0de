"""Reads `poetry.lock`, from the first versions of Poetry to 2.x.

https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock; the format has no specification.
What a package is for stands in `groups` (2.x) or `category` (to 1.4); between these, the graph and the
`pyproject.toml` beside tell it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.ecosystems.python_project import asked, package_name
from scanner.lineage import Origin
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Lock
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        lock = Lock(source, "package", empty="metadata")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    family = _family(lock.packages, asked(source))
    for index, entry in enumerate(lock.packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = package_name(package, index)
        except decode.ShapeError as error:
            yield Problem(str(error), lock.header(index))
            continue
        if not _is_local(package.get("source")):
            yield from _read(package, name, lock.name(index, name), family)


class _Family(NamedTuple):
    """Where packages come from, by normalized names; `asked` is None where nobody tells what the project asks for."""

    asked: dict[str, list[Scope]] | None
    origins: dict[str, Origin[str]]
    labels: dict[str, str]


def _read(package: decode.Table, name: str, location: Location, family: _Family) -> Iterator[Parsed]:
    version = package.get("version")
    pinned = version if isinstance(version, str) and pep508.is_version(version) else None
    if pinned is None:
        yield Problem(f"The version of {quoted(name)} is {'no version' if version else 'missing'}.", location)
    key = _key(name)
    origin = family.origins.get(key, Origin(Scope.RUNTIME, ()))
    if family.asked is not None:
        direct: bool | None = key in family.asked
    else:
        direct = True if key in family.origins and not origin.via else None
    yield Dependency(
        purl=make("pypi", name, pinned),
        location=location,
        scope=_own_scope(package) or _weakened(origin.scope, package),
        direct=direct,
        via=() if direct else tuple(family.labels.get(parent, parent) for parent in origin.via),
    )


def _is_local(source: object) -> bool:
    return isinstance(source, dict) and source.get("type") == "directory"


def _own_scope(package: decode.Table) -> Scope | None:
    groups, category = package.get("groups"), package.get("category")
    if isinstance(groups, list) and groups:
        main = "main" in groups
    elif isinstance(category, str):
        main = category == "main"
    else:
        return None
    return _weakened(Scope.RUNTIME, package) if main else Scope.DEV


def _weakened(scope: Scope, package: decode.Table) -> Scope:
    return Scope.OPTIONAL if scope is Scope.RUNTIME and package.get("optional") is True else scope


def _family(entries: list[object], wanted: dict[str, list[Scope]] | None) -> _Family:
    # What an extra brings in counts only where nothing else does: it may not have been asked for.
    sure: dict[str, list[str]] = {}
    every: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    scopes: dict[str, Scope] = {}
    for package in entries:
        name = package.get("name") if isinstance(package, dict) else None
        if not isinstance(package, dict) or not isinstance(name, str):
            continue
        key, version = _key(name), package.get("version")
        # Of several versions, nobody tells which one it was.
        labels[key] = key if key in labels or not isinstance(version, str) else f"{key}@{version}"
        scopes[key] = _own_scope(package) or Scope.RUNTIME
        surely, all_of_them = sure.setdefault(key, []), every.setdefault(key, [])
        for child, optional in _children(package.get("dependencies")):
            all_of_them.append(child)
            if not optional:
                surely.append(child)
    roots = [(name, scope) for name, asked_for in (wanted or {}).items() if name in every for scope in asked_for]
    tops = lineage.tops(every) if any(every.values()) else []
    roots += [(name, scopes[name]) for name in tops if name not in (wanted or {})]
    origins = lineage.origins(roots, every)
    if sure != every:
        better = lineage.origins(roots, sure)
        origins |= {key: origin for key, origin in better.items() if origin.scope is origins[key].scope}
    return _Family(wanted, origins, labels)


def _children(dependencies: object) -> Iterator[tuple[str, bool]]:
    for name, constraints in dependencies.items() if isinstance(dependencies, dict) else ():
        yield _key(name), not isinstance(constraints, str) and _is_optional(constraints)


def _is_optional(constraints: object) -> bool:
    choices = constraints if isinstance(constraints, list) else [constraints]
    return all(isinstance(one, dict) and one.get("optional") is True for one in choices)


@cache
def _key(name: str) -> str:
    # Each name occurs several times.
    return pep508.normalized(name)


def _mark(head: bytes) -> bool:
    # The first lines of Poetry's own files; older ones have no comment, but its order of keys.
    return head.startswith(
        (b"# This file is automatically @generated by Poetry", b"# This file is generated by Poetry")
    ) or (b"[[package]]" in head and b"python-versions = " in head and b"optional = " in head)


PARSER: Final = Parser(
    id="poetry_lock",
    title="Poetry lockfile",
    globs=("poetry.lock",),
    spec="https://python-poetry.org/docs/basic-usage/#installing-with-poetrylock",
    parse=parse,
    mark=_mark,
)
