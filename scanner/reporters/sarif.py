"""SARIF 2.1.0 as GitHub's code scanning takes it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning

A rule is a status of a product: its short description is the title of every alert, and alerts of
other days and other branches share its text. So nothing of a single finding stands in a rule.
"""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import about
from scanner.model import EvidenceKind, Reason, Status
from scanner.plugin import Reporter
from scanner.rules import RULES
from scanner.text import clean, for_log, redact, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model import Finding, Location, Match, Product, Report
    from scanner.plugin import Style

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# What code scanning takes. It refuses a file with more results, or one that is larger when packed.
_MAX_RESULTS = 25_000
_MAX_PACKED = 10 * 1024 * 1024
_MAX_TEXT = 1024
_MAX_NAME = 255

# A minified file has everything on one line, and a broken one a problem on each.
_MAX_MESSAGES = 3
_MAX_PROBLEMS = 1000

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

_RANKS: Final = MappingProxyType({status: rank for rank, status in enumerate(Status)})

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
    """Write one run. Ignored findings are left out: code scanning would open alerts for them."""
    places = sorted(_places(report).items())
    kept = places[:_MAX_RESULTS]
    text = _document(report, kept, len(places) - len(kept))
    while kept and _is_too_large(text):
        kept = kept[: len(kept) // 2]
        text = _document(report, kept, len(places) - len(kept))
    return text


def _places(report: Report) -> dict[_Place, list[_Found]]:
    uris = _uris(report)
    places: dict[_Place, list[_Found]] = {}
    for finding in report.findings:
        if finding.ignored is not None or finding.status not in RULES:
            continue
        rank = _RANKS[finding.status]
        for match in _shown(finding.matches):
            location = match.dependency.location
            place = _Place(rank, _uri_of(location, uris), location.line or 0, _rule_id(finding.status, match.product))
            places.setdefault(place, []).append(_Found(finding, match))
    return places


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
        "automationDetails": {"id": f"{about.NAME}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the checkout."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notes(report, left_out)}],
        "properties": _properties(report, left_out),
        "results": [],
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    numbers = {rule: number for number, rule in enumerate(rules)}
    results = [json.dumps(_result(report, place, numbers[place.rule], found)) for place, found in places]
    text = json.dumps(log, indent=2)
    if results:
        # One result on one line: quick to write, and the difference between two runs is easy to read.
        head, field, tail = text.rpartition('"results": [')
        text = head + field + "".join(f"\n        {result}," for result in results)[:-1] + "\n      " + tail
    # GitHub's runner obeys `##[` anywhere in a log; written so, the value stays what it is.
    return text.replace("##[", "\\u0023#[") + "\n"


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
    link = product.link if _is_address(product.link) else ""
    source = _marked(product.source)
    command = f"{about.NAME} explain {_plain(product.id).replace('`', '')}"
    # Of a package that only a lockfile speaks of, nobody knows release cycles.
    cycles = [
        f" The command {quote}{command}{quote} shows every release cycle." if product.link else "" for quote in "'`"
    ]
    return {
        "text": f"The project uses {_safe(product.title)}. {RULES[status].meaning}\n\n"
        f"What to do: {_ADVICE[status]}\n\n"
        f"Where this comes from: {' '.join(dict.fromkeys((_safe(product.source), link))).strip()}.{cycles[0]}",
        "markdown": f"The project uses **{_marked(product.title)}**. {RULES[status].meaning}\n\n"
        f"**What to do:** {_ADVICE[status]}\n\n"
        f"**Where this comes from:** {f'[{source}]({link})' if link else source}.{cycles[1]}",
    }


def _is_address(link: str) -> bool:
    from urllib.parse import quote

    return link.startswith(("https://", "http://")) and quote(link, safe="/:?=&%#~+,;@!$*") == link


def _result(report: Report, place: _Place, rule: int, found: Sequence[_Found]) -> _Object:
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


def _notes(report: Report, left_out: int) -> list[_Object]:
    notes: list[_Object] = []
    if left_out:
        notes.append(_note(f"Results left out, the least severe: {left_out}. Code scanning takes no more."))
    more = len(report.problems) - _MAX_PROBLEMS
    if more > 0:
        notes.append(_note(f"Problems not listed here: {more}."))
    uris = _uris(report)
    return notes + [
        {**_note(problem.message), "locations": [_location(_uri_of(problem.location, uris), problem.location)]}
        for problem in report.problems[:_MAX_PROBLEMS]
    ]


def _note(message: str) -> _Object:
    return {"level": "warning", "message": {"text": _safe(message)}}


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
        "judged": counts.total() - counts[Status.UNKNOWN] - counts[Status.UNTRACKED],
        "byStatus": {status: counts[status] for status in Status if counts[status]},
        "byReason": {reason: report.by_reason[reason] for reason in Reason if report.by_reason.get(reason)},
        "ignored": sum(finding.ignored is not None for finding in report.findings),
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
    return shorten(for_log(redact(clean(text))), _MAX_TEXT)


def _is_too_large(text: str) -> bool:
    from zlib import compress

    return len(text) > _MAX_PACKED and len(compress(text.encode())) > _MAX_PACKED


REPORTER: Final = Reporter(id="sarif", title="SARIF 2.1.0, for code scanning", render=render)
