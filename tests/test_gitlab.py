"""What GitLab reads: its table of Code Quality's fields, and the constraints of report 15.1.4."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from scanner.model import Input, Location, Problem, Status
from scanner.plugin import Style, reporter
from scanner.rules import RULES
from tests import sample
from tests.anyreport import REPORTS
from tests.test_reporters import NAMED

if TYPE_CHECKING:
    from scanner.model import Report

QUALITY, SCANNING = reporter("gitlab"), reporter("gitlab-dependency")

TEXT = {"type": "string", "minLength": 1}

# https://docs.gitlab.com/ci/testing/code_quality/: no schema of it is published.
QUALITY_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": TEXT,
            "check_name": TEXT,
            "fingerprint": TEXT,
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "not": {"pattern": r"^(/|\./)"}},
                    "lines": {"required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
                },
            },
        },
    },
}

TOOL = {
    "required": ["id", "name", "version", "vendor"],
    "properties": {
        **dict.fromkeys(("id", "name", "version"), TEXT),
        "url": {"pattern": "^https?://.+"},
        "vendor": {"required": ["name"], "properties": {"name": TEXT}},
    },
}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
ADDRESS = {"type": "string", "pattern": "^(https?|ftp)://.+"}

# What version 15.1.4 of the dependency scanning report demands of the fields that are written.
SCANNING_SCHEMA = {
    "type": "object",
    "required": ["scan", "version", "vulnerabilities"],
    "properties": {
        "version": {"const": "15.1.4"},
        "scan": {
            "required": ["analyzer", "end_time", "scanner", "start_time", "status", "type"],
            "properties": {
                "analyzer": TOOL,
                "scanner": TOOL,
                "start_time": TIME,
                "end_time": TIME,
                "status": {"enum": ["success", "failure"]},
                "type": {"const": "dependency_scanning"},
                "messages": {
                    "items": {
                        "required": ["level", "value"],
                        "properties": {"level": {"enum": ["info", "warn", "fatal"]}, "value": TEXT},
                    }
                },
            },
        },
        "vulnerabilities": {
            "type": "array",
            "items": {
                "required": ["id", "identifiers", "location"],
                "properties": {
                    "id": TEXT,
                    "name": {"type": "string", "maxLength": 255},
                    "description": {"type": "string", "maxLength": 1_048_576},
                    "severity": {"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
                    "solution": {"type": "string", "maxLength": 7000},
                    "identifiers": {
                        "minItems": 1,
                        "items": {
                            "required": ["type", "name", "value"],
                            "properties": {**dict.fromkeys(("type", "name", "value"), TEXT), "url": ADDRESS},
                        },
                    },
                    "links": {"items": {"required": ["url"], "properties": {"url": ADDRESS}}},
                    "location": {
                        "required": ["file", "dependency"],
                        "properties": {
                            "file": TEXT,
                            "dependency": {
                                "required": ["package", "version"],
                                "properties": {
                                    "package": {"required": ["name"], "properties": {"name": {"type": "string"}}},
                                    "version": {"type": "string"},
                                    "direct": {"type": "boolean"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def quality(report: Report) -> list[dict[str, object]]:
    text = QUALITY.render(report, Style())
    # GitLab's parser refuses a byte order mark.
    assert text.startswith("[")
    issues: list[dict[str, object]] = json.loads(text)
    Draft7Validator(QUALITY_SCHEMA).validate(issues)
    prints = [issue["fingerprint"] for issue in issues]
    assert len(prints) == len(set(prints))
    return issues


def scanning(report: Report) -> dict[str, object]:
    document: dict[str, object] = json.loads(SCANNING.render(report, Style()))
    Draft7Validator(SCANNING_SCHEMA).validate(document)
    return document


def vulnerabilities(report: Report) -> list[dict[str, object]]:
    found = scanning(report)["vulnerabilities"]
    assert isinstance(found, list)
    return found


def messages(report: Report) -> list[tuple[str, str]]:
    scan = scanning(report)["scan"]
    assert isinstance(scan, dict)
    return [(message["level"], message["value"]) for message in scan["messages"]]


@pytest.mark.parametrize("name", NAMED)
def test_both_reports_are_what_gitlab_takes(name: str) -> None:
    assert quality(NAMED[name])
    assert scanning(NAMED[name])


@settings(max_examples=10)
@given(report=REPORTS)
def test_of_any_report_both_are_what_gitlab_takes(report: Report) -> None:
    quality(report)
    scanning(report)


def test_a_finding_stands_at_its_line_with_its_path_from_the_root_of_the_repository() -> None:
    first, *_ = quality(sample.report())
    assert first["location"] == {"path": "sub/requirements.txt", "lines": {"begin": 3}}
    assert (first["check_name"], first["severity"]) == ("EOL001", "critical")
    assert first["fingerprint"] == sample.report().findings[0].id


def test_a_fingerprint_outlives_another_day_another_line_and_another_patch() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    dependency = match.dependency._replace(purl="pkg:pypi/django@3.2.26", location=Location("requirements.txt", 30))
    moved = finding._replace(matches=(match._replace(dependency=dependency),), message="Another day.")
    later = report._replace(findings=(moved, *report.findings[1:]), today=date(2026, 12, 1))
    for one, other in zip(quality(report), quality(later), strict=True):
        assert one["fingerprint"] == other["fingerprint"]
    assert vulnerabilities(report)[0]["id"] == vulnerabilities(later)[0]["id"]
    assert vulnerabilities(report)[0]["identifiers"] == vulnerabilities(later)[0]["identifiers"]


@pytest.mark.parametrize("status", RULES)
def test_what_is_worse_is_told_as_worse(status: Status) -> None:
    report = sample.report()
    finding = report.findings[0]._replace(status=status, rule=RULES[status].id)
    report = report._replace(findings=(finding,))
    assert quality(report)[0]["severity"] == {
        Status.EOL: "critical",
        Status.DEPRECATED: "major",
        Status.EXPIRING: "minor",
    }.get(status, "info")
    assert vulnerabilities(report)[0]["severity"] == {
        Status.EOL: "High",
        Status.DEPRECATED: "Medium",
        Status.EXPIRING: "Medium",
    }.get(status, "Low")


def test_what_is_set_aside_stays_and_is_marked() -> None:
    ignored, known, extended, unjudged, *settings_ = quality(sample.policed())
    assert ignored["severity"] == extended["severity"] == "info"
    assert str(ignored["description"]).endswith("(ignored until 2027-03-31: replaced in Q1, see PLAT-123)")
    assert str(known["description"]).endswith("(known from the baseline)")
    assert (extended["check_name"], unjudged["check_name"]) == ("extended", "unknown")
    assert [issue["check_name"] for issue in settings_] == ["settings"] * 3 + ["coverage"]
    names = [str(found["name"]) for found in vulnerabilities(sample.policed())]
    assert names == [
        "Django 3.2 (LTS): end of life, ignored",
        "NumPy 2.2: end of life soon",
        "Ubuntu 20.04 LTS: end of life, extended",
    ]
    assert [found["severity"] for found in vulnerabilities(sample.policed())] == ["Info", "Medium", "Info"]


def test_an_empty_report_says_what_was_judged() -> None:
    report = sample.report()._replace(findings=(), problems=(), by_status={Status.UNTRACKED: 9}, by_reason={})
    (only,) = quality(report)
    assert "9 dependencies: none judged" in str(only["description"])
    assert only["severity"] == "info"
    assert messages(report)[0] == (
        "info",
        "9 dependencies: none judged, 9 not tracked: nobody publishes an end date for them.",
    )


def test_problems_and_what_has_no_verdict_are_messages_of_the_scan() -> None:
    assert ("warn", "sub/requirements.txt:5: No verdict on wagtail >=3: given as a range.") in messages(
        sample.policed()
    )
    assert any(level == "warn" and said.startswith("requirements.txt:7: ") for level, said in messages(sample.report()))
    assert any(said.startswith("pyproject.toml:17: ") for _, said in messages(sample.policed()))


def test_a_report_has_no_clock() -> None:
    scan = scanning(sample.report())["scan"]
    assert isinstance(scan, dict)
    assert scan["start_time"] == scan["end_time"] == "2026-11-22T00:00:00"


@pytest.mark.parametrize("path", ["/etc/os-release", "./a.txt", "../a.txt", "-"])
def test_a_path_is_never_absolute(path: str) -> None:
    given_ = Input(path=path, repo_path=path, format="requirements", components=1)
    issues = quality(
        sample.report()._replace(findings=(), inputs=(given_,), problems=(Problem("No.", Location(path)),))
    )
    assert {str(issue["check_name"]) for issue in issues} == {"not-read", "coverage"}


def test_no_address_of_a_file_becomes_a_link() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    for link in ("javascript:1", "https://me:secret@host.example/", "https://"):
        bad = match._replace(product=match.product._replace(link=link), cycle=match.cycle._replace(link=None))
        (found,) = vulnerabilities(report._replace(findings=(finding._replace(matches=(bad,)),)))
        assert found["links"] == []


def test_nothing_that_a_runner_obeys_reaches_a_log() -> None:
    for format_ in (QUALITY, SCANNING):
        text = format_.render(NAMED["hostile"], Style())
        assert text.isascii()
        assert not re.search(r"##\[|^\s*::", text, re.MULTILINE)
