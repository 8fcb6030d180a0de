"""Operating systems: what tools call them, the release that is meant, and the packages of their distributions.

Tried against the whole compiled catalogue: which ids there are is data.
"""

from __future__ import annotations

import io
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner import cli, corridor, policy
from scanner.catalog import dataset
from scanner.catalog.distros import system_of
from scanner.catalog.index import Index, os_key
from scanner.model import Cycle, Dependency, EvidenceKind, Kind, Location, Match, Policy, Reason, ScanError, Status
from scanner.plugin import World
from scanner.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.model import Finding, Miss, Verdict

TODAY = date(2026, 11, 22)
SBOM = Location("sbom.json", 7)


@cache
def catalogue() -> dataset.Catalogue:
    return dataset.load()


def resolved(purl: str, kind: Kind = Kind.LIBRARY) -> Match | Miss:
    return corridor.resolve(Dependency(purl=purl, location=SBOM, kind=kind), Index(catalogue()))


def found(purl: str, kind: Kind = Kind.LIBRARY) -> str | None:
    """Return `product cycle`, `product reason`, or None where no product is known."""
    answer = resolved(purl, kind)
    if isinstance(answer, Match):
        return f"{answer.product.id} {answer.cycle.name}"
    return answer.product and f"{answer.product.id} {answer.reason}"


def package(distro: str, namespace: str = "debian", purl_type: str = "deb") -> str:
    return f"pkg:{purl_type}/{namespace}/curl@7.74.0-1?arch=amd64&distro={distro}"


def verdict(purl: str, kind: Kind = Kind.LIBRARY, today: date = TODAY) -> Verdict:
    return policy.judge(resolved(purl, kind), Policy(), today)


def told(*verdicts: Verdict) -> Finding:
    """Return the one finding of verdicts that share a group."""
    assert len({policy.group(each) for each in verdicts}) == 1
    return policy.finding(verdicts, "sbom.json", Policy(), TODAY)


# What tools write


@pytest.mark.parametrize(
    ("distro", "namespace", "purl_type", "expected"),
    [
        ("debian-11", "debian", "deb", "debian 11"),
        ("debian-11.6", "debian", "deb", "debian 11"),
        ("ubuntu-20.04", "ubuntu", "deb", "ubuntu 20.04"),
        ("raspbian-10", "raspbian", "deb", "debian 10"),
        ("alpine-3.12", "alpine", "apk", "alpine-linux 3.12"),
        ("alpine-3.18.4", "alpine", "apk", "alpine-linux 3.18"),
        ("rhel-8.9", "redhat", "rpm", "rhel 8"),
        ("redhat-8.4", "redhat", "rpm", "rhel 8"),
        ("rocky-9.2", "rocky", "rpm", "rocky-linux 9"),
        ("ol-8.5", "oracle", "rpm", "oracle-linux 8"),
        ("fedora-38", "fedora", "rpm", "fedora 38"),
        ("amzn-2", "amzn", "rpm", "amazon-linux 2"),
        ("amazon-2%20%28Karoo%29", "amazon", "rpm", "amazon-linux 2"),
        ("amazon-AMI%20release%202018.03", "amazon", "rpm", "amazon-linux 2018.03"),
        ("sles-15.4", "sles", "rpm", "sles 15.4"),
        ("sles_sap-15.3", "sles", "rpm", "sles 15.3"),
        ("suse.linux.enterprise.server-15.4", "suse", "rpm", "sles 15.4"),
        ("opensuse-leap-15.4", "opensuse", "rpm", "opensuse 15.4"),
        ("opensuse.leap-15.4", "opensuse", "rpm", "opensuse 15.4"),
        ("photon-4.0", "photon", "rpm", "photon 4.0"),
    ],
)
def test_a_package_belongs_to_the_release_that_its_distro_names(
    distro: str, namespace: str, purl_type: str, expected: str
) -> None:
    assert found(package(distro, namespace, purl_type)) == expected


@pytest.mark.parametrize(
    ("distro", "expected"),
    [
        ("centos-7.9.2009", "centos 7"),
        ("centos-8", "centos 8"),
        ("centos-9", "centos-stream 9"),
        ("centos-8-stream", "centos-stream 8"),
        ("centos-stream8", "centos-stream 8"),
        ("centos-stream-9", "centos-stream 9"),
        ("centos-stream", "centos-stream no-version"),
    ],
)
def test_what_calls_itself_centos_is_told_apart_by_its_version(distro: str, expected: str) -> None:
    assert found(package(distro, "centos", "rpm")) == expected


@pytest.mark.parametrize(
    ("distro", "namespace", "purl_type", "expected"),
    [
        ("bookworm", "debian", "deb", "debian 12"),
        ("debian-bullseye", "debian", "deb", "debian 11"),
        ("jammy", "ubuntu", "deb", "ubuntu 22.04"),
        ("3.18.0", "alpine", "apk", "alpine-linux 3.18"),
        ("v3.18", "alpine", "apk", "alpine-linux 3.18"),
    ],
)
def test_a_bare_codename_or_number_is_the_namespaces(
    distro: str, namespace: str, purl_type: str, expected: str
) -> None:
    assert found(package(distro, namespace, purl_type)) == expected


@pytest.mark.parametrize(
    ("distro", "namespace", "purl_type"),
    [
        ("sid", "debian", "deb"),
        ("testing", "debian", "deb"),
        ("debian-forky/sid", "debian", "deb"),
        ("fedora-rawhide", "fedora", "rpm"),
        ("edge", "alpine", "apk"),
        ("alpine-3.21_alpha20240807", "alpine", "apk"),
    ],
)
def test_what_has_no_releases_floats(distro: str, namespace: str, purl_type: str) -> None:
    answer = resolved(package(distro, namespace, purl_type))
    assert not isinstance(answer, Match)
    assert answer.reason is Reason.FLOATING


@pytest.mark.parametrize(
    ("distro", "namespace", "purl_type"),
    [
        ("wolfi-20230201", "wolfi", "apk"),
        ("mariner-2.0", "mariner", "rpm"),
        ("kali-2023.1", "debian", "deb"),
        ("kali-rolling", "debian", "deb"),
        ("ubuntu-core-22", "ubuntu", "deb"),
        ("opensuse-tumbleweed-20240101", "opensuse", "rpm"),
        ("debian%4011", "unheard-of", "deb"),
        ("%25", "debian", "deb"),
    ],
)
def test_a_distribution_that_is_not_known_is_none_that_it_is_like(distro: str, namespace: str, purl_type: str) -> None:
    assert found(package(distro, namespace, purl_type)) is None


def test_what_a_system_is_like_says_nothing() -> None:
    assert found("pkg:deb/kali/curl@7?distro=kali-2023.1&id_like=debian&distro_id_like=debian") is None


def test_the_tools_own_type_for_alpine_needs_no_namespace() -> None:
    assert found("pkg:alpine/curl@8?distro=3.18.1") == "alpine-linux 3.18"


@pytest.mark.parametrize("purl", ["pkg:pypi/curl@1?distro=debian-11", "pkg:deb/debian/curl@7"])
def test_only_a_package_with_a_distro_is_judged_by_one(purl: str) -> None:
    assert found(purl) is None


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:generic/debian@11", "debian 11"),
        ("pkg:generic/debian@11.6", "debian 11"),
        ("pkg:generic/centos@7", "centos 7"),
        ("pkg:generic/centos@9", "centos-stream 9"),
        ("pkg:generic/oracle%20linux@8", "oracle-linux 8"),
        ("pkg:generic/Red%20Hat%20Enterprise%20Linux@9.2", "rhel 9"),
        ("pkg:generic/wolfi@20230201", None),
        ("pkg:generic/debian", "debian no-version"),
    ],
)
def test_a_component_that_is_an_operating_system_is_found_by_its_id(purl: str, expected: str | None) -> None:
    assert found(purl, Kind.OS) == expected


@pytest.mark.parametrize("name", ["pop@22.04", "leap@15.4", "mx@21", "oracle@8", "ios@16", "tails@5.1"])
def test_words_that_are_ids_of_systems_are_names_of_other_things_too(name: str) -> None:
    assert found(f"pkg:generic/{name}") is None


@given(st.text(), st.text())
def test_any_text_names_a_system_that_is_known_or_none(text: str, namespace: str) -> None:
    system = system_of(text, namespace, catalogue().find_os)
    assert system is None or system.product.category == "os"


def test_every_id_in_the_data_is_found_and_names_an_operating_system() -> None:
    listed = {(text, product.id) for product in catalogue() for kind, text in product.identifiers if kind == "os"}
    assert len(listed) > 50
    for text, product_id in listed:
        key = os_key(text)
        assert key == text
        product = catalogue().find_os(key)
        assert product is not None
        assert (product.id, product.category) == (product_id, "os")


def own(folder: Path, name: str, identifier: str) -> None:
    """Write a product file of a user's own system."""
    lines = (f"title: {name}", f"permalink: /{name}", "identifiers:", f"  - os: {identifier}", "releases:")
    (folder / f"{name}.md").write_text("\n".join(("---", *lines, "  - releaseCycle: '4'", "---\n")))


@pytest.mark.parametrize(("identifier", "distro"), [("house", "house-4.2"), ("debian", "debian-4.2")])
def test_a_user_may_name_a_system_of_their_own_and_take_an_id(tmp_path: Path, identifier: str, distro: str) -> None:
    own(tmp_path, "house", identifier)
    index = Index(dataset.load([str(tmp_path)]))
    answer = corridor.resolve(Dependency(purl=package(distro, "house"), location=SBOM), index)
    assert (answer.product and answer.product.id) == "house"


def test_an_id_is_one_systems(tmp_path: Path) -> None:
    own(tmp_path, "house", "shed")
    own(tmp_path, "hut", "shed")
    with pytest.raises(ScanError, match=r"os shed belongs to hut here, and to house in .*house\.md"):
        dataset.load([str(tmp_path)])


def test_what_is_no_id_is_told(tmp_path: Path) -> None:
    own(tmp_path, "house", "h@use")
    with pytest.raises(ScanError, match=r"house\.md, line 5: .* is not an identifier"):
        dataset.load([str(tmp_path)])


# Who judges a package


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:deb/debian/php8.1@8.1.2-1+0~20220101.1+debian11~1.gbp1a2b3c?distro=debian-11", "php 8.1"),
        ("pkg:deb/ubuntu/php8.1-fpm@8.1.2-1+ubuntu20.04.1%2Bdeb.sury.org%2B1?distro=ubuntu-20.04", "php 8.1"),
        ("pkg:deb/debian/postgresql-12@12.4-1.pgdg100+1?distro=debian-10", "postgresql 12"),
        ("pkg:deb/debian/nodejs@14.2.0-1nodesource1?distro=debian-10", "nodejs 14"),
        ("pkg:deb/debian/php8.1-redis@6.0.2+deb.sury.org?distro=debian-11", None),
        ("pkg:deb/debian/php7.4-cli@7.4.33-1+deb11u4?distro=debian-11", "debian 11"),
        ("pkg:rpm/fedora/nodejs@16.1.0-1nodesource?distro=fedora-35", "nodejs 16"),
        ("pkg:deb/debian/nginx@1.18.0-1~buster?distro=debian-10", "nginx 1.18"),
    ],
)
def test_what_a_project_built_for_a_distribution_is_judged_by_the_project(purl: str, expected: str | None) -> None:
    assert found(purl) == expected


@pytest.mark.parametrize(
    ("purl", "product"),
    [
        ("pkg:rpm/redhat/postgresql@13.14-1.el9_3", "postgresql"),
        ("pkg:apk/alpine/redis@6.0.16-r0", "redis"),
        ("pkg:alpine/redis@6.0.16-r0", "redis"),
        ("pkg:deb/debian/redis-tools@6.0.16", None),
        ("pkg:npm/redis@6.0.16", None),
    ],
)
def test_a_package_that_bears_a_products_very_name_is_that_product_and_its_distribution_keeps_it(
    purl: str, product: str | None
) -> None:
    judged = verdict(purl)
    assert (judged.match and judged.match.product.id) == product
    assert judged.status is (Status.DISTRO_MAINTAINED if product else Status.UNTRACKED)


def test_a_package_of_a_release_that_is_over_is_over() -> None:
    judged = verdict(package("debian-10"))
    assert judged.status is Status.EOL
    assert judged.match is not None
    evidence = judged.match.evidence
    assert (evidence.kind, evidence.identifier) == (EvidenceKind.OS, "distro=debian-10")


def test_a_release_older_than_the_data_is_over_too() -> None:
    older = [verdict(f"pkg:deb/debian/{name}@1?distro=debian-0.9") for name in ("curl", "zlib")]
    finding = told(*older)
    assert finding.status is Status.EOL
    assert finding.message.startswith("Debian: 2 packages are older than 1.1")
    assert finding.matches[0].dependency.purl == "pkg:generic/debian"


# One finding


def test_the_packages_of_one_release_are_one_finding_that_counts_them() -> None:
    packages = [verdict(f"pkg:deb/debian/lib{number}@1.{number}?distro=debian-10") for number in range(123)]
    finding = told(*packages)
    assert finding.message.startswith("Debian 10 (Buster): 123 packages are of this release, which ended on 2022-09-10")
    system, *rest = finding.matches
    assert system.dependency == Dependency(purl="pkg:generic/debian@10", location=SBOM, kind=Kind.OS)
    assert [match.dependency for match in rest] == [each.dependency for each in packages]
    assert clean(finding.message) == finding.message


def test_a_component_that_is_the_system_leads_its_packages() -> None:
    system = verdict("pkg:generic/debian@10.13", Kind.OS)
    finding = told(verdict(package("debian-10")), system)
    assert [match.dependency.kind for match in finding.matches] == [Kind.OS, Kind.LIBRARY]
    assert finding.matches[0].dependency == system.dependency
    assert "1 package is of this release" in finding.message


def test_a_system_without_packages_is_told_as_itself() -> None:
    finding = told(verdict("pkg:generic/debian@10.13", Kind.OS))
    assert len(finding.matches) == 1
    assert finding.message.startswith("Debian 10.13 is on cycle 10 (Buster), which ended on")


def test_the_number_of_packages_does_not_change_the_id_of_a_finding() -> None:
    one, two = verdict(package("debian-10")), verdict("pkg:deb/debian/zlib@1?distro=debian-10.13")
    assert told(one).id == told(two, one).id


def test_two_releases_in_one_file_are_two_findings() -> None:
    assert policy.group(verdict(package("debian-10"))) != policy.group(verdict(package("debian-9")))


def test_the_system_of_an_image_is_said_of_the_image() -> None:
    judged = verdict(package("debian-10"))
    assert judged.match is not None
    of_image = [
        judged._replace(match=judged.match._replace(dependency=image), dependency=image)
        for name in ("python", "node")
        for image in [Dependency(purl=f"pkg:docker/{name}@3-buster", location=SBOM, kind=Kind.IMAGE)]
    ]
    assert policy.group(of_image[0]) != policy.group(of_image[1])


def test_what_leads_a_finding_can_be_explained() -> None:
    for distro, namespace, purl_type in [
        ("debian-10", "debian", "deb"),
        ("ubuntu-16.04", "ubuntu", "deb"),
        ("alpine-3.12", "alpine", "apk"),
        ("centos-8-stream", "centos", "rpm"),
        ("amzn-2", "amzn", "rpm"),
        ("ol-6.1", "oracle", "rpm"),
        ("opensuse-leap-15.2", "opensuse", "rpm"),
        ("sles-12.3", "sles", "rpm"),
        ("photon-3.0", "photon", "rpm"),
    ]:
        judged = verdict(package(distro, namespace, purl_type))
        lead = told(judged).matches[0].dependency.purl
        assert found(lead) == found(package(distro, namespace, purl_type)), lead


# Extended support


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 7, 11), Status.EXPIRING),
        (date(2026, 7, 12), Status.EXTENDED),
        (date(2028, 3, 31), Status.EXTENDED),
        (date(2028, 6, 30), Status.EXPIRING),
        (date(2028, 7, 1), Status.EOL),
    ],
)
def test_extended_support_that_is_free_counts_for_everybody(today: date, status: Status) -> None:
    assert verdict(package("debian-12"), today=today).status is status


def test_extended_support_that_is_paid_for_does_not_count() -> None:
    judged = verdict(package("ubuntu-20.04", "ubuntu"))
    assert judged.status is Status.EOL
    assert judged.match is not None
    eoes = judged.match.cycle.eoes
    assert isinstance(eoes, date)
    assert eoes > TODAY


def test_free_support_says_nothing_without_an_end() -> None:
    free = Cycle(name="1", eol=date(2020, 1, 1), free_extended=True)
    answer = resolved(package("debian-10"))
    assert isinstance(answer, Match)
    assert policy.judge(answer._replace(cycle=free), Policy(), TODAY).status is Status.EOL


# Where the qualifier stands


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:deb/debian/curl@7?distro=debian-10&arch=all", "debian 10"),
        ("pkg:deb/debian/curl@7?distro=debian-9&distro=debian-10", "debian 10"),
        ("pkg:deb/debian/curl@7?vcs_distro=debian-10", None),
        ("pkg:deb/debian/curl@7#distro=debian-10", None),
        ("pkg:deb/debian/curl@7?distro=", None),
        ("pkg:deb/curl@7?distro=buster", None),
    ],
)
def test_only_the_qualifier_of_that_name_is_the_distro(purl: str, expected: str | None) -> None:
    assert found(purl) == expected


def test_a_package_that_its_distribution_judges_is_explained_by_the_distribution(tmp_path: Path) -> None:
    out = io.StringIO()
    world = World(
        stdin=io.BytesIO(),
        stdout=out,
        stderr=io.StringIO(),
        environ={"EOLSCAN_CACHE": ""},
        cwd=str(tmp_path),
        today=TODAY,
    )
    assert cli.run(["explain", "pkg:deb/debian/php7.4-cli@7.4.33-1?distro=debian-11"], world) == 0
    assert "distro=debian-11 (os)" in out.getvalue()
    assert "php-debian.md" not in out.getvalue()
