"""ecosystems/oci and ecosystems/kubernetes: references of images, and where manifests name them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import kubernetes, oci
from scanner.ecosystems.oci import Reference
from scanner.model import Dependency, Kind, Location, Problem, Scope

PLACE = Location("Dockerfile", 1, 6, 9)
DIGEST = "sha256:8b5e5ea0a8b33c4fca6e1e8ea6b0b7e3ef6e9d8cf1b8a4b8b2d1f0c5d4e3f2a1"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("python", Reference("python", None, None)),
        (" python:3.8-slim ", Reference("python", "3.8-slim", None)),
        ("docker://alpine:3.8", Reference("alpine", "3.8", None)),
        ("registry.example:5000/a/b", Reference("registry.example:5000/a/b", None, None)),
        ("[2001:db8::1]:5000/a:1", Reference("[2001:db8::1]:5000/a", "1", None)),
        (f"a/b:1@{DIGEST}", Reference("a/b", "1", DIGEST)),
        (f"a/b@{DIGEST}", Reference("a/b", None, DIGEST)),
        ("postgres:${{ matrix.pg }}", Reference("postgres", "${{ matrix.pg }}", None)),
        ("debian:%%SUITE%%-slim", Reference("debian", "%%SUITE%%-slim", None)),
        ("ruby:<%=", Reference("ruby", "<%=", None)),
        (f"a:$TAG@{DIGEST}", Reference("a", "$TAG", DIGEST)),
    ],
)
def test_a_reference_is_a_name_with_a_tag_or_a_digest(text: str, reference: Reference) -> None:
    assert oci.reference(text) == reference


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ":1",
        "a:",
        "a b",
        "/a",
        "a/",
        "a//b",
        "..",
        "-",
        "a@b",
        "https://a/b:1",
        "$A/b:1",
        "{{ a }}",
        "a" * 2000,
    ],
)
def test_what_is_no_reference_is_a_problem_at_its_place(text: str) -> None:
    assert oci.reference(text) is None
    found = oci.image(text, PLACE)
    assert isinstance(found, Problem)
    assert found.location == PLACE


@pytest.mark.parametrize(
    ("text", "purl", "requirement"),
    [
        ("python:3.8", "pkg:docker/python@3.8", None),
        ("docker.io/library/python:3.8", "pkg:docker/python@3.8", None),
        ("index.docker.io/acme/app", "pkg:docker/acme/app", None),
        (f"python:3.8@{DIGEST}", "pkg:docker/python@3.8", None),
        (f"python@{DIGEST}", f"pkg:docker/python@{DIGEST}", None),
        ("ghcr.io/acme/app:v1", "pkg:docker/ghcr.io/acme/app@v1", None),
        ("registry.example:5000/app:1", "pkg:docker/registry.example:5000/app@1", None),
        ("python:${VERSION}-slim", "pkg:docker/python", "${VERSION}-slim"),
    ],
)
def test_the_version_is_the_tag_or_else_the_digest(text: str, purl: str, requirement: str | None) -> None:
    assert oci.image(text, PLACE, Scope.BUILD) == Dependency(
        purl=purl, location=PLACE, requirement=requirement, kind=Kind.IMAGE, scope=Scope.BUILD, direct=True
    )


@given(st.text(alphabet="abAB01.:/@-_${} \u00e9", max_size=40))
def test_any_text_is_an_image_with_a_canonical_purl_or_a_problem(text: str) -> None:
    found = oci.image(text, PLACE)
    if isinstance(found, Dependency):
        assert PackageURL.from_string(found.purl).to_string() == found.purl


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("{{- if .Values.a }}", True),
        ("a:\n  - b: {{ .Values.b }}", True),
        ("key: {{ x }}", True),
        ('key: "{{ x }}"', False),
        ("key: a {{ x }}", False),
        ("key: {a: {b: c}}", False),
    ],
)
def test_a_template_has_an_expression_where_yaml_has_a_value(text: str, *, template: bool) -> None:
    assert kubernetes.is_template(text) is template
