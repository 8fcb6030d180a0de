"""Reads JSON documents of any size from the left, in little memory, with the place of each element.

https://www.rfc-editor.org/rfc/rfc8259. A document is an object; its arrays are read element by element, its other
members as wholes, and what stands before an error is read. Several documents may follow each other.

In large files, elements that nobody asks for are only skimmed: msgspec decodes a stretch of about a mebibyte to a
few fields, ten times as fast as a whole decode. Where the stretch ends is guessed (the text between the first two
elements stands there again); JSON is read from the left, so that a wrong guess fails, and cannot divide wrongly.
What fails, or is no plain JSON, is read element by element, which gives the same.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder, register_error
from functools import cache
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.model import Location
from scanner.source import encoding_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from scanner.source import Source

# A smaller file is read as a whole.
SMALL: Final = 3 << 20

_STRETCH: Final = 1 << 20
# How much of a stretch is tried when its end was guessed wrongly, in parts of it.
_TRIES: Final = (1, 4, 16)
# The text before what is read that is kept, for what divides two elements may be spaced widely.
_KEPT: Final = 4096
# An error so near to the end of what is there may be none when more is there.
_NEAR_END: Final = 16

_EMPTY: Final = "it is empty"
_NO_KEY: Final = "a key is missing"

# Of an array: which fields (name → type) are wanted of its elements. Where one has another type, elements are whole.
Skim: TypeAlias = "Mapping[str, type]"
# The values of each field of some elements; None where an element has none.
Columns: TypeAlias = "dict[str, list[object]]"


class Broken(NamedTuple):
    """Where the document cannot be read any further, and why."""

    message: str
    location: Location


class Element(NamedTuple):
    """An element of the array under a key, or all that stands there: its value, its text, and where this begins.

    The key of a document that is no object is empty.
    """

    key: str
    value: object
    text: str
    path: str
    line: int
    column: int
    in_array: bool = True

    def place(self, start: int, end: int) -> Location:
        """Place a part of the text, by offsets in it; it stands in one line."""
        line, column = _moved(self.line, self.column, self.text, 0, start)
        return Location(self.path, line, column, column + end - start)


class Skimmed(NamedTuple):
    """Some elements of the array under a key, `size` of them, of which only some fields are known."""

    key: str
    size: int
    columns: Columns
    text: str
    separator: str
    path: str
    line: int
    column: int

    def elements(self, wanted: Sequence[int]) -> Iterator[Element]:
        """Yield the wanted elements, by their numbers in ascending order, as wholes."""
        spans = self._guessed() if wanted else []
        found: list[tuple[object] | None] = [None]
        if len(spans) == self.size:
            found = [self._at(number, *spans[number]) for number in wanted]
        if None in found:
            spans = list(self._walked())
            found = [(_decode(self.text, spans[number][0])[0],) for number in wanted]
        position, line, column = 0, self.line, self.column
        for number, value in zip(wanted, found, strict=False):
            start, end = spans[number]
            line, column = _moved(line, column, self.text, position, start)
            position = start
            yield Element(self.key, value[0] if value else None, self.text[start:end], self.path, line, column)

    def _guessed(self) -> list[tuple[int, int]]:
        size, behind = len(self.separator), self.separator.index("{")
        # Where each part would end if all before it were followed by a separator.
        ends = list(accumulate(map(size.__add__, map(len, self.text.split(self.separator)))))
        starts = [0, *map((behind - size).__add__, ends)]
        return [*zip(starts, map((1 - size).__add__, ends[:-1]), strict=False), (starts[-2], len(self.text))]

    def _at(self, number: int, start: int, end: int) -> tuple[object] | None:
        # What divides most elements may stand in one, and others be divided otherwise.
        try:
            value, stop = _decode(self.text, start)
        except (ValueError, RecursionError):
            return None
        if stop != end or not isinstance(value, dict):
            return None
        return (value,) if all(value.get(key) == column[number] for key, column in self.columns.items()) else None

    def _walked(self) -> Iterator[tuple[int, int]]:
        start = end = 0
        while end < len(self.text):
            end = _decode(self.text, start)[1]
            yield start, end
            start = _after_gap(self.text, _after_gap(self.text, end) + 1)


# What a file is made of, in its order.
Event: TypeAlias = Element | Skimmed | Broken


def read(source: Source, skims: Mapping[str, Skim | None] | None = None, *, small: int = SMALL) -> Iterator[Event]:
    """Read all documents of a file; `skims` are for its arrays, by their keys, and used when it is not small.

    None reads whole elements; of arrays that are not named nothing is told but how many elements there are.
    """
    reader = _Reader(source, skims or {}, small)
    try:
        yield from reader.documents()
    except RecursionError:
        yield reader.broken("it is nested too deeply", reader.at)
    except _Unreadable as error:
        yield reader.broken(error.message, error.at)


class _Unreadable(Exception):  # noqa: N818 -- it never leaves this room
    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class _Reader:
    """Holds a stretch of the text; `at` is how far it is read."""

    def __init__(self, source: Source, skims: Mapping[str, Skim | None], small: int) -> None:
        self.at = 0
        self._path = source.path
        self._is_large = source.is_longer_than(small)
        self._texts = _decoded(source) if self._is_large else iter((source.text,))
        self._skims = skims
        self._text = ""
        # How much text before this is no longer there, and the last place that was asked for.
        self._gone = 0
        self._counted, self._line, self._column = 0, 1, 1

    def broken(self, message: str, at: int) -> Broken:
        """Say that nothing can be read any further."""
        return Broken(f"This is not JSON that can be read: {message}.", Location(self._path, *self._place(at)))

    def documents(self) -> Iterator[Event]:
        """Yield what the file holds."""
        if self._next() == "\ufeff":
            self.at += 1
        if not self._next():
            raise _Unreadable(_EMPTY, self.at)
        while char := self._next():
            if char == "{":
                yield from self._members()
            elif char == "[":
                yield from self._array("")
            else:
                yield self._element("", in_array=False)

    def _members(self) -> Iterator[Event]:
        self.at += 1
        if self._next() == "}":
            self.at += 1
            return
        while True:
            if self._next() != '"':
                raise _Unreadable(_NO_KEY, self.at)
            key = str(self._value())
            self._take(":", "a colon is missing")
            if self._next() == "[":
                yield from self._array(key)
            else:
                yield self._element(key, in_array=False)
            if self._take(",}", "a comma is missing") == "}":
                return

    def _array(self, key: str) -> Iterator[Event]:
        self.at += 1
        if self._next() == "]":
            self.at += 1
            return
        fields = self._skims.get(key, {}) if self._is_large else None
        skim = None if fields is None else _skimmer(tuple(fields.items()))
        separator, plain_until = "", 0
        while True:
            event: Element | Skimmed | None = None
            if skim and separator and self._gone + self.at >= plain_until:
                event, tried = self._stretch(key, skim, separator)
                plain_until = self._gone + tried
            yield event or self._element(key)
            end = self._gone + self.at
            if self._take(",]", "a comma is missing") == "]":
                return
            self._next()
            separator = separator or self._separator(end - self._gone)

    def _element(self, key: str, *, in_array: bool = True) -> Element:
        self._next()
        line, column = self._place(self.at)
        value, start = self._value(), self._started
        return Element(key, value, self._text[start : self.at], self._path, line, column, in_array)

    def _separator(self, end: int) -> str:
        # From the end of an element to the first key of the next one; nothing where they are no objects.
        found = _first_key().match(self._text, self.at)
        return self._text[end - 1 : found.end()] if found and end > 0 and self._text[end - 1] == "}" else ""

    def _stretch(self, key: str, skim: _Skimmer, separator: str) -> tuple[Skimmed | None, int]:
        """Skim as much as a stretch; else return None, and up to where nothing is to be skimmed."""
        while len(self._text) - self.at < _STRETCH and self._more():
            pass
        cut = -1
        for part in _TRIES:
            cut = self._text.rfind(separator, self.at, self.at + _STRETCH // part)
            if cut < 0:
                break
            text = self._text[self.at : cut + 1]
            if (found := skim(text)) is not None:
                line, column = self._place(self.at)
                self.at = cut + 1
                return Skimmed(key, *found, text, separator, self._path, line, column), self.at
        return None, max(cut, self.at) + 1

    def _next(self) -> str:
        """Move to the next character that is no space and return it; nothing at the end."""
        while True:
            self.at = _after_gap(self._text, self.at)
            if self.at < len(self._text):
                return self._text[self.at]
            if not self._more():
                return ""

    def _take(self, wanted: str, message: str) -> str:
        char = self._next()
        if not char or char not in wanted:
            raise _Unreadable(message if char else "it ends too early", self.at)
        self.at += 1
        return char

    def _value(self) -> object:
        """Read the value that begins here; `_started` is where it began, in the text that there is now."""
        while True:
            try:
                value, end = _decode(self._text, self.at)
            except ValueError as error:
                at = int(getattr(error, "pos", self.at))
                message = str(getattr(error, "msg", "a number is too long"))
                may_go_on = message.startswith("Unterminated") or at >= len(self._text) - _NEAR_END
                if not may_go_on or not self._doubled():
                    message = message[:1].lower() + message[1:]
                    raise _Unreadable(message, min(at, len(self._text))) from error
                continue
            if self._text[end - 1] in '}]"' or end < len(self._text) or not self._more():
                self._started, self.at = self.at, end
                return value

    def _doubled(self) -> bool:
        wanted = 2 * (len(self._text) - self.at)
        found = self._more()
        while len(self._text) - self.at < wanted and self._more():
            pass
        return found

    def _more(self) -> bool:
        text = next(self._texts, "")
        gone = max(0, self.at - _KEPT) if text else 0
        self._place(gone)
        self._text = self._text[gone:] + text
        self._gone += gone
        self.at -= gone
        self._counted -= gone
        return bool(text)

    def _place(self, at: int) -> tuple[int, int]:
        if at >= self._counted:
            self._line, self._column = _moved(self._line, self._column, self._text, self._counted, at)
            self._counted = at
        return self._line, self._column


def _moved(line: int, column: int, text: str, start: int, end: int) -> tuple[int, int]:
    """Return the place of an offset by that of an earlier one."""
    if text.find("\r", start, end) >= 0:
        # Editors and code scanning end a line at CR, CRLF and LF alike.
        text = text[start : end - 1] + text[end - 1 : end + 1].replace("\r\n", " ")
        start, end = 0, end - start
        text = text[:end].replace("\r\n", " \n").replace("\r", "\n")
    lines = text.count("\n", start, end)
    if lines:
        return line + lines, end - text.rindex("\n", start, end)
    return line, column + end - start


def _decoded(source: Source) -> Iterator[str]:
    encoding = encoding_of(source.head)
    register_error("scanner.latin-1", _as_latin_1)
    decoder = getincrementaldecoder(encoding)("scanner.latin-1" if encoding == "utf-8" else "replace")
    for piece in source.pieces():
        yield from filter(None, (decoder.decode(piece),))
    yield from filter(None, (decoder.decode(b"", final=True),))


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    # A stray byte of an old encoding is read like everywhere; names are ASCII.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


_Skimmer: TypeAlias = "Callable[[str], tuple[int, Columns] | None]"


@cache
def _skimmer(fields: tuple[tuple[str, type], ...]) -> _Skimmer:
    import msgspec

    names = {f"field{number}": name for number, (name, _) in enumerate(fields)}
    wanted = [(f"field{number}", kind | None, None) for number, (_, kind) in enumerate(fields)]
    struct = msgspec.defstruct("Fields", wanted, rename=names, gc=False)
    decode = msgspec.json.Decoder(list[struct]).decode  # type: ignore[valid-type]  # -- it is made here
    columns = {name: attrgetter(own) for own, name in names.items()}

    def skimmed(text: str) -> tuple[int, Columns] | None:
        try:
            found = decode(f"[{text}]")
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
        return len(found), {name: list(map(value, found)) for name, value in columns.items()}

    return skimmed


def _decode(text: str, start: int) -> tuple[object, int]:
    return _raw_decode()(text, start)


@cache
def _raw_decode() -> Callable[[str, int], tuple[object, int]]:
    from json import JSONDecoder

    return JSONDecoder().raw_decode


def _after_gap(text: str, start: int) -> int:
    found = _gap().match(text, start)
    return found.end() if found else start


@cache
def _gap() -> re.Pattern[str]:
    return re.compile(r"[ \t\r\n]*+")


@cache
def _first_key() -> re.Pattern[str]:
    return re.compile(r'\{[ \t\r\n]*+"[^"\\]*+"')
