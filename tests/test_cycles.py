"""Which cycle a version belongs to, and that none is better than a wrong one."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog import cycles, dataset, versions
from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.model import Cycle, EvidenceClass, Product, Reason

EXCEPTIONS = Path(__file__).with_name("known_latest_exceptions.json")


def product(*cycles: str | tuple[str, str], name: str = "thing", identifiers: tuple[str, ...] = ()) -> Product:
    """Make a product of cycle names, or of pairs of name and latest."""
    return Product(
        id=name,
        title=name.title(),
        link="",
        cycles=tuple(Cycle(name=c) if isinstance(c, str) else Cycle(name=c[0], latest=c[1]) for c in cycles),
        identifiers=tuple(("purl", identifier) for identifier in identifiers),
    )


def answer(version: str | None, of: Product, purl_type: str = "") -> str | Reason:
    """Return the name of the cycle, or the reason why there is none."""
    found = cycle_of(version, purl_type, of)
    return found.reason if isinstance(found, Unresolved) else found.name


def candidates(version: str, of: Product) -> tuple[str, ...]:
    found = cycle_of(version, "", of)
    assert isinstance(found, Unresolved)
    assert found.reason is Reason.AMBIGUOUS
    return found.candidates


SNAKE = product("3.14", "3.10", "3.2", "3.1", "2.7", name="snake")
# As Microsoft counts: names are years, versions are builds.
SERVER = product(
    ("2025", "10.0.26100"),
    ("2019", "10.0.17763"),
    ("1809-sac", "10.0.17763"),
    ("2012-r2", "6.3.9600"),
    ("2012", "6.2.9200"),
    name="server",
)
MAIL = product(
    ("subscription", "15.2.2562.46"), ("2019", "15.2.1544.36"), ("2016", "15.1.2507.61"), ("2013", "15.0.1497.48")
)
BASE = product(
    ("14.0", "14.0.3540.1 CU31+GDR"),
    ("13.0-sp2", "13.0.5893.48 CU17+GDR"),
    ("13.0-sp1", "13.0.4604.0 CU15"),
    ("13.0", "13.0.2218.0 CU9"),
)
JAVA = product(("21", "21.0.9+10"), ("17", "17.0.17+10"), ("8", "8u472-b08"))
DISTRO = Product(
    id="distro",
    title="Distro",
    link="",
    cycles=(
        Cycle(name="24.04", codename="Noble Numbat", label="24.04 'Noble Numbat' (LTS)", latest="24.04.3"),
        Cycle(name="12", codename="Bookworm", latest="12.12"),
        Cycle(name="11", codename="Stable", latest="11.11"),
    ),
)


def test_3_10_is_not_3_1() -> None:
    assert answer("3.10.2", SNAKE) == "3.10"
    assert answer("3.1.2", SNAKE) == "3.1"
    assert answer("3.100", SNAKE) is Reason.NEWER
    assert answer("3.11", SNAKE) is Reason.GAP


def test_the_longest_name_wins() -> None:
    of = product("2.12", "2")
    assert answer("2.12.4", of) == "2.12"
    assert answer("2.11.4", of) == "2"
    assert answer("2.120", of) == "2"


def test_zeros_before_a_number_do_not_count() -> None:
    assert answer("2025.8.1", product("2025.08", "2025.07")) == "2025.08"
    assert answer("9.0.00.200", product("9.0.0")) == "9.0.0"


@given(
    st.lists(st.lists(st.integers(0, 12), min_size=1, max_size=3).map(tuple), min_size=1, max_size=12, unique=True),
    st.lists(st.integers(0, 12), min_size=1, max_size=5).map(tuple),
)
def test_cycle_of_picks_the_longest_prefix(names: list[tuple[int, ...]], version: tuple[int, ...]) -> None:
    of = product(*(".".join(map(str, name)) for name in names))
    prefixes = [name for name in names if version[: len(name)] == name]
    found = answer(".".join(map(str, version)), of)
    if prefixes:
        assert found == ".".join(map(str, max(prefixes)))  # of prefixes of one version, the longest
    else:
        assert isinstance(found, Reason)


@given(
    st.one_of(st.none(), st.text(), st.from_regex(r"[ -~]{0,30}[0-9][ -~]{0,30}", fullmatch=True)),
    st.sampled_from(["", "deb", "pypi", "golang", "docker"]),
    st.sampled_from([SNAKE, SERVER, MAIL, BASE, JAVA, DISTRO, product()]),
)
def test_any_text_gets_an_answer(version: str | None, purl_type: str, of: Product) -> None:
    found = cycle_of(version, purl_type, of)
    assert isinstance(found, Unresolved) or any(found is cycle for cycle in of.cycles)


@given(st.text(), st.text())
def test_any_cycle_can_be_prepared(name: str, latest: str) -> None:
    of = product((name, latest), "1.0")
    assert answer("1.0.1", of) is not Reason.OLDER


def test_a_version_of_thousands_of_digits_is_refused() -> None:
    assert answer("3." + "1" * 5000, SNAKE) is Reason.UNRESOLVABLE
    assert answer("9" * 256, SNAKE) is Reason.UNRESOLVABLE
    assert answer("1", product("9" * 5000, "1")) == "1"


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        (None, Reason.NO_VERSION),
        ("", Reason.NO_VERSION),
        (" ", Reason.NO_VERSION),
        ("NOASSERTION", Reason.NO_VERSION),
        (">=3.10", Reason.RANGE),
        ("3.x", Reason.RANGE),
        ("~> 3.10", Reason.RANGE),
        ("latest", Reason.FLOATING),
        ("dev-main", Reason.FLOATING),
        ("nightly-20240101", Reason.FLOATING),
        ("sha256:9a839e63dad54c3a", Reason.FLOATING),
        ("v0.0.0-20190101000000-abcdefabcdef", Reason.FLOATING),
        ("${snake.version}", Reason.UNRESOLVABLE),
        ("file:../3.10", Reason.UNRESOLVABLE),
        ("git+https://example.org/3.10", Reason.UNRESOLVABLE),
        ("0.0.0", Reason.UNRESOLVABLE),
        ("4.0", Reason.NEWER),
        ("3.15", Reason.NEWER),
        ("1.6", Reason.OLDER),
        ("3.0.1", Reason.GAP),
        ("3", Reason.AMBIGUOUS),
    ],
)
def test_no_cycle_is_a_typed_answer(version: str | None, reason: Reason) -> None:
    assert answer(version, SNAKE) is reason


def test_what_is_newer_than_all_that_is_deprecated_is_not_tracked() -> None:
    old = Cycle(name="2", eol=True, evidence=EvidenceClass.DEPRECATED)
    glue = product()._replace(cycles=(old, old._replace(name="1")))
    assert answer("3.1.0", glue) is Reason.UNTRACKED
    assert answer("0.9", glue) is Reason.OLDER
    assert answer("3.1.0", glue._replace(cycles=(old, Cycle(name="1", eol=True)))) is Reason.NEWER


def test_a_version_shorter_than_the_names_could_be_any_of_them() -> None:
    assert candidates("3", SNAKE) == ("3.14", "3.10", "3.2", "3.1")


def test_zero_is_a_version_where_a_cycle_is_called_so() -> None:
    assert answer("0.0.0", product("1", "0")) == "0"


def test_years_and_other_numbers_are_not_compared() -> None:
    assert answer("16.0", product("2024", "2021")) is Reason.UNRESOLVABLE
    assert answer("2023.1", SNAKE) is Reason.UNRESOLVABLE


def test_every_name_is_its_own_cycle() -> None:
    for of in (SNAKE, SERVER, MAIL, BASE, JAVA, DISTRO):
        assert [cycle_of(cycle.name, "", of) for cycle in of.cycles] == list(of.cycles)


def test_a_tag_may_name_the_product_by_any_of_its_identifiers() -> None:
    of = product("3.2", "3.1", identifiers=("pkg:github/acme/cobra", "pkg:npm/%40acme/boa"))
    for tag in ("cobra-3.2.1", "COBRA_3_2_1", "rel/cobra-3.2.1", "boa-3.2.1", "@acme/boa@3.2.1", "Thing 3.2.1"):
        assert answer(tag, of) == "3.2"
    assert answer("python-3.2.1", of) is Reason.UNRESOLVABLE


def test_labels_and_codenames_are_names_too() -> None:
    assert answer("24.04 'Noble Numbat' (LTS)", DISTRO) == "24.04"
    assert answer("Noble Numbat", DISTRO) == "24.04"
    assert answer("noble-20240101", DISTRO) == "24.04"
    assert answer("bookworm-slim", DISTRO) == "12"
    assert answer("lts/bookworm", DISTRO) == "12"


def test_stable_moves_even_where_a_cycle_is_called_so_today() -> None:
    assert answer("stable", DISTRO) is Reason.FLOATING


def test_the_words_of_a_name_count() -> None:
    of = product(("8.3-ce", "8.3.101-CE"), ("8.3", "8.3.2"))
    assert answer("8.3.50-CE", of) == "8.3-ce"
    assert answer("8.3.1", of) == "8.3"
    assert answer("2012 R2 Standard", SERVER) == "2012-r2"
    assert answer("2012 Standard", SERVER) == "2012"


def test_a_service_pack_is_found_by_its_latest_and_never_guessed() -> None:
    assert answer("13.0.5893.48", BASE) == "13.0-sp2"
    assert answer("13.0.1601.5", BASE) == "13.0"
    assert candidates("13.0.4000.0", BASE) == ("13.0-sp2", "13.0-sp1")
    assert answer("14.0.9999.1", BASE) == "14.0"


def test_siblings_that_share_their_latest_cannot_be_told_apart() -> None:
    of = product(("4.9-lts", "4.9.16"), ("4.9", "4.9.16"), ("4.8", "4.8.6"))
    assert candidates("4.9.16", of) == ("4.9-lts", "4.9")
    assert candidates("4.9.5", of) == ("4.9-lts", "4.9")
    assert answer("4.9.5-lts", of) == "4.9-lts"
    assert answer("4.8.5", of) == "4.8"


def test_a_lone_lts_cycle_holds_its_versions() -> None:
    assert answer("4.9.5", product(("4.9-lts", "4.9.16"))) == "4.9-lts"


def test_siblings_without_versions_cannot_be_told_apart() -> None:
    of = product("10.0_u2", "10.0_u1", "10.0")
    assert answer("10.0_u2", of) == answer("10.0 U2 patch 1", of) == "10.0_u2"
    assert candidates("10.0.20", of) == ("10.0_u2", "10.0_u1", "10.0")


def test_a_build_is_found_by_the_latest_builds() -> None:
    assert answer("10.0.26100", SERVER) == "2025"
    assert answer("10.0.26100.4349", SERVER) == "2025"
    assert candidates("10.0.17763.1", SERVER) == ("2019", "1809-sac")
    assert answer("10.0.20348", SERVER) is Reason.GAP
    assert answer("6.1.7600", SERVER) is Reason.GAP
    assert answer("10.0.99999", SERVER) is Reason.NEWER


def test_a_year_is_not_the_prefix_of_a_build() -> None:
    assert answer("2019", SERVER) == "2019"
    assert answer("2019.1", SERVER) is Reason.UNRESOLVABLE


def test_a_generation_of_builds_with_one_cycle_is_that_cycle() -> None:
    assert answer("15.1.2507.61", MAIL) == "2016"
    assert answer("15.1.2375.7", MAIL) == "2016"
    assert answer("15.1.9999.1", MAIL) is Reason.GAP
    assert answer("15.2.1544.40", MAIL) == "2019"
    assert candidates("15.2.1118.7", MAIL) == ("subscription", "2019")


def test_a_cycle_reaches_as_far_as_its_latest() -> None:
    of = product(("6.0", "6.0.0"), ("5.0", "5.4.4"), ("4.0", "4.0.14"))
    assert answer("5.4.4", of) == answer("5.2.1", of) == answer("5.4.9", of) == "5.0"
    assert answer("5.5.0", of) is Reason.GAP
    assert answer("4.1.0", of) is Reason.GAP
    assert answer("43.1", product(("5", "48.3.1"), ("4", "4.25.1"))) == "5"


def test_a_latest_inside_the_next_cycle_proves_nothing() -> None:
    of = product(("5.0", "5.0.1"), ("4.6", "5.0.1"))
    assert answer("5.0.1", of) == "5.0"
    assert answer("4.6.5", of) == "4.6"
    assert answer("4.7.0", of) is Reason.GAP


def test_java_8_calls_itself_1_8() -> None:
    assert answer("1.8.0_392", JAVA) == answer("8u392", JAVA) == answer("1.8", JAVA) == "8"
    assert answer("1.8.0.392.b08-2.el8", JAVA, "rpm") == "8"
    assert answer("jdk8u392-b08", product("8", name="openjdk")) == "8"
    assert answer("1.8.0_392", product("21", "8")) == "8"


def test_only_java_8_calls_itself_1_8() -> None:
    assert answer("1.8.0", product("9", "8")) is Reason.OLDER
    assert answer("1.8.1", JAVA) is Reason.OLDER
    assert answer("jdk8", product("9", "8", name="builder")) is Reason.UNRESOLVABLE


def test_a_latest_that_is_no_version_is_found_as_text() -> None:
    of = product(("continuous", "Patch 7"), ("2022.2", "2022.2patch12"), ("4.2", "4.2.x"))
    assert answer("Patch 7", of) == "continuous"
    assert answer("2022.2patch3", of) == "2022.2"
    assert answer("4.2.x", of) == "4.2"
    assert answer("Patch 6", of) is Reason.UNRESOLVABLE


def test_a_rolling_product_knows_only_its_latest_build() -> None:
    assert answer("43800", product(("current", "43800"))) == "current"
    assert answer("43790", product(("current", "43800"))) is Reason.GAP


def test_names_with_a_prefix_of_their_own() -> None:
    of = product(("pc.7.5", "pc.7.5.1.10"), ("pc.7.3", "pc.7.3.1"), ("6.8", "6.8.1"))
    assert answer("pc.7.5.1", of) == "pc.7.5"
    assert answer("pc.7.4", of) is Reason.GAP
    assert answer("7.5", of) is Reason.NEWER
    assert answer("6.8.1", of) == "6.8"


def test_two_products_do_not_share_what_was_prepared() -> None:
    for name in ("1", "2", "3"):
        assert answer(f"{name}.1", product(name)) == name


@cache
def every_product() -> tuple[Product, ...]:
    return tuple(dataset.load())


def test_every_latest_resolves_to_its_own_cycle_with_known_exceptions() -> None:
    expected = {
        (entry["product"], name) for entry in json.loads(EXCEPTIONS.read_text("utf-8")) for name in entry["cycles"]
    }
    wrong = {
        (of.id, cycle.name)
        for of in every_product()
        for cycle in of.cycles
        if cycle.latest and cycle_of(cycle.latest, "", of) is not cycle
    }
    assert wrong - expected == set(), "these resolve elsewhere, or not at all"
    assert expected - wrong == set(), "these are exceptions no more"


def test_every_cycle_name_resolves_to_its_own_cycle() -> None:
    wrong = [(of.id, c.name) for of in every_product() for c in of.cycles if cycle_of(c.name, "", of) is not c]
    assert wrong == []


def test_no_product_has_a_cycle_for_garbage() -> None:
    garbage = ["latest", "nightly", "?", "main", "@VERSION@", "7f3a2b1", "^1.2.3", "1.0 - 2.0", "foo-bar", "v", "..."]
    found = [(of.id, text) for of in every_product() for text in garbage if isinstance(cycle_of(text, "", of), Cycle)]
    assert found == []


def test_no_digit_behind_a_name_is_part_of_it() -> None:
    """`3.1` says nothing about 3.173.2, in any product."""
    for of in every_product():
        names = {cycle.name for cycle in of.cycles if cycle.name.replace(".", "").isdigit()}
        reaching = {c.name for c in of.cycles if c.latest and not c.latest.startswith(c.name)}
        for name in names:
            found = answer(f"{name}73.2", of)
            assert isinstance(found, Reason) or name.startswith(f"{found}.") or found in reaching, (of.id, name)


def test_the_short_way_answers_as_the_whole_way_does() -> None:
    """Every product, every name and latest of its cycles, and what stands just beside them."""
    for product in dataset.load():
        if not cycles._plain_names_of(product):
            continue
        texts = {text for cycle in product.cycles for text in (cycle.name, cycle.latest) if text}
        for text in {f"{text}{tail}" for text in texts for tail in ("", ".0", ".1", ".9.9", "0", "1")}:
            short = cycles._by_plain_name(text, product)
            if short is not None:
                shape = cycles._shape_of(product)
                same = shape.texts.get(versions.spelled(text))
                release = versions.version_of(text, shape.own_names)
                assert release is not None
                assert short == (cycles._only(same) if same else cycles._by_numbers(release, shape)), (product.id, text)
