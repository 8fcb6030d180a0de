"""The JSON report is a contract: its shape, its schema, and values that come out as they went in."""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from scanner.model import (
    Advice,
    Dependency,
    EvidenceClass,
    EvidenceKind,
    Kind,
    Location,
    Policy,
    Problem,
    Reason,
    Scope,
    Status,
)
from scanner.plugin import Style
from scanner.reporters.json import REPORTER, render, render_list
from tests import sample
from tests.anyreport import DEPENDENCIES, PROBLEMS, REPORTS

if TYPE_CHECKING:
    from scanner.model import Ending, Report

SCHEMAS = os.path.join(os.path.dirname(os.path.dirname(__file__)), "docs", "schemas")


@cache
def schema(name: str) -> dict[str, Any]:
    with open(os.path.join(SCHEMAS, f"{name}-1.schema.json"), encoding="utf-8") as file:
        decoded: dict[str, Any] = json.load(file)
    return decoded


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(schema(name), format_checker=Draft202012Validator.FORMAT_CHECKER)


def decoded(report: Report) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(render(report, Style()))
    validator("report").validate(document)
    return document


def listed(*dependencies: Dependency) -> list[dict[str, Any]]:
    document = json.loads(render_list(dependencies, (), Style()))
    validator("list").validate(document)
    components: list[dict[str, Any]] = document["components"]
    return components


def test_a_report_has_the_promised_fields_in_their_order() -> None:
    document = decoded(sample.report(list_all=True))
    assert " ".join(document) == (
        "schema tool as_of data policy summary inputs findings unjudged components ignores support baseline problems"
    )
    assert " ".join(document["findings"][0]) == (
        "id rule status purl name version requirement kind scope direct product cycle days_left evidence advice "
        "message locations via ignored ignored_until known fails support"
    )
    component = "purl name version requirement kind scope direct path line column end_column via"
    assert " ".join(document["components"][0]) == f"{component} status reason"
    assert " ".join(listed(Dependency("pkg:pypi/a@1", Location("a")))[0]) == component


def test_a_finding_tells_all_of_its_places() -> None:
    report = sample.report()
    first = report.findings[0]
    twice = first.matches[0]._replace(dependency=Dependency("pkg:pypi/django@3.2.1", Location("dev.txt")))
    finding = decoded(report._replace(findings=(first._replace(matches=(*first.matches, twice)),)))["findings"][0]
    assert finding["version"] == "3.2.25"
    assert finding["locations"] == [
        {"path": "requirements.txt", "line": 3, "column": 1, "end_column": 15},
        {"path": "dev.txt", "line": None, "column": None, "end_column": None},
    ]


@pytest.mark.parametrize(
    ("end", "told"), [(date(2024, 4, 1), "2024-04-01"), (True, True), (False, False), (None, None)]
)
def test_an_ending_is_a_day_or_true_or_false_or_null(end: Ending, told: object) -> None:
    report = sample.report()
    match = report.findings[0].matches[0]
    match = match._replace(cycle=match.cycle._replace(eol=end, eoas=end, eoes=end))
    advice = Advice(cycle="5.2", latest=None, eol=end, lts=False)
    finding = decoded(report._replace(findings=(report.findings[0]._replace(matches=(match,), advice=advice),)))
    cycle = finding["findings"][0]["cycle"]
    assert [cycle["eoas"], cycle["eol"], cycle["eoes"], finding["findings"][0]["advice"]["eol"]] == [told] * 4


def test_advice_may_be_a_replacement_and_no_cycle() -> None:
    report = sample.report()
    advice = Advice(cycle=None, replacement="pkg:pypi/other")
    document = decoded(report._replace(findings=(report.findings[0]._replace(advice=advice),)))
    assert document["findings"][0]["advice"] == {
        "cycle": None,
        "latest": None,
        "eol": None,
        "lts": False,
        "replacement": "pkg:pypi/other",
    }


def test_a_cycle_may_become_lts_on_a_day() -> None:
    report = sample.report()
    match = report.findings[0].matches[0]
    match = match._replace(cycle=match.cycle._replace(lts=date(2027, 1, 1)))
    document = decoded(report._replace(findings=(report.findings[0]._replace(matches=(match,)),)))
    assert document["findings"][0]["cycle"]["lts"] == "2027-01-01"


def test_the_summary_counts_every_dependency_once() -> None:
    report = sample.report()._replace(
        by_status={Status.UNTRACKED: 5, Status.SUPPORTED: 2, Status.UNKNOWN: 1, Status.EOL: 0},
        by_reason={Reason.UNTRACKED: 5, Reason.GAP: 1, Reason.RANGE: 0},
    )
    ignored = report.findings[0]._replace(ignored=sample.policed().findings[0].ignored)
    summary = decoded(report._replace(findings=(ignored,)))["summary"]
    assert summary["components"] == 8
    assert summary["judged"] == 2
    assert summary["by_status"] == {"supported": 2, "unknown": 1, "untracked": 5}
    assert summary["by_reason"] == {"untracked": 5, "gap": 1}
    assert (summary["ignored"], summary["problems"], summary["failed"]) == (1, 1, True)


def test_the_policy_is_told_sorted_and_auto_is_null() -> None:
    policy = Policy(fail_on=frozenset({Status.EXPIRING, Status.EOL, Status.DEPRECATED}), within_days=None)
    assert decoded(sample.report()._replace(policy=policy))["policy"] == {
        "fail_on": ["deprecated", "eol", "expiring"],
        "fail_within_days": None,
        "within_days": None,
    }


@pytest.mark.parametrize(
    ("purl", "name", "version"),
    [
        ("pkg:pypi/django@3.2.25", "django", "3.2.25"),
        ("pkg:npm/%40angular/core@12.0.0", "@angular/core", "12.0.0"),
        ("pkg:maven/org.apache/foo", "org.apache/foo", None),
        ("pkg:golang/github.com/a/b@v1.0.0?goos=linux#sub", "github.com/a/b", "v1.0.0"),
        ("no purl", "no purl", None),
    ],
)
def test_a_component_is_called_as_its_users_call_it(purl: str, name: str, version: str | None) -> None:
    (component,) = listed(Dependency(purl, Location("a")))
    assert (component["purl"], component["name"], component["version"]) == (purl, name, version)


def test_credentials_in_addresses_are_not_told() -> None:
    address = "https://user:hunter2@registry.example/a"
    dependency = Dependency(
        f"pkg:pypi/a@1?vcs_url=git%2B{address}", Location("a"), requirement=f"@ {address}", via=(f"a @ {address}",)
    )
    problem = Problem(f"'{address}' cannot be read.", Location("a", 1))
    text = render_list([dependency], [problem], Style())
    assert "hunter2" not in text
    assert text.count("https://***@registry.example/a") == 4
    finding = sample.report().findings[0]._replace(message=f"Django of {address} is over.")
    assert "hunter2" not in render(sample.report()._replace(findings=(finding,)), Style())


def test_hostile_text_comes_out_as_it_went_in_but_escaped() -> None:
    text = render(sample.report(hostile=True), Style())
    assert text.isascii()
    assert "##[" not in text
    assert json.loads(text)["inputs"][0]["path"] == sample.HOSTILE


def test_the_layout_is_the_usual_one_with_an_indent_of_two() -> None:
    text = render(sample.report(list_all=True), Style())
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


@settings(max_examples=60)
@given(report=REPORTS)
def test_any_report_keeps_to_the_schema_and_the_layout(report: Report) -> None:
    document = decoded(report)
    laid_out = json.dumps(document, indent=2).replace("##[", "\\u0023#[") + "\n"
    assert render(report, Style()) == laid_out
    summary = document["summary"]
    unjudged = summary["by_status"].get("unknown", 0) + summary["by_status"].get("untracked", 0)
    assert summary["judged"] + unjudged == summary["components"] == sum(summary["by_status"].values())


@settings(max_examples=60)
@given(dependencies=DEPENDENCIES, problems=PROBLEMS)
def test_any_list_keeps_to_the_schema(dependencies: tuple[Dependency, ...], problems: tuple[Problem, ...]) -> None:
    document = json.loads(render_list(dependencies, problems, Style()))
    validator("list").validate(document)
    assert (len(document["components"]), len(document["problems"])) == (len(dependencies), len(problems))


@pytest.mark.parametrize("name", ["report", "list"])
def test_a_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_the_schemas_know_every_word_of_the_model() -> None:
    defined = schema("report")["$defs"]
    evidence = defined["finding"]["properties"]["evidence"]["properties"]
    for words, known in (
        (Status, defined["status"]),
        (Reason, defined["reason"]),
        (Kind, defined["kind"]),
        (Scope, defined["scope"]),
        (EvidenceKind, evidence["kind"]),
        (EvidenceClass, evidence["class"]),
    ):
        assert [*words] == known["enum"]


def test_both_schemas_mean_the_same_by_a_component() -> None:
    shared = schema("list")["$defs"]
    assert shared == {name: schema("report")["$defs"][name] for name in shared}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("as_of"),
        lambda document: document["findings"][0].pop("via"),
        lambda document: document["findings"][0].update(status="dead"),
        lambda document: document["findings"][0]["cycle"].update(eol="soon"),
        lambda document: document["components"][0].update(line=0),
        lambda document: document["components"][0].pop("purl"),
        lambda document: document["summary"].update(judged="2"),
    ],
)
def test_the_schema_refuses_what_breaks_the_contract(spoil: Any) -> None:  # noqa: ANN401 -- any change of any document
    document = decoded(sample.report(list_all=True))
    spoil(document)
    assert not validator("report").is_valid(document)


def test_the_schema_allows_fields_that_a_later_version_adds() -> None:
    document = decoded(sample.report(list_all=True))
    for part in (document, document["findings"][0], document["components"][0], document["summary"]):
        part["new"] = 1
    assert validator("report").is_valid(document)


def test_the_reporter_writes_lists_too() -> None:
    assert REPORTER.render_list is render_list
