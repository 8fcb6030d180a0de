"""`scanner.conda`: what conda calls a package."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.ecosystems import conda


@pytest.mark.parametrize(
    ("text", "name", "version", "wanted"),
    [
        ("numpy", "numpy", None, None),
        ("numpy *", "numpy", None, None),
        ("numpy=1.22", "numpy", None, "=1.22"),
        ("numpy = 1.22", "numpy", None, "= 1.22"),
        ("numpy==1.22.3", "numpy", "1.22.3", None),
        ("numpy 1.22.3", "numpy", "1.22.3", None),
        ("numpy=1.22.3=py39_0", "numpy", "1.22.3", None),
        ("numpy 1.22.3 py39_0", "numpy", "1.22.3", None),
        ("numpy==1.22.3=py39_0", "numpy", "1.22.3", None),
        ("numpy=1.22.*=py39*", "numpy", None, "=1.22.*"),
        ("numpy 1.22.*", "numpy", None, "1.22.*"),
        ("numpy>=1.20,<2", "numpy", None, ">=1.20,<2"),
        ("numpy >=1.20,<2 py39_0", "numpy", None, ">=1.20,<2"),
        ("numpy >=1.20, <2", "numpy", None, ">=1.20, <2"),
        ("numpy 1.20|1.22", "numpy", None, "1.20|1.22"),
        ("numpy~=1.20", "numpy", None, "~=1.20"),
        ("conda-forge::numpy=1.22", "numpy", None, "=1.22"),
        ("conda-forge/linux-64::numpy", "numpy", None, None),
        ("conda-forge:ns:numpy", "numpy", None, None),
        ("numpy[version='>=1.20', build=py39*]", "numpy", None, ">=1.20"),
        ('numpy[version="1.22.3"]', "numpy", "1.22.3", None),
        ("numpy==1.22.3  # why", "numpy", "1.22.3", None),
        ("https://registry.example/linux-64/python-dateutil-2.8.2-py_0.conda#abc", "python-dateutil", "2.8.2", None),
        ("file:///tmp/zlib-1.2.11-0.tar.bz2", "zlib", "1.2.11", None),
    ],
)
def test_a_specification_is_read_as_conda_reads_it(
    text: str, name: str, version: str | None, wanted: str | None
) -> None:
    found = conda.specification(text)
    assert found is not None
    assert (found.name, found.version, found.range) == (name, version, wanted)
    assert text[found.start : found.end] == name


@pytest.mark.parametrize(
    "text", ["", " ", "=1", "3.9", "two words", "numpy 1 2 3", "numpy >=", "touch /tmp/x", "a" * 2000, "a::"]
)
def test_what_conda_could_not_look_for_is_nothing(text: str) -> None:
    assert conda.specification(text) is None


@given(st.text(max_size=40) | st.text("ab:=<>!~*|,.[]'\" 12#/-_", max_size=40))
def test_any_text_is_read_or_is_nothing(text: str) -> None:
    found = conda.specification(text)
    if found is not None:
        assert text[found.start : found.end] == found.name
        assert conda.is_name(found.name)


@given(st.text("aB1._-", min_size=1), st.none() | st.text("aB1._!+", min_size=1))
def test_a_purl_is_canonical(name: str, version: str | None) -> None:
    if conda.is_name(name):
        purl = conda.purl(name, version)
        assert PackageURL.from_string(purl).to_string() == purl
        assert PackageURL.from_string(purl) == PackageURL("conda", None, name.lower(), version)
