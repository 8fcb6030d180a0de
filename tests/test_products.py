"""catalog/products: product file → Product."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog import upstream
from scanner.catalog.products import front_matter, read
from tests.service import answered

if TYPE_CHECKING:
    from scanner.model import Product

ROOT = Path(__file__).parent.parent
FIXTURES = ROOT / "fixtures" / "products"


def fixture(name: str) -> str:
    return (FIXTURES / name).read_text("utf-8")


def release(*lines: str) -> str:
    body = "\n".join(f"    {line}" for line in lines)
    return f'---\ntitle: X\npermalink: /x\nreleases:\n  - releaseCycle: "1"\n{body}\n---\n'


def only(text: str) -> Product:
    product, problems = read(text, "x.md")
    assert product is not None
    assert problems == ()
    return product


def test_the_legacy_django_file_gives_the_same_facts_as_its_modern_twin() -> None:
    legacy, legacy_problems = read(fixture("django-legacy.md"), "django.md")
    modern, modern_problems = read(fixture("django-modern.md"), "django.md")

    assert legacy_problems == modern_problems == ()
    assert legacy == modern


def test_a_version_is_text_even_where_yaml_would_see_a_number() -> None:
    product = only(fixture("django-legacy.md"))

    assert [cycle.name for cycle in product.cycles] == ["5.2", "3.2", "1.10"]
    assert product.cycles[2].latest == "1.10.8"


@pytest.mark.parametrize(("written", "eoas"), [("true", False), ("false", True), ("2001-02-03", date(2001, 2, 3))])
def test_legacy_support_is_the_opposite_of_eoas(written: str, eoas: object) -> None:
    assert only(release(f"support: {written}")).cycles[0].eoas == eoas
    assert only(release(f"eoas: {str(eoas).lower()}")).cycles[0].eoas == eoas


@pytest.mark.parametrize(("written", "eoes"), [("true", False), ("yes", False), ("false", None)])
def test_legacy_extended_support_false_means_that_there_is_none(written: str, eoes: object) -> None:
    assert only(release(f"extendedSupport: {written}")).cycles[0].eoes is eoes


def test_modern_eoes_keeps_its_booleans() -> None:
    assert only(release("eoes: true")).cycles[0].eoes is True
    assert only(release("eoes: false")).cycles[0].eoes is False
    assert only(release("eol: false")).cycles[0].eoes is None


def test_a_bad_release_never_loses_the_rest() -> None:
    product, problems = read(fixture("bad-releases.md"), "bad-releases.md")

    assert product is not None
    assert [(cycle.name, cycle.eol) for cycle in product.cycles] == [("5", date(2002, 2, 3))]
    assert product.identifiers == (("purl", "pkg:pypi/fixture"),)
    assert [(problem.location.line, problem.message.partition(" is ")[0]) for problem in problems] == [
        (6, "identifiers: 'pkg:pypi/not-a-map'"),
        (10, "releases: 'just text'"),
        (12, "release 9, releaseDate: '2023-04'"),
        (16, "release 8, eol: 'soon'"),
        (17, "releaseCycle: the field"),
        (20, "release 7, releaseDate: '2001-02-30'"),
        (22, "release 6, eol: this"),
        (26, "releaseCycle: 5"),
    ]


@pytest.mark.parametrize(
    ("name", "line", "words"),
    [
        ("no-front-matter.md", 1, "does not begin with front matter"),
        ("no-end.md", 1, "has no end"),
        ("not-yaml.md", 2, "is not YAML"),
        ("no-permalink.md", 2, "permalink: the field is missing"),
        ("no-releases.md", 2, "releases: the field is missing"),
        ("unknown-tag.md", 2, "python/object"),
    ],
)
def test_a_file_without_usable_front_matter_is_a_problem_with_its_place(name: str, line: int, words: str) -> None:
    product, problems = read(fixture(name), name)

    assert product is None
    assert [(problem.location.path, problem.location.line) for problem in problems] == [(name, line)]
    assert words in problems[0].message


def test_line_numbers_count_from_the_top_of_the_file() -> None:
    text = fixture("bad-releases.md").replace("---\n", "---\n\n\n", 1)
    _, problems = read("\ufeff" + text.replace("\n", "\r\n"), "x.md")

    assert problems[2].location.line == 14


def test_the_id_is_the_permalink_and_the_aliases_are_other_addresses() -> None:
    text = release("eol: true").replace("title: X", "title: X\nalternate_urls:\n  - /y\nalternative_urls:\n  - /.z")

    product = only(text)
    assert (product.id, product.link) == ("x", "https://endoflife.date/x")
    assert product.aliases == ("y", ".z")


def test_a_release_with_a_null_link_has_none_whatever_the_template_says() -> None:
    template = release('latest: "1.2"').replace("title: X", "title: X\nchangelogTemplate: https://x/__LATEST__")

    assert only(template).cycles[0].link == "https://x/1.2"
    assert only(template.replace('"1.2"', '"1.2"\n    link: null')).cycles[0].link is None


def test_a_label_is_plain_text() -> None:
    label = "releaseLabel: \"__RELEASE_CYCLE__ (<abbr title='Long Term Support'>LTS</abbr>)\""

    assert only(release(label)).cycles[0].label == "1 (LTS)"


def test_the_whole_of_products_loads_without_a_problem() -> None:
    paths = sorted((ROOT / "products").glob("*.md"))
    products = []
    for path in paths:
        product, problems = read(path.read_text("utf-8"), f"products/{path.name}")
        assert problems == ()
        assert product is not None
        assert path.stem == product.id
        assert product.cycles
        assert re.fullmatch(r"[^\n<>]+\.", product.description), path.name
        products.append(product)

    names = [name for product in products for name in (product.id, *product.aliases)]
    assert len(names) == len(set(names))


def test_every_scalar_of_products_reads_the_same_as_text_and_with_yamls_own_types() -> None:
    from yaml import CSafeLoader, load

    for path in sorted((ROOT / "products").glob("*.md"))[::10]:
        front = path.read_text("utf-8").split("---\n")[1]
        product, _ = read(path.read_text("utf-8"), path.name)
        assert product is not None
        for cycle, entry in zip(product.cycles, load(front, CSafeLoader)["releases"], strict=True):
            seen = (entry["releaseCycle"], entry.get("eol"), entry.get("releaseDate"), entry.get("latest"))
            assert seen == (cycle.name, cycle.eol, cycle.released, cycle.latest)


@given(st.text(alphabet=st.sampled_from("ab:-- \n[]{}\"'#&*!|>%@`0\t\r\x00\ufeff"), max_size=60))
def test_any_text_gives_a_product_or_a_problem(text: str) -> None:
    for whole in (text, f"---\n{text}\n---\n", release(text)):
        product, problems = read(whole, "x.md")
        assert product is not None or problems


def test_an_answer_of_the_api_that_says_nothing_new_changes_no_file() -> None:
    for path in sorted((ROOT / "products").glob("*.md"))[::12]:
        text = path.read_text("utf-8")
        product, _ = read(text, path.name)
        fields, body = front_matter(text)
        if product is None or "customFields" in fields:  # their values come from the API, and are not in `Product`
            continue
        answer = {"generated_at": "2026-08-22", "result": [answered(product, fields)]}
        (fact,), _ = upstream.facts_of(json.dumps(answer))

        assert upstream.page(fact, fields, body) == text
