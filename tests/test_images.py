"""catalog/images: references and tags of container images, and the products that they name.

Tried against the whole compiled catalogue: which repositories and words there are is data.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalog import dataset, layers
from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.images import NO_TABLES, Image, image_of, products_in
from scanner.catalog.index import Index
from scanner.model import EvidenceKind, ScanError

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.catalog.index import Found

STARTS = (
    "",
    "python",
    "python:",
    "node:1",
    "quay.io/bitnami/",
    "mirror.gcr.io/python:3.8",
    "docker.io:1/",
    "docker.io/",
)


@cache
def index() -> Index:
    return Index(dataset.load())


def said(found: tuple[Found, ...]) -> list[str]:
    return [f"{each.product.id} {each.reason or _cycle(each)}" for each in found]


def _cycle(found: Found) -> str:
    cycle = cycle_of(found.version, found.type, found.product)
    return cycle.reason if isinstance(cycle, Unresolved) else cycle.name


def inside(reference: str) -> list[str]:
    return said(index().find_image(reference))


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        ("python:3.8-slim-bullseye", ["python 3.8", "debian 11"]),
        ("node:18-alpine3.17", ["nodejs 18", "alpine-linux 3.17"]),
        ("mcr.microsoft.com/dotnet/aspnet:6.0-jammy", ["dotnet 6", "ubuntu 22.04"]),
        ("bitnami/postgresql:11-debian-10", ["postgresql 11", "debian 10"]),
        ("bitnami/redis:6.2.7-debian-11-r5", ["redis 6.2", "debian 11"]),
        ("eclipse-temurin:17.0.3_7-jre-focal", ["eclipse-temurin 17", "ubuntu 20.04"]),
        ("eclipse-temurin:8u322-b06-jdk-focal", ["eclipse-temurin 8", "ubuntu 20.04"]),
        ("ibm-semeru-runtimes:open-jdk-17", ["ibm-semeru-runtime 17"]),
        ("php:8.1-apache-bullseye", ["php 8.1", "debian 11"]),
        ("rabbitmq:3.11-management", ["rabbitmq 3.11"]),
        ("golang:1.19-windowsservercore-ltsc2022", ["go 1.19", "windows-server-core 2022"]),
        ("golang:1.19-nanoserver-1809", ["go 1.19", "windows-nano-server 1809"]),
        ("neo4j:5.15.0-ubi8", ["neo4j 5.15", "rhel 8"]),
        ("mysql:8.0-oraclelinux8", ["mysql 8.0", "oracle-linux 8"]),
        ("amazoncorretto:8-al2023-jre", ["amazon-corretto 8", "amazon-linux 2023"]),
        ("mcr.microsoft.com/powershell:lts-7.2-ubuntu-20.04", ["powershell 7.2", "ubuntu 20.04"]),
        ("golang:1.19-noble", ["go 1.19", "ubuntu 24.04"]),
    ],
)
def test_a_tag_tells_the_product_and_the_system(reference: str, products: list[str]) -> None:
    assert inside(reference) == products


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        ("wordpress:6.2-php8.1-apache", ["wordpress 6.2", "php 8.1"]),
        ("elixir:1.14-otp-25", ["elixir 1.14", "erlang 25"]),
        ("tomcat:9.0-jdk11-temurin-jammy", ["tomcat 9.0", "eclipse-temurin 11", "ubuntu 22.04"]),
        ("maven:3.9-eclipse-temurin-17", ["apache-maven 3.9", "eclipse-temurin 17"]),
        ("maven:3.9-openjdk-11", ["apache-maven 3.9"]),
        ("flink:1.18-scala_2.12", ["apache-flink 1.18", "scala 2.12"]),
        ("ruby:2.7-node", ["ruby 2.7"]),
        ("pgvector/pgvector:0.7.0-pg16", ["postgresql 16"]),
        ("public.ecr.aws/lambda/python:3.8", ["python 3.8", "aws-lambda python3.8"]),
    ],
)
def test_a_tag_tells_what_is_built_in(reference: str, products: list[str]) -> None:
    assert inside(reference) == products


@pytest.mark.parametrize(
    "reference",
    [
        "python:3.8",
        "library/python:3.8",
        "docker.io/python:3.8",
        "docker.io/library/python:3.8",
        "index.docker.io/library/python:3.8",
        "registry.hub.docker.com/library/python:3.8",
        "public.ecr.aws/docker/library/python:3.8",
        "mirror.gcr.io/library/python:3.8",
        "mirror.gcr.io/arm64v8/python:3.8",
        "arm64v8/python:3.8",
        "docker://python:3.8",
        "python:3.8@sha256:0a1b",
        "pkg:docker/python@3.8",
        "pkg:docker/library/python@3.8",
        "pkg:docker/python@3.8%40sha256:0a1b",
        "pkg:docker/library/python@3.8?repository_url=docker.io",
        "pkg:docker/docker.io/library/python@3.8",
        "pkg:docker/python@3.8?repository_url=https://hub.docker.com/_/python",
        "pkg:oci/python@sha256:0a1b?repository_url=docker.io/library&tag=3.8",
        "pkg:oci/python@sha256%3A0a1b?repository_url=docker.io/library/python&tag=3.8",
        "pkg:oci/python@sha256:0a1b?repository_url=public.ecr.aws/docker/library/python&tag=3.8",
    ],
)
def test_one_image_has_many_names(reference: str) -> None:
    assert inside(reference) == ["python 3.8"]


@pytest.mark.parametrize(
    "reference",
    [
        "registry.example:5000/team/postgres:14.2",
        "localhost/postgres:14.2",
        "team/postgres:14.2",
        "postgres/postgres:14.2",
        "registry.example/library/postgres:14.2",
        "pkg:docker/postgres@14.2?repository_url=registry.example:5000/team",
        "pkg:oci/postgres@sha256:0a1b?tag=14.2",
        "mypostgres:14.2-bullseye",
        "pkg:pypi/postgres@14.2",
        "pkg:",
        "",
        "sha256:0a1b",
    ],
)
def test_another_image_of_the_same_name_is_not_known(reference: str) -> None:
    assert inside(reference) == []


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        ("python", ["python floating"]),
        ("python:latest", ["python floating"]),
        ("node:lts", ["nodejs floating"]),
        ("nginx:stable", ["nginx floating"]),
        ("python:slim", ["python floating"]),
        ("python@sha256:0a1b", ["python floating"]),
        ("pkg:oci/node@sha256:0a1b?repository_url=cgr.dev/chainguard", ["nodejs floating"]),
        ("cgr.dev/chainguard/node:latest", ["nodejs floating"]),
        ("python:bullseye", ["python floating", "debian 11"]),
        ("node:lts-alpine3.18", ["nodejs floating", "alpine-linux 3.18"]),
        ("python:3-alpine", ["python ambiguous", "alpine-linux floating"]),
        ("gradle:jdk11", ["gradle floating"]),
        ("maven:jdk-8", ["apache-maven floating"]),
        ("debian:stable-slim", ["debian floating"]),
        ("python:3f2a9bc", ["python unresolvable"]),
        ("alpine:20230901", ["alpine-linux unresolvable"]),
    ],
)
def test_what_moves_is_told_as_such(reference: str, products: list[str]) -> None:
    assert inside(reference) == products


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        ("debian:bullseye-20220101-slim", ["debian 11"]),
        ("debian:11.5-slim", ["debian 11"]),
        ("ubuntu:focal-20220531", ["ubuntu 20.04"]),
        ("centos:centos7.9.2009", ["centos 7"]),
        ("centos:stream8", ["centos-stream 8"]),
        ("quay.io/centos/centos:stream9", ["centos-stream 9"]),
        ("photon:4.0-20230101", ["photon 4.0"]),
        ("mcr.microsoft.com/windows/servercore:ltsc2022", ["windows-server-core 2022"]),
        ("amazonlinux:2.0.20230101.0", ["amazon-linux 2"]),
        ("registry.access.redhat.com/ubi8/ubi:8.6", ["rhel 8"]),
        ("registry.access.redhat.com/ubi9-minimal:latest", ["rhel 9"]),
        ("registry.access.redhat.com/ubi8/nodejs-16:1-72", ["rhel 8"]),
        ("gcr.io/distroless/python3-debian11", ["debian 11"]),
        ("gcr.io/distroless/nodejs18-debian11:debug", ["nodejs 18", "debian 11"]),
        ("gcr.io/distroless/static", []),
        ("openjdk:8-jdk-alpine3.9", ["alpine-linux 3.9"]),
    ],
)
def test_an_image_of_a_system_is_its_release(reference: str, products: list[str]) -> None:
    assert inside(reference) == products


def test_the_closer_version_of_a_system_counts() -> None:
    (found,) = index().find_image("registry.access.redhat.com/ubi8/ubi:8.6-943")
    assert found.version == "8.6"


@pytest.mark.parametrize(
    ("reference", "products"),
    [
        # A release of ROS as well as one of Ubuntu.
        ("ros:kinetic-ros-core-xenial", ["ros kinetic", "ubuntu 16.04"]),
        ("ros:humble", ["ros-2 humble"]),
        ("sonarqube:9.9-community", ["sonarqube-server 9"]),
        ("sonarqube:24.12.0-community", ["sonarqube-community 24"]),
        ("mcr.microsoft.com/mssql/server:2019-latest", ["mssqlserver 15.0"]),
        # The number behind the system is Java's.
        ("sapmachine:jdk-ubuntu-17", ["sapmachine floating", "ubuntu floating"]),
    ],
)
def test_a_word_means_what_it_means_in_its_image(reference: str, products: list[str]) -> None:
    assert inside(reference) == products


def test_the_evidence_names_what_led_there() -> None:
    python, debian = index().find_image("python:3.8-bullseye")
    assert python.evidence.kind is EvidenceKind.IMAGE
    assert python.evidence.identifier == "pkg:docker/library/python"
    assert debian.evidence.identifier == "python:3.8-bullseye"
    assert (debian.evidence.kind, debian.reason) == (EvidenceKind.IMAGE, None)


@given(st.text(alphabet="ab13:/@.-_ %?#=&Z", max_size=20), st.sampled_from(STARTS))
def test_the_short_way_and_the_long_way_read_alike(text: str, start: str) -> None:
    reference = start + text
    assert inside(reference) == inside(f"docker://{reference}")
    assert inside(f"pkg:docker/{reference}") == inside(f"PKG:docker/{reference}")


@pytest.mark.parametrize("reference", ["a" * 100_000, "python:" + "3-" * 60, "python:" + "9" * 128, "python:3.8\0"])
def test_long_and_odd_texts_do_no_harm(reference: str) -> None:
    index().find_image(reference)


def test_a_reference_has_a_host_where_docker_sees_one() -> None:
    assert image_of("registry.example:5000/team/app:1.2") == Image("registry.example:5000/team/app", "1.2")
    assert image_of("localhost/app") == Image("localhost/app", "")
    assert image_of("team/app@sha256:0a1b") == Image("docker.io/team/app", "")
    assert image_of("pkg:oci/app@sha256:0a1b?repository_url=ghcr.io/team&tag=v1") == Image("ghcr.io/team/app", "v1")


def written(tmp_path: Path, *lines: str) -> list[str]:
    path = tmp_path / "images.md"
    path.write_text("\n".join(("---", "title: Our images", "images:", *lines, "---\n")))
    return [str(path)]


def test_a_user_may_name_a_mirror_and_a_word(tmp_path: Path) -> None:
    lines = "  mirrors:", "    registry.example/hub: docker.io", "  words:", "    house: debian 11"
    catalogue = dataset.load(written(tmp_path, *lines))
    found = Index(catalogue).find_image("registry.example/hub/python:3.8-house")
    assert said(found) == ["python 3.8", "debian 11"]
    assert said(Index(catalogue).find_image("node:18-bullseye")) == ["nodejs 18", "debian 11"]


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["  words:", "    house: no-such-product"], r"line 4: words: house means 'no-such-product', and there is no"),
        (["  words: [house]"], r"line 4: words: this is not a mapping"),
        (["  leads: house"], r"line 4: leads: this is not a list"),
        (["  leads:", "    - {a: b}"], r"line 4: leads: this is not a list of words"),
        (["  mirror: {}"], r"line 4: mirror: what images mean has no such field. Did you mean `mirrors`"),
        (["  codenames: [no-such-product]"], r"line 4: codenames: there is no product 'no-such-product'"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(tmp_path: Path, lines: list[str], problem: str) -> None:
    with pytest.raises(ScanError, match=problem):
        dataset.load(written(tmp_path, *lines))


def test_nothing_is_known_without_data() -> None:
    assert layers.images_in([], lambda _: None) == (NO_TABLES, [])
    assert products_in("team/app", dataset.load()) == ()
