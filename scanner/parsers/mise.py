"""Reads `mise.toml` and its like, by which mise chooses versions of runtimes and tools.

https://mise.jdx.dev/dev-tools/ and https://mise.jdx.dev/dev-tools/backends/. A tool may be a package of an ecosystem
(`npm:prettier`, `pipx:black`), or come from a repository (`github:owner/name`, `aqua:owner/name`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems.runtimes import asked, is_open, named
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.toml import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.toml import Path


def parse(source: Source) -> Iterator[Parsed]:
    """Read the tools of the project, then those of each task."""
    try:
        document = decode.from_toml(source.text)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    yield from _tools(document.get("tools"), ("tools",), places)
    tasks = document.get("tasks")
    for name, task in tasks.items() if isinstance(tasks, dict) else ():
        if isinstance(task, dict):
            yield from _tools(task.get("tools"), ("tasks", name, "tools"), places)


def _tools(tools: object, path: Path, places: Places) -> Iterator[Parsed]:
    if tools is None:
        return
    if not isinstance(tools, dict):
        yield Problem("The tools are no table.", places.key(path))
        return
    for key, value in tools.items():
        for text, at in _versions(value, (*path, key)):
            yield _tool(key, text, places.key((*path, key)), places.text(at, text))
        if not any(True for _ in _versions(value, path)):
            yield Problem(f"{quoted(key)} has no version.", places.key((*path, key)))


def _versions(value: object, path: Path) -> Iterator[tuple[str, Path]]:
    """Return the versions that a value names: text, a whole number, a table, or a list of these."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if not isinstance(item, list):
                yield from _versions(item, (*path, index))
    elif isinstance(value, dict):
        kinds = ((kind, value.get(kind)) for kind in ("version", "prefix", "ref", "path", "branch", "tag", "rev"))
        for kind, text in kinds:
            if isinstance(text, str):
                yield text if kind == "version" else f"{kind}:{text}", (*path, kind)
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield str(value), path


def _tool(key: str, version: str, name_place: Location, place: Location) -> Parsed:
    backend, colon, name = key.partition("[")[0].partition(":")
    if place.line is None:
        place = name_place
    if not colon or backend == "core":
        return _runtime(name if colon else backend, version, place)
    if backend not in _ECOSYSTEMS:
        return _runtime(name.rpartition("/")[2].removeprefix("asdf-").removeprefix("vfox-"), version, place)
    try:
        return _package(_ECOSYSTEMS[backend], name, version, name_place)
    except ValueError:
        return Problem(f"{quoted(key)} names no tool.", name_place)


def _runtime(name: str, version: str, place: Location) -> Parsed:
    if re.fullmatch(r"[A-Za-z0-9][\w.+-]*", name, re.ASCII) is None:
        return Problem(f"No tool can be named {quoted(name)}.", place)
    return asked(named(name), version, place)


def _package(purl_type: str, name: str, version: str, place: Location) -> Dependency:
    found = re.fullmatch(r"[vV]?([0-9][\w.+-]*)", version, re.ASCII)
    pinned = found is not None and not is_open(version)
    exact = found[1] if found and pinned else None
    if purl_type in {"github", "golang"}:
        # Tags and modules have their `v`, which mise lets out.
        name = name.removesuffix(".git")
        exact = f"v{exact}" if exact and purl_type == "golang" else exact
    namespace, _, last = name.rpartition("/")
    return Dependency(
        purl=make(purl_type, last, exact, namespace),
        location=place,
        requirement=None if pinned else version,
        scope=Scope.DEV,
        direct=True,
    )


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^\[tools\]\s*$", head) is not None and b"[tool." not in head


# Where tools come from, and the type of purl that is.
_ECOSYSTEMS: Final = {
    "aqua": "github",
    "cargo": "cargo",
    "conda": "conda",
    "dotnet": "nuget",
    "gem": "gem",
    "github": "github",
    "go": "golang",
    "npm": "npm",
    "pipx": "pypi",
    "ubi": "github",
}

PARSER: Final = Parser(
    id="mise",
    title="mise configuration",
    globs=(
        "mise.toml",
        ".mise.toml",
        "mise.*.toml",
        ".mise.*.toml",
        ".rtx.toml",
        "mise/config.toml",
        "mise/config.*.toml",
        ".mise/config.toml",
        ".mise/config.*.toml",
        "mise/conf.d/*.toml",
        ".config/mise.toml",
    ),
    spec="https://mise.jdx.dev/configuration.html",
    parse=parse,
    mark=_mark,
)
