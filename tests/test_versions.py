"""What a version text says, whoever wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog.versions import (
    LONGEST,
    Version,
    cleaned,
    floats,
    name_key,
    says_nothing,
    spelled,
    version_of,
)
from scanner.model import Reason

TYPES = ("", "pypi", "npm", "maven", "golang", "deb", "rpm", "apk", "docker", "github", "composer", "nuget", "generic")

# A tag is read by the names of its product.
NAMES = frozenset(map(name_key, ("spring-boot", "next.js", "neo4j", "amazon-corretto", "corretto-26", "@angular/core")))


def numbers_of(text: str, purl_type: str = "") -> tuple[int, ...] | Reason | None:
    clean = cleaned(text, purl_type)
    if isinstance(clean, Reason):
        return clean
    version = version_of(clean, NAMES)
    return version.numbers if version is not None and not version.head else None


def test_components_are_numbers() -> None:
    assert numbers_of("3.10") == (3, 10)
    assert numbers_of("17.01.7") == (17, 1, 7)


@pytest.mark.parametrize(
    ("purl_type", "text"),
    [
        ("deb", "1:3.2.25-1ubuntu2.3"),
        ("deb", "3.2.25+dfsg-3+deb12u1"),
        ("deb", "3.2.25-1~bpo11+1"),
        ("deb", "3.3.1+really3.2.25-1"),
        ("rpm", "5:3.2.25-6.el8"),
        ("rpm", "3.2.25-14.el9_2.1"),
        ("apk", "3.2.25-r12"),
        ("maven", "3.2.25.RELEASE"),
        ("maven", "3.2.25.Final"),
        ("maven", "3.2.25-SNAPSHOT"),
        ("maven", "[3.2.25]"),
        ("golang", "v3.2.25+incompatible"),
        ("npm", "3.2.25-beta.1"),
        ("npm", "3.2.25+build.5"),
        ("npm", "=3.2.25"),
        ("pypi", "3.2.25rc1"),
        ("pypi", "3.2.25.post1"),
        ("pypi", "1!3.2.25"),
        ("pypi", "==3.2.25"),
        ("composer", "v3.2.25-p1"),
        ("gem", "3.2.25-java"),
        ("nuget", "3.2.25-preview.7.23375.6"),
        ("docker", "3.2.25-slim-bookworm"),
        ("docker", "3.2.25-debian-11-r12"),
        ("docker", "3.2.25@sha256:9a839e63dad54c3a"),
        ("generic", "3.2.25+"),
        ("github", "refs/tags/v3.2.25"),
        ("github", "release/3.2.25"),
        ("github", "release-3.2.25"),
        ("github", "REL_3_2_25"),
        ("github", "spring-boot-3.2.25"),
        ("github", "rel/spring-boot-3.2.25"),
        ("github", "SPRING-BOOT_3_2_25"),
        ("github", "NEXT.JS_3_2_25"),
        ("github", "neo4j-3.2.25"),
        ("github", "NEO4J_3_2_25"),
        ("github", "corretto-26-3.2.25"),
        ("github", "CORRETTO-26_3_2_25"),
        ("github", "@angular/core@3.2.25"),
    ],
)
def test_what_a_type_wraps_around_a_version_is_not_the_version(purl_type: str, text: str) -> None:
    assert (numbers_of(text, purl_type) or ())[:3] == (3, 2, 25)


@pytest.mark.parametrize("text", ["2 of 3.1", "client-3.1", "alpine3.18", "jdk17", "https://example.org/x-1.0.tgz"])
def test_a_number_behind_an_unknown_word_is_no_version_of_the_product(text: str) -> None:
    assert numbers_of(text) != (3, 1)
    assert numbers_of(text) in (None, (2,))


def test_the_words_behind_the_numbers_are_kept() -> None:
    assert version_of("13.0-SP2 (x64)") == Version("", (13, 0), ("sp2", "x64"))


def test_an_unknown_head_is_kept() -> None:
    assert version_of("pc.7.5.1") == Version("pc", (7, 5, 1), ())


@pytest.mark.parametrize(
    "text",
    [
        *(">=3.0", "<2", "^1.2.3", "~1.2", "~> 2.0", "~=1.4", "!=1.0", "==1.2.*"),
        *("*", "1.*", "x", "1.x", "6.4.x-dev", "1.2.X", "1.+"),
        *("[1.0,2.0)", "(,3.0]", "1.0 || 2.0", "1.0 - 2.0", "1.0, 2.0"),
    ],
)
def test_a_range_is_not_a_version(text: str) -> None:
    assert numbers_of(text) is Reason.RANGE


@pytest.mark.parametrize(
    "text",
    [
        "sha256:9a839e63dad54c3a",
        "7f3a2b1",
        "7f3a2b1c9d0e4f5a6b7c8d9e0f1a2b3c4d5e6f70",
        "0.0.0-insiders.abc",
        "v0.0.0-20190101000000-abcdefabcdef",
    ],
)
def test_a_commit_or_digest_is_not_a_version(text: str) -> None:
    assert numbers_of(text) is Reason.FLOATING


def test_a_number_of_seven_digits_is_no_commit() -> None:
    assert numbers_of("2023100") == (2023100,)


@pytest.mark.parametrize("text", ["latest", "LATEST", "dev-main", "lts/hydrogen", "stable-slim", "(devel)", "nightly"])
def test_what_moves_floats(text: str) -> None:
    assert floats(text)


@pytest.mark.parametrize("text", ["", "-", "?", "N/A", "none", "NULL", "NOASSERTION", "unknown"])
def test_some_texts_say_that_there_is_no_version(text: str) -> None:
    assert says_nothing(text)


@pytest.mark.parametrize("text", ["\U0001d7d9.\U0001d7da", "1\u06f2.3", "1.\u00b2", "\u0663.\u0661"])
def test_digits_of_other_scripts_are_no_digits(text: str) -> None:
    assert numbers_of(text) is Reason.UNRESOLVABLE


@pytest.mark.parametrize("text", ["${project.version}", "@VERSION@", "file:../x", "workspace:*", "...", "v", "foo-bar"])
def test_a_placeholder_is_not_a_version(text: str) -> None:
    assert not isinstance(numbers_of(text), tuple)


def test_a_name_that_ends_in_a_digit_counts_only_as_written() -> None:
    names = frozenset({name_key("web"), name_key("Web 2")})
    assert version_of("WEB_2_14_0", names) == Version("", (2, 14, 0), ())
    assert version_of("web 2 2.14", names) == Version("", (2, 14), ())


def test_spelling_does_not_tell_names_apart() -> None:
    assert spelled("2012 R2") == spelled("2012-r2") == spelled("2012__R2")
    assert spelled("1.0") != spelled("1-0")


def test_a_number_too_long_to_read_is_no_version() -> None:
    # Python refuses to read more than 4,300 digits.
    assert version_of("9" * 5000) is None
    assert version_of("1." * 5000 + "1") is None
    assert version_of("9" * LONGEST) is not None


@given(st.text(), st.sampled_from(TYPES))
def test_any_text_is_read_without_an_error(text: str, purl_type: str) -> None:
    if text.strip():
        clean = cleaned(text.strip(), purl_type)
        version = version_of(clean, NAMES) if not isinstance(clean, Reason) else None
        assert version is None or version.numbers


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=6), st.sampled_from(TYPES))
def test_plain_numbers_come_back(numbers: list[int], purl_type: str) -> None:
    assert numbers_of(".".join(map(str, numbers)), purl_type) == tuple(numbers)


def test_a_pseudo_version_of_go_is_a_commit_and_no_release() -> None:
    for text in (
        "v1.6.2-0.20230203120000-1c35f9b5a6a6",
        "v1.2.3-pre.0.20230203120000-1c35f9b5a6a6",
        "2.0.0-20230203120000-1c35f9b5a6a6",
    ):
        assert cleaned(text, "golang") is Reason.FLOATING
    assert cleaned("v1.6.2-rc1", "golang") == "v1.6.2-rc1"
