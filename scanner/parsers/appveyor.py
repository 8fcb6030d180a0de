r"""Reads `appveyor.yml`: the systems that a build runs on, and the runtimes that it is for.

https://www.appveyor.com/docs/appveyor-yml/. Runtimes are named by variables of the environment, and by folders where
AppVeyor has them: `C:\Python38-x64`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import read, system, variables, versions
from scanner.ecosystems.runtimes import asked, named
from scanner.model import Scope
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The configuration", _configuration)


def _configuration(root: Node) -> Iterator[Parsed]:
    for entry in (root, *root.get("matrix").each(), *root.get("for").each()):
        for label in entry.get("image").each():
            yield from system(label)
        yield from _stack(entry.get("stack"))
        environment = entry.get("environment")
        for table in (environment, *environment.get("matrix").each(), environment.get("global")):
            yield from variables(table)
            yield from _folders(table)
            for label in table.get("APPVEYOR_BUILD_WORKER_IMAGE").each():
                yield from system(label)


def _stack(stack: Node) -> Iterator[Parsed]:
    # On Linux: `node 14, redis`.
    for found in re.finditer(r"(?:^|,)\s*(\w+)\s+([\w.]+)", stack.text):
        if found[1] in _STACKS:
            yield asked(named(found[1]), found[2], stack.place(*found.span(2)), Scope.BUILD)


def _folders(table: Node) -> Iterator[Parsed]:
    for key, value in table.members():
        found = re.match(r"[Cc]:[\\/]+(Python|Ruby)([23])\.?([0-9]+)(?![0-9])", value.text)
        if found:
            yield asked(found[1].lower(), f"{found[2]}.{found[3]}", value.place(), Scope.BUILD)
        elif key.lower() == "nodejs":
            yield from versions(value, "nodejs")


def _mark(head: bytes) -> bool:
    return re.search(
        rb"(?m)^(?:build_script|test_script|environment|image|clone_folder|deploy):", head
    ) is not None and (
        b"APPVEYOR" in head
        or b"appveyor" in head
        or re.search(rb"(?m)^image:\s*(?:Visual Studio|- Visual)", head) is not None
    )


_STACKS: Final = frozenset({"go", "golang", "java", "jdk", "node", "nodejs", "php", "python", "ruby"})

PARSER: Final = Parser(
    id="appveyor",
    title="AppVeyor configuration",
    globs=("appveyor.yml", ".appveyor.yml", "appveyor.yaml", ".appveyor.yaml"),
    spec="https://www.appveyor.com/docs/appveyor-yml/",
    parse=parse,
    mark=_mark,
)
