"""Where texts stand in an element of a JSON array, as `jsonstream` gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.model import Location
from scanner.syntax.jsonstream import Odd, Skimmed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.syntax.jsonstream import Broken, Element, Event

# How many blanks may stand before a value at most.
_BLANKS = 80


def whole(events: Iterable[Event], *keys: str) -> Iterator[Element | Broken]:
    """Yield elements as wholes also where a file is large; of arrays, only those under the keys."""
    for event in events:
        if isinstance(event, Skimmed):
            yield from event.elements(range(event.size)) if event.key in keys else ()
        elif not isinstance(event, Odd):
            yield event


def start(element: Element) -> Location:
    """Return where an element begins."""
    return Location(element.path, element.line, element.column)


def place(element: Element, *texts: str) -> Location | None:
    """Place the first of some texts that stands there as a value; None where none does, or only with escapes."""
    for text in texts:
        at = _value_at(element.text, text) if text else -1
        if at >= 0:
            return element.place(at, at + len(text))
    return None


def _value_at(text: str, value: str) -> int:
    at = text.find(f'"{value}"')
    while at >= 0 and not text[max(0, at - _BLANKS) : at].rstrip(" \t\r\n").endswith(":"):
        at = text.find(f'"{value}"', at + 1)
    return at + 1 if at >= 0 else at
