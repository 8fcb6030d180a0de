"""Reads Azure Pipelines: the systems and images that jobs run on, and the runtimes that tasks install.

https://learn.microsoft.com/en-us/azure/devops/pipelines/yaml-schema/. A variable has the values that the file's
variables, its parameters' defaults and its matrices give it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import image, read, resolved, system, versions
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The pipeline", _pipeline)


def _pipeline(root: Node) -> Iterator[Parsed]:
    known = partial(resolved, pattern=_VARIABLE, values=_values(root))
    resources = root.get("resources", "containers")
    named = {one.get("container").text for one in resources.each()}
    for container in resources.each():
        yield from image(container.get("image"), known)
    for table in root.tables():
        for key in ("vmImage", "vmimage"):
            for text, at in known(table.get(key)):
                yield from system(at, text)
        container = table.get("container")
        container = container.get("image") if isinstance(container.value, dict) else container
        # A name stands for a container of the resources.
        if container.text not in named and re.search(r"[:/]", container.text):
            yield from image(container, known)
        yield from _task(table, known)


def _task(table: Node, known: Known) -> Iterator[Parsed]:
    tool = _TASKS.get(table.get("task").text.partition("@")[0].lower())
    if tool is None or (tool == "dotnet" and table.get("inputs", "packageType").text == "runtime"):
        return
    for option in ("version", "versionSpec"):
        yield from versions(table.get("inputs", option), tool, known)


def _values(root: Node) -> dict[str, list[Node]]:
    values: dict[str, list[Node]] = {}
    for table in root.tables():
        matrix = table.get("strategy", "matrix")
        named = [pair for _, leg in matrix.members() for pair in leg.members()]
        named += table.get("variables").members()
        for item in (*table.get("variables").each(), *table.get("parameters").each()):
            default = item.get("value") if item.get("value").text else item.get("default")
            named.append((item.get("name").text, default))
        for name, value in named:
            if name and value.text:
                values.setdefault(name, []).append(value)
    return values


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^[ -]*(?:vmImage|pool|task):", head) is not None and (
        re.search(rb"(?m)^(?:trigger|pr|pool|steps|jobs|stages|resources|variables|schedules):", head) is not None
        and re.search(rb"vmImage|- task:", head) is not None
    )


_VARIABLE: Final = (
    r"\$\(([\w.]+)\)|\$\{\{\s*(?:parameters|variables)\.([\w.]+)\s*\}\}"
    r"|\$\[\s*variables(?:\.([\w.]+)|\['([\w.]+)'\])\s*\]"
)
_TASKS: Final = {
    "dotnetcoreinstaller": "dotnet",
    "gotool": "go",
    "javatoolinstaller": "java",
    "nodetool": "nodejs",
    "terraforminstaller": "terraform",
    "usedotnet": "dotnet",
    "usenode": "nodejs",
    "usepythonversion": "python",
    "userubyversion": "ruby",
}

PARSER: Final = Parser(
    id="azure_pipelines",
    title="Azure Pipelines",
    globs=(
        "azure-pipelines.yml",
        "azure-pipelines.yaml",
        "azure-pipelines*.yml",
        ".azure-pipelines/*.yml",
        ".azure/pipelines/*.yml",
        ".vsts-ci.yml",
    ),
    spec="https://learn.microsoft.com/en-us/azure/devops/pipelines/yaml-schema/",
    parse=parse,
    mark=_mark,
)
