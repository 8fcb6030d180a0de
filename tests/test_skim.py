"""Laws of reading a few fields of many members: what is told is what a whole decode tells."""

from __future__ import annotations

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.source import Source
from scanner.syntax import members, skim

keys = st.sampled_from(["a", "b", "é", "\U0001f600", "", "a b", 'q"', "back\\slash", "\n", "packages", "\x7f"])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | keys,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(keys, st.dictionaries(keys, values, max_size=4), min_size=1, max_size=5)


@given(
    objects,
    st.dictionaries(keys, values, max_size=3),
    st.sampled_from([None, 0, 2, "\t"]),
    st.sampled_from([False, True]),
)
def test_fields_and_places_are_those_of_a_whole_decode(
    packages: dict[str, dict[str, object]], around: dict[str, object], indent: int | str | None, escapes: object
) -> None:
    text = json.dumps({**around, "packages": packages}, indent=indent, ensure_ascii=bool(escapes))
    found = skim.read(Source("x.json", text.encode()), "packages", ("a", "packages"), ("b",))

    assert found is not None
    expected = {
        key: {name: member[name] for name in member if name in {"a", "b", "packages"}}
        for key, member in packages.items()
    }
    assert found.complete()
    assert found.members == expected
    places = found.offsets(packages)
    if places is not None:
        # Which finds none where any key is written with escapes.
        assert places == (members.read(text, "packages")[1] or places)
        assert found.whole(places) == packages


marked = st.builds("{}/in/{}".format, keys, keys)


@given(
    st.dictionaries(keys | marked, st.dictionaries(keys | marked, values | marked, max_size=3), min_size=1, max_size=5),
    st.dictionaries(keys | marked, values | marked, max_size=2),
    st.sampled_from([None, 2, "\t"]),
    st.sampled_from([False, True]),
)
def test_keys_with_a_mark_are_placed_as_without_it(
    packages: dict[str, dict[str, object]], around: dict[str, object], indent: int | str | None, escapes: object
) -> None:
    text = json.dumps({**around, "packages": packages}, indent=indent, ensure_ascii=bool(escapes))
    found = skim.read(Source("x.json", text.encode()), "packages", ())

    assert found is not None
    wanted = [key for key in packages if "/in/" in key]
    places = found.offsets(wanted, "/in/")
    if places is not None:
        whole = members.read(text, "packages")[1]
        assert list(places) == wanted
        assert not whole or places == {key: whole[key] for key in wanted}
        assert found.whole(places) == {key: packages[key] for key in wanted}


@pytest.mark.parametrize(
    ("text", "walked"),
    [
        ('{"list": {"b": {},"a/in/b" : {"c": 1}}}', False),
        ('{"list": {"a/in/b": {}, "c": {"d": "a/in/b"}}}', True),
        ('{"list": {"c": {"a/in/b": {}}, "a/in/b": {}}}', True),
        ('{"list": {"a/in/b": {}, "c": {"d": "\\u0000"}}}', True),
        ('{"list": {"a/in/b": {}, "c\\"": {}}}', True),
    ],
)
def test_a_mark_that_stands_elsewhere_proves_nothing(text: str, *, walked: bool) -> None:
    found = skim.read(Source("x.json", text.encode()), "list", ())
    assert found is not None
    sought = skim._sought(text.encode(), found.members, ["a/in/b"], "/in/")
    assert (sought is None) is walked
    assert found.offsets(["a/in/b"], "/in/") == (sought or found.offsets(["a/in/b"]))


def test_members_that_are_spaced_alike_are_placed() -> None:
    text = '{\r\n "list": {\r\n  "é" :\t{"a": "é"},\r\n  "b" :\t{"z": [{"b" :\t{}}]}\r\n }\r\n}'
    found = skim.read(Source("x.json", text.encode()), "list", ("a",))
    assert found is not None
    assert found.members == {"é": {"a": "é"}, "b": {}}
    assert found.offsets({"b"}) == {"b": (text.index('b"'), text.index('{"z"'))}


@pytest.mark.parametrize(
    "text",
    [
        '{"list": {"a": {}, "b": {} ,"c": {}}}',
        '{"list": {"a": {}, "b": {}, "a": {}}}',
        '{"list": {"a": {"x": 1}}, "list": {"a": {"x": 1}}}',
        '{"list": {"a": {"list": {"a": {}}}}}',
        '{"list": {"a": {}, "\\u0062": {}}}',
        '{"l\\u0069st": {"a": {}}, "x": {"list": {"a": {}}}}',
    ],
)
def test_no_place_is_guessed(text: str) -> None:
    found = skim.read(Source("x.json", text.encode()), "list", ())
    assert found is not None
    assert found.offsets({"a"}) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"list": {"a": null}}',
        '{"list": {"a": {"b": NaN}}}',
        '{"list": {}} x',
        f'{{"list": {{"a": {"[" * 99_999}',
        f'{{"n": 1{"0" * sys.get_int_max_str_digits()}, "list": {{}}}}',
    ],
)
def test_what_is_no_such_document_is_left_to_others(text: str) -> None:
    assert skim.read(Source("x.json", text.encode()), "list", ("a",)) is None
