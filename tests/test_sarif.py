"""SARIF as code scanning takes it: each law here is one that a file was refused, or an alert shown wrong, for."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.model import (
    Cycle,
    EvidenceClass,
    EvidenceKind,
    Finding,
    Ignore,
    Input,
    Location,
    Problem,
    Product,
    Report,
    Selector,
    Status,
)
from scanner.plugin import Style
from scanner.reporters import sarif
from scanner.rules import RULES
from tests import sample
from tests.anyreport import REPORTS

PATH = "requirements.txt"
USUAL = "/!$&'()*+,;=:@-._~"


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(sarif.render(report, Style()))["runs"]
    assert isinstance(run, dict)
    return run


def results_of(report: Report) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = run_of(report)["results"]
    return results


def rules_of(report: Report) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = run_of(report)["tool"]["driver"]["rules"]
    return rules


def place_of(result: dict[str, Any]) -> dict[str, Any]:
    (location,) = result["locations"]
    place: dict[str, Any] = location["physicalLocation"]
    return place


def over(*locations: Location, version: str = "3.2.25", key: str = "django") -> Finding:
    """Return a finding of Django at some places."""
    return (
        sample.report()
        .findings[0]
        ._replace(
            key=(key,),
            matches=tuple(sample.match(sample.DJANGO, 1, version, location) for location in locations),
            message=f"Django {version} is over.",
        )
    )


def report_of(*findings: Finding) -> Report:
    return sample.report()._replace(findings=findings)


def uri_of(repo_path: str) -> str:
    report = report_of(over(Location(PATH, 3)))
    given = Input(path=PATH, repo_path=repo_path, format="requirements", components=1)
    (result,) = results_of(report._replace(inputs=(given,)))
    uri: str = place_of(result)["artifactLocation"]["uri"]
    return uri


def test_a_file_is_one_run_of_one_category() -> None:
    log = json.loads(sarif.render(sample.report(), Style()))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    assert [run["automationDetails"]["id"] for run in log["runs"]] == ["eolscan/"]


def test_a_run_without_findings_has_results_that_close_the_old_alerts() -> None:
    run = run_of(report_of())
    assert run["results"] == run["tool"]["driver"]["rules"] == []
    assert run["invocations"][0]["executionSuccessful"]


def test_a_result_stands_at_the_line_and_the_columns_of_its_declaration() -> None:
    first, second = results_of(sample.report())
    assert place_of(first) == {
        "artifactLocation": {"uri": "sub/requirements.txt", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 15},
    }
    assert place_of(second)["region"]["startLine"] == 9
    assert run_of(sample.report())["columnKind"] == "unicodeCodePoints"


def test_a_line_without_columns_is_a_whole_line() -> None:
    assert place_of(results_of(report_of(over(Location(PATH, 3))))[0])["region"] == {"startLine": 3}


def test_no_region_is_made_up_where_no_line_is_known() -> None:
    (result,) = results_of(report_of(over(Location(PATH))))
    assert "region" not in place_of(result)
    assert result["partialFingerprints"]["primaryLocationLineHash"] == f"{over(Location(PATH)).id}:1"


def test_a_known_line_has_the_hash_that_github_computes_and_our_own_id() -> None:
    assert results_of(sample.report())[0]["partialFingerprints"] == {
        "primaryLocationLineHash": "39fa2ee980eb94b0:1",
        "eolscanFinding/v1": sample.report().findings[0].id,
    }


def test_a_line_whose_hash_is_not_known_is_left_to_the_upload() -> None:
    (result,) = results_of(report_of(over(Location(PATH, 4))))
    assert result["partialFingerprints"] == {"eolscanFinding/v1": over().id}


@pytest.mark.parametrize(
    ("repo_path", "uri"),
    [
        ("a b/100%/é#?.txt", "a%20b/100%25/%C3%A9%23%3F.txt"),
        ("/etc/os-release", "etc/os-release"),
        ("../../other/./a.txt", "other/a.txt"),
        ("c:a/d:b.txt", "c%3Aa/d:b.txt"),
        ("a\\b", "a%5Cb"),
        ("\udc80", "%EF%BF%BD"),
        ("-", "-"),
        ("..", "unknown"),
    ],
)
def test_a_path_is_an_address_below_the_root(repo_path: str, uri: str) -> None:
    assert uri_of(repo_path) == uri


@given(st.text(st.characters()))
def test_any_path_is_an_address_that_code_scanning_can_decode(repo_path: str) -> None:
    uri = uri_of(repo_path)
    parts = urlsplit(uri)
    assert parts.path == uri
    assert uri
    assert not uri.startswith(("/", "./"))
    assert not {"", ".", ".."} & {*uri.split("/")}
    decoded = unquote(uri, errors="strict")
    assert quote(decoded, safe=USUAL) == uri.replace("%3A", ":")


def test_the_rules_say_nothing_of_a_single_finding() -> None:
    # Their text is shared with the alerts of other days and branches.
    today, other = report_of(over(Location(PATH, 3))), report_of(over(Location("dev.txt", 7), version="3.2.1"))
    assert rules_of(today) == rules_of(other._replace(today=date(2030, 1, 1)))


def help_of(product: Product, status: Status = Status.EOL) -> str:
    """Return what the page of an alert says of a product, in Markdown."""
    match = sample.match(product, -1, "3.2.25", Location(PATH, 3))
    (rule,) = rules_of(report_of(over(Location(PATH))._replace(matches=(match,), status=status)))
    text: str = rule["help"]["markdown"]
    return text


def test_the_help_tells_the_dates_the_reason_the_way_out_and_the_source() -> None:
    assert help_of(sample.DJANGO) == (
        "The project uses **Django**. Its release cycle no longer receives security fixes.\n\n"
        "**What to do:** Move to a release cycle that is supported; the alert names the nearest one.\n\n"
        "| Release cycle | Active support | Security support | Newest version |\n"
        "| --- | --- | --- | --- |\n"
        "| 5.2 LTS | 2025-12-03 | 2028-04-30 | 5.2.17 |\n"
        "| 3.2 \\(LTS\\) | 2021-12-07 | 2024-04-01 | 3.2.25 |\n\n"
        "A date is the last day of that support.\n\n"
        "**Where this comes from:** endoflife.date, "
        "[https://endoflife.date/django](https://endoflife.date/django). "
        "The command `eolscan explain django` shows every release cycle."
    )


@pytest.mark.parametrize(
    ("cycle", "row"),
    [
        (Cycle(name="3", eol=True), "| 3 | over |"),
        (Cycle(name="3", eol=False), "| 3 | no announced end |"),
        (Cycle(name="3", eol=date(2024, 4, 1), eoes=date(2030, 1, 1)), "| 3 | 2024-04-01 | 2030-01-01 |"),
        (
            Cycle(name="3", eol=date(2024, 4, 1), evidence=EvidenceClass.RULE, rule="Not before two years."),
            "| 3 | not before 2024-04-01 (by policy, not announced) |",
        ),
        (Cycle(name="3", eoas=True), "| 3 | over |"),
        (Cycle(name="|[x](y)", eol=True), "| \\|\\[x\\]\\(y\\) | over |"),
    ],
)
def test_an_ending_is_told_as_it_is_known(cycle: Cycle, row: str) -> None:
    assert f"\n{row}\n" in help_of(sample.DJANGO._replace(cycles=(cycle,)))


def test_an_ending_that_nobody_tracks_is_told_so() -> None:
    cycles = (Cycle(name="4", eol=date(2027, 4, 1)), Cycle(name="3", eoas=date(2023, 4, 1), eol=date(2024, 4, 1)))
    assert "\n| 4 | not tracked | 2027-04-01 |\n| 3 | 2023-04-01 | 2024-04-01 |\n" in help_of(
        sample.DJANGO._replace(cycles=cycles)
    )


def test_of_many_cycles_the_newest_are_told_and_the_others_counted() -> None:
    cycles = tuple(Cycle(name=f"1.{number}", eol=date(2024, 4, 1)) for number in range(50, 0, -1))
    text = help_of(sample.DJANGO._replace(cycles=cycles))
    assert ("| 1.50 |" in text, "| 1.21 |" in text, "| 1.20 |" in text) == (True, True, False)
    assert "20 older cycles are not listed here." in text


def test_a_package_without_cycles_has_no_other_one_to_move_to() -> None:
    whole = (Cycle(name="all", eol=date(2025, 3, 31)),)
    text = help_of(sample.DJANGO._replace(cycles=whole, whole=True))
    assert "**What to do:** Replace it with something that is maintained." in text
    assert "| all versions | 2025-03-31 |" in text
    text = help_of(sample.DJANGO._replace(cycles=whole, whole=True, replacement="pkg:pypi/flask"))
    assert "**What to do:** Use flask instead." in text


def test_the_day_of_a_deprecation_is_no_end_of_support() -> None:
    cycles = (Cycle(name="all", eol=date(2025, 3, 31), evidence=EvidenceClass.DEPRECATED),)
    assert "2025" not in help_of(sample.DJANGO._replace(cycles=cycles, whole=True), Status.DEPRECATED)


def test_a_rule_does_not_name_the_lockfile_that_speaks_of_a_package() -> None:
    product = sample.DJANGO._replace(link="", source="web/package-lock.json", cycles=(Cycle(name="all"),), whole=True)
    assert "package-lock" not in help_of(product, Status.DEPRECATED)


@pytest.mark.parametrize("status", RULES)
def test_a_rule_is_a_status_of_a_product(status: Status) -> None:
    (rule,) = rules_of(report_of(over(Location(PATH, 3))._replace(status=status)))
    (result,) = results_of(report_of(over(Location(PATH, 3))._replace(status=status)))
    known = RULES[status]
    assert rule["id"] == result["ruleId"] == f"{known.id}-django"
    assert rule["name"] == f"{known.name}Django"
    assert rule["shortDescription"]["text"] == f"Django: {known.title}"
    assert rule["helpUri"] == "https://endoflife.date/django"
    assert known.meaning in rule["help"]["text"]
    assert known.meaning in rule["help"]["markdown"]
    assert rule["defaultConfiguration"]["level"] == result["level"] == known.level
    assert rule["properties"]["security-severity"] == known.severity
    assert rule["properties"]["precision"] == known.precision
    assert "security" in rule["properties"]["tags"]


def test_a_product_page_that_is_no_address_is_not_linked() -> None:
    product = sample.DJANGO._replace(link="javascript:alert(1)", title="[a](b) *c*")
    match = sample.match(product, 1, "3.2.25", Location(PATH, 3))
    (rule,) = rules_of(report_of(over(Location(PATH))._replace(matches=(match,))))
    assert "helpUri" not in rule
    assert "javascript" not in json.dumps(rule)
    assert "**\\[a\\]\\(b\\) \\*c\\***" in rule["help"]["markdown"]


def test_texts_keep_to_the_length_that_code_scanning_takes() -> None:
    product = sample.DJANGO._replace(id="d" * 3000, title="D" * 3000)
    match = sample.match(product, 1, "3.2.25", Location(PATH, 3))
    (rule,) = rules_of(report_of(over(Location(PATH))._replace(matches=(match,))))
    assert len(rule["shortDescription"]["text"]) <= 1024
    assert len(rule["fullDescription"]["text"]) <= 1024
    assert len(rule["name"]) <= 255


def test_each_line_of_a_finding_is_a_result() -> None:
    results = results_of(report_of(over(Location(PATH, 3), Location(PATH, 9))))
    assert [place_of(result)["region"]["startLine"] for result in results] == [3, 9]
    assert len({json.dumps(result["partialFingerprints"]) for result in results}) == 2


def test_findings_of_one_rule_on_one_line_are_one_result() -> None:
    findings = [over(Location(PATH, 3, 50 - n, 60 - n), version=f"3.{n}", key=str(n)) for n in range(6)]
    (result,) = results_of(report_of(*findings))
    assert result["message"]["text"] == (
        "Django 3.5 is over. Django 3.4 is over. Django 3.3 is over. More of the kind in this place: 3."
    )
    assert place_of(result)["region"]["startColumn"] == 45
    assert result["partialFingerprints"]["eolscanFinding/v1"] == findings[5].id


def test_an_operating_system_is_one_result_however_many_packages_belong_to_it() -> None:
    finding = over(Location(PATH, 3), Location(PATH, 9))
    packages = tuple(
        match._replace(evidence=match.evidence._replace(kind=EvidenceKind.OS)) for match in finding.matches
    )
    assert len(results_of(report_of(finding._replace(matches=packages)))) == 1


def ignoring(reason: str) -> Ignore:
    return Ignore(Selector(product="django"), reason, date(2027, 3, 31), Location("pyproject.toml", 12))


def with_ignored(*findings: Finding) -> Report:
    """Return a report of a user who wants the ignored ones in SARIF too."""
    report = report_of(*findings)
    return report._replace(policy=report.policy._replace(sarif_include_ignored=True))


def test_what_is_ignored_opens_no_alert() -> None:
    run = run_of(report_of(over(Location(PATH, 3))._replace(ignored=ignoring("soon"))))
    assert run["results"] == run["tool"]["driver"]["rules"] == []
    assert run["properties"]["ignored"] == 1


def test_what_is_ignored_is_a_suppressed_result_for_those_who_ask() -> None:
    ignored = over(Location(PATH, 3))._replace(ignored=ignoring("see [PLAT](1)"))
    first, second = results_of(with_ignored(ignored, over(Location(PATH, 4))))
    assert first["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "see [PLAT](1)",
            "properties": {"until": "2027-03-31"},
        }
    ]
    assert second["suppressions"] == []


def test_what_stands_beside_something_ignored_is_not_suppressed() -> None:
    ignored = over(Location(PATH, 3, 1, 9), version="3.1")._replace(ignored=ignoring("soon"))
    (result,) = results_of(with_ignored(ignored, over(Location(PATH, 3, 20, 29))))
    assert result["message"]["text"] == "Django 3.2.25 is over."
    assert result["suppressions"] == []


def test_what_a_baseline_knows_stays_an_alert_that_is_not_new() -> None:
    known, new = results_of(report_of(over(Location(PATH, 3))._replace(known=True), over(Location(PATH, 4))))
    assert (known["baselineState"], new["baselineState"]) == ("unchanged", "new")
    assert "baselineState" not in results_of(report_of(over(Location(PATH, 3))))[0]


def test_what_extended_support_covers_opens_no_alert() -> None:
    run = run_of(sample.policed())
    assert run["properties"]["extended"] == 1
    assert "ubuntu" not in json.dumps(run["results"]).lower()


def test_what_made_the_run_fail_and_what_the_settings_need_is_noted() -> None:
    notes = run_of(sample.policed())["invocations"][0]["toolExecutionNotifications"]
    told = {note["message"]["text"]: place_of(note) for note in notes}
    assert len(told) == 1 + len([entry for entries in sample.policed().upkeep for entry in entries])
    (verdict,) = (place for text, place in told.items() if text.startswith("No verdict on wagtail"))
    assert verdict["region"]["startLine"] == 5
    (expired,) = (place for text, place in told.items() if "2026-06-30" in text)
    assert expired == {
        "artifactLocation": {"uri": "pyproject.toml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 17},
    }


def test_a_result_carries_its_evidence() -> None:
    assert results_of(report_of(over(Location(PATH, 3))))[0]["properties"] == {
        "purl": "pkg:pypi/django@3.2.25",
        "product": "django",
        "cycle": "3.2",
        "eol": "2024-04-01",
        "daysLeft": -965,
        "fails": True,
        "evidence": {
            "kind": "identifier",
            "identifier": "pkg:pypi/django",
            "class": "vendor",
            "source": "endoflife.date",
        },
    }


def test_a_scan_that_is_not_complete_closes_no_alert() -> None:
    report = report_of(over(Location(PATH, 3)))
    unread = report.inputs[0]._replace(unread=True)
    assert not run_of(report._replace(inputs=(unread,)))["invocations"][0]["executionSuccessful"]
    strict = report._replace(policy=report.policy._replace(strict=True))
    assert not run_of(strict)["invocations"][0]["executionSuccessful"]
    assert run_of(strict._replace(problems=()))["invocations"][0]["executionSuccessful"]


def test_what_has_no_rule_opens_no_alert() -> None:
    assert results_of(report_of(over(Location(PATH, 3))._replace(status=Status.UNKNOWN))) == []


def test_the_worst_results_are_kept_and_the_cut_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MAX_RESULTS", 2)
    expiring = over(Location(PATH, 1))._replace(status=Status.EXPIRING, days_left=3)
    lately = over(Location(PATH, 2))._replace(days_left=-1)
    run = run_of(report_of(expiring, lately, over(Location(PATH, 5)), over(Location(PATH, 4))))
    assert [place_of(result)["region"]["startLine"] for result in run["results"]] == [4, 5]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["EOL001-django"]
    assert run["properties"]["resultsLeftOut"] == 2
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].startswith("Results left out")


def test_a_file_that_would_be_too_large_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MAX_PACKED", 2500)
    findings = (over(Location(PATH, line), key=str(line)) for line in range(1, 200))
    run = run_of(report_of(*findings))
    assert 0 < len(run["results"]) < 199
    assert run["properties"]["resultsLeftOut"] == 199 - len(run["results"])


def test_a_run_tells_its_day_its_data_and_how_much_was_judged() -> None:
    properties = run_of(report_of())["properties"]
    assert properties["asOf"] == "2026-11-22"
    assert properties["data"]["revision"] == "0123456789ab"
    assert properties["data"]["date"] == "2026-08-22"
    assert (properties["components"], properties["judged"], properties["ignored"]) == (4, 2, 0)
    assert properties["byStatus"] == {"eol": 1, "expiring": 1, "unknown": 1, "untracked": 1}
    assert properties["byReason"] == {"untracked": 1, "range": 1}


def test_problems_are_told_with_their_places_up_to_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MAX_PROBLEMS", 2)
    problems = (Problem("This is no TOML.", Location(PATH, 7)), *[Problem("Broken.", Location("a b"))] * 2)
    more, first, second = run_of(report_of()._replace(problems=problems))["invocations"][0][
        "toolExecutionNotifications"
    ]
    assert more["message"]["text"] == "Problems not listed here: 1."
    assert first["message"]["text"] == "This is no TOML."
    assert place_of(first) == {
        "artifactLocation": {"uri": "sub/requirements.txt", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }
    assert place_of(second) == {"artifactLocation": {"uri": "a%20b", "uriBaseId": "%SRCROOT%"}}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Django [a](https://registry.example) is over.", "Django \\[a\\](https://registry.example) is over."),
        ("Django [a] is over.", "Django [a] is over."),
        ("Django\x1b[0m\u202e is over.", "Django\\x1b[0m\\u202e is over."),
        ("::error::Django ##[x] is over.", ": :error::Django # #[x] is over."),
        ("Django of https://me:hunter2@registry.example is over.", "Django of https://***@registry.example is over."),
    ],
)
def test_a_message_links_nothing_and_commands_nobody(message: str, told: str) -> None:
    (result,) = results_of(report_of(over(Location(PATH, 3))._replace(message=message)))
    assert result["message"]["text"] == told


@settings(max_examples=25)
@given(report=REPORTS)
def test_any_report_is_a_file_that_code_scanning_takes(report: Report) -> None:
    text = sarif.render(report, Style())
    assert text.isascii()
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
    places = set()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        place = place_of(result)
        region = place.get("region", {})
        assert region.get("startColumn", 1) <= region.get("endColumn", 1)
        places.add((result["ruleId"], place["artifactLocation"]["uri"], region.get("startLine")))
    assert len(places) == len(run["results"])
    with_ignored = report.policy.sarif_include_ignored
    assert bool(places) == any(with_ignored or finding.ignored is None for finding in report.findings)
    for result in run["results"]:
        assert ("suppressions" in result) == with_ignored
