"""Draws the life of release cycles in SVG: a bar for each, all on one axis, before the line of today.

https://www.w3.org/TR/SVG2/. All places are percentages: a drawing takes whatever room its page has.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.endings import ended, phases
from scanner.page.markup import Html, joined, tag
from scanner.wording import ending_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model import Cycle, Extension

# What is further away is cut: a system of the year 2001 may not press all others together.
_YEARS_BEFORE, _YEARS_AFTER = 7, 6
_MOST_LABELS: Final = 7
# The least that can be seen, in percent of the width.
_THINNEST: Final = 0.4

# The parts of a drawing, and what a legend says of each.
LEGEND: Final = (
    ("active", "active support"),
    ("security", "security fixes"),
    ("extended", "extended support, mostly paid"),
    ("carried", "extended support that you have"),
    ("unsure", "day unknown"),
    ("over", "time without support"),
    ("today", "today"),
)


class Axis(NamedTuple):
    """Maps days to percent of the width; it begins and ends with a year."""

    first: int
    last: int

    def at(self, day: date) -> float:
        """Return where a day stands; what lies beyond the axis stands at its edge."""
        start, end = date(self.first, 1, 1).toordinal(), date(self.last, 1, 1).toordinal()
        return round(min(max(0, (day.toordinal() - start) / (end - start)), 1) * 100, 2)

    def years(self) -> list[int]:
        """List the years to mark, as many as have room for their names."""
        step = next(step for step in (1, 2) if (self.last - self.first) / step <= _MOST_LABELS)
        return [year for year in range(self.first + 1, self.last) if year % step == 0]


class _Phase(NamedTuple):
    """One kind of support between two places of the axis, in percent."""

    kind: str
    start: float
    end: float
    open: bool = False


def axis(cycles: Iterable[Cycle], today: date) -> Axis:
    """Return an axis for the lives of some cycles: some years around today, or fewer."""
    ends = [end for cycle in cycles for end in (cycle.released, cycle.eoas, cycle.eol, cycle.eoes)]
    years = [end.year for end in ends if isinstance(end, date)]
    first = max(min([today.year, *years]), today.year - _YEARS_BEFORE)
    last = min(max([today.year + 1, *years]) + 1, today.year + _YEARS_AFTER, date.max.year)
    return Axis(min(first, last - 1), last)


def style(axis: Axis) -> str:
    """Return the rule that marks the years behind every drawing: it is a page's own, and costs a drawing nothing."""
    places = (axis.at(date(year, 1, 1)) for year in axis.years())
    marks = ", ".join(f"linear-gradient(var(--line) 0 0) {place}% 0 / 1px 100% no-repeat" for place in places)
    return f".life {{ background: {marks or 'none'}; }}\n"


def definitions() -> Html:
    """Write what all drawings of a page share: arrows and a hatching."""
    hatching = tag(
        "pattern", tag("path", d="M-1 1L1 -1M0 5L5 0M4 6L6 4"),
        id="hatching", width=5, height=5, patternUnits="userSpaceOnUse",
    )  # fmt: skip
    later = tag("path", d="M-6 6L0 11L-6 16Z", class_="arrow", id="later")
    earlier = tag("path", d="M6 6L0 11L6 16Z", class_="arrow", id="earlier")
    return tag("svg", tag("defs", later, earlier, hatching), class_="shared", aria_hidden="true")


def scale(axis: Axis, today: date) -> Html:
    """Write the years above the drawings, and where today is; those who do not see them hear what stands below."""
    here = axis.at(today)
    places = {year: axis.at(date(year, 1, 1)) for year in axis.years()}
    room = 12  # in percent: half of two names
    labels = [
        tag("text", str(year), x=f"{place}%", y=12)
        for year, place in places.items()
        if abs(place - here) > room and room / 2 < place < 100 - room / 2
    ]
    now = tag("text", "today", x=f"{here}%", y=12, class_="now")
    years = tag("svg", *labels, now, class_="scale", aria_hidden="true")
    return joined((tag("span", "Life of the cycle", class_="hidden"), years))


def bar(cycle: Cycle, axis: Axis, today: date, extension: Extension | None = None, *, mute: bool = False) -> Html:
    """Draw the life of one cycle, and say the same in words for those who do not see it, unless they stand beside."""
    parts = [part for phase in _phases(cycle, axis, today, extension) for part in _drawn(phase)]
    if cycle.released and cycle.released.year < axis.first:
        parts.append(tag("use", href="#earlier", x="0%"))
    return tag(
        "svg", *parts, _line(axis.at(today), axis.at(today), "today"),
        class_="life", aria_hidden="true" if mute else None,
        role=None if mute else "img", aria_label=None if mute else described(cycle, today),
    )  # fmt: skip


def described(cycle: Cycle, today: date) -> str:
    """Say when a cycle came out and when each kind of its support ends, as far as it is tracked."""
    said = [f"Released {cycle.released}."] if cycle.released else []
    kinds = (("Active", cycle.eoas), ("Security", cycle.eol), ("Extended", cycle.eoes))
    said += [f"{word} support {ending_of(cycle, end, today)}." for word, end in kinds if end is not None]
    return " ".join(said) or "No dates are known."


def _phases(cycle: Cycle, axis: Axis, today: date, extension: Extension | None) -> list[_Phase]:
    here = axis.at(today)
    at = axis.at(cycle.released) if cycle.released else None
    found: list[_Phase] = []
    for support, end in phases(cycle, cycle.eoes if extension is None else extension.until):
        kind = "carried" if support == "extended" and extension else support
        last = axis.at(end) if isinstance(end, date) else here if end else 100.0
        # Of a cycle whose first day nobody knows, what lies ahead is known, and what lies behind is not.
        start = here if at is None else at
        if last > start:
            found.append(_Phase("unsure" if end is True else kind, start, last, end is False))
        at = last if at is None else max(at, last)
    if ended(cycle.eol, today) and isinstance(cycle.eol, date) and extension is None:
        found.append(_Phase("over", axis.at(cycle.eol), here))
    return found


def _drawn(phase: _Phase) -> list[Html]:
    if phase.kind == "over":
        return [_line(phase.start, phase.end, "over")]
    width = round(max(phase.end - phase.start, _THINNEST), 2)
    parts = [tag("rect", x=f"{phase.start}%", width=f"{width}%", class_=phase.kind)]
    return [*parts, tag("use", href="#later", x="100%")] if phase.open or phase.end >= 100 else parts  # noqa: PLR2004 -- percent


def _line(start: float, end: float, kind: str) -> Html:
    top, bottom = (11, 11) if start < end else (0, 22)
    return tag("line", x1=f"{start}%", x2=f"{end}%", y1=top, y2=bottom, class_=kind)
