"""Reads what `setup.cfg` asks for: the requirements of setuptools and its extras.

https://setuptools.pypa.io/en/latest/userguide/declarative_config.html, in the syntax of
https://docs.python.org/3/library/configparser.html#supported-ini-file-structure. pbr keeps its own in
`[metadata]` and `[extras]`. Its `python_requires` keeps installers off, and does not tell what the project runs on.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import pep508
from scanner.ecosystems.requires import KEYWORDS, LOCKFILES, listed, requirement
from scanner.model import Dependency, Include, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source

# A file of another kind under this name would else bury what matters.
_MOST_PROBLEMS: Final = 20


class _Option(NamedTuple):
    """One option: the lines of its value, each with its offset in the file."""

    section: str
    key: str
    lines: list[tuple[int, str]]


def parse(source: Source) -> Iterator[Parsed]:
    """Read every option that lists requirements, in file order; a bad entry is a problem of its own."""
    if source.path.rpartition("/")[2] != _NAME and not _mark(source.data):
        yield from _listed(source)
        return
    options: list[_Option | Problem] = list(_options(source))
    itself, problems = _itself(options), 0
    for option in options:
        if isinstance(option, Problem):
            problems += 1
            if problems <= _MOST_PROBLEMS:
                yield option
            continue
        for value in _read(source, option):
            # `all = shop[ldap]` is how a project named shop sums up its extras.
            if not isinstance(value, Dependency) or value.purl != itself:
                yield value


def _listed(source: Source) -> Iterator[Parsed]:
    # A file that `file:` names: setuptools takes each line for a requirement.
    for start, text in listed(source.text):
        if not text.lstrip().startswith("-"):  # a line for pip, which setuptools would refuse
            yield _requirement(source, start, text, Scope.RUNTIME)


def _itself(options: list[_Option | Problem]) -> str | None:
    for option in options:
        if isinstance(option, _Option) and (option.section, option.key) == ("metadata", "name") and option.lines:
            name = option.lines[0][1]
            return make("pypi", name) if pep508.is_name(name) else None
    return None


def _read(source: Source, option: _Option) -> Iterator[Parsed]:
    section, key, lines = option
    scope = Scope.OPTIONAL if section in _EXTRAS_SECTIONS else KEYWORDS.get(key) if section == "options" else None
    if scope is None:
        return
    if lines and lines[0][1].startswith("file:"):
        yield from _included(source, lines)
        return
    for start, text in _split(lines):
        if "%(" not in text:  # what another option holds, which is read there
            yield _requirement(source, start, text, scope)


def _split(lines: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    # setuptools takes what stands on one line apart at `;`, even where a marker was meant.
    if len(lines) > 1 or not lines:
        yield from lines
        return
    start, line = lines[0]
    for piece in line.split(";") if not _begins_with_marker(line.partition(";")[2]) else [line]:
        if piece.strip():
            yield start, piece
        start += len(piece) + 1


def _begins_with_marker(text: str) -> bool:
    return re.match(r"\s*\(?\s*(?:python_|sys_|os_|platform_|implementation_|extra\b)", text) is not None


def _requirement(source: Source, start: int, text: str, scope: Scope) -> Parsed:
    text = text.partition(" #")[0].rstrip()
    # pbr puts a marker in brackets behind a colon.
    plain, _, marker = text.partition(":")
    if not marker.lstrip().startswith("(") or not marker.endswith(")"):
        plain = text

    def place(first: int, last: int) -> Location:
        return source.span(start + first, start + last)

    return requirement(plain, place, scope)


def _included(source: Source, lines: list[tuple[int, str]]) -> Iterator[Parsed]:
    for number, (start, line) in enumerate(lines):
        first = 0 if number else len("file:")
        for found in re.finditer(r"[^\s,](?:[^,]*[^\s,])?", line[first:]):
            begin, end = (start + first + offset for offset in found.span())
            yield Include(found[0], source.span(begin, end))


def _options(source: Source) -> Iterator[_Option | Problem]:
    section, indent = "", 0
    option: _Option | None = None
    for start, column, text in _lines(source.text):
        if option is not None and column > indent:
            option.lines.append((start, text))
            continue
        if option is not None:
            yield option
        header, indent = _header().match(text), column
        section = header[1] if header else section
        option = None if header else _option(section, start, text)
        if header is None and option is None:
            yield Problem(f"{quoted(text)} is no option and no section.", source.span(start, start + len(text)))
    if option is not None:
        yield option


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    for found in _line().finditer(text):
        line = found[2].rstrip()
        if line and line[0] not in "#;":
            yield found.start(2), len(found[1]), line


def _option(section: str, start: int, text: str) -> _Option | None:
    pair = _pair().match(text) if section else None
    if pair is None:
        return None
    return _Option(section, pair[1].replace("-", "_"), [(start + pair.start(2), pair[2])] if pair[2] else [])


@cache
def _line() -> re.Pattern[str]:
    return re.compile(r"\ufeff?([ \t\f\v]*+)([^\r\n]++)")


@cache
def _header() -> re.Pattern[str]:
    return re.compile(r"\[([^\]]++)\]")


@cache
def _pair() -> re.Pattern[str]:
    return re.compile(r"([^=:\s]++(?:[ \t]++[^=:\s]++)*+)\s*+[=:]\s*+(.*)")


def _mark(head: bytes) -> bool:
    if b"[[" in head:  # TOML
        return False
    if re.search(rb"(?m)^\[options(?:\.extras_require)?\][ \t]*\r?$", head):
        return True
    # Lockfiles have a section of this name too, but all their texts in quotes.
    return re.search(rb"(?m)^\[metadata\][ \t]*\r?$", head) is not None and re.search(_UNQUOTED, head) is not None


_UNQUOTED: Final = rb"(?m)^(?:name|summary|description|author)[ \t]*=[ \t]*[^\"'\s]"
_NAME: Final = "setup.cfg"
_EXTRAS_SECTIONS: Final = frozenset({"options.extras_require", "extras"})

PARSER: Final = Parser(
    id="setup_cfg",
    title="setuptools configuration",
    globs=(_NAME,),
    spec="https://setuptools.pypa.io/en/latest/userguide/declarative_config.html",
    parse=parse,
    mark=_mark,
    pinned_by=LOCKFILES,
)
