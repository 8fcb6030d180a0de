"""Reads Bundler's `Gemfile.lock` (`gems.locked`).

https://bundler.io/guides/rationale.html; the form is what Bundler's own `LockfileParser` takes:
https://github.com/ruby/rubygems/blob/master/bundler/lib/bundler/lockfile_parser.rb. A gem that is locked
for several platforms counts once; a gem of a path is the project's own. What a gem is for stands in the
`Gemfile` beside, and so does the Ruby that is asked for: the version which is locked is told there.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import lineage
from scanner.ecosystems import gems
from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.lineage import Origin
    from scanner.model import Location, Parsed
    from scanner.source import Source


class _Gem(NamedTuple):
    name: str
    version: str | None
    local: bool
    location: Location


class _Lock:
    """What the sections say: the gems, who asks for whom, and what the project asks for (None: not told)."""

    def __init__(self) -> None:
        self.gems: dict[tuple[str, str | None], _Gem] = {}
        self.children: dict[str, list[str]] = {}
        self.roots: dict[str, None] | None = None
        self.problems: list[Problem] = []


def parse(source: Source) -> Iterator[Parsed]:
    """Read the gems in file order; a line that cannot be read is a problem of its own."""
    lock = _read(source)
    scopes = gems.scopes(source) if lock.roots else {}
    asked = [(root, scope) for root in lock.roots or () for scope in scopes.get(root, [Scope.RUNTIME])]
    origins = lineage.origins(asked, lock.children)
    versions = {gem.name: gem.version for gem in reversed(lock.gems.values())}
    values: list[Parsed] = [*lock.problems]
    for gem in lock.gems.values():
        if not gem.local:
            origin = origins.get(gem.name, lineage.Origin(Scope.RUNTIME, ()))
            values.append(_dependency(gem, lock, origin, versions))
    yield from sorted((value for value in values), key=_order)


def _order(value: Parsed) -> tuple[int, int]:
    return value.location.line or 0, value.location.column or 0


def _dependency(gem: _Gem, lock: _Lock, origin: Origin[str], versions: dict[str, str | None]) -> Dependency:
    parents = (f"{name}@{versions[name]}" if versions.get(name) else name for name in origin.via)
    return Dependency(
        purl=make("gem", gem.name, gem.version),
        location=gem.location,
        scope=origin.scope,
        direct=None if lock.roots is None else gem.name in lock.roots,
        via=tuple(parents),
    )


def _read(source: Source) -> _Lock:
    lock = _Lock()
    reader = _Reader(source, lock)
    for line in re.finditer(r"[^\r\n]+", source.text):
        if text := line[0].rstrip():
            reader.line(text, line.start())
    if not reader.known:
        lock.problems.append(Problem("This file has none of the sections of a Gemfile.lock.", source.location))
    return lock


class _Reader:
    def __init__(self, source: Source, lock: _Lock) -> None:
        self._source, self._lock = source, lock
        self._section = ""
        # The gem whose dependencies come next, and whether it is the project itself.
        self._parent: str | None = None
        self._own = False
        self.known = False

    def line(self, text: str, start: int) -> None:
        if text[0] != " ":
            self._begin(text, start)
        elif self._section in _SOURCES:
            self._in_source(text, start)
        elif self._section == "DEPENDENCIES":
            self._root(text, start)

    def _begin(self, title: str, start: int) -> None:
        # Newer versions may have more sections; marks of a merge begin none.
        if not re.fullmatch(r"[A-Z][A-Z ]*", title):
            self._problem(title, start)
            return
        self._section, self._parent, self._own = title, None, False
        self.known = self.known or title in _SECTIONS
        if title == "DEPENDENCIES":
            self._lock.roots = self._lock.roots or {}

    def _root(self, text: str, start: int) -> None:
        match = _entry().fullmatch(text)
        if match and match["depth"] == "  ":
            self._lock.roots = self._lock.roots or {}
            self._lock.roots.setdefault(match["name"])
        else:
            self._problem(text, start)

    def _in_source(self, text: str, start: int) -> None:
        if re.fullmatch(r"  [A-Za-z_]+:(?: .*)?", text):
            self._own = self._own or (self._section == "PATH" and text == "  remote: .")
            return
        match = _entry().fullmatch(text)
        if match is None or match["depth"] == "  ":
            self._problem(text, start)
        elif match["depth"] == "    ":
            self._gem(match, start)
        elif self._parent is not None:
            self._lock.children[self._parent].append(match["name"])
            if self._own:
                self._lock.roots = self._lock.roots or {}
                self._lock.roots.setdefault(match["name"])

    def _gem(self, match: re.Match[str], start: int) -> None:
        name, version = match["name"], match["version"]
        if version is None and "(" in match[0]:
            self._problem(match[0], start)
        location = self._source.span(start + match.start("name"), start + match.end("name"))
        self._parent = name
        self._lock.children.setdefault(name, [])
        self._lock.gems.setdefault((name, version), _Gem(name, version, self._section == "PATH", location))

    def _problem(self, text: str, start: int) -> None:
        indent = len(text) - len(text.lstrip())
        place = self._source.span(start + indent, start + len(text))
        self._lock.problems.append(Problem(f"{quoted(text.strip())} cannot be read here.", place))


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^(?:GEM|GIT|PATH|PLUGIN SOURCE)\r?\n  (?:remote|specs|revision):", head) is not None


@cache
def _entry() -> re.Pattern[str]:
    # What stands behind the first dash of a version is a platform, what stands behind the brackets `!`
    # (from a source of its own) and a checksum. Deeper lines hold ranges.
    return re.compile(
        r"(?P<depth> {6}| {4}| {2})(?P<name>[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*)"
        r"(?: \((?:(?P<version>[0-9][0-9A-Za-z.+]*)(?:-[^()]*)?|[^()]*)\))?!?(?: .*)?"
    )


_SOURCES: Final = frozenset({"GEM", "GIT", "PATH", "PLUGIN SOURCE"})
_SECTIONS: Final = _SOURCES | {"PLATFORMS", "DEPENDENCIES", "CHECKSUMS", "RUBY VERSION", "BUNDLED WITH"}

PARSER: Final = Parser(
    id="gemfile_lock",
    title="Ruby lockfile",
    globs=("Gemfile.lock", "gems.locked", "*.gemfile.lock", "Gemfile.*.lock"),
    spec="https://bundler.io/guides/rationale.html",
    parse=parse,
    mark=_mark,
)
