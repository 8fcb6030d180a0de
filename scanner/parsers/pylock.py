"""Reads `pylock.toml`, the lock file that every Python tool may write.

https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751). Files in the wild
break the specification in what a scan does not need; all that must be there is the packages' names.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeGuard

from scanner import decode, lineage
from scanner.ecosystems import pep508
from scanner.ecosystems.python_project import package_name
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Lock
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source

# What tools call the group that is always installed, besides those of `default-groups`.
_DEFAULT_GROUP = "default"


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        lock = Lock(source, "packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    chains = _chains(lock.packages)
    defaults = frozenset((_DEFAULT_GROUP, *_texts(lock.document.get("default-groups"))))
    for index, entry in enumerate(lock.packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = package_name(package, index)
        except decode.ShapeError as error:
            yield Problem(str(error), lock.header(index))
            continue
        location = lock.name(index, name)
        version = package.get("version")
        if version is not None and not _is_version(version):
            yield Problem(f"The version of {quoted(name)} is no version.", location)
        chain = chains.get(pep508.normalized(name))
        yield Dependency(
            purl=make("pypi", name, version if _is_version(version) else None),
            location=location,
            scope=_scope(package.get("marker"), defaults),
            direct=True if chain == () else None,
            via=chain or (),
        )


def _is_version(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and pep508.is_version(value)


def _scope(marker: object, defaults: frozenset[str]) -> Scope:
    # A marker is a choice of conditions. Only when each of them asks for a group or an extra does
    # the package stay away from a plain installation; brackets can only make this say less.
    if not isinstance(marker, str):
        return Scope.RUNTIME
    scopes = {_scope_asked_for(condition, defaults) for condition in re.split(r"\bor\b", marker)}
    return next(scope for scope in (Scope.RUNTIME, Scope.OPTIONAL, Scope.DEV) if scope in scopes)


def _scope_asked_for(condition: str, defaults: frozenset[str]) -> Scope:
    asked = re.findall(r"""["']([^"']+)["']\s+in\s+(dependency_groups|extras)\b""", condition)
    if any(kind == "dependency_groups" and name not in defaults for name, kind in asked):
        return Scope.DEV
    return Scope.OPTIONAL if any(kind == "extras" for _, kind in asked) else Scope.RUNTIME


def _chains(packages: list[object]) -> dict[str, tuple[str, ...]]:
    # Where the file tells who asks for whom, what nobody asks for must have been asked for by the project.
    children: dict[str, list[str]] = {}
    labels: dict[str, str] = {}
    for package in packages:
        name, dependencies = _member(package, "name"), _member(package, "dependencies")
        if isinstance(name, str):
            key, version = pep508.normalized(name), _member(package, "version")
            # Of several versions, nobody tells which one it was.
            labels[key] = f"{key}@{version}" if key not in labels and _is_version(version) else key
            wanted = dependencies if isinstance(dependencies, list) else []
            names = _texts([_member(dependency, "name") for dependency in wanted])
            children.setdefault(key, []).extend(map(pep508.normalized, names))
    roots = lineage.tops(children) if any(children.values()) else []
    chains = lineage.chains(roots, children)
    return {name: tuple(labels.get(parent, parent) for parent in chain) for name, chain in chains.items()}


def _member(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mark(head: bytes) -> bool:
    return b"lock-version" in head and (b"[[packages]]" in head or b"created-by" in head)


PARSER: Final = Parser(
    id="pylock",
    title="Python lockfile (PEP 751)",
    globs=("pylock.toml", "pylock.*.toml"),
    spec="https://packaging.python.org/en/latest/specifications/pylock-toml/",
    parse=parse,
    mark=_mark,
)
