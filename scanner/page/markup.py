"""HTML as values: what is not HTML already is escaped where it enters, so that nothing can be forgotten.

https://html.spec.whatwg.org/
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from scanner.text import harmless
from scanner.wording import located

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from scanner.model import Location

_VOID: Final = frozenset({"input", "link", "meta"})
# Longer texts are no names or paths but attacks; messages of problems are the longest of ours.
_LONGEST: Final = 1_000


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


LINE: Final = Html("\n")


def tag(name: str, /, *content: str, **attributes: str | int | bool | None) -> Html:
    """Write an element; content that is no `Html` is escaped, and what is None or False is no attribute.

    Underscores in the names of attributes are hyphens, a last one is none: `class_`, `aria_label`.
    """
    given = [(key, value) for key, value in attributes.items() if value is not None and value is not False]
    written = "".join([_attribute(key, value) for key, value in given])
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{joined(content)}</{name}>")


def joined(content: Iterable[str], between: str = "") -> Html:
    """Put pieces together, each escaped that is no `Html`; empty ones are left out."""
    return Html(between.join([piece if isinstance(piece, Html) else safe(piece) for piece in content if piece]))


@lru_cache(maxsize=8_192)
def safe(text: str) -> Html:
    """Make any text harmless in an element and in a quoted attribute."""
    text = harmless(text, _LONGEST)
    # `html.escape` in five steps; the module brings two thousand names of characters along.
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#x27;")):
        if char in text:
            text = text.replace(char, entity)
    return Html(text)


def link(address: str | None, text: str) -> Html:
    """Link to an address of the web; of any other only the text is left."""
    if address and address.startswith(("https://", "http://")):
        return tag("a", text, href=address, rel="noreferrer noopener")
    return safe(text)


def day(value: date) -> Html:
    """Write a day."""
    return tag("time", value.isoformat(), datetime=value.isoformat())


def where(location: Location) -> Html:
    """Write a place as editors do."""
    return tag("code", located(location))


def _attribute(key: str, value: str | int | bool) -> str:  # noqa: FBT001 -- a value is no flag
    name = key.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{safe(str(value))}"'
