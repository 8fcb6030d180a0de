"""Reads `maven-wrapper.properties`, which names the Maven that builds a project by the address of its archive.

https://maven.apache.org/tools/wrapper/. Or it names the Maven daemon.
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
            version = re.search(_ARCHIVE, entry.value[:_LONGEST])
            if version:
                tool = "maven" if version[1] == "apache-maven" else "mvnd"
                yield asked(tool, version[2], entry.place(source, *version.span(2)), Scope.BUILD)
            else:
                yield Problem(f"{quoted(entry.value)} names no version of Maven.", entry.place(source))
    if not found:
        yield Problem("This does not say where Maven comes from.", source.location)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^distributionUrl\s*[=:].*maven", head) is not None


_ARCHIVE: Final = r"(apache-maven|maven-mvnd)-([0-9][^/]*?)-(?:bin|(?:linux|darwin|windows)-\w+)\.(?:zip|tar\.gz)\b"

# Of an address.
_LONGEST: Final = 2048

PARSER: Final = Parser(
    id="maven_wrapper",
    title="Maven wrapper",
    globs=("maven-wrapper.properties", ".mvn/wrapper/maven-wrapper.properties"),
    spec="https://maven.apache.org/tools/wrapper/",
    parse=parse,
    mark=_mark,
)
