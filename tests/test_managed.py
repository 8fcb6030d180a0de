"""What resources of clouds say: which product, which version, and the release cycle that it belongs to."""

from __future__ import annotations

from functools import cache

import pytest

from scanner import corridor
from scanner.catalog import dataset
from scanner.catalog.index import Index
from scanner.ecosystems import managed
from scanner.ecosystems.cloudformation import template
from scanner.ecosystems.pipelines import Node, plainly
from scanner.model import Dependency, Kind, Location, Match, Parsed, Problem
from scanner.source import Source
from scanner.syntax import hcl
from scanner.syntax.yaml import documents

PLACE = Location("main.tf", 1, 1, 2)


@cache
def index() -> Index:
    return Index(dataset.load())


def cycle(dependency: Parsed) -> str:
    assert isinstance(dependency, Dependency), dependency
    answer = corridor.resolve(dependency, index())
    return f"{answer.product.id} {answer.cycle.name}" if isinstance(answer, Match) else f"no cycle: {answer.reason}"


def said(kind: str, text: str, **options: bool) -> list[Parsed]:
    document = hcl.document(Source("main.tf", f'b "x" {{\n{text}\n}}\n'.encode()))
    at = Node(document.value, (), document.places)
    block = next(at.get("b").each()).get("x")
    return list(managed.services(kind, block, plainly, **options))  # type: ignore[arg-type]  # -- only `asks`


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("aws_db_instance", 'engine = "postgres"\nengine_version = "13.7"', "amazon-rds-postgresql 13"),
        ("aws_db_instance", 'engine = "postgres"\nengine_version = "9.6.22"', "amazon-rds-postgresql 9.6"),
        ("aws_db_instance", 'engine = "mysql"\nengine_version = "5.7.44"', "amazon-rds-mysql 5.7"),
        ("aws_db_instance", 'engine = "mariadb"\nengine_version = "10.4"', "amazon-rds-mariadb 10.4"),
        ("aws_db_instance", 'engine = "oracle-se2"\nengine_version = "19.0.0.0.ru-2022-01.r1"', "oracle-database 19"),
        ("aws_db_instance", 'engine = "sqlserver-ex"\nengine_version = "15.00.4073.23.v1"', "mssqlserver 15.0"),
        ("aws_rds_cluster", 'engine = "aurora-postgresql"\nengine_version = "11.9"', "amazon-aurora-postgresql 11"),
        ("aws_rds_cluster", 'engine = "aurora"\nengine_version = "5.6.10a"', "amazon-aurora-mysql 1"),
        ("aws_rds_cluster", 'engine = "aurora-mysql"\nengine_version = "5.7"', "amazon-aurora-mysql 2"),
        (
            "aws_rds_cluster",
            'engine = "aurora-mysql"\nengine_version = "5.7.mysql_aurora.2.07.1"',
            "amazon-aurora-mysql 2",
        ),
        (
            "aws_rds_cluster",
            'engine = "aurora-mysql"\nengine_version = "8.0.mysql_aurora.3.04.0"',
            "amazon-aurora-mysql 3",
        ),
        ("aws_elasticache_cluster", 'engine = "redis"\nengine_version = "5.0.6"', "amazon-elasticache-redis 5"),
        ("aws_elasticache_cluster", 'engine = "redis"\nengine_version = "6.x"', "amazon-elasticache-redis 6"),
        ("aws_elasticache_cluster", 'engine = "memcached"\nengine_version = "1.5.16"', "memcached 1.5"),
        ("aws_elasticache_cluster", 'engine = "valkey"\nengine_version = "7.2"', "valkey 7.2"),
        ("aws_eks_cluster", 'version = "1.27"', "amazon-eks 1.27"),
        ("aws_opensearch_domain", 'engine_version = "OpenSearch_2.5"', "amazon-opensearch 2.5"),
        ("aws_msk_cluster", 'kafka_version = "2.8.1"', "amazon-msk 2.8"),
        ("aws_msk_cluster", 'kafka_version = "3.7.x.kraft"', "amazon-msk 3.7"),
        ("aws_lambda_function", 'runtime = "python3.8"', "aws-lambda python3.8"),
        ("aws_docdb_cluster", 'engine_version = "4.0.0"', "amazon-documentdb 4.0"),
        ("aws_neptune_cluster", 'engine_version = "1.2.1.0"', "amazon-neptune 1.2.1.0"),
        ("aws_mq_broker", 'engine_type = "ActiveMQ"\nengine_version = "5.15.9"', "amazon-mq-activemq 5.15"),
        ("aws_mq_broker", 'engine_type = "RabbitMQ"\nengine_version = "3.12.13"', "amazon-mq-rabbitmq 3.12"),
        ("aws_glue_job", 'glue_version = "2.0"', "amazon-glue 2.0"),
        ("aws_mwaa_environment", 'airflow_version = "2.2.2"', "apache-airflow 2"),
        ("google_container_cluster", 'min_master_version = "1.27.3-gke.100"', "google-kubernetes-engine 1.27"),
        ("google_container_engine_versions", 'version_prefix = "1.27."', "google-kubernetes-engine 1.27"),
        ("google_sql_database_instance", 'database_version = "POSTGRES_13"', "postgresql 13"),
        ("google_sql_database_instance", 'database_version = "POSTGRES_9_6"', "postgresql 9.6"),
        ("google_sql_database_instance", 'database_version = "MYSQL_8_0_31"', "mysql 8.0"),
        ("google_sql_database_instance", 'database_version = "SQLSERVER_2017_STANDARD"', "mssqlserver 14.0"),
        ("google_redis_instance", 'redis_version = "REDIS_5_0"', "redis 5.0"),
        ("google_cloudfunctions_function", 'runtime = "nodejs14"', "nodejs 14"),
        ("google_cloudfunctions2_function", 'build_config {\nruntime = "python39"\n}', "python 3.9"),
        (
            "google_composer_environment",
            'config {\nsoftware_config {\nimage_version = "composer-2.0.31-airflow-2.2.5"\n}\n}',
            "apache-airflow 2",
        ),
        ("azurerm_kubernetes_cluster", 'kubernetes_version = "1.25.5"', "azure-kubernetes-service 1.25"),
        ("azurerm_postgresql_flexible_server", 'version = "12"', "azure-database-for-postgresql 12"),
        ("azurerm_mysql_flexible_server", 'version = "8.0.21"', "azure-database-for-mysql 8.0"),
        ("digitalocean_kubernetes_cluster", 'version = "1.21.5-do.0"', "kubernetes 1.21"),
        ("digitalocean_database_cluster", 'engine = "pg"\nversion = "11"', "postgresql 11"),
        ("mongodbatlas_cluster", 'mongo_db_major_version = "4.4"', "mongodb 4.4"),
        ("rancher2_cluster", 'rke_config {\nkubernetes_version = "v1.20.9-rancher1-1"\n}', "kubernetes 1.20"),
        ("yandex_mdb_postgresql_cluster", "config {\nversion = 12\n}", "postgresql 12"),
        ("oci_containerengine_cluster", 'kubernetes_version = "v1.26.2"', "kubernetes 1.26"),
        ("terraform-aws-modules/eks/aws", 'cluster_version = "1.24"', "amazon-eks 1.24"),
    ],
)
def test_a_version_is_of_its_cycle_however_a_resource_writes_it(kind: str, text: str, expected: str) -> None:
    (found,) = said(kind, text)
    assert cycle(found) == expected


@pytest.mark.parametrize(
    ("stack", "expected"),
    [
        ('python_version = "3.8"', "python 3.8"),
        ('node_version = "14-lts"', "nodejs 14"),
        ('java_version = "java11"', "java 11"),
        ('dotnet_version = "v6.0"', "dotnet 6"),
        ('dotnet_version = "3.1"', "dotnet 3.1"),
        ('php_version = "7.4"', "php 7.4"),
    ],
)
def test_what_runs_an_app_in_azure_is_a_runtime(stack: str, expected: str) -> None:
    (found,) = said("azurerm_linux_web_app", f"site_config {{\napplication_stack {{\n{stack}\n}}\n}}")
    assert isinstance(found, Dependency)
    assert found.purl.removeprefix("pkg:generic/").replace("@", " ").removesuffix(".0") == expected.removesuffix(".0")


def test_a_platform_of_beanstalk_is_a_runtime_on_a_system() -> None:
    stack = "64bit Amazon Linux 2 v3.3.6 running {}"
    for text, purl in (
        ("Python 3.8", "pkg:generic/python@3.8"),
        ("Node.js 14", "pkg:generic/nodejs@14"),
        ("Corretto 11", "pkg:generic/amazon-corretto/java@11"),
    ):
        found = said("aws_elastic_beanstalk_environment", f'solution_stack_name = "{stack.format(text)}"')
        assert [one.purl for one in found if isinstance(one, Dependency)] == [purl, "pkg:generic/amazon-linux@2"]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("aws_opensearch_domain", 'engine_version = "Elasticsearch_7.10"'),
        ("aws_elasticsearch_domain", 'elasticsearch_version = "7.10"'),
    ],
)
def test_amazons_elasticsearch_is_not_the_one_of_the_same_number(kind: str, text: str) -> None:
    (found,) = said(kind, text)
    assert isinstance(found, Dependency)
    assert found.purl == "pkg:generic/amazon-elasticsearch@7.10"
    assert index().find(found.purl) is None


def test_the_net_framework_is_not_the_dotnet_of_the_same_number() -> None:
    assert not said("azurerm_windows_web_app", 'site_config {\napplication_stack {\ndotnet_version = "v4.0"\n}\n}')


@pytest.mark.parametrize(
    ("text", "expected"),
    [("DOCKER|nginx:1.19", "pkg:docker/nginx@1.19"), ("PHP|7.4", "pkg:generic/php@7.4"), ("NODE|", None)],
)
def test_a_stack_of_linux_is_a_runtime_or_an_image(text: str, expected: str | None) -> None:
    found = said("azurerm_app_service", f'site_config {{\nlinux_fx_version = "{text}"\n}}')
    assert [one.purl for one in found if isinstance(one, Dependency)] == ([expected] if expected else [])


@pytest.mark.parametrize("text", ["var.version", '"${var.version}"', 'coalesce(var.version, "1.27")', '"latest"'])
def test_what_has_to_be_computed_or_moves_is_a_requirement(text: str) -> None:
    (found,) = said("aws_eks_cluster", f"version = {text}")
    assert isinstance(found, Dependency)
    assert (found.purl, bool(found.requirement)) == ("pkg:generic/amazon-eks", True)


def test_a_service_without_a_version_is_told_and_a_question_is_not() -> None:
    (found,) = said("aws_eks_cluster", "")
    assert isinstance(found, Dependency)
    assert (found.purl, found.requirement, found.location.line) == ("pkg:generic/amazon-eks", None, 1)
    assert not said("aws_eks_cluster", "", asks=True)
    assert not said("aws_lambda_function", "")
    assert not said("aws_db_instance", 'engine_version = "13"')


def test_a_number_without_quotes_loses_its_last_zero() -> None:
    problem, found = said("aws_eks_cluster", "version = 1.30")
    assert isinstance(problem, Problem)
    assert isinstance(found, Dependency)
    assert found.purl == "pkg:generic/amazon-eks@1.3"


@pytest.mark.parametrize("text", ["newest", "four.0", "", " "])
def test_what_is_no_version_is_a_problem(text: str) -> None:
    assert isinstance(managed.version("amazon-eks", text, PLACE), Problem)


def test_every_product_of_the_tables_is_known_by_its_name() -> None:
    rules = [rule for rules in managed._RULES.values() for rule in rules]
    named = {rule.product for rule in rules} | {one for rule in rules for one in rule.engines.values()}
    products = (named | set(managed._PRODUCTS.values())) - {""}
    unknown = {name for name in products if index().find(f"pkg:generic/{name}") is None}
    # Amazon has gone on with Elasticsearch on its own, and nobody tracks until when.
    assert unknown == {"amazon-elasticsearch"}


def test_every_resource_of_other_languages_is_in_the_table() -> None:
    assert {name for name in managed._SAME.values() if name not in managed._RULES} == set()


def test_an_image_of_a_machine_tells_its_system() -> None:
    text = 'source_image_reference {\noffer = "UbuntuServer"\nsku = "18.04-LTS"\n}'
    (found,) = said("azurerm_linux_virtual_machine", text)
    assert isinstance(found, Dependency)
    assert (found.purl, found.kind) == ("pkg:generic/ubuntu@18.04", Kind.OS)


def found_in(text: str) -> list[str]:
    document = next(documents(Source("t.yaml", text.encode())))
    values = template(Node(document.value, (), document.places))
    return [one.purl if isinstance(one, Dependency) else type(one).__name__ for one in values]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("!Ref Version", ["pkg:generic/amazon-eks@1.21"]),
        ("{Ref: Version}", ["pkg:generic/amazon-eks@1.21"]),
        ('{"Fn::Sub": "1.${Minor}"}', ["pkg:generic/amazon-eks@1.22"]),
        ('{"Fn::Sub": ["1.${Minor}", {}]}', ["pkg:generic/amazon-eks@1.22"]),
        ("!FindInMap [Table, !Ref AWS::Region, eks]", ["pkg:generic/amazon-eks@1.23"]),
        ('!If [Old, "1.20", !Ref Version]', ["pkg:generic/amazon-eks@1.20", "pkg:generic/amazon-eks@1.21"]),
        ("{Fn::ImportValue: shared}", ["pkg:generic/amazon-eks"]),
        ('!Join [".", ["1", "24"]]', ["pkg:generic/amazon-eks"]),
        ("'{{resolve:ssm:/eks/version}}'", ["pkg:generic/amazon-eks"]),
    ],
)
def test_what_a_template_refers_to_counts_where_it_is_written_out(value: str, expected: list[str]) -> None:
    text = (
        'Parameters: {Version: {Default: "1.21"}, Minor: {Default: "22"}}\n'
        'Mappings: {Table: {one: {eks: "1.23"}, two: {eks: "1.23"}}}\n'
        "Conditions: {Old: yes}\n"
        f"Resources: {{Cluster: {{Type: 'AWS::EKS::Cluster', Properties: {{Version: {value}}}}}}}\n"
    )
    assert found_in(text) == expected


def test_an_instance_of_a_cluster_leaves_its_version_to_the_cluster() -> None:
    text = "Resources: {A: {Type: 'AWS::RDS::DBInstance', Properties: {Engine: aurora-mysql, DBClusterIdentifier: B}}}"
    assert found_in(text) == []
