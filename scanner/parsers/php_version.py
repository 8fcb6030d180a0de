"""Reads `.php-version`, which phpenv, the Symfony command and others choose a PHP by.

https://github.com/phpenv/phpenv. Mostly a part of a version: `8.2`.
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
    return listed(source, "php")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="php_version",
    title="PHP version (.php-version)",
    globs=(".php-version",),
    spec="https://github.com/phpenv/phpenv",
    parse=parse,
    mark=_mark,
)
