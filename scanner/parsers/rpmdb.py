"""Reads the database of RPM: what is installed on Fedora, Red Hat's systems, SUSE's and their kin.

https://rpm-software-management.github.io/rpm/manual/. The file is binary: its packages have no lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.systems import package, system_above
from scanner.model import Dependency, Problem
from scanner.plugin import Parser
from scanner.syntax.rpmdb import DatabaseError, Header, headers, is_database
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.systems import System
    from scanner.model import Parsed
    from scanner.source import Source

_PART: Final = r"[A-Za-z0-9+._~^-]+"


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in the order of the file; one that cannot be read is a problem of its own."""
    up = "../../../.." if "/usr/lib/sysimage/" in f"/{source.path}" else "../../.."
    system = system_above(source, up)
    log = source.beside(f"{source.path.rpartition('/')[2]}-wal")
    if log is not None and log.data:
        yield Problem("The last changes to this database lie in its log and are not read.", source.location)
    try:
        for header in headers(source.data):
            yield _package(header, source, system) if isinstance(header, Header) else _damage(header, source)
    except DatabaseError as error:
        yield _damage(error, source)


def _package(header: Header, source: Source, system: System | None) -> Parsed:
    if re.fullmatch(_PART, header.name) is None:
        return Problem(f"No package can be named {quoted(header.name)}.", source.location)
    version = f"{header.version}-{header.release}"
    if re.fullmatch(_PART, header.version) is None or re.fullmatch(_PART, header.release) is None:
        return Problem(f"Nothing is known of {quoted(header.name)}: {quoted(version)} is no version.", source.location)
    purl = package(
        "rpm",
        header.name,
        version,
        system,
        arch=header.architecture,
        epoch=header.epoch,
        upstream=header.source,
    )
    return Dependency(purl=purl, location=source.location)


def _damage(error: DatabaseError, source: Source) -> Problem:
    return Problem(str(error), source.location)


PARSER: Final = Parser(
    id="rpmdb",
    title="Installed RPM packages (rpmdb)",
    globs=("rpmdb.sqlite", "rpm/Packages.db", "rpm/Packages"),
    spec="https://rpm-software-management.github.io/rpm/manual/",
    parse=parse,
    mark=is_database,
)
