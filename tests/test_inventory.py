"""The laws of what a project is said to stand on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from scanner import scan
from scanner.inventory import coming, end, name, standings
from scanner.model import (
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Extension,
    Kind,
    Location,
    Match,
    Product,
    Status,
    Used,
)
from tests.sample import TODAY

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.model import Ending

NEXT_YEAR = TODAY + timedelta(days=365)
CYCLES = (Cycle("3", eol=NEXT_YEAR, label="3 (Three)"), Cycle("2", eol=False), Cycle("1", eol=date(2020, 1, 1)))


def used(
    title: str,
    cycle: int = 0,
    category: str = "framework",
    status: Status = Status.SUPPORTED,
    places: int = 1,
    kind: Kind = Kind.LIBRARY,
) -> Used:
    product = Product(title.lower(), title, "", cycles=CYCLES, category=category)
    dependency = Dependency(f"pkg:pypi/{title.lower()}@{CYCLES[cycle].name}", Location("r.txt", 1), kind=kind)
    evidence = Evidence(EvidenceKind.IDENTIFIER, "", EvidenceClass.VENDOR, "")
    return Used(Match(dependency, product, CYCLES[cycle], evidence), status, places)


def ranged(title: str, requirement: str, allowed: int = 2) -> Used:
    one = used(title)
    dependency = one.match.dependency._replace(requirement=requirement)
    return one._replace(match=one.match._replace(dependency=dependency, allowed=CYCLES[:allowed]))


def with_end(one: Used, eol: Ending) -> Used:
    return one._replace(match=one.match._replace(cycle=one.match.cycle._replace(eol=eol)))


def names(*inventory: Used) -> dict[str, list[list[str]]]:
    return {kind.heading: [[name(one) for one in uses] for uses in kind.products] for kind in standings(inventory)}


def test_what_a_colleague_would_name_is_told_in_a_colleague_s_order_and_the_long_tail_is_not() -> None:
    inventory = [
        used(word.title(), category=word)
        for word in ("service", "server-app", "database", "library", "framework", "lang", "os", "app", "tool", "device")
    ]
    assert names(*inventory) == {
        "Operating systems": [["Os 3"]],
        "Runtimes": [["Lang 3"]],
        "Frameworks": [["Framework 3"]],
        "Databases and services": [["Database 3"], ["Server-App 3"], ["Service 3"]],
    }


def test_a_framework_that_is_asked_for_as_a_runtime_is_one() -> None:
    assert names(used("Node"), used("Node", 1, kind=Kind.RUNTIME)) == {"Runtimes": [["Node 3", "Node 2"]]}


def test_the_most_used_comes_first_and_of_one_product_the_newest() -> None:
    inventory = (used("B", 1), used("A", 2), used("C", 2, places=7), used("C", 0))
    assert names(*inventory) == {"Frameworks": [["C 3", "C 1"], ["A 1"], ["B 2"]]}


def test_one_cycle_is_told_once_with_its_worst_status() -> None:
    ((uses,),) = [kind.products for kind in standings([used("A"), used("A", status=Status.EOL)])]
    assert [one.status for one in uses] == [Status.EOL]


def test_a_range_is_told_as_one_and_only_where_no_version_is() -> None:
    assert names(ranged("A", ">=2")) == {"Frameworks": [["A >=2"]]}
    assert names(ranged("A", ">=2"), used("A", 2)) == {"Frameworks": [["A 1"]]}
    assert end(ranged("A", ">=2"), TODAY) == "", "a minimum has no end"
    assert names(ranged("A", "~=3.1", allowed=1)) == {"Frameworks": [["A 3"]]}


def test_what_is_older_than_the_oldest_tracked_cycle_is_told_as_that() -> None:
    one = used("A", 2)
    inferred = one.match.evidence._replace(kind=EvidenceKind.INFERRED)
    older = one._replace(match=one.match._replace(evidence=inferred), status=Status.EOL)
    assert name(older) == "A before 1"
    assert names(older, one) == {"Frameworks": [["A 1", "A before 1"]]}


def test_a_cycle_is_named_in_few_words() -> None:
    assert name(used("A")) == "A 3"
    assert name(used("A"), title=False) == "3"
    quoted = used("A").match._replace(cycle=Cycle("24.04", label="24.04 'Noble Numbat' (LTS)"))
    assert name(used("A")._replace(match=quoted)) == "A 24.04"
    one = used("A")
    assert name(one._replace(match=one.match._replace(product=one.match.product._replace(whole=True)))) == "A"
    named = one.match._replace(cycle=Cycle("x", label="A Server 2019"))
    assert name(one._replace(match=named)) == "A Server 2019"


@pytest.mark.parametrize(
    ("eol", "status", "words"),
    [
        (date(2020, 1, 1), Status.EOL, "ended 2020-01-01"),
        (True, Status.EOL, "over"),
        (TODAY, Status.EXPIRING, f"until {TODAY}"),
        (False, Status.SUPPORTED, "no end announced"),
        (False, Status.SECURITY_ONLY, "security fixes only"),
        (None, Status.SUPPORTED, ""),
        (NEXT_YEAR, Status.DEPRECATED, "deprecated"),
        (None, Status.SUPERSEDED, "superseded"),
        (date(2020, 1, 1), Status.DISTRO_MAINTAINED, "kept by its distribution"),
    ],
)
def test_every_end_has_its_words(eol: Ending, status: Status, words: str) -> None:
    assert end(with_end(used("A", status=status), eol), TODAY) == words


def test_an_end_that_follows_from_a_rule_may_be_a_lower_bound() -> None:
    one = used("A")
    cycle = one.match.cycle._replace(evidence=EvidenceClass.RULE, rule="Not before two years.")
    assert end(one._replace(match=one.match._replace(cycle=cycle)), TODAY) == f"until at least {NEXT_YEAR}"


def test_extended_support_is_the_end_that_counts() -> None:
    one = used("A", 2, status=Status.EXTENDED)
    carried = one._replace(match=one.match._replace(extension=Extension(NEXT_YEAR)))
    assert end(carried, TODAY) == f"extended until {NEXT_YEAR}"
    assert coming([carried], TODAY, 5) == [(NEXT_YEAR, carried)]


def test_what_ends_next_is_dated_not_over_and_no_range_and_each_cycle_stands_once() -> None:
    soon = with_end(used("Soon", status=Status.EXPIRING), TODAY)
    inventory = (
        used("Later"),
        used("Later", kind=Kind.RUNTIME),
        soon,
        used("Undated", 1),
        used("Over", 2, status=Status.EOL),
        used("Dead", status=Status.DEPRECATED),
        ranged("Range", ">=1"),
        used("Library", category="library"),
    )
    assert [name(one) for _, one in coming(inventory, TODAY, 5)] == ["Soon 3", "Later 3", "Library 3"]
    assert [name(one) for _, one in coming(inventory, TODAY, 1)] == ["Soon 3"]


def test_a_scan_counts_the_places_of_all_whose_cycle_is_known(tmp_path: Path) -> None:
    for folder, text in {"a": "Django==3.2.25\nleft-pad==1\n", "b": "django==3.2.1\nDjango>=4.2\n"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "requirements.txt").write_text(text)
    inventory = scan([str(tmp_path)], today=TODAY).inventory
    assert [(name(one), one.status, one.places) for one in inventory[:1]] == [("Django 3.2", Status.EOL, 2)]
    assert [name(one) for one in inventory[1:]] == ["Django >=4.2"]
