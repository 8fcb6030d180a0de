"""`primaryLocationLineHash`: GitHub's own answers, and the definition written out the slow way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import linehash
from scanner.linehash import line_hashes

LOREM = "Lorem ipsum dolor sit amet.\n" * 10


def hashes(text: str) -> list[str]:
    every = line_hashes(text, range(1, len(text) + 2))
    return [every[line] for line in range(1, len(every) + 1)]


def slow_hashes(text: str) -> list[str]:
    """Hash every line by the definition: 100 UTF-16 units from its first that is no blank."""
    ends = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = [char for char in ends if char not in " \t"] + ["\uffff"]
    starts = [0] + [position + 1 for position, char in enumerate(kept) if char == "\n"]
    seen: list[int] = []
    for start in starts:
        data = "".join(kept[start : start + 100]).encode("utf-16-be", "surrogatepass")
        units = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        value = 0
        for unit in (units + [0] * 100)[:100]:
            value = (value * 37 + unit) % 2**64
        seen.append(value)
    return [f"{value:x}:{seen[: line + 1].count(value)}" for line, value in enumerate(seen)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " a\nb\n  \t\tc\n d",
            ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"],
        ),
        (
            LOREM,
            [
                *(f"a7f2ff13bc495cf2:{count}" for count in range(1, 7)),
                *("a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1"),
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
    ids=["empty", "blanks", "equal lines"],
)
def test_a_hash_is_the_one_that_github_computes(text: str, expected: list[str]) -> None:
    assert hashes(text) == expected


def test_every_kind_of_line_end_is_the_same() -> None:
    assert hashes("a\nb\n\nc\n") == hashes("a\r\nb\r\n\r\nc\r\n") == hashes("a\rb\r\rc\r")


def test_a_change_below_a_line_changes_its_hash_only_within_100_characters() -> None:
    near, far = "a\nb\n", "a\n" + "x" * 100 + "\nb\n"
    assert hashes(near)[0] != hashes(near.replace("b", "c"))[0]
    assert hashes(far)[0] == hashes(far.replace("b", "c"))[0]


def test_equal_hashes_are_counted_down_the_file_even_when_the_first_is_not_asked_for() -> None:
    assert line_hashes(LOREM, [4]) == {4: "a7f2ff13bc495cf2:4"}


def test_lines_that_the_text_does_not_have_are_left_out() -> None:
    assert line_hashes("a\nb", [-1, 0, 3, 10**12]) == {}
    assert line_hashes("a\nb", []) == {}


_PARTS = st.sampled_from(
    ["a", " ", "\t", "\n", "\r", "\r\n", "ab\n" * 7, "x" * 60, "😀" * 30, "é", "\0", "\uffff", "\ud83d"]
)


@given(st.lists(_PARTS, max_size=40).map("".join))
def test_every_line_has_the_hash_of_its_definition(text: str) -> None:
    assert hashes(text) == slow_hashes(text)


@given(st.lists(_PARTS, max_size=40).map("".join), st.sets(st.integers(1, 60)))
def test_a_hash_does_not_depend_on_which_others_are_asked_for(text: str, lines: set[int]) -> None:
    every = dict(enumerate(slow_hashes(text), start=1))
    assert line_hashes(text, lines) == {line: every[line] for line in lines if line in every}


def test_a_line_that_is_like_no_asked_one_costs_a_glance(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def window(text: str, start: int) -> bytes:
        looked_at.append(start)
        return real(text, start)

    real = linehash._window
    monkeypatch.setattr(linehash, "_window", window)
    text = "".join(f'{{\n  "name": "package-{number}"\n}},\n' for number in range(1000))
    assert len(line_hashes(text, range(2, 3000, 300))) == 10
    assert len(looked_at) == 10
