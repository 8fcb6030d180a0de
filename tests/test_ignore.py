"""`eolscan ignore`: one more entry in the settings that speak for a file, and nothing else of them changed."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING

import pytest

from scanner import config, settings
from scanner.cli import guarded
from scanner.model import Ignore, Location, Selector
from scanner.plugin import World

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)


def told(folder: Path, *arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    world = World(io.BytesIO(), out, err, {}, TODAY, str(folder))
    return guarded(arguments, world), out.getvalue(), err.getvalue()


def an_id(folder: Path, purl: str) -> str:
    from json import loads

    _, out, _ = told(folder, "-f", "json", "requirements.txt")
    return next(str(found["id"]) for found in loads(out)["findings"] if found["purl"] == purl)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("django==3.2.25\ncelery==4.4.7\n")
    return tmp_path


DJANGO = 'product = "django"\ncycle = "3.2"\npurl = "pkg:pypi/django"\npath = "requirements.txt"\n'
BECAUSE = ("--reason", "replaced in Q1", "--until", "2027-03-31")
OTHER = '[[ignore]]\npurl = "pkg:npm/a"\nreason = "b"\nuntil = 2027-01-01\n'
ENTRY = DJANGO + 'reason = "replaced in Q1"\nuntil = 2027-03-31\n'


def test_an_entry_is_written_and_holds(shop: Path) -> None:
    code, _, err = told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)
    assert (code, err) == (0, "eolscan: django 3.2.25 is ignored until 2027-03-31: see eolscan.toml.\n")
    assert (shop / "eolscan.toml").read_text() == f"[[ignore]]\n{ENTRY}"
    code, out, _ = told(shop, "--fail-on", "eol")
    assert "until 2027-03-31: replaced in Q1" in out
    assert config.settings({}, {}, str(shop), str(shop)).policy.ignores == (
        Ignore(
            Selector("django", "3.2", "pkg:pypi/django", "requirements.txt"),
            "replaced in Q1",
            date(2027, 3, 31),
            Location("eolscan.toml", 1),
        ),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# ours\nwithin = '1y'  # early\n", f"# ours\nwithin = '1y'  # early\n\n[[ignore]]\n{ENTRY}"),
        (
            '[[ignore]]\npurl = "pkg:npm/a"\nreason = "b" # c\nuntil = 2027-01-01\n',
            f'[[ignore]]\npurl = "pkg:npm/a"\nreason = "b" # c\nuntil = 2027-01-01\n\n[[ignore]]\n{ENTRY}',
        ),
        (
            f"{OTHER}\n[[override]]\ndirect = true\nwithin = '1y'\n",
            f"{OTHER}\n[[ignore]]\n{ENTRY}\n[[override]]\ndirect = true\nwithin = '1y'\n",
        ),
    ],
)
def test_comments_and_order_stay(shop: Path, before: str, after: str) -> None:
    (shop / "eolscan.toml").write_text(before)
    assert told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)[0] == 0
    assert (shop / "eolscan.toml").read_text() == after


def test_a_pyproject_takes_the_entry_where_there_is_no_other_settings_file(shop: Path) -> None:
    before = '# ours\n[project]\nname = "shop"\n'
    (shop / "pyproject.toml").write_text(before)
    assert told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)[0] == 0
    assert (shop / "pyproject.toml").read_text() == f"{before}\n[[tool.eolscan.ignore]]\n{ENTRY}"


def test_the_entry_goes_to_the_settings_nearest_to_the_file(shop: Path) -> None:
    (shop / "eolscan.toml").write_text('within = "1y"\n')
    inner = shop / "inner"
    inner.mkdir()
    (inner / "eolscan.toml").write_text("")
    (inner / "requirements.txt").write_text("django==3.2.25\n")
    from json import loads

    found = loads(told(shop, "-f", "json", "inner")[1])["findings"][0]["id"]
    assert told(shop, "ignore", found[:8], *BECAUSE, ".")[0] == 0
    assert (inner / "eolscan.toml").read_text() == f"[[ignore]]\n{ENTRY}"
    assert (shop / "eolscan.toml").read_text() == 'within = "1y"\n'


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "needs the id of a finding"),
        (("0123456789abcdef",), "needs the id of a finding"),
        (("0123456789abcdef", *BECAUSE), "There is no finding with the id 0123456789abcdef in ."),
        (("0123456789abcdef", "--reason", "a", "--until", "soon"), "'soon' is no day"),
    ],
)
def test_what_is_missing_is_said(shop: Path, arguments: tuple[str, ...], sentence: str) -> None:
    code, _, err = told(shop, "ignore", *arguments)
    assert code == 2
    assert sentence in err


def test_a_list_in_one_value_is_left_as_it_is(shop: Path) -> None:
    before = 'ignore = [{purl = "pkg:npm/a", reason = "b", until = 2027-01-01}]\n'
    (shop / "eolscan.toml").write_text(before)
    code, _, err = told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)
    assert code == 2
    assert "under [[ignore]]" in err
    assert (shop / "eolscan.toml").read_text() == before


def test_an_ignore_can_be_read_again_whatever_its_reason_is(shop: Path) -> None:
    reason = 'a "quoted" \\ reason\n# with = "more"'
    found = an_id(shop, "pkg:pypi/django@3.2.25")
    assert told(shop, "ignore", found, "--reason", reason, "--until", "2027-03-31")[0] == 0
    written = settings.read_file(str(shop / "eolscan.toml"), "eolscan.toml", [one.name for one in config.OPTIONS])
    assert written.ignores[0].reason == reason


@pytest.mark.parametrize(
    "before",
    [
        '[tool]\neolscan = {within = "1y"}\n',
        'tool = {eolscan = {within = "1y"}}\n',
        '[tool]\neolscan.within = "1y"\n[tool.other]\na = 1\n',
    ],
)
def test_settings_that_can_take_no_entry_stay_as_they_are(shop: Path, before: str) -> None:
    (shop / "pyproject.toml").write_text(before)
    code, _, err = told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)
    assert (code, err.endswith("write them as a table, under [tool.eolscan].\n")) == (2, True)
    assert (shop / "pyproject.toml").read_text() == before


def test_a_comment_stays_with_what_stands_below_it(shop: Path) -> None:
    above, below = '[tool.eolscan]\nwithin = "1y"\n# of within\n', "# of other\n\n[tool.other]\na = 1\n"
    (shop / "pyproject.toml").write_text(f"{above}\n{below}")
    assert told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)[0] == 0
    assert (shop / "pyproject.toml").read_text() == f"{above}\n[[tool.eolscan.ignore]]\n{ENTRY}\n{below}"


def test_lines_end_as_they_did(shop: Path) -> None:
    (shop / "eolscan.toml").write_bytes(b'within = "1y"\r\n')
    assert told(shop, "ignore", an_id(shop, "pkg:pypi/django@3.2.25"), *BECAUSE)[0] == 0
    wanted = f'within = "1y"\n\n[[ignore]]\n{ENTRY}'
    assert (shop / "eolscan.toml").read_bytes() == wanted.replace("\n", "\r\n").encode()


def test_a_finding_is_ignored_once_and_longer_when_asked(shop: Path) -> None:
    found = an_id(shop, "pkg:pypi/django@3.2.25")
    assert told(shop, "ignore", found, *BECAUSE)[0] == 0
    code, _, err = told(shop, "ignore", found, *BECAUSE)
    assert code == 2
    assert "is ignored until 2027-03-31 already: eolscan.toml:1 says so" in err
    assert told(shop, "ignore", found, "--reason", "later", "--until", "2027-04-01")[0] == 0
    assert (shop / "eolscan.toml").read_text().count("[[ignore]]") == 2


def test_a_day_that_is_over_sets_nothing_aside(shop: Path) -> None:
    found = an_id(shop, "pkg:pypi/django@3.2.25")
    code, _, err = told(shop, "ignore", found, "--reason", "a", "--until", "2026-11-21")
    assert (code, "2026-11-21 is over" in err) == (2, True)
    assert not (shop / "eolscan.toml").exists()
    assert told(shop, "ignore", found, "--reason", "a", "--until", "2026-11-22")[0] == 0


def test_a_finding_elsewhere_gets_settings_that_speak_for_it(shop: Path) -> None:
    other = shop / "elsewhere"
    other.mkdir()
    found = an_id(shop, "pkg:pypi/django@3.2.25")
    assert told(other, "ignore", found, *BECAUSE, "..")[0] == 0
    assert (shop / "eolscan.toml").read_text() == f"[[ignore]]\n{ENTRY}"
    assert not (other / "eolscan.toml").exists()


def test_what_extended_support_covers_needs_no_ignore(shop: Path) -> None:
    found = an_id(shop, "pkg:pypi/django@3.2.25")
    (shop / "eolscan.toml").write_text('[[support]]\nproduct = "django"\nuntil = 2029-01-01\n')
    code, _, err = told(shop, "ignore", found, *BECAUSE)
    assert (code, err) == (2, f"eolscan: {found} needs no ignore: extended support covers it, and it fails nothing.\n")
