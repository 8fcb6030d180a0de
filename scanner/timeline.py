"""Draws the release cycles of a product as a timeline in text: one row for each, newest first.

Every date of a cycle is a cell of one time axis, and a bar ends in the cell of its last supported
day. In a terminal bars are made of block characters, in a pipe, whose encoding nobody knows, of ASCII.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.endings import phases
from scanner.layout import BLUE, BOLD, DIM, GREEN, YELLOW, painted
from scanner.text import clean, for_log, width
from scanner.wording import called, counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.model import Cycle, Ending, Product
    from scanner.plugin import Style

_PIPE_WIDTH = 100
_NARROWEST = 40
_FEWEST_CELLS = 12
_LONGEST_LABEL = 24
# What has no announced end goes on at least this long after today, to be seen.
_OPEN = timedelta(days=180)
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

_MARK = "*"


class _Glyph(NamedTuple):
    """What a cell shows, in a terminal and in a pipe, its colour, and what it means."""

    block: str
    ascii: str
    color: str
    meaning: str


_ACTIVE: Final = _Glyph("█", "=", GREEN, "active support")
_SECURITY: Final = _Glyph("▒", "-", YELLOW, "security fixes")
_EXTENDED: Final = _Glyph("░", "~", BLUE, "extended support")
_UNSURE: Final = _Glyph("·", ".", DIM, "day unknown")
_OPEN_END: Final = _Glyph("►", ">", GREEN, "no announced end")
_TODAY: Final = _Glyph("│", "|", BOLD, "")
_BLANK: Final = _Glyph(" ", " ", "", "")
_KINDS: Final = {"active": _ACTIVE, "security": _SECURITY, "extended": _EXTENDED, "unsure": _UNSURE}


class _Axis(NamedTuple):
    """Maps days to cells, which are all equally long; its first and last day begin and end a year."""

    first: date
    last: date
    cells: int

    def cell(self, day: date) -> int:
        """Return the cell of a day of the axis, counted from 0."""
        return (day - self.first).days * self.cells // ((self.last - self.first).days + 1)


class _Column(NamedTuple):
    """One kind of ending at the right of the bars, a text for each cycle."""

    head: str
    texts: tuple[str, ...]

    @property
    def room(self) -> int:
        return max(map(len, (self.head, *self.texts)))


class _Row(NamedTuple):
    """One cycle, ready to be drawn; a bar has a glyph for each cell of the axis."""

    label: str
    bar: list[_Glyph]
    ends: str
    marked: bool
    over: bool


def draw(product: Product, today: date, style: Style, current: str | None = None, cycles: int = 12) -> str:
    """Draw at most `cycles` rows, with the cycle named `current` and its neighbours among them.

    Rows say how many cycles are left out. A drawing takes forty columns at least, even where the
    terminal has fewer. It ends with a line break.
    """
    if not product.cycles:
        return for_log(f"No release cycles of {clean(product.title)} are known.\n")
    kept = _kept([cycle.name for cycle in product.cycles], current, max(cycles, 3))
    shown = [product.cycles[index] for index in kept]
    total = max(style.width or _PIPE_WIDTH, _NARROWEST)
    labels = _labels(shown, today, min(total * 3 // 10, _LONGEST_LABEL))
    offset = max(map(width, labels)) + 4
    columns = _columns(shown, total - offset)
    axis = _axis(shown, today, total - offset - _taken(columns))
    rows = [
        _Row(label, _bar(cycle, axis, today), _ends(columns, number), cycle.name == current, _is_over(cycle, today))
        for number, (label, cycle) in enumerate(zip(labels, shown, strict=True))
    ]
    gaps = _gaps(kept, len(product.cycles))
    lines = [" " * offset + _years(axis) + "".join(f"  {column.head:{column.room}}" for column in columns)]
    for index, row in zip(kept, rows, strict=True):
        lines += [*gaps.get(index, ()), _drawn(row, offset, axis.cell(today), style)]
    lines += [*gaps.get(len(product.cycles), ()), _pointer(offset + axis.cell(today), total, today)]
    lines += _legend(rows, total, style)
    return for_log("".join(f"{line.rstrip()}\n" for line in lines))


def _kept(names: Sequence[str], current: str | None, limit: int) -> list[int]:
    """Choose the cycles to draw: the current one and its neighbours, then the newest."""
    kept: set[int] = set()
    if current in names:
        index = names.index(current)
        kept.update(range(max(0, index - 1), min(len(names), index + 2)))
    newest = (index for index in range(len(names)) if index not in kept)
    kept.update(index for index, _ in zip(newest, range(limit - len(kept)), strict=False))
    return sorted(kept)


def _gaps(kept: Sequence[int], total: int) -> dict[int, list[str]]:
    """Return what to say of cycles that are left out, by the index before which they stand."""
    gaps: dict[int, list[str]] = {}
    for before, after in zip((-1, *kept), (*kept, total), strict=True):
        if left_out := after - before - 1:
            word = "newer" if before < 0 else "older" if after == total else "more"
            gaps[after] = [f"  ... {counted(left_out, f'{word} cycle')}"]
    return gaps


def _labels(cycles: Sequence[Cycle], today: date, room: int) -> list[str]:
    """Name the cycles within a room: all by their labels, or all by their names, cut where they are still too long."""
    labels = [clean(called(cycle, today)) for cycle in cycles]
    if max(map(width, labels)) > room:
        labels = [clean(called(cycle._replace(label=None), today)) for cycle in cycles]
    return [_cut(label, room) for label in labels]


def _cut(text: str, room: int) -> str:
    if width(text) <= room:
        return text
    while width(text) > room - 2:
        text = text[:-1]
    return f"{text}.."


def _columns(cycles: Sequence[Cycle], room: int) -> list[_Column]:
    """Choose the endings to write: all in full words where there is room for bars too, else fewer and shorter."""
    endings = {
        "active": [cycle.eoas for cycle in cycles],
        "security": [cycle.eol for cycle in cycles],
        "extended": [cycle.eoes for cycle in cycles],
    }
    tracked = [head for head, values in endings.items() if head == "security" or any(v is not None for v in values)]
    wanted = [(tracked, True), (tracked, False), ([head for head in tracked if head != "extended"], False)]
    columns: list[_Column] = []
    for heads, full in (*wanted, (["security"], False)):
        columns = [_Column(head, tuple(_text(end, full=full) for end in endings[head])) for head in heads]
        # A third of the space tells more as bars than as words.
        if room - _taken(columns) >= max(_FEWEST_CELLS, room // 3):
            break
    if len(tracked) == 1:
        columns = [columns[0]._replace(head="until")]
    return columns


def _taken(columns: Iterable[_Column]) -> int:
    return sum(column.room + 2 for column in columns)


def _text(end: Ending, *, full: bool) -> str:
    if end is None:
        return ""
    if isinstance(end, bool):
        words = ("over, day unknown", "no end announced") if full else ("over", "no end")
        return words[0] if end else words[1]
    return end.isoformat()


def _axis(cycles: Sequence[Cycle], today: date, cells: int) -> _Axis:
    values = [end for cycle in cycles for end in (cycle.released, cycle.eoas, cycle.eol, cycle.eoes)]
    days = [today, *(value for value in values if isinstance(value, date))]
    if False in values and today < date.max - _OPEN:
        days.append(today + _OPEN)
    return _Axis(date(min(days).year, 1, 1), date(max(days).year, 12, 31), cells)


def _bar(cycle: Cycle, axis: _Axis, today: date) -> list[_Glyph]:
    """Fill the cells from the release to the last ending; where a day is unknown, the cells say so."""
    bar = [_BLANK] * axis.cells
    at = axis.cell(cycle.released) if cycle.released else 0
    for kind, end in phases(cycle, cycle.eoes):
        shown, last = _KINDS[kind], axis.cells - 1
        if isinstance(end, date):
            last = axis.cell(end)
        elif end:
            shown, last = _UNSURE, axis.cell(today) if cycle.released else -1
        for cell in range(at, last + 1):
            # Without a day of release nothing is known of the cells but the last.
            bar[cell] = shown if cycle.released or cell == last else _UNSURE
        if end is False and at < axis.cells:
            bar[-1] = _OPEN_END
        at = max(at, last + 1)
    return bar


def _is_over(cycle: Cycle, today: date) -> bool:
    ends = [end for end in (cycle.eol, cycle.eoes) if end is not None]
    return bool(ends) and all(end < today if isinstance(end, date) else end for end in ends)


def _ends(columns: Iterable[_Column], number: int) -> str:
    return "".join(f"  {column.texts[number]:{column.room}}" for column in columns)


def _years(axis: _Axis) -> str:
    """Write the years above their first cells, as many of them as do not touch."""
    years = axis.last.year - axis.first.year + 1
    step = next((step for step in _YEAR_STEPS if step * axis.cells >= years * 6), years)
    line = ""
    for year in range(axis.first.year, axis.last.year + 1):
        cell = axis.cell(date(year, 1, 1))
        if (year - axis.first.year) % step == 0 and len(line) <= max(cell - 1, 0) and cell + 4 <= axis.cells:
            line = f"{line:{cell}}{year}"
    return f"{line:{axis.cells}}"


def _drawn(row: _Row, offset: int, today: int, style: Style) -> str:
    cells = list(row.bar)
    inside = 0 < today < len(cells) - 1 and _BLANK not in (cells[today - 1], cells[today + 1])
    # The line of today crosses a bar, but never hides where it begins or ends.
    if cells[today] is _BLANK or inside:
        cells[today] = _TODAY
    label = f"{_MARK if row.marked else ' '} {row.label}"
    padding = " " * (offset - width(label))
    return painted(label, BOLD if row.marked else "", style) + padding + _painted_cells(cells, row, style) + row.ends


def _painted_cells(cells: Iterable[_Glyph], row: _Row, style: Style) -> str:
    parts = []
    for glyph, run in groupby(cells):
        color = DIM if row.over and glyph not in {_TODAY, _BLANK} else glyph.color
        parts.append(painted("".join(_character(cell, style) for cell in run), color, style))
    return "".join(parts)


def _pointer(column: int, total: int, today: date) -> str:
    words = f"today, {today}"
    if column + 2 + len(words) <= total:
        return f"{' ' * column}^ {words}"
    return f"{' ' * (column - len(words) - 1)}{words} ^"


def _legend(rows: Sequence[_Row], total: int, style: Style) -> list[str]:
    """Explain the glyphs that the drawing has, on as few lines as they take."""
    used = {glyph for row in rows for glyph in row.bar}
    items = [f"{_MARK} this version"] if any(row.marked for row in rows) else []
    for glyph in (_ACTIVE, _SECURITY, _EXTENDED, _OPEN_END, _UNSURE):
        if glyph in used:
            meaning = "supported" if glyph is _ACTIVE and _SECURITY not in used else glyph.meaning
            items.append(f"{_character(glyph, style)} {meaning}")
    lines = [""]
    for item in items:
        if lines[-1] and len(lines[-1]) + 3 + len(item) > total:
            lines.append("")
        lines[-1] += f"   {item}" if lines[-1] else f"  {item}"
    return lines


def _character(glyph: _Glyph, style: Style) -> str:
    return glyph.ascii if style.width is None else glyph.block
