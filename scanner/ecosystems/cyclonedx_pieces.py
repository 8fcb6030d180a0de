"""A large CycloneDX document in XML, in pieces and with little memory.

expat has read the document to its end before, and found it well-formed and without a DOCTYPE. So `<` begins
markup wherever it stands, and a regular expression may take a component as tools write it at one go. What it does
not fit (other orders, CDATA, comments, components inside components) is cut out and read as a small tree.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.decode import ShapeError
from scanner.ecosystems.cyclonedx import DEVELOPMENT, SYSTEM, Component
from scanner.model import Location
from scanner.source import Source
from scanner.syntax import xml, xmlcheck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.syntax.xml import Element

NAMESPACE: Final = "http://cyclonedx.org/schema/bom/"
_ENCODINGS: Final = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
# More than nearly any component takes.
_AMPLE: Final = 1 << 16


class UnusualError(Exception):
    """Only a tree shows what this document holds; `error` is there when it is no XML at all."""

    def __init__(self, error: ShapeError | None = None) -> None:
        """Keep the error."""
        super().__init__()
        self.error = error


class Asks(NamedTuple):
    """One component asks for others, by their references."""

    ref: str
    wanted: list[str]


class Cut(NamedTuple):
    """An element that was read as a tree, and where its text begins in the document."""

    element: Element
    line: int
    column: int

    def placed(self, location: Location) -> Location:
        """Return a place in this tree as one in the document."""
        path, line, column, end = location
        if line is None:
            return location
        if line == 1 and column is not None:
            column += self.column - 1
            end = None if end is None else end + self.column - 1
        return Location(path, line + self.line - 1, column, end)


class Run:
    """Components behind each other that are written as tools write them, with no others inside."""

    def __init__(self, found: list[re.Match[str]], text: _Text, path: str) -> None:
        """Take them before any more text is read."""
        self._found = found
        self._text = text
        self._path = path

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._found)

    def purls(self) -> list[str | None]:
        """Return the package URL of each."""
        return [_read(found["purl"]) if found["purl"] else None for found in self._found]

    def refs(self) -> list[str]:
        """Return the reference of each; empty for none."""
        return [_read(found["ref"] or "") for found in self._found]

    def types(self) -> list[str]:
        """Return the type of each."""
        return [found["type"] or "" for found in self._found]

    def component(self, number: int) -> Component:
        """Return one of them; to be asked for in their order."""
        found = self._found[number]
        purl, name, kind = _read(found["purl"] or "").strip(), found["name"].strip(), found["type"] or ""
        key = shown(purl, name, kind)
        value = purl if key == "purl" else name
        written = found[key]
        line, column = self._text.place(found.start(key) + len(written) - len(written.lstrip()))
        return Component(
            name,
            Location(self._path, line, column, column + len(value)),
            kind,
            (found["group"] or "").strip(),
            (found["version"] or "").strip(),
            "",
            purl,
            (found["cpe"] or "").strip(),
            (found["scope"] or "").strip(),
            dev=_for_development().search(found[0]) is not None,
        )


Item: TypeAlias = "Asks | Run | Cut"


class Metadata(Cut):
    """What the document says of itself and of its subject."""


def shown(purl: str, name: str, kind: str) -> str:
    """Return which of the two is the place of a component: `purl`, or `name` where that has it in another writing."""
    told = purl and (name in purl or not name) and kind != SYSTEM and "&" not in purl
    return "purl" if told and "\n" not in purl else "name"


def check(source: Source) -> None:
    """Read the whole document with expat. Raises UnusualError when only a tree can be made of it, if anything."""
    try:
        xmlcheck.check(source)
    except ShapeError as error:
        raise UnusualError(error) from error


def walk(source: Source, size: int) -> Iterator[Item]:
    """Return what a checked document holds, in file order, and its `Metadata` before the components.

    Raises UnusualError where that is not so, and where only a tree shows what it holds.
    """
    text = _Text(source, size)
    told: set[str] = set()
    for name in _sections(text):
        if name == "metadata":
            if told.intersection(("metadata", "components")):
                raise UnusualError
            yield Metadata(*text.tree())
        elif name == "components":
            yield from _components(text, source.path)
        elif name == "dependencies":
            yield from _dependencies(text)
        else:
            text.skip()
        told.add(name)


def asked(elements: list[Element]) -> Iterator[Asks]:
    """Return who asks for whom, by `dependency` elements inside each other."""
    waiting = list(reversed(elements))
    while waiting:
        element = waiting.pop()
        ref = element.attributes.get("ref", "")
        if element.name == "dependency" and ref:
            inner = element.all("dependency")
            yield Asks(ref, [one for child in inner if (one := child.attributes.get("ref", ""))])
            waiting += reversed(inner)


def _sections(text: _Text) -> Iterator[str]:
    root = text.opening()
    if root is None or root.name != "bom" or not _namespace(root.attributes).startswith(NAMESPACE):
        raise UnusualError
    if text.enter(root):
        while (section := text.opening()) is not None:
            yield section.name


def _namespace(attributes: str) -> str:
    found = re.search(r"\sxmlns\s*=\s*[\"']([^\"'&]*)", attributes)
    return found[1] if found else ""


def _components(text: _Text, path: str) -> Iterator[Run | Cut]:
    section = text.opening()
    if section is None or not text.enter(section):
        return
    while True:
        # What need not look for CDATA is faster.
        usual = _component(cdata="<![CDATA[" in text.text).match
        run: list[re.Match[str]] = []
        while found := usual(text.text, text.at):
            run.append(found)
            text.at = found.end()
        if run:
            yield Run(run, text, path)
        element = text.opening()
        if element is None:
            return
        if not text.is_ample() or usual(text.text, text.at):
            continue
        if element.name == "component":
            yield text.tree()
        else:
            text.skip()


def _dependencies(text: _Text) -> Iterator[Asks]:
    section = text.opening()
    if section is None or not text.enter(section):
        return
    usual, references = _dependency().match, _reference().findall
    while True:
        while found := usual(text.text, text.at):
            if found[1]:
                yield Asks(_read(found[1]), [_read(child) for child in references(found[2] or "")])
            text.at = found.end()
        element = text.opening()
        if element is None:
            return
        if text.is_ample() and not usual(text.text, text.at):
            yield from asked([text.tree().element])


def _read(text: str) -> str:
    return text.replace("&amp;", "&") if "&" in text else text


class _Tag(NamedTuple):
    name: str
    attributes: str
    end: int
    empty: bool


class _Text:
    """The text that has been read and not been passed yet, from `at` on; more is read where it does not suffice."""

    def __init__(self, source: Source, size: int) -> None:
        self.text = ""
        self.at = 0
        self._path = source.path
        self._pieces = _decoded(source, size)
        self._line = 1
        self._start = 0  # of that line
        self._counted = 0

    def place(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset that is not before the last one that was asked for."""
        text, counted = self.text, self._counted
        lines = text.count("\n", counted, offset)
        last = text.rfind("\n", counted, offset) if lines else -1
        if text.find("\r", counted, offset) >= 0:
            lines += text.count("\r", counted, offset) - text.count("\r\n", counted, offset)
            last = max(last, text.rfind("\r", counted, offset))
        if last >= 0:
            self._line += lines
            self._start = last + 1
        self._counted = offset
        return self._line, offset - self._start + 1

    def opening(self) -> _Tag | None:
        """Stop before the next start tag; pass the end tag and return None where the element around ends before."""
        while (found := self._token()) is not None:
            if found["tag"] is None:
                self.at = found.end()
            elif found["slash"]:
                self.at = found.end()
                return None
            else:
                self.at = found.start("tag")
                attributes = found["attributes"]
                return _Tag(found["name"].rpartition(":")[2], attributes, found.end(), attributes.endswith("/"))
        return None

    def enter(self, tag: _Tag) -> bool:
        """Go into the element before which this stands; False, and behind it, when it is empty."""
        self.at = tag.end
        return not tag.empty

    def skip(self) -> None:
        """Go behind the element before which this stands, keeping nothing of it."""
        depth = 0
        while (found := self._token()) is not None:
            self.at = found.end()
            depth += _step(found)
            if depth == 0 and found["tag"] is not None:
                return

    def tree(self) -> Cut:
        """Read the element before which this stands as a tree, and go behind it."""
        depth = ahead = 0
        while (found := self._token(ahead)) is not None:
            ahead = found.end() - self.at
            depth += _step(found)
            if depth == 0 and found["tag"] is not None:
                break
        line, column = self.place(self.at)
        piece = Source(self._path, self.text[self.at : self.at + ahead].encode())
        self.at += ahead
        try:
            return Cut(xml.read(piece), line, column)
        except ShapeError as error:
            raise UnusualError from error

    def is_ample(self) -> bool:
        """Tell whether what stands ahead is more than a component takes; read more where it is not."""
        return len(self.text) - self.at > _AMPLE or not self._more()

    def _token(self, ahead: int = 0) -> re.Match[str] | None:
        while (found := _token().match(self.text, self.at + ahead)) is None:
            if not self._more():
                return None
        return found

    def _more(self) -> bool:
        # What is kept long is asked for again in ever larger pieces, so that nothing is copied too often.
        wanted = len(self.text) - self.at
        read: list[str] = []
        for piece in self._pieces:
            read.append(piece)
            wanted -= len(piece)
            if wanted <= 0 and piece:
                break
        self.place(self.at)
        self.text = "".join((self.text[self.at :], *read))
        self._start -= self.at
        self._counted = self.at = 0
        return any(read)


def _step(found: re.Match[str]) -> int:
    if found["tag"] is None or found["attributes"].endswith("/"):
        return 0
    return -1 if found["slash"] else 1


def _decoded(source: Source, size: int) -> Iterator[str]:
    declared = re.match(rb"(?:\xef\xbb\xbf)?<\?xml\s[^>]*?\sencoding\s*=\s*[\"']([^\"']*)", source.head)
    if declared and declared[1].decode("latin-1").lower() not in _ENCODINGS:
        raise UnusualError
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    held = ""
    try:
        for piece in source.pieces(size):
            text = held + decoder.decode(piece)
            # The two characters of a line end stay together.
            held = "\r" if text.endswith("\r") else ""
            yield text[: len(text) - len(held)]
        yield held + decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise UnusualError from error


@cache
def _token() -> re.Pattern[str]:
    # Text, and the markup behind it.
    return re.compile(
        r"[^<]*+(?:<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
        r"|(?P<tag><(?P<slash>/?)(?P<name>[^\s/>!?][^\s/>]*+)(?P<attributes>(?:[^>\"']++|\"[^\"]*+\"|'[^']*+')*+)>))",
        re.DOTALL,
    )


@cache
def _component(*, cdata: bool) -> re.Pattern[str]:
    # Direct children in the order of the schema.
    def whole(*names: str) -> str:
        # Its first end tag ends it: there is no component inside, and nothing that might hold another end tag.
        inside = r"(?:[^<]*+<(?:[^/!?c]|/(?!{0}>|component)|c(?!omponent)|!\[CDATA\[[^\]]*+\]\]>))*+[^<]*+"
        element = r"{0}(?:>" + inside + r"</{0}>|(?:[\s/][^<>]*+)?+(?:(?<=/)>|(?<!/)>" + inside + r"</{0}>))\s*+"
        return "(?:<(?:" + "|".join(element.replace("{0}", name) for name in names) + "))"

    def section(name: str, pattern: str, plain: str) -> str:
        # As text, or in a section of its own.
        if not cdata:
            return rf"<{name}>(?P<{name}>{plain})</{name}>\s*+"
        begin, end = rf"(?P<in_{name}>\s*+<!\[CDATA\[)?+", rf"(?(in_{name})\]\]>\s*+)"
        return rf"<{name}>{begin}(?P<{name}>(?(in_{name}){pattern}|{plain})){end}</{name}>\s*+"

    literal = r"[^<&\r\]]*+"

    def text(name: str, plain: str = literal) -> str:
        return rf"(?:{section(name, literal, plain)}|<{name}/>\s*+)?+"

    encoded = r"[^<&\r\]]*+(?:&amp;[^<&\r\]]*+)*+"
    named = r"[^<&\r\n\]]*[^<&\s\]][^<&\r\n\]]*+"
    return re.compile(
        r"\s*+<component"
        r'(?:\s++type="(?P<type>[^"<&\s]*+)"|\s++bom-ref="(?P<ref>[^"<&\r\n\t]*+(?:&amp;[^"<&\r\n\t]*+)*+)"|\s++mime-type="[^"<]*+")*+\s*+>\s*+'
        + whole("supplier", "manufacturer", "authors", "author", "publisher")
        + "*+"
        + text("group")
        + section("name", named, named)
        + text("version")
        + whole("description")
        + "?+"
        + text("scope")
        + whole("hashes", "licenses", "copyright")
        + "*+"
        + text("cpe")
        + text("purl", encoded)
        + whole("omniborId", "swhid", "swid", "modified", "externalReferences", "properties", "evidence")
        + "*+"
        + r"</component>\s*+"
    )


@cache
def _dependency() -> re.Pattern[str]:
    reference = r'<dependency\s++ref="[^"<&\r\n\t]*+(?:&amp;[^"<&\r\n\t]*+)*+"\s*+/>\s*+'
    return re.compile(
        r'\s*+<dependency\s++ref="([^"<&\r\n\t]*+(?:&amp;[^"<&\r\n\t]*+)*+)"\s*+'
        rf"(?:/>|>\s*+((?:{reference})*+)</dependency>)\s*+"
    )


@cache
def _reference() -> re.Pattern[str]:
    return re.compile(r'ref="([^"]*+)"')


@cache
def _for_development() -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(DEVELOPMENT)))
    return re.compile(rf'<property\s++name="(?:{names})"\s*+>\s*+true\s*+<', re.IGNORECASE)
