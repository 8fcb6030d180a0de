"""Reads the images that a kustomization puts in the place of those of its manifests, and the charts that it inflates.

https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/. An image that only has a new name keeps
the tag of the manifest, which this file does not tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import helm, oci
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


def parse(source: Source) -> Iterator[Parsed]:
    """Read the images and charts in file order; one that cannot be read is a problem of its own."""
    try:
        for value, places in documents(source):
            document = decode.table(value, "The kustomization")
            for key in document:
                if key in _LISTS:
                    yield from _entries(document[key], key, places)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _entries(entries: object, key: str, places: Places) -> Iterator[Parsed]:
    what, read = _LISTS[key]
    if not isinstance(entries, list):
        if entries is not None:
            yield Problem(f"The {key} are no list.", places.key((key,)))
        return
    for index, entry in enumerate(entries):
        path: Path = (key, index)
        try:
            table = decode.table(entry, f"{what} {index + 1}")
            name = decode.text(table.get("name"), f"The name of {what.lower()} {index + 1}")
            yield from read(table, name, path, places)
        except (decode.ShapeError, ValueError) as error:
            first = next(iter(entry), "") if isinstance(entry, dict) else ""
            yield Problem(str(error), places.key((*path, first) if first else (key,)))


def _image(entry: Table, name: str, path: Path, places: Places) -> Iterator[Parsed]:
    tag, digest, renamed = (
        decode.optional_text(entry.get(key), f"The {key} of {name}") for key in ("newTag", "digest", "newName")
    )
    if tag is None and digest is None:
        return
    key, written = ("newName", renamed) if renamed else ("name", name)
    text = f"{written}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"
    yield oci.image(text, places.text((*path, key), written))


def _chart(entry: Table, name: str, path: Path, places: Places) -> Iterator[Parsed]:
    version = decode.optional_text(entry.get("version"), f"The version of {name}")
    yield helm.asked(name, version, places.text((*path, "name"), name))


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^(?:\xef\xbb\xbf)?apiVersion:\s*[\"']?kustomize\.config\.k8s\.io/", head) is not None


_LISTS: Final[dict[str, tuple[str, Callable[[Table, str, Path, Places], Iterator[Parsed]]]]] = {
    "images": ("Image", _image),
    "helmCharts": ("Chart", _chart),
}

PARSER: Final = Parser(
    id="kustomize",
    title="Kustomize",
    globs=("kustomization.yaml", "kustomization.yml", "Kustomization"),
    spec="https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/",
    parse=parse,
    mark=_mark,
)
