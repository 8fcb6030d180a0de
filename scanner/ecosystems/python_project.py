"""What a Python project asks for itself, as the `pyproject.toml` beside its lockfile tells.

https://packaging.python.org/en/latest/specifications/pyproject-toml/, and the tables of Poetry and PDM
that are older than those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner import decode
from scanner.ecosystems import pep508
from scanner.model import Scope
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.source import Source


def package_name(package: Table, index: int) -> str:
    """Return the name of a lockfile's package, the one with this number from 0; ShapeError when it is none."""
    name = decode.text(package.get("name"), f"The name of package {index + 1}")
    if not pep508.is_name(name):
        msg = f"No package can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    return name


def asked(source: Source) -> dict[str, list[Scope]] | None:
    """Return the normalized names that a project asks for, and for what; None where its file does not tell all."""
    manifest = source.beside("pyproject.toml")
    if manifest is None:
        return None
    try:
        document = decode.from_toml(manifest.text)
    except decode.ShapeError:
        return None  # the file is a problem of its own where it is read
    poetry = _at(document, "tool", "poetry", "dependencies")
    if not isinstance(poetry, dict) and (_at(document, "project") is None or _dynamic(document)):
        return None
    names: dict[str, list[Scope]] = {}
    for name, scope in _names(document):
        names.setdefault(pep508.normalized(name), []).append(scope)
    return names


def extras(source: Source) -> frozenset[str]:
    """Return the normalized names of the extras that a project offers, as far as its `pyproject.toml` tells."""
    manifest = source.beside("pyproject.toml")
    try:
        document = decode.from_toml(manifest.text) if manifest else {}
    except decode.ShapeError:
        return frozenset()
    offered = _at(document, "project", "optional-dependencies")
    return frozenset(map(pep508.normalized, offered)) if isinstance(offered, dict) else frozenset()


def _dynamic(document: decode.Table) -> bool:
    dynamic = _at(document, "project", "dynamic")
    return isinstance(dynamic, list) and not {"dependencies", "optional-dependencies"}.isdisjoint(
        item for item in dynamic if isinstance(item, str)
    )


def _names(document: decode.Table) -> Iterator[tuple[str, Scope]]:
    yield from _listed(_at(document, "project", "dependencies"), Scope.RUNTIME)
    yield from _grouped(_at(document, "project", "optional-dependencies"), Scope.OPTIONAL)
    yield from _grouped(_at(document, "dependency-groups"), Scope.DEV)
    yield from _grouped(_at(document, "tool", "pdm", "dev-dependencies"), Scope.DEV)
    yield from _keyed(_at(document, "tool", "poetry", "dependencies"), Scope.RUNTIME)
    yield from _keyed(_at(document, "tool", "poetry", "dev-dependencies"), Scope.DEV)
    groups = _at(document, "tool", "poetry", "group")
    for group in groups.values() if isinstance(groups, dict) else ():
        yield from _keyed(_at(group, "dependencies"), Scope.DEV)


def _listed(value: object, scope: Scope) -> Iterator[tuple[str, Scope]]:
    for item in value if isinstance(value, list) else ():
        requirement = pep508.read(item) if isinstance(item, str) else None
        if requirement is not None:
            yield requirement.name, scope


def _grouped(value: object, scope: Scope) -> Iterator[tuple[str, Scope]]:
    for items in value.values() if isinstance(value, dict) else ():
        yield from _listed(items, scope)


def _keyed(value: object, scope: Scope) -> Iterator[tuple[str, Scope]]:
    for name, constraint in value.items() if isinstance(value, dict) else ():
        optional = scope is Scope.RUNTIME and _at(constraint, "optional") is True
        yield name, Scope.OPTIONAL if optional else scope


def _at(value: object, *path: str) -> object:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
