"""Maven coordinates as Maven, Gradle and sbt write them, and what Gradle's configurations are for.

https://maven.apache.org/pom.html#maven-coordinates,
https://docs.gradle.org/current/userguide/dependency_versions.html.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from scanner.model import Scope

if TYPE_CHECKING:
    from collections.abc import Iterable

# What is added to a Gradle plugin's id for the name of its marker, by which it is found; the id is its group.
PLUGIN: Final = ".gradle.plugin"

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
_NAME: Final = frozenset(_LETTERS + ".-")
_VERSION: Final = frozenset(_LETTERS + ".-+~")

_NEWEST: Final = frozenset({"latest", "release"})
_TESTS: Final = frozenset({"benchmark", "development", "devtools", "fixtures", "jmh", "test", "tests"})
_TOOLS: Final = frozenset({
    "annotation",
    "checkstyle",
    "commonizer",
    "compiler",
    "detekt",
    "dokka",
    "errorprone",
    "groovydoc",
    "jacoco",
    "javadoc",
    "kapt",
    "ksp",
    "ktlint",
    "lint",
    "pmd",
    "processor",
    "protobuf",
    "scaladoc",
    "spotbugs",
    "spotless",
})  # fmt: skip
# What is compiled against, and found where the program runs.
_PROVIDED: Final = frozenset({"compileOnly", "compileOnlyApi", "providedCompile", "providedRuntime"})


class Version(NamedTuple):
    """A version text: what it pins, or else what it asks for, as written; neither where there is none."""

    pinned: str | None = None
    requirement: str | None = None


def is_name(text: str) -> bool:
    """Tell whether a text can be a group or the name of an artifact."""
    return _NAME.issuperset(text) and bool(text.strip(".-"))


def purl(group: str, name: str, version: str | None = None) -> str:
    """Write a canonical purl. Raises ValueError when this is no group, or no name of an artifact."""
    if not is_name(group) or not is_name(name):
        msg = f"{group}:{name} are no coordinates."
        raise ValueError(msg)
    # Of what a version may hold, only this is written otherwise in a purl.
    return f"pkg:maven/{group}/{name}@{version.replace('+', '%2B')}" if version else f"pkg:maven/{group}/{name}"


def version_of(text: str | None) -> Version:
    """Read a version as a dependency asks for it.

    The soft `1.0` is what Maven takes unless it must not, and so a pin, as are `[1.0]` and Gradle's `1.0!!`.
    """
    text = (text or "").strip()
    # Behind the marks stands which version of a strict range is preferred.
    wanted = text.partition("!!")[0].strip()
    if wanted.startswith("[") and wanted.endswith("]") and "," not in wanted:
        wanted = wanted[1:-1].strip()
    floats = wanted.endswith("+") or wanted.partition(".")[0].lower() in _NEWEST
    if not wanted or floats or not _VERSION.issuperset(wanted):
        return Version(None, text or None)
    return Version(wanted)


def scope_of(configurations: Iterable[str]) -> Scope:
    """Return the strongest scope of what Gradle's configurations are for; run time, for unknown ones, beats all."""
    found = set(map(_scope, configurations))
    return next((scope for scope in (Scope.RUNTIME, Scope.OPTIONAL, Scope.BUILD) if scope in found), Scope.DEV)


@lru_cache(maxsize=1024)
def _scope(configuration: str) -> Scope:
    words = {word.lower() for word in _words().findall(configuration)}
    if not words.isdisjoint(_TESTS):
        return Scope.DEV
    if configuration == "classpath" or not words.isdisjoint(_TOOLS):
        return Scope.BUILD
    return Scope.OPTIONAL if configuration in _PROVIDED else Scope.RUNTIME


@cache
def _words() -> re.Pattern[str]:
    return re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
