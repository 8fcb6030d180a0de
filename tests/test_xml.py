"""Laws of the room that reads XML and finds places in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode import ShapeError
from scanner.model import Location
from scanner.source import Source
from scanner.syntax import xml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.syntax.xml import Element

DOCUMENT = """\
<?xml version="1.0"?>
<!-- <name>comment</name> -->
<project xmlns="urn:example" xmlns:x="urn:other" x:kind='a > b'>
  <name>
    first
  </name>
  <x:item Include="second" x:Version = 'third'/>
  <item>fourth<!-- more --></item>
  <item><!-- less --> <?pi?><![CDATA[ fifth & more ]]></item>
  <empty/>
</project>
"""

Tree: TypeAlias = tuple[dict[str, str], str, list["Tree"]]

words = st.text(alphabet="ab é\u4e2d\U0001f40d.-'\"[]>/=\u2028", max_size=6)
marked = words | st.text(alphabet="a&<>]\"' \t\n;", max_size=6)
trees: st.SearchStrategy[Tree] = st.recursive(
    st.tuples(st.dictionaries(st.sampled_from("klm"), marked, max_size=3), marked, st.just([])),
    lambda inner: st.tuples(
        st.dictionaries(st.sampled_from("klm"), marked, max_size=3), marked, st.lists(inner, max_size=3)
    ),
    max_leaves=8,
)


def root(text: str) -> Element:
    return xml.read(Source("f.xml", text.encode()))


def below(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from below(child)


def found(text: str, place: Location) -> str | None:
    if place.line is None or place.column is None or place.end_column is None:
        return None
    line = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[place.line - 1]
    return line[place.column - 1 : place.end_column - 1]


def refused(data: bytes) -> ShapeError:
    with pytest.raises(ShapeError) as caught:
        xml.read(Source("f.xml", data))
    return caught.value


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_value_is_found_where_it_stands(newline: str, encoding: str) -> None:
    source = Source("f.xml", DOCUMENT.replace("\n", newline).replace("comment", "é\U0001f40d").encode(encoding))
    project = xml.read(source)
    texts = [(element.text, found(source.text, element.place())) for element in below(project) if element.text]
    assert [text for text, _ in texts] == ["first", "fourth", "fifth & more"]
    assert all(text == there for text, there in texts)
    values = [(value, found(source.text, e.place(key))) for e in below(project) for key, value in e.attributes.items()]
    assert [value for value, _ in values] == ["a > b", "second", "third"]
    assert all(value == there for value, there in values)
    assert [found(source.text, e.location) for e in below(project)] == [
        "project",
        "name",
        "x:item",
        "item",
        "item",
        "empty",
    ]


def test_names_count_without_their_prefix() -> None:
    project = root(DOCUMENT)
    assert (project.name, project.namespace, project.attributes) == ("project", "urn:example", {"kind": "a > b"})
    assert [item.namespace for item in project.all("item")] == ["urn:other", "urn:example", "urn:example"]
    item = project.find("item")
    assert item is not None
    assert item.attributes == {"Include": "second", "Version": "third"}


def test_a_namespace_ends_with_its_element() -> None:
    inner, outer, undone = root('<a xmlns="u"><b xmlns="v"/><b/><b xmlns=""/></a>').children
    assert (inner.namespace, outer.namespace, undone.namespace) == ("v", "u", "")


def test_a_prefix_that_nobody_declares_is_no_error() -> None:
    element = root('<x:a y:k="v"/>')
    assert (element.name, element.namespace, element.attributes) == ("a", "", {"k": "v"})


def test_the_attribute_without_prefix_counts() -> None:
    for text in ('<a x:k="1" k="2" y:k="3"/>', '<a k="2" x:k="1"/>'):
        element = root(text)
        assert element.attributes["k"] == found(text, element.place("k")) == "2"
    first = root('<a x:k="1" y:k="2" xmlns:k="3"/>')
    assert (first.attributes["k"], first.place("k")) == ("1", Location("f.xml", 1, 9, 10))


def test_a_child_has_a_value_unless_it_is_absent_or_empty() -> None:
    project = root(DOCUMENT)
    assert (project.value("name"), project.value("empty"), project.value("none")) == ("first", None, None)
    assert project.all("none") == []


def test_text_is_what_stands_directly_inside() -> None:
    assert root("<a> x <b>y</b> z\n</a>").text == "x  z"


def test_a_part_of_a_value_has_a_place() -> None:
    element = root('<a k="one;two"> [1.0,2) </a>')
    assert element.place("k", 4, 7) == Location("f.xml", 1, 11, 14)
    assert element.place(start=1, end=4) == Location("f.xml", 1, 18, 21)


@pytest.mark.parametrize(
    "text",
    [
        "<a>x&amp;y</a>",
        "<a>&amp;amp;</a>",
        "<a>&#120;</a>",
        "<a>x\ny</a>",
        "<a>x<b/>y</a>",
        "<a><b>x</b>x</a>",
        "<a><b>x</b>&lt;b>x</a>",
        "<a><![CDATA[]]>]</a>",
        "<a><![CDATA[x]]>]]&gt;</a>",
        "<a/>",
    ],
)
def test_text_that_is_not_written_as_it_reads_has_the_place_of_its_element(text: str) -> None:
    assert root(text).place() == root(text).location == Location("f.xml", 1, 2, 3)


@pytest.mark.parametrize("text", ['<a k="x&amp;y"/>', '<a k="x\ny"/>', '<a k="&#120;"/>', '<a k=""/>', "<a/>"])
def test_an_attribute_that_is_not_written_as_it_reads_has_the_place_of_its_element(text: str) -> None:
    assert root(text).place("k") == Location("f.xml", 1, 2, 3)


def test_a_value_that_looks_like_an_attribute_is_none() -> None:
    text = """<a j=' k="x" ' k='x'/>"""
    assert root(text).place("k") == Location("f.xml", 1, 19, 20)


@pytest.mark.parametrize(
    ("encoding", "place"),
    [
        ("iso-8859-1", Location("f.xml", 2, 7, 12)),
        ("windows-1252", Location("f.xml", 2, 7, 12)),
        ("gbk", Location("f.xml", 2)),
        ("shift_jis", Location("f.xml", 2)),
        ("utf-16-le", Location("f.xml", 2)),
    ],
)
def test_a_declared_encoding_never_moves_a_place(encoding: str, place: Location) -> None:
    letter = {"iso-8859-1": "é", "windows-1252": "\u201d"}.get(encoding, "\u65e5\u672c")
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<a>{letter}, x<b>plain</b></a>'
    text = text.replace(f"{letter}, x<b>", f"<b>{letter}</b><b>") if place.column is None else text
    element = xml.read(Source("f.xml", text.encode(encoding)))
    assert letter in (element.text, element.children[0].text) or element.text == f"{letter}, x"
    expected = place if place.column is None else Location("f.xml", 2, 11, 16)
    assert element.children[-1].place() == expected


def test_lines_that_cannot_be_told_leave_the_file() -> None:
    element = xml.read(Source("f.xml", "<a>\r\n<b>x</b></a>".encode("utf-16-le")))
    assert element.children[0].place() == Location("f.xml")


@pytest.mark.parametrize("declared", ["utf-16", "iso-8859-1", "x-unheard-of", "punycode", "rot13", "hex"])
def test_utf_8_is_read_whatever_it_declares(declared: str) -> None:
    for letter in "éy":
        text = f'<?xml version="1.0" encoding="{declared}"?><a><b>{letter}</b><c>x</c></a>'
        assert [found(text, child.place()) for child in root(text).children] == [letter, "x"]


def test_a_long_document_keeps_its_places() -> None:
    text = "<a>" + "".join(f"<b k='é{number}'>\u4e2d{number}</b>\n" for number in range(2000)) + "</a>"
    for element in root(text).children:
        assert found(text, element.place()) == element.text
        assert found(text, element.place("k")) == element.attributes["k"]


@pytest.mark.parametrize(
    "doctype",
    [
        '[<!ENTITY e "x">]',
        '[<!ENTITY e SYSTEM "file:///etc/hostname">]',
        '[<!ENTITY % e SYSTEM "https://registry.example/e"> %e;]',
        'SYSTEM "https://registry.example/a.dtd" [<!ENTITY e "x">]',
        '[<!ATTLIST a k CDATA "x">]',
    ],
)
def test_declarations_of_its_own_are_refused(doctype: str) -> None:
    error = refused(f"<?xml version='1.0'?>\n<!DOCTYPE a {doctype}>\n<a>&e;</a>".encode())
    assert "DOCTYPE" in str(error)
    assert error.line == 2


@pytest.mark.parametrize("doctype", ["", " SYSTEM 'a.dtd'", ' PUBLIC "-//A//B"\n "https://registry.example/a.dtd"'])
def test_a_doctype_that_only_names_is_passed_over(doctype: str) -> None:
    text = f"<?xml version='1.0'?><!-- é <!DOCTYPE b> -->\n<!DOCTYPE a{doctype}><a>x</a>"
    assert found(text, root(text).place()) == "x"
    for undefined in ("<a>&e;</a>", "<a k='&e;'/>"):
        error = refused(text.replace("<a>x</a>", undefined).encode())
        assert str(error) == "This is not XML: undefined entity."


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("plain", 1),
        ("<a>\n<b></a>", 2),
        ("<a>\n<b>x</b>\n", 3),
        ("<a>\r\r<b", 3),
        ("\n\n<?xml version='1.0'?><a/>", 3),
        ("<a/>\n<b/>", 2),
        ("<a>\n&nbsp;</a>", 2),
        ("<a>\n<b k='1' k='2'/></a>", 2),
        ("<a>\n\0</a>", 2),
    ],
)
def test_what_is_no_xml_to_its_end_is_refused_with_its_line(text: str, line: int) -> None:
    error = refused(text.encode())
    assert str(error).startswith("This is not XML: ")
    assert (error.line, error.column is None) == (line, False)


def test_nesting_has_an_end() -> None:
    limit = xml.MAX_DEPTH
    assert sum(1 for _ in below(root("<a>" * limit + "</a>" * limit))) == limit
    error = refused(b"<a>\n" * (limit + 1) + b"</a>" * (limit + 1))
    assert "nested" in str(error)
    assert error.line == limit + 1


def test_size_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MAX_BYTES", 3)
    assert "larger" in str(refused(b"<a/>"))


def _written(name: str, tree: Tree) -> str:
    attributes, text, children = tree
    pairs = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    inner = "".join(_written("bcd"[index], child) for index, child in enumerate(children))
    return f"<{name}{pairs}>{escape(text)}{inner}</{name}>"


@given(trees, st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_has_no_entity_is_found_exactly_at_its_place(tree: Tree, encoding: str) -> None:
    source = Source("f.xml", _written("a", tree).encode(encoding))
    for element in below(xml.read(source)):
        assert found(source.text, element.location) == element.name
        for value, place in [(element.text, element.place())] + [
            (value, element.place(key)) for key, value in element.attributes.items()
        ]:
            if value and not set(value) & set("&<>\"'\n\t"):
                assert found(source.text, place) == value
            assert found(source.text, place) in {value, element.name}


@given(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 3), st.sampled_from(["utf-8", "utf-16", "gbk"]))
def test_a_damaged_document_raises_nothing_else(at: int, piece: bytes, lost: int, encoding: str) -> None:
    data = DOCUMENT.replace("?>", f" encoding='{encoding}'?>", 1).encode(encoding)
    source = Source("f.xml", data[:at] + piece + data[at + lost :])
    try:
        elements = list(below(xml.read(source)))
    except ShapeError as error:
        elements, line = [], error.line
    else:
        line = None
    assert line is None or 0 < line <= len(source.text) + 1
    for element in elements:
        assert element.place().path == element.location.path == "f.xml"
        assert {element.place(key).path for key in element.attributes} <= {"f.xml"}


@given(st.text(alphabet="<a/> k=\"'&;!-[]?x\n", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        element = root(text)
    except ShapeError:
        return
    for each in below(element):
        assert found(text, each.place()) in {each.text, each.name}
