"""Reads `Podfile.lock`, the lockfile of CocoaPods.

https://guides.cocoapods.org/using/using-cocoapods.html. A subspec (`Name/Part`) is a part of its pod, with the
same version. What the project itself asks for stands under `DEPENDENCIES`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.model import Dependency, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Places


class _Pod(NamedTuple):
    name: str
    version: str | None
    children: list[str]
    location: Location

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}" if self.version else self.name


def parse(source: Source) -> Iterator[Parsed]:
    """Read the pods in file order; one that cannot be read is a problem of its own."""
    try:
        value, places = next(documents(source), (None, None))
        document = decode.table(value, "The lockfile")
        entries = decode.items(document.get("PODS", []), "The list of pods")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if places is None:
        return
    if not {"PODS", "COCOAPODS"}.intersection(document):
        yield Problem("This has neither the pods nor the version of a lockfile of CocoaPods.", source.location)
    read = [_pod(entry, index, places) for index, entry in enumerate(entries)]
    pods = [pod for pod in read if isinstance(pod, _Pod)]
    graph, local = _Graph(document, pods), _local(document)
    for pod in read:
        if isinstance(pod, Problem):
            yield pod
        elif pod.name.partition("/")[0] not in local:
            yield _dependency(pod, graph)


def _pod(entry: object, index: int, places: Places) -> _Pod | Problem:
    path = ("PODS", index)
    text, wanted = entry, None
    if isinstance(entry, dict) and len(entry) == 1:
        text, wanted = next(iter(entry.items()))
    if not isinstance(text, str):
        return Problem(f"Pod {index + 1} has no name.", places.key(path))
    location = places.key((*path, text)) if isinstance(entry, dict) else places.text(path, text)
    name, version = _split(text)
    if not name or (version is not None and re.search(r"[^\w.+-]", version)):
        return Problem(f"{quoted(text)} is no pod and its version.", location)
    if location.column is not None:
        location = location._replace(end_column=location.column + len(name))
    children = [_split(child)[0] for child in wanted if isinstance(child, str)] if isinstance(wanted, list) else []
    return _Pod(name, version, children, location)


def _split(text: str) -> tuple[str, str | None]:
    # `Name (1.0)`, and from the time when heads of branches could be asked for `Name (HEAD based on 1.0)`.
    name, opened, rest = text.strip().partition(" (")
    version = rest.removesuffix(")").removeprefix("HEAD based on ")
    return ("", None) if re.search(r"\s", name) else (name, version if opened else None)


def _local(document: Table) -> set[str]:
    sources = document.get("EXTERNAL SOURCES")
    if not isinstance(sources, dict):
        return set()
    return {
        name.partition("/")[0] for name, origin in sources.items() if isinstance(origin, dict) and ":path" in origin
    }


class _Graph:
    def __init__(self, document: Table, pods: list[_Pod]) -> None:
        self._labels = {pod.name: pod.label for pod in pods}
        children = {pod.name: pod.children for pod in pods}
        wanted = document.get("DEPENDENCIES")
        self._told = isinstance(wanted, list)
        names = [_split(text)[0] for text in wanted if isinstance(text, str)] if isinstance(wanted, list) else []
        self._chains = lineage.chains(names if self._told else lineage.tops(children), children)

    def direct(self, name: str) -> bool | None:
        if self._chains.get(name) == ():
            return True
        return False if self._told else None

    def via(self, name: str) -> tuple[str, ...]:
        return tuple(self._labels.get(parent, parent) for parent in self._chains.get(name, ()))


def _dependency(pod: _Pod, graph: _Graph) -> Parsed:
    from urllib.parse import quote

    root, _, part = pod.name.partition("/")
    try:
        purl = make("cocoapods", root, pod.version)
    except ValueError:
        return Problem(f"No pod can be named {quoted(pod.name)}.", pod.location)
    subpath = quote(part, safe="/")
    return Dependency(
        purl=f"{purl}#{subpath}" if subpath.strip("/.") else purl,
        location=pod.location,
        direct=graph.direct(pod.name),
        via=graph.via(pod.name),
    )


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^(?:\xef\xbb\xbf)?PODS:[ \t]*\r?\n[ \t]*- ", head) is not None


PARSER: Final = Parser(
    id="podfile_lock",
    title="CocoaPods lockfile",
    globs=("Podfile.lock",),
    spec="https://guides.cocoapods.org/using/using-cocoapods.html",
    parse=parse,
    mark=_mark,
)
