"""CPE → product and cycle, over the whole catalogue: https://nvlpubs.nist.gov/nistpubs/Legacy/IR/nistir7695.pdf."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import corridor
from scanner.catalog import dataset
from scanner.catalog.index import Index, cpe_key
from scanner.model import Cycle, Dependency, EvidenceKind, Location, Match, Miss, Product, Reason

LISTED = tuple((text, product.id) for product in dataset.load() for kind, text in product.identifiers if kind == "cpe")
OWNERS: defaultdict[str | None, set[str]] = defaultdict(set)
for listed, owner in LISTED:
    OWNERS[cpe_key(listed)].add(owner)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(dataset.load())


def resolved(index: Index, cpe: str) -> Match | Miss | None:
    found = index.find_cpe(cpe)
    if found is None:
        return None
    dependency = Dependency(purl="", location=Location("sbom.json"))
    return corridor.resolve_version(dependency, found.product, found.evidence, found.version, found.type)


def test_every_cpe_of_the_catalogue_finds_its_product_or_is_of_two(index: Index) -> None:
    for text, product in LISTED:
        found = index.find_cpe(text)
        assert (found is None) == (len(OWNERS[cpe_key(text)]) > 1), text
        assert found is None or (found.product.id, found.version) == (product, None)


def test_no_product_lists_a_cpe_that_says_more_than_part_vendor_and_product() -> None:
    # An edition or a target that is listed would be ignored, and the product found for others too.
    for text, _ in LISTED:
        rest = text.removeprefix("cpe:2.3:").removeprefix("cpe:/").split(":")[3:]
        assert set(rest) <= {"*", "-", ""}, text


@pytest.mark.parametrize(
    ("cpe", "product", "cycle"),
    [
        ("cpe:2.3:a:openssl:openssl:1.1.1w:*:*:*:*:*:*:*", "openssl", "1.1.1"),
        ("cpe:2.3:a:oracle:jdk:1.8.0:update_392:*:*:*:*:*:*", "oracle-jdk", "8"),
        ("cpe:2.3:a:golang:go:1.20.1:-:*:*:*:*:*:*", "go", "1.20"),
        ("cpe:2.3:a:nodejs:node.js:16.20.2:*:*:*:lts:*:*:*", "nodejs", "16"),
        ("cpe:2.3:o:debian:debian_linux:11.0:*:*:*:*:*:*:*", "debian", "11"),
        ("cpe:2.3:o:canonical:ubuntu_linux:20.04:*:*:*:lts:*:*:*", "ubuntu", "20.04"),
        ("cpe:/o:canonical:ubuntu_linux:14.04::~~lts~~~", "ubuntu", "14.04"),
        ("cpe:/o:redhat:enterprise_linux:8::baseos", "rhel", "8"),
        ("cpe:2.3:o:rocky:rocky:8:GA", "rocky-linux", "8"),
    ],
)
def test_a_cpe_as_tools_and_systems_write_it_tells_the_cycle(index: Index, cpe: str, product: str, cycle: str) -> None:
    found = resolved(index, cpe)
    assert isinstance(found, Match)
    assert (found.product.id, found.cycle.name, found.evidence.kind) == (product, cycle, EvidenceKind.CPE)


@pytest.mark.parametrize(
    "cpe",
    [
        # Another vendor's work of the same name, a product whose name holds another's, another part.
        "cpe:2.3:a:someone:openssl:1.1.1",
        "cpe:2.3:a:openssl:openssl-fips:2.0",
        "cpe:2.3:a:openssl:open:1.1.1",
        "cpe:2.3:o:openssl:openssl:1.1.1",
        "cpe:2.3:h:openssl:openssl:1.1.1",
        "cpe:2.3:*:openssl:openssl:1.1.1",
        "cpe:2.3:a:openssl:*:1.1.1",
        "cpe:2.3:a:open*:openssl:1.1.1",
        "cpe:2.3:a:openssl:open?sl:1.1.1",
        "openssl:openssl:1.1.1",
        "pkg:generic/openssl@1.1.1",
    ],
)
def test_a_cpe_is_never_stretched(index: Index, cpe: str) -> None:
    assert index.find_cpe(cpe) is None


@pytest.mark.parametrize("version", ["*", "-", ""])
def test_a_cpe_of_any_version_has_no_cycle(index: Index, version: str) -> None:
    found = resolved(index, f"cpe:2.3:a:openssl:openssl:{version}:*:*:*:*:*:*:*")
    assert isinstance(found, Miss)
    assert found.reason is Reason.NO_VERSION


class One:
    """Knows one product, whatever is asked."""

    def __init__(self, product: Product, cpe: str) -> None:
        self._product, self._key = product, cpe_key(cpe)

    def find_cpe(self, key: str) -> Product | None:
        return self._product if key == self._key else None


WORD = st.text("abcxyz019_", min_size=1, max_size=8)


@given(WORD, WORD, WORD)
def test_both_forms_of_a_cpe_and_any_case_are_one(vendor: str, name: str, version: str) -> None:
    listed = f"cpe:2.3:a:{vendor}:{name}"
    product = Product(id="x", title="X", link="", cycles=(Cycle(name="1"),), identifiers=(("cpe", listed),))
    index = Index(One(product, listed))  # type: ignore[arg-type]  # -- only CPEs are asked for
    forms = (f"{listed}:{version}:*:*:*:*:*:*:*", f"cpe:/a:{vendor}:{name}:{version}")
    for form in (*forms, *(text.upper() for text in forms)):
        found = index.find_cpe(form)
        assert found is not None
        assert (found.product, found.version, found.evidence.identifier) == (product, version, listed)
    assert index.find_cpe(f"cpe:2.3:a:{vendor}:{name}x:{version}") is None
