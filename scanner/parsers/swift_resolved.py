"""Reads `Package.resolved`, the lockfile of Swift's package manager, versions 1 to 3.

https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/resolvingpackageversions. A package is named by the
address of its repository, or (`registry`) by a scope and a name: `mona.LinkedList`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.model import Dependency, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_Path = tuple[str | int, ...]


class _Name(NamedTuple):
    """What a pin is called; `key` is the member that holds the name, from `start`."""

    namespace: str
    name: str
    key: str
    start: int


def parse(source: Source) -> Iterator[Parsed]:
    """Read the pins in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        within = decode.table(document.get("object"), "The object") if "object" in document else document
        pins = decode.items(within.get("pins"), "The list of pins")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    path: _Path = ("object", "pins") if "object" in document else ("pins",)
    for index, pin in enumerate(pins):
        try:
            yield from _pin(decode.table(pin, f"Pin {index + 1}"), (*path, index), places)
        except (decode.ShapeError, ValueError) as error:
            yield Problem(str(error), _any_place(pin, (*path, index), places))


def _pin(pin: Table, path: _Path, places: Places) -> Iterator[Parsed]:
    if pin.get("kind") in {"localSourceControl", "fileSystem"}:
        return
    found = _registered(pin) if pin.get("kind") == "registry" else _hosted(pin)
    if found is None:
        return
    state = pin.get("state")
    version = decode.optional_text(_member(state, "version"), "The version of a pin")
    branch = _member(state, "branch")
    yield Dependency(
        purl=make("swift", found.name, version, found.namespace),
        location=_place(pin, found, path, places),
        requirement=branch if version is None and isinstance(branch, str) and branch else None,
    )


def _registered(pin: Table) -> _Name:
    identity = decode.text(pin.get("identity"), "The identity of a pin")
    scope, _, name = identity.rpartition(".")
    if not scope or not name:
        msg = f"{quoted(identity)} is no scope and name."
        raise decode.ShapeError(msg)
    return _Name(scope, name, "identity", len(scope) + 1)


def _hosted(pin: Table) -> _Name | None:
    key = "location" if "location" in pin else "repositoryURL"
    address = decode.text(pin.get(key), "The address of a pin")
    match = _address().fullmatch(address) if len(address) <= _LONGEST else None
    if match is None:
        if re.match(r"file:|[./~]|[A-Za-z]:[\\/]", address):
            return None
        msg = f"{quoted(address)} is no address of a repository."
        raise decode.ShapeError(msg)
    host, owner, name = match.group("host", "owner", "name")
    return _Name(f"{host.lower()}/{owner or ''}".strip("/"), name, key, match.start("name"))


def _place(pin: Table, found: _Name, path: _Path, places: Places) -> Location:
    value = pin.get(found.key)
    if isinstance(value, str):
        location = places.text((*path, found.key), value, found.start, found.start + len(found.name))
        if location.line is not None:
            return location
    # An old encoder writes `https:\/\/`, which hides where in the address the name stands.
    for key in ("identity", "package"):
        value = pin.get(key)
        if isinstance(value, str) and found.name.lower() == value.lower():
            return places.text((*path, key), value)
    return places.key(path)


def _any_place(pin: object, path: _Path, places: Places) -> Location:
    for key in ("identity", "package"):
        value = _member(pin, key)
        if isinstance(value, str):
            return places.text((*path, key), value)
    return places.key(path)


def _member(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def _mark(head: bytes) -> bool:
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"
    return begins and re.search(rb'"pins"\s*:\s*\[\s*(?:\]|\{\s*"(?:identity|package)"\s*:)', head) is not None


@cache
def _address() -> re.Pattern[str]:
    # `https://host/owner/name.git`, `ssh://git@host:22/owner/name`, `git@host:owner/name.git`.
    return re.compile(
        r"(?:(?:https?|ssh|git|git\+ssh)://(?:[^@/\s]*@)?|[\w.-]+@(?=[\w.-]+:))(?P<host>[\w.-]+)(?::\d+/|:/?|/)"
        r"(?:(?P<owner>[^\s?#]*)/)?(?P<name>[^/\s?#]+?)(?:\.git)?/?"
    )


_LONGEST: Final = 1024

PARSER: Final = Parser(
    id="swift_resolved",
    title="Swift lockfile",
    globs=("Package.resolved",),
    spec="https://docs.swift.org/swiftpm/documentation/packagemanagerdocs/resolvingpackageversions",
    parse=parse,
    mark=_mark,
)
