"""Laws of npm's lockfiles beside those of all parsers: what is read fast is what is read with care."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model import Dependency, Passed, Scope
from scanner.parsers import package_lock
from scanner.parsers.package_lock import parse
from scanner.source import Source
from scanner.syntax.json import Places
from scanner.syntax.members import Lines, read

names = st.sampled_from(["a", "b-c", "@s/a", "@S.x/b", "Upper", ".a", "..", "@s", "a.b_c~d", "", "é", "a@1", "a/b"])
versions = st.sampled_from(["1", "1.2.3", "1.0.0-rc.1", "1.0.0+b", "v1", "", "x", "git+ssh://git@git.example/a.git"])
paths = st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join(f"node_modules/{part}" for part in parts))
entries = st.fixed_dictionaries(
    {},
    optional={
        "version": versions | st.none() | st.integers(),
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
    graph = package_lock._Graph(tree)
    plain = package_lock._plain().fullmatch
    reading = package_lock._Reading(source, Places(source), Lines(source), graph.folders, graph.parents, plain)
    for folder in tree.folders[1:]:
        usual = package_lock._usual(folder, reading)
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
