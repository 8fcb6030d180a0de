"""OpenEoX core 1.0 (CSD01): the ends of support of each product and cycle in use.

https://docs.oasis-open.org/openeox/eox-core/v1.0/. The core does not say what it speaks of: the shell
around it is a draft that does not hold together yet, so that a list of our own stands in its place.
Experimental: read `core` of each statement, and what stands beside it as ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import purl
from scanner.ecosystems import sbom
from scanner.plugin import Reporter
from scanner.syntax import jsontext
from scanner.text import redact

if TYPE_CHECKING:
    from datetime import date

    from scanner.model import Cycle, Ending, Report
    from scanner.plugin import Style
    from scanner.syntax.jsontext import Value

_CORE: Final = "https://docs.oasis-open.org/openeox/v1.0/schema/core.json"
_UNKNOWN: Final = "tba"


def render(report: Report, style: Style) -> str:  # noqa: ARG001 -- the same everywhere
    """Write one statement for each product and cycle."""
    purls: dict[tuple[str, str], list[str]] = {}
    cores: dict[tuple[str, str], dict[str, Value]] = {}
    for match in sbom.announced(report.components):
        core = _core(match.cycle, report.data.date)
        if core is None:
            continue
        key = (match.product.id, match.cycle.name)
        cores.setdefault(key, core)
        listed = purls.setdefault(key, [])
        official = purl.official(redact(match.dependency.purl))
        if official and (text := official.to_string()) not in listed:
            listed.append(text)
    statements: list[Value] = [
        {"product": product, "cycle": cycle, "purls": purls[product, cycle], "core": core}
        for (product, cycle), core in cores.items()
    ]
    document: dict[str, Value] = {"format": "openeox-core-1.0-csd01", "statements": statements}
    return jsontext.harmless(jsontext.written(document, indent=2)) + "\n"


def _core(cycle: Cycle, updated: date) -> dict[str, Value] | None:
    """Return the core of a statement; None where nobody tells of an end, or tells it without a day."""
    if cycle.eol is None or cycle.eol is True:
        return None
    last, security = sbom.last_day(cycle), sbom.day(cycle.eol)
    core: dict[str, Value] = {
        "$schema": _CORE,
        "end_of_life": _time(last if security else None),
        "end_of_security_support": _time(security),
        "last_updated": f"{updated.isoformat()}T00:00:00Z",
    }
    # What began after it ended cannot be said in this format.
    if cycle.released and (security is None or cycle.released <= security):
        core["general_availability"] = f"{cycle.released.isoformat()}T00:00:00Z"
    return core


def _time(end: Ending) -> str:
    day = sbom.day(end)
    return sbom.end_of_day(day) if day else _UNKNOWN


REPORTER: Final = Reporter(
    id="openeox",
    title="OpenEoX core 1.0 (CSD01), experimental: one statement for each product and cycle",
    render=render,
    needs_components=True,
)
