"""The charts that a Helm chart, or another file, asks for; a manifest and its lockfile list them alike.

https://helm.sh/docs/topics/charts/#chart-dependencies. The purl type `helm` is none that is registered, but the
one that tools write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanner import decode
from scanner.model import Dependency, Location, Problem
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.syntax.yaml import Path, Places


def charts(document: object, places: Places, *, locked: bool = False) -> Iterator[Parsed]:
    """Read the list of dependencies in its order; a chart that cannot be read is a problem of its own.

    What is `locked` has a version. Raises ShapeError when there is no such list.
    """
    listed = decode.items(decode.table(document, "The chart").get("dependencies") or [], "The list of dependencies")
    for index, chart in enumerate(listed):
        path: Path = ("dependencies", index)
        try:
            yield from _chart(decode.table(chart, f"Dependency {index + 1}"), path, places, locked=locked)
        except (decode.ShapeError, ValueError) as error:
            yield Problem(str(error), _first_place(chart, path, places))


def asked(name: str, version: str | None, location: Location) -> Dependency:
    """Return the chart that is asked for by name and version."""
    # A version is a range, of which a whole version is one that lets in itself only.
    pin = re.fullmatch(r"=?\s*(v?[0-9]+\.[0-9]+\.[0-9]+(?:[-+][0-9A-Za-z.+-]+)?)", version or "")
    purl = make("helm", name, pin[1] if pin else None)
    return Dependency(purl, location, None if pin else version or None, direct=True)


def _chart(chart: decode.Table, path: Path, places: Places, *, locked: bool) -> Iterator[Parsed]:
    what = f"dependency {int(path[-1]) + 1}"
    name = decode.text(chart.get("name"), f"The name of {what}")
    version = (decode.text if locked else decode.optional_text)(chart.get("version"), f"The version of {what}")
    repository = chart.get("repository")
    if isinstance(repository, str) and repository.startswith(("file:", "./", "../")):
        return  # a chart of the project's own
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) is None:
        msg = f"No chart can be named {quoted(name)}."
        raise decode.ShapeError(msg)
    yield asked(name, version, places.text((*path, "name"), name))


def _first_place(chart: object, path: Path, places: Places) -> Location:
    # A list's element has no key of its own; its first member has.
    return places.key((*path, next(iter(chart), ""))) if isinstance(chart, dict) else places.key(path)
