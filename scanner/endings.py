"""What the endings of a cycle mean on a day: a date is the last supported day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from scanner.model import Cycle, Ending

# endoflife.date warns when less than a third of the lifetime is left, and never earlier than this.
_AUTO_DAYS: Final = 120


def ended(ending: Ending, today: date) -> bool | None:
    """Tell whether a kind of support is over; None when nobody tracks it. A date is the last supported day."""
    return today > ending if isinstance(ending, date) else ending


def ends_within(ending: Ending, released: date | None, today: date, within_days: int | None) -> bool:
    """Tell whether a kind of support is not over, but ends within the window; the window's last day counts.

    Without a number of days the window is endoflife.date's own: a third of the lifetime, at most 120 days.
    """
    if not isinstance(ending, date):
        return False
    if within_days is None:
        within_days = min(_AUTO_DAYS, (ending - released).days // 3) if released else _AUTO_DAYS
    return 0 <= (ending - today).days <= within_days


def phases(cycle: Cycle, extended: Ending) -> list[tuple[str, date | bool]]:
    """List the kinds of support that follow each other (`active`, `security`, `extended`), each with its end.

    `extended` is the end of the last. Where nothing is tracked there is one kind, `unsure`, whose day nobody knows.
    """
    eoas, eol = cycle.eoas, cycle.eol
    found: list[tuple[str, date | bool]] = []
    if isinstance(eoas, date):
        found.append(("active", min(eoas, eol) if isinstance(eol, date) else eoas))
    elif eoas is False and (eol is None or eol is False):
        found.append(("active", False))
    if eol is not None:
        # Where nobody divides active support from security fixes, all of it is active support.
        found.append(("security" if eoas else "active", eol))
    if extended is not None and extended is not True:
        found.append(("extended", extended))
    return found or [("unsure", True)]


def is_lts(cycle: Cycle, today: date) -> bool:
    """Tell whether a cycle has long-term support on this day; some get it later in their life."""
    return today >= cycle.lts if isinstance(cycle.lts, date) else cycle.lts


def is_maintained(cycle: Cycle, today: date) -> bool:
    """Tell whether any kind of support is known to go on, extended (mostly paid) support too.

    This is endoflife.date's word. Hardware that is no longer sold may well be maintained.
    """
    return any(ended(ending, today) is False for ending in (cycle.eoas, cycle.eol, cycle.eoes))
