"""Reads `Chart.lock`, the charts that Helm has chosen for a chart, and the older `requirements.lock`.

https://helm.sh/docs/helm/helm_dependency/. It holds what the chart itself asks for; those bring theirs packed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.model import Dependency, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


def parse(source: Source) -> Iterator[Parsed]:
    """Read the charts in file order; one that cannot be read is a problem of its own."""
    try:
        value, places = next(documents(source), (None, None))
        charts = decode.items(decode.table(value, "The lockfile").get("dependencies") or [], "The list of dependencies")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if places is None:
        return
    for index, chart in enumerate(charts):
        path: Path = ("dependencies", index)
        try:
            yield from _chart(decode.table(chart, f"Dependency {index + 1}"), path, places)
        except (decode.ShapeError, ValueError) as error:
            yield Problem(str(error), _first_place(chart, path, places))


def _chart(chart: decode.Table, path: Path, places: Places) -> Iterator[Parsed]:
    what = f"dependency {int(path[-1]) + 1}"
    name = decode.text(chart.get("name"), f"The name of {what}")
    version = decode.text(chart.get("version"), f"The version of {what}")
    repository = chart.get("repository")
    if isinstance(repository, str) and repository.startswith(("file:", "./", "../")):
        return
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) is None:
        msg = f"No chart can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    yield Dependency(purl=make("helm", name, version), location=places.text((*path, "name"), name), direct=True)


def _first_place(chart: object, path: Path, places: Places) -> Location:
    # A list's element has no key of its own; its first member has.
    return places.key((*path, next(iter(chart), ""))) if isinstance(chart, dict) else places.key(path)


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
