"""How HCL is read: the values of a file, and where each stands; never lost for a bad line, never slow."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.source import Source
from scanner.syntax.hcl import MAX_DEPTH, Document, document


def read(text: str) -> Document:
    return document(Source("main.tf", text.encode()))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('"plain"', "plain"),
        (r'"a\"b\\c\td"', 'a"b\\c\td'),
        (r'"\u00e9\U0001F600"', "é😀"),
        (r'"\UFFFFFFFF"', r"\UFFFFFFFF"),
        ("1.30", "1.30"),
        ("true", True),
        ("null", None),
        ("var.x", "${var.x}"),
        ('local.m["k"]', '${local.m["k"]}'),
        ('"v${var.x}-${lookup(var.m, "k")}"', 'v${var.x}-${lookup(var.m, "k")}'),
        ('"%{ if a }${"}"}%{ endif }"', '%{ if a }${"}"}%{ endif }'),
        ('"$${kept}"', "$${kept}"),
        ('a ? "b" : "c"', '${a ? "b" : "c"}'),
        ("max(1,\n  2)", "${max(1,\n  2)}"),
        ('(\n "in"\n)', "in"),
        ('[1, "2", [], {}]', ["1", "2", [], {}]),
        ("[\n  1, # one\n  2,\n]", ["1", "2"]),
        ("[1\n, a ?\n 2 : 3]", ["1", "${a ?\n 2 : 3}"]),
        ('{ a = 1, "b" : 2\n c = 3 }', {"a": "1", "b": "2", "c": "3"}),
        ("{ (var.k) = 1, b = 2 }", {"b": "2"}),
        ("[for a in b : a]", "${[for a in b : a]}"),
        ("{\n for k, v in b : k => v }", "${{\n for k, v in b : k => v }}"),
        ('jsonencode([{ image = "x" }])', [{"image": "x"}]),
        ("merge({ a = 1 }, { b = 2 })", "${merge({ a = 1 }, { b = 2 })}"),
        ('<<EOT\n  one "two"\nEOT', '  one "two"\n'),
        ("<<-EOT\n  ${a}\n  EOT", "  ${a}\n"),
        ("/* a */ 1 // b", "1"),
    ],
)
def test_a_value_is_what_it_would_be_in_json(text: str, value: object) -> None:
    found = read(f"a = {text}\nb = 2\n")
    assert found.value == {"a": value, "b": "2"}
    assert not found.problems


def test_blocks_are_lists_and_labels_are_keys() -> None:
    found = read('b "x" y {\n  in { v = 1 }\n  in {}\n}\nb "z" {}\nlocals { a = 1 }\n')
    assert found.value == {
        "b": [{"x": {"y": {"in": [{"v": "1"}, {}]}}}, {"z": {}}],
        "locals": [{"a": "1"}],
    }


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("b", 0, "x", "plain"), "1.2", (2, 12, 15)),
        (("b", 0, "x", "number"), "7", (3, 12, 13)),
        (("b", 0, "x", "expression"), "${var.x}", (4, 16, 21)),
        (("b", 0, "x", "escaped"), 'a"b', (5, 14, 18)),
        (("b", 0, "x", "list", 1), "y", (6, 17, 18)),
    ],
)
def test_a_text_stands_between_its_quotes_and_what_is_computed_where_it_is_written(
    path: tuple[str | int, ...], value: str, place: tuple[int, int, int]
) -> None:
    text = 'b "x" {\n  plain = "1.2"\n  number = 7\n  expression = var.x\n  escaped = "a\\"b"\n  list = ["x", "y"]\n}\n'
    assert read(text).places.text(path, value)[1:] == place


def test_a_part_of_a_heredoc_has_its_own_line() -> None:
    found = read('a = <<EOT\none\n"image": "nginx"\nEOT\n')
    value = str(found.value["a"])
    start = value.index("nginx")
    assert found.places.text(("a",), value, start, start + 5)[1:] == (3, 11, 16)


def test_a_key_and_a_label_have_places_and_what_is_not_there_has_the_file() -> None:
    places = read('b "x" {\r\n  a = 1\r\n}\r\n').places
    assert places.key(("b", 0, "x"))[1:] == (1, 4, 5)
    assert places.key(("b", 0, "x", "a"))[1:] == (2, 3, 4)
    assert places.text(("b", 0, "y"), "z").line is None


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a = 1\n}\n", 2, "This brace closes nothing."),
        ("a = 1]\n", 1, "This bracket closes nothing."),
        ('a = "open\nb = 2\n', 1, "This text has no end."),
        ("a = <<EOT\nb = 2\n", 1, "This text has no end."),
        ("=======\na = 1\n", 1, "This is neither an attribute nor a block."),
        ("word\na = 1\n", 1, "This is neither an attribute nor a block."),
        ("b {\n a = 1\n", 1, "The block of 'b' has no end."),
    ],
)
def test_a_bad_line_is_a_problem_at_its_place(text: str, line: int, message: str) -> None:
    assert [(problem.location.line, problem.message) for problem in read(text).problems] == [(line, message)]


def test_a_bad_line_never_loses_the_rest() -> None:
    text = 'a = "open\n<<<<<<< HEAD\nresource "x" "y" {\n  list = [1,\n\nresource "x" "z" {\n  v = 3\n}\n'
    found = read(text)
    assert found.value["resource"] == [{"x": {"y": {"list": ["1"]}}}, {"x": {"z": {"v": "3"}}}]
    assert [problem.location.line for problem in found.problems] == [1, 2, 3]


def test_what_is_nested_too_deeply_is_left_out_and_all_else_is_there() -> None:
    deep = MAX_DEPTH + 5
    for opening, closing in ("[]", "{}", "()"):
        inside = "a = " if opening == "{" else ""
        text = f"x = {(opening + inside) * deep}1{closing * deep}\ny = 2\n"
        assert read(text).value["y"] == "2"
    blocks = read("b {\n" * deep + "}\n" * deep + "y = 2\n")
    assert (blocks.value["y"], blocks.problems) == ("2", [])


# As attributes and blocks are written, and what they mean.
_names = st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True).filter(lambda name: name not in {"for", "null", "true"})
_texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8).filter(
    lambda text: "${" not in text and "%{" not in text and "\\" not in text and '"' not in text
)
_values = st.recursive(
    _texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3), max_leaves=8
)


def _written(value: object) -> str:
    if isinstance(value, dict):
        return "{\n" + "".join(f"{key} = {_written(one)}\n" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(map(_written, value)) + "]"
    return f'"{value}"'


@given(st.dictionaries(_names, _values, max_size=4))
def test_what_is_written_is_what_is_read(value: dict[str, object]) -> None:
    text = "".join(f"{key} = {_written(one)}\n" for key, one in value.items())
    assert read(text).value == json.loads(json.dumps(value))


@given(st.text(st.sampled_from('ab.=:{}[]()"$%\\\n#/*<-E,?1 é'), max_size=60))
def test_any_text_gives_values_and_places_that_exist(text: str) -> None:
    found = read(text)
    lines = text.split("\n")
    for problem in found.problems:
        assert 1 <= (problem.location.line or 0) <= len(lines)
