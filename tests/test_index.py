"""catalog/index: purl → product."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packageurl import PackageURL

from scanner.catalog import dataset
from scanner.catalog.index import Index, cpe_key, key_of, keys_of
from scanner.model import EvidenceClass, EvidenceKind
from scanner.purl import DISTRO_TYPES

if TYPE_CHECKING:
    from scanner.model import Product


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(dataset.load())


@pytest.mark.parametrize(
    ("purl", "product"),
    [
        ("pkg:pypi/Django@3.2", "django"),
        ("pkg:pypi/django", "django"),
        ("pkg:pypi/Apache__Airflow@2", "apache-airflow"),
        ("pkg:pypi/airflow@2", None),
        ("pkg:npm/%40angular/core@12.1.0", "angular"),
        ("pkg:npm/@angular/core@12.1.0", "angular"),
        ("pkg:npm/@angular/core", "angular"),
        ("pkg:npm/jquery%401.6.0", "jquery"),
        ("pkg:maven/org.springframework/spring-core@5.3.1?type=jar", "spring-framework"),
        ("pkg:maven/org.springframework/Spring-Core@5.3.1", None),
        ("pkg:nuget/bootstrap@3", "bootstrap"),
        ("pkg:nuget/MICROSOFT.netcore.app@3", "dotnet"),
        ("pkg:deb/debian/nginx@1.18.0-6?arch=amd64&distro=debian-11", "nginx"),
        ("pkg:rpm/rhel/nginx@1.20", "nginx"),
        ("pkg:rpm/amazon/nginx@1.20", "nginx"),
        ("pkg:apk/alpine/nginx@1.20", "nginx"),
        ("pkg:alpine/nginx@1.20", "nginx"),
        ("pkg:docker/library/python@3.8", "python"),
        ("pkg:docker/python@3.8", "python"),
        ("pkg:docker/python@3.8?repository_url=hub.docker.com", "python"),
        ("pkg:oci/python@sha256:00?repository_url=docker.io/library/python&tag=3.8", "python"),
        ("pkg:oci/python@sha256:00?repository_url=index.docker.io/library", "python"),
        ("pkg:oci/python@sha256:00", None),
        ("pkg:oci/argocd@sha256:00?repository_url=quay.io/argoproj", "argo-cd"),
        ("pkg:oci/argocd@sha256:00?repository_url=https://quay.io/argoproj/argocd/", "argo-cd"),
        ("pkg:oci/argocd@sha256:00?repository_url=evil.example/argoproj", None),
        ("pkg:docker/argoproj/argocd@1?repository_url=quay.io", "argo-cd"),
        ("pkg:oci/coder@sha256:00?repository_url=ghcr.io/coder", "coder"),
        ("pkg:oci/coder@sha256:00?repository_url=ghcr.io/coder/coder", "coder"),
        ("pkg:oci/prometheus@sha256:00?repository_url=quay.io/prometheus", "prometheus"),
    ],
)
def test_both_sides_are_compared_in_the_form_of_their_type(index: Index, purl: str, product: str | None) -> None:
    found = index.find(purl)

    assert (found and found.product.id) == product


@pytest.mark.parametrize("purl", ["pkg:npm/pg@8.11.3", "pkg:npm/mongodb@6", "pkg:npm/q@1.5", "pkg:pypi/postgresql@1"])
def test_a_name_alone_is_no_match(index: Index, purl: str) -> None:
    # npm/pg is not PostgreSQL, npm/mongodb is not MongoDB, npm/q is not Quasar.
    assert index.find(purl) is None


@pytest.mark.parametrize("text", ["", "pkg:", "pkg:pypi", "pkg:pypi/", "django", "django@3.2", "pkg:pypi/@1", "@"])
def test_what_is_no_purl_is_no_product(index: Index, text: str) -> None:
    assert index.find(text) is None


def test_a_match_says_which_identifier_it_rests_on(index: Index) -> None:
    found = index.find("pkg:npm/@angular/core@12.1.0")

    assert found is not None
    assert found.evidence.identifier == "pkg:npm/%40angular/core"
    assert (found.evidence.kind, found.evidence.evidence_class) == (EvidenceKind.IDENTIFIER, EvidenceClass.VENDOR)
    assert found.evidence.source == "endoflife.date"
    assert (found.type, found.version) == ("npm", "12.1.0")


def test_a_distro_package_says_that_it_is_one(index: Index) -> None:
    for purl in ("pkg:deb/debian/nginx@1.18.0", "pkg:alpine/nginx@1.18.0", "pkg:rpm/rhel/nginx@1.18.0"):
        found = index.find(purl)
        assert found is not None
        assert found.type in DISTRO_TYPES


def test_the_version_of_an_image_is_its_tag(index: Index) -> None:
    digest = index.find("pkg:oci/python@sha256:00?repository_url=docker.io/library&tag=3.8")
    tag = index.find("pkg:docker/python@3.8")

    assert digest is not None
    assert tag is not None
    assert digest.version == tag.version == "3.8"


def test_every_purl_of_every_product_finds_that_product(index: Index) -> None:
    for product in dataset.load():
        for purl in purls(product):
            found = index.find(purl)
            # An image named without its registry may be anybody's, and is found by nobody.
            assert found is not None, purl
            assert found.product.id == product.id


def purls(product: Product) -> list[str]:
    return [identifier for kind, identifier in product.identifiers if kind in ("purl", "derived")]


def test_every_key_of_the_index_is_its_own_key() -> None:
    for product in dataset.load():
        for purl in purls(product):
            assert key_of(purl) in keys_of(purl)


TYPES = ["pypi", "npm", "maven", "gem", "cargo", "golang", "nuget", "composer", "github", "deb", "rpm", "apk", "docker"]
# No `@` but in a scope: tools write it encoded before a version too, and are believed.
NAMES = st.text(st.sampled_from("abAB09.-_~+ é"), min_size=1, max_size=8).filter(lambda name: name.strip("-_. "))


@given(
    st.sampled_from(TYPES), st.one_of(st.none(), NAMES.map(lambda name: f"@{name}"), NAMES), NAMES, st.just("1.2-3+b")
)
def test_index_keys_are_stable_under_re_parsing(purl_type: str, namespace: str | None, name: str, version: str) -> None:
    try:
        purl = PackageURL(purl_type, namespace, name, version).to_string()
    except ValueError:
        return  # the library knows that this type has no such names
    parsed = PackageURL.from_string(purl)
    bare = PackageURL(parsed.type, parsed.namespace, parsed.name).to_string()
    qualified = PackageURL(parsed.type, parsed.namespace, parsed.name, version, {"arch": "x"}, "sub/path").to_string()

    assert key_of(purl) == key_of(PackageURL.from_string(purl).to_string())
    assert key_of(purl) == key_of(bare) == key_of(qualified)


@settings(max_examples=500)
@given(
    st.lists(st.sampled_from([*"npmi@/%?#=&.-_aA1 \n", "%40", "pypi/", "rhel/", "alpine/"]), max_size=12).map("".join)
)
def test_the_short_way_gives_the_same_key_as_the_long_way(text: str) -> None:
    from scanner.catalog import index as module

    for purl in (f"pkg:{text}", f"pkg:{text}@1", f"pkg:rpm/{text}", text):
        assert key_of(purl) == module._key(purl)


@pytest.mark.parametrize(
    ("cpe", "product", "version"),
    [
        ("cpe:2.3:a:djangoproject:django:3.2.25:*:*:*:*:*:*:*", "django", "3.2.25"),
        ("cpe:2.3:A:DjangoProject:Django", "django", None),
        ("cpe:/a:djangoproject:django:3.2.25", "django", "3.2.25"),
        ("cpe:/a:djangoproject:django:3.2.25:rc1", "django", "3.2.25-rc1"),
        ("cpe:2.3:a:djangoproject:django:-:*:*:*:*:*:*:*", "django", None),
        ("cpe:2.3:a:erlang:erlang\\/otp:26.0:*:*:*:*:*:*:*", "erlang", "26.0"),
        ("cpe:/a:erlang:erlang%2fotp:26.0", "erlang", "26.0"),
        ("cpe:2.3:o:djangoproject:django:3.2.25", None, None),
        ("cpe:2.3:a:someone:django:3.2.25", None, None),
        ("cpe:2.3:a:djangoproject:django-cms:3.2.25", None, None),
        ("cpe:2.3:a:*:django:3.2.25", None, None),
        ("cpe:2.3:a:djangoproject", None, None),
        ("cpe:/", None, None),
        ("django", None, None),
    ],
)
def test_a_cpe_is_one_of_part_vendor_and_product_and_no_less(
    index: Index, cpe: str, product: str | None, version: str | None
) -> None:
    found = index.find_cpe(cpe)

    assert (found and found.product.id, found and found.version) == (product, version)
    assert found is None or found.evidence.kind is EvidenceKind.CPE


def test_a_cpe_of_two_products_tells_neither(index: Index) -> None:
    # Ansible and its core share one.
    assert index.find_cpe("cpe:2.3:a:redhat:ansible:2.9") is None


@given(st.text(st.sampled_from("cpe:/2.3*-\\%2fa")))
def test_any_text_is_a_cpe_or_none(text: str) -> None:
    for cpe in (text, f"cpe:2.3:{text}", f"cpe:/{text}"):
        assert cpe_key(cpe) is None or cpe.strip().lower().startswith("cpe:")
