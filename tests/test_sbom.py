"""What is said of a component is said of that component."""

from __future__ import annotations

import pytest

from scanner import purl
from scanner.ecosystems import sbom
from scanner.ecosystems.sbom import Named
from scanner.model import Dependency, EvidenceClass, Kind, Location, Reason, Status, Verdict
from tests import sample

OVER, SOON = (verdict for verdict in sample.report(list_all=True).components if verdict.match)


def verdict(purl: str = "", status: Status = Status.UNTRACKED, **fields: object) -> Verdict:
    dependency = Dependency(purl=purl, location=Location("bom.json", 1))._replace(**fields)  # type: ignore[arg-type]  # -- by name
    return Verdict(dependency=dependency, status=status, reason=Reason.UNTRACKED)


@pytest.mark.parametrize(
    ("component", "dependency"),
    [
        (Named(("pkg:npm/a@1",), ("a",), "1"), verdict("pkg:npm/a@1")),
        (Named(("pkg:npm/a",), ("a",), "1"), verdict("pkg:npm/a@1")),
        (Named(("pkg:npm/a%401",), ("a",), "1"), verdict("pkg:npm/a@1")),
        (Named(("pkg:pypi/Foo_Bar@1",), ("Foo_Bar",), "1"), verdict("pkg:pypi/foo-bar@1")),
        (Named(("pkg:npm/a",), ("a",), ">=1"), verdict("pkg:npm/a", requirement=">=1")),
        (Named(("no purl",), ("g/a", "g:a", "a"), "1"), verdict(label=("g/a", "1"))),
        (Named((), ("a",), "NOASSERTION"), verdict(label=("a", None))),
        (Named(("pkg:generic/debian",), ("debian",), "11", is_os=True), verdict("pkg:generic/debian@11", kind=Kind.OS)),
        (Named(("pkg:deb/debian/a@1?arch=all",), ("a",), "1"), verdict("pkg:deb/debian/a@1?arch=all")),
    ],
)
def test_a_component_is_found_however_it_names_itself(component: Named, dependency: Verdict) -> None:
    assert sbom.assigned([component], [dependency]) == [(dependency,)]


@pytest.mark.parametrize(
    ("component", "dependency"),
    [
        (Named(("pkg:npm/a@2",), ("a",), "2"), verdict("pkg:npm/a@1")),
        (Named(("pkg:npm/a@1",), ("a",), "1"), verdict("pkg:pypi/a@1")),
        (Named(("pkg:deb/debian/a@1?distro=debian-10",), ("a",), "1"), verdict("pkg:deb/debian/a@1?distro=debian-11")),
        (Named((), ("django",), "3.2"), verdict("pkg:pypi/django@3.2")),
        (Named(("pkg:generic/debian@11",), ("debian",), "11"), verdict("pkg:generic/debian@11", kind=Kind.OS)),
    ],
)
def test_nothing_is_said_of_another_component(component: Named, dependency: Verdict) -> None:
    assert sbom.assigned([component], [dependency]) == [()]


def test_components_that_are_called_the_same_are_told_in_their_order() -> None:
    first, second = verdict("pkg:npm/a@1", Status.EOL), verdict("pkg:npm/a@1", Status.UNKNOWN)
    alike = Named(("pkg:npm/a@1",), ("a",), "1")
    assert sbom.assigned([alike, alike], [first, second]) == [(first,), (second,)]
    assert sbom.assigned([alike, alike, alike], [first, second]) == [(), (), ()]
    assert sbom.assigned([alike, alike], [first]) == [(first,), (first,)]


def test_all_that_an_image_is_belongs_to_one_component() -> None:
    first = verdict("pkg:docker/python@3.8-buster", Status.EOL)
    second = first._replace(status=Status.EXPIRING)
    image = Named(("pkg:docker/python@3.8-buster",), ("python",), "3.8-buster")
    assert sbom.assigned([image], [first, second]) == [(first, second)]


def test_dates_are_a_component_s_own_only_where_its_cycle_is_certain() -> None:
    assert OVER.match is not None
    assert sbom.pinned((OVER,)) == OVER.match
    ranged = OVER.match._replace(allowed=OVER.match.product.cycles)
    inferred = OVER.match._replace(evidence=OVER.match.evidence._replace(evidence_class=EvidenceClass.INFERRED))
    assert sbom.pinned((OVER._replace(match=ranged),)) is None
    assert sbom.pinned((OVER._replace(match=inferred),)) is None
    assert sbom.pinned((OVER._replace(status=Status.DISTRO_MAINTAINED),)) is None
    assert sbom.pinned(()) is None
    assert [*sbom.announced([OVER, SOON, OVER._replace(match=ranged)])] == [OVER.match, SOON.match]


def test_a_link_that_is_no_address_is_none() -> None:
    assert sbom.is_address("https://example.org/a?b=c")
    assert not sbom.is_address("javascript:alert(1)")
    assert not sbom.is_address("https://example.org/ b")


def test_only_a_purl_that_others_read_is_written_for_them() -> None:
    official = purl.official("pkg:pypi/Django@3.2.25")
    assert official is not None
    assert official.to_string() == "pkg:pypi/django@3.2.25"
    for text in ("", "django", "pkg:pypi", "pkg:pypi/a\x1b[31m@1", "pkg:docker/@1"):
        assert purl.official(text) is None


def test_what_sets_a_component_aside_is_among_its_facts() -> None:
    report = sample.policed()
    ignored, carried = report.findings[0], report.extended[0]
    verdict = Verdict(ignored.matches[0].dependency, ignored.status, ignored.matches[0], ignored=ignored.ignored)
    assert dict(sbom.facts(verdict)) | {
        "ignored": "replaced in Q1, see PLAT-123",
        "ignored_until": "2027-03-31",
    } == dict(sbom.facts(verdict))
    verdict = Verdict(carried.matches[0].dependency, carried.status, carried.matches[0])
    assert dict(sbom.facts(verdict))["extended_by"] == "Ubuntu Pro"
    assert dict(sbom.facts(verdict))["extended_until"] == "2030-04-02"
