"""Which cycles a range lets in, by the rules of the ecosystem that wrote it."""

from __future__ import annotations

from itertools import product as every

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from scanner.catalog import dataset
from scanner.catalog.cycles import cycle_of
from scanner.catalog.ranges import allowed, holds, unmatched
from scanner.model import Cycle, Product, Reason

TYPES = ("cargo", "composer", "gem", "generic", "golang", "maven", "npm", "nuget", "pypi")


def product(*names: str | tuple[str, str]) -> Product:
    """Make a product of cycle names, or of pairs of name and latest, in the order given."""
    pairs = [(name, None) if isinstance(name, str) else name for name in names]
    return Product(id="thing", title="Thing", link="", cycles=tuple(Cycle(name=n, latest=last) for n, last in pairs))


def names(requirement: str, purl_type: str, of: Product) -> str | None:
    found = allowed(requirement, purl_type, of)
    return None if found is None else " ".join(cycle.name for cycle in found)


# Cycles 0.0 to 3.3, and cycles 0 to 5: what a range says of minor versions shows in the first, and
# what it says of major versions in both.
MINORS = product(*(f"{major}.{minor}" for major in (3, 2, 1, 0) for minor in (3, 2, 1, 0)))
MAJORS = product("5", "4", "3", "2", "1", "0")
THREES = "3.3 3.2 3.1 3.0"
TWOS = "2.3 2.2 2.1 2.0"
ONES = "1.3 1.2 1.1 1.0"
ZEROS = "0.3 0.2 0.1 0.0"

CASES = {
    # https://packaging.python.org/en/latest/specifications/version-specifiers/
    "pypi": [
        ("~=2.2", "2.3 2.2"),
        ("~=1.2.5", "1.2"),
        ("~=2.2.post3", "2.3 2.2"),
        ("~=1.2.5a4", "1.2"),
        ("~=2.2.0", "2.2"),
        ("==1.1", "1.1"),
        ("==1.1.*", "1.1"),
        ("==1.*", ONES),
        ("==1.1.post1", "1.1"),
        ("==1.1rc1", "1.1"),
        ("===1.1", "1.1"),
        ("!=1.*,<2.1", f"2.0 {ZEROS}"),
        ("!=1.1.*,!=1.2.*,~=1.0", "1.3 1.0"),
        ("!=1.1,~=1.0", ONES),
        (">=1.2,<2", "1.3 1.2"),
        (">= 1.2, < 2.0", "1.3 1.2"),
        (">=1.2,<2.0rc1", "1.3 1.2"),
        (">1.2,<=1.3", "1.3 1.2"),
        (">1.2.post1,<1.3", "1.2"),
        ("<=2.0,>=1.3", "2.0 1.3"),
        (">=3.2", "3.3 3.2"),
        (">=3.2,", "3.3 3.2"),
        (">=3.3.dev1", "3.3"),
        (">=4", ""),
        (">=2,<1", ""),
        ("==1.1+local.7", "1.1"),
        ("<0.1", "0.0"),
        # What is no version specifier, or names no place among the releases.
        (">=1!2.0", None),
        ("~=1.*", None),
        ("==master", None),
        ("=>1.0", None),
        ("", None),
        # https://python-poetry.org/docs/dependency-specification/
        ("^1.2.3", "1.3 1.2"),
        ("^1.2", "1.3 1.2"),
        ("^1", ONES),
        ("^0.2.3", "0.2"),
        ("^0.0.3", "0.0"),
        ("^0.0", "0.0"),
        ("^0", ZEROS),
        ("~1.2.3", "1.2"),
        ("~1.2", "1.2"),
        ("~1", ONES),
        ("*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("1.*", ONES),
        ("1.2.*", "1.2"),
        ("1.2.3", "1.2"),
        ("~=1", ONES),
        ("^1.3 || ^3.2", "3.3 3.2 1.3"),
        (">=1.2 <2.1", "2.0 1.3 1.2"),
    ],
    # https://github.com/npm/node-semver#ranges
    "npm": [
        (">=1.2.7 <1.3.0", "1.2"),
        ("1.2.7 || >=1.2.9 <2.0.0", "1.3 1.2"),
        ("1.2.3 - 2.3.4", f"{TWOS} 1.3 1.2"),
        ("1.2 - 2.1.4", "2.1 2.0 1.3 1.2"),
        ("1.2.3 - 2.1", "2.1 2.0 1.3 1.2"),
        ("1.2.3 - 2", f"{TWOS} 1.3 1.2"),
        ("*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("1.x", ONES),
        ("1.2.x", "1.2"),
        ("1.2.X", "1.2"),
        ("1", ONES),
        ("1.2", "1.2"),
        ("1.x.x", ONES),
        ("~1.2.3", "1.2"),
        ("~1.2", "1.2"),
        ("~1", ONES),
        ("~0.2.3", "0.2"),
        ("~0", ZEROS),
        ("~> 1.2", "1.2"),
        ("~1.2.3-beta.2", "1.2"),
        ("^1.2.3", "1.3 1.2"),
        ("^0.2.3", "0.2"),
        ("^0.0.3", "0.0"),
        ("^1.2.3-beta.2", "1.3 1.2"),
        ("^1.2.x", "1.3 1.2"),
        ("^0.0.x", "0.0"),
        ("^0.0", "0.0"),
        ("^1.x", ONES),
        ("^0.x", ZEROS),
        (">1.2", f"{THREES} {TWOS} 1.3"),
        (">1", f"{THREES} {TWOS}"),
        ("<=1", f"{ONES} {ZEROS}"),
        ("<1", ZEROS),
        ("<1.0.0-0", ZEROS),
        (">= 2.3 < 3.1", "3.0 2.3"),
        ("=1.2.3", "1.2"),
        ("v1.2.3", "1.2"),
        ("~=1.2.3", "1.2"),
        ("^1.3||^3.2.0", "3.3 3.2 1.3"),
        (">*", ""),
        ("1 - 2 - 3", None),
        # Names, addresses and other protocols are no ranges; nor do commas stand in one.
        ("latest", None),
        ("workspace:^1.2.3", None),
        ("npm:other@^1.2.3", None),
        ("git+https://example.org/thing.git#semver:^1.2", None),
        ("file:../1.2.3", None),
        (">=1.2.0, <2.0.0", None),
        ("1.2.3.4", None),
        ("^1 | ^2", None),
    ],
    # https://getcomposer.org/doc/articles/versions.md
    "composer": [
        ("1.2.3", "1.2"),
        ("1.2", "1.2"),
        (">=1.0", f"{THREES} {TWOS} {ONES}"),
        (">=1.0 <2.0", ONES),
        (">=1.0 <1.1 || >=1.2", f"{THREES} {TWOS} 1.3 1.2 1.0"),
        (">=1.2,<2.0", "1.3 1.2"),
        (">=1.2, <2.0", "1.3 1.2"),
        ("!=1.2, ^1.2", "1.3 1.2"),
        ("1.0 - 2.0", f"2.0 {ONES}"),
        ("1.0.0 - 2.1.0", f"2.1 2.0 {ONES}"),
        ("1.2.*", "1.2"),
        ("1.*", ONES),
        ("~1.2", "1.3 1.2"),
        ("~1.2.3", "1.2"),
        ("~1", ONES),
        ("^1.2.3", "1.3 1.2"),
        ("^0.3", "0.3"),
        ("^0.0.3", "0.0"),
        ("^1.2|^3.3", "3.3 1.3 1.2"),
        ("^1.2@beta", "1.3 1.2"),
        ("1.2.*@dev", "1.2"),
        ("@dev", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        (">=1.2-stable <2.0-dev", "1.3 1.2"),
        ("v1.2.3-p1", "1.2"),
        # Branches and what the root package asks for are not versions.
        ("dev-main", None),
        ("1.2.x-dev", None),
        ("dev-main as 1.2.3", None),
        ("self.version", None),
        ("", None),
    ],
    # https://docs.ruby-lang.org/en/3.4/Gem/Version.html and Gem/Requirement.html
    "gem": [
        ("~> 2.2", "2.3 2.2"),
        ("~> 2.2.0", "2.2"),
        ("~> 2", TWOS),
        ("~> 1.1, >= 1.2.4", "1.3 1.2"),
        (">= 3.2", "3.3 3.2"),
        ("> 1.2, < 2", "1.3 1.2"),
        ("= 1.2.3", "1.2"),
        ("1.2.3", "1.2"),
        ("!= 1.2.3, ~> 1.2", "1.3 1.2"),
        ("~> 2.2.0.rc1", "2.2"),
        (">= 3.3.0.a", "3.3"),
        (">= 1.0 < 2.0", None),
        ("1.x-y_z", None),
    ],
    # https://maven.apache.org/pom.html#dependency-version-requirement-specification
    "maven": [
        ("1.2", "1.2"),
        ("[1.2]", "1.2"),
        ("(,1.0]", f"1.0 {ZEROS}"),
        ("[1.2,1.3]", "1.3 1.2"),
        ("[1.0,2.0)", ONES),
        ("[3.2,)", "3.3 3.2"),
        ("(,1.0],[3.3,)", f"3.3 1.0 {ZEROS}"),
        ("(,1.1),(1.1,2)", f"{ONES} {ZEROS}"),
        (" [ 1.2 , 1.3 ) ", "1.2"),
        ("[1.2.0.Final,1.3.0.Alpha1)", "1.2"),
        ("[1.2-jre,1.3)", "1.2"),
        ("1.2-SNAPSHOT", "1.2"),
        ("(,)", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        # https://docs.gradle.org/current/userguide/dependency_versions.html
        ("1.+", ONES),
        ("1.2.+", "1.2"),
        ("+", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("[1.2,2[", "1.3 1.2"),
        ("]1.2,2.0]", "2.0 1.3 1.2"),
        ("latest.release", None),
        ("LATEST", None),
        ("${thing.version}", None),
        ("(1.2)", None),
        ("[1.2,1.3", None),
        ("[1,2)[2,3)", None),
        ("[1,2),", None),
    ],
    # https://learn.microsoft.com/en-us/nuget/concepts/package-versioning#version-ranges
    "nuget": [
        ("3.2", "3.3 3.2"),
        ("[3.2,)", "3.3 3.2"),
        ("(1.0,)", f"{THREES} {TWOS} {ONES}"),
        ("[1.0]", "1.0"),
        ("(,1.0]", f"1.0 {ZEROS}"),
        ("(,1.0)", ZEROS),
        ("[1.0,2.0]", f"2.0 {ONES}"),
        ("(1.0,2.0)", ONES),
        ("[1.0,2.0)", ONES),
        ("1.*", ONES),
        ("1.2.*", "1.2"),
        ("*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("*-*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("1.2.0-*", "1.2"),
        ("1.2.0-rc.*", "1.2"),
        ("[1.*, 2.0.0)", ONES),
        ("(1.0)", None),
        ("[1,2),[3,4)", None),
        ("[1,2[", None),
        ("^1.2", None),
    ],
    # https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
    "cargo": [
        ("1.2.3", "1.3 1.2"),
        ("1.2", "1.3 1.2"),
        ("1", ONES),
        ("0.2.3", "0.2"),
        ("0.2", "0.2"),
        ("0.0.3", "0.0"),
        ("0.0", "0.0"),
        ("0", ZEROS),
        ("^1.2", "1.3 1.2"),
        ("~1.2.3", "1.2"),
        ("~1.2", "1.2"),
        ("~1", ONES),
        ("*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("1.*", ONES),
        ("1.2.*", "1.2"),
        (">= 1.2.0", f"{THREES} {TWOS} 1.3 1.2"),
        (">= 1.2, < 1.3", "1.2"),
        ("> 1.2", f"{THREES} {TWOS} 1.3"),
        ("< 1", ZEROS),
        ("= 1.2.3", "1.2"),
        ("=1.2", "1.2"),
        (">=0.3, <1.1", "1.0 0.3"),
        ("^1 || ^2", None),
        ("1.2.3.4", None),
    ],
    # https://go.dev/ref/mod#minimal-version-selection: a minimum, and another major is another module.
    "golang": [
        ("v1.2.3", "1.3 1.2"),
        ("1.2", "1.3 1.2"),
        (">=v1.2.3", "1.3 1.2"),
        ("v0.3.0", f"{ONES} 0.3"),
        ("v2.2.0+incompatible", "2.3 2.2"),
        ("v1.3.1-0.20230101000000-0123456789ab", "1.3"),
        ("<v1.2", f"1.1 1.0 {ZEROS}"),
        ("1.3rc2", "1.3"),
        ("latest", None),
        ("master", None),
    ],
    # Runtimes: read like Python's, where a bare number is any version that begins with it.
    "generic": [
        (">=3.2", "3.3 3.2"),
        (">=1.2,<2", "1.3 1.2"),
        ("^1.2 || ^3.3", "3.3 1.3 1.2"),
        ("1.2", "1.2"),
        ("1.x", ONES),
        ("1", ONES),
        ("1.2 - 2", f"{TWOS} 1.3 1.2"),
        ("~1.2.3", "1.2"),
        ("lts/*", None),
    ],
    "conda": [
        ("=1", ONES),
        ("=1.2", "1.2"),
        ("==1.2", "1.2"),
        ("1.2.*", "1.2"),
        (">=1.2,<2", "1.3 1.2"),
        ("=1.2|=2", f"{TWOS} 1.2"),
        ("!=1.2,>=1.2,<2", "1.3 1.2"),
        ("*", f"{THREES} {TWOS} {ONES} {ZEROS}"),
        ("=", None),
    ],
}


@pytest.mark.parametrize(
    ("purl_type", "requirement", "expected"),
    [(purl_type, *case) for purl_type, cases in CASES.items() for case in cases],
)
def test_a_range_is_read_as_its_ecosystem_reads_it(purl_type: str, requirement: str, expected: str | None) -> None:
    assert names(requirement, purl_type, MINORS) == expected


def test_other_ecosystems_have_ranges_that_nobody_reads_here() -> None:
    for purl_type in ("", "deb", "hex", "PyPI"):
        assert allowed(">=1.2", purl_type, MINORS) is None


def test_an_upper_bound_leaves_out_the_cycle_that_it_names_and_its_previews() -> None:
    for name in ("4", "4.0", "4.0.0"):
        of = product("5", name, "3")
        for purl_type, requirement in (
            ("pypi", ">=3,<4"),
            ("pypi", ">=3,<4.0"),
            ("pypi", ">=3,<4.0.dev0"),
            ("npm", ">=3.0.0 <4.0.0-0"),
            ("npm", "^3.0.0"),
            ("maven", "[3.0,4.0)"),
            ("maven", "[3.0,4.0.0-alpha-1)"),
            ("nuget", "[3.0,4.0.0-preview)"),
            ("gem", "~> 3.0"),
        ):
            assert names(requirement, purl_type, of) == "3"


def test_an_upper_bound_inside_a_cycle_keeps_the_cycle() -> None:
    assert names(">=3,<4.1", "pypi", MAJORS) == "4 3"
    assert names(">=3,<4.1", "pypi", product("4.1", "4.0", "3")) == "4.0 3"
    assert names(">=3,<=4", "pypi", product("4.1", "4.0", "3")) == "4.0 3"


def test_a_lower_bound_inside_a_cycle_keeps_the_cycle() -> None:
    assert names(">=4.9", "pypi", MAJORS) == "5 4"
    assert names(">4", "pypi", MAJORS) == "5 4"
    assert names(">4", "npm", MAJORS) == "5"


def test_a_latest_closes_no_cycle_because_patches_may_have_come_since() -> None:
    of = product(("4.2", "4.2.11"), ("3.2", "3.2.25"))
    assert names(">=3.2.30", "pypi", of) == "4.2 3.2"
    assert names(">=4.2.12", "pypi", of) == "4.2"


def test_numbers_compare_as_numbers() -> None:
    of = product("3.10", "3.2", "3.1")
    assert names(">=3.2", "pypi", of) == "3.10 3.2"
    assert names("~=3.1.0", "pypi", of) == "3.1"
    assert names("==3.1.*", "pypi", of) == "3.1"


def test_the_newest_is_the_highest_version_whatever_was_released_last() -> None:
    of = product("2.7", "3.2", "3.1", "2.6")
    assert names(">=2.7", "npm", of) == "3.2 3.1 2.7"


def test_a_version_between_the_cycles_is_in_none() -> None:
    of = product("6.0", "4.2", "3.2")
    assert names(">=4.3,<6", "pypi", of) == ""
    assert names(">=3.3", "pypi", of) == "6.0 4.2"


def test_a_cycle_goes_on_to_its_latest() -> None:
    of = product(("6.0", "6.0.2"), ("5.0", "5.4.4"), ("4.0", "4.0.9"))
    assert names("^5.2", "npm", of) == "5.0"
    assert names("~5.4.9", "npm", of) == "5.0"
    assert names("~5.5.0", "npm", of) == ""


def test_a_cycle_inside_a_cycle_has_its_own_versions() -> None:
    of = product("2.12", "2")
    assert names("~2.12.1", "npm", of) == "2.12"
    assert names("~2.11.0", "npm", of) == "2"
    assert names("^2.11.0", "npm", of) == "2 2.12"


def test_cycles_that_share_their_numbers_are_all_allowed() -> None:
    of = product(("4.9-lts", "4.9.16"), ("4.9", "4.9.16"), ("4.8", "4.8.6"))
    assert names("^4.9.5", "npm", of) == "4.9-lts 4.9"


def test_a_latest_that_counts_otherwise_takes_no_versions() -> None:
    of = product(("8", "8u472-b08"), ("5", "1.5.0.22"))
    assert names(">=1.2,<4", "maven", of) is None
    assert names("[1.6,4.0)", "maven", of) == ""
    assert names("[1.6,6.0)", "maven", of) == "5"


def test_two_products_do_not_share_what_was_prepared() -> None:
    for name in ("1", "2", "3"):
        assert names(f"^{name}.0", "npm", product(name)) == name


def test_nothing_is_said_of_a_product_with_a_cycle_outside_the_line() -> None:
    for name in ("current", "pc.7.5"):
        assert allowed(">=1.0", "pypi", product(name, "2.0", "1.0")) is None
    assert allowed(">=1.0", "pypi", product()) is None


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[-0-9.*xX<>=!~^|, ()\[\]+@a-c]{0,40}", fullmatch=True)))
@example("1" * 1024)
@example(",".join(["!=1"] * 300))
@example("[" * 1000)
@example("\u0663.2")
def test_any_text_gets_an_answer(text: str) -> None:
    for purl_type in TYPES:
        found = allowed(text, purl_type, MINORS)
        assert found is None or set(found) <= set(MINORS.cycles)


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_cycle_can_be_placed_or_not(name: str, latest: str) -> None:
    found = allowed(">=1.0", "pypi", product((name, latest), "1.0"))
    assert found is None or "1.0" in {cycle.name for cycle in found}


def test_what_a_version_belongs_to_is_allowed_by_its_pin() -> None:
    """The two rooms agree on every product that an ecosystem's package can lead to."""
    for of in dataset.load():
        heads = {identifier.partition("/")[0] for kind, identifier in of.identifiers if kind == "purl"}
        if allowed(">=0", "pypi", of) is None or heads.isdisjoint(f"pkg:{purl_type}" for purl_type in TYPES):
            continue
        for version in (text for cycle in of.cycles for text in (cycle.name, cycle.latest) if text):
            # In full: `20` is a cycle's name, but a release 20 is a release 20.0.0 and may be in another.
            found = cycle_of(f"{version}.0.0", "pypi", of)
            if version.replace(".", "").isdigit() and isinstance(found, Cycle):
                assert found in (allowed(f"=={version}", "pypi", of) or ()), (of.id, version)


_number = st.integers(0, 3)
_release = st.lists(_number, min_size=1, max_size=3).map(lambda numbers: ".".join(map(str, numbers)))
_clause = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["==", "!=", ">=", "<=", ">", "<"]), _release),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), _release),
    st.builds("~={}.{}".format, _number, st.one_of(_number, st.builds("{}.{}".format, _number, _number))),
    st.builds("{}{}{}".format, st.sampled_from([">=", ">", "~=1."]), _release, st.sampled_from(["rc1", ".post1"])),
)
_specifiers = st.lists(_clause, min_size=1, max_size=4).map(",".join)
_cycles = st.lists(_release, min_size=1, max_size=8, unique_by=lambda name: name.removesuffix(".0").removesuffix(".0"))
_VERSIONS = tuple(".".join(map(str, numbers)) for numbers in every(range(5), range(5), range(5), (0, 1)))


@given(_specifiers, _cycles)
def test_a_cycle_is_allowed_when_one_of_its_releases_is(text: str, cycles: list[str]) -> None:
    of = product(*cycles)
    wanted = SpecifierSet(text)
    witnesses = {
        found.name for version in wanted.filter(_VERSIONS) if isinstance(found := cycle_of(version, "pypi", of), Cycle)
    }
    # Versions may have any number of parts, and those tried here have four: more can be allowed.
    assert witnesses <= set((names(text, "pypi", of) or "").split())


@given(_specifiers)
def test_only_cycles_with_a_release_in_the_range_are_allowed(text: str) -> None:
    of = product("3", "2.2", "2.1", "2.0", "1", "0.3", "0.2")
    witnesses = set()
    for version in SpecifierSet(text, prereleases=True).filter(
        [*_VERSIONS, *(f"{version}.1" for version in _VERSIONS), *(f"{version}rc1" for version in _VERSIONS)]
    ):
        if isinstance(found := cycle_of(version, "pypi", of), Cycle):
            witnesses.add(found.name)
    assert set((names(text, "pypi", of) or "").split()) <= witnesses


@given(st.from_regex(r"([<>=!~]{1,3} ?[0-9.]{1,5}(\.\*|a1|rc2|\.post1|\.dev0)?,?){1,3}", fullmatch=True))
def test_what_packaging_reads_is_read(text: str) -> None:
    try:
        SpecifierSet(text)
    except InvalidSpecifier:
        return
    assert allowed(text, "pypi", MINORS) is not None


@pytest.mark.parametrize(
    ("requirement", "purl_type", "version", "held"),
    [
        (">=1,<2", "pypi", "1.9", True),
        (">=1,<2", "pypi", "2.0", False),
        ("^1.2.0", "npm", "1.1.9", False),
        ("^1.2.0", "npm", "1.2.0", True),
        ("[1,2)", "maven", "2", False),
        ("~> 1.2", "gem", "1.9", True),
        ("workspace:*", "npm", "1.0", None),
        (">=1", "deb", "1.0", None),
        (">=1", "pypi", "main", None),
    ],
)
def test_a_release_is_held_by_a_range_or_not_or_that_cannot_be_said(
    requirement: str, purl_type: str, version: str, *, held: bool | None
) -> None:
    assert holds(requirement, purl_type, version) is held


@pytest.mark.parametrize(
    ("requirement", "purl_type", "reason"),
    [
        ("latest", "generic", Reason.FLOATING),
        ("lts/*", "npm", Reason.FLOATING),
        ("${versions.frame}", "maven", Reason.UNRESOLVABLE),
        (">=99,<100", "pypi", Reason.NEWER),
        ("^99.1.0", "npm", Reason.NEWER),
        ("workspace:*", "npm", Reason.RANGE),
    ],
)
def test_what_allows_no_known_cycle_says_why(requirement: str, purl_type: str, reason: Reason) -> None:
    frame = Product(id="frame", title="Frame", link="", cycles=(Cycle(name="2"), Cycle(name="1")))
    assert unmatched(requirement, purl_type, frame) is reason
