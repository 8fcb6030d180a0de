"""Reads Gradle's dependency locks: one file for a project (7 and later), one for each configuration before.

https://docs.gradle.org/current/userguide/dependency_locking.html. Each line is an artifact and the
configurations that resolve to it; who asks for whom is not told.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import maven
from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read one line after the other; one that names no artifact is a problem of its own."""
    name = source.path.rpartition("/")[2]
    itself = name.removesuffix(".lockfile")  # the configuration that an old lock is for
    build = "buildscript" in name or name.startswith("settings-")
    for line in _line().finditer(source.text):
        if entry := _entry().fullmatch(line[0]):
            yield _dependency(source, line.start(), entry, Scope.BUILD if build else None, itself)
        elif not _nothing().match(line[0]):
            yield Problem(f"{quoted(line[0].strip())} is no locked artifact.", source.span(*line.span()))


def _dependency(source: Source, offset: int, entry: re.Match[str], scope: Scope | None, itself: str) -> Parsed:
    group, name, version, configurations = entry.groups()
    location = source.span(offset + entry.start(2), offset + entry.end(2))
    pinned = maven.version_of(version).pinned
    if pinned is None or not maven.is_name(group) or not maven.is_name(name):
        return Problem(f"{quoted(f'{group}:{name}:{version}')} is no locked artifact.", location)
    used_in = [itself] if configurations is None else re.split(r"[,\s]+", configurations)
    return Dependency(purl=maven.purl(group, name, pinned), location=location, scope=scope or maven.scope_of(used_in))


def _mark(head: bytes) -> bool:
    pattern = (
        rb"(?m)^# This is a Gradle generated file for dependency locking|^[\w.-]+:[\w.-]+:[\w.+-]+=[A-Za-z_][\w,]*\r?$"
    )
    return re.search(pattern, head) is not None


@cache
def _line() -> re.Pattern[str]:
    return re.compile(r"[^\r\n]+")


@cache
def _nothing() -> re.Pattern[str]:
    return re.compile(r"\ufeff?\s*(?:#|empty=|\Z)")


@cache
def _entry() -> re.Pattern[str]:
    return re.compile(r"\ufeff?\s*([^\s:=#]+):([^\s:=]+):([^\s:=]+)(?:=(.*?))?\s*")


PARSER: Final = Parser(
    id="gradle_lockfile",
    title="Gradle lockfile",
    globs=(
        "gradle.lockfile",
        "buildscript-gradle.lockfile",
        "settings-gradle.lockfile",
        "settings-buildscript-gradle.lockfile",
        "gradle/dependency-locks/*.lockfile",
    ),
    spec="https://docs.gradle.org/current/userguide/dependency_locking.html",
    parse=parse,
    mark=_mark,
)
