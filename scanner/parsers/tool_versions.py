"""Reads `.tool-versions`, by which asdf and mise choose versions of runtimes and tools.

https://asdf-vm.com/manage/configuration.html#tool-versions. Of several versions in a line the first that is installed
is used; all are there.
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
    """Read a tool and its versions from each line."""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", source.text), 1):
        text = line.partition("#")[0].strip("\ufeff \t\f\v\0")
        if text and is_conflict(text):
            yield Problem(CONFLICT, source.line(number))
        elif text:
            yield from _tool(source, text, number, line.index(text) + 1)


def _tool(source: Source, text: str, number: int, column: int) -> Iterator[Parsed]:
    name, *versions = re.finditer(r"\S+", text)
    place = source.line(number)
    if re.fullmatch(r"[A-Za-z0-9][\w.+-]*", name[0], re.ASCII) is None:
        yield Problem(f"No tool can be named {quoted(name[0])}.", place)
        return
    if not versions:
        yield Problem(f"{quoted(name[0])} has no version.", place)
    for version in versions:
        here = place._replace(column=column + version.start(), end_column=column + version.end())
        yield asked(named(name[0]), version[0], here)


def _mark(head: bytes) -> bool:
    # The last line may be cut.
    whole = head.rpartition(b"\n")[0] or head
    tools = [line for line in (one.partition(b"#")[0].strip() for one in whole.splitlines()) if line]
    names = rb"nodejs|ruby|python|golang|java|erlang|elixir|terraform|rust|kubectl|helm|php|pnpm|yarn"
    known = rb"(?:" + names + rb")[ \t]+[0-9][\w.+-]*"
    return any(re.fullmatch(known, line) for line in tools) and all(
        re.fullmatch(rb"[a-z][\w-]*(?:[ \t]+[a-z0-9][\w.:+-]*)+", line) for line in tools
    )


PARSER: Final = Parser(
    id="tool_versions",
    title="asdf tool versions (.tool-versions)",
    globs=(".tool-versions",),
    spec="https://asdf-vm.com/manage/configuration.html#tool-versions",
    parse=parse,
    mark=_mark,
)
