"""Reads the inputs of a request: which file by which parser, what it includes, what it pins.

The inputs are planned as a list of jobs, so that a long list can be done in parts; see `crew`.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cached_property
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from scanner import claims, purl, source
from scanner.discover import git_root, walk
from scanner.globs import fits
from scanner.model import Dependency, Include, Input, Location, Passed, Problem, ScanError
from scanner.packing import is_packed
from scanner.pins import Pins, is_in, locked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.model import Parsed
    from scanner.plugin import Parser
    from scanner.source import Source

STDIN = "-"

# Real includes are a few levels deep; what is deeper was built to be.
_MAX_DEPTH = 50
# How many dependencies are read between two looks at the clock.
_TICK = 2048
# Constraints are for Python's packages.
_CONSTRAINED = "pkg:pypi/"

# What is less than this is read before another process has begun.
_WORTHWHILE_BYTES = 4 << 20
_FEW_FILES = 16


class Request(NamedTuple):
    """What to scan: paths, purls and `-` as the user named them, seen from the directory `cwd`.

    `products` are the user's own directories of product files, `cache` is where product data may lie that was
    fetched, and `asked` is for `source.Source.asked`. `progress` is told now and then how many files of how many
    are read, and the path of the next one.
    """

    inputs: tuple[str, ...]
    cwd: str
    stdin: Callable[[], bytes]
    exclude: tuple[str, ...] = ()
    cache: str | None = None
    products: tuple[str, ...] = ()
    progress: Callable[[int, int, str], None] | None = None
    asked: Callable[[Sequence[object]], Sequence[int]] | None = None


class Job(NamedTuple):
    """One thing to read when its turn comes.

    `path` is empty for a purl and for standard input, whose name says all; `tree` is the directory in
    which a file was found, None when the user named it; `problem` says why what was found cannot be read.
    """

    name: str
    path: str = ""
    root: str = ""
    tree: str | None = None
    problem: Problem | None = None


def plan(request: Request) -> list[Job]:
    """Return what there is to read, in its order: inputs as they were named, but manifests behind lockfiles."""
    jobs: list[Job] = []
    for name in sorted(request.inputs, key=lambda name: bool(claims.pinned_by(name.replace(os.sep, "/")))):
        path = os.path.join(request.cwd, name)
        if name == STDIN or name[:4].lower() == "pkg:":
            jobs.append(Job(name))
        elif os.path.isdir(path) and not _is_image(path):
            root = _root(path, request.cwd)
            for found in walk(path, request.exclude):
                if isinstance(found, Problem):
                    jobs.append(Job(name, tree=path, problem=found))
                else:
                    jobs.append(Job(name, found, root, path))
        else:
            jobs.append(Job(name, path, _root(os.path.dirname(path), request.cwd)))
    return jobs


def repo_path(path: str, cwd: str) -> str:
    """Return the path of a file or directory from the root of its checkout, or from where the user stands."""
    whole = os.path.abspath(os.path.join(cwd, path))
    folder = whole if os.path.isdir(whole) else os.path.dirname(whole)
    return os.path.relpath(whole, _root(folder, cwd)).replace(os.sep, "/")


def reopened(request: Request, path: str) -> Source | None:
    """Return the text behind a display path again; None where it cannot be had."""
    if path == STDIN:
        return source.given(STDIN, request.stdin())
    try:
        return source.read(os.path.join(request.cwd, path), path)
    except ScanError:
        return None


class Part(NamedTuple):
    """Jobs that follow each other in the plan, and the lockfiles before them that speak for the first of them."""

    jobs: Sequence[Job]
    before: Sequence[Job] = ()


def parts(jobs: Sequence[Job], workers: int) -> list[Part]:
    """Divide a plan into as many parts as there are workers, of about the same size; little work is one part."""
    sizes = [_size(job) for job in jobs] if workers > 1 and len(jobs) > _FEW_FILES else []
    share = sum(sizes) / workers
    if sum(sizes) < _WORTHWHILE_BYTES or any(job.name == STDIN for job in jobs):
        return [Part(jobs)]
    starts = [0]
    for number, size in enumerate(accumulate(sizes), 1):
        if size >= share * len(starts) and number < len(jobs):
            starts.append(number)
    return [Part(jobs[start:end], _speaking(jobs, start)) for start, end in pairwise((*starts, len(jobs)))]


def _size(job: Job) -> int:
    try:
        return os.stat(job.path).st_size if job.path else 0
    except (OSError, ValueError):
        return 0


def _speaking(jobs: Sequence[Job], start: int) -> list[Job]:
    # A walk comes from the top down: what speaks for a later folder is in the part, or speaks for its first folder too.
    # Files that were named come in any order.
    first = jobs[start]
    locks = (job for job in jobs[:start] if job.path and claims.pins(os.path.basename(job.path)))
    return [
        job
        for job in locks
        if job.tree is None
        or (job.tree == first.tree and is_in(os.path.dirname(first.path), os.path.dirname(job.path)))
    ]


class Reading:
    """Reads the inputs of a request, once each, and everything they include.

    Iterating yields dependencies; `inputs`, `problems` and `seen`, the files that were read, fill up meanwhile, and
    `passed` counts the dependencies that nobody asks for and that are not yielded.
    """

    def __init__(
        self,
        request: Request,
        part: Part | None = None,
        seen: set[tuple[str, bool]] | None = None,
    ) -> None:
        """Nothing is opened before the first dependency is asked for.

        `part` is None for all of the plan; what was `seen` already is not read again.
        """
        self.inputs: list[Input] = []
        self.problems: list[Problem] = []
        self.seen = set() if seen is None else seen
        self.passed = 0
        self._request = request
        self._part = part
        self._included_by: set[tuple[str, str]] = set()
        self._pins: dict[str | None, Pins] = {}
        self._done = 0

    def __iter__(self) -> Iterator[Dependency]:
        """Yield every dependency, file by file in the order of the jobs."""
        self._part = self._part or Part(plan(self._request))
        for job in self._part.before:
            for _ in self._pins_of(job).heard(job.path, self._silently(job)):
                pass
        for number, job in enumerate(self._part.jobs):
            self._done = number
            if job.path:
                yield from self._pins_of(job).heard(job.path, self._file(job))
            elif job.problem is not None:
                self.problems.append(job.problem._replace(location=Location(self._shown(job.problem.location.path))))
            elif job.name == STDIN:
                opened = source.given(STDIN, self._request.stdin())
                yield from self._parsed(opened, _Place(STDIN, self._request.cwd, named=True))
            else:
                yield from self._argument(job.name)

    @property
    def _jobs(self) -> Sequence[Job]:
        return self._part.jobs if self._part else ()

    @cached_property
    def _paths(self) -> frozenset[str]:
        return frozenset(os.path.normpath(job.path) for job in self._jobs)

    def _pins_of(self, job: Job) -> Pins:
        pins = self._pins.setdefault(job.tree, Pins())
        if job.tree is not None:
            pins.enter(os.path.dirname(job.path))
        return pins

    def _silently(self, job: Job) -> Iterator[Dependency]:
        """Yield what a file pins; what is wrong with it is said by who reads it in its turn."""
        with suppress(ScanError):
            opened = source.read(job.path, job.path, root=job.root, trusted=True)
            if (parser := claims.parser_of(opened.path, opened.head)) is not None:
                yield from (entry for entry in _guarded(opened, parser) if isinstance(entry, Dependency))

    def _argument(self, text: str) -> Iterator[Dependency]:
        if purl.split(text) is None:
            msg = f"{text!r} is no package URL; one looks like 'pkg:pypi/django@3.2.25'."
            raise ScanError(msg)
        self.inputs.append(Input(path=text, repo_path=text, format="purl", components=1))
        yield Dependency(purl=text, location=Location(text))

    def _file(self, job: Job) -> Iterator[Dependency]:
        key = (os.path.realpath(job.path), False)
        if key in self.seen:
            return
        self.seen.add(key)
        named, shown = job.tree is None, self._shown(job.path)
        if named and _is_image(job.path):
            yield from self._image(job, shown)
            return
        try:
            opened = source.read(job.path, shown, root=job.root, trusted=True)
        except ScanError as error:
            if named:
                raise
            self.problems.append(Problem(str(error), Location(shown)))
            return
        dependencies: Iterable[Dependency] = self._parsed(opened, _Place(job.path, job.root, named=named))
        if named and (lockfile := self._lockfile_beside(job)):
            dependencies = locked(dependencies, self._silently(lockfile))
        yield from dependencies

    def _image(self, job: Job, shown: str) -> Iterator[Dependency]:
        """Yield what the files in a container image name; it is read as a tree that was walked."""
        from scanner import containers

        position, problems, pins = len(self.inputs), len(self.problems), Pins()
        place = _Place(job.path, job.root)
        self.inputs.append(self._input(source.Source(shown, b""), "image", place))
        for found in containers.files(job.path, shown):
            if isinstance(found, Problem):
                self.problems.append(found)
                continue
            pins.enter(os.path.dirname(found.path))
            inside = place._replace(path=job.path + found.path.removeprefix(shown))
            yield from pins.heard(found.path, self._parsed(found, inside))
        if len(self.inputs) == position + 1 and len(self.problems) > problems:
            self.inputs[position] = self.inputs[position]._replace(unread=True)

    def _lockfile_beside(self, job: Job) -> Job | None:
        """Return the lockfile in a manifest's folder that pins what the manifest asks for, unless it is read itself."""
        globs = claims.pinned_by(job.path.replace(os.sep, "/"))
        if not globs:
            return None
        folder = os.path.dirname(job.path)
        with suppress(OSError):
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if any(fits(name, glob) for glob in globs):
                    return None if os.path.normpath(path) in self._paths else job._replace(path=path)
        return None

    def _parsed(self, opened: Source, place: _Place) -> Iterator[Dependency]:
        parser = claims.parser_of(opened.path, opened.head)
        if parser is None:
            if not place.named:
                self.problems.append(Problem("This is in none of the formats that have its name.", opened.location))
                return
            raise ScanError(_formless(opened))
        position, problems, count = len(self.inputs), len(self.problems), 0
        for dependency in self._pinned(opened, parser, place):
            if count % _TICK == 0 and self._request.progress:
                self._request.progress(self._done, len(self._jobs), opened.path)
            count += 1
            yield dependency
        told = self.problems[problems:]
        empty = not count and not self.inputs[position].components
        if place.named and told and (empty or any(problem.cut for problem in told)):
            self.inputs[position] = self.inputs[position]._replace(unread=True)

    def _pinned(self, opened: Source, parser: Parser, place: _Place) -> Iterator[Dependency]:
        pins: dict[str, str] = {}
        held: list[Dependency] = []
        for dependency in self._entries(opened, parser, place, pins):
            # What has no version waits for the constraints, which may stand at the end of the file.
            if "@" in dependency.purl or not dependency.purl.startswith(_CONSTRAINED):
                yield dependency
            else:
                held.append(dependency)
        for dependency in held:
            version = pins.get(dependency.purl)
            yield dependency if version is None else dependency._replace(purl=f"{dependency.purl}@{version}")

    def _entries(self, opened: Source, parser: Parser, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        """Yield the entries of a file and of what it includes; collect the pins of its constraints."""
        position, count = len(self.inputs), 0
        self.inputs.append(self._input(opened, parser.id, place))
        # What a lockfile pins has to be known in whole where a manifest may come behind it.
        alone = place.named and len(self._jobs) == 1
        if alone or not claims.pins(os.path.basename(opened.path)):
            opened.asked = self._request.asked
        for entry in _guarded(opened, parser):
            match entry:
                case Dependency():
                    count += 1
                    yield entry
                case Problem():
                    self.problems.append(entry)
                case Passed():
                    count += entry.number
                    self.passed += entry.number
                case Include():
                    yield from self._included(entry, parser, place, pins)
        self.inputs[position] = self.inputs[position]._replace(components=count)

    def _included(self, include: Include, parser: Parser, place: _Place, pins: dict[str, str]) -> Iterator[Dependency]:
        path = os.path.join(os.path.dirname(place.path), include.path)
        constraint = include.constraint or place.constraint
        inner = _Place(path, place.root, constraint=constraint, parents=(*place.parents, place.path))
        if (opened := self._opened(include, inner)) is None:
            return
        for dependency in self._entries(opened, parser, inner, pins):
            if not constraint:
                yield dependency
            elif "@" in dependency.purl:
                pins.setdefault(*purl.unversioned(dependency.purl))

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
            if (real, place.constraint) in self.seen:
                return None
            self.seen.add((real, place.constraint))
            if len(place.parents) > _MAX_DEPTH:
                self.problems.append(Problem("Files include each other too deeply here.", include.location))
                return None
            return source.read(place.path, self._shown(place.path), root=place.root)
        except (ScanError, ValueError) as error:
            self.problems.append(Problem(f"The included file was not read: {error}", include.location))
            return None

    def _input(self, opened: Source, form: str, place: _Place) -> Input:
        repo_path = STDIN
        if place.path != STDIN:
            repo_path = _below(place.root, place.path)
        return Input(path=opened.path, repo_path=repo_path, format=form, components=0)

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


def _root(folder: str, cwd: str) -> str:
    """Return the directory that a file's includes stay in: its checkout, else where the user stands."""
    folder = os.path.abspath(folder)
    checkout = git_root(folder)
    if checkout is not None:
        return checkout
    inside = folder == cwd or folder.startswith(cwd.rstrip(os.sep) + os.sep)
    return cwd if inside else folder


def _below(root: str, path: str) -> str:
    """Return the path of a file from a root; of a link that stays there, that of the file behind it.

    Nobody can show a line of a link.
    """
    real = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    if real.startswith(os.pardir):
        real = os.path.relpath(os.path.abspath(path), root)
    return real.replace(os.sep, "/")


def _is_image(path: str) -> bool:
    """Tell whether what the user named is a container image: by its first bytes, unless a parser claims its name."""
    if os.path.isdir(path):
        return os.path.isfile(os.path.join(path, "oci-layout"))
    head = b"" if claims.claimants(path.replace(os.sep, "/")) else source.head(path, 512)
    if head[257:262] != b"ustar" and not is_packed(head):
        return False
    from scanner import containers

    return containers.is_image(path)


def _guarded(opened: Source, parser: Parser) -> Iterator[Parsed | Passed]:
    """Yield what a parser yields; a parser that breaks costs its own file's rest and nothing more."""
    try:
        yield from parser.parse(opened)
    except ScanError as error:
        yield Problem(str(error), opened.location)
    except Exception as error:  # noqa: BLE001 -- the one broad catch of the house: see docs/architecture.md
        message = f"The {parser.id} parser broke on this file ({type(error).__name__}); please report it."
        yield Problem(message, opened.location)


def _formless(opened: Source) -> str:
    """Say why a file that the user named cannot be read as anything."""
    if not opened.head.strip():
        return f"{'Standard input' if opened.path == STDIN else opened.path} is empty, and its name tells no format."
    name = "What stands on standard input" if opened.path == STDIN else opened.path
    return f"{name} is in no format that eolscan reads; `eolscan formats` lists them."
