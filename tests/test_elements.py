"""Where texts stand in an element; and SBOMs whose elements are all read say the same in any size."""

from __future__ import annotations

import glob
import os
from functools import partial

import pytest

from scanner import plugin
from scanner.source import Source
from scanner.syntax import jsonstream
from scanner.syntax.elements import place
from scanner.syntax.jsonstream import Element

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")
INPUTS = [
    pytest.param(parser, path, id=os.path.relpath(path, FIXTURES))
    for parser in ("spdx3", "syft_json")
    for path in sorted(glob.glob(f"{FIXTURES}/{parser}/*/*.json"))
    if not path.endswith("expected.json")
]


@pytest.mark.parametrize(("parser", "path"), INPUTS)
def test_a_large_document_says_what_a_small_one_says(parser: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open(path, "rb") as file:
        data = file.read()
    parse = plugin.parser(parser).parse
    small = list(parse(Source("sbom.json", data)))
    monkeypatch.setattr(jsonstream, "read", partial(jsonstream.read, small=0))
    assert list(parse(Source("sbom.json", data))) == small


def test_a_text_is_placed_where_it_is_a_value() -> None:
    element = Element("packages", {}, '{"name": ["name"],\n "of" :\t"name"}', "sbom.json", 7, 3)
    assert place(element, "name") == ("sbom.json", 8, 10, 14)


def test_the_first_text_that_stands_there_counts() -> None:
    element = Element("packages", {}, '{"purl": "pkg:npm/\\u0061", "name": "a"}', "sbom.json", 7, 3)
    assert place(element, "pkg:npm/a", "", "a") == ("sbom.json", 7, 39, 40)
    assert place(element, "b") is None
