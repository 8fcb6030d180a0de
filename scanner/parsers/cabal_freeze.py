"""Reads `cabal.project.freeze`, what `cabal freeze` writes: a list of constraints.

https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html#cfg-field-constraints. Beside versions
it holds flags (`aeson +cffi`) and what the compiler brings along (`base installed`), which pin nothing.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the constraints in file order; one that cannot be read is a problem of its own."""
    known = False
    # A comment takes a line of its own; blanks in its place keep all offsets.
    text = _comment().sub(lambda found: " " * len(found[0]), source.text)
    for field in _field().finditer(text):
        known = True
        if field["name"].lower() == "constraints":
            for item in _item().finditer(field["value"]):
                yield from _constraint(item[1].rstrip(), field.start("value") + item.start(1), source)
    if not known and source.text.strip("\ufeff \t\r\n"):
        yield Problem("This has no field of a cabal.project.freeze.", source.location)


def _constraint(text: str, start: int, source: Source) -> Iterator[Parsed]:
    match = _parts().fullmatch(text)
    if match is None:
        yield Problem(f"{quoted(text)} is no constraint.", source.span(start, start + len(text)))
        return
    scope, name, rest = match.group("scope", "name", "rest")
    if not rest or rest[0] not in "=<>^":
        return
    version = re.fullmatch(r"==\s*([0-9]+(?:\.[0-9]+)*)", rest)
    yield Dependency(
        purl=make("hackage", name, version[1] if version else None),
        location=source.span(start + match.start("name"), start + match.end("name")),
        requirement=None if version else " ".join(rest.split()),
        scope=Scope.BUILD if scope and "setup" in scope else Scope.RUNTIME,
    )


def _mark(head: bytes) -> bool:
    return (
        re.search(rb"(?m)^(?:\xef\xbb\xbf)?constraints:\s+(?:any\.)?[A-Za-z0-9-]+\s+(?:==|installed|[+-])", head)
        is not None
    )


@cache
def _comment() -> re.Pattern[str]:
    return re.compile(r"(?:^|(?<=\r))[ \t]*+--[^\r\n]*+", re.MULTILINE)


@cache
def _field() -> re.Pattern[str]:
    # A field goes on over the lines that are indented.
    value = r"[^\r\n]*(?:[\r\n]++[ \t]++[^\r\n]*+)*+"
    return re.compile(rf"(?:^|(?<=\r))\ufeff?(?P<name>[A-Za-z][\w-]*)[ \t]*:(?P<value>{value})", re.MULTILINE)


@cache
def _item() -> re.Pattern[str]:
    # A comma may stand within braces: `^>={ 1.2, 1.3 }`.
    return re.compile(r"[\s,]*+((?:[^,{}]|\{[^{}]*+\}?+|\})++)")


@cache
def _parts() -> re.Pattern[str]:
    name = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
    flags = r"(?:[+-][\w-]++\s*+)++"
    return re.compile(
        rf"(?P<scope>any\.|setup\.|{name}:setup\.)?(?P<name>{name})\s*"
        rf"(?P<rest>[=<>^][\s\w.*=<>^&|(){{}},-]*+|\s(?:installed|source|test|bench|{flags})|)\s*"
    )


PARSER: Final = Parser(
    id="cabal_freeze",
    title="Haskell lockfile",
    globs=("*.project.freeze",),
    spec="https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html#cfg-field-constraints",
    parse=parse,
    mark=_mark,
)
