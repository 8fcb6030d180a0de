"""Reads JSON documents of any size from the left, in little memory, with the place of each element.

https://www.rfc-editor.org/rfc/rfc8259. A document is an object; its arrays are read element by element, its other
members as wholes, and what stands before an error is read. Several documents may follow each other.

In large files, elements that nobody asks for are only skimmed: msgspec decodes a stretch of a quarter of a mebibyte
to a few fields, ten times as fast as a whole decode. Where the stretch ends is guessed (the text between the first two
elements stands there again); JSON is read from the left, so that a wrong guess fails, and cannot divide wrongly.
What fails, or is no plain JSON, is read element by element, which gives the same.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder, register_error
from contextlib import suppress
from functools import cache
from itertools import chain, pairwise
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.model import Location
from scanner.source import encoding_of
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scanner.source import Source

# A smaller file is read as a whole.
SMALL: Final = 3 << 20

# What stays in a processor's cache is read a fifth faster than a mebibyte.
_STRETCH: Final = 1 << 18
# How much of a stretch is tried when its end was guessed wrongly, in parts of it.
_TRIES: Final = (1, 4, 16)
_BLANK: Final = " \t\r\n"
# The text before what is read that is kept, for what divides two elements may be spaced widely.
_KEPT: Final = 4096
# An error so near to the end of what is there may be none when more is there.
_NEAR_END: Final = 16

_EMPTY: Final = "it is empty"
_NO_KEY: Final = "a key is missing"

# Of an array: which fields (name → type) are wanted of its elements. Where one has another type, elements are whole.
# In the place of a type, fields stand for a list of objects that have these as attributes.
Skim: TypeAlias = "Mapping[str, type | dict[str, type]]"
# The values of each field of some elements; None where an element has none.
Columns: TypeAlias = "dict[str, list[object]]"


class Broken(NamedTuple):
    """Where the document cannot be read any further, and why."""

    message: str
    location: Location


class Odd(NamedTuple):
    """What JSON does not allow, or no two readers understand alike, and how it is read here."""

    message: str
    location: Location
    key: str = ""


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
    """Some elements of the array under a key, `size` of them, of which only some fields are known.

    `breaks` is how many line breaks their text has.
    """

    key: str
    size: int
    columns: Columns
    text: str
    separator: str
    path: str
    line: int
    column: int
    breaks: int

    def elements(self, wanted: Sequence[int]) -> Iterator[Element]:
        """Yield the wanted elements, by their numbers in ascending order, as wholes."""
        if not wanted:
            return
        spans = self._guessed(wanted)
        values = [self._at(number, *span) for number, span in zip(wanted, spans, strict=False)]
        if len(values) == len(wanted) and None not in values:
            places = self._lined_up(spans, wanted)
        else:
            walked = list(self._walked())
            spans = [walked[number] for number in wanted]
            values = [(_decode(self.text, start)[0],) for start, _ in spans]
            places = self._placed(spans)
        for value, (start, end), (line, column) in zip(values, spans, places, strict=True):
            yield Element(self.key, value[0] if value else None, self.text[start:end], self.path, line, column)

    def _guessed(self, wanted: Sequence[int]) -> list[tuple[int, int]]:
        """Return where the wanted elements begin and end, if each separator divides two; else nothing."""
        find, separator, behind = self.text.index, self.separator, self.separator.index("{")
        size, at, passed = len(separator), 0, 0
        found: list[tuple[int, int]] = []
        with suppress(ValueError):
            for number in wanted:
                for _ in range(passed, number):
                    at = find(separator, at) + size
                end = len(self.text) if number == self.size - 1 else find(separator, at) + 1
                found.append((at - size + behind if number else 0, end))
                passed = number
        return found if passed + self.text.count(separator, at) == self.size - 1 else []

    def _lined_up(self, spans: list[tuple[int, int]], wanted: Sequence[int]) -> Iterable[tuple[int, int]]:
        """Return the places of elements that are divided as it was guessed."""
        line, column = _moved(1, 1, self.separator, 0, self.separator.index("{"))
        if self.breaks != (line - 1) * (self.size - 1):
            return self._placed(spans)
        if line == 1:
            return [(self.line, self.column + start) for start, _ in spans]
        # All breaks stand between the elements.
        return [(self.line + number * (line - 1), column if number else self.column) for number in wanted]

    def _placed(self, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        line, column = self.line, self.column
        for before, start in pairwise((0, *(start for start, _ in spans))):
            line, column = _moved(line, column, self.text, before, start)
            yield line, column

    def _at(self, number: int, start: int, end: int) -> tuple[object] | None:
        """Read one element; None where it does not stand there."""
        import msgspec

        # What divides most elements may stand in one, and others be divided otherwise.
        try:
            value = msgspec.json.decode(self.text[start:end])
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
        if not isinstance(value, dict):
            return None
        return (value,) if all(_is(value.get(key), column[number]) for key, column in self.columns.items()) else None

    def _walked(self) -> Iterator[tuple[int, int]]:
        start = end = 0
        while end < len(self.text):
            end = _decode(self.text, start)[1]
            yield start, end
            start = _after_gap(self.text, _after_gap(self.text, end) + 1)


def _is(value: object, skimmed: object) -> bool:
    """Tell whether a value is what was skimmed of it: itself, or some fields of objects in a list."""
    if value == skimmed or not isinstance(value, list) or not isinstance(skimmed, list) or len(value) != len(skimmed):
        return value == skimmed
    for whole, part in zip(value, skimmed, strict=True):
        names: tuple[str, ...] = getattr(part, "__struct_fields__", ())
        if not names or not isinstance(whole, dict) or any(whole.get(name) != getattr(part, name) for name in names):
            return False
    return True


# What a file is made of, in its order.
Event: TypeAlias = Element | Skimmed | Odd | Broken


def read(
    source: Source,
    skims: Mapping[str, Skim | None] | None = None,
    *,
    small: int = SMALL,
) -> Iterator[Event]:
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
        self.source = source
        self._is_large = source.is_longer_than(small)
        self._is_latin = False
        self._texts = self._decoded() if self._is_large else iter((source.text,))
        self._decode = _decoder(self._constant)
        self._constants: list[str] = []
        self._skims = skims
        self.text = ""
        # How much text before this is no longer there, and the last place that was asked for.
        self._gone = 0
        self._counted, self._line, self._column = 0, 1, 1

    def broken(self, message: str, at: int) -> Broken:
        """Say that nothing can be read any further."""
        return Broken(f"This is not JSON that can be read: {message}.", Location(self.source.path, *self.place(at)))

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
            yield from self._odd()
        if self._is_latin or (not self._is_large and _is_latin(self.source)):
            message = "JSON is written in UTF-8, and not all of this is; the rest is read as Latin-1."
            yield Odd(message, self.source.location)

    def _odd(self) -> Iterator[Odd]:
        """Yield the constants that were read since, where there were any."""
        if self._constants:
            message = f"{self._constants[0]} is no value in JSON; what stands around it is read."
            yield Odd(message, Location(self.source.path, self.place(self.at)[0]))
            self._constants.clear()

    def _constant(self, name: str) -> None:
        self._constants.append(name)

    def _members(self) -> Iterator[Event]:
        self.at += 1
        if self._next() == "}":
            self.at += 1
            return
        known: set[str] = set()
        while True:
            if self._next() != '"':
                raise _Unreadable(_NO_KEY, self.at)
            line, column = self.place(self.at)
            key = str(self._value())
            if key in known and key in self._skims:
                message = f"The key {quoted(key)} stands in this object more than once; all that it holds is read."
                yield Odd(message, Location(self.source.path, line, column + 1, column + 1 + len(key)))
            known.add(key)
            self._take(":", "a colon is missing")
            if self._next() == "[":
                yield from self._array(key)
            else:
                yield self._element(key, in_array=False)
            yield from self._odd()
            if self._take(",}", "a comma is missing") == "}":
                return

    def _array(self, key: str) -> Iterator[Event]:
        self.at += 1
        if self._next() == "]":
            self.at += 1
            return
        fields = self._skims.get(key, {}) if self._is_large else None
        stretches = None if fields is None else _Stretches(self, key, fields)
        while True:
            yield (stretches.next() if stretches else None) or self._element(key)
            if self._constants:
                yield from self._odd()
            end = self.position
            if self._take(",]", "a comma is missing") == "]":
                return
            self._next()
            if stretches and not stretches.separator:
                stretches.separator = self._separator(end - self._gone)

    def _element(self, key: str, *, in_array: bool = True) -> Element:
        self._next()
        line, column = self.place(self.at)
        value, start = self._value(), self._started
        return Element(key, value, self.text[start : self.at], self.source.path, line, column, in_array)

    def _separator(self, end: int) -> str:
        # From the end of an element to the first key of the next one; nothing where they are no objects.
        found = _first_key().match(self.text, self.at)
        return self.text[end - 1 : found.end()] if found and end > 0 and self.text[end - 1] == "}" else ""

    @property
    def position(self) -> int:
        """How much of the whole text is read."""
        return self._gone + self.at

    def fill(self) -> None:
        """See that there is a whole stretch from here on, if the file has so much."""
        while len(self.text) - self.at < _STRETCH and self._more():
            pass

    def pass_over(self, at: int, line: int = 1, column: int = 1) -> None:
        """Move on without a look at the text, which would end at this place if it were a whole file.

        The place of where it begins has been asked for.
        """
        self._line, self._column = self._line + line - 1, column if line > 1 else self._column + column - 1
        self.at = self._counted = at

    def _decoded(self) -> Iterator[str]:
        encoding = encoding_of(self.source.head)
        register_error("scanner.latin-1", _as_latin_1)
        decoder = getincrementaldecoder(encoding)("strict" if encoding == "utf-8" else "replace")
        for piece in chain(self.source.pieces(_STRETCH), (b"",)):
            state = decoder.getstate()
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError:
                self._is_latin = True
                decoder = getincrementaldecoder(encoding)("scanner.latin-1")
                decoder.setstate(state)
                text = decoder.decode(piece, final=not piece)
            if text:
                yield text

    def _next(self) -> str:
        """Move to the next character that is no space and return it; nothing at the end."""
        while True:
            self.at = _after_gap(self.text, self.at)
            if self.at < len(self.text):
                return self.text[self.at]
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
                self._constants.clear()
                value, end = self._decode(self.text, self.at)
            except ValueError as error:
                at = int(getattr(error, "pos", self.at))
                message = str(getattr(error, "msg", "a number is too long"))
                may_go_on = message.startswith("Unterminated") or at >= len(self.text) - _NEAR_END
                if not may_go_on or not self._doubled():
                    message = message[:1].lower() + message[1:]
                    raise _Unreadable(message, min(at, len(self.text))) from error
                continue
            if self.text[end - 1] in '}]"' or end < len(self.text) or not self._more():
                self._started, self.at = self.at, end
                return value

    def _doubled(self) -> bool:
        wanted = 2 * (len(self.text) - self.at)
        found = self._more()
        while len(self.text) - self.at < wanted and self._more():
            pass
        return found

    def _more(self) -> bool:
        text = next(self._texts, "")
        gone = max(0, self.at - _KEPT) if text else 0
        self.place(gone)
        self.text = self.text[gone:] + text
        self._gone += gone
        self.at -= gone
        self._counted -= gone
        return bool(text)

    def place(self, at: int) -> tuple[int, int]:
        """Return line and column of an offset that is not before the last one."""
        if at >= self._counted:
            self._line, self._column = _moved(self._line, self._column, self.text, self._counted, at)
            self._counted = at
        return self._line, self._column


class _Stretches:
    """Skims an array stretch by stretch; `separator` is what divides its elements, once that is known."""

    def __init__(self, reader: _Reader, key: str, fields: Skim) -> None:
        self.separator = ""
        self._reader = reader
        self._key = key
        self._skim = _skimmer(fields)
        self._plain_until = 0

    def next(self) -> Skimmed | None:
        """Read a stretch; None where the next element is to be read as a whole."""
        reader = self._reader
        if not self.separator or reader.position < self._plain_until:
            return None
        reader.fill()
        cut, (line, column) = -1, reader.place(reader.at)
        for part in _TRIES:
            cut = reader.text.rfind(self.separator, reader.at, reader.at + _STRETCH // part)
            if cut < 0:
                break
            if (found := self._skimmed(cut, line, column)) is not None:
                reader.pass_over(cut + 1, *_end(found))
                return found
        self._plain_until = reader.position + max(cut - reader.at, 0) + 1
        return None

    def _skimmed(self, cut: int, line: int, column: int) -> Skimmed | None:
        text = self._reader.text[self._reader.at : cut + 1]
        found = self._skim(text)
        if found is None:
            return None
        breaks = _moved(1, 1, text, 0, len(text))[0] - 1
        return Skimmed(self._key, *found, text, self.separator, self._reader.source.path, line, column, breaks)


def _end(skimmed: Skimmed) -> tuple[int, int]:
    """Return where the text of some elements would end if it were a whole file."""
    size = len(skimmed.text)
    last = max(skimmed.text.rfind("\n"), skimmed.text.rfind("\r")) if skimmed.breaks else -1
    return skimmed.breaks + 1, size - last


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


def _is_latin(source: Source) -> bool:
    # What is not UTF-8 is as long in Latin-1 as it was.
    text = source.text
    return encoding_of(source.head) == "utf-8" and not text.isascii() and len(text) == len(source.data)


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    # A stray byte of an old encoding is read like everywhere; names are ASCII.
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


_Skimmer: TypeAlias = "Callable[[str], tuple[int, Columns] | None]"


def _skimmer(fields: Skim) -> _Skimmer:
    return _skimmer_of(
        tuple((name, tuple(kind.items()) if isinstance(kind, dict) else kind) for name, kind in fields.items())
    )


@cache
def _skimmer_of(fields: tuple[tuple[str, type | tuple[tuple[str, type], ...]], ...]) -> _Skimmer:
    import msgspec

    kinds = [
        kind
        if not isinstance(kind, tuple)
        else list[msgspec.defstruct("Part", [(own, inner | None, None) for own, inner in kind], gc=False)]  # type: ignore[misc]  # -- it is made here
        for _, kind in fields
    ]
    names = {f"field{number}": name for number, (name, _) in enumerate(fields)}
    wanted = [(own, kind | None, None) for own, kind in zip(names, kinds, strict=True)]
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
    return _decoder(None)


def _decoder(constant: Callable[[str], None] | None) -> Callable[[str, int], tuple[object, int]]:
    """Return what decodes a value; `constant` is told each NaN and Infinity, and gives what they are read as."""
    from json import JSONDecoder

    return JSONDecoder(parse_constant=constant).raw_decode


def _after_gap(text: str, start: int) -> int:
    if text[start : start + 1] not in _BLANK:
        return start
    found = _gap().match(text, start)
    return found.end() if found else start


@cache
def _gap() -> re.Pattern[str]:
    return re.compile(r"[ \t\r\n]*+")


@cache
def _first_key() -> re.Pattern[str]:
    return re.compile(r'\{[ \t\r\n]*+"[^"\\]*+"')
