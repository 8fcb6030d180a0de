"""Where the keys and texts of a JSON document stand: decoders do not tell.

https://www.rfc-editor.org/rfc/rfc8259, with the comments and trailing commas that tools let people
write. The text has been decoded before, so that it is valid; this walks over its tokens and keeps
the offsets, under the path by which the decoded document is asked for (`("packages", 0, "name")`).
"""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeAlias

from scanner import decode

if TYPE_CHECKING:
    from scanner.model import Location
    from scanner.source import Source

Path: TypeAlias = tuple[str | int, ...]

# For each name or index: the offsets behind the opening quotes of the key and of the text (0 where
# there is none; an element is its own key), and what the object or list holds.
_Members: TypeAlias = "dict[str | int, tuple[int, int, _Members | None]]"

# The group of a piece that is filled when a key stands before the value.
_PAIR = 2

# Decoders give up near this depth; what is written only to be deep shall not cost memory either.
_DEEPEST = 1000


class Places:
    """Where the keys and texts of one document stand, by the path that reaches them.

    What is not found has the file as its place. Of members with the same key the last one counts, as
    it does for decoders. Nothing is found in a document that is nested too deeply.
    """

    def __init__(self, source: Source) -> None:
        """Take a file that the decoder has accepted; it is walked through when the first place is asked for."""
        self._source = source

    def key(self, path: Path) -> Location:
        """Place a key, or an element that is text, without its quotes; one with escapes is not found."""
        start, _ = self._offsets(path)
        end = self._source.text.find('"', start)
        if not start or "\\" in self._source.text[start:end]:
            return self._source.location
        return self._source.span(start, end)

    def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
        """Place a part of a text value, without its quotes; one that is hidden by escapes is not found."""
        _, offset = self._offsets(path)
        end = len(value) if end is None else end
        part = self._source.text[offset : offset + end]
        if not offset or part != value[:end] or '"' in part or "\\" in part:
            return self._source.location
        return self._source.span(offset + start, offset + end)

    def _offsets(self, path: Path) -> tuple[int, int]:
        key = text = 0
        members: _Members | None = self._document
        for name in (0, *path):
            if not members or name not in members:
                return 0, 0
            key, text, members = members[name]
        return key, text

    @cached_property
    def _document(self) -> _Members:
        return _walk(self._source.text)


def _walk(text: str) -> _Members:
    # The document is the only element of a list around it.
    document: _Members = {}
    members, index = document, 0
    around: list[tuple[_Members, int]] = []
    for match in _piece().finditer(text):
        group = match.lastindex
        if group is None:  # a comment
            continue
        value = match[group]
        if value in "]}":
            if not around:
                return {}
            members, index = around.pop()
            continue
        inside = _add(members, index, match, group)
        index += 1
        if inside is not None:
            around.append((members, index))
            members, index = inside, 0
            if len(around) > _DEEPEST:
                return {}
    return document


def _add(members: _Members, index: int, match: re.Match[str], group: int) -> _Members | None:
    first = match[group][0]
    inside: _Members | None = {} if first in "[{" else None
    text = match.start(group) + 1 if first == '"' else 0
    if group == _PAIR:
        members[_name(match[1])] = match.start(1) + 1, text, inside
    elif text or inside is not None:  # the numbers of a long list are only counted
        members[index] = text, text, inside
    return inside


def _name(quoted: str) -> str:
    if "\\" not in quoted:
        return quoted[1:-1]
    try:
        return str(decode.from_json(quoted))
    except decode.ShapeError:
        return quoted


@cache
def _piece() -> re.Pattern[str]:
    # One value, with its key if it has one, or the end of an object or list. Groups: a text that may
    # be a key, the value behind a key, another value. What is never closed is taken to the end of
    # the file as if it were a comment, so that nothing is read twice.
    string = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
    comment = r"//[^\r\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+"
    gap = rf"(?:\s++|{comment})*+"
    other = r'[^][{}\s,:"/\ufeff]++'
    return re.compile(
        rf"(?:({string}){gap}(?::{gap}({string}|[\[{{]|{other}))?+|([][{{}}]|{other})|{comment}|\".*+)[\s,]*+",
        re.DOTALL,
    )
