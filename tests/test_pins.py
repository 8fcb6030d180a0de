"""Laws of the lockfile that speaks for the manifests beside and below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner import claims
from scanner.claims import Claim
from scanner.model import Dependency, Kind, Location
from scanner.pins import Pins, locked

if TYPE_CHECKING:
    from collections.abc import Sequence


@pytest.fixture(autouse=True)
def one_lockfile_and_its_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    known = (Claim("manifest", ("package.json",), pinned_by=("x.lock",)), Claim("lock", ("x.lock", "other.lock")))
    monkeypatch.setattr(claims, "_claims", lambda: known)
    monkeypatch.setattr(claims, "_index", lambda: claims._Index(known))


def pin(text: str) -> Dependency:
    return Dependency(purl=f"pkg:npm/{text}", location=Location("x.lock", 1))


def wish(name: str, requirement: str | None, kind: Kind = Kind.LIBRARY) -> Dependency:
    return Dependency(purl=f"pkg:npm/{name}", location=Location("package.json", 1), requirement=requirement, kind=kind)


def heard(*files: tuple[str, Sequence[Dependency]]) -> list[str]:
    pins, said = Pins(), []
    for path, dependencies in files:
        said = [dependency.purl.removeprefix("pkg:npm/") for dependency in pins.heard(path, dependencies)]
    return said


def test_what_a_lockfile_pins_is_not_told_again_by_its_manifest() -> None:
    assert heard(("a/x.lock", [pin("b@1.2.3")]), ("a/package.json", [wish("b", "^1.0"), wish("c", "^1.0")])) == ["c"]


def test_a_lockfile_says_everything_itself() -> None:
    assert heard(("a/x.lock", [pin("b@1.2.3"), pin("c@1")])) == ["b@1.2.3", "c@1"]


def test_a_lockfile_speaks_for_the_folders_below_and_for_no_others() -> None:
    lock = ("a/x.lock", [pin("b@1.2.3")])
    assert heard(lock, ("a/packages/one/package.json", [wish("b", "^1.0")])) == []
    assert heard(lock, ("ab/package.json", [wish("b", "^1.0")])) == ["b"]
    assert heard(lock, ("package.json", [wish("b", "^1.0")])) == ["b"]


def test_a_project_below_that_wants_another_version_is_heard() -> None:
    assert heard(("x.lock", [pin("b@2.0.0")]), ("examples/package.json", [wish("b", "^1.0")])) == ["b"]


def test_one_of_several_pinned_versions_is_enough() -> None:
    lock = ("x.lock", [pin("b@2.0.0"), pin("b@1.9.9")])
    assert heard(lock, ("package.json", [wish("b", "^1.0")])) == []


def test_a_pin_in_the_manifest_is_heard_where_the_lockfile_has_another() -> None:
    lock = ("x.lock", [pin("b@2.0.0")])
    assert heard(lock, ("package.json", [wish("b@2.0.0", None)])) == []
    assert heard(lock, ("package.json", [wish("b@1.0.0", None)])) == ["b@1.0.0"]


@pytest.mark.parametrize("requirement", ["catalog:", "https://example.org/b.tgz", None])
def test_what_is_no_range_is_what_the_lockfile_has_made_of_it(requirement: str | None) -> None:
    assert heard(("x.lock", [pin("b@1.2.3")]), ("package.json", [wish("b", requirement)])) == []


def test_a_runtime_is_heard_whatever_is_pinned() -> None:
    assert heard(("x.lock", [pin("node@18.0.0")]), ("package.json", [wish("node", ">=18", Kind.RUNTIME)])) == ["node"]


def test_a_lockfile_of_another_tool_does_not_speak() -> None:
    assert heard(("other.lock", [pin("b@1.2.3")]), ("package.json", [wish("b", "^1.0")])) == ["b"]


def fixed(dependency: Dependency, *pins: Dependency) -> str:
    (said,) = locked([dependency], pins)
    return said.purl.removeprefix("pkg:npm/") + (f" {said.requirement}" if said.requirement else "")


def test_a_manifest_read_alone_has_the_versions_of_its_lockfile() -> None:
    assert fixed(wish("b", "^1.0"), pin("b@1.2.3"), pin("c@2")) == "b@1.2.3"
    assert fixed(wish("b", "catalog:"), pin("b@1.2.3")) == "b@1.2.3"


def test_a_range_stays_a_range_where_the_lockfile_does_not_tell_its_version() -> None:
    assert fixed(wish("b", "^1.0")) == "b ^1.0"
    assert fixed(wish("b", "^1.0"), pin("b@2.0.0")) == "b ^1.0"
    assert fixed(wish("b", "^1.0"), pin("b@1.2.3"), pin("b@1.2.4")) == "b ^1.0"
    assert fixed(wish("b", ">=18", Kind.RUNTIME), pin("b@18.0.0")) == "b >=18"


def test_of_several_versions_the_one_counts_that_the_project_asks_for() -> None:
    assert fixed(wish("b", "^1.0"), pin("b@1.2.3"), pin("b@1.2.4")._replace(direct=True)) == "b@1.2.4"
