"""Reads `serverless.yml`: the runtimes of functions, which AWS Lambda runs where no other provider is named.

https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml. Of variables, those are known that have a
value in the file (`${self:custom.runtime}`) or a default.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import read
from scanner.ecosystems.serverless import elsewhere, on_lambda
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The service", _service)


def _service(root: Node) -> Iterator[Parsed]:
    provider = root.get("provider")
    name = provider.text or provider.get("name").text or "aws"
    functions = root.get("functions")
    tables = [*functions.each()] if isinstance(functions.value, list) else [functions]
    runtimes = [provider.get("runtime")]
    runtimes += [function.get("runtime") for table in tables for _, function in table.members()]
    runtimes += [layer.get("compatibleRuntimes") for _, layer in root.get("layers").members()]
    for node in [item for runtime in runtimes for item in runtime.each()]:
        text, at = _meaning(node, root)
        if text and name == "aws":
            yield on_lambda(text, at.place())
        elif text and "$" not in text:
            yield elsewhere(text, at.place())


def _meaning(node: Node, root: Node) -> tuple[str, Node]:
    found = re.fullmatch(r"\$\{(?:self:([\w.-]+)|[\w:./-]+)(?:,\s*['\"]?([\w.-]+)['\"]?)?\}", node.text.strip())
    if found and found[1]:
        meant = root.get(*found[1].split("."))
        if meant.text and "$" not in meant.text:
            return meant.text, meant
    return (found[2], node) if found and found[2] else (node.text, node)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^service:", head) is not None and re.search(rb"(?m)^provider:", head) is not None


PARSER: Final = Parser(
    id="serverless",
    title="Serverless Framework service",
    globs=("serverless.yml", "serverless.yaml", "serverless.*.yml"),
    spec="https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml",
    parse=parse,
    mark=_mark,
)
