"""Metrics that the textfile collector takes: typed, without timestamps, each series once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import Evidence, EvidenceClass, EvidenceKind, Location, Reason, Report, Status, Verdict
from scanner.plugin import Style
from scanner.reporters.prometheus import REPORTER
from scanner.rules import RULES
from tests import sample
from tests.anyreport import REPORTS
from tests.test_reporters import NAMED

# https://prometheus.io/docs/instrumenting/exposition_formats/; a sample here is a whole number without a timestamp.
SAMPLE = re.compile(r"(?P<name>[a-z_]+)(?:\{(?P<labels>.*)\})? (?P<value>-?\d+)")
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


def read(report: Report) -> dict[tuple[str, frozenset[tuple[str, str]]], int]:
    """Read as the collector does, and check what it demands: a help and a type before each metric, no series twice."""
    text = REPORTER.render(report, Style())
    assert text.endswith("\n")
    found: dict[tuple[str, frozenset[tuple[str, str]]], int] = {}
    typed: list[str] = []
    for line in text[:-1].split("\n"):
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert kind == "gauge"
            assert name not in typed
            typed.append(name)
        elif not line.startswith("# HELP "):
            one = SAMPLE.fullmatch(line)
            assert one is not None, line
            assert one["name"] == typed[-1]
            labels = one["labels"] or ""
            assert LABEL.sub("", labels) == ""
            key = (one["name"], frozenset(LABEL.findall(labels)))
            assert key not in found
            found[key] = int(one["value"])
    return found


def value(report: Report, name: str, **labels: str) -> int:
    return read(report)[name, frozenset(labels.items())]


def ends(report: Report) -> dict[str, str]:
    """Return the day after the last supported one of each purl, at whose beginning support has ended."""
    return {
        dict(labels).get("purl", ""): datetime.fromtimestamp(seconds, UTC).isoformat()
        for (name, labels), seconds in read(report).items()
        if name == "eolscan_eol_timestamp_seconds"
    }


@pytest.mark.parametrize("name", NAMED)
def test_every_report_is_what_the_collector_takes(name: str) -> None:
    assert read(NAMED[name])


@settings(max_examples=10)
@given(report=REPORTS)
def test_any_report_is_what_the_collector_takes(report: Report) -> None:
    assert read(report)


def test_every_status_and_reason_has_a_sample_also_at_zero() -> None:
    for status in Status:
        assert value(NAMED["nothing"], "eolscan_components", status=status) == 0
    for status in RULES:
        assert value(NAMED["nothing"], "eolscan_findings", status=status) == 0
    for reason in Reason:
        assert value(NAMED["nothing"], "eolscan_components_unjudged", reason=reason) == 0


def test_support_has_ended_when_the_last_supported_day_has() -> None:
    assert ends(sample.report()) == {
        "pkg:pypi/django": "2024-04-02T00:00:00+00:00",
        "pkg:pypi/numpy": "2026-12-10T00:00:00+00:00",
    }


def test_what_is_set_aside_is_counted_apart() -> None:
    report = sample.policed()
    assert value(report, "eolscan_findings", status="eol") == 0
    assert value(report, "eolscan_findings", status="expiring") == 0
    assert value(report, "eolscan_findings_ignored") == 1
    assert value(report, "eolscan_findings_known") == 1
    assert value(report, "eolscan_findings_extended") == 1
    assert value(report, "eolscan_findings_failing") == 1
    assert value(report, "eolscan_run_failed") == 1


def test_findings_and_coverage_are_counted() -> None:
    report = sample.report()
    assert value(report, "eolscan_findings", status="eol") == 1
    assert value(report, "eolscan_components", status="untracked") == 1
    assert value(report, "eolscan_components_unjudged", reason="range") == 1
    assert value(report, "eolscan_problems") == 1


def test_entries_of_the_settings_that_need_a_look_are_counted() -> None:
    for state in ("expired", "unused", "idle", "gone"):
        assert value(sample.policed(), "eolscan_settings_entries", state=state) == 1


def test_extended_support_moves_the_end() -> None:
    assert ends(sample.policed())["pkg:generic/ubuntu"] == "2030-04-03T00:00:00+00:00"


def test_a_patch_release_keeps_its_series() -> None:
    versions = [sample.match(sample.DJANGO, 1, version, Location("a.txt", 1)) for version in ("3.2.1", "3.2.2")]
    components = tuple(Verdict(dependency=one.dependency, status=Status.EOL, match=one) for one in versions)
    assert list(ends(sample.report()._replace(findings=(), components=components))) == ["pkg:pypi/django"]


def test_the_packages_of_an_operating_system_are_one_series() -> None:
    evidence = Evidence(EvidenceKind.OS, "debian", EvidenceClass.VENDOR, "endoflife.date")
    packages = [
        sample.match(sample.DJANGO, 1, version, Location("status", 1))._replace(evidence=evidence)
        for version in ("1", "2")
    ]
    components = tuple(Verdict(dependency=one.dependency, status=Status.EOL, match=one) for one in packages)
    assert list(ends(sample.report()._replace(findings=(), components=components))) == [""]


def test_the_day_of_the_data_is_told() -> None:
    seconds = value(sample.report(), "eolscan_data_timestamp_seconds")
    assert datetime.fromtimestamp(seconds, UTC).date() == sample.report().data.date


@given(text=st.text() | st.text(st.sampled_from('"\\\n{}= ,#'), max_size=20))
def test_no_text_of_a_file_becomes_a_sample_or_a_label(text: str) -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    product = match.product._replace(id=text)
    dependency = match.dependency._replace(purl=f"pkg:pypi/{text}@1")
    match = match._replace(product=product, cycle=match.cycle._replace(name=text), dependency=dependency)
    hostile = report._replace(findings=(finding._replace(matches=(match,)), *report.findings[1:]))
    assert len(read(hostile)) == len(read(report))
