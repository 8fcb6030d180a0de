"""How JavaScript projects ask for packages: `^1.2`, `npm:name@1`, `jsr:@scope/name@1`, addresses and folders.

https://github.com/npm/npm-package-arg, https://yarnpkg.com/protocols, https://pnpm.io/aliases and
https://docs.deno.com/runtime/fundamentals/modules.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from scanner.ecosystems import npm
from scanner.purl import make

_LOCAL = ("workspace:", "file:", "link:", "portal:", "exec:", ".", "/", "~/")


class Asked(NamedTuple):
    """A package that is asked for; `start` and `end` are where its name stands in the text, if it does."""

    purl: str
    requirement: str | None
    start: int = 0
    end: int = 0


def read(name: str, text: str) -> Asked | None:
    """Read what stands beside a name in a manifest; None for what lies in the project's own folders.

    Raises ValueError when no package can have the name.
    """
    wanted = text.strip()
    if wanted.startswith(_LOCAL):
        return None
    if (match := _protocol().match(text)) is not None:
        return _named(match, name)
    if _address().match(wanted):
        return Asked(npm.purl(name), None)
    version = exact(wanted)
    return Asked(npm.purl(name, version), None if version else wanted or None)


def specifier(text: str) -> Asked | None:
    """Read a specifier as Deno has them, which holds the name too; None when it is none of npm and jsr.

    Raises ValueError when no package can have the name.
    """
    match = _protocol().match(text)
    return None if match is None or match["kind"] == "patch:" else _named(match, "")


def exact(wanted: str) -> str | None:
    """Return the version when a range lets exactly one in: `1.2.3`, `=1.2.3`, `v1.2.3`."""
    match = _exact().fullmatch(wanted)
    return match[1] if match else None


def jsr(name: str, version: str | None = None) -> str:
    """Write the purl of a package of the JavaScript Registry. Raises ValueError for what can be no name."""
    scope, _, bare = name.rpartition("/")
    if not scope.startswith("@") or not bare:
        message = f"{name!r} is no name of a package."
        raise ValueError(message)
    return make("jsr", bare, version, scope)


def _named(match: re.Match[str], key: str) -> Asked:
    rest = match.string[match.end() :]
    found = _name().match(match.string, match.end())
    # `npm:^1.2` and `npm:1.2` tell no name.
    if found is None or not (found["range"] or found[0].startswith("@") or found[0][:1].isalpha()):
        return _asked(match["kind"], key, rest, (0, 0))
    wanted = found["range"] or ""
    if match["kind"] == "patch:":
        from urllib.parse import unquote

        wanted = unquote(wanted.partition("#")[0]).removeprefix("npm:")
    elif "||" not in wanted:
        wanted = wanted.partition("/")[0]  # Deno lets a path into the package follow
    return _asked(match["kind"], found["name"], wanted, found.span("name"))


def _asked(kind: str, name: str, wanted: str, span: tuple[int, int]) -> Asked:
    version = exact(wanted.strip())
    purl = jsr(name, version) if kind == "jsr:" else npm.purl(name, version)
    return Asked(purl, None if version else wanted.strip() or None, *span)


@cache
def _protocol() -> re.Pattern[str]:
    return re.compile(r"\s*(?P<kind>npm:|jsr:|patch:)/?")


@cache
def _name() -> re.Pattern[str]:
    return re.compile(r"(?P<name>(?:@[^@/\s]+/)?[^@/\s]+)(?:@(?P<range>.*)|/.*)?\Z", re.DOTALL)


@cache
def _address() -> re.Pattern[str]:
    # A repository or an archive; `catalog:` leads to a range elsewhere in the project.
    return re.compile(r"(?!catalog:)(?:[a-z][a-z0-9+.-]*:|git@|[\w.-]+/[\w.-])", re.IGNORECASE)


@cache
def _exact() -> re.Pattern[str]:
    return re.compile(r"[=v\s]*(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)", re.ASCII)
