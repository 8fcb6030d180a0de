"""JUnit XML, as GitLab and Jenkins show it: a suite for each file, a test for each package that it names.

https://docs.gitlab.com/ci/testing/unit_test_reports/. There is no standard. Both know a test again by its class and
its name, which here are the file and the package URL without version, so that an upgrade reads as a test that was
fixed. Only what makes the run fail is a failure; what the user has set aside, and what has no verdict, is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.about import NAME
from scanner.message import chores, elsewhere, standing, without_verdict
from scanner.model import Status
from scanner.plugin import Reporter
from scanner.purl import name_and_version, unversioned
from scanner.rules import RULES
from scanner.text import harmless
from scanner.wording import coverage, judged, judged_with, located

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model import Dependency, Finding, Problem, Report
    from scanner.plugin import Style

_LONGEST: Final = 2000
# What has these is a finding; what is superseded is one only for those who ask.
_FOUND: Final = frozenset({*RULES, Status.EXTENDED} - {Status.SUPERSEDED})
# Worse than the others: of what several places say of a package, the test is the worst.
_PASSED, _SKIPPED, _FAILED = range(3)
# GitLab passes over a test without a name or a class.
_NAMELESS: Final = "-"


class _Told(NamedTuple):
    """One thing to tell of a test; `word` says what kind of failure it is."""

    path: str
    name: str
    outcome: int
    text: str = ""
    word: str = ""
    line: int | None = None


def render(report: Report, _style: Style) -> str:
    """Write a suite on the scan as a whole, then one for each file in the order of the inputs."""
    suites: dict[str, dict[str, list[_Told]]] = {given.path: {} for given in report.inputs}
    for told in _all_told(report):
        suites.setdefault(told.path, {}).setdefault(_safe(told.name) or _NAMELESS, []).append(told)
    merged = _merged(suites)
    day = report.today.isoformat()
    blocks = [_suite(NAME, [[_coverage(report)]], day)]
    blocks += [_suite(path, tests, day) for path, tests in merged.items()]
    every = [[_coverage(report)], *(test for tests in merged.values() for test in tests)]
    head = f'<testsuites name="{NAME}"{_counts(every)} time="0">'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *blocks, "</testsuites>", ""])


def _all_told(report: Report) -> Iterator[_Told]:
    for finding in (*report.findings, *report.extended):
        yield _of_finding(finding)
    for verdict in report.unjudged:
        place = verdict.dependency.location
        said = without_verdict(verdict)
        yield _Told(place.path, _named(verdict.dependency), _FAILED, said, verdict.status, place.line)
    yield from _others(report)
    for problem in report.problems:
        yield _of_problem(problem)


def _others(report: Report) -> Iterator[_Told]:
    """Yield what has a verdict and no finding, and what is unknown; what nobody tracks is only counted."""
    failing = set(report.unjudged)
    for verdict in report.components:
        place, name = verdict.dependency.location, _named(verdict.dependency)
        if verdict.status is Status.UNKNOWN and verdict not in failing:
            yield _Told(place.path, name, _SKIPPED, without_verdict(verdict), line=place.line)
        elif verdict.match is not None and verdict.status not in _FOUND:
            yield _Told(place.path, name, _PASSED, line=place.line)


def _of_finding(finding: Finding) -> _Told:
    dependency, aside = finding.matches[0].dependency, standing(finding)
    word = finding.rule if finding.status in RULES else f"{finding.status}:"
    said = f"{word} {finding.message}{elsewhere(finding)}"
    outcome = _FAILED if finding.fails else _SKIPPED if aside else _PASSED
    place = dependency.location
    return _Told(
        place.path, _named(dependency), outcome, f"{aside}. {said}" if aside else said, finding.rule, place.line
    )


def _of_problem(problem: Problem) -> _Told:
    place = problem.location
    name = "not read" if place.line is None else f"not read: line {place.line}"
    return _Told(place.path, name, _SKIPPED, problem.message, line=place.line)


def _named(dependency: Dependency) -> str:
    return unversioned(dependency.purl)[0] or name_and_version(dependency)[0]


def _merged(suites: dict[str, dict[str, list[_Told]]]) -> dict[str, list[list[_Told]]]:
    """Put the worst of each test first; of tests of one name GitLab would keep one."""
    tests: dict[str, dict[str, list[_Told]]] = {}
    for path, by_name in suites.items():
        suite = tests.setdefault(_safe(path) or _NAMELESS, {})
        for name, told in by_name.items():
            suite.setdefault(name, []).extend(told)
    return {
        path: [sorted(told, key=lambda one: -one.outcome) for told in by_name.values()]
        for path, by_name in tests.items()
    }


def _coverage(report: Report) -> _Told:
    """Tell what was judged, and what the settings need; where nothing was judged, no test may have passed."""
    said = [
        coverage(report.by_status, report.by_reason),
        judged_with(report.data, report.today),
        *(f"{located(place)}: {sentence}" for sentence, place in chores(report.upkeep)),
    ]
    return _Told(NAME, "coverage", _PASSED if judged(report.by_status) else _SKIPPED, "\n".join(said))


def _suite(path: str, tests: list[list[_Told]], day: str) -> str:
    head = f'  <testsuite name="{_attribute(path)}"{_counts(tests)} time="0" timestamp="{day}T00:00:00">'
    return "\n".join([head, *(_test(path, told) for told in tests), "  </testsuite>"])


def _counts(tests: Iterable[list[_Told]]) -> str:
    worst = [told[0].outcome for told in tests]
    return f' tests="{len(worst)}" failures="{worst.count(_FAILED)}" errors="0" skipped="{worst.count(_SKIPPED)}"'


def _test(path: str, told: list[_Told]) -> str:
    first = told[0]
    file = "" if path == NAME and first.path == NAME else f' file="{_attribute(path)}"'
    line = "" if first.line is None else f' line="{first.line}"'
    name = _attribute(first.name) or _NAMELESS
    head = f'    <testcase classname="{_attribute(path)}" name="{name}"{file}{line} time="0"'
    texts = list(dict.fromkeys(one.text for one in told if one.text))
    if not texts and first.outcome == _PASSED:
        return f"{head}/>"
    return "\n".join([f"{head}>", *_inside(first, texts), "    </testcase>"])


def _inside(first: _Told, texts: list[str]) -> list[str]:
    said = "\n".join(_text(text) for text in texts)
    if first.outcome == _FAILED:
        # Jenkins shows the text, GitLab too, and other tools the attribute alone.
        head = f'type="{_attribute(first.word)}" message="{_attribute(first.text)}"'
        return [f"      <failure {head}>{said}</failure>"]
    if first.outcome == _SKIPPED:
        return [f'      <skipped message="{_attribute("; ".join(texts))}"/>']
    return [f"      <system-out>{said}</system-out>"]


def _text(text: str) -> str:
    return "\n".join(_escaped(_safe(line)) for line in text.split("\n"))


def _attribute(text: str) -> str:
    return _escaped(_safe(text.replace("\n", " "))).replace('"', "&quot;")


def _safe(text: str) -> str:
    return harmless(text, _LONGEST)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


REPORTER: Final = Reporter(id="junit", title="JUnit XML, a test for each package", render=render, needs_components=True)
