"""What stands together on a page: the entries of one release cycle that are of one status."""

from __future__ import annotations

from collections import Counter
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import purl
from scanner.model import EvidenceKind, Kind, Status
from scanner.page import lifelines
from scanner.wording import called, untitled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from scanner.model import Ending, Finding, Match, Report
    from scanner.page.lifelines import Axis

IGNORED: Final = "ignored"

# What a page calls them.
WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        Status.EOL: "End of life",
        Status.DEPRECATED: "Deprecated",
        Status.EXPIRING: "Ends soon",
        Status.SECURITY_ONLY: "Security fixes only",
        Status.SUPERSEDED: "Superseded",
        Status.EXTENDED: "Extended support",
        Status.DISTRO_MAINTAINED: "Kept by a distribution",
        Status.SUPPORTED: "Supported",
        Status.UNKNOWN: "Unknown",
        Status.UNTRACKED: "Not tracked",
        IGNORED: "Ignored",
    }
)


class Entry(NamedTuple):
    """One package in one file, with every place there; what is supported has no finding."""

    status: Status
    matches: tuple[Match, ...]
    finding: Finding | None = None

    @property
    def word(self) -> str:
        """What it is shown as and filtered by: its status, or that it is ignored."""
        return IGNORED if self.finding and self.finding.ignored else self.status

    @property
    def fails(self) -> bool:
        """Tell whether it makes the run fail."""
        return self.finding is not None and self.finding.fails


class Group(NamedTuple):
    """Entries that share cycle and status; there is one at least."""

    entries: tuple[Entry, ...]

    @property
    def match(self) -> Match:
        """The match that speaks for all of them."""
        return self.entries[0].matches[0]

    @property
    def status(self) -> Status:
        """The status of all of them."""
        return self.entries[0].status

    @property
    def word(self) -> str:
        """What all of them are shown as."""
        return self.entries[0].word

    @property
    def last_day(self) -> Ending:
        """The end of the support that counts; None where a mark of the maintainers says more than any day."""
        return None if self.status is Status.DEPRECATED else self.match.last_day


class Sight(NamedTuple):
    """What every row needs: the day, the axis of all lives, and which cycles of which products are in use."""

    today: date
    axis: Axis
    used: frozenset[tuple[str, str]]


def sight(groups: Sequence[Group], today: date) -> Sight:
    """Return what the rows of some groups share."""
    matches = [group.match for group in groups]
    axis = lifelines.axis((match.cycle for match in matches), today)
    return Sight(today, axis, frozenset((match.product.id, match.cycle.name) for match in matches))


def groups(report: Report) -> list[Group]:
    """Group all that has a cycle: the worst first, last what is supported and what is ignored."""
    entries = [Entry(found.status, found.matches, found) for found in (*report.findings, *report.extended)]
    together: dict[tuple[object, ...], list[Entry]] = {}
    for entry in (*entries, *_supported(report)):
        match = entry.matches[0]
        inferred = match.evidence.kind is EvidenceKind.INFERRED
        key = (entry.word, entry.status, match.product.id, match.cycle.name, inferred)
        together.setdefault(key, []).append(entry)
    return sorted((Group(tuple(sorted(entries, key=_place))) for entries in together.values()), key=_urgency)


def numbers(groups: Iterable[Group]) -> dict[str, int]:
    """Count entries by what they are shown as, the worst first."""
    counts = Counter(entry.word for group in groups for entry in group.entries)
    return {word: counts[word] for word in (*Status, IGNORED) if counts[word]}


def title(match: Match, today: date) -> str:
    """Name a cycle with its product."""
    return " ".join(filter(None, names(match, today)))


def names(match: Match, today: date) -> tuple[str, str]:
    """Name product and cycle; the cycle is empty where all versions are alike."""
    product = match.product.title
    if match.product.whole:
        return product, ""
    cycle = untitled(called(match.cycle, today), product)
    return product, f"before {cycle}" if match.evidence.kind is EvidenceKind.INFERRED else cycle


def _supported(report: Report) -> list[Entry]:
    """Gather what is supported as findings are: a package of one cycle in one file."""
    together: dict[tuple[str, ...], list[Match]] = {}
    for verdict in report.components:
        if verdict.status is Status.SUPPORTED and (match := verdict.match):
            dependency = match.dependency
            name = "" if dependency.kind is Kind.OS else purl.name_and_version(dependency)[0]
            key = (match.product.id, match.cycle.name, dependency.location.path, name)
            together.setdefault(key, []).append(match)
    return [Entry(Status.SUPPORTED, tuple(matches)) for matches in together.values()]


def _place(entry: Entry) -> tuple[str, str, int]:
    dependency = entry.matches[0].dependency
    return purl.name_and_version(dependency)[0], dependency.location.path, dependency.location.line or 0


def _urgency(group: Group) -> tuple[bool, int, bool, int, str, str]:
    end, match = group.last_day, group.match
    day = end.toordinal() if isinstance(end, date) else 0
    return group.word == IGNORED, group.status.rank, not day, day, match.product.title.casefold(), match.cycle.name
