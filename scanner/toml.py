"""Where the keys and texts of a TOML document stand: decoders do not tell.

https://toml.io/en/v1.0.0. The text has been decoded before, so that it is valid; this walks over
its tokens and keeps the offsets, under the path by which the decoded document is asked for
(`("packages", 0, "name")`). A key written with escapes is left out: what is not found has no place.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location
    from scanner.source import Source

Path: TypeAlias = tuple[str | int, ...]
Span: TypeAlias = tuple[int, int]


# Stands for a key written with escapes: no path of a decoded document holds it.
_HIDDEN = -1


class Places:
    """Where the keys and texts of one document stand, by the path that reaches them.

    What is not found has the file as its place. An array of tables has a key, under its path and
    index, in each of its headers. Nothing is found in a document that is nested too deeply.
    """

    def __init__(self, source: Source) -> None:
        """Walk through a file that the decoder has accepted."""
        self._source = source
        self._keys: dict[Path, Span] = {}
        self._texts: dict[Path, Span] = {}
        try:
            _Walk(source.text, self._keys, self._texts).document()
        except (RecursionError, StopIteration, IndexError):
            self._keys.clear()
            self._texts.clear()

    def key(self, path: Path) -> Location:
        """Place a key, without its quotes."""
        span = self._keys.get(path)
        return self._source.span(*span) if span else self._source.location

    def text(self, path: Path, value: str, start: int = 0, end: int | None = None) -> Location:
        """Place a part of a text value, without its quotes; one that is hidden by escapes is not found."""
        offset, limit = self._texts.get(path, (0, -1))
        end = len(value) if end is None else end
        if offset + end > limit or self._source.text[offset : offset + end] != value[:end]:
            return self._source.location
        return self._source.span(offset + start, offset + end)


class _Walk:
    def __init__(self, text: str, keys: dict[Path, Span], texts: dict[Path, Span]) -> None:
        self._text, self._keys, self._texts = text, keys, texts
        self._pieces: Iterator[re.Match[str]] = _piece().finditer(text)
        self._piece = ""
        self._at: Span = (0, 0)
        # The last index of every array of tables.
        self._last: dict[Path, int] = {}
        self._advance()

    def document(self) -> None:
        table: Path = ()
        while self._piece:
            if self._piece == "\n":
                self._advance()
            elif self._piece == "[":
                table = self._header()
            else:
                self._pair(table)

    def _advance(self) -> None:
        match = next(self._pieces)
        self._piece, self._at = match[1], match.span(1)

    def _header(self) -> Path:
        self._advance()
        many = self._piece == "["
        if many:
            self._advance()
        path: Path = ()
        keys = self._dotted()
        for key, _ in keys:
            path = (*self._newest(path), key)
        if many:
            self._last[path] = self._last.get(path, -1) + 1
            self._advance()
        self._advance()
        path = self._newest(path)
        self._keys.setdefault(path, keys[-1][1])
        return path

    def _newest(self, path: Path) -> Path:
        # The name of an array of tables means its newest table.
        return (*path, self._last[path]) if path in self._last else path

    def _dotted(self) -> list[tuple[str | int, Span]]:
        keys = [self._key()]
        while self._piece == ".":
            self._advance()
            keys.append(self._key())
        return keys

    def _key(self) -> tuple[str | int, Span]:
        start, end = self._at
        key: str | int = self._piece
        if self._piece[0] in "\"'":
            start, end = start + 1, end - 1
            key = self._text[start:end]
            if self._piece[0] == '"' and "\\" in key:
                key = _HIDDEN
        self._advance()
        return key, (start, end)

    def _pair(self, table: Path) -> None:
        path = table
        for key, span in self._dotted():
            path = (*path, key)
            self._keys.setdefault(path, span)
        self._advance()
        self._value(path)

    def _value(self, path: Path) -> None:
        first = self._piece[0]
        if first in "\"'":
            self._texts[path] = self._content()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline(path)
        else:
            self._advance()
            while self._piece not in ",]}\n":  # the parts of a number, the halves of a date
                self._advance()

    def _content(self) -> Span:
        start, end = self._at
        quotes = 3 if self._piece[:3] in {'"""', "'''"} else 1
        start, end = start + quotes, end - quotes
        if quotes > 1:
            start += self._text.startswith("\r", start)
            start += self._text.startswith("\n", start)
        self._advance()
        return start, end

    def _array(self, path: Path) -> None:
        self._advance()
        index = 0
        while self._piece != "]":
            if self._piece == ",":
                index += 1
            if self._piece in ",\n":
                self._advance()
            else:
                self._value((*path, index))
        self._advance()

    def _inline(self, path: Path) -> None:
        self._advance()
        while self._piece != "}":
            if self._piece in ",\n":
                self._advance()
            else:
                self._pair(path)
        self._advance()


@cache
def _piece() -> re.Pattern[str]:
    # What carries no meaning, then one token; the empty one is the end. The closing quotes of a
    # multi-line text may follow one or two quotes that belong to it.
    return re.compile(
        r"(?:[ \t\r\ufeff]++|#[^\n]*+)*+"
        r'("""(?:[^\\]|\\.)*?"{3,5}|'
        r"'''.*?'{3,5}|"
        r'"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'
        r"'[^'\n]*'|"
        r"[][{}=,.\n]|"
        r"[^][{}=,.\n\s#\"']+|"
        r"\Z)",
        re.DOTALL,
    )
