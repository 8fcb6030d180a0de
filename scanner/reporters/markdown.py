"""Tables in GitHub Flavored Markdown: for the summary of a job, a comment, a wiki page.

https://github.github.com/gfm/. What comes from a scanned file stands in code spans, where nothing
is a link, a mention, HTML or a picture; the words of product files are escaped.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeVar

from scanner import purl
from scanner.about import NAME
from scanner.message import chores, set_aside
from scanner.model import EvidenceClass, Status
from scanner.plugin import Reporter
from scanner.text import clean, for_log, redact, shorten
from scanner.wording import (
    advised,
    called,
    counted,
    coverage,
    distance,
    ending_of,
    judged,
    located,
    marked,
    marked_deprecated,
    reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from scanner.model import (
        Dependency,
        Extension,
        Finding,
        Location,
        Match,
        Policy,
        Problem,
        Report,
        Verdict,
    )
    from scanner.plugin import Style

_Item = TypeVar("_Item")

# GitHub refuses a longer comment; the summary of a job may be sixteen times as long.
_LIMIT: Final = 65_536
# Kept free for the sentences around the tables, which are never left out.
_RESERVE: Final = 4_096
_CELL: Final = 300

# What there is to move to where there is no advice.
_NOWHERE: Final[Mapping[Status, str]] = MappingProxyType(
    {Status.EOL: "no supported successor", Status.DEPRECATED: "no replacement is named"}
)

# A code span can hold no backtick, a table cell no bar; tags and links are read by programs that
# know no code spans. Versions (`<5`) and paths (`[slug]`) stay as they are.
_BREAKS_CODE: Final = re.compile(r"[`|]|<(?=[A-Za-z/!?])|\](?=\()")
_PUNCTUATION: Final = re.compile(r"[\\`*_\[\]<>|&~$#!@:]")


def render(report: Report, _style: Style) -> str:
    """Write the findings, what was covered and what could not be read, as far as a comment can hold it."""
    page = _Page()
    found = [*sorted(report.findings, key=_badness), *report.extended]
    page.say(f"## {NAME}: {counted(len(report.findings), 'finding')}{_set_aside(report)}")
    page.say(_verdict(report))
    heads = ("Status", "Dependency", "Where", "Cycle", "End", "Move to")
    page.table(heads, found, lambda finding: _of_finding(finding, report.today), "finding")
    page.table(("No verdict, and so a failure", "Why", "Where"), report.unjudged, _of_unjudged, "dependency")
    page.say(coverage(report.by_status, report.by_reason))
    page.table(("Not read", "Why"), report.problems, _of_problem, "problem")
    page.table(("Settings", "What to look at"), [*chores(report.upkeep)], _of_chore, "entry")
    page.table(("Dependency", "Status", "Where"), report.components, _of_component, "dependency")
    page.say(_stamped(report))
    return page.text()


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], _style: Style) -> str:
    """Write every dependency with its place, then what could not be read."""
    page = _Page()
    page.say(f"## {NAME}: {counted(len(dependencies), 'dependency', 'dependencies')}")
    page.table(("Dependency", "Where"), dependencies, lambda one: (_named(one), _where(one.location)), "dependency")
    page.table(("Not read", "Why"), problems, _of_problem, "problem")
    return page.text()


class _Page:
    """A text whose tables stop growing before it is too long, and say so."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._left = _LIMIT - _RESERVE

    def say(self, paragraph: str) -> None:
        """Add one of the few sentences that are never left out."""
        self._lines += [for_log(paragraph), ""]

    def table(
        self, heads: Sequence[str], items: Sequence[_Item], row: Callable[[_Item], Iterable[str]], noun: str
    ) -> None:
        """Add as many rows as there is room for, and the number of those left out; nothing for no items."""
        if not items:
            return
        if self._fits(f"{_joined(heads)}\n{_joined('---' for _ in heads)}"):
            shown = next(
                (number for number, item in enumerate(items) if not self._fits(_joined(row(item)))), len(items)
            )
        else:
            shown = 0
        if left_out := len(items) - shown:
            number = counted(left_out, f"more {noun}", f"more {noun[:-1]}ies" if noun.endswith("y") else None)
            self._lines += ["", f"*{number} left out here for want of room; the JSON report has all.*"]
        self._lines.append("")

    def text(self) -> str:
        """Return what was written."""
        return "\n".join(self._lines[:-1]) + "\n"

    def _fits(self, text: str) -> bool:
        text = for_log(text)
        self._left -= len(text) + 1
        if self._left >= 0:
            self._lines.append(text)
        return self._left >= 0


def _joined(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _badness(finding: Finding) -> tuple[int, int, int, str, int]:
    place = finding.matches[0].dependency.location
    days_left = 0 if finding.days_left is None else finding.days_left
    aside = 2 if finding.ignored is not None else int(finding.known)
    return (aside, finding.status.rank, days_left, place.path, place.line or 0)


def _set_aside(report: Report) -> str:
    ignored, known = set_aside(report.findings)
    parts = [f"{number:,} {word}" for number, word in ((ignored, "ignored"), (known, "known")) if number]
    return f" ({', '.join(parts)})" if parts else ""


def _verdict(report: Report) -> str:
    policy = ", ".join(_gated(status, report.policy) for status in sorted(report.policy.fail_on)) or "never"
    if report.failed:
        return f"**This fails the policy** ({policy})."
    if not judged(report.by_status):
        return f"Nothing fails the policy ({policy}), since nothing was judged: **this says nothing about health**."
    return f"Nothing fails the policy ({policy})."


def _gated(status: Status, policy: Policy) -> str:
    if status is not Status.EXPIRING or policy.fail_within_days is None:
        return str(status)
    return f"{status} within {counted(policy.fail_within_days, 'day')}"


def _stamped(report: Report) -> str:
    stamp = report.data
    return (
        f"Judged as of {report.today} with data of {stamp.date} from {_prose(stamp.source)} "
        f"({counted(stamp.products, 'product')}, revision {_prose(stamp.revision)})."
    )


def _of_finding(finding: Finding, today: date) -> tuple[str, ...]:
    match = finding.matches[0]
    others = len(finding.matches) - 1
    more = f" and {counted(others, 'more place')}" if others else ""
    return (
        f"**{finding.status}**{_aside(finding)}",
        _named(match.dependency),
        _where(match.dependency.location) + more,
        _prose(match.product.title if match.product.whole else f"{match.product.title} {called(match.cycle)}"),
        _ends(match, finding.status, today),
        _move(finding),
    )


def _aside(finding: Finding) -> str:
    if finding.ignored is not None:
        return f", ignored until {finding.ignored.until}: {_code(finding.ignored.reason)}"
    return ", known" if finding.known else ""


def _ends(match: Match, status: Status, today: date) -> str:
    said = _said(match, status, today)
    if match.extension is not None:
        said = f"{said}; {_carried(match.extension, today)}"
    return f"{said}, inferred" if match.evidence.evidence_class is EvidenceClass.INFERRED else said


def _said(match: Match, status: Status, today: date) -> str:
    cycle = match.cycle
    if status is Status.SUPERSEDED:
        return "only the newest release is supported"
    if status is Status.DEPRECATED and match.evidence.evidence_class is EvidenceClass.LOCKFILE:
        return marked(match.dependency.mark)
    if status is Status.DEPRECATED:
        return marked_deprecated(cycle, today)
    end = ending_of(cycle, cycle.eol, today)
    if status is Status.SECURITY_ONLY:
        return f"active support {ending_of(cycle, cycle.eoas, today)}; security support {end}"
    return end


def _carried(extension: Extension, today: date) -> str:
    contract = extension.contract
    who = "free for all" if contract is None else _prose(contract.provider) or "by contract"
    until = extension.until
    if until is None or isinstance(until, bool):
        return f"extended support ({who}) goes on"
    return f"extended support ({who}) until {until}, {distance(until, today)}"


def _move(finding: Finding) -> str:
    advice = finding.advice
    if advice is None:
        return _NOWHERE.get(finding.status, "nothing that lasts longer")
    if advice.cycle is None:
        return f"use {_code(purl.name_beside(advice.replacement or '', finding.matches[0].dependency.purl))} instead"
    latest = f" ({advice.latest})" if advice.latest else ""
    match advice.eol:
        case None | True:
            until = ""
        case False:
            until = ", no announced end"
        case day:
            until = f", until {day}"
    return _prose(advised(advice) + latest) + until


def _of_problem(problem: Problem) -> tuple[str, str]:
    return _where(problem.location), _code(problem.message)


def _of_unjudged(verdict: Verdict) -> tuple[str, str, str]:
    why = reason(verdict.reason) if verdict.reason else str(verdict.status)
    return _named(verdict.dependency), why, _where(verdict.dependency.location)


def _of_chore(chore: tuple[str, Location]) -> tuple[str, str]:
    sentence, place = chore
    return _where(place), _prose(sentence)


def _of_component(verdict: Verdict) -> tuple[str, str, str]:
    why = f", {reason(verdict.reason)}" if verdict.status is Status.UNKNOWN and verdict.reason else ""
    return _named(verdict.dependency), f"{verdict.status}{why}", _where(verdict.dependency.location)


def _named(dependency: Dependency) -> str:
    return _code(purl.full_name(dependency))


def _where(location: Location) -> str:
    return _code(located(location))


def _code(text: str) -> str:
    text = shorten(redact(clean(text)), _CELL) or " "
    return f"`{_BREAKS_CODE.sub(_hexadecimal, text)}`"


def _hexadecimal(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def _prose(text: str) -> str:
    text = shorten(redact(clean(text)), _CELL)
    return _PUNCTUATION.sub(lambda found: f"&#{ord(found[0])};", text)


REPORTER: Final = Reporter(id="markdown", title="Markdown tables", render=render, render_list=render_list)
