"""What files of CI share: variables in texts, unquoted numbers, systems."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from scanner.ecosystems.pipelines import Node, as_number, in_order, read, resolved, system, versions
from scanner.model import Dependency, Problem
from scanner.source import Source
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from scanner.model import Parsed

VARIABLE = r"\$\{(\w+)\}"


def node(text: str) -> Node:
    document = next(documents(Source("f.yml", text.encode())))
    return Node(document.value, (), document.places)


def purls(found: list[Parsed]) -> list[str]:
    return [value.purl for value in found if isinstance(value, Dependency)]


def test_a_variable_alone_stands_where_it_has_its_value() -> None:
    root = node('a: "3.8"\nuse: ${A}\n')
    ((text, at),) = resolved(root.get("use"), VARIABLE, {"A": [root.get("a")]})
    assert (text, at.place().line) == ("3.8", 1)


def test_a_variable_in_a_text_stands_where_the_text_is() -> None:
    root = node("a: [x, y]\nuse: python:${A}-slim\n")
    found = resolved(root.get("use"), VARIABLE, {"A": list(root.get("a").each())})
    assert [(text, at.place().line) for text, at in found] == [("python:x-slim", 2), ("python:y-slim", 2)]


def test_what_is_not_known_stays_as_it_is() -> None:
    ((text, _),) = resolved(node("use: a${B}").get("use"), VARIABLE, {})
    assert text == "a${B}"


def test_variables_that_mean_each_other_come_to_an_end() -> None:
    root = node("a: ${A}\n")
    assert [text for text, _ in resolved(root.get("a"), VARIABLE, {"A": [root.get("a")]})] == ["${A}"]


def test_there_are_no_more_meanings_than_a_matrix_has_jobs() -> None:
    root = node("a: [" + ", ".join(["'${A}'"] * 3000) + "]\nuse: " + "${A}" * 200 + "\n")
    values = {"A": list(root.get("a").each())}
    assert len(resolved(root.get("use"), VARIABLE, values)) == 256
    assert len(resolved(values["A"][0], VARIABLE, values)) == 256


@pytest.mark.parametrize(
    ("text", "tool", "number"),
    [("3.10", "python", "3.1"), ("3.9", "python", "3.9"), ("3.0", "python", "3.0"), ("3.0", "ruby", "3")],
)
def test_a_number_without_quotes_loses_its_zeros(text: str, tool: str, number: str) -> None:
    assert as_number(text, tool) == number


def test_a_number_that_lost_its_zero_is_said_so_and_one_in_quotes_keeps_it() -> None:
    found = list(versions(node('v: [3.10, "3.10"]').get("v"), "python"))
    assert purls(found) == ["pkg:generic/python@3.1", "pkg:generic/python@3.10"]
    assert sum(isinstance(value, Problem) for value in found) == 1


@pytest.mark.parametrize(
    ("label", "purl"),
    [
        ("ubuntu-20.04", "pkg:generic/ubuntu@20.04"),
        ("ubuntu-2204:2023.07.1", "pkg:generic/ubuntu@22.04"),
        ("Ubuntu1804", "pkg:generic/ubuntu@18.04"),
        ("bionic", "pkg:generic/ubuntu@bionic"),
        ("macOS-11", "pkg:generic/macos@11"),
        ("vs2017-win2016", "pkg:generic/windows-server@2016"),
    ],
)
def test_a_label_names_a_system(label: str, purl: str) -> None:
    (found,) = system(node(f"os: '{label}'").get("os"))
    assert found.purl == purl


@pytest.mark.parametrize("label", ["ubuntu-latest", "self-hosted", "Visual Studio 2019", "bionics"])
def test_a_label_that_names_no_release_is_none(label: str) -> None:
    assert list(system(node(f"os: '{label}'").get("os"))) == []


def test_every_document_of_a_file_is_read_and_what_is_shared_is_one() -> None:
    def within(root: Node) -> list[Parsed]:
        return [*versions(root.get("v"), "go"), *versions(root.get("v"), "go")]

    found = list(read(Source("f.yml", b"v: '1.20'\n---\nv: '1.21'\n---\n[\n"), "The file", within))
    assert purls(found) == ["pkg:generic/go@1.20", "pkg:generic/go@1.21"]
    assert isinstance(found[-1], Problem)
    assert in_order([]) == []


def test_a_known_that_gives_nothing_gives_nothing() -> None:
    known = partial(resolved, pattern=VARIABLE, values={})
    assert purls(list(versions(node("v: ${X}").get("v"), "go", known))) == ["pkg:generic/go"]
