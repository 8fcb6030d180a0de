"""Reads the modules and the Go version that a `go.mod` requires, and a `go.work`, which joins several.

https://go.dev/ref/mod#go-mod-file, https://go.dev/ref/mod#workspaces. What is replaced is named as what
stands in its place; what a folder replaces is the project's own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Dependency, Include, Kind, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source


class _Word(NamedTuple):
    text: str
    location: Location


class _Line(NamedTuple):
    """One directive; those in a block have its verb. `indirect` is what the comment behind it says."""

    verb: str
    words: list[_Word]
    location: Location
    indirect: bool


class _Module(NamedTuple):
    """What a line requires, or (with the path and version that it stands for) what replaces it."""

    path: _Word
    version: str | None


def parse(source: Source) -> Iterator[Parsed]:
    """Read the directives in file order; one that cannot be read is a problem of its own."""
    lines = list(_lines(source))
    replaced: dict[tuple[str, str | None], _Module] = {}
    tools = _tools(lines)
    found: list[Parsed] = []
    for line in lines:
        if line.verb == "replace":
            found += _replace(line, replaced)
    for line in lines:
        if line.verb == "require":
            found += _require(line, replaced, tools)
        elif line.verb in {"go", "toolchain"}:
            found += _go(line)
        elif line.verb == "use":
            found.append(_use(line))
        elif line.verb not in _VERBS:
            found.append(Problem(f"Go knows no directive {quoted(line.verb)}.", line.location))
    yield from sorted((value for value in found), key=_order)


def _order(value: Parsed) -> tuple[int, int]:
    return value.location.line or 0, value.location.column or 0


def _lines(source: Source) -> Iterator[_Line]:
    block: str | None = None
    for match in re.finditer(r"[^\r\n]+", source.text):
        words, comment = _words(source, match[0], match.start())
        if not words:
            continue
        if words[0].text == ")":
            block = None
        elif words[-1].text == "(" and len(words) == _OPENING:
            block = words[0].text
            if block not in _VERBS:
                yield _Line(block, [], words[0].location, indirect=False)
        elif block is None:
            yield _Line(words[0].text, words[1:], words[0].location, _is_indirect(comment))
        elif block in _VERBS:
            yield _Line(block, words, words[0].location, _is_indirect(comment))


def _words(source: Source, line: str, start: int) -> tuple[list[_Word], str]:
    words: list[_Word] = []
    for match in _piece().finditer(line):
        group = match.lastindex
        if group is None:
            return words, match[0]
        words.append(_Word(match[group], source.span(start + match.start(group), start + match.end(group))))
    return words, ""


def _is_indirect(comment: str) -> bool:
    return re.match(r"//\s*indirect(?:;|\s*$)", comment) is not None


def _tools(lines: list[_Line]) -> set[str]:
    # The modules whose programs the project runs: a package belongs to the module with the longest path.
    required = {line.words[0].text for line in lines if line.verb == "require" and line.words}
    found: set[str] = set()
    for path in (word.text for line in lines if line.verb == "tool" for word in line.words):
        module = path if len(path) <= _LONGEST_PATH else ""
        while module and module not in required:
            module = module.rpartition("/")[0]
        found.add(module)
    return found


def _replace(line: _Line, replaced: dict[tuple[str, str | None], _Module]) -> list[Parsed]:
    texts = [word.text for word in line.words]
    arrow = texts.index("=>") if "=>" in texts else 0
    old, new = line.words[:arrow], line.words[arrow + 1 :]
    if len(old) not in _MODULE or len(new) not in _MODULE:
        return [Problem("This replaces no module.", line.location)]
    module = _Module(new[0], new[1].text if len(new) > 1 else None)
    replaced[texts[0], texts[1] if len(old) > 1 else None] = module
    return []


def _require(line: _Line, replaced: dict[tuple[str, str | None], _Module], tools: set[str]) -> Iterator[Parsed]:
    texts = [word.text for word in line.words]
    if len(texts) != max(_MODULE) or not _is_path(texts[0]):
        yield Problem("This requires no module.", line.location)
        return
    path, version = texts
    module = replaced.get((path, version)) or replaced.get((path, None))
    if module is None:
        module = _Module(line.words[0], version)
    elif module.version is None:
        return
    elif not _is_path(module.path.text):
        yield Problem(f"No module can be named {quoted(module.path.text)}.", module.path.location)
        return
    pinned = _is_version(module.version or "")
    yield Dependency(
        purl=f"pkg:golang/{module.path.text}" + (f"@{module.version}".replace("+", "%2B") if pinned else ""),
        location=module.path.location,
        requirement=None if pinned else module.version,
        direct=not line.indirect or path in tools,
    )


def _is_path(path: str) -> bool:
    # All that a module's path may consist of stands for itself in a purl.
    return re.fullmatch(r"[A-Za-z0-9._~-]++(?:/[A-Za-z0-9._~-]++)*+", path) is not None


def _is_version(version: str) -> bool:
    return re.fullmatch(r"v[0-9]+(?:\.[0-9]+){0,2}(?:[-+][0-9A-Za-z.+-]*)?", version) is not None


def _go(line: _Line) -> Iterator[Parsed]:
    text = line.words[0].text if len(line.words) == 1 else ""
    if line.verb == "toolchain" and text in {"default", "local"}:
        return
    match = re.fullmatch(r"(?:go)?([0-9]+(?:\.[0-9]+)*(?:(?:rc|beta)[0-9]+)?)(?:-.*)?", text)
    if match is None:
        yield Problem("This names no version of Go.", line.location)
        return
    # Both are minima: Go takes the newest of them and of what is installed.
    yield Dependency(
        purl=_GO,
        location=line.words[0].location,
        requirement=match[1],
        kind=Kind.RUNTIME,
        direct=True,
    )


def _use(line: _Line) -> Parsed:
    if len(line.words) != 1:
        return Problem("This names no folder to use.", line.location)
    return Include(f"{line.words[0].text}/go.mod", line.words[0].location)


def _mark(head: bytes) -> bool:
    return (
        re.search(rb"(?m)^(?:module[ \t]+[\w\"`]|(?:require|use)[ \t]*(?:\(|\S+ v[0-9])|go 1\.[0-9])", head) is not None
    )


@cache
def _piece() -> re.Pattern[str]:
    # A comment, else one word: quoted in either way, an arrow or bracket, a bare one.
    return re.compile(
        r"//.*|"
        r'"((?:[^"\\]|\\.)*+)"|`([^`]*+)`|(=>|[][(),])|((?:(?!//)[^][(),\s"`])++|["`].*)'
    )


# In characters; no file system holds a longer one.
_LONGEST_PATH: Final = 4096
# How many words name a module: its path, and perhaps a version; how many begin a block.
_MODULE: Final = (1, 2)
_OPENING: Final = 2
_VERBS: Final = frozenset(
    {"exclude", "go", "godebug", "ignore", "module", "replace", "require", "retract", "tool", "toolchain", "use"}
)
# As the tools that read the version out of a program name Go itself.
_GO: Final = make("golang", "stdlib")

PARSER: Final = Parser(
    id="go_mod",
    title="Go modules",
    globs=("go.mod", "go.work"),
    spec="https://go.dev/ref/mod#go-mod-file",
    parse=parse,
    mark=_mark,
)
