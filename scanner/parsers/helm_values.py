"""Reads the images that the values of a Helm chart name: a repository and its tag, or a whole reference.

https://helm.sh/docs/chart_best_practices/values/. What the templates make of them is theirs: an empty tag is mostly the
version of the application, which no values tell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import kubernetes
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the images in file order; values may be anything, and what is no image is passed over."""
    try:
        for value, places in documents(source):
            yield from dict.fromkeys(kubernetes.images(value, (), places))
    except ShapeError as error:
        # Values of a file for Helmfile and its like, which are rendered before they are values.
        if not kubernetes.is_template(source.text):
            yield Problem(str(error), Location(source.path, error.line, error.column))


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:apiVersion|kind|services|on):", head):
        return False
    comments = rb"[ \t]*(?:#.*)?\r?\n(?:[ \t]*#.*\n)*"
    image = rb"(?m)^[ \t]*(?:image|[A-Za-z]+Image):" + comments + rb"[ \t]+(?:registry|repository):[ \t]"
    return re.search(image, head) is not None


PARSER: Final = Parser(
    id="helm_values",
    title="Helm chart values",
    globs=(
        "values.yaml",
        "values.yml",
        "values-*.yaml",
        "values-*.yml",
        "values.*.yaml",
        "values.*.yml",
        "*-values.yaml",
        "*-values.yml",
    ),
    spec="https://helm.sh/docs/chart_best_practices/values/",
    parse=parse,
    mark=_mark,
)
