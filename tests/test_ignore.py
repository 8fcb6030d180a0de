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
