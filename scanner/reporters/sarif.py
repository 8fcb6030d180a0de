"""SARIF 2.1.0 as GitHub's code scanning takes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

A rule is a status of a product: its short description is the title of every alert, and alerts of
other days and other branches share its text. So nothing of a single finding stands in a rule: the
dates in its help are those of all the product's cycles, and what one alert means stands in its message.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import about
from scanner.message import chores, without_verdict
from scanner.model import EvidenceClass, EvidenceKind, Reason, Status
from scanner.plugin import Reporter
from scanner.purl import name_beside
from scanner.rules import RULES
from scanner.text import harmless, json_for_log, shorten
from scanner.wording import at_least, by_policy, called, counted, judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from scanner.model import Cycle, Ending, Finding, Ignore, Location, Match, Product, Report
    from scanner.plugin import Style

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# Code scanning shows the 5,000 most severe results of a file and drops the others without a word; it
# refuses a file with more than 25,000, or one that is larger when packed.
_MAX_RESULTS = 5_000
_MAX_PACKED = 10 * 1024 * 1024
_MAX_TEXT = 1024
_MAX_NAME = 255

# A minified file has everything on one line, and a broken one a problem on each.
_MAX_MESSAGES = 3
_MAX_PROBLEMS = 1000

# The cycles of a product that its rule lists, the newest of them; few products have more.
_MAX_CYCLES = 30
_MAX_SOURCES = 3
_HEADS: Final = ("Release cycle", "Active support", "Security support", "Extended support", "Newest version")

_TAGS: Final = ("security", "supply-chain", "end-of-life", "external/cwe/cwe-1104")

_ADVICE: Final = MappingProxyType(
    {
        Status.EOL: "Move to a release cycle that is supported; the alert names the nearest one.",
        Status.EXPIRING: "Plan the move to a later release cycle before the day that the alert names.",
        Status.SECURITY_ONLY: "There is time: plan the move to a release cycle that is still worked on.",
        Status.DEPRECATED: "Replace it with something that is maintained; the alert names it where its maintainers do.",
        Status.SUPERSEDED: "Update to the newest release.",
    }
)
# A package whose versions are all alike has no other cycle to move to.
_WHOLE: Final = "Replace it with something that is maintained."

_Object: TypeAlias = dict[str, object]


class _Place(NamedTuple):
    """What makes one result: a rule (a status of a product) and a line of a file, or a file without a line."""

    rank: int
    path: str
    line: int
    rule: str


class _Found(NamedTuple):
    """One finding at one of its places."""

    finding: Finding
    match: Match


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- SARIF looks the same everywhere
    """Write one run. Ignored findings are left out, unless the policy asks for them: code scanning opens alerts."""
    places = sorted(_places(report).items(), key=_badness)
    kept = places[:_MAX_RESULTS]
    text = _document(report, sorted(kept), len(places) - len(kept))
    while kept and _is_too_large(text):
        kept = kept[: len(kept) // 2]
        text = _document(report, sorted(kept), len(places) - len(kept))
    return text


def _places(report: Report) -> dict[_Place, list[_Found]]:
    uris = _uris(report)
    places: dict[_Place, list[_Found]] = {}
    for finding in report.findings:
        if finding.status not in RULES or (finding.ignored and not report.policy.sarif_include_ignored):
            continue
        for match in _shown(finding.matches):
            location = match.dependency.location
            rule = _rule_id(finding.status, match.product)
            place = _Place(finding.status.rank, _uri_of(location, uris), location.line or 0, rule)
            places.setdefault(place, []).append(_Found(finding, match))
    return places


def _badness(item: tuple[_Place, list[_Found]]) -> tuple[int, int, _Place]:
    place, found = item
    return place.rank, min(one.finding.days_left or 0 for one in found), place


def _shown(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    # Hundreds of packages say the same of the one operating system that they belong to.
    return matches[:1] if matches[0].evidence.kind is EvidenceKind.OS else matches


def _uris(report: Report) -> dict[str, str]:
    return {given.path: _uri(given.repo_path) for given in report.inputs}


def _uri_of(location: Location, uris: Mapping[str, str]) -> str:
    return uris.get(location.path) or _uri(location.path)


def _uri(path: str) -> str:
    """Return a path as code scanning resolves it: from the root of the checkout, percent-encoded UTF-8.

    What stands outside of the root cannot be shown; it must not make the file be refused.
    """
    from urllib.parse import quote

    # GitHub decodes what is percent-encoded as UTF-8, and fails on bytes that are none.
    path = path.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    first, *rest = [part for part in path.split("/") if part not in {"", ".", ".."}] or ["unknown"]
    # A colon in the first part would make what is before it the scheme of an address.
    return quote("/".join([first, *rest]), safe="/!$&'()*+,;=:@-._~").replace(":", "%3A", first.count(":"))


def _rule_id(status: Status, product: Product) -> str:
    # A slash would make it a rule within a rule.
    return f"{RULES[status].id}-{_plain(product.id).replace('/', '-')}"


def _document(report: Report, places: Sequence[tuple[_Place, list[_Found]]], left_out: int) -> str:
    import json

    products = {place.rule: (found[0].finding.status, found[0].match.product) for place, found in reversed(places)}
    rules = sorted(products)
    run = {
        "tool": {"driver": _driver([_rule(rule, *products[rule]) for rule in rules])},
        "automationDetails": {"id": f"{_plain(report.policy.sarif_category) or about.NAME}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the checkout."}}},
        "invocations": [_invocation(report, left_out)],
        "properties": _properties(report, left_out),
        "results": [],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    numbers = {rule: number for number, rule in enumerate(rules)}
    compared = _is_compared(report)
    results = [
        json.dumps(_result(report, place, numbers[place.rule], found) | _states(found, report, compared=compared))
        for place, found in places
    ]
    text = json.dumps(log, indent=2)
    if results:
        # One result on one line: quick to write, and the difference between two runs is easy to read.
        head, field, tail = text.rpartition('"results": [')
        text = head + field + "".join(f"\n        {result}," for result in results)[:-1] + "\n      " + tail
    return json_for_log(text) + "\n"


def _driver(rules: list[_Object]) -> _Object:
    return {
        "name": about.NAME,
        "version": about.VERSION,
        "semanticVersion": about.VERSION,
        "informationUri": about.HOME,
        "rules": rules,
    }


def _rule(rule_id: str, status: Status, product: Product) -> _Object:
    rule, title = RULES[status], _safe(product.title)
    words = "".join(char if char.isalnum() else " " for char in product.id).split()
    address = {"helpUri": product.link} if _is_address(product.link) else {}
    return {
        "id": rule_id,
        "name": "".join([rule.name, *(word.capitalize() for word in words)])[:_MAX_NAME],
        "shortDescription": {"text": shorten(f"{title}: {rule.title}", _MAX_TEXT)},
        "fullDescription": {"text": shorten(f"The project uses {title}. {rule.meaning}", _MAX_TEXT)},
        **address,
        "help": _help(status, product),
        "defaultConfiguration": {"level": rule.level},
        "properties": {"tags": _TAGS, "precision": rule.precision, "security-severity": rule.severity},
    }


def _help(status: Status, product: Product) -> _Object:
    title, meaning, way_out = product.title, RULES[status].meaning, _way_out(status, product)
    command, command_marked = (_command(product, quote) for quote in "'`")
    return {
        "text": f"The project uses {_safe(title)}. {meaning}\n\n"
        f"What to do: {_safe(way_out)}\n\n"
        f"Where this comes from: {', '.join(map(_safe, _sources(product)))}.{command}",
        "markdown": f"The project uses **{_marked(title)}**. {meaning}\n\n"
        f"**What to do:** {_marked(way_out)}\n\n"
        f"{_cycles(product)}"
        f"**Where this comes from:** {', '.join(map(_linked, _sources(product)))}.{command_marked}",
    }


def _way_out(status: Status, product: Product) -> str:
    if product.replacement:
        purl = next((text for kind, text in product.identifiers if kind == "purl"), "")
        return f"Use {name_beside(product.replacement, purl)} instead."
    return _WHOLE if product.whole and status is not Status.DEPRECATED else _ADVICE[status]


def _sources(product: Product) -> tuple[str, ...]:
    if not product.link:
        # Nobody but the lockfile speaks of it, and where that one stands is told by the alert.
        return ("what its maintainers say of it, as the scanned file has it",)
    page = product.link if _is_address(product.link) else ""
    told = (product.source, page, *(cycle.source or "" for cycle in product.cycles))
    return tuple(dict.fromkeys(filter(None, told)))[:_MAX_SOURCES]


def _command(product: Product, quote: str) -> str:
    # Of a package that only a lockfile speaks of, nobody knows release cycles.
    if not product.link:
        return ""
    what = "tells what is known of it" if product.whole else "shows every release cycle"
    return f" The command {quote}{about.NAME} explain {_plain(product.id).replace('`', '')}{quote} {what}."


def _cycles(product: Product) -> str:
    """Return the dates of a product as a table. No word in it depends on the day of the scan."""
    dated = [cycle for cycle in product.cycles if _is_dated(cycle)]
    if not dated:
        return ""
    rows = [_row(cycle, whole=product.whole) for cycle in dated[:_MAX_CYCLES]]
    shown = [number for number, _ in enumerate(_HEADS) if any(row[number] for row in rows)]
    lines = (_HEADS, ["---"] * len(_HEADS), *rows)
    table = "\n".join(f"| {' | '.join(line[number] or 'not tracked' for number in shown)} |" for line in lines)
    more = len(dated) - _MAX_CYCLES
    older = f" {counted(more, 'older cycle')} {'is' if more == 1 else 'are'} not listed here." if more > 0 else ""
    return f"{table}\n\nA date is the last day of that support.{older}\n\n"


def _row(cycle: Cycle, *, whole: bool) -> tuple[str, ...]:
    name = "all versions" if whole else called(cycle)
    ends = (_told(end, cycle) for end in (cycle.eoas, cycle.eol, cycle.eoes))
    return (_marked(name), *ends, _marked(cycle.latest or ""))


def _is_dated(cycle: Cycle) -> bool:
    # The date of a deprecation is the day since which it holds, and no end of support.
    return cycle.evidence is not EvidenceClass.DEPRECATED and (cycle.eol, cycle.eoas, cycle.eoes) != (None, None, None)


def _told(end: Ending, cycle: Cycle) -> str:
    if end is None or isinstance(end, bool):
        return "" if end is None else "over" if end else "no announced end"
    return f"{'not before ' if at_least(cycle) else ''}{end.isoformat()}{by_policy(cycle)}"


def _linked(source: str) -> str:
    return f"[{_marked(source)}]({source})" if _is_address(source) else _marked(source)


def _is_address(link: str) -> bool:
    from urllib.parse import quote

    return link.startswith(("https://", "http://")) and quote(link, safe="/:?=&%#~+,;@!$*") == link


def _result(report: Report, place: _Place, rule: int, found: Sequence[_Found]) -> _Object:
    # One that is ignored says nothing where another stands that is not.
    found = [one for one in found if one.finding.ignored is None] or found
    found = sorted(found, key=lambda one: (one.match.dependency.location.column or 0, one.finding.id))
    first = found[0]
    location = first.match.dependency.location
    # Where there is no line GitHub computes no hash of its own to compare with.
    line_hash = report.line_hashes.get((location.path, place.line)) if place.line else f"{first.finding.id}:1"
    fingerprint = {"primaryLocationLineHash": line_hash} if line_hash else {}
    return {
        "ruleId": place.rule,
        "ruleIndex": rule,
        "level": RULES[first.finding.status].level,
        "message": {"text": _message([one.finding.message for one in found])},
        "locations": [_location(place.path, location)],
        "partialFingerprints": {**fingerprint, "eolscanFinding/v1": first.finding.id},
        "properties": _evidence(first),
    }


def _evidence(found: _Found) -> _Object:
    evidence, cycle = found.match.evidence, found.match.cycle
    return {
        "purl": _plain(found.match.dependency.purl),
        "product": _plain(found.match.product.id),
        "cycle": _plain(cycle.name),
        "eol": cycle.eol if cycle.eol is None or isinstance(cycle.eol, bool) else cycle.eol.isoformat(),
        "daysLeft": found.finding.days_left,
        "fails": found.finding.fails,
        "evidence": {
            "kind": evidence.kind,
            "identifier": _plain(evidence.identifier),
            "class": evidence.evidence_class,
            "source": _plain(evidence.source),
        },
    }


def _is_compared(report: Report) -> bool:
    return bool(report.upkeep.gone) or any(finding.known for finding in report.findings)


def _states(found: Sequence[_Found], report: Report, *, compared: bool) -> _Object:
    """Tell of a result what code scanning does not read, and other viewers do; SARIF wants it for all or none."""
    states: _Object = {}
    if compared:
        states["baselineState"] = "unchanged" if all(one.finding.known for one in found) else "new"
    if report.policy.sarif_include_ignored:
        entries = dict.fromkeys(one.finding.ignored for one in found)
        states["suppressions"] = [] if None in entries else [_suppression(entry) for entry in entries if entry]
    return states


def _suppression(entry: Ignore) -> _Object:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": _plain(entry.reason),
        "properties": {"until": entry.until.isoformat()},
    }


def _message(messages: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(messages))
    text = " ".join(_safe(message) for message in distinct[:_MAX_MESSAGES])
    more = len(distinct) - _MAX_MESSAGES
    return f"{text} More of the kind in this place: {more}." if more > 0 else text


def _location(uri: str, location: Location) -> _Object:
    artifact = {"uri": uri, "uriBaseId": "%SRCROOT%"}
    if location.line is None:
        return {"physicalLocation": {"artifactLocation": artifact}}
    region = {"startLine": location.line}
    if location.column is not None and location.end_column is not None:
        region |= {"startColumn": location.column, "endLine": location.line, "endColumn": location.end_column}
    return {"physicalLocation": {"artifactLocation": artifact, "region": region}}


def _invocation(report: Report, left_out: int) -> _Object:
    # Code scanning takes no run for whole that says it is not: no alert is closed since its file was not read.
    incomplete = any(given.unread for given in report.inputs) or (report.policy.strict and bool(report.problems))
    return {"executionSuccessful": not incomplete, "toolExecutionNotifications": [*_notes(report, left_out)]}


def _notes(report: Report, left_out: int) -> Iterator[_Object]:
    uris = _uris(report)
    if left_out:
        yield _note(f"Results left out, the least severe: {left_out}. Code scanning shows {_MAX_RESULTS:,} at most.")
    for verdict in report.unjudged[:_MAX_PROBLEMS]:
        yield _note(without_verdict(verdict), verdict.dependency.location, uris)
    for sentence, location in [*chores(report.upkeep)][:_MAX_PROBLEMS]:
        yield _note(sentence, location, uris)
    more = len(report.problems) - _MAX_PROBLEMS
    if more > 0:
        yield _note(f"Problems not listed here: {more}.")
    for problem in report.problems[:_MAX_PROBLEMS]:
        yield _note(problem.message, problem.location, uris)


def _note(message: str, location: Location | None = None, uris: Mapping[str, str] = MappingProxyType({})) -> _Object:
    note: _Object = {"level": "warning", "message": {"text": _safe(message)}}
    return note if location is None else note | {"locations": [_location(_uri_of(location, uris), location)]}


def _properties(report: Report, left_out: int) -> _Object:
    counts = Counter(report.by_status)
    return {
        "asOf": report.today.isoformat(),
        "data": {
            "revision": report.data.revision,
            "date": report.data.date.isoformat(),
            "products": report.data.products,
            "sha256": report.data.sha256,
            "source": report.data.source,
        },
        # Silence never means health: how much was judged stands even where there is no result.
        "components": counts.total(),
        "judged": judged(report.by_status),
        "byStatus": {status: counts[status] for status in Status if counts[status]},
        "byReason": {reason: report.by_reason[reason] for reason in Reason if report.by_reason.get(reason)},
        "ignored": sum(finding.ignored is not None for finding in report.findings),
        "known": sum(finding.known for finding in report.findings),
        "extended": len(report.extended),
        "failed": report.failed,
        "resultsLeftOut": left_out,
    }


def _safe(text: str) -> str:
    text = _plain(text)
    # SARIF reads `[text](target)` as a link wherever a message holds it.
    return text.replace("[", "\\[").replace("]", "\\]") if "](" in text else text


def _marked(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()<>#+!|~&" else char for char in _plain(text))


def _plain(text: str) -> str:
    return harmless(text, _MAX_TEXT)


def _is_too_large(text: str) -> bool:
    from zlib import compress

    return len(text) > _MAX_PACKED and len(compress(text.encode())) > _MAX_PACKED


REPORTER: Final = Reporter(id="sarif", title="SARIF 2.1.0, for code scanning", render=render)
