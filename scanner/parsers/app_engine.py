"""Reads `app.yaml` of Google App Engine: the runtime of a service.

https://cloud.google.com/appengine/docs/standard/reference/app-yaml, and the flexible environment's, where the version
stands beside: `runtime_config: {runtime_version: "3.11"}`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import read, system, versions
from scanner.ecosystems.runtimes import asked, named
from scanner.ecosystems.serverless import elsewhere
from scanner.model import Problem, Scope
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the runtime and the system below it."""
    return read(source, "The configuration", _service)


def _service(root: Node) -> Iterator[Parsed]:
    runtime, config = root.get("runtime"), root.get("runtime_config")
    text = runtime.text.strip()
    operating_system = config.get("operating_system")
    # `ubuntu22` is the release of April.
    release = re.fullmatch(r"ubuntu([0-9]{2})", operating_system.text)
    if release:
        yield from system(operating_system, f"ubuntu-{release[1]}.04")
    version = next((one for one in (config.get("runtime_version"), config.get("python_version")) if one.text), None)
    if version and text in _FLEXIBLE:
        yield from versions(version, named(text), scope=Scope.RUNTIME)
    elif text in _FLEXIBLE:
        yield asked(named(text), "default", runtime.place())
    elif text and text != "custom":
        yield elsewhere(text, runtime.place())
    elif runtime.value is not None and not text:
        yield Problem(f"{quoted(str(runtime.value))} is no runtime.", runtime.key_place)


def _mark(head: bytes) -> bool:
    return (
        re.search(rb"(?m)^runtime:[ \t]*[\"']?(?:[a-z]+[0-9]+|custom|python|nodejs|java|go|php|ruby)\b", head)
        is not None
    )


_FLEXIBLE: Final = frozenset({"aspnetcore", "dotnet", "go", "java", "nodejs", "php", "python", "ruby"})

PARSER: Final = Parser(
    id="app_engine",
    title="App Engine configuration",
    globs=("app.yaml", "app.yml"),
    spec="https://cloud.google.com/appengine/docs/standard/reference/app-yaml",
    parse=parse,
    mark=_mark,
)
