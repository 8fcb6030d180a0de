"""Names of npm packages as purls, and who needs a package when."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import npm
from scanner.model import Scope


@given(st.from_regex(r"(?:@[a-zA-Z0-9._~-]+/)?[a-zA-Z0-9._~-]+", fullmatch=True), st.sampled_from(["1.0.0-B+c", None]))
def test_a_purl_is_what_the_library_makes(name: str, version: str | None) -> None:
    scope, _, bare = name.rpartition("/")
    assert npm.purl(name, version) == PackageURL("npm", scope or None, bare, version).to_string()


@pytest.mark.parametrize("name", ["", "@", "a/b", "@a/b/c", "@/b", "a b"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        npm.purl(name)


def test_what_is_needed_at_run_time_stays_so() -> None:
    roots = {Scope.DEV: ["tool"], Scope.RUNTIME: ["app"]}
    found = npm.reached(roots, {"tool": ["deep", "other"], "app": ["core"], "core": ["deep"]})
    assert found["deep"] == (Scope.RUNTIME, ("app", "core"))
    assert found["other"] == (Scope.DEV, ("tool",))


def test_what_a_package_can_do_without_is_optional() -> None:
    found = npm.reached({Scope.RUNTIME: ["app"]}, {"app": []}, {"app": ["native"], "native": ["below"]})
    assert found["below"] == (Scope.OPTIONAL, ("app", "native"))
