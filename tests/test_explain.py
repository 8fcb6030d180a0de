"""What a verdict rests on is told: which layer, which file, which statement. Layers of the user's own count."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from scanner import cli
from scanner.model import ScanError
from scanner.plugin import Style, World

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 22)

FRAME = """\
---
title: Frame of the House
permalink: /frame-of-the-house
category: framework
releasePolicyLink: https://example.org/frame
source: https://example.org/frame/support
evidence: rule
rule: not before two years after release
identifiers:
  - purl: pkg:pypi/frame-of-the-house
families:
  - type: maven
    namespace: org.example.frame
    name: frame-.*
    except: frame-web
    versions:
      - from: 0\\.(\\d+)
        to: \\1
    source: https://example.org/frame/modules
releases:
  - releaseCycle: "2"
    releaseDate: 2026-01-01
    eol: 2036-01-01
  - releaseCycle: "1"
    releaseDate: 2020-01-01
    eol: 2022-01-01
---
Frame of the House is what everything here is built on.
"""

LATER = """\
---
extends: django
source: https://example.org/contract
identifiers:
  - purl: pkg:pypi/django-of-the-house
releases:
  - releaseCycle: "3.2"
    eol: 2036-04-01
---
We have a contract.
"""

DEAD = """\
---
title: What we no longer look after
evidence: deprecated
source: https://example.org/dead
packages:
  - purl: pkg:pypi/old-of-the-house
    eol: 2025-01-01
    replacement: pkg:pypi/frame-of-the-house
  - purl: pkg:npm/old-of-the-house
---
Ours, and over.
"""

LATEST = """\
---
title: Rolling Thing
permalink: /rolling-of-the-house
category: library
source: https://example.org/rolling
evidence: latest-only
identifiers:
  - purl: pkg:pypi/rolling-of-the-house
releases:
  - releaseCycle: "2"
  - releaseCycle: "1"
---
Only its newest release is supported.
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    own = tmp_path / "eol-products"
    own.mkdir()
    for name, text in (("frame", FRAME), ("later", LATER), ("dead", DEAD), ("latest", LATEST)):
        (own / f"{name}.md").write_text(text)
    return tmp_path


def said(folder: Path, *arguments: str, today: date = TODAY, environ: dict[str, str] | None = None) -> str:
    """Return what a run in a world of its own prints."""
    out = io.StringIO()
    world = World(
        stdin=io.BytesIO(),
        stdout=out,
        stderr=io.StringIO(),
        environ=environ or {},
        today=today,
        cwd=str(folder),
        style=Style(),
    )
    cli.run(arguments, world)
    return out.getvalue()


def explained(house: Path, subject: str, today: date = TODAY) -> str:
    return said(house, "explain", "--products", "eol-products", subject, today=today)


def test_a_user_s_product_is_judged_by_flag_by_variable_and_by_settings(house: Path) -> None:
    (house / "requirements.txt").write_text("frame-of-the-house==1.4\nold-of-the-house==1\n")
    wanted = "Frame of the House 1 ended not before 2022-01-01"
    assert wanted not in said(house)
    assert wanted in said(house, "--products", "eol-products")
    assert wanted in said(house, environ={"EOLSCAN_PRODUCTS": "eol-products"})
    (house / "eolscan.toml").write_text('products = ["eol-products"]\n')
    out = said(house)
    assert wanted in out
    (dead,) = [line for line in out.splitlines() if line.startswith("deprecated")]
    assert "marked deprecated since 2025-01-01, 22 months ago  " in dead
    assert "  use frame-of-the-house instead  " in dead
    assert "your own  " in said(house, "data", "status")
    assert "frame-of-the-house" in said(house, "list")


def test_a_release_that_is_newer_than_all_deprecated_ones_is_not_tracked(tmp_path: Path) -> None:
    own = tmp_path / "eol-products"
    own.mkdir()
    marked = "title: Glue\npermalink: /glue\nsource: https://example.org/glue\nevidence: deprecated"
    releases = 'identifiers:\n  - purl: pkg:npm/glue-of-the-house\nreleases:\n  - releaseCycle: "2"\n    eol: true'
    (own / "glue.md").write_text(f"---\n{marked}\ncategory: library\n{releases}\n---\nGlue.\n")
    told = explained(tmp_path, "pkg:npm/glue-of-the-house@3.0.0")
    assert "only older releases are marked deprecated" in told
    assert "untracked: " in told


@pytest.mark.parametrize(("today", "status"), [(date(2026, 8, 22), "superseded"), (TODAY, "unknown")])
def test_a_scan_judges_what_only_the_newest_release_is_supported_of_while_the_data_is_fresh(
    house: Path, today: date, status: str
) -> None:
    (house / "requirements.txt").write_text("rolling-of-the-house==1.2\n")
    report = json.loads(said(house, "-f", "json", "--all", "--products", "eol-products", today=today))
    assert [component["status"] for component in report["components"]] == [status]
    assert report["summary"]["by_reason"] == ({"stale-data": 1} if status == "unknown" else {})
    assert [finding["status"] for finding in report["findings"]] == ["superseded"] * (status == "superseded")


def test_a_broken_file_of_the_user_is_named_with_its_field(house: Path) -> None:
    (house / "eol-products" / "broken.md").write_text("---\nextends: django\nreplaces: flask\n---\n")
    with pytest.raises(ScanError, match=r"broken\.md, line 3: replaces"):
        said(house, "--products", "eol-products", "pkg:pypi/django@3.2")


def test_a_directory_of_the_user_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="nowhere"):
        said(tmp_path, "--products", "nowhere", "pkg:pypi/django@3.2")


def test_explain_tells_the_file_of_an_identifier_and_of_a_date_apart(house: Path) -> None:
    lines = explained(house, "pkg:pypi/django@3.2.25").splitlines()
    assert "            in products/django.md (endoflife.date)" in lines
    assert [line for line in lines if line.endswith("later.md (your own), by https://example.org/contract")]
    assert [line for line in lines if "told by products/django.md (endoflife.date), " in line]
    assert "security    support ends 2036-04-01, in 9 years and 4 months" in lines
    of_the_house = explained(house, "pkg:pypi/django-of-the-house@3.2.25")
    assert "identifier  pkg:pypi/django-of-the-house (identifier)\n" in of_the_house
    assert of_the_house.count("later.md (your own), by https://example.org/contract") == 2


def test_explain_tells_the_pattern_of_a_family_its_source_and_the_product_s_version(house: Path) -> None:
    out = explained(house, "pkg:maven/org.example.frame/frame-core@0.1")
    assert "identifier  pkg:maven/org.example.frame/frame-.* (family)\n" in out
    assert "maven packages in org.example.frame named frame-.*, but not frame-web\n" in out
    assert "frame.md (your own), by https://example.org/frame/modules\n" in out
    assert "its version 0.1 is 1 of the product\n" in out
    assert "\nstatus      eol" in out
    assert "its version 7 is no version of the product" in explained(house, "pkg:maven/org.example.frame/frame-core@7")


def test_a_family_is_unknown_where_its_version_has_no_cycle(house: Path) -> None:
    for version in ("0.0", "0.9", "7"):
        assert "\nstatus      unknown" in explained(house, f"pkg:maven/org.example.frame/frame-core@{version}")
    assert "\nstatus      untracked" in explained(house, "pkg:maven/org.example.frame/frame-web@0.1")


def test_explain_tells_the_rule_that_a_date_follows_from(house: Path) -> None:
    out = explained(house, "frame-of-the-house@1.0")
    assert (
        "security    support ended not before 2022-01-01, 4 years and 10 months ago (by policy, not announced)" in out
    )
    assert "evidence    rule: a published rule, from which the dates follow; by policy, not announced\n" in out
    assert "rule        not before two years after release\n" in out


def test_explain_tells_of_a_dead_package_since_when_by_whom_and_what_instead(house: Path) -> None:
    out = explained(house, "pkg:pypi/old-of-the-house@1")
    assert "replacement pkg:pypi/frame-of-the-house\n" in out
    assert "cycle       every version, judged as a whole\n" in out
    assert "security    marked deprecated since 2025-01-01, 22 months ago\n" in out
    assert "dead.md (your own), by https://example.org/dead\n" in out
    assert "Use frame-of-the-house instead.\n" in out
    assert "this version" not in out, "there is no timeline of one cycle that is all"
    assert "security    marked deprecated\n" in explained(house, "pkg:npm/old-of-the-house")


def test_explain_tells_why_old_data_says_nothing_of_the_newest_release(house: Path) -> None:
    fresh = explained(house, "rolling-of-the-house@1.2", date(2026, 8, 22))
    assert "evidence    latest-only: only the newest release is supported\n" in fresh
    assert "\nstatus      superseded" in fresh
    old = explained(house, "rolling-of-the-house@1.2")
    assert "\nstatus      unknown: only the newest release is supported, and the data is too old" in old
