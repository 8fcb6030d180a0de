"""Reads the images that a Dockerfile or Containerfile builds from and copies from.

https://docs.docker.com/reference/dockerfile/. What the last stage is built from is needed at run time, all else to
build. The frontend that `# syntax=` names is no part of what is built.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.ecosystems import oci
from scanner.model import Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.variables import expanded, unprefixed, variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Dependency, Location, Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the images in file order; a line that names none is a problem of its own."""
    build = _Build(source)
    steps = {"from": build.from_, "arg": build.arg, "copy": build.copy, "run": build.copy}
    for line in _lines(source.text):
        found = _instruction().match(line.text)
        step = steps.get(found["name"].lower()) if found else None
        if found and step and not (found["onbuild"] and found["name"].lower() in {"from", "arg"}):
            step(line, found.end())
    if not build.parents and not _is_filled_in(source.text):
        yield Problem("This has no FROM, which every Dockerfile has.", source.location)
    final = _final(build.parents)
    for value, stage in build.found:
        needed = stage is not None and stage in final
        yield value if needed or isinstance(value, Problem) else value._replace(scope=Scope.BUILD)


class _Line(NamedTuple):
    """One instruction; each piece is the offset of a part of it, and the offset of the same in the file."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    def place(self, source: Source, start: int, end: int) -> Location:
        return source.span(self._offset(start), self._offset(max(start, end - 1)) + (end > start))

    def _offset(self, position: int) -> int:
        index = bisect_right(self.pieces, position, key=lambda piece: piece[0]) - 1
        own, offset = self.pieces[index]
        return offset + position - own


class _Value(NamedTuple):
    text: str
    location: Location


class _Build:
    """What is known between two instructions: the stages so far, and the arguments that have values."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parents: list[int | None] = []
        self.found: list[tuple[Dependency | Problem, int | None]] = []
        self._stages: dict[str, int] = {}
        self._before: dict[str, _Value] = {}
        self._inside: dict[str, _Value] = {}

    def from_(self, line: _Line, start: int) -> None:
        """Begin a stage; `start` is where the instruction's arguments begin."""
        self._inside = {}
        words = [word for word in _word().finditer(line.text, start) if not word[0].startswith("--")]
        self.parents.append(None)
        if not words:
            self.found.append((Problem("FROM names no image.", line.place(self.source, 0, start)), None))
            return
        self._take(line, words[0].span(), stage=len(self.parents) - 1)
        named = len(words) > _AS and words[1][0].lower() == "as"
        if named:
            self._stages[words[_AS][0].lower()] = len(self.parents) - 1

    def arg(self, line: _Line, start: int) -> None:
        """Keep the defaults of arguments; those before the first stage are known to every FROM."""
        values = self._inside if self.parents else self._before
        for found in _argument().finditer(line.text, start):
            if found["value"] is not None:
                start, end = _unquoted(line.text, found.span("value"))
                written = line.text[start:end]
                literal = line.text[start - 1] == "'"
                text = written if literal else expanded(written, self._value_of)
                if not _is_filled_in(text):
                    values[found["name"]] = _Value(text, line.place(self.source, start, end))
            elif self.parents and found["name"] in self._before:
                values[found["name"]] = self._before[found["name"]]

    def copy(self, line: _Line, start: int) -> None:
        """Take what files are copied, or mounted, from."""
        for found in _flag().finditer(line.text, start):
            if found.start() != start:
                return
            start = found.end()
            option = _from().search(line.text, *found.span("value")) if found["name"] == "mount" else found
            if option is not None and found["name"] in {"from", "mount"}:
                self._take(line, option.span("value"))

    def _take(self, line: _Line, span: tuple[int, int], stage: int | None = None) -> None:
        start, end = _unquoted(line.text, span)
        written = line.text[start:end]
        text = expanded(written, self._global if stage is not None else self._value_of)
        earlier = self._stage(text)
        if earlier is not None or text.lower() == "scratch":
            if stage is not None:
                self.parents[stage] = earlier
            return
        location = line.place(self.source, start, end)
        whole = self._before.get(variable(written) or "")
        if whole is not None and whole.text == text:
            location = whole.location
        self.found.append((oci.image(unprefixed(text), location), stage))

    def _stage(self, text: str) -> int | None:
        name, count = text.lower(), len(self.parents) - 1
        if "$" in name:
            platforms = _PLATFORMS.get(variable(text) or "", ())
            named = (self._stages[platform] for platform in platforms if platform in self._stages)
            return next(named, None) if platforms else self._chosen(_expression().split(name))
        if name in self._stages:
            return self._stages[name]
        return int(name) if name.isdecimal() and len(name) < _DIGITS and int(name) < count else None

    def _chosen(self, parts: list[str]) -> int | None:
        # A stage may be chosen at run time (`FROM base-$TARGETARCH`): any that may be meant is one of this file.
        first, last = parts[0], parts[-1]
        stages = self._stages.items() if first or last else ()
        named = (stage for name, stage in stages if name.startswith(first) and name.endswith(last))
        return next(named, None) if len(self._stages) < _MANY else None

    def _global(self, name: str) -> str | None:
        value = self._before.get(name)
        return value.text if value else None

    def _value_of(self, name: str) -> str | None:
        value = self._inside.get(name)
        return value.text if value else self._global(name)


def _is_filled_in(text: str) -> bool:
    # `ARG VERSION=<%= version %>`: this is a template, and words are only the beginnings of what it says.
    return any(sign in text for sign in _TEMPLATES)


def _unquoted(text: str, span: tuple[int, int]) -> tuple[int, int]:
    start, end = span
    quoted = end - start > 1 and text[start] == text[end - 1] and text[start] in "\"'"
    return (start + 1, end - 1) if quoted else span


def _final(parents: list[int | None]) -> set[int]:
    stages: set[int] = set()
    stage = len(parents) - 1 if parents else None
    while stage is not None:
        stages.add(stage)
        stage = parents[stage]
    return stages


def _lines(text: str) -> Iterator[_Line]:
    """Yield the instructions, each as one line, without comments and without what heredocs hold."""
    lines = [(found.start(), found["text"]) for found in _physical().finditer(text)]
    ending = _continued(_escape(lines))
    last = {line.lstrip("\t"): number for number, (_, line) in enumerate(lines)}
    number = 0
    while number < len(lines):
        parts: list[tuple[int, str]] = []
        more = True
        while more and number < len(lines):
            offset, line = lines[number]
            number += 1
            if not line.strip() or line.lstrip().startswith("#"):
                more = bool(parts)
                continue
            cut = ending.search(line)
            parts.append((offset, line[: cut.start()] if cut else line))
            more = cut is not None
        if parts:
            whole = _joined(parts)
            yield whole
            number = _behind_heredocs(whole.text, number, lines, last)


def _joined(parts: list[tuple[int, str]]) -> _Line:
    pieces, length = [], 0
    for offset, text in parts:
        pieces.append((length, offset))
        length += len(text)
    return _Line("".join(text for _, text in parts), tuple(pieces))


def _behind_heredocs(text: str, number: int, lines: list[tuple[int, str]], last: dict[str, int]) -> int:
    if "<<" not in text or not _with_heredocs().match(text):
        return number
    for found in _heredoc().finditer(text):
        word, position = found["word"], number
        # What is never closed is no heredoc: the rest of the file stays.
        if last.get(word, -1) < number:
            continue
        while position < len(lines) and _end_of(lines[position][1], found) != word:
            position += 1
        number = position + 1 if position < len(lines) else number
    return number


def _end_of(line: str, heredoc: re.Match[str]) -> str:
    return line.lstrip("\t") if heredoc["dash"] else line


def _escape(lines: list[tuple[int, str]]) -> str:
    for _, line in lines:
        directive = _directive().fullmatch(line)
        if directive is None:
            break
        if directive["name"].lower() == "escape" and directive["value"] in {"\\", "`"}:
            return directive["value"]
    return "\\"


@cache
def _continued(escape: str) -> re.Pattern[str]:
    return re.compile(rf"{re.escape(escape)}[ \t]*+$")


@cache
def _physical() -> re.Pattern[str]:
    return re.compile(r"(?P<text>[^\r\n]*+)(?:\r\n|\r|\n|$)")


@cache
def _directive() -> re.Pattern[str]:
    return re.compile(r"\s*+#\s*+(?P<name>[A-Za-z]++)\s*+=\s*+(?P<value>.*\S)\s*")


@cache
def _instruction() -> re.Pattern[str]:
    return re.compile(r"\s*+(?P<onbuild>ONBUILD\s++)?+(?P<name>[A-Za-z]++)(?:\s++|$)", re.IGNORECASE)


@cache
def _with_heredocs() -> re.Pattern[str]:
    return re.compile(r"\s*+(?:ONBUILD\s++)?+(?:RUN|COPY|ADD)\s", re.IGNORECASE)


@cache
def _heredoc() -> re.Pattern[str]:
    return re.compile(r"(?<=\s)[0-9]*+<<(?P<dash>-?+)(?P<quote>[\"']?+)(?P<word>[^\s<>\"';|&()]++)(?P=quote)")


@cache
def _word() -> re.Pattern[str]:
    return re.compile(r"\S++")


@cache
def _argument() -> re.Pattern[str]:
    return re.compile(r"(?<!\S)(?P<name>[A-Za-z_]\w*+)(?:=(?P<value>\"[^\"]*+\"|'[^']*+'|[^\s\"']*+))?+(?!\S)")


@cache
def _flag() -> re.Pattern[str]:
    return re.compile(r"--(?P<name>[a-z-]++)(?:=(?P<value>\S++))?+(?:\s++|$)")


@cache
def _from() -> re.Pattern[str]:
    return re.compile(r"(?<=[,=])from=(?P<value>[^\s,]++)")


@cache
def _expression() -> re.Pattern[str]:
    return re.compile(r"\$\{[^}]*+\}?+|\$\w++")


def _mark(head: bytes) -> bool:
    # Behind comments and arguments, a first stage on a line of its own: `from x import y` is another language.
    before = rb"(?:\xef\xbb\xbf)?(?:[ \t]*+(?:#[^\r\n]*+)?+\r?\n|[ \t]*+ARG[ \t]++\w[^\r\n]*+\r?\n)*+"
    stage = rb"[ \t]*+FROM(?:[ \t]++--\S++)*+[ \t]++[\w\"'$][^\s;]*+(?:[ \t]++AS[ \t]++\S++)?+[ \t]*+\\?\r?(?:\n|$)"
    return re.match(before + stage, head, re.IGNORECASE) is not None


# What templates fill in.
_TEMPLATES: Final = ("<%", "{{", "%%")
# What builders set, and what of it people name stages by (`FROM ${TARGETOS}`).
_PLATFORMS: Final = {
    "TARGETOS": ("linux", "windows", "darwin", "freebsd"),
    "BUILDOS": ("linux", "windows", "darwin", "freebsd"),
    "TARGETARCH": ("amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64"),
    "BUILDARCH": ("amd64", "arm64", "arm", "386", "ppc64le", "s390x", "riscv64"),
}
# The words of `image AS name` before the name.
_AS: Final = 2
# Nobody writes so many stages by hand.
_MANY: Final = 1000
# A number of more digits is none of a stage.
_DIGITS: Final = 5

PARSER: Final = Parser(
    id="dockerfile",
    title="Dockerfile or Containerfile",
    globs=(
        "Dockerfile",
        "dockerfile",
        "Dockerfile.*",
        "Dockerfile-*",
        "Dockerfile_*",
        "*.Dockerfile",
        "*.dockerfile",
        "Containerfile",
        "Containerfile.*",
        "*.Containerfile",
        "*.containerfile",
        "!*.dockerignore",
        "!*.containerignore",
        "!*.md",
    ),
    spec="https://docs.docker.com/reference/dockerfile/",
    parse=parse,
    mark=_mark,
)
