"""Reads templates of Packer: the version of Packer, its plugins, and the images that others are built from.

https://developer.hashicorp.com/packer/docs/templates/hcl_templates. A variable means its default.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import machines, managed
from scanner.ecosystems.hashicorp import blocks, configuration, meanings
from scanner.ecosystems.runtimes import asked
from scanner.model import Dependency, Problem, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.ecosystems.pipelines import Known, Node
    from scanner.model import Location, Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""

    def within(root: Node) -> Iterator[Parsed]:
        known = meanings(source, root, ("variables.pkr.hcl", "locals.pkr.hcl"))
        for block in root.get("packer").each():
            wanted = block.get("required_version")
            if wanted.text:
                yield asked("packer", wanted.text, wanted.place(), Scope.BUILD)
            for plugins in block.get("required_plugins").each():
                for _, plugin in plugins.members():
                    yield from _plugin(plugin)
        for kind, named in blocks(root.get("source")):
            for _, body in blocks(named):
                yield from _builder(kind, body, known)

    return configuration(source, within)


def _plugin(plugin: Node) -> Iterator[Parsed]:
    # The source is the repository of the plugin, without what every such repository's name begins with.
    at, version = plugin.get("source"), plugin.get("version").text.strip()
    found = re.fullmatch(r"github\.com/([\w.-]+)/([\w.-]+)", at.text.strip())
    if found:
        pin = re.fullmatch(r"=?\s*v?([0-9]+\.[0-9]+\.[0-9]+)", version)
        purl = make("github", f"packer-plugin-{found[2]}", f"v{pin[1]}" if pin else None, found[1])
        place = at.place(*found.span(2))
        yield Dependency(purl, place, None if pin else version or None, scope=Scope.BUILD, direct=True)
    elif at.text:
        yield Problem(f"{quoted(at.text)} is no source of a plugin.", at.place())


def _builder(kind: str, body: Node, known: Known) -> Iterator[Parsed]:
    readers = {"image": managed.image} if kind == "docker" else dict.fromkeys(_NAMING, _system)
    nodes = [(node, read) for key, read in readers.items() for node in body.get(key).each()]
    for block in body.get("source_ami_filter").each():
        nodes += [(filters.get("name"), _system) for filters in block.get("filters").each()]
    for node, read in nodes:
        for text, at in known(node):
            found = read(text, at.place())
            if found:
                yield found._replace(scope=Scope.BUILD)
    offer, sku = body.get("image_offer"), body.get("image_sku")
    system = machines.azure(offer.text, sku.text, sku.place()) if offer.text and sku.text else None
    if system:
        yield system._replace(scope=Scope.BUILD)


def _system(text: str, place: Location) -> Dependency | None:
    # Of an address, the name of the file says which system it is.
    return machines.system(text.rpartition("/")[2] if "://" in text else text, place)


def _mark(head: bytes) -> bool:
    return re.search(rb'(?m)^(?:packer[ \t]*\{|source[ \t]+"[a-z][\w-]*"[ \t]+"[\w.-]+"[ \t]*\{)', head) is not None


# The attributes that name what is built upon, whoever builds.
_NAMING: Final = (
    "image",
    "iso_url",
    "iso_urls",
    "source_image",
    "source_image_family",
    "source_image_name",
    "source_path",
)

PARSER: Final = Parser(
    id="packer",
    title="Packer template",
    globs=("*.pkr.hcl", "*.pkr.json"),
    spec="https://developer.hashicorp.com/packer/docs/templates/hcl_templates",
    parse=parse,
    mark=_mark,
)
