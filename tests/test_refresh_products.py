"""Fresh facts in products/, for a person to look at."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from scripts import refresh_products
from tests.service import answer, send, serving, text, tree

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FRESH = date(2026, 9, 1)


def refreshed(products: Path, told: dict[str, Any]) -> int:
    with serving(lambda handler: send(handler, text(told))) as (address, _):
        return refresh_products.main(["--from", address, "--products", str(products)])


def contents(products: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(products.iterdir()) if path.is_file()}


def test_the_same_facts_change_nothing_but_the_day(tmp_path: Path) -> None:
    products = tree(tmp_path)
    old = contents(products)
    assert refreshed(products, answer(FRESH)) == 0
    new = contents(products)
    assert str(FRESH).encode() in new.pop("source.toml")
    # The columns of Django's own are not in the answer that the test makes.
    assert {name for name in new if new[name] == old[name]} == {"angular.md", "nginx.md", "ubuntu.md"}


def test_what_vanished_goes_what_is_new_comes_and_ours_stays(tmp_path: Path) -> None:
    products = tree(tmp_path)
    ours = (products / "curated" / "jango.md").read_bytes()
    assert refreshed(products, answer(FRESH, ["angular", "nginx", "python", "ubuntu"])) == 0
    assert contents(products).keys() == {"angular.md", "nginx.md", "python.md", "ubuntu.md", "source.toml"}
    assert (products / "curated" / "jango.md").read_bytes() == ours
    # The sentence is for a person to write.
    assert (products / "python.md").read_text("utf-8").rstrip().endswith("---")


def test_older_facts_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    products = tree(tmp_path)
    old = contents(products)
    assert refreshed(products, answer(date(2020, 1, 1))) == 2
    assert contents(products) == old
    assert "older than ours" in capsys.readouterr().err


def test_an_answer_that_is_none_changes_nothing(tmp_path: Path) -> None:
    products = tree(tmp_path)
    old = contents(products)
    assert refreshed(products, {"result": [{"name": "../../x"}]}) == 2
    assert contents(products) == old
