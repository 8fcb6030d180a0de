"""Reads Java archives (jar, war, ear): the Maven packages in them that say who they are. Nothing is written to disk.

https://maven.apache.org/shared/maven-archiver/#pom-properties-content: `META-INF/maven/<group>/<name>/pom.properties`,
in the archive and in those that it holds (`BOOT-INF/lib`, `WEB-INF/lib`). It is read where it is named.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import maven
from scanner.model import Dependency, Problem
from scanner.plugin import Parser
from scanner.source import Source
from scanner.syntax.properties import entries
from scanner.syntax.ziparchive import ZipError, members
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.syntax.ziparchive import Member


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in the order of the archive, each once; a part that cannot be read is a problem of its own."""
    if source.is_longer_than(_LARGEST):
        yield Problem(f"This is larger than {_LARGEST >> 20} MiB and is not read.", source.location)
        return
    yield from dict.fromkeys(_Archive(source).read(source.data, source.path, 0))


class _Archive:
    """What is read of one file, as long as what it holds is not too much."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = _MOST_BYTES

    def read(self, data: bytes, name: str, depth: int) -> Iterator[Parsed]:
        try:
            inside = list(members(data))
        except ZipError as error:
            yield Problem(f"{quoted(name)} cannot be unpacked: {error}.", self._source.location)
            return
        yield from _leading_out(inside, self._source.location)
        if not any(re.fullmatch(_PACKAGE, member.name) for member in inside):
            # It is somebody's package, and whose is not known.
            stem = name.rpartition("/")[2].rpartition(".")[0]
            yield Dependency(purl="", location=self._source.location, label=(stem or name, None))
        for member in inside:
            yield from self._member(member, depth)

    def _member(self, member: Member, depth: int) -> Iterator[Parsed]:
        name, size, _ = member
        is_package = re.fullmatch(_PACKAGE, name) is not None
        if not is_package and not (name.endswith(_ENDINGS) and depth < _DEEPEST):
            return
        if size > min(_LARGEST_TEXT if is_package else _LARGEST_INSIDE, self._left):
            yield Problem(f"{quoted(name)} unpacks to {size:,} bytes and is not read.", self._source.location)
            return
        self._left -= size
        try:
            content = member.read()
        except ZipError as error:
            yield Problem(f"{quoted(name)} cannot be unpacked: {error}.", self._source.location)
            return
        yield from self._package(name, content) if is_package else self.read(content, name, depth + 1)

    def _package(self, name: str, content: bytes) -> Iterator[Parsed]:
        told = {entry.key: entry.value.strip() for entry in entries(Source(name, content))}
        group, artifact = told.get("groupId", ""), told.get("artifactId", "")
        if not maven.is_name(group) or not maven.is_name(artifact):
            yield Problem(f"{quoted(name)} tells no coordinates.", self._source.location)
            return
        version = maven.version_of(told.get("version"))
        purl = maven.purl(group, artifact, version.pinned)
        yield Dependency(purl=purl, location=self._source.location, requirement=version.requirement)


def _leading_out(inside: list[Member], location: Location) -> Iterator[Problem]:
    outside = next((member.name for member in inside if ".." in member.name.split("/")), None)
    if outside is not None:
        yield Problem(f"{quoted(outside)} leads out of the archive; nothing is written there.", location)


def _mark(head: bytes) -> bool:
    return head.startswith(b"PK\x03\x04")


_PACKAGE: Final = r"META-INF/maven/[^/]+/[^/]+/pom\.properties"
_ENDINGS: Final = (".jar", ".war")
# An ear holds wars, which hold jars.
_DEEPEST: Final = 2
_LARGEST: Final = 256 << 20
_LARGEST_INSIDE: Final = 64 << 20
_LARGEST_TEXT: Final = 64 << 10
# All that one archive unpacks to.
_MOST_BYTES: Final = 1 << 30

PARSER: Final = Parser(
    id="jar",
    title="Java archive (jar, war, ear)",
    globs=(),
    spec="https://maven.apache.org/shared/maven-archiver/",
    parse=parse,
    mark=_mark,
)
