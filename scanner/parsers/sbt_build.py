"""Reads what sbt's build definitions write out: dependencies, plugins and the Scala version; nothing is run.

https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html. A definition is a program in Scala; of its
values those count that have one plain text. Libraries for Scala bear its version in their names (`%%`);
where that is not known, the name is as it is written.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import maven
from scanner.model import Dependency, Kind, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the dependencies in file order; one that cannot be read is a problem of its own."""
    text = _uncommented(source.text)
    values = _values(text)
    scala = _scala(text, values) or _scala_above(source)
    for found in _entry().finditer(text):
        if found["scala"] is not None or found["scala_name"] is not None:
            yield from _runtime(found, source, values)
        else:
            yield _dependency(found, source, values, scala)


def _uncommented(text: str) -> str:
    # Blanks take the place of comments, so that places stay.
    return _comment().sub(lambda found: re.sub(r"[^\r\n]", " ", found[0]) if found[1] else found[0], text)


def _values(text: str) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for name, value in _value().findall(text):
        found.setdefault(name, set()).add(value)
    return {name: next(iter(texts)) for name, texts in found.items() if len(texts) == 1}


def _scala(text: str, values: Mapping[str, str]) -> str:
    versions = {
        found["scala"] or values.get(_last(found["scala_name"]), "")
        for found in _entry().finditer(text)
        if found["scala"] is not None or found["scala_name"] is not None
    }
    return versions.pop() if len(versions) == 1 else ""


def _scala_above(source: Source) -> str:
    # What lies in `project/` is for the build above.
    for name in ("build.sbt", "../build.sbt"):
        if (above := source.beside(name)) and above.path != source.path:
            text = _uncommented(above.text)
            if scala := _scala(text, _values(text)):
                return scala
    return ""


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _runtime(found: re.Match[str], source: Source, values: Mapping[str, str]) -> Iterator[Parsed]:
    group = "scala" if found["scala"] is not None else "scala_name"
    version = maven.version_of(found["scala"] or values.get(_last(found[group]), "")).pinned
    if version:
        purl = make("generic", "scala", version)
        yield Dependency(purl=purl, location=source.span(*found.span(group)), kind=Kind.RUNTIME, direct=True)


def _dependency(found: re.Match[str], source: Source, values: Mapping[str, str], scala: str) -> Parsed:
    location = source.span(*found.span("name"))
    group, name = found["group"], found["name"] + (f"_{_binary(scala)}" if scala and len(found["signs"]) > 1 else "")
    if not maven.is_name(group) or not maven.is_name(name):
        return Problem(f"{quoted(f'{group}:{name}')} are no coordinates.", location)
    text, reference = found["version"], found["reference"]
    version = maven.version_of(text if text is not None else values.get(_last(reference), reference))
    known = text is not None or _last(reference) in values
    return Dependency(
        purl=maven.purl(group, name, version.pinned if known else None),
        location=location,
        requirement=version.requirement if known else reference,
        scope=Scope.BUILD if found["plugin"] else _scope(found["configuration"] or ""),
        direct=True,
    )


def _binary(scala: str) -> str:
    # Scala 3 is one, of Scala 2 each minor version is another.
    numbers = scala.split(".")
    return numbers[0] if numbers[0] != "2" else ".".join(numbers[:2])


def _scope(configuration: str) -> Scope:
    # `compile->compile;test->test`: what stands left of the arrows is this project's.
    names = {part.partition("->")[0].strip().lower() for part in re.split("[;,]", configuration)}
    if not names - _TESTS:
        return Scope.DEV
    return Scope.OPTIONAL if not names - _TESTS - {"optional", "provided"} else Scope.RUNTIME


def _mark(head: bytes) -> bool:
    return re.search(rb'"\s*%{1,3}\s*"[\w.-]+"\s*%|(?m:^\s*(?:ThisBuild\s*/\s*)?scalaVersion\s*:=)', head) is not None


@cache
def _comment() -> re.Pattern[str]:
    # What is never closed is taken to its end, so that nothing is read twice.
    text = r'"""(?:[^"]|"(?!""))*+(?:""")?+|"(?:[^"\\\r\n]|\\[^\r\n])*+"?+'
    return re.compile(rf"{text}|(//[^\r\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/)?+)")


@cache
def _value() -> re.Pattern[str]:
    return re.compile(r'\b(?:val|def)\s++(\w++)\s*+(?::\s*+String\s*+)?+=\s*+"([^"\\\r\n$]{0,200}+)"')


@cache
def _entry() -> re.Pattern[str]:
    text = r'"(?P<{}>[^"\\\r\n]*+)"'
    return re.compile(
        r"\bscalaVersion\s*+:=\s*+(?:" + text.format("scala") + r"|(?P<scala_name>[A-Za-z_][\w.]*+))|"
        r"(?P<plugin>\b(?:addSbtPlugin|addCompilerPlugin|compilerPlugin)\s*+\(\s*+)?+"
        + text.format("group")
        + r"\s*+(?P<signs>%{1,3})\s*+"
        + text.format("name")
        + r"\s*+%\s*+(?:"
        + text.format("version")
        + r"|(?P<reference>[A-Za-z_][\w.]*+))"
        r'(?:\s*+%\s*+"?(?P<configuration>[^"\s()]++)"?)?+'
    )


_TESTS: Final = frozenset({"integrationtest", "it", "test"})

PARSER: Final = Parser(
    id="sbt_build",
    title="sbt build definition",
    globs=("*.sbt", "project/Dependencies.scala"),
    spec="https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html",
    parse=parse,
    mark=_mark,
    pinned_by=("build.sbt.lock",),
)
