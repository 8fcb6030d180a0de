"""Reads what is installed in a `site-packages`: each package's own metadata.

https://packaging.python.org/en/latest/specifications/recording-installed-packages/ and, of the older tools,
https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html. Only the head counts: the description follows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems import pep508
from scanner.model import Dependency, Mark, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source

# Longer than the head of any package; what follows is its description.
_LONGEST_HEAD: Final = 1 << 20
_INACTIVE: Final = "Development Status :: 7 - Inactive"


def parse(source: Source) -> Iterator[Parsed]:
    """Read the package, or say what its metadata lacks; a project's own directory holds no dependency."""
    if source.path.rpartition("/")[2] == _RECORD:
        yield Problem("The metadata of this package is missing: METADATA should stand beside.", source.location)
        return
    if _is_own(source):
        return
    fields = _fields(source.text)
    start, name = fields.get("name", [(0, "")])[0]
    if not name:
        yield Problem("The metadata of this package has no name.", source.location)
        return
    location = source.span(start, start + len(name))
    if not pep508.is_name(name):
        yield Problem(f"No package can be named {quoted(name)}.", location)
        return
    at, version = fields.get("version", [(0, "")])[0]
    if not pep508.is_version(version):
        trouble = f"{quoted(version)} is no version" if version else "the metadata has no version"
        place = source.span(at, at + len(version)) if version else location
        yield Problem(f"The version of {quoted(name)} is not known: {trouble}.", place)
    yield Dependency(
        purl=make("pypi", name, version if pep508.is_version(version) else None),
        location=location,
        direct=True if source.beside("REQUESTED") else None,
        mark=Mark("inactive") if any(text == _INACTIVE for _, text in fields.get("classifier", ())) else None,
    )


def _fields(text: str) -> dict[str, list[tuple[int, str]]]:
    # As in a letter: the head ends with the first blank line, a field may go on in indented lines.
    fields: dict[str, list[tuple[int, str]]] = {}
    for found in re.finditer(r"(\ufeff?)([^\r\n]*)(?:\r\n|\r|\n|\Z)", text[:_LONGEST_HEAD]):
        line = found[2]
        if not line.strip():
            break
        key, colon, value = line.partition(":")
        if colon and not line[0].isspace():
            blanks = len(value) - len(value.lstrip())
            fields.setdefault(key.strip().lower(), []).append((found.start(2) + len(key) + 1 + blanks, value.strip()))
    return fields


def _is_own(source: Source) -> bool:
    folder = source.path.rpartition("/")[0]
    if not folder.endswith(".egg-info"):
        return _is_editable(source)
    # What `setup.py develop` leaves in a project's own directory; installed packages may bring a setup.py too.
    if "/site-packages/" in f"/{folder}" or "/dist-packages/" in f"/{folder}":
        return False
    return any(source.beside(f"{up}/{name}") for up in ("..", "../..") for name in ("setup.py", "pyproject.toml"))


def _is_editable(source: Source) -> bool:
    origin = source.beside("direct_url.json")
    try:
        document = decode.from_json(origin.text) if origin else None
    except decode.ShapeError:
        return False
    directory = document.get("dir_info") if isinstance(document, dict) else None
    return isinstance(directory, dict) and directory.get("editable") is True


def _mark(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"Metadata-Version:") and b"\nName:" in head


_RECORD: Final = "RECORD"

PARSER: Final = Parser(
    id="site_packages",
    title="Installed Python packages (site-packages)",
    globs=(
        "*dist-info/METADATA",
        "*dist-info/RECORD",
        "*egg-info/PKG-INFO",
        "EGG-INFO/PKG-INFO",
        "*.egg-info",
        # What pip could not delete and has renamed.
        "!~*/METADATA",
        "!~*/RECORD",
        "!~*/PKG-INFO",
    ),
    spec="https://packaging.python.org/en/latest/specifications/recording-installed-packages/",
    parse=parse,
    mark=_mark,
    yields_to=("METADATA",),
)
