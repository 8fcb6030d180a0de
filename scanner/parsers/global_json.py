"""Reads `global.json`, which says with which .NET SDK a project is built.

https://learn.microsoft.com/en-us/dotnet/core/tools/global-json. An SDK (8.0.404) belongs to the runtime
that its first two numbers name. Comments and trailing commas are allowed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import nuget
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source

# With these a newer release than the one that is named is taken even where that one is there.
_ANY_NEWER: Final = frozenset({"latestMinor", "latestMajor"})


def parse(source: Source) -> Iterator[Parsed]:
    """Read the version of the SDK; a file may do without one."""
    try:
        document = decode.table(decode.from_jsonc(source.text), "The document")
        sdk = decode.table(document.get("sdk", {}), "The table 'sdk'")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    version, places = sdk.get("version"), Places(source)
    if version is None:
        return
    if not isinstance(version, str) or not nuget.is_version(version):
        shown = quoted(version) if isinstance(version, str) else "'version'"
        yield Problem(f"{shown} is no version of an SDK.", places.key(("sdk", "version")))
        return
    minimum = sdk.get("rollForward") in _ANY_NEWER
    yield Dependency(
        purl=make("generic", "dotnet", None if minimum else version),
        location=places.text(("sdk", "version"), version),
        requirement=f">={version}" if minimum else None,
        kind=Kind.RUNTIME,
        scope=Scope.RUNTIME,
        direct=True,
    )


def _mark(head: bytes) -> bool:
    begins = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in {b"{", b"/"}
    setting = rb'"sdk"\s*:\s*\{[^{}]*"(?:version|rollForward|allowPrerelease)"|"msbuild-sdks"\s*:\s*\{'
    return begins and re.search(setting, head) is not None


PARSER: Final = Parser(
    id="global_json",
    title=".NET SDK version",
    globs=("global.json",),
    spec="https://learn.microsoft.com/en-us/dotnet/core/tools/global-json",
    parse=parse,
    mark=_mark,
)
