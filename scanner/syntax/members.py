"""Reads a large JSON lockfile in one pass: its values, and where the keys of its packages stand.

`json.Places` walks over every token of a document, which takes longer than to decode it. Here the C decoder
reads one member after the other and tells where each ends. What is written in an unusual way (a key with
escapes) has no place here; `json.Places` finds it, and a property test holds the two equal.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from scanner import decode
from scanner.model import Location

if TYPE_CHECKING:
    from scanner.decode import Table
    from scanner.source import Source

# For each key of an object: the offsets of its name and of its value.
Offsets: TypeAlias = dict[str, tuple[int, int]]

# The same for objects inside each other: by the number of the object around, which is 0 for the document;
# with the number of the object that is the value behind the offsets.
Nested: TypeAlias = dict[tuple[int, str], tuple[int, int, int]]

_OTHER = -1


def read(text: str, name: str) -> tuple[object, Offsets]:
    """Decode a document, and place the members of its object `name`; nothing is placed where it has none.

    Raises ShapeError as `decode.from_json` does.
    """
    try:
        return _document(text, name)
    except (ValueError, RecursionError):
        return decode.from_json(text), {}


def offsets(text: str, start: int) -> Offsets:
    """Place the members of the object that begins at an offset; nothing where it is written in an unusual way."""
    try:
        return _object(text, start)[1]
    except (ValueError, RecursionError):
        return {}


def nested(text: str, name: str) -> Nested:
    """Place the members of all objects `name` of a valid document: its own, those of their members, and so on.

    Only members that are objects are placed; of those with the same key the last one.
    """
    found: Nested = {}
    count = 0
    # What each open object is: the number of one that may have `name`, then that number under it.
    around: list[tuple[int, bool]] = []
    for match in _opening().finditer(text):
        if match[3] == "}":
            around.pop()
            if not around:
                break
            continue
        number, inside = around[-1] if around else (0, False)
        key = match[1]
        if key is None:
            around.append((_OTHER if around else 0, False))
        elif inside:
            count += 1
            found[number, key] = match.start(1), match.end() - 1, count
            around.append((count, False))
        else:
            around.append((number, True) if key == name and number != _OTHER else (_OTHER, False))
    return found


class Lines:
    """Places what is asked for in the order of a file without looking for all its lines before."""

    def __init__(self, source: Source) -> None:
        """Start at the beginning."""
        self._source = source
        self._text = source.text
        self._path = source.path
        self._counted = "\r" not in self._text
        self._line = 1
        self._start = 0

    def span(self, start: int, end: int) -> Location:
        """Place the text between two offsets of one line, as `Source.span` does."""
        line_start = self._start
        if start < line_start or not self._counted:
            return self._source.span(start, end)
        last = self._text.rfind("\n", line_start, start)
        if last >= 0:
            self._line += self._text.count("\n", line_start, last) + 1
            self._start = line_start = last + 1
        return Location(self._path, self._line, start - line_start + 1, end - line_start + 1)


def _document(text: str, name: str) -> tuple[object, Offsets]:
    from json import JSONDecoder

    value_at = JSONDecoder().raw_decode
    first, following = _members()
    document: Table = {}
    places: Offsets = {}
    found = first.match(text)
    while found and found[1] is not None:
        if found[1] == name:
            places = {}
        if found[1] == name and text.startswith("{", found.end()):
            document[name], places, end = _object(text, found.end())
        else:
            document[found[1]], end = value_at(text, found.end())
        found = following.match(text, end)
    if found is None or text[found.end() :].strip(" \t\r\n"):
        raise ValueError
    return document, places


def _object(text: str, start: int) -> tuple[Table, Offsets, int]:
    from json import JSONDecoder

    value_at = JSONDecoder().raw_decode
    first, following = _members()
    values: Table = {}
    places: Offsets = {}
    found = first.match(text, start)
    while found and found[1] is not None:
        key, at = found[1], found.end()
        values[key], end = value_at(text, at)
        places[key] = found.start(1), at
        found = following.match(text, end)
    if found is None:
        raise ValueError
    return values, places, found.end()


@cache
def _members() -> tuple[re.Pattern[str], re.Pattern[str]]:
    # The beginning of an object with its first key or its end; what separates two members, or ends the last.
    gap = r"[ \t\r\n]*+"
    key = rf'"([^"\\\x00-\x1f]*+)"{gap}:{gap}'
    return re.compile(rf"\ufeff?+{gap}\{{{gap}(?:{key}|\}})"), re.compile(rf"{gap}(?:,{gap}{key}|\}})")


@cache
def _opening() -> re.Pattern[str]:
    # An object under a key, another object, or the end of one; all other texts and values are passed over.
    string, opens = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', r"[ \t\r\n]*+:[ \t\r\n]*+\{"
    return re.compile(
        rf'(?:[^"{{}}]++|{string}(?!{opens}))*+(?:"([^"\\]*+)"{opens}|({string}{opens})|([{{}}]))', re.DOTALL
    )
