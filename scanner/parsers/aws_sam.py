"""Reads templates of AWS SAM: the runtimes of Lambda functions, and versions of what else AWS runs for a project.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html. These are
templates of CloudFormation under names of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.cloudformation import template
from scanner.ecosystems.pipelines import read
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The template", template)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^[\"']?(?:AWSTemplateFormatVersion|Transform)[\"']?:|Type:\s*[\"']?AWS::", head) is not None


PARSER: Final = Parser(
    id="aws_sam",
    title="AWS SAM template",
    globs=("template.yaml", "template.yml", "sam.yaml", "sam.yml"),
    spec="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html",
    parse=parse,
    mark=_mark,
)
