"""Adds to the text of a JSON document and leaves all else as it stands, to the character.

https://www.rfc-editor.org/rfc/rfc8259. What is not looked into is passed over by the standard decoder,
at its speed; numbers, unknown members and their order are never taken apart and put together again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from scanner.text import json_for_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Value: TypeAlias = "str | int | bool | Sequence[Value] | dict[str, Value] | None"

_BLANK = re.compile(r"[ \t\r\n]*+")
_OBJECT = re.compile(r"\{[ \t\r\n]*+(\}?)[ \t\r\n]*+")
_LIST = re.compile(r"\[[ \t\r\n]*+(\]?)[ \t\r\n]*+")
_COLON = re.compile(r":[ \t\r\n]*+")
_NEXT = re.compile(r"([,}\]])[ \t\r\n]*+")


class Edit(NamedTuple):
    """Put `text` in the place of what stands between two offsets."""

    start: int
    end: int
    text: str


class Walk:
    """Goes through a document once, forward. Raises ValueError where the text is no JSON.

    Whoever is given a member or an element must pass its value, by `value`, `members` or `elements`;
    `end` is then where that value ends, and `at` where the next thing begins.
    """

    def __init__(self, text: str) -> None:
        """Stand before the first value."""
        from json import JSONDecoder

        self.text = text
        self._decode = JSONDecoder(strict=False).raw_decode
        self.at = self.end = self._skip(0)

    @property
    def more(self) -> bool:
        """Whether something stands behind: another document, as some tools write them."""
        return self.at < len(self.text)

    def begins(self, bracket: str) -> bool:
        """Tell whether the value ahead begins so."""
        return self.text.startswith(bracket, self.at)

    def value(self) -> object:
        """Decode the value ahead and pass it."""
        found: object
        found, end = self._decode(self.text, self.at)
        self.end = end
        self.at = self._skip(end)
        return found

    def members(self) -> Iterator[str]:
        """Yield the key of each member of the object ahead, standing before its value."""
        goes_on = self._enters(_OBJECT)
        while goes_on:
            key = self.value()
            colon = _COLON.match(self.text, self.at)
            if colon is None or not isinstance(key, str):
                raise self._error
            self.at = colon.end()
            yield key
            goes_on = self._goes_on("}")

    def elements(self) -> Iterator[int]:
        """Yield the offset of each element of the list ahead, standing before it."""
        goes_on = self._enters(_LIST)
        while goes_on:
            yield self.at
            goes_on = self._goes_on("]")

    def _enters(self, opening: re.Pattern[str]) -> bool:
        """Pass an opening bracket; false where the closing one follows, which is passed too."""
        found = opening.match(self.text, self.at)
        if found is None:
            raise self._error
        if found[1]:
            self.end = found.end(1)
        self.at = found.end()
        return not found[1]

    def _goes_on(self, closing: str) -> bool:
        """Pass a comma, or the closing bracket."""
        found = _NEXT.match(self.text, self.at)
        if found is None or found[1] not in {",", closing}:
            raise self._error
        self.at = found.end()
        if found[1] == ",":
            return True
        self.end = found.end(1)
        return False

    def _skip(self, at: int) -> int:
        found = _BLANK.match(self.text, at)
        return found.end() if found else at

    @property
    def _error(self) -> ValueError:
        return ValueError(f"no JSON at offset {self.at}")


class Listed(NamedTuple):
    """A list that may grow: where it stands, and each element as it stands, with its value."""

    start: int
    end: int
    elements: tuple[tuple[str, object], ...]


def decoded(data: bytes) -> str:
    """Return the text of a document. Raises ValueError where it is in none of JSON's encodings."""
    from json import detect_encoding

    return data.decode(detect_encoding(data)).removeprefix("\ufeff")


def listed(walk: Walk) -> Listed | None:
    """Pass the value ahead; None when it is something else than a list, or null."""
    start, is_list = walk.at, walk.begins("[")
    found: list[tuple[str, object]] = []
    if is_list:
        for offset in walk.elements():
            value = walk.value()
            found.append((walk.text[offset : walk.end], value))
    elif walk.value() is not None:
        return None
    return Listed(start, walk.end, tuple(found))


def margin(text: str, start: int) -> str:
    """Return the line break and the blanks before the first member of the object at an offset; empty for one line."""
    found = _BLANK.match(text, start + 1)
    blanks = found[0] if found else ""
    return "\n" + blanks.rpartition("\n")[2] if "\n" in blanks else ""


def grown(target: Listed, added: Iterable[Value], before: str) -> Edit:
    """Put values behind those of a list that stands in an object with this margin."""
    return Edit(target.start, target.end, _list([*(raw for raw, _ in target.elements), *map(written, added)], before))


def added(text: str, start: int, end: int, fields: dict[str, Value]) -> Edit:
    """Put members behind the last one of the object that begins at `start`; it ends at `end`, if there is any."""
    before = margin(text, start)
    pieces = [f"{before}{written(key)}: {_laid_out(value, before)}" for key, value in fields.items()]
    if end <= start:
        return Edit(start + 1, start + 1, ",".join(pieces))
    return Edit(end, end, "," + ",".join(pieces))


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return the text with all edits made; they do not overlap."""
    pieces, at = [], 0
    for edit in sorted(edits):
        pieces += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*pieces, text[at:]])


def written(value: Value, indent: int | None = None) -> str:
    """Write a value of our own."""
    if isinstance(value, str):
        from json.encoder import encode_basestring_ascii

        return encode_basestring_ascii(value)
    if isinstance(value, dict) and indent is None:
        # Properties come by the million, and an encoder is made anew for each value.
        return f"{{{', '.join(f'{written(key)}: {written(field)}' for key, field in value.items())}}}"
    from json import dumps

    return dumps(value, indent=indent)


def harmless(text: str) -> str:
    """Write what terminals, readers and GitHub's runner obey as escapes; every value stays what it is.

    Outside of strings JSON is plain ASCII, so that all of it stands in strings.
    """
    odd = {char for char in set(text) if not char.isprintable()} - set("\n\r\t")
    if odd:
        # The library leaves the one odd character of ASCII that may stand in a string.
        text = text.translate({ord(char): "\\u007f" if char == "\x7f" else written(char)[1:-1] for char in odd})
    if "\r" in text:
        text = re.sub(r"\r\n?", "\n", text)
    return json_for_log(text)


def _laid_out(value: Value, before: str) -> str:
    if isinstance(value, str):
        return written(value)
    if isinstance(value, dict):
        inner = before + "  " if before else ""
        fields = (f"{inner}{written(key)}: {_laid_out(field, inner)}" for key, field in value.items())
        return f"{{{','.join(fields)}{before}}}"
    if isinstance(value, list | tuple) and any(isinstance(item, dict) for item in value):
        return _list([written(item) for item in value], before)
    return written(value)


def _list(pieces: Sequence[str], before: str) -> str:
    inner = before + "  " if before else ""
    return f"[{inner}{f',{inner or chr(32)}'.join(pieces)}{before}]"
