"""What a finding says: whole sentences, the same in every output."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from scanner.model import EvidenceClass, EvidenceKind, Kind, Location, Status
from scanner.purl import full_name, name_and_version, name_beside, split
from scanner.text import cited, clean, shorten
from scanner.wording import (
    at_least,
    by_policy,
    called,
    counted,
    distance,
    marked,
    marked_deprecated,
    reason,
    untitled,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.model import (
        Advice,
        Cycle,
        Dependency,
        Ending,
        Extension,
        Finding,
        Match,
        Product,
        Selector,
        Upkeep,
        Verdict,
    )

_ENDS: Final = frozenset({Status.EOL, Status.EXPIRING, Status.SECURITY_ONLY})
_ONLY_NEWEST: Final = "superseded: the maintainers support only their newest release"
_VERSIONS_SHOWN: Final = 3


def message(status: Status, matches: Sequence[Match], advice: Advice | None, today: date) -> str:
    """Say of matches that share product and cycle what their status means for them, and what to do."""
    sentences = [_claim(status, matches, today)]
    if advice:
        sentences.append(_outlook(matches[0], advice, today))
    elif status is Status.EOL or (status in _ENDS and matches[0].product.whole):
        sentences.append("No supported successor is known.")
    elif status in _ENDS:
        sentences.append("No newer cycle that lasts longer is known.")
    return clean(" ".join(sentences))


def standing(finding: Finding) -> str:
    """Say why a finding does not count: ignored until a day, or known; empty where nobody has said so."""
    if finding.ignored is not None:
        return f"ignored until {finding.ignored.until}: {clean(finding.ignored.reason)}"
    return "known from the baseline" if finding.known else ""


def set_aside(findings: Iterable[Finding]) -> tuple[int, int]:
    """Count the findings that are ignored, and those that are known and not ignored."""
    ignored, known = 0, 0
    for finding in findings:
        ignored += finding.ignored is not None
        known += finding.known and finding.ignored is None
    return ignored, known


def elsewhere(finding: Finding) -> str:
    """Say on which other lines of its file a finding stands, behind its message; empty where there are none."""
    first, *others = [match.dependency.location.line for match in finding.matches]
    lines = sorted({line for line in others if line is not None and line != first})
    if not lines:
        return ""
    return f" Also on {'line' if len(lines) == 1 else 'lines'} {shorten(', '.join(map(str, lines)), 100)}."


def without_verdict(verdict: Verdict) -> str:
    """Say of a dependency that it could not be judged, and why."""
    why = f": {reason(verdict.reason)}" if verdict.reason else ""
    return f"No verdict on {cited(full_name(verdict.dependency))}{why}."


def chores(upkeep: Upkeep) -> Iterator[tuple[str, Location]]:
    """Say what is to be done about the settings and the baseline, each with its place.

    What a baseline knows, and nobody finds any more, has the place where it was.
    """
    for entry in upkeep.expired:
        said = f"This ignore ended on {entry.until} and sets nothing aside any more: {_selected(entry.selector)}."
        yield said, entry.location
    for entry in upkeep.unused:
        yield f"This ignore fits nothing that was scanned: {_selected(entry.selector)}.", entry.location
    for contract in upkeep.idle:
        what = cited(" ".join(filter(None, (contract.product, contract.cycle))))
        by = f" by {cited(contract.provider)}" if contract.provider else ""
        until = f" until {contract.until}" if contract.until else ""
        yield f"This support{by} covers nothing that was scanned: {what}{until}.", contract.location
    for known in upkeep.gone:
        what = cited(" ".join(filter(None, (known.product, known.cycle))))
        yield f"The baseline knows {what} ({cited(known.rule)}), which is found no more.", Location(known.path)


def _selected(selector: Selector) -> str:
    direct = None if selector.direct is None else str(selector.direct).lower()
    fields = {
        "product": selector.product,
        "cycle": selector.cycle,
        "purl": selector.purl,
        "path": selector.path,
        "scope": ", ".join(sorted(selector.scope)),
        "direct": direct,
    }
    return ", ".join(f"{name} {cited(value)}" for name, value in fields.items() if value)


def _claim(status: Status, matches: Sequence[Match], today: date) -> str:
    found = matches[0]
    packages = sum(match.dependency.kind is not Kind.OS for match in matches)
    if packages and found.dependency.kind is Kind.OS:
        return _system_claim(status, found, packages, today)
    name, of_product = _named(found)
    versions = list(dict.fromkeys(filter(None, (_version(match.dependency) for match in matches))))
    subject = _subject(name, versions, found.dependency)
    verb = "are" if len(versions) > 1 else "is"
    if found.evidence_class is EvidenceClass.LOCKFILE:
        return f"{subject} {verb} {marked(found.dependency.mark, words=True)}."
    if found.product.whole:
        # Of such a package no version has to be stated.
        return f"{subject if versions else name} {verb} {_whole(status, found, today)}."
    cycle = _called(found.cycle, found.product, today)
    clause = _clause(status, found, today)
    if found.evidence.kind is EvidenceKind.INFERRED:
        if status is Status.SUPERSEDED:
            clause = f"and {_ONLY_NEWEST}"
        return f"{subject} {verb} older than {cycle}, the oldest release cycle{of_product} that is tracked, {clause}."
    return f"{subject} {verb} {'on' if versions else 'judged by'} cycle {cycle}{of_product}, {clause}."


def _system_claim(status: Status, found: Match, packages: int, today: date) -> str:
    verb = "is" if packages == 1 else "are"
    cycle, clause = _called(found.cycle, found.product, today), _clause(status, found, today)
    subject, of = f"{found.product.title} {cycle}", "of this release"
    if found.evidence.kind is EvidenceKind.INFERRED:
        subject, of = found.product.title, f"older than {cycle}, the oldest release that is tracked"
    return f"{subject}: {counted(packages, 'package')} {verb} {of}, {clause}."


def _whole(status: Status, found: Match, today: date) -> str:
    """Say what is wrong with a package whose versions are all alike, behind "is" or "are"."""
    cycle = found.cycle
    match status:
        case _ if found.extension is not None:
            return f"without regular support, which {_regular(found, today)}; {_carried(found.extension, today)}"
        case Status.DEPRECATED:
            return marked_deprecated(cycle, today)
        case Status.SECURITY_ONLY:
            return f"fixed for security only: active support of all versions {_over(cycle, today)}"
        case Status.EXPIRING:
            return f"soon without support: that of all versions ends {_on(cycle, cycle.eol, today)}"
        case _ if isinstance(cycle.eol, date):
            return f"no longer supported: support of all versions ended {_on(cycle, cycle.eol, today)}"
    return "no longer supported, in any version; the last day is not known"


def _clause(status: Status, found: Match, today: date) -> str:
    if found.extension is not None:
        return f"which {_regular(found, today)}; {_carried(found.extension, today)}"
    return _of_cycle(status, found.cycle, today)


def _of_cycle(status: Status, cycle: Cycle, today: date) -> str:
    match status:
        case Status.DEPRECATED:
            return f"which is {marked_deprecated(cycle, today)}"
        case Status.SUPERSEDED:
            return f"which is {_ONLY_NEWEST}"
        case Status.SECURITY_ONLY:
            return f"whose active support {_over(cycle, today)}"
        case Status.EXPIRING:
            return f"which ends {_on(cycle, cycle.eol, today)}"
        case _ if isinstance(cycle.eol, date):
            return f"which ended {_on(cycle, cycle.eol, today)}"
    return "which is over; its last day is not known"


def _regular(found: Match, today: date) -> str:
    cycle = found.cycle
    if not isinstance(cycle.eol, date):
        return "is over"
    return f"{'ended' if cycle.eol < today else 'ends'} {_on(cycle, cycle.eol, today)}"


def _carried(extension: Extension, today: date) -> str:
    """Say who supports a cycle beyond its end, and until when."""
    contract = extension.contract
    by = f" by {cited(contract.provider)}" if contract and contract.provider else ""
    who = f"extended support{by}" if contract else "free extended support"
    if isinstance(extension.until, date):
        return f"{who} goes on until {_told(extension.until, today)}"
    return f"{who} goes on, without an announced end"


def _over(cycle: Cycle, today: date) -> str:
    over = f"ended {_on(cycle, cycle.eoas, today)}" if isinstance(cycle.eoas, date) else "is over"
    return f"{over}; {_fixes(cycle.eol, today)}"


def _on(cycle: Cycle, day: Ending, today: date) -> str:
    """Tell a day of a cycle, what it is worth, and how far it is from today."""
    return f"{'not before' if at_least(cycle) else 'on'} {_told(day, today)}{by_policy(cycle)}"


def _fixes(eol: Ending, today: date) -> str:
    if isinstance(eol, date):
        return f"security fixes still come until {_told(eol, today)}"
    return "security fixes still come" if eol is False else "how long security fixes come is not tracked"


def _told(day: Ending, today: date) -> str:
    return f"{day}, {distance(day, today)}" if isinstance(day, date) else ""


def _outlook(found: Match, advice: Advice, today: date) -> str:
    product = found.product
    if advice.cycle is None:
        return f"Use {cited(name_beside(advice.replacement or '', found.dependency.purl))} instead."
    cycle = next(other for other in product.cycles if other.name == advice.cycle)
    sentence = f"Move to {_called(cycle, product, today)}"
    if isinstance(advice.eol, date):
        sentence += f", supported until {advice.eol}"
    elif advice.eol is False:
        sentence += ", which has no announced end"
    newest = f"; its newest version is {advice.latest}" if advice.latest and advice.latest != advice.cycle else ""
    return f"{sentence}{newest}."


def _called(cycle: Cycle, product: Product, today: date) -> str:
    return untitled(called(cycle, today), product.title)


def _named(found: Match) -> tuple[str, str]:
    # The title is how people know the product; a package that bears another name keeps it.
    product, (whole, _) = found.product, name_and_version(found.dependency)
    purl = split(found.dependency.purl)
    name = purl.name if purl else whole
    if found.dependency.kind is not Kind.IMAGE and _folded(name) in map(_folded, (product.title, product.id)):
        return product.title, ""
    return cited(whole), f" of {product.title}"


def _subject(name: str, versions: Sequence[str], dependency: Dependency) -> str:
    shown = [cited(version) for version in versions[:_VERSIONS_SHOWN]]
    if dependency.kind is Kind.IMAGE:
        return f"The image {name}:{shown[0]}" if shown else f"The image {name}"
    if not shown:
        wanted = f"unpinned ({cited(dependency.requirement)})" if dependency.requirement else "of no stated version"
        return f"{name}, {wanted},"
    more = len(versions) - len(shown)
    last = f"{more} more versions" if more > 1 else "one more version" if more else shown.pop()
    return f"{name} {', '.join(shown)} and {last}" if shown else f"{name} {last}"


def _version(dependency: Dependency) -> str | None:
    return name_and_version(dependency)[1]


def _folded(name: str) -> str:
    return "".join(filter(str.isalnum, name)).casefold()
