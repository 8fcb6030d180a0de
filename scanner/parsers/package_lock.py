"""Reads `package-lock.json` and `npm-shrinkwrap.json` of npm, versions 1 to 3.

https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md.
Versions 2 and 3 list every folder of the installed tree (`packages`), version 1 is that tree (`dependencies`);
what version 2 has of the latter is for old readers. Folders of the project itself are no dependencies,
unless a package asks for one by name.

Of a large lockfile a scan asks for few packages. Then only the fields that are looked at here are decoded, and only
what may bring in one of these packages is followed.
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import decode
from scanner.ecosystems import npm
from scanner.lineage import LONGEST
from scanner.model import Dependency, Kind, Location, Mark, Passed, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.json import Places
from scanner.syntax.members import Lines, nested, offsets, read
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.json import Path
    from scanner.syntax.members import Nested, Offsets
    from scanner.syntax.skim import Skim

    # As `Source.asked`.
    _Asked: TypeAlias = Callable[[Sequence[object]], Sequence[int]]

_FOLDER: Final = "node_modules/"
# The tables by which a package asks for others, and a project besides.
_NEEDED: Final = ("dependencies", "optionalDependencies", "peerDependencies")
_ASKED: Final = (*_NEEDED, "devDependencies")
_LONGEST_PATH: Final = 4096
_NOWHERE: Final = (0, 0)
# Name and version whose purl is known without further looks.
_PLAIN: Final = (
    r"pkg:npm/(?:@[A-Za-z0-9._~-]++/)?+[a-z0-9_~-][a-z0-9._~-]*+@[0-9]++(?:\.[0-9]++)*+(?:-[0-9A-Za-z.-]*+)?+"
)
# All that is looked at of packages that nobody asks for.
_FIELDS: Final = ("version", "name", "link", "deprecated", "dev", "optional", "devOptional")
# What is smaller is read as a whole before msgspec is loaded.
_LARGE: Final = 1 << 20


def parse(source: Source) -> Iterator[Parsed | Passed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    found = _few(source, source.asked) if source.asked and len(source.data) > _LARGE else None
    return _all(source) if found is None else found


def _few(source: Source, asked: _Asked) -> Iterator[Parsed | Passed] | None:
    """Read those packages of a lockfile that are asked for; None where it has to be read as a whole."""
    from scanner.syntax import skim

    found = skim.read(source, "packages", _FIELDS, _ASKED)
    if found is None:
        return None
    packages = found.members
    members = list(packages.items())
    kept = _kept(members, asked)
    # A folder of the project itself is no package.
    wanted = [path for path, entry in map(members.__getitem__, kept) if _FOLDER in path or "link" in entry]
    places = found.offsets(wanted, _FOLDER) if wanted else {}
    if places is None:
        return None
    try:
        graph = _Graph(packages, None if "" in packages else _manifest(source), wanted, found.decoder())
    except ValueError:
        return None
    folders = list(_folders(_entries(found, places), places))
    return _read_each(folders, graph, source, len(members) - len(kept))


def _entries(found: Skim, places: Offsets) -> dict[str, object]:
    """Return what is told of the packages that are placed: of all but usual ones, everything."""
    placed = {path: found.members[path] for path in places}
    lines = _usual_lines(list(placed.items()))
    is_plain = _plain().fullmatch
    unusual = {path: places[path] for path, line in zip(placed, lines, strict=True) if not is_plain(line)}
    return {**placed, **(found.whole(unusual) if unusual else {})}


def _all(source: Source) -> Iterator[Parsed | Passed]:
    try:
        document, places = read(source.text, "packages")
        tree = _tree(decode.table(document, "The lockfile"), places, source)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    folders = tree.folders
    if source.asked:
        folders = [folders[number] for number in _kept(_placed(folders), source.asked)]
    graph = _Graph({folder.path: folder.entry for folder in tree.folders}, tree.asked)
    yield from _read_each(folders, graph, source, len(tree.folders) - len(folders))


class _Folder(NamedTuple):
    """A folder of the installed tree and what is told of it; where: by keys, and by offset (0: not known).

    `end` is where the key ends, `entry_at` where the entry begins.
    """

    path: str
    entry: object
    keys: Path
    end: int = 0
    entry_at: int = 0


class _Tree(NamedTuple):
    """All folders in file order; `asked` is what the project itself asks for, None where nobody tells."""

    folders: list[_Folder]
    asked: Table | None


class _Reading(NamedTuple):
    """What is known of the file as a whole while its packages are read."""

    source: Source
    places: Places
    lines: Lines
    folders: Mapping[str, object]
    parents: dict[str, tuple[str, ...]]
    is_plain: Callable[[str], object]


def _read_each(folders: list[_Folder], graph: _Graph, source: Source, passed: int) -> Iterator[Parsed | Passed]:
    if passed:
        yield Passed(passed)
    reading = _Reading(source, Places(source), Lines(source), graph.folders, graph.parents, _plain().fullmatch)
    for folder, line in zip(folders, _usual_lines(_placed(folders)), strict=True):
        yield from _read(folder, line, reading)


def _placed(folders: list[_Folder]) -> list[tuple[str, object]]:
    # What has no place is written in an unusual way, and so may be its name.
    return [(folder.path if folder.end else "", folder.entry) for folder in folders]


def _read(folder: _Folder, line: str, reading: _Reading) -> Iterator[Parsed]:
    usual = _usual(folder, line, reading)
    if usual is not None:
        yield usual
    elif not isinstance(folder.entry, dict):
        if folder.entry is not None or folder.path:
            yield Problem(f"The entry of {quoted(folder.path)} is no table.", reading.places.key(folder.keys))
    elif folder.entry.get("link") is True:
        yield from _linked(folder, folder.entry, reading)
    elif _FOLDER in folder.path:
        yield from _package(folder, folder.entry, reading)


def _usual(folder: _Folder, line: str, reading: _Reading) -> Dependency | None:
    # Nearly all packages: a plain name and a plain version, read in a fifth of the time. None for any other.
    path, entry, _, end, _ = folder
    if not isinstance(entry, dict) or not reading.is_plain(line):
        return None
    via = reading.parents.get(path)
    return Dependency(
        _as_purls(line),
        reading.lines.span(end - len(path.rpartition(_FOLDER)[2]), end),
        None,
        Kind.LIBRARY,
        _scope(entry) if "dev" in entry or "optional" in entry or "devOptional" in entry else Scope.RUNTIME,
        None if via is None else not via,
        via or (),
    )


def _usual_lines(folders: Iterable[tuple[str, object]]) -> list[str]:
    # A purl as it would be if `@` stood in it as it is; nothing for what is told in another way.
    return [
        f"pkg:npm/{path.rpartition(_FOLDER)[2]}@{entry.get('version')}"
        if _FOLDER in path
        and isinstance(entry, dict)
        and not ("deprecated" in entry or "name" in entry or "link" in entry)
        else ""
        for path, entry in folders
    ]


def _as_purls(lines: str) -> str:
    return lines.replace("npm/@", "npm/%40")


def _kept(folders: Sequence[tuple[str, object]], asked: _Asked) -> list[int]:
    """Return the numbers of the folders to be read: all but the usual packages that nobody asks for."""
    lines = _usual_lines(folders)
    # One version of a package may lie in hundreds of folders.
    different = list(dict.fromkeys(lines))
    together = "\n".join((*different, ""))
    purls = _as_purls(together).split("\n")[:-1]
    if len(purls) != len(different):  # a name that is no name
        return list(range(len(lines)))
    wanted = {"", *_unusual().findall(together), *map(different.__getitem__, asked(purls))}
    return [number for number, line in enumerate(lines) if line in wanted]


def _package(folder: _Folder, entry: Table, reading: _Reading) -> Iterator[Parsed]:
    name, version = _identity(folder.path, entry)
    location = _place(folder, name, reading)
    try:
        purl = npm.purl(name, version if isinstance(version, str) and npm.is_version(version) else None)
    except ValueError:
        yield Problem(f"No package can be named {quoted(name)}.", location)
        return
    if version is not None and not npm.is_version(version) and not _is_address(version):
        yield Problem(f"The version of {quoted(name)} is no version.", location)
    via, deprecated = reading.parents.get(folder.path), entry.get("deprecated")
    yield Dependency(
        purl=purl,
        location=location,
        scope=_scope(entry),
        direct=None if via is None else not via,
        via=via or (),
        mark=Mark("deprecated", deprecated if isinstance(deprecated, str) else "") if deprecated else None,
    )


def _linked(folder: _Folder, link: Table, reading: _Reading) -> Iterator[Parsed]:
    # A folder of the project: a dependency where a package asks for it by name, else only part of the project.
    target = reading.folders.get(str(link.get("resolved")))
    if folder.path in reading.parents and isinstance(target, dict):
        yield from _package(folder, {**target, **link}, reading)


def _identity(path: str, entry: Table) -> tuple[str, object]:
    name, version = entry.get("name"), entry.get("version")
    name = name if name and isinstance(name, str) else path.rpartition(_FOLDER)[2]
    if isinstance(version, int | float) and not isinstance(version, bool):
        version = str(version)
    if not isinstance(version, str) or version[:1].isdecimal():
        return name, version
    if version.startswith("npm:"):  # an alias, as version 1 writes it
        name, _, version = version[4:].rpartition("@")
    elif version.endswith(".tgz"):
        name = _packed_name(version) or name
        file, bare = version.rpartition("/")[2], name.rpartition("/")[2]
        inside = file[len(bare) + 1 : -4]
        version = inside if file.startswith(f"{bare}-") and npm.is_version(inside) else version
    return name, version


def _packed_name(address: str) -> str:
    # The address of an archive in a registry tells the name, which an alias may hide: `…/@scope/name/-/name-1.0.0.tgz`.
    folder, _, file = address.rpartition("/-/")
    above, _, name = folder.rpartition("/")
    if "://" not in above or not file.startswith(f"{name}-"):
        return ""
    scope = above.rpartition("/")[2]
    return f"{scope}/{name}" if scope.startswith("@") else name


def _is_address(version: object) -> bool:
    return isinstance(version, str) and (":" in version or "/" in version)


def _scope(entry: Table) -> Scope:
    if entry.get("dev") is True:
        return Scope.DEV
    return Scope.OPTIONAL if entry.get("optional") is True or entry.get("devOptional") is True else Scope.RUNTIME


def _place(folder: _Folder, name: str, reading: _Reading) -> Location:
    own = folder.path.rpartition(_FOLDER)[2]
    if name != own:
        return _alias_place(folder, name, reading)
    if folder.end:
        return reading.lines.span(folder.end - len(name), folder.end)
    key = reading.places.key(folder.keys)
    return key if key.end_column is None else key._replace(column=key.end_column - len(name))


def _alias_place(folder: _Folder, name: str, reading: _Reading) -> Location:
    text = reading.source.text
    found = offsets(text, folder.entry_at) if folder.entry_at else {}
    # In version 1 the name stands in the version: `npm:name@1.0.0`, `https://…/name/-/name-1.0.0.tgz`.
    version = str(folder.entry.get("version")) if isinstance(folder.entry, dict) else ""
    for key, ahead in (("name", 1), ("version", 1 + max(0, version.find(name)))):
        start = found[key][1] + ahead if key in found else 0
        if start and text.startswith(name, start):
            return reading.lines.span(start, start + len(name))
    return reading.source.location


class _Graph:
    """Who brings a package in, as node finds packages: in a folder's own `node_modules`, else in those above it.

    Where few packages are `wanted`, nothing is followed any more when these are found, and `parents` are theirs alone.
    """

    def __init__(
        self,
        folders: Mapping[str, object],
        asked: Table | None,
        wanted: Collection[str] | None = None,
        decoded: Callable[[object], object] | None = None,
    ) -> None:
        """Follow what each package asks for; `decoded` reads tables that are not read yet, and may raise ValueError."""
        self.folders = folders
        self._decoded = decoded
        # For each package that somebody asks for: those that bring it in, from what the project asks for down.
        self.parents: dict[str, tuple[str, ...]] = {}
        if wanted is not None and not wanted:
            return
        own: list[tuple[str, object]] = [("", asked)] if asked else []
        own += ((path, entry) for path, entry in folders.items() if _FOLDER not in path)
        roots = [child for path, entry in own for child in self._asked_for(path, entry, _ASKED)]
        wanted = folders.keys() if wanted is None else wanted
        found = self._followed(roots if own else self._tops(), wanted)
        chains: dict[str | None, tuple[str, ...]] = {None: ()}
        for path in wanted:
            if path in found:
                self.parents[path] = self._chain(found[path], found, chains)

    def _followed(self, roots: Iterable[str], wanted: Iterable[str]) -> dict[str, str | None]:
        """Return for what is found who asks for it, None for the project itself: the nearest first."""
        found: dict[str, str | None] = dict.fromkeys(roots)
        queue = list(found)
        left = set(wanted).difference(found) if queue else set()
        for parent in queue:
            if not left:
                break
            for child in self._asked_for(parent, self.folders[parent], _NEEDED):
                if child not in found:
                    found[child] = parent
                    queue.append(child)
                    left.discard(child)
        return found

    def _chain(
        self, last: str | None, found: Mapping[str, str | None], chains: dict[str | None, tuple[str, ...]]
    ) -> tuple[str, ...]:
        """Return what brings in the children of a package, that itself last; `chains` are those that are known."""
        waiting: list[str] = []
        while last is not None and last not in chains:
            waiting.append(last)
            last = found[last]
        chain = chains[last]
        for path in reversed(waiting):
            chain = chains[path] = (*chain, _label(path, self.folders[path]))[-LONGEST:]
        return chain

    @cached_property
    def _hosts(self) -> set[str]:
        return {path.rpartition(f"/{_FOLDER}")[0] for path in self.folders}

    def _tops(self) -> list[str]:
        # Version 1 does not tell what the project asks for; what no package asks for it must have asked for.
        wanted = {child for path, entry in self.folders.items() for child in self._asked_for(path, entry, _NEEDED)}
        return [path for path in self.folders if path not in wanted] if wanted else []

    def _asked_for(self, path: str, entry: object, tables: Sequence[str]) -> list[str]:
        names = self._names_asked_for(entry, tables)
        folders, around = self.folders, self._around(path) if names else []
        if len(around) <= 1:
            return [child for name in names if (child := _FOLDER + name) in folders]
        places = (next((child for prefix in around if (child := prefix + name) in folders), None) for name in names)
        return [child for child in places if child is not None]

    def _around(self, path: str) -> list[str]:
        prefixes: list[str] = []
        # No file system has longer paths, and nothing real is nested so deeply.
        while path and len(path) < _LONGEST_PATH and len(prefixes) < LONGEST:
            if path in self._hosts:
                prefixes.append(f"{path}/{_FOLDER}")
            path = path.rpartition(f"/{_FOLDER}")[0]
        return [*prefixes, _FOLDER]

    def _names_asked_for(self, entry: object, tables: Sequence[str]) -> list[str]:
        names: list[str] = []
        if isinstance(entry, dict) and entry.get("link") is not True:
            for key in tables:
                table = entry.get(key)
                if table is not None and self._decoded is not None:
                    table = self._decoded(table)
                if isinstance(table, dict):
                    names += table
        return names


def _label(path: str, entry: object) -> str:
    name, version = _identity(path, entry) if isinstance(entry, dict) else (path, None)
    return f"{name}@{version}" if npm.is_version(version) else name


def _tree(document: Table, places: Offsets, source: Source) -> _Tree:
    if "packages" not in document and ("dependencies" in document or "lockfileVersion" in document):
        dependencies = decode.table(document.get("dependencies", {}), "The tree of dependencies")
        return _Tree(list(_flat(dependencies, nested(source.text, "dependencies"))), _manifest(source))
    packages = decode.table(document.get("packages"), "The list of packages")
    return _Tree(list(_folders(packages, places)), None if "" in packages else _manifest(source))


def _folders(packages: Mapping[str, object], places: Offsets) -> Iterator[_Folder]:
    for path, entry in packages.items():
        at, entry_at = places.get(path, _NOWHERE)
        yield _Folder(path, entry, ("packages", path), at and at + len(path), entry_at)


def _flat(dependencies: Table, places: Nested) -> Iterator[_Folder]:
    # Version 1 lists the packages of a folder within the entry of the package that holds this folder.
    waiting = _inside("", dependencies, (), 0)
    while waiting:
        path, name, entry, keys, number = waiting.pop()
        if not isinstance(entry, dict):
            yield _Folder(path, entry, keys)
            continue
        at, entry_at, number = places.get((number, name), (0, 0, -1))
        yield _Folder(path, {**entry, "dependencies": entry.get("requires")}, keys, at and at + len(name), entry_at)
        inside = entry.get("dependencies")
        if isinstance(inside, dict):
            waiting += _inside(f"{path}/", inside, keys, number)


def _inside(path: str, dependencies: Table, keys: Path, number: int) -> list[tuple[str, str, object, Path, int]]:
    # The last one is taken first.
    return [
        (f"{path}{_FOLDER}{name}", name, entry, (*keys, "dependencies", name), number)
        for name, entry in reversed(dependencies.items())
    ]


def _manifest(source: Source) -> Table | None:
    manifest = source.beside("package.json")
    try:
        document = decode.from_json(manifest.text) if manifest else None
    except decode.ShapeError:
        return None  # the file is a problem of its own where it is read
    return document if isinstance(document, dict) else None


@cache
def _plain() -> re.Pattern[str]:
    return re.compile(_PLAIN)


@cache
def _unusual() -> re.Pattern[str]:
    # Lines that are plain, or one that is not, as the group.
    return re.compile(rf"(?:{_PLAIN}\n)++|(.*+)\n")


def _mark(head: bytes) -> bool:
    version = re.search(rb'"lockfileVersion"\s*:\s*"?[1-3]\b"?\s*[,}](?!\s*"(?:configVersion|workspaces)")', head)
    return version is not None


PARSER: Final = Parser(
    id="package_lock",
    title="npm lockfile",
    globs=(
        "package-lock.json",
        "npm-shrinkwrap.json",
        "!node_modules/*/package-lock.json",
        "!node_modules/*/npm-shrinkwrap.json",
        "!node_modules/@*/*/package-lock.json",
        "!node_modules/@*/*/npm-shrinkwrap.json",
    ),
    spec="https://github.com/npm/cli/blob/latest/docs/lib/content/configuring-npm/package-lock-json.md",
    parse=parse,
    mark=_mark,
    yields_to=("npm-shrinkwrap.json",),
)
