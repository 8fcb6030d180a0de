"""Purls and versions as SBOMs have them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import components
from scanner.model import Dependency, Kind, Parsed, Passed, Problem
from scanner.parsers import cyclonedx_json, spdx_json
from scanner.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PURL_TYPES = st.sampled_from(["apk", "cargo", "composer", "cran", "deb", "docker", "gem", "generic", "github"]) | (
    st.sampled_from(["golang", "hackage", "hex", "maven", "npm", "nuget", "oci", "pub", "pypi", "rpm", "swift"])
)
_letters = "abzABZ019._~+-"
_names = st.text(_letters, min_size=1, max_size=6)
_purls = st.builds(
    "pkg:{}/{}{}{}{}".format,
    _PURL_TYPES,
    st.lists(_names.map("{}/".format), max_size=2).map("".join) | _names.map("%40{}/".format),
    _names,
    st.just("") | st.text(_letters + ":", min_size=1, max_size=6).map("@{}".format) | st.just("@1%2B2"),
    st.just("")
    | st.lists(st.sampled_from(["arch=x", "distro=debian-11", "upstream=a", "epoch=1"]), unique=True, min_size=1).map(
        lambda pairs: "?" + "&".join(pairs)
    ),
)


@given(_purls)
def test_a_purl_is_what_the_library_makes_of_it(purl: str) -> None:
    try:
        expected: str | None = PackageURL.from_string(purl).to_string()
    except ValueError:
        expected = None
    found = components.canonical(purl)
    if found is not None:
        assert found == expected


@pytest.mark.parametrize(
    ("purl", "version", "expected"),
    [
        ("pkg:npm/mime%401.6.0", None, "pkg:npm/mime@1.6.0"),
        ("pkg:npm/mime", "1.6.0", "pkg:npm/mime@1.6.0"),
        ("pkg:npm/%40acme/core", "1.0", "pkg:npm/%40acme/core@1.0"),
        ("pkg:npm/mime@1.6.0", "2.0", "pkg:npm/mime@1.6.0"),
        (" PKG:npm//@acme/core@1.0 ", None, "pkg:npm/%40acme/core@1.0"),
        (
            "pkg:deb/debian/a@1.0+b?distro=debian-11&arch=all",
            None,
            "pkg:deb/debian/a@1.0%2Bb?arch=all&distro=debian-11",
        ),
        ("pkg:golang/example.org/a@v1.0#sub/dir", None, "pkg:golang/example.org/a@v1.0#sub/dir"),
        ("pkg:apk/alpine/@1.0-r0?arch=x86_64", None, "pkg:apk/alpine@1.0-r0?arch=x86_64"),
    ],
)
def test_a_purl_is_repaired(purl: str, version: str | None, expected: str) -> None:
    assert components.canonical(purl, version) == expected


@pytest.mark.parametrize(
    "text",
    ["", "pkg:", "pkg:pypi/", "pkg:///", "/", "https://registry.example/a", "pkg:golang/.", "invalid-purl-format"],
)
def test_what_names_nothing_is_no_purl(text: str) -> None:
    assert components.canonical(text, "1.0") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", ("1.0", None)),
        (" v1.0.0+incompatible ", ("v1.0.0+incompatible", None)),
        ("1:2.34-5~deb11u1", ("1:2.34-5~deb11u1", None)),
        (">= 3.5.0", (None, ">= 3.5.0")),
        ("~1.2", (None, "~1.2")),
        ("1.*", (None, "1.*")),
        ("NOASSERTION", (None, None)),
        (None, (None, None)),
    ],
)
def test_a_range_is_no_version(text: str | None, expected: tuple[str | None, str | None]) -> None:
    assert components.versioned(text) == expected


def test_images_are_told_from_packages() -> None:
    assert components.kind_of("pkg:oci/a@1") is Kind.IMAGE
    assert components.kind_of("pkg:npm/a@1") is Kind.LIBRARY


@pytest.mark.parametrize("version", ["1.0\n2.0", "1.0\x00", "a\u2028b", "1\x85b"])
def test_a_version_with_a_control_character_is_none(version: str) -> None:
    assert "control character" in components.flaw(f"{version}x")


@pytest.mark.parametrize("version", ["", "1.0", " 1.0\n", "1.0\u00a0beta", "\uff11.\uff12"])
def test_what_stands_around_a_version_is_no_flaw(version: str) -> None:
    assert not components.flaw(version)


@pytest.mark.parametrize(
    ("parse", "document"),
    [
        (
            cyclonedx_json.parse,
            {"specVersion": "1.5", "components": [{"name": "a", "version": "1.0\n2.0", "purl": "pkg:pypi/a"}]},
        ),
        (
            spdx_json.parse,
            {
                "spdxVersion": "SPDX-2.3",
                "packages": [
                    {
                        "name": "a",
                        "versionInfo": "1.0\n2.0",
                        "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:pypi/a"}],
                    }
                ],
            },
        ),
    ],
)
def test_what_has_no_version_of_sense_stays_without_it(
    parse: Callable[[Source], Iterator[Parsed | Passed]], document: object
) -> None:
    problem, found = parse(Source("f", json.dumps(document).encode()))
    assert isinstance(problem, Problem)
    assert isinstance(found, Dependency)
    assert (found.purl, found.requirement) == ("pkg:pypi/a", None)
