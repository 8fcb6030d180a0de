"""The first look at a repository, in text: what it stands on, and what of it ends next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.brief import away
from scanner.inventory import coming, end, name, standings
from scanner.layout import BOLD, COLORS, DIM, GREEN, YELLOW, columns, flowing, indented, painted, safe
from scanner.model import Status
from scanner.wording import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from scanner.model import Report, Used
    from scanner.plugin import Style

# The long tail is in the findings, and in other formats.
_SHOWN_ENDINGS: Final = 5
_SHOWN_PRODUCTS: Final = 6
_SHOWN_CYCLES: Final = 3
_ROOM_BESIDE_HEADING: Final = 40
_BAR: Final = 12

# Of these the day is enough.
_QUIET: Final = frozenset({Status.EXTENDED, Status.DISTRO_MAINTAINED, Status.SUPPORTED})


def in_use(report: Report, style: Style) -> list[str]:
    """Name what the project stands on; a single file speaks for itself."""
    if len(report.inputs) <= 1:
        return []
    found = [(kind.heading, list(_products(kind.products, report.today))) for kind in standings(report.inventory)]
    if not found:
        return []
    start = max(len(heading) for heading, _ in found) + 4
    beside = style.width is None or style.width - start >= _ROOM_BESIDE_HEADING
    lines = [painted("in use", BOLD, style)]
    for heading, items in found:
        flow = list(flowing(items, start if beside else 4, style))
        above = [f"  {heading:{start - 2}}{flow.pop(0)[start:]}"] if beside else indented(heading, 2, style)
        lines += [*above, *flow]
    return lines


def ends_next(report: Report, style: Style) -> list[str]:
    """Draw how long the cycles go on that end next, unless a finding tells it of the only one."""
    found = coming(report.inventory, report.today, _SHOWN_ENDINGS)
    if not found or (len(found) == 1 and found[0][1].status is not Status.SUPPORTED):
        return []
    longest = max((day - report.today).days for day, _ in found) or 1
    rows = []
    for day, used in found:
        left = (day - report.today).days * _BAR // longest
        bar = ("=" if style.width is None else "█") * max(1, left)
        color = YELLOW if used.status is Status.EXPIRING else GREEN
        rows.append(((str(day), ""), (away(day, report.today), ""), (bar, color), (safe(name(used)), BOLD)))
    head = painted("ends next", BOLD, style)
    inside = style if style.width is None else style._replace(width=style.width - 2)
    # Where there is little room, the bars go first.
    for kept in ((0, 1, 2, 3), (0, 1, 3), (0, 3)):
        if lines := columns([[row[number] for number in kept] for row in rows], inside):
            return [head, *(f"  {line}" for line in lines)]
    return [head, *(line for (day, _), *_, (title, _) in rows for line in indented(f"{day}  {title}", 2, style))]


def _products(products: Sequence[Sequence[Used]], today: date) -> Iterator[tuple[str, str]]:
    """Say of each product which of its cycles are in use, with their ends; where there are many, the worst."""
    for uses in products[:_SHOWN_PRODUCTS]:
        worst = sorted(uses, key=lambda used: used.status.rank)[:_SHOWN_CYCLES]
        for number, used in enumerate(used for used in uses if used in worst):
            ended = end(used, today)
            text = f"{name(used, title=not number)}{f' ({ended})' if ended else ''}"
            yield safe(text), "" if used.status in _QUIET else COLORS.get(used.status, "")
        if len(uses) > len(worst):
            yield f"{len(uses) - len(worst):,} more", DIM
    if len(products) > _SHOWN_PRODUCTS:
        yield f"and {counted(len(products) - _SHOWN_PRODUCTS, 'more product')}", DIM
