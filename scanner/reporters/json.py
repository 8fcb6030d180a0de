"""JSON for other programs, under a number that says what they may rely on.

docs/schemas/report-1.schema.json and docs/schemas/list-1.schema.json. The shape is written here by
hand, field by field: renaming a field of the model changes no user's file. Within `schema: 1` fields
are only ever added.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

from scanner import about, purl
from scanner.model import Reason, Status
from scanner.plugin import Reporter
from scanner.text import json_for_log, redact
from scanner.wording import judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from scanner.model import (
        Advice,
        Cycle,
        Dependency,
        Ending,
        Evidence,
        Extension,
        Finding,
        Ignore,
        Known,
        Location,
        Policy,
        Problem,
        Product,
        Report,
        Stamp,
        Support,
        Verdict,
    )
    from scanner.plugin import Style

_SCHEMA = 1

_Value: TypeAlias = "str | int | bool | list[_Value] | dict[str, _Value] | None"
_Object: TypeAlias = "dict[str, _Value]"

_COMPONENT: Final = "purl name version requirement kind scope direct path line column end_column via"
_JUDGED_COMPONENT: Final = f"{_COMPONENT} status reason"


class _Fragment(str):
    """A value that is JSON already, laid out for its place in the document."""

    __slots__ = ()


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- JSON looks the same everywhere
    """Write one scan as one object."""
    return _document(
        {
            "schema": _SCHEMA,
            "tool": {"name": about.NAME, "version": about.VERSION},
            "as_of": report.today.isoformat(),
            "data": _data(report.data),
            "policy": _policy(report.policy),
            "summary": _summary(report),
            "inputs": [
                {"path": given.path, "format": given.format, "components": given.components} for given in report.inputs
            ],
            "findings": [_finding(finding) for finding in (*report.findings, *report.extended)],
            "unjudged": [_judged(verdict) for verdict in report.unjudged],
            "components": [_judged(verdict) for verdict in report.components],
            "ignores": {
                "expired": [_ignore(entry) for entry in report.upkeep.expired],
                "unused": [_ignore(entry) for entry in report.upkeep.unused],
            },
            "support": {"unused": [_contract(entry) for entry in report.upkeep.idle]},
            "baseline": {"gone": [_known(entry) for entry in report.upkeep.gone]},
            "problems": _problems(report.problems),
        }
    )


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], style: Style) -> str:  # noqa: ARG001 -- as above
    """Write what the parsers saw, without verdicts."""
    return _document(
        {
            "schema": _SCHEMA,
            "components": [_component(dependency) for dependency in dependencies],
            "problems": _problems(problems),
        }
    )


def _data(stamp: Stamp) -> _Object:
    return {
        "revision": stamp.revision,
        "date": stamp.date.isoformat(),
        "products": stamp.products,
        "sha256": stamp.sha256,
        "source": stamp.source,
    }


def _policy(policy: Policy) -> _Object:
    return {
        "fail_on": [*sorted(policy.fail_on)],
        "fail_within_days": policy.fail_within_days,
        "within_days": policy.within_days,
    }


def _summary(report: Report) -> _Object:
    counts = Counter(report.by_status)
    return {
        "components": counts.total(),
        "judged": judged(report.by_status),
        "by_status": {status: counts[status] for status in Status if counts[status]},
        "by_reason": {reason: report.by_reason[reason] for reason in Reason if report.by_reason.get(reason)},
        "ignored": sum(finding.ignored is not None for finding in report.findings),
        "known": sum(finding.known for finding in report.findings),
        "problems": len(report.problems),
        "failed": report.failed,
    }


def _problems(problems: Iterable[Problem]) -> list[_Value]:
    return [
        {"path": problem.location.path, "line": problem.location.line, "message": redact(problem.message)}
        for problem in problems
    ]


def _finding(finding: Finding) -> _Object:
    match = finding.matches[0]
    return {
        "id": finding.id,
        "rule": finding.rule,
        "status": finding.status,
        **_subject(match.dependency),
        "product": _product(match.product),
        "cycle": _cycle(match.cycle),
        "days_left": finding.days_left,
        "evidence": _evidence(match.evidence),
        "advice": _advice(finding.advice),
        "message": redact(finding.message),
        "locations": [_location(place.dependency.location) for place in finding.matches],
        "via": _via(match.dependency),
        "ignored": finding.ignored and redact(finding.ignored.reason),
        "ignored_until": finding.ignored and finding.ignored.until.isoformat(),
        "known": finding.known,
        "fails": finding.fails,
        "support": match.extension and _extension(match.extension),
    }


def _extension(extension: Extension) -> _Object:
    contract = extension.contract
    return {"until": _day(extension.until), "provider": redact(contract.provider) if contract else None}


def _ignore(entry: Ignore) -> _Object:
    chosen = entry.selector
    return {
        "product": chosen.product,
        "cycle": chosen.cycle,
        "purl": chosen.purl,
        "path": chosen.path,
        "reason": redact(entry.reason),
        "until": entry.until.isoformat(),
        "settings": _location(entry.location),
    }


def _contract(entry: Support) -> _Object:
    return {
        "product": entry.product,
        "cycle": entry.cycle,
        "until": _day(entry.until),
        "provider": redact(entry.provider),
        "settings": _location(entry.location),
    }


def _known(entry: Known) -> _Object:
    return {name: str(value) for name, value in entry._asdict().items()}


def _judged(verdict: Verdict) -> _Fragment:
    return _record(_JUDGED_COMPONENT, (*_values(verdict.dependency), verdict.status, verdict.reason))


def _component(dependency: Dependency) -> _Fragment:
    return _record(_COMPONENT, _values(dependency))


def _values(dependency: Dependency) -> tuple[_Value, ...]:
    return (*_subject(dependency).values(), *dependency.location, _via(dependency))


def _record(fields: str, values: tuple[_Value, ...]) -> _Fragment:
    # Components come by the hundred thousand; a template takes half the time of an object.
    quote = _quote()
    return _Fragment(
        _template(fields)
        % tuple([quote(value) if type(value) is str else _written(value, "\n      ") for value in values])
    )


@cache
def _template(fields: str) -> str:
    lines = ",\n".join(f'      "{field}": %s' for field in fields.split())
    return f"{{\n{lines}\n    }}"


def _via(dependency: Dependency) -> list[_Value]:
    return [_told(parent) for parent in dependency.via]


def _subject(dependency: Dependency) -> _Object:
    name, version = purl.name_and_version(dependency)
    return {
        "purl": _told(dependency.purl) if dependency.purl else None,
        "name": _told(name),
        "version": version and _told(version),
        "requirement": dependency.requirement and _told(dependency.requirement),
        "kind": dependency.kind,
        "scope": dependency.scope,
        "direct": dependency.direct,
    }


def _product(product: Product) -> _Object:
    return {"id": product.id, "title": product.title, "link": product.link}


def _cycle(cycle: Cycle) -> _Object:
    return {
        "name": cycle.name,
        "released": _day(cycle.released),
        "eoas": _day(cycle.eoas),
        "eol": _day(cycle.eol),
        "eoes": _day(cycle.eoes),
        "lts": _day(cycle.lts),
        "latest": cycle.latest,
        "link": cycle.link,
    }


def _evidence(evidence: Evidence) -> _Object:
    return {
        "kind": evidence.kind,
        "identifier": evidence.identifier,
        "class": evidence.evidence_class,
        "source": evidence.source,
    }


def _advice(advice: Advice | None) -> _Object | None:
    if advice is None:
        return None
    return {
        "cycle": advice.cycle,
        "latest": advice.latest,
        "eol": _day(advice.eol),
        "lts": advice.lts,
        "replacement": advice.replacement,
    }


def _location(location: Location) -> _Object:
    return {
        "path": location.path,
        "line": location.line,
        "column": location.column,
        "end_column": location.end_column,
    }


def _day(end: Ending) -> str | bool | None:
    return end.isoformat() if isinstance(end, date) else end


def _told(text: str) -> str:
    # Every purl has an `@`, hardly any has an address.
    return redact(text) if "://" in text else text


def _document(document: _Object) -> str:
    return json_for_log(_written(document, "\n")) + "\n"


def _written(value: _Value, margin: str) -> str:
    """Write a value as the library does with an indent of two, and pass what is written already.

    Pure ASCII leaves nothing in a log that a terminal or a reader obeys.
    """
    if isinstance(value, str):
        return value if isinstance(value, _Fragment) else _quote()(value)
    if isinstance(value, dict):
        fields = [f"{_quote()(name)}: {_written(field, margin + '  ')}" for name, field in value.items()]
        return _block("{}", fields, margin)
    if isinstance(value, list):
        return _block("[]", [_written(item, margin + "  ") for item in value], margin)
    return _CONSTANTS[value] if value is None or isinstance(value, bool) else str(value)


def _block(brackets: str, parts: list[str], margin: str) -> str:
    if not parts:
        return brackets
    inner = margin + "  "
    return f"{brackets[0]}{inner}{f',{inner}'.join(parts)}{margin}{brackets[1]}"


@cache
def _quote() -> Callable[[str], str]:
    from json.encoder import encode_basestring_ascii

    return encode_basestring_ascii


_CONSTANTS: Final = {None: "null", True: "true", False: "false"}

REPORTER: Final = Reporter(
    id="json", title="JSON, for other programs (schema 1)", render=render, render_list=render_list
)
