"""Reads what a gem asks for in its `*.gemspec`, as far as it is literal; it is never run.

https://docs.ruby-lang.org/en/3.4/Gem/Specification.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.ecosystems import gems
from scanner.model import Dependency, Kind, Scope
from scanner.plugin import Parser
from scanner.purl import make
from scanner.syntax import ruby

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source
    from scanner.syntax.ruby import Call


def parse(source: Source) -> Iterator[Parsed]:
    """Read the gems and the Ruby version in file order; what several branches of the file say counts once."""
    seen: set[tuple[str, str | None]] = set()
    for call in ruby.calls(source.text):
        scope = _SCOPES.get(call.name)
        if scope is not None:
            for value in gems.gem(source, call, scope):
                if not isinstance(value, Dependency):
                    yield value
                elif (key := (value.purl, value.requirement)) not in seen:
                    seen.add(key)
                    yield value
        elif call.name in {"required_ruby_version=", "required_ruby_version"}:
            yield from _ruby(source, call)


def _ruby(source: Source, call: Call) -> Iterator[Parsed]:
    texts = [text for argument in call.arguments for text in argument]
    if texts:
        version, requirement = gems.wanted(texts)
        yield Dependency(
            purl=make("generic", "ruby", version),
            location=source.span(texts[0].start, texts[0].end),
            requirement=requirement,
            kind=Kind.RUNTIME,
            direct=True,
        )


def _mark(head: bytes) -> bool:
    return b"Gem::Specification.new" in head


_SCOPES: Final = {
    "add_dependency": Scope.RUNTIME,
    "add_runtime_dependency": Scope.RUNTIME,
    "add_development_dependency": Scope.DEV,
}

PARSER: Final = Parser(
    id="gemspec",
    title="Ruby gem specification",
    globs=("*.gemspec",),
    spec="https://docs.ruby-lang.org/en/3.4/Gem/Specification.html",
    parse=parse,
    mark=_mark,
    pinned_by=("Gemfile.lock", "gems.locked"),
)
