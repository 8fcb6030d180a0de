"""Reads `.nvmrc` and `.node-version`, which nvm, fnm, nodenv and others choose a Node.js by.

https://github.com/nvm-sh/nvm#nvmrc. A line that has a name (`lts/hydrogen`) is that line; `lts/*` is another one
every year.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ecosystems.runtimes import listed
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read a version from each line."""
    return listed(source, "nodejs")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="nvmrc",
    title="Node.js version (.nvmrc, .node-version)",
    globs=(".nvmrc", ".node-version"),
    spec="https://github.com/nvm-sh/nvm#nvmrc",
    parse=parse,
    mark=_mark,
)
