"""Reads `.gitlab-ci.yml`: the images of jobs and services, and the versions that variables name.

https://docs.gitlab.com/ci/yaml/. A variable has the values that the job, its matrix, the file or its defaults give it.
What only GitLab knows (`$CI_REGISTRY_IMAGE`) is the project's own, and left out.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import image, read, resolved, variables
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The pipeline", lambda root: _pipeline(root, source))


def _pipeline(root: Node, source: Source) -> Iterator[Parsed]:
    shared = _values(root.get("variables"))
    # A variable that an image is named by is told with it.
    used = " ".join(line for line in source.text.splitlines() if "$" in line and re.match(_NAMES_IMAGE, line))
    yield from variables(root.get("variables"), used)
    yield from _images(root, shared)
    yield from _images(root.get("default"), shared)
    for name, job in root.members():
        if name not in _NO_JOBS and isinstance(job.value, dict):
            own = shared | _values(job.get("variables")) | _matrix(job.get("parallel", "matrix"))
            yield from variables(job.get("variables"), used)
            yield from _images(job, own)


def _images(job: Node, values: dict[str, list[Node]]) -> Iterator[Parsed]:
    known = partial(resolved, pattern=_VARIABLE, values=values)
    services = job.get("services")
    for node in (job.get("image"), *(services.each() if isinstance(services.value, list) else ())):
        named = node.get("name") if isinstance(node.value, dict) else node
        if not re.match(r"\$\{?CI_", named.text):
            yield from image(named, known)


def _values(table: Node) -> dict[str, list[Node]]:
    # A variable may be a table, with a description beside its value.
    found = ((name, node.get("value") if isinstance(node.value, dict) else node) for name, node in table.members())
    return {name: [node] for name, node in found if node.text}


def _matrix(matrix: Node) -> dict[str, list[Node]]:
    values: dict[str, list[Node]] = {}
    for table in matrix.each():
        for name, node in table.members():
            values.setdefault(name, []).extend(value for value in node.each() if value.text)
    return values


def _mark(head: bytes) -> bool:
    # Others have their scripts in a list of steps, or at the top.
    return re.search(rb"(?m)^[ ]+(?:script|before_script|extends):", head) is not None and (
        re.search(rb"(?m)^(?:jobs|language|pipelines|pool|version|steps|on|services):", head) is None
        and re.search(rb"(?m)^(?:stages|include|workflow):|^[ ]+(?:image|stage|only|rules|tags):", head) is not None
    )


_VARIABLE: Final = r"\$(?:\{(\w+)\}|(\w+))"
_NAMES_IMAGE: Final = r"\s*+(?:- )?(?:image|name):|\s*+- [\w./-]*+[:$]"
_NO_JOBS: Final = frozenset({
    "cache", "default", "image", "include", "services", "spec", "stages", "variables", "workflow",
})  # fmt: skip

PARSER: Final = Parser(
    id="gitlab_ci",
    title="GitLab CI",
    globs=(".gitlab-ci.yml", ".gitlab-ci.yaml", "*.gitlab-ci.yml", ".gitlab/ci/*.yml", ".gitlab-ci/*.yml"),
    spec="https://docs.gitlab.com/ci/yaml/",
    parse=parse,
    mark=_mark,
)
