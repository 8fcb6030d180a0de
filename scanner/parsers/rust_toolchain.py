"""Reads `rust-toolchain.toml` and the older `rust-toolchain`, which may hold a channel and nothing else.

https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import decode
from scanner.ecosystems.runtimes import asked, listed
from scanner.model import Location, Problem
from scanner.plugin import Parser
from scanner.syntax.toml import Places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model import Parsed
    from scanner.source import Source


def parse(source: Source) -> Iterator[Parsed]:
    """Read the channel; a toolchain that lies in a folder has none."""
    if "[" not in source.text and not source.path.endswith(".toml"):
        yield from listed(source, "rust")
        return
    try:
        document = decode.from_toml(source.text)
        toolchain = decode.table(document.get("toolchain"), "The table 'toolchain'")
    except decode.ShapeError as error:
        yield Problem(str(error), Location(source.path, error.line, error.column))
        return
    channel, places = toolchain.get("channel"), Places(source)
    if isinstance(channel, str):
        yield asked("rust", channel, places.text(_CHANNEL, channel))
    elif channel is not None:
        yield Problem("The channel is no text.", places.key(_CHANNEL))


def _mark(head: bytes) -> bool:
    return b"[toolchain]" in head and b"channel" in head


_CHANNEL: Final = ("toolchain", "channel")

PARSER: Final = Parser(
    id="rust_toolchain",
    title="Rust toolchain",
    globs=("rust-toolchain.toml", "rust-toolchain"),
    spec="https://rust-lang.github.io/rustup/overrides.html#the-toolchain-file",
    parse=parse,
    mark=_mark,
)
