"""A random sample of matches, for reading by eye."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from scripts import sample_matches

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PURLS = [f"pkg:pypi/django@{version}" for version in ("1.11.1", "2.2.1", "3.2.1", "4.2.1", "5.2.1")]


def sampled(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert sample_matches.main([str(argument) for argument in arguments]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if "django" in line]


def test_a_seed_tells_the_sample(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "purls.txt"
    file.write_text("\n".join(PURLS), "utf-8")
    first, again, others = (sampled(capsys, "--count", 3, "--seed", seed, file) for seed in (1, 1, 2))
    assert first == again != others
    assert len(first) == 3


def test_every_purl_in_json_counts_once_and_what_is_unknown_not_at_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_text(json.dumps({"a": [{"purl": PURLS[0]}, PURLS[1], 1, None]}), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps([PURLS[1], "pkg:pypi/nobody-knows-this@1"]), "utf-8")
    (tmp_path / "broken.json").write_text('["pkg:pypi/django@3.2.1"', "utf-8")
    assert len(sampled(capsys, tmp_path)) == 2


def test_a_text_stays_in_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "purls.txt"
    file.write_text("pkg:pypi/django@3.2.1?x=|`\x1b[31m", "utf-8")
    (row,) = sampled(capsys, file)
    assert row.isprintable()
    assert row.count("|") == 10
