"""A CycloneDX document in XML is the same in pieces as it is as a tree."""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.model import Dependency, Passed, Problem
from scanner.parsers.cyclonedx_xml import as_tree, in_pieces, parse
from scanner.source import Source

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures", "cyclonedx_xml")
DOCUMENT = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6">{}</bom>'
PART = "<component><name>a</name><version>1</version><purl>pkg:npm/a@1</purl></component>"


def fixtures() -> list[Source]:
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(FIXTURES) for name in names)
    return [Source("bom.xml", contents(path)) for path in sorted(paths) if path.endswith(".xml")]


def contents(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def assert_same(data: bytes, size: int) -> None:
    assert list(in_pieces(Source("bom.xml", data), size)) == list(as_tree(Source("bom.xml", data)))


@pytest.mark.parametrize("size", [1, 7, 100, 1 << 20])
def test_pieces_give_what_the_tree_gives(size: int) -> None:
    for source in fixtures():
        assert_same(source.data, size)


@settings(max_examples=300, suppress_health_check=[HealthCheck.data_too_large, HealthCheck.large_base_example])
@given(
    st.sampled_from(fixtures()),
    st.floats(0, 1),
    st.floats(0, 0.1),
    st.none()
    | st.sampled_from([b"", b"<", b">", b"&", b"&amp;", b"\r", b"<!--", b"]]>", b"</name>", b"<name/>", b"\xe9"]),
    st.sampled_from([1, 50, 1 << 20]),
)
def test_damaged_pieces_give_what_the_tree_gives(
    source: Source, start: float, length: float, instead: bytes | None, size: int
) -> None:
    data = source.data
    first = int(start * len(data))
    last = first + int(length * (len(data) - first))
    stretch = data[first:last] * 2 if instead is None else instead
    assert_same(data[:first] + stretch + data[last:], size)


_TEXTS = ["a", " a ", "", "a&amp;b", "a&#98;", "<![CDATA[a]]>", "a<!-- b -->", "a\r\nb", "ä", "<b>a</b>", "</purl>"]
_ELEMENTS = ["name", "version", "purl", "group", "scope", "cpe", "description", "licenses", "hashes", "supplier"]
_element = st.builds(
    "<{0}{1}>{2}</{0}>{3}".format,
    st.sampled_from(_ELEMENTS),
    st.sampled_from(["", " ", ' x="y"', ' x=">"', " x='/'"]),
    st.sampled_from(_TEXTS[:-1])
    | st.sampled_from(["<name>x</name>", "<license><name>y</name></license>", "pkg:npm/b@2"]),
    st.sampled_from(
        ["", "\n", "\r\n  ", "\r", "<!-- <purl>z</purl> -->", "<properties/>", "<evidence><x/></evidence>"]
    ),
)
_part = st.recursive(
    st.lists(_element, max_size=6).map("".join) | st.just("<name>a</name><purl>pkg:npm/a@1</purl>"),
    lambda inner: inner.map(lambda text: f"<name>o</name><components><component>{text}</component></components>"),
)
_component = st.builds(
    "<component{}>{}</component>{}".format,
    st.sampled_from(
        ["", ' type="library"', " type='application' bom-ref='r'", ' bom-ref="a&amp;b" type="operating-system"']
    ),
    _part,
    st.sampled_from(["", "\n", "text", "<other/>", "<!---->"]),
)
_dependency = st.sampled_from(
    [
        '<dependency ref="r"/>',
        '<dependency ref="r"><dependency ref="a&amp;b"/></dependency>',
        "<dependency ref='a&#38;b'><dependency ref='r'><dependency ref='a&amp;b'/></dependency></dependency>",
        '<dependency><dependency ref="r"/></dependency>',
        '<dependency ref="s"><dependency ref="r"/>\n</dependency>\n',
    ]
)
_section = st.one_of(
    st.lists(_component, max_size=4).map(lambda parts: f"<components>{''.join(parts)}</components>"),
    st.lists(_dependency, max_size=4).map(lambda parts: f"<dependencies>{''.join(parts)}</dependencies>"),
    st.builds("<metadata><component bom-ref='s'><components>{}</components></component></metadata>".format, _component),
    st.sampled_from(["<services><component/></services>", "<components/>", "<metadata/>", "<x:y xmlns:x='z'/>", "\n"]),
)


@settings(max_examples=300)
@given(st.lists(_section, max_size=4).map("".join), st.sampled_from([1, 30, 1 << 20]))
def test_whatever_is_written_is_the_same_in_pieces(content: str, size: int) -> None:
    assert_same(DOCUMENT.format(content).encode(), size)


@pytest.mark.parametrize(
    ("inside", "around"),
    list(
        product(
            ["</component>", "</licenses>", "<purl>pkg:npm/no@1</purl>"], ["<!--{}-->", "<![CDATA[{}]]>", "<?p {}?>"]
        )
    ),
)
def test_what_only_looks_like_markup_is_none(inside: str, around: str) -> None:
    part = f"<component><name>a</name><licenses>{around.format(inside)}</licenses><purl>pkg:npm/a@1</purl></component>"
    data = DOCUMENT.format(f"<components>{part}{PART}</components>").encode()
    assert_same(data, 1 << 20)
    found = [value.purl for value in as_tree(Source("bom.xml", data)) if isinstance(value, Dependency)]
    assert found == ["pkg:npm/a@1", "pkg:npm/a@1"]


def test_a_large_document_is_told_only_where_it_is_asked_for() -> None:
    parts = PART * 40_000 + PART.replace("pkg:npm/a", "pkg:npm/b")
    source = Source("bom.xml", DOCUMENT.format(f"<components>{parts}</components>").encode())
    source.asked = lambda purls: [number for number, purl in enumerate(purls) if purl == "pkg:npm/b@1"]
    values = list(parse(source))
    assert [value.purl for value in values if isinstance(value, Dependency)] == ["pkg:npm/b@1"]
    assert sum(value.number for value in values if isinstance(value, Passed)) == 40_000


def test_the_same_fault_is_not_told_without_end() -> None:
    parts = "<component><version>1</version></component>" * 1000
    problems = [
        value
        for value in parse(Source("bom.xml", DOCUMENT.format(f"<components>{parts}</components>").encode()))
        if isinstance(value, Problem)
    ]
    assert len(problems) == 21
    assert problems[-1].message == "980 more entries are like these."
