"""Reads what Alpine's package manager has installed: `lib/apk/db/installed`.

https://wiki.alpinelinux.org/wiki/Apk_spec. Of each package the file goes on with what lies where.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.systems import installed, package, stanzas, system_above
from scanner.model import Dependency, Problem
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; one that cannot be read is a problem of its own."""
    # Where `lib` is a link, the file lies in `usr/lib`.
    system = system_above(source, "../../../.." if "/usr/lib/apk/" in f"/{source.path}" else "../../..")
    for stanza in stanzas(source.text, "P|V|A|o"):
        found = installed(stanza, ("P", "V"), source)
        if isinstance(found, Problem):
            yield found
            continue
        architecture, origin = (stanza[key].text if key in stanza else "" for key in "Ao")
        upstream = origin if origin != found.name else ""
        purl = package("apk", found.name, found.version, system, arch=architecture, upstream=upstream)
        yield Dependency(purl=purl, location=found.location)


def _mark(head: bytes) -> bool:
    return b"\0" not in head and re.search(rb"(?m)^P:[^\r\n]+\r?\nV:", head) is not None


PARSER: Final = Parser(
    id="apk_installed",
    title="Installed Alpine packages (apk)",
    globs=("lib/apk/db/installed",),
    spec="https://wiki.alpinelinux.org/wiki/Apk_spec",
    parse=parse,
    mark=_mark,
)
