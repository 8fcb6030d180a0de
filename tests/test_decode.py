"""Laws of the room where `Any` ends."""

from __future__ import annotations

import json
import re
from itertools import cycle
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import decode
from scanner.decode import ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable

MARK = "\ufeff"


def test_a_byte_order_mark_is_no_error() -> None:
    assert decode.from_json(MARK + '{"a": 1}') == {"a": 1}
    assert decode.from_toml(MARK + "a = 1") == {"a": 1}


def test_toml_may_end_its_lines_as_windows_does() -> None:
    assert decode.from_toml("a = 1\r\n\r\nb = 2\r\n") == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": [1, "x"]}',
        MARK + '// first\n{"a": [1, "x",],}',
        '{"a": /* , ] */ [1, "x" /**/ , // , ]\r]\r\n, /***/ } //',
        '/*/ "a" */ {"a"/* " */:[1,"x"]}',
    ],
)
def test_comments_and_trailing_commas_may_stand_in_json(text: str) -> None:
    assert decode.from_jsonc(text) == {"a": [1, "x"]}


def test_a_text_keeps_what_looks_like_a_comment() -> None:
    text = '// /* , ] */ " ,} \\'
    assert decode.from_jsonc(json.dumps([text, text])) == [text, text]
    assert decode.from_jsonc(json.dumps([text, text]) + "//") == [text, text]


@pytest.mark.parametrize(
    "text", ["[,]", "[1,,]", "[1,,,]", "{,}", '{"a":,}', "1,", "[1 /* ]", "[1 / ]", '["a // ]', "/*/ 1"]
)
def test_what_is_no_comment_and_no_trailing_comma_is_an_error(text: str) -> None:
    with pytest.raises(ShapeError):
        decode.from_jsonc(text)


@pytest.mark.parametrize("hostile", ["/*", "/**/", '"', '\\"', ",", "[,", ',"', '/"', "/* ", "[ ", '"a"/**/', "\\"])
def test_jsonc_is_read_in_one_go(hostile: str) -> None:
    for text in (hostile * 100_000, '"' + hostile * 100_000):
        with pytest.raises(ShapeError):
            decode.from_jsonc(text)


jsonc = st.recursive(
    st.text(alphabet='ab"\\/*,]}\n') | st.integers(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(alphabet='a"\\/*,'), inner),
    max_leaves=8,
)


@given(jsonc, st.lists(st.sampled_from(["", " ", "\r\n", '// ",]\n', '/* " ]\r */', "/**/"]), min_size=1))
def test_jsonc_is_json_once_comments_and_commas_are_left_out(value: object, gaps: list[str]) -> None:
    def written(value: object) -> str:
        gap = next(turn)
        match value:
            case dict():
                pairs = (
                    f"{gap}{json.dumps(key)}{gap}:{written(item)}{gap},{next(turn)}" for key, item in value.items()
                )
                return "{" + "".join(pairs) + "}"
            case list():
                return "[" + "".join(f"{written(item)}{gap},{next(turn)}" for item in value) + "]" + gap
            case _:
                return gap + json.dumps(value, ensure_ascii=False) + gap

    turn = cycle(gaps)
    assert decode.from_jsonc(written(value)) == value


@pytest.mark.parametrize(
    ("read", "text", "place"),
    [
        (decode.from_json, '{\n  "a": x}', (2, 8)),
        (decode.from_json, "", (1, 1)),
        (decode.from_json, "{}\n{}", (2, 1)),
        (decode.from_json, "{\r\r  x", (3, 3)),
        (decode.from_jsonc, "// a\r\n/*\r*/ [1,] x", (3, 9)),
        (decode.from_jsonc, "[1, /* ]", (1, 5)),
        (decode.from_toml, 'a = "\\\r"', (2, 1)),
        (decode.from_toml, "a = 1\nb = ", (2, 5)),
        (decode.from_toml, "a = 1\r\na = 2", (2, 6)),
    ],
)
def test_an_error_knows_its_place(read: Callable[[str], object], text: str, place: tuple[int, int]) -> None:
    with pytest.raises(ShapeError, match=r"^This is not .*\.$") as caught:
        read(text)
    assert (caught.value.line, caught.value.column) == place


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (decode.from_json, "[" * 100_000),
        (decode.from_json, "9" * 5000),
        (decode.from_jsonc, "[" * 100_000),
        (decode.from_jsonc, "9" * 5000),
        (decode.from_toml, "a = " + "[" * 3000),
        (decode.from_toml, "a = " + "9" * 5000),
    ],
)
def test_what_is_too_deep_or_too_long_is_an_error_like_any_other(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ShapeError):
        read(text)


@given(st.text() | st.text(alphabet='{}[]":,=\n\r\\ 1a/*'))
def test_any_text_is_decoded_or_a_shape_error_whose_place_exists(text: str) -> None:
    for read in (decode.from_json, decode.from_jsonc, decode.from_toml):
        try:
            read(text)
        except ShapeError as error:
            place = (error.line, error.column)
        else:
            continue
        lines = re.split(r"\r\n|\r|\n", text)
        assert place == (None, None) or place in {
            (number, column) for number, line in enumerate(lines, 1) for column in range(1, len(line) + 2)
        }


def test_a_value_of_the_right_type_is_returned() -> None:
    assert decode.table({"a": 1}, "x") == {"a": 1}
    assert decode.items([1], "x") == [1]
    assert decode.text("a", "x") == "a"
    assert decode.optional_text("a", "x") == "a"
    assert decode.optional_text(None, "x") is None


@pytest.mark.parametrize(
    ("read", "value", "sentence"),
    [
        (decode.table, None, "It is missing."),
        (decode.table, [], "It is a list, not a table."),
        (decode.items, {}, "It is a table, not a list."),
        (decode.items, True, "It is true or false, not a list."),
        (decode.text, 1.5, "It is a number, not text."),
        (decode.text, "", "It is empty."),
        (decode.text, None, "It is missing."),
        (decode.text, object(), "It is something else, not text."),
        (decode.optional_text, 1, "It is a number, not text."),
    ],
)
def test_a_value_of_another_type_is_a_sentence(
    read: Callable[[object, str], object], value: object, sentence: str
) -> None:
    with pytest.raises(ShapeError) as caught:
        read(value, "It")
    assert str(caught.value) == sentence
