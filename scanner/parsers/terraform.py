"""Reads configurations of Terraform and OpenTofu: providers, modules, images, and the versions of what clouds run.

https://developer.hashicorp.com/terraform/language and https://opentofu.org/docs/language/. A variable means its
default, unless `terraform.tfvars` beside the file says otherwise, and a local value what it is set to, where that is
literal. What has to be computed is not known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import helm, managed, oci
from scanner.ecosystems.hashicorp import blocks, configuration, meanings
from scanner.ecosystems.runtimes import asked
from scanner.model import Dependency, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Location, Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""

    def within(root: Node) -> Iterator[Parsed]:
        known = meanings(source, root, ("variables.tf", "locals.tf", "terraform.tfvars"))
        yield from _settings(root, "opentofu" if ".tofu" in source.path.rpartition("/")[2] else "terraform")
        for _, module in blocks(root.get("module")):
            yield from _module(module, known)
        for kind in ("resource", "data"):
            for type_name, named in blocks(root.get(kind)):
                for _, body in blocks(named):
                    yield from _resource(type_name, body, known, asks=kind == "data")

    return configuration(source, within)


def _settings(root: Node, tool: str) -> Iterator[Parsed]:
    for block in root.get("terraform").each():
        wanted = block.get("required_version")
        if wanted.text:
            yield asked(tool, wanted.text, wanted.place())
        for providers in block.get("required_providers").each():
            for name, provider in providers.members():
                yield from _provider(name, provider)
    for name, provider in blocks(root.get("provider")):
        if provider.get("version").text:
            yield from _provider(name, provider, at_key=True)


# Providers and modules.


def _provider(name: str, node: Node, *, at_key: bool = False) -> Iterator[Parsed]:
    # Without a source it is HashiCorp's; before there were sources, a text was the version.
    at, version = node.get("source"), node if node.text else node.get("version")
    address = at.text.strip() or name
    found = re.fullmatch(r"(?:([\w.:-]+)/)??(?:([\w-]+)/)?([\w-]+)", address)
    if found is None:
        yield Problem(f"{quoted(address)} is no address of a provider.", at.place())
        return
    host, namespace, short = found[1] or "", found[2] or "hashicorp", found[3]
    if namespace == "builtin" or (not at.text and short == "terraform"):
        return
    # The public registries are `registry.` and the name of the tool.
    known = not host or re.fullmatch(r"registry\.\w+\.\w+", host) is not None
    location = node.key_place if at_key or not at.text else at.place(found.start(3), found.end(3))
    yield from _package(short, namespace if known else f"{host}/{namespace}", version, location)


def _package(name: str, namespace: str, version: Node, location: Location) -> Iterator[Parsed]:
    text = version.text.strip()
    pin = re.fullmatch(r"=?\s*v?([0-9]+(?:\.[0-9]+){2}(?:[-+][\w.+-]*)?)", text)
    try:
        purl = make("terraform", name, pin[1] if pin else None, namespace)
        yield Dependency(purl, location, None if pin else text or None, direct=True)
    except ValueError:
        yield Problem(f"Nothing can be named {quoted(f'{namespace}/{name}')}.", location)


def _module(module: Node, known: Known) -> Iterator[Parsed]:
    at = module.get("source")
    text = at.text.strip()
    if text.startswith((".", "/")) or "${" in text:
        return
    found = re.fullmatch(_REGISTRY, text)
    if found:
        # No purl type for modules is registered; what is proposed writes them like this.
        host = found[1] if found[1] and re.fullmatch(r"registry\.\w+\.\w+", found[1]) is None else None
        namespace = "/".join(part for part in (host, found[3], found[4]) if part)
        yield from _package(found[5], namespace, module.get("version"), at.place(found.start(2), found.end(2)))
        yield from managed.services(found[2], module, known)
        return
    found = re.search(_GITHUB, text)
    if found:
        ref = re.search(r"[?&]ref=([\w.+/-]+)", text)
        # A branch moves; what has a number in it, or is a commit, does not.
        version = ref[1] if ref and re.search(r"[0-9]\.|^v[0-9]|^[0-9a-f]{40}$", ref[1]) else None
        purl = make("github", found[2], version, found[1])
        yield Dependency(
            purl, at.place(found.start(1), found.end(2)), ref[1] if ref and not version else None, direct=True
        )


# Resources.


def _resource(kind: str, body: Node, known: Known, *, asks: bool) -> Iterator[Parsed]:
    yield from managed.services(kind, body, known, asks=asks)
    if kind == "helm_release":
        yield from _chart(body)
    elif kind.startswith("kubernetes_"):
        yield from _images(_contained(body), known)
    elif kind == "aws_ecs_task_definition":
        yield from _in_text(body.get("container_definitions"))


def _chart(body: Node) -> Iterator[Parsed]:
    chart, version = body.get("chart"), body.get("version").text.strip()
    found = re.fullmatch(r"(?:oci://[\w.:/-]+/|[a-z0-9-]+/)?([A-Za-z0-9][\w-]*)", chart.text.strip())
    if found and not chart.text.startswith("."):
        yield helm.asked(found[1], version, chart.place(*found.span(1)))


def _contained(body: Node) -> Iterator[Node]:
    for table in body.tables():
        keys = [key for key in table.path[-2:] if isinstance(key, str)]
        if keys and keys[-1] in _CONTAINERS:
            yield table.get("image")


def _images(nodes: Iterable[Node], known: Known) -> Iterator[Parsed]:
    for node in nodes:
        for text, at in known(node) if node.text else ():
            found = managed.image(text, at.place())
            if found:
                yield found


def _in_text(node: Node) -> Iterator[Parsed]:
    # Task definitions are JSON in a text.
    for found in re.finditer(r'"image"\s*:\s*"([^"\s]+)"', node.text):
        image = oci.image(found[1], node.place(*found.span(1)))
        if isinstance(image, Dependency):
            yield image


def _mark(head: bytes) -> bool:
    two = rb'(?:resource|data)[ \t]+"[a-z]+_\w+"[ \t]+"[\w-]+"'
    one = rb'(?:module|output|provider|variable)[ \t]+"[\w-]+"'
    return re.search(rb"(?m)^(?:%b|%b|terraform|locals)[ \t]*\{" % (two, one), head) is not None


_REGISTRY: Final = r"(?:([\w-]+(?:\.[\w-]+)+(?::[0-9]+)?)/)?(([\w-]+)/([\w-]+)/([\w-]+))(?://.*)?"
_GITHUB: Final = r"github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?=//|\?|$)"
_CONTAINERS: Final = frozenset({"container", "containers", "init_container", "initContainers", "ephemeralContainers"})

PARSER: Final = Parser(
    id="terraform",
    title="Terraform or OpenTofu configuration",
    globs=("*.tf", "*.tofu", "*.tf.json", "*.tofu.json"),
    spec="https://developer.hashicorp.com/terraform/language",
    parse=parse,
    mark=_mark,
    pinned_by=(".terraform.lock.hcl",),
)
