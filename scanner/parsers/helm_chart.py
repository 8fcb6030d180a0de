"""Reads the charts that a Helm chart asks for: `Chart.yaml`, and the older `requirements.yaml`.

https://helm.sh/docs/topics/charts/#chart-dependencies. Versions are ranges, of which a whole version is one that
lets in itself only. The purl type `helm` is none that is registered, but the one that tools write.
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
        if not isinstance(value, dict) and source.path.rpartition("/")[2] == "requirements.yaml":
            return  # Ansible calls its list of roles the same
        document = decode.table(value, "The chart")
        charts = decode.items(document.get("dependencies") or [], "The list of dependencies")
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
    version = decode.optional_text(chart.get("version"), f"The version of {what}")
    repository = chart.get("repository")
    if isinstance(repository, str) and repository.startswith(("file:", "./", "../")):
        return
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) is None:
        msg = f"No chart can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    pin = re.fullmatch(r"=?\s*(v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?)", version or "")
    yield Dependency(
        purl=make("helm", name, pin[1] if pin else None),
        location=places.text((*path, "name"), name),
        requirement=None if pin else version,
        direct=True,
    )


def _first_place(chart: object, path: Path, places: Places) -> Location:
    # A list's element has no key of its own; its first member has.
    return places.key((*path, next(iter(chart), ""))) if isinstance(chart, dict) else places.key(path)


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
