"""Laws of reading a large JSON lockfile in one pass: the same values, and the same places, as the slow ways give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import decode
from scanner.source import Source
from scanner.syntax.json import Places
from scanner.syntax.members import Lines, nested, offsets, read

if TYPE_CHECKING:
    from collections.abc import Callable

    from scanner.syntax.json import Path

keys = st.sampled_from(["", "packages", "dependencies", "a", "b", "node_modules/a", '"', "\\", "/", "é", "\u2028"])
scalars = st.none() | st.booleans() | st.integers() | keys | st.text(max_size=4)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)
documents = st.fixed_dictionaries(
    {}, optional={"a": values, "packages": st.dictionaries(keys, values, max_size=5), "dependencies": values}
)
trees = st.recursive(
    st.dictionaries(st.sampled_from(["version", "requires"]), scalars, max_size=2),
    lambda inner: st.fixed_dictionaries(
        {}, optional={"version": scalars, "requires": values, "dependencies": st.dictionaries(keys, inner | scalars)}
    ),
    max_leaves=12,
)
styles = st.fixed_dictionaries(
    {
        "indent": st.sampled_from([None, 0, 2, "\t"]),
        "separators": st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", " :\t")]),
        "ensure_ascii": st.booleans(),
    }
)


def written(document: object, style: dict[str, object], ending: str) -> str:
    return json.dumps(document, **style).replace("\n", ending)  # type: ignore[arg-type]  # -- any style will do


@given(documents, styles, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", " \n", "\ufeff"]))
def test_values_and_places_are_those_of_the_slow_way(
    document: object, style: dict[str, object], ending: str, before: str
) -> None:
    text = before + written(document, style, ending) + ending
    values, found = read(text, "packages")
    assert values == decode.from_json(text)
    assert_placed(text, {("packages", key): at for key, (at, _) in found.items()})
    packages = values.get("packages") if isinstance(values, dict) else None
    assert found.keys() <= (packages.keys() if isinstance(packages, dict) else set())
    for key, (_, value_at) in found.items():
        assert json.JSONDecoder().raw_decode(text, value_at)[0] == packages[key]  # type: ignore[index]  # -- see above


@given(documents, styles)
def test_every_plain_key_is_placed(document: dict[str, object], style: dict[str, object]) -> None:
    plain = {key: value for key, value in document.items() if key == "packages"}
    packages = plain.get("packages")
    names = [key for key in packages if json.dumps(key) == f'"{key}"'] if isinstance(packages, dict) else []
    if isinstance(packages, dict) and len(names) == len(packages):
        assert list(read(written(document, style, "\n"), "packages")[1]) == names


@given(trees, styles, st.sampled_from(["\n", "\r\n"]))
def test_the_members_of_nested_objects_are_placed(document: object, style: dict[str, object], ending: str) -> None:
    text = written(document, style, ending)
    found = nested(text, "dependencies")
    assert_placed(text, placed(document, found, text))


def placed(document: object, found: dict[tuple[int, str], tuple[int, int, int]], text: str) -> dict[Path, int]:
    places: dict[Path, int] = {}
    waiting: list[tuple[object, Path, int]] = [(document, (), 0)]
    while waiting:
        entry, path, number = waiting.pop()
        inside = entry.get("dependencies") if isinstance(entry, dict) else None
        for key, value in inside.items() if isinstance(inside, dict) else ():
            if isinstance(value, dict) and json.dumps(key) == f'"{key}"':
                at, value_at, child = found[number, key]
                assert json.JSONDecoder().raw_decode(text, value_at)[0] == value
                places[*path, "dependencies", key] = at
                waiting.append((value, (*path, "dependencies", key), child))
    return places


def assert_placed(text: str, found: dict[Path, int]) -> None:
    source = Source("package-lock.json", text.encode())
    places, lines = Places(source), Lines(source)
    shift = len(text) - len(source.text)  # the byte order mark is no text
    for path, at in found.items():
        end = at - shift + len(str(path[-1]))
        assert lines.span(at - shift, end) == source.span(at - shift, end) == places.key(path)


@given(st.text(alphabet='{}[]":,\\ab \n', max_size=40) | st.text(max_size=20))
def test_any_text_is_decoded_or_refused_as_json_is(text: str) -> None:
    assert outcome(lambda: read(text, "a")[0]) == outcome(lambda: decode.from_json(text))


def outcome(reader: Callable[[], object]) -> object:
    try:
        return reader()
    except decode.ShapeError as error:
        return str(error), error.line, error.column


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        ('{"a": {"x": 1, "x": 2}}', {"a": {"x": 2}}, {"x": (16, 20)}),
        ('{"a": {"x": 1}, "a": {"y": 2}}', {"a": {"y": 2}}, {"y": (23, 27)}),
        ('{"a": {"x": 1}, "a": 2}', {"a": 2}, {}),
        (r'{"a": {"\u0078": 1}}', {"a": {"x": 1}}, {}),
        ('{"a": {}}', {"a": {}}, {}),
        ("[]", [], {}),
    ],
)
def test_of_equal_keys_the_last_one_counts(text: str, values: object, found: dict[str, tuple[int, int]]) -> None:
    assert read(text, "a") == (values, found)


def test_equal_nested_keys_are_placed_where_the_last_one_stands() -> None:
    text = '{"d": {"a": {"d": {"b": {}}}, "a": {"d": {"c": {}}}, "e": {}}}'
    found = nested(text, "d")
    at, _, number = found[0, "a"]
    assert at == 31
    assert (number, "c") in found
    assert (number, "b") not in found
    assert len({number for _, _, number in found.values()}) == len(found)


def test_members_of_an_object_are_placed() -> None:
    assert offsets('[{"a": 1, "b": {"c": 2}}]', 1) == {"a": (3, 7), "b": (11, 15)}
    assert offsets("[1]", 1) == {}
    assert offsets('[{"a": ]', 1) == {}


def test_deep_documents_are_refused_as_json_refuses_them() -> None:
    with pytest.raises(decode.ShapeError):
        read('{"a":' * 100_000, "a")
