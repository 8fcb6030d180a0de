"""Reads programs of Pulumi that are written in YAML: the versions of what clouds run for a project, and images.

https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/. A variable means its value, or the default
of the setting that it is. Programs in other languages have no resources here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import helm, kubernetes, managed
from scanner.ecosystems.pipelines import read, resolved
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The program", _program)


def _program(root: Node) -> Iterator[Parsed]:
    known = _known(root)
    for _, resource in root.get("resources").members():
        # `aws:rds/instance:Instance` is the long form of `aws:rds:Instance`.
        kind = re.sub(r"/\w+(?=:)|:index(?=:)", "", resource.get("type").text)
        properties = resource.get("properties")
        yield from managed.services(kind, properties if properties.value else resource, known, _spelled)
        if kind.startswith("kubernetes:helm.sh"):
            yield from _chart(properties)
        elif kind.startswith("kubernetes:"):
            yield from kubernetes.images(properties.value, properties.path, properties.places)


def _spelled(name: str) -> str:
    first, *rest = name.split("_")
    return "".join((first, *(part.capitalize() for part in rest)))


def _known(root: Node) -> Known:
    values: dict[str, Sequence[Node]] = {}
    for key in ("config", "configuration"):
        for name, setting in root.get(key).members():
            values[name] = [setting.get("default")] if isinstance(setting.value, dict) else [setting]
    values |= {name: [value] for name, value in root.get("variables").members()}
    texts = {name: nodes for name, nodes in values.items() if nodes[0].text}
    return lambda node: resolved(node, r"\$\{([\w:-]+)\}", texts)


def _chart(properties: Node) -> Iterator[Parsed]:
    chart, version = properties.get("chart"), properties.get("version").text
    if re.fullmatch(r"[A-Za-z0-9][\w-]*", chart.text):
        yield helm.asked(chart.text, version, chart.place())


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^runtime:", head) is not None and re.search(rb"(?m)^name:", head) is not None


PARSER: Final = Parser(
    id="pulumi",
    title="Pulumi program (YAML)",
    globs=("Pulumi.yaml", "Pulumi.yml"),
    spec="https://www.pulumi.com/docs/iac/languages-sdks/yaml/yaml-language-reference/",
    parse=parse,
    mark=_mark,
)
