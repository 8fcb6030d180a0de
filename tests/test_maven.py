"""Laws of Maven's coordinates, and of what Gradle's configurations are for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import maven
from scanner.model import Scope

names = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}", fullmatch=True)
versions = st.from_regex(r"[A-Za-z0-9_.+~-]{1,20}", fullmatch=True)


@given(names, names, st.none() | versions)
def test_a_purl_is_the_one_that_the_library_writes(group: str, name: str, version: str | None) -> None:
    assert maven.purl(group, name, version) == PackageURL("maven", group, name, version).to_string()


@pytest.mark.parametrize(
    ("group", "name"), [("", "a"), ("g", ""), ("g/h", "a"), ("g", "a b"), ("..", "a"), ("g", "${a}")]
)
def test_what_are_no_coordinates_has_no_purl(group: str, name: str) -> None:
    with pytest.raises(ValueError, match="are no coordinates"):
        maven.purl(group, name)


@pytest.mark.parametrize("text", ["1.0", " 1.0 ", "[1.0]", "1.0!!", "[1.0]!!1.0"])
def test_a_plain_version_is_a_pin(text: str) -> None:
    assert maven.version_of(text) == maven.Version("1.0")


@pytest.mark.parametrize(
    "text",
    ["[1.0,2.0)", "[1.0,)", "]1.0,2.0[", "[1.7, 1.8[!!1.7.25", "1.+", "+", "LATEST", "latest.release", "${x}", "$x"],
)
def test_a_range_is_never_one_of_its_bounds(text: str) -> None:
    assert maven.version_of(text) == maven.Version(None, text)


@pytest.mark.parametrize("text", [None, "", " "])
def test_no_version_asks_for_nothing(text: str | None) -> None:
    assert maven.version_of(text) == maven.Version()


@given(st.text(max_size=20))
def test_a_pin_is_always_part_of_what_was_written(text: str) -> None:
    pinned, requirement = maven.version_of(text)
    assert pinned is None or pinned in text
    assert requirement is None or requirement == text.strip()


@pytest.mark.parametrize(
    ("configurations", "scope"),
    [
        (["runtimeClasspath"], Scope.RUNTIME),
        (["somethingOfOurs"], Scope.RUNTIME),
        (["latestRelease"], Scope.RUNTIME),
        (["testCompileClasspath", "androidTestImplementation"], Scope.DEV),
        (["kaptTest"], Scope.DEV),
        (["developmentOnly"], Scope.DEV),
        (["compileOnly"], Scope.OPTIONAL),
        (["classpath"], Scope.BUILD),
        (["annotationProcessor"], Scope.BUILD),
        (["kotlinCompilerPluginClasspathMain"], Scope.BUILD),
        (["testRuntimeClasspath", "runtimeClasspath"], Scope.RUNTIME),
        (["testRuntimeClasspath", "compileOnly"], Scope.OPTIONAL),
        (["annotationProcessor", "testAnnotationProcessor"], Scope.BUILD),
    ],
)
def test_the_strongest_configuration_counts(configurations: list[str], scope: Scope) -> None:
    assert maven.scope_of(configurations) is scope
