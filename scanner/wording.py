"""How days, endings and numbers are said: in the same words wherever a person reads them."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scanner.model import EvidenceClass, Reason, Status
from scanner.text import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.model import Advice, Cycle, Ending, Location, Mark, Stamp

# Below these a smaller unit says more: "in 45 days", "18 months ago".
_DAYS = 60
_MONTHS = 24

_NAMED: Final = MappingProxyType({-1: "yesterday", 0: "today", 1: "tomorrow"})

_OLD_DATA_DAYS: Final = 180

# Of these no product is known.
NO_PRODUCT: Final = (Reason.UNTRACKED, Reason.NO_PURL)
_NOT_JUDGED: Final = frozenset({Status.UNKNOWN, Status.UNTRACKED})

# Where a rule promises no more than a shortest time of support, its text in the product file says so.
_LOWER_BOUND: Final = "not before"

# What formats call a package that is dead, or a version that was taken back.
_MARKS: Final = MappingProxyType(
    {"abandoned": "marked abandoned", "inactive": "declared inactive", "yanked": "withdrawn"}
)
_QUOTED: Final = 160

# Each stands behind a number, whatever the number is.
_REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.NO_VERSION: "without a version",
        Reason.RANGE: "given as a range",
        Reason.FLOATING: "with a floating version",
        Reason.NEWER: "newer than the data",
        Reason.OLDER: "older than the data",
        Reason.GAP: "in a gap of the data",
        Reason.AMBIGUOUS: "ambiguous",
        Reason.UNRESOLVABLE: "with an unreadable version",
        Reason.STALE: "not judged with old data",
        Reason.UNTRACKED: "not tracked",
        Reason.NO_PURL: "without a package URL",
    }
)


def distance(day: date, today: date) -> str:
    """Say how far a day is from today: "2 years and 7 months ago", "in 17 days", "today".

    Months and years are whole ones of the calendar; what is left over is not said.
    """
    days = (day - today).days
    if days in _NAMED:
        return _NAMED[days]
    span = _span(min(day, today), max(day, today))
    return f"{span} ago" if days < 0 else f"in {span}"


def ending(end: Ending, today: date, *, floor: bool = False) -> str:
    """Say when support ends, after the name of a cycle: "ended 2024-04-01, 2 years and 7 months ago".

    A day that is a floor is the first on which it may end.
    """
    if end is None:
        return "has no known end"
    if isinstance(end, bool):
        return "is over, day unknown" if end else "has no announced end"
    return f"{'ended' if end < today else 'ends'} {f'{_LOWER_BOUND} ' if floor else ''}{end}, {distance(end, today)}"


def located(place: Location) -> str:
    """Write a place as editors do: "requirements.txt:3"."""
    return place.path if place.line is None else f"{place.path}:{place.line}"


def at_least(cycle: Cycle) -> bool:
    """Tell whether the dates of a cycle are lower bounds, since the rule they follow from promises no more."""
    return cycle.evidence is EvidenceClass.RULE and _LOWER_BOUND in (cycle.rule or "").lower()


def by_policy(cycle: Cycle) -> str:
    """Say behind a date of a cycle that it follows from a rule and nobody announced it; else nothing."""
    return " (by policy, not announced)" if cycle.evidence is EvidenceClass.RULE else ""


def ending_of(cycle: Cycle, end: Ending, today: date) -> str:
    """Say when one kind of support of a cycle ends, and whether anybody announced it."""
    said = ending(end, today, floor=at_least(cycle))
    return said + by_policy(cycle) if isinstance(end, date) else said


def marked_deprecated(cycle: Cycle, today: date) -> str:
    """Say that a package is marked deprecated, and since when: a mark of a coming day speaks of its end."""
    if not isinstance(cycle.eol, date):
        return "marked deprecated"
    if cycle.eol < today:
        return f"marked deprecated since {cycle.eol}, {distance(cycle.eol, today)}"
    return f"marked deprecated; it ends {cycle.eol}, {distance(cycle.eol, today)}"


def marked(mark: Mark | None, *, words: bool = False) -> str:
    """Say what a package's own mark says of it; with the maintainers' `words`, where there are any."""
    said = _MARKS.get(mark.word if mark else "", "marked deprecated")
    quote = shorten(" ".join(mark.text.split()), _QUOTED).rstrip(" .") if mark and words else ""
    return f"{said} by its maintainers" + (f': "{quote}"' if quote else "")


def called(cycle: Cycle, today: date | None = None) -> str:
    """Name a cycle as its product labels it, and say that it is LTS where the label does not.

    With a day given, a cycle that becomes LTS after it is not called so.
    """
    label = cycle.label or cycle.name
    later = isinstance(cycle.lts, date) and today is not None and cycle.lts > today
    return label if cycle.lts is False or later or "LTS" in label else f"{label} LTS"


def untitled(label: str, title: str) -> str:
    """Take the product's title off a cycle's label that stands behind it."""
    return label[len(title) + 1 :] if label.casefold().startswith(title.casefold() + " ") else label


def advised(advice: Advice) -> str:
    """Name the cycle to move to, and say that it is LTS where its name does not; empty where there is none."""
    name = advice.cycle or ""
    return f"{name} LTS" if advice.lts and "LTS" not in name else name


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun: "1 finding", "3 findings", "1,204 dependencies"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def reason(word: Reason) -> str:
    """Say why no cycle is known, as it stands behind a dependency or a number of them."""
    return _REASONS[word]


def judged(by_status: Mapping[Status, int]) -> int:
    """Count the dependencies whose cycle is known."""
    return sum(number for status, number in by_status.items() if status not in _NOT_JUDGED)


def coverage(by_status: Mapping[Status, int], by_reason: Mapping[Reason, int]) -> str:
    """Say how many dependencies were judged and how many were not, and why."""
    total = sum(by_status.values())
    if not total:
        return "No dependencies were found, so nothing was judged."
    numbers = [(by_status.get(status, 0), str(status)) for status in Status if status not in _NOT_JUDGED]
    parts = [f"{judged(by_status):,} judged{_listed(numbers)}"] if judged(by_status) else ["none judged"]
    if unknown := by_status.get(Status.UNKNOWN, 0):
        why = [(by_reason.get(word, 0), text) for word, text in _REASONS.items() if word not in NO_PRODUCT]
        parts.append(f"{unknown:,} unknown{_listed(why)}")
    if unnamed := by_reason.get(Reason.NO_PURL, 0):
        parts.append(f"{unnamed:,} {_REASONS[Reason.NO_PURL]}")
    if untracked := by_status.get(Status.UNTRACKED, 0) - unnamed:
        them = "it" if untracked == 1 else "them"
        parts.append(f"{untracked:,} not tracked: nobody publishes an end date for {them}")
    return f"{counted(total, 'dependency', 'dependencies')}: {', '.join(parts)}."


def judged_with(data: Stamp, today: date) -> str:
    """Say as of which day, and with which product data, everything was judged."""
    products = counted(data.products, "product")
    return f"Judged as of {today} with data of {data.date} ({products}, revision {data.revision})."


def old_data(data: Stamp, today: date) -> str:
    """Say that the product data is too old to be relied on, without a full stop; empty where it is not."""
    days = (today - data.date).days
    if days <= _OLD_DATA_DAYS:
        return ""
    return f"The product data is {days:,} days old and misses what was announced since"


def _span(start: date, end: date) -> str:
    days = (end - start).days
    if days < _DAYS:
        return counted(days, "day")
    # Sixty days in July and August are one whole month and a bit; two is the better word.
    months = max(2, (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day))
    if months < _MONTHS:
        return counted(months, "month")
    years, months = divmod(months, 12)
    return counted(years, "year") + (f" and {counted(months, 'month')}" if months else "")


def _listed(numbers: list[tuple[int, str]]) -> str:
    listed = ", ".join(f"{number:,} {word}" for number, word in numbers if number)
    return f" ({listed})" if listed else ""
