"""What clouds run for a project: which attribute of which resource says the version of which product.

https://github.com/hashicorp/terraform-provider-aws/tree/main/website/docs,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html,
https://www.pulumi.com/docs/iac/concepts/resources/names/. Terraform, CloudFormation and Pulumi name the same resources
and spell the same attributes in their own ways: the tables below have Terraform's names. The product is the service,
where the service keeps up what it runs on days of its own, and else what it runs; of some services nobody tracks them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner.ecosystems import machines, oci
from scanner.ecosystems.pipelines import as_number
from scanner.ecosystems.runtimes import asked
from scanner.ecosystems.serverless import elsewhere, on_lambda
from scanner.model import Dependency, Kind, Problem
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Location, Parsed

# What a text says at its place; None where it says nothing of interest.
Reader: TypeAlias = "Callable[[str, Location], Dependency | Problem | None]"


class Rule(NamedTuple):
    """What one attribute (a path with dots) of a resource says.

    It is the version of a `product`, or of what the attribute `engine` names in one of `engines`; or `read` knows what
    it says. A `whole` resource is that product, whether or not it says the version; one with the attribute `part_of`
    belongs to another, which says it.
    """

    version: str
    product: str = ""
    engine: str = ""
    engines: Mapping[str, str] = {}
    read: Reader | None = None
    whole: bool = False
    part_of: str = ""


def services(
    kind: str, attributes: Node, known: Known, spelled: Callable[[str], str] = str, *, asks: bool = False
) -> Iterator[Parsed]:
    """Read what a resource says of the products it stands for; `spelled` turns an attribute's name into the file's.

    What only `asks` (a data source) is nothing that runs, unless it says a version.
    """
    kind = _SAME.get(kind, kind)
    for rule in _RULES.get(kind, ()):
        if rule.read:
            yield from _each(_at(attributes, rule.version, spelled), known, rule.read)
        elif rule.engine:
            yield from _of_engine(rule, attributes, known, spelled)
        else:
            at = _at(attributes, rule.version, spelled)
            yield from _versions(rule.product, at, known)
            if rule.whole and not at and not asks:
                yield Dependency(make("generic", rule.product), attributes.key_place, kind=Kind.RUNTIME, direct=True)
    if kind in _AZURE_MACHINES:
        yield from _azure_images(attributes, known, spelled)


def image(text: str, location: Location) -> Dependency | None:
    """Return the container image that a text names, unless it has to be computed which."""
    found = oci.image(text, location) if text.strip() else None
    return found if isinstance(found, Dependency) else None


def version(product: str, text: str, location: Location) -> Dependency | Problem:
    """Return the version of a product as a resource writes it; an expression, or what moves, is a requirement."""
    text = text.strip()
    purl = make("generic", product)
    is_open = oci.is_computed(text) or text.lower() in _MOVING
    found = None if is_open else re.fullmatch(r"v?([0-9]+(?:\.[0-9]+)*(?:[.+-][\w.+-]*)?)", text[:_LONGEST], re.ASCII)
    if found is None and not is_open:
        return Problem(f"{quoted(text)} is no version of {quoted(product)}.", location)
    if found is None:
        return Dependency(purl, location, text, Kind.RUNTIME, direct=True)
    # `6.x`, `3.7.x.kraft` and the prefix `1.27.` are the beginnings of versions.
    number = re.sub(r"(?:\.x|\.$).*", "", _REWRITTEN.get(product, str)(found[1]))
    requirement = text if number != found[1] and re.search(r"\.(?:x\b|$)", found[1]) else None
    return Dependency(make("generic", product, number), location, requirement, Kind.RUNTIME, direct=True)


def _at(node: Node, path: str, spelled: Callable[[str], str]) -> list[Node]:
    # Blocks may stand alone or in a list. Where one text is wanted, a list is a function's arguments.
    nodes = [node]
    for key in path.split("."):
        found = [one.get(key if isinstance(one.value, dict) and key in one.value else spelled(key)) for one in nodes]
        nodes = [below for one in found for below in (one.each() if _is_list(one, key) else [one])]
    return [one for one in nodes if one.value is not None]


def _is_list(node: Node, key: str) -> bool:
    items = node.value if isinstance(node.value, list) else []
    return key in _LISTS or any(isinstance(item, dict) for item in items)


def _each(nodes: list[Node], known: Known, read: Reader) -> Iterator[Parsed]:
    for node in nodes:
        for text, at in known(node):
            found = read(text.strip(), at.place()) if text.strip() else None
            if found is not None:
                yield found


def _versions(product: str, nodes: list[Node], known: Known) -> Iterator[Parsed]:
    for node in nodes:
        meanings = [(text, at) for text, at in known(node) if text.strip()]
        if not meanings:
            # It is computed in a way that is not read here.
            yield Dependency(make("generic", product), node.key_place, kind=Kind.RUNTIME, direct=True)
        for text, at in meanings:
            number = text if at.places.quoted(at.path) or text != at.text else as_number(text.strip(), product)
            if number != text:
                yield Problem(f"Without quotes, {text} is the number {number}.", at.place())
            yield version(product, number, at.place())


def _of_engine(rule: Rule, attributes: Node, known: Known, spelled: Callable[[str], str]) -> Iterator[Parsed]:
    versions = _at(attributes, rule.version, spelled)
    for node in _at(attributes, rule.engine, spelled):
        for text, at in known(node):
            product = rule.engines.get(text.strip().lower())
            if product and versions:
                yield from _versions(product, versions, known)
            elif product and not (rule.part_of and _at(attributes, rule.part_of, spelled)):
                yield Dependency(make("generic", product), at.place(), kind=Kind.RUNTIME, direct=True)


# How some write versions.


def _aurora_mysql(text: str) -> str:
    # `5.7.mysql_aurora.2.07.1`: behind the MySQL that it is like stands its own version. Older names have none.
    own = re.search(r"mysql_aurora\.([0-9][\w.]*)", text)
    if own:
        return own[1]
    return next((number for prefix, number in _AURORA if text == prefix or text.startswith(f"{prefix}.")), text)


def _by_product(text: str, location: Location) -> Dependency | Problem | None:
    """Read `POSTGRES_9_6`, `REDIS_6_X`, `OpenSearch_2.5`: a product and its version in one."""
    if oci.is_computed(text):
        return None
    name, _, number = text.lower().partition("_")
    product = _PRODUCTS.get(name)
    if product is None:
        return Problem(f"{quoted(text)} is no version of a known product.", location)
    number = re.sub(r"(?<=[0-9])_(?=[0-9x])", ".", number).partition("_")[0]
    # Of SQL Server the year is said, and no version.
    return version(product, _SQL_SERVERS.get(number, number), location)


def _beanstalk(text: str, location: Location) -> Dependency | Problem | None:
    """Read `64bit Amazon Linux 2 v3.3.6 running Python 3.8`."""
    found = re.search(r"running (?:64bit )?([A-Za-z.]+) ([0-9][\w.]*)", text)
    name = found[1].lower() if found else ""
    if found is None or name not in _PLATFORMS:
        return None
    return asked(_PLATFORMS[name], f"corretto-{found[2]}" if name == "corretto" else found[2], location)


def _composer(text: str, location: Location) -> Dependency | Problem | None:
    found = re.search(r"-airflow-([0-9][\w.]*)", text)
    return version("apache-airflow", found[1], location) if found and not oci.is_computed(text) else None


def _emr(text: str, location: Location) -> Dependency | Problem | None:
    return version("amazon-emr", text.removeprefix("emr-"), location)


def _function(text: str, location: Location) -> Dependency | Problem | None:
    return None if oci.is_computed(text) else elsewhere(text, location)


def _stack(tool: str) -> Reader:
    # `v6.0`, `14-lts`, `java11`, `~18`; of .NET `v4.0` and less is the Framework, of which this is not the version.
    def read(text: str, location: Location) -> Dependency | Problem | None:
        number = re.sub(r"^(?:java|go)|-lts$", "", text.lower())
        if oci.is_computed(text) or (
            tool == "dotnet" and re.match(r"v?[1-4]\.", number) and not number.startswith("3.1")
        ):
            return None
        return asked(tool, number, location)

    return read


def _linux_stack(text: str, location: Location) -> Dependency | Problem | None:
    """Read `PYTHON|3.8`, `DOTNETCORE|6.0`, `DOCKER|nginx:1.19`."""
    name, _, rest = text.partition("|")
    name = name.strip().lower()
    if name == "docker":
        return image(rest, location)
    tool = _STACKS.get(name)
    return _stack(tool)(rest.partition("-")[0] if tool == "java" else rest, location) if tool and rest else None


def _azure_images(attributes: Node, known: Known, spelled: Callable[[str], str]) -> Iterator[Parsed]:
    for block in ("source_image_reference", "storage_image_reference"):
        for node in _at(attributes, block, spelled):
            offers, skus = (_said(node.get(spelled(key)), known) for key in ("offer", "sku"))
            for offer, sku in zip(offers, skus, strict=False):
                found = machines.azure(offer[0], sku[0], sku[1].place())
                if found:
                    yield found


def _said(node: Node, known: Known) -> list[tuple[str, Node]]:
    return [(text, at) for text, at in known(node) if text]


# Longer than any version.
_LONGEST: Final = 128
# The attributes that hold several texts.
_LISTS: Final = frozenset({"compatible_runtimes", "values"})
_MOVING: Final = frozenset({"-", "default", "latest", "rapid", "regular", "stable"})
_AURORA: Final = (("5.6", "1"), ("5.7", "2"), ("8.0", "3"))
_REWRITTEN: Final[dict[str, Callable[[str], str]]] = {"amazon-aurora-mysql": _aurora_mysql}

_RDS: Final = {
    "aurora": "amazon-aurora-mysql",
    "aurora-mysql": "amazon-aurora-mysql",
    "aurora-postgresql": "amazon-aurora-postgresql",
    "db2-ae": "ibm-db2",
    "db2-se": "ibm-db2",
    "docdb": "amazon-documentdb",
    "mariadb": "amazon-rds-mariadb",
    "mysql": "amazon-rds-mysql",
    "neptune": "amazon-neptune",
    "oracle-ee": "oracle-database",
    "oracle-ee-cdb": "oracle-database",
    "oracle-se": "oracle-database",
    "oracle-se1": "oracle-database",
    "oracle-se2": "oracle-database",
    "oracle-se2-cdb": "oracle-database",
    "postgres": "amazon-rds-postgresql",
    "sqlserver-ee": "mssqlserver",
    "sqlserver-ex": "mssqlserver",
    "sqlserver-se": "mssqlserver",
    "sqlserver-web": "mssqlserver",
}
_ELASTICACHE: Final = {"memcached": "memcached", "redis": "amazon-elasticache-redis", "valkey": "valkey"}
_AMAZON_MQ: Final = {"activemq": "amazon-mq-activemq", "rabbitmq": "amazon-mq-rabbitmq"}
_DIGITALOCEAN: Final = {
    "kafka": "apache-kafka",
    "mongodb": "mongodb",
    "mysql": "mysql",
    "opensearch": "opensearch",
    "pg": "postgresql",
    "redis": "redis",
    "valkey": "valkey",
}
_PRODUCTS: Final = {
    "elasticsearch": "amazon-elasticsearch",
    "memcache": "memcached",
    "mysql": "mysql",
    "opensearch": "amazon-opensearch",
    "postgres": "postgresql",
    "redis": "redis",
    "sqlserver": "mssqlserver",
    "valkey": "valkey",
}
_SQL_SERVERS: Final = {"2016": "13.0", "2017": "14.0", "2019": "15.0", "2022": "16.0", "2025": "17.0"}
_PLATFORMS: Final = {
    "corretto": "java",
    "go": "go",
    "java": "java",
    "node.js": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "tomcat": "tomcat",
}
_STACKS: Final = {
    "dotnet": "dotnet",
    "dotnet-isolated": "dotnet",
    "dotnetcore": "dotnet",
    "go": "go",
    "java": "java",
    "node": "nodejs",
    "php": "php",
    "python": "python",
    "ruby": "ruby",
    "tomcat": "tomcat",
}

_DATABASE: Final = (Rule("engine_version", engine="engine", engines=_RDS, part_of="db_cluster_identifier"),)
_CACHE: Final = (Rule("engine_version", engine="engine", engines=_ELASTICACHE),)
_EKS: Final = (Rule("version", "amazon-eks", whole=True),)
_LAMBDA: Final = (Rule("runtime", read=on_lambda),)
_AZURE_POSTGRESQL: Final = (Rule("version", "azure-database-for-postgresql", whole=True),)
_AZURE_MYSQL: Final = (Rule("version", "azure-database-for-mysql", whole=True),)
_AZURE_APP: Final = (
    Rule("site_config.application_stack.dotnet_version", read=_stack("dotnet")),
    Rule("site_config.application_stack.dotnet_core_version", read=_stack("dotnet")),
    Rule("site_config.application_stack.go_version", read=_stack("go")),
    Rule("site_config.application_stack.java_version", read=_stack("java")),
    Rule("site_config.application_stack.node_version", read=_stack("nodejs")),
    Rule("site_config.application_stack.php_version", read=_stack("php")),
    Rule("site_config.application_stack.powershell_core_version", read=_stack("powershell")),
    Rule("site_config.application_stack.python_version", read=_stack("python")),
    Rule("site_config.application_stack.ruby_version", read=_stack("ruby")),
    Rule("site_config.application_stack.docker_image_name", read=image),
    Rule("site_config.linux_fx_version", read=_linux_stack),
)
_GOOGLE_SQL: Final = (Rule("database_version", read=_by_product),)
_KUBERNETES: Final = (Rule("version", "kubernetes", whole=True),)

# By Terraform's names of resources, and by the sources of well-known modules.
_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    # Amazon Web Services.
    "aws_ami": (Rule("filter.values", read=machines.system), Rule("name_regex", read=machines.system)),
    "aws_codebuild_project": (Rule("environment.image", read=image),),
    "aws_db_instance": _DATABASE,
    "aws_docdb_cluster": (Rule("engine_version", "amazon-documentdb", whole=True),),
    "aws_docdb_engine_version": (Rule("version", "amazon-documentdb"),),
    "aws_ecs_task_definition": (Rule("container_definitions.image", read=image),),
    "aws_eks_cluster": _EKS,
    "aws_eks_node_group": (Rule("version", "amazon-eks"),),
    "aws_elastic_beanstalk_environment": (
        Rule("solution_stack_name", read=_beanstalk),
        Rule("solution_stack_name", read=machines.system),
    ),
    "aws_elasticache_cluster": _CACHE,
    "aws_elasticache_replication_group": _CACHE,
    "aws_elasticache_serverless_cache": (Rule("major_engine_version", engine="engine", engines=_ELASTICACHE),),
    "aws_elasticsearch_domain": (Rule("elasticsearch_version", "amazon-elasticsearch", whole=True),),
    "aws_emr_cluster": (Rule("release_label", read=_emr),),
    "aws_glue_job": (Rule("glue_version", "amazon-glue"),),
    "aws_instance": (Rule("ami", read=machines.system),),
    "aws_lambda_function": _LAMBDA,
    "aws_lambda_layer_version": (Rule("compatible_runtimes", read=on_lambda),),
    "aws_mq_broker": (Rule("engine_version", engine="engine_type", engines=_AMAZON_MQ),),
    "aws_msk_cluster": (Rule("kafka_version", "amazon-msk", whole=True),),
    "aws_mwaa_environment": (Rule("airflow_version", "apache-airflow", whole=True),),
    "aws_neptune_cluster": (Rule("engine_version", "amazon-neptune", whole=True),),
    "aws_neptune_engine_version": (Rule("version", "amazon-neptune"),),
    "aws_opensearch_domain": (Rule("engine_version", read=_by_product),),
    "aws_rds_cluster": _DATABASE,
    "aws_rds_engine_version": (Rule("version", engine="engine", engines=_RDS),),
    "aws_rds_global_cluster": _DATABASE,
    "aws_rds_orderable_db_instance": _DATABASE,
    "aws_ssm_parameter": (Rule("name", read=machines.system),),
    # Google Cloud.
    "google_alloydb_cluster": _GOOGLE_SQL,
    "google_app_engine_standard_app_version": (Rule("runtime", read=_function),),
    "google_cloud_run_service": (Rule("template.spec.containers.image", read=image),),
    "google_cloud_run_v2_job": (Rule("template.template.containers.image", read=image),),
    "google_cloud_run_v2_service": (Rule("template.containers.image", read=image),),
    "google_cloudfunctions2_function": (Rule("build_config.runtime", read=_function),),
    "google_cloudfunctions_function": (Rule("runtime", read=_function),),
    "google_composer_environment": (Rule("config.software_config.image_version", read=_composer),),
    "google_compute_image": (Rule("family", read=machines.system), Rule("name", read=machines.system)),
    "google_compute_instance": (Rule("boot_disk.initialize_params.image", read=machines.system),),
    "google_compute_instance_template": (Rule("disk.source_image", read=machines.system),),
    "google_container_cluster": (Rule("min_master_version", "google-kubernetes-engine", whole=True),),
    "google_container_engine_versions": (Rule("version_prefix", "google-kubernetes-engine"),),
    "google_container_node_pool": (Rule("version", "google-kubernetes-engine"),),
    "google_memcache_instance": (Rule("memcache_version", read=_by_product),),
    "google_redis_instance": (Rule("redis_version", read=_by_product),),
    "google_sql_database_instance": _GOOGLE_SQL,
    # Azure.
    "azurerm_app_service": _AZURE_APP,
    "azurerm_container_app": (Rule("template.container.image", read=image),),
    "azurerm_container_group": (Rule("container.image", read=image),),
    "azurerm_function_app": _AZURE_APP,
    "azurerm_kubernetes_cluster": (Rule("kubernetes_version", "azure-kubernetes-service", whole=True),),
    "azurerm_kubernetes_cluster_node_pool": (Rule("orchestrator_version", "azure-kubernetes-service"),),
    "azurerm_kubernetes_service_versions": (Rule("version_prefix", "azure-kubernetes-service"),),
    "azurerm_linux_function_app": _AZURE_APP,
    "azurerm_linux_web_app": _AZURE_APP,
    "azurerm_linux_web_app_slot": _AZURE_APP,
    "azurerm_mariadb_server": (Rule("version", "mariadb", whole=True),),
    "azurerm_mysql_flexible_server": _AZURE_MYSQL,
    "azurerm_mysql_server": _AZURE_MYSQL,
    "azurerm_postgresql_flexible_server": _AZURE_POSTGRESQL,
    "azurerm_postgresql_server": _AZURE_POSTGRESQL,
    "azurerm_redis_cache": (Rule("redis_version", "redis"),),
    "azurerm_windows_function_app": _AZURE_APP,
    "azurerm_windows_web_app": _AZURE_APP,
    # Others.
    "alicloud_cs_managed_kubernetes": (Rule("version", "alibaba-ack", whole=True),),
    "civo_kubernetes_cluster": (Rule("kubernetes_version", "kubernetes", whole=True),),
    "digitalocean_database_cluster": (Rule("version", engine="engine", engines=_DIGITALOCEAN),),
    "digitalocean_droplet": (Rule("image", read=machines.system),),
    "digitalocean_kubernetes_cluster": _KUBERNETES,
    "digitalocean_kubernetes_versions": (Rule("version_prefix", "kubernetes"),),
    "docker_container": (Rule("image", read=image),),
    "docker_image": (Rule("name", read=image),),
    "ec_deployment": (Rule("version", "elasticsearch"),),
    "exoscale_sks_cluster": _KUBERNETES,
    "hcloud_server": (Rule("image", read=machines.system),),
    "linode_instance": (Rule("image", read=machines.system),),
    "linode_lke_cluster": (Rule("k8s_version", "kubernetes", whole=True),),
    "mongodbatlas_advanced_cluster": (Rule("mongo_db_major_version", "mongodb"),),
    "mongodbatlas_cluster": (Rule("mongo_db_major_version", "mongodb"),),
    "oci_containerengine_cluster": (Rule("kubernetes_version", "kubernetes", whole=True),),
    "ovh_cloud_project_kube": _KUBERNETES,
    "rancher2_cluster": (Rule("rke_config.kubernetes_version", "kubernetes"),),
    "scaleway_instance_server": (Rule("image", read=machines.system),),
    "scaleway_k8s_cluster": _KUBERNETES,
    "vultr_kubernetes": _KUBERNETES,
    "yandex_kubernetes_cluster": (Rule("master.version", "kubernetes"),),
    "yandex_mdb_mysql_cluster": (Rule("version", "mysql", whole=True),),
    "yandex_mdb_postgresql_cluster": (Rule("config.version", "postgresql", whole=True),),
    # CloudFormation's own.
    "AWS::EC2::Instance": (Rule("image_id", read=machines.system),),
    "Custom::AWSCDK-EKS-Cluster": (Rule("Config.version", "amazon-eks"),),
    # Modules.
    "Azure/aks/azurerm": (Rule("kubernetes_version", "azure-kubernetes-service"),),
    "terraform-aws-modules/eks/aws": (
        Rule("cluster_version", "amazon-eks"),
        Rule("kubernetes_version", "amazon-eks"),
    ),
    "terraform-aws-modules/elasticache/aws": _CACHE,
    "terraform-aws-modules/lambda/aws": _LAMBDA,
    "terraform-aws-modules/msk-kafka-cluster/aws": (Rule("kafka_version", "amazon-msk"),),
    "terraform-aws-modules/opensearch/aws": (Rule("engine_version", read=_by_product),),
    "terraform-aws-modules/rds-aurora/aws": _DATABASE,
    "terraform-aws-modules/rds/aws": _DATABASE,
    "terraform-google-modules/kubernetes-engine/google": (Rule("kubernetes_version", "google-kubernetes-engine"),),
    "terraform-google-modules/sql-db/google": _GOOGLE_SQL,
}

# What CloudFormation and Pulumi call the same resources.
_SAME: Final = {
    "AWS::AmazonMQ::Broker": "aws_mq_broker",
    "AWS::CodeBuild::Project": "aws_codebuild_project",
    "AWS::DocDB::DBCluster": "aws_docdb_cluster",
    "AWS::ECS::TaskDefinition": "aws_ecs_task_definition",
    "AWS::EKS::Cluster": "aws_eks_cluster",
    "AWS::EKS::Nodegroup": "aws_eks_node_group",
    "AWS::EMR::Cluster": "aws_emr_cluster",
    "AWS::ElastiCache::CacheCluster": "aws_elasticache_cluster",
    "AWS::ElastiCache::ReplicationGroup": "aws_elasticache_replication_group",
    "AWS::ElastiCache::ServerlessCache": "aws_elasticache_serverless_cache",
    "AWS::ElasticBeanstalk::Environment": "aws_elastic_beanstalk_environment",
    "AWS::Elasticsearch::Domain": "aws_elasticsearch_domain",
    "AWS::Glue::Job": "aws_glue_job",
    "AWS::Lambda::Function": "aws_lambda_function",
    "AWS::Lambda::LayerVersion": "aws_lambda_layer_version",
    "AWS::MSK::Cluster": "aws_msk_cluster",
    "AWS::MWAA::Environment": "aws_mwaa_environment",
    "AWS::Neptune::DBCluster": "aws_neptune_cluster",
    "AWS::OpenSearchService::Domain": "aws_opensearch_domain",
    "AWS::RDS::DBCluster": "aws_rds_cluster",
    "AWS::RDS::DBInstance": "aws_db_instance",
    "AWS::RDS::GlobalCluster": "aws_rds_global_cluster",
    "AWS::Serverless::Function": "aws_lambda_function",
    "AWS::Serverless::LayerVersion": "aws_lambda_layer_version",
    "aws:docdb:Cluster": "aws_docdb_cluster",
    "aws:eks:Cluster": "aws_eks_cluster",
    "aws:eks:NodeGroup": "aws_eks_node_group",
    "aws:elasticbeanstalk:Environment": "aws_elastic_beanstalk_environment",
    "aws:elasticache:Cluster": "aws_elasticache_cluster",
    "aws:elasticache:ReplicationGroup": "aws_elasticache_replication_group",
    "aws:elasticsearch:Domain": "aws_elasticsearch_domain",
    "aws:emr:Cluster": "aws_emr_cluster",
    "aws:glue:Job": "aws_glue_job",
    "aws:lambda:Function": "aws_lambda_function",
    "aws:lambda:LayerVersion": "aws_lambda_layer_version",
    "aws:mq:Broker": "aws_mq_broker",
    "aws:msk:Cluster": "aws_msk_cluster",
    "aws:mwaa:Environment": "aws_mwaa_environment",
    "aws:neptune:Cluster": "aws_neptune_cluster",
    "aws:opensearch:Domain": "aws_opensearch_domain",
    "aws:rds:Cluster": "aws_rds_cluster",
    "aws:rds:GlobalCluster": "aws_rds_global_cluster",
    "aws:rds:Instance": "aws_db_instance",
    "azure:appservice:LinuxFunctionApp": "azurerm_linux_function_app",
    "azure:appservice:LinuxWebApp": "azurerm_linux_web_app",
    "azure:containerservice:KubernetesCluster": "azurerm_kubernetes_cluster",
    "azure:mysql:FlexibleServer": "azurerm_mysql_flexible_server",
    "azure:postgresql:FlexibleServer": "azurerm_postgresql_flexible_server",
    "azure:redis:Cache": "azurerm_redis_cache",
    "civo:KubernetesCluster": "civo_kubernetes_cluster",
    "digitalocean:DatabaseCluster": "digitalocean_database_cluster",
    "digitalocean:Droplet": "digitalocean_droplet",
    "digitalocean:KubernetesCluster": "digitalocean_kubernetes_cluster",
    "docker:Container": "docker_container",
    "gcp:alloydb:Cluster": "google_alloydb_cluster",
    "gcp:cloudfunctions:Function": "google_cloudfunctions_function",
    "gcp:cloudfunctionsv2:Function": "google_cloudfunctions2_function",
    "gcp:cloudrun:Service": "google_cloud_run_service",
    "gcp:compute:Instance": "google_compute_instance",
    "gcp:container:Cluster": "google_container_cluster",
    "gcp:container:NodePool": "google_container_node_pool",
    "gcp:redis:Instance": "google_redis_instance",
    "gcp:sql:DatabaseInstance": "google_sql_database_instance",
    "hcloud:Server": "hcloud_server",
    "linode:LkeCluster": "linode_lke_cluster",
}
_AZURE_MACHINES: Final = frozenset(
    {
        "azurerm_linux_virtual_machine",
        "azurerm_linux_virtual_machine_scale_set",
        "azurerm_virtual_machine",
        "azurerm_virtual_machine_scale_set",
        "azurerm_windows_virtual_machine",
    }
)
