"""What a person reads in a terminal, or in a log: the findings, what was not judged, and what fails.

On a line where everything fits, and always in a pipe, a finding is a row; elsewhere it takes a few
short lines under the heading of its status, down to twenty columns. Nothing is cut to fit: a path
that is not whole leads nowhere. Our own words are ASCII: a pipe may be read in any encoding.
"""

from __future__ import annotations

from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import purl
from scanner.model import EvidenceClass, EvidenceKind, Kind, Scope, Status
from scanner.plugin import Reporter
from scanner.text import clean, for_log, redact, shorten, width
from scanner.wording import (
    at_least,
    by_policy,
    called,
    counted,
    coverage,
    distance,
    ending_of,
    judged,
    marked,
    marked_deprecated,
    reason,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from scanner.model import Cycle, Dependency, Finding, Location, Match, Policy, Problem, Report, Verdict
    from scanner.plugin import Style

_SHOWN_PROBLEMS = 10
_OLD_DATA_DAYS = 180
# Where a terminal claims to be narrower, lines are longer than it.
_NARROWEST = 20
# Longer texts are no names or paths but attacks: one of them may not blow up every row, nor one row.
_WIDEST_COLUMN = 100
_LONGEST_TEXT = 1000

_IGNORED = "ignored"
_BOLD, _DIM, _GREEN, _YELLOW, _RED = "1", "2", "32", "33", "1;31"
_COLORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Status.EOL: _RED,
        Status.DEPRECATED: "35",
        Status.EXPIRING: _YELLOW,
        Status.SECURITY_ONLY: "36",
        Status.SUPERSEDED: "34",
        Status.EXTENDED: _GREEN,
        Status.DISTRO_MAINTAINED: _GREEN,
        Status.SUPPORTED: _GREEN,
    }
)
_ORDER: Final = tuple(Status)
# What needs no quotes in any shell.
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/@.%+_~-")


class _Entry(NamedTuple):
    """One finding or component as it is shown, each text safe for a terminal; `said` and `todo` may be empty."""

    status: str
    name: str
    said: str
    todo: str
    place: str


def render(report: Report, style: Style) -> str:
    """Show the findings, worst first, then what could not be read, what was judged, and what fails."""
    style = _roomy(style)
    entries = [_finding(finding, report.today) for finding in sorted(report.findings, key=_urgency)]
    entries += _others(report)
    blocks = (_entries(entries, style), _problems(report.problems, style), _closing(report, style))
    return _text("\n\n".join("\n".join(block) for block in blocks if block))


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], style: Style) -> str:
    """Show bare dependencies in their order, one in a row where it fits, and what could not be read."""
    style = _roomy(style)
    rows = [(*_named(found), ", ".join(_traits(found)), _place([found])) for found in dependencies]
    table = _rows(rows, (_BOLD, "", "", _DIM), style)
    if not table:
        entries = [_Entry("", _subject([found]), "", "", _place([found])) for found in dependencies]
        table = [line for entry in entries for line in _stacked(entry, style)]
    total = f"{counted(len(rows), 'dependency', 'dependencies')} found."
    blocks = (table, _problems(problems, style), _wrapped(total, style.width))
    return _text("\n\n".join("\n".join(block) for block in blocks if block))


def _urgency(finding: Finding) -> tuple[bool, int, bool, int, str, str, int]:
    """Order findings: the ignored last, the worst first, then the longest over, the soonest, name and place."""
    dependency = finding.matches[0].dependency
    left = finding.days_left
    return (
        finding.ignored is not None,
        _ORDER.index(finding.status),
        left is None,
        left or 0,
        _named(dependency)[0].casefold(),
        dependency.location.path,
        dependency.location.line or 0,
    )


def _finding(finding: Finding, today: date) -> _Entry:
    dependencies = [match.dependency for match in finding.matches]
    said = _said(finding.status, finding.matches[0], today)
    status, todo = str(finding.status), _todo(finding)
    if finding.ignored is not None:
        status, said, todo = (
            _IGNORED,
            f"{finding.status}: {said}",
            f"until {finding.ignored.until}: {finding.ignored.reason}",
        )
    return _Entry(status, _subject(dependencies), _safe(said), _safe(todo), _place(dependencies))


def _others(report: Report) -> list[_Entry]:
    """Return the components that no finding shows, which there are only when the policy lists all."""
    shown = {match.dependency for finding in report.findings for match in finding.matches}
    verdicts = [verdict for verdict in report.components if verdict.dependency not in shown]
    verdicts.sort(key=lambda verdict: (_ORDER.index(verdict.status), _named(verdict.dependency)[0].casefold()))
    return [_component(verdict, report.today) for verdict in verdicts]


def _component(verdict: Verdict, today: date) -> _Entry:
    dependency, said = verdict.dependency, ""
    if verdict.match is not None:
        said = f"{_cycle(verdict.match, today)} {_ends(verdict.match, today)}"
    elif verdict.reason is not None and verdict.status is not Status.UNTRACKED:
        said = reason(verdict.reason)
    return _Entry(str(verdict.status), _subject([dependency]), _safe(said), "", _place([dependency]))


def _said(status: Status, match: Match, today: date) -> str:
    """Say what is wrong with a cycle, or will be; where the date rests on no vendor's word, say so."""
    cycle = _cycle(match, today)
    if match.evidence.kind is EvidenceKind.INFERRED:
        return f"older than {cycle}, the oldest tracked{_below(status, match, today)}"
    if status is Status.DEPRECATED:
        return _deprecated(match, today)
    if status is Status.SUPERSEDED:
        return f"{cycle} is superseded: only the newest release is supported"
    if status is Status.SECURITY_ONLY:
        return f"{cycle} gets security fixes only, {_until(match.cycle, today)}{by_policy(match.cycle)}"
    return f"{cycle} {_ends(match, today)}"


def _below(status: Status, match: Match, today: date) -> str:
    """Say what is true of an oldest cycle, and so of what is older."""
    if status is Status.SUPERSEDED:
        return ": only the newest release is supported"
    if status is Status.DEPRECATED:
        return f", which is {_brief(marked_deprecated(match.cycle, today))}"
    return f", which {_ends(match, today)}"


def _ends(match: Match, today: date) -> str:
    return _brief(ending_of(match.cycle, match.cycle.eol, today))


def _deprecated(match: Match, today: date) -> str:
    if match.evidence.evidence_class is EvidenceClass.LOCKFILE:
        return marked(match.dependency.mark, words=True)
    cycle = "" if match.product.whole else f"{_cycle(match, today)} is "
    return cycle + _brief(marked_deprecated(match.cycle, today))


def _until(cycle: Cycle, today: date) -> str:
    if cycle.eol is None or isinstance(cycle.eol, bool):
        return "no end announced"
    until = "at least until" if at_least(cycle) else "until"
    return f"{until} {cycle.eol}, {_brief(distance(cycle.eol, today))}"


def _todo(finding: Finding) -> str:
    advice = finding.advice
    if advice is None:
        return "no supported successor is known" if finding.status in {Status.EOL, Status.EXPIRING} else ""
    if advice.cycle is None:
        return f"use {_safe(purl.name_beside(advice.replacement or '', finding.matches[0].dependency.purl))} instead"
    cycle = f"{advice.cycle} LTS" if advice.lts and "LTS" not in advice.cycle else advice.cycle
    if advice.eol is None or advice.eol is True:
        return f"move to {cycle}"
    return f"move to {cycle}, {f'until {advice.eol}' if advice.eol else 'no end announced'}"


def _cycle(match: Match, today: date) -> str:
    """Name a cycle with its product: a package may be called otherwise, and the match is there to be doubted."""
    cycle, title = called(match.cycle, today), match.product.title
    if match.product.whole:
        return title
    return cycle if cycle.casefold().startswith(title.casefold()) else f"{title} {cycle}"


def _brief(text: str) -> str:
    return text.replace(" and ", " ")


def _subject(dependencies: Sequence[Dependency]) -> str:
    """Name what a finding is about: the package and its version, and that there are more of them."""
    names = dict.fromkeys(map(_named, dependencies))
    (name, version), *more = names
    traits = [word for word in _traits(dependencies[0]) if all(word in _traits(other) for other in dependencies)]
    text = f"{name} {version}".rstrip() + (f" ({', '.join(traits)})" if traits else "")
    if not more:
        return text
    if dependencies[0].kind is Kind.OS:
        return f"{text} ({counted(len(more), 'package')})"
    noun = "version" if all(other == name for other, _ in more) else "package"
    return f"{text} and {counted(len(more), f'more {noun}')}"


def _named(dependency: Dependency) -> tuple[str, str]:
    """Return the name of a package, and its version or what is required of it."""
    name, version = purl.name_and_version(dependency)
    return _safe(name), _safe(version or dependency.requirement or "")


def _traits(dependency: Dependency) -> list[str]:
    kind, scope = dependency.kind, dependency.scope
    return [str(word) for word in (kind, scope) if word not in {Kind.LIBRARY, Scope.RUNTIME}]


def _place(dependencies: Sequence[Dependency]) -> str:
    first, more = dependencies[0], len({dependency.location for dependency in dependencies}) - 1
    # A purl of the command line is its own place.
    place = "" if first.location.path == first.purl else _where(first.location)
    via = f", via {' > '.join(first.via)}" if first.via else ""
    others = f" and {counted(more, 'more place')}" if more else ""
    return _safe(f"{place}{via}{others}")


def _where(location: Location) -> str:
    return location.path if location.line is None else f"{location.path}:{location.line}"


def _entries(entries: Sequence[_Entry], style: Style) -> list[str]:
    rows = _rows(entries, ("", _BOLD, "", "", _DIM), style)
    if rows or not entries:
        return rows
    show = _shown(entries, style)
    lines: list[str] = []
    for status, group in groupby(entries, key=lambda entry: entry.status):
        members = list(group)
        head = _painted(f"{status} ({len(members):,})", _COLORS.get(status, _BOLD), style)
        lines += [*([""] if lines else []), head]
        lines += [line for entry in members for line in show(entry)]
    return lines


def _rows(rows: Sequence[tuple[str, ...]], colors: Sequence[str], style: Style) -> list[str]:
    """Return one line for each row, or nothing when there are none or they are wider than the terminal."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    if style.width is not None and sum(widths) + 2 * (sum(map(bool, widths)) - 1) > style.width:
        return []
    # A status, which comes first, has a colour of its own; empty columns take no room.
    return [
        "  ".join(
            _painted(cell, color or _COLORS.get(cell, ""), style) + " " * (min(room, _WIDEST_COLUMN) - width(cell))
            for cell, color, room in zip(row, colors, widths, strict=True)
            if room
        ).rstrip()
        for row in rows
    ]


def _shown(entries: Sequence[_Entry], style: Style) -> Callable[[_Entry], Iterable[str]]:
    """Choose how entries are shown on several lines: side by side where all of them fit, else stacked."""
    left = max(width(text) for entry in entries for text in (entry.name, entry.place))
    right = max(width(text) for entry in entries for text in (entry.said, entry.todo))
    if style.width is not None and left + right + 4 > style.width:
        return lambda entry: _stacked(entry, style)
    return lambda entry: _side_by_side(entry, left, style)


def _side_by_side(entry: _Entry, left: int, style: Style) -> Iterator[str]:
    for text, color, beside in ((entry.name, _BOLD, entry.said), (entry.place, _DIM, entry.todo)):
        if text or beside:
            yield f"  {_painted(text, color, style)}{' ' * (left - width(text) + 2)}{beside}".rstrip()


def _stacked(entry: _Entry, style: Style) -> Iterator[str]:
    """Set the place beside the name where it fits, and everything else below it."""
    place = f" in {entry.place}" if entry.place else ""
    if style.width is None or width(entry.name + place) + 2 <= style.width:
        yield f"  {_painted(entry.name, _BOLD, style)}{_painted(place, _DIM, style)}"
    else:
        yield from (_painted(line, _BOLD, style) for line in _indented(entry.name, 2, style))
        yield from (_painted(line, _DIM, style) for line in _indented(entry.place, 4, style))
    for text in (entry.said, entry.todo):
        yield from _indented(text, 4, style)


def _problems(problems: Sequence[Problem], style: Style) -> list[str]:
    if not problems:
        return []
    head = f"{counted(len(problems), 'problem')}: what could not be read was not judged."
    lines = [_painted(line, _YELLOW, style) for line in _wrapped(head, style.width)]
    for problem in problems[:_SHOWN_PROBLEMS]:
        lines += _indented(_safe(f"{_where(problem.location)}: {problem.message}"), 2, style)
    if len(problems) > _SHOWN_PROBLEMS:
        lines += _indented(f"and {len(problems) - _SHOWN_PROBLEMS:,} more; -f json lists all.", 2, style)
    return lines


def _indented(text: str, indent: int, style: Style) -> Iterator[str]:
    room = None if style.width is None else style.width - indent
    lines = _wrapped(text, room if room is None or width(text) <= room else room - 2)
    yield from (f"{' ' * (indent + 2 if number else indent)}{line}" for number, line in enumerate(lines))


def _closing(report: Report, style: Style) -> list[str]:
    """Say what was judged and by which data, and whether the run fails; none of it may sound like health."""
    verdict, color = _verdict(report)
    sentences = [
        (coverage(report.by_status, report.by_reason), ""),
        (_ignored(report.findings), ""),
        (_data(report), _DIM),
    ]
    sentences += [(_old_data(report), _YELLOW), (verdict, color)]
    return [
        _painted(line, code, style) for text, code in sentences if text for line in _wrapped(_safe(text), style.width)
    ]


def _ignored(findings: Sequence[Finding]) -> str:
    number = sum(finding.ignored is not None for finding in findings)
    return f"{counted(number, 'finding is', 'findings are')} ignored." if number else ""


def _data(report: Report) -> str:
    stamp = report.data
    products = counted(stamp.products, "product")
    text = f"Data of {stamp.date} from {stamp.source} ({products}, revision {stamp.revision})."
    finding = min(report.findings, key=_urgency, default=None)
    if finding is None:
        return text
    asked = finding.matches[0].dependency.purl
    # The line is there to be pasted into a shell, and a purl comes from a file.
    example = asked if asked.startswith("pkg:") and _PLAIN.issuperset(asked) else "PURL"
    return f"{text} `eolscan explain {example}` says why."


def _old_data(report: Report) -> str:
    days = (report.today - report.data.date).days
    if days <= _OLD_DATA_DAYS:
        return ""
    return f"The product data is {days:,} days old and misses what was announced since; run `eolscan data update`."


def _verdict(report: Report) -> tuple[str, str]:
    """Return the last word and its colour."""
    failing = _failing(report)
    if report.failed:
        listed = ", ".join(f"{number:,} {status}" for status, number in failing.items())
        return f"Failed: {listed or 'see above'}.", _RED
    if not judged(report.by_status):
        return "Nothing fails, but nothing was judged: this says nothing about health.", ""
    if not report.policy.fail_on:
        return "Nothing fails: this run was told never to fail.", ""
    words = " or ".join(status for status in _ORDER if status in _fail_on(report.policy))
    but = ", apart from what is ignored" if _ignored(report.findings) else ""
    return f"Nothing fails: nothing that was judged is {words}{but}.", _GREEN


def _failing(report: Report) -> dict[Status, int]:
    """Count what the policy fails on: findings, and dependencies where a status makes no finding."""
    wanted = _fail_on(report.policy)
    numbers = {status: report.by_status.get(status, 0) for status in (Status.UNKNOWN, Status.UNTRACKED)}
    for status in _ORDER:
        if status not in numbers:
            found = (finding for finding in report.findings if finding.status is status and finding.ignored is None)
            numbers[status] = sum(1 for _ in found)
    return {status: numbers[status] for status in _ORDER if status in wanted and numbers[status]}


def _fail_on(policy: Policy) -> frozenset[Status]:
    # What ends soon fails, so what has ended does.
    return policy.fail_on | {Status.EOL} if Status.EXPIRING in policy.fail_on else policy.fail_on


def _roomy(style: Style) -> Style:
    return style if style.width is None else style._replace(width=max(style.width, _NARROWEST))


def _safe(text: str) -> str:
    return shorten(for_log(redact(clean(text))).strip(), _LONGEST_TEXT)


def _painted(text: str, color: str, style: Style) -> str:
    return f"\x1b[{color}m{text}\x1b[0m" if style.color and color and text else text


def _wrapped(text: str, room: int | None) -> list[str]:
    """Break a text into lines of a room at its spaces, and at `/` or anywhere where a word is too long."""
    if room is None or width(text) <= room:
        return [text] if text else []
    lines, line = [], ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) <= room:
            line = f"{line} {word}"
            continue
        # A line may not begin with a mark that a log obeys, and every word may become the first.
        *whole, rest = _pieces(for_log(word), room)
        lines += [line, *whole] if line else whole
        line = rest
    return [*lines, line]


def _pieces(word: str, room: int) -> list[str]:
    pieces = []
    while width(word) > room:
        end = taken = 0
        for char in word:
            taken += width(char)
            if taken > room:
                break
            end += 1
        end = word.rfind("/", 0, end) + 1 or end
        pieces.append(word[:end])
        word = for_log(word[end:])
    return [*pieces, word]


def _text(text: str) -> str:
    return for_log(text) + "\n"


REPORTER: Final = Reporter(
    id="table",
    title="what a person reads in a terminal: findings, coverage, and what fails",
    render=render,
    render_list=render_list,
)
