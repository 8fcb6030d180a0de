"""Annotations are commands that a runner obeys: only ours may reach it."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Ignore, Input, Location, Problem, Report, Selector, Status
from scanner.plugin import Style
from scanner.reporters.github import REPORTER
from scanner.rules import RULES
from tests import sample


class Command(NamedTuple):
    """A workflow command as the runner understands it."""

    type: str
    properties: dict[str, str]
    message: str


def commands(report: Report) -> list[Command]:
    """Read the output as the runner does: `::type key=value,…::message` where a line starts with it."""
    found = []
    for line in re.split(r"\r\n|\n|\r", REPORTER.render(report, Style())):
        assert "##[" not in line
        if line.lstrip().startswith("::"):
            head, _, message = line.lstrip()[2:].partition("::")
            name, _, listed = head.partition(" ")
            pairs = (pair.partition("=") for pair in listed.split(","))
            found.append(Command(name, {key: told(value) for key, _, value in pairs}, told(message)))
    return found


def told(text: str) -> str:
    for escape, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def many(number: int, status: Status = Status.EOL) -> Report:
    """Return a report whose findings, in no order, have been over for 1 to `number` days."""
    report = sample.report()
    (finding, *_) = report.findings
    findings = [
        finding._replace(days_left=-day, status=status, message=f"Over for {day}.") for day in range(1, number + 1)
    ]
    return report._replace(findings=tuple(findings[::2] + findings[1::2]), problems=())


def test_a_finding_stands_at_its_line_and_columns() -> None:
    over, soon, _ = commands(sample.report())
    assert over.type == "error"
    assert over.properties == {
        "file": "sub/requirements.txt",
        "line": "3",
        "endLine": "3",
        "col": "1",
        "endColumn": "15",
        "title": "End of life: django 3.2.25 (EOL001)",
    }
    assert over.message.startswith("Django 3.2.25 is on 3.2 (LTS), which ended on 2024-04-01")
    assert soon.type == "warning"


@pytest.mark.parametrize("status", RULES)
def test_the_type_is_the_level_of_the_rule(status: Status) -> None:
    (command,) = commands(many(1, status))
    assert command.type == {"error": "error", "warning": "warning", "note": "notice"}[RULES[status].level]


def test_a_problem_is_told_beside_the_findings() -> None:
    problem = commands(sample.report())[-1]
    assert (problem.type, problem.properties["title"], problem.properties["line"]) == ("warning", "Not read", "7")


def test_an_unknown_line_is_never_guessed() -> None:
    report = sample.report()._replace(findings=(), problems=(Problem("No.", Location("requirements.txt")),))
    (command,) = commands(report)
    assert command.properties == {"file": "sub/requirements.txt", "title": "Not read"}


@pytest.mark.parametrize(("path", "format_id"), [("-", "requirements"), ("pkg:pypi/django@3.2.25", "purl")])
def test_what_is_no_file_gets_no_file(path: str, format_id: str) -> None:
    given = Input(path=path, repo_path=path, format=format_id, components=1)
    report = sample.report()._replace(findings=(), inputs=(given,), problems=(Problem("No.", Location(path)),))
    (command,) = commands(report)
    assert command.properties == {"title": "Not read"}


def test_ten_are_shown_as_they_are() -> None:
    assert [command.message for command in commands(many(10))] == [f"Over for {day}." for day in range(10, 0, -1)]


def test_of_more_than_ten_the_worst_nine_are_shown_and_the_rest_is_counted() -> None:
    shown = commands(many(30))
    assert [command.message for command in shown[:-1]] == [f"Over for {day}." for day in range(30, 21, -1)]
    assert shown[-1].message.startswith("And 21 more,")
    assert shown[-1].properties == {"title": "21 more errors"}


def test_several_lines_of_one_finding_are_one_annotation() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    places = [
        match._replace(dependency=match.dependency._replace(location=Location("requirements.txt", line)))
        for line in (3, 8, 12)
    ]
    (command, *_) = commands(report._replace(findings=(finding._replace(matches=tuple(places)),)))
    assert command.properties["line"] == "3"
    assert command.message.endswith(" Also on lines 8, 12.")


def last_line(report: Report) -> str:
    return REPORTER.render(report, Style()).splitlines()[-1]


def test_an_ignored_finding_is_counted_and_not_shown() -> None:
    report = sample.report()
    ignore = Ignore(Selector(product="django"), "replaced soon", date(2027, 3, 31), Location("pyproject.toml", 12))
    ignored = tuple(finding._replace(ignored=ignore, known=True) for finding in report.findings)
    report = report._replace(findings=ignored, problems=())
    assert commands(report) == []
    assert " Findings not shown here: 2 ignored. " in last_line(report)


def test_a_known_finding_is_counted_and_not_shown() -> None:
    report = sample.report()
    known, new = report.findings
    report = report._replace(findings=(known._replace(known=True, fails=False), new), problems=())
    (command,) = commands(report)
    assert command.properties["title"] == "End of life soon: numpy 2.2.6 (EOL002)"
    assert " Findings not shown here: 1 known from the baseline. " in last_line(report)


def test_what_makes_the_run_fail_comes_first_in_its_type() -> None:
    report = many(30, Status.DEPRECATED)
    passing = tuple(finding._replace(fails=False) for finding in report.findings)
    fails = sample.report().findings[1]._replace(fails=True)
    assert commands(report._replace(findings=(*passing, fails)))[0].message == fails.message


def test_a_dependency_without_the_verdict_that_is_asked_for_is_an_error_at_its_line() -> None:
    (command,) = (command for command in commands(sample.policed()) if command.type == "error")
    assert command.properties["title"] == "No verdict: wagtail"
    assert command.properties["line"] == "5"
    assert command.message.startswith("No verdict on wagtail >=3: given as a range.")


def test_settings_that_have_done_their_work_are_told_at_their_lines() -> None:
    told = {(command.type, command.properties.get("line")): command for command in commands(sample.policed())}
    assert told["warning", "17"].properties["title"] == "Ignored no more"
    assert told["notice", "22"].properties["title"] == "Settings without effect"
    assert told["notice", "32"].properties["file"] == "pyproject.toml"


def test_what_extended_support_covers_is_no_annotation() -> None:
    assert not any("Ubuntu 20.04" in command.message for command in commands(sample.policed()))


def test_what_a_baseline_knew_and_nobody_finds_any_more_is_counted() -> None:
    assert " Gone since the baseline: 1. " in last_line(sample.policed())


def test_the_coverage_is_the_last_line() -> None:
    *_, last = REPORTER.render(sample.report(), Style()).splitlines()
    assert last.startswith("eolscan: 4 dependencies: 2 judged (1 eol, 1 expiring)")
    assert "with data of 2026-08-22" in last


def test_a_message_is_never_cut_by_the_runner() -> None:
    report = sample.report()._replace(findings=(), problems=(Problem("\U0001f600" * 9000, Location("a")),))
    (command,) = commands(report)
    assert len(command.message.encode("utf-16-le")) // 2 <= 4096


@given(text=st.text() | st.sampled_from([sample.HOSTILE, "%0A::error::x", "a%2C,b:c", "::stop-commands::x"]))
def test_no_text_of_a_file_becomes_a_command_or_another_property(text: str) -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    dependency = match.dependency._replace(purl=f"pkg:pypi/{text}@{text}", location=Location(text, 3))
    finding = finding._replace(matches=(match._replace(dependency=dependency),), message=text)
    found = commands(
        report._replace(
            findings=(finding,),
            inputs=(Input(path=text, repo_path=text, format="requirements", components=1),),
            problems=(Problem(text, Location(text, 7)),),
        )
    )
    assert [command.type for command in found] == ["error", "warning"]
    assert all(set(command.properties) <= {"file", "line", "endLine", "title"} for command in found)
    shown = "".join(part for command in found for part in (command.message, *command.properties.values()))
    assert shown.isprintable()


def test_credentials_are_not_shown() -> None:
    address = "https://me:secret@host.example/simple"
    (command,) = commands(sample.report()._replace(findings=(), problems=(Problem(address, Location(address)),)))
    assert command.message == command.properties["file"] == "https://***@host.example/simple"
