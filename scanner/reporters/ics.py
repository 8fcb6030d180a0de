"""A calendar to subscribe to: one whole-day event on the last supported day of each release cycle in use.

https://www.rfc-editor.org/rfc/rfc5545. An event is known again by its product and cycle, whatever files and versions
bring it in: when the date moves, it moves in the calendar. What is over stays, as a past event; what has no date has
no place in a calendar, and is counted in the entry on the scan itself.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.about import NAME
from scanner.message import chores, standing, without_verdict
from scanner.model import EvidenceClass, Status
from scanner.plugin import Reporter
from scanner.purl import full_name, name_beside
from scanner.text import harmless
from scanner.wording import at_least, by_policy, called, counted, coverage, located

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model import Finding, Match, Report, Verdict
    from scanner.plugin import Style

_REMINDER_DAYS: Final = 30
_LONGEST: Final = 500
_PLACES_SHOWN: Final = 10
# Octets, without the line's end.
_FOLD: Final = 75


class _Use(NamedTuple):
    """One cycle of one product, and all that brings it in; `findings` are what is said of it."""

    matches: tuple[Match, ...]
    findings: tuple[Finding, ...]


def render(report: Report, _style: Style) -> str:
    """Write the ends of all cycles in use in the order of their days, and an entry on the scan itself."""
    uses = _uses(report)
    dated = sorted((day, key) for key, use in uses.items() if (day := _last_day(use)) is not None)
    undated = len(uses) - len(dated)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//{NAME}//{NAME}//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:End of life",
        f"X-WR-CALDESC:{_value(_summary(report, undated))}",
        *_journal(report, undated),
    ]
    for day, key in dated:
        lines += _event(key, uses[key], day, report.today)
    return "".join(f"{folded}\r\n" for line in (*lines, "END:VCALENDAR") for folded in _folded(line))


def _uses(report: Report) -> dict[tuple[str, str], _Use]:
    matches: dict[tuple[str, str], list[Match]] = {}
    findings: dict[tuple[str, str], list[Finding]] = {}
    for finding in (*report.findings, *report.extended):
        for match in finding.matches:
            matches.setdefault(_key(match), []).append(match)
        findings.setdefault(_key(finding.matches[0]), []).append(finding)
    for match in _judged(report.components):
        matches.setdefault(_key(match), []).append(match)
    return {key: _Use(tuple(found), tuple(findings.get(key, ()))) for key, found in matches.items()}


def _judged(components: Iterable[Verdict]) -> Iterator[Match]:
    # What a distribution looks after does not end on upstream's day.
    for verdict in components:
        if verdict.match is not None and verdict.status is not Status.DISTRO_MAINTAINED:
            yield verdict.match


def _key(match: Match) -> tuple[str, str]:
    return match.product.id, match.cycle.name


def _last_day(use: _Use) -> date | None:
    """Return the day on which the first of those who use a cycle is without support."""
    days = (match.last_day for match in use.matches)
    return min((day for day in days if isinstance(day, date)), default=None)


def _event(key: tuple[str, str], use: _Use, day: date, today: date) -> list[str]:
    match = next(one for one in use.matches if one.last_day == day)
    summary = f"{_named(match)}: {_what_ends(match)}" + _aside(use)
    link = match.cycle.link or match.product.link
    return [
        "BEGIN:VEVENT",
        f"UID:{_uid(*key)}",
        f"DTSTAMP:{today:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{_day(day)}",
        f"SUMMARY:{_value(summary)}",
        f"DESCRIPTION:{_value(*_description(use, match))}",
        *([f"URL:{link}"] if _is_address(link) else []),
        "TRANSP:TRANSPARENT",
        *(_reminder(summary) if day >= today else []),
        "END:VEVENT",
    ]


def _named(match: Match) -> str:
    return match.product.title if match.product.whole else f"{match.product.title} {called(match.cycle)}"


def _what_ends(match: Match) -> str:
    extension, cycle = match.extension, match.cycle
    if extension is not None:
        provider = extension.contract.provider if extension.contract else ""
        return "last day of extended support" + (f" ({provider})" if provider else "")
    if cycle.evidence is EvidenceClass.DEPRECATED:
        return "marked deprecated"
    support = "support" if match.product.whole else "security support"
    return f"last day of {support}{', at the earliest' if at_least(cycle) else ''}{by_policy(cycle)}"


def _aside(use: _Use) -> str:
    if not use.findings or not all(standing(finding) for finding in use.findings):
        return ""
    return " (ignored)" if all(finding.ignored for finding in use.findings) else " (known)"


def _description(use: _Use, match: Match) -> list[str]:
    places = list(dict.fromkeys(_used(one) for one in use.matches))
    more = len(places) - _PLACES_SHOWN
    lines = ["In use:", *places[:_PLACES_SHOWN], *([f"and {counted(more, 'more place')}"] if more > 0 else [])]
    for finding in use.findings:
        lines += [
            f"{located(finding.matches[0].dependency.location)}: {aside}" for aside in [standing(finding)] if aside
        ]
    advice = next((finding.advice for finding in use.findings if finding.advice), None)
    if advice is not None and advice.cycle is not None:
        until = f", supported until {advice.eol}" if isinstance(advice.eol, date) else ""
        lines.append(f"Move to {advice.cycle}{until}.")
    elif advice is not None:
        lines.append(f"Use {name_beside(advice.replacement or '', match.dependency.purl)} instead.")
    return lines


def _used(match: Match) -> str:
    return f"{full_name(match.dependency)} in {located(match.dependency.location)}"


def _reminder(summary: str) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_value(f'In {_REMINDER_DAYS} days: {summary}')}",
        f"TRIGGER:-P{_REMINDER_DAYS}D",
        "END:VALARM",
    ]


def _journal(report: Report, undated: int) -> list[str]:
    lines = [_summary(report, undated)]
    lines += [f"{located(verdict.dependency.location)}: {without_verdict(verdict)}" for verdict in report.unjudged]
    lines += [f"Not read: {located(problem.location)}: {problem.message}" for problem in report.problems]
    lines += [f"{located(place)}: {sentence}" for sentence, place in chores(report.upkeep)]
    return [
        "BEGIN:VJOURNAL",
        f"UID:{_uid('scan')}",
        f"DTSTAMP:{report.today:%Y%m%d}T000000Z",
        f"DTSTART;VALUE=DATE:{_day(report.today)}",
        f"SUMMARY:{NAME}: {_value(counted(len(report.findings), 'finding'))}",
        f"DESCRIPTION:{_value(*lines)}",
        "END:VJOURNAL",
    ]


def _summary(report: Report, undated: int) -> str:
    stamp = report.data
    without = f" {counted(undated, 'cycle')} in use without a date." if undated else ""
    policy = "This fails the policy." if report.failed else "Nothing fails the policy."
    said = coverage(report.by_status, report.by_reason)
    return f"{said}{without} {policy} Judged as of {report.today} with data of {stamp.date}."


def _uid(*parts: str) -> str:
    from hashlib import sha256

    return f"{sha256(chr(10).join(parts).encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@{NAME}"


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")


def _is_address(link: str) -> bool:
    return link.startswith(("https://", "http://")) and link.isascii() and link.isprintable() and " " not in link


def _value(*lines: str) -> str:
    r"""Write lines as one text value; only the breaks between them are breaks."""
    return "\\n".join(_escaped(harmless(line, _LONGEST)) for line in lines)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces that are short enough in UTF-8; all but the first begin with a blank."""
    room = _FOLD
    while len(line.encode()) > room:
        cut = _cut(line, room)
        yield line[:cut]
        line = f" {line[cut:]}"
    yield line


def _cut(line: str, room: int) -> int:
    cut = len(line.encode()[:room].decode("utf-8", "ignore"))
    # GitHub's runner obeys `::` where a line begins, blanks before it or not.
    while cut > 2 and line[cut:].lstrip().startswith(":"):  # noqa: PLR2004 -- a blank, and a character of the text
        cut -= 1
    return cut


REPORTER: Final = Reporter(
    id="ics", title="A calendar (iCalendar) of the ends of support", render=render, needs_components=True
)
