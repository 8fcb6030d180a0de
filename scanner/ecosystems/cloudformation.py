"""Templates of CloudFormation, as people, SAM and the CDK write them: the versions of what AWS runs for a project.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html. A reference to a parameter means
the parameter's default, and one to a mapping each value that it can find there. What other functions compute is not
known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ecosystems import machines, managed
from scanner.ecosystems.pipelines import Node, resolved
from scanner.ecosystems.serverless import on_lambda

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.ecosystems.pipelines import Known
    from scanner.model import Parsed


def template(root: Node) -> Iterator[Parsed]:
    """Read the resources of a template, and the images of machines that its parameters name."""
    known = _known(root)
    for text, at in known(root.get("Globals", "Function", "Runtime")):
        if text:
            yield on_lambda(text, at.place())
    for _, parameter in root.get("Parameters").members():
        default = parameter.get("Default")
        # Where the newest image is asked for, its name stands in a public parameter of AWS.
        found = machines.system(default.text, default.place()) if default.text.startswith("/aws/service/") else None
        if found:
            yield found
    for _, resource in root.get("Resources").members():
        kind = resource.get("Type").text
        # A resource without any properties has a place of its own, too.
        properties = resource.get("Properties")
        yield from managed.services(kind, properties if properties.value else resource, known, _spelled)


def _spelled(name: str) -> str:
    return "".join("DB" if part == "db" else part.capitalize() for part in name.split("_"))


def _known(root: Node) -> Known:
    parameters = dict(root.get("Parameters").members())
    open_ones = {name for name, one in parameters.items() if not one.get("Default").text}
    defaults = {name: [one.get("Default")] for name, one in parameters.items() if one.get("Default").text}
    tables = dict(root.get("Mappings").members())
    conditions = dict(root.get("Conditions").members())

    def known(node: Node) -> Sequence[tuple[str, Node]]:
        found: list[tuple[str, Node]] = []
        for one in _arguments(node, tables, conditions):
            if one.text in open_ones:
                found.append((f"${{{one.text}}}", one))
            elif one.text:
                found += resolved(one, r"\$\{(\w+)\}|^(\w+)$", defaults)
        return found

    return known


def _arguments(node: Node, tables: dict[str, Node], conditions: dict[str, Node]) -> list[Node]:
    # The texts that a function chooses from. In YAML its name is a tag, and only what it is given is left.
    if isinstance(node.value, dict):
        key = next(iter(node.value), "")
        node = node.get(key) if key in _FUNCTIONS else node.get("")
        if key == "Fn::Sub" and isinstance(node.value, list):
            return list(node.each())[:1]
    items = list(node.each())
    if not isinstance(node.value, list):
        return items
    first = items[0].text if items else ""
    if first in tables and len(items) > 1:
        return _mapped(tables[first], items[-1].text)
    return [one for item in items[1:] for one in _chosen(item)] if first in conditions else []


def _chosen(item: Node) -> list[Node]:
    # One of the two values of a condition; what is computed there is not followed further.
    return [item.get("Ref")] if isinstance(item.value, dict) else [item]


def _mapped(table: Node, key: str) -> list[Node]:
    # Most regions have the same.
    rows = (row.get(key) for _, row in table.members())
    return list({row.text: row for row in rows if row.text}.values())


_FUNCTIONS: Final = frozenset({"Fn::FindInMap", "Fn::If", "Fn::Sub", "Ref"})
