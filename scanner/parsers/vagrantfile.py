"""Reads a `Vagrantfile`: the boxes that machines are made from, the images of containers, and the version of Vagrant.

https://developer.hashicorp.com/vagrant/docs/vagrantfile. It is a program in Ruby, which is not run: what is written out
in it counts. Of boxes there is no purl; well-known ones tell the operating system in them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import machines, managed
from scanner.ecosystems.runtimes import asked
from scanner.model import Dependency, Kind, Problem, Scope
from scanner.plugin import Parser
from scanner.syntax.ruby import Text, calls
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Location, Parsed
    from scanner.source import Source
    from scanner.syntax.ruby import Call


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in file order."""
    # The names that a block gives its values say nothing, and a line may end with them.
    text = re.sub(r"\bdo[ \t]*\|[^|\r\n]*\|", lambda found: "do".ljust(len(found[0])), source.text)
    provider = ""
    given: dict[str, Text] = {}
    for call in calls(text):
        texts = [text for argument in call.arguments[:1] for text in argument]
        if call.name == "provider":
            provider = texts[0].value if texts else ""
        elif call.name == "box=" and not texts:
            texts = list(_computed(text, call.end, given))
        elif len(texts) == 1:
            given[call.name] = texts[0]
        if len(texts) == 1:
            yield from _said(call, texts[0].value, source.span(texts[0].start, texts[0].end), provider)


def _computed(text: str, start: int, given: dict[str, Text]) -> Iterator[Text]:
    # What counts where nobody sets a variable, or what a constant was set to.
    found = _default().match(text, start)
    if found and found["name"]:
        yield from filter(None, [given.get(f"{found['name']}=")])
    elif found:
        group = "second" if found["first"] is None else "first"
        yield Text(found[group], *found.span(group))


def _said(call: Call, text: str, place: Location, provider: str) -> Iterator[Parsed]:
    if call.name == "box=":
        yield _box(text, place)
    elif call.name == "require_version":
        yield asked("vagrant", text, place, Scope.DEV)
    elif call.name == "image=":
        # Containers have references, and machines of clouds have names.
        found = managed.image(text, place) if provider == "docker" else machines.system(text, place)
        if found:
            yield found._replace(scope=Scope.DEV)


def _box(text: str, place: Location) -> Dependency | Problem:
    publisher, _, _ = text.rpartition("/")
    if re.fullmatch(r"(?:[\w.-]+/)?[\w.-]+", text) is None:
        return Problem(f"{quoted(text)} is no name of a box.", place)
    system = machines.system(text, place, Scope.DEV) if not publisher or publisher.lower() in _PUBLISHERS else None
    if system is not None:
        return system
    return Dependency("", place, kind=Kind.IMAGE, scope=Scope.DEV, direct=True, label=(text, None))


@cache
def _default() -> re.Pattern[str]:
    # `ENV.fetch("BOX", "…")`, `ENV["BOX"] || "…"`, `ENV["BOX"] ? … : "…"`, `BOX`.
    fetched = r"ENV\.fetch\([^,\r\n]*,[ \t]*[\"'](?P<first>[\w./-]+)[\"']\)"
    otherwise = r"ENV\[[^\r\n]*?(?:\|\||[ \t]:)[ \t]*[\"'](?P<second>[\w./-]+)[\"'][ \t]*\r?$"
    return re.compile(rf"[ \t]*=[ \t]*(?:{fetched}|{otherwise}|(?P<name>[A-Za-z_]\w*)[ \t]*\r?$)", re.MULTILINE)


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^\s*Vagrant\.configure\b", head) is not None


# Those who publish systems as they are, under names that say which.
_PUBLISHERS: Final = frozenset(
    {
        "alpine",
        "almalinux",
        "bento",
        "centos",
        "chef",
        "cloud-image",
        "debian",
        "fedora",
        "freebsd",
        "generic",
        "hashicorp",
        "opensuse",
        "oraclelinux",
        "roboxes",
        "rockylinux",
        "ubuntu",
    }
)

PARSER: Final = Parser(
    id="vagrantfile",
    title="Vagrantfile",
    globs=("Vagrantfile",),
    spec="https://developer.hashicorp.com/vagrant/docs/vagrantfile",
    parse=parse,
    mark=_mark,
)
