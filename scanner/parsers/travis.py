"""Reads `.travis.yml`: the versions of languages that a project is tested with, databases, and the system below.

https://docs.travis-ci.com/user/languages/ and https://config.travis-ci.com.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems.pipelines import plainly, read, system, versions
from scanner.plugin import Parser

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.ecosystems.pipelines import Node
    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read everything in the order of its places."""
    return read(source, "The configuration", _configuration)


def _configuration(root: Node) -> Iterator[Parsed]:
    yield from _entry(root)
    for jobs in (root.get("matrix"), root.get("jobs")):
        entries = jobs.get("include") if isinstance(jobs.value, dict) else jobs
        for entry in entries.each():
            yield from _entry(entry)


def _entry(entry: Node) -> Iterator[Parsed]:
    for key, tool in _LANGUAGES.items():
        yield from versions(entry.get(key), tool, _java if tool == "java" else plainly)
    for label in (*entry.get("dist").each(), *entry.get("os").each()):
        yield from system(label)
    addons = entry.get("addons")
    for addon in ("postgresql", "mariadb"):
        yield from versions(addons.get(addon), addon)


def _java(node: Node) -> Sequence[tuple[str, Node]]:
    # Travis has had OpenJDK from several builders, and Oracle's own.
    text = re.sub(r"^openjdk-?(?=[0-9])", "", node.text.strip())
    return [(re.sub(r"^oraclejdk-?(?=[0-9])", "oracle-", text), node)]


def _mark(head: bytes) -> bool:
    return re.search(rb"(?m)^language:", head) is not None and (
        re.search(
            rb"(?m)^(?:script|install|before_install|matrix|jobs|dist|sudo|env|after_success|node_js|rvm|python|jdk|php|"
            rb"os|cache|go|otp_release|before_script|branches|rust|services|notifications|addons):",
            head,
        )
        is not None
    )


_LANGUAGES: Final = {
    "crystal": "crystal",
    "dart": "dart",
    "dotnet": "dotnet",
    "elixir": "elixir",
    "ghc": "ghc",
    "go": "go",
    "haxe": "haxe",
    "jdk": "java",
    "julia": "julia",
    "node_js": "nodejs",
    "otp_release": "erlang",
    "perl": "perl",
    "php": "php",
    "python": "python",
    "r": "r",
    "ruby": "ruby",
    "rust": "rust",
    "rvm": "ruby",
    "scala": "scala",
}

PARSER: Final = Parser(
    id="travis",
    title="Travis CI configuration",
    globs=(".travis.yml", ".travis.yaml"),
    spec="https://config.travis-ci.com",
    parse=parse,
    mark=_mark,
)
