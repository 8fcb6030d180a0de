"""A table that spreadsheets open: whole rows, no formulas, and nothing left out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import Input, Location, Problem, Report, Status
from scanner.plugin import Style
from scanner.reporters.csv import REPORTER
from tests import sample
from tests.anyreport import REPORTS

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
HEADER = (
    "status,name,version,path,line,column,product,cycle,end,move_to,message,rule,id,fails,ignored_until,ignored_reason,"
    "known,extended_until,extended_by,reason,requirement,purl,kind,scope,direct,via,title,released,active_support_end,"
    "latest,evidence,link"
)


def read(text: str) -> list[dict[str, str]]:
    """Read as RFC 4180 says, and check what it demands: CRLF at every end, and rows of one length."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    head, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert {len(row) for row in rows} <= {len(head)}
    return [dict(zip(head, row, strict=True)) for row in rows]


def table(report: Report) -> list[dict[str, str]]:
    return read(REPORTER.render(report, Style()))


def check_no_formula(rows: list[dict[str, str]]) -> None:
    assert not [cell for row in rows for cell in row.values() if cell.lstrip().startswith(FORMULAS)]


def test_the_columns_are_a_promise() -> None:
    text = REPORTER.render(sample.report(), Style())
    assert text.splitlines()[0] == HEADER


def test_a_finding_has_a_row_for_each_place() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    places = [
        match._replace(dependency=match.dependency._replace(location=Location("requirements.txt", line)))
        for line in (3, 8)
    ]
    rows = table(report._replace(findings=(finding._replace(matches=tuple(places)),), problems=()))
    assert [(row["line"], row["id"]) for row in rows] == [("3", finding.id), ("8", finding.id)]


def test_a_row_tells_package_cycle_end_and_way_out() -> None:
    first, *_ = table(sample.report())
    told = ("status", "rule", "name", "version", "path", "line", "product", "cycle", "end", "move_to", "fails")
    assert [first[name] for name in told] == [
        "eol",
        "EOL001",
        "django",
        "3.2.25",
        "requirements.txt",
        "3",
        "django",
        "3.2",
        "2024-04-01",
        "5.2",
        "true",
    ]


def test_every_dependency_has_its_row_once_whatever_is_said_of_it() -> None:
    rows = table(sample.report(list_all=True))
    assert [(row["status"], row["name"]) for row in rows] == [
        ("eol", "django"),
        ("expiring", "numpy"),
        ("untracked", "left-pad"),
        ("unknown", "wagtail"),
        ("not-read", ""),
    ]
    assert rows[3]["reason"] == "given as a range"
    assert REPORTER.needs_components


def test_what_is_set_aside_has_its_columns() -> None:
    ignored, known, extended, unjudged, *_ = table(sample.policed())
    assert (ignored["ignored_until"], ignored["ignored_reason"]) == ("2027-03-31", "replaced in Q1, see PLAT-123")
    assert (known["known"], known["fails"]) == ("true", "false")
    assert (extended["status"], extended["extended_until"], extended["extended_by"]) == (
        "extended",
        "2030-04-02",
        "Ubuntu Pro",
    )
    assert (unjudged["status"], unjudged["fails"]) == ("unknown", "true")


def test_every_entry_of_the_settings_that_needs_a_look_has_its_row() -> None:
    rows = [row for row in table(sample.policed()) if row["status"] == "settings"]
    assert [(row["path"], row["line"]) for row in rows] == [
        ("pyproject.toml", "17"),
        ("pyproject.toml", "22"),
        ("pyproject.toml", "32"),
        ("web/package-lock.json", ""),
    ]


def test_an_end_without_a_day_is_no_date_and_no_gap() -> None:
    ends = {row["end"] for row in table(sample.curated()) if row["name"] == "left-pad"}
    report = sample.report(list_all=True)
    verdict = report.components[0]
    assert verdict.match is not None
    open_end = verdict.match._replace(cycle=verdict.match.cycle._replace(eol=False))
    supported = verdict._replace(status=Status.SUPPORTED, match=open_end)
    rows = table(report._replace(findings=(), components=(supported,), problems=()))
    assert ends == {""}
    assert [row["end"] for row in rows] == ["none announced"]


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\uff1dcmd()", sample.HOSTILE])
@given(other=st.text())
def test_no_text_of_a_file_becomes_a_formula(text: str, other: str) -> None:
    for bit in (text, other):
        report = sample.report(list_all=True)._replace(problems=(Problem(bit, Location(bit, 1)),))
        verdict = report.components[1]
        dependency = verdict.dependency._replace(purl=f"pkg:npm/{bit}@{bit}", requirement=bit)
        given_ = (Input(path=bit, repo_path=bit, format="requirements", components=1),)
        rows = table(report._replace(components=(verdict._replace(dependency=dependency),), inputs=given_))
        check_no_formula(rows)


@settings(max_examples=10)
@given(report=REPORTS)
def test_any_report_is_a_whole_table_without_formulas(report: Report) -> None:
    check_no_formula(table(report))


def test_a_scoped_package_keeps_its_name_behind_an_apostrophe() -> None:
    report = sample.report(list_all=True)
    verdict = report.components[1]
    scoped = verdict._replace(dependency=verdict.dependency._replace(purl="pkg:npm/%40angular/core@12.0.0"))
    (row,) = table(report._replace(findings=(), components=(scoped,), problems=()))
    assert row["name"] == "'@angular/core"


def test_credentials_are_not_shown() -> None:
    address = "https://me:secret@host.example/simple"
    text = REPORTER.render(sample.report()._replace(problems=(Problem(address, Location(address)),)), Style())
    assert "secret" not in text


def test_bare_dependencies_have_a_table_of_their_own() -> None:
    report = sample.report(list_all=True)
    assert REPORTER.render_list is not None
    rows = read(REPORTER.render_list([verdict.dependency for verdict in report.components], report.problems, Style()))
    assert [row["name"] for row in rows] == ["django", "left-pad", "wagtail", "numpy", ""]
    assert rows[2]["requirement"] == ">=3"
