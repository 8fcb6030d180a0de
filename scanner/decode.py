"""Checked access to decoded JSON and TOML; `Any` ends here.

A decoder's answer may have any shape. Parsers take values out of it through these functions, each
of which returns the type it names or raises `ShapeError` with a sentence.
"""

from __future__ import annotations

from typing import TypeAlias

Table: TypeAlias = dict[str, object]

_KINDS = {
    "dict": "a table",
    "list": "a list",
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "true or false",
    "NoneType": "nothing",
}


class ShapeError(Exception):
    """Decoded data is not what its format promises. `line` and `column` are there when the decoder told them."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        """Keep the sentence and the place."""
        super().__init__(message)
        self.line = line
        self.column = column


def from_json(text: str) -> object:
    """Decode JSON; a byte order mark is no error."""
    import json

    try:
        decoded: object = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        msg = f"This is not JSON: {error.msg}."
        raise ShapeError(msg, *_place(error.doc, error.pos)) from error
    except (RecursionError, ValueError) as error:
        msg = "This is not JSON that can be read: it is nested too deeply, or a number is too long."
        raise ShapeError(msg) from error
    return decoded


def from_jsonc(text: str) -> object:
    """Decode JSON that may have comments and trailing commas, which some tools let people write."""
    try:
        return from_json(text)
    except ShapeError:
        return from_json(_strict(text))


def from_toml(text: str) -> Table:
    """Decode TOML, tolerant of a byte order mark and of CR line ends as tools write them."""
    import tomli

    try:
        return tomli.loads(text.removeprefix("\ufeff"))
    except tomli.TOMLDecodeError as error:
        msg = f"This is not TOML: {error.msg}."
        raise ShapeError(msg, *_place(error.doc, error.pos)) from error
    except (RecursionError, ValueError) as error:
        msg = "This is not TOML that can be read: it is nested too deeply, or a number is too long."
        raise ShapeError(msg) from error


def table(value: object, what: str) -> Table:
    """Return a table (an object in JSON)."""
    if isinstance(value, dict):
        return value
    raise _mismatch(value, what, "a table")


def items(value: object, what: str) -> list[object]:
    """Return a list."""
    if isinstance(value, list):
        return value
    raise _mismatch(value, what, "a list")


def text(value: object, what: str) -> str:
    """Return text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise _mismatch(value, what, "text")


def optional_text(value: object, what: str) -> str | None:
    """Return text, or None where the value is absent."""
    return None if value is None else text(value, what)


def _strict(text: str) -> str:
    # Blanks take the place of what is left out, so that errors keep their places. What is never
    # closed is taken to the end, so that nothing is read twice; the decoder will stumble over it.
    import re

    string = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
    comment = r"//[^\r\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+\*/"
    comments = re.compile(rf'{string}|({comment})|["/].*+', re.DOTALL)
    text = comments.sub(lambda found: re.sub(r"[^\r\n]", " ", found[0]) if found[1] else found[0], text)
    # A comma that follows no value is an error and stays one.
    commas = re.compile(rf'{string}|[\[{{:,]\s*+,|(,)(?=\s*+[\]}}])|".*+', re.DOTALL)
    return commas.sub(lambda found: " " if found[1] else found[0], text)


def _place(text: str, position: int) -> tuple[int, int]:
    # Decoders end a line at LF only; editors, code scanning and `Source` do at CR and CRLF too.
    before = text[:position].replace("\r\n", "\n").replace("\r", "\n")
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _mismatch(value: object, what: str, wanted: str) -> ShapeError:
    if value is None:
        return ShapeError(f"{what} is missing.")
    if value == "":
        return ShapeError(f"{what} is empty.")
    return ShapeError(f"{what} is {_KINDS.get(type(value).__name__, 'something else')}, not {wanted}.")
