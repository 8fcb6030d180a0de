"""GitLab's Code Quality report: findings in the widget of a merge request and at its changed lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. GitLab compares two branches by the
fingerprints alone, and shows one entry of those that share one.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from scanner.about import NAME
from scanner.message import chores, elsewhere, standing, without_verdict
from scanner.model import Location, Status
from scanner.plugin import Reporter
from scanner.text import harmless, json_for_log
from scanner.wording import coverage, judged_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model import Finding, Report
    from scanner.plugin import Style

_Issue: TypeAlias = "dict[str, str | dict[str, str | dict[str, int]]]"

_SEVERITIES: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.EOL: "critical",
        Status.DEPRECATED: "major",
        Status.EXPIRING: "minor",
        Status.SECURITY_ONLY: "info",
        Status.SUPERSEDED: "info",
    }
)
_LONGEST: Final = 2000


def render(report: Report, _style: Style) -> str:
    """Write one entry for each finding, for what has no verdict or was not read, and for what was covered."""
    from json import dumps

    issues: dict[str, _Issue] = {}
    for issue in _issues(report):
        issues.setdefault(str(issue["fingerprint"]), issue)
    # A line for each entry: laid out by `indent`, they take five times as long.
    text = ",\n".join(map(dumps, issues.values()))
    return json_for_log(f"[\n{text}\n]\n")


def _issues(report: Report) -> Iterator[_Issue]:
    files = {given.path: given.repo_path for given in report.inputs}
    for finding in (*report.findings, *report.extended):
        yield _of_finding(finding, files)
    for verdict in report.unjudged:
        dependency = verdict.dependency
        yield _issue("major", verdict.status, without_verdict(verdict), dependency.location, files, dependency.purl)
    for problem in report.problems:
        yield _issue("minor", "not-read", f"Not read: {problem.message}", problem.location, files)
    for sentence, place in chores(report.upkeep):
        # What is gone has no place any more: an entry would blame a file that is in order.
        if place.line is not None:
            yield _issue("info", "settings", sentence, place, files)
    if report.inputs:
        yield _covered(report, files)


def _of_finding(finding: Finding, files: Mapping[str, str]) -> _Issue:
    aside = standing(finding)
    message = finding.message + elsewhere(finding) + (f" ({aside})" if aside else "")
    severity = "info" if finding.ignored is not None else _SEVERITIES.get(finding.status, "info")
    check = finding.rule if finding.status in _SEVERITIES else finding.status
    issue = _issue(severity, check, message, finding.matches[0].dependency.location, files)
    return {**issue, "fingerprint": finding.id}


def _covered(report: Report, files: Mapping[str, str]) -> _Issue:
    """Say how many dependencies were judged; the same fingerprint on every branch keeps it out of merge requests."""
    said = f"{NAME}: {coverage(report.by_status, report.by_reason)} {judged_with(report.data, report.today)}"
    place = Location(report.inputs[0].path)
    return {**_issue("info", "coverage", said, place, files), "fingerprint": _digest("coverage")}


def _issue(
    severity: str, check: str, said: str, place: Location, files: Mapping[str, str], subject: str = ""
) -> _Issue:
    path = harmless(files.get(place.path, place.path)).lstrip("/").removeprefix("./") or "-"
    description = harmless(said, _LONGEST)
    return {
        "description": description,
        "check_name": harmless(check),
        "fingerprint": _digest(check, path, subject or description),
        "severity": severity,
        # An entry without a line is refused, so that the first one stands for "the file".
        "location": {"path": path, "lines": {"begin": place.line or 1}},
    }


def _digest(*parts: str) -> str:
    from hashlib import sha256

    return sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


REPORTER: Final = Reporter(id="gitlab", title="GitLab Code Quality report", render=render)
