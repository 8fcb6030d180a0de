"""Reads `.readthedocs.yaml`: the tools and the system that documentation is built with.

https://docs.readthedocs.com/platform/stable/config-file/v2.html, and version 1 before it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import read, system, versions
from scanner.ecosystems.runtimes import named
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
    yield from system(root.get("build", "os"))
    for tool, version in root.get("build", "tools").members():
        yield from versions(version, named(tool))
    yield from versions(root.get("python", "version"), "python")


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:jobs|workflows|orbs|services|updates|pool|language):", head) is not None:
        return False
    known = (
        rb"(?m)^build:[^\n]*\n(?:[ #][^\n]*\n|\n)*?[ ]+(?:os|tools|image):"
        rb"|^(?:sphinx|mkdocs):[^\n]*\n[ ]+configuration:"
    )
    return re.search(known, head.replace(b"\r", b"")) is not None


PARSER: Final = Parser(
    id="read_the_docs",
    title="Read the Docs configuration",
    globs=(".readthedocs.yaml", ".readthedocs.yml", "readthedocs.yaml", "readthedocs.yml"),
    spec="https://docs.readthedocs.com/platform/stable/config-file/v2.html",
    parse=parse,
    mark=_mark,
)
