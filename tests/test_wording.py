"""The words that every output shares."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Advice, Cycle, EvidenceClass, Location, Reason, Stamp, Status
from scanner.wording import (
    advised,
    at_least,
    called,
    counted,
    coverage,
    distance,
    ending,
    ending_of,
    judged,
    judged_with,
    located,
    marked_deprecated,
    old_data,
    reason,
    untitled,
)

if TYPE_CHECKING:
    from scanner.model import Ending

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 22), "today"),
        (date(2026, 11, 21), "yesterday"),
        (date(2026, 11, 23), "tomorrow"),
        (date(2026, 12, 9), "in 17 days"),
        (date(2027, 1, 20), "in 59 days"),
        (date(2027, 1, 21), "in 2 months"),
        (date(2026, 9, 23), "2 months ago"),
        (date(2024, 11, 23), "23 months ago"),
        (date(2024, 11, 22), "2 years ago"),
        (date(2024, 4, 1), "2 years and 7 months ago"),
        (date(2023, 10, 22), "3 years and 1 month ago"),
        (date(2028, 12, 22), "in 2 years and 1 month"),
        (date(9999, 12, 31), "in 7,973 years and 1 month"),
    ],
)
def test_a_distance_is_said_in_the_unit_that_says_most(day: date, words: str) -> None:
    assert distance(day, TODAY) == words


def test_sixty_days_are_never_one_month() -> None:
    assert distance(date(2026, 8, 31), date(2026, 7, 2)) == "in 2 months"


@given(st.dates(), st.dates())
def test_a_distance_is_as_far_in_both_directions(day: date, today: date) -> None:
    there, back = distance(day, today), distance(today, day)
    if abs((day - today).days) > 1:
        past, future = (there, back) if day < today else (back, there)
        assert past.removesuffix(" ago") == future.removeprefix("in ")


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 4000))
def test_what_is_further_away_is_never_said_to_be_nearer(today: date, days: int) -> None:
    def months(text: str) -> int:
        words = text.split()
        units = {"day": 0, "month": 1, "year": 12}
        return sum(int(words[at]) * units[words[at + 1].rstrip("s")] for at in range(1, len(words), 3))

    near, far = (today + timedelta(days=2 + days), today + timedelta(days=3 + days))
    assert months(distance(near, today)) <= months(distance(far, today))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (date(2024, 4, 1), "ended 2024-04-01, 2 years and 7 months ago"),
        (date(2026, 11, 21), "ended 2026-11-21, yesterday"),
        (date(2026, 11, 22), "ends 2026-11-22, today"),
        (date(2026, 12, 9), "ends 2026-12-09, in 17 days"),
        (True, "is over, day unknown"),
        (False, "has no announced end"),
        (None, "has no known end"),
    ],
)
def test_an_ending_stands_behind_the_name_of_a_cycle(end: Ending, words: str) -> None:
    assert ending(end, TODAY) == words


@pytest.mark.parametrize(
    ("rule", "lower"),
    [
        ("Not before the next major.", True),
        ("It ends not before 12 months after the next major.", True),
        ("Its end is announced at least six months before.", False),
        ("The release of the next major.", False),
        (None, False),
    ],
)
def test_a_rule_that_promises_a_shortest_time_gives_lower_bounds(rule: str | None, *, lower: bool) -> None:
    cycle = Cycle(name="1", evidence=EvidenceClass.RULE, rule=rule)
    assert at_least(cycle) is lower
    assert not at_least(cycle._replace(evidence=EvidenceClass.VENDOR)), "an announced day is a day"


@pytest.mark.parametrize("end", [date(2024, 4, 1), date(2027, 4, 1), True, False, None])
def test_a_date_that_follows_from_a_rule_was_not_announced(end: Ending) -> None:
    by_rule = Cycle(name="1", eol=end, evidence=EvidenceClass.RULE)
    said = ending_of(by_rule, end, TODAY)
    assert said.startswith(ending(end, TODAY))
    assert said.endswith(" (by policy, not announced)") is isinstance(end, date)
    assert ending_of(by_rule._replace(evidence=EvidenceClass.VENDOR), end, TODAY) == ending(end, TODAY)


@pytest.mark.parametrize(
    ("eol", "words"),
    [
        (date(2026, 11, 21), "marked deprecated since 2026-11-21, yesterday"),
        (date(2026, 11, 22), "marked deprecated; it ends 2026-11-22, today"),
        (True, "marked deprecated"),
        (None, "marked deprecated"),
    ],
)
def test_a_mark_is_told_with_its_day(eol: Ending, words: str) -> None:
    assert marked_deprecated(Cycle(name="all", eol=eol), TODAY) == words


@pytest.mark.parametrize(
    ("cycle", "name"),
    [
        (Cycle(name="3.2"), "3.2"),
        (Cycle(name="3.2", lts=True), "3.2 LTS"),
        (Cycle(name="3.2", lts=True, label="3.2 (LTS)"), "3.2 (LTS)"),
        (Cycle(name="24.04", lts=True, label="24.04 'Noble Numbat'"), "24.04 'Noble Numbat' LTS"),
        (Cycle(name="26", lts=date(2026, 11, 22)), "26 LTS"),
        (Cycle(name="26", lts=date(2026, 11, 23)), "26"),
    ],
)
def test_a_cycle_is_called_lts_once_and_from_the_day_on_which_it_is(cycle: Cycle, name: str) -> None:
    assert called(cycle, TODAY) == name


def test_numbers_and_nouns_agree() -> None:
    assert counted(0, "finding") == "0 findings"
    assert counted(1, "dependency", "dependencies") == "1 dependency"
    assert counted(1204, "dependency", "dependencies") == "1,204 dependencies"


@pytest.mark.parametrize(
    ("by_status", "by_reason", "words"),
    [
        ({}, {}, "No dependencies were found, so nothing was judged."),
        ({Status.EOL: 1}, {}, "1 dependency: 1 judged (1 eol)."),
        (
            {Status.UNTRACKED: 1},
            {Reason.UNTRACKED: 1},
            "1 dependency: none judged, 1 not tracked: nobody publishes an end date for it.",
        ),
        (
            {Status.SUPPORTED: 1, Status.EOL: 1, Status.EXPIRING: 1, Status.UNKNOWN: 4, Status.UNTRACKED: 1200},
            {Reason.NEWER: 1, Reason.RANGE: 3, Reason.UNTRACKED: 1200},
            (
                "1,207 dependencies: 3 judged (1 eol, 1 expiring, 1 supported), "
                "4 unknown (3 given as a range, 1 newer than the data), "
                "1,200 not tracked: nobody publishes an end date for them."
            ),
        ),
    ],
)
def test_coverage_is_a_sentence_whose_numbers_add_up(
    by_status: dict[Status, int], by_reason: dict[Reason, int], words: str
) -> None:
    assert coverage(by_status, by_reason) == words


def test_what_is_unknown_or_untracked_was_not_judged() -> None:
    assert judged(dict.fromkeys(Status, 1)) == len(Status) - 2


def test_every_reason_has_words() -> None:
    assert len({reason(word) for word in Reason}) == len(Reason)


def test_a_place_is_written_as_editors_do() -> None:
    assert located(Location("api/go.mod", 3, 5, 9)) == "api/go.mod:3"
    assert located(Location("api/go.mod")) == "api/go.mod"


def test_what_everything_was_judged_with_names_day_and_data() -> None:
    stamp = Stamp("abc", date(2026, 11, 20), 1204, "", "endoflife.date")
    said = "Judged as of 2026-11-22 with data of 2026-11-20 (1,204 products, revision abc)."
    assert judged_with(stamp, TODAY) == said


@pytest.mark.parametrize(("days", "warned"), [(180, False), (181, True)])
def test_data_is_old_after_half_a_year(days: int, *, warned: bool) -> None:
    stamp = Stamp("abc", TODAY - timedelta(days=days), 1, "", "")
    assert old_data(stamp, TODAY).startswith(f"The product data is {days} days old") is warned


def test_a_title_is_taken_off_only_where_it_stands_as_a_word() -> None:
    assert untitled("Windows Server 2022", "windows server") == "2022"
    assert untitled("Goodbye 1", "Go") == "Goodbye 1"
    assert untitled("Go", "Go") == "Go"


def test_a_cycle_to_move_to_is_called_lts_once() -> None:
    assert advised(Advice("22", lts=True)) == "22 LTS"
    assert advised(Advice("22 LTS", lts=True)) == "22 LTS"
    assert advised(Advice("22")) == "22"
    assert advised(Advice(None, replacement="pkg:npm/other")) == ""
