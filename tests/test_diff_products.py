"""The difference that the reviewer of fresh product data reads."""

from __future__ import annotations

import subprocess
from datetime import date
from shutil import which
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Cycle, Ending, Family, Location, Problem, Product, ScanError
from scripts import diff_products
from scripts.diff_products import State, difference
from tests.sample import HOSTILE
from tests.service import tree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DAY = date(2030, 1, 1)
GIT = which("git") or ""


def product(name: str = "tool", **fields: object) -> Product:
    made = Product(id=name, title=name, link="https://example.org")
    return made._replace(**fields)  # type: ignore[arg-type]  # -- a test names the fields it is about


def state(*products: Product, problems: Iterable[Problem] = ()) -> State:
    return State(DAY, {one.id: one for one in products}, tuple(problems))


def ending(old: Ending, new: Ending) -> str:
    before, after = (product(cycles=(Cycle(name="1", eol=end),)) for end in (old, new))
    return difference(state(before), state(after))


def section(page: str, title: str) -> list[str]:
    """Return the rows of a section."""
    _, _, rest = page.partition(f"\n### {title}: ")
    return [line for line in rest.partition("\n### ")[0].splitlines() if line.startswith("| `")]


def test_the_same_data_has_no_difference() -> None:
    page = difference(state(product()), state(product()))
    assert "Nothing has changed but the day." in page
    assert "###" not in page


def test_a_vanished_identifier_is_told_with_its_product() -> None:
    page = difference(state(product(identifiers=(("purl", "pkg:pypi/tool"),))), state(product()))
    assert section(page, "Vanished identifiers") == ["| `purl pkg:pypi/tool` | `tool` |"]


def test_an_identifier_that_moves_is_told_with_both_products() -> None:
    mine = (("purl", "pkg:pypi/tool"),)
    page = difference(
        state(product("one", identifiers=mine), product("two")), state(product("one"), product("two", identifiers=mine))
    )
    title = "Identifiers that another product has now"
    assert section(page, title) == ["| `purl pkg:pypi/tool` | `one` | `two` |"]
    assert not section(page, "Vanished identifiers")


def test_a_family_that_takes_other_names_is_another_family() -> None:
    old, new = (product(families=(Family("npm", "@tool", "core", exceptions),)) for exceptions in ("", "core-old"))
    page = difference(state(old), state(new))
    assert section(page, "Vanished identifiers") == ["| `family npm/@tool/core` | `tool` |"]
    assert section(page, "New identifiers") == ["| `family npm/@tool/core without core-old` | `tool` |"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (date(2031, 1, 2), date(2031, 1, 1)),
        (False, date(2031, 1, 1)),
        (None, date(2031, 1, 1)),
        (False, True),
        (date(2031, 1, 1), True),
    ],
)
def test_support_that_shrinks_comes_earlier(old: Ending, new: Ending) -> None:
    assert section(ending(old, new), "Ends that come earlier")
    assert section(ending(new, old), "Ends that come later or are no longer known")


def test_an_end_says_what_it_was_and_what_it_is() -> None:
    assert section(ending(old=False, new=date(2031, 1, 1)), "Ends that come earlier") == [
        "| `tool` | `1` | `eol` | `none announced` | `2031-01-01` |"
    ]


def test_the_end_of_life_stands_before_other_ends() -> None:
    old = Cycle(name="1", eoas=date(2030, 5, 1), eol=date(2031, 5, 1))
    new = Cycle(name="1", eoas=date(2030, 4, 1), eol=date(2031, 4, 1))
    rows = section(difference(state(product(cycles=(old,))), state(product(cycles=(new,)))), "Ends that come earlier")
    assert [row.split(" | ")[2] for row in rows] == ["`eol`", "`eoas`"]


def test_what_is_riskiest_stands_first() -> None:
    old = state(
        product(identifiers=(("purl", "pkg:pypi/tool"),), cycles=(Cycle(name="1", eol=False), Cycle(name="0"))),
        product("gone"),
    )
    new = state(
        product(cycles=(Cycle(name="2"), Cycle(name="1", eol=date(2031, 1, 1), latest="1.1", codename="x"))),
        product("fresh", identifiers=(("purl", "pkg:pypi/fresh"),)),
        problems=[Problem("It is wrong.", Location("products/tool.md", 3))],
    )
    page = difference(old, new)
    assert [line.rpartition(":")[0] for line in page.splitlines() if line.startswith("### ")] == [
        "### Problems of the new data",
        "### Vanished products",
        "### Vanished identifiers",
        "### Vanished cycles",
        "### Ends that come earlier",
        "### New products",
        "### New identifiers",
        "### New cycles",
        "### Other changes",
        "### Newer versions",
    ]


def test_cycles_in_another_order_are_a_change() -> None:
    one, two = Cycle(name="1"), Cycle(name="2")
    page = difference(state(product(cycles=(two, one))), state(product(cycles=(one, two))))
    assert section(page, "Other changes") == ["| `tool` | `order of cycles` | `2, 1` | `1, 2` |"]


@given(st.sampled_from(Cycle._fields[1:]))
def test_no_field_of_a_cycle_changes_unseen(field: str) -> None:
    new = Cycle(name="1")._replace(**{field: "other"})  # type: ignore[arg-type]  # -- any value that differs
    page = difference(state(product(cycles=(Cycle(name="1"),))), state(product(cycles=(new,))))
    assert "Nothing has changed" not in page


@given(st.text() | st.just(HOSTILE))
def test_no_text_breaks_out_of_its_cell(text: str) -> None:
    page = difference(state(product()), state(product(title=text, identifiers=(("purl", text),))))
    for row in section(page, "New identifiers"):
        assert row.count("`") == 4
        assert row.replace("\\|", "").count("|") == 3
        assert row.isprintable()
        assert "##[" not in row
        assert "<script" not in row


@given(st.integers(min_value=0, max_value=3000))
def test_a_difference_stays_in_its_limit_and_says_what_it_cut(limit: int) -> None:
    new = product(identifiers=tuple(("purl", f"pkg:pypi/tool-{number:03}") for number in range(100)))
    page = difference(state(product()), state(new), limit)
    assert len(page) <= limit
    if limit > 400:
        shown = len(section(page, "New identifiers"))
        assert f"Cut here: {100 - shown} more rows" in page


def test_directories_are_compared_with_our_layer_on_top(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tree(tmp_path / "old"), tree(tmp_path / "new")
    (new / "curated" / "jango.md").unlink()
    assert diff_products.main([str(old), str(new)]) == 0
    assert section(capsys.readouterr().out, "Vanished identifiers") == ["| `purl pkg:pypi/jango` | `django` |"]


def test_a_broken_file_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    old, new = tree(tmp_path / "old"), tree(tmp_path / "new")
    (new / "nginx.md").write_text("nothing", "utf-8")
    before, after = (diff_products.state(diff_products.files(str(path))) for path in (old, new))
    page = difference(before, after)
    assert "products/nginx.md" in section(page, "Problems of the new data")[0]
    assert section(page, "Vanished products")[0].startswith("| `nginx` |")


@pytest.mark.parametrize("name", ["no-such-revision", "--output=x"])
def test_what_is_no_side_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScanError, match="neither a directory nor a revision"):
        diff_products.files(name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not GIT, reason="needs git")
def test_a_revision_speaks_for_its_own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = tree(tmp_path)
    for words in (["init", "--quiet"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x", "commit", "-qm", "x"]):
        subprocess.run([GIT, *words], cwd=tmp_path, check=True)
    there = diff_products.files(str(sources))
    (sources / "nginx.md").unlink()
    monkeypatch.setattr(diff_products, "_ROOT", tmp_path)
    assert diff_products.files("HEAD") == there


def test_a_side_that_cannot_be_read_ends_with_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert diff_products.main(["no-such-revision", "products"]) == 2
    assert "no-such-revision is neither" in capsys.readouterr().err
