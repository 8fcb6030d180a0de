"""How runtimes are asked for: versions, beginnings of versions, builders, and what moves."""

from __future__ import annotations

import pytest

from scanner.ecosystems.runtimes import Wanted, asked, built_by, listed, named, wanted
from scanner.model import Dependency, Location, Problem
from scanner.source import Source


@pytest.mark.parametrize(
    ("tool", "text", "version"),
    [
        ("nodejs", "v18", "18"),
        ("nodejs", "node-v18.2.0", "18.2.0"),
        ("nodejs", "lts/hydrogen", "18"),
        ("python", "3.11", "3.11"),
        ("python", "cpython-3.12.3-linux-x86_64-gnu", "3.12.3"),
        ("ruby", "ruby-2.7.8@shop", "2.7.8"),
        ("go", "go1.21", "1.21"),
        ("go", "prefix:1.19", "1.19"),
        ("elixir", "ref:v1.14.5", "1.14.5"),
        ("erlang", "ref:OTP-27.1", "27.1"),
        ("rust", "1.70.0-x86_64-unknown-linux-gnu", "1.70.0"),
        ("elixir", "1.18.4-otp-27", "1.18.4"),
        ("erlang", "OTP-27.1", "27.1"),
        ("php", "php-8.1", "8.1"),
        ("java", "17", "17"),
        ("java", "openjdk64-11.0.2", "11.0.2"),
    ],
)
def test_a_version_is_a_version_however_it_is_dressed(tool: str, text: str, version: str) -> None:
    found = wanted(tool, text)
    assert found is not None
    assert (found.name, found.version, found.vendor) == (tool, version, "")


@pytest.mark.parametrize(
    ("tool", "text"),
    [
        ("nodejs", "lts/*"),
        ("nodejs", "lts/-1"),
        ("nodejs", "node"),
        ("nodejs", "18.x"),
        ("nodejs", ">=18 <20"),
        ("python", "system"),
        ("python", "3.10.*"),
        ("rust", "nightly-2023-11-16"),
        ("terraform", "latest:^0.14"),
        ("terraform", "min-required"),
        ("bazel", "0d1fa0a0b5c6d7e8f90123456789abcdef012345"),
        ("bazel", "acme/5.4.0"),
        ("erlang", "ref:master"),
        ("erlang", "ref:39cb398"),
        ("ruby", "path:~/src/ruby"),
        ("go", "$GO_VERSION"),
    ],
)
def test_what_moves_has_no_version(tool: str, text: str) -> None:
    assert wanted(tool, text) == Wanted(tool, None, text)


@pytest.mark.parametrize(
    ("text", "vendor", "version"),
    [
        ("temurin-17.0.9+9", "eclipse-temurin", "17.0.9+9"),
        ("temurin-jre-17.0.9+9", "eclipse-temurin", "17.0.9+9"),
        ("17.0.3-tem", "eclipse-temurin", "17.0.3"),
        ("11.0.17.fx-zulu", "azul-zulu", "11.0.17"),
        ("corretto-21.0.1.12.1", "amazon-corretto", "21.0.1.12.1"),
        ("semeru-openj9-17.0.2+8_openj9-0.30.0", "ibm-semeru-runtime", "17.0.2+8"),
        ("graalvm-community-21.0.1", "graalvm-ce", "21.0.1"),
        ("8.0.282.hs-adpt", "", "8.0.282"),
    ],
)
def test_a_java_is_its_builders(text: str, vendor: str, version: str) -> None:
    assert wanted("java", text) == Wanted("java", version, None, vendor)


@pytest.mark.parametrize(("tool", "is_range"), [("python", True), ("go", True), ("nodejs", False), ("java", False)])
def test_a_lone_number_asks_for_the_newest_where_lines_have_two(tool: str, *, is_range: bool) -> None:
    assert wanted(tool, "3") == Wanted(tool, "3", "3" if is_range else None)


@pytest.mark.parametrize(
    ("builder", "product"), [("temurin", "eclipse-temurin"), (" Zulu ", "azul-zulu"), ("adopt", ""), ("", "")]
)
def test_builders_of_java_are_products(builder: str, product: str) -> None:
    assert built_by(builder) == product


@pytest.mark.parametrize("text", ["22.3.r17-grl", "graalvm-22.3+java17"])
def test_graalvms_own_numbers_are_no_java(text: str) -> None:
    assert wanted("java", text) == Wanted("graalvm", "22.3")


@pytest.mark.parametrize("text", ["my-env", "three", "!?", "../.terraform-version", "x" * 300, "1" * 300])
def test_what_is_no_version_is_a_problem(text: str) -> None:
    assert isinstance(asked("python", text, Location("f")), Problem)


def test_both_sides_of_a_conflict_are_read_and_its_marks_are_problems() -> None:
    found = list(listed(Source("f", b"<<<<<<< HEAD\n1.5.7\n=======\n1.6.0\n>>>>>>> new\n"), "terraform"))
    assert [value.purl for value in found if isinstance(value, Dependency)] == [
        "pkg:generic/terraform@1.5.7",
        "pkg:generic/terraform@1.6.0",
    ]
    assert sum(isinstance(value, Problem) for value in found) == 3


def test_a_range_keeps_its_blanks() -> None:
    (found,) = listed(Source("f", b">=3.11, <3.13  # ours\n"), "python")
    assert isinstance(found, Dependency)
    assert found.requirement == ">=3.11, <3.13"
    assert found.location == Location("f", 1, 1, 14)


def test_tools_have_one_name() -> None:
    assert [named(tool) for tool in ("golang", "Node", "dotnet-core", "python", "acme")] == [
        "go",
        "nodejs",
        "dotnet",
        "python",
        "acme",
    ]
