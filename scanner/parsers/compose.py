"""Reads the images of a Compose file's services; what a service builds itself is none.

https://docs.docker.com/reference/compose-file/. Variables have their values from `.env` in the same folder, or their
defaults. What extends or includes another file has its images there.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import oci
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.variables import expanded, unprefixed
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.decode import Table
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


def parse(source: Source) -> Iterator[Parsed]:
    """Read the services in file order; one that cannot be read is a problem of its own."""
    environment = _Environment(source)
    try:
        for value, places in documents(source):
            if value is not None:
                # What an alias repeats stands in one place.
                yield from dict.fromkeys(_document(decode.table(value, "The Compose file"), places, environment))
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


class _Environment:
    """The variables of the project, which are read when the first is asked for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._values: dict[str, str] | None = None

    def get(self, name: str) -> str | None:
        if self._values is None:
            beside = self._source.beside(".env")
            self._values = _variables(beside.text) if beside else {}
        return self._values.get(name)


def _variables(text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for found in _setting().finditer(text):
        value = found["single"] if found["single"] is not None else found["double"]
        if value is None:
            value = re.split(r"(?:^|\s)#", found["plain"], maxsplit=1)[0].strip()
        values[found["name"]] = value if found["single"] is not None else expanded(value, values.get)
    return values


def _document(document: Table, places: Places, environment: _Environment) -> Iterator[Parsed]:
    path: Path = ("services",)
    services = document.get("services")
    if "services" not in document and _is_first_version(document):
        path, services = (), document
    if services is not None and not isinstance(services, dict):
        yield Problem("The services are no table.", places.key(path))
        return
    for name, service in (services or {}).items():
        if isinstance(service, dict):
            yield from _service(service, (*path, name, "image"), places, environment.get)
        elif service is not None:
            yield Problem(f"The service {quoted(name)} is no table.", places.key((*path, name)))


def _is_first_version(document: Table) -> bool:
    return any(isinstance(value, dict) and not {"image", "build"}.isdisjoint(value) for value in document.values())


def _service(service: Table, path: Path, places: Places, value_of: Callable[[str], str | None]) -> Iterator[Parsed]:
    if "image" not in service or service.get("build") is not None:
        return
    image = service["image"]
    if not isinstance(image, str) or not image.strip():
        yield Problem(f"The image of the service {quoted(str(path[-2]))} is no text.", places.key(path))
        return
    location = places.text(path, image)
    if not places.quoted(path) and re.fullmatch(r"[-+]?[0-9_]*\.?[0-9_]+(?:e[-+]?[0-9]+)?", image, re.IGNORECASE):
        yield Problem(f"Without quotes, {image} is a number, and no image.", location)
        return
    # Two of the sign are one that begins no variable.
    parts = [unprefixed(expanded(part, value_of)) for part in image.split("$$")]
    if any("$" in part for part in parts):
        msg = f"{quoted(image)} has a variable without a value: there is no default, and no .env beside it that tells."
        yield Problem(msg, location)
    elif len(parts) > 1:
        yield Problem(f"{quoted('$'.join(parts))} is no image.", location)
    else:
        yield oci.image(parts[0], location)


@cache
def _setting() -> re.Pattern[str]:
    return re.compile(
        r"^[ \t]*+(?:export[ \t]++)?+(?P<name>[A-Za-z_][\w.-]*+)[ \t]*+[=:][ \t]*+"
        r"(?:'(?P<single>[^'\r\n]*+)'|\"(?P<double>[^\"\r\n]*+)\"|(?P<plain>[^\r\n]*+))",
        re.MULTILINE,
    )


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^(?:apiVersion|on|jobs|stages|AWSTemplateFormatVersion):", head):
        return False
    services = re.search(rb"(?m)^(?:\xef\xbb\xbf)?services:\s*(?:#.*)?$", head)
    return services is not None and re.search(rb"(?m)^\s+(?:image|build|extends):", head[services.end() :]) is not None


PARSER: Final = Parser(
    id="compose",
    title="Compose file",
    globs=(
        "compose.yaml",
        "compose.yml",
        "compose.*.yaml",
        "compose.*.yml",
        "compose-*.yaml",
        "compose-*.yml",
        "*docker-compose*.yaml",
        "*docker-compose*.yml",
        "podman-compose.yaml",
        "podman-compose.yml",
        "docker-stack*.yaml",
        "docker-stack*.yml",
    ),
    spec="https://docs.docker.com/reference/compose-file/",
    parse=parse,
    mark=_mark,
)
