"""One document in each of the ways to write SPDX 2 means the same; and what relationships tell."""

from __future__ import annotations

import os

import pytest

from scanner import plugin
from scanner.ecosystems import spdx
from scanner.ecosystems.spdx import Relationship, Spdx
from scanner.model import Dependency, Kind, Location, Parsed, Problem, Scope
from scanner.source import Source, read

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures")
PLACE = Location("sbom.spdx", 1)


def spdx_package(key: str) -> Spdx:
    return Spdx(key, key, "1.0", PLACE, (f"pkg:npm/{key}@1.0",))


def read_packages(packages: list[Spdx], *relationships: tuple[str, str, str]) -> list[Parsed]:
    return list(spdx.dependencies(packages, (Relationship(*one) for one in relationships)))


def by_name(values: list[Parsed]) -> dict[str, Dependency]:
    return {value.purl[8:].partition("@")[0]: value for value in values if isinstance(value, Dependency)}


# The ways to write a document.


@pytest.mark.parametrize(
    ("parser", "case", "name"),
    [
        ("spdx_tag_value", "crlf", "sbom.spdx"),
        ("spdx_tag_value", "cr-only", "sbom.spdx"),
        ("spdx_tag_value", "utf-16", "sbom.spdx"),
        ("spdx_yaml", "whole", "sbom.spdx.yaml"),
        ("spdx_yaml", "utf-16", "sbom.spdx.yml"),
        ("spdx_xml", "whole", "sbom.spdx.xml"),
        ("spdx_rdf", "flat", "sbom.spdx.rdf"),
        ("spdx_rdf", "nested", "sbom.spdx.rdf.xml"),
    ],
)
def test_a_document_means_the_same_however_it_is_written(parser: str, case: str, name: str) -> None:
    assert meaning(parser, case, name) == meaning("spdx_tag_value", "whole", "sbom.spdx")


def meaning(parser: str, case: str, name: str) -> list[str]:
    source = read(os.path.join(FIXTURES, parser, case, name), name)
    values = plugin.parser(parser).parse(source)
    # Nested statements come in another order, and each file has its own places.
    return sorted(repr(value._replace(location=PLACE) if isinstance(value, Dependency) else value) for value in values)


def test_a_text_that_is_never_closed_costs_its_own_line() -> None:
    text = "SPDXVersion: SPDX-2.3\nPackageComment: <text>never\nPackageName: a\n" + "PackageComment: <text>\n" * 50_000
    values = list(plugin.parser("spdx_tag_value").parse(Source("sbom.spdx", text.encode())))
    assert [value.label for value in values if isinstance(value, Dependency)] == [("a", None)]


# What relationships tell.


def test_what_the_subject_depends_on_is_direct_and_brings_in_the_rest() -> None:
    packages = [spdx_package(key) for key in ("root", "a", "b", "c")]
    relationships = (
        ("DOC", "DESCRIBES", "root"),
        ("root", "DEPENDS_ON", "a"),
        ("b", "DEPENDENCY_OF", "a"),
        ("c", "DEV_DEPENDENCY_OF", "root"),
    )
    found = by_name(read_packages(packages, *relationships))
    assert (found["a"].direct, found["a"].via) == (True, ())
    assert (found["b"].direct, found["b"].via) == (False, ("a@1.0",))
    assert (found["c"].direct, found["c"].scope) == (True, Scope.DEV)
    assert found["root"].direct is None


def test_a_star_does_not_tell_what_is_direct() -> None:
    packages = [spdx_package(key) for key in ("root", "a", "b")]
    star = [("DOC", "DESCRIBES", "root"), ("root", "DEPENDS_ON", "a"), ("root", "DEPENDS_ON", "b")]
    assert {one.direct for one in by_name(read_packages(packages, *star)).values()} == {None}


def test_loops_end() -> None:
    packages = [spdx_package(key) for key in ("a", "b")]
    loop = [("a", "DEPENDS_ON", "b"), ("b", "DEPENDS_ON", "a"), ("a", "CONTAINS", "a"), ("b", "CONTAINS", "a")]
    assert len(read_packages(packages, *loop)) == len(packages)


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("DEV_DEPENDENCY_OF", Scope.DEV),
        ("test_dependency_of", Scope.DEV),
        ("BUILD_TOOL_OF", Scope.BUILD),
        ("OPTIONAL_DEPENDENCY_OF", Scope.OPTIONAL),
        ("RUNTIME_DEPENDENCY_OF", Scope.RUNTIME),
    ],
)
def test_a_relationship_tells_what_a_package_is_for(kind: str, scope: Scope) -> None:
    found = by_name(read_packages([spdx_package("root"), spdx_package("a")], ("a", kind, "root")))
    assert found["a"].scope is scope


def test_a_subject_without_a_purl_is_no_dependency_unless_it_is_alone() -> None:
    subject = spdx_package("root")._replace(purls=())
    described = ("DOC", "DESCRIBES", "root")
    alone = read_packages([subject], described)
    assert [one.label for one in alone if isinstance(one, Dependency)] == [("root", "1.0")]
    assert list(by_name(read_packages([subject, spdx_package("a")], described))) == ["a"]


# What a package is.


def test_a_package_is_told_once_for_each_of_its_purls() -> None:
    package = spdx_package("a")._replace(purls=("pkg:npm/a@1.0", "pkg:npm/a@1.0", "pkg:github/x/a@1.0"))
    purls = [one.purl for one in read_packages([package]) if isinstance(one, Dependency)]
    assert purls == ["pkg:npm/a@1.0", "pkg:github/x/a@1.0"]


def test_a_bad_purl_loses_neither_the_package_nor_its_other_purls() -> None:
    problem, found = read_packages([spdx_package("a")._replace(purls=("nonsense", "pkg:npm/a"))])
    assert isinstance(problem, Problem)
    assert isinstance(found, Dependency)
    assert found.purl == "pkg:npm/a@1.0"


@pytest.mark.parametrize("version", ["NOASSERTION", "NONE", "", None])
def test_no_assertion_is_no_version(version: str | None) -> None:
    (found,) = read_packages([spdx_package("a")._replace(purls=("pkg:npm/a",), version=version)])
    assert isinstance(found, Dependency)
    assert (found.purl, found.requirement) == ("pkg:npm/a", None)


def test_an_operating_system_is_one() -> None:
    system = spdx_package("alpine")._replace(purls=(), version="3.17.2", purpose="OPERATING_SYSTEM")
    (found,) = read_packages([system])
    assert isinstance(found, Dependency)
    assert (found.kind, found.purl, found.label) == (Kind.OS, "", ("alpine", "3.17.2"))


def test_a_cpe_speaks_only_for_what_is_no_package() -> None:
    cpes = ("cpe:/a:acme:a:1.0", "cpe:2.3:a:acme:a:1.0:*:*:*:*:*:*:*")
    packages = [
        spdx_package("a")._replace(cpes=cpes),
        spdx_package("b")._replace(cpes=cpes, purls=()),
        spdx_package("c")._replace(cpes=cpes, purpose="APPLICATION"),
    ]
    found = [one.cpe for one in read_packages(packages) if isinstance(one, Dependency)]
    assert found == [None, cpes[1], cpes[1]]
