"""Laws of the words in settings and options."""

from __future__ import annotations

import pytest

from scanner.model import Gate, ScanError, Status
from scanner.terms import parse_day, parse_gate, parse_window
from tests.sample import HOSTILE


@pytest.mark.parametrize(
    ("text", "days"),
    [("90d", 90), ("12w", 84), ("3m", 90), ("1y", 365), ("0d", 0), ("auto", None), (" 90D ", 90), ("AUTO", None)],
)
def test_a_window_is_read_in_days(text: str, days: int | None) -> None:
    assert parse_window(text) == days


@pytest.mark.parametrize("text", ["", "d", "90", "-1d", "1.5y", "90 d", "9x", "٣d", "²d", "9" * 5000 + "d", HOSTILE])
def test_a_window_that_is_none_is_answered_with_examples(text: str) -> None:
    with pytest.raises(
        ScanError, match=r"^The window '.*' cannot be read: write days, .* 90d, 12w, 3m or 1y, or auto\.$"
    ):
        parse_window(text)


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("eol", {Status.EOL}),
        ("eol,deprecated", {Status.EOL, Status.DEPRECATED}),
        (" Expiring ,", {Status.EXPIRING, Status.EOL}),
        ("security-only,superseded", {Status.SECURITY_ONLY, Status.SUPERSEDED}),
        ("unknown,untracked", {Status.UNKNOWN, Status.UNTRACKED}),
        ("never", set()),
    ],
)
def test_statuses_are_words_divided_by_commas(text: str, statuses: set[Status]) -> None:
    assert parse_gate(text) == Gate(frozenset(statuses))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("expirng", "Did you mean 'expiring'?"),
        ("security_only", "Did you mean 'security-only'?"),
        ("nevr", "Did you mean 'never'?"),
        ("eol,supported", "'supported' is no status that can fail a run."),
        ("zzz", "The words are: eol, expiring, security-only, deprecated, superseded, unknown, untracked; or never."),
        ("", "No status is named."),
        (" , ", "No status is named."),
        ("never,eol", "stands alone"),
        (HOSTILE, "is no status"),
    ],
)
def test_a_word_that_is_no_status_is_answered_with_the_words(text: str, hint: str) -> None:
    with pytest.raises(ScanError) as caught:
        parse_gate(text)
    assert hint in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "text", ["", "20270331", "2027-W13-3", "2027-W13", "2027-3-31", " 2027-03-31", "2027-02-30", HOSTILE]
)
def test_a_day_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ScanError, match=r"^'.*' is no day: write it like 2026-11-22\.$"):
        parse_day(text)
    assert str(parse_day("2027-03-31")) == "2027-03-31"
