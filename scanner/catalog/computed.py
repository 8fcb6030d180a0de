"""End dates that follow from a published rule: computed when the data set is built, never announced.

A product file states such a rule as a mapping of one of these forms; a rule in other words is kept
as text and computes nothing:

    rule: {years-after-release: 2}       # the end is the release's own day, two years later
    rule: {months-after-release: 24}
    rule: {ends-with: 2}                 # the end is the day on which the second newer cycle is released
    rule: {ends-with: 1, months: 12}     # twelve months after the next newer cycle is released
    eoasRule: {months-after-release: 24} # the same for the end of active support
"""

from __future__ import annotations

import calendar
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.decode import ShapeError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model import Cycle

_YEAR: Final = 12
_FORMS: Final = "`years-after-release: N`, `months-after-release: N`, `ends-with: N` (and `months: N`)"


class Rule(NamedTuple):
    """The end is this many months after the release of the cycle that is `newer` places above (0: its own)."""

    months: int
    newer: int


def rule_of(form: Mapping[str, object]) -> Rule:
    """Read the machine form of a rule. Raises ShapeError when it is none."""
    numbers = {key: _number(key, value) for key, value in form.items()}
    match numbers:
        case {"years-after-release": years} if len(numbers) == 1:
            return Rule(_YEAR * years, 0)
        case {"months-after-release": months} if len(numbers) == 1:
            return Rule(months, 0)
        case {"ends-with": newer, **rest} if newer and rest.keys() <= {"months"}:
            return Rule(rest.get("months", 0), newer)
    message = f"a rule is text or one of {_FORMS}."
    raise ShapeError(message)


def words(rule: Rule) -> str:
    """Say a rule in words."""
    after = f"{rule.months} months after " if rule.months else ""
    if not rule.newer:
        return f"{after}its release"
    ordinal = {1: "next", 2: "second", 3: "third"}.get(rule.newer, f"{rule.newer}th")
    return f"{after}the release of the {ordinal} newer cycle"


def end_by(rule: Rule, position: int, cycles: Sequence[Cycle]) -> date | bool:
    """Return the day on which a cycle ends by a rule; False while the cycle that ends it is not there yet.

    Cycles stand newest first. Raises ShapeError when the release that the rule counts from has no date.
    """
    place = position - rule.newer
    if place < 0:
        return False
    released = cycles[place].released
    if released is None:
        message = f"release {cycles[position].name}: the rule needs the releaseDate of {cycles[place].name}."
        raise ShapeError(message)
    return _later(released, rule.months)


def _number(key: str, value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value)
    message = f"{key[:40]}: {str(value)[:40]!r} is not a whole number."
    raise ShapeError(message)


def _later(day: date, months: int) -> date:
    # The 31st of a month that has none is its last day, as people count.
    year, month = divmod(day.year * _YEAR + day.month - 1 + months, _YEAR)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
