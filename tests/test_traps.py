"""Traps of the catalogue: packages that look like a product and are none, or count their versions otherwise.

Each trap was a wrong answer somewhere. They are tried against the whole compiled catalogue, since most of
them are sprung by two files that do not know of each other.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import pytest

from scanner import corridor, policy
from scanner.catalog import dataset
from scanner.catalog.cycles import Unresolved, cycle_of
from scanner.catalog.families import fits, starts
from scanner.catalog.index import Index
from scanner.model import Dependency, EvidenceKind, Location, Match, Policy, Reason, Status, Verdict
from scanner.wording import at_least

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Family, Product

TODAY = date(2026, 11, 22)
SPRING_CLOUD = "pkg:maven/org.springframework.cloud"


@cache
def index() -> Index:
    return Index(dataset.load())


def found(purl: str) -> str | None:
    """Return `product cycle`, `product reason`, or None where no product is known."""
    answer = corridor.resolve(Dependency(purl=purl, location=Location("traps")), index())
    if isinstance(answer, Match):
        return f"{answer.product.id} {answer.cycle.name}"
    return answer.product and f"{answer.product.id} {answer.reason}"


def upstream(purl: str) -> str | None:
    """Return the product of endoflife.date that a purl is taken for; one with a page of its own is none of them."""
    match = index().find(purl)
    return match.product.id if match and not match.product.files[0].startswith("products/curated/") else None


def verdict(purl: str) -> Verdict:
    answer = corridor.resolve(Dependency(purl=purl, location=Location("traps")), index())
    return policy.judge(answer, Policy(), TODAY)


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        (f"{SPRING_CLOUD}/spring-cloud-dependencies@2021.0.3", "spring-cloud 2021.0"),
        (f"{SPRING_CLOUD}/spring-cloud-commons@3.1.3", "spring-cloud 2021.0"),
        (f"{SPRING_CLOUD}/spring-cloud-config@4.1.0", "spring-cloud 2023.0"),
        (f"{SPRING_CLOUD}/spring-cloud-gateway@4.0.6", "spring-cloud 2022.0"),
        (f"{SPRING_CLOUD}/spring-cloud-starter-netflix-eureka-client@4.2.1", "spring-cloud 2024.0"),
        (f"{SPRING_CLOUD}/spring-cloud-starter-openfeign@3.0.1", "spring-cloud 2020.0"),
        (f"{SPRING_CLOUD}/spring-cloud-kubernetes-client-config@3.0.4", "spring-cloud 2022.0"),
        (
            f"{SPRING_CLOUD}/spring-cloud-starter-circuitbreaker-resilience4j@2.1.0",
            "spring-cloud 2021.0",
        ),
        (f"{SPRING_CLOUD}/spring-cloud-starter-task@2.4.5", "spring-cloud 2021.0"),
        (f"{SPRING_CLOUD}/spring-cloud-function-context@3.2.4", "spring-cloud 2021.0"),
        (f"{SPRING_CLOUD}/spring-cloud-stream-binder-kafka@4.3.0", "spring-cloud 2025.0"),
        (f"{SPRING_CLOUD}/spring-cloud-starter-gateway@5.0.0", "spring-cloud 2025.1"),
    ],
)
def test_a_module_of_spring_cloud_goes_with_its_train(purl: str, expected: str) -> None:
    assert found(purl) == expected


@pytest.mark.parametrize(
    "purl",
    [
        f"{SPRING_CLOUD}/spring-cloud-commons@2.2.9.RELEASE",  # the train Hoxton is no cycle
        f"{SPRING_CLOUD}/spring-cloud-config@9.0.0",
    ],
)
def test_a_train_that_nobody_tracks_is_not_guessed(purl: str) -> None:
    assert found(purl) == f"spring-cloud {Reason.UNRESOLVABLE}"
    assert verdict(purl).status is Status.UNKNOWN


@pytest.mark.parametrize(
    "purl",
    [
        f"{SPRING_CLOUD}/spring-cloud-aws-core@2.2.6.RELEASE",
        f"{SPRING_CLOUD}/spring-cloud-gcp-core@1.2.8.RELEASE",
        f"{SPRING_CLOUD}/spring-cloud-sleuth-core@3.1.0",
        f"{SPRING_CLOUD}/spring-cloud-starter-alibaba-nacos-config@2.2.0",
        f"{SPRING_CLOUD}/spring-cloud-dataflow-core@2.11.0",
    ],
)
def test_other_trains_of_the_same_group_are_not_spring_cloud(purl: str) -> None:
    assert upstream(purl) is None


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:composer/magento/framework@103.0.7",
        "pkg:composer/magento/module-catalog@104.0.7",
        "pkg:composer/magento/module-backend@102.0.7-p2",
        "pkg:composer/magento/zendframework1@1.14.5",
    ],
)
def test_modules_of_magento_have_numbers_of_their_own(purl: str) -> None:
    assert upstream(purl) is None


def test_the_edition_of_magento_has_its_number() -> None:
    assert found("pkg:composer/magento/product-community-edition@2.4.6-p3") == "magento 2.4.6"


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:composer/composer/semver@3.4.0",
        "pkg:composer/composer/ca-bundle@1.3.7",
        "pkg:composer/composer/installers@1.12.0",
        "pkg:composer/symfony/polyfill-mbstring@v1.28.0",
        "pkg:composer/symfony/service-contracts@v3.4.0",
        "pkg:composer/symfony/flex@v2.4.0",
        "pkg:composer/symfony/monolog-bundle@v3.10.0",
        "pkg:composer/symfony/ux-turbo@v2.9.1",
        "pkg:composer/drupal/token@1.13.0",
        "pkg:composer/silverstripe/admin@1.13.0",
        "pkg:composer/typo3/cms-composer-installers@5.0.1",
        "pkg:composer/neos/seo@3.4.0",
        "pkg:composer/shopware/shopware@5.7.0",
        "pkg:composer/laravel/tinker@2.8.0",
        "pkg:composer/cakephp/chronos@2.4.0",
    ],
)
def test_what_shares_a_vendor_with_a_php_product_is_not_the_product(purl: str) -> None:
    assert upstream(purl) is None


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:npm/%40types/node@16.18.0",
        "pkg:npm/%40types/react@17.0.2",
        "pkg:npm/%40types/angular@1.8.4",
        "pkg:npm/%40types/jquery@3.5.16",
        "pkg:npm/%40types/express@4.17.17",
        "pkg:npm/%40yarnpkg/parsers@3.0.0",
        "pkg:npm/%40yarnpkg/core@3.2.0",
        "pkg:npm/%40yarnpkg/lockfile@1.1.0",
        "pkg:npm/%40pnpm/types@8.0.0",
        "pkg:npm/%40angular/fire@7.6.1",
        "pkg:npm/%40angular/flex-layout@13.0.0-beta.38",
        "pkg:npm/%40vue/test-utils@1.3.0",
        "pkg:npm/%40vue/cli-service@4.5.19",
        "pkg:npm/%40nuxt/devtools@1.0.0",
        "pkg:npm/%40nuxt/cli@3.10.0",
        "pkg:npm/%40eslint/eslintrc@2.1.4",
        "pkg:npm/%40tailwindcss/forms@0.5.3",
        "pkg:npm/%40next/font@13.0.0",
        "pkg:npm/%40strapi/design-system@1.0.0",
        "pkg:npm/%40ionic/storage@3.0.6",
        "pkg:npm/%40react-native/normalize-color@2.1.0",
        "pkg:npm/%40react-native-community/cli@10.0.0",
        "pkg:npm/%40ckeditor/ckeditor5-react@6.0.0",
        "pkg:npm/%40ckeditor/ckeditor5-dev-utils@30.0.0",
        "pkg:npm/%40fortawesome/react-fontawesome@0.1.18",
        "pkg:npm/ember-cli@3.28.0",
        "pkg:npm/ember-data@3.28.0",
        "pkg:npm/react-reconciler@0.29.0",
        "pkg:npm/react-router-dom-v5-compat@6.0.0",
        "pkg:npm/scheduler@0.23.2",
        "pkg:npm/angular-ui-router@1.0.0",
        "pkg:npm/angular-translate@2.18.0",
        "pkg:npm/vue-loader@15.9.8",
        "pkg:npm/eslint-config-airbnb@19.0.4",
        "pkg:npm/node-fetch@2.6.7",
        "pkg:npm/q@1.5.1",
        "pkg:npm/quasar-extras@2.0.9",
    ],
)
def test_what_is_named_after_a_javascript_product_is_not_the_product(purl: str) -> None:
    assert upstream(purl) is None


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:npm/pg@8.11.3",
        "pkg:npm/mongodb@3.6.0",
        "pkg:npm/mysql@2.18.1",
        "pkg:npm/redis@3.1.2",
        "pkg:npm/%40elastic/elasticsearch@7.17.0",
        "pkg:npm/kafkajs@2.2.4",
        "pkg:pypi/redis@4.5.1",
        "pkg:pypi/elasticsearch@7.17.9",
        "pkg:pypi/mysqlclient@2.1.1",
        "pkg:pypi/kubernetes@25.3.0",
        "pkg:pypi/docker@6.0.1",
        "pkg:pypi/python-keycloak@2.12.0",
        "pkg:gem/redis@4.8.1",
        "pkg:gem/pg@1.4.5",
        "pkg:gem/elasticsearch@7.17.7",
        "pkg:nuget/Confluent.Kafka@1.9.3",
        "pkg:nuget/NEST@7.17.5",
        "pkg:maven/co.elastic.clients/elasticsearch-java@7.17.9",
        "pkg:maven/org.opensearch.client/opensearch-java@2.4.0",
        "pkg:maven/org.neo4j.driver/neo4j-java-driver@4.4.9",
        "pkg:maven/org.neo4j/neo4j-ogm-core@3.2.31",
        "pkg:maven/org.neo4j/neo4j-cypher-dsl@2022.7.3",
        "pkg:maven/org.apache.cassandra/java-driver-core@4.18.0",
        "pkg:maven/org.keycloak/keycloak-admin-client@26.0.1",
        "pkg:golang/github.com/prometheus/client_golang@v1.14.0",
        "pkg:golang/github.com/docker/go-connections@v0.4.0",
        "pkg:golang/github.com/containerd/cgroups@v1.0.4",
    ],
)
def test_a_client_is_not_its_server(purl: str) -> None:
    assert upstream(purl) is None


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:maven/org.hibernate/hibernate-validator@5.4.3.Final",
        "pkg:maven/org.hibernate.validator/hibernate-validator@6.0.23.Final",
        "pkg:maven/org.hibernate/hibernate-search-orm@5.11.9.Final",
        "pkg:maven/org.hibernate/hibernate-commons-annotations@3.2.0.Final",
        "pkg:maven/org.hibernate.common/hibernate-commons-annotations@5.1.2.Final",
        "pkg:maven/org.hibernate/hibernate-tools@5.6.5.Final",
        "pkg:maven/org.springframework/spring-binding@2.5.1.RELEASE",
        "pkg:maven/org.springframework/springloaded@1.2.8.RELEASE",
        "pkg:maven/org.springframework.security/spring-security-jwt@1.1.1.RELEASE",
        "pkg:maven/org.springframework.security/spring-security-rsa@1.0.11.RELEASE",
        "pkg:maven/org.apache.tomcat/tomcat-native@1.2.35",
        "pkg:maven/org.apache.tomcat/jakartaee-migration@1.0.5",
        "pkg:maven/org.eclipse.jetty.toolchain/jetty-servlet-api@4.0.6",
        "pkg:maven/org.eclipse.jetty.alpn/alpn-api@1.1.3.v20160715",
        "pkg:maven/org.apache.logging.log4j/log4j-api-kotlin@1.2.0",
        "pkg:maven/org.apache.logging.log4j/log4j-api-scala_2.13@12.0",
        "pkg:maven/org.apache.logging.log4j/log4j-jakarta-web@2.20.0",
        "pkg:maven/org.eclipse.jetty/jetty-reactive-httpclient@4.0.9",
        "pkg:maven/org.apache.pulsar/pulsar-client-kafka@2.11.0",
        "pkg:maven/org.apache.maven/maven-archiver@3.6.0",
        "pkg:maven/org.apache.maven/maven-parent@33",
        "pkg:maven/org.apache.nifi/nifi-nar-maven-plugin@1.5.0",
        "pkg:maven/org.apache.struts/struts-core@1.3.8",
        "pkg:maven/org.apache.hadoop.thirdparty/hadoop-shaded-protobuf_3_7@1.1.1",
        "pkg:maven/org.apache.hadoop/hadoop-ozone-common@1.2.1",
        "pkg:maven/org.apache.flink/flink-shaded-guava@30.1.1-jre-16.1",
        "pkg:maven/org.apache.camel.quarkus/camel-quarkus-core@2.16.0",
        "pkg:maven/io.quarkus/quarkus-spring-core-api@5.2.SP7",
        "pkg:maven/io.quarkus.gizmo/gizmo@1.6.0.Final",
        "pkg:maven/io.micronaut.data/micronaut-data-model@3.9.6",
        "pkg:maven/io.dropwizard.metrics/metrics-core@4.1.2",
        "pkg:maven/org.jruby/jruby-openssl@0.14.0",
        "pkg:maven/org.jetbrains.kotlinx/kotlinx-coroutines-core@1.6.4",
        "pkg:maven/org.scala-lang.modules/scala-xml_2.12@2.1.0",
    ],
)
def test_what_shares_a_group_with_a_java_product_is_not_the_product(purl: str) -> None:
    assert upstream(purl) is None


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:maven/org.apache.activemq/activemq-client@5.15.9", "apache-activemq 5.15"),
        ("pkg:maven/org.apache.activemq/activemq-broker@5.18.3", "apache-activemq 5.18"),
        ("pkg:maven/org.apache.activemq/artemis-core-client@2.31.2", "apache-artemis 2.31"),
        ("pkg:maven/org.apache.activemq/artemis-jms-client@1.5.6", "apache-artemis 1.5"),
        ("pkg:maven/org.apache.artemis/artemis-server@2.50.0", "apache-artemis 2.50"),
        ("pkg:maven/org.apache.activemq/artemis-native@2.0.0", None),
        ("pkg:maven/org.apache.activemq/activemq-artemis-native@2.0.0", None),
        ("pkg:maven/org.apache.activemq/activemq-branding@2.31.2", None),
        ("pkg:maven/org.apache.activemq/activemq-protobuf@1.1", None),
    ],
)
def test_one_group_holds_two_products(purl: str, expected: str | None) -> None:
    assert found(purl) == expected


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:npm/%40fortawesome/fontawesome-svg-core@1.2.36", "font-awesome 5"),
        ("pkg:npm/%40fortawesome/fontawesome-svg-core@6.4.0", "font-awesome 6"),
        ("pkg:npm/%40fortawesome/fontawesome-svg-core@1.3.0-beta3", "font-awesome unresolvable"),
        ("pkg:npm/%40fortawesome/fontawesome-common-types@0.2.36", "font-awesome 5"),
        ("pkg:npm/%40fortawesome/free-solid-svg-icons@5.15.4", "font-awesome 5"),
        ("pkg:npm/ckeditor5@43.3.0", "ckeditor 5"),
        ("pkg:npm/%40ckeditor/ckeditor5-core@35.4.0", "ckeditor 5"),
        ("pkg:npm/ckeditor4@4.22.1", "ckeditor 4"),
        ("pkg:npm/%40angular-devkit/architect@0.1900.6", "angular 19"),
        ("pkg:npm/%40angular-devkit/build-angular@0.1102.14", "angular 11"),
        ("pkg:npm/%40angular-devkit/build-angular@17.3.8", "angular 17"),
        ("pkg:npm/%40angular-devkit/build-angular@0.13.9", "angular unresolvable"),
        ("pkg:npm/%40rails/activestorage@7.1.600", "rails 7.1"),
        ("pkg:npm/%40react-native/codegen@0.76.0", "react-native 0.76"),
        ("pkg:npm/%40react-native/virtualized-lists@0.72.8", "react-native unresolvable"),
        ("pkg:npm/%40tailwindcss/oxide@0.0.0", "tailwind-css unresolvable"),
        ("pkg:npm/%40tailwindcss/vite@4.1.4", "tailwind-css 4.1"),
        ("pkg:golang/github.com/prometheus/prometheus@v0.53.1", "prometheus 2.53"),
        ("pkg:golang/github.com/prometheus/prometheus@v0.300.1", "prometheus 3.0"),
        ("pkg:golang/github.com/prometheus/prometheus@v0.312.0", "prometheus 3.12"),
        ("pkg:golang/github.com/prometheus/prometheus@v1.8.2-0.20200213233353-b90be6f32a33", "prometheus floating"),
        ("pkg:golang/knative.dev/serving@v0.27.2", "knative 1.0"),
        ("pkg:golang/knative.dev/serving@v0.42.0", "knative 1.15"),
        ("pkg:golang/knative.dev/eventing@v0.25.1", "knative 0.25"),
        ("pkg:golang/knative.dev/serving@v0.46.1-0.20251023180446-a2a2441bb848", "knative floating"),
        ("pkg:golang/k8s.io/api@v0.28.4", "kubernetes 1.28"),
        ("pkg:golang/k8s.io/client-go@v0.30.0-rc.1", "kubernetes 1.30"),
        ("pkg:golang/k8s.io/kubernetes@v1.27.3", "kubernetes 1.27"),
        ("pkg:golang/k8s.io/client-go@v12.0.0%2Bincompatible", "kubernetes older-than-data"),
        ("pkg:golang/k8s.io/client-go@v11.0.0+incompatible", "kubernetes older-than-data"),
        ("pkg:golang/k8s.io/api@0.0.0", "kubernetes unresolvable"),
        ("pkg:golang/k8s.io/api@v0.0.0-20190620084959-7cf5895f2711", "kubernetes floating"),
        ("pkg:golang/k8s.io/klog/v2@v2.100.1", None),
        ("pkg:golang/k8s.io/utils@v0.0.0-20230726121419-3b25d923346b", None),
        ("pkg:golang/go.etcd.io/etcd/client/v2@v2.305.10", "etcd 3.5"),
        ("pkg:golang/go.etcd.io/etcd/client/v3@v3.5.10", "etcd 3.5"),
        ("pkg:golang/go.etcd.io/etcd@v0.0.0-20200513171258-e048e166ab9c", "etcd floating"),
        ("pkg:golang/go.etcd.io/bbolt@v1.3.8", None),
        ("pkg:golang/go.etcd.io/raft/v3@v3.6.0", None),
        ("pkg:golang/github.com/docker/docker@v24.0.7+incompatible", "docker-engine 24.0"),
        (
            "pkg:golang/github.com/docker/docker@v17.12.0-ce-rc1.0.20200618181300-9dc6525e6118+incompatible",
            "docker-engine unresolvable",
        ),
        ("pkg:maven/org.apache.flink/flink-connector-kafka@3.0.1-1.18", "apache-flink 1.18"),
        ("pkg:maven/org.apache.flink/flink-connector-kafka@4.0.1-2.0", "apache-flink 2.0"),
        ("pkg:maven/org.apache.flink/flink-connector-mongodb@1.0.1", "apache-flink unresolvable"),
        ("pkg:maven/org.apache.flink/flink-core@1.17.2", "apache-flink 1.17"),
        ("pkg:maven/org.apache.kafka/kafka-clients@7.4.0-ccs", "apache-kafka unresolvable"),
        ("pkg:maven/org.apache.kafka/kafka-clients@3.4.0", "apache-kafka 3.4"),
        ("pkg:maven/org.apache.hadoop/hadoop-common@2.6.0-cdh5.16.2", "apache-hadoop unresolvable"),
    ],
)
def test_some_count_their_versions_otherwise(purl: str, expected: str | None) -> None:
    assert found(purl) == expected


@pytest.mark.parametrize(
    ("purl", "expected"),
    [
        ("pkg:nuget/Microsoft.AspNetCore.Mvc.Core@2.3.0", "dotnet unresolvable"),  # on .NET Framework
        ("pkg:nuget/Microsoft.AspNetCore.WebUtilities@2.3.0", "dotnet unresolvable"),
        ("pkg:nuget/Microsoft.AspNetCore.Http@2.3.0", None),
        ("pkg:nuget/Microsoft.Extensions.Logging@2.1.1", "dotnet unresolvable"),
        ("pkg:nuget/Microsoft.Extensions.Logging@8.0.1", "dotnet 8"),
        ("pkg:nuget/Microsoft.EntityFrameworkCore.SqlServer@3.1.32", "dotnet 3.1"),
        ("pkg:nuget/System.Text.Json@4.7.2", "dotnet unresolvable"),
        ("pkg:nuget/System.Text.Json@6.0.9", "dotnet 6"),
        ("pkg:nuget/System.Runtime.CompilerServices.Unsafe@6.0.0", None),  # lives on, outside of .NET
        ("pkg:nuget/Microsoft.Win32.Registry@5.0.0", None),
        ("pkg:nuget/Microsoft.Extensions.Logging.Log4Net.AspNetCore@6.1.0", None),
        ("pkg:nuget/Microsoft.Extensions.Http.Resilience@8.10.0", None),
        ("pkg:nuget/Microsoft.NET.Test.Sdk@17.8.0", None),
        ("pkg:nuget/Umbraco.Cms.Integrations.Search.Algolia@1.0.0", None),
    ],
)
def test_what_comes_with_dotnet_has_its_number_from_three_on(purl: str, expected: str | None) -> None:
    assert found(purl) == expected


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:nuget/Microsoft.AspNetCore@2.3.0",
        "pkg:nuget/Microsoft.AspNetCore.Mvc@2.3.0",
        "pkg:nuget/Microsoft.AspNetCore.Mvc.Core@2.3.0",
        "pkg:nuget/EntityFramework@6.5.1",
        "pkg:maven/junit/junit@4.13.2",
    ],
)
def test_what_is_old_and_still_kept_is_not_over(purl: str) -> None:
    assert verdict(purl).status is not Status.EOL


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:golang/k8s.io/client-go@v11.0.0+incompatible",
        "pkg:golang/k8s.io/api@v0.99.0",
        "pkg:golang/knative.dev/serving@v0.10.0",
        "pkg:golang/github.com/prometheus/prometheus@v0.35.0",
        "pkg:golang/github.com/coreos/etcd@v2.3.8+incompatible",
        "pkg:maven/org.liquibase/liquibase-core@3.6.3",
        "pkg:maven/org.apache.camel/camel-core-engine@2.10.0",
        "pkg:maven/org.apache.lucene/lucene-core@4.10.4",
        "pkg:maven/org.hibernate/hibernate-entitymanager@4.2.0.Final",
        "pkg:maven/org.springframework.boot/spring-boot-devtools@1.0.0.RELEASE",
        "pkg:npm/%40angular/common@2.4.10",
        "pkg:npm/react-dom@0.14.9",
        "pkg:gem/activesupport@2.3.18",
        "pkg:composer/illuminate/support@v4.2.17",
        "pkg:composer/contao/core-bundle@99.0.0",
    ],
)
def test_a_member_of_a_family_without_a_cycle_is_unknown_and_never_over(purl: str) -> None:
    match = index().find(purl)
    assert match is not None
    assert match.evidence.kind is EvidenceKind.FAMILY

    said = verdict(purl)

    assert said.status is Status.UNKNOWN
    assert said.reason is not None


@pytest.mark.parametrize(
    "purl",
    [
        "pkg:golang/github.com/grafana/loki@v1.6.2-0.20230216091802-4e4359e67c6c",  # of the time of Loki 2.8
        "pkg:golang/github.com/grafana/grafana@v1.9.2-0.20250521082934-f8b6ed6d2a1e",
        "pkg:golang/github.com/hashicorp/consul@v1.2.1-0.20190625174832-abcdefabcdef",
        "pkg:golang/github.com/hashicorp/terraform@v1.2.1-0.20230625174832-abcdefabcdef",
        "pkg:golang/github.com/rancher/rancher@v1.6.2-0.20230625174832-abcdefabcdef",
        "pkg:golang/github.com/kubernetes-sigs/karpenter@v1.0.1-0.20250625174832-abcdefabcdef",
    ],
)
def test_a_go_commit_after_an_old_tag_is_not_that_old_release(purl: str) -> None:
    assert verdict(purl).status is Status.UNKNOWN


@pytest.mark.parametrize("product_id", ["ipython", "matplotlib", "networkx", "scikit-image", "scipy", "xarray", "zarr"])
def test_a_window_of_the_ecosystem_promises_no_security_fixes(product_id: str) -> None:
    product = dataset.load().product(product_id)
    assert product is not None
    assert all(cycle.eoas and cycle.eol is None for cycle in product.cycles)


@pytest.mark.parametrize(
    ("purl", "status"),
    [
        ("pkg:pypi/trytond@6.0.70", Status.SECURITY_ONLY),  # five years at least, and they are over
        ("pkg:pypi/trytond@5.0.60", Status.EOL),
        ("pkg:pypi/qiskit@1.4.2", Status.SECURITY_ONLY),
        ("pkg:pypi/mkdocs-material@9.6.0", Status.SECURITY_ONLY),
        ("pkg:composer/doctrine/orm@2.20.0", Status.SECURITY_ONLY),
    ],
)
def test_the_least_that_was_promised_is_no_end(purl: str, status: Status) -> None:
    assert verdict(purl).status is status


@pytest.mark.parametrize(("product_id", "name"), [("doctrine-orm", "2"), ("zope", "6"), ("tryton", "8.0")])
def test_a_day_before_which_nothing_ends_is_told_as_such(product_id: str, name: str) -> None:
    product = dataset.load().product(product_id)
    assert product is not None
    assert at_least(next(cycle for cycle in product.cycles if cycle.name == name))


def families() -> Iterator[tuple[Product, Family]]:
    catalogue = dataset.load()
    for product_id in catalogue.names():
        product = catalogue.product(product_id)
        if product is not None and product.id == product_id:
            yield from ((product, family) for family in product.families)


def test_the_families_are_many_and_each_says_where_it_was_read() -> None:
    known = list(families())

    assert len({(product.id, family.type, family.namespace, family.name) for product, family in known}) >= 105
    assert all(family.source or product.source for product, family in known)


def test_every_name_that_a_family_spells_out_leads_to_its_product() -> None:
    wrong = []
    for product, family in families():
        for start in starts(family.name):
            if start.whole and fits(family, start.text):
                path = "/".join(filter(None, (family.namespace, start.text)))
                match = index().find(f"pkg:{family.type}/{path}")
                wrong += [path] if match is None or match.product.id != product.id else []

    assert not wrong


def test_a_rewrite_to_a_fixed_number_names_a_cycle_or_what_is_older_than_all() -> None:
    wrong = []
    for product, family in families():
        for _, template in family.versions:
            if template and "\\" not in template:
                answer = cycle_of(template, family.type, product)
                if isinstance(answer, Unresolved) and answer.reason is not Reason.OLDER:
                    wrong.append((product.id, template))

    assert not wrong
