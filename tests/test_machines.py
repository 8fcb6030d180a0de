"""What the names of machine images tell: the operating system, and nothing that is not sure."""

from __future__ import annotations

from functools import cache

import pytest

from scanner import corridor
from scanner.catalog import dataset
from scanner.catalog.index import Index
from scanner.ecosystems.machines import azure, system
from scanner.model import Dependency, Location, Match

PLACE = Location("main.tf", 1, 1, 2)


@cache
def index() -> Index:
    return Index(dataset.load())


def cycle(dependency: Dependency | None) -> str:
    assert dependency is not None
    answer = corridor.resolve(dependency, index())
    return f"{answer.product.id} {answer.cycle.name}" if isinstance(answer, Match) else f"no cycle: {answer.reason}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ubuntu/images/hvm-ssd/ubuntu-focal-20.04-amd64-server-*", "ubuntu 20.04"),
        ("ubuntu/images/*ubuntu-*-18.04-amd64-server-*", "ubuntu 18.04"),
        ("ubuntu-os-cloud/ubuntu-2004-lts", "ubuntu 20.04"),
        ("ubuntu-minimal-1804-bionic-v20200317", "ubuntu 18.04"),
        ("ubuntu-20-04-x64", "ubuntu 20.04"),
        ("linode/ubuntu20.04", "ubuntu 20.04"),
        ("ubuntu_focal", "ubuntu 20.04"),
        ("ubuntu/trusty64", "ubuntu 14.04"),
        ("precise64", "ubuntu 12.04"),
        ("hashicorp/bionic64", "ubuntu 18.04"),
        ("generic/ubuntu2004", "ubuntu 20.04"),
        ("debian-cloud/debian-9", "debian 9"),
        ("debian-10-amd64-20220328-962", "debian 10"),
        ("debian-stretch-hvm-x86_64-gp2-*", "debian 9"),
        ("debian/contrib-buster64", "debian 10"),
        ("amzn2-ami-hvm-*-x86_64-gp2", "amazon-linux 2"),
        ("al2023-ami-2023.*-x86_64", "amazon-linux 2023"),
        ("amzn-ami-hvm-2018.03.0.20181129-x86_64-gp2", "amazon-linux 2018.03"),
        ("64bit Amazon Linux 2018.03 v2.9.6 running Python 3.6", "amazon-linux 2018.03"),
        ("centos/7", "centos 7"),
        ("CentOS Linux 7 x86_64 HVM EBS ENA 1805_01", "centos 7"),
        ("centos/stream8", "centos-stream 8"),
        ("generic/centos8s", "centos-stream 8"),
        ("RHEL-7.9_HVM-*", "rhel 7"),
        ("rhel-cloud/rhel-8", "rhel 8"),
        ("Windows_Server-2016-English-Full-Base-*", "windows-server 2016"),
        ("Windows_Server-2012-R2_RTM-English-64Bit-Base-*", "windows-server 2012-r2"),
        ("windows-cloud/windows-2019", "windows-server 2019"),
        ("fedora/38-cloud-base", "fedora 38"),
        ("almalinux/8", "almalinux 8"),
        ("AlmaLinux OS 8.4.20211015 x86_64", "almalinux 8"),
        ("rockylinux/8", "rocky-linux 8"),
        ("generic/oracle8", "oracle-linux 8"),
        ("opensuse/Leap-15.4.x86_64", "opensuse 15.4"),
        ("generic/alpine318", "alpine-linux 3.18"),
        ("freebsd/FreeBSD-12.4-RELEASE", "freebsd 12.4"),
        ("amazon-eks-node-1.27-v*", "amazon-eks 1.27"),
        ("amazon-eks-node-al2023-x86_64-standard-1.30-v*", "amazon-eks 1.30"),
        ("/aws/service/eks/optimized-ami/1.24/amazon-linux-2/recommended/image_id", "amazon-eks 1.24"),
    ],
)
def test_a_well_known_image_tells_its_system_and_release(name: str, expected: str) -> None:
    assert cycle(system(name, PLACE)) == expected


@pytest.mark.parametrize(
    "name",
    [
        "",
        "ami-0123456789abcdef0",
        "hvm",
        "x86_64",
        "acme-app-1.2.3",
        "debian-cloud",
        "ubuntu-pro-fips",
        "my-20.04",
        "1804",
    ],
)
def test_what_names_no_release_says_nothing(name: str) -> None:
    assert system(name, PLACE) is None


def test_a_name_longer_than_any_is_not_looked_at() -> None:
    assert system("ubuntu-" * 1000 + "20.04", PLACE) is None
    assert azure("UbuntuServer" * 100, "18.04-LTS", PLACE) is None


@pytest.mark.parametrize(
    ("offer", "sku", "expected"),
    [
        ("UbuntuServer", "18.04-LTS", "ubuntu 18.04"),
        ("0001-com-ubuntu-server-focal", "20_04-lts-gen2", "ubuntu 20.04"),
        ("ubuntu-24_04-lts", "server", "ubuntu 24.04"),
        ("debian-10", "10", "debian 10"),
        ("CentOS", "7.5", "centos 7"),
        ("RHEL", "82gen2", "rhel 8"),
        ("WindowsServer", "2012-R2-Datacenter", "windows-server 2012-r2"),
        ("WindowsServer", "2022-datacenter-azure-edition", "windows-server 2022"),
    ],
)
def test_offer_and_sku_tell_a_system_in_azure(offer: str, sku: str, expected: str) -> None:
    assert cycle(azure(offer, sku, PLACE)) == expected


def test_another_offer_says_nothing() -> None:
    assert azure("acme-appliance", "20_04", PLACE) is None
