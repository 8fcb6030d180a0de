"""The table of a page: each release cycle in use with its life, what to move to, and every place that has it."""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from scanner import purl
from scanner.model import EvidenceClass, Kind, Scope, Status
from scanner.page import lifelines
from scanner.page.filters import filters, marks
from scanner.page.groups import WORDS, names, title
from scanner.page.markup import LINE, Html, joined, link, tag, where
from scanner.page.siblings import siblings
from scanner.wording import advised, counted, ending_of, marked, marked_deprecated

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.model import Dependency, Match
    from scanner.page.groups import Entry, Group, Sight

# From here on a browser lays out only what is on the screen.
_MANY: Final = 100
# The worst; all of them would make a page slow that has more than anybody reads.
_DRAWN: Final = 400
_PLACES: Final = 3
# Sorts behind every day.
_ENDLESS: Final = "9999-12-31"

_NOWHERE: Final[Mapping[Status, str]] = MappingProxyType(
    {
        Status.EOL: "no supported successor is known",
        Status.EXPIRING: "no supported successor is known",
        Status.DEPRECATED: "no replacement is named",
    }
)
# How good a statement is; behind each stands whose it is.
_EVIDENCE: Final[Mapping[EvidenceClass, str]] = MappingProxyType(
    {
        EvidenceClass.VENDOR: "dates as published by ",
        EvidenceClass.RULE: "dates that follow from a published rule, ",
        EvidenceClass.LATEST_ONLY: "only the newest release is supported, says ",
        EvidenceClass.DEPRECATED: "said to be over by ",
        EvidenceClass.LOCKFILE: "marked by its maintainers, as told by ",
        EvidenceClass.INFERRED: "concluded from the oldest cycle known to ",
    }
)


def table(groups: Sequence[Group], sight: Sight) -> Html:
    """Write the filters and the table."""
    if not groups:
        return tag("p", "There is nothing to show.")
    kind = "cycles many" if len(groups) > _MANY else "cycles"
    rows = [_group(number, group, sight) for number, group in enumerate(groups)]
    parts = (
        lifelines.definitions(),
        filters(groups),
        _legend(),
        tag("table", tag("thead", tag("tr", *_heads(sight))), LINE, joined(rows, "\n"), class_=kind),
        tag("p", "Nothing fits these filters.", id="nothing", hidden=True),
    )
    return joined(parts, "\n")


def _legend() -> Html:
    items = [tag("li", tag("span", class_=f"swatch {kind}"), text) for kind, text in lifelines.LEGEND]
    return tag("ul", *items, class_="legend", aria_hidden="true")


def _heads(sight: Sight) -> Iterator[Html]:
    yield _sorting("rank", "Status", "ascending")
    yield _sorting("name", "Release cycle")
    yield tag("th", lifelines.scale(sight.axis, sight.today), scope="col", class_="c-life")
    yield _sorting("end", "End")
    yield tag("th", "Move to", scope="col", class_="c-move")
    yield _sorting("count", "Found")


def _sorting(key: str, text: str, order: str | None = None) -> Html:
    button = tag("button", text, type="button", data_sort=key, disabled=True)
    return tag("th", button, scope="col", aria_sort=order, class_=f"c-{key}")


def _group(number: int, group: Group, sight: Sight) -> Html:
    """Write a cycle, and below it every place that has it, and why."""
    match, last = group.match, group.last_day
    fails = tag("small", "fails the run") if any(entry.fails for entry in group.entries) else Html()
    status = joined((tag("span", WORDS[group.word], class_="chip"), fails), " ")
    head = tag(
        "tr",
        tag("td", status, class_="c-rank"),
        tag("th", *_named(group, sight.today), scope="rowgroup", class_="c-name"),
        tag("td", lifelines.bar(match.cycle, sight.axis, sight.today, match.extension), class_="c-life"),
        tag("td", *_lines(*_end(group, sight.today)), class_="c-end"),
        tag("td", *_move(group), class_="c-move"),
        tag("td", f"{len(group.entries):,}", class_="c-count"),
    )
    entries = tag("ul", joined([_entry(entry) for entry in group.entries], "\n"), class_="entries")
    more = tag("tr", tag("td", entries, LINE, _why(group, sight, drawn=number < _DRAWN), colspan=6), class_="more")
    return tag(
        "tbody", head, LINE, more, id=f"cycle-{number}", class_=f"s-{group.word}",
        data_name=title(match, sight.today).casefold(),
        data_end=last.isoformat() if isinstance(last, date) else "0000-01-01" if last else _ENDLESS,
    )  # fmt: skip


def _named(group: Group, today: date) -> Iterator[Html]:
    product, cycle = names(group.match, today)
    yield joined((tag("b", product), tag("span", cycle) if cycle else Html()), " ")
    if group.word != group.status:
        yield tag("small", WORDS[group.status].lower())


def _lines(first: str, rest: str = "") -> Iterator[Html]:
    if first:
        yield tag("span", first)
    if rest:
        yield Html(" ")
        yield tag("small", rest)


def _end(group: Group, today: date) -> tuple[str, str]:
    """Say in a few words what has ended or will, and below it how far away that is."""
    match, cycle = group.match, group.match.cycle
    regular = ending_of(cycle, cycle.eol, today)
    if group.status is Status.SUPERSEDED:
        return "superseded", "only the newest release is supported"
    if group.status is Status.DEPRECATED:
        lockfile = match.evidence_class is EvidenceClass.LOCKFILE
        return _parted(marked(match.dependency.mark) if lockfile else marked_deprecated(cycle, today))
    if match.extension is not None:
        contract = match.extension.contract
        by = (contract.provider or "contract") if contract else "free for everybody"
        return ending_of(cycle, match.extension.until, today).partition(", ")[0], f"{by}; regular support {regular}"
    if group.status is Status.SECURITY_ONLY:
        first, rest = _parted(regular)
        return first, f"{rest}; active support {ending_of(cycle, cycle.eoas, today)}"
    return _parted(regular)


def _parted(said: str) -> tuple[str, str]:
    first, _, rest = said.partition(", ")
    return first, rest


def _move(group: Group) -> Iterator[Html]:
    advice = next((entry.finding.advice for entry in group.entries if entry.finding), None)
    if advice is None:
        return _lines(_NOWHERE.get(group.status, ""))
    if advice.cycle is None:
        return _lines(f"use {purl.name_beside(advice.replacement or '', group.match.dependency.purl)}", "instead")
    until = f"until {advice.eol}" if isinstance(advice.eol, date) else "no announced end" if advice.eol is False else ""
    newest = f"newest {advice.latest}" if advice.latest and advice.latest != advice.cycle else ""
    return _lines(advised(advice), joined((tag("i", part) for part in (until, newest) if part), ", "))


def _entry(entry: Entry) -> Html:
    """Write one package in one file; of many places the first few at once."""
    scopes = dict.fromkeys(str(match.dependency.scope) for match in entry.matches)
    shown = tag("ul", *map(_place, entry.matches[:_PLACES]), class_="places")
    hidden = entry.matches[_PLACES:]
    if hidden:
        rest = tag("ul", *map(_place, hidden), class_="places")
        shown = joined((shown, tag("details", tag("summary", f"and {counted(len(hidden), 'more place')}"), rest)))
    return tag(
        "li", shown, _set_aside(entry),
        data_status=entry.word, data_scope=" ".join(scopes), data_marks=" ".join(marks(entry)),
    )  # fmt: skip


def _place(match: Match) -> Html:
    dependency = match.dependency
    name, version = purl.name_and_version(dependency)
    traits = [str(word) for word in (dependency.kind, dependency.scope) if word not in {Kind.LIBRARY, Scope.RUNTIME}]
    if dependency.direct is False and not dependency.via:
        traits.append("indirect")
    package = tag("span", tag("b", name), " ", version or dependency.requirement or "", class_="package")
    tags = tag("span", *(tag("span", trait, class_="tag") for trait in traits), class_="traits") if traits else Html()
    return tag("li", joined((package, _stands(dependency), tags), " "))


def _stands(dependency: Dependency) -> Html:
    via = tag("small", "via ", " → ".join(dependency.via), class_="via") if dependency.via else Html()
    return tag("span", joined((where(dependency.location), via), " "), class_="place")


def _set_aside(entry: Entry) -> Html:
    finding = entry.finding
    if finding is None:
        return Html()
    said = [tag("p", "Known: the baseline has it, so it does not fail the run.")] if finding.known else []
    if (ignore := finding.ignored) is not None:
        text = (f"Ignored until {ignore.until}: ", tag("q", ignore.reason), " (", where(ignore.location), ")")
        said.append(tag("p", *text))
    extension = entry.matches[0].extension
    if extension is not None and extension.contract is not None:
        contract = extension.contract
        said.append(tag("p", f"Covered by {contract.provider or 'a contract'} (", where(contract.location), ")"))
    return joined(said)


def _why(group: Group, sight: Sight, *, drawn: bool) -> Html:
    """Tell the finding in whole sentences, what it rests on, and the other cycles of the product."""
    match = group.match
    finding, evidence = group.entries[0].finding, match.evidence
    told = match.evidence_class is EvidenceClass.LOCKFILE
    source = evidence.source if told else match.cycle.source or evidence.source
    rests = (
        f"Found by {evidence.kind} ", tag("code", evidence.identifier), "; ",
        _EVIDENCE[match.evidence_class], link(source, source), ".",
    )  # fmt: skip
    links = (link(match.product.link, f"About {match.product.title}"), _about(match))
    drawn = drawn and not match.product.whole
    table = siblings(match, _moves_to(group), sight) if drawn else Html()
    words = f"Why, and the cycles of {match.product.title}" if drawn else "Why"
    return tag(
        "details",
        tag("summary", words),
        tag("p", finding.message) if finding else "",
        tag("p", f"The rule: {match.cycle.rule}") if match.cycle.rule else "",
        tag("p", *rests, class_="quiet"),
        tag("p", joined(links, " · "), class_="quiet"),
        table,
        class_="why",
    )


def _about(match: Match) -> Html:
    address = match.cycle.link
    return link(address, "About this cycle") if address and address != match.product.link else Html()


def _moves_to(group: Group) -> str | None:
    return next((entry.finding.advice.cycle for entry in group.entries if entry.finding and entry.finding.advice), None)
