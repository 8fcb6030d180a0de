"""Packages, versions and frameworks of .NET, and the graphs of its lockfiles."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import nuget
from scanner.ecosystems.nuget import Asked, Origin
from scanner.model import Location


@given(st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True), st.none() | st.just("1.0.0-beta.1+build.7"))
def test_a_purl_is_the_one_that_the_library_writes(name: str, version: str | None) -> None:
    assert nuget.purl(name, version) == PackageURL("nuget", None, name, version).to_string()


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "$(Name)", "@(All)"])
def test_what_is_no_id_has_no_purl(name: str) -> None:
    with pytest.raises(ValueError, match="no id of a package"):
        nuget.purl(name)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("1.2.3", Asked("1.2.3")),
        (" 1.0 ", Asked("1.0")),
        ("4.0.30506.0", Asked("4.0.30506.0")),
        ("1.0.0-rc.1+sha.7", Asked("1.0.0-rc.1+sha.7")),
        ("[1.2.3]", Asked("1.2.3")),
        ("[1.2.3, )", Asked(range="[1.2.3, )")),
        ("[1.0,2.0)", Asked(range="[1.0,2.0)")),
        ("(,1.0]", Asked(range="(,1.0]")),
        ("1.*", Asked(range="1.*")),
        ("*-*", Asked(range="*-*")),
        ("$(Version)", Asked(range="$(Version)")),
        ("", Asked()),
        (None, Asked()),
    ],
)
def test_only_one_version_is_a_pin(text: str | None, asked: Asked) -> None:
    assert nuget.asked(text) == asked


@pytest.mark.parametrize(
    ("framework", "purl"),
    [
        ("net6.0", "pkg:generic/dotnet@6.0"),
        ("net10.0", "pkg:generic/dotnet@10.0"),
        ("net8.0-windows10.0.19041.0", "pkg:generic/dotnet@8.0"),
        ("netcoreapp3.1", "pkg:generic/dotnet@3.1"),
        ("NetCoreApp2.1", "pkg:generic/dotnet@2.1"),
        ("net48", "pkg:generic/dotnetfx@4.8"),
        ("net472", "pkg:generic/dotnetfx@4.7.2"),
        ("net4.8.1", "pkg:generic/dotnetfx@4.8.1"),
        ("net40-client", "pkg:generic/dotnetfx@4.0"),
        ("net35", "pkg:generic/dotnetfx@3.5"),
        ("netstandard2.0", None),
        ("uap10.0", None),
        ("xamarin.ios10", None),
        ("net", None),
        ("$(Framework)", None),
    ],
)
def test_a_target_framework_is_the_runtime_that_it_is_made_for(framework: str, purl: str | None) -> None:
    assert nuget.framework(framework) == purl


@pytest.mark.parametrize(
    ("text", "purl"),
    [("v4.7.2", "pkg:generic/dotnetfx@4.7.2"), ("4.8", "pkg:generic/dotnetfx@4.8"), ("v9.0", None), ("v1.0", None)],
)
def test_only_what_was_released_is_the_framework(text: str, purl: str | None) -> None:
    assert nuget.framework_version(text) == purl


ENTRIES = {"App/1.0": ["a", "B"], "A/1.0": [], "b/2.0": ["C", "missing"], "c/3.0": ["b"]}


def test_what_the_project_itself_needs_is_direct() -> None:
    assert nuget.origins(ENTRIES, ["app"], inside=True) == {
        "App/1.0": Origin(direct=True),
        "A/1.0": Origin(direct=True),
        "b/2.0": Origin(direct=True),
        "c/3.0": Origin(direct=False, via=("b@2.0",)),
    }


def test_where_nobody_tells_what_is_asked_for_only_the_tops_are_surely_direct() -> None:
    assert nuget.origins(ENTRIES, None)["c/3.0"] == Origin(direct=None, via=("App@1.0", "b@2.0"))
    assert nuget.origins(ENTRIES, None)["App/1.0"] == Origin(direct=True)


def test_a_name_is_the_beginning_of_its_key() -> None:
    assert nuget.named(Location("f", 1, 5, 12), "abc") == Location("f", 1, 5, 8)
    assert nuget.named(Location("f"), "abc") == Location("f")
