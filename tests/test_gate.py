"""Settings and findings → statuses and exit codes, through the front door: what a team may rely on.

Dates are those of products made for these tests; every run is judged on one day.
"""

from __future__ import annotations

import io
from contextlib import suppress
from datetime import date, timedelta
from json import loads
from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.cli import guarded
from scanner.plugin import World

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)

# One product, whose cycles are in each of the states that a day can find them in.
PRODUCT = """---
title: Engine
permalink: /engine
identifiers:
  - purl: pkg:pypi/engine
  - purl: pkg:npm/engine
releases:
  - {releaseCycle: "6", releaseDate: 2026-01-01, eol: 2033-01-01, latest: "6.1"}
  - {releaseCycle: "5", releaseDate: 2025-01-01, eoas: 2026-01-01, eol: 2030-01-01, latest: "5.9"}
  - {releaseCycle: "4", releaseDate: 2024-01-01, eol: 2027-03-22, eoes: 2031-01-01, latest: "4.9"}
  - {releaseCycle: "3", releaseDate: 2023-01-01, eol: 2026-12-12, eoes: 2030-01-01, latest: "3.9"}
  - {releaseCycle: "2", releaseDate: 2022-01-01, eol: 2025-06-01, eoes: 2030-01-01, latest: "2.9"}
  - {releaseCycle: "1", releaseDate: 2021-01-01, eol: 2024-01-01, latest: "1.9"}
---
"""
OVER, COVERABLE, SOON, LATER, SECURITY, FINE = (f"engine=={number}.0" for number in range(1, 7))
IGNORE = '[[ignore]]\nreason = "r"\nuntil = 2027-01-01\n'
EXPIRED = '[[ignore]]\nreason = "r"\nuntil = 2026-11-21\n'
SUPPORT = '[[support]]\nproduct = "engine"\n'
OVERRIDE = "[[override]]\n"


class Run(NamedTuple):
    """What came of one run: its exit code, and the statuses of its findings; brackets: ignored or known."""

    code: int
    statuses: list[str]
    report: dict[str, object]
    errors: str


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "engine.md").write_text(PRODUCT)
    return tmp_path


def run(project: Path, *arguments: str, today: date = TODAY) -> Run:
    out, err = io.StringIO(), io.StringIO()
    world = World(io.BytesIO(), out, err, {"EOLSCAN_PRODUCTS": "own"}, today, str(project))
    code = guarded(("-f", "json", "-q", *arguments), world)
    report = loads(out.getvalue()) if out.getvalue() else {"findings": []}
    statuses = [
        f"({found['status']})" if found["ignored"] or found["known"] else found["status"]
        for found in report["findings"]
    ]
    return Run(code, statuses, report, err.getvalue())


def given_files(project: Path, written: str, *lines: str, **files: str) -> None:
    (project / "eolscan.toml").write_text(written)
    if lines:
        (project / "requirements.txt").write_text("\n".join(lines) + "\n")
    for name, content in files.items():
        path = project / name.replace("__", "/").replace("_txt", ".txt").replace("_toml", ".toml")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(content)


@pytest.mark.parametrize(
    ("written", "line", "statuses", "code"),
    [
        # What fails.
        ("", OVER, ["eol"], 1),
        ("", SOON, ["expiring"], 0),
        ("", LATER, [], 0),
        ("", SECURITY, ["security-only"], 0),
        ("", FINE, [], 0),
        ('fail-on = "never"', OVER, ["eol"], 0),
        ('fail-on = "expiring"', SOON, ["expiring"], 1),
        ('fail-on = "expiring"', OVER, ["eol"], 1),
        ('fail-on = ["expiring", "deprecated"]', OVER, ["eol"], 1),
        ('fail-on = "deprecated"', OVER, ["eol"], 0),
        ('fail-on = "security-only"', SECURITY, ["security-only"], 1),
        ('fail-on = "unknown"', "engine==99", [], 1),
        ('fail-on = "eol"', "engine==99", [], 0),
        ('fail-on = "untracked"', "nobody-knows==1", [], 1),
        ('fail-on = "unknown"', "nobody-knows==1", [], 0),
        # Ladders: told early, failing late.
        ('within = "180d"', LATER, ["expiring"], 0),
        ('within = "10d"', SOON, [], 0),
        ('within = "20d"', SOON, ["expiring"], 0),
        ('within = "19d"', SOON, [], 0),
        ('within = "auto"', LATER, ["expiring"], 0),
        ('within = "180d"\nfail-on = "expiring:30d"', LATER, ["expiring"], 0),
        ('within = "180d"\nfail-on = "expiring:30d"', SOON, ["expiring"], 1),
        ('within = "180d"\nfail-on = "expiring:20d"', SOON, ["expiring"], 1),
        ('within = "180d"\nfail-on = "expiring:19d"', SOON, ["expiring"], 0),
        ('within = "180d"\nfail-on = "expiring:30d"', OVER, ["eol"], 1),
        ('within = "auto"\nfail-on = ["eol", "expiring:30d"]', SOON, ["expiring"], 1),
        # Ignores.
        (IGNORE + 'product = "engine"', OVER, ["(eol)"], 0),
        (IGNORE + 'product = "engine"\ncycle = "1"', OVER, ["(eol)"], 0),
        (IGNORE + 'product = "engine"\ncycle = "2"', OVER, ["eol"], 1),
        (IGNORE + 'purl = "pkg:pypi/engine"', OVER, ["(eol)"], 0),
        (IGNORE + 'purl = "pkg:pypi/Engine"', OVER, ["(eol)"], 0),
        (IGNORE + 'purl = "pkg:pypi/eng*"', OVER, ["(eol)"], 0),
        (IGNORE + 'purl = "pkg:pypi/engine@1.0"', OVER, ["(eol)"], 0),
        (IGNORE + 'purl = "pkg:pypi/engine@1.1"', OVER, ["eol"], 1),
        (IGNORE + 'purl = "pkg:npm/*"', OVER, ["eol"], 1),
        (IGNORE + 'path = "requirements.txt"', OVER, ["(eol)"], 0),
        (IGNORE + 'path = "./requirements.txt"', OVER, ["(eol)"], 0),
        (IGNORE + 'path = "*.txt"', OVER, ["(eol)"], 0),
        (IGNORE + 'path = "legacy"', OVER, ["eol"], 1),
        (IGNORE + 'product = "engine"\npath = "legacy"', OVER, ["eol"], 1),
        (IGNORE.replace("2027-01-01", "2026-11-22") + 'product = "engine"', OVER, ["(eol)"], 0),
        (IGNORE.replace("2027-01-01", '"2027-01-01"') + 'product = "engine"', OVER, ["(eol)"], 0),
        (EXPIRED + 'product = "engine"', OVER, ["eol"], 1),
        (EXPIRED + 'product = "engine"\n' + IGNORE + 'product = "engine"', OVER, ["(eol)"], 0),
        ('fail-on = "unknown"\n' + IGNORE + 'purl = "pkg:pypi/engine"', "engine==99", [], 0),
        ('fail-on = "unknown"\n' + IGNORE + 'purl = "pkg:pypi/other"', "engine==99", [], 1),
        ('fail-on = "expiring"\n' + IGNORE + 'product = "engine"', SOON, ["(expiring)"], 0),
        # Contracts.
        (SUPPORT, COVERABLE, ["extended"], 0),
        (SUPPORT + 'cycle = "2"', COVERABLE, ["extended"], 0),
        (SUPPORT + 'cycle = "1"', COVERABLE, ["eol"], 1),
        (SUPPORT, OVER, ["eol"], 1),
        (SUPPORT + "until = 2028-01-01", OVER, ["extended"], 0),
        (SUPPORT + "until = 2026-11-22", OVER, ["expiring"], 0),
        (SUPPORT + "until = 2026-11-21", OVER, ["eol"], 1),
        (SUPPORT + "until = 2027-01-01", OVER, ["expiring"], 0),
        ('fail-on = "expiring"\n' + SUPPORT + "until = 2027-01-01", OVER, ["expiring"], 1),
        ('fail-on = "expiring:30d"\n' + SUPPORT + "until = 2027-01-01", OVER, ["expiring"], 0),
        (SUPPORT, SOON, ["extended"], 0),
        (SUPPORT + "until = 2026-12-01", SOON, ["expiring"], 0),
        (SUPPORT, FINE, [], 0),
        (SUPPORT + "until = 2027-01-01\n" + SUPPORT + "until = 2029-01-01", OVER, ["extended"], 0),
        # Overrides.
        (OVERRIDE + 'product = "engine"\nfail-on = "never"', OVER, ["eol"], 0),
        (OVERRIDE + 'product = "engine"\ncycle = "2"\nfail-on = "never"', OVER, ["eol"], 1),
        (OVERRIDE + 'path = "requirements.txt"\nfail-on = "expiring"', SOON, ["expiring"], 1),
        (OVERRIDE + 'path = "other.txt"\nfail-on = "expiring"', SOON, ["expiring"], 0),
        (OVERRIDE + 'product = "engine"\nwithin = "180d"', LATER, ["expiring"], 0),
        (OVERRIDE + 'purl = "pkg:pypi/*"\nwithin = "1d"', SOON, [], 0),
        (OVERRIDE + 'direct = false\nfail-on = "never"', OVER, ["eol"], 1),
        (OVERRIDE + 'direct = true\nfail-on = "never"', OVER, ["eol"], 1),
        (OVERRIDE + 'scope = "runtime"\nfail-on = "never"', OVER, ["eol"], 0),
        (OVERRIDE + 'scope = ["dev", "optional"]\nfail-on = "never"', OVER, ["eol"], 1),
        (OVERRIDE + 'scope = "dev, runtime"\nfail-on = "never"', OVER, ["eol"], 0),
        (
            OVERRIDE + 'product = "engine"\nfail-on = "never"\n' + OVERRIDE + 'scope = "runtime"\nfail-on = "eol"',
            OVER,
            ["eol"],
            0,
        ),
        ('fail-on = "unknown"\n' + OVERRIDE + 'purl = "pkg:pypi/engine"\nfail-on = "eol"', "engine==99", [], 0),
        (OVERRIDE + 'purl = "pkg:pypi/engine"\nfail-on = "unknown"', "engine==99", [], 1),
        (OVERRIDE + 'scope = "runtime"\nwithin = "180d"\nfail-on = "expiring:130d"', LATER, ["expiring"], 1),
    ],
)
def test_settings_say_what_is_told_and_what_fails(
    project: Path, written: str, line: str, statuses: list[str], code: int
) -> None:
    given_files(project, written, line)
    done = run(project, "requirements.txt")
    assert (done.statuses, done.code, done.errors) == (statuses, code, "")


@pytest.mark.parametrize(("direct", "code"), [("true", 0), ("false", 1)])
def test_what_a_project_itself_asks_for_may_be_judged_otherwise(project: Path, direct: str, code: int) -> None:
    given_files(project, f'[[override]]\ndirect = {direct}\nfail-on = "never"')
    (project / "package.json").write_text('{"dependencies": {"engine": "1.0.0"}}')
    assert run(project, "package.json").code == code


@pytest.mark.parametrize(
    ("written", "flags", "statuses", "code"),
    [
        ('fail-on = "never"', ("--fail-on", "eol"), ["eol"], 1),
        (OVERRIDE + 'scope = "runtime"\nfail-on = "never"', ("--fail-on", "eol"), ["eol"], 1),
        (OVERRIDE + 'scope = "runtime"\nfail-on = "eol"', ("--fail-on", "never"), ["eol"], 0),
        (IGNORE + 'product = "engine"', ("--no-config",), ["eol"], 1),
        (IGNORE + 'product = "engine"', ("--as-of", "2027-01-01"), ["(eol)"], 0),
        (IGNORE + 'product = "engine"', ("--as-of", "2027-01-02"), ["eol"], 1),
        (SUPPORT + "until = 2028-01-01", ("--as-of", "2028-01-01"), ["expiring"], 0),
        (SUPPORT + "until = 2028-01-01", ("--as-of", "2028-01-02"), ["eol"], 1),
        ("", ("--max-data-age", "100y"), ["eol"], 1),
        ("", ("--max-data-age", "0d"), ["eol"], 2),
        ("", ("--strict",), ["eol"], 1),
        ("", ("--as-of", "2023-06-01"), [], 0),
    ],
)
def test_flags_have_the_last_word(
    project: Path, written: str, flags: tuple[str, ...], statuses: list[str], code: int
) -> None:
    given_files(project, written, OVER)
    done = run(project, *flags, "requirements.txt")
    assert (done.statuses, done.code) == (statuses, code)


def test_expired_and_unused_ignores_and_idle_contracts_are_named(project: Path) -> None:
    written = EXPIRED + 'product = "engine"\n' + IGNORE + 'path = "legacy/*"\n' + SUPPORT + 'cycle = "4"\n'
    given_files(project, written, OVER)
    report = run(project).report
    assert report["ignores"] == {
        "expired": [
            {
                "product": "engine",
                "cycle": None,
                "purl": None,
                "path": None,
                "reason": "r",
                "until": "2026-11-21",
                "settings": {"path": "eolscan.toml", "line": 1, "column": None, "end_column": None},
            }
        ],
        "unused": [
            {
                "product": None,
                "cycle": None,
                "purl": None,
                "path": "legacy/*",
                "reason": "r",
                "until": "2027-01-01",
                "settings": {"path": "eolscan.toml", "line": 5, "column": None, "end_column": None},
            }
        ],
    }
    assert report["support"] == {
        "unused": [
            {
                "product": "engine",
                "cycle": "4",
                "until": None,
                "provider": "",
                "settings": {"path": "eolscan.toml", "line": 9, "column": None, "end_column": None},
            }
        ]
    }


def test_a_contract_for_what_is_not_over_yet_is_not_idle(project: Path) -> None:
    given_files(project, SUPPORT, LATER)
    assert run(project).report["support"] == {"unused": []}


@pytest.mark.parametrize("until", ["until = 2026-11-21\n", ""])
def test_a_contract_that_is_over_is_named(project: Path, until: str) -> None:
    given_files(project, SUPPORT + 'cycle = "2"\n' + until, COVERABLE)
    day = () if until else ("--as-of", "2030-01-02")
    done = run(project, "-o", "concise=told.txt", *day)
    assert (done.code, done.statuses) == (1, ["eol"])
    told = (project / "told.txt").read_text()
    assert f"This support covers nothing that was scanned: engine 2{' until 2026-11-21' if until else ''}." in told


@pytest.mark.parametrize(
    "glob",
    [
        "pkg:PyPI/Eng*",
        "pkg:pypi/ENGINE",
        "pkg:pypi/*@1.*",
        "PKG:pypi/e*e",
        "pkg:*/engine",
        "pkg:pypi/engin*",
        "pkg://pypi/Engine@*",
    ],
)
def test_a_purl_may_be_written_as_people_write_it(project: Path, glob: str) -> None:
    given_files(project, IGNORE + f'purl = "{glob}"', OVER)
    assert run(project).code == 0


@pytest.mark.parametrize("glob", ["pkg:npm/eng*", "pkg:pypi/engine*?arch=x", "pkg:pypi/*@2*", "pkg:pypi/e*x"])
def test_a_purl_glob_takes_in_no_more_than_it_says(project: Path, glob: str) -> None:
    given_files(project, IGNORE + f'purl = "{glob}"', OVER)
    assert run(project).code == 1


def test_one_version_that_no_ignore_takes_in_is_told(project: Path) -> None:
    given_files(project, IGNORE + 'purl = "pkg:pypi/engine@1.0"', OVER, other_txt="")
    (project / "requirements.txt").write_text("engine==1.0\nengine==1.1 ; python_version < '3'\n")
    assert run(project).statuses == ["eol"]


def test_the_settings_nearest_to_a_file_speak_for_it(project: Path) -> None:
    given_files(
        project,
        'fail-on = "eol"\n' + IGNORE + 'path = "apps/b/*"\n',
        OVER,
        apps__a__eolscan_toml='fail-on = "never"\nwithin = "180d"\n',
        apps__a__requirements_txt=f"{OVER}\n",
        apps__a__deep__requirements_txt=f"{LATER}\n",
        apps__b__requirements_txt=f"{OVER}\n",
    )
    done = run(project)
    told = {
        (found["locations"][0]["path"], found["status"], found["ignored"], found["fails"])
        for found in done.report["findings"]  # type: ignore[attr-defined]  # -- a JSON array
    }
    assert told == {
        ("requirements.txt", "eol", None, True),
        ("apps/a/requirements.txt", "eol", None, False),
        ("apps/a/deep/requirements.txt", "expiring", None, False),
        ("apps/b/requirements.txt", "eol", "r", False),
    }
    assert done.code == 1
    assert run(project, "apps/a").code == 0


def test_what_is_wrong_with_nearer_settings_is_told_before_any_work(project: Path) -> None:
    given_files(project, "", OVER, apps__a__eolscan_toml="within = 3", apps__a__requirements_txt="")
    done = run(project)
    assert (done.code, done.report) == (2, {"findings": []})
    assert "apps/a/eolscan.toml:1: within must be text" in done.errors


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (IGNORE + 'product = "engin"', "eolscan.toml:1: There is no product 'engin'. Did you mean 'engine'?"),
        (
            IGNORE + 'product = "engine"\ncycle = "11"',
            "eolscan.toml:1: Engine has no cycle '11'. Did you mean '1'?",
        ),
        (
            SUPPORT + 'cycle = "x"',
            "eolscan.toml:1: Engine has no cycle 'x'. There are 6, 5, 4, 3, 2, 1.",
        ),
        (OVERRIDE + 'product = "Engine"\nwithin = "1d"', "eolscan.toml:1: There is no product 'Engine'."),
    ],
)
def test_products_and_cycles_that_do_not_exist_are_errors(project: Path, written: str, message: str) -> None:
    given_files(project, written, OVER)
    done = run(project)
    assert done.code == 2
    assert message in done.errors


def test_a_baseline_lets_only_new_findings_fail(project: Path) -> None:
    given_files(project, "", OVER)
    assert run(project, "--write-baseline", "known.json").code == 0
    done = run(project, "--baseline", "known.json")
    assert (done.statuses, done.code) == (["(eol)"], 0)
    (project / "requirements.txt").write_text(f"# moved\n\n{OVER.replace('1.0', '1.5')}\n")
    assert run(project, "--baseline", "known.json").code == 0
    (project / "more.txt").write_text("")
    (project / "requirements-dev.txt").write_text(f"{COVERABLE}\n")
    done = run(project, "--baseline", "known.json")
    assert (sorted(done.statuses), done.code) == (["(eol)", "eol"], 1)


def test_what_a_baseline_knows_and_nobody_finds_is_named_and_does_not_fail(project: Path) -> None:
    given_files(project, "", OVER)
    run(project, "--write-baseline", "known.json")
    (project / "requirements.txt").write_text(f"{FINE}\n")
    done = run(project, "--baseline", "known.json")
    assert done.code == 0
    assert [entry["path"] for entry in done.report["baseline"]["gone"]] == ["requirements.txt"]  # type: ignore[index]  # -- a JSON object
    (project / "apps").mkdir()
    (project / "apps" / "requirements.txt").write_text(f"{FINE}\n")
    assert run(project, "--baseline", "known.json", "apps").report["baseline"] == {"gone": []}


def test_an_ignored_finding_is_new_to_a_baseline_when_its_day_is_over(project: Path) -> None:
    given_files(project, IGNORE + 'product = "engine"\n', OVER)
    run(project, "--write-baseline", "known.json")
    assert run(project, "--baseline", "known.json").code == 0
    assert run(project, "--baseline", "known.json", "--as-of", "2027-01-02").code == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no baseline"),
        ("[]", "A baseline is a list, not a table. `--write-baseline known.json` writes one."),
        ('{"schema": 2, "findings": []}', "`schema` is not 1"),
        ('{"schema": 1}', "`findings` is missing"),
        ('{"schema": 1, "findings": [1]}', "A finding is a number"),
        ('{"schema": 1, "findings": [{"rule": "EOL001"}]}', "The `id` of a finding is missing"),
    ],
)
def test_what_is_no_baseline_is_said(project: Path, content: str, message: str) -> None:
    given_files(project, "", OVER)
    (project / "known.json").write_text(content)
    done = run(project, "--baseline", "known.json")
    assert done.code == 2
    assert message in done.errors
    (project / "known.json").unlink()
    assert run(project, "--baseline", "known.json").code == 2


def test_a_range_that_lets_in_what_is_to_come_is_not_over(project: Path) -> None:
    given_files(project, "", "engine>=1,<2")
    assert run(project, "requirements.txt").statuses == ["eol"]
    given_files(project, "", "engine>=1,<7")
    assert run(project, "--as-of", "2024-06-01", "requirements.txt").code == 0


_DAYS = st.dates(TODAY - timedelta(days=2000), TODAY + timedelta(days=4000))
_LINES = st.lists(st.sampled_from([OVER, COVERABLE, SOON, LATER, SECURITY, FINE, "engine==99"]), min_size=1, max_size=3)
_SELECTING = st.sampled_from(
    [
        'product = "engine"',
        'product = "engine"\ncycle = "1"',
        'purl = "pkg:pypi/*"',
        'purl = "pkg:pypi/engine@2.0"',
        'path = "*.txt"',
        'path = "nowhere/*"',
    ]
)
_IGNORES = st.builds('[[ignore]]\nreason = "r"\nuntil = {}\n{}\n'.format, _DAYS, _SELECTING)
_CONTRACTS = st.builds(
    '[[support]]\nproduct = "engine"\n{}\n{}\n'.format,
    st.sampled_from(["", *(f'cycle = "{number}"' for number in range(1, 7))]),
    st.just("") | _DAYS.map("until = {}".format),
)
_FAIL_ON = st.sampled_from(["eol", "expiring", "expiring:30d", "security-only,eol", "unknown", "never"])
_SLOW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _subjects(done: Run) -> set[tuple[str, str]]:
    found: list[dict[str, dict[str, str]]] = done.report["findings"]  # type: ignore[assignment]  # -- a JSON array
    return {(one["product"]["id"], one["cycle"]["name"]) for one in found}


@_SLOW
@given(lines=_LINES, entries=st.lists(_IGNORES | _CONTRACTS, min_size=1, max_size=3), fail_on=_FAIL_ON)
def test_no_entry_makes_a_run_fail_or_hides_a_finding(
    project: Path, lines: list[str], entries: list[str], fail_on: str
) -> None:
    given_files(project, "", *lines)
    without = run(project, "--fail-on", fail_on, "requirements.txt")
    given_files(project, "".join(entries), *lines)
    with_them = run(project, "--fail-on", fail_on, "requirements.txt")
    assert with_them.code <= without.code
    assert _subjects(with_them) == _subjects(without)


@_SLOW
@given(lines=_LINES, entries=st.lists(_IGNORES | _CONTRACTS, max_size=2), days=st.tuples(_DAYS, _DAYS))
def test_what_is_over_stays_over(project: Path, lines: list[str], entries: list[str], days: tuple[date, date]) -> None:
    given_files(project, "".join(entries), *lines)
    before, after = (run(project, "--as-of", str(day), "requirements.txt").report for day in sorted(days))
    over = [
        {found["id"] for found in report["findings"] if found["status"] == "eol"}  # type: ignore[attr-defined]  # -- a JSON array
        for report in (before, after)
    ]
    assert over[0] <= over[1]


_KEYS = st.sampled_from(
    [
        "fail-on",
        "within",
        "ignore",
        "support",
        "override",
        "products",
        "strict",
        "product",
        "until",
        "x",
        "tool.eolscan",
    ]
)
_VALUES = st.sampled_from(
    [
        '"eol"',
        "1",
        "true",
        "[]",
        "{}",
        '[{product = "engine"}]',
        "2027-01-01",
        "1979-05-27T07:32:00Z",
        "nan",
        '""',
        '["", 1]',
    ]
) | st.text(max_size=5)
_TOML = st.lists(
    st.builds("{} = {}".format, _KEYS, _VALUES)
    | _KEYS.map("[[{}]]".format)
    | _KEYS.map("[{}]".format)
    | st.text(max_size=9),
    max_size=6,
).map("\n".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=_TOML | st.text(max_size=40), name=st.sampled_from(["eolscan.toml", "pyproject.toml"]))
def test_no_settings_text_ends_in_a_traceback(project: Path, written: str, name: str) -> None:
    for other in ("eolscan.toml", "pyproject.toml"):
        with suppress(FileNotFoundError):
            (project / other).unlink()
    (project / name).write_text(written, "utf-8", "surrogatepass")
    (project / "requirements.txt").write_text(f"{FINE}\n")
    done = run(project, "requirements.txt")
    assert done.code in {0, 2}
    assert done.code == 0 or done.errors.startswith("eolscan: ")
