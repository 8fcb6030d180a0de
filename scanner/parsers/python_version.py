"""Reads `.python-version`, which pyenv, uv and others choose a Python by.

https://github.com/pyenv/pyenv#understanding-python-version-selection.
Of several versions the first is used, the others are there as well.
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
    return listed(source, "python")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="python_version",
    title="Python version (.python-version)",
    globs=(".python-version", ".python-versions"),
    spec="https://github.com/pyenv/pyenv#understanding-python-version-selection",
    parse=parse,
    mark=_mark,
)
