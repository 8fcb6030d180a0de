"""What a project stands on, as a colleague would name it, and what of it ends next.

Categories are those of endoflife.date (https://endoflife.date) and of our own product files. Libraries, tools and
devices are the long tail, and are not named.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import EvidenceKind, Kind, Status
from scanner.wording import at_least

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model import Product, Used

_SYSTEMS: Final = "Operating systems"
_RUNTIMES: Final = "Runtimes"
_FRAMEWORKS: Final = "Frameworks"
_SERVICES: Final = "Databases and services"
_HEADINGS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "os": _SYSTEMS,
        "lang": _RUNTIMES,
        "framework": _FRAMEWORKS,
        "database": _SERVICES,
        "server-app": _SERVICES,
        "service": _SERVICES,
    }
)
# What is over ends no more, and what a distribution keeps, or the maintainers gave up, has no day of its own.
_GOES_ON: Final = frozenset({Status.EXPIRING, Status.SECURITY_ONLY, Status.EXTENDED, Status.SUPPORTED})


class Standing(NamedTuple):
    """One kind of thing that a project stands on: the products, most used first, each with its cycles, newest first."""

    heading: str
    products: tuple[tuple[Used, ...], ...]


def standings(inventory: Iterable[Used]) -> list[Standing]:
    """Group what is in use: operating systems, runtimes, frameworks, then databases and services.

    A range tells less than a version: it is left out where the same product stands somewhere with one.
    """
    uses_of: dict[str, list[Used]] = {}
    for used in inventory:
        if used.match.product.category in _HEADINGS:
            uses_of.setdefault(used.match.product.id, []).append(used)
    found: dict[str, list[list[Used]]] = {heading: [] for heading in dict.fromkeys(_HEADINGS.values())}
    for uses in sorted(uses_of.values(), key=_use):
        found[_heading(uses)].append(uses)
    return [Standing(heading, tuple(map(_told, products))) for heading, products in found.items() if products]


def name(used: Used, *, title: bool = True) -> str:
    """Name a cycle in use in few words: "Python 3.12", "3.12" without its title, "Python >=3.8" for a range."""
    found = used.match
    # Behind the version labels have code names.
    label = (found.cycle.label or found.cycle.name).partition(" (")[0].partition(" '")[0]
    if _is_loose(used):
        label = found.dependency.requirement or label
    elif found.evidence.kind is EvidenceKind.INFERRED:
        label = f"before {label}"
    if found.product.whole or label.casefold().startswith(found.product.title.casefold()):
        return found.product.title if found.product.whole else label
    return f"{found.product.title} {label}" if title else label


def end(used: Used, today: date) -> str:
    """Say in few words when a cycle in use ends or ended; empty where there is no more to say."""
    if used.status in {Status.DEPRECATED, Status.SUPERSEDED}:
        return str(used.status)
    if used.status is Status.DISTRO_MAINTAINED:
        return "kept by its distribution"
    if _is_loose(used) and used.status is not Status.EOL:
        return ""
    day = used.match.last_day
    if day is None or isinstance(day, bool):
        return _undated(used, over=day)
    words = "ended" if day < today else "extended until" if used.match.extension else "until"
    return f"{words} {'at least ' if day >= today and at_least(used.match.cycle) else ''}{day}"


def coming(inventory: Iterable[Used], today: date, limit: int) -> list[tuple[date, Used]]:
    """Return the next cycles to end, soonest first; what a range may or may not take in is not among them."""
    found: dict[tuple[str, str], tuple[date, Used]] = {}
    for used in inventory:
        day = used.match.last_day
        if used.status in _GOES_ON and isinstance(day, date) and day >= today and not _is_loose(used):
            found.setdefault((used.match.product.id, used.match.cycle.name), (day, used))
    return sorted(found.values(), key=lambda one: (one[0], name(one[1]).casefold()))[:limit]


def _undated(used: Used, *, over: bool | None) -> str:
    if used.status is Status.SECURITY_ONLY:
        return "security fixes only"
    return "" if over is None else "over" if over else "no end announced"


def _heading(uses: Iterable[Used]) -> str:
    first, *_ = uses
    heading = _HEADINGS[first.match.product.category]
    # A framework that is asked for as a runtime, or comes as an image, is what programs run on.
    runs = any(used.match.dependency.kind is not Kind.LIBRARY for used in uses)
    return _RUNTIMES if heading is _FRAMEWORKS and runs else heading


def _use(uses: Iterable[Used]) -> tuple[int, str]:
    first, *_ = uses
    return -sum(used.places for used in uses), first.match.product.title.casefold()


def _told(uses: Iterable[Used]) -> tuple[Used, ...]:
    """Return one use for each cycle, with its worst status, and ranges only where there is nothing else."""
    worst = sorted(uses, key=lambda used: (_is_loose(used), used.status.rank))
    known: dict[str, Used] = {}
    for used in worst:
        known.setdefault(name(used), used)
    exact = [used for used in known.values() if not _is_loose(used)]
    return tuple(sorted(exact or known.values(), key=lambda used: _age(used, used.match.product)))


def _age(used: Used, product: Product) -> tuple[int, bool]:
    names = [cycle.name for cycle in product.cycles]
    at = names.index(used.match.cycle.name) if used.match.cycle.name in names else len(names)
    return at, used.match.evidence.kind is EvidenceKind.INFERRED


def _is_loose(used: Used) -> bool:
    return len(used.match.allowed) > 1
