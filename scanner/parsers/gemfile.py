"""Reads the gems and the Ruby that a `Gemfile` asks for, as far as they are literal; it is never run.

https://bundler.io/man/gemfile.5.html. Gems of a path are the project's own. Which Ruby the project runs on, the
lockfile beside it tells exactly.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.ecosystems import gems
from scanner.model import Dependency, Kind
from scanner.plugin import Parser
from scanner.purl import make

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.ruby import Call


def parse(source: Source) -> Iterator[Parsed]:
    """Read the gems in file order, each with the groups of the blocks around it."""
    for asked in gems.asked(source.text):
        if asked.call.name == "ruby":
            yield from _ruby(source, asked.call)
        elif not asked.local:
            yield from gems.gem(source, asked.call, asked.scope)


def _ruby(source: Source, call: Call) -> Iterator[Parsed]:
    engine = call.options.get("engine", ())
    name = engine[0].value.lower() if engine else "ruby"
    # Another engine has versions of its own; that of the language says nothing of its age.
    texts = [text for argument in call.arguments for text in argument]
    if name != "ruby":
        texts = list(call.options.get("engine_version", ()))
    locked = gems.locked_ruby(source) if name == "ruby" else None
    if not gems.is_name(name) or not (texts or locked):
        return
    plain = [text._replace(value=re.sub(r"-?p[0-9]+$", "", text.value)) for text in texts]
    version, requirement = (locked, None) if locked else gems.wanted(plain)
    yield Dependency(
        purl=make("generic", name, version),
        # `ruby file: ".ruby-version"` has its version elsewhere.
        location=source.span(texts[0].start, texts[0].end) if texts else source.span(call.start, call.end),
        requirement=requirement,
        kind=Kind.RUNTIME,
        direct=True,
    )


def _mark(head: bytes) -> bool:
    return re.search(rb"""(?m)^[ \t]*(?:gem|source)[ \t(]+["'][^"'\n]+["']|^gemspec\b""", head) is not None


PARSER: Final = Parser(
    id="gemfile",
    title="Ruby Gemfile",
    globs=("Gemfile", "gems.rb", "*.gemfile"),
    spec="https://bundler.io/man/gemfile.5.html",
    parse=parse,
    mark=_mark,
    pinned_by=("Gemfile.lock", "gems.locked", "*.gemfile.lock"),
)
