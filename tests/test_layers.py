"""catalog/layers, catalog/computed, catalog/build: our files and the user's, on top of endoflife.date's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog import build, computed, dataset, layers
from scanner.catalog.index import Index
from scanner.corridor import resolve
from scanner.decode import ShapeError
from scanner.model import Cycle, Dependency, EvidenceClass, EvidenceKind, Location, Match, Problem, Product, ScanError

ROOT = Path(__file__).parent.parent
TREE = Product(
    id="tree",
    title="Tree",
    link="https://endoflife.date/tree",
    aliases=("arbor",),
    identifiers=(("purl", "pkg:pypi/tree"),),
    files=("products/tree.md",),
    cycles=(
        Cycle("3.0", released=date(2024, 1, 31), eol=False, latest="3.0.9"),
        Cycle("1.10", released=date(2022, 1, 1), eol=date(2024, 1, 1)),
        Cycle("1.9", released=date(2021, 1, 1), eol=date(2023, 1, 1)),
    ),
)


def page(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "", "A sentence.", ""])


def below(name: str) -> Product | None:
    return TREE if name in ("tree", "arbor") else None


def laid(*texts: str) -> tuple[dict[str, Product], list[Problem]]:
    entries: list[layers.Entry] = []
    problems: list[Problem] = []
    for number, text in enumerate(texts):
        read, wrong = layers.read(text, f"ours/{number}.md")
        entries += read
        problems += wrong
    made, clashes = layers.lay(entries, below)
    return made, problems + clashes


def only(*texts: str) -> Product:
    made, problems = laid(*texts)
    assert problems == []
    (product,) = made.values()
    return product


def told(*texts: str) -> list[tuple[str, int | None, str]]:
    _, problems = laid(*texts)
    return [(problem.location.path, problem.location.line, problem.message) for problem in problems]


NEW = page(
    "title: Shrub",
    "permalink: /shrub",
    "source: https://shrub.example/policy",
    "evidence: rule",
    "rule: {months-after-release: 18}",
    "replacement: pkg:pypi/tree",
    "identifiers:",
    "  - purl: pkg:pypi/shrub",
    "releases:",
    '  - releaseCycle: "2"',
    "    releaseDate: 2023-08-31",
    '  - releaseCycle: "1"',
    "    releaseDate: 2022-01-01",
    "    eol: 2022-12-31",
    "    evidence: vendor",
    "    rule: The last one of its kind.",
    "    source: https://shrub.example/last",
)


def test_a_new_product_says_what_its_dates_rest_on() -> None:
    shrub = only(NEW)

    assert (shrub.id, shrub.link, shrub.source) == (
        "shrub",
        "https://shrub.example/policy",
        "https://shrub.example/policy",
    )
    assert (shrub.files, shrub.sources) == (("ours/0.md",), ())
    assert shrub.replacement == "pkg:pypi/tree"
    assert shrub.cycles == (
        Cycle(
            "2",
            released=date(2023, 8, 31),
            eol=date(2025, 2, 28),
            evidence=EvidenceClass.RULE,
            rule="ends 18 months after its release",
        ),
        Cycle(
            "1",
            released=date(2022, 1, 1),
            eol=date(2022, 12, 31),
            rule="The last one of its kind.",
            source="https://shrub.example/last",
        ),
    )


def test_a_link_is_an_address_and_never_words() -> None:
    words = NEW.replace("source: https://shrub.example/policy", "source: PyPI project page of shrub 2.0")

    assert only(words).link == ""
    assert only(
        words.replace("evidence: rule", "releasePolicyLink: https://shrub.example/when\nevidence: rule")
    ).link == ("https://shrub.example/when")


def test_an_extension_adds_and_overrides_single_fields() -> None:
    tree = only(
        page(
            "extends: arbor",
            "source: https://tree.example/blog",
            "evidence: rule",
            "rule: A year after the next.",
            "alternate_urls: [/wood]",
            "identifiers:",
            "  - purl: pkg:pypi/tree",
            "  - derived: pkg:golang/tree.example/tree",
            "releases:",
            '  - releaseCycle: "1.9"',
            "    eol: 2023-06-30",
            '  - releaseCycle: "3.0"',
            '    latest: "3.0.10"',
        )
    )

    assert tree.aliases == ("arbor", "wood")
    assert tree.identifiers == (("purl", "pkg:pypi/tree"), ("derived", "pkg:golang/tree.example/tree"))
    assert tree.origins == (0, 1)
    assert tree.files == ("products/tree.md", "ours/0.md")
    assert tree.sources == ("endoflife.date", "https://tree.example/blog")
    assert (tree.source, tree.link) == (TREE.source, TREE.link)
    assert tree.cycles == (
        # What its end rests on is as it was: only its newest version is told.
        TREE.cycles[0]._replace(latest="3.0.10", file="ours/0.md"),
        TREE.cycles[1],
        TREE.cycles[2]._replace(
            eol=date(2023, 6, 30),
            evidence=EvidenceClass.RULE,
            rule="A year after the next.",
            source="https://tree.example/blog",
            file="ours/0.md",
        ),
    )


@pytest.mark.parametrize(
    ("name", "names"),
    [
        ("4", ["4", "3.0", "1.10", "1.9"]),
        ("1.11", ["3.0", "1.11", "1.10", "1.9"]),
        ("1.9.5", ["3.0", "1.10", "1.9.5", "1.9"]),
        ("0.9", ["3.0", "1.10", "1.9", "0.9"]),
    ],
)
def test_a_new_release_stands_where_its_version_belongs(name: str, names: list[str]) -> None:
    tree = only(page("extends: tree", "releases:", f'  - releaseCycle: "{name}"', "    eol: true"))

    assert [cycle.name for cycle in tree.cycles] == names


def test_a_release_without_a_number_stands_where_its_day_belongs() -> None:
    release = ("releases:", "  - releaseCycle: willow", "    releaseDate: 2021-06-01")

    assert [cycle.name for cycle in only(page("extends: tree", *release)).cycles] == ["3.0", "1.10", "willow", "1.9"]


def test_a_rule_of_a_higher_layer_computes_only_what_nobody_states() -> None:
    tree = only(
        page(
            "extends: tree",
            "rule: {ends-with: 1}",
            "releases:",
            '  - releaseCycle: "2.0"',
            "    releaseDate: 2023-01-01",
            '  - releaseCycle: "1.10"',
            '    latest: "1.10.1"',
        )
    )

    ends = {cycle.name: (cycle.eol, cycle.evidence) for cycle in tree.cycles}
    assert ends["2.0"] == (date(2024, 1, 31), EvidenceClass.RULE)
    assert ends["1.10"] == (date(2024, 1, 1), EvidenceClass.VENDOR)


def test_layers_lie_on_each_other_in_the_order_of_their_files() -> None:
    first = page("extends: shrub", "replacement: a", "identifiers:", "  - purl: pkg:pypi/a")
    second = page("extends: shrub", "replacement: b", "identifiers:", "  - purl: pkg:pypi/b")

    shrub = only(first, NEW, second)
    assert shrub.replacement == "b"
    assert [text for _, text in shrub.identifiers] == ["pkg:pypi/shrub", "pkg:pypi/a", "pkg:pypi/b"]
    assert shrub.origins == (0, 1, 2)
    assert shrub.files == ("ours/1.md", "ours/0.md", "ours/2.md")


TABLE = page(
    "title: Packages that nobody looks after",
    "evidence: deprecated",
    "source: https://list.example",
    "packages:",
    "  - purl: pkg:npm/%40old/Thing",
    "    eol: 2020-01-01",
    "    replacement: pkg:npm/new",
    "  - purl: pkg:maven/org.old/thing",
    "    title: The old thing",
    "    eol: true",
    "    source: https://old.example/end",
)


def test_each_row_of_a_table_is_a_product_as_a_whole() -> None:
    made, problems = laid(TABLE)

    assert problems == []
    npm, maven = made["npm-old-thing"], made["maven-org.old-thing"]
    assert (npm.title, npm.replacement, npm.source, npm.whole) == ("Thing", "pkg:npm/new", "https://list.example", True)
    assert npm.cycles == (Cycle("all", eol=date(2020, 1, 1), evidence=EvidenceClass.DEPRECATED),)
    assert npm.description == "Packages that nobody looks after."
    assert (maven.title, maven.source, maven.link) == (
        "The old thing",
        "https://old.example/end",
        "https://old.example/end",
    )
    assert maven.cycles[0].eol is True


def test_a_table_of_identifiers_extends_many_products() -> None:
    table = page(
        "title: More names",
        "source: https://names.example",
        "identifiersOf:",
        "  tree:",
        "    - derived: pkg:github/tree/tree",
        "  gone:",
        "    - purl: pkg:generic/gone",
    )
    made, problems = laid(table)

    assert made["tree"].identifiers[1:] == (("derived", "pkg:github/tree/tree"),)
    assert made["tree"].sources == ("endoflife.date", "https://names.example")
    assert [(problem.location.line, problem.message) for problem in problems] == [
        (7, "There is no product 'gone' to add to.")
    ]


@pytest.mark.parametrize(
    ("lines", "line", "words"),
    [
        (["extends: bush"], 2, "There is no product 'bush'"),
        (["extends: tree", "titel: X"], 3, "titel: a file that extends a product has no such field."),
        (["extends: tree", "familys: []"], 3, "Did you mean `families`?"),
        (["extends: tree", "evidence: hearsay"], 3, "evidence: 'hearsay' is none of vendor, rule"),
        (["extends: tree", "wholePackage: maybe"], 3, "wholePackage: 'maybe' is neither true nor false."),
        (["extends: tree", "wholePackage: true"], 3, "wholePackage: such a product has one release"),
        (["extends: tree", "identifiers:", "  - purl: tree"], 4, "is not an identifier"),
        (["extends: tree", "identifiers:", "  - cpe: cpe:2.3:a:tree"], 4, "is not an identifier"),
        (["extends: tree", "identifiers:", "  - npm: tree"], 4, "is not an identifier"),
        (["extends: tree", "extends: tree"], 3, "the field extends stands twice"),
        (["extends: tree", "families:", "  - type: npm"], 4, "name: the field is missing."),
        (["extends: tree", "families:", "  - type: npm", "    name: t("], 4, "is not a regular expression"),
        (["extends: tree", "families:", "  - type: npm", "    name: .*-tree"], 5, "has no namespace"),
        (["extends: tree", "families:", "  - type: npm", "    name: tree-.*", "    not: x"], 6, "a family has no such"),
        (["extends: tree", "releases:", '  - releaseCycle: "9"', "    eol: soon"], 5, "release 9, eol: 'soon'"),
        (["extends: tree", "releases:", '  - releaseCycle: "9"', "    eof: true"], 5, "Did you mean `eol`?"),
        (["extends: tree", "releases:", '  - releaseCycle: "9"', "    rule: {years: 2}"], 5, "rule: a rule is text or"),
        (
            ["extends: tree", "releases:", '  - releaseCycle: "9"', "    rule: {years-after-release: two}"],
            5,
            "'two' is not a whole number",
        ),
        (
            ["extends: tree", "releases:", '  - releaseCycle: "9"', "    rule: {years-after-release: 2}"],
            4,
            "release 9: the rule needs the releaseDate of 9.",
        ),
        (["title: X", "permalink: /arbor", "releases: []"], None, "both give the name arbor"),
        (["title: X", "packages:", "  - purl: pkg:npm/x@1"], 4, "no package URL without a version"),
        (["title: X", "packages:", "  - just words"], 3, "packages: 'just words' is no entry"),
        (["title: X", "packages:", "  - purl: pkg:npm/x", "  - purl: pkg:npm/X"], 5, "a row above has the id npm-x"),
        (["title: X", "identifiersOf: tree"], 3, "not a mapping"),
        (["name: X"], 2, "permalink: the field is missing"),
    ],
)
def test_what_a_file_gets_wrong_is_told_with_file_line_and_field(
    lines: list[str], line: int | None, words: str
) -> None:
    problems = told(page(*lines))

    assert ("ours/0.md", line) in {(path, at) for path, at, message in problems if words in message}, problems


def test_a_bad_row_or_family_never_loses_the_rest() -> None:
    made, problems = laid(TABLE.replace("pkg:npm/%40old/Thing", "thing"))

    assert len(problems) == 1
    assert list(made) == ["maven-org.old-thing"]


@pytest.mark.parametrize(
    ("form", "position", "end"),
    [
        ({"years-after-release": "2"}, 0, date(2026, 1, 31)),
        ({"months-after-release": "1"}, 0, date(2024, 2, 29)),
        ({"months-after-release": "11"}, 0, date(2024, 12, 31)),
        ({"ends-with": "1"}, 0, False),
        ({"ends-with": "1"}, 1, date(2024, 1, 31)),
        ({"ends-with": "2"}, 1, False),
        ({"ends-with": "2"}, 2, date(2024, 1, 31)),
        ({"ends-with": "1", "months": "12"}, 2, date(2023, 1, 1)),
    ],
)
def test_an_end_follows_from_a_rule(form: dict[str, object], position: int, end: object) -> None:
    assert computed.end_by(computed.rule_of(form), position, TREE.cycles) == end


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"years-after-release": "2"}, "24 months after its release"),
        ({"ends-with": "2"}, "the release of the second newer cycle"),
        ({"ends-with": "1", "months": "6"}, "6 months after the release of the next newer cycle"),
    ],
)
def test_a_rule_is_said_in_words(form: dict[str, object], said: str) -> None:
    assert computed.words(computed.rule_of(form)).removeprefix("with ") == said


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"ends-with": "0"},
        {"months": "3"},
        {"ends-with": "1", "years-after-release": "1"},
        {"years-after-release": []},
    ],
)
def test_what_is_no_rule_is_an_error(form: dict[str, object]) -> None:
    with pytest.raises(ShapeError):
        computed.rule_of(form)


def test_an_active_support_by_rule_leaves_a_stated_end_what_it_is() -> None:
    text = NEW.replace("rule: {months-after-release: 18}", "eoasRule: {years-after-release: 1}").replace(
        "evidence: rule\n", ""
    )
    new, old = only(text).cycles

    assert (new.eoas, new.eol, new.evidence) == (date(2024, 8, 31), None, EvidenceClass.RULE)
    assert (old.eoas, old.eol, old.evidence) == (date(2023, 1, 1), date(2022, 12, 31), EvidenceClass.VENDOR)
    assert new.rule == "active support ends 12 months after its release"


@given(st.text(alphabet=st.sampled_from("ab:-- \n[]{}\"'#&*!|>%@`0\t\r\x00\ufeff"), max_size=60))
def test_any_text_gives_entries_or_a_problem(text: str) -> None:
    for whole in (text, page(text), page("extends: tree", text), page("title: X", "packages:", text)):
        entries, problems = layers.read(whole, "x.md")
        assert entries or problems or "packages:" in whole


# The layer that a user names.


def user(folder: Path, *texts: str) -> dataset.Catalogue:
    for number, text in enumerate(texts):
        (folder / f"{number}.md").write_text(text, "utf-8")
    return dataset.load([str(folder)])


def matched(catalogue: dataset.Catalogue, purl: str) -> Match:
    found = resolve(Dependency(purl, Location("x")), Index(catalogue))
    assert isinstance(found, Match)
    return found


def test_a_user_adds_a_framework_with_ten_lines(tmp_path: Path) -> None:
    before = dataset.load()
    after = user(tmp_path, NEW)

    found = matched(after, "pkg:pypi/Shrub@2.4")
    assert (found.product.id, found.cycle.name, found.cycle.eol) == ("shrub", "2", date(2025, 2, 28))
    assert (found.evidence.evidence_class, found.evidence.source) == (
        EvidenceClass.RULE,
        "https://shrub.example/policy",
    )
    assert len(after) == len(before) + 1 == after.stamp.products
    assert "shrub" in after.names()
    assert after.stamp.sha256 != before.stamp.sha256
    assert after.stamp.source == f"{before.stamp.source} and {tmp_path.name}"


def test_a_user_corrects_a_date(tmp_path: Path) -> None:
    catalogue = user(tmp_path, page("extends: django", "releases:", '  - releaseCycle: "3.2"', "    eol: 2031-01-01"))

    found = matched(catalogue, "pkg:pypi/django@3.2.25")
    assert found.cycle.eol == date(2031, 1, 1)
    assert found.cycle.file == f"{tmp_path}/0.md"
    assert len(catalogue) == len(dataset.load())
    assert [product.id for product in catalogue].count("django") == 1


def test_a_users_product_takes_a_purl_from_one_below(tmp_path: Path) -> None:
    catalogue = user(tmp_path, NEW.replace("pkg:pypi/shrub", "pkg:pypi/Django"))

    assert matched(catalogue, "pkg:pypi/django@2.0").product.id == "shrub"


def test_a_users_row_covers_every_version_and_none(tmp_path: Path) -> None:
    catalogue = user(tmp_path, TABLE)

    for purl in ("pkg:npm/@old/thing@1.0", "pkg:npm/%40old/thing@latest", "pkg:npm/%40old/thing"):
        found = matched(catalogue, purl)
        assert (found.product.id, found.cycle.name) == ("npm-old-thing", "all")
        assert found.evidence.evidence_class is EvidenceClass.DEPRECATED
    ranged = Dependency("pkg:npm/%40old/thing", Location("x"), requirement="^1")
    assert isinstance(resolve(ranged, Index(catalogue)), Match)


def test_a_users_cpe_is_found(tmp_path: Path) -> None:
    catalogue = user(tmp_path, NEW.replace("purl: pkg:pypi/shrub", "cpe: cpe:2.3:a:shrub:shrub"))
    found = Index(catalogue).find_cpe("cpe:/a:shrub:shrub:2.1")

    assert found is not None
    assert (found.product.id, found.version, found.evidence.kind) == ("shrub", "2.1", EvidenceKind.CPE)


def test_a_single_file_is_a_layer_too(tmp_path: Path) -> None:
    user(tmp_path, NEW)

    assert dataset.load([str(tmp_path / "0.md")]).product("shrub") is not None


def test_files_may_lie_in_folders_with_a_readme_beside(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "README.md").write_text("Our products.", "utf-8")
    (tmp_path / "a" / "b" / "shrub.md").write_text(NEW, "utf-8")

    assert dataset.load([str(tmp_path)]).product("shrub") is not None


def test_a_later_directory_lies_on_an_earlier_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, text in ((first, NEW), (second, page("extends: shrub", "replacement: elsewhere"))):
        folder.mkdir()
        (folder / "x.md").write_text(text, "utf-8")
    shrub = dataset.load([str(first), str(second)]).product("shrub")

    assert shrub is not None
    assert shrub.replacement == "elsewhere"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ((page("extends: nothing-here"),), "0.md, line 2: There is no product 'nothing-here'"),
        (
            (page("extends: django", "eol: true"),),
            "0.md, line 3: eol: a file that extends a product has no such field.",
        ),
        ((NEW, NEW.replace(": /shrub", ": /bush")), "1.md: pkg:pypi/shrub belongs to bush here, and to shrub in"),
        ((NEW.replace("permalink: /shrub", "permalink: /django"),), "0.md and products/django.md both give the name"),
        (("no front matter",), "0.md, line 1: The file does not begin with front matter"),
    ],
)
def test_a_broken_file_of_the_user_stops_the_run_with_file_and_field(
    tmp_path: Path, texts: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ScanError) as stopped:
        user(tmp_path, *texts)
    assert words in str(stopped.value)
    assert str(tmp_path) in str(stopped.value)


def test_a_directory_that_is_not_there_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="cannot be read: No such file or directory"):
        dataset.load([str(tmp_path / "gone")])


def test_a_directory_without_product_files_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="There is no product file"):
        dataset.load([str(tmp_path)])


def test_the_stamp_of_a_users_layer_is_the_same_in_any_directory(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "eol").mkdir(parents=True)
    stamps = {user(tmp_path / name / "eol", NEW).stamp for name in ("a", "b")}

    assert len(stamps) == 1


# The layer that is ours.


def test_our_files_are_without_a_problem() -> None:
    assert build.compile_products(str(ROOT / "products")).problems == ()


def test_a_purl_of_two_products_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "curated").mkdir()
    for name in ("django.md", "source.toml"):
        (tmp_path / name).write_bytes((ROOT / "products" / name).read_bytes())
    (tmp_path / "curated" / "shrub.md").write_text(NEW.replace("pkg:pypi/shrub", "pkg:pypi/DJANGO"), "utf-8")

    (problem,) = build.compile_products(str(tmp_path)).problems
    assert problem.message == "pkg:pypi/DJANGO belongs to shrub here, and to django in products/django.md."
    assert problem.location.path == "products/curated/shrub.md"


def test_our_products_say_what_they_rest_on() -> None:
    for product in dataset.load():
        if product.file.startswith("products/curated/"):
            assert product.source != product.file, product.file
            assert not product.whole or len(product.cycles) == 1
            for cycle in product.cycles:
                assert cycle.evidence is not EvidenceClass.LATEST_ONLY or not isinstance(cycle.eol, date), product.id
                assert cycle.evidence is not EvidenceClass.RULE or cycle.rule, (product.id, cycle.name)


def test_no_link_of_our_products_leads_to_a_page_that_endoflife_date_has_not() -> None:
    ours = [product for product in dataset.load() if product.file.startswith("products/curated/")]

    assert [product.id for product in ours if "endoflife.date" in product.link] == []
    assert [
        product.id for product in ours if product.link and not product.link.startswith(("http://", "https://"))
    ] == []
