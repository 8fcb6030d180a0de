"""What Ruby projects ask for: the `gem` of a Gemfile with the groups around it, and the like in a gemspec.

https://bundler.io/man/gemfile.5.html, https://docs.ruby-lang.org/en/3.4/Gem/Specification.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from scanner.model import Dependency, Problem, Scope
from scanner.purl import make
from scanner.syntax import ruby
from scanner.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.ruby import Call, Text

# What the groups that no production machine installs are called; every other name is a project's own.
_DEV_GROUPS = frozenset({"ci", "dev", "development", "doc", "docs", "lint", "test", "testing", "tests"})


class Asked(NamedTuple):
    """A `gem` or `ruby` of a Gemfile; `local` where a folder of the project holds the gem."""

    call: Call
    scope: Scope
    local: bool


class Wanted(NamedTuple):
    """Versions of one thing: `version` where exactly one is asked for, else the `requirement` as written."""

    version: str | None
    requirement: str | None


def asked(text: str) -> Iterator[Asked]:
    """Yield what a Gemfile asks for, in its order, as far as it is literal."""
    blocks: list[tuple[Scope, bool]] = []
    scope, local = Scope.RUNTIME, False
    for call in ruby.calls(text):
        if call.closes:
            scope, local = blocks.pop() if blocks else (Scope.RUNTIME, False)
        elif call.opens:
            blocks.append((scope, local))
            scope = _scope([text for texts in call.arguments for text in texts]) if call.name == "group" else scope
            local = local or call.name == "path"
        elif call.name in {"gem", "ruby"}:
            groups = [text for key in ("group", "groups") for text in call.options.get(key, ())]
            yield Asked(call, _scope(groups) if groups else scope, local or "path" in call.options)


def gem(source: Source, call: Call, scope: Scope) -> Iterator[Parsed]:
    """Read one call that asks for a gem."""
    if not call.arguments or not call.arguments[0]:
        if is_broken(source.text, call):
            yield Problem("The name of this gem cannot be read.", source.span(call.start, call.end))
        return
    (name, *_), *rest = call.arguments
    location = source.span(name.start, name.end)
    if not is_name(name.value):
        yield Problem(f"No gem can be named {quoted(name.value)}.", location)
        return
    version, requirement = wanted([text for texts in rest for text in texts])
    yield Dependency(
        purl=make("gem", name.value, version),
        location=location,
        requirement=requirement,
        scope=scope,
        direct=True,
    )


def locked_ruby(manifest: Source) -> str | None:
    """Return the version of Ruby that the lockfile beside a Gemfile tells; None for another engine than Ruby's own."""
    name = manifest.path.rpartition("/")[2]
    lockfile = manifest.beside("gems.locked" if name == "gems.rb" else f"{name}.lock")
    found = re.search(r"(?m)^RUBY VERSION\r?\n +ruby ([0-9.]+)(?:p[0-9]+)?\r?$", lockfile.text) if lockfile else None
    return found[1] if found else None


def scopes(lockfile: Source) -> dict[str, list[Scope]]:
    """Return what the gems are for that the Gemfile beside a lockfile names."""
    name = lockfile.path.rpartition("/")[2]
    manifest = lockfile.beside("gems.rb" if name == "gems.locked" else name.removesuffix(".lock"))
    found: dict[str, list[Scope]] = {}
    if manifest is not None and name.endswith((".lock", ".locked")):
        for gem in asked(manifest.text):
            if gem.call.name == "gem" and gem.call.arguments and gem.call.arguments[0]:
                found.setdefault(gem.call.arguments[0][0].value, []).append(gem.scope)
    return found


def is_name(name: str) -> bool:
    """Tell whether a gem can have this name."""
    return re.fullmatch(r"[A-Za-z0-9._-]*[A-Za-z0-9][A-Za-z0-9._-]*", name) is not None


def is_broken(text: str, call: Call) -> bool:
    """Tell whether a quote behind a call is not closed; what is only computed is no mistake."""
    end = text.find("\n", call.end)
    line = text[call.end : end if end >= 0 else None]
    quote = line.lstrip(" \t(")[:1]
    return quote in {'"', "'"} and line.count(quote) % 2 == 1


def wanted(texts: list[Text]) -> Wanted:
    """Read requirements, all of which must hold."""
    requirements = [text.value.strip() for text in texts]
    pin = re.fullmatch(r"=?\s*([0-9]+(?:\.[0-9A-Za-z]+)*)", requirements[0]) if len(requirements) == 1 else None
    return Wanted(pin[1], None) if pin else Wanted(None, ", ".join(requirements) or None)


def _scope(groups: list[Text]) -> Scope:
    return Scope.DEV if groups and _DEV_GROUPS.issuperset(group.value for group in groups) else Scope.RUNTIME
