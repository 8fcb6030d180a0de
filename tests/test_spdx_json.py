"""SPDX 2 documents of any size: large ones are skimmed, and what that gives is what a whole look gives."""

from __future__ import annotations

import glob
import json
import os
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.ecosystems import spdx
from scanner.model import Dependency, Kind, Passed, Problem
from scanner.parsers import spdx_json
from scanner.source import Source
from scanner.syntax import jsonstream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model import Parsed

FIXTURES = os.path.join(os.path.dirname(os.path.dirname(__file__)), "fixtures", "spdx_json")
INPUTS = sorted(path for path in glob.glob(f"{FIXTURES}/*/*.json") if not path.endswith("expected.json"))


def read(data: bytes, asked: Sequence[str] | None = None, *, large: bool = False) -> list[Parsed | Passed]:
    source = Source("some.spdx.json", data)
    if asked is not None:
        source.asked = lambda purls: [number for number, purl in enumerate(purls) if purl in asked]
    with pytest.MonkeyPatch.context() as patch:
        if large:
            patch.setattr(jsonstream, "read", partial(jsonstream.read, small=0))
        return list(spdx_json.parse(source))


def document(*packages: object, **others: object) -> bytes:
    return json.dumps({"spdxVersion": "SPDX-2.3", "packages": packages, **others}, indent=1).encode()


def package(name: str, purl: str | None = None, **others: object) -> dict[str, object]:
    references = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return {"SPDXID": f"SPDXRef-{name}", "name": name, **({"externalRefs": references} if purl else {}), **others}


def library(number: int) -> dict[str, object]:
    return package(f"library-{number}", f"pkg:npm/library-{number}@1.0.{number}", versionInfo=f"1.0.{number}")


@pytest.mark.parametrize("path", INPUTS, ids=[os.path.relpath(path, FIXTURES) for path in INPUTS])
def test_a_skimmed_document_says_what_a_whole_one_says(path: str) -> None:
    with open(path, "rb") as file:
        data = file.read()
    assert read(data, large=True) == read(data)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["purl", "pkg:npm/a@1", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "referenceType", "x"]), inner),
    max_leaves=8,
)
packages = st.fixed_dictionaries(
    {"SPDXID": st.sampled_from(["a", "b", "c"])},
    optional={
        "name": values,
        "versionInfo": values,
        "primaryPackagePurpose": values,
        "externalRefs": values
        | st.lists(
            st.fixed_dictionaries(
                {"referenceType": st.just("purl") | values},
                optional={"referenceLocator": st.sampled_from(["pkg:npm/a@1", "pkg:npm/b", "pkg:pypi/"]) | values},
            ),
            max_size=3,
        ),
    },
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(packages | values, max_size=8), st.booleans())
def test_odd_packages_are_skimmed_as_they_are_read(entries: list[object], with_graph: bool) -> None:  # noqa: FBT001 -- drawn
    ends = {"spdxElementId": "a", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "b"}
    data = document(*entries, **({"relationships": [ends]} if with_graph else {}))
    assert read(data, large=True) == read(data)


def test_what_nobody_asks_for_is_only_counted() -> None:
    data = document(*(library(number) for number in range(30)))
    values = read(data, asked=["pkg:npm/library-7@1.0.7"], large=True)
    assert sum(value.number for value in values if isinstance(value, Passed)) + len(dependencies(values)) == 30
    (seven,) = (value for value in dependencies(values) if value.purl.endswith("-7@1.0.7"))
    assert seven in read(data)


def test_what_is_no_plain_package_is_never_only_counted() -> None:
    odd = [
        package("no-purl"),
        package("no-package-url", "https://registry.example/x"),
        package("nothing", "pkg:npm/"),
        package("debian", versionInfo="11", primaryPackagePurpose="OPERATING-SYSTEM"),
    ]
    values = read(document(*map(library, range(10)), *odd, *map(library, range(10, 20))), asked=[], large=True)
    named = {found.label[0] for found in dependencies(values) if found.label}
    assert named == {"no-purl", "no-package-url", "nothing", "debian"}
    assert [found.label for found in dependencies(values) if found.kind is Kind.OS] == [("debian", "11")]
    assert len([value for value in values if isinstance(value, Problem)]) == 2


def graphed(count: int) -> bytes:
    ends = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-root"), ("SPDXRef-root", "DEPENDS_ON", "SPDXRef-library-0")]
    ends += [(f"SPDXRef-library-{at}", "DEPENDENCY_OF", f"SPDXRef-library-{at // 3}") for at in range(1, count)]
    rows = [{"spdxElementId": own, "relationshipType": kind, "relatedSpdxElement": other} for own, kind, other in ends]
    return document(package("root"), *map(library, range(count)), relationships=rows)


def test_who_brings_a_package_in_is_told_of_what_is_skimmed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = [f"pkg:npm/library-{at}@1.0.{at}" for at in range(0, 400, 7)]
    data = graphed(400)
    plain = [found for found in dependencies(read(data)) if found.purl in wanted]
    assert plain[-1].via[0] == "library-0@1.0.0"
    monkeypatch.setattr(jsonstream, "_STRETCH", 9_000)
    values = read(data, asked=wanted, large=True)
    assert [found for found in dependencies(values) if found.purl in wanted] == plain
    assert len(dependencies(values)) + sum(one.number for one in values if isinstance(one, Passed)) == 400


def test_a_package_that_is_named_twice_bears_its_last_name() -> None:
    entries = json.loads(graphed(9))
    entries["packages"].insert(0, {"name": "other", "SPDXID": "SPDXRef-library-0"})
    found = dependencies(read(json.dumps(entries).encode()))
    assert found[-1].via[0] == "library-0@1.0.0"
    entries["packages"].append({"name": "other", "SPDXID": "SPDXRef-library-0"})
    found = dependencies(read(json.dumps(entries).encode()))
    assert found[-2].via[0] == "other"


def test_relationships_may_stand_before_the_packages() -> None:
    entries = json.loads(graphed(9))
    turned = json.dumps(dict(reversed(entries.items())), indent=1).encode()
    assert [found.via for found in dependencies(read(turned))] == [
        found.via for found in dependencies(read(graphed(9)))
    ]


def test_a_graph_that_is_too_large_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spdx, "_MOST", 12)
    found = dependencies(read(graphed(9)))
    assert len(found) == 9
    assert not any(one.via for one in found)


def dependencies(values: list[Parsed | Passed]) -> list[Dependency]:
    return [value for value in values if isinstance(value, Dependency)]
