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


def test_what_is_only_for_development_is_never_only_counted() -> None:
    ends = {"relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-library-0"}
    data = document(*map(library, range(9)), relationships=[{"spdxElementId": "SPDXRef-library-5", **ends}])
    assert "pkg:npm/library-5@1.0.5" in [found.purl for found in dependencies(read(data, asked=[], large=True))]


def dependencies(values: list[Parsed | Passed]) -> list[Dependency]:
    return [value for value in values if isinstance(value, Dependency)]
