"""Laws of package URLs as text, which are held equal to packageurl-python."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.purl import Purl, make, name_beside, split

TYPES = [
    "cargo",
    "composer",
    "deb",
    "docker",
    "gem",
    "generic",
    "github",
    "golang",
    "maven",
    "npm",
    "nuget",
    "pypi",
    "rpm",
]

plain = st.text(alphabet="abcXYZ019.-_~", min_size=1, max_size=8)
any_text = plain | st.text(max_size=8)
named = any_text.filter(lambda name: name.strip(" /"))
# White space and slashes at the ends of a part are lost on the way through the library.
segments = plain | st.text(st.characters(exclude_categories=["Z", "C"], exclude_characters="/"), min_size=1, max_size=8)
versions = st.none() | st.text(alphabet="abcXYZ019.-_~:+!", max_size=8) | segments


@given(st.sampled_from(TYPES), named, versions, st.just("") | any_text)
def test_a_purl_is_made_as_the_library_makes_it(purl_type: str, name: str, version: str | None, namespace: str) -> None:
    try:
        expected = PackageURL(purl_type, namespace or None, name, version or None).to_string()
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            make(purl_type, name, version, namespace)
    else:
        assert make(purl_type, name, version, namespace) == expected


@given(
    st.sampled_from(TYPES),
    segments.filter(lambda name: "@" not in name),
    versions,
    st.lists(segments, max_size=2).map("/".join),
    st.dictionaries(st.sampled_from(["arch", "distro", "repository_url", "tag"]), segments, max_size=2),
)
def test_a_purl_is_taken_apart_as_the_library_does(
    purl_type: str, name: str, version: str | None, namespace: str, qualifiers: dict[str, str]
) -> None:
    try:
        written = PackageURL(purl_type, namespace or None, name, version or None, qualifiers).to_string()
        theirs = PackageURL.from_string(written)
    except ValueError:
        return
    assert isinstance(theirs.qualifiers, dict)
    assert split(written) == Purl(theirs.type, theirs.namespace or "", theirs.name, theirs.version, theirs.qualifiers)


@given(st.text(alphabet="pkg:/@%40?#&=.a1") | any_text)
def test_any_text_is_a_purl_or_none(text: str) -> None:
    purl = split(text)
    assert purl is None or (purl.name and purl.version != "")


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        (("pypi", "Flask_Login", "0.6.3", ""), "pkg:pypi/flask-login@0.6.3"),
        (("npm", "core", "16.0.0", "@angular"), "pkg:npm/%40angular/core@16.0.0"),
        (("maven", "Spring", "5.0.RELEASE", "org.example"), "pkg:maven/org.example/Spring@5.0.RELEASE"),
        (("golang", "b", "v1.0.0+incompatible", "host.example/a"), "pkg:golang/host.example/a/b@v1.0.0%2Bincompatible"),
        (("cargo", "syn", "2.0.0", ""), "pkg:cargo/syn@2.0.0"),
        (("deb", "openssl", "1:3.0-1", "debian"), "pkg:deb/debian/openssl@1:3.0-1"),
        (("generic", "python", None, ""), "pkg:generic/python"),
    ],
)
def test_the_official_forms_are_written(parts: tuple[str, str, str | None, str], written: str) -> None:
    assert make(*parts) == written


@pytest.mark.parametrize(
    ("text", "purl"),
    [
        ("pkg:npm/%40angular/core@16.0.0", Purl("npm", "@angular", "core", "16.0.0", {})),
        ("pkg:npm/@angular/core@16.0.0", Purl("npm", "@angular", "core", "16.0.0", {})),
        ("pkg:npm/@angular/core", Purl("npm", "@angular", "core", None, {})),
        ("pkg:npm/mime%401.6.0", Purl("npm", "", "mime", "1.6.0", {})),
        ("pkg:npm/%40scope/mime%401.6.0", Purl("npm", "@scope", "mime", "1.6.0", {})),
        ("PKG:PyPI/django@3.2", Purl("pypi", "", "django", "3.2", {})),
        ("pkg://pypi/django@3.2", Purl("pypi", "", "django", "3.2", {})),
        (" pkg:pypi/django@3.2 ", Purl("pypi", "", "django", "3.2", {})),
        ("pkg:pypi/django@", Purl("pypi", "", "django", None, {})),
        ("pkg:golang/./api", Purl("golang", ".", "api", None, {})),
        ("pkg:golang/a.example/b@v1#sub/dir", Purl("golang", "a.example", "b", "v1", {})),
        (
            "pkg:deb/debian/a@1%2B2?arch=amd64&Distro=x%201&empty=",
            Purl("deb", "debian", "a", "1+2", {"arch": "amd64", "distro": "x 1"}),
        ),
    ],
)
def test_purls_are_read_as_tools_write_them(text: str, purl: Purl) -> None:
    assert split(text) == purl


@pytest.mark.parametrize(
    "text", ["", "pkg:", "pkg:pypi", "pkg:pypi/", "pkg:///", "django", "https://host.example/a", "purl:pypi/a"]
)
def test_what_is_no_purl_is_none(text: str) -> None:
    assert split(text) is None


@pytest.mark.parametrize("name", ["", " ", "/", " / "])
def test_a_purl_has_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        make("cargo", name)


@pytest.mark.parametrize(
    ("text", "beside", "name"),
    [
        ("pkg:npm/%40new/things", "pkg:npm/things@1", "@new/things"),
        ("pkg:npm/things@2", "PKG:npm/%40old/things@1", "things 2"),
        ("pkg:maven/org.new/things", "pkg:maven/org.old/things@1", "org.new/things"),
        ("pkg:npm/things", "pkg:pypi/things@1", "pkg:npm/things"),
        ("pkg:npm/things", "things", "pkg:npm/things"),
        ("the standard library", "pkg:pypi/things@1", "the standard library"),
        ("", "pkg:pypi/things@1", ""),
    ],
)
def test_a_package_is_named_beside_another_as_briefly_as_is_clear(text: str, beside: str, name: str) -> None:
    assert name_beside(text, beside) == name
