"""Annotations of a GitHub workflow: findings shown at the lines of a pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands. The runner obeys
what it reads in a log, so that every text of a scanned file is made harmless on its way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import purl
from scanner.about import NAME
from scanner.message import chores, elsewhere, set_aside, standing, without_verdict
from scanner.model import Upkeep
from scanner.plugin import Reporter
from scanner.rules import RULES
from scanner.text import harmless
from scanner.wording import counted, coverage, judged_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.model import Dependency, Finding, Input, Location, Report
    from scanner.plugin import Style

# GitHub shows ten annotations of a type for each step, and drops the rest without a word.
_SHOWN: Final = 10

# The runner cuts a message at 4,096 UTF-16 units, of which a character has at most two.
_MESSAGE: Final = 2000
_TITLE: Final = 120

# The runner knows no `note`; the types are in the order in which they matter.
_TYPES: Final = ("error", "warning", "notice")


def render(report: Report, _style: Style) -> str:
    """Write an annotation for what is to be done, the worst of each type, then what was covered and left out here.

    What is ignored, and what a baseline knows, is no news at a line of a pull request.
    """
    files = {given.path: _file(given) for given in report.inputs}
    by_type: dict[str, list[str]] = {name: [] for name in _TYPES}
    for name, title, message, location in _told(report):
        by_type[name].append(_command(name, title, message, _place(location, files) if location else []))
    lines = [line for name in _TYPES for line in _kept(by_type[name], name)]
    return "\n".join([*lines, harmless(_covered(report)), ""])


def _told(report: Report) -> Iterator[tuple[str, str, str, Location | None]]:
    """Yield type, title, message and place of each annotation, those of a type in the order in which they matter."""
    for finding in sorted((found for found in report.findings if not standing(found)), key=_badness):
        yield _of_finding(finding)
    for verdict in report.unjudged:
        title = f"No verdict: {_named(verdict.dependency)}"
        yield "error", title, f"{without_verdict(verdict)} The policy asks for one.", verdict.dependency.location
    # What is ignored until a day counts again after it; the other entries only do nothing.
    for sentence, location in chores(Upkeep(expired=report.upkeep.expired)):
        yield "warning", "Ignored no more", sentence, location
    for problem in report.problems:
        yield "warning", "Not read", problem.message, problem.location
    for sentence, location in chores(report.upkeep._replace(expired=(), gone=())):
        yield "notice", "Settings without effect", sentence, location


def _covered(report: Report) -> str:
    ignored, known = set_aside(report.findings)
    left_out = ((known, "known from the baseline"), (ignored, "ignored"))
    listed = ", ".join(f"{number:,} {word}" for number, word in left_out if number)
    told = f" Findings not shown here: {listed}." if listed else ""
    told += f" Gone since the baseline: {len(report.upkeep.gone):,}." if report.upkeep.gone else ""
    covered = coverage(report.by_status, report.by_reason)
    return f"{NAME}: {covered}{told} {judged_with(report.data, report.today)}"


def _badness(finding: Finding) -> tuple[bool, int, int, str, int]:
    place = finding.matches[0].dependency.location
    days_left = 0 if finding.days_left is None else finding.days_left
    return (not finding.fails, finding.status.rank, days_left, place.path, place.line or 0)


def _of_finding(finding: Finding) -> tuple[str, str, str, Location]:
    dependency = finding.matches[0].dependency
    rule = RULES[finding.status]
    title = f"{rule.title.capitalize()}: {_named(dependency)} ({rule.id})"
    name = rule.level.replace("note", "notice")
    return name, title, finding.message + elsewhere(finding), dependency.location


def _named(dependency: Dependency) -> str:
    return " ".join(filter(None, purl.name_and_version(dependency)))


def _file(given: Input) -> str:
    # Standard input and package URLs on the command line are no files of the repository.
    return "" if given.path == "-" or given.format == "purl" else given.repo_path


def _place(location: Location, files: Mapping[str, str]) -> list[tuple[str, str]]:
    path = files.get(location.path, location.path)
    if not path:
        return []
    spans = (
        ("line", location.line),
        ("endLine", location.line),
        ("col", location.column),
        ("endColumn", location.end_column),
    )
    return [("file", path), *((key, str(value)) for key, value in spans if value is not None)]


def _kept(commands: list[str], name: str) -> Iterable[str]:
    if len(commands) <= _SHOWN:
        return commands
    left_out = len(commands) - (_SHOWN - 1)
    more = f"And {left_out:,} more, which GitHub would not show here; the other reports of this scan have them all."
    return [*commands[: _SHOWN - 1], _command(name, counted(left_out, f"more {name}"), more, [])]


def _command(name: str, title: str, message: str, place: list[tuple[str, str]]) -> str:
    properties = [*place, ("title", harmless(title, _TITLE))]
    listed = ",".join(f"{key}={_escaped_property(harmless(value))}" for key, value in properties)
    return f"::{name} {listed}::{_escaped(harmless(message, _MESSAGE))}"


def _escaped(text: str) -> str:
    # The percent sign first, since the others bring new ones.
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


REPORTER: Final = Reporter(id="github", title="GitHub workflow annotations", render=render)
