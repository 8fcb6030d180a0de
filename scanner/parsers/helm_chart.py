"""Reads the charts that a Helm chart asks for: `Chart.yaml`, and the older `requirements.yaml`.

https://helm.sh/docs/topics/charts/#chart-dependencies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import helm
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the charts in file order; one that cannot be read is a problem of its own."""
    try:
        value, places = next(documents(source), (None, None))
        if not isinstance(value, dict) and source.path.rpartition("/")[2] == "requirements.yaml":
            return  # Ansible calls its list of roles the same
        if places is not None:
            yield from helm.charts(value, places)
        else:
            decode.table(value, "The chart")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:kind|roles|collections|digest|generated):", head) is not None:
        return False
    if re.search(rb"(?m)^(?:\xef\xbb\xbf)?apiVersion:\s*[\"']?v[12]\b", head) is not None:
        return re.search(rb"(?m)^name:", head) is not None and re.search(rb"(?m)^version:", head) is not None
    return (
        re.search(
            rb"(?m)^(?:\xef\xbb\xbf)?dependencies:\s*\r?\n\s*- (?:name|version|repository|alias|condition):", head
        )
        is not None
    )


PARSER: Final = Parser(
    id="helm_chart",
    title="Helm chart",
    globs=("Chart.yaml", "requirements.yaml"),
    spec="https://helm.sh/docs/topics/charts/#chart-dependencies",
    parse=parse,
    mark=_mark,
    pinned_by=("Chart.lock", "requirements.lock"),
)
