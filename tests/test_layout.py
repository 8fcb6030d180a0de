"""The laws of text laid out for a terminal."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from scanner.layout import RED, columns, flowing, indented, painted, safe, wrapped
from scanner.plugin import Style
from scanner.text import width

COLOR = re.compile(r"\x1b\[[0-9;]*m")
TEXTS = st.text("ab/: 支#[", max_size=60).map(safe)


@given(text=TEXTS, room=st.integers(2, 40))
def test_wrapping_keeps_to_the_room_and_loses_nothing(text: str, room: int) -> None:
    lines = wrapped(text, room)
    assert all(width(line) <= room for line in lines)
    # A mark that a log would obey at the beginning of a line is broken by a space.
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(texts=st.lists(TEXTS, max_size=6), room=st.integers(2, 40), indent=st.integers(0, 4))
def test_what_flows_keeps_to_the_width_and_colour_changes_no_character(
    texts: list[str], room: int, indent: int
) -> None:
    items = [(text, RED) for text in texts]
    plain = list(flowing(items, indent, Style(room + indent)))
    assert all(width(line) <= room + indent for line in plain)
    assert [COLOR.sub("", line) for line in flowing(items, indent, Style(room + indent, color=True))] == plain


def test_what_fits_a_line_is_not_broken_where_texts_flow() -> None:
    items = [("one two", ""), ("three four", ""), ("five", "")]
    assert list(flowing(items, 2, Style(16))) == ["  one two,", "  three four,", "  five"]
    assert list(flowing(items, 2, Style())) == ["  one two, three four, five"]
    assert list(flowing([], 2, Style())) == []


def test_the_second_line_of_a_text_stands_further_in() -> None:
    assert list(indented("one two three", 2, Style(11))) == ["  one two", "    three"]
    assert list(indented("one two", 2, Style())) == ["  one two"]


def test_columns_stand_under_each_other_and_are_none_where_they_are_too_wide() -> None:
    rows = [[("a", ""), ("", ""), ("long", RED)], [("bb", ""), ("", ""), ("c", "")]]
    assert columns(rows, Style()) == ["a   long", "bb  c"]
    assert columns(rows, Style(7)) == []
    assert columns(rows, Style(8, color=True)) == ["a   \x1b[1;31mlong\x1b[0m", "bb  c"]
    assert columns([], Style()) == []


def test_nothing_is_painted_where_colour_is_not_welcome() -> None:
    assert painted("a", RED, Style()) == "a"
    assert painted("", RED, Style(color=True)) == ""
