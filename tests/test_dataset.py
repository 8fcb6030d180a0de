"""catalog/dataset: all products in one file."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.catalog import build, dataset
from scanner.catalog.products import read
from scanner.model import Product, ScanError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
PRODUCTS = ROOT / "products"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "products"
    folder.mkdir()
    for name in ("django.md", "nginx.md", "source.toml"):
        shutil.copy(PRODUCTS / name, folder / name)
    return folder


@pytest.fixture
def checkout(sources: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the compiled file of a small checkout; it is not there yet."""
    compiled = sources.parent / "scanner" / "_data" / "products.txt"
    monkeypatch.setattr(dataset, "_SOURCES", str(sources))
    monkeypatch.setattr(dataset, "_COMPILED", str(compiled))
    return compiled


@pytest.fixture
def installed(checkout: Path, sources: Path) -> Path:
    """Return the compiled file of an installation, which has no product files."""
    checkout.parent.mkdir(parents=True)
    checkout.write_bytes(build.compile_products(str(sources)).content)
    shutil.rmtree(sources)
    return checkout


def django() -> Product:
    product, _ = read((PRODUCTS / "django.md").read_text("utf-8"), "products/django.md")
    assert product is not None
    return product


def test_compiling_twice_gives_the_same_bytes(sources: Path) -> None:
    first = build.compile_products(str(sources))
    os.utime(sources / "django.md", ns=(0, 0))

    assert build.compile_products(str(sources)) == first
    assert first.problems == ()


def test_line_ends_of_a_checkout_do_not_change_the_data(sources: Path) -> None:
    first = build.compile_products(str(sources))
    for path in sources.iterdir():
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))

    assert build.compile_products(str(sources)) == first


def test_a_product_comes_back_as_it_was_read(installed: Path) -> None:
    catalogue = dataset.load()

    assert installed.exists()
    assert catalogue.product("django") == django()
    assert [product.id for product in catalogue] == ["django", "nginx"]
    assert len(catalogue) == catalogue.stamp.products == 2


def test_all_products_come_back_as_they_were_read_and_laid(monkeypatch: pytest.MonkeyPatch) -> None:
    laid: list[Product] = []
    layered = build._layered

    def remembered(files: Mapping[str, bytes]) -> build._Layered:
        result = layered(files)
        laid.extend(result.products)
        return result

    monkeypatch.setattr(build, "_layered", remembered)
    compiled = build.compile_products(str(PRODUCTS))

    assert compiled.problems == ()
    assert list(dataset.Catalogue(compiled.content)) == laid
    assert {product.files[0] for product in laid} >= {f"products/{path.name}" for path in PRODUCTS.glob("*.md")}


def test_the_stamp_says_which_data_spoke(sources: Path) -> None:
    before = dataset.Catalogue(build.compile_products(str(sources)).content).stamp
    path = sources / "django.md"
    path.write_text(path.read_text("utf-8").replace("2028-04-30", "2029-04-30"), "utf-8")
    content = build.compile_products(str(sources)).content
    after = dataset.Catalogue(content).stamp

    assert (before.source, before.date) == ("endoflife.date", date(2026, 8, 22))
    assert before.revision != after.revision
    assert after.sha256 == hashlib.sha256(content.split(b"\n", 4)[4].rstrip(b"\n")).hexdigest()


def test_an_alias_names_its_product(checkout: Path) -> None:
    (Path(dataset._SOURCES) / "x.md").write_text(
        "---\ntitle: X\npermalink: /x\nalternate_urls:\n  - /y\nreleases: []\n---\n\nX is.\n", "utf-8"
    )
    catalogue = dataset.load()

    assert checkout.exists()
    assert catalogue.product("y") is catalogue.product("x") is not None
    assert catalogue.product("z") is None
    assert {"x", "y"} < set(catalogue.names())


def test_a_name_of_two_products_is_a_problem(sources: Path) -> None:
    (sources / "x.md").write_text("---\ntitle: X\npermalink: /nginx\nreleases: []\n---\n", "utf-8")

    (problem,) = build.compile_products(str(sources)).problems
    assert problem.message.startswith("products/x.md and products/nginx.md both give the name nginx")


def test_a_checkout_compiles_what_is_missing_and_what_has_changed(checkout: Path, sources: Path) -> None:
    assert dataset.load().product("django") == django()
    assert checkout.exists()
    path = sources / "django.md"
    path.write_text(path.read_text("utf-8").replace("title: Django", "title: Jango "), "utf-8")
    os.utime(path, ns=(1, 1))

    changed = dataset.load().product("django")
    assert changed is not None
    assert changed.title == "Jango"


def test_a_fresh_file_is_not_compiled_again(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = dataset.load()
    monkeypatch.setattr(build, "compile_products", None)

    assert checkout.exists()
    assert dataset.load().stamp == first.stamp


def test_a_checkout_that_cannot_be_written_still_works(checkout: Path) -> None:
    checkout.parent.parent.write_text("a file where the folder should be", "utf-8")

    assert dataset.load().product("django") == django()


BROKEN = [
    b"",
    b"\n",
    b"no json\nno json\n",
    b'{"format":0}\n{}\n',
    b"[]\n[]\n",
    b'{"format":1}\n{}\n',
    b"\xff\n\xff\n",
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_compiled_file_is_made_again_in_a_checkout(checkout: Path, content: bytes) -> None:
    dataset.load()
    # The files are as they were: only the content is bad.
    seen = checkout.read_bytes().rpartition(b"\n/")[2]
    checkout.write_bytes(content + b"\n/" + seen)

    assert dataset.load().product("django") == django()


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_compiled_file_is_a_clear_error_in_an_installation(installed: Path, content: bytes) -> None:
    installed.write_bytes(content)

    with pytest.raises(ScanError, match="The product data is damaged"):
        dataset.load()


def test_a_cut_file_is_noticed(installed: Path) -> None:
    installed.write_bytes(installed.read_bytes()[:-100])

    with pytest.raises(ScanError, match="The product data is damaged"):
        dataset.load()


def test_a_broken_product_is_a_clear_error(installed: Path) -> None:
    installed.write_bytes(installed.read_bytes().replace(b'["django"', b'[!django"'))

    with pytest.raises(ScanError, match="The product data is damaged"):
        dataset.load().product("django")


def test_missing_data_is_a_clear_error(installed: Path) -> None:
    installed.unlink()

    with pytest.raises(ScanError, match="The product data is missing"):
        dataset.load()


def test_a_bad_product_file_of_a_checkout_is_named_with_its_line(checkout: Path, sources: Path) -> None:
    shutil.copy(ROOT / "fixtures" / "products" / "bad-releases.md", sources / "x.md")

    with pytest.raises(ScanError, match=r"^products/x\.md, line 6: identifiers: "):
        dataset.load()
    assert not checkout.exists()


def test_product_files_without_a_source_are_nobodys_data(sources: Path) -> None:
    (sources / "source.toml").write_text("date = 2001-02-03\n", "utf-8")

    with pytest.raises(ScanError, match="does not say where the facts come from"):
        build.compile_products(str(sources))


def test_products_of_another_project_are_left_alone(installed: Path, sources: Path) -> None:
    sources.mkdir()
    (sources / "django.md").write_text("someone else's notes", "utf-8")

    assert installed.exists()
    assert dataset.load().product("django") == django()


def test_a_scan_reads_no_yaml() -> None:
    dataset.load()
    code = (
        "import sys, json\n"
        "from scanner.catalog import dataset, index\n"
        "assert index.Index(dataset.load()).find('pkg:pypi/django@3.2')\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    # Coverage loads modules of its own into every process that it measures.
    environ = {name: text for name, text in os.environ.items() if not name.startswith("COVERAGE_")}
    answer = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT, env=environ
    )

    heavy = {"yaml", "frontmatter", "tomli", "hashlib", "tempfile", "pathlib", "dataclasses", "packageurl"}
    assert not heavy & set(json.loads(answer.stdout))
