"""The laws of what a person reads in a terminal; fixtures/reports/ holds whole examples."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.message import chores
from scanner.model import (
    Advice,
    Dependency,
    EvidenceClass,
    EvidenceKind,
    Extension,
    Finding,
    Ignore,
    Kind,
    Location,
    Match,
    Policy,
    Problem,
    Reason,
    Report,
    Scope,
    Selector,
    Status,
    Support,
    Used,
)
from scanner.plugin import Style
from scanner.reporters.table import REPORTER, render, render_list
from scanner.text import width
from tests.anyreport import DEPENDENCIES, PROBLEMS, REPORTS
from tests.sample import DJANGO, NUMPY, TODAY, match, policed, report

if TYPE_CHECKING:
    from scanner.model import Ending

PIPE = Style()
IGNORE = Ignore(Selector(product="django"), "replaced in Q1", date(2027, 3, 31), Location("pyproject.toml", 3))
WIDTHS = st.integers(20, 200)
COLOR = re.compile(r"\x1b\[[0-9;]*m")
PATIENT = settings(max_examples=60)


def long_names() -> Report:
    path = "services/支払い/backend/requirements/production-and-development.txt"
    place = Location(path, 1234)
    name = "pkg:maven/org.example.framework.very.long/spring-boot-starter-web@2.7.18"
    over = report().findings[0]
    found = over.matches[0]._replace(dependency=Dependency(purl=name, location=place))
    return report()._replace(findings=(over._replace(matches=(found,)), report().findings[1]))


def with_findings(*findings: Finding) -> Report:
    return report()._replace(findings=findings, problems=())


def over(name: str, days: int) -> Finding:
    place = Location(f"{name}.txt", 1)
    # A product for each, so that none shares a row.
    found = match(DJANGO._replace(id=name), 1, "3.2", place)
    found = found._replace(dependency=Dependency(purl=f"pkg:pypi/{name}@3.2", location=place))
    return report().findings[0]._replace(matches=(found,), days_left=days)


def lines_of(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


def unbroken(text: str) -> str:
    return "".join(text.split())


@PATIENT
@given(report=REPORTS, columns=WIDTHS, color=st.booleans())
def test_no_line_is_wider_than_the_terminal(report: Report, columns: int, *, color: bool) -> None:
    text = COLOR.sub("", render(report, Style(columns, color)))
    assert max(map(width, text.splitlines())) <= columns


@PATIENT
@given(dependencies=DEPENDENCIES, problems=PROBLEMS, columns=WIDTHS)
def test_no_line_of_a_list_is_wider_than_the_terminal(
    dependencies: tuple[Dependency, ...], problems: tuple[Problem, ...], columns: int
) -> None:
    assert max(map(width, render_list(dependencies, problems, Style(columns)).splitlines())) <= columns


@PATIENT
@given(report=REPORTS, columns=st.none() | WIDTHS)
def test_colour_changes_no_character_and_is_all_that_is_sent_besides_text(report: Report, columns: int | None) -> None:
    plain, colored = render(report, Style(columns)), render(report, Style(columns, color=True))
    assert "\x1b" not in plain
    assert COLOR.sub("", colored) == plain


@PATIENT
@given(report=REPORTS, columns=st.none() | WIDTHS)
def test_a_log_obeys_no_line(report: Report, columns: int | None) -> None:
    text = render(report, Style(columns))
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 120, 200])
def test_nothing_is_cut_however_narrow_the_terminal(columns: int) -> None:
    found = long_names().findings[0].matches[0].dependency
    text = unbroken(render(long_names(), Style(columns)))
    for whole in ("org.example.framework.very.long/spring-boot-starter-web 2.7.18", f"{found.location.path}:1234"):
        assert unbroken(whole) in text


@pytest.mark.parametrize("columns", [None, 40, 80, 160])
def test_a_finding_says_what_where_since_when_and_where_to(columns: int | None) -> None:
    text = " ".join(render(with_findings(report().findings[0]), Style(columns)).split())
    assert text.startswith("eol")
    for words in ("django 3.2.25", "requirements.txt:3", "3.2 (LTS) ended 2024-04-01, 2 years 7 months ago"):
        assert words in text
    assert "move to 5.2 LTS, until 2028-04-30" in text


def test_a_finding_is_one_line_in_a_pipe() -> None:
    for finding in report().findings:
        assert len(
            lines_of(render(report(), PIPE), str(finding.status), f"requirements.txt:{finding.matches[0][0][1][1]}")
        )
    (line,) = lines_of(render(long_names(), PIPE), "spring-boot-starter-web 2.7.18", "ended 2024-04-01")
    assert line.endswith("production-and-development.txt:1234")


def test_columns_of_a_pipe_stand_under_each_other() -> None:
    first, second = render(report(), PIPE).splitlines()[:2]
    assert first.index("django") == second.index("numpy")
    assert first.index("requirements.txt") == second.index("requirements.txt")


def test_one_endless_name_does_not_blow_up_every_row() -> None:
    place = Location("r.txt", 2)
    names = ["x" * 100_000, *(f"n{number}" for number in range(50))]
    dependencies = [Dependency(purl=f"pkg:npm/{name}@1", location=place) for name in names]
    for columns in (None, 40):
        assert len(render_list(dependencies, (), Style(columns))) < 10_000


def test_our_own_words_are_ascii() -> None:
    assert render(report(list_all=True), PIPE).isascii()
    assert render(report(list_all=True), Style(60, color=True)).isascii()


NAMES_IN_ORDER = ("old", "new", "whenever", "dead", "soon", "later", "told", "hidden")


@pytest.mark.parametrize("columns", [None, 30])
def test_the_worst_comes_first_then_the_longest_over_and_the_ignored_last(columns: int | None) -> None:
    findings = (
        over("hidden", -9999)._replace(ignored=IGNORE),
        over("told", -9999)._replace(known=True),
        over("soon", 3)._replace(status=Status.EXPIRING),
        over("new", -10),
        over("old", -2000),
        over("whenever", 0)._replace(days_left=None),
        over("dead", 0)._replace(status=Status.DEPRECATED),
        over("later", 30)._replace(status=Status.EXPIRING),
    )
    text = render(with_findings(*findings), Style(columns))
    places = [text.index(f"{name} 3.2") for name in NAMES_IN_ORDER]
    assert places == sorted(places)


def test_findings_of_equal_weight_are_ordered_by_name_and_place() -> None:
    text = render(with_findings(over("b", -1), over("A", -1), over("c", -1)), PIPE)
    assert text.index("A 3.2") < text.index("b 3.2") < text.index("c 3.2")


def standing(*places: tuple[str, int]) -> Report:
    """Return a report of one package that stands in many places, with a finding for each file."""
    found = match(DJANGO, 1, "3.2.25", Location("requirements.txt", 3))
    files: dict[str, list[Match]] = {}
    for path, line in places:
        dependency = found.dependency._replace(location=Location(path, line))
        files.setdefault(path, []).append(found._replace(dependency=dependency))
    return with_findings(*(report().findings[0]._replace(matches=tuple(matches)) for matches in files.values()))


def test_one_product_and_cycle_in_many_files_is_one_row_with_its_first_places() -> None:
    few = standing(("a.txt", 1), ("b.txt", 2))
    (line,) = lines_of(render(few, PIPE), "django 3.2.25")
    assert line.endswith("  a.txt:1, b.txt:2")
    many = standing(*((f"{number}.txt", 7) for number in range(1, 16)))
    (line,) = lines_of(render(many, PIPE), "django 3.2.25")
    assert line.endswith("  1.txt:7, 10.txt:7, 11.txt:7 and 12 more")
    text = render(many, Style(60))
    assert text.startswith("eol (15)\n  django 3.2.25\n    Django 3.2 (LTS) ended 2024-04-01")
    assert "\n    15 places: 1.txt:7, 10.txt:7, 11.txt:7 and 12 more\n" in text


def test_every_file_is_shown_before_any_of_them_a_second_time() -> None:
    (line,) = lines_of(render(standing(("a", 1), ("a", 2), ("b", 1), ("a", 3)), PIPE), "eol  django")
    assert line.endswith("  a:1, b:1, a:2 and 1 more")


def test_the_path_that_brings_a_package_in_is_said_where_it_is_the_same_everywhere() -> None:
    first, second = (finding.matches[0] for finding in standing(("a", 1), ("b", 1)).findings)
    same = [one._replace(dependency=one.dependency._replace(via=("web@1", "api@2"))) for one in (first, second)]
    finding = report().findings[0]
    assert "a:1, b:1, via web@1 > api@2\n" in render(with_findings(finding._replace(matches=tuple(same))), PIPE)
    assert "via" not in render(with_findings(finding._replace(matches=(same[0], second))), PIPE)


def test_packages_and_versions_of_one_row_are_named_or_counted() -> None:
    first, patch = (match(DJANGO, 1, version, Location("r.txt", 3)) for version in ("3.2.25", "3.2.1"))
    finding = over("x", 1)
    assert "  django 3.2.25 and django 3.2.1  " in render(with_findings(finding._replace(matches=(first, patch))), PIPE)
    third = match(DJANGO, 1, "3.2.7", Location("r.txt", 3))
    assert "  django 3.2.25 and 2 more versions  " in render(
        with_findings(finding._replace(matches=(first, patch, third))), PIPE
    )
    other = match(NUMPY, 1, "2.2.6", Location("r.txt", 4))._replace(product=DJANGO)
    text = render(with_findings(finding._replace(matches=(other, patch, first))), PIPE)
    assert "  django 3.2.1 and 2 more packages  " in text, "what bears the product's name stands for the others"


def test_two_packages_of_one_row_say_what_each_of_them_is() -> None:
    found = match(DJANGO, 1, "3.2", Location("Dockerfile", 1))
    image = found._replace(
        dependency=Dependency("pkg:docker/django@3-slim", Location("Dockerfile", 1), kind=Kind.IMAGE)
    )
    finding = report().findings[0]._replace(matches=(found, image))
    assert "  django 3.2 and django 3-slim (image)  " in render(with_findings(finding), PIPE)


def test_a_scan_of_thirty_thousand_findings_shows_the_worst_and_counts_the_rest() -> None:
    findings = [over(f"n{number:05}", -number)._replace(status=Status.DEPRECATED) for number in range(30_000)]
    findings.append(over("worst", -1))
    text = render(with_findings(*findings), PIPE)
    assert text.startswith("eol         worst 3.2")
    assert len(text.splitlines()) < 220
    assert "\nand 29,801 more rows (29,801 deprecated); --all shows them, -f json has all.\n" in text
    assert max(map(len, render(with_findings(*findings), Style(40)).splitlines())) <= 40
    everything = with_findings(*findings[:300])._replace(policy=Policy(list_all=True), components=())
    assert len(lines_of(render(everything, PIPE), "deprecated  n")) == 300


def test_what_is_no_plain_runtime_library_says_so() -> None:
    place = Location("Dockerfile", 1)
    image = Dependency(purl="pkg:docker/python@3.8", location=place, kind=Kind.IMAGE, scope=Scope.DEV, via=("a", "b"))
    found = match(DJANGO, 1, "3.8", place)._replace(dependency=image)
    text = render(with_findings(over("x", -1)._replace(matches=(found,))), PIPE)
    assert "python 3.8 (image, dev)" in text
    assert "Dockerfile:1, via a > b" in text


def test_a_purl_of_the_command_line_is_its_own_place() -> None:
    text = "pkg:pypi/django@3.2.25"
    found = match(DJANGO, 1, "3.2.25", Location(text))
    (line,) = lines_of(render(with_findings(over("x", -1)._replace(matches=(found,))), PIPE), "ended")
    assert text not in line
    assert line == line.rstrip()


@pytest.mark.parametrize(
    ("status", "evidence", "eol", "words"),
    [
        (Status.EOL, EvidenceClass.VENDOR, True, "Django 3.2 (LTS) is over, day unknown"),
        (Status.EOL, EvidenceClass.RULE, date(2024, 4, 1), "2 years 7 months ago (by policy, not announced)"),
        (
            Status.EOL,
            EvidenceClass.INFERRED,
            date(2024, 4, 1),
            "older than Django 3.2 (LTS), the oldest tracked, which",
        ),
        (Status.EXPIRING, EvidenceClass.VENDOR, TODAY, "ends 2026-11-22, today"),
        (
            Status.SECURITY_ONLY,
            EvidenceClass.VENDOR,
            date(2026, 12, 1),
            "security fixes only, until 2026-12-01, in 9 days",
        ),
        (Status.SECURITY_ONLY, EvidenceClass.VENDOR, False, "gets security fixes only, no end announced"),
        (Status.DEPRECATED, EvidenceClass.DEPRECATED, True, "Django 3.2 (LTS) is marked deprecated"),
        (
            Status.DEPRECATED,
            EvidenceClass.DEPRECATED,
            date(2024, 4, 1),
            "marked deprecated since 2024-04-01, 2 years 7 months ago",
        ),
        (Status.DEPRECATED, EvidenceClass.DEPRECATED, TODAY, "marked deprecated; it ends 2026-11-22, today"),
        (Status.DEPRECATED, EvidenceClass.LOCKFILE, None, "marked deprecated by its maintainers"),
        (Status.SUPERSEDED, EvidenceClass.LATEST_ONLY, None, "is superseded: only the newest release is supported"),
    ],
)
def test_every_ending_and_its_evidence_have_their_words(
    status: Status, evidence: EvidenceClass, eol: Ending, words: str
) -> None:
    found = match(DJANGO, 1, "3.2.25", Location("r.txt", 3))
    kind = EvidenceKind.INFERRED if evidence is EvidenceClass.INFERRED else EvidenceKind.IDENTIFIER
    found = found._replace(
        cycle=found.cycle._replace(eol=eol, evidence=evidence),
        evidence=found.evidence._replace(kind=kind, evidence_class=evidence),
    )
    assert words in render(with_findings(over("x", -1)._replace(matches=(found,), status=status)), PIPE)


@pytest.mark.parametrize(
    ("eol", "words"),
    [
        (date(2028, 4, 30), "move to 5.2 LTS, until 2028-04-30"),
        (False, "move to 5.2 LTS, no end announced"),
        (None, "move to 5.2 LTS "),
    ],
)
def test_advice_says_how_long_it_holds(eol: Ending, words: str) -> None:
    (first, _) = report().findings
    assert first.advice is not None
    assert words in render(with_findings(first._replace(advice=first.advice._replace(eol=eol))), PIPE)


def test_no_advice_is_said_where_there_is_an_end() -> None:
    nothing = "no supported successor is known"
    assert nothing in render(with_findings(over("x", -1)._replace(advice=None)), PIPE)
    assert nothing not in render(with_findings(over("x", -1)._replace(advice=None, status=Status.DEPRECATED)), PIPE)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (
            Status.DEPRECATED,
            "older than Django 3.2 (LTS), the oldest tracked, which is marked deprecated since 2024-04-01",
        ),
        (Status.SUPERSEDED, "older than Django 3.2 (LTS), the oldest tracked: only the newest release is supported"),
    ],
)
def test_what_is_older_than_a_dead_or_superseded_cycle_says_of_which(status: Status, words: str) -> None:
    found = match(DJANGO, 1, "1.0", Location("r.txt", 3))
    found = found._replace(evidence=found.evidence._replace(kind=EvidenceKind.INFERRED))
    assert words in render(with_findings(over("x", -1)._replace(matches=(found,), status=status)), PIPE)


def test_what_is_judged_as_a_whole_is_called_by_its_name_alone_and_replaced() -> None:
    found = match(DJANGO._replace(whole=True, title="Things"), 1, "3.2.25", Location("r.txt", 3))
    advice = Advice(cycle=None, replacement="pkg:pypi/other-things")
    text = render(with_findings(over("x", -1)._replace(matches=(found,), advice=advice)), PIPE)
    assert "  Things ended 2024-04-01, 2 years 7 months ago  use other-things instead  " in text


def test_a_rule_that_promises_no_more_than_a_day_says_so() -> None:
    found = match(DJANGO, 1, "3.2.25", Location("r.txt", 3))
    cycle = found.cycle._replace(evidence=EvidenceClass.RULE, rule="not before 36 months")
    text = render(with_findings(over("x", -1)._replace(matches=(found._replace(cycle=cycle),))), PIPE)
    assert "ended not before 2024-04-01, 2 years 7 months ago (by policy, not announced)" in text


def test_an_ignored_finding_stays_with_its_reason_and_is_counted() -> None:
    ignored = report().findings[0]._replace(ignored=IGNORE, fails=False)
    text = render(with_findings(ignored)._replace(failed=False), PIPE)
    (line,) = lines_of(text, "django 3.2.25", "ended 2024-04-01")
    assert line.startswith("ignored  ")
    assert "eol: Django" in line
    assert "until 2027-03-31: replaced in Q1" in line
    assert "1 finding is ignored.\n" in text
    assert "Nothing fails: nothing that was judged is eol, apart from what is ignored." in text


def test_what_a_baseline_knows_is_shown_as_known_and_fails_nothing() -> None:
    known = report().findings[0]._replace(known=True, fails=False)
    text = render(with_findings(known)._replace(failed=False), PIPE)
    (line,) = lines_of(text, "django 3.2.25", "eol: Django 3.2 (LTS) ended 2024-04-01", "move to 5.2 LTS")
    assert line.startswith("known  ")
    assert "1 finding is known from the baseline.\n" in text
    assert "apart from what is known." in text


def test_what_the_settings_let_pass_is_no_health() -> None:
    passed = report().findings[0]._replace(fails=False)
    text = render(with_findings(passed)._replace(failed=False), PIPE)
    assert text.endswith("nothing that was judged is eol, apart from what is let pass by the settings.\n")


@pytest.mark.parametrize("columns", [None, 40, 80])
def test_what_the_settings_do_is_told_in_full(columns: int | None) -> None:
    text = " ".join(render(policed(), Style(columns)).split())
    for words in (
        "Ubuntu 20.04 LTS ended 2025-05-31, 17 months ago; extended support by Ubuntu Pro until 2030-04-02, in 3 years",
        "given as a range",
        "sub/requirements.txt:5",
        "until 2027-03-31: replaced in Q1, see PLAT-123",
        "4 things to tidy up in the settings:",
        "Failed: 1 unknown.",
    ):
        assert words in text
    for sentence, place in chores(policed().upkeep):
        assert f"{place.path}:{place.line}: {sentence}" in text or f"{place.path}: {sentence}" in text


def test_the_end_that_extended_support_reaches_soon_is_said_beside_the_regular_one() -> None:
    (found,) = policed().extended[0].matches
    pro = Extension(date(2026, 12, 24), Support("ubuntu", Location("p"), provider="Ubuntu Pro"))
    finding = over("x", 32)._replace(matches=(found._replace(extension=pro),), status=Status.EXPIRING)
    assert "ended 2025-05-31, 17 months ago; extended support by Ubuntu Pro until 2026-12-24, in 32 days" in render(
        with_findings(finding), PIPE
    )
    free = finding._replace(matches=(found._replace(extension=Extension(until=False)),))
    assert "free extended support goes on, without an announced end" in render(with_findings(free), PIPE)


def test_a_repository_begins_with_what_it_stands_on() -> None:
    head, *lines = render(policed(), Style(80)).partition("\n\n")[0].splitlines()
    assert head == "in use"
    assert lines == [
        "  Operating systems  Ubuntu 20.04 (extended until 2030-04-02)",
        "  Frameworks         Django 3.2 (ended 2024-04-01)",
    ]
    narrow = render(policed(), Style(40)).splitlines()
    assert narrow[1:6] == [
        "  Operating systems",
        "    Ubuntu 20.04 (extended until",
        "    2030-04-02)",
        "  Frameworks",
        "    Django 3.2 (ended 2024-04-01)",
    ]
    assert "in use" not in render(policed()._replace(inputs=policed().inputs[:1]), PIPE)


def test_of_many_cycles_the_worst_are_named_and_of_many_products_the_most_used() -> None:
    def used(title: str, cycle: int, status: Status, places: int) -> Used:
        found = match(DJANGO, 1, "1", Location("r.txt", 1))
        cycles = tuple(found.cycle._replace(name=str(number), label=None) for number in range(9, 0, -1))
        product = DJANGO._replace(id=title, title=title, cycles=cycles)
        return Used(found._replace(product=product, cycle=cycles[9 - cycle]), status, places)

    many = [used("Many", cycle, Status.EOL if cycle < 4 else Status.SUPPORTED, 9) for cycle in range(1, 10)]
    others = [used(f"P{number}", 1, Status.EOL, number) for number in range(1, 8)]
    text = " ".join(render(policed()._replace(inventory=(*many, *others)), PIPE).partition("\n\n")[0].split())
    assert "Many 3 (ended 2024-04-01), 2 (ended 2024-04-01), 1 (ended 2024-04-01), 6 more, P7 1 (ended" in text
    assert text.endswith("P3 1 (ended 2024-04-01), and 2 more products")


def test_what_ends_next_is_drawn_soonest_first_with_bars_as_long_as_is_left() -> None:
    supported = match(NUMPY, 0, "2.4.1", Location("r.txt", 1))
    soon = match(NUMPY, 1, "2.2.6", Location("r.txt", 2))
    inventory = (Used(supported, Status.SUPPORTED, 1), Used(soon, Status.EXPIRING, 3))
    whole = report()._replace(inventory=inventory)
    assert (
        "ends next\n"
        "  2026-12-09  in 17 days    =             NumPy 2.2\n"
        "  2027-12-20  in 12 months  ============  NumPy 2.4\n"
    ) in render(whole, PIPE)
    assert "  2026-12-09  in 17 days    █             NumPy 2.2\n" in render(whole, Style(80))
    assert "\n  2026-12-09  in 17 days    NumPy 2.2\n" in render(whole, Style(40))
    assert "\n  2026-12-09  NumPy 2.2\n" in render(whole, Style(30))
    assert "ends next" not in render(whole._replace(inventory=inventory[1:]), PIPE), "the finding tells it"
    assert "ends next" not in render(report(), PIPE)


def test_all_components_are_listed_once_with_status_and_reason() -> None:
    text = render(report(list_all=True), PIPE)
    for words in (("eol", "django"), ("expiring", "numpy"), ("untracked", "left-pad 1.0", ".txt:4")):
        assert len(lines_of(text.partition("\n\n")[0], *words)) == 1
    assert len(lines_of(text, "unknown", "wagtail >=3", "given as a range", "requirements.txt:5")) == 1


def test_a_supported_component_says_until_when() -> None:
    whole = report(list_all=True)
    found = match(NUMPY, 0, "2.4.1", Location("r.txt", 2))
    verdict = whole.components[0]._replace(dependency=found.dependency, status=Status.SUPPORTED, match=found)
    (line,) = lines_of(render(whole._replace(components=(verdict,)), PIPE), "numpy 2.4.1")
    assert line.startswith("supported")
    assert "NumPy 2.4 ends 2027-12-20, in 12 months" in line


@pytest.mark.parametrize("found", [True, False])
def test_what_was_not_judged_is_always_said(found: bool) -> None:  # noqa: FBT001 -- a parameter of pytest
    numbers = {Status.EOL: 1, Status.SUPPORTED: 2, Status.UNKNOWN: 2, Status.UNTRACKED: 9}
    whole = report()._replace(by_status=numbers, by_reason={Reason.RANGE: 1, Reason.NEWER: 1, Reason.UNTRACKED: 9})
    whole = whole if found else whole._replace(findings=())
    assert (
        "14 dependencies: 3 judged (1 eol, 2 supported), 2 unknown (1 given as a range, 1 newer than the data), "
        "9 not tracked: nobody publishes an end date for them.\n"
    ) in render(whole, PIPE)


@pytest.mark.parametrize("by_status", [{}, {Status.UNTRACKED: 12}, {Status.UNTRACKED: 1, Status.UNKNOWN: 1}])
def test_a_scan_that_judged_nothing_does_not_sound_healthy(by_status: dict[Status, int]) -> None:
    whole = report()._replace(by_status=by_status, by_reason={}, findings=(), problems=(), failed=False)
    text = render(whole, Style(80, color=True))
    assert text.endswith("Nothing fails, but nothing was judged: this says nothing about health.\n")
    assert "\x1b[32m" not in text
    assert ("No dependencies were found" in text) is (not by_status)


def test_the_data_is_named_and_how_to_ask_why() -> None:
    text = render(report(), PIPE)
    assert "Data of 2026-08-22 from endoflife.date (464 products, revision 0123456789ab). " in text
    assert "`eolscan explain pkg:pypi/django@3.2.25` says why.\n" in text
    assert "says why" not in render(with_findings(), PIPE)


@pytest.mark.parametrize("purl", ["pkg:pypi/a@1;rm -rf ~", "pkg:pypi/a@`id`", "pkg:deb/a?x=$(id)&y", "--help"])
def test_the_line_to_be_pasted_into_a_shell_holds_no_stranger_s_command(purl: str) -> None:
    found = match(DJANGO, 1, "3.2.25", Location("r.txt", 3))
    found = found._replace(dependency=found.dependency._replace(purl=purl))
    assert "`eolscan explain PURL` says why." in render(with_findings(over("x", -1)._replace(matches=(found,))), PIPE)


@pytest.mark.parametrize(("days", "warned"), [(180, False), (181, True)])
def test_old_data_is_said_to_be_old(days: int, *, warned: bool) -> None:
    old = report().data._replace(date=TODAY - timedelta(days=days))
    text = render(report()._replace(data=old), PIPE)
    assert ("The product data is 181 days old" in text) is warned


def test_problems_are_listed_with_their_places_and_the_many_are_counted() -> None:
    problems = tuple(Problem(f"bad {number}", Location("r.txt", number)) for number in range(1, 13))
    text = render(report()._replace(problems=problems), PIPE)
    assert "12 problems: what could not be read was not judged.\n" in text
    assert "  r.txt:10: bad 10\n" in text
    assert "bad 11" not in text
    assert "  and 2 more; -f json lists all.\n" in text
    assert "1 problem: " in render(report()._replace(problems=problems[:1]), PIPE)
    assert "problem" not in render(report()._replace(problems=()), PIPE)


@pytest.mark.parametrize(
    ("fail_on", "failing", "last"),
    [
        ({Status.EOL}, {Status.EOL}, "Failed: 1 eol.\n"),
        ({Status.EXPIRING}, {Status.EOL, Status.EXPIRING}, "Failed: 1 eol, 1 expiring.\n"),
        ({Status.UNTRACKED}, {Status.UNTRACKED}, "Failed: 1 untracked.\n"),
        ({Status.DEPRECATED}, set(), "Nothing fails: nothing that was judged is deprecated.\n"),
        ({Status.DEPRECATED, Status.SUPERSEDED}, set(), "is deprecated or superseded.\n"),
        (set(), set(), "Nothing fails: this run was told never to fail.\n"),
    ],
)
def test_the_last_word_is_what_fails_and_why(fail_on: set[Status], failing: set[Status], last: str) -> None:
    findings = tuple(one._replace(fails=one.status in failing) for one in report().findings)
    unjudged = [one for one in report(list_all=True).components if one.status in failing and one.match is None]
    policy = Policy(fail_on=frozenset(fail_on))
    whole = report()._replace(policy=policy, failed=bool(failing), findings=findings, unjudged=tuple(unjudged))
    assert render(whole, PIPE).endswith(last)


def test_the_colour_of_a_status_is_its_own() -> None:
    text = render(report(), Style(None, color=True))
    assert "\x1b[1;31meol\x1b[0m" in text
    assert "\x1b[33mexpiring\x1b[0m" in text


def test_credentials_are_not_printed() -> None:
    place = Location("https://me:secret@host.example/r.txt", 1)
    dependency = Dependency(purl="https://me:secret@host.example/a", location=place)
    found = match(DJANGO, 1, "3.2", place)._replace(dependency=dependency)
    whole = with_findings(over("x", -1)._replace(matches=(found,)))._replace(problems=(Problem("bad", place),))
    assert "secret" not in render(whole, PIPE) + render(whole, Style(60)) + render_list([dependency], (), PIPE)


def test_a_list_has_a_row_for_each_dependency_and_their_number() -> None:
    place = Location("r.txt", 2)
    dependencies = [
        Dependency(purl="pkg:npm/%40angular/core@12.0.0", location=place),
        Dependency(purl="pkg:pypi/wagtail", location=Location("setup.py"), requirement=">=3", scope=Scope.DEV),
    ]
    text = render_list(dependencies, (Problem("bad", place),), PIPE)
    assert text == (
        "@angular/core  12.0.0       r.txt:2\n"
        "wagtail        >=3     dev  setup.py\n\n"
        "1 problem: what could not be read was not judged.\n  r.txt:2: bad\n\n"
        "2 dependencies found.\n"
    )
    assert "  wagtail >=3 (dev) in setup.py\n" in render_list(dependencies, (), Style(34))
    assert render_list([], (), PIPE) == "0 dependencies found.\n"


def test_a_list_comes_with_this_format() -> None:
    assert REPORTER.render_list is render_list


def test_a_system_is_told_with_the_number_of_its_packages() -> None:
    over = match(DJANGO, 1, "10", Location("bom.json", 1))
    system = over._replace(dependency=over.dependency._replace(purl="pkg:generic/debian@10", kind=Kind.OS))
    packages = (
        over._replace(dependency=over.dependency._replace(purl=f"pkg:deb/debian/{name}@1")) for name in ("bash", "dash")
    )
    finding = report().findings[0]._replace(matches=(system, *packages))
    assert "debian 10 (2 packages)" in REPORTER.render(report()._replace(findings=(finding,)), Style())


def test_a_file_that_breaks_off_does_not_end_in_good_news() -> None:
    told = report()._replace(findings=(), by_status={Status.SUPPORTED: 1}, failed=False)
    cut = told._replace(inputs=(told.inputs[0]._replace(unread=True),))
    assert "Nothing fails" in render(told, Style())
    assert render(cut, Style()).endswith("Not complete: what could not be read may fail as well.\n")
