"""Reads `.java-version`, which jenv and others choose a Java by.

https://www.jenv.be. Who has built it may stand before the version, and is its product then.
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
    return listed(source, "java")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="java_version",
    title="Java version (.java-version)",
    globs=(".java-version",),
    spec="https://www.jenv.be",
    parse=parse,
    mark=_mark,
)
