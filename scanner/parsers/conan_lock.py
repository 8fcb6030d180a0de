"""Reads `conan.lock`, the lockfile of Conan: lists of references (0.5), before that a graph (0.0 to 0.4).

https://docs.conan.io/2/reference/commands/lock.html, https://docs.conan.io/1/versioning/lockfiles.html. A reference
is `name/version@user/channel#revision%time`; a graph adds `:package#revision`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode, lineage
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source

_Path = tuple[str | int, ...]


class _Reference(NamedTuple):
    name: str
    version: str


def parse(source: Source) -> Iterator[Parsed]:
    """Read the references in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_json(source.text), "The document")
        graph = document.get("graph_lock")
        nodes = None if graph is None else decode.table(decode.table(graph, "The graph").get("nodes"), "The nodes")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    if nodes is not None:
        yield from _nodes(nodes, places)
        return
    if not set(_LISTS).intersection(document):
        yield Problem("This has neither the lists nor the graph of a lockfile of Conan.", source.location)
    for key in document:
        if key in _LISTS:
            yield from _list(document[key], (key,), _LISTS[key], places)


def _list(value: object, path: _Path, scope: Scope, places: Places) -> Iterator[Parsed]:
    if not isinstance(value, list):
        yield Problem(f"The list {quoted(str(path[-1]))} is no list.", places.key(path))
        return
    for index, text in enumerate(value):
        reference = _reference(text)
        here = (*path, index)
        if reference is None or not isinstance(text, str):
            yield Problem(f"Entry {index + 1} of {quoted(str(path[-1]))} is no reference.", places.key(here))
            continue
        yield Dependency(
            purl=make("conan", *reference),
            location=places.text(here, text, 0, len(reference.name)),
            scope=scope,
        )


def _reference(text: object) -> _Reference | None:
    if not isinstance(text, str):
        return None
    match = re.match(r"([A-Za-z0-9_][\w.+-]*)/([\w.+-]+|\[[^][]+\])(?=[@#:%]|$)", text)
    return _Reference(match[1], match[2]) if match else None


def _nodes(nodes: Table, places: Places) -> Iterator[Parsed]:
    graph = _Graph(nodes)
    for key, value in nodes.items():
        path: _Path = ("graph_lock", "nodes", key)
        if not isinstance(value, dict):
            yield Problem(f"Node {quoted(key)} is no table.", places.key(path))
            continue
        if key not in graph.roots:
            yield _node(key, value, graph, places)
        if "python_requires" in value:
            yield from _list(value["python_requires"], (*path, "python_requires"), Scope.BUILD, places)


def _node(key: str, node: Table, graph: _Graph, places: Places) -> Parsed:
    path: _Path = ("graph_lock", "nodes", key)
    member = "ref" if node.get("ref") else "pref"
    text, reference = node.get(member), graph.references.get(key)
    if reference is None or not isinstance(text, str):
        return Problem(f"Node {quoted(key)} has no reference.", places.key(path))
    via = graph.via(key)
    return Dependency(
        purl=make("conan", *reference),
        location=places.text((*path, member), text, 0, len(reference.name)),
        scope=graph.scope(key, node),
        direct=None if via is None else not via,
        via=via or (),
    )


class _Graph:
    def __init__(self, nodes: Table) -> None:
        tables = {key: node for key, node in nodes.items() if isinstance(node, dict)}
        self.references = {key: found for key, node in tables.items() if (found := _own(node))}
        runtime = {key: _wanted(node, "requires") for key, node in tables.items()}
        every = {key: [*runtime[key], *_wanted(node, "build_requires")] for key, node in tables.items()}
        tops = lineage.tops(every)
        # The project itself: nobody asks for it, and it is a folder, or has no name at all.
        self.roots = frozenset(key for key in tops if _is_project(tables[key]))
        self._runtime = _chains(tops, self.roots, runtime)
        self._every = _chains(tops, self.roots, every)

    def scope(self, key: str, node: Table) -> Scope:
        return Scope.RUNTIME if key in self._runtime and node.get("context") != "build" else Scope.BUILD

    def via(self, key: str) -> tuple[str, ...] | None:
        chain = self._runtime.get(key, self._every.get(key))
        if chain is None:
            return None
        return tuple("@".join(self.references[parent]) for parent in chain if parent in self.references)


def _own(node: Table) -> _Reference | None:
    return _reference(node.get("ref")) or _reference(node.get("pref"))


def _wanted(node: Table, key: str) -> list[str]:
    # Numbers of nodes; in the oldest files a table from references to these.
    wanted = node.get(key)
    values = list(wanted.values()) if isinstance(wanted, dict) else wanted if isinstance(wanted, list) else []
    return [value for value in values if isinstance(value, str)]


def _is_project(node: Table) -> bool:
    return "path" in node or not (node.get("ref") or node.get("pref"))


def _chains(tops: list[str], roots: frozenset[str], children: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    asked_for = [child for top in tops for child in (children[top] if top in roots else [top])]
    return lineage.chains(asked_for, children)


def _mark(head: bytes) -> bool:
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return False
    if b'"graph_lock"' in head:
        return True
    return re.search(rb'"version"\s*:\s*"0\.\d+"', head) is not None and re.search(_LIST_KEY, head) is not None


_LIST_KEY: Final = rb'"(?:requires|build_requires|python_requires|config_requires)"\s*:\s*\['
_LISTS: Final = {
    "requires": Scope.RUNTIME,
    "build_requires": Scope.BUILD,
    "python_requires": Scope.BUILD,
    "config_requires": Scope.BUILD,
}

PARSER: Final = Parser(
    id="conan_lock",
    title="Conan lockfile",
    globs=("conan.lock",),
    spec="https://docs.conan.io/2/reference/commands/lock.html",
    parse=parse,
    mark=_mark,
)
