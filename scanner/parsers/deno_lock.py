"""Reads `deno.lock`, versions 2 to 5: packages of npm and of the JavaScript Registry.

https://github.com/denoland/deno_lockfile. Version 2 lists them in `npm`, version 3 in `packages`, later ones
at the top. Modules that are imported by their address (`remote`) have no package's name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import npm, specifiers
from scanner.model import Dependency, Location, Mark, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.json import Path

# A package as the lock names it: `npm:name@version_peer@version`.
_Key = str


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The lockfile")
        lock = _lock(document)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places, origins = Places(source), _origins(document, lock)
    for kind, path, packages in lock.tables:
        for key, entry in packages.items():
            origin = origins.get(f"{kind}:{key}")
            yield from _package(kind, key, entry, places.key((*path, key)), origin)


class _Lock(NamedTuple):
    """The tables of packages, each with its kind and its path, and what each specifier has become."""

    tables: list[tuple[str, Path, Table]]
    specifiers: dict[str, _Key]


class _Origin(NamedTuple):
    scope: Scope
    via: tuple[str, ...]


def _package(kind: str, key: str, entry: object, location: Location, origin: _Origin | None) -> Iterator[Parsed]:
    name, version = _split(key)
    if not isinstance(entry, dict) or not npm.is_version(version):
        yield Problem(f"{quoted(key)} is no package with a version.", location)
        return
    try:
        purl = specifiers.jsr(name, version) if kind == "jsr" else npm.purl(name, version)
    except ValueError:
        yield Problem(f"No package can be named {quoted(name)}.", location)
        return
    deprecated = entry.get("deprecated")
    yield Dependency(
        purl=purl,
        location=_narrowed(location, key, name),
        scope=origin.scope if origin else Scope.RUNTIME,
        direct=None if origin is None else not origin.via,
        via=origin.via if origin else (),
        mark=Mark("deprecated", deprecated if isinstance(deprecated, str) else "") if deprecated else None,
    )


def _narrowed(location: Location, key: str, name: str) -> Location:
    if location.end_column is None:
        return location
    return location._replace(end_column=location.end_column - len(key) + len(name))


def _split(key: str) -> tuple[str, str]:
    # What follows the version are the peers that this copy was resolved with.
    name, at, rest = key[1:].partition("@")
    version = rest.partition("_")[0]
    return key[:1] + name, version if at else ""


def _lock(document: Table) -> _Lock:
    around, holder = _holder(document)
    kinds = {"npm": "packages"} if around == ("npm",) else {"jsr": "jsr", "npm": "npm"}
    tables = [
        (kind, (*around, key), decode.table(holder[key], f"The list {quoted(key)}"))
        for kind, key in kinds.items()
        if key in holder
    ]
    if not tables and "version" not in document:
        message = "This is no lockfile of Deno: it has no version."
        raise decode.ShapeError(message)
    return _Lock(tables, dict(_resolved(holder.get("specifiers"), around)))


def _holder(document: Table) -> tuple[Path, Table]:
    if "packages" in document:
        return ("packages",), decode.table(document["packages"], "The list of packages")
    inner = document.get("npm")
    # Later versions list the packages themselves there, and none is named without its version.
    old = isinstance(inner, dict) and not inner.keys().isdisjoint(("packages", "specifiers"))
    return (("npm",), decode.table(inner, "The list of packages")) if old else ((), document)


def _resolved(table: object, around: Path) -> Iterator[tuple[str, _Key]]:
    # `npm:chalk@5` has become `npm:chalk@5.3.0` (version 3), `chalk@5` become `chalk@5.3.0` (2), or `5.3.0` (4).
    for asked, found in table.items() if isinstance(table, dict) else ():
        if not isinstance(found, str):
            continue
        if around == ("npm",):
            yield f"npm:{asked}", f"npm:{found}"
        elif found.startswith(("npm:", "jsr:")):
            yield asked, found
        else:
            yield asked, f"{asked[:4]}{_split(asked[4:])[0]}@{found}"


def _origins(document: Table, lock: _Lock) -> dict[_Key, _Origin]:
    names: dict[str, _Key] = {}
    for kind, _, packages in lock.tables:
        for key in packages:
            names.setdefault(f"{kind}:{_split(key)[0]}", f"{kind}:{key}")
            names[f"{kind}:{key}"] = f"{kind}:{key}"
    needed: dict[_Key, list[_Key]] = {}
    every: dict[_Key, list[_Key]] = {}
    for kind, _, packages in lock.tables:
        for key, entry in packages.items():
            sure = list(_asked(kind, entry, "dependencies", names, lock))
            needed[f"{kind}:{key}"] = sure
            every[f"{kind}:{key}"] = [*sure, *_asked(kind, entry, "optionalDependencies", names, lock)]
    reached = npm.reached(_roots(document, lock, names, every), needed, every)
    return {
        key: _Origin(scope, tuple("@".join(_split(parent[4:])) for parent in chain))
        for key, (scope, chain) in reached.items()
    }


def _asked(kind: str, entry: object, table: str, names: dict[str, _Key], lock: _Lock) -> Iterator[_Key]:
    wanted = entry.get(table) if isinstance(entry, dict) else None
    for item in wanted.values() if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else ():
        if isinstance(item, str):
            # `alias@npm:name@version`, and specifiers where a package of the registry asks.
            text = re.sub(r"\A.*@(?=npm:|jsr:)", "", item, flags=re.DOTALL)
            text = text if text.startswith(("npm:", "jsr:")) else f"{kind}:{text}"
            found = names.get(lock.specifiers.get(text, text))
            if found is not None:
                yield found


def _roots(
    document: Table, lock: _Lock, names: dict[str, _Key], every: dict[_Key, list[_Key]]
) -> dict[Scope, list[_Key]]:
    roots: dict[Scope, list[_Key]] = {Scope.RUNTIME: [], Scope.DEV: []}
    for scope, text in _workspace(document.get("workspace")):
        found = names.get(lock.specifiers.get(text, text))
        if found is not None:
            roots[scope].append(found)
    # The code itself may import what no configuration names; then no package asks for it.
    wanted = {child for children in every.values() for child in children}
    imported = (names.get(found) for found in lock.specifiers.values())
    named = {*roots[Scope.RUNTIME], *roots[Scope.DEV]}
    roots[Scope.RUNTIME] += (key for key in imported if key is not None and key not in wanted and key not in named)
    return roots


def _workspace(value: object) -> Iterator[tuple[Scope, str]]:
    if not isinstance(value, dict):
        return
    members = value.get("members")
    for member in (value, *(members.values() if isinstance(members, dict) else ())):
        for holder in (member, member.get("packageJson")) if isinstance(member, dict) else ():
            if isinstance(holder, dict):
                yield from ((Scope.RUNTIME, text) for text in _texts(holder.get("dependencies")))
                yield from ((Scope.DEV, text) for text in _texts(holder.get("devDependencies")))


def _texts(value: object) -> Iterable[str]:
    return (item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _mark(head: bytes) -> bool:
    start = re.match(rb'(?:\xef\xbb\xbf)?\s*\{\s*"version"\s*:\s*"[2-5]"', head)
    return start is not None and re.search(rb'"(?:specifiers|remote|npm|jsr|packages|workspace)"\s*:', head) is not None


PARSER: Final = Parser(
    id="deno_lock",
    title="Deno lockfile",
    globs=("deno.lock",),
    spec="https://github.com/denoland/deno_lockfile",
    parse=parse,
    mark=_mark,
)
