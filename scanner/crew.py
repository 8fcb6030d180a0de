"""Does a long job in parts, on every core: the first part here, each other one in a fork of this process.

A part that a fork could not do, for want of memory perhaps, is None.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")


def cores() -> int:
    """Return how many forks and this process can work side by side."""
    # Elsewhere a fork may lack what the system's libraries keep in threads.
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def done(job: Callable[[_Part], _Done], parts: Sequence[_Part]) -> Generator[_Done | None, None, None]:
    """Yield what the job makes of each part, in their order; what it makes in a fork has to be picklable."""
    forks = [_fork(job, part) for part in parts[1:]]
    try:
        if parts:
            yield job(parts[0])
        for _, pipe in forks:
            yield _received(pipe)
    finally:
        # Each fork holds the pipes of those before it: only when all are closed does none wait for a reader.
        for _, pipe in forks:
            pipe.close()
        for worker, _ in forks:
            with suppress(ChildProcessError):
                os.waitpid(worker, 0)


def _fork(job: Callable[[_Part], _Done], part: _Part) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    worker = os.fork()
    if worker:
        os.close(writing)
        return worker, os.fdopen(reading, "rb")
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            _send(job(part), pipe)
    except BaseException:  # noqa: BLE001 -- whatever it is, this process ends here, and the other one goes on
        os._exit(1)
    os._exit(0)


def _send(result: object, pipe: BinaryIO) -> None:
    from pickle import HIGHEST_PROTOCOL, dumps

    pipe.write(dumps(result, HIGHEST_PROTOCOL))


def _received(pipe: BinaryIO) -> _Done | None:
    from pickle import UnpicklingError, loads

    content = pipe.read()
    try:
        result: _Done = loads(content)  # noqa: S301 -- written by a fork of this process
    except (EOFError, UnpicklingError):
        return None
    return result
