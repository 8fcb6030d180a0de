"""Reads dpkg's list of packages: `var/lib/dpkg/status`, and the files of `status.d` in images that have no dpkg.

https://manpages.debian.org/stable/dpkg-dev/deb-control.5.en.html and dpkg-query(1) for the states: what is
removed but for its configuration, or not wholly there, is not installed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.systems import installed, package, stanzas, system_above
from scanner.model import Dependency, Problem
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.ecosystems.systems import System, Value
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the installed packages in file order; one that cannot be read is a problem of its own."""
    alone = "/status.d/" in f"/{source.path}"
    system = system_above(source, "../../../.." if alone else "../../..")
    for stanza in stanzas(source.text, "package|status|version|architecture|source"):
        # Of a file of `status.d` the package is installed; else a word tells, behind what is wanted and an error flag.
        status = stanza["status"].text if "status" in stanza else None
        if status is None and not alone:
            place = next(iter(stanza.values()))
            yield Problem(
                "Whether this package is installed is not known: it has no status.",
                source.span(place.start, place.start + len(place.text)),
            )
        elif status is None or status.lower().split()[-1:] == ["installed"]:
            yield _package(stanza, source, system)


def _package(stanza: Mapping[str, Value], source: Source, system: System | None) -> Parsed:
    found = installed(stanza, ("package", "version"), source)
    if isinstance(found, Problem):
        return found
    architecture = stanza["architecture"].text if "architecture" in stanza else ""
    purl = package("deb", found.name, found.version, system, arch=architecture, upstream=_upstream(stanza))
    return Dependency(purl=purl, location=found.location)


def _upstream(stanza: Mapping[str, Value]) -> str:
    # `glibc (2.36-9)`: the version stands there where it is another than the package's.
    words = stanza["source"].text.split() if "source" in stanza else []
    return "@".join(word.strip("()") for word in words[:2])


def _mark(head: bytes) -> bool:
    if b"\0" in head or re.search(rb"(?m)^Package:", head) is None:
        return False
    return re.search(rb"(?m)^Status: \w+ \w+ \w", head) is not None


PARSER: Final = Parser(
    id="dpkg",
    title="Installed Debian packages (dpkg status)",
    globs=("lib/dpkg/status", "lib/dpkg/status.d/*", "!lib/dpkg/status.d/*.md5sums"),
    spec="https://manpages.debian.org/stable/dpkg-dev/deb-control.5.en.html",
    parse=parse,
    mark=_mark,
)
