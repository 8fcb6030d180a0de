"""Reads `yarn.lock`, of Yarn 1 and of Yarn 2 and later (berry).

https://classic.yarnpkg.com/lang/en/docs/yarn-lock/ and https://yarnpkg.com/advanced/lexicon. Both write an
entry for each package: a line with everything that was asked for (`name@range`), and below it what was
chosen. Only berry has entries for the project itself and its workspaces; of Yarn 1 only `package.json` knows
what the project asks for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import npm
from scanner.lineage import tops
from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Location, Parsed
    from scanner.source import Source

_WORKSPACE: Final = "workspace:"
# Addresses of what lies on the same disk; packed files have contents of their own.
_LOCAL: Final = ("workspace:", "link:", "portal:", "file:", "./", "../", "/", "~/")
_PATCH: Final = "patch:"
_PACKED: Final = (".tgz", ".tar.gz", ".tar")
_GROUPS: Final = (
    ("dependencies", Scope.RUNTIME),
    ("optionalDependencies", Scope.OPTIONAL),
    ("devDependencies", Scope.DEV),
)
_PARTS: Final = ("dependencies", "optionalDependencies")


def parse(source: Source) -> Iterator[Parsed]:
    """Read the entries in file order; lines that cannot be read are a problem, once for each stretch of them."""
    read = list(_read(source))
    entries = [value for value in read if isinstance(value, _Entry)]
    graph = _Graph(entries, source)
    parsed: list[Dependency | Problem] = [value for value in read if isinstance(value, Problem)]
    parsed += [_dependency(entry, graph, source) for entry in entries if not entry.is_local]
    yield from sorted(parsed, key=lambda value: (value.location.line or 0, value.location.column or 0))


class _Entry:
    """One package: what was asked for, and the lines below; every text with its place in the file."""

    def __init__(self, number: int, wanted: list[tuple[str, int]]) -> None:
        self.number = number
        self.wanted = wanted
        self.fields: dict[str, tuple[str, int]] = {}
        self.parts: dict[str, list[tuple[str, str]]] = {}
        # The names of what it can do without.
        self.optional: set[str] = set()

    @property
    def resolution(self) -> str | None:
        """What was chosen, as berry writes it: `name@npm:1.0.0`."""
        return self.fields["resolution"][0] if "resolution" in self.fields else None

    @property
    def name(self) -> str:
        """The package's own name, which an alias hides."""
        return _split(self.resolution)[0] if self.resolution else _real(self.wanted[0][0])[0]

    @property
    def version(self) -> str | None:
        """The version that was chosen."""
        version = self.fields["version"][0] if "version" in self.fields else None
        return version if npm.is_version(version) else None

    @property
    def label(self) -> str:
        """How chains of parents name it."""
        return f"{self.name}@{self.version}" if self.version else self.name

    @property
    def workspace(self) -> str | None:
        """The folder of a member of the project, `.` for its root."""
        address = _split(self.resolution)[1] if self.resolution else ""
        return address.removeprefix(_WORKSPACE) if address.startswith(_WORKSPACE) else None

    @property
    def is_local(self) -> bool:
        """Whether it lies on the same disk, and is no package from elsewhere."""
        address = _split(self.resolution or self.wanted[0][0])[1].partition("::")[0]
        soft = self.fields.get("linkType", ("", 0))[0] == "soft"
        return soft or f"#{_WORKSPACE}" in address or (address.startswith(_LOCAL) and not _is_packed(address))


def _is_packed(address: str) -> bool:
    return address.partition("#")[0].endswith(_PACKED)


def _dependency(entry: _Entry, graph: _Graph, source: Source) -> Dependency | Problem:
    location = _place(entry, source)
    name, version = entry.name, entry.version
    if version is None:
        return Problem(f"The entry for {quoted(name)} has no version.", location)
    try:
        purl = npm.purl(name, version)
    except ValueError:
        return Problem(f"No package can be named {quoted(name)}.", location)
    scope, direct, via = graph.place(entry)
    return Dependency(purl=purl, location=location, scope=scope, direct=direct, via=via)


def _place(entry: _Entry, source: Source) -> Location:
    name = entry.name
    places = [*entry.wanted, *([entry.fields["resolution"]] if "resolution" in entry.fields else [])]
    for text, start in places:
        real, offset = _real(text)
        if real == name and source.text.startswith(name, start + offset):
            return source.span(start + offset, start + offset + len(name))
    return source.location


def _split(text: str) -> tuple[str, str]:
    # `@scope/name@range`: the range begins at the second `@`.
    at = text.find("@", 1)
    return (text, "") if at < 0 else (text[:at], text[at + 1 :])


def _real(text: str) -> tuple[str, int]:
    # The name, and where it begins: an alias (`alias@npm:name@range`) stands before it.
    name, address = _split(text)
    found = _alias().match(address)
    return (found[1], len(name) + 1 + found.start(1)) if found else (name, 0)


class _Graph:
    """Who asks for whom: entries by their numbers."""

    def __init__(self, entries: list[_Entry], source: Source) -> None:
        self._entries = entries
        self._by_wanted = {text: entry.number for entry in entries for text, _ in entry.wanted}
        self._by_name: dict[str, list[int]] = {}
        for text, number in list(self._by_wanted.items()):
            # Where the folder matters, berry adds the member that asks for it, which this one does not write.
            self._by_wanted.setdefault(text.partition("::")[0], number)
        for entry in entries:
            self._by_name.setdefault(_split(entry.wanted[0][0])[0], []).append(entry.number)
        self._twins = self._patched()
        self._needed = {entry.number: self._children(entry, optional=False) for entry in entries}
        self._all = {entry.number: self._children(entry, optional=True) for entry in entries}
        members = {entry.workspace: entry for entry in entries if entry.workspace is not None}
        roots = self._roots_of_members(members, source) if members else self._roots(source)
        self._asked_for = {root for group in roots.values() for root in group}
        self._reached = npm.reached(roots, self._needed, self._all)

    def place(self, entry: _Entry) -> tuple[Scope, bool | None, tuple[str, ...]]:
        """Return when a package is needed, whether the project asks for it itself, and who else does."""
        number = entry.number if entry.number in self._reached else self._twins.get(entry.number, entry.number)
        if number not in self._reached:
            return Scope.RUNTIME, None, ()
        scope, chain = self._reached[number]
        if number in self._asked_for:
            return scope, True, ()
        return scope, False if self._sees_all else None, tuple(self._entries[parent].label for parent in chain)

    def _children(self, entry: _Entry, *, optional: bool) -> list[int]:
        found = []
        for part, wanted in entry.parts.items():
            for name, address in wanted:
                if part in _PARTS and (optional or (part == "dependencies" and name not in entry.optional)):
                    found.append(self._chosen(name, address))
        return [number for number in found if number is not None]

    def _chosen(self, name: str, address: str) -> int | None:
        for text in (f"{name}@{address}", f"{name}@npm:{address}"):
            if text in self._by_wanted:
                return self._by_wanted[text]
        # What the project puts in the place of others (`resolutions`) has only its own range for a key.
        named = self._by_name.get(name, ())
        return named[0] if len(named) == 1 else None

    def _patched(self) -> dict[int, int]:
        # A patched package has an entry beside the one that it is made of, and nobody may ask for one of the two.
        twins: dict[int, int] = {}
        for entry in self._entries:
            plain = self._by_wanted.get(_unpatched(entry.wanted[0][0]))
            if plain is not None and plain != entry.number:
                twins[entry.number] = plain
                twins.setdefault(plain, entry.number)
        return twins

    def _roots_of_members(self, members: dict[str, _Entry], source: Source) -> dict[Scope, list[int]]:
        # The lockfile does not tell what a member needs only for its development.
        self._sees_all = True
        roots: dict[Scope, list[int]] = {scope: [] for _, scope in _GROUPS}
        for folder, member in members.items():
            manifest = _manifest(source, folder)
            for name, address in (pair for part in _PARTS for pair in member.parts.get(part, ())):
                chosen = self._chosen(name, address)
                if chosen is not None:
                    roots[_scope_in(manifest, name, optional=name in member.optional)].append(chosen)
            self._needed[member.number] = self._all[member.number] = []
        return roots

    def _roots(self, source: Source) -> dict[Scope, list[int]]:
        root = _manifest(source, ".")
        folders = _workspaces(root)
        manifests = [root, *(_manifest(source, folder) for folder in folders if "*" not in folder)]
        roots: dict[Scope, list[int]] = {}
        for group, scope in _GROUPS:
            pairs = (pair for manifest in manifests for pair in _texts(manifest.get(group)).items())
            chosen = (self._chosen(name, address) for name, address in pairs)
            roots[scope] = [number for number in chosen if number is not None]
        self._sees_all = all(manifests)
        if self._sees_all and not any("*" in folder for folder in folders):
            return roots
        # What no package asks for, a member that cannot be seen from here must, and it may need at run
        # time what another one needs for its development.
        self._sees_all = False
        found = dict.fromkeys(number for group in roots.values() for number in group)
        return {Scope.RUNTIME: list(found | dict.fromkeys(tops(self._all)))}


def _scope_in(manifest: Table, name: str, *, optional: bool) -> Scope:
    for group, scope in _GROUPS:
        if name in _texts(manifest.get(group)):
            return scope
    return Scope.OPTIONAL if optional else Scope.RUNTIME


def _manifest(source: Source, folder: str) -> Table:
    found = source.beside(f"{folder}/package.json")
    try:
        return decode.table(decode.from_json(found.text), "The manifest") if found else {}
    except decode.ShapeError:
        return {}  # its own parser says what is wrong with it


def _workspaces(manifest: Table) -> list[str]:
    folders = manifest.get("workspaces")
    if isinstance(folders, dict):
        folders = folders.get("packages")
    return [folder for folder in folders if isinstance(folder, str)] if isinstance(folders, list) else []


def _texts(value: object) -> dict[str, str]:
    pairs = value.items() if isinstance(value, dict) else ()
    return {name: text for name, text in pairs if isinstance(text, str)}


def _read(source: Source) -> Iterator[_Entry | Problem]:
    # Of lines that cannot be read only the first of each stretch is told.
    reader, lost = _Reader(), False
    for line in _line().finditer(source.text):
        text = line[2].rstrip()
        if not text or text.startswith("#") or (text == ":" and not line[1]):
            continue
        start = line.start(2)
        understood = reader.field(len(line[1]), text, start) if line[1] else reader.begin(text, start)
        if not understood and not lost:
            yield Problem(f"{quoted(text)} is no part of an entry.", source.span(start, start + len(text)))
        lost = not understood
    yield from reader.entries


class _Reader:
    """Puts lines together to entries; what it is given has no blanks around it."""

    def __init__(self) -> None:
        self.entries: list[_Entry] = []
        self._entry: _Entry | None = None
        self._is_berry = False
        self._part = self._member = ""

    def begin(self, text: str, start: int) -> bool:
        """Take the line that begins an entry; False if it is none."""
        # Keys of more than a thousand characters are marked, and have their colon on a line of its own.
        body = text[2:] if text.startswith("? ") else text[:-1] if text.endswith(":") else ""
        start += text.find(body)
        self._entry, self._part = None, ""
        if body == "__metadata":
            self._is_berry, self._entry = True, _Entry(len(self.entries), [("", start)])
        elif _keys().fullmatch(body):
            wanted = [pair for found in _key().finditer(body) for pair in self._wanted(found, start)]
            self._entry = _Entry(len(self.entries), wanted)
            self.entries.append(self._entry)
        return self._entry is not None

    def field(self, blanks: int, text: str, start: int) -> bool:
        """Take a line of an entry; False if it is none, or belongs to nothing."""
        found = _field().fullmatch(text)
        if found is None or self._entry is None or not (found[3] or found[4]):
            return False
        key = found[2] if found[1] is None else _plain(found[1])
        value, inside = _value(found[4] or "")
        if blanks <= _FIELD:
            self._part, self._member = key, ""
            self._entry.fields[key] = value, start + found.start(4) + inside
        elif blanks <= 2 * _FIELD:
            self._member = key
            self._entry.parts.setdefault(self._part, []).append((key, value))
        elif (self._part, key, value) == ("dependenciesMeta", "optional", "true"):
            self._entry.optional.add(self._member)
        return True

    def _wanted(self, found: re.Match[str], start: int) -> Iterator[tuple[str, int]]:
        # Berry puts everything that was asked for into one pair of quotes.
        start += found.start(found.lastindex or 0)
        text = _plain(found[found.lastindex or 0])
        for piece in _comma().split(text) if self._is_berry else (text,):
            yield piece, start + text.find(piece)


def _value(text: str) -> tuple[str, int]:
    # A value, and how many characters stand before it.
    is_quoted = len(text) > 1 and text[0] == text[-1] == '"'
    return (_plain(text[1:-1]), 1) if is_quoted else (text, 0)


def _plain(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return decode.text(decode.from_json(f'"{text}"'), "The text")
    except decode.ShapeError:
        return text


_FIELD: Final = 2
_STRING: Final = r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_WORD: Final = r'((?:@[^\s",@/]++/)?[^\s",@:]++(?:@[^\s",]*+)?)'


@cache
def _line() -> re.Pattern[str]:
    return re.compile(r"([ \t]*+)([^\r\n]++)")


@cache
def _key() -> re.Pattern[str]:
    return re.compile(f"{_STRING}|{_WORD}")


@cache
def _keys() -> re.Pattern[str]:
    return re.compile(rf"(?:{_STRING}|{_WORD})(?:, *+(?:{_STRING}|{_WORD}))*+")


@cache
def _field() -> re.Pattern[str]:
    # A key, in quotes or not, with a colon or not, and its value.
    return re.compile(rf'(?:{_STRING}|([^\s"]+?))(:?)(?: +(.+))?')


@cache
def _comma() -> re.Pattern[str]:
    return re.compile(r" *, *")


def _unpatched(text: str) -> str:
    # `name@patch:name@npm%3A1.0.0#a.patch` → `name@npm:1.0.0`
    from urllib.parse import unquote

    name, address = _split(text)
    if not address.startswith(_PATCH):
        return text
    source = unquote(address.removeprefix(_PATCH).partition("#")[0])
    asked = _split(source)[1]
    return source if ":" in asked else f"{name}@npm:{asked}"


@cache
def _alias() -> re.Pattern[str]:
    return re.compile(r"npm:((?:@[^/@]+/)?[^/@]+)(?=@)")


def _mark(head: bytes) -> bool:
    return b"# yarn lockfile v" in head or re.search(rb"(?m)^__metadata:\s+version: ", head) is not None


PARSER: Final = Parser(
    id="yarn_lock",
    title="Yarn lockfile",
    globs=("yarn.lock",),
    spec="https://yarnpkg.com/advanced/lexicon#lockfile",
    parse=parse,
    mark=_mark,
)
