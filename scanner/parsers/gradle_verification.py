"""Reads Gradle's `verification-metadata.xml`: every artifact that a build has ever been told to trust.

https://docs.gradle.org/current/userguide/dependency_verification.html. What an artifact is for, and who
asks for it, is not told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import maven
from scanner.model import Dependency, Location, Problem
from scanner.plugin import Parser
from scanner.syntax import xml
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the components in file order; one without coordinates is a problem of its own."""
    try:
        root = xml.read(source)
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    if root.name != "verification-metadata":
        yield Problem(f"This is a document of {quoted(root.name)}, not of verification metadata.", root.location)
    for components in root.all("components"):
        yield from map(_component, components.all("component"))


def _component(component: xml.Element) -> Parsed:
    group, name, text = (component.attributes.get(key, "").strip() for key in ("group", "name", "version"))
    version = maven.version_of(text)
    if version.pinned is None or not maven.is_name(group) or not maven.is_name(name):
        return Problem(f"{quoted(f'{group}:{name}:{text}')} is no artifact.", component.location)
    return Dependency(purl=maven.purl(group, name, version.pinned), location=component.place("name"))


def _mark(head: bytes) -> bool:
    return b"<verification-metadata" in head


PARSER: Final = Parser(
    id="gradle_verification",
    title="Gradle verification metadata",
    globs=("verification-metadata.xml",),
    spec="https://docs.gradle.org/current/userguide/dependency_verification.html",
    parse=parse,
    mark=_mark,
)
