"""Reads templates of AWS CloudFormation, also those that the CDK has made: the versions of what AWS runs for a project.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html. Templates have any name, and are
known by what they hold. Those under the names that SAM wants are read alike.
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
    if re.search(rb"(?m)^[\"']?apiVersion", head):
        return False  # a template inside of a manifest
    if re.match(rb"(?:\xef\xbb\xbf)?\s*\{", head):
        said = rb"\"AWSTemplateFormatVersion\"\s*:|\"Type\"\s*:\s*\"(?:AWS|Custom)::[\w:-]+\""
        return re.search(said, head) is not None
    if re.search(rb"(?m)^[\"']?AWSTemplateFormatVersion[\"']?[ \t]*:", head):
        return True
    return (
        re.search(rb"(?m)^Resources:", head) is not None and re.search(rb"\sType:\s*[\"']?AWS::\w+::", head) is not None
    )


PARSER: Final = Parser(
    id="cloudformation",
    title="CloudFormation template",
    globs=(
        "?*.yaml",
        "?*.yml",
        "?*.template",
        "?*.template.json",
        "?template*.json",
        "?cloudformation*.json",
        "?cfn*.json",
        "?*cfn.json",
        "?*stack*.json",
    ),
    spec="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html",
    parse=parse,
    mark=_mark,
)
