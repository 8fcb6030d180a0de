"""What a person reads in a terminal, or in a log: what is in use, the findings, what ends next, and what fails.

What one product and cycle brings to many files and packages is one row, the worst first. On a line where everything
fits, and always in a pipe, a row is a line; elsewhere it takes a few short lines under the heading of its status, down
to twenty columns. Our own words are ASCII: a pipe may be read in any encoding.
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import brief, purl
from scanner.layout import (
    BOLD,
    COLORS,
    DIM,
    GREEN,
    RED,
    YELLOW,
    columns,
    indented,
    painted,
    safe,
    wrapped,
)
from scanner.message import chores, set_aside
from scanner.model import Kind, Scope, Status
from scanner.plugin import Reporter
from scanner.text import for_log, width
from scanner.wording import counted, coverage, judged, located, old_data, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.model import Dependency, Finding, Location, Problem, Report, Verdict
    from scanner.plugin import Style

# More rows, or more of anything, are for machines.
_SHOWN_ROWS: Final = 200
_SHOWN_PLACES: Final = 3
_SHOWN_NOTES: Final = 10
# Where a terminal claims to be narrower, lines are longer than it.
_NARROWEST: Final = 20

_KNOWN: Final = "known"
_IGNORED: Final = "ignored"
# Behind what is new to the reader: what goes on for a while, what is known, what is set aside, and all the rest.
_NEW, _EXTENDED, _OLD, _ASIDE, _REST = range(5)
# What needs no quotes in any shell.
_PLAIN: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:/@.%+_~-")


class _Told(NamedTuple):
    """What there is to tell of one finding or dependency; `about` is what it shares with others of its row."""

    rank: tuple[int | str, ...]
    status: str
    about: tuple[str, ...]
    said: str
    todo: str
    dependencies: Sequence[Dependency]


class _Row(NamedTuple):
    """What a row shows, each text safe for a terminal; `said` and `todo` may be empty.

    `places` are the first of so many `stands`, and `members` counts what is told in the row.
    """

    status: str
    name: str
    said: str
    todo: str
    places: tuple[str, ...]
    stands: int
    via: str
    members: int


def render(report: Report, style: Style) -> str:
    """Show what is in use, the findings, what ends next, what could not be read, what was judged, and what fails."""
    style = _roomy(style)
    rows = _rows(report)
    shown = rows if report.policy.list_all else rows[:_SHOWN_ROWS]
    in_use, ends_next = _overview(report, style)
    blocks = (
        in_use,
        [*_table(shown, style), *_left_out(rows[len(shown) :], style)],
        ends_next,
        _problems(report.problems, style),
        _chores(report, style),
        _closing(report, style),
    )
    return _text(blocks)


def render_list(dependencies: Sequence[Dependency], problems: Sequence[Problem], style: Style) -> str:
    """Show bare dependencies in their order, one in a row where it fits, and what could not be read."""
    style = _roomy(style)
    rows = [_row([_Told((), "", ("",), "", "", [found])]) for found in dependencies]
    texts = [(*_named(found), ", ".join(_traits(found))) for found in dependencies]
    cells = [
        ((name, BOLD), (version, ""), (traits, ""), (_place(row, 1), DIM))
        for row, (name, version, traits) in zip(rows, texts, strict=True)
    ]
    table = columns(cells, style) or [line for row in rows for line in _stacked(row, style)]
    total = f"{counted(len(rows), 'dependency', 'dependencies')} found."
    return _text((table, _problems(problems, style), wrapped(total, style.width)))


def _overview(report: Report, style: Style) -> tuple[list[str], list[str]]:
    if not report.inventory:
        return [], []
    from scanner import overview

    return overview.in_use(report, style), overview.ends_next(report, style)


def _rows(report: Report) -> list[_Row]:
    """Put together what one product and cycle brings to many places, and order it: the worst first."""
    groups: dict[tuple[object, ...], list[_Told]] = {}
    for told in _told(report):
        groups.setdefault((told.rank[0], told.status, *told.about, told.said, told.todo), []).append(told)
    ordered = (sorted(members, key=_rank_of) for members in groups.values())
    return [_row(members) for members in sorted(ordered, key=lambda members: _rank_of(members[0]))]


def _rank_of(told: _Told) -> tuple[int | str, ...]:
    return told.rank


def _told(report: Report) -> Iterator[_Told]:
    findings = (*report.findings, *report.extended)
    for finding in findings:
        yield _of_finding(finding, report)
    shown = {match.dependency for finding in findings for match in finding.matches} if report.components else set()
    shown.update(verdict.dependency for verdict in report.unjudged)
    for verdict in report.unjudged:
        yield _of_verdict(verdict, _NEW, report)
    for verdict in report.components:
        if verdict.dependency not in shown:
            yield _of_verdict(verdict, _REST, report)


def _of_finding(finding: Finding, report: Report) -> _Told:
    first, status = finding.matches[0], str(finding.status)
    said, todo = brief.said(finding.status, first, report.today), brief.todo(finding)
    if finding.ignored is not None:
        said, todo = f"{status}: {said}", f"until {finding.ignored.until}: {finding.ignored.reason}"
        status = _IGNORED
    elif finding.known:
        status, said = _KNOWN, f"{status}: {said}"
    elif finding.status is Status.EXTENDED:
        # What is paid for, or free, asks for no haste.
        todo = ""
    about = (first.product.id, first.cycle.name)
    return _Told(_rank(finding), status, about, said, todo, [match.dependency for match in finding.matches])


def _rank(finding: Finding) -> tuple[int | str, ...]:
    """Order findings: the new and the worst first, then the longest over, the soonest, name and place."""
    tier = _EXTENDED if finding.status is Status.EXTENDED else _NEW
    tier = _ASIDE if finding.ignored is not None else _OLD if finding.known else tier
    left = finding.days_left
    return tier, finding.status.rank, left is None, left or 0, *_place_in_order(finding.matches[0].dependency)


def _of_verdict(verdict: Verdict, tier: int, report: Report) -> _Told:
    dependency, said = verdict.dependency, ""
    about = _named(dependency)
    if verdict.match is not None:
        said = f"{brief.cycle_of(verdict.match, report.today)} {brief.ends(verdict.match, report.today)}"
        about = (verdict.match.product.id, verdict.match.cycle.name)
    elif verdict.reason is not None and verdict.status is not Status.UNTRACKED:
        said = reason(verdict.reason)
    rank = (tier, verdict.status.rank, True, 0, *_place_in_order(dependency))
    return _Told(rank, str(verdict.status), about, said, "", [dependency])


def _place_in_order(dependency: Dependency) -> tuple[str, str, int]:
    return _named(dependency)[0].casefold(), dependency.location.path, dependency.location.line or 0


def _row(members: Sequence[_Told]) -> _Row:
    first = members[0]
    # What speaks of a system stands for all its packages.
    systems = [one.dependencies[0] for one in members if one.dependencies[0].kind is Kind.OS]
    dependencies = [found for one in members if one.dependencies[0].kind is not Kind.OS for found in one.dependencies]
    packages = sum(found.kind is not Kind.OS for one in members for found in one.dependencies) - len(dependencies)
    stands = [*systems, *dependencies]
    vias = {found.via for found in stands}
    places = _places(stands)
    return _Row(
        first.status,
        safe(_subject(stands, first.about, packages)),
        safe(first.said),
        safe(first.todo),
        tuple(map(safe, places[:_SHOWN_PLACES])),
        len(places),
        safe(" > ".join(vias.pop())) if len(vias) == 1 else "",
        len(members),
    )


def _subject(dependencies: Sequence[Dependency], about: Sequence[str], packages: int) -> str:
    """Name what a row is about: the package and its version, and what else there is; the product's own name first."""
    names: dict[tuple[str, str], list[str]] = {}
    for found in dependencies:
        traits = names.setdefault(_named(found), _traits(found))
        traits[:] = [word for word in traits if word in _traits(found)]
    own = next((named for named in names if named[0].casefold() == about[0]), next(iter(names)))
    more = [named for named in names if named != own]
    if packages:
        return f"{_called(own, ())} ({counted(packages, 'package')})"
    if len(more) == 1:
        return " and ".join(_called(named, names[named]) for named in (own, *more))
    shared = [word for word in names[own] if all(word in traits for traits in names.values())]
    noun = "more version" if all(other == own[0] for other, _ in more) else "more package"
    return _called(own, shared) + (f" and {counted(len(more), noun)}" if more else "")


def _called(named: tuple[str, str], traits: Sequence[str]) -> str:
    return " ".join(filter(None, (*named, f"({', '.join(traits)})" if traits else "")))


def _named(dependency: Dependency) -> tuple[str, str]:
    """Return the name of a package, and its version or what is required of it."""
    name, version = purl.name_and_version(dependency)
    return safe(name), safe(version or dependency.requirement or "")


def _traits(dependency: Dependency) -> list[str]:
    kind, scope = dependency.kind, dependency.scope
    return [str(word) for word in (kind, scope) if word not in {Kind.LIBRARY, Scope.RUNTIME}]


def _places(dependencies: Iterable[Dependency]) -> list[str]:
    """Return where dependencies stand, each file once before any of them a second time."""
    places: dict[str, str] = {}
    for found in dependencies:
        # A purl of the command line is its own place.
        if found.location.path != found.purl:
            places.setdefault(located(found.location), found.location.path)
    firsts = {path: place for place, path in reversed(places.items())}
    return [*dict.fromkeys(firsts[path] for path in places.values()), *(p for p in places if p != firsts[places[p]])]


def _place(row: _Row, shown: int) -> str:
    more = row.stands - len(row.places[:shown])
    places = ", ".join(row.places[:shown]) + (f" and {more:,} more" if more else "")
    return places + (f", via {row.via}" if row.via else "")


def _table(rows: Sequence[_Row], style: Style) -> list[str]:
    for shown in (_SHOWN_PLACES, 1):
        cells = [
            (
                (row.status, COLORS.get(row.status, "")),
                (row.name, BOLD),
                (row.said, ""),
                (row.todo, ""),
                (_place(row, shown), DIM),
            )
            for row in rows
        ]
        if lines := columns(cells, style):
            return lines
    return _sections(rows, style)


def _sections(rows: Sequence[_Row], style: Style) -> list[str]:
    """Show the rows of each status on several lines each, side by side where all of them fit."""
    if not rows:
        return []
    lines, show = list[str](), _shown(rows, style)
    for status, group in groupby(rows, key=lambda row: row.status):
        members = list(group)
        head = f"{status} ({sum(row.members for row in members):,})"
        lines += [*([""] if lines else []), *_painted(wrapped(head, style.width), COLORS.get(status, BOLD), style)]
        lines += [line for row in members for line in show(row)]
    return lines


def _shown(rows: Sequence[_Row], style: Style) -> Callable[[_Row], Iterable[str]]:
    left = max(width(text) for row in rows for text in (row.name, _place(row, 1)))
    right = max(width(text) for row in rows for text in (row.said, row.todo))
    if style.width is not None and left + right + 4 > style.width:
        return lambda row: _stacked(row, style)
    return lambda row: _side_by_side(row, left, style)


def _side_by_side(row: _Row, left: int, style: Style) -> Iterator[str]:
    for text, color, beside in ((row.name, BOLD, row.said), (_place(row, 1), DIM, row.todo)):
        if text or beside:
            yield f"  {painted(text, color, style)}{' ' * (left - width(text) + 2)}{beside}".rstrip()


def _stacked(row: _Row, style: Style) -> Iterator[str]:
    """Set a single place beside the name where it fits, everything else below it, and many places last."""
    place = _place(row, _SHOWN_PLACES)
    beside = f" in {place}" if place and row.stands == 1 else ""
    if not beside or style.width is None or width(row.name + beside) + 2 > style.width:
        yield from _painted(indented(row.name, 2, style), BOLD, style)
    else:
        yield f"  {painted(row.name, BOLD, style)}{painted(beside, DIM, style)}"
        place = ""
    for text in (row.said, row.todo):
        yield from indented(text, 4, style)
    if row.stands > _SHOWN_PLACES:
        place = f"{row.stands:,} places: {place}"
    yield from _painted(indented(place, 4, style), DIM, style)


def _left_out(rows: Sequence[_Row], style: Style) -> list[str]:
    if not rows:
        return []
    numbers = Counter(row.status for row in rows)
    listed = ", ".join(f"{number:,} {status}" for status, number in numbers.items())
    text = f"and {counted(len(rows), 'more row')} ({listed}); --all shows them, -f json has all."
    return _painted(wrapped(text, style.width), YELLOW, style)


def _problems(problems: Sequence[Problem], style: Style) -> list[str]:
    if not problems:
        return []
    head = f"{counted(len(problems), 'problem')}: what could not be read was not judged."
    return _notes(head, [(problem.message, problem.location) for problem in problems], style)


def _chores(report: Report, style: Style) -> list[str]:
    notes = list(chores(report.upkeep))
    return _notes(f"{counted(len(notes), 'thing')} to tidy up in the settings:", notes, style) if notes else []


def _notes(head: str, notes: Sequence[tuple[str, Location]], style: Style) -> list[str]:
    lines = _painted(wrapped(head, style.width), YELLOW, style)
    for text, location in notes[:_SHOWN_NOTES]:
        lines += indented(safe(f"{located(location)}: {text}"), 2, style)
    if len(notes) > _SHOWN_NOTES:
        lines += indented(f"and {len(notes) - _SHOWN_NOTES:,} more; -f json lists all.", 2, style)
    return lines


def _closing(report: Report, style: Style) -> list[str]:
    """Say what was judged and by which data, and whether the run fails; none of it may sound like health."""
    verdict, color = _verdict(report)
    sentences = [
        (coverage(report.by_status, report.by_reason), ""),
        (_set_aside(report.findings), ""),
        (_data(report), DIM),
    ]
    sentences += [(_old_data(report), YELLOW), (verdict, color)]
    return [line for text, color in sentences for line in _painted(wrapped(safe(text), style.width), color, style)]


def _set_aside(findings: Sequence[Finding]) -> str:
    ignored, known = set_aside(findings)
    numbers = [(ignored, "ignored"), (known, "known from the baseline")]
    return " ".join(f"{counted(number, 'finding is', 'findings are')} {what}." for number, what in numbers if number)


def _data(report: Report) -> str:
    stamp = report.data
    products = counted(stamp.products, "product")
    text = f"Data of {stamp.date} from {stamp.source} ({products}, revision {stamp.revision})."
    finding = min(report.findings, key=_rank, default=None)
    if finding is None:
        return text
    asked = finding.matches[0].dependency.purl
    # The line is there to be pasted into a shell, and a purl comes from a file.
    example = asked if asked.startswith("pkg:") and _PLAIN.issuperset(asked) else "PURL"
    return f"{text} `eolscan explain {example}` says why."


def _old_data(report: Report) -> str:
    said = old_data(report.data, report.today)
    return f"{said}; run `eolscan data update`." if said else ""


def _verdict(report: Report) -> tuple[str, str]:
    """Return the last word and its colour."""
    if report.failed:
        listed = ", ".join(f"{number:,} {status}" for status, number in report.failing.items())
        return f"Failed: {listed or 'see above'}.", RED
    if not judged(report.by_status):
        return "Nothing fails, but nothing was judged: this says nothing about health.", ""
    if any(given.unread for given in report.inputs):
        return "Not complete: what could not be read may fail as well.", YELLOW
    if not report.policy.fail_on:
        return "Nothing fails: this run was told never to fail.", ""
    wanted = report.policy.gate.failing
    words = " or ".join(status for status in Status if status in wanted)
    but = _exceptions([finding for finding in report.findings if finding.status in wanted])
    return f"Nothing fails: nothing that was judged is {words}{but}.", GREEN


def _exceptions(findings: Iterable[Finding]) -> str:
    """Say why these findings do not fail the run."""
    passed = "let pass by the settings"
    why = {_IGNORED if finding.ignored else _KNOWN if finding.known else passed for finding in findings}
    return f", apart from what is {' or '.join(sorted(why))}" if why else ""


def _painted(lines: Iterable[str], color: str, style: Style) -> list[str]:
    return [painted(line, color, style) for line in lines]


def _roomy(style: Style) -> Style:
    return style if style.width is None else style._replace(width=max(style.width, _NARROWEST))


def _text(blocks: Iterable[Sequence[str]]) -> str:
    return for_log("\n\n".join("\n".join(block) for block in blocks if block)) + "\n"


REPORTER: Final = Reporter(
    id="table",
    title="what a person reads in a terminal: findings, coverage, and what fails",
    render=render,
    render_list=render_list,
)
