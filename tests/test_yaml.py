"""Laws of the room that reads YAML."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import yaml as library
from hypothesis import given
from hypothesis import strategies as st

from scanner.decode import ShapeError
from scanner.model import Location
from scanner.source import Source
from scanner.syntax.yaml import MAX_DEPTH, Document, Path, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

PARSERS = ["libyaml", "python"]

DOCUMENT = """\
# name: comment
name: first
"quoted key": 'second'
é: ünï # third
on: yes
python-version: 3.10
list:
- fourth
- [fifth, "sixth", {inside: seventh}]
-   - eighth
anchored: &here ninth
tagged: !!str tenth
both: !!str &there "eleventh"
empty: ""
? complex
: twelfth
"""

letters = st.text(alphabet="ab \n:-#'\"é\u2028\x85\t,[]{}&*!|>%@~0\\", max_size=8)
scalars = letters | st.text(max_size=8) | st.integers() | st.floats() | st.booleans() | st.none() | st.dates()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters | st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
styles = st.sampled_from([None, "'", '"', "|", ">"])
breaks = st.sampled_from(["\n", "\r\n", "\r"])
# Where the two parsers of the library agree. They do not on tabs at the end of a line, on `?` and
# `:` that touch a bracket, on `!` before punctuation, and on `#` right after `|` and `>`.
block_texts = st.text(alphabet="ab: -'\"é\u2028\x85\n\r&*|>~0\x07", max_size=20)
flow_texts = st.lists(st.sampled_from(["a", "b", ": ", "-", ", ", *"[]{}'\"\n", "&a ", "*a ", "# "]), max_size=14).map(
    "".join
)
texts_of_yaml = st.text(alphabet="ab: -#'\"é\u2028\x85\t,[]{}&*!|>%?<~0\\\n\r\ufeff\x07", max_size=30)


@contextmanager
def parser(name: str) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        if name == "python":
            patch.delattr("yaml.CSafeLoader")
        yield


def every(text: str | bytes) -> list[Document]:
    return list(documents(Source("f.yaml", text.encode() if isinstance(text, str) else text)))


def one(text: str | bytes) -> Document:
    (document,) = every(text)
    return document


def value(text: str | bytes) -> object:
    return one(text).value


def refusal(text: str | bytes) -> ShapeError:
    with pytest.raises(ShapeError) as caught:
        every(text)
    return caught.value


def texts(node: object, path: Path = ()) -> Iterator[tuple[Path, str]]:
    match node:
        case str():
            yield path, node
        case dict():
            for key, item in node.items():
                yield from texts(item, (*path, key))
        case list():
            for index, item in enumerate(node):
                yield from texts(item, (*path, index))


def found(source: Source, location: Location) -> str | None:
    if location.line is None or location.column is None or location.end_column is None:
        return None
    lines = source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[location.line - 1][location.column - 1 : location.end_column - 1]


def outcome(text: str, name: str) -> list[object]:
    seen: list[object] = []
    with parser(name):
        try:
            seen.extend(document.value for document in documents(Source("f.yaml", text.encode())))
        except ShapeError:
            seen.append(ShapeError)
    return seen


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", ["", "\ufeff", "\ufeff\ufeff"])
@pytest.mark.parametrize("name", PARSERS)
def test_every_text_and_key_is_found_where_it_stands(newline: str, bom: str, name: str) -> None:
    source = Source("f.yaml", (bom + DOCUMENT.replace("\n", newline)).encode())
    with parser(name):
        (document,) = documents(source)
    seen = dict(texts(document.value))
    assert len(seen) == 15
    for path, text in seen.items():
        assert found(source, document.places.text(path, text)) == text
        if isinstance(path[-1], str):
            assert found(source, document.places.key(path)) == path[-1]


def test_scalars_stay_as_they_are_written() -> None:
    text = "a: 3.10\nb: 1.0\nc: 2024-01-02\non: yes\nd: 0x1F\ne: off\nf: .inf\n3.10: 'null'\ntrue: \"true\"\n"
    assert value(text) == {
        "a": "3.10",
        "b": "1.0",
        "c": "2024-01-02",
        "on": "yes",
        "d": "0x1F",
        "e": "off",
        "f": ".inf",
        "3.10": "null",
        "true": "true",
    }


def test_only_the_words_of_yaml_1_2_are_no_text() -> None:
    assert value("[null, ~, Null, NULL, true, True, TRUE, false, False, FALSE, nULL, tRUE, n, y]") == [
        *[None] * 4,
        *[True] * 3,
        *[False] * 3,
        *["nULL", "tRUE", "n", "y"],
    ]
    assert value("a:\nb: !!str\nc: !!str null\nd: ! null\n") == {"a": None, "b": "", "c": "null", "d": None}


def test_tags_make_no_objects() -> None:
    assert value("a: !!python/object/apply:os.system ['x']\nb: !custom {c: !!int 1}") == {"a": ["x"], "b": {"c": "1"}}


def test_a_file_holds_many_documents_or_none() -> None:
    assert [document.value for document in every("a: 1\n---\nb: 2\n---\n...\n---\nc: 3\n")] == [
        {"a": "1"},
        {"b": "2"},
        None,
        {"c": "3"},
    ]
    assert every("") == []
    assert every("# nothing\n") == []
    assert value("%YAML 1.2\n---\na: 1\n") == {"a": "1"}


def test_each_document_has_its_own_places() -> None:
    first, second = every("a: x\n---\na: x\n")
    assert first.places.text(("a",), "x") == Location("f.yaml", 1, 4, 5)
    assert second.places.text(("a",), "x") == Location("f.yaml", 3, 4, 5)


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("bad", ["b: [", "b: 'x", "\tb: 1", "b: \x07", "*none", "b: é: c", "# \x00"])
def test_a_broken_document_never_loses_those_before_it(name: str, bad: str) -> None:
    with parser(name):
        walk = documents(Source("f.yaml", f"a: 1\n---\n{bad}\n".encode()))
        assert next(walk).value == {"a": "1"}
        with pytest.raises(ShapeError, match=r"This is not YAML that can be read: .*\.$") as caught:
            next(walk)
    assert caught.value.line in {3, 4}
    assert caught.value.column


def test_an_error_tells_line_and_column_in_code_points() -> None:
    error = refusal("a: 'x\u2028\u2028y'\r\né: 'ü' x\n")
    assert (error.line, error.column) == (2, 8)
    error = refusal("é: ü\rb: \x01\n")
    assert (error.line, error.column) == (2, 4)


@pytest.mark.parametrize(
    "text",
    ["{{- if .Values.x }}\na: 1\n{{- end }}\n", "a: 1\n{% for x in y %}\n  - b\n", "text\n---x\n%YAML\n---\n- [}"],
)
@pytest.mark.parametrize("name", PARSERS)
def test_a_template_is_refused_with_its_line(text: str, name: str) -> None:
    with parser(name):
        assert refusal(text).line


def test_a_template_in_the_place_of_a_value_is_no_text() -> None:
    assert value("a: {{ version }}\nb: '{{ version }}'\n") == {"a": {}, "b": "{{ version }}"}


def test_a_key_that_is_no_scalar_is_left_out() -> None:
    assert value("? [a, b]\n: c\n? {d: e}\n: [f]\ng: h\n") == {"g": "h"}


def test_the_last_of_equal_keys_wins() -> None:
    document = one("a: 1\nb: 2\na: 3\n")
    assert document.value == {"a": "3", "b": "2"}
    assert document.places.text(("a",), "3") == Location("f.yaml", 3, 4, 5)


def test_an_alias_shares_what_it_repeats() -> None:
    document = one("a: &x {k: v}\nb: *x\nc: &y text\nd: *y\n*y : e\nf: &n ~\ng: *n\n")
    assert document.value == {
        "a": {"k": "v"},
        "b": {"k": "v"},
        "c": "text",
        "d": "text",
        "text": "e",
        "f": None,
        "g": None,
    }
    assert document.places.text(("b", "k"), "v") == Location("f.yaml", 1, 11, 12)
    assert document.places.text(("d",), "text") == Location("f.yaml", 3, 7, 11)


def test_an_alias_means_the_newest_anchor_of_its_name() -> None:
    assert value("[&x a, *x, &x b, *x]") == ["a", "a", "b", "b"]
    assert value("[&x [&x a, *x], *x]") == [["a", "a"], "a"]
    assert refusal("--- &x a\n--- *x\n").line == 2


MERGES = [
    "a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n",
    "a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a}\n",
    "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {z: 4, <<: [*a, *b]}\n",
    "a: &a {x: 1}\nb: {<<: *a, <<: {x: 2}}\n",
    "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc:\n  <<: *b\n",
    "a: {'<<': {x: '1'}}\n",
]


@pytest.mark.parametrize("text", MERGES)
def test_merge_keys_do_as_the_library_does(text: str) -> None:
    assert value(text) == by_the_library(text)


def test_what_is_merged_stands_where_it_is_written() -> None:
    document = one("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\n")
    assert document.places.text(("b", "x"), "1") == Location("f.yaml", 1, 11, 12)
    assert document.places.text(("b", "y"), "3") == Location("f.yaml", 2, 16, 17)
    assert document.places.key(("b", "y")) == Location("f.yaml", 2, 13, 14)


def test_what_cannot_be_merged_is_an_entry() -> None:
    assert value("a: {<<: text}\nb: {<<: [{x: 1}, 2]}\n") == {"a": {"<<": "text"}, "b": {"<<": [{"x": "1"}, "2"]}}


@pytest.mark.parametrize("text", ["&x [*x]", "&x {a: *x}", "&x {<<: *x}", "a: &x\n  b: [{c: *x}]\n"])
def test_an_alias_inside_of_itself_is_refused(text: str) -> None:
    assert "inside of what it repeats" in str(refusal(text))


BOMBS = {
    "lists": "- &a0 [x]\n" + "".join(f"- &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]\n" for n in range(40)),
    "merges": "- &a " + "{" + ", ".join(f"k{n}: 1" for n in range(3000)) + "}\n" + "- {<<: *a}\n" * 3000,
    "inner merges": "{<<: " * 150 + "{" + ", ".join(f"k{n}: 1" for n in range(20000)) + "}" + "}" * 150,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_of_aliases_costs_nothing(bomb: str) -> None:
    start = time.perf_counter()
    assert "repeat too much" in str(refusal(bomb))
    assert time.perf_counter() - start < 10


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("text", ["[" * 50000, "{a: " * 50000, "- " * 50000])
def test_nesting_has_an_end(text: str, name: str) -> None:
    with parser(name):
        assert "nested too deeply" in str(refusal(text))


def test_nesting_through_aliases_has_the_same_end() -> None:
    chain = "- &a0 [x]\n" + "".join(f"- &a{n + 1} [*a{n}]\n" for n in range(MAX_DEPTH + 1))
    assert "nested too deeply" in str(refusal(chain))
    assert isinstance(value("[" * MAX_DEPTH + "]" * MAX_DEPTH), list)
    assert "nested too deeply" in str(refusal("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)))


def test_quotes_and_blocks_are_told_from_plain_scalars() -> None:
    places = one("a: 3.10\nb: '3.10'\nc: \"3.10\"\nd: |\n  3.10\ne: [3.10]\nf: >-\n  3.10\ng: &x 3.10\nh: *x\n").places
    assert [places.quoted((key,)) for key in "abcdefgh"] == [False, True, True, True, False, True, False, False]
    assert not places.quoted(("e", 0))
    assert not places.quoted(("nowhere",))


def test_the_first_line_of_many_has_a_place() -> None:
    text = (
        "a: |\n  one\n  two\nb: >-\n  one\n  two\nc: one  \n  two\nd: 'one\n\n  two'\n"
        "e: &x |-  # why\n    one\nf: |2\n   x\n"
    )
    document = one(text)
    for key in "abcde":
        whole = dict(texts(document.value))[key,]
        assert found(Source("f.yaml", text.encode()), document.places.text((key,), whole)) == "one"
        assert found(Source("f.yaml", text.encode()), document.places.text((key,), whole, 1, 2)) == "n"
    assert document.places.text(("a",), "one\ntwo\n", 4, 7) == Location("f.yaml")
    assert document.places.text(("f",), " x\n") == Location("f.yaml")


def test_what_escapes_hide_has_no_line() -> None:
    places = one('a: "\\u0078y"\n"\\u0062": x\nc: "x\\n"\nd: \'it\'\'s\'\ne: "x\\\n  y"\n').places
    assert places.text(("a",), "xy") == Location("f.yaml")
    assert places.key(("b",)) == Location("f.yaml")
    assert places.text(("b",), "x") == Location("f.yaml", 2, 11, 12)
    assert places.text(("c",), "x\n", 0, 1) == Location("f.yaml", 3, 5, 6)
    assert places.text(("d",), "it's", 0, 2) == Location("f.yaml", 4, 5, 7)
    assert places.text(("d",), "it's") == Location("f.yaml")
    assert places.text(("e",), "xy") == Location("f.yaml")


def test_a_line_of_blanks_costs_nothing() -> None:
    text = "a" + " " * 200_000 + "b\n"
    start = time.perf_counter()
    assert one(f"a: >\n {text}").places.text(("a",), text) == Location("f.yaml", 2, 2, 200_004)
    assert time.perf_counter() - start < 10


def test_a_part_of_a_text_has_a_place() -> None:
    places = one("- a: 'one two'\n").places
    assert places.text((0, "a"), "one two", 4, 7) == Location("f.yaml", 1, 11, 14)


def test_what_is_not_there_has_the_file_as_its_place() -> None:
    places = one("a: [x]\n").places
    for path in [("b",), ("a", 1), ("a", -1), ("a", "x"), (0,), ("a", 0, "x"), ("a",), ()]:
        assert places.text(path, "x") == Location("f.yaml")
    assert places.key(()) == places.key(("a", 0)) == places.key(("b",)) == Location("f.yaml")
    assert places.text(("a", 0), "y") == places.text(("a", 0), "xx") == Location("f.yaml")


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("text", ['"\\ud800"', '"\\U00110000"', '"\\Uffffffff"', "%YAML 1." + "9" * 5000 + "\n---\n"])
def test_an_escape_for_no_character_is_refused(text: str, name: str) -> None:
    with parser(name):
        refusal(text)


def test_a_scan_without_yaml_does_not_load_the_library() -> None:
    import subprocess

    program = "import sys, scanner.syntax.yaml; assert 'yaml' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


class _TextLoader(library.SafeLoader):
    """The library's own composer and merge keys, with scalars as they are written."""


_WORDS = dict.fromkeys(("", "~", "null", "Null", "NULL")) | {
    word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")
}


def by_the_library(text: str) -> object:
    decoded: object = library.load(text, _TextLoader)  # noqa: S506 -- a safe loader
    return decoded


def _written(loader: library.SafeLoader, node: library.ScalarNode) -> object:
    del loader
    return node.value if node.style else _WORDS.get(node.value, node.value)


for _tag in ("bool", "int", "float", "null", "timestamp", "str", "value"):
    _TextLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _written)


@given(values, styles, st.sampled_from([None, True, False]), breaks, st.sampled_from([None, 4]))
def test_what_the_library_writes_reads_back(
    content: object, style: str | None, flow: object, newline: str, indent: int | None
) -> None:
    text = library.safe_dump(
        content,
        default_style=style,
        default_flow_style=flow is True,
        allow_unicode=indent is None,
        line_break=newline,
        indent=indent,
        explicit_start=True,
    )
    wanted = _keys_as_text(by_the_library(text))
    source = Source("f.yaml", text.encode("utf-8", "replace"))
    (document,) = documents(source)
    assert document.value == wanted
    with parser("python"):
        (again,) = documents(source)
    assert again.value == wanted
    for path, item in texts(wanted):
        place = found(source, document.places.text(path, item))
        assert place == found(source, again.places.text(path, item))
        assert place == item if plain(item) else place is None or item.startswith(place)
        if path and isinstance(path[-1], str):
            key = found(source, document.places.key(path))
            assert key is None or path[-1].startswith(key)


def plain(text: str) -> bool:
    # What no style of the library hides behind escapes, folds or indents on its own.
    return text.isascii() and text.isprintable() and text.strip() == text != "" and not set("'\"\\") & set(text)


def _keys_as_text(node: object) -> object:
    match node:
        case dict():
            return {key if isinstance(key, str) else "?": _keys_as_text(item) for key, item in node.items()}
        case list():
            return [_keys_as_text(item) for item in node]
    return node


@given(texts_of_yaml | st.text(max_size=30))
def test_any_text_gives_documents_or_a_refusal(text: str) -> None:
    source = Source("f.yaml", text.encode("utf-8", "replace"))
    lines = source.text.count("\n") + source.text.count("\r") + 1
    walk = documents(source)
    while document := next_of(walk):
        if isinstance(document, ShapeError):
            assert 1 <= (document.line or 0) <= lines
            return
        for path, item in texts(document.value):
            place = found(source, document.places.text(path, item))
            assert place is None or item.startswith(place)


def next_of(walk: Iterator[Document]) -> Document | ShapeError | None:
    try:
        return next(walk, None)
    except ShapeError as error:
        return error


@given(block_texts | flow_texts)
def test_both_parsers_read_the_same(text: str) -> None:
    assert outcome(text, "libyaml") == outcome(text, "python")


@given(block_texts | flow_texts)
def test_both_parsers_find_the_same_places(text: str) -> None:
    source = Source("f.yaml", text.encode())
    seen = []
    for name in PARSERS:
        with parser(name):
            walk = documents(source)
            document = next_of(walk)
        if isinstance(document, Document):
            seen.append([document.places.text(path, item) for path, item in texts(document.value)])
    assert not seen or seen[0] == seen[1]
