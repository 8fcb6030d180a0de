"""Reads `Chart.lock`, the charts that Helm has chosen for a chart, and the older `requirements.lock`.

https://helm.sh/docs/helm/helm_dependency/. It holds what the chart itself asks for; those bring theirs packed.
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
        if places is not None:
            yield from helm.charts(value, places, locked=True)
        else:
            decode.table(value, "The lockfile")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _mark(head: bytes) -> bool:
    begins = re.search(rb"(?m)^(?:\xef\xbb\xbf)?dependencies:(?:\s*\r?\n\s*- |\s*\[\])", head) is not None
    return begins and re.search(rb"(?m)^(?:digest:|generated:|  repository:)", head) is not None


PARSER: Final = Parser(
    id="helm_lock",
    title="Helm lockfile",
    globs=("Chart.lock", "requirements.lock"),
    spec="https://helm.sh/docs/helm/helm_dependency/",
    parse=parse,
    mark=_mark,
)
