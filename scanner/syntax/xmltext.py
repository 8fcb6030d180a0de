"""Adds to the text of an XML document and leaves all else as it stands, to the character.

https://www.w3.org/TR/xml. The document has been read before, so that it is well-formed; this only
tells its tags from all that may look like one.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECLARATION = re.compile(r"(\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"'])([A-Za-z][\w.-]*)")
_BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"<\0": "utf-16-le", b"\0<": "utf-16-be"}


class Tag(NamedTuple):
    """A tag between two offsets; `name` has its prefix. An empty element opens and closes."""

    name: str
    attributes: str
    start: int
    end: int
    opens: bool
    closes: bool

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    def attribute(self, name: str) -> str | None:
        """Return the value of an attribute."""
        from html import unescape

        found = re.search(rf"(?:^|\s){re.escape(name)}\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", self.attributes)
        return unescape(found[1] if found[1] is not None else found[2]) if found else None


def decoded(data: bytes) -> str:
    """Return the text of a document, and let it say that it is UTF-8, which it will be when it is written."""
    text = _text(data).removeprefix("\ufeff")
    return _DECLARATION.sub(r"\g<1>UTF-8", text, count=1) if text.lstrip().startswith("<?xml") else text


def tags(text: str) -> Iterator[Tag]:
    """Yield the tags in their order."""
    for found in _markup().finditer(text):
        if found[2]:
            yield Tag(found[2], found[3], found.start(), found.end(), not found[1], bool(found[1] or found[4]))


def plain(text: str) -> str:
    """Return what a piece of content says, without its markup."""
    from html import unescape

    if "<" not in text and "&" not in text:
        return text.strip()
    said = (found[1] if found[1] is not None else unescape(found[2] or "") for found in _content().finditer(text))
    return "".join(said).strip()


def quoted(text: str) -> str:
    """Write a text for an attribute or an element."""
    from html import escape

    return escape(text)


def harmless(text: str) -> str:
    """Write what terminals, readers and GitHub's runner obey as references, where XML has them; else as escapes."""
    odd = {char for char in set(text) if not char.isprintable()} - set("\n\r\t")
    if "\r" in text:
        text = re.sub(r"\r\n?", "\n", text)
    if not odd and "##[" not in text:
        return text
    references = {ord(char): f"&#x{ord(char):x};" for char in odd}
    pieces, at = [], 0
    for found in _markup().finditer(text):
        content = text[at : found.start()]
        pieces += [_referenced(content, references), _disarmed(found[0], references)]
        at = found.end()
    return "".join([*pieces, _referenced(text[at:], references)])


def _referenced(content: str, references: dict[int, str]) -> str:
    return content.translate(references).replace("##[", "&#35;#[")


def _disarmed(markup: str, references: dict[int, str]) -> str:
    from scanner.text import clean

    if markup.startswith("<![CDATA["):
        split = {code: f"]]>{reference}<![CDATA[" for code, reference in references.items()}
        return markup.translate(split).replace("##[", "#]]><![CDATA[#[")
    if markup.startswith(("<!", "<?")):
        return "\n".join(clean(line) for line in markup.split("\n")).replace("##[", "# #[")
    return _value().sub(lambda found: _referenced(found[0], references), markup)


def _text(data: bytes) -> str:
    import codecs

    encoding = _BOMS.get(data[:2])
    if encoding:
        return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _DECLARATION.match(data[:200].decode("latin-1"))
    try:
        name = codecs.lookup(declared[2]).name if declared else ""
    except LookupError:
        name = ""
    return data.decode(name if name.startswith(("iso8859", "cp")) else "latin-1", "replace")


@cache
def _markup() -> re.Pattern[str]:
    return re.compile(
        r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<![^>]*>"
        r"|<(/?)([^\s/>!?]++)((?:[^>\"'/]++|\"[^\"]*\"|'[^']*'|/(?!>))*+)(/?)>",
        re.DOTALL,
    )


@cache
def _content() -> re.Pattern[str]:
    return re.compile(r"<!--.*?-->|<!\[CDATA\[(.*?)\]\]>|<[^>]*>|([^<]++)", re.DOTALL)


@cache
def _value() -> re.Pattern[str]:
    return re.compile(r"\"[^\"]*\"|'[^']*'")
