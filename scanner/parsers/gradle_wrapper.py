"""Reads `gradle-wrapper.properties`, which names the Gradle that builds a project by the address of its archive.

https://docs.gradle.org/current/userguide/gradle_wrapper.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import asked
from scanner.model import Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.properties import entries
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the version in the address."""
    found = False
    for entry in entries(source):
        if entry.key == "distributionUrl":
            found = True
            version = re.search(r"gradle-([0-9][^/]*?)(?:-(?:bin|all|src))?\.zip\b", entry.value[:_LONGEST])
            if version:
                yield asked("gradle", version[1], entry.place(source, *version.span(1)), Scope.BUILD)
            else:
                yield Problem(f"{quoted(entry.value)} names no version of Gradle.", entry.place(source))
    if not found:
        yield Problem("This does not say where Gradle comes from.", source.location)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^distributionUrl\s*[=:].*gradle", head) is not None


# Of an address.
_LONGEST: Final = 2048

PARSER: Final = Parser(
    id="gradle_wrapper",
    title="Gradle wrapper",
    globs=("gradle-wrapper.properties",),
    spec="https://docs.gradle.org/current/userguide/gradle_wrapper.html",
    parse=parse,
    mark=_mark,
)
