"""Reads `.ruby-version`, which rbenv, RVM, chruby and others choose a Ruby by.

https://github.com/rbenv/rbenv#rbenv-local. Other implementations than Ruby's own stand there by their
names: `jruby-9.4.5.0`.
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
    return listed(source, "ruby")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="ruby_version",
    title="Ruby version (.ruby-version)",
    globs=(".ruby-version",),
    spec="https://github.com/rbenv/rbenv#rbenv-local",
    parse=parse,
    mark=_mark,
)
