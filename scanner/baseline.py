"""What was found before: a file of findings that are known, so that only new ones fail a run.

docs/schemas/baseline-1.schema.json. Findings are told apart by their ids, which survive moved lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.decode import ShapeError, from_json, items, table
from scanner.decode import text as required
from scanner.model import Known, ScanError
from scanner.source import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from scanner.model import Finding, Report

_SCHEMA = 1
_TOLD = Known._fields[1:]


def known(path: str, shown: str) -> tuple[Known, ...]:
    """Return what a baseline knows; `shown` is what the file is called.

    Raises `ScanError` when it cannot be read, or is no baseline of this schema.
    """
    try:
        document = table(from_json(read(path, shown, trusted=True).text), "A baseline")
        if document.get("schema") != _SCHEMA:
            msg = f"{shown} is no baseline that this version reads: its `schema` is not {_SCHEMA}."
            raise ScanError(msg)
        return tuple(_entry(entry) for entry in items(document.get("findings"), "`findings`"))
    except ShapeError as error:
        msg = f"{shown} is no baseline: {error} `--write-baseline {shown}` writes one."
        raise ScanError(msg) from error


def compared(report: Report, before: Sequence[Known], scanned: Iterable[str]) -> Report:
    """Return a report in which what was known before is marked and fails nothing.

    `scanned` are the paths that this scan saw, from the root of the checkout: only what lies in them
    can be said to be gone.
    """
    ids = {entry.id for entry in before}
    findings = tuple(
        # What is ignored is set aside already, and for a reason.
        found._replace(known=True, fails=False) if ids and found.ignored is None and found.id in ids else found
        for found in report.findings
    )
    present = {found.id for found in (*report.findings, *report.extended)}
    folders = list(scanned)
    gone = tuple(entry for entry in before if entry.id not in present and any(_holds(each, entry) for each in folders))
    return report._replace(
        findings=findings,
        failed=bool(report.unjudged) or any(found.fails for found in findings),
        upkeep=report.upkeep._replace(gone=gone),
    )


def entries(report: Report) -> tuple[Known, ...]:
    """Return what a baseline made of this report knows.

    What is ignored stays out: when its last day is over it is to be told as new.
    """
    return tuple(map(_known, (found for found in report.findings if found.ignored is None)))


def text(before: Iterable[Known]) -> str:
    """Write a baseline, one finding on each line and sorted, so that a change of it can be reviewed."""
    from json import dumps

    lines = sorted({dumps(entry._asdict()) for entry in before}, key=lambda line: (line.rpartition('"path"')[2], line))
    listed = ",".join(f"\n    {line}" for line in lines)
    return f'{{\n  "schema": {_SCHEMA},\n  "findings": [{listed}\n  ]\n}}\n'


def _known(found: Finding) -> Known:
    rule, product, cycle, purl, path = found.key
    return Known(found.id, rule, product, cycle, purl, path)


def _entry(value: object) -> Known:
    fields = table(value, "A finding")
    # It alone decides; the rest is for people.
    return Known(required(fields.get("id"), "The `id` of a finding"), *(str(fields.get(name, "")) for name in _TOLD))


def _holds(folder: str, entry: Known) -> bool:
    return folder in {".", entry.path} or entry.path.startswith(f"{folder}/")
