"""Fills in the templates of product files: placeholders, and the few Liquid filters that occur.

https://endoflife.date/contribute (changelogTemplate, releaseLabel, link) and
https://shopify.github.io/liquid/. Tags (`{% if %}`) and variables are left to Liquid.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

_Value: TypeAlias = str | list[str]

_PLACEHOLDER = re.compile(r"__[A-Z]+(?:_[A-Z]+)*__")
_OUTPUT = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_LITERAL = r"'[^']*'|\"[^\"]*\"|[\w.\-]+"
_PIPELINE = re.compile(rf"\s*({_LITERAL})\s*((?:\|.*)?)", re.DOTALL)
_FILTER = re.compile(rf"\|\s*(\w+)\s*(?::\s*((?:{_LITERAL})(?:\s*,\s*(?:{_LITERAL}))*))?\s*", re.DOTALL)
_ARGUMENT = re.compile(_LITERAL)


class _Unrendered(Exception):  # noqa: N818 -- an answer of this room, not an error
    """The template asks for more than this evaluator knows."""


def placeholders(
    name: str, codename: str | None, released: date | None, latest: str | None, latest_released: date | None
) -> dict[str, str | None]:
    """Return what the placeholders of one release stand for."""
    return {
        "__RELEASE_CYCLE__": name,
        "__CODENAME__": codename,
        "__RELEASE_DATE__": released.isoformat() if released else None,
        "__LATEST__": latest,
        "__LATEST_RELEASE_DATE__": latest_released.isoformat() if latest_released else None,
    }


def render(template: str, values: Mapping[str, str | None]) -> str | None:
    """Fill in a template; `values` maps `__LATEST__` and its kind to text.

    None when a value is missing or the template needs more of Liquid than filters: no link is
    better than a broken one.
    """
    try:
        text = _filled(template, values)
        if "{%" in text:
            return None
        return _OUTPUT.sub(lambda match: _output(match[1]), text).strip()
    except (_Unrendered, ValueError, TypeError):  # the last two: a filter with arguments it does not take
        return None


def _filled(template: str, values: Mapping[str, str | None]) -> str:
    for name in _PLACEHOLDER.findall(template):
        value = values.get(name)
        if value is None:
            raise _Unrendered(name)
        template = template.replace(name, value)
    return template


def _output(expression: str) -> str:
    pipeline = _PIPELINE.fullmatch(expression)
    if not pipeline:
        raise _Unrendered(expression)
    value: _Value = _literal(pipeline[1])
    position, filters = 0, pipeline[2]
    while position < len(filters):
        match = _FILTER.match(filters, position)
        if not match or match[1] not in _FILTERS:
            raise _Unrendered(filters)
        value = _FILTERS[match[1]](value, *map(_literal, _ARGUMENT.findall(match[2] or "")))
        position = match.end()
    if not isinstance(value, str):
        raise _Unrendered(expression)
    return value


def _literal(text: str) -> str:
    if text[0] in "'\"":
        return text[1:-1]
    # A bare word is a variable, which only Liquid could look up; a number speaks for itself.
    if not text.replace(".", "").lstrip("-").isdigit():
        raise _Unrendered(text)
    return text


def _text(value: _Value) -> str:
    if isinstance(value, str):
        return value
    raise _Unrendered


def _list(value: _Value) -> list[str]:
    if isinstance(value, str):
        raise _Unrendered
    return value


def _split(value: _Value, separator: str) -> _Value:
    parts = _text(value).split(separator)
    # As in Ruby: empty fields at the end are dropped.
    while parts and not parts[-1]:
        parts.pop()
    return parts


def _at(value: _Value, position: int) -> _Value:
    parts = _list(value)
    return parts[position] if parts else ""


def _slice(value: _Value, start: str, length: str = "1") -> _Value:
    first = int(start)
    first += len(value) if first < 0 else 0
    return value[first : first + int(length)]


_FILTERS: Mapping[str, Callable[..., _Value]] = {
    "downcase": lambda value: _text(value).lower(),
    "drop_zero_patch": lambda value: _text(value).removesuffix(".0"),
    "first": lambda value: _at(value, 0),
    "join": lambda value, separator=" ": separator.join(_list(value)),
    "last": lambda value: _at(value, -1),
    "plus": lambda value, other: str(int(_text(value)) + int(other)),
    "pop": lambda value: _list(value)[:-1],
    "replace": lambda value, old, new="": _text(value).replace(old, new),
    "replace_first": lambda value, old, new="": _text(value).replace(old, new, 1),
    "slice": _slice,
    "split": _split,
}
