"""Reads the modules whose content a `go.sum` vouches for.

https://go.dev/ref/mod#go-sum-files. It holds more versions than are built, so that a `go.mod` beside it
speaks instead; a line for nothing but a module's `go.mod` tells of no package at all.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.model import Dependency, Problem
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the modules in file order; a line that cannot be read is a problem of its own."""
    for line in re.finditer(r"[^\r\n]+", source.text):
        if line[0].isspace():
            continue
        match = _line().fullmatch(line[0])
        if match is None:
            yield Problem("This is no module with its version and its hash.", source.span(*line.span()))
        elif match["only"] is None:
            yield Dependency(
                purl=f"pkg:golang/{match['path']}@{match['version'].replace('+', '%2B')}",
                location=source.span(line.start() + match.start("path"), line.start() + match.end("path")),
            )


def _mark(head: bytes) -> bool:
    return re.match(rb"[\w.~/-]+ v[0-9][\w.+-]*(?:/go\.mod)? h1:", head) is not None


@cache
def _line() -> re.Pattern[str]:
    # All that a module's path may consist of stands for itself in a purl.
    return re.compile(
        r"\s*+(?P<path>[A-Za-z0-9._~-]++(?:/[A-Za-z0-9._~-]++)*+)[ \t]++"
        r"(?P<version>v[0-9][0-9A-Za-z.+-]*+)(?P<only>/go\.mod)?[ \t]++\S++\s*+"
    )


PARSER: Final = Parser(
    id="go_sum",
    title="Go checksums",
    globs=("go.sum",),
    spec="https://go.dev/ref/mod#go-sum-files",
    parse=parse,
    mark=_mark,
    yields_to=("go.mod",),
)
