"""A page that others will render: it keeps its size, and no text of a file becomes more than text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import (
    Advice,
    EvidenceClass,
    Extension,
    Ignore,
    Input,
    Known,
    Location,
    Policy,
    Problem,
    Reason,
    Report,
    Selector,
    Status,
    Support,
    Upkeep,
    Verdict,
)
from scanner.plugin import Style
from scanner.reporters.markdown import REPORTER
from tests import sample

HOSTILE = [
    sample.HOSTILE,
    "`|`|",
    "\\",
    "\\|",
    "a](http://evil.example)",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden -->",
    "@everyone #1 :smile: www.evil.example",
    "| a | b |\n| --- | --- |",
    "&lt;script&gt;",
    "$\\unicode{x}$",
]


def page(report: Report) -> str:
    return REPORTER.render(report, Style())


def rows(text: str) -> list[list[str]]:
    """Return the cells of every table row."""
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]


def many(number: int) -> Report:
    report = sample.report()
    (finding, *_) = report.findings
    return report._replace(findings=tuple(finding._replace(days_left=-day) for day in range(number)))


def with_text(text: str) -> Report:
    """Return a report in which a text stands wherever a file or a product file can put one."""
    report = sample.report(list_all=True)
    (finding, *_) = report.findings
    (match,) = finding.matches
    dependency = match.dependency._replace(purl=f"pkg:pypi/{text}@{text}", location=Location(text, 3))
    product = match.product._replace(title=text)
    match = match._replace(dependency=dependency, product=product, cycle=match.cycle._replace(label=text))
    advice = Advice(cycle=text, latest=text, eol=None, lts=True)
    place = Location(text, 9)
    ignore = Ignore(Selector(product=text, purl=text, path=text), text, sample.TODAY, place)
    contract = Support(text, place, cycle=text, provider=text)
    extended = match._replace(extension=Extension(sample.TODAY, contract))
    return report._replace(
        findings=(finding._replace(matches=(match,), advice=advice, ignored=ignore),),
        extended=(finding._replace(matches=(extended,), status=Status.EXTENDED),),
        unjudged=(Verdict(dependency=dependency, status=Status.UNKNOWN, reason=Reason.RANGE),),
        upkeep=Upkeep((ignore,), (ignore,), (contract,), (Known(text, text, text, text, text, text),)),
        components=(Verdict(dependency=dependency, status=Status.EOL, match=match),),
        inputs=(Input(path=text, repo_path=text, format="requirements", components=1),),
        problems=(Problem(text, Location(text, 7)),),
    )


def test_a_finding_is_a_row() -> None:
    assert rows(page(sample.report()))[:3] == [
        ["Status", "Dependency", "Where", "Cycle", "End", "Move to"],
        ["---"] * 6,
        [
            "**eol**",
            "`django 3.2.25`",
            "`requirements.txt:3`",
            "Django 3.2 (LTS)",
            "ended 2024-04-01, 2 years and 7 months ago",
            "5.2 LTS (5.2.17), until 2028-04-30",
        ],
    ]


def test_the_coverage_the_problems_and_the_data_are_told() -> None:
    text = page(sample.report())
    assert "\n4 dependencies: 2 judged (1 eol, 1 expiring), 1 unknown" in text
    assert "| `requirements.txt:7` |" in text
    assert text.endswith("with data of 2026-08-22 from endoflife.date (464 products, revision 0123456789ab).\n")


def test_the_verdict_is_told() -> None:
    report = sample.report()
    assert "**This fails the policy** (eol)." in page(report)
    assert "Nothing fails the policy (never)." in page(
        report._replace(failed=False, policy=Policy(fail_on=frozenset()))
    )


def test_nothing_judged_never_looks_like_health() -> None:
    report = sample.report()._replace(
        findings=(), by_status={Status.UNTRACKED: 12}, by_reason={}, problems=(), failed=False
    )
    assert "this says nothing about health" in page(report)


def test_what_is_set_aside_is_shown_last_with_its_reason() -> None:
    text = page(sample.policed())
    assert [row[0] for row in rows(text)[2:5]] == [
        "**expiring**, known",
        "**eol**, ignored until 2027-03-31: `replaced in Q1, see PLAT-123`",
        "**extended**",
    ]
    assert text.startswith("## eolscan: 2 findings (1 ignored, 1 known)\n")


def test_extended_support_tells_who_gives_it_and_until_when() -> None:
    (extended,) = (row for row in rows(page(sample.policed())) if row[0] == "**extended**")
    assert extended[4].endswith("; extended support (Ubuntu Pro) until 2030-04-02, in 3 years and 4 months")


def test_what_fails_without_a_verdict_is_named() -> None:
    assert ["`wagtail >=3`", "given as a range", "`sub/requirements.txt:5`"] in rows(page(sample.policed()))


def test_every_entry_of_the_settings_that_needs_a_look_is_named_with_its_place() -> None:
    text = page(sample.policed())
    for place in ("pyproject.toml:17", "pyproject.toml:22", "pyproject.toml:32", "web/package-lock.json"):
        assert f"| `{place}` |" in text


def test_a_policy_about_a_near_end_says_how_near() -> None:
    policy = Policy(fail_on=frozenset({Status.EXPIRING}), fail_within_days=30)
    assert "(expiring within 30 days)" in page(sample.report()._replace(policy=policy))


def test_an_end_that_nobody_announced_says_so() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    inferred = match._replace(evidence=match.evidence._replace(evidence_class=EvidenceClass.INFERRED))
    assert "ago, inferred |" in page(report._replace(findings=(finding._replace(matches=(inferred,)),)))


def test_an_end_that_follows_from_a_rule_says_so() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    by_rule = match._replace(cycle=match.cycle._replace(evidence=EvidenceClass.RULE))
    text = page(report._replace(findings=(finding._replace(matches=(by_rule,)),)))
    assert "7 months ago (by policy, not announced) |" in text


@pytest.mark.parametrize("text", ["](javascript:1)", "<b>|`", "pkg:pypi/%60|@new"])
def test_a_replacement_is_shown_as_code(text: str) -> None:
    report = sample.report()
    advice = Advice(cycle=None, replacement=text)
    *_, last = rows(page(report._replace(findings=(report.findings[0]._replace(advice=advice),), problems=())))
    assert re.fullmatch(r"use `[^`|]+` instead", last[-1])


def test_security_fixes_only_tells_both_ends() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    (match,) = finding.matches
    match = match._replace(cycle=sample.DJANGO.cycles[0])
    text = page(report._replace(findings=(finding._replace(status=Status.SECURITY_ONLY, matches=(match,)),)))
    assert "active support ends 2025-12-03" in text or "active support ended 2025-12-03" in text
    assert "security support ends 2028-04-30" in text


def test_several_places_are_counted() -> None:
    report = sample.report()
    (finding, *_) = report.findings
    assert "`requirements.txt:3` and 2 more places" in page(
        report._replace(findings=(finding._replace(matches=finding.matches * 3),))
    )


@pytest.mark.parametrize("number", [10, 2_000])
def test_a_page_fits_a_comment_and_says_what_it_leaves_out(number: int) -> None:
    report = many(number)._replace(components=sample.report(list_all=True).components * number)
    text = page(report._replace(problems=report.problems * number))
    assert len(text) <= 65_536
    told = {noun: int(count.replace(",", "")) for count, noun in re.findall(r"\*([\d,]+) more (\w+?)s? left out", text)}
    shown = sum(1 for row in rows(text) if row[0] == "**eol**")
    assert shown + told.get("finding", 0) == number
    assert set(told) == (set() if number == 10 else {"finding", "problem", "dependencie"})


def test_the_worst_are_kept() -> None:
    first = rows(page(many(2_000)))[2]
    assert first[0] == "**eol**"
    assert page(many(2_000)).index("**eol**") < page(many(2_000)).index("left out here")


@pytest.mark.parametrize("text", [*HOSTILE, "|" * 5_000, "`" * 5_000, "\x00" * 5_000])
def test_hostile_text_stays_text(text: str) -> None:
    check(page(with_text(text)))


@given(st.text())
def test_any_text_stays_text(text: str) -> None:
    check(page(with_text(text)))


def check(text: str) -> None:
    """Assert that the tables are whole and that outside of code spans nothing but our own Markdown is left."""
    assert len(text) <= 65_536
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert all(line.isprintable() for line in text.split("\n"))
    by_width = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert by_width == [*[7] * 4, *[4] * 3, *[3] * 3, *[3] * 6, *[4] * 3]
    bare = re.sub(r"`[^`\n]+`", "", text)
    assert not re.search(r"[`<>\[\]@$~]", bare)
    assert not re.search(r"<[a-zA-Z/!]|\]\(", text)


def test_credentials_are_not_shown() -> None:
    address = "https://me:secret@host.example/simple"
    text = page(sample.report()._replace(problems=(Problem(address, Location(address)),)))
    assert "| `https://***@host.example/simple` | `https://***@host.example/simple` |" in text


def test_versions_and_paths_are_shown_as_they_are_written() -> None:
    report = sample.report(list_all=True)
    verdict = report.components[2]
    dependency = verdict.dependency._replace(requirement=">=3,<5", location=Location("app/[slug]/my_reqs.txt", 5))
    text = page(report._replace(components=(verdict._replace(dependency=dependency),)))
    assert "| `wagtail >=3,<5` | unknown, given as a range | `app/[slug]/my_reqs.txt:5` |" in text


def test_bare_dependencies_are_listed_with_their_places() -> None:
    report = sample.report(list_all=True)
    assert REPORTER.render_list is not None
    text = REPORTER.render_list([verdict.dependency for verdict in report.components], report.problems, Style())
    assert text.startswith("## eolscan: 4 dependencies\n")
    assert "| `left-pad 1.0` | `requirements.txt:4` |" in text
    assert "| `requirements.txt:7` |" in text
