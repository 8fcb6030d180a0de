"""Reads `.circleci/config.yml`: images, machines, and the runtimes that orbs install.

https://circleci.com/docs/configuration-reference/. A parameter has its default, and what workflows and their matrices
give it.
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
    return read(source, "The configuration", _configuration)


def _configuration(root: Node) -> Iterator[Parsed]:
    shared = _defaults(root)
    given = _given(root.get("workflows"))
    for section in ("executors", "jobs", "commands"):
        for name, entry in root.get(section).members():
            own = _joined(shared, _defaults(entry), given.get(name, {}))
            known = partial(resolved, pattern=_PARAMETER, values=own)
            yield from _machines(entry, known)
            yield from _steps(entry.get("steps"), known)
    # Before version 2 there were no images.
    for tool, options in root.get("machine").members():
        if tool in _ORBS:
            yield from versions(options.get("version"), _ORBS[tool])
    # Orbs that are written in the file have jobs of their own.
    for _, orb in root.get("orbs").members():
        if isinstance(orb.value, dict):
            yield from _configuration(orb)


def _machines(entry: Node, known: Known) -> Iterator[Parsed]:
    docker = entry.get("docker")
    for container in docker.each() if isinstance(docker.value, list) else ():
        yield from image(container.get("image"), known)
    machine = entry.get("machine")
    for text, at in known(machine.get("image") if isinstance(machine.value, dict) else machine):
        yield from system(at, text)
    executor = entry.get("executor")
    if isinstance(executor.value, dict):
        tool = _ORBS.get(executor.get("name").text.partition("/")[0])
        if tool:
            yield from versions(executor.get("tag"), tool, known)


def _steps(steps: Node, known: Known) -> Iterator[Parsed]:
    for table in steps.tables():
        for step, options in table.members():
            orb, slash, command = step.partition("/")
            tool = _ORBS.get(orb)
            if tool and slash and command.startswith("install"):
                for option in ("version", f"{orb}-version"):
                    yield from versions(options.get(option), tool, known)


def _defaults(entry: Node) -> dict[str, list[Node]]:
    found = ((name, parameter.get("default")) for name, parameter in entry.get("parameters").members())
    return {name: [default] for name, default in found if default.text}


def _given(workflows: Node) -> dict[str, dict[str, list[Node]]]:
    """Return what workflows give to the parameters of each job."""
    given: dict[str, dict[str, list[Node]]] = {}
    for _, workflow in workflows.members():
        for entry in workflow.get("jobs").each():
            for job, options in entry.members():
                for table in (options, options.get("matrix", "parameters")):
                    for name, values in table.members():
                        found = [value for value in values.each() if value.text]
                        given.setdefault(job, {}).setdefault(name, []).extend(found)
    return given


def _joined(*tables: dict[str, list[Node]]) -> dict[str, list[Node]]:
    joined: dict[str, list[Node]] = {}
    for table in tables:
        for name, nodes in table.items():
            joined[name] = [*joined.get(name, ()), *nodes]
    return joined


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^machine:[^\n]*\n[ ]+(?:node|python|ruby|java|php|services|environment|timezone):", head):
        return True
    return re.search(rb"(?m)^version:\s*[\"']?2(?:\.[01])?[\"']?\s*$", head) is not None and (
        re.search(rb"(?m)^(?:jobs|orbs|executors|workflows):", head) is not None
    )


_PARAMETER: Final = r"<<\s*(?:pipeline\.)?(?:parameters|matrix)\.([\w-]+)\s*>>"
_ORBS: Final = {
    "go": "go",
    "java": "java",
    "node": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "rust": "rust",
}

PARSER: Final = Parser(
    id="circleci",
    title="CircleCI configuration",
    globs=(".circleci/config.yml", ".circleci/config.yaml", ".circleci/*.yml", "circle.yml"),
    spec="https://circleci.com/docs/configuration-reference/",
    parse=parse,
    mark=_mark,
)
