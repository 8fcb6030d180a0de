"""Reads `.bazelversion`, which Bazelisk chooses a Bazel by.

https://github.com/bazelbuild/bazelisk#how-does-bazelisk-know-which-bazel-version-to-run.
A fork's release, behind a slash, is somebody else's.
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
    return listed(source, "bazel")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="bazel_version",
    title="Bazel version (.bazelversion)",
    globs=(".bazelversion",),
    spec="https://github.com/bazelbuild/bazelisk#how-does-bazelisk-know-which-bazel-version-to-run",
    parse=parse,
    mark=_mark,
)
