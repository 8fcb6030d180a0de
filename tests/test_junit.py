"""Tests that GitLab and Jenkins show: each once, red only where the run fails."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import Location, Problem, Reason, Report, Status, Verdict
from scanner.plugin import Style
from scanner.reporters.junit import REPORTER
from tests import sample
from tests.anyreport import REPORTS
from tests.test_reporters import NAMED


def read(report: Report) -> Element:
    """Read a report, and check what GitLab and Jenkins rely on: numbers that are right, names that are there once."""
    root = fromstring(REPORTER.render(report, Style()))  # noqa: S314 -- what was just written
    assert root.tag == "testsuites"
    for suite in [root, *root]:
        cases = list(suite.iter("testcase"))
        assert suite.get("tests") == str(len(cases))
        for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert suite.get(attribute) == str(len([case for case in cases if case.find(kind) is not None]))
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(names) == len(set(names))
    assert all(part for name in names for part in name)
    return root


def outcome(case: Element) -> str:
    return next((child.tag for child in case if child.tag in {"failure", "skipped"}), "passed")


def outcomes(report: Report) -> dict[str, str]:
    return {str(case.get("name")): outcome(case) for case in read(report).iter("testcase")}


def case(report: Report, name: str) -> Element:
    (found,) = (case for case in read(report).iter("testcase") if case.get("name") == name)
    return found


@pytest.mark.parametrize("name", NAMED)
def test_every_report_has_right_numbers_and_each_test_once(name: str) -> None:
    read(NAMED[name])


@settings(max_examples=10)
@given(report=REPORTS)
def test_any_report_has_right_numbers_and_each_test_once(report: Report) -> None:
    read(report)


def test_only_what_fails_the_run_is_a_failure() -> None:
    assert outcomes(sample.report(list_all=True)) == {
        "coverage": "passed",
        "pkg:pypi/django": "failure",
        "pkg:pypi/numpy": "passed",
        "pkg:pypi/wagtail": "skipped",
        "not read: line 7": "skipped",
    }


def test_a_failure_tells_its_rule_its_place_and_the_way_out() -> None:
    found = case(sample.curated()._replace(components=()), "pkg:pypi/old-client")
    failure = found.find("failure")
    assert failure is not None
    assert (failure.get("type"), found.get("file"), found.get("line")) == ("EOL001", "requirements.txt", "2")
    assert failure.text == failure.get("message")
    assert str(failure.text).endswith("Use new-client instead.")


def test_a_suite_is_a_file_in_the_order_of_the_inputs() -> None:
    assert [suite.get("name") for suite in read(sample.policed())] == ["eolscan", "Dockerfile", "sub/requirements.txt"]


def test_what_is_set_aside_is_skipped_and_says_why() -> None:
    found = outcomes(sample.policed())
    assert found["pkg:pypi/django"] == found["pkg:pypi/numpy"] == "skipped"
    skipped = case(sample.policed(), "pkg:pypi/django").find("skipped")
    assert skipped is not None
    assert str(skipped.get("message")).startswith("ignored until 2027-03-31: replaced in Q1, see PLAT-123. EOL001 ")


def test_what_extended_support_covers_passes_and_is_told() -> None:
    told = case(sample.policed(), "pkg:generic/ubuntu").findtext("system-out")
    assert str(told).startswith("extended: Ubuntu 20.04 ")


def test_what_has_no_verdict_is_a_failure_only_where_it_fails_the_run() -> None:
    assert outcomes(sample.policed())["pkg:pypi/wagtail"] == "failure"
    skipped = case(sample.report(list_all=True), "pkg:pypi/wagtail").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "No verdict on wagtail >=3: given as a range."


def test_a_package_is_one_test_and_its_worst_place_decides() -> None:
    report = sample.report()
    (over, soon) = report.findings
    soon = soon._replace(matches=(soon.matches[0]._replace(dependency=over.matches[0].dependency),))
    found = case(report._replace(findings=(soon, over)), "pkg:pypi/django")
    failure = found.find("failure")
    assert failure is not None
    assert str(failure.get("message")).startswith("EOL001 Django")
    assert "EOL002 NumPy" in str(failure.text)


def test_what_is_judged_and_has_no_finding_passes() -> None:
    report = sample.report(list_all=True)
    (over, *_) = report.components
    report = report._replace(findings=(), components=(over._replace(status=Status.SUPPORTED),), problems=())
    assert outcomes(report) == {"coverage": "passed", "pkg:pypi/django": "passed"}


def test_where_nothing_was_judged_no_test_passes() -> None:
    untracked = sample.report(list_all=True).components[1]
    report = sample.report()._replace(
        findings=(), by_status={Status.UNTRACKED: 1}, components=(untracked,), problems=()
    )
    assert outcomes(report) == {"coverage": "skipped"}


def test_the_coverage_and_the_settings_are_told() -> None:
    told = str(case(sample.policed(), "coverage").findtext("system-out"))
    assert told.startswith("4 dependencies: 3 judged")
    assert "\npyproject.toml:17: This ignore ended on 2026-06-30" in told


@given(text=st.text())
def test_any_text_of_a_file_is_xml_and_stays_text(text: str) -> None:
    report = sample.report(list_all=True)
    verdict = report.components[2]
    dependency = verdict.dependency._replace(purl=f"pkg:pypi/{text}", requirement=text, location=Location(text, 1))
    unjudged = Verdict(dependency=dependency, status=Status.UNKNOWN, reason=Reason.RANGE)
    read(report._replace(unjudged=(unjudged,), problems=(Problem(text, Location(text)), Problem("]]>", Location("a")))))
