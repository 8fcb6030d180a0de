"""Which components of an SBOM a report speaks of, and what it says that every kind of SBOM can carry.

A component is found again by what it names, and not by its line: an SBOM may stand on one line. All
that is said of a dependency follows from its purl, or from its name and version where it has none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from scanner import about, purl
from scanner.ecosystems.components import canonical, versioned
from scanner.model import EvidenceClass, Kind, Status
from scanner.text import clean, redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from scanner.model import Cycle, Dependency, Ending, Match, Report, Stamp, Verdict

# What one component is told by: a whole purl, or only name and version; in small letters.
_Key: TypeAlias = tuple[str, ...]

# All verdicts of one dependency: an image has several.
Verdicts: TypeAlias = "tuple[Verdict, ...]"


class Named(NamedTuple):
    """What a component of a document names; `names` are all ways in which its name may be written."""

    purls: tuple[str, ...]
    names: tuple[str, ...]
    version: str = ""
    is_os: bool = False


def judged(verdicts: Iterable[Verdict]) -> list[Verdicts]:
    """Return the verdicts of each dependency, in the order of the scan."""
    groups: list[list[Verdict]] = []
    for verdict in verdicts:
        if groups and groups[-1][0].dependency is verdict.dependency:
            groups[-1].append(verdict)
        else:
            groups.append([verdict])
    return [tuple(group) for group in groups]


def assigned(components: Sequence[Named], verdicts: Iterable[Verdict]) -> list[Verdicts]:
    """Return for each component what is said of it; nothing where that is not certain."""
    groups: dict[_Key, list[Verdicts]] = defaultdict(list)
    for group in judged(verdicts):
        groups[_key(group[0].dependency)].append(group)
    keys = [next((key for key in _keys(component) if key in groups), None) for component in components]
    alike = Counter(keys)
    answers = {key: iter(_each(groups[key], number)) for key, number in alike.items() if key is not None}
    return [() if key is None else next(answers[key]) for key in keys]


def pinned(verdicts: Verdicts) -> Match | None:
    """Return the match whose dates are a component's own.

    None for a range, which allows several cycles, for what follows only from the cycles beside it, and
    for what a distribution maintains beyond its maker.
    """
    first = verdicts[0] if verdicts else None
    if first is None or first.match is None or first.status is Status.DISTRO_MAINTAINED:
        return None
    inferred = first.match.evidence.evidence_class is EvidenceClass.INFERRED
    return None if first.match.allowed or inferred else first.match


def announced(verdicts: Iterable[Verdict]) -> Iterator[Match]:
    """Yield what is known of exact versions from their vendor: dates that it announced, by word or by rule."""
    for group in judged(verdicts):
        for verdict in group:
            match = pinned((verdict,))
            if match and match.cycle.evidence in {EvidenceClass.VENDOR, EvidenceClass.RULE}:
                yield match


def is_address(text: str) -> bool:
    """Tell whether a link may stand where others expect an address."""
    return text.startswith(("https://", "http://")) and text.isascii() and not set(text) & set(' <>"{}|\\^`\r\n\t')


def facts(verdict: Verdict) -> list[tuple[str, str]]:
    """Return names and values of what is known of a dependency, in words that machines read."""
    found = [("status", str(verdict.status))]
    if verdict.reason and str(verdict.reason) != str(verdict.status):
        found.append(("reason", str(verdict.reason)))
    if verdict.match is None:
        return found
    product, cycle = verdict.match.product, verdict.match.cycle
    dates = (("released", cycle.released), ("eoas", cycle.eoas), ("eol", cycle.eol), ("eoes", cycle.eoes))
    found += [("product", product.id), ("cycle", cycle.name)]
    found += [(name, told) for name, end in dates if (told := _told(end))]
    if cycle.latest:
        found.append(("latest", cycle.latest))
    evidence = verdict.match.evidence
    found += [("evidence", str(evidence.evidence_class)), ("source", evidence.source)]
    return [*found, *_set_aside(verdict)]


def basis(today: date, data: Stamp) -> list[tuple[str, str]]:
    """Return names and values of what all facts rest on."""
    return [("as_of", today.isoformat()), ("data", f"{data.date.isoformat()} {data.revision}")]


def number(report: Report) -> UUID:
    """Return the number of a new document: the same for the same components and facts of the same day."""
    from uuid import NAMESPACE_URL, uuid5

    said = [(*verdict.dependency[:3], verdict.dependency.label, *facts(verdict)) for verdict in report.components]
    return uuid5(NAMESPACE_URL, ascii((about.NAME, basis(report.today, report.data), said)))


def day(end: Ending) -> date | None:
    """Return an end that is a day."""
    return end if isinstance(end, date) else None


def end_of_day(last: date) -> str:
    """Return the last moment of a last supported day, as JSON documents write times."""
    return f"{last.isoformat()}T23:59:59Z"


def last_day(cycle: Cycle) -> date | None:
    """Return the last day on which the cycle is supported in any way, where that is known."""
    return max(filter(None, (day(cycle.eol), day(cycle.eoes))), default=None)


def _set_aside(verdict: Verdict) -> Iterator[tuple[str, str]]:
    extension = verdict.match and verdict.match.extension
    if extension:
        yield "extended_until", _told(extension.until)
    if extension and extension.contract and extension.contract.provider:
        yield "extended_by", redact(clean(extension.contract.provider))
    if verdict.ignored:
        yield "ignored", redact(clean(verdict.ignored.reason))
        yield "ignored_until", verdict.ignored.until.isoformat()


def _told(end: Ending) -> str:
    if end is None:
        return ""
    return end.isoformat() if isinstance(end, date) else str(end).lower()


def _each(found: list[Verdicts], number: int) -> Sequence[Verdicts]:
    """Return what is said of each of several components that are called the same.

    As many of them as dependencies stand in the same order; else all dependencies must be judged the same.
    """
    if len(found) == number:
        return found
    said = [[(verdict.status, verdict.match and verdict.match.cycle) for verdict in group] for group in found]
    return [found[0] if all(other == said[0] for other in said) else ()] * number


def _key(dependency: Dependency) -> _Key:
    if dependency.label:
        return _name_key(*dependency.label)
    return _purl_key(dependency.purl, "", is_os=dependency.kind is Kind.OS)


def _keys(component: Named) -> Iterator[_Key]:
    version = "".join(part or "" for part in versioned(component.version))
    for text in component.purls:
        for said in (version, ""):
            yield _purl_key(text, said, is_os=component.is_os)
            yield _purl_key(text, said, is_os=False)
        if better := canonical(text):
            yield _purl_key(better, version, is_os=False)
    for name in component.names:
        yield _name_key(name, version)


def _purl_key(text: str, version: str, *, is_os: bool) -> _Key:
    parts = purl.split(text)
    if parts is None:
        return ("", text)
    qualifiers = (f"{name}={value}" for name, value in sorted(parts.qualifiers.items()))
    whole_name = f"{parts.namespace}/{parts.name}".casefold()
    if parts.type == "pypi":
        whole_name = whole_name.replace("_", "-")
    return ("os" if is_os else "", parts.type, whole_name, parts.version or version, *qualifiers)


def _name_key(name: str, version: str | None) -> _Key:
    return (name.strip().casefold(), version or "")
