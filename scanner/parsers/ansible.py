"""Reads what content for Ansible asks for: roles and collections of `requirements.yml` and their own metadata.

https://docs.ansible.com/projects/ansible/latest/galaxy/user_guide.html and
https://docs.ansible.com/projects/ansible/latest/dev_guide/collections_galaxy_meta.html. There is no purl type for what
Ansible Galaxy publishes: roles and collections are known by their names. What comes from GitHub has a purl.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.decode import ShapeError
from scanner.ecosystems.pipelines import Node, in_order
from scanner.model import Dependency, Kind, Location, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax.yaml import documents
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    try:
        for document in documents(source):
            yield from in_order(_document(Node(document.value, (), document.places)))
    except ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def _document(root: Node) -> Iterator[Parsed]:
    if isinstance(root.value, list):  # before there were collections, a list of roles was all
        yield from _entries(root, "role")
        return
    yield from _entries(root.get("roles"), "role")
    yield from _entries(root.get("collections"), "collection")
    yield from _core(root.get("requires_ansible"), "")
    # A role's own metadata, and a collection's.
    yield from _core(root.get("galaxy_info", "min_ansible_version"), ">=")
    dependencies = root.get("dependencies")
    if isinstance(dependencies.value, list):
        yield from _entries(dependencies, "role")
    for name, version in dependencies.members():
        yield _named(name, version.text, version.key_place)


def _entries(node: Node, what: str) -> Iterator[Parsed]:
    for entry in node.each() if isinstance(node.value, list) else ():
        name = next(
            (entry.get(key) for key in ("src", "source", "role", "name") if _names(entry.get(key), what)), entry
        )
        if name.text.strip():
            version = entry.get("version")
            yield _entry(name, version.text or entry.get("scm_version").text)
        elif isinstance(entry.value, dict) and "include" in entry.value:
            continue
        else:
            yield Problem(f"This {what} has no name.", entry.place() if entry.text else _place(entry))


def _names(node: Node, what: str) -> bool:
    # A collection's source is the server that has it, and its name may be an address.
    return bool(node.text) and not (what == "collection" and node.path[-1] in {"src", "source"})


def _place(entry: Node) -> Location:
    first = next(entry.members(), None)
    return first[1].key_place if first else entry.key_place


def _entry(name: Node, version: str) -> Parsed:
    # `src,version,name` in one text is the oldest way to write it.
    text, _, rest = name.text.strip().partition(",")
    version = version or rest.partition(",")[0]
    found = re.search(r"github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?:/|,|#|$)", text)
    if found is None:
        return _named(text, version, name.place(0, len(text)))
    pin = re.fullmatch(_PIN, version)
    purl = make("github", found[2], version if pin else None, found[1])
    start = name.text.index(text)
    place = name.place(start + found.start(1), start + found.end(2))
    return Dependency(purl, place, None if pin else version or None, direct=True)


def _named(name: str, version: str, place: Location) -> Parsed:
    if re.fullmatch(r"[\w-]+(?:\.[\w-]+){0,2}", name) is None:
        if re.match(r"(?:git\+|https?:|git@|ssh:|file:|\.|/)", name):
            name, requirement = name.rpartition("/")[2], version or None
            return Dependency("", place, requirement, direct=True, label=(name, None))
        return Problem(f"{quoted(name)} is no name of a role or collection.", place)
    pin = version if re.fullmatch(_PIN, version) else None
    requirement = version if version not in {"", "*"} and not pin else None
    return Dependency("", place, requirement, direct=True, label=(name, pin))


def _core(node: Node, sign: str) -> Iterator[Parsed]:
    text = node.text.strip()
    if not text:
        return
    if re.match(r"[<>=!~^0-9]", text) is None:
        yield Problem(f"{quoted(text)} is no version of 'ansible-core'.", node.place())
        return
    requirement = text if text[0] in "<>=!~^" else f"{sign or '=='}{text}"
    yield Dependency(make("generic", "ansible-core"), node.place(), requirement, Kind.RUNTIME, direct=True)


def _mark(head: bytes) -> bool:
    if re.search(rb"(?m)^requires_ansible:|^galaxy_info:", head):
        return True
    entry = rb"[ \t]*- +(?:(?:name|role|src|source|version): *\S|[\w-]+\.[\w-]+[ \t]*[\r\n])"
    listed = rb"(?m)^(?:roles|collections):[ \t]*(?:#.*)?[\r\n]+(?:[ \t]*(?:#.*)?[\r\n]+)*" + entry
    alone = rb"(?:\s*(?:#.*)?[\r\n]+)*(?:---.*[\r\n]+)?(?:\s*(?:#.*)?[\r\n]+)*- +src: *\S"
    galaxy = all(re.search(rb"(?m)^%b:" % key, head) for key in (b"namespace", b"name", b"version", b"authors"))
    return galaxy or re.search(listed, head) is not None or re.match(alone, head) is not None


_PIN: Final = r"=?=?\s*(?:v?[0-9]+(?:\.[0-9]+)+(?:[-+][\w.+-]+)?|[0-9a-f]{40})"

PARSER: Final = Parser(
    id="ansible",
    title="Ansible requirements and metadata",
    globs=(
        "?requirements.yml",
        "collections/requirements.yaml",
        "roles/requirements.yaml",
        "?galaxy.yml",
        "meta/runtime.yml",
        "meta/main.yml",
    ),
    spec="https://docs.ansible.com/projects/ansible/latest/galaxy/user_guide.html",
    parse=parse,
    mark=_mark,
)
