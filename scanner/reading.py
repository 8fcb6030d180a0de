"""Reads the inputs of a request: which file by which parser, what it includes, what it pins."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from scanner import ahead, purl, source
from scanner.claims import fits, parser_of, pinned_by
from scanner.discover import git_root, walk
from scanner.model import Dependency, Include, Input, Location, Problem, ScanError
from scanner.pins import Pins, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.ahead import File
    from scanner.source import Source

STDIN = "-"

# Real includes are a few levels deep; what is deeper was built to be.
_MAX_DEPTH = 50
# How many dependencies are read between two looks at the clock.
_TICK = 2048


class Request(NamedTuple):
    """What to scan: paths, purls and `-` as the user named them, seen from the directory `cwd`.

    `cache` is where product data may lie that was fetched. `progress` is told now and then how many
    files of how many are read, and the path of the next one.
    """

    inputs: tuple[str, ...]
    cwd: str
    stdin: Callable[[], bytes]
    exclude: tuple[str, ...] = ()
    cache: str | None = None
    progress: Callable[[int, int, str], None] | None = None


class Reading:
    """Reads the inputs of a request, once each, and everything they include.

    Iterating yields dependencies; `inputs` and `problems` fill up meanwhile.
    """

    def __init__(self, request: Request) -> None:
        """Nothing is opened before the first dependency is asked for."""
        self.inputs: list[Input] = []
        self.problems: list[Problem] = []
        self._request = request
        self._seen: set[tuple[str, bool]] = set()
        self._included_by: set[tuple[str, str]] = set()
        self._stdin: Source | None = None
        self._named = {os.path.normpath(os.path.join(request.cwd, name)) for name in request.inputs}
        self._done = 0
        self._total = 0

    def __iter__(self) -> Iterator[Dependency]:
        """Yield every dependency, file by file in the order in which they were named or found."""
        pins = Pins()
        # A manifest that is named waits for the lockfiles that are.
        for name in sorted(self._request.inputs, key=lambda name: bool(pinned_by(name.replace(os.sep, "/")))):
            if name == STDIN:
                self._stdin = source.Source(STDIN, self._request.stdin())
                yield from self._parsed(_opened(self._stdin), _Place(STDIN, self._request.cwd, named=True))
            elif name[:4].lower() == "pkg:":
                yield from self._argument(name)
            else:
                yield from self._path(name, pins)

    def reopened(self, path: str) -> Source | None:
        """Return the text behind a display path again; None where it cannot be had."""
        if path == STDIN:
            return self._stdin
        try:
            return source.read(os.path.join(self._request.cwd, path), path)
        except ScanError:
            return None

    def _argument(self, text: str) -> Iterator[Dependency]:
        if purl.split(text) is None:
            msg = f"{text!r} is no package URL; one looks like 'pkg:pypi/django@3.2.25'."
            raise ScanError(msg)
        self.inputs.append(Input(path=text, repo_path=text, format="purl", components=1))
        yield Dependency(purl=text, location=Location(text))

    def _path(self, name: str, pins: Pins) -> Iterator[Dependency]:
        path = os.path.join(self._request.cwd, name)
        if os.path.isdir(path):
            yield from self._tree(path)
            return
        place = _Place(path, self._root(os.path.dirname(path)), named=True)
        dependencies: Iterable[Dependency] = self._file(place, None)
        if (lockfile := _lockfile_beside(path)) and os.path.normpath(lockfile) not in self._named:
            (file,) = ahead.read([(lockfile, self._shown(lockfile), place.root)])
            dependencies = locked(dependencies, file.entries)
        yield from pins.heard(path, dependencies)

    def _tree(self, top: str) -> Iterator[Dependency]:
        root, pins = self._root(top), Pins()
        found = list(walk(top, self._request.exclude))
        paths = [entry for entry in found if isinstance(entry, str)]
        self._total += len(paths)
        ready = ahead.read([(path, self._shown(path), root) for path in paths])
        for entry in found:
            if isinstance(entry, Problem):
                self.problems.append(entry._replace(location=Location(self._shown(entry.location.path))))
                continue
            pins.enter(os.path.dirname(entry))
            yield from pins.heard(entry, self._file(_Place(entry, root), next(ready)))

    def _file(self, place: _Place, ready: File | None) -> Iterator[Dependency]:
        key = (os.path.realpath(place.path), False)
        if key in self._seen:
            return
        self._seen.add(key)
        if ready is None:
            ready = _opened(source.read(place.path, self._shown(place.path), root=place.root, trusted=True))
        yield from self._parsed(ready, place)
        self._done += 1

    def _parsed(self, file: File, place: _Place) -> Iterator[Dependency]:
        if file.format is None:
            self.problems += [entry for entry in file.entries if isinstance(entry, Problem)]
            return
        position, problems, count = len(self.inputs), len(self.problems), 0
        for dependency in self._pinned(file, place):
            if count % _TICK == 0 and self._request.progress:
                self._request.progress(self._done, self._total, file.path)
            count += 1
            yield dependency
        if place.named and not count and len(self.problems) > problems:
            self.inputs[position] = self.inputs[position]._replace(unread=True)

    def _pinned(self, file: File, place: _Place) -> Iterator[Dependency]:
        pins: dict[str, str] = {}
        held: list[Dependency] = []
        for dependency in self._entries(file, place, pins):
            # What has no version waits for the constraints, which may stand at the end of the file.
            if "@" in dependency.purl:
                yield dependency
            else:
                held.append(dependency)
        for dependency in held:
            version = pins.get(dependency.purl)
            yield dependency if version is None else dependency._replace(purl=f"{dependency.purl}@{version}")

    def _entries(self, file: File, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        """Yield the entries of a file and of what it includes; collect the pins of its constraints."""
        position, count = len(self.inputs), 0
        self.inputs.append(self._input(file, place))
        for entry in file.entries:
            match entry:
                case Dependency():
                    count += 1
                    yield entry
                case Problem():
                    self.problems.append(entry)
                case Include():
                    yield from self._included(entry, file, place, pins)
        self.inputs[position] = self.inputs[position]._replace(components=count)

    def _included(self, include: Include, by: File, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        path = os.path.join(os.path.dirname(place.path), include.path)
        constraint = include.constraint or place.constraint
        inner = _Place(path, place.root, constraint=constraint, parents=(*place.parents, place.path))
        if (opened := self._opened(include, inner)) is None:
            return
        file = ahead.parsed(opened, by.format or "")
        for dependency in self._entries(file, inner, pins):
            if not constraint:
                yield dependency
            elif "@" in dependency.purl:
                pins.setdefault(*_name_and_version(dependency.purl))

    def _opened(self, include: Include, place: _Place) -> Source | None:
        """Open an included file; None, with a problem where there is one, for what must not be read (again)."""
        try:
            real = os.path.realpath(place.path)
            if real in map(os.path.realpath, place.parents):
                self.problems.append(Problem("This file includes itself; it is read once.", include.location))
                return None
            if (place.parents[-1], real) in self._included_by:
                self.problems.append(Problem("This file is included above already.", include.location))
            self._included_by.add((place.parents[-1], real))
            if (real, place.constraint) in self._seen:
                return None
            self._seen.add((real, place.constraint))
            if len(place.parents) > _MAX_DEPTH:
                self.problems.append(Problem("Files include each other too deeply here.", include.location))
                return None
            return source.read(place.path, self._shown(place.path), root=place.root)
        except (ScanError, ValueError) as error:
            self.problems.append(Problem(f"The included file was not read: {error}", include.location))
            return None

    def _input(self, file: File, place: _Place) -> Input:
        repo_path = STDIN
        if place.path != STDIN:
            repo_path = os.path.relpath(os.path.abspath(place.path), place.root).replace(os.sep, "/")
        return Input(path=file.path, repo_path=repo_path, format=file.format or "", components=0)

    def _root(self, folder: str) -> str:
        """Return the directory that a file's includes stay in: its checkout, else where the user stands."""
        folder = os.path.abspath(folder)
        checkout = git_root(folder)
        if checkout is not None:
            return checkout
        inside = folder == self._request.cwd or folder.startswith(self._request.cwd.rstrip(os.sep) + os.sep)
        return self._request.cwd if inside else folder

    def _shown(self, path: str) -> str:
        """Return a path as users know it: from the directory where they stand, if it is below."""
        path = os.path.normpath(path)
        top = self._request.cwd.rstrip(os.sep) + os.sep
        return path.removeprefix(top).replace(os.sep, "/")


class _Place(NamedTuple):
    """Where a file stands, the directory its includes stay in, and how it was come by."""

    path: str
    root: str
    named: bool = False
    constraint: bool = False
    parents: tuple[str, ...] = ()


def _opened(opened: Source) -> File:
    """Choose the parser of a file that the user named; `ScanError` when there is none."""
    parser = parser_of(opened.path, opened.data[:4096])
    if parser is None:
        raise ScanError(_formless(opened))
    return ahead.parsed(opened, parser.id)


def _lockfile_beside(path: str) -> str | None:
    """Return the lockfile in a manifest's folder that pins what the manifest asks for."""
    globs = pinned_by(path.replace(os.sep, "/"))
    if not globs:
        return None
    folder = os.path.dirname(path)
    with suppress(OSError):
        beside = sorted(name for name in os.listdir(folder) if any(fits(name, glob) for glob in globs))
        return os.path.join(folder, beside[0]) if beside else None
    return None


def _formless(opened: Source) -> str:
    """Say why a file that the user named cannot be read as anything."""
    if not opened.data.strip():
        return f"{'Standard input' if opened.path == STDIN else opened.path} is empty, and its name tells no format."
    name = "What stands on standard input" if opened.path == STDIN else opened.path
    return f"{name} is in no format that eolscan reads; `eolscan formats` lists them."


def _name_and_version(text: str) -> tuple[str, str]:
    name, _, version = text.partition("?")[0].rpartition("@")
    return (name, version) if name else (version, "")
