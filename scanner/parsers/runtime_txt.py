"""Reads `runtime.txt`, by which Heroku, Binder and others choose a Python or an R.

https://devcenter.heroku.com/articles/python-runtimes and
https://repo2docker.readthedocs.io/en/latest/configuration/system/#runtime-txt-specify-versions. Behind the version of
R, or in its place, stands the day of the package snapshot: `r-4.1-2022-03-30`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import CONFLICT, asked, is_conflict, named
from scanner.model import Problem
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read a runtime and its version from each line."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", source.text), 1):
        text = line.partition("#")[0].strip("\ufeff \t\f\v\0")
        if text:
            yield _read(source, text, number, line.index(text))


def _read(source: Source, text: str, number: int, start: int) -> Parsed:
    place = source.line(number)._replace(column=start + 1, end_column=start + len(text) + 1)
    if is_conflict(text):
        return Problem(CONFLICT, place)
    found = re.fullmatch(rf"({_NAMES})[-=@ ]?(v?[0-9]\S*|latest|stable)", text, re.IGNORECASE)
    if found is None:
        return Problem(f"{quoted(text)} names no runtime and its version.", place)
    name, version = named(found[1]), found[2]
    if name == "r":
        version = re.sub(r"-?[0-9]{4}-[0-9]{2}-[0-9]{2}$", "", version) or "latest"
    place = place._replace(column=start + found.start(2) + 1, end_column=start + found.start(2) + len(found[2]) + 1)
    return asked(name, version, place)


def _mark(head: bytes) -> bool:
    return re.fullmatch(rb"(?:python|r|pypy[23]?)-[0-9][\w.-]*\s*", head) is not None


_NAMES: Final = "python|pypy|r|ruby|nodejs|node|php|java|go|julia"

PARSER: Final = Parser(
    id="runtime_txt",
    title="Runtime",
    globs=("runtime.txt",),
    spec="https://devcenter.heroku.com/articles/python-runtimes",
    parse=parse,
    mark=_mark,
)
