"""Families: packages that are released with a product, told by a pattern over their names.

The name is matched as a whole, in the exact namespace, in the form that keys of `index.key_of` have.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.decode import ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.model import Family

# Types in whose keys the case of a name may count; in all others keys are in lower case.
_CASED: Final = frozenset({"cargo", "gem", "generic", "maven"})
_SPECIAL: Final = frozenset(".^$*+?{}[]|()")
_REPEATS: Final = "*+{"
# Plain characters, without the one that a quantifier is about.
_RUN: Final = re.compile(r"[^.^$*+?{}\[\]|()\\]+(?![*+?{])")
_GROUP: Final = re.compile(r"\\(?:([0-9]{1,2})|g<(\w+)>)")
_ALTERNATIVES_AT_MOST: Final = 1000


class Start(NamedTuple):
    """Plain text with which a name of a family begins; `whole` when it is all of the name."""

    text: str
    whole: bool


class _Matcher(NamedTuple):
    name: Callable[[str], bool]
    exceptions: Callable[[str], bool] | None


def check(family: Family) -> None:
    """Raise ShapeError when an expression of a family cannot be read."""
    for key, pattern in (("name", family.name), ("except", family.exceptions)):
        _compiled(key, pattern)
    for pattern, template in family.versions:
        known = _compiled("versions, from", pattern)
        for number, name in _GROUP.findall(template or ""):
            if (int(number) > known.groups) if number else (name not in known.groupindex):
                message = f"families, versions, to: {template!r} names a group that {pattern!r} has not."
                raise ShapeError(message)


def fits(family: Family, name: str) -> bool:
    """Tell whether the name, as a key has it, is one of the family's."""
    matcher = _matcher(family)
    return matcher.name(name) and not (matcher.exceptions and matcher.exceptions(name))


def product_version(family: Family, version: str) -> str | None:
    """Return the product's version for a version of a package of the family; None where there is none."""
    if not family.versions:
        return version
    # Go and git tags put a `v` before the numbers, which rules need not say.
    plain = version[1:] if version[:1] in ("v", "V") and version[1:2].isdigit() else version
    for pattern, template in family.versions:
        found = re.fullmatch(pattern, version) or re.fullmatch(pattern, plain)
        if found:
            return None if template is None else found.expand(template)
    return None


def starts(pattern: str) -> list[Start]:
    """Return the plain texts with which whatever fits an expression begins.

    An empty text when nothing is known. `(core|common)` is two whole names, `react-(dom|.*)` begins
    with `react-dom` or `react-`.
    """
    found, rest = _choice(pattern, 0)
    # A closing bracket too many is an error of the expression, which `check` tells.
    return found if rest == len(pattern) else [Start("", whole=False)]


def _choice(pattern: str, at: int) -> tuple[list[Start], int]:
    found: list[Start] = []
    while True:
        branch, at = _sequence(pattern, at)
        found += branch
        if pattern[at : at + 1] != "|":
            return found, at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[list[Start], int]:
    found = [Start("", whole=True)]
    while at < len(pattern) and pattern[at] not in "|)":
        if (run := _RUN.match(pattern, at)) is not None:
            found = [Start(start.text + run[0], whole=True) if start.whole else start for start in found]
            at = run.end()
            continue
        atom, after = _atom(pattern, at)
        quantifier = pattern[after : after + 1]
        if quantifier and quantifier in _REPEATS:
            atom, after = [Start("", whole=False)], _after_repeat(pattern, after)
        elif quantifier == "?":
            atom, after = [*atom, Start("", whole=True)], after + 1
        found = list(_joined(found, atom))
        at = after
    return found, at


def _joined(found: Iterable[Start], atom: list[Start]) -> Iterator[Start]:
    for start in found:
        if not start.whole:
            yield start
        else:
            yield from (Start(start.text + more.text, more.whole) for more in atom)


def _atom(pattern: str, at: int) -> tuple[list[Start], int]:
    """Return how one piece of an expression begins, and where the piece after it stands."""
    char = pattern[at]
    if char == "(":
        inner = at + 3 if pattern.startswith("(?:", at) else at + 1
        found, end = _choice(pattern, inner)
        plain = not pattern.startswith("(?", at) or inner == at + 3
        return (found if plain and len(found) <= _ALTERNATIVES_AT_MOST else [Start("", whole=False)]), end + 1
    if char == "[":
        end = pattern.find("]", at + 2)
        return [Start("", whole=False)], end + 1 if end > 0 else len(pattern)
    if char == "\\":
        escaped = pattern[at + 1 : at + 2]
        plain = bool(escaped) and not escaped.isalnum()
        return [Start(escaped if plain else "", whole=plain)], at + 2
    return [Start("" if char in _SPECIAL else char, whole=char not in _SPECIAL)], at + 1


def _after_repeat(pattern: str, at: int) -> int:
    end = pattern.find("}", at) if pattern[at] == "{" else at
    end = len(pattern) if end < 0 else end + 1
    return end + 1 if pattern[end : end + 1] in ("?", "+") else end


def _compiled(key: str, pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        message = f"families, {key}: {pattern[:40]!r} is not a regular expression: {error}."
        raise ShapeError(message) from error


@cache
def _matcher(family: Family) -> _Matcher:
    cased = family.type in _CASED
    return _Matcher(
        _fitting(family.name, cased=cased), _fitting(family.exceptions, cased=cased) if family.exceptions else None
    )


def _fitting(pattern: str, *, cased: bool) -> Callable[[str], bool]:
    """Return what tells whether a whole name fits an expression: most are lists of names, and need not be compiled."""
    found = starts(pattern)
    if not all(start.whole and start.text.isascii() for start in found):
        fullmatch = _pattern(pattern, cased=cased).fullmatch
        return lambda name: fullmatch(name) is not None
    names = {start.text if cased else start.text.lower() for start in found}

    def fitting(name: str) -> bool:
        # Letters of other scripts may be alike to an expression.
        if not name.isascii():
            return _pattern(pattern, cased=cased).fullmatch(name) is not None
        return (name if cased else name.lower()) in names

    return fitting


def _pattern(pattern: str, *, cased: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.NOFLAG if cased else re.IGNORECASE)
