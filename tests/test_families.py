"""catalog/families: packages that are released with a product."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog import build, dataset
from scanner.catalog.families import Start, check, fits, product_version, starts
from scanner.catalog.index import Found, Index, family_text
from scanner.corridor import resolve
from scanner.decode import ShapeError
from scanner.model import Dependency, EvidenceKind, Family, Location, Match, Miss, Reason

if TYPE_CHECKING:
    from pathlib import Path

SPRING = Family("maven", "org.example.spring", "spring-.*", exceptions="spring-(js|webflow)")
GO = Family(
    "golang", "k8s.example", "(api|client-.*)", versions=((r"11\..*", "1.14"), (r"12\..*", None), (r"0\.(.*)", r"1.\1"))
)

FRAME = """---
title: Frame
permalink: /frame
source: https://frame.example/policy
identifiers:
  - purl: pkg:npm/frame
  - purl: pkg:golang/frame.example/cmd/frame
  - derived: pkg:github/frame/frame
families:
  - type: npm
    namespace: "@frame"
    name: .*
    except: (fire|types-.*)
  - type: npm
    name: frame-(core|[a-z]+-loader)
  - type: golang
    namespace: frame.example/cmd
    name: frame(d)?
    versions:
      - from: 0\\.(\\d+)\\..*
        to: \\1.0
      - from: 99\\..*
        to: none
  - type: nuget
    name: Frame\\.Core\\..*
releases:
  - releaseCycle: "2"
    eol: 2030-01-01
  - releaseCycle: "1"
    eol: 2001-01-01
---

Frame is a framework.
"""
RIVAL = """---
title: Rival
permalink: /rival
families:
  - type: npm
    namespace: "@frame"
    name: rival-.*
releases:
  - releaseCycle: "1"
---
"""


@pytest.fixture
def index(tmp_path: Path) -> Index:
    (tmp_path / "frame.md").write_text(FRAME, "utf-8")
    (tmp_path / "rival.md").write_text(RIVAL, "utf-8")
    catalogue = dataset.load()
    build.laid_on(catalogue, [str(tmp_path)])
    return Index(catalogue)


def found(index: Index, purl: str) -> Found:
    answer = index.find(purl)
    assert answer is not None, purl
    assert answer.product.id == "frame"
    return answer


@pytest.mark.parametrize(
    ("name", "fitting"),
    [
        ("spring-core", True),
        ("spring-", True),
        ("spring-js", False),
        ("spring-js-extras", True),
        ("my-spring-core", False),
        ("Spring-core", False),
        ("spring-core\n", False),
    ],
)
def test_a_pattern_speaks_of_the_whole_name(name: str, fitting: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert fits(SPRING, name) is fitting


@given(
    st.text(st.sampled_from("abK|()?.*\\-"), max_size=8),
    st.text(st.sampled_from("abkK-\u212a"), max_size=3),
    st.sampled_from(["npm", "maven"]),
)
def test_a_name_fits_as_it_fits_the_expression(pattern: str, name: str, purl_type: str) -> None:
    try:
        expression = re.compile(pattern, re.NOFLAG if purl_type == "maven" else re.IGNORECASE)
    except re.error:
        return
    assert fits(Family(type=purl_type, namespace="", name=pattern), name) == bool(expression.fullmatch(name))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("0.26.1", "1.26.1"), ("v0.26.1", "1.26.1"), ("v11.0.0+incompatible", "1.14"), ("12.0.0", None), ("1.5", None)],
)
def test_the_first_rewrite_that_fits_says_the_products_version(version: str, expected: str | None) -> None:
    assert product_version(GO, version) == expected


def test_without_rewrites_a_version_is_the_products() -> None:
    assert product_version(SPRING, "v5.3") == "v5.3"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("core", {("core", True)}),
        ("(core|common)", {("core", True), ("common", True)}),
        ("a|b", {("a", True), ("b", True)}),
        ("react-(dom|.*)", {("react-dom", True), ("react-", False)}),
        ("spring-.*", {("spring-", False)}),
        ("colou?r", {("color", True), ("colour", True)}),
        ("x(-y)?", {("x", True), ("x-y", True)}),
        (r"a\.b", {("a.b", True)}),
        (r"a\db", {("a", False)}),
        ("ab*", {("a", False)}),
        ("ab{2}c", {("a", False)}),
        ("(?:a|b)c", {("ac", True), ("bc", True)}),
        ("(?i:a)", {("", False)}),
        ("(?!a).*", {("", False)}),
        ("[ab]c", {("", False)}),
        (".*", {("", False)}),
        ("", {("", True)}),
    ],
)
def test_the_plain_texts_with_which_a_name_begins(pattern: str, expected: set[tuple[str, bool]]) -> None:
    assert {tuple(start) for start in starts(pattern)} == expected


PIECES = ["a", "b", "(a", "(?:b", ")", "|", "?", ".", "*", "+", "[ab]", "{2}", r"\.", r"\d", "-"]


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), st.text(st.sampled_from("ab.-1"), max_size=6))
def test_what_fits_begins_with_one_of_the_starts(pattern: str, name: str) -> None:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return
    for start in starts(pattern):
        assert not start.whole or compiled.fullmatch(start.text)
    if compiled.fullmatch(name):
        assert any(name == start.text if start.whole else name.startswith(start.text) for start in starts(pattern))


@pytest.mark.parametrize(
    "family",
    [
        Family("npm", "", "react-("),
        Family("npm", "", "react-.*", exceptions="*"),
        Family("npm", "", "react-.*", versions=(("(", "1"),)),
        Family("npm", "", "react-.*", versions=((r"0\.(.*)", r"\2"),)),
        Family("npm", "", "react-.*", versions=((r"0\.(.*)", r"\g<minor>"),)),
    ],
)
def test_an_expression_that_cannot_be_read_is_an_error(family: Family) -> None:
    with pytest.raises(ShapeError, match=r"^families, "):
        check(family)


@pytest.mark.parametrize(
    ("purl", "version"),
    [
        ("pkg:npm/%40frame/tools@1.2", "1.2"),
        ("pkg:npm/@Frame/Tools@1.2", "1.2"),
        ("pkg:npm/frame-core@1.2", "1.2"),
        ("pkg:npm/frame-css-loader@1.2", "1.2"),
        ("pkg:golang/frame.example/cmd/framed@v0.2.5", "2.0"),
        ("pkg:nuget/Frame.Core.Web@1.2", "1.2"),
        ("pkg:nuget/frame.core.web@1.2", "1.2"),
    ],
)
def test_a_sibling_is_of_its_product(index: Index, purl: str, version: str) -> None:
    answer = found(index, purl)

    assert answer.evidence.kind is EvidenceKind.FAMILY
    assert answer.version == version
    assert not answer.unresolvable


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:npm/%40frame/fire@1",
        "pkg:npm/%40frame/types-core@1",
        "pkg:npm/%40frames/core@1",
        "pkg:npm/%40frame/deep/core@1",
        "pkg:npm/frame-core-x@1",
        "pkg:npm/framework@1",
        "pkg:npm/x-frame-core@1",
        "pkg:pypi/frame-core@1",
        "pkg:golang/frame.example/cmd/frame/v2@v2.0",
        "pkg:nuget/frame.core@1",
    ],
)
def test_what_only_looks_like_a_sibling_is_none(index: Index, purl: str) -> None:
    assert index.find(purl) is None


def test_a_package_of_two_families_is_of_neither(index: Index) -> None:
    assert index.find("pkg:npm/%40frame/rival-core@1") is None


def test_an_identifier_comes_before_a_derived_one_and_that_before_a_family(index: Index) -> None:
    assert found(index, "pkg:npm/frame@1").evidence.kind is EvidenceKind.IDENTIFIER
    assert found(index, "pkg:github/frame/frame@v1").evidence.kind is EvidenceKind.DERIVED


def test_evidence_shows_the_pattern(index: Index) -> None:
    answer = found(index, "pkg:npm/%40frame/tools@1.2")

    assert answer.evidence.identifier == "pkg:npm/%40frame/.*"
    assert answer.family is not None
    assert answer.family.file.endswith("/frame.md")


def test_a_long_pattern_is_shown_by_what_its_names_begin_with() -> None:
    names = "|".join(f"part-{number}-of-it" for number in range(20))

    assert family_text(Family("npm", "@frame", f"the-({names})")) == "pkg:npm/%40frame/the-part-…"


def test_a_rewrite_speaks_of_what_the_product_lists_itself_too(index: Index) -> None:
    answer = found(index, "pkg:golang/frame.example/cmd/frame@v0.2.5")

    assert (answer.version, answer.evidence.kind) == ("2.0", EvidenceKind.FAMILY)


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("v99.1", Reason.UNRESOLVABLE),
        ("v7.1", Reason.UNRESOLVABLE),
        ("v7.1.1-0.20240704074759-c137febfcf8c", Reason.FLOATING),
    ],
)
def test_a_version_without_a_rewrite_is_unresolvable_and_a_commit_floats(
    index: Index, version: str, reason: Reason
) -> None:
    purl = f"pkg:golang/frame.example/cmd/framed@{version}"

    assert found(index, purl).unresolvable
    missed = resolve(Dependency(purl, Location("x")), index)
    assert isinstance(missed, Miss)
    assert (missed.reason, missed.product and missed.product.id) == (reason, "frame")


def test_a_sibling_without_a_version_has_none(index: Index) -> None:
    answer = found(index, "pkg:golang/frame.example/cmd/framed")

    assert (answer.version, answer.unresolvable) == (None, False)


def test_a_sibling_has_the_cycle_of_its_version(index: Index) -> None:
    matched = resolve(Dependency("pkg:golang/frame.example/cmd/framed@v0.2.5", Location("x")), index)

    assert isinstance(matched, Match)
    assert matched.cycle.name == "2"
    assert matched.evidence.source == "https://frame.example/policy"


def test_a_name_that_begins_otherwise_compiles_no_pattern(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.catalog.families._matcher", None)

    for purl in ("pkg:npm/left-padded@1", "pkg:npm/%40other/core@1", "pkg:maven/org.other/core@1"):
        assert index.find(purl) is None


def test_every_family_of_the_catalogue_can_be_met() -> None:
    families = [family for product in dataset.load() for family in product.families]

    for family in families:
        check(family)
        assert family.namespace == family.namespace.strip("/")
        assert family.namespace or all(len(start.text) > 1 for start in starts(family.name)), family
        assert family.source, family
        assert starts(family.name) != [Start("", whole=True)]
