"""Laws of the room that finds places in TOML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Location
from scanner.source import Source
from scanner.syntax import toml
from scanner.syntax.toml import Path, Places

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENT = """\
# name = "comment"
top = "first"
"quoted.key".'literal' = 'second'
number = 1_000.5 # "no text"
date = 1979-05-27 07:32:00Z
array = [ "third", 4, ["fifth", { inside = "sixth" }], [] , # "comment"
  \"\"\"
seventh\"\"\", '''it's ''''', "# eighth",
]
empty = ""
a.b.c = "dotted"

[table . "x y"]
key = "ninth"
[[many]]
name = "tenth"
[[many.more]]
name = "eleventh"
[[many.more]]
name = "twelfth"
[many.one]
name = "thirteenth"
[[many]]
[[many.more]]
name = "fourteenth"
"""

keys = st.text(min_size=1, max_size=5)
values = st.recursive(
    st.text(max_size=8) | st.integers(-9, 9) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
tables = st.dictionaries(keys, values, max_size=4)


def texts(value: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    match value:
        case str():
            yield path, value
        case dict():
            for key, item in value.items():
                yield from texts(item, (*path, key))
        case list():
            for index, item in enumerate(value):
                yield from texts(item, (*path, index))


def found(source: Source, location: Location) -> str | None:
    if location.line is None or location.column is None or location.end_column is None:
        return None
    return source.text.replace("\r\n", "\n").split("\n")[location.line - 1][
        location.column - 1 : location.end_column - 1
    ]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_text_is_found_where_it_stands(newline: str) -> None:
    source = Source("f.toml", DOCUMENT.replace("\n", newline).encode())
    places = Places(source)
    for path, value in texts(tomli.loads(source.text)):
        assert found(source, places.text(path, value)) == value


def test_equal_texts_have_their_own_places() -> None:
    places = Places(Source("f.toml", b'a = ["x", "x"]\n# "x"\n[b]\na = "x"\n'))
    assert places.text(("a", 0), "x") == Location("f.toml", 1, 7, 8)
    assert places.text(("a", 1), "x") == Location("f.toml", 1, 12, 13)
    assert places.text(("b", "a"), "x") == Location("f.toml", 4, 6, 7)


def test_a_part_of_a_text_has_a_place() -> None:
    places = Places(Source("f.toml", b'a = "one two"'))
    assert places.text(("a",), "one two", 4, 7) == Location("f.toml", 1, 10, 13)


def test_what_escapes_hide_has_no_line() -> None:
    places = Places(Source("f.toml", b'a = "\\u0078y"\n"\\u0062" = "x"\nc = "x\\n"\n'))
    assert places.text(("a",), "xy") == Location("f.toml")
    assert places.text(("b",), "x") == Location("f.toml")
    assert places.key(("b",)) == Location("f.toml")
    assert places.text(("c",), "x\n", 0, 1) == Location("f.toml", 3, 6, 7)


def test_keys_and_headers_have_places() -> None:
    source = Source("f.toml", DOCUMENT.encode())
    places = Places(source)
    paths: list[Path] = [
        ("top",),
        ("quoted.key",),
        ("quoted.key", "literal"),
        ("a", "b"),
        ("table", "x y"),
        ("many", 1),
    ]
    assert [found(source, places.key(path)) for path in paths] == ["top", "quoted.key", "literal", "b", "x y", "many"]
    assert places.key(("many", 0)).line == 15
    assert places.key(("many", 1)).line == 23
    assert places.key(("nowhere",)) == Location("f.toml")


def test_nesting_has_an_end() -> None:
    deep = "a = " + "[" * 5000 + '"x"' + "]" * 5000
    assert Places(Source("f.toml", deep.encode())).text(("a", *[0] * 5000), "x") == Location("f.toml")


@given(tables, st.sampled_from(["inline", "table", "array"]))
def test_no_text_is_found_at_another_place(table: dict[str, object], form: str) -> None:
    text = {
        "inline": f"t = {_inline(table)}\n",
        "table": f"[t]\n{_pairs(table)}",
        "array": f"[[t]]\n[[t]]\n{_pairs(table)}",
    }
    source = Source("f.toml", text[form].encode())
    places = Places(source)
    for path, value in texts(tomli.loads(source.text)):
        place = places.text(path, value)
        plain = "\\" not in "".join(_inline(key) for key in path if isinstance(key, str)) + _inline(value)
        assert found(source, place) == value if plain else found(source, place) in {None, value}


@given(st.text(alphabet="ab=\"'[]{}.,\n#\\ 1", max_size=40))
def test_whatever_the_decoder_accepts_is_walked_through(text: str) -> None:
    try:
        document = tomli.loads(text)
    except tomli.TOMLDecodeError:
        document = {}
    source = Source("f.toml", text.encode())
    places = Places(source)
    for path, value in texts(document):
        assert found(source, places.text(path, value)) in {None, value, value.partition("\n")[0]}


def _inline(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_inline(key)} = {_inline(item)}" for key, item in value.items()) + "}"
        case list():
            return "[" + ', # "comment"\n'.join(map(_inline, value)) + "]"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value)


def _pairs(table: dict[str, object]) -> str:
    return "".join(f"{_inline(key)} = {_inline(value)}\n" for key, value in table.items())


def test_the_pattern_does_not_go_back() -> None:
    assert toml._piece().match('"' + "\\a" * 50_000) is None
