"""The front matter of a product file: YAML whose every scalar is text and whose every key knows its line.

https://yaml.org/spec/1.1/. Values are taken out through the functions below, each of which returns
what it names or raises `ShapeError` with field and line.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import yaml
from frontmatter.default_handlers import YAMLHandler
from yaml.constructor import ConstructorError

from scanner.decode import ShapeError
from scanner.model import Location, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from scanner.model import Ending

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]  # -- the same loader, slower

_NOTHING = frozenset({"", "~", "null"})
# YAML 1.1, in which product files are written, knows more words for yes and no.
_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Fields(dict[str, object]):
    """A mapping of the front matter that knows on which line of the file each of its keys stands."""

    lines: dict[str, int]
    line: int

    def line_of(self, key: str) -> int:
        """Return the line of a key, or where the mapping begins when there is no such key."""
        return self.lines.get(key, self.line)


def front_matter(text: str) -> tuple[Fields, str]:
    """Take a product file apart: the fields of its front matter, every scalar as text, and its body.

    Raises ShapeError when there is no front matter that can be read.
    """
    text = text.removeprefix("\ufeff")
    if not _HANDLER.detect(text):
        message = "The file does not begin with front matter (a line `---`)."
        raise ShapeError(message, 1)
    try:
        matter, body = _HANDLER.split(text)
    except ValueError as error:
        message = "The front matter has no end (a second line `---`)."
        raise ShapeError(message, 1) from error
    # The boundary takes the blank lines after it along, and the lines of YAML count from there.
    first = text.count("\n", 0, text.index(matter))
    fields = _loaded(matter, first)
    _shift(fields, first)
    return fields, body.strip()


def _loaded(matter: str, first: int) -> Fields:
    try:
        fields: object = _HANDLER.load(matter, Loader=_Strings)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 + first if error.problem_mark else None
        message = f"The front matter is not YAML: {error.problem}."
        raise ShapeError(message, line) from error
    except (yaml.YAMLError, RecursionError) as error:
        message = "The front matter is not YAML that can be read."
        raise ShapeError(message) from error
    if not isinstance(fields, Fields):
        message = "The front matter is not a list of fields (`title: …`)."
        raise ShapeError(message, 1)
    return fields


def _shift(value: object, by: int) -> None:
    if isinstance(value, Fields):
        value.line += by
        value.lines = {key: line + by for key, line in value.lines.items()}
        for inner in value.values():
            _shift(inner, by)
    elif isinstance(value, list):
        for inner in value:
            _shift(inner, by)


def ending(fields: Fields, key: str) -> Ending:
    """Return the end of a kind of support: a date, yes or no, or None where the field is absent."""
    value = optional(fields, key)
    if value is None:
        return None
    word = _WORDS.get(value.lower())
    return day(fields, key) if word is None else word


def day(fields: Fields, key: str) -> date | None:
    """Return a date (YYYY-MM-DD), or None where the field is absent."""
    value = optional(fields, key)
    if value is None:
        return None
    try:
        read = date.fromisoformat(value)
    except ValueError:
        read = None
    # `fromisoformat` takes 20240401 and 2024-W14-1 as well; the format knows one way to write a day.
    if read is None or read.isoformat() != value:
        message = f"{_release_name(fields)}{key}: {value[:40]!r} is not a date (YYYY-MM-DD)."
        raise ShapeError(message, fields.line_of(key))
    return read


def _release_name(fields: Fields) -> str:
    name = fields.get("releaseCycle")
    return f"release {name}, " if isinstance(name, str) else ""


def required(fields: Fields, key: str) -> str:
    """Return text that is there."""
    value = optional(fields, key)
    if value is None:
        message = f"{key}: the field is missing."
        raise ShapeError(message, fields.line_of(key))
    return value


def optional(fields: Fields, key: str) -> str | None:
    """Return text, or None where the field is absent, empty or null."""
    value = fields.get(key)
    if value is None or isinstance(value, str):
        text = (value or "").strip()
        return None if text in _NOTHING else text
    message = f"{_release_name(fields)}{key}: this is a list or a mapping, not text."
    raise ShapeError(message, fields.line_of(key))


def listed(fields: Fields, key: str) -> list[object] | None:
    """Return a list, or None where the field is absent or null."""
    value = fields.get(key)
    if value is None or (isinstance(value, str) and value in _NOTHING):
        return None
    if isinstance(value, list):
        return value
    message = f"{key}: this is not a list."
    raise ShapeError(message, fields.line_of(key))


def problem(error: ShapeError, path: str) -> Problem:
    """Return an error of this room as a problem of the file."""
    return Problem(message=str(error), location=Location(path=path, line=error.line))


def flag(fields: Fields, key: str) -> bool:
    """Return yes or no; no where the field is absent."""
    value = optional(fields, key)
    word = _WORDS.get((value or "no").lower())
    if word is None:
        message = f"{key}: {str(value)[:40]!r} is neither true nor false."
        raise ShapeError(message, fields.line_of(key))
    return word


def mappings(fields: Fields, key: str, like: str, reject: Callable[[ShapeError], None]) -> Iterator[Fields]:
    """Yield the mappings of a list, and reject each entry that is none; `like` shows what one looks like."""
    for entry in listed(fields, key) or ():
        if isinstance(entry, Fields):
            yield entry
        else:
            reject(ShapeError(f"{key}: {str(entry)[:40]!r} is no entry (`{like}`).", fields.line_of(key)))


def unknown(fields: Fields, known: Collection[str], what: str) -> Iterator[ShapeError]:
    """Yield an error for each key that means nothing here, with the key that may have been meant."""
    for key in fields:
        if key not in known:
            from difflib import get_close_matches

            close = get_close_matches(key, known, n=1)
            hint = f" Did you mean `{close[0]}`?" if close else ""
            yield ShapeError(f"{key[:40]}: {what} has no such field.{hint}", fields.line_of(key))


class _Strings(_Loader):
    """Leaves every scalar as the text that stands in the file: `3.10` is a version, not a number."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 -- the loader's own way to be told
    yaml_constructors = {}  # noqa: RUF012


def _mapping(loader: _Strings, node: yaml.MappingNode) -> Fields:
    fields = Fields({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})
    fields.line = node.start_mark.line + 1
    fields.lines = {}
    for key, _ in node.value:
        # YAML would let the last one win, and a correction above it would say nothing.
        if str(key.value) in fields.lines:
            raise ConstructorError(None, None, f"the field {str(key.value)[:40]} stands twice", key.start_mark)
        fields.lines[str(key.value)] = key.start_mark.line + 1
    return fields


def _sequence(loader: _Strings, node: yaml.SequenceNode) -> list[object]:
    return loader.construct_sequence(node, deep=True)


def _text(loader: _Strings, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


def _undefined(_: _Strings, node: yaml.Node) -> object:
    raise ConstructorError(None, None, f"the tag {node.tag} is not known", node.start_mark)


_Strings.add_constructor("tag:yaml.org,2002:map", _mapping)
_Strings.add_constructor("tag:yaml.org,2002:seq", _sequence)
_Strings.add_constructor("tag:yaml.org,2002:str", _text)
_Strings.add_constructor(None, _undefined)

_HANDLER = YAMLHandler()
