"""Reads what a project's `package.json` asks for: packages, and the versions of Node.js and of package managers.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md, with `packageManager`
of https://github.com/nodejs/corepack, `devEngines` and https://docs.volta.sh. `overrides` and `resolutions`
change what others ask for and add nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import specifiers
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.json import Path


def parse(source: Source) -> Iterator[Parsed]:
    """Read every table that asks for something, in file order; a bad entry is a problem of its own."""
    if "node_modules" in source.path.split("/")[:-1]:
        return  # an example, or a mere sign, within a package that somebody else made
    try:
        document = decode.table(decode.from_json(source.text), "The document")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for key, value in document.items():
        try:
            yield from _section(key, value, document, places)
        except decode.ShapeError as error:
            yield Problem(str(error), places.key((key,)))


def _section(key: str, value: object, document: Table, places: Places) -> Iterator[Parsed]:
    if key in _SCOPES:
        optional = _optional_peers(document) if key == "peerDependencies" else frozenset()
        # Some tools write what is empty as a list.
        for name, wanted in decode.table(value or {}, quoted(key)).items():
            yield from _package(name, wanted, (key, name), Scope.OPTIONAL if name in optional else _SCOPES[key], places)
    elif key == "engines":
        yield from _engines(value, places)
    elif key == "devEngines":
        yield from _dev_engines(decode.table(value, quoted(key)), places)
    elif key == "volta":
        for name, wanted in decode.table(value, quoted(key)).items():
            yield from _runtime(name, wanted, places.key((key, name)))
    elif key == "packageManager":
        name, _, version = decode.text(value, quoted(key)).rpartition("@")
        yield from _runtime(name, version.partition("+")[0], places.text((key,), str(value)))


def _optional_peers(document: Table) -> frozenset[str]:
    meta = document.get("peerDependenciesMeta")
    entries = meta.items() if isinstance(meta, dict) else ()
    return frozenset(name for name, entry in entries if isinstance(entry, dict) and entry.get("optional") is True)


def _package(name: str, wanted: object, path: Path, scope: Scope, places: Places) -> Iterator[Parsed]:
    if not isinstance(wanted, str):
        yield Problem(f"What is asked for of {quoted(name)} is no text.", places.key(path))
        return
    try:
        asked = specifiers.read(name, wanted)
    except ValueError:
        yield Problem(f"{quoted(name)} with {quoted(wanted)} is no requirement.", places.key(path))
        return
    if asked is not None:
        own = asked.end == 0
        location = places.key(path) if own else places.text(path, wanted, asked.start, asked.end)
        yield Dependency(asked.purl, location, requirement=asked.requirement, scope=scope, direct=True)


def _engines(value: object, places: Places) -> Iterator[Parsed]:
    if not isinstance(value, list):
        for name, wanted in decode.table(value, quoted("engines")).items():
            yield from _runtime(name, wanted, places.key(("engines", name)))
        return
    # As projects of the first years have it: `["node >= 0.8"]`.
    for index, entry in enumerate(value):
        found = re.match(r"\s*([a-z]+)\s*(.*)", entry) if isinstance(entry, str) else None
        if found is not None:
            yield from _runtime(found[1], found[2], places.key(("engines", index)))


def _dev_engines(engines: Table, places: Places) -> Iterator[Parsed]:
    for key in ("runtime", "packageManager"):
        entries = engines.get(key)
        listed = isinstance(entries, list)
        for index, entry in enumerate(entries if isinstance(entries, list) else [entries]):
            path: Path = ("devEngines", key, index) if listed else ("devEngines", key)
            name = entry.get("name") if isinstance(entry, dict) else None
            if isinstance(entry, dict) and isinstance(name, str):
                yield from _runtime(name, entry.get("version", ""), places.text((*path, "name"), name), Scope.DEV)


def _runtime(name: str, wanted: object, location: Location, scope: Scope = Scope.RUNTIME) -> Iterator[Parsed]:
    if name not in _RUNTIMES:
        return
    if not isinstance(wanted, str):
        yield Problem(f"What is asked for of {quoted(name)} is no text.", location)
        return
    version = specifiers.exact(wanted)
    yield Dependency(
        purl=make("generic", _RUNTIMES[name], version),
        location=location,
        requirement=None if version else wanted.strip() or None,
        kind=Kind.RUNTIME,
        scope=scope,
        direct=True,
    )


def _mark(head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{" or any(word in head for word in _OTHERS):
        return False
    tables = rb'"(?:dependencies|(?:dev|peer|optional)Dependencies|engines|volta)"\s*:\s*\{\s*(?:"[^"]+"\s*:\s*"|\})'
    return re.search(tables, head) is not None or re.search(rb'"packageManager"\s*:\s*"', head) is not None


_SCOPES: Final = {
    "dependencies": Scope.RUNTIME,
    "devDependencies": Scope.DEV,
    "optionalDependencies": Scope.OPTIONAL,
    "peerDependencies": Scope.RUNTIME,
}
# What is asked for under these names is a runtime or a tool, as endoflife.date names them.
_RUNTIMES: Final = {
    "node": "nodejs",
    "npm": "npm",
    "yarn": "yarn",
    "pnpm": "pnpm",
    "bun": "bun",
    "deno": "deno",
}
# What begins lockfiles, installed packages and documents of other tools with tables of these names.
_OTHERS: Final = (
    b'"lockfileVersion"',
    b'"specifiers"',
    b'"_resolved"',
    b'"resolved"',
    b'"runtimeTarget"',
    b'"targets"',
    b'"bomFormat"',
)

PARSER: Final = Parser(
    id="package_json",
    title="JavaScript project",
    globs=(
        "package.json",
        "!node_modules/*/package.json",
        "!node_modules/@*/*/package.json",
    ),
    spec="https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-json.md",
    parse=parse,
    mark=_mark,
    pinned_by=(
        "package-lock.json",
        "npm-shrinkwrap.json",
        "yarn.lock",
        "pnpm-lock.yaml",
        "bun.lock",
        "deno.lock",
    ),
)
