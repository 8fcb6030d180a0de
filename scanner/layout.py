"""Lays text out for a terminal: in its width, in columns, in colour; a pipe has no width, and a text one line there.

Nothing is cut to fit: a path that is not whole leads nowhere.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scanner.model import Status
from scanner.text import for_log, harmless, shorten, width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.plugin import Style

BOLD: Final = "1"
DIM: Final = "2"
GREEN: Final = "32"
YELLOW: Final = "33"
BLUE: Final = "34"
MAGENTA: Final = "35"
CYAN: Final = "36"
RED: Final = "1;31"

COLORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Status.EOL: RED,
        Status.DEPRECATED: MAGENTA,
        Status.EXPIRING: YELLOW,
        Status.SECURITY_ONLY: CYAN,
        Status.SUPERSEDED: BLUE,
        Status.EXTENDED: GREEN,
        Status.DISTRO_MAINTAINED: GREEN,
        Status.SUPPORTED: GREEN,
    }
)

# Longer texts are no names or paths but attacks: one of them may not blow up every row, nor one row.
_WIDEST_COLUMN: Final = 100
_LONGEST_TEXT: Final = 1000


def safe(text: str) -> str:
    """Make a text that may come from a file fit for a terminal and a log, on one line."""
    return shorten(harmless(text).strip(), _LONGEST_TEXT)


def painted(text: str, color: str, style: Style) -> str:
    """Give a text a colour, where colour is welcome."""
    return f"\x1b[{color}m{text}\x1b[0m" if style.color and color and text else text


def wrapped(text: str, room: int | None) -> list[str]:
    """Break a text into lines of a room at its spaces, and at `/` or anywhere where a word is too long."""
    if room is None or width(text) <= room:
        return [text] if text else []
    lines, line = [], ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) <= room:
            line = f"{line} {word}"
            continue
        # A line may not begin with a mark that a log obeys, and every word may become the first.
        *whole, rest = _pieces(for_log(word), room)
        lines += [line, *whole] if line else whole
        line = rest
    return [*lines, line]


def indented(text: str, indent: int, style: Style) -> Iterator[str]:
    """Set a text behind an indent; where it takes more lines, these begin two columns further."""
    room = None if style.width is None else style.width - indent
    lines = wrapped(text, room if room is None or width(text) <= room else room - 2)
    yield from (f"{' ' * (indent + 2 if number else indent)}{line}" for number, line in enumerate(lines))


def flowing(items: Iterable[tuple[str, str]], indent: int, style: Style) -> Iterator[str]:
    """Set texts, each with its colour, one behind the other with commas between; one that fits a line is not broken."""
    room = None if style.width is None else style.width - indent
    texts = list(items)
    line, used = "", 0
    for number, (text, color) in enumerate(texts, 1):
        for piece in wrapped(text if number == len(texts) else f"{text},", room):
            if used and room is not None and used + 1 + width(piece) > room:
                yield " " * indent + line
                line, used = "", 0
            line, used = (line + " ", used + 1) if used else (line, used)
            line, used = line + painted(piece, color, style), used + width(piece)
    if used:
        yield " " * indent + line


def columns(rows: Sequence[Sequence[tuple[str, str]]], style: Style) -> list[str]:
    """Return one line for each row of texts with their colours, or nothing when these are wider than the terminal.

    Empty columns take no room.
    """
    widths = [max(width(text) for text, _ in column) for column in zip(*rows, strict=True)]
    if style.width is not None and sum(widths) + 2 * (sum(map(bool, widths)) - 1) > style.width:
        return []
    return [
        "  ".join(
            painted(text, color, style) + " " * (min(room, _WIDEST_COLUMN) - width(text))
            for (text, color), room in zip(row, widths, strict=True)
            if room
        ).rstrip()
        for row in rows
    ]


def _pieces(word: str, room: int) -> list[str]:
    pieces = []
    while width(word) > room:
        end = taken = 0
        for char in word:
            taken += width(char)
            if taken > room:
                break
            end += 1
        end = word.rfind("/", 0, end) + 1 or end
        pieces.append(word[:end])
        word = for_log(word[end:])
    return [*pieces, word]
