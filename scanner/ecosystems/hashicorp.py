"""What the files of Terraform, OpenTofu and Packer share: their blocks, and what variables and local values mean.

https://developer.hashicorp.com/terraform/language/values and
https://developer.hashicorp.com/packer/docs/templates/hcl_templates/variables. A variable means its default, unless the
file of values that is always read says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import Node, in_order, read, resolved
from scanner.model import Problem
from scanner.syntax import hcl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from scanner.ecosystems.pipelines import Known
    from scanner.model import Parsed
    from scanner.source import Source


def configuration(source: Source, within: Callable[[Node], Iterable[Parsed]]) -> Iterator[Parsed]:
    """Read a file in HCL or in its JSON syntax, and return what a reader finds in it in the order of its places."""
    if source.path.endswith(".json"):
        yield from read(source, "The configuration", within)
    elif b"\0" in source.head:
        yield Problem("This is no text.", source.location)
    else:
        value, places, problems = hcl.document(source)
        yield from in_order([*problems, *within(Node(value, (), places))])


def blocks(node: Node) -> Iterator[tuple[str, Node]]:
    """Return each block by its label; the JSON syntax may have a list before the label, and behind it."""
    for block in node.each():
        for label, below in block.members():
            for body in below.each():
                yield label, body


def meanings(source: Source, root: Node, beside: Sequence[str]) -> Known:
    """Return what tells all that a text may mean; `beside` are the files that may have what this one asks for.

    What nothing is known of stays as it is written. What stands in another file has the place where it is asked for.
    """
    values: dict[str, Sequence[Node]] = {}

    def known(node: Node) -> Sequence[tuple[str, Node]]:
        if "$" not in node.text:
            return [(node.text, node)]
        if not values:
            values.update({"": (), **_values(root), **_beside(source, beside)})
        found = resolved(node, _REFERENCE, values)
        return [(text, at if at.places is root.places else node) for text, at in found]

    return known


def _beside(source: Source, names: Sequence[str]) -> dict[str, Sequence[Node]]:
    values: dict[str, Sequence[Node]] = {}
    for name in names:
        other = source.beside(name) if name != source.path.rpartition("/")[2] else None
        if other is not None:
            value, places, _ = hcl.document(other)
            root = Node(value, (), places)
            values |= _flat("var", root) if name.endswith("vars") else _values(root)
    return values


def _values(root: Node) -> dict[str, Sequence[Node]]:
    values: dict[str, Sequence[Node]] = {}
    for name, variable in blocks(root.get("variable")):
        if variable.get("default").value is not None:
            values |= _flat(f"var.{name}", variable.get("default"))
    for block in root.get("locals").each():
        values |= _flat("local", block)
    return values


def _flat(name: str, node: Node) -> dict[str, Sequence[Node]]:
    # What stands in a table is asked for by `local.versions.db` or `local.versions["db"]`.
    values: dict[str, Sequence[Node]] = {}
    waiting = [(name, 0, node)]
    while waiting:
        path, depth, at = waiting.pop()
        if at.text:
            values[path] = [at]
        elif depth < _DEEPEST:
            waiting += [(f"{path}.{key}", depth + 1, below) for key, below in at.members()]
            waiting += [(f'{path}["{key}"]', depth + 1, below) for key, below in at.members() if depth]
    return values


_REFERENCE: Final = r"\$\{\s*((?:var|local)\.[\w.-]+(?:\[\"[\w.-]+\"\])*)\s*\}"
# A table in a table in a table.
_DEEPEST: Final = 4
