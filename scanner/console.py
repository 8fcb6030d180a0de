"""What the commands say and where: reports to standard output and files, everything else to standard error."""

from __future__ import annotations

import os
from time import monotonic
from typing import TYPE_CHECKING

from scanner.model import ScanError
from scanner.text import clean, for_log, harmless, width
from scanner.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from scanner.model import Input, Problem
    from scanner.plugin import Style, World

_SHOWN_PROBLEMS = 20

# Seconds of work before a bar appears, and between two of its states.
_PATIENCE = 1.0
_INTERVAL = 0.1
_BAR = 24
_USUAL = 80
_ERASE_LINE = "\r\x1b[K"


def say(world: World, sentence: str) -> None:
    """Write one sentence to standard error, safe for a terminal and a log."""
    world.stderr.write(f"eolscan: {harmless(sentence)}\n")


def tell(world: World, problems: Sequence[Problem]) -> None:
    """Say on standard error what could not be read."""
    for problem in problems[:_SHOWN_PROBLEMS]:
        place = ":".join(str(part) for part in problem.location[:2] if part is not None)
        say(world, f"{place}: {problem.message}")
    if len(problems) > _SHOWN_PROBLEMS:
        say(world, f"and {counted(len(problems) - _SHOWN_PROBLEMS, 'more problem')}.")


def tell_unread(world: World, inputs: Sequence[Input]) -> bool:
    """Name the inputs that gave nothing but problems or broke off; tell whether there are any."""
    unread = [given for given in inputs if given.unread]
    for given in unread:
        whole = f"{given.path} could not be read to its end."
        say(world, whole if given.components else f"nothing could be read in {given.path}.")
    return bool(unread)


def style(world: World, color: str) -> Style:
    """Return what standard output can show, with colour as the user wants it (`auto`, `always`, `never`)."""
    return world.style if color == "auto" else world.style._replace(color=color == "always")


def write_file(world: World, path: str, text: str) -> None:
    """Write a report to a file. Raises `ScanError` when the disk does not take it."""
    try:
        with open(os.path.join(world.cwd, path), "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be written: {getattr(error, 'strerror', None) or error}."
        raise ScanError(msg) from error


class Progress:
    """A bar on standard error, where that is a terminal and the work takes longer than a second."""

    def __init__(self, world: World, *, quiet: bool = False) -> None:
        """Begin to wait."""
        self._stream = world.stderr
        self._silent = quiet or not world.stderr.isatty() or world.environ.get("TERM") == "dumb"
        self._width = 0 if self._silent else _columns(world)
        self._process = os.getpid()
        self._last = monotonic() + _PATIENCE - _INTERVAL
        self._shown = False

    def __call__(self, done: int, total: int, path: str) -> None:
        """Show how much of so many files is read (0 of 0: not known), and which is being read.

        Where forks share the work, each tells of its own part; they are of about the same size, and one speaks for all.
        """
        now = monotonic()
        if self._silent or now - self._last < _INTERVAL or os.getpid() != self._process:
            return
        self._last, self._shown = now, True
        self._stream.write(_ERASE_LINE + _drawn(done, total, for_log(clean(path)), self._width - 1))
        self._stream.flush()

    def __enter__(self) -> Self:
        """Show a bar only as long as the work goes on."""
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away, before anything else is written."""
        if self._shown:
            self._stream.write(_ERASE_LINE)
            self._stream.flush()
        self._shown = False


def _columns(world: World) -> int:
    """Return the width of the terminal that standard error is, also where standard output is a pipe."""
    try:
        return os.get_terminal_size(world.stderr.fileno()).columns or _USUAL
    except (OSError, ValueError):
        return world.style.width or _USUAL


def _drawn(done: int, total: int, path: str, room: int) -> str:
    """Draw the bar, as far as there is room for one, and the end of the path, which tells more than its beginning."""
    if total <= 1:
        # Of a single file nobody knows how much is read.
        head = "reading "
    else:
        cells = max(min(_BAR, room // 4), 1)
        filled = cells * done // total
        head = f"[{'#' * filled}{'-' * (cells - filled)}] {100 * done // total:>2}% "
    return (head + _end_of(path, room - len(head)))[: max(room, 0)]


def _end_of(path: str, room: int) -> str:
    if width(path) <= room:
        return path
    end = path[-max(room - 2, 1) :]
    while end and width(end) > room - 2:
        end = end[1:]
    return f"..{end}"
