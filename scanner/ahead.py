"""Parses the files of a tree: one after the other, or, when there is much to read, ahead on every core.

Workers are forks of this process. Each parses every n-th batch of files and writes what it found into
a pipe; the batches are taken in the order of the files, so that the result is the same, whoever parsed them.
What a worker could not do is done here.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeAlias

from scanner import plugin, source
from scanner.claims import parser_of
from scanner.model import Dependency, Include, Kind, Location, Mark, Parsed, Problem, ScanError, Scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.source import Source

# What is smaller is read before the workers have begun.
_WORTHWHILE_BYTES = 4 << 20
_BATCH = 16
_LENGTH = 8

# The path of a file, the name under which it is shown, and the directory that it may look into.
Wanted: TypeAlias = tuple[str, str, str]


class File(NamedTuple):
    """What one file holds; `format` is None when it is in none that it could be by its name."""

    path: str
    format: str | None
    entries: Iterable[Parsed]


def parsed(opened: Source, format_id: str) -> File:
    """Return what a parser finds in a file; nothing is parsed before the entries are asked for."""
    return File(opened.path, format_id, _guarded(opened, format_id))


def read(wanted: Sequence[Wanted]) -> Iterator[File]:
    """Yield every file of a tree, in order. One that cannot be read holds a problem and has no format."""
    workers = _workers(wanted)
    if workers < 2:  # noqa: PLR2004 -- one worker is this process itself
        yield from map(_read, wanted)
        return
    batches = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
    pipes = [_fork(batches[number::workers]) for number in range(workers)]
    try:
        for number, batch in enumerate(batches):
            found = _received(pipes[number % workers][1])
            # A worker that died, for want of memory perhaps, leaves its work.
            yield from map(_read, batch) if found is None else found
    finally:
        for worker, pipe in pipes:
            pipe.close()
            with suppress(ChildProcessError):
                os.waitpid(worker, 0)


def _read(wanted: Wanted) -> File:
    path, shown, root = wanted
    try:
        opened = source.read(path, shown, root=root, trusted=True)
    except ScanError as error:
        return File(shown, None, [Problem(str(error), Location(shown))])
    parser = parser_of(opened.path, opened.data[:4096])
    if parser is None:
        return File(shown, None, [Problem("This is in none of the formats that have its name.", opened.location)])
    return parsed(opened, parser.id)


def _guarded(opened: Source, format_id: str) -> Iterator[Parsed]:
    """Yield what a parser yields; a parser that breaks costs its own file's rest and nothing more."""
    try:
        yield from plugin.parser(format_id).parse(opened)
    except Exception as error:  # noqa: BLE001 -- the one broad catch of the house: see docs/architecture.md
        message = f"The {format_id} parser broke on this file ({type(error).__name__}); please report it."
        yield Problem(message, opened.location)


def _workers(wanted: Sequence[Wanted]) -> int:
    # Elsewhere a fork may lack what the system's libraries keep in threads.
    if sys.platform != "linux" or len(wanted) <= _BATCH:
        return 1
    size = 0
    for path, _, _ in wanted:
        with suppress(OSError):
            size += os.stat(path).st_size
    return len(os.sched_getaffinity(0)) if size >= _WORTHWHILE_BYTES else 1


def _fork(batches: Sequence[Sequence[Wanted]]) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    worker = os.fork()
    if worker:
        os.close(writing)
        return worker, os.fdopen(reading, "rb")
    os.close(reading)
    try:
        with os.fdopen(writing, "wb") as pipe:
            for batch in batches:
                _send([_packed(_read(wanted)) for wanted in batch], pipe)
    except BaseException:  # noqa: BLE001 -- whatever it is, this process ends here, and the other one goes on
        os._exit(1)
    os._exit(0)


def _send(files: list[_PlainFile], pipe: BinaryIO) -> None:
    from marshal import dumps

    content = dumps(files)
    pipe.write(len(content).to_bytes(_LENGTH, "big"))
    pipe.write(content)
    pipe.flush()


def _received(pipe: BinaryIO) -> list[File] | None:
    from marshal import loads

    length = int.from_bytes(pipe.read(_LENGTH), "big")
    content = pipe.read(length)
    if not length or len(content) < length:
        return None
    files = loads(content)  # noqa: S302 -- written by a fork of this process
    return [_unpacked(file) for file in files]


# `marshal` is several times faster than `pickle`, and takes plain values alone.
_PlainLocation: TypeAlias = tuple[str, int | None, int | None, int | None]
_PlainMark: TypeAlias = tuple[str, str, str | None]
_PlainDependency: TypeAlias = tuple[
    str, _PlainLocation, str | None, str, str, bool | None, tuple[str, ...], _PlainMark | None
]
_Plain: TypeAlias = _PlainDependency | tuple[str, _PlainLocation, bool] | tuple[str, _PlainLocation]
_PlainFile: TypeAlias = tuple[str, str | None, list[_Plain]]

_KINDS = {kind.value: kind for kind in Kind}
_SCOPES = {scope.value: scope for scope in Scope}


def _packed(file: File) -> _PlainFile:
    return file.path, file.format, [_plain(entry) for entry in file.entries]


def _plain(entry: Parsed) -> _Plain:
    match entry:
        case Dependency(purl, location, requirement, kind, scope, direct, via, mark):
            plain_mark = None if mark is None else (mark.word, mark.text, mark.replacement)
            return purl, _plain_place(location), requirement, kind.value, scope.value, direct, via, plain_mark
        case Include(path, location, constraint):
            return path, _plain_place(location), constraint
        case Problem(message, location):
            return message, _plain_place(location)


def _plain_place(location: Location) -> _PlainLocation:
    return location.path, location.line, location.column, location.end_column


def _unpacked(file: _PlainFile) -> File:
    path, format_id, entries = file
    return File(path, format_id, [_entry(entry) for entry in entries])


def _entry(entry: _Plain) -> Parsed:
    match entry:
        case (message, place):
            return Problem(message, Location(*place))
        case (path, place, constraint):
            return Include(path, Location(*place), constraint)
        case (purl, place, requirement, kind, scope, direct, via, mark):
            dead = None if mark is None else Mark(*mark)
            return Dependency(purl, Location(*place), requirement, _KINDS[kind], _SCOPES[scope], direct, via, dead)
