"""Reads `.terraform.lock.hcl`, the providers that Terraform or OpenTofu has chosen.

https://developer.hashicorp.com/terraform/language/files/dependency-lock. The purl type `terraform` is none that is
registered; tools that write it name a provider as its address does: `pkg:terraform/hashicorp/aws@5.31.0`, where
the registry that needs not be named in a configuration is left out.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from scanner.model import Dependency, Problem
from scanner.plugin import Parser
from scanner.purl import make
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the providers in file order; one that cannot be read is a problem of its own."""
    text = source.text
    heads = list(_head().finditer(text))
    yield from _strays(source, 0, heads[0].start() if heads else len(text))
    for index, head in enumerate(heads):
        limit = heads[index + 1].start() if index + 1 < len(heads) else len(text)
        end = _end().search(text, head.end(), limit)
        if end is None:
            yield Problem(f"The block of {quoted(head[1])} has no end.", source.span(*head.span(1)))
            continue
        texts = dict(_attribute().findall(text, head.end(), end.start()))
        yield _provider(source, head[1], head.start(1), texts)
        yield from _strays(source, end.end(), limit)


def _strays(source: Source, start: int, end: int) -> Iterator[Problem]:
    for match in _stray().finditer(source.text, start, end):
        yield Problem("This is no line of a lockfile of Terraform.", source.span(*match.span(1)))


def _provider(source: Source, address: str, start: int, texts: dict[str, str]) -> Parsed:
    host, _, rest = address.partition("/")
    namespace, _, name = rest.partition("/")
    location = source.span(start + len(address) - len(name), start + len(address))
    if re.fullmatch(r"[\w.:-]+/[\w-]+/[\w-]+", address) is None:
        return Problem(f"{quoted(address)} is no address of a provider.", source.span(start, start + len(address)))
    version = texts.get("version")
    if version is not None and re.fullmatch(r"[0-9]+(?:\.[0-9]+)*(?:[-+][\w.+-]*)?", version) is None:
        return Problem(f"{quoted(version)} is no version of a provider.", location)
    # The public registries are `registry.` and the name of the tool.
    known = re.fullmatch(r"registry\.\w+\.\w+", host) is not None
    return Dependency(
        purl=make("terraform", name, version, namespace if known else f"{host}/{namespace}"),
        location=location,
        requirement=texts.get("constraints") if version is None else None,
    )


def _mark(head: bytes) -> bool:
    pattern = rb'(?m)^provider[ \t]+"[\w.:-]+/[\w-]+/[\w-]+"[ \t]*\{\s*(?:version|constraints|hashes|\})'
    return re.search(pattern, head) is not None


@cache
def _head() -> re.Pattern[str]:
    return re.compile(r'(?:^|(?<=\r))[ \t\ufeff]*+provider[ \t]+"([^"\r\n]*)"[ \t]*\{', re.MULTILINE)


@cache
def _attribute() -> re.Pattern[str]:
    return re.compile(r'(?:^|(?<=\r))[ \t]*+(\w+)[ \t]*=[ \t]*"([^"\r\n]*)"', re.MULTILINE)


@cache
def _end() -> re.Pattern[str]:
    # At the beginning of a line, or at once.
    return re.compile(r"(?:^|(?<=[\r{]))[ \t]*\}", re.MULTILINE)


@cache
def _stray() -> re.Pattern[str]:
    # Neither blank nor a comment.
    return re.compile(r"(?:^|(?<=\r))[ \t\ufeff]*+(?!\#|//)([^\s\ufeff][^\r\n]*)", re.MULTILINE)


PARSER: Final = Parser(
    id="terraform_lock",
    title="Terraform lockfile",
    globs=(".terraform.lock.hcl",),
    spec="https://developer.hashicorp.com/terraform/language/files/dependency-lock",
    parse=parse,
    mark=_mark,
)
