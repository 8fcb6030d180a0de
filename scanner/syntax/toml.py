"""Where the keys and texts of a TOML document stand: decoders do not tell.

https://toml.io/en/v1.0.0. The text has been decoded before, so that it is valid; this walks over
its tokens and keeps the offsets, under the path by which the decoded document is asked for
(`("packages", 0, "name")`). A key written with escapes is left out: what is not found has no place.

Lockfiles are large, and nearly all of their text is hashes: `Lock` reads them as tools write them, and
everything else as any other document.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from scanner import decode
from scanner.model import Location

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
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


class Lock:
    """A lockfile: an array of tables named `package`, each with a `name`, and what stands beside it.

    In the document, what a scan never asks for may be `False`: a file with its hash (`sdist`), or a list
    of them (`files`, `wheels`) with one on each line.
    """

    def __init__(self, source: Source, *names: str, empty: str = "") -> None:
        """Decode the file; the first of the names that the document has is the array's.

        Raises `ShapeError` when this is no TOML, and when there is no such array; with a table or key
        called `empty` there need not be one.
        """
        self._source = source
        self.document = _skimmed(source.text)
        self._array = next((name for name in names if name in self.document), names[0])
        packages = self.document.get(self._array, [] if empty in self.document else None)
        self.packages = decode.items(packages, "The list of packages")
        self._spans: list[Span] | None = None
        self._places: Places | None = None
        self._counted, self._line = 0, 1
        self._returns = "\r" in source.text

    def name(self, index: int, value: str) -> Location:
        """Place the name of a package."""
        if self._spans is None:
            self._spans = _names(self._source.text, self._array)
        if len(self._spans) == len(self.packages):
            start, end = self._spans[index]
            if self._source.text[start:end] == value:
                return self._location(start, end)
        return self.places.text((self._array, index, "name"), value)

    def header(self, index: int) -> Location:
        """Place a package as a whole."""
        return self.places.key((self._array, index))

    def _location(self, start: int, end: int) -> Location:
        # Names are asked for in the order of the file: one look at each line, without a list of them all.
        text = self._source.text
        if start < self._counted or self._returns:
            return self._source.span(start, end)
        self._line += text.count("\n", self._counted, start)
        self._counted = start
        column = start - text.rfind("\n", 0, start)
        return Location(self._source.path, self._line, column, column + end - start)

    @property
    def places(self) -> Places:
        """Everything else; this walks through the whole file."""
        if self._places is None:
            self._places = Places(self._source)
        return self._places


def _skimmed(text: str) -> Table:
    # A value in its place keeps a table's rules: no key twice, nothing put into it later. Were any of
    # this inside of a text of several lines, then that text would begin in what is left.
    rest = _hashes().sub(r"\1=false", text)
    if len(rest) < len(text) and '"""' not in rest and "'''" not in rest:
        try:
            return decode.from_toml(rest)
        except decode.ShapeError:
            pass  # its place is to be told
    return decode.from_toml(text)


def _names(text: str, array: str) -> list[Span]:
    # Without texts of several lines, a line that begins so is a header.
    if '"""' in text or "'''" in text:
        return []
    return [match.span(1) for match in _headers(array).finditer(text)]


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


@cache
def _headers(array: str) -> re.Pattern[str]:
    # Old lockfiles are sorted, and have other plain values before the name. A pattern that begins with
    # plain text is looked for several times faster than one that begins with `^`.
    plain = r'[A-Za-z-]++ = (?:"(?:[^"\\\n]|\\.)*+"|true|false)[ \t]*+\r?\n'
    return re.compile(
        rf"\[\[{re.escape(array)}\]\](?<![^\n]\[\[{re.escape(array)}\]\])[ \t]*+\r?\n"
        rf'(?:(?!name ){plain})*+name = "([^"\\\n]*+)"[ \t]*+\r?(?:\n|\Z)'
    )


@cache
def _hashes() -> re.Pattern[str]:
    # What is matched is TOML without any doubt: no escapes, no key twice, no day that does not exist.
    text = r'"[^"\\\x00-\x1f\x7f]*+"'
    size = r"size = (?:0|[1-9][0-9]{0,15}+)"
    day = (
        r"[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
        r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    )
    time = rf"upload-time = (?:{text}|{day}[T ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,9}})?Z)"
    address = rf"(?:(?:file|name|filename) = {text}(?:, (?:url|path) = {text})?+|(?:url|path) = {text})"
    hashes = rf"hashes = \{{ ?+[a-z0-9]++ = {text} ?+\}}"
    # As uv, Poetry and PDM write it; and as in pylock.toml.
    table = (
        rf"\{{ ?+{address}(?:, hash = {text}(?:, {size})?+(?:, {time})?+"
        rf"|(?:, {time})?+(?:, {size})?+, {hashes}) ?+\}}"
    )
    array = rf"\[\r?\n(?:[ \t]*+{table},\r?\n)*+(?:[ \t]*+{table}\r?\n)?+\]"
    return re.compile(rf"^([A-Za-z0-9_-]++|{text}) = (?:{array}|{table}|\[{table}\])[ \t]*+\r?$", re.MULTILINE)
