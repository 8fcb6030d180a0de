"""Reads what an operating system says of itself: `os-release`, and what is older where there is none.

https://www.freedesktop.org/software/systemd/man/latest/os-release.html. What is unversioned on purpose
(Arch, Debian's testing) has no version.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.systems import PLACES, fields, released
from scanner.model import Dependency, Kind, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.systems import Field
    from scanner.model import Parsed
    from scanner.source import Source

_LSB: Final = "lsb-release"
_REDHAT: Final = "redhat-release"


def parse(source: Source) -> Iterator[Parsed]:
    """Read the one system that the file names, unless a file that overrides this one names it."""
    name = source.path.rpartition("/")[2]
    if _is_overridden(source, name):
        return
    if name == _REDHAT:
        yield _of_sentence(source)
        return
    yield from _of_fields(source, *(("DISTRIB_ID", "DISTRIB_RELEASE") if name == _LSB else ("ID", "VERSION_ID")))


def _is_overridden(source: Source, name: str) -> bool:
    if name in {_LSB, _REDHAT}:
        return any(source.beside(f"../{place}") is not None for place in PLACES)
    if not f"/{source.path}".endswith("/usr/lib/os-release"):
        return False
    # Mostly the one is a link to the other.
    first = source.beside("../../etc/os-release")
    return first is not None and first.data != source.data


def _of_sentence(source: Source) -> Parsed:
    system = released(source.text)
    if system is None:
        return Problem("Which system this is of is not known.", source.location)
    end = source.text.index(" release ")
    return Dependency(purl=make("generic", system.id, system.version), location=source.span(0, end), kind=Kind.OS)


def _of_fields(source: Source, id_key: str, version_key: str) -> Iterator[Parsed]:
    values: dict[str, Field] = {}
    for field in fields(source.text):
        if field.value is None:
            yield Problem("This is no assignment that a shell would take.", source.span(field.start, field.end))
        else:
            values[field.key] = field
    named = values.get(id_key)
    if named is None or not named.value:
        yield Problem(f"This has no {id_key}: which system it is of is not known.", source.location)
        return
    # The older file says `Ubuntu` where the other says `ubuntu`.
    name = named.value if id_key == "ID" else named.value.lower()
    version = values[version_key].value if version_key in values else None
    location = source.span(named.start, named.end)
    try:
        yield Dependency(
            purl=make("generic", name, version or _debian_version(source, name)), location=location, kind=Kind.OS
        )
    except ValueError:
        yield Problem(f"No system can be named {quoted(named.value)}.", location)


def _debian_version(source: Source, name: str) -> str | None:
    # Images without a shell had an os-release without a version, and this.
    up = "../../etc/" if source.path.endswith("lib/os-release") else ""
    beside = source.beside(f"{up}debian_version") if name == "debian" else None
    version = beside.text.strip() if beside else ""
    return version if re.fullmatch(r"[0-9]+(?:\.[0-9]+)*", version) else None


def _mark(head: bytes) -> bool:
    lines = head.removeprefix(b"\xef\xbb\xbf").splitlines()
    keys = {line.partition(b"=")[0] for line in lines if b"=" in line}
    return b"\0" not in head and ({b"ID", b"NAME"} <= keys or {b"DISTRIB_ID", b"DISTRIB_RELEASE"} <= keys)


PARSER: Final = Parser(
    id="os_release",
    title="Operating system (os-release)",
    globs=("etc/os-release", "usr/lib/os-release", "etc/lsb-release", "etc/redhat-release"),
    spec="https://www.freedesktop.org/software/systemd/man/latest/os-release.html",
    parse=parse,
    mark=_mark,
)
