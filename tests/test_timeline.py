"""The laws of the drawing, and some drawings to look at."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scanner.model import Cycle, Product
from scanner.plugin import Style
from scanner.text import width
from scanner.timeline import draw
from tests.sample import DJANGO, HOSTILE, TODAY

PIPE = Style()
COLOR = re.compile(r"\x1b\[[0-9;]*m")

_DAYS = st.dates(date(1995, 1, 1), date(2045, 12, 31))
_ENDINGS = st.none() | st.booleans() | _DAYS
_CYCLES = st.builds(
    Cycle,
    name=st.text(max_size=20),
    released=st.none() | _DAYS,
    eoas=_ENDINGS,
    eol=_ENDINGS,
    eoes=_ENDINGS,
    lts=st.booleans() | _DAYS,
    label=st.none() | st.text(max_size=60) | st.just(HOSTILE),
)
_PRODUCTS = st.lists(_CYCLES, max_size=20).map(lambda cycles: product(*cycles))


def product(*cycles: Cycle) -> Product:
    return Product(id="thing", title="Thing", link="https://endoflife.date/thing", cycles=cycles)


def many(number: int) -> Product:
    start = date(2025, 1, 1)
    cycles = (
        Cycle(name=f"c{n}", released=start - timedelta(days=200 * n), eol=start - timedelta(days=200 * n - 300))
        for n in range(1, number + 1)
    )
    return product(*cycles)


def row_of(text: str, name: str) -> str:
    (row,) = [line for line in text.splitlines() if line[2:].startswith(f"{name} ")]
    return row


def pointed(text: str) -> int:
    """Return the column under which the drawing writes that it is today."""
    (line,) = [line for line in text.splitlines() if f"today, {TODAY}" in line]
    return line.index("^")


def names_of(text: str) -> list[str]:
    return re.findall(r"^[* ] (c\d+) ", text, re.MULTILINE)


def test_a_drawing() -> None:
    assert draw(DJANGO, TODAY, Style(60), current="3.2").splitlines() == [
        "             2021          2026       active      security",
        "  5.2 LTS                ███▒│▒▒▒▒▒   2025-12-03  2028-04-30",
        "* 3.2 (LTS)  ███▒▒▒▒▒▒▒      │        2021-12-07  2024-04-01",
        "                             ^ today, 2026-11-22",
        "  * this version   █ active support   ▒ security fixes",
    ]


@pytest.mark.parametrize("columns", [None, 40, 60, 80, 120])
def test_a_bar_ends_on_its_last_supported_day(columns: int | None) -> None:
    cycle = Cycle(name="c1", released=date(2024, 5, 1), eol=TODAY)
    later = Cycle(name="c2", released=date(2022, 5, 1), eol=date(2029, 1, 1))
    text = draw(product(cycle, later), TODAY, Style(columns))
    bar, column = row_of(text, "c1"), pointed(text)
    full = "=" if columns is None else "█"
    assert bar[column] == full
    assert not bar[column + 1 :].partition("2026-11-22")[0].strip()
    assert bar[column - 1] == full


@given(released=_DAYS, eol=_DAYS, columns=st.integers(40, 120))
def test_every_bar_is_as_long_as_its_cycle(released: date, eol: date, columns: int) -> None:
    assume(released <= eol)
    whole = Cycle(name="c0", released=date(1995, 1, 1), eol=date(2045, 12, 31))
    text = draw(product(whole, Cycle(name="c1", released=released, eol=eol)), date(2045, 12, 31), Style(columns))
    cells, start = row_of(text, "c0").count("█"), row_of(text, "c0").index("█")
    bar = row_of(text, "c1").rpartition("  ")[0].rstrip("│ ")
    days = (whole.eol - date(1995, 1, 1)).days + 1 if isinstance(whole.eol, date) else 0
    assert bar.index("█") == start + (released - date(1995, 1, 1)).days * cells // days
    assert len(bar) - 1 == start + (eol - date(1995, 1, 1)).days * cells // days


@given(of=_PRODUCTS, columns=st.none() | st.integers(40, 120), today=_DAYS, cycles=st.integers(1, 15))
def test_no_line_is_wider_than_it_may_be(of: Product, columns: int | None, today: date, cycles: int) -> None:
    text = draw(of, today, Style(columns), cycles=cycles)
    assert max(map(width, text.splitlines())) <= (columns or 100)


@given(of=_PRODUCTS, columns=st.none() | st.integers(40, 120), today=_DAYS)
def test_colour_changes_no_character(of: Product, columns: int | None, today: date) -> None:
    plain = draw(of, today, Style(columns))
    assert "\x1b" not in plain
    assert COLOR.sub("", draw(of, today, Style(columns, color=True))) == plain


@given(today=_DAYS, columns=st.integers(40, 120))
def test_today_stands_inside_of_the_axis_in_every_row(today: date, columns: int) -> None:
    cycles = (Cycle(name="c1", released=date(2001, 2, 3), eol=date(2003, 4, 5)), Cycle(name="c2", eol=date(2044, 1, 1)))
    text = draw(product(*cycles), today, Style(columns))
    (line,) = [line for line in text.splitlines() if f"today, {today}" in line]
    for name, end in (("c1", "2003-04-05"), ("c2", "2044-01-01")):
        row = row_of(text, name)
        assert row[line.index("^")] in "│█·"
        assert line.index("^") < row.index(end)


@pytest.mark.parametrize("number", [1, 3, 12, 13, 14, 30, 155])
@pytest.mark.parametrize("place", [0, 1, 6, 12, 13, 29, 154, None])
def test_no_cycle_is_lost_silently(number: int, place: int | None) -> None:
    current = None if place is None else f"c{place + 1}"
    text = draw(many(number), TODAY, PIPE, current)
    left_out = sum(
        int(found) for found in re.findall(r"\.\.\. (\d+) (?:newer|more|older) cycles?$", text, re.MULTILINE)
    )
    assert len(names_of(text)) + left_out == number
    assert len(names_of(text)) == min(number, 12)


def test_the_cycle_in_use_is_drawn_with_its_neighbours_and_marked() -> None:
    text = draw(many(40), TODAY, PIPE, "c30", cycles=5)
    assert names_of(text) == ["c1", "c2", "c29", "c30", "c31"]
    assert [line[:5] for line in text.splitlines() if line.startswith("*")] == ["* c30"]
    assert "  ... 26 more cycles\n" in text
    assert "  ... 9 older cycles\n" in text
    assert "* this version" in text


def test_one_cycle_left_out_is_one() -> None:
    assert "  ... 1 older cycle\n" in draw(many(13), TODAY, PIPE)
    assert "  ... 1 newer cycle\n" in draw(many(13), TODAY, PIPE, "c3", cycles=3)


def test_a_cycle_that_the_product_does_not_have_is_not_marked() -> None:
    assert "*" not in draw(DJANGO, TODAY, PIPE, "1.0")


def test_each_kind_of_support_has_its_glyph_and_its_date() -> None:
    cycle = Cycle(
        name="c1", released=date(2020, 1, 1), eoas=date(2022, 1, 1), eol=date(2024, 1, 1), eoes=date(2028, 1, 1)
    )
    for columns, glyphs in ((None, "=-~"), (100, "█▒░")):
        text = draw(product(cycle), TODAY, Style(columns))
        row = row_of(text, "c1")
        assert [row.index(glyph) for glyph in glyphs] == sorted(row.index(glyph) for glyph in glyphs)
        assert row.endswith("2022-01-01  2024-01-01  2028-01-01")
        assert text.splitlines()[0].endswith("active      security    extended")
        for glyph, meaning in zip(glyphs, ("active support", "security fixes", "extended support"), strict=True):
            assert f"{glyph} {meaning}" in text


def test_where_nobody_divides_support_it_is_just_supported() -> None:
    text = draw(product(Cycle(name="c1", released=date(2020, 1, 1), eol=date(2030, 1, 1))), TODAY, PIPE)
    assert "= supported" in text
    assert text.splitlines()[0].endswith("until")


def test_an_end_that_is_not_announced_is_open() -> None:
    row = row_of(draw(product(Cycle(name="c1", released=date(2020, 1, 1), eol=False)), TODAY, PIPE), "c1")
    assert row.endswith("=>  no end announced")
    assert len(row) == 100


def test_an_end_of_unknown_day_is_somewhere_between_the_release_and_today() -> None:
    text = draw(product(Cycle(name="c1", released=date(2020, 1, 1), eol=True)), TODAY, PIPE)
    row = row_of(text, "c1")
    assert row.endswith("over, day unknown")
    assert row[pointed(text)] == "."
    assert "=" not in row
    assert ". day unknown" in text


def test_a_release_of_unknown_day_leaves_only_the_end_sure() -> None:
    text = draw(product(Cycle(name="c1", eol=TODAY)), TODAY, PIPE)
    row = row_of(text, "c1")
    assert row[pointed(text)] == "="
    assert row.count("=") == 1
    assert row[pointed(text) - 1] == "."


@pytest.mark.parametrize("eol", [True, None])
def test_a_cycle_without_any_day_still_has_its_row(eol: bool | None) -> None:  # noqa: FBT001 -- a parameter of pytest
    row = row_of(draw(product(Cycle(name="c1", eol=eol)), TODAY, PIPE) + "c1 ", "c1")
    assert set(row.removesuffix("over, day unknown")) <= set("c1 |")


def test_active_support_never_outlasts_the_end() -> None:
    cycle = Cycle(name="c1", released=date(2020, 1, 1), eoas=date(2030, 1, 1), eol=TODAY)
    text = draw(product(cycle), TODAY, PIPE)
    assert row_of(text, "c1")[: pointed(text) + 2].endswith("= ")


def test_long_labels_give_way_to_names_and_names_are_cut_visibly() -> None:
    label = "Reader Paper (11th Generation), Signature Edition"
    cycles = (Cycle(name="paper-11", label=label, eol=TODAY), Cycle(name="p" * 50, eol=TODAY))
    text = draw(product(*cycles), TODAY, PIPE)
    assert "  paper-11 " in text
    assert f"  {'p' * 22}..  " in text


def test_a_narrow_drawing_keeps_the_end_of_security_support() -> None:
    cycle = Cycle(
        name="c1", released=date(2020, 1, 1), eoas=date(2022, 1, 1), eol=date(2024, 1, 1), eoes=date(2028, 1, 1)
    )
    row = row_of(draw(product(cycle), TODAY, Style(40)), "c1")
    assert row.endswith("2024-01-01")
    assert "2022-01-01" not in row


def test_years_stand_above_their_first_day() -> None:
    years = draw(product(Cycle(name="c1", released=date(2020, 1, 1), eol=date(2029, 12, 31))), TODAY, Style(120))
    head, row = years.splitlines()[:2]
    assert head.index("2020") == row.index("█")
    assert re.findall(r"\d{4}", head) == [str(year) for year in range(2020, 2030)]


def test_a_product_without_cycles_says_so() -> None:
    assert draw(product(), TODAY, PIPE) == "No release cycles of Thing are known.\n"


@pytest.mark.parametrize("cycle", [Cycle(name=HOSTILE, label=HOSTILE, released=TODAY, eol=TODAY)])
def test_text_of_a_product_file_commands_nobody(cycle: Cycle) -> None:
    text = draw(product(cycle), TODAY, Style(200))
    assert "##[" not in text
    assert all(char == "\n" or char.isprintable() for char in text)
