"""A table for spreadsheets: one row for each place of each dependency, whatever is said of it.

https://www.rfc-editor.org/rfc/rfc4180. Columns are only ever added, at the end. What a spreadsheet would run as a
formula has a `'` before it: https://owasp.org/www-community/attacks/CSV_Injection.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

from scanner.message import chores, without_verdict
from scanner.model import Status
from scanner.plugin import Reporter
from scanner.purl import name_and_version, name_beside
from scanner.rules import RULES
from scanner.text import harmless
from scanner.wording import reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.model import Advice, Cycle, Dependency, Ending, Finding, Location, Match, Problem, Report, Verdict
    from scanner.plugin import Style

_Row: TypeAlias = "dict[str, object]"

_HEADER: Final = (
    "status,name,version,path,line,column,product,cycle,end,move_to,message,rule,id,fails,ignored_until,ignored_reason,"
    "known,extended_until,extended_by,reason,requirement,purl,kind,scope,direct,via,title,released,active_support_end,"
    "latest,evidence,link"
)
_LIST_HEADER: Final = "name,version,path,line,column,requirement,purl,kind,scope,direct,via,message"

# The wide forms too: a spreadsheet in some languages takes them for the narrow ones.
_FORMULAS: Final = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def render(report: Report, _style: Style) -> str:
    """Write the findings, what extended support covers, all other dependencies, and what could not be read."""
    return _table(_HEADER, _rows(report))


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], _style: Style) -> str:
    """Write each dependency, then what could not be read."""
    rows = [*map(_of_dependency, dependencies), *(_said(problem.location, problem.message) for problem in problems)]
    return _table(_LIST_HEADER, rows)


def _rows(report: Report) -> Iterator[_Row]:
    told = set()
    for finding in (*report.findings, *report.extended):
        for match in finding.matches:
            told.add(_identity(match.dependency, match))
            yield _of_finding(finding, match)
    for verdict in report.unjudged:
        told.add(_identity(verdict.dependency, None))
        yield _of_verdict(verdict) | {"fails": True, "message": without_verdict(verdict)}
    for verdict in report.components:
        if _identity(verdict.dependency, verdict.match) not in told:
            yield _of_verdict(verdict)
    for problem in report.problems:
        yield {"status": "not-read", **_said(problem.location, problem.message)}
    for sentence, place in chores(report.upkeep):
        yield {"status": "settings", **_said(place, sentence)}


def _identity(dependency: Dependency, match: Match | None) -> tuple[object, ...]:
    cycle = (match.product.id, match.cycle.name) if match else ()
    return (dependency.purl, dependency.requirement, dependency.label, dependency.location, cycle)


def _of_finding(finding: Finding, match: Match) -> _Row:
    ignored = finding.ignored
    return {
        "status": finding.status,
        "rule": finding.rule,
        "id": finding.id,
        "message": finding.message,
        "move_to": _move(finding.advice, match.dependency),
        "fails": finding.fails,
        "known": finding.known,
        "ignored_until": ignored and ignored.until,
        "ignored_reason": ignored and ignored.reason,
        **_of_dependency(match.dependency),
        **_of_match(match),
    }


def _of_verdict(verdict: Verdict) -> _Row:
    rule = RULES.get(verdict.status)
    return {
        "status": verdict.status,
        "rule": rule and rule.id,
        "fails": False,
        "reason": reason(verdict.reason) if verdict.reason and verdict.status is Status.UNKNOWN else verdict.reason,
        **_of_dependency(verdict.dependency),
        **(_of_match(verdict.match) if verdict.match else {}),
    }


def _of_dependency(dependency: Dependency) -> _Row:
    name, version = name_and_version(dependency)
    return {
        "name": name,
        "version": version,
        "requirement": dependency.requirement,
        "purl": dependency.purl,
        "kind": dependency.kind,
        "scope": dependency.scope,
        "direct": dependency.direct,
        "via": " > ".join(dependency.via),
        **_placed(dependency.location),
    }


def _of_match(match: Match) -> _Row:
    cycle, extension = match.cycle, match.extension
    contract = extension and extension.contract
    return {
        "product": match.product.id,
        "title": match.product.title,
        "cycle": cycle.name,
        "released": cycle.released,
        "active_support_end": _day(cycle.eoas),
        "end": _day(cycle.eol),
        "latest": cycle.latest,
        "evidence": match.evidence_class,
        "link": _link(match, cycle),
        "extended_until": extension and _day(extension.until),
        "extended_by": contract.provider if contract else extension and "free",
    }


def _link(match: Match, cycle: Cycle) -> str:
    return cycle.link or match.product.link


def _day(end: Ending) -> str | date:
    # What is over without a day, and what has no announced end, are no dates; nobody may take one for the other.
    if isinstance(end, date):
        return end
    return {True: "over", False: "none announced", None: ""}[end]


def _move(advice: Advice | None, dependency: Dependency) -> str:
    if advice is None:
        return ""
    return advice.cycle or name_beside(advice.replacement or "", dependency.purl)


def _placed(place: Location) -> _Row:
    return {"path": place.path, "line": place.line, "column": place.column}


def _said(place: Location, sentence: str) -> _Row:
    return {**_placed(place), "message": sentence}


def _table(header: str, rows: Iterable[_Row]) -> str:
    names = header.split(",")
    lines = [",".join([_cell(row.get(name)) for name in names]) for row in rows]
    return "\r\n".join([header, *lines, ""])


def _cell(value: object) -> str:
    if value is None or value is True or value is False:
        return "" if value is None else str(value).lower()
    text = str(value)
    if text.isalnum():
        return text
    text = harmless(text)
    if text.lstrip()[:1] in _FORMULAS and text.strip():
        text = f"'{text}"
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if "," in text or '"' in text or ";" in text else text


REPORTER: Final = Reporter(
    id="csv",
    title="CSV, one row for each place",
    render=render,
    render_list=render_list,
    needs_components=True,
)
