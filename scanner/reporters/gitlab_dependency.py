"""GitLab's dependency scanning report, version 15.1.4: findings in its security dashboards.

https://gitlab.com/gitlab-org/security-products/security-report-schemas. GitLab knows a vulnerability again by its
first identifier, its file and its package. An end of life is none in the strict sense; hence CWE-1104, use of
unmaintained third-party components.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from scanner import about
from scanner.message import chores, elsewhere, standing, without_verdict
from scanner.plugin import Reporter
from scanner.purl import name_and_version, name_beside
from scanner.rules import RULES
from scanner.text import harmless, json_for_log
from scanner.wording import called, counted, coverage, located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Advice, Dependency, Finding, Match, Report
    from scanner.plugin import Style

_Value: TypeAlias = "str | bool | list[_Value] | dict[str, _Value]"
_Object: TypeAlias = "dict[str, _Value]"

_VERSION: Final = "15.1.4"
_LONGEST: Final = 4000
_LONGEST_NAME: Final = 255

# From this CVSS score on, in its own words.
_SEVERITIES: Final = ((9.0, "Critical"), (7.0, "High"), (4.0, "Medium"), (0.0, "Low"))

_CWE: Final[_Object] = {
    "type": "cwe",
    "name": "CWE-1104",
    "value": "1104",
    "url": "https://cwe.mitre.org/data/definitions/1104.html",
}


def render(report: Report, _style: Style) -> str:
    """Write the findings, and as messages of the scan what was covered, not read and not judged."""
    from json import dumps

    files = {given.path: given.repo_path for given in report.inputs}
    # A line for each entry: laid out by `indent`, they take five times as long.
    found = ",\n".join(dumps(_vulnerability(finding, files)) for finding in (*report.findings, *report.extended))
    document = f'{{\n"version": "{_VERSION}",\n"scan": {dumps(_scan(report))},\n"vulnerabilities": [\n{found}\n]\n}}\n'
    return json_for_log(document)


def _scan(report: Report) -> _Object:
    tool: _Object = {
        "id": about.NAME,
        "name": about.NAME,
        "version": about.VERSION,
        "url": about.HOME,
        "vendor": {"name": about.NAME},
    }
    # The day of the report, and no clock: the same inputs give the same bytes.
    day = f"{report.today}T00:00:00"
    return {
        "analyzer": tool,
        "scanner": tool,
        "type": "dependency_scanning",
        "start_time": day,
        "end_time": day,
        "status": "success",
        "messages": [{"level": level, "value": _safe(said)} for level, said in _messages(report)],
    }


def _messages(report: Report) -> Iterator[tuple[str, str]]:
    stamp = report.data
    yield "info", coverage(report.by_status, report.by_reason)
    yield "info", f"Data of {stamp.date} ({counted(stamp.products, 'product')}, revision {stamp.revision})."
    for verdict in report.unjudged:
        yield "warn", f"{located(verdict.dependency.location)}: {without_verdict(verdict)}"
    for problem in report.problems:
        yield "warn", f"{located(problem.location)}: {problem.message}"
    for sentence, place in chores(report.upkeep):
        yield "info", f"{located(place)}: {sentence}"


def _vulnerability(finding: Finding, files: dict[str, str]) -> _Object:
    match = finding.matches[0]
    path, aside = match.dependency.location.path, standing(finding)
    said = finding.message + elsewhere(finding) + (f" ({aside})" if aside else "")
    subject = match.product.title if match.product.whole else f"{match.product.title} {called(match.cycle)}"
    solution: _Object = {"solution": _safe(_solution(finding.advice, match))} if finding.advice else {}
    return {
        "id": finding.id,
        "name": _safe(f"{subject}: {_title(finding)}", _LONGEST_NAME),
        "description": _safe(said),
        "severity": _severity(finding),
        **solution,
        "identifiers": [_identifier(finding, subject), _CWE],
        "links": [{"url": link} for link in (match.cycle.link, match.product.link) if link and _is_address(link)],
        "location": {
            "file": _safe(files.get(path, path)) or "-",
            "dependency": _dependency(match.dependency),
        },
    }


def _title(finding: Finding) -> str:
    (title,) = (rule.title for rule in RULES.values() if rule.id == finding.rule)
    return (
        f"{title}, ignored" if finding.ignored else title if finding.status in RULES else f"{title}, {finding.status}"
    )


def _severity(finding: Finding) -> str:
    if finding.ignored is not None or finding.status not in RULES:
        return "Info"
    score = float(RULES[finding.status].severity)
    return next(word for least, word in _SEVERITIES if score >= least)


def _solution(advice: Advice, match: Match) -> str:
    if advice.cycle is None:
        return f"Use {name_beside(advice.replacement or '', match.dependency.purl)} instead."
    newest = f"; its newest version is {advice.latest}" if advice.latest and advice.latest != advice.cycle else ""
    return f"Move to {match.product.title} {advice.cycle}{newest}."


def _identifier(finding: Finding, subject: str) -> _Object:
    match = finding.matches[0]
    return {
        "type": about.NAME,
        "name": _safe(f"{finding.rule} {subject}", _LONGEST_NAME),
        "value": _safe(f"{finding.rule}-{match.product.id}-{match.cycle.name}"),
    }


def _dependency(dependency: Dependency) -> _Object:
    name, version = name_and_version(dependency)
    found: _Object = {"package": {"name": _safe(name)}, "version": _safe(version or dependency.requirement or "")}
    return found if dependency.direct is None else {**found, "direct": dependency.direct}


def _is_address(link: str) -> bool:
    return link.startswith(("https://", "http://")) and len(link.split("://", 1)[1]) > 0 and _safe(link) == link


def _safe(text: str, longest: int = _LONGEST) -> str:
    return harmless(text, longest)


REPORTER: Final = Reporter(id="gitlab-dependency", title="GitLab dependency scanning report (15.1.4)", render=render)
