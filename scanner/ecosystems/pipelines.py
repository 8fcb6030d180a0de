"""What the files of CI services and platforms share: values with their places, variables, versions, images, systems."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from scanner import decode
from scanner.ecosystems import oci
from scanner.ecosystems.runtimes import asked, is_open
from scanner.model import Dependency, Kind, Location, Problem, Scope
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.yaml import Path, Places


class Node(NamedTuple):
    """A value of a document, and the path that leads to it."""

    value: object
    path: Path
    places: Places

    def get(self, *keys: str) -> Node:
        """Follow keys; what is not there has the value None."""
        value = self.value
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return Node(value, (*self.path, *keys), self.places)

    def members(self) -> Iterator[tuple[str, Node]]:
        """Return the entries of a table; nothing is in what is none."""
        for key, value in self.value.items() if isinstance(self.value, dict) else ():
            yield key, Node(value, (*self.path, key), self.places)

    def each(self) -> Iterator[Node]:
        """Return the items of a list; what is no list stands for itself, where it is anything."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(value, (*self.path, index), self.places)
        elif self.value is not None:
            yield self

    def tables(self) -> Iterator[Node]:
        """Return every table that stands below this value, itself the first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node.value, dict):
                yield node
                waiting += [below for _, below in reversed(list(node.members()))]
            elif isinstance(node.value, list):
                waiting += reversed(list(node.each()))

    @property
    def text(self) -> str:
        """The value as text; empty where it is none."""
        return self.value if isinstance(self.value, str) else ""

    @property
    def key_place(self) -> Location:
        """The place of the key that leads here."""
        path = self.path
        while path and isinstance(path[-1], int):
            path = path[:-1]  # an item has none, but its list has
        return self.places.key(path)

    def place(self, start: int = 0, end: int | None = None) -> Location:
        """Place a part of the text, or the key where the text is not found."""
        found = self.places.text(self.path, self.text, start, end)
        return found if found.line is not None else self.key_place


class Meaning(NamedTuple):
    """What a text means when its variables have values, and where that stands."""

    text: str
    at: Node


# Returns all that the text of a value may mean.
Known: TypeAlias = "Callable[[Node], Sequence[tuple[str, Node]]]"


def plainly(node: Node) -> list[Meaning]:
    """Take a text as it stands, where there are no variables."""
    return [Meaning(node.text, node)]


def read(source: Source, what: str, within: Callable[[Node], Iterable[Parsed]]) -> Iterator[Parsed]:
    """Read the documents of a file, and return what a reader finds in each in the order of its places, once each."""
    from scanner.syntax.yaml import documents

    try:
        for document in documents(source):
            decode.table(document.value, what)
            yield from in_order(within(Node(document.value, (), document.places)))
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))


def in_order(found: Iterable[Parsed]) -> list[Parsed]:
    """Sort what was found by its places; what several jobs share is one."""
    return sorted(dict.fromkeys(found), key=_order)


def _order(value: Parsed) -> tuple[bool, int, int]:
    _, line, column, _ = value.location
    return line is None, line or 0, column or 0


# Versions.


def versions(node: Node, tool: str, known: Known | None = None, scope: Scope = Scope.BUILD) -> Iterator[Parsed]:
    """Read a version, or each of a list of them."""
    for item in list(node.each())[:_LARGEST]:
        if not item.text.strip():
            if item.value is not None:
                yield Problem(f"The version of {quoted(tool)} is no text.", item.key_place)
            continue
        for text, at in (known or plainly)(item):
            number = text if at.places.quoted(at.path) or text != at.text else as_number(text.strip(), tool)
            if number != text:
                yield Problem(f"Without quotes, {text} is the number {number}.", at.place())
            yield asked(tool, number.strip(), at.place(), scope)


def as_number(text: str, tool: str) -> str:
    """Return what YAML makes of a version without quotes: 3.1 of `3.10`; 3 of `3.0`, which most take for 3.0 still."""
    match = re.fullmatch(r"([0-9]{1,9})\.([0-9]{0,9}?)0{1,9}", text)
    if match is None or (not match[2] and tool != "ruby"):
        return text
    return f"{match[1]}.{match[2]}" if match[2] else match[1]


def variables(node: Node, used: str = "") -> Iterator[Parsed]:
    """Read the variables that name the version of a runtime (`NODE_VERSION`) and are not used in a text."""
    for key, whole in node.members():
        tool, value = VARIABLES.get(key.upper()), whole.get("value") if isinstance(whole.value, dict) else whole
        if tool and not re.search(rf"\b{re.escape(key)}\b", used):
            text = value.text.strip()
            if text and (is_open(text) or re.match(r"[vV]?[0-9]", text)):
                yield asked(tool, text, value.place(), Scope.BUILD)


# Images and systems.


def image(node: Node, known: Known, scope: Scope = Scope.BUILD) -> Iterator[Parsed]:
    """Read the image that a text, or a table with a name, tells."""
    for key in ("name", "image"):
        if isinstance(node.value, dict) and key in node.value:
            node = node.get(key)
    for text, at in known(node) if node.text.strip() else ():
        yield oci.image(text, at.place(), scope)


def system(node: Node, text: str | None = None) -> Iterator[Dependency]:
    """Read the operating system that a label names: `ubuntu-20.04`, `ubuntu-2004:2023.07.1`, `windows-2019`."""
    text = node.text if text is None else text
    for pattern, name in _SYSTEMS:
        found = re.match(pattern, text.strip(), re.IGNORECASE)
        if found:
            version = found[1] if len(found[1]) != len("2204") or name != "ubuntu" else f"{found[1][:2]}.{found[1][2:]}"
            purl = make("generic", name, version.lower())
            yield Dependency(purl, node.place(), kind=Kind.OS, scope=Scope.BUILD, direct=True)
            return


# Variables in texts.


def resolved(node: Node, pattern: str, values: Mapping[str, Sequence[Node]], depth: int = 0) -> list[Meaning]:
    """Return all that a text may mean, and where each is written.

    `pattern` finds variables; the last group that took part is the name. What a text is that is a variable and
    nothing else stands where the variable has its value. One of which nothing is known stays as it is.
    """
    whole = re.fullmatch(rf"\s*(?:{pattern})\s*", node.text)
    if whole and depth < _DEEPEST:
        known = values.get(_name(whole), ())
        every = (one for at in known for one in resolved(at, pattern, values, depth + 1))
        return list(islice(every, _LARGEST)) or [Meaning(node.text, node)]
    found = [node.text]
    for match in islice(re.finditer(pattern, node.text[:_LONGEST]), _MOST):
        texts = [at.text for at in values.get(_name(match), ())[:_LARGEST] if 0 < len(at.text) <= _LONGEST]
        if texts:
            found = [one.replace(match[0], text) for one in found for text in texts][:_LARGEST]
    return [Meaning(text, node) for text in found]


def _name(match: re.Match[str]) -> str:
    return match[match.lastindex or 0]


# A matrix makes no more jobs than this; what is longer was built to cost time.
_LARGEST: Final = 256
# Variables in one text, and variables that stand for variables.
_MOST: Final = 8
_LONGEST: Final = 1024
_DEEPEST: Final = 4

# The first that fits counts.
_SYSTEMS: Final = (
    (r"ubuntu[- ]?(?:server-)?([0-9]{2}\.?[0-9]{2})", "ubuntu"),
    (r"(precise|trusty|xenial|bionic|focal|jammy|noble)$", "ubuntu"),
    (r"macos-([0-9]+(?:\.[0-9]+)?)", "macos"),
    (r"(?:windows-(?:server-)?|vs[0-9]+-win)([0-9]{4})", "windows-server"),
)

# Variables that services and people name versions by, without regard to case.
VARIABLES: Final = {
    "BUN_VERSION": "bun",
    "DENO_VERSION": "deno",
    "DOTNET_SDK_VERSION": "dotnet",
    "DOTNET_VERSION": "dotnet",
    "ELIXIR_VERSION": "elixir",
    "ERLANG_VERSION": "erlang",
    "GOLANG_VERSION": "go",
    "GO_VERSION": "go",
    "GRADLE_VERSION": "gradle",
    "JAVA_VERSION": "java",
    "MAVEN_VERSION": "maven",
    "NODEJS_VERSION": "nodejs",
    "NODE_VERSION": "nodejs",
    "OTP_VERSION": "erlang",
    "PHP_VERSION": "php",
    "PNPM_VERSION": "pnpm",
    "PYTHON_VERSION": "python",
    "RUBY_VERSION": "ruby",
    "RUST_VERSION": "rust",
    "TERRAFORM_VERSION": "terraform",
    "YARN_VERSION": "yarn",
}
