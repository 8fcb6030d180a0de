"""XML with the place of every element, attribute and text; small trees, nothing fetched, no entities.

https://www.w3.org/TR/xml. The standard library's expat reads; only the offset of each start tag is
kept, and a place is looked up in the text when it is asked for. Names count without their prefix: the
same formats occur with and without a namespace, and some tools use prefixes that they never declare.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING

from scanner.decode import ShapeError
from scanner.source import Source

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

    from scanner.model import Location

# A tree takes many times the memory of its text; lists of dependencies are far below both.
MAX_BYTES = 64 << 20
MAX_DEPTH = 200

_BLOCK = 4096
_CONTINUATION = bytes(range(0x80, 0xC0))

# What a declaration may choose, by Python's names. Not UTF: bytes tell that better, and "utf-16" is what
# .NET declares in files that are not. Not all codecs of Python either: some are no encodings of files.
_DECLARABLE = ("iso8859", "iso2022", "cp", "gb", "big5", "euc_", "shift_jis", "koi8", "mac-")


class Element:
    """One element. `text` is what stands directly inside it, joined and stripped.

    `name` and the names of attributes are without prefix; of two attributes that differ by prefix
    alone, the one without it counts, then the first. Declarations of namespaces are no attributes.
    """

    __slots__ = ("_document", "_start", "attributes", "children", "name", "namespace", "text")

    def __init__(self, name: str, namespace: str, attributes: dict[str, str], document: _Document, start: int) -> None:
        """Begin an element; its content comes later. `start` counts bytes of the document's UTF-8."""
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.children: list[Element] = []
        self.text = ""
        self._document = document
        self._start = start

    @property
    def location(self) -> Location:
        """The name in its start tag, with the prefix."""
        start = self._document.offset(self._start)
        name = _name().match(self._document.text, start)
        return self._document.place(*name.span(1)) if name else self._document.place(start, start)

    def place(self, attribute: str | None = None, start: int = 0, end: int | None = None) -> Location:
        """Place the text, or the value of an attribute (without quotes), or the part between two of its offsets.

        The element's own location where that is empty, spans lines, or is not written as it reads:
        with references, or in pieces around elements and comments.
        """
        value = self.text if attribute is None else self.attributes.get(attribute, "")
        offset = self._text_offset() if attribute is None else self._attribute_offset(attribute, value)
        if offset is None or not value or "\n" in value:
            return self.location
        return self._document.place(offset + start, offset + (len(value) if end is None else end))

    def find(self, name: str) -> Element | None:
        """Return the first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> list[Element]:
        """Return the children of that name."""
        return [child for child in self.children if child.name == name]

    def value(self, name: str) -> str | None:
        """Return the text of the first child of that name; None where it is absent or empty."""
        child = self.find(name)
        return (child.text or None) if child else None

    def _text_offset(self) -> int | None:
        text = self._document.text
        before = _before_text().match(text, self._document.offset(self._start))
        if before is None or not text.startswith(self.text, before.end()):
            return None
        start = before.end()
        if before["section"]:
            # A bracket may belong to the end of the section: `<![CDATA[]]>]`.
            return start if text.find("]]>", start) >= start + len(self.text) else None
        # What equals the text may still be markup, or the beginning of a reference: `&amp;amp;`.
        return None if "&" in self.text or "<" in self.text else start

    def _attribute_offset(self, attribute: str, value: str) -> int | None:
        text = self._document.text
        tag = _tag().match(text, self._document.offset(self._start))
        spans: dict[str, tuple[int, int]] = {}
        for found in _attribute().finditer(text, *tag.span(1)) if tag else ():
            prefix, _, local = found[1].rpartition(":")
            if local == attribute and prefix != "xmlns":
                spans.setdefault(prefix, (found.start(2) + 1, found.end(2) - 1))
        start, end = spans.get("") or next(iter(spans.values()), (0, 0))
        return start if text[start:end] == value and "&" not in value else None


def read(source: Source) -> Element:
    """Read a document and return its root.

    Raises `ShapeError` with its place when this is not XML to the very end, and when it is too large,
    nested too deeply, or holds declarations of its own (a DOCTYPE that only names a DTD is passed over).
    """
    from xml.parsers import expat

    if len(source.data) > MAX_BYTES:
        msg = f"This XML is larger than {MAX_BYTES >> 20} MiB and is not read."
        raise ShapeError(msg)
    document = _Document(source)
    # Bytes have been decoded here, whatever they declare: offsets are then of one encoding.
    parser = expat.ParserCreate("utf-8")
    builder = _Builder(document, parser)
    try:
        parser.Parse(document.data, True)  # noqa: FBT003 -- the end; expat takes no keywords
    except expat.ExpatError as error:
        msg = f"This is not XML: {expat.ErrorString(error.code)}."
        raise document.error(msg, parser.ErrorByteIndex) from error
    finally:
        builder.leave()
    return builder.root()


class _Document:
    """The text of a file as expat gets it, and how its offsets become places of the file."""

    def __init__(self, source: Source) -> None:
        self._source = source
        text = _decoded(source)
        # Where the numbers of characters agree, each stands for the same bytes.
        self._exact = len(text) == len(source.text)
        self._view = source if self._exact else Source(source.path, text.encode())
        self.text = _without_doctype(text)
        self.data = self.text.encode()
        self._ascii = len(self.data) == len(self.text)
        self._blocks: list[int] = []

    def offset(self, index: int) -> int:
        """Turn an offset in the UTF-8 into one in the text."""
        if self._ascii:
            return index
        if not self._blocks:
            starts = range(0, len(self.data), _BLOCK)
            self._blocks = list(accumulate((self._count(at, at + _BLOCK) for at in starts), initial=0))
        block = index // _BLOCK
        return self._blocks[block] + self._count(block * _BLOCK, index)

    def place(self, start: int, end: int) -> Location:
        """Place what stands between two offsets in the text, as exactly as the file's own text allows."""
        place = self._view.span(start, end)
        if self._exact:
            return place
        lines = self._view.span(len(self.text), len(self.text)).line
        same = lines == self._source.span(len(self._source.text), len(self._source.text)).line
        return self._source.line(place.line) if same and place.line else self._source.location

    def error(self, message: str, index: int) -> ShapeError:
        """Return the error that stands at an offset in the UTF-8."""
        start = self.offset(max(index, 0))
        place = self.place(start, start)
        return ShapeError(message, place.line, place.column)

    def _count(self, start: int, end: int) -> int:
        return len(self.data[start:end].translate(None, _CONTINUATION))


class _Builder:
    """Takes expat's events and makes the tree; what is open is a stack of its own, not Python's."""

    def __init__(self, document: _Document, parser: XMLParserType) -> None:
        self._document, self._parser = document, parser
        self._top: list[Element] = []
        self._open: list[Element] = []
        # What few elements have, by their depth: text in pieces, and prefixes that they declare.
        self._pieces: dict[int, list[str]] = {}
        self._declared: dict[int, list[str]] = {}
        self._uris: dict[str, list[str]] = {}
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def leave(self) -> None:
        # The parser and the builder hold each other, and a scan does not search for garbage.
        parser = self._parser
        parser.StartDoctypeDeclHandler = parser.StartElementHandler = None
        parser.EndElementHandler = parser.CharacterDataHandler = None

    def root(self) -> Element:
        return self._top[0]

    def _doctype(self, *_: object) -> None:
        msg = "This XML has a DOCTYPE with declarations of its own, which may define entities; it is not read."
        raise self._document.error(msg, self._parser.CurrentByteIndex)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        index = self._parser.CurrentByteIndex
        if len(self._open) >= MAX_DEPTH:
            msg = f"This XML is nested more than {MAX_DEPTH} elements deep and is not read."
            raise self._document.error(msg, index)
        for key in attributes:
            if ":" in key or key == "xmlns":
                attributes = self._resolved(attributes)
                break
        prefix, _, local = name.rpartition(":")
        uris = self._uris.get(prefix)
        element = Element(local, uris[-1] if uris else "", attributes, self._document, index)
        siblings = self._open[-1].children if self._open else self._top
        siblings.append(element)
        self._open.append(element)

    def _text(self, text: str) -> None:
        element = self._open[-1]
        if element.text:
            # Adding to the text each time would copy what is there each time.
            self._pieces.setdefault(len(self._open), [element.text]).append(text)
        elif not text.isspace():
            element.text = text

    def _end(self, _: str) -> None:
        depth = len(self._open)
        element = self._open.pop()
        if element.text:
            pieces = self._pieces.pop(depth, None) if self._pieces else None
            element.text = ("".join(pieces) if pieces else element.text).strip()
        if depth in self._declared:
            for prefix in self._declared.pop(depth):
                self._uris[prefix].pop()

    def _resolved(self, attributes: dict[str, str]) -> dict[str, str]:
        # Keeps the prefixes that are declared among them.
        resolved: dict[str, str] = {}
        for key, value in attributes.items():
            prefix, _, local = key.rpartition(":")
            if prefix == "xmlns" or key == "xmlns":
                declared = local if prefix else ""
                self._declared.setdefault(len(self._open) + 1, []).append(declared)
                self._uris.setdefault(declared, []).append(value)
            elif prefix:
                resolved.setdefault(local, value)
            else:
                resolved[local] = value
        return resolved


def _decoded(source: Source) -> str:
    data = source.data
    # Without a byte order mark, UTF-16 is known by the bracket that every document begins with.
    for begin, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(begin):
            return data.decode(encoding, "replace")
    declared = _declaration().match(data)
    # UTF-8 that is more than ASCII is hardly ever anything else, whatever it declares.
    if declared is None or (not data.isascii() and _is_utf8(data)):
        return source.text
    encoding = _codec(declared[1].decode())
    return data.decode(encoding, "replace") if encoding.startswith(_DECLARABLE) else source.text


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _codec(name: str) -> str:
    import codecs

    try:
        return codecs.lookup(name).name
    except LookupError:
        return ""


def _without_doctype(text: str) -> str:
    # Once a DTD is named, expat takes every unknown entity for one that is defined there, and loses it
    # without a word inside attributes. Nobody reads the DTD: blanks in its place make them errors again.
    found = _bare_doctype().match(text) if "<!DOCTYPE" in text else None
    if found is None:
        return text
    start, end = found.span(1)
    return text[:start] + re.sub(r"[^\r\n]", " ", text[start:end]) + text[end:]


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"<([^\s/>]++)")


@cache
def _tag() -> re.Pattern[str]:
    return re.compile(r"<[^\s/>]++((?:[^>\"']++|\"[^\"]*\"|'[^']*')*+)>")


@cache
def _attribute() -> re.Pattern[str]:
    return re.compile(r"([^\s=\"'/]++)\s*+=\s*+(\"[^\"]*\"|'[^']*')")


@cache
def _before_text() -> re.Pattern[str]:
    # The start tag, then what is no text; the text may stand in a section of its own.
    return re.compile(_tag().pattern + r"(?:\s++|<!--.*?-->|<\?.*?\?>)*+(?P<section><!\[CDATA\[\s*+)?", re.DOTALL)


@cache
def _declaration() -> re.Pattern[bytes]:
    return re.compile(rb"<\?xml\s[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]*)[\"']")


@cache
def _bare_doctype() -> re.Pattern[str]:
    return re.compile(
        r"\ufeff?(?:\s++|<\?.*?\?>|<!--.*?-->)*+"
        r"(<!DOCTYPE\s++[^\s\[<>\"']++(?:\s++(?:SYSTEM|PUBLIC))?+(?:\s*+(?:\"[^\"]*\"|'[^']*'))*+\s*+>)",
        re.DOTALL,
    )
