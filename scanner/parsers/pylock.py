"""Reads `pylock.toml`, the lock file that every Python tool may write.

https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751). Files in the wild
break the specification in what a scan does not need; all that must be there is the packages' names.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Final, TypeGuard

from scanner import decode, pep508
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted
from scanner.toml import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source

# Longer than any chain of a real lock; a hostile one would else take memory by the square of its size.
_LONGEST_CHAIN = 50
# What tools call the group that is always installed, besides those of `default-groups`.
_DEFAULT_GROUP = "default"


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.from_toml(source.text)
        packages = decode.items(document.get("packages"), "The list of packages")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, chains = Places(source), _chains(packages)
    defaults = frozenset((_DEFAULT_GROUP, *_texts(document.get("default-groups"))))
    for index, entry in enumerate(packages):
        try:
            package = decode.table(entry, f"Package {index + 1}")
            name = _name(package, index)
        except decode.ShapeError as error:
            yield Problem(str(error), places.key(("packages", index)))
            continue
        location = places.text(("packages", index, "name"), name)
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


def _name(package: decode.Table, index: int) -> str:
    name = decode.text(package.get("name"), f"The name of package {index + 1}")
    if not pep508.is_name(name):
        msg = f"No package can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    return name


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
    # The shortest way from a package that nobody asks for to each other, where the file tells who
    # asks for whom. Such a package must have been asked for by the project.
    children: dict[str, list[str]] = {}
    for package in packages:
        name, dependencies = _member(package, "name"), _member(package, "dependencies")
        if isinstance(name, str):
            wanted = dependencies if isinstance(dependencies, list) else []
            names = _texts([_member(dependency, "name") for dependency in wanted])
            children.setdefault(pep508.normalized(name), []).extend(map(pep508.normalized, names))
    asked_for = {child for wanted in children.values() for child in wanted}
    chains: dict[str, tuple[str, ...]] = {name: () for name in children if asked_for and name not in asked_for}
    queue = deque(chains)
    while queue:
        parent = queue.popleft()
        for child in children.get(parent, ()):
            if child not in chains:
                chains[child] = (*chains[parent], parent)[-_LONGEST_CHAIN:]
                queue.append(child)
    return chains


def _member(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mark(head: bytes) -> bool:
    return b"lock-version" in head and (b"[[packages]]" in head or b"created-by" in head)


PARSER: Final = Parser(
    id="pylock",
    title="Python lock file (PEP 751)",
    globs=("pylock.toml", "pylock.*.toml"),
    spec="https://packaging.python.org/en/latest/specifications/pylock-toml/",
    parse=parse,
    mark=_mark,
)
