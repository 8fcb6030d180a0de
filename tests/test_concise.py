"""Lines that editors and `grep` take apart: what counts is a place, and what does not count is none."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Location, Problem, Report, Status
from scanner.plugin import Style
from scanner.reporters.concise import REPORTER
from tests import sample

# As the GNU standard has it, and as vim's `%f:%l:%c:` and the problem matchers of editors read it.
PLACED = re.compile(r"(?P<path>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?P<word>[A-Za-z0-9-]+) (?P<text>.*)")


def lines(report: Report) -> list[str]:
    return REPORTER.render(report, Style()).splitlines()


def placed(report: Report) -> list[re.Match[str]]:
    return [found for line in lines(report) if (found := PLACED.fullmatch(line))]


def test_a_finding_is_a_line_that_an_editor_jumps_to() -> None:
    first, *_ = lines(sample.report())
    assert first.startswith("requirements.txt:3:1: EOL001 Django 3.2.25 is on 3.2 (LTS), which ended on 2024-04-01")


def test_what_counts_stands_in_the_order_of_files_and_lines() -> None:
    report = sample.report()
    shuffled = report._replace(findings=report.findings[::-1])
    assert lines(report) == lines(shuffled)
    assert [found["line"] for found in placed(report)] == ["3", "7", "9"]


def test_a_line_that_nobody_knows_is_never_guessed() -> None:
    (finding, *_) = sample.report().findings
    (match,) = finding.matches
    match = match._replace(dependency=match.dependency._replace(location=Location("requirements.txt")))
    first, *_ = lines(sample.report()._replace(findings=(finding._replace(matches=(match,)),), problems=()))
    assert first.startswith("requirements.txt: EOL001 Django")


def test_several_places_of_one_finding_are_one_line() -> None:
    (finding, *_) = sample.report().findings
    (match,) = finding.matches
    places = [
        match._replace(dependency=match.dependency._replace(location=Location("requirements.txt", line, 1)))
        for line in (3, 12, 8)
    ]
    report = sample.report()._replace(findings=(finding._replace(matches=tuple(places)),), problems=())
    (found,) = placed(report)
    assert found["line"] == "3"
    assert found["text"].endswith(" Also on lines 8, 12.")


def test_no_editor_stops_at_what_is_set_aside_and_it_is_told_all_the_same() -> None:
    text = lines(sample.policed())
    assert [found["word"] for found in placed(sample.policed())] == ["settings", "settings", "settings", "unknown"]
    assert [line.partition(":")[0] for line in text if "EOL0" in line and " is on cycle " in line] == [
        "ignored",
        "known",
        "extended",
    ]
    assert "(ignored until 2027-03-31: replaced in Q1, see PLAT-123)" in "\n".join(text)


def test_what_fails_without_a_verdict_is_named_at_its_place() -> None:
    assert "sub/requirements.txt:5:1: unknown No verdict on wagtail >=3: given as a range." in lines(sample.policed())


def test_every_entry_of_the_settings_that_needs_a_look_is_named_at_its_place() -> None:
    text = "\n".join(lines(sample.policed()))
    for place in ("pyproject.toml:17: ", "pyproject.toml:22: ", "pyproject.toml:32: ", "web/package-lock.json: "):
        assert f"\n{place}settings " in f"\n{text}"


def test_the_coverage_and_the_verdict_end_the_output_and_are_no_places() -> None:
    *_, covered, verdict = lines(sample.report())
    assert covered.startswith("4 dependencies: 2 judged")
    assert verdict.startswith("This fails the policy (eol). Judged as of 2026-11-22 with data of 2026-08-22")
    assert not PLACED.fullmatch(covered)
    passed = sample.report()._replace(findings=(), by_status={Status.UNTRACKED: 3}, failed=False)
    *_, verdict = lines(passed)
    assert verdict.startswith("Nothing fails the policy (eol).")


@pytest.mark.parametrize("text", [sample.HOSTILE, "::error::c", "a\nb:1:1: EOL001 c"])
@given(other=st.text())
def test_no_text_of_a_file_becomes_a_line_of_its_own(text: str, other: str) -> None:
    for bit in (text, other):
        report = sample.report()._replace(findings=(), problems=(Problem(bit, Location(bit, 7)),))
        written = lines(report)
        assert len(written) == 3
        assert not any(line.startswith("::") or "##[" in line or not line.isprintable() for line in written)


def test_bare_dependencies_are_listed_at_their_places() -> None:
    report = sample.report(list_all=True)
    assert REPORTER.render_list is not None
    text = REPORTER.render_list([verdict.dependency for verdict in report.components], report.problems, Style())
    assert "requirements.txt:4:1: left-pad 1.0\n" in text
    assert text.endswith("\n4 dependencies found.\n")
