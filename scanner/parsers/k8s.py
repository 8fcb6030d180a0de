"""Reads the container images of Kubernetes manifests: workloads, lists of them, and custom resources.

https://kubernetes.io/docs/reference/kubernetes-api/. Names say nothing here: a document with `apiVersion` and `kind` is
a manifest, and no other is. Templates of Helm charts become manifests when they are rendered, and not before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems import kubernetes
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.yaml import documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Document


def parse(source: Source) -> Iterator[Parsed]:
    """Read the images document by document; what several places repeat by an alias stands in one."""
    if "mage" not in source.text:
        return  # many manifests name none, and some of those are large
    try:
        for document in documents(source):
            yield from dict.fromkeys(_document(document))
    except ShapeError as error:
        if not kubernetes.is_template(source.text):
            yield Problem(str(error), Location(source.path, error.line, error.column))


def _document(document: Document) -> Iterator[Parsed]:
    value, places = document
    if not isinstance(value, dict):
        return
    version, kind = value.get("apiVersion"), value.get("kind")
    if not isinstance(version, str) or version.startswith(("kustomize.", "skaffold/")):
        return
    if isinstance(kind, str) and kind not in _WITHOUT_IMAGES:
        yield from kubernetes.images(value, (), places)


def _mark(head: bytes) -> bool:
    if b"apiVersion" not in head:
        return False
    template = rb"\{\{-?\s*(?:[.$][A-Za-z]|if|include|with|range|define|template|/\*)"
    others = rb"(?m)^[\"']?apiVersion[\"']?:\s*[\"']?(?:skaffold/|kustomize\.)"
    if re.search(template, head) or re.search(others, head):
        return False
    # In YAML at the beginning of a line, or in JSON right inside of the first brace.
    block = rb"(?m)^(?:\xef\xbb\xbf)?[\"']?(?:%b)[\"']?:[ \t]+[\"']?\w"
    if all(re.search(block % key, head) for key in (b"apiVersion", b"kind")):
        return True
    member = rb"\s*\"(?:apiVersion|kind)\"\s*:\s*\"[^\"]+\"\s*,"
    return re.match(rb"\s*\{(?:%b){2}" % member, head) is not None


# What describes other resources, or holds text that is none.
_WITHOUT_IMAGES: Final = frozenset({"CustomResourceDefinition", "ConfigMap", "Secret"})

PARSER: Final = Parser(
    id="k8s",
    title="Kubernetes manifest",
    globs=("?*.yaml", "?*.yml"),
    spec="https://kubernetes.io/docs/reference/kubernetes-api/",
    parse=parse,
    mark=_mark,
)
