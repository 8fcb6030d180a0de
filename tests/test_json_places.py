"""Laws of the room that finds places in JSON."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import decode
from scanner.model import Location
from scanner.source import Source
from scanner.syntax.json import Path, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = "\ufeff"

DOCUMENT = """\
// "name": "comment"
{
  "top": "first", /* "top": "comment" */
  "number": -1.5e+3, "words": [true, null, "second"],
  "list": [0, "third", ["fourth", {"inside": "fifth"}], [], {}, // ], "comment"
    "sixth",
  ],
  "object" /* : */ : // "comment"
    {"": "seventh", "x y": "", "https://registry.example/*": "eighth", "list": {},},
}
// "top": "comment"
"""

letters = st.characters(codec="utf-8") | st.sampled_from(list('"\\/*{}[],: \n\ré'))
keys = st.text(letters, max_size=5)
values = st.recursive(
    st.text(letters, max_size=8) | st.integers(-9, 9) | st.booleans() | st.none() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=10,
)
separators = st.tuples(st.sampled_from([",", ", ", " ,\t"]), st.sampled_from([":", ": ", "\n:\n"]))
damage = st.text(alphabet='ab"\\/*{}[],: \n\r1', max_size=40)


def places_of(text: str) -> Places:
    return Places(Source("f.json", text.encode()))


def walked(value: object, path: Path = ()) -> Iterator[tuple[Path, object]]:
    yield path, value
    match value:
        case dict():
            for key, item in value.items():
                yield from walked(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from walked(item, (*path, index))


def found(source: Source, location: Location) -> str | None:
    if location.line is None or location.column is None or location.end_column is None:
        return None
    return re.split(r"\r\n|\r|\n", source.text)[location.line - 1][location.column - 1 : location.end_column - 1]


def expected(text: object, *, ascii_only: bool) -> str | None:
    """Return what is to be found: a text that JSON writes as it is."""
    return text if isinstance(text, str) and json.dumps(text, ensure_ascii=ascii_only) == f'"{text}"' else None


def holds(source: Source, value: object, *, ascii_only: bool) -> None:
    places = Places(source)
    for path, item in walked(value):
        if isinstance(item, str):
            assert found(source, places.text(path, item)) == expected(item, ascii_only=ascii_only)
        if path:
            name = path[-1] if isinstance(path[-1], str) else item
            assert found(source, places.key(path)) == expected(name, ascii_only=ascii_only)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", MARK, MARK * 2])
def test_every_key_and_text_is_found_where_it_stands(newline: str, mark: str) -> None:
    source = Source("f.json", (mark + DOCUMENT.replace("\n", newline)).encode())
    holds(source, decode.from_jsonc(source.text), ascii_only=False)


@given(
    value=values,
    indent=st.sampled_from([None, 0, 2, "\t"]),
    between=separators,
    ascii_only=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_is_written_is_found(
    *, value: object, indent: int | str | None, between: tuple[str, str], ascii_only: bool, newline: str
) -> None:
    text = json.dumps(value, indent=indent, separators=between, ensure_ascii=ascii_only)
    source = Source("f.json", (MARK + text.replace("\n", newline)).encode())
    holds(source, value, ascii_only=ascii_only)


@given(values, damage, st.floats(0, 1), st.floats(0, 1))
def test_a_damaged_text_never_raises(value: object, noise: str, start: float, end: float) -> None:
    text = json.dumps(value, indent=1)
    source = Source("f.json", (text[: int(start * len(text))] + noise + text[int(end * len(text)) :]).encode())
    places = Places(source)
    for path, item in walked(value):
        places.key(path)
        if isinstance(item, str):
            assert found(source, places.text(path, item)) in {None, re.split(r"[\r\n]", item)[0]}


@given(damage)
def test_whatever_the_decoder_accepts_is_walked_through(text: str) -> None:
    try:
        document = decode.from_jsonc(text)
    except decode.ShapeError:
        document = None
    places = places_of(text)
    for path, item in walked(document):
        places.key(path)
        if isinstance(item, str):
            assert places.text(path, item).line or "\\" in text


def test_equal_texts_have_their_own_places() -> None:
    places = places_of('{"a": ["x", "x"],\n"b": {"a": "x"}}')
    assert places.text(("a", 0), "x") == Location("f.json", 1, 9, 10)
    assert places.text(("a", 1), "x") == Location("f.json", 1, 14, 15)
    assert places.text(("b", "a"), "x") == Location("f.json", 2, 13, 14)


def test_of_equal_keys_the_last_one_counts() -> None:
    places = places_of('{"a": {"b": "x"},\n"a": {"c": "x"},\n"d": "x",\n"\\u0064": "x", "e": "x", "e": 1}')
    assert places.key(("a",)).line == 2
    assert places.key(("a", "b")) == places.text(("a", "b"), "x") == Location("f.json")
    assert places.text(("a", "c"), "x").line == 2
    assert places.text(("d",), "x").line == 4
    assert places.key(("d",)) == places.text(("e",), "x") == Location("f.json")


def test_a_part_of_a_text_has_a_place() -> None:
    assert places_of('["one two"]').text((0,), "one two", 4, 7) == Location("f.json", 1, 7, 10)
    assert places_of('["one\\ntwo"]').text((0,), "one\ntwo", 0, 3) == Location("f.json", 1, 3, 6)


def test_a_document_may_be_one_text() -> None:
    assert places_of('\n"one"').text((), "one") == Location("f.json", 2, 2, 5)


def test_what_escapes_hide_has_no_line() -> None:
    places = places_of('{"a": "\\u0078y", "\\u0062": ["x"], "c": ["x\\"", "\\/", "\\\\"]}')
    hidden = [
        places.text(("a",), "xy"),
        places.key(("b",)),
        places.text(("c", 0), 'x"'),
        places.text(("c", 2), "\\"),
        places.key(("c", 0)),
        places.key(("c", 1)),
    ]
    assert set(hidden) == {Location("f.json")}
    assert places.text(("b", 0), "x") == Location("f.json", 1, 30, 31)


@pytest.mark.parametrize(
    ("path", "value"), [(("a",), "y"), (("a",), 'x", "b'), (("b",), "x"), (("a", "b"), "x"), ((0,), "x"), ((), "x")]
)
def test_what_is_not_there_has_no_line(path: Path, value: str) -> None:
    assert places_of('{"a": "x", "b": [1]}').text(path, value) == Location("f.json")


def test_an_element_that_is_no_text_has_no_key() -> None:
    places = places_of('[1, {"a": "x"}, ["x"], "x"]')
    assert [places.key((index,)).column for index in range(5)] == [None, None, None, 25, None]


def test_nesting_has_an_end() -> None:
    path = (0,) * 5000
    assert places_of("[" * 5000 + '"x"' + "]" * 5000).text(path, "x") == Location("f.json")
    assert places_of("[" * 900 + '"x"' + "]" * 900).text(path[:900], "x") == Location("f.json", 1, 902, 903)


@pytest.mark.parametrize(
    "hostile", ["/*", "/**/", '"', '\\"', '"a":', '"a":/**/,', '"a"/**/', "[", "]", ",", "/", "*", "\\", '"a" ', "1 "]
)
def test_the_walk_does_not_go_back(hostile: str) -> None:
    for start in ("", "[", '["', "/*"):
        assert places_of(start + hostile * 50_000).key(("b",)) == Location("f.json")
