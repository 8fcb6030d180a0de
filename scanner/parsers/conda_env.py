"""Reads a conda environment (`environment.yml`): what it asks of conda, and of pip.

https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#create-env-file-manually.
conda-lock adds `category`. Selectors (`# [linux]`) are comments for YAML, and are not judged.
"""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner import decode
from scanner.ecosystems import conda, pep508
from scanner.ecosystems.requires import requirement
from scanner.model import Dependency, Include, Location, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import Path, documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.requires import Place
    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Places


class _At(NamedTuple):
    """Where in the document a reader is, and what is meant for whom there."""

    path: Path
    scope: Scope
    places: Places

    def inside(self, *steps: str | int) -> _At:
        return self._replace(path=(*self.path, *steps))

    @property
    def name(self) -> str:
        return quoted(".".join(str(step + 1 if isinstance(step, int) else step) for step in self.path))

    def text(self, value: str, start: int = 0, end: int | None = None) -> Location:
        return self.places.text(self.path, value, start, end)


def parse(source: Source) -> Iterator[Parsed]:
    """Read the specifications in file order; one that cannot be read is a problem of its own."""
    if not source.path.endswith(_SUFFIXES) and "dependencies:" not in source.text:
        yield from _listed(source)
        return
    try:
        for document in documents(source):
            value, places = document
            environment = decode.table(value, "The environment")
            if _KEYS.isdisjoint(environment):
                yield Problem("This is no conda environment: it names no dependencies.", source.location)
                return
            scope = _SCOPES.get(str(environment.get("category", "main")), Scope.OPTIONAL)
            yield from _dependencies(environment.get("dependencies"), _At(("dependencies",), scope, places))
            return
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        yield from _plain(source)
        return
    yield Problem("This file is empty.", source.location)


def _plain(source: Source) -> Iterator[Parsed]:
    # What is no YAML as a whole (a template, a slip) still has lines that can mean nothing else.
    start = re.search(r"(?m)^dependencies:", source.text)
    indent: str | None = None
    for found in _line().finditer(source.text, start.end() if start else len(source.text)):
        blanks, item = found[1], found[2]
        if item is None:
            if not blanks:
                break  # the next key
            continue
        indent = blanks if indent is None else indent
        text = item.partition(" #")[0].rstrip()
        package = conda.specification(text) if blanks == indent and ":" not in text.replace("::", "") else None
        if package is not None:
            place = source.span(found.start(2) + package.start, found.start(2) + package.end)
            yield Dependency(conda.purl(package.name, package.version), place, package.range, direct=True)


@cache
def _line() -> re.Pattern[str]:
    # Indentation, and what follows a dash; lines without either begin with something else.
    return re.compile(r"(?m)^( *+)(?:- ++([A-Za-z0-9_][^\r\n]*+)|[^\s#-])")


def _listed(source: Source) -> Iterator[Parsed]:
    # A file that the list for pip names with `-r`.
    for found in re.finditer(r"[^\r\n]+", source.text):

        def place(start: int, end: int, base: int = found.start()) -> Location:
            return source.span(base + start, base + end)

        yield from _pip(found[0], place, Scope.RUNTIME)


def _dependencies(value: object, at: _At) -> Iterator[Parsed]:
    if value is None:
        return
    if not isinstance(value, list):
        yield Problem("'dependencies' is no list.", at.places.key(at.path))
        return
    for index, entry in enumerate(value):
        here = at.inside(index)
        if isinstance(entry, str):
            yield _specification(entry, here)
        elif isinstance(entry, dict):
            for key, member in entry.items():
                yield from _member(key, member, here.inside(key))
        else:
            yield Problem(f"Entry {index + 1} of 'dependencies' is no package.", at.places.key(at.path))


def _member(key: str, value: object, at: _At) -> Iterator[Parsed]:
    if key == "pip":
        lines = [value] if isinstance(value, str) else value
        for index, line in enumerate(lines if isinstance(lines, list) else ()):
            here = at if isinstance(value, str) else at.inside(index)
            if isinstance(line, str):
                yield from _pip(line, partial(here.text, line), here.scope)
            else:
                yield Problem(f"{here.name} is no requirement.", at.places.key(at.path))
    elif key.startswith("sel(") and isinstance(value, str):  # a selector of conda-lock
        yield _specification(value, at)
    else:
        yield Problem(f"{quoted(key)} is no package and no list for pip.", at.places.key(at.path))


def _specification(text: str, at: _At) -> Parsed:
    found = conda.specification(text)
    if found is None:
        return Problem(f"{quoted(text)} is no package that conda knows to look for.", at.text(text))
    return Dependency(
        purl=conda.purl(found.name, found.version),
        location=at.text(text, found.start, found.end),
        requirement=found.range,
        scope=at.scope,
        direct=True,
    )


def _pip(line: str, place: Place, scope: Scope) -> Iterator[Parsed]:
    # A line as pip reads it, and what of its options names a package or a file.
    text = re.split(r"(?:^|\s)(?:#|--(?:hash|config-settings|global-option)\b)", line, maxsplit=1)[0].rstrip(" \t\\")
    start = len(text) - len(text.lstrip())
    if option := _option().fullmatch(text):
        name, start = option[1] or option[2][0], option.start(3)
        if name == "e":
            yield from _address(option[3], start, place, scope)
        else:
            yield Include(option[3], place(start, start + len(option[3])), constraint=name == "c")
    elif _is_address(text.strip()):
        yield from _address(text.strip(), start, place, scope)
    elif text.strip() and text[start] != "-":
        yield requirement(text, place, scope)


@cache
def _option() -> re.Pattern[str]:
    return re.compile(r"\s*+(?:-([rce])|--(requirement|constraint|editable)\b)[\s=]*+(\S.*)")


def _is_address(text: str) -> bool:
    if text.startswith("-"):
        return False
    if pep508.read(text):
        return text.endswith(_ARCHIVES)
    return text.startswith((".", "/", "~")) or "://" in text or text.endswith(_ARCHIVES)


def _address(address: str, start: int, place: Place, scope: Scope) -> Iterator[Parsed]:
    named = pep508.read(address)
    name, version, at = (named.name, None, named.start) if named and named.url else _held(address)
    if pep508.is_name(name):
        location = place(start + at, start + at + len(name))
        yield Dependency(make("pypi", name, version), location, scope=scope, direct=True)
    elif "://" in address and not address.startswith("file:"):
        message = f"{quoted(address)} does not say which package it holds."
        yield Problem(message, place(start, start + len(address)))


def _held(address: str) -> tuple[str, str | None, int]:
    # The name and version of the package at an address, and where the name stands; an empty name if it does not.
    if egg := re.search(r"[#&]egg=([A-Za-z0-9._-]*[A-Za-z0-9])", address):
        return egg[1], None, egg.start(1)
    path = address.partition("#")[0]
    start = path.rfind("/") + 1
    suffix = next((suffix for suffix in _ARCHIVES if path.endswith(suffix)), None)
    if suffix is None or "/archive/" in path:
        return "", None, 0
    stem = path[start : -len(suffix)]
    name, version = stem.split("-")[:2] if suffix == ".whl" and "-" in stem else stem.rpartition("-")[::2]
    return name, version if version[:1].isdigit() and pep508.is_version(version) else None, start


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^dependencies:", head) is not None and re.search(rb"(?m)^channels:", head) is not None


_ARCHIVES: Final = (".whl", ".tar.gz", ".zip")
_SUFFIXES: Final = (".yml", ".yaml")
_KEYS: Final = frozenset({"category", "channels", "dependencies", "name", "platforms", "prefix", "variables"})
_SCOPES: Final = {"main": Scope.RUNTIME, "dev": Scope.DEV}

PARSER: Final = Parser(
    id="conda_env",
    title="conda environment",
    globs=(
        "environment.yml",
        "environment.yaml",
        "environment-*.yml",
        "environment-*.yaml",
        "environment_*.yml",
        "environment_*.yaml",
        "*-environment.yml",
        "*-environment.yaml",
        "conda.yml",
        "conda.yaml",
        "conda-env*.yml",
        "conda-env*.yaml",
        "conda_env*.yml",
        "conda_env*.yaml",
    ),
    spec="https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html",
    parse=parse,
    mark=_mark,
    pinned_by=("conda-lock.yml", "conda-lock.yaml", "*.conda-lock.yml", "*.conda-lock.yaml"),
)
