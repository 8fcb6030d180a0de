"""All reporters against the same reports: a new reporter adds tests and edits none.

`fixtures/reports/<report>.<reporter>` is what a reporter writes; `list.<reporter>` is what one writes
of bare dependencies. The version of the program stands there as the word VERSION.
"""

from __future__ import annotations

import os
import unicodedata
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from scanner.about import VERSION
from scanner.plugin import Reporter, Style, names
from tests import sample
from tests.anyreport import DEPENDENCIES, PROBLEMS, REPORTS

if TYPE_CHECKING:
    from scanner.model import Dependency, Problem, Report

GOLDEN = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures", "reports")
FORMATS = names("reporters")


def nothing_found() -> Report:
    return sample.report()._replace(findings=(), by_status={}, by_reason={}, problems=(), failed=False)


NAMED = {
    "normal": sample.report(),
    "all": sample.report(list_all=True),
    "nothing": nothing_found(),
    "curated": sample.curated(),
    "policed": sample.policed(),
    "hostile": sample.report(list_all=True, hostile=True),
}


def reporter(name: str) -> Reporter:
    # One at a time, so that a reporter that does not load fails its own tests only.
    found = import_module(f"scanner.reporters.{name.replace('-', '_')}").REPORTER
    assert isinstance(found, Reporter)
    return found


LISTING = [name for name in FORMATS if reporter(name).render_list]


def listed(name: str, report: Report) -> str:
    render_list = reporter(name).render_list
    assert render_list is not None
    return render_list([verdict.dependency for verdict in report.components], report.problems, Style())


def check_golden(name: str, text: str, *, update: bool) -> None:
    path, content = os.path.join(GOLDEN, name), text.replace(VERSION, "VERSION").encode()
    if update:
        os.makedirs(GOLDEN, exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    assert os.path.exists(path), f"{path} is missing: run with --update, and read it before committing"
    with open(path, "rb") as file:
        assert content.decode() == file.read().decode()


def check_harmless(text: str) -> None:
    """No character that a terminal or a reviewer's eye obeys, and no mark that GitHub's runner does."""
    text.encode()
    plain = text.replace("\r\n", "\n").replace("\n", "")
    assert not {char for char in plain if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    assert "##[" not in text


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize("format_", FORMATS)
def test_a_report_is_written_as_its_golden_file_says(format_: str, name: str, *, update: bool) -> None:
    check_golden(f"{name}.{format_}", reporter(format_).render(NAMED[name], Style()), update=update)


@pytest.mark.parametrize("format_", LISTING)
def test_a_list_is_written_as_its_golden_file_says(format_: str, *, update: bool) -> None:
    check_golden(f"list.{format_}", listed(format_, NAMED["all"]), update=update)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_reporter_is_named_after_its_module(format_: str) -> None:
    assert reporter(format_).id == format_
    assert reporter(format_).title


@pytest.mark.parametrize("format_", FORMATS)
def test_text_from_a_file_commands_nobody(format_: str) -> None:
    text = reporter(format_).render(NAMED["hostile"], Style())
    check_harmless(text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::error::c")]


@pytest.mark.parametrize("format_", LISTING)
def test_text_from_a_file_commands_nobody_in_a_list(format_: str) -> None:
    text = listed(format_, NAMED["hostile"])
    check_harmless(text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::error::c")]


@pytest.mark.parametrize("format_", FORMATS)
def test_the_same_report_gives_the_same_bytes(format_: str) -> None:
    report = NAMED["all"]
    shuffled = report._replace(
        by_status=dict(reversed([*report.by_status.items()])), by_reason=dict(reversed([*report.by_reason.items()]))
    )
    assert reporter(format_).render(report, Style()) == reporter(format_).render(shuffled, Style())


@settings(max_examples=40, deadline=None)
@given(report=REPORTS)
def test_any_report_is_written_and_harmless_in_every_format(report: Report) -> None:
    # To draw a report takes longer than to write it.
    for format_ in FORMATS:
        check_harmless(reporter(format_).render(report, Style()))


@settings(max_examples=40, deadline=None)
@given(dependencies=DEPENDENCIES, problems=PROBLEMS)
def test_any_list_is_written_and_harmless_in_every_format(
    dependencies: tuple[Dependency, ...], problems: tuple[Problem, ...]
) -> None:
    for format_ in LISTING:
        render_list = reporter(format_).render_list
        assert render_list is not None
        check_harmless(render_list(dependencies, problems, Style()))
