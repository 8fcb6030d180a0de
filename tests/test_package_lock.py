"""Laws of npm's lockfiles beside those of all parsers: what is read fast is what is read with care."""

from __future__ import annotations

import glob
import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanner.model import Dependency, Passed, Scope
from scanner.parsers import package_lock
from scanner.parsers.package_lock import parse
from scanner.source import Source
from scanner.syntax.json import Places
from scanner.syntax.members import Lines, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import Parsed

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures", "package_lock")

names = st.sampled_from(["a", "b-c", "@s/a", "@S.x/b", "Upper", ".a", "..", "@s", "a.b_c~d", "", "é", "a@1", "a/b"])
versions = st.sampled_from(["1", "1.2.3", "1.0.0-rc.1", "1.0.0+b", "v1", "", "x", "git+ssh://git@git.example/a.git"])
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(f"node_modules/{part}" for part in parts))
entries = st.fixed_dictionaries(
    {},
    optional={
        "version": versions | st.none() | st.booleans() | st.integers() | st.floats(),
        "name": names,
        "dev": st.booleans(),
        "optional": st.booleans(),
        "devOptional": st.booleans(),
        "deprecated": st.booleans() | st.just("Use b."),
        "dependencies": st.dictionaries(names, st.just("*"), max_size=3),
    },
)


@given(
    st.dictionaries(paths, entries, max_size=6),
    st.dictionaries(names, st.just("*"), max_size=3),
    st.sampled_from([None, 2]),
)
def test_what_is_read_fast_is_what_is_read_with_care(
    packages: dict[str, object], asked: dict[str, str], indent: int | None
) -> None:
    text = json.dumps({"packages": {"": {"dependencies": asked}, **packages}}, indent=indent, ensure_ascii=False)
    source = Source("package-lock.json", text.encode())
    document, places = read(text, "packages")
    assert isinstance(document, dict)
    tree = package_lock._tree(document, places, source)
    graph = package_lock._Graph({folder.path: folder.entry for folder in tree.folders}, tree.asked)
    plain = package_lock._plain().fullmatch
    reading = package_lock._Reading(source, Places(source), Lines(source), graph.folders, graph.parents, plain)
    lines = package_lock._usual_lines(package_lock._placed(tree.folders))
    for folder, line in zip(tree.folders[1:], lines[1:], strict=True):
        usual = package_lock._usual(folder, line, reading)
        assert isinstance(folder.entry, dict)
        assert usual is None or [usual] == list(package_lock._package(folder, folder.entry, reading))


def dependencies(document: object) -> dict[str, Dependency]:
    found = parse(Source("package-lock.json", json.dumps(document).encode()))
    return {value.purl: value for value in found if isinstance(value, Dependency)}


def test_a_package_is_found_where_node_finds_it() -> None:
    found = dependencies(
        {
            "packages": {
                "": {"dependencies": {"a": "*", "b": "*"}},
                "node_modules/a": {"version": "1", "dependencies": {"c": "*", "d": "*"}},
                "node_modules/a/node_modules/c": {"version": "2", "dependencies": {"d": "*", "e": "*"}},
                "node_modules/a/node_modules/d": {"version": "2"},
                "node_modules/b": {"version": "1", "dependencies": {"c": "*", "d": "*"}},
                "node_modules/c": {"version": "1"},
                "node_modules/d": {"version": "1"},
                "node_modules/e": {"version": "1"},
            }
        }
    )
    assert {purl: value.via for purl, value in found.items()} == {
        "pkg:npm/a@1": (),
        "pkg:npm/b@1": (),
        "pkg:npm/c@2": ("a@1",),
        "pkg:npm/d@2": ("a@1",),
        "pkg:npm/c@1": ("b@1",),
        "pkg:npm/d@1": ("b@1",),
        "pkg:npm/e@1": ("a@1", "c@2"),
    }


@pytest.mark.parametrize(
    ("flags", "scope"),
    [
        ({}, Scope.RUNTIME),
        ({"peer": True}, Scope.RUNTIME),
        ({"dev": True}, Scope.DEV),
        ({"dev": True, "optional": True}, Scope.DEV),
        ({"optional": True}, Scope.OPTIONAL),
        ({"devOptional": True}, Scope.OPTIONAL),
        ({"dev": False}, Scope.RUNTIME),
    ],
)
def test_flags_tell_what_a_package_is_for(flags: dict[str, bool], scope: Scope) -> None:
    found = dependencies({"packages": {"node_modules/a": {"version": "1.0.0", **flags}}})
    assert found["pkg:npm/a@1.0.0"].scope is scope


def test_what_nobody_asks_for_is_only_counted_and_the_rest_is_the_same() -> None:
    packages = {"": {"name": "shop", "dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0"}}
    packages |= {
        f"node_modules/b{number}": {"version": "2.0.0"} | ({"deprecated": "gone"} if number == 3 else {})
        for number in range(9)
    }
    data = json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2).encode()
    whole = [value for value in parse(Source("package-lock.json", data)) if isinstance(value, Dependency)]
    source = Source("package-lock.json", data)
    source.asked = lambda purls: [at for at, purl in enumerate(purls) if purl == "pkg:npm/a@1.0.0"]
    values = list(parse(source))
    assert [value.number for value in values if isinstance(value, Passed)] == [8]
    kept = [value for value in values if isinstance(value, Dependency)]
    assert kept == [value for value in whole if value.purl == "pkg:npm/a@1.0.0" or value.mark]
    assert len(kept) == 2


def asked(purls: Sequence[object]) -> list[int]:
    """Ask for what would be asked for if some products listed packages of these names."""
    return [at for at, purl in enumerate(purls) if str(purl).rpartition("@")[0].endswith(("/a", "c", "django", ""))]


def told(source: Source, *, few: bool) -> tuple[int, list[Parsed]] | None:
    """Return how many packages there are, and what is told of those that somebody asks for; None where `few` fails."""
    source.asked = asked
    values = package_lock._few(source, asked) if few else package_lock._all(source)
    if values is None:
        return None
    count = 0
    kept: list[Parsed] = []
    for value in values:
        count += value.number if isinstance(value, Passed) else isinstance(value, Dependency)
        if isinstance(value, Passed) or (isinstance(value, Dependency) and not value.mark and not asked([value.purl])):
            continue
        kept.append(value)
    return count, kept


def assert_told_alike(data: bytes) -> bool:
    few = told(Source("package-lock.json", data), few=True)
    assert few is None or few == told(Source("package-lock.json", data), few=False)
    return few is not None


texts = st.one_of(names, st.sampled_from(["node_modules/a", "packages/a", "*", "\ud83d\ude00"]))
odd = st.none() | st.booleans() | st.integers() | texts | st.lists(texts, max_size=2)
wanting = st.dictionaries(st.one_of(names, paths), st.just("*") | odd, max_size=4)
folders = st.one_of(
    paths, st.just(""), st.sampled_from(["packages/a", "packages/b"]), paths.map("packages/a/{}".format)
)
any_entries = st.one_of(
    entries,
    st.fixed_dictionaries({"link": st.booleans() | odd, "resolved": folders}),
    st.fixed_dictionaries(
        {"version": versions},
        optional={
            "dependencies": wanting,
            "devDependencies": wanting,
            "peerDependencies": wanting | odd,
            "optionalDependencies": wanting,
            "packages": st.dictionaries(texts, odd, max_size=2),
            "license": odd,
            "dev": odd,
            "name": odd,
        },
    ),
)
locks = st.fixed_dictionaries(
    {"packages": st.dictionaries(folders, any_entries, max_size=12)},
    optional={"name": texts, "lockfileVersion": st.just(2), "dependencies": st.dictionaries(texts, any_entries)},
)
layouts = st.fixed_dictionaries(
    {"indent": st.sampled_from([None, 2, "\t"]), "ensure_ascii": st.booleans(), "separators": st.none()}
)


@given(locks, layouts)
def test_few_packages_are_read_like_all(document: dict[str, object], layout: dict[str, object]) -> None:
    text = json.dumps(document, **layout)  # type: ignore[arg-type]  # -- its own names
    assert_told_alike(text.encode("utf-8", "surrogatepass"))


GOOD = """{
  "name": "shop", "lockfileVersion": 3, "packages": {
    "": {"dependencies": {"a": "1", "b": "1"}},
    "node_modules/a": {"version": "1.0.0", "size": 1.5e3, "license": "MIT"},
    "node_modules/b": {"version": "1.0.0", "dependencies": {"django": "2", "packages": "1"}},
    "node_modules/b/node_modules/django": {"version": "2.0.0", "deprecated": "No."},
    "node_modules/\u00e9": {"version": "1.0.0"},
    "node_modules/django": {"version": "3.0.0", "dev": true}
  }
}
"""


@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.integers(0, 2), st.sampled_from('"\\{}[]:,0-.eEtn \n\x00/'))))
@example([(0, 0, "\ufeff")])
def test_a_broken_lockfile_is_told_alike(edits: list[tuple[int, int, str]]) -> None:
    text = GOOD
    for at, removed, added in edits:
        text = text[:at] + added + text[at + removed :]
    assert_told_alike(text.encode())


A = '"node_modules/a": {"version": "1.0.0"}'


@pytest.mark.parametrize(
    ("text", "few"),
    [
        (GOOD, True),
        (GOOD.replace('"node_modules/b": {', '"node_modules/b" :{'), True),
        (GOOD.replace("\n", "\r\n"), True),
        (GOOD.replace("1.5e3", "NaN"), False),
        (GOOD.replace("1.5e3", "9" * 5000), False),
        (GOOD.replace("1.5e3", "[" * 99_999), False),
        (GOOD.replace("1.5e3", '"\\ud800"'), False),
        (GOOD.replace("node_modules/a", "node_\\u006dodules/a"), False),
        (GOOD.replace('"packages": {\n', '"p\\u0061ckages": {\n'), False),
        (GOOD.replace('"version": "1.0.0", "size"', '"v\\u0065rsion": "1.1.0", "size"'), False),
        (GOOD.replace('"version": "1.0.0", "size"', '"version": 1, "size"'), True),
        (GOOD.replace('{"version": "3.0.0", "dev": true}', "null"), False),
        (GOOD + "x", False),
        (GOOD[:-5], False),
        (f'{{"packages": {{{A}, "node_modules/b": {{}}, {A}}}}}', False),
        (f'{{"packages": {{{A}}}, "packages": {{{A}}}}}', False),
        (f'{{"packages": {{"x": {{"packages": {{{A}}}}}, {A}}}}}', False),
        (f'{{"x": {{"packages": {{{A}}}}}, "packages": {{}}}}', True),
        (f'{{"packages": {{{A}, "x": {{"y": {{"z": 1, {A}}}}}}}}}', True),
        ('{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0"}}}', False),
        ('{"packages": []}', False),
        ('{"packages": {}}', True),
        ("[]", False),
        ("", False),
    ],
)
def test_what_is_unusual_is_read_as_a_whole(text: str, *, few: bool) -> None:
    assert assert_told_alike(text.encode()) == few
    for encoding in ("utf-8-sig", "utf-16", "latin-1"):
        assert_told_alike(text.encode(encoding))


def test_every_fixture_is_told_alike() -> None:
    files = glob.glob(os.path.join(FIXTURES, "*", "*.json"))
    few = []
    for path in files:
        with open(path, "rb") as file:
            few.append(assert_told_alike(file.read()))
    assert any(few)


def test_only_a_large_lockfile_of_which_few_are_asked_for_loads_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(package_lock, "_few", broken)
    small = Source("package-lock.json", GOOD.encode())
    small.asked = asked
    assert list(parse(small))
    large = Source("package-lock.json", GOOD.encode() + b" " * package_lock._LARGE)
    assert list(parse(large))
    large.asked = asked
    with pytest.raises(AssertionError):
        parse(large)


@given(
    st.dictionaries(paths, st.fixed_dictionaries({"dependencies": wanting}), min_size=1, max_size=12),
    st.dictionaries(names, st.just("*")),
    st.sets(st.integers(0, 11), max_size=3),
)
def test_what_leads_to_a_few_is_what_leads_to_them_among_all(
    packages: dict[str, object], root: dict[str, object], numbers: set[int]
) -> None:
    whole = package_lock._Graph(packages, {"dependencies": root})
    wanted = [path for number, path in enumerate(packages) if number in numbers]
    few = package_lock._Graph(packages, {"dependencies": root}, wanted)
    assert [few.parents.get(path) for path in wanted] == [whole.parents.get(path) for path in wanted]
