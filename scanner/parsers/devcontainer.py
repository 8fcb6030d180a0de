"""Reads the image of a development container, and the runtimes that its features install.

https://containers.dev/implementors/json_reference/. What it builds, or starts by Compose, stands in those files.
"""

from __future__ import annotations

import re
from types import NoneType
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import oci
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.json import Places
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.json import Path


def parse(source: Source) -> Iterator[Parsed]:
    """Read image and features in file order; one that cannot be read is a problem of its own."""
    try:
        document = decode.table(decode.from_jsonc(source.text), "The container")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    places = Places(source)
    for key, value in document.items():
        if key == "image":
            yield _image(value, places)
        elif key == "features":
            yield from _features(value, places)


def _image(image: object, places: Places) -> Parsed:
    if not isinstance(image, str) or not image:
        return Problem("The image is no text.", places.key(("image",)))
    return oci.image(image, places.text(("image",), image), Scope.DEV)


def _features(features: object, places: Places) -> Iterator[Parsed]:
    if not isinstance(features, dict):
        yield Problem("The features are no table.", places.key(("features",)))
        return
    for name, options in features.items():
        found = re.fullmatch(r"(?:ghcr\.io/devcontainers/features/)?(?P<feature>[a-z-]+)(?::[\w.-]+)?", name)
        runtime = _RUNTIMES.get(found["feature"]) if found else None
        path: Path = ("features", name, "version") if isinstance(options, dict) else ("features", name)
        version = options.get("version") if isinstance(options, dict) else options
        if not isinstance(options, (dict, str, bool)):
            yield Problem(f"The options of {quoted(name)} are no table.", places.key(path))
        elif runtime and isinstance(version, str) and version not in _OTHERS:
            yield _runtime(runtime, version, places.text(path, version))
        elif runtime and not isinstance(version, (str, bool, NoneType)):
            yield Problem(f"The version of {quoted(name)} is no text.", places.key(path))


def _runtime(name: str, version: str, location: Location) -> Dependency:
    exact = re.fullmatch(r"v?[0-9]+(?:\.[0-9]+)*(?:[.+-]\w[\w.+-]*)?", version) is not None
    return Dependency(
        purl=make("generic", name, version if exact else None),
        location=location,
        requirement=None if exact else version,
        kind=Kind.RUNTIME,
        scope=Scope.DEV,
        direct=True,
    )


def _mark(head: bytes) -> bool:
    if b"ghcr.io/devcontainers/" in head or b"mcr.microsoft.com/devcontainers/" in head:
        return re.match(rb"(?:\xef\xbb\xbf)?\s*(?://[^\n]*\n\s*|/\*.*?\*/\s*)*\{", head, re.DOTALL) is not None
    return re.search(rb"\"(?:dockerComposeFile|postCreateCommand|remoteUser|forwardPorts)\"\s*:", head) is not None


# What is installed without the feature, or not at all.
_OTHERS: Final = frozenset({"", "none", "os-provided", "system"})
# Features of https://github.com/devcontainers/features that install what has releases of its own.
_RUNTIMES: Final = {
    "dotnet": "dotnet",
    "go": "go",
    "java": "java",
    "node": "nodejs",
    "php": "php",
    "powershell": "powershell",
    "python": "python",
    "ruby": "ruby",
    "rust": "rust",
    "terraform": "terraform",
}

PARSER: Final = Parser(
    id="devcontainer",
    title="Development container",
    globs=(
        "devcontainer.json",
        ".devcontainer.json",
        ".devcontainer/devcontainer.json",
        ".devcontainer/*/devcontainer.json",
    ),
    spec="https://containers.dev/implementors/json_reference/",
    parse=parse,
    mark=_mark,
)
