"""The laws of what is said of a match."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.advice import advise
from scanner.endings import ended, ends_within, is_lts, is_maintained
from scanner.model import (
    Advice,
    Cycle,
    Dependency,
    Evidence,
    EvidenceClass,
    EvidenceKind,
    Finding,
    Kind,
    Location,
    Mark,
    Match,
    Miss,
    Policy,
    Product,
    Reason,
    Status,
    Support,
    Verdict,
)
from scanner.policy import (
    finding,
    group,
    judge,
    reported,
    unjudged,
)
from tests.sample import DJANGO, HOSTILE, NUMPY, TODAY

if TYPE_CHECKING:
    from scanner.model import Ending

POLICY = Policy()
DAY = timedelta(days=1)
PAST = date(2020, 1, 1)
FUTURE = date(2040, 1, 1)

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
ENDINGS = st.none() | st.booleans() | DAYS


def product(*cycles: Cycle, title: str = "Frame") -> Product:
    return Product(id="frame", title=title, link="https://example.org/frame", cycles=cycles)


def evident(of: Product, evidence_class: EvidenceClass) -> Product:
    """Return the product with a class of evidence for all of its cycles."""
    return of._replace(cycles=tuple(cycle._replace(evidence=evidence_class) for cycle in of.cycles))


def matched(
    of: Product,
    name: str,
    purl: str = "pkg:pypi/frame@1.0",
    evidence_class: EvidenceClass | None = None,
    *,
    kind: Kind = Kind.LIBRARY,
    requirement: str | None = None,
) -> Match:
    if evidence_class and evidence_class is not EvidenceClass.LOCKFILE:  # which alone speaks of the package
        of = evident(of, evidence_class)
    found = next(cycle for cycle in of.cycles if cycle.name == name)
    return Match(
        dependency=Dependency(purl=purl, location=Location("requirements.txt", 1), kind=kind, requirement=requirement),
        product=of,
        cycle=found,
        evidence=Evidence(
            EvidenceKind.IDENTIFIER, "pkg:pypi/frame", evidence_class or found.evidence, "endoflife.date"
        ),
    )


def whole(*, eol: Ending = None, eoas: Ending = None, replacement: str | None = None) -> Product:
    """Return a package of which every version is judged alike."""
    cycle = Cycle(name="all", eol=eol, eoas=eoas)
    return product(cycle, title="things")._replace(whole=True, replacement=replacement)


def missed(reason: Reason, purl: str = "pkg:pypi/frame@0.1", of: Product | None = None) -> Miss:
    return Miss(Dependency(purl=purl, location=Location("requirements.txt", 1)), reason, of)


def status_of(
    *, eol: Ending = None, eoas: Ending = None, released: date | None = None, within: int | None = 90
) -> Status:
    cycle = Cycle(name="1", released=released, eol=eol, eoas=eoas)
    return judge(matched(product(cycle), "1"), Policy(within_days=within), TODAY).status


def told(found: Match | Miss, *more: Match, policy: Policy = POLICY, today: date = TODAY) -> Finding:
    verdicts = [judge(each, policy, today) for each in (found, *more)]
    assert {reported(verdict, policy._replace(list_all=True)) for verdict in verdicts} == {True}
    return finding(verdicts, "requirements.txt", policy, today)


# The day


def test_a_date_is_the_last_supported_day() -> None:
    assert ended(TODAY, TODAY) is False
    assert ended(TODAY, TODAY + DAY) is True
    assert status_of(eol=TODAY) is Status.EXPIRING
    assert status_of(eol=TODAY - DAY) is Status.EOL


def test_true_is_over_false_is_not_and_none_is_not_known() -> None:
    assert [ended(ending, TODAY) for ending in (True, False, None)] == [True, False, None]


@given(eol=ENDINGS, eoas=ENDINGS, released=st.none() | DAYS, days=st.tuples(DAYS, DAYS))
def test_a_later_day_never_turns_eol_back(
    eol: Ending, eoas: Ending, released: date | None, days: tuple[date, date]
) -> None:
    found = matched(product(Cycle(name="1", released=released, eol=eol, eoas=eoas)), "1")
    earlier, later = (judge(found, POLICY, day).status for day in sorted(days))
    order = [Status.SUPPORTED, Status.SECURITY_ONLY, Status.EXPIRING, Status.EOL]
    assert order.index(earlier) <= order.index(later)


# Statuses


@pytest.mark.parametrize(
    ("eol", "eoas", "status"),
    [
        (PAST, None, Status.EOL),
        (True, None, Status.EOL),
        (PAST, FUTURE, Status.EOL),
        (TODAY + 90 * DAY, None, Status.EXPIRING),
        (TODAY + 90 * DAY, PAST, Status.EXPIRING),
        (TODAY + 91 * DAY, None, Status.SUPPORTED),
        (TODAY + 91 * DAY, PAST, Status.SECURITY_ONLY),
        (FUTURE, True, Status.SECURITY_ONLY),
        (False, PAST, Status.SECURITY_ONLY),
        (None, PAST, Status.SECURITY_ONLY),
        (FUTURE, TODAY, Status.SUPPORTED),
        (FUTURE, False, Status.SUPPORTED),
        (False, None, Status.SUPPORTED),
        (None, None, Status.SUPPORTED),
    ],
)
def test_a_status_follows_from_the_ends_of_the_cycle(eol: Ending, eoas: Ending, status: Status) -> None:
    assert status_of(eol=eol, eoas=eoas) is status


def test_the_window_counts_its_own_last_day() -> None:
    assert status_of(eol=TODAY + 7 * DAY, within=7) is Status.EXPIRING
    assert status_of(eol=TODAY + 8 * DAY, within=7) is Status.SUPPORTED
    assert status_of(eol=TODAY, within=0) is Status.EXPIRING
    assert status_of(eol=TODAY + DAY, within=0) is Status.SUPPORTED


@pytest.mark.parametrize(
    ("lifetime", "left", "almost"),
    [(3000, 120, True), (3000, 121, False), (300, 100, True), (300, 101, False), (301, 100, True), (2, 0, True)],
)
def test_the_automatic_window_is_a_third_of_the_lifetime_and_at_most_120_days(
    lifetime: int, left: int, *, almost: bool
) -> None:
    eol = TODAY + left * DAY
    assert ends_within(eol, eol - lifetime * DAY, TODAY, None) is almost
    assert (status_of(eol=eol, released=eol - lifetime * DAY, within=None) is Status.EXPIRING) is almost


def test_the_automatic_window_of_an_unknown_lifetime_is_120_days() -> None:
    assert ends_within(TODAY + 120 * DAY, None, TODAY, None)
    assert not ends_within(TODAY + 121 * DAY, None, TODAY, None)


@pytest.mark.parametrize("ending", [True, False, None, TODAY - DAY])
def test_what_is_over_or_has_no_day_ends_in_no_window(ending: Ending) -> None:
    assert not ends_within(ending, PAST, TODAY, 90)


def test_lts_may_begin_later() -> None:
    cycle = Cycle(name="26", lts=TODAY)
    assert is_lts(cycle, TODAY)
    assert not is_lts(cycle, TODAY - DAY)
    assert is_lts(Cycle(name="24", lts=True), TODAY)


def test_any_kind_of_support_is_maintenance_and_hardware_that_is_not_sold_is_none() -> None:
    assert is_maintained(Cycle(name="1", eol=PAST, eoes=FUTURE), TODAY)
    assert is_maintained(Cycle(name="1", eol=True, eoas=False), TODAY)
    assert is_maintained(Cycle(name="1", eol=False, discontinued=True), TODAY)
    assert not is_maintained(Cycle(name="1", eol=PAST, eoes=PAST, discontinued=False), TODAY)


def test_no_product_is_untracked_and_no_cycle_is_unknown() -> None:
    untracked = judge(missed(Reason.UNTRACKED), POLICY, TODAY)
    assert (untracked.status, untracked.reason, untracked.match) == (Status.UNTRACKED, Reason.UNTRACKED, None)
    ranged = judge(missed(Reason.RANGE, of=DJANGO), POLICY, TODAY)
    assert (ranged.status, ranged.reason, ranged.match) == (Status.UNKNOWN, Reason.RANGE, None)


def test_a_version_newer_than_the_data_is_not_eol() -> None:
    over = product(Cycle(name="1", eol=PAST))
    verdict = judge(missed(Reason.NEWER, "pkg:pypi/frame@99", over), POLICY, TODAY)
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.NEWER)


@pytest.mark.parametrize("evidence_class", [EvidenceClass.DEPRECATED, EvidenceClass.LOCKFILE])
def test_what_the_maintainers_call_dead_is_deprecated_whatever_its_dates_say(evidence_class: EvidenceClass) -> None:
    frame = product(Cycle(name="1", eol=FUTURE))
    assert judge(matched(frame, "1", evidence_class=evidence_class), POLICY, TODAY).status is Status.DEPRECATED


def test_where_only_the_newest_is_supported_the_others_are_superseded_and_never_eol() -> None:
    frame = product(
        Cycle(name="3", released=FUTURE), Cycle(name="1.9", released=TODAY), Cycle(name="2"), Cycle(name="1", eol=PAST)
    )
    found = {
        name: judge(matched(frame, name, evidence_class=EvidenceClass.LATEST_ONLY), POLICY, TODAY).status
        for name in ("3", "2", "1")
    }
    assert found == {"3": Status.SUPPORTED, "2": Status.SUPPORTED, "1": Status.SUPERSEDED}


def test_every_cycle_is_judged_by_the_evidence_of_its_own_dates() -> None:
    frame = product(
        Cycle(name="4"),
        Cycle(name="3", eol=PAST, evidence=EvidenceClass.LATEST_ONLY),
        Cycle(name="2", eol=PAST, evidence=EvidenceClass.RULE),
        Cycle(name="1", eol=PAST, evidence=EvidenceClass.DEPRECATED),
        Cycle(name="0", eol=PAST),
    )
    verdicts = [judge(matched(frame, cycle.name), POLICY, TODAY) for cycle in frame.cycles]
    assert [verdict.status for verdict in verdicts] == [
        Status.SUPPORTED,
        Status.SUPERSEDED,
        Status.EOL,
        Status.DEPRECATED,
        Status.EOL,
    ]


@given(st.sampled_from(EvidenceClass), ENDINGS, ENDINGS, DAYS, st.none() | DAYS)
def test_only_dates_of_a_vendor_or_a_rule_make_anything_eol(
    evidence_class: EvidenceClass, eol: Ending, eoas: Ending, today: date, data_date: date | None
) -> None:
    frame = product(Cycle(name="2"), Cycle(name="1", eol=eol, eoas=eoas))
    status = judge(matched(frame, "1", evidence_class=evidence_class), POLICY, today, data_date).status
    if evidence_class in {EvidenceClass.LATEST_ONLY, EvidenceClass.DEPRECATED, EvidenceClass.LOCKFILE}:
        assert status in {Status.SUPERSEDED, Status.DEPRECATED, Status.UNKNOWN}
    else:
        assert (status is Status.EOL) is (ended(eol, today) is True)


@pytest.mark.parametrize("name", ["2", "1"])
def test_the_newest_release_is_known_as_long_as_the_data_is_fresh(name: str) -> None:
    frame = product(Cycle(name="2"), Cycle(name="1"))
    found = matched(frame, name, evidence_class=EvidenceClass.LATEST_ONLY)
    status = Status.SUPPORTED if name == "2" else Status.SUPERSEDED
    assert judge(found, POLICY, TODAY, TODAY - 30 * DAY).status is status
    assert judge(found, POLICY, TODAY, TODAY + 300 * DAY).status is status
    old = judge(found, POLICY, TODAY, TODAY - 31 * DAY)
    assert (old.status, old.reason, old.match) == (Status.UNKNOWN, Reason.STALE, None)


@pytest.mark.parametrize("evidence_class", [each for each in EvidenceClass if each is not EvidenceClass.LATEST_ONLY])
def test_an_announced_end_and_a_mark_do_not_age_with_the_data(evidence_class: EvidenceClass) -> None:
    found = matched(product(Cycle(name="1", eol=PAST)), "1", evidence_class=evidence_class)
    assert judge(found, POLICY, TODAY, PAST) == judge(found, POLICY, TODAY)


@pytest.mark.parametrize(
    ("purl", "eol", "status"),
    [
        ("pkg:deb/debian/frame@1.0-1%2Bdeb11u2?distro=debian-11", PAST, Status.DISTRO_MAINTAINED),
        ("pkg:rpm/redhat/frame@1.0-3.el8", True, Status.DISTRO_MAINTAINED),
        ("pkg:apk/alpine/frame@1.0-r0", PAST, Status.DISTRO_MAINTAINED),
        ("pkg:apk/alpine/frame@1.0-r0", TODAY, Status.SUPPORTED),
        ("pkg:deb/debian/frame@1.0", FUTURE, Status.SUPPORTED),
        ("pkg:deb/debian/frame@1.0-1%2B0~20230101%2Bdebian11~1.gbp1%2Bdeb.sury.org", PAST, Status.EOL),
        ("pkg:deb/debian/frame@1.0-1.pgdg120%2B1", PAST, Status.EOL),
        ("pkg:rpm/rhel/frame@1.0-1PGDG.rhel9", PAST, Status.EOL),
        ("pkg:deb/debian/frame@1.0-1nodesource1", PAST, Status.EOL),
        ("pkg:deb/debian/frame@1.0-1~bookworm?distro=debian-12", PAST, Status.EOL),
        ("pkg:deb/debian/frame@5:1.0.5~3-0~debian-buster", PAST, Status.EOL),
        ("pkg:deb/debian/frame@5:1.0.5-1~ubuntu.22.04~jammy", PAST, Status.EOL),
        ("pkg:deb/ubuntu/frame@1.0.18-1%2Bjammy1", PAST, Status.EOL),
        ("pkg:deb/debian/frame@1.0-1~bpo11%2B1", PAST, Status.DISTRO_MAINTAINED),
        ("pkg:deb/debian/frame@1.0%2Bdfsg1-2~deb12u1", PAST, Status.DISTRO_MAINTAINED),
        ("pkg:deb/ubuntu/frame@1.0-0ubuntu1~22.04.1", PAST, Status.DISTRO_MAINTAINED),
    ],
)
def test_a_distribution_maintains_its_own_packages_but_not_those_that_others_built(
    purl: str, eol: Ending, status: Status
) -> None:
    frame = product(Cycle(name="1", eol=eol))
    assert judge(matched(frame, "1", purl), POLICY, TODAY).status is status


def test_a_distribution_is_judged_by_its_own_cycle() -> None:
    frame = product(Cycle(name="1", eol=PAST))
    of_kind_os = matched(frame, "1", "pkg:deb/debian/base@1", kind=Kind.OS)
    by_os = matched(frame, "1", "pkg:deb/debian/base@1")
    by_os = by_os._replace(evidence=by_os.evidence._replace(kind=EvidenceKind.OS))
    assert [judge(found, POLICY, TODAY).status for found in (of_kind_os, by_os)] == [Status.EOL, Status.EOL]


# Older than the data


def test_what_is_older_than_an_oldest_cycle_that_is_over_is_eol_by_inference() -> None:
    frame = product(Cycle(name="2", eol=FUTURE), Cycle(name="1", eol=PAST))
    verdict = judge(missed(Reason.OLDER, of=frame), POLICY, TODAY)
    assert (verdict.status, verdict.reason) == (Status.EOL, Reason.OLDER)
    assert verdict.match is not None
    assert verdict.match.cycle.name == "1"
    evidence = verdict.match.evidence
    assert evidence == Evidence(EvidenceKind.INFERRED, "pkg:pypi/frame", EvidenceClass.INFERRED, "endoflife.date"), (
        "where no identifier is known, the package itself is named"
    )


@pytest.mark.parametrize("eol", [TODAY, FUTURE, False, None])
def test_what_is_older_than_a_cycle_that_is_not_over_is_unknown(eol: Ending) -> None:
    frame = product(Cycle(name="1", eol=eol))
    assert judge(missed(Reason.OLDER, of=frame), POLICY, TODAY).status is Status.UNKNOWN


def test_the_oldest_cycle_has_the_smallest_number_wherever_it_stands() -> None:
    umbrella = product(Cycle(name="2", eol=False, released=PAST), Cycle(name="2.346", eol=PAST, released=TODAY))
    assert judge(missed(Reason.OLDER, of=umbrella), POLICY, TODAY).status is Status.UNKNOWN
    late = product(Cycle(name="3.10", eol=FUTURE), Cycle(name="2.25", eol=PAST), Cycle(name="3.0", eol=False))
    assert judge(missed(Reason.OLDER, of=late), POLICY, TODAY).status is Status.EOL
    named = product(Cycle(name="zed", eol=FUTURE), Cycle(name="yoga", eol=PAST))
    assert judge(missed(Reason.OLDER, of=named), POLICY, TODAY).status is Status.EOL


@pytest.mark.parametrize("version", ["v0.9.1", "0.9.1", "v0.0.0-20200101000000-0123456789ab"])
def test_a_go_module_below_1_is_never_inferred_to_be_old(version: str) -> None:
    frame = product(Cycle(name="1", eol=PAST))
    verdict = judge(missed(Reason.OLDER, f"pkg:golang/example.org/frame@{version}", frame), POLICY, TODAY)
    assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.OLDER)


@pytest.mark.parametrize("eol", [PAST, FUTURE, True, False, None])
def test_what_is_older_than_a_dead_or_superseded_cycle_is_that_too_and_never_eol(eol: Ending) -> None:
    found = {
        evidence_class: judge(
            missed(Reason.OLDER, of=product(Cycle(name="1", eol=eol, evidence=evidence_class))), POLICY, TODAY
        )
        for evidence_class in (EvidenceClass.DEPRECATED, EvidenceClass.LATEST_ONLY)
    }
    assert [verdict.status for verdict in found.values()] == [Status.DEPRECATED, Status.SUPERSEDED]
    for verdict in found.values():
        assert verdict.match is not None
        assert verdict.match.evidence.kind is EvidenceKind.INFERRED


def test_old_data_knows_nothing_of_what_is_older_than_the_newest_release() -> None:
    found = missed(Reason.OLDER, of=product(Cycle(name="1", evidence=EvidenceClass.LATEST_ONLY)))
    assert judge(found, POLICY, TODAY, TODAY - 31 * DAY).status is Status.UNKNOWN


def test_a_mark_in_a_lockfile_says_nothing_of_a_cycle() -> None:
    marked = Evidence(EvidenceKind.IDENTIFIER, "pkg:pypi/frame", EvidenceClass.LOCKFILE, "the lockfile")
    found = missed(Reason.OLDER, of=product(Cycle(name="1", eol=PAST)))._replace(evidence=marked)
    assert judge(found, POLICY, TODAY).status is Status.UNKNOWN


@pytest.mark.parametrize("kind", EvidenceKind)
def test_a_sibling_or_a_module_of_a_repository_is_never_inferred_to_be_old(kind: EvidenceKind) -> None:
    evidence = Evidence(kind, "pkg:pypi/frame-.*", EvidenceClass.VENDOR, "the project")
    found = missed(Reason.OLDER, of=product(Cycle(name="1", eol=PAST)))._replace(evidence=evidence)
    verdict = judge(found, POLICY, TODAY)
    if kind in {EvidenceKind.CPE, EvidenceKind.FAMILY, EvidenceKind.DERIVED}:
        assert (verdict.status, verdict.reason) == (Status.UNKNOWN, Reason.OLDER)
    else:
        assert verdict.status is Status.EOL


def test_an_old_package_of_a_distribution_is_the_distributions() -> None:
    frame = product(Cycle(name="1", eol=PAST))
    verdict = judge(missed(Reason.OLDER, "pkg:deb/debian/frame@0.1", frame), POLICY, TODAY)
    assert verdict.status is Status.DISTRO_MAINTAINED


# What becomes a finding


def marked(found: Match | Miss, mark: Mark) -> Match | Miss:
    return found._replace(dependency=found.dependency._replace(mark=mark))


DISOWNED = Mark("deprecated", "use frame-ng.\n", "pkg:pypi/frame-ng")


def test_a_mark_makes_a_package_deprecated_that_no_product_knows() -> None:
    found = told(marked(missed(Reason.UNTRACKED), DISOWNED))
    assert (found.status, found.rule, found.days_left) == (Status.DEPRECATED, "EOL004", None)
    assert found.message == ('frame 0.1 is marked deprecated by its maintainers: "use frame-ng". Use frame-ng instead.')
    product, evidence = found.matches[0].product, found.matches[0].evidence
    assert (product.id, product.title, product.whole) == ("pypi-frame", "frame", True)
    assert (evidence.evidence_class, evidence.source) == (EvidenceClass.LOCKFILE, "requirements.txt")


def test_a_mark_is_worse_than_support_and_no_worse_than_the_end() -> None:
    supported, over = (product(Cycle(name="1", eol=eol)) for eol in (FUTURE, PAST))
    assert told(marked(matched(supported, "1"), DISOWNED)).status is Status.DEPRECATED
    assert told(marked(matched(over, "1"), DISOWNED)).status is Status.EOL


def test_every_marked_version_of_a_package_is_in_one_finding() -> None:
    verdicts = [
        judge(marked(missed(Reason.UNTRACKED, purl), DISOWNED), POLICY, TODAY)
        for purl in ("pkg:npm/%40a/b@1", "pkg:npm/%40a/b@2", "pkg:npm/c@1")
    ]
    assert group(verdicts[0]) == group(verdicts[1]) != group(verdicts[2])


@pytest.mark.parametrize(
    ("word", "said"), [("abandoned", "marked abandoned"), ("yanked", "withdrawn"), ("inactive", "declared inactive")]
)
def test_a_mark_is_said_in_the_word_of_its_format(word: str, said: str) -> None:
    assert f"frame 0.1 is {said} by its maintainers." in told(marked(missed(Reason.UNTRACKED), Mark(word))).message


def test_findings_are_made_of_what_has_a_rule_and_of_superseded_only_when_asked() -> None:
    found = matched(product(Cycle(name="1")), "1")
    by_default = {status for status in Status if reported(Verdict(found.dependency, status, found), POLICY)}
    assert by_default == {
        Status.EOL,
        Status.EXPIRING,
        Status.SECURITY_ONLY,
        Status.DEPRECATED,
        Status.EXTENDED,
    }
    superseded = Verdict(found.dependency, Status.SUPERSEDED, found)
    assert reported(superseded, Policy(list_all=True))
    assert reported(superseded, Policy(fail_on=frozenset({Status.SUPERSEDED})))
    assert not reported(Verdict(found.dependency, Status.UNKNOWN, reason=Reason.GAP), Policy(list_all=True))


def test_a_finding_id_survives_a_patch_release_another_line_and_another_day() -> None:
    here = matched(DJANGO, "3.2", "pkg:pypi/django@3.2.25")
    there = matched(DJANGO, "3.2", "PKG:pypi/django@3.2.1")
    there = there._replace(dependency=there.dependency._replace(location=Location("requirements.txt", 9)))
    assert told(here).id == told(there, today=TODAY + 99 * DAY).id
    assert re.fullmatch("[0-9a-f]{16}", told(here).id)


def test_a_finding_id_tells_rule_product_cycle_package_and_path_apart() -> None:
    verdict = judge(matched(DJANGO, "3.2", "pkg:pypi/django@3.2.25"), POLICY, TODAY)
    assert verdict.match is not None
    other_product = verdict._replace(match=verdict.match._replace(product=DJANGO._replace(id="other")))
    other_cycle = verdict._replace(match=verdict.match._replace(cycle=DJANGO.cycles[0]))
    other_package = verdict._replace(dependency=verdict.dependency._replace(purl="pkg:pypi/other@3.2.25"))
    verdicts = [verdict, verdict._replace(status=Status.EXPIRING), other_product, other_cycle, other_package]
    ids = {finding([each], "requirements.txt", POLICY, TODAY).id for each in verdicts}
    ids.add(finding([verdict], "sub/requirements.txt", POLICY, TODAY).id)
    assert len(ids) == 6
    assert len({group(each) for each in verdicts}) == 5


def test_days_left_count_to_the_end_of_security_support() -> None:
    assert told(matched(DJANGO, "3.2")).days_left == -965
    assert told(matched(NUMPY, "2.2")).days_left == 17
    assert told(matched(DJANGO, "5.2")).days_left == (date(2028, 4, 30) - TODAY).days
    assert told(matched(product(Cycle(name="1", eol=True)), "1")).days_left is None
    dead = matched(product(Cycle(name="1", eol=FUTURE)), "1", evidence_class=EvidenceClass.DEPRECATED)
    assert told(dead).days_left is None


# Messages


FRAME = product(
    Cycle(name="3", released=date(2026, 1, 1), eol=False, latest="3.0.1"),
    Cycle(name="2", released=date(2023, 1, 1), eoas=date(2026, 1, 1), eol=date(2028, 1, 1), latest="2"),
    Cycle(name="1", released=PAST, eol=date(2026, 11, 1), label="Frame 1 (Old Oak)"),
)
LAST = product(Cycle(name="1", eol=True, eoas=True), title="Last Things")

FRAME_1 = "pkg:pypi/frame@1.0"
RULE, VENDOR = EvidenceClass.RULE, EvidenceClass.VENDOR
DEAD, LATEST = EvidenceClass.DEPRECATED, EvidenceClass.LATEST_ONLY

MESSAGES = [
    (
        matched(DJANGO, "3.2", "pkg:pypi/django@3.2.25"),
        (
            "Django 3.2.25 is on cycle 3.2 (LTS), which ended on 2024-04-01, 2 years and 7 months ago. "
            "Move to 5.2 LTS, supported until 2028-04-30; its newest version is 5.2.17."
        ),
    ),
    (
        matched(NUMPY, "2.2", "pkg:pypi/numpy@2.2.6"),
        (
            "NumPy 2.2.6 is on cycle 2.2, which ends on 2026-12-09, in 17 days. "
            "Move to 2.4, supported until 2027-12-20; its newest version is 2.4.1."
        ),
    ),
    (
        matched(DJANGO, "5.2", "pkg:pypi/django@5.2.1"),
        (
            "Django 5.2.1 is on cycle 5.2 LTS, whose active support ended on 2025-12-03, 11 months ago; security "
            "fixes still come until 2028-04-30, in 17 months. No newer cycle that lasts longer is known."
        ),
    ),
    (
        matched(FRAME, "2", "pkg:npm/%40frame/core@2.0.1"),
        (
            "@frame/core 2.0.1 is on cycle 2 of Frame, whose active support ended on 2026-01-01, 10 months ago; "
            "security fixes still come until 2028-01-01, in 13 months. "
            "Move to 3, which has no announced end; its newest version is 3.0.1."
        ),
    ),
    (
        matched(FRAME, "1"),
        (
            "Frame 1.0 is on cycle 1 (Old Oak), which ended on 2026-11-01, 21 days ago. "
            "Move to 2, supported until 2028-01-01."
        ),
    ),
    (
        matched(FRAME, "1", evidence_class=EvidenceClass.RULE),
        (
            "Frame 1.0 is on cycle 1 (Old Oak), which ended on 2026-11-01, 21 days ago (by policy, not announced). "
            "Move to 2, supported until 2028-01-01."
        ),
    ),
    (
        matched(LAST, "1", "pkg:docker/library/things@1.0-slim", kind=Kind.IMAGE),
        (
            "The image library/things:1.0-slim is on cycle 1 of Last Things, which is over; its last day is not known. "
            "No supported successor is known."
        ),
    ),
    (
        matched(LAST, "1", "pkg:pypi/last_things", requirement=">=1,<2"),
        (
            "Last Things, unpinned (>=1,<2), is judged by cycle 1, which is over; its last day is not known. "
            "No supported successor is known."
        ),
    ),
    (
        matched(LAST, "1", "pkg:pypi/last-things"),
        (
            "Last Things, of no stated version, is judged by cycle 1, which is over; its last day is not known. "
            "No supported successor is known."
        ),
    ),
    (
        missed(Reason.OLDER, "pkg:pypi/django@0.96", DJANGO),
        (
            "Django 0.96 is older than 3.2 (LTS), the oldest release cycle that is tracked, which ended on 2024-04-01, "
            "2 years and 7 months ago. Move to 5.2 LTS, supported until 2028-04-30; its newest version is 5.2.17."
        ),
    ),
    (
        missed(Reason.OLDER, "pkg:npm/things@0.1", LAST),
        (
            "things 0.1 is older than 1, the oldest release cycle of Last Things that is tracked, which is over; its "
            "last day is not known. No supported successor is known."
        ),
    ),
    (
        matched(LAST, "1", "pkg:npm/things@1.0", EvidenceClass.DEPRECATED),
        "things 1.0 is on cycle 1 of Last Things, which is marked deprecated.",
    ),
    (
        matched(whole(eol=date(2021, 8, 18), replacement="pkg:npm/%40new/things"), "all", "pkg:npm/things@1.0", DEAD),
        "things 1.0 is marked deprecated since 2021-08-18, 5 years and 3 months ago. Use @new/things instead.",
    ),
    (
        matched(whole(replacement="pkg:cargo/things@2"), "all", "pkg:npm/things@1.0", DEAD),
        "things 1.0 is marked deprecated. Use pkg:cargo/things@2 instead.",
    ),
    (
        matched(whole(eol=TODAY + DAY, replacement="the new platform"), "all", "pkg:npm/things", DEAD),
        ("things is marked deprecated; it ends 2026-11-23, tomorrow. Use the new platform instead."),
    ),
    (
        matched(whole(eol=date(2024, 4, 1), replacement="pkg:npm/new@2"), "all", "pkg:npm/things@1", VENDOR),
        (
            "things 1 is no longer supported: support of all versions ended on 2024-04-01, 2 years and 7 months ago. "
            "Use new 2 instead."
        ),
    ),
    (
        matched(whole(eol=date(2026, 12, 9)), "all", "pkg:npm/things@1", VENDOR),
        (
            "things 1 is soon without support: that of all versions ends on 2026-12-09, in 17 days. "
            "No supported successor is known."
        ),
    ),
    (
        matched(whole(eol=FUTURE, eoas=date(2024, 4, 1), replacement="new"), "all", "pkg:npm/things@1", VENDOR),
        (
            "things 1 is fixed for security only: active support of all versions ended on 2024-04-01, 2 years and 7 "
            "months ago; security fixes still come until 2040-01-01, in 13 years and 1 month. Use new instead."
        ),
    ),
    (
        matched(whole(eol=True), "all", "pkg:npm/things@1", VENDOR),
        (
            "things 1 is no longer supported, in any version; the last day is not known. "
            "No supported successor is known."
        ),
    ),
    (
        missed(Reason.OLDER, "pkg:npm/things@0.1", evident(LAST, DEAD)),
        (
            "things 0.1 is older than 1, the oldest release cycle of Last Things that is tracked, which is marked "
            "deprecated."
        ),
    ),
    (
        missed(Reason.OLDER, "pkg:npm/frame@0.1", product(Cycle(name="1", evidence=LATEST, latest="1.2"))),
        (
            "Frame 0.1 is older than 1, the oldest release cycle that is tracked, and superseded: the maintainers "
            "support only their newest release. Move to 1; its newest version is 1.2."
        ),
    ),
    (
        matched(
            product(Cycle(name="1", eol=date(2024, 4, 1), rule="Not before two years after release.")),
            "1",
            FRAME_1,
            RULE,
        ),
        (
            "Frame 1.0 is on cycle 1, which ended not before 2024-04-01, 2 years and 7 months ago (by policy, not "
            "announced). No supported successor is known."
        ),
    ),
    (
        matched(product(Cycle(name="1", eol=date(2026, 12, 9), rule="not before this day")), "1", FRAME_1, RULE),
        (
            "Frame 1.0 is on cycle 1, which ends not before 2026-12-09, in 17 days (by policy, not announced). "
            "No newer cycle that lasts longer is known."
        ),
    ),
    (
        matched(FRAME, "1", "pkg:npm/frame@1.0", EvidenceClass.LOCKFILE),
        ("Frame 1.0 is marked deprecated by its maintainers. Move to 2, supported until 2028-01-01."),
    ),
    (
        matched(
            product(Cycle(name="2", latest="2.1"), Cycle(name="1")),
            "1",
            "pkg:npm/frame@1.0",
            EvidenceClass.LATEST_ONLY,
        ),
        (
            "Frame 1.0 is on cycle 1, which is superseded: the maintainers support only their newest release. "
            "Move to 2; its newest version is 2.1."
        ),
    ),
    (
        matched(product(Cycle(name="1", eoas=True, eol=False)), "1"),
        (
            "Frame 1.0 is on cycle 1, whose active support is over; security fixes still come. "
            "No newer cycle that lasts longer is known."
        ),
    ),
    (
        matched(product(Cycle(name="1", eoas=True)), "1"),
        (
            "Frame 1.0 is on cycle 1, whose active support is over; how long security fixes come is not tracked. "
            "No newer cycle that lasts longer is known."
        ),
    ),
]


@pytest.mark.parametrize(("found", "message"), MESSAGES, ids=lambda value: value[:40] if isinstance(value, str) else "")
def test_a_message_is_whole_sentences(found: Match | Miss, message: str) -> None:
    assert told(found).message == message


@pytest.mark.parametrize(
    ("versions", "subject"),
    [
        (["1.0", "1.0"], "Frame 1.0 is on"),
        (["1.0", "1.1"], "Frame 1.0 and 1.1 are on"),
        (["1.0", "1.1", "1.2"], "Frame 1.0, 1.1 and 1.2 are on"),
        (["1.0", "1.1", "1.2", "1.3"], "Frame 1.0, 1.1, 1.2 and one more version are on"),
        (["1.0", "1.1", "1.2", "1.3", "1.4"], "Frame 1.0, 1.1, 1.2 and 2 more versions are on"),
    ],
)
def test_a_finding_names_the_versions_it_is_made_of(versions: list[str], subject: str) -> None:
    found = [matched(FRAME, "1", f"pkg:pypi/frame@{version}") for version in versions]
    assert told(*found).message.startswith(f"{subject} cycle 1 ")


def test_what_a_file_says_reaches_a_message_without_controls_and_cut() -> None:
    for dependency in (
        Dependency(purl=f"pkg:pypi/{HOSTILE}@{HOSTILE}", location=Location("x")),
        Dependency(purl="pkg:pypi/" + "x" * 5000 + "@" + "1" * 5000, location=Location("x")),
        Dependency(purl="pkg:pypi/x", requirement=HOSTILE * 50, location=Location("x")),
        Dependency(purl=HOSTILE, location=Location("x")),
    ):
        for kind in Kind:
            message = told(matched(FRAME, "1")._replace(dependency=dependency._replace(kind=kind))).message
            assert message.isprintable()
            assert len(message) < 500


@given(
    st.lists(st.builds(Cycle, name=st.text("12.-a", min_size=1), released=st.none() | DAYS, eoas=ENDINGS, eol=ENDINGS)),
    ENDINGS,
    DAYS,
    st.sampled_from(EvidenceClass),
)
def test_any_cycle_gives_a_finding_that_reads_as_sentences(
    cycles: list[Cycle], eol: Ending, today: date, evidence_class: EvidenceClass
) -> None:
    frame = product(*cycles, Cycle(name="0", eol=eol))
    verdict = judge(matched(frame, "0", evidence_class=evidence_class), Policy(list_all=True), today)
    if reported(verdict, Policy(list_all=True)):
        message = finding([verdict], "a.txt", POLICY, today).message
        assert message.startswith("Frame 1.0 is ")
        assert message.endswith(".")
        assert "None" not in message
        assert "  " not in message


# Advice


def advised(cycles: list[Cycle], name: str, today: date = TODAY) -> str | None:
    frame = product(*cycles)
    advice = advise(frame, next(cycle for cycle in cycles if cycle.name == name), today)
    return advice and advice.cycle


def test_advice_is_the_nearest_newer_cycle_that_is_supported_and_outlives_this_one() -> None:
    line = [
        Cycle(name="5", eol=FUTURE, released=FUTURE),
        Cycle(name="4", eol=date(2029, 1, 1)),
        Cycle(name="3", eol=date(2028, 1, 1), latest="3.1"),
        Cycle(name="2", eol=date(2027, 6, 1)),
        Cycle(name="1", eol=date(2027, 6, 1)),
        Cycle(name="0", eol=PAST),
    ]
    assert [advised(line, name) for name in "012345"] == ["1", "3", "3", "4", None, None]
    assert advise(product(*line), line[-2], TODAY) == Advice("3", "3.1", date(2028, 1, 1), lts=False)


def test_advice_prefers_lts_where_the_product_has_it() -> None:
    line = [
        Cycle(name="26", eol=date(2029, 4, 30), lts=TODAY + DAY),
        Cycle(name="24", eol=date(2028, 4, 30), lts=True),
        Cycle(name="23", eol=date(2027, 4, 30)),
        Cycle(name="20", eol=PAST, lts=True),
    ]
    assert advised(line, "20") == "24"
    assert advised(line, "24") == "26", "what becomes LTS later still outlives"
    assert advised(line, "24", TODAY + DAY) == "26"
    assert advised(line[:1] + line[2:], "20") == "23"


def test_advice_ends_within_the_window_only_when_nothing_lasts_longer() -> None:
    line = [
        Cycle(name="3", eol=TODAY + 200 * DAY),
        Cycle(name="2", eol=TODAY + 20 * DAY, lts=True),
        Cycle(name="1.1", eol=TODAY + 10 * DAY),
        Cycle(name="1", eol=PAST),
    ]
    assert advised(line, "1") == "3"
    assert advised(line[1:], "1") == "2"
    found = matched(product(*line), "1")
    assert told(found, policy=Policy(within_days=5)).advice == Advice("2", None, TODAY + 20 * DAY, lts=True)


def test_advice_against_lost_active_support_has_active_support() -> None:
    line = [
        Cycle(name="3.14", eoas=date(2027, 10, 1), eol=date(2030, 10, 31)),
        Cycle(name="3.13", eoas=date(2026, 10, 1), eol=date(2029, 10, 31)),
        Cycle(name="3.12", eoas=date(2025, 4, 2), eol=date(2028, 10, 31)),
        Cycle(name="3.9", eoas=PAST, eol=PAST),
    ]
    assert advised(line, "3.12") == "3.14"
    assert advised(line[1:], "3.12") == "3.13"
    assert advised(line, "3.9") == "3.12"
    endless = [Cycle(name="2", eol=False), Cycle(name="1", eol=False, eoas=PAST)]
    assert advised(endless, "1") == "2"


def test_advice_stays_in_the_family_and_the_edition() -> None:
    runtimes = [
        Cycle(name=name, eol=eol)
        for name, eol in (
            ("ruby4.0", FUTURE),
            ("python3.14", FUTURE),
            ("java21", FUTURE),
            ("python3.8", PAST),
            ("java8.al2", PAST),
            ("go1.x", PAST),
        )
    ]
    assert [advised(runtimes, name) for name in ("python3.8", "java8.al2", "go1.x")] == ["python3.14", "java21", None]
    editions = [Cycle(name="11-e", eol=FUTURE), Cycle(name="11-w", eol=FUTURE), Cycle(name="10-e", eol=PAST)]
    assert advised(editions, "10-e") == "11-e"
    code_names = [Cycle(name="2023.1", eol=FUTURE), Cycle(name="zed", eol=PAST)]
    assert advised(code_names, "zed") == "2023.1"


def test_advice_steps_down_only_where_the_numbers_began_anew() -> None:
    by_day = [
        Cycle(name="21", eol=FUTURE),
        Cycle(name="17", eol=FUTURE),
        Cycle(name="11", eol=FUTURE),
        Cycle(name="16", eol=PAST),
    ]
    assert advised(by_day, "16") == "17"
    assert advised([Cycle(name="15.6", eol=FUTURE), Cycle(name="42.3", eol=PAST)], "42.3") == "15.6"
    umbrella = [Cycle(name="2", eol=False), Cycle(name="2.12", eol=PAST), Cycle(name="1", eol=PAST)]
    assert advised(umbrella, "2.12") == "2"


def test_advice_against_a_dead_cycle_is_a_newer_one_that_lives_and_else_the_replacement() -> None:
    dead, alive = Cycle(name="2", evidence=EvidenceClass.DEPRECATED), Cycle(name="3", eol=FUTURE)
    oldest = Cycle(name="1", eol=FUTURE, evidence=EvidenceClass.DEPRECATED, latest="1.9")
    replaced = product(alive, dead, oldest)._replace(replacement="pkg:pypi/new")
    advice = told(matched(replaced, "1")).advice
    assert advice == Advice("3", eol=FUTURE)
    without = told(matched(replaced._replace(cycles=(dead, oldest)), "1"))
    assert without.advice == Advice(None, replacement="pkg:pypi/new")
    assert advised([dead, Cycle(name="1", eol=PAST)], "1") is None


def test_a_replacement_is_advice_where_no_cycle_is() -> None:
    over, alive = Cycle(name="1", eol=PAST), Cycle(name="2", eol=FUTURE)
    replaced = product(alive, over)._replace(replacement="something else")
    assert told(matched(replaced, "1")).advice == Advice("2", eol=FUTURE)
    assert told(matched(replaced._replace(cycles=(over,)), "1")).advice == Advice(None, replacement="something else")


def test_the_replacement_of_a_cycle_comes_before_a_newer_cycle() -> None:
    frame = product(Cycle(name="2", eol=FUTURE), Cycle(name="1", eol=PAST, replacement="pkg:npm/split"))
    found = told(matched(frame, "1"))
    assert found.advice == Advice(None, replacement="pkg:npm/split")
    assert found.message.endswith(" Use pkg:npm/split instead.")


def test_no_advice_where_nothing_newer_is_known() -> None:
    assert advised([Cycle(name="2", eol=PAST), Cycle(name="1", eol=PAST)], "1") is None
    assert advised([Cycle(name="2", eol=PAST), Cycle(name="1", eol=FUTURE)], "2") is None


@given(
    st.lists(st.builds(Cycle, name=st.text("123.x", min_size=1), released=st.none() | DAYS, eol=ENDINGS), min_size=1),
    DAYS,
)
def test_advice_is_never_over_and_never_ends_before_the_cycle_in_use(cycles: list[Cycle], today: date) -> None:
    advice = advise(product(*cycles), cycles[-1], today)
    if advice is not None:
        assert not ended(advice.eol, today)
        if isinstance(advice.eol, date) and not ended(cycles[-1].eol, today):
            assert isinstance(cycles[-1].eol, date)
            assert advice.eol > cycles[-1].eol


# What fails


def test_a_run_fails_by_the_statuses_that_were_asked_for() -> None:
    over, soon = matched(DJANGO, "3.2"), matched(NUMPY, "2.2")
    assert told(over).fails
    assert not told(soon).fails
    for found in (over, soon):
        assert told(found, policy=Policy(fail_on=frozenset({Status.EXPIRING}))).fails, "`expiring` includes `eol`"
        assert not told(found, policy=Policy(fail_on=frozenset())).fails


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.UNTRACKED])
def test_what_has_no_findings_fails_by_itself(status: Status) -> None:
    none = Verdict(dependency=Dependency(purl="pkg:pypi/a", location=Location("a")), status=status)
    assert unjudged(none, Policy(fail_on=frozenset({status})), "a")
    assert not unjudged(none, POLICY, "a")


def test_who_carries_a_cycle_beyond_its_end_is_said() -> None:
    over = matched(DJANGO, "3.2")
    contract = Support("django", Location("eolscan.toml", 1), until=date(2028, 1, 1), provider="Long Run Ltd")
    carried = told(over, policy=Policy(support=(contract,)))
    assert (carried.status, carried.rule, carried.fails) == (Status.EXTENDED, "EOL001", False)
    assert carried.days_left == (date(2028, 1, 1) - TODAY).days
    assert "which ended on 2024-04-01, 2 years and 7 months ago; extended support by Long Run Ltd goes on until" in (
        carried.message
    )
    assert told(over).id == carried.id, "a finding stays the same one while it is carried"


def test_free_extended_support_warns_before_it_ends() -> None:
    free = Cycle(name="3.2", eol=date(2026, 1, 1), eoes=TODAY + 30 * DAY, free_extended=True)
    found = matched(DJANGO._replace(cycles=(free,)), "3.2")
    assert told(found).status is Status.EXPIRING
    assert "free extended support goes on until" in told(found).message
    assert told(found, policy=Policy(within_days=29)).status is Status.EXTENDED
    assert told(found, today=TODAY + 31 * DAY).status is Status.EOL
