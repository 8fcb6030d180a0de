"""Laws of the chains of parents."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from scanner.lineage import LONGEST, Origin, chains, origins, tops
from scanner.model import Scope

graphs = st.dictionaries(st.integers(0, 8), st.lists(st.integers(0, 8), max_size=4), max_size=8)


def test_a_root_has_no_parents_and_a_child_has_the_shortest_chain() -> None:
    children = {"app": ["a", "b"], "a": ["c"], "c": ["b", "d"]}
    assert chains(["app"], children) == {
        "app": (),
        "a": ("app",),
        "b": ("app",),
        "c": ("app", "a"),
        "d": ("app", "a", "c"),
    }


def test_the_first_of_equally_short_chains_counts() -> None:
    assert chains(["a", "b"], {"b": ["c"], "a": ["c"]})["c"] == ("a",)


def test_a_chain_that_is_too_long_loses_its_beginning() -> None:
    children = {number: [number + 1] for number in range(LONGEST + 10)}
    assert chains([0], children)[LONGEST + 10] == tuple(range(10, LONGEST + 10))


def test_what_nobody_asks_for_is_a_top() -> None:
    assert tops({"c": ["d"], "a": ["c"], "b": []}) == ["a", "b"]
    assert tops({"a": ["b"], "b": ["a"]}) == []


@given(graphs, st.lists(st.integers(0, 8)))
def test_every_chain_is_a_way_through_the_graph(graph: dict[int, list[int]], roots: list[int]) -> None:
    for child, chain in chains(roots, graph).items():
        if child in roots:
            assert chain == ()
            continue
        assert chain[0] in roots
        assert all(after in graph[before] for before, after in zip(chain, (*chain[1:], child), strict=True))


def test_run_time_beats_the_other_scopes() -> None:
    children = {"app": ["lib"], "tool": ["lib", "own"], "lib": ["deep"]}
    found = origins([("tool", Scope.DEV), ("app", Scope.RUNTIME), ("lib", Scope.OPTIONAL)], children)
    assert found == {
        "app": Origin(Scope.RUNTIME, ()),
        "lib": Origin(Scope.RUNTIME, ("app",)),
        "deep": Origin(Scope.RUNTIME, ("app", "lib")),
        "tool": Origin(Scope.DEV, ()),
        "own": Origin(Scope.DEV, ("tool",)),
    }


@given(graphs, st.lists(st.tuples(st.integers(0, 8), st.sampled_from(list(Scope)))))
def test_an_origin_is_a_chain_within_the_strongest_scope(
    children: dict[int, list[int]], asked: list[tuple[int, Scope]]
) -> None:
    found = origins(asked, children)
    for scope in (Scope.RUNTIME, Scope.OPTIONAL, Scope.BUILD, Scope.DEV):
        reached = chains([key for key, wanted in asked if wanted is scope], children)
        for key, chain in reached.items():
            if found[key].scope is scope:
                assert len(found[key].via) >= len(chain)
                assert all(child in children[parent] for parent, child in pairwise((*found[key].via, key)))
    assert found.keys() == chains([key for key, _ in asked], children).keys()
