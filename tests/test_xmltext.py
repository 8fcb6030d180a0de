"""Adding to XML leaves everything else as it stands."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from scanner.syntax import xmltext

HOSTILE = """<?xml version="1.0"?>
<!-- \u202e##[group] -->
<a b="\u202e##[x]" c='>'>\u202e##[y]<![CDATA[<b>\u202e##[z]]]><d/>&#x202e;</a>
"""


def tree(text: str) -> tuple[object, ...]:
    root = ET.fromstring(text.encode())  # noqa: S314 -- ours
    return (root.tag, root.attrib, [(child.tag, child.tail) for child in root], root.text)


def test_harmless_text_says_the_same() -> None:
    text = xmltext.harmless(HOSTILE)
    assert tree(text) == tree(HOSTILE)
    assert "##[" not in text
    assert text.replace("\n", "").isprintable()


def test_what_is_harmless_stays_to_the_character() -> None:
    text = "<a>\n\t<b c='é'/>  </a>\n"
    assert xmltext.harmless(text) == text
    assert xmltext.harmless("<a>\r\n</a>\r") == "<a>\n</a>\n"


def test_only_tags_are_tags() -> None:
    text = "<?x <a>?><!DOCTYPE a><!-- <b> --><p:a b='<' c=\"/>\"><![CDATA[<d>]]><e / ></p:a>".replace("/ >", "/>")
    found = [(tag.name, tag.local, tag.opens, tag.closes) for tag in xmltext.tags(text)]
    assert found == [("p:a", "a", True, False), ("e", "e", True, True), ("p:a", "a", False, True)]


def test_attributes_are_read_without_their_references() -> None:
    tag = next(xmltext.tags("""<a xname="no" name='a&amp;b' type = "x"/>"""))
    assert (tag.attribute("name"), tag.attribute("type"), tag.attribute("none")) == ("a&b", "x", None)


def test_content_is_read_without_its_markup() -> None:
    assert xmltext.plain(" a&amp;b<!-- c --><![CDATA[<d>&]]> ") == "a&b<d>&"
    assert xmltext.plain(" a ") == "a"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"<a>\xe9</a>", "<a>é</a>"),
        ("<a>é</a>".encode("utf-8-sig"), "<a>é</a>"),
        ('<?xml version="1.0" encoding="UTF-16"?><a>é</a>'.encode("utf-16"), None),
        (b'<?xml version="1.0" encoding="windows-1252"?><a>\xe9</a>', None),
        (b'<?xml version="1.0" encoding="x-none"?><a>\xe9</a>', None),
        ('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("utf-16-le"), None),
    ],
)
def test_a_document_says_that_it_is_what_it_will_be(data: bytes, text: str | None) -> None:
    assert xmltext.decoded(data) == (text or '<?xml version="1.0" encoding="UTF-8"?><a>é</a>')
