"""Reads what Skaffold builds on and deploys that is not the project's own: images of builders and tests, and charts.

https://skaffold.dev/docs/references/yaml/. The images of its artifacts are what it makes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import helm, oci
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


def parse(source: Source) -> Iterator[Parsed]:
    """Read images and charts in file order; one that cannot be read is a problem of its own."""
    try:
        for value, places in documents(source):
            # What an alias repeats stands in one place.
            yield from dict.fromkeys(_found(decode.table(value, "The configuration"), (), places))
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _found(value: object, path: Path, places: Places) -> Iterator[Dependency | Problem]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _found(item, (*path, index), places)
    elif isinstance(value, dict):
        if isinstance(value.get("remoteChart"), str):
            yield from _chart(value, str(value["remoteChart"]), path, places)
        for key, inner in value.items():
            scope = _scope(key, path)
            if scope and isinstance(inner, str) and inner:
                yield oci.image(inner, places.text((*path, key), inner), scope)
            elif not isinstance(inner, str):
                yield from _found(inner, (*path, key), places)


def _scope(key: str, path: Path) -> Scope | None:
    if key == "image":
        # The image of a container, or of a builder; that of an artifact is made here.
        within = path[-2:-1] if path and isinstance(path[-1], int) else path[-1:]
        return Scope.BUILD if not _WITH_IMAGES.isdisjoint(within) else None
    return _KEYS.get(key)


def _chart(release: Table, chart: str, path: Path, places: Places) -> Iterator[Dependency]:
    name = chart.rpartition("/")[2]
    version = release.get("version")
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", name) is None:
        return  # a template, or an address that names none
    place = places.text((*path, "remoteChart"), chart)
    yield helm.asked(name, version if isinstance(version, str) else None, place)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^(?:\xef\xbb\xbf)?apiVersion:\s*[\"']?skaffold/v", head) is not None


_KEYS: Final = {"builder": Scope.BUILD, "fromImage": Scope.RUNTIME, "runImage": Scope.RUNTIME}
_WITH_IMAGES: Final = frozenset({"container", "containers", "kaniko"})

PARSER: Final = Parser(
    id="skaffold",
    title="Skaffold",
    globs=("skaffold.yaml", "skaffold.yml", "skaffold.*.yaml", "skaffold-*.yaml"),
    spec="https://skaffold.dev/docs/references/yaml/",
    parse=parse,
    mark=_mark,
)
