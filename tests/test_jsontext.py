"""Adding to JSON leaves everything else as it stands."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.syntax import jsontext
from scanner.syntax.jsontext import Edit, Walk

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
INDENTS = st.sampled_from([None, 0, 2, "\t"])


def taken_apart(walk: Walk) -> object:
    if walk.begins("{"):
        return {key: taken_apart(walk) for key in walk.members()}
    if walk.begins("["):
        return [taken_apart(walk) for _ in walk.elements()]
    return walk.value()


@given(value=VALUES, indent=INDENTS)
def test_what_is_walked_through_is_what_a_decoder_reads(value: object, indent: int | str | None) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    walk = Walk(f" {text}\n")
    assert taken_apart(walk) == value
    assert not walk.more
    assert walk.text[: walk.end] == f" {text}"


@pytest.mark.parametrize(
    "text",
    ["", "{", "[", '{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', "[1,]", "[1", '{"a":1]', "[1}", "{1:2}", "[,1]"],
)
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- of whatever message
        taken_apart(Walk(text))


@given(text=st.text(alphabet='{}[]",: 1a\n\\', max_size=12))
def test_any_text_is_read_as_the_decoder_reads_it_or_refused(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        walk = Walk(text)
        found = taken_apart(walk)
    except ValueError:
        assert expected is None
        return
    if not walk.more:
        assert found == expected


@given(fields=st.dictionaries(st.text(), VALUES, max_size=3), indent=INDENTS, new=st.lists(st.text(), max_size=2))
def test_members_are_added_behind_those_there_are(
    fields: dict[str, object], indent: int | str | None, new: list[str]
) -> None:
    fields.pop("properties", None)
    text = json.dumps(fields, indent=indent)
    walk, end = Walk(text), 0
    for _ in walk.members():
        walk.value()
        end = walk.end
    added: dict[str, jsontext.Value] = {"properties": [{"name": name, "value": name} for name in new]}
    edited = jsontext.edited(text, [jsontext.added(text, 0, end, added)])
    assert json.loads(edited) == {**fields, **added}
    assert [*json.loads(edited)][:-1] == [*fields]


@given(before=st.lists(VALUES, max_size=3), new=st.lists(st.text(), max_size=3), indent=INDENTS)
def test_a_list_grows_at_its_end(before: list[object], new: list[str], indent: int | str | None) -> None:
    text = json.dumps(before, indent=indent)
    found = jsontext.listed(Walk(text))
    assert found is not None
    assert json.loads(jsontext.edited(text, [jsontext.grown(found, new, "\n")])) == [*before, *new]


@given(value=VALUES, indent=INDENTS)
def test_harmless_text_says_the_same(value: object, indent: int | str | None) -> None:
    text = jsontext.harmless(json.dumps([value, "##[x]\u202e\x7f\U000e0001"], indent=indent, ensure_ascii=False))
    assert json.loads(text) == [value, "##[x]\u202e\x7f\U000e0001"]
    assert "##[" not in text
    assert text.replace("\n", "").replace("\t", "").isprintable()


def test_a_line_break_of_old_is_one_of_today() -> None:
    assert jsontext.harmless('{\r"a":\r\n1}') == '{\n"a":\n1}'


def test_numbers_stay_as_they_are_written() -> None:
    text = '{"a": 1.10, "b": 1e999, "c": 100000000000000000000000000.00000001}'
    assert jsontext.edited(text, [Edit(len(text), len(text), "\n")]) == text + "\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_of_json_is_read(encoding: str) -> None:
    assert jsontext.decoded('{"a": "é"}'.encode(encoding)) == '{"a": "é"}'
