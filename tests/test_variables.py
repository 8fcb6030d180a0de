"""syntax/variables: variables in texts, as shells, Dockerfiles and Compose write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.syntax.variables import expanded, unprefixed, variable

VALUES = {"A": "1", "EMPTY": ""}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a$A-${A}", "a1-1"),
        ("${B:-default}", "default"),
        ("${B-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY-default}", ""),
        ("${A:+other}", "other"),
        ("${B:+other}", ""),
        ("${EMPTY:+other}${EMPTY+set}", "set"),
        ("${A:?message}", "1"),
        ("${B:-${C:-$A}}/x", "1/x"),
        ("${A:-${B}}", "1"),
        ("${B:-}", ""),
    ],
)
def test_a_variable_becomes_its_value_or_its_default(text: str, result: str) -> None:
    assert expanded(text, VALUES.get) == result


@pytest.mark.parametrize("text", ["$B", "${B}", "${B:?message}", "${A#x}", "${A", "${A:-", "$", "$1", "${}", "a", ""])
def test_what_has_no_value_stays_as_it_is_written(text: str) -> None:
    assert expanded(text, VALUES.get) == text


def test_what_grows_beyond_measure_stays_as_it_is_written() -> None:
    assert expanded("$A$A", {"A": "x" * 4000}.get) == "$A$A"
    deep = "${B:-" * 1000 + "}" * 1000
    assert len(expanded(deep, VALUES.get)) <= len(deep)


@pytest.mark.parametrize(
    ("text", "name"),
    [("$A", "A"), ("${A}", "A"), ("${A:-${B}}", "A"), ("$A-", None), ("${A}b", None), ("a", None), ("${A", None)],
)
def test_a_text_may_be_one_variable(text: str, name: str | None) -> None:
    assert variable(text) == name


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("${REGISTRY}app:1", "app:1"),
        ("${A}${B}app", "app"),
        ("${REGISTRY}/app:1", "${REGISTRY}/app:1"),
        ("${NAME}:1", "${NAME}:1"),
        ("${NAME}-x:1", "${NAME}-x:1"),
        ("app:${TAG}", "app:${TAG}"),
        ("$NAMEapp", "$NAMEapp"),
    ],
)
def test_a_variable_without_a_value_before_a_name_is_empty(text: str, rest: str) -> None:
    assert unprefixed(text) == rest


@given(st.text(alphabet="$A{}:-+?", max_size=40))
def test_any_text_is_read(text: str) -> None:
    expanded(text, VALUES.get)
    variable(text)
