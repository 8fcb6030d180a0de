"""The hash of a line by which GitHub's code scanning knows an alert again: `primaryLocationLineHash`.

https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

The hash covers the 100 characters that begin with the first one of the line, blanks left out, and
runs into the lines below. A number behind it counts the equal hashes down the file.
"""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from operator import mul
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MULTIPLIER = 37
_WINDOW = 100
_MASK = (1 << 64) - 1

# After the last line comes this, and then zeros.
_END = "\uffff"

# A character takes one or two places of a window, so that this many characters are surely in it. They
# are a cheap look that spares nearly every line of a large file the rest.
_GLANCE = _WINDOW // 2


def line_hashes(text: str, lines: Iterable[int]) -> dict[int, str]:
    """Return the hashes of some lines, counted from 1; a line that the text does not have is left out.

    GitHub reads a file as UTF-8, whatever it is: what cannot be decoded counts as U+FFFD, and a byte
    order mark as a character.
    """
    wanted = {number for number in lines if number > 0}
    counts: dict[bytes, int] = {}
    hashes = {}
    for number, window in _candidates(_without_blanks(text), wanted):
        counts[window] = counts.get(window, 0) + 1
        if number in wanted:
            hashes[number] = f"{_hash(window):x}:{counts[window]}"
    return hashes


def _without_blanks(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.replace(" ", "").replace("\t", "") + _END


def _candidates(text: str, wanted: set[int]) -> Iterator[tuple[int, bytes]]:
    # Yields the wanted lines, and every line above the last of them that may share a window with one.
    last = max(wanted, default=0)
    rows = text.split("\n", last)[:last]
    lengths = list(accumulate(map(len, rows), initial=0))
    starts = {number: lengths[number - 1] + number - 1 for number in wanted if number <= len(rows)}
    glances = {text[start : start + _GLANCE] for start in starts.values()}
    firsts = {rows[number - 1][:_GLANCE] for number in starts}
    for number in [number for number, row in enumerate(rows, start=1) if row[:_GLANCE] in firsts]:
        start = lengths[number - 1] + number - 1
        if text[start : start + _GLANCE] in glances:
            yield number, _window(text, start)


def _window(text: str, start: int) -> bytes:
    window = text[start : start + _WINDOW].encode("utf-16-le", "surrogatepass")
    return window[: 2 * _WINDOW].ljust(2 * _WINDOW, b"\0")


def _hash(window: bytes) -> int:
    from struct import unpack

    total: int = sum(map(mul, unpack(f"<{_WINDOW}H", window), _powers()))
    return total & _MASK


@cache
def _powers() -> tuple[int, ...]:
    return tuple(pow(_MULTIPLIER, exponent, _MASK + 1) for exponent in range(_WINDOW - 1, -1, -1))
