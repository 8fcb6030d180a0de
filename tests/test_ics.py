"""A calendar that clients subscribe to: events that stay the same events, on days that are right."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import EvidenceClass, Location, Match, Problem, Report, Status, Verdict
from scanner.plugin import Style
from scanner.reporters.ics import REPORTER
from tests import sample
from tests.anyreport import REPORTS
from tests.test_reporters import NAMED

ESCAPE = re.compile(r"\\(.)")
LINE = re.compile(r"(?P<name>[A-Z-]+)(?:;(?P<parameter>[A-Z]+=[A-Z]+))?:(?P<value>.*)")
# What RFC 5545 demands of each part, and what is written besides; nothing stands there twice.
PARTS = {
    "VCALENDAR": ({"VERSION", "PRODID"}, {"CALSCALE", "X-WR-CALNAME", "X-WR-CALDESC"}),
    "VJOURNAL": ({"UID", "DTSTAMP"}, {"DTSTART", "SUMMARY", "DESCRIPTION"}),
    "VEVENT": ({"UID", "DTSTAMP", "DTSTART", "SUMMARY"}, {"DESCRIPTION", "URL", "TRANSP"}),
    "VALARM": ({"ACTION", "TRIGGER", "DESCRIPTION"}, set()),
}


class Part(NamedTuple):
    """One part of a calendar with its values, texts without their escapes, and the parts in it."""

    name: str
    values: dict[str, str]
    parts: list[Part]


def read(report: Report) -> Part:
    """Read a calendar as RFC 5545 says, and check what it demands."""
    text = REPORTER.render(report, Style())
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    lines = text.removesuffix("\r\n").replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    calendar, end = part(lines, 0)
    assert end == len(lines)
    uids = [one.values["UID"] for one in calendar.parts]
    assert len(uids) == len(set(uids))
    return calendar


def part(lines: list[str], start: int) -> tuple[Part, int]:
    name = lines[start].removeprefix("BEGIN:")
    found, at = Part(name, {}, []), start + 1
    while lines[at] != f"END:{name}":
        if lines[at].startswith("BEGIN:"):
            inner, at = part(lines, at)
            found.parts.append(inner)
            continue
        line = LINE.fullmatch(lines[at])
        assert line is not None, lines[at]
        assert line["name"] not in found.values
        found.values[line["name"]] = (
            unescaped(line["value"]) if line["name"] in {"SUMMARY", "DESCRIPTION"} else line["value"]
        )
        at += 1
    demanded, allowed = PARTS[name]
    assert demanded <= set(found.values) <= demanded | allowed
    return found, at + 1


def unescaped(value: str) -> str:
    assert set(ESCAPE.findall(value)) <= set("\\;,n")
    assert not re.search(r"[;,]", ESCAPE.sub("", value))
    return ESCAPE.sub(lambda escape: "\n" if escape[1] == "n" else escape[1], value)


def events(report: Report) -> list[Part]:
    return [one for one in read(report).parts if one.name == "VEVENT"]


def judged(match: Match, status: Status = Status.SUPPORTED) -> Verdict:
    return Verdict(dependency=match.dependency, status=status, match=match)


@pytest.mark.parametrize("name", NAMED)
def test_every_report_is_a_calendar(name: str) -> None:
    # RFC 5545 wants at least one part: there is always the entry on the scan.
    assert read(NAMED[name]).parts[0].name == "VJOURNAL"


@settings(max_examples=10)
@given(report=REPORTS)
def test_any_report_is_a_calendar(report: Report) -> None:
    read(report)


def test_an_event_lies_on_the_last_supported_day_and_says_so() -> None:
    over, soon = events(sample.report())
    assert (over.values["DTSTART"], over.values["SUMMARY"]) == (
        "20240401",
        "Django 3.2 (LTS): last day of security support",
    )
    assert soon.values["DTSTART"] == "20261209"
    assert over.values["DESCRIPTION"].split("\n") == [
        "In use:",
        "django 3.2.25 in requirements.txt:3",
        "Move to 5.2, supported until 2028-04-30.",
    ]


def test_what_is_to_come_has_a_reminder_and_what_is_over_has_none() -> None:
    over, soon = events(sample.report())
    assert over.parts == []
    (alarm,) = soon.parts
    assert (alarm.name, alarm.values["TRIGGER"]) == ("VALARM", "-P30D")


def test_what_is_supported_today_is_in_the_calendar_too() -> None:
    match = sample.match(sample.DJANGO, 0, "5.2.1", Location("a.txt", 1))
    (event,) = events(sample.report()._replace(findings=(), components=(judged(match),)))
    assert event.values["DTSTART"] == "20280430"
    assert REPORTER.needs_components


def test_one_cycle_is_one_event_whatever_files_and_versions_bring_it_in() -> None:
    matches = [
        sample.match(sample.DJANGO, 1, version, Location(path, 1))
        for path in ("a.txt", "b.txt")
        for version in ("3.2.1", "3.2.2")
    ]
    report = sample.report()
    several = report._replace(findings=(), components=tuple(judged(match, Status.EOL) for match in matches))
    (event,) = events(several)
    assert event.values["UID"] == events(report)[0].values["UID"]
    assert len(event.values["DESCRIPTION"].split("\n")) == 5


def test_the_same_event_stays_when_its_day_moves() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    later = match._replace(cycle=match.cycle._replace(eol=date(2030, 1, 1)))
    moved = report._replace(findings=(finding._replace(matches=(later,)),))
    assert events(moved)[0].values["UID"] == events(report)[0].values["UID"]


def test_many_places_are_counted() -> None:
    matches = [sample.match(sample.DJANGO, 1, "3.2.1", Location("a.txt", line)) for line in range(1, 15)]
    report = sample.report()._replace(findings=(), components=tuple(judged(match, Status.EOL) for match in matches))
    (event,) = events(report)
    assert event.values["DESCRIPTION"].endswith("\nand 4 more places")


def test_extended_support_moves_the_day_and_names_who_gives_it() -> None:
    *_, system = events(sample.policed())
    assert (system.values["DTSTART"], system.values["SUMMARY"]) == (
        "20300402",
        "Ubuntu 20.04 LTS: last day of extended support (Ubuntu Pro)",
    )


def test_what_is_set_aside_is_marked() -> None:
    ignored, known, *_ = events(sample.policed())
    assert ignored.values["SUMMARY"].endswith(" (ignored)")
    assert "ignored until 2027-03-31: replaced in Q1, see PLAT-123" in ignored.values["DESCRIPTION"]
    assert known.values["SUMMARY"].endswith(" (known)")


def test_a_day_that_nobody_announced_says_so() -> None:
    by_rule, *_ = events(sample.curated())
    assert by_rule.values["SUMMARY"].endswith("support, at the earliest (by policy, not announced)")
    names = [event.values["SUMMARY"] for event in events(sample.curated())]
    assert "adler: marked deprecated" in names


def test_a_cycle_without_a_day_has_no_event_and_is_counted() -> None:
    match = sample.match(sample.NUMPY, 1, "2.2.6", Location("a.txt", 1))
    undated = match._replace(cycle=match.cycle._replace(eol=False, evidence=EvidenceClass.VENDOR))
    report = sample.report()._replace(findings=(), components=(judged(undated),))
    assert events(report) == []
    assert "1 cycle in use without a date." in read(report).parts[0].values["DESCRIPTION"]


def test_what_a_distribution_looks_after_does_not_end_on_upstreams_day() -> None:
    match = sample.match(sample.DJANGO, 1, "3.2.25", Location("status", 1))
    assert events(sample.report()._replace(findings=(), components=(judged(match, Status.DISTRO_MAINTAINED),))) == []


def test_the_entry_on_the_scan_tells_what_was_covered_and_what_needs_a_look() -> None:
    told = read(sample.policed()).parts[0].values["DESCRIPTION"].split("\n")
    assert told[0].startswith("4 dependencies: 3 judged")
    assert "sub/requirements.txt:5: No verdict on wagtail >=3: given as a range." in told
    assert any(line.startswith("pyproject.toml:17: This ignore ended on 2026-06-30") for line in told)
    assert any(
        line.startswith("Not read: requirements.txt:7: ")
        for line in read(sample.report()).parts[0].values["DESCRIPTION"].split("\n")
    )


def test_the_calendar_has_no_clock() -> None:
    assert {one.values["DTSTAMP"] for one in read(sample.policed()).parts} == {"20261122T000000Z"}


@given(text=st.text() | st.text(st.sampled_from(":# é😀\\,;\n"), max_size=200))
def test_no_text_of_a_file_becomes_a_line_of_the_calendar_or_a_command(text: str) -> None:
    (finding, *_) = sample.report().findings
    (match,) = finding.matches
    dependency = match.dependency._replace(purl=f"pkg:pypi/{text}@{text}", location=Location(text, 3))
    match = match._replace(dependency=dependency, product=match.product._replace(title=text, link=text))
    report = sample.report()._replace(
        findings=(finding._replace(matches=(match,)),), problems=(Problem(text, Location(text)),)
    )
    assert len(events(report)) == 1
    written = REPORTER.render(report, Style())
    assert "##[" not in written
    assert not [line for line in written.split("\r\n") if line.lstrip().startswith("::")]
