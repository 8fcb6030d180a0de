"""CLE 1.0.0, the Common Lifecycle Enumeration of Ecma-428 (1st edition): one document on each line.

https://ecma-international.org/publications-and-standards/standards/ecma-428/. A document speaks of one
package, so that a scan gives several. Experimental: no schema of the standard has been published yet, and
what others say of a vendor's product is only a future use of it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from scanner import purl
from scanner.ecosystems import sbom
from scanner.plugin import Reporter
from scanner.syntax import jsontext

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from scanner.model import Cycle, Match, Product, Report
    from scanner.plugin import Style
    from scanner.syntax.jsontext import Value

# As the standard writes it, and the draft of its schema.
_SCHEMA: Final = "https://cle.example.com/schema/cle-1.0.0.schema.json"

_SUPPORT: Final = {
    "active": "New features and fixes, as the vendor gives them",
    "security": "Security fixes, as the vendor gives them to everybody",
    "extended": "Security fixes beyond that, as the vendor gives or sells them",
}

# When, what, and under which of these; with the versions of which it is true.
_Events = dict[tuple["date", str, str], list[str]]


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- the same everywhere
    """Write what is announced for the versions in use, package by package."""
    events: dict[str, _Events] = defaultdict(lambda: defaultdict(list))
    products: dict[str, Product] = {}
    for match in sbom.announced(report.components):
        version, package = _package(match)
        for event in _events(match.cycle) if package else ():
            products.setdefault(package, match.product)
            if version not in events[package][event]:
                events[package][event].append(version)
    documents = (_document(name, products[name], found, report.data.date) for name, found in events.items())
    return "".join(f"{jsontext.harmless(jsontext.written(document))}\n" for document in documents)


def _package(match: Match) -> tuple[str, str]:
    """Return the version and the purl without it; empty where either is not fit for others."""
    official = purl.official(match.dependency.purl)
    version = official.version if official else None
    if official is None or not version or not version.isprintable() or set(version) & set("<>=|*, "):
        return "", ""
    return version, official._replace(version=None).to_string()


def _events(cycle: Cycle) -> Iterator[tuple[date, str, str]]:
    ends = (
        ("endOfDevelopment", "active", cycle.eoas),
        ("endOfSupport", "security", cycle.eol),
        ("endOfSupport", "extended", cycle.eoes),
    )
    for kind, support, end in ends:
        if day := sbom.day(end):
            yield day, kind, support


def _document(package: str, product: Product, events: _Events, today: date) -> dict[str, Value]:
    published = f"{today.isoformat()}T00:00:00Z"
    numbered: list[Value] = [
        {
            "id": number,
            "type": kind,
            "effective": sbom.end_of_day(day),
            "published": published,
            "versions": [{"range": version} for version in events[day, kind, support]],
            "supportId": support,
        }
        for number, (day, kind, support) in enumerate(sorted(events), 1)
    ]
    named = sorted({support for _, _, support in events})
    link = {"url": product.link} if sbom.is_address(product.link) else {}
    return {
        "$schema": _SCHEMA,
        "identifier": package,
        "updatedAt": published,
        "events": numbered[::-1],
        "definitions": {"support": [{"id": name, "description": _SUPPORT[name], **link} for name in named]},
    }


REPORTER: Final = Reporter(
    id="cle",
    title="CLE 1.0.0 (Ecma-428), experimental: one document on each line",
    render=render,
    needs_components=True,
)
