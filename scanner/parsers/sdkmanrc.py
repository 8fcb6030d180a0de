"""Reads `.sdkmanrc`, by which SDKMAN! chooses a Java and the tools around it, and Heroku's `system.properties`.

https://sdkman.io/usage/#env-command and https://devcenter.heroku.com/articles/java-support. Behind the version of a
Java stands who has built it: `17.0.3-tem`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import CONFLICT, asked, is_conflict, named
from scanner.model import Problem
from scanner.plugin import Parser
from scanner.syntax.properties import entries
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read a candidate and its version from each line; of `system.properties`, what is about versions."""
    settings = source.path.endswith("system.properties")
    for entry in entries(source, comments_behind=True):
        name = entry.key
        if settings:
            found = re.fullmatch(r"(java|maven|gradle|sbt)\.(?:runtime\.)?version", name)
            if found is None:
                continue
            name = found[1]
        value = entry.value.strip()
        if is_conflict(entry.key or entry.value):
            yield Problem(CONFLICT, source.line(entry.line))
        elif not re.fullmatch(r"[A-Za-z][\w.-]*", name) or not value:
            yield Problem(f"{quoted(name or value)} has no version.", source.line(entry.line))
        else:
            yield asked(named(name), value, entry.place(source, 0, len(value)))


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^java[ \t]*=[ \t]*[0-9][\w.+]*-[a-z]+[ \t]*\r?$|sdkman_auto_env", head) is not None


PARSER: Final = Parser(
    id="sdkmanrc",
    title="SDKMAN! environment (.sdkmanrc)",
    globs=(".sdkmanrc", "system.properties"),
    spec="https://sdkman.io/usage/#env-command",
    parse=parse,
    mark=_mark,
)
