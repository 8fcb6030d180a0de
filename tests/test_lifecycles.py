"""CLE and OpenEoX say what is announced, and nothing more."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings

from scanner.model import EvidenceClass, Location, Report, Status, Verdict
from scanner.plugin import Style
from scanner.reporters import cle, openeox
from tests import sample
from tests.anyreport import REPORTS

PLACE = Location("requirements.txt", 1)


def verdict(version: str = "3.2.25", cycle: int = 1, **changes: object) -> Verdict:
    found = sample.match(sample.DJANGO, cycle, version, PLACE)
    changed = found.cycle._replace(**changes)  # type: ignore[arg-type]  # -- by name
    return Verdict(dependency=found.dependency, status=Status.EOL, match=found._replace(cycle=changed))


def report(*verdicts: Verdict) -> Report:
    return sample.report()._replace(components=verdicts)


def documents(found: Report) -> list[str]:
    return cle.render(found, Style()).splitlines()


def test_versions_of_one_package_share_a_document() -> None:
    (line,) = documents(report(verdict("3.2.25"), verdict("3.2.24"), verdict("5.2.1", 0), verdict("3.2.25")))
    document = json.loads(line)
    assert document["identifier"] == "pkg:pypi/django"
    told = [(event["id"], event["type"], event["effective"], event["versions"]) for event in document["events"]]
    assert told == [
        (4, "endOfSupport", "2028-04-30T23:59:59Z", [{"range": "5.2.1"}]),
        (3, "endOfDevelopment", "2025-12-03T23:59:59Z", [{"range": "5.2.1"}]),
        (2, "endOfSupport", "2024-04-01T23:59:59Z", [{"range": "3.2.25"}, {"range": "3.2.24"}]),
        (1, "endOfDevelopment", "2021-12-07T23:59:59Z", [{"range": "3.2.25"}, {"range": "3.2.24"}]),
    ]


@settings(max_examples=50)
@given(found=REPORTS)
def test_every_document_keeps_the_rules_of_the_standard(found: Report) -> None:
    for document in map(json.loads, documents(found)):
        numbers = [event["id"] for event in document["events"]]
        assert numbers == [*range(len(numbers), 0, -1)]
        defined = {support["id"] for support in document["definitions"]["support"]}
        assert {event["supportId"] for event in document["events"]} == defined
        for event in document["events"]:
            assert event["versions"]


@settings(max_examples=50)
@given(found=REPORTS)
def test_no_core_ends_before_it_begins_or_after_its_life(found: Report) -> None:
    for statement in json.loads(openeox.render(found, Style()))["statements"]:
        core = statement["core"]
        last, security = core["end_of_life"], core["end_of_security_support"]
        assert (last == "tba") == (security == "tba")
        assert security <= last
        assert core.get("general_availability", "")[:10] <= security[:10] or security == "tba"


def test_extended_support_is_the_end_of_life() -> None:
    found = report(verdict(eoes=date(2026, 4, 1)), verdict("3.2.24", eoes=date(2026, 4, 1)))
    (statement,) = json.loads(openeox.render(found, Style()))["statements"]
    assert statement["core"]["end_of_life"] == "2026-04-01T23:59:59Z"
    assert statement["core"]["end_of_security_support"] == "2024-04-01T23:59:59Z"
    assert statement["purls"] == ["pkg:pypi/django@3.2.25", "pkg:pypi/django@3.2.24"]


def test_an_end_that_is_not_announced_is_to_be_announced() -> None:
    (statement,) = json.loads(openeox.render(report(verdict(eol=False)), Style()))["statements"]
    assert statement["core"]["end_of_life"] == statement["core"]["end_of_security_support"] == "tba"


@pytest.mark.parametrize(
    "found",
    [
        verdict(eol=True, eoas=None),
        verdict(eol=None, eoas=None),
        verdict(evidence=EvidenceClass.DEPRECATED),
    ],
)
def test_what_nobody_announced_with_a_day_is_not_told(found: Verdict) -> None:
    assert documents(report(found)) == []
    assert json.loads(openeox.render(report(found), Style()))["statements"] == []


@pytest.mark.parametrize("version", [">=1|<2", "", "1 2", "*"])
def test_a_version_that_reads_like_a_range_is_not_told(version: str) -> None:
    assert documents(report(verdict(version))) == []
