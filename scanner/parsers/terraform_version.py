"""Reads `.terraform-version` and `.opentofu-version`, which tfenv, tofuenv and tenv choose a version by.

https://github.com/tfutils/tfenv#terraform-version-file.
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
    """Read a version from each line; the name of the file tells of what."""
    return listed(source, "opentofu" if source.path.endswith(".opentofu-version") else "terraform")


def _mark(_head: bytes) -> bool:
    return False  # numbers and nothing else: only the name tells of what


PARSER: Final = Parser(
    id="terraform_version",
    title="Terraform or OpenTofu version (.terraform-version)",
    globs=(".terraform-version", ".opentofu-version"),
    spec="https://github.com/tfutils/tfenv#terraform-version-file",
    parse=parse,
    mark=_mark,
)
