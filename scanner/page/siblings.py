"""The cycles of a product around the one in use: how each lives, when each ends, which to move to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from scanner.page import lifelines
from scanner.page.markup import Html, joined, tag
from scanner.wording import called, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import Cycle, Ending, Match, Product
    from scanner.page.groups import Sight

_CYCLES: Final = 7


def siblings(match: Match, move_to: str | None, sight: Sight) -> Html:
    """Draw the cycles of a product around the one in use, and say when each ends."""
    product, today = match.product, sight.today
    kept = _kept(product, {match.cycle.name, move_to or ""})
    columns = [(head, ends) for head, ends in _columns(kept).items() if any(ends)]
    heads = [
        tag("th", head, scope="col")
        for head in ("Cycle", lifelines.scale(sight.axis, today), *(head for head, _ in columns))
    ]
    rows = [
        tag(
            "tr",
            tag("th", called(cycle, today), _noted(cycle, match, move_to, sight), scope="row"),
            tag("td", _sibling(cycle, match, sight), class_="c-life"),
            *(tag("td", ends[number]) for _, ends in columns),
            class_="current" if cycle.name == match.cycle.name else None,
        )
        for number, cycle in enumerate(kept)
    ]
    left = len(product.cycles) - len(kept)
    note = tag("p", f"{counted(left, 'more cycle')} not shown.", class_="quiet") if left else Html()
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="siblings")
    # What scrolls must be reached by keys.
    wide = tag("div", table, class_="wide", tabindex=0, role="group", aria_label=f"Cycles of {product.title}")
    return joined((wide, note)) if kept else Html()


def _kept(product: Product, wanted: set[str]) -> list[Cycle]:
    """Choose the cycles to draw: those wanted, their neighbours, then the newest."""
    cycles = product.cycles
    here = [index for index, cycle in enumerate(cycles) if cycle.name in wanted]
    near = [index + step for step in (-1, 1) for index in here if 0 <= index + step < len(cycles)]
    kept = list(dict.fromkeys((*here, *near, *range(len(cycles)))))[:_CYCLES]
    return [cycles[index] for index in sorted(kept)]


def _columns(cycles: Sequence[Cycle]) -> dict[str, list[str]]:
    return {
        "Active": [_until(cycle.eoas) for cycle in cycles],
        "Security": [_until(cycle.eol) for cycle in cycles],
        "Extended": [_until(cycle.eoes) for cycle in cycles],
        "Newest": [cycle.latest or "" for cycle in cycles],
    }


def _until(end: Ending) -> str:
    if isinstance(end, date):
        return end.isoformat()
    return "" if end is None else "over" if end else "no end announced"


def _sibling(cycle: Cycle, match: Match, sight: Sight) -> Html:
    extension = match.extension if cycle.name == match.cycle.name else None
    return lifelines.bar(cycle, sight.axis, sight.today, extension, mute=True)


def _noted(cycle: Cycle, match: Match, move_to: str | None, sight: Sight) -> Html:
    used = (match.product.id, cycle.name) in sight.used
    words = ["in use"] if used else []
    if cycle.name == move_to:
        words.append("move to this")
    return joined((" ", tag("small", ", ".join(words)))) if words else Html()
