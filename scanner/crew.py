"""Does a long job in parts, on every core: the first part here, each other one in a fork of this process.

A part that a fork could not do, for want of memory perhaps, is None.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Sequence

_Part = TypeVar("_Part")
_Done = TypeVar("_Done")

# How many bytes a fork may be ahead of who takes them.
_AHEAD: Final = 1 << 20


def cores() -> int:
    """Return how many forks and this process can work side by side."""
    # Elsewhere a fork may lack what the system's libraries keep in threads.
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def done(job: Callable[[_Part], _Done], parts: Sequence[_Part]) -> Generator[_Done | None, None, None]:
    """Yield what the job makes of each part, in their order; what it makes in a fork has to be picklable."""

    def alone(part: _Part) -> Iterable[_Done]:
        yield job(part)

    forks = [Beside(alone, part) for part in parts[1:]]
    try:
        if parts:
            yield job(parts[0])
        for fork in forks:
            yield next(fork, None)
    finally:
        # Each fork holds the pipes of those before it: only when all are closed does none wait for a reader.
        for fork in forks:
            fork.leave()
        for fork in forks:
            fork.close()


class Beside(Generic[_Done]):
    """What a job makes of a part one by one in a fork, which begins at once; it may end before its time.

    What it makes has to be picklable. Whoever makes one of these closes it.
    """

    def __init__(self, job: Callable[[_Part], Iterable[_Done]], part: _Part) -> None:
        """Begin."""
        self._worker, self._pipe = _fork(job, part)

    def __iter__(self) -> Beside[_Done]:
        """Return this."""
        return self

    def __next__(self) -> _Done:
        """Wait for what is made next."""
        from pickle import UnpicklingError, load

        try:
            made: _Done = load(self._pipe)  # noqa: S301 -- written by a fork of this process
        except (EOFError, UnpicklingError) as error:
            raise StopIteration from error
        return made

    def leave(self) -> None:
        """Take no more."""
        self._pipe.close()

    def close(self) -> None:
        """Take no more, and wait for the end of the fork."""
        self.leave()
        with suppress(ChildProcessError):
            os.waitpid(self._worker, 0)


def _fork(job: Callable[[_Part], Iterable[_Done]], part: _Part) -> tuple[int, BinaryIO]:
    reading, writing = os.pipe()
    worker = os.fork()
    if worker:
        os.close(writing)
        return worker, os.fdopen(reading, "rb")
    try:
        os.close(reading)
        _widen(writing)
        with os.fdopen(writing, "wb") as pipe:
            for made in job(part):
                _send(made, pipe)
    except BaseException:  # noqa: BLE001 -- whatever it is, this process ends here, and the other one goes on
        os._exit(1)
    os._exit(0)


def _widen(pipe: int) -> None:
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AHEAD)


def _send(made: object, pipe: BinaryIO) -> None:
    from pickle import HIGHEST_PROTOCOL, dump

    dump(made, pipe, HIGHEST_PROTOCOL)
    pipe.flush()
