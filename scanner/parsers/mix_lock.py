"""Reads `mix.lock`, the lockfile of Elixir's Mix: one map of Elixir's own syntax.

https://hexdocs.pm/mix/Mix.Tasks.Deps.Get.html and https://hexdocs.pm/elixir/syntax-reference.html. The key
is the application's name; a Hex package may have another one, which stands in its tuple:
`"app": {:hex, :package, "1.0.0", checksum, managers, dependencies, repository, checksum}`.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import lineage
from scanner.model import Dependency, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


class _Text(NamedTuple):
    """A string, an atom or any other word, without quotes and colon, and where it stands."""

    value: str
    start: int
    end: int


# A tuple, list or keyword list; a key of the last is a word of its own before its value.
_Term: TypeAlias = "_Text | list[_Term]"


class _Package(NamedTuple):
    name: _Text
    version: str | None
    namespace: str
    children: list[str]

    @property
    def label(self) -> str:
        return f"{self.name.value}@{self.version}" if self.version else self.name.value


def parse(source: Source) -> Iterator[Parsed]:
    """Read the entries in file order; one that cannot be read is a problem of its own."""
    read = list(_entries(source))
    packages = {entry[0]: entry[1] for entry in read if not isinstance(entry, Problem)}
    children = {name: package.children for name, package in packages.items()}
    chains = lineage.chains(lineage.tops(children), children)
    for entry in read:
        if isinstance(entry, Problem):
            yield entry
            continue
        app, package = entry
        location = source.span(package.name.start, package.name.end)
        chain = chains.get(app)
        try:
            purl = make("hex", package.name.value, package.version, package.namespace)
        except ValueError:
            yield Problem(f"No package can be named {quoted(package.name.value)}.", location)
            continue
        yield Dependency(
            purl=purl,
            location=location,
            direct=True if chain == () else None,
            via=tuple(packages[parent].label for parent in chain or () if parent in packages),
        )


def _entries(source: Source) -> Iterator[tuple[str, _Package] | Problem]:
    text = source.text
    if re.match(r"\ufeff?(?:\s|#.*)*+%\{", text) is None:
        yield Problem("This is no map of Elixir, as a mix.lock is.", source.location)
        return
    starts = list(_entry().finditer(text))
    ends = [start.start() for start in starts[1:]] + [len(text)]
    for start, end in zip(starts, ends, strict=True):
        if start[1] is None:
            yield Problem("This line is no entry of a mix.lock.", source.span(*start.span()))
            continue
        app = _Text(start[1], *start.span(1))
        package = _package(app, _tuple(text, start.end(), end))
        if package is None:
            yield Problem(f"The entry of {quoted(app.value)} cannot be read.", source.span(app.start, app.end))
        else:
            yield app.value, package


def _package(app: _Text, terms: list[_Term]) -> _Package | None:
    kind = _first(terms)
    texts = [term if isinstance(term, _Text) else None for term in terms[1:]]
    if kind == "git" and texts:
        return _Package(app, None, "", [])
    if kind == "package" and texts:  # before Hex had a name of its own
        texts = [app, *texts]
    elif kind != "hex":
        return None
    name, version, *_ = (*texts, None, None)
    if name is None or version is None or re.fullmatch(r"[0-9][\w.+-]*", version.value) is None:
        return None
    lists = [term for term in terms if isinstance(term, list)]
    repository = next((text.value for text in texts[4:] if text is not None), "")
    return _Package(name, version.value, repository.partition(":")[2], _children(lists[1]) if len(lists) > 1 else [])


def _children(terms: list[_Term]) -> list[str]:
    named = [(term, _first(term)) for term in terms if isinstance(term, list)]
    return [name for term, name in named if name and not _is_optional(term)]


def _first(terms: list[_Term]) -> str:
    return terms[0].value if terms and isinstance(terms[0], _Text) else ""


def _is_optional(terms: list[_Term]) -> bool:
    # What is optional is there because somebody else asks for it.
    options = terms[-1] if isinstance(terms[-1], list) else []
    words = [option.value if isinstance(option, _Text) else "" for option in options]
    return ("optional", "true") in pairwise(words)


def _tuple(text: str, start: int, end: int) -> list[_Term]:
    # The terms between the bracket before `start` and its partner; none when that is missing.
    root: list[_Term] = []
    around: list[list[_Term]] = []
    terms = root
    for match in _token().finditer(text, start, end):
        piece = match[0]
        if match.lastindex is not None:
            terms.append(_Text(match[match.lastindex], *match.span(match.lastindex)))
        elif piece in "{[":
            inside: list[_Term] = []
            terms.append(inside)
            around.append(terms)
            terms = inside
        elif piece in "}]":
            if not around:
                return root
            terms = around.pop()
    return []


def _mark(head: bytes) -> bool:
    pattern = rb"\A(?:\xef\xbb\xbf)?(?:\s|#[^\n]*+)*+%\{\s*(?:\}|\"[\w.@-]+\"\s*(?::|=>)\s*\{\s*:(?:hex|git|package)\b)"
    return re.match(pattern, head) is not None


@cache
def _entry() -> re.Pattern[str]:
    # The beginning of an entry, up to its bracket, else a line that is nothing a lock has.
    key = r"[ \t]*(?::|=>)\s*+\{"
    return re.compile(rf'"([\w.@-]+)"{key}|(?:^|(?<=\r))[ \t]*+(?!%\{{|\}}|#|"[^"\n]*"{key})\S[^\r\n]*', re.MULTILINE)


@cache
def _token() -> re.Pattern[str]:
    # A string, an atom, another word; brackets have no group, and what is between all these does not count.
    return re.compile(r':?"((?:[^"\\]++|\\[\s\S]?)*+)(?:"|\Z)|:?([\w@.+!?-]++)|[][{}]')


PARSER: Final = Parser(
    id="mix_lock",
    title="Elixir lockfile",
    globs=("mix.lock",),
    spec="https://hexdocs.pm/mix/Mix.Tasks.Deps.Get.html",
    parse=parse,
    mark=_mark,
)
