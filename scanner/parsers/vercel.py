"""Reads `vercel.json`, which was `now.json`: what functions run on, and the packages that build them.

https://vercel.com/docs/project-configuration. A runtime is a package and its version (`acme-php@0.5.2`), or as it was
called before, one of AWS Lambda's (`nodejs12.x`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems.serverless import elsewhere
from scanner.model import Dependency, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the builds, then the functions."""
    try:
        document = decode.table(decode.from_jsonc(source.text), "The configuration")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    builds, functions = document.get("builds"), document.get("functions")
    for index, build in enumerate(builds if isinstance(builds, list) else ()):
        if isinstance(build, dict):
            yield from _runtime(build.get("use"), ("builds", index, "use"), places)
    for name, function in functions.items() if isinstance(functions, dict) else ():
        if isinstance(function, dict):
            yield from _runtime(function.get("runtime"), ("functions", name, "runtime"), places)


def _runtime(text: object, path: tuple[str | int, ...], places: Places) -> Iterator[Parsed]:
    if not isinstance(text, str):
        if text is not None:
            yield Problem("What a function runs on is no text.", places.key(path))
        return
    found = re.fullmatch(r"(?:(@[\w.-]+)/)?([\w.-]+)(?:@(\S+))?", text, re.ASCII)
    if found is None:
        yield Problem(f"{quoted(text)} is no runtime.", places.text(path, text))
    elif not found[1] and not found[3] and re.fullmatch(r"[a-z]+[0-9][0-9.x]*", text):
        yield elsewhere(text, places.text(path, text))
    else:
        exact = re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+\S*", found[3] or "") is not None
        yield Dependency(
            purl=make("npm", found[2], found[3] if exact else None, found[1] or ""),
            location=places.text(path, text, *found.span(2)),
            requirement=None if exact else found[3],
            scope=Scope.BUILD,
            direct=True,
        )


def _mark(head: bytes) -> bool:
    return re.match(rb"(?:\xef\xbb\xbf)?\s*\{", head) is not None and (
        b"openapi.vercel.sh" in head
        or re.search(rb"\"(?:use|runtime)\"\s*:\s*\"(?:@vercel|@now|now-|vercel-)", head) is not None
    )


PARSER: Final = Parser(
    id="vercel",
    title="Vercel configuration",
    globs=("vercel.json", "now.json"),
    spec="https://vercel.com/docs/project-configuration",
    parse=parse,
    mark=_mark,
)
