"""What options and settings say in words: windows, ages, statuses that fail."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from scanner.model import Gate, ScanError, Status
from scanner.rules import RULES
from scanner.text import cited
from scanner.wording import located

if TYPE_CHECKING:
    from scanner.model import Policy

_UNIT_DAYS: Final = {"d": 1, "w": 7, "m": 30, "y": 365}
_MAX_DIGITS: Final = 5
_LIKE: Final = "write days, weeks, months or years as 90d, 12w, 3m or 1y"

# Statuses without a rule may fail a run too: there are no findings of them, only counts.
_MAY_FAIL: Final = (*RULES, Status.UNKNOWN, Status.UNTRACKED)


def parse_window(text: str) -> int | None:
    """Read a window for `expiring` in days; a month is 30 days, a year 365, and `auto` is None."""
    if text.strip().lower() == "auto":
        return None
    days = _days(text)
    if days is None:
        msg = f"The window '{cited(text)}' cannot be read: {_LIKE}, or auto."
        raise ScanError(msg)
    return days


def parse_gate(text: str) -> Gate:
    """Read what fails a run: statuses divided by commas; `never` is none of them, `expiring` includes `eol`.

    `expiring:30d` fails when the end is at most that far away; other statuses take no window.
    """
    words = [word for word in (part.strip().lower() for part in text.split(",")) if word]
    if words == ["never"]:
        return Gate(frozenset())
    if not words:
        msg = f"No status is named. The words are: {', '.join(_MAY_FAIL)}; or never."
        raise ScanError(msg)
    statuses, nearest = set[Status](), None
    for word in words:
        name, colon, window = word.partition(":")
        if name not in _MAY_FAIL:
            raise _unknown_status(name)
        statuses.add(Status(name))
        if colon:
            nearest = _ahead(name, window)
    gate = Gate(frozenset(statuses), nearest)
    return gate._replace(statuses=gate.failing)


def parse_age(text: str) -> int:
    """Read how old something may be, in days."""
    days = _days(text)
    if days is None:
        msg = f"The age '{cited(text)}' cannot be read: {_LIKE}."
        raise ScanError(msg)
    return days


def parse_day(text: str) -> date:
    """Read a day as `2026-11-22`; ISO 8601 has more ways to write one, and people take some of them for another."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or str(day) != text:
        msg = f"'{cited(text)}' is no day: write it like 2026-11-22."
        raise ScanError(msg)
    return day


def check_reach(policy: Policy) -> None:
    """Raise `ScanError` when something is to fail earlier than it is told."""
    others = (
        (entry.gate or policy.gate, entry.window or policy.window, f"{located(entry.location)}: ")
        for entry in policy.overrides
    )
    for gate, window, where in ((policy.gate, policy.window, ""), *others):
        if gate.expiring_days is not None and window.days is not None and gate.expiring_days > window.days:
            msg = (
                f"{where}'expiring:{gate.expiring_days}d' cannot fail so early: what ends is told {window.days} days "
                f"before its end, and a longer `within` tells it earlier."
            )
            raise ScanError(msg)


def _ahead(status: str, window: str) -> int:
    days = _days(window)
    if status != Status.EXPIRING:
        msg = f"'{status}' takes no window: only what is still to end can be {cited(window)!r} away from it."
        raise ScanError(msg)
    if days is None:
        msg = f"'expiring:{cited(window)}' cannot be read: write it like expiring:30d, expiring:4w or expiring:1m."
        raise ScanError(msg)
    return days


def _days(text: str) -> int | None:
    wanted = text.strip().lower()
    digits, unit = wanted[:-1], wanted[-1:]
    if unit not in _UNIT_DAYS or not (digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS):
        return None
    return int(digits) * _UNIT_DAYS[unit]


def _unknown_status(word: str) -> ScanError:
    from difflib import get_close_matches

    known = ", ".join(_MAY_FAIL)
    if word == "never":
        return ScanError("The word 'never' means that no status fails a run, and stands alone.")
    close = get_close_matches(word.replace("_", "-"), [*_MAY_FAIL, "never"], n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    return ScanError(f"'{cited(word)}' is no status that can fail a run.{hint} The words are: {known}; or never.")
