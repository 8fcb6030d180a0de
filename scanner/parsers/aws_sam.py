"""Reads templates of AWS SAM and CloudFormation: the runtimes of Lambda functions.

https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html. A reference to a
parameter means the parameter's default.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import read, resolved
from scanner.ecosystems.serverless import on_lambda
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The template", _template)


def _template(root: Node) -> Iterator[Parsed]:
    open_ones = {name for name, one in root.get("Parameters").members() if not one.get("Default").text}
    defaults = {name: [one.get("Default")] for name, one in root.get("Parameters").members() if one.get("Default").text}

    def known(node: Node) -> Sequence[tuple[str, Node]]:
        if node.text in open_ones:
            return [(f"${{{node.text}}}", node)]
        return resolved(node, r"\$\{(\w+)\}|^(\w+)$", defaults)

    yield from _runtime(root.get("Globals", "Function", "Runtime"), known)
    for _, resource in root.get("Resources").members():
        if resource.get("Type").text in _FUNCTIONS:
            yield from _runtime(resource.get("Properties", "Runtime"), known)
        elif resource.get("Type").text in _LAYERS:
            for runtime in resource.get("Properties", "CompatibleRuntimes").each():
                yield from _runtime(runtime, known)


def _runtime(node: Node, known: Known) -> Iterator[Parsed]:
    if isinstance(node.value, dict) and "Ref" in node.value:
        node = node.get("Ref")
    if node.text:
        for text, at in known(node):
            yield on_lambda(text, at.place())


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^[\"']?(?:AWSTemplateFormatVersion|Transform)[\"']?:|Type:\s*[\"']?AWS::", head) is not None


_FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Serverless::Function"})
_LAYERS: Final = frozenset({"AWS::Lambda::LayerVersion", "AWS::Serverless::LayerVersion"})

PARSER: Final = Parser(
    id="aws_sam",
    title="AWS SAM template",
    globs=("template.yaml", "template.yml", "sam.yaml", "sam.yml"),
    spec="https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification.html",
    parse=parse,
    mark=_mark,
)
