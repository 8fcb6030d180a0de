"""Metrics for Prometheus, as a file for the textfile collector of its node exporter.

https://prometheus.io/docs/instrumenting/exposition_formats/. Samples bear no timestamps, which the collector would
refuse; write the file under another name and rename it, so that none is read half written. Every status and reason
has its sample, also at zero: an alert on a series that is not there never fires.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, TypeAlias

from scanner import about
from scanner.message import set_aside, standing
from scanner.model import EvidenceKind, Kind, Reason, Status
from scanner.plugin import Reporter
from scanner.purl import unversioned
from scanner.rules import RULES
from scanner.text import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.model import Match, Report
    from scanner.plugin import Style

_Samples: TypeAlias = "Iterable[tuple[Mapping[str, str], int]]"

_EPOCH: Final = date(1970, 1, 1).toordinal()
_SECONDS: Final = 86_400
_LONGEST: Final = 200


def render(report: Report, _style: Style) -> str:
    """Write what was found, what was covered, and the end of support of each product in use."""
    lines: list[str] = []
    for name, meaning, samples in _metrics(report):
        lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
        lines += [f"{name}{_labelled(labels)} {value}" for labels, value in samples]
    return "\n".join([*lines, ""])


def _metrics(report: Report) -> Iterator[tuple[str, str, _Samples]]:
    yield "eolscan_info", "Version of the program and of its product data.", [(_about(report), 1)]
    yield "eolscan_run_failed", "Whether the run failed the policy.", [({}, int(report.failed))]
    yield "eolscan_components", "Dependencies by status.", _counted("status", report.by_status, Status)
    yield (
        "eolscan_components_unjudged",
        "Dependencies of which no release cycle is known, by reason.",
        _counted("reason", report.by_reason, Reason),
    )
    yield from _of_findings(report)
    yield "eolscan_problems", "Files and entries that could not be read.", [({}, len(report.problems))]
    entries = [({"state": state}, len(entries)) for state, entries in report.upkeep._asdict().items()]
    yield "eolscan_settings_entries", "Entries of the settings and the baseline that do nothing any more.", entries
    yield "eolscan_data_timestamp_seconds", "Day of the product data.", [({}, _start(report.data.date))]
    meaning = "End of the last supported day, in UTC, of each release cycle in use."
    yield "eolscan_eol_timestamp_seconds", meaning, _ends(report)


def _of_findings(report: Report) -> Iterator[tuple[str, str, _Samples]]:
    counts = dict.fromkeys(RULES, 0)
    for finding in report.findings:
        if not standing(finding):
            counts[finding.status] += 1
    ignored, known = set_aside(report.findings)
    yield (
        "eolscan_findings",
        "Findings by status that are neither ignored nor known.",
        _counted("status", counts, RULES),
    )
    yield "eolscan_findings_ignored", "Findings that the settings ignore.", [({}, ignored)]
    yield "eolscan_findings_known", "Findings that the baseline knows.", [({}, known)]
    yield "eolscan_findings_extended", "Findings that extended support covers.", [({}, len(report.extended))]
    yield (
        "eolscan_findings_failing",
        "Findings, and dependencies without a verdict, that fail the run.",
        [({}, sum(report.failing.values()))],
    )


def _counted(label: str, counts: Mapping[Status, int] | Mapping[Reason, int], words: Iterable[str]) -> _Samples:
    by_word = {str(word): number for word, number in counts.items()}
    return [({label: str(word)}, by_word.get(word, 0)) for word in words]


def _about(report: Report) -> Mapping[str, str]:
    return {"version": about.VERSION, "data_revision": report.data.revision}


def _ends(report: Report) -> _Samples:
    """Return the earliest end of each package and cycle; without versions, a patch keeps its series."""
    ends: dict[tuple[str, str, str], int] = {}
    for match in _matches(report):
        day = match.last_day
        if isinstance(day, date):
            key = (_safe(_package(match)), _safe(match.product.id), _safe(match.cycle.name))
            ends[key] = min(ends.get(key, _end(day)), _end(day))
    return [
        ({"purl": purl, "product": product, "cycle": cycle}, end)
        for (purl, product, cycle), end in sorted(ends.items())
    ]


def _matches(report: Report) -> Iterator[Match]:
    for finding in (*report.findings, *report.extended):
        yield from finding.matches
    for verdict in report.components:
        # What a distribution looks after does not end on upstream's day.
        if verdict.match is not None and verdict.status is not Status.DISTRO_MAINTAINED:
            yield verdict.match


def _package(match: Match) -> str:
    # The packages of an operating system end with it: one series, and not one for each of them.
    kind = match.dependency.kind
    of_system = match.evidence.kind is EvidenceKind.OS and kind not in {Kind.IMAGE, Kind.OS}
    return "" if of_system else unversioned(match.dependency.purl)[0]


def _start(day: date) -> int:
    return (day.toordinal() - _EPOCH) * _SECONDS


def _end(day: date) -> int:
    return _start(day) + _SECONDS


def _labelled(labels: Mapping[str, str]) -> str:
    pairs = [f'{name}="{_quoted(value)}"' for name, value in labels.items() if value]
    return f"{{{','.join(pairs)}}}" if pairs else ""


def _quoted(value: str) -> str:
    return _safe(value).replace("\\", "\\\\").replace('"', '\\"')


def _safe(text: str) -> str:
    return harmless(text, _LONGEST)


REPORTER: Final = Reporter(
    id="prometheus", title="Prometheus metrics, for the textfile collector", render=render, needs_components=True
)
