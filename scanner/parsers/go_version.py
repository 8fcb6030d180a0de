"""Reads `.go-version`, which goenv and others choose a Go by.

https://github.com/go-nv/goenv. The version may stand there as Go itself says it: `go1.21.3`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import listed
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read a version from each line."""
    return listed(source, "go")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="go_version",
    title="Go version (.go-version)",
    globs=(".go-version",),
    spec="https://github.com/go-nv/goenv",
    parse=parse,
    mark=_mark,
)
