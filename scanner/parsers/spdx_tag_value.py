"""Reads SPDX 2 documents written as tags and values.

https://spdx.github.io/spdx-spec/v2.3/conformance/#44-standard-data-format-requirements. A value is the rest of the
line, or a `<text>` of several lines. Tools write the id of a package before or behind its name.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import spdx
from scanner.ecosystems.components import canonical
from scanner.ecosystems.spdx import Relationship, Spdx
from scanner.model import Problem
from scanner.plugin import Parser
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source

_CPES: Final = frozenset({"cpe22Type", "cpe23Type"})
_WORDS: Final = 3


def parse(source: Source) -> Iterator[Parsed]:
    """Read the packages in file order; a line that cannot be read is a problem of its own."""
    document = _Document(source)
    text = source.text
    # What is opened behind the last end is never closed, and must not take the rest of the file with it.
    closed = text.rfind("</text>") + len("</text>") if "</text>" in text else 0
    for found in _field().finditer(text, 0, closed):
        document.add(found)
    for found in _field_of_one_line().finditer(text, closed):
        document.add(found)
    document.end()
    if not document.is_one:
        yield Problem("This is no SPDX document: it tells neither its version nor any packages.", source.location)
    yield from document.problems
    yield from spdx.dependencies(document.packages, document.relationships)


class _Document:
    """Collects the fields of packages; those of other elements are passed over."""

    def __init__(self, source: Source) -> None:
        self.is_one = False
        self.packages: list[Spdx] = []
        self.relationships: list[Relationship] = []
        self.problems: list[Problem] = []
        self._source = source
        self._package: Spdx | None = None
        # The id that stands before the name it belongs to.
        self._id = ""
        self._has_id = True

    def add(self, found: re.Match[str]) -> None:
        """Take one field."""
        tag, block = found["tag"], found["block"]
        if tag is None:
            return
        value = (found["line"] if block is None else block).strip()
        if block is None and value.startswith("<text>"):
            self.problems.append(Problem("This text is never closed.", self._source.span(*found.span("tag"))))
            value = value.removeprefix("<text>").strip()
        if tag == "PackageName":
            self._begin(found, value)
        elif tag == "SPDXID":
            self._identify(value)
        elif tag == "Relationship":
            self._relate(found, value)
        elif tag in _ELEMENTS:
            self.is_one = True
            # The id that follows is that of a file, a snippet or a license, unless it stood before.
            self._has_id, self._id = bool(self._id), ""
        elif self._package is not None:
            self._describe(found, tag, value)

    def end(self) -> None:
        """Take the last package as it is."""
        if self._package is not None:
            self.packages.append(self._package)
            self._package = None

    def _begin(self, found: re.Match[str], name: str) -> None:
        self.is_one = True
        self.end()
        self._package = Spdx(self._id, name, None, self._place(found, name))
        self._has_id, self._id = bool(self._id), ""

    def _identify(self, value: str) -> None:
        if self._has_id:
            self._id = value
        elif self._package is not None and not self._package.id:
            self._package = self._package._replace(id=value)
            self._has_id = True
        else:
            self._has_id = True

    def _describe(self, found: re.Match[str], tag: str, value: str) -> None:
        package = self._package
        if package is None:
            return
        if tag == "PackageVersion":
            package = package._replace(version=value)
        elif tag == "PrimaryPackagePurpose":
            package = package._replace(purpose=value)
        else:
            package = self._refer(package, found, value)
        self._package = package

    def _refer(self, package: Spdx, found: re.Match[str], value: str) -> Spdx:
        words = value.split(None, _WORDS - 1)
        if len(words) < _WORDS:
            message = f"This external reference lacks something: {quoted(value)}."
            self.problems.append(Problem(message, self._source.span(*found.span("tag"))))
            return package
        # Some write the whole address of the type.
        kind, locator = words[1].rpartition("/")[2], words[2]
        if kind in _CPES:
            return package._replace(cpes=(*package.cpes, locator))
        if kind != "purl":
            return package
        is_place = not package.purls and canonical(locator) is not None
        location = self._place(found, locator) if is_place else package.location
        return package._replace(purls=(*package.purls, locator), location=location)

    def _relate(self, found: re.Match[str], value: str) -> None:
        words = value.split()
        if len(words) >= _WORDS:
            self.relationships.append(Relationship(*words[:_WORDS]))
        else:
            message = f"This relationship lacks something: {quoted(value)}."
            self.problems.append(Problem(message, self._source.span(*found.span("tag"))))

    def _place(self, found: re.Match[str], value: str) -> Location:
        group = "line" if found["block"] is None else "block"
        start = found.start(group) + found[group].find(value)
        return self._source.span(start, start + len(value))


# Tags that begin an element, or tell that this is SPDX.
_ELEMENTS: Final = frozenset({"SPDXVersion", "FileName", "SnippetSPDXID", "LicenseID"})


@cache
def _field() -> re.Pattern[str]:
    return re.compile(rf"{_TAG}(?:<text>(?P<block>.*?)</text>|(?P<line>[^\r\n]*+))|<text>.*?</text>", re.DOTALL)


@cache
def _field_of_one_line() -> re.Pattern[str]:
    return re.compile(rf"{_TAG}(?P<block>(?!))?(?P<line>[^\r\n]*+)")


_TAG: Final = (
    r"(?:(?<![^\r\n])|(?<=\ufeff))[ \t]*+(?P<tag>PackageName|PackageVersion|PrimaryPackagePurpose|ExternalRef|SPDXID"
    r"|Relationship|SPDXVersion|FileName|SnippetSPDXID|LicenseID)[ \t]*+:[ \t]*+"
)


def _mark(head: bytes) -> bool:
    # In UTF-16 every other byte is none.
    return re.search(rb"(?:^|[\r\n\xbf\xfe\xff])[ \t]*SPDXVersion[ \t]*:", head.replace(b"\0", b"")) is not None


PARSER: Final = Parser(
    id="spdx_tag_value",
    title="SPDX 2 document as tags and values",
    globs=("*.spdx", "*.spdx.txt", "*.spdx.tv"),
    spec="https://spdx.github.io/spdx-spec/v2.3/",
    parse=parse,
    mark=_mark,
)
