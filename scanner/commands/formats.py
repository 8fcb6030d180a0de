"""`eolscan formats`: the formats read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import plugin
from scanner.model import ScanError
from scanner.plugin import Command

if TYPE_CHECKING:
    from scanner.options import Given
    from scanner.plugin import World


# Names that are more are variants of these; docs/formats.md has them all.
_SHOWN: Final = 4


def run(given: Given, world: World) -> int:
    """Print both lists, made from the folders of parsers and reporters."""
    if given.inputs:
        msg = "`eolscan formats` takes no arguments."
        raise ScanError(msg)
    parsers = map(plugin.parser, plugin.names("parsers"))
    read = [(parser.id, f"{parser.title}: {_names(parser.globs)}") for parser in parsers]
    written = [(name, plugin.reporter(name).title) for name in plugin.names("reporters")]
    width = max(len(name) for name, _ in (*read, *written))
    for heading, rows in (("read", read), ("written (-f FORMAT, -o FORMAT=FILE)", written)):
        world.stdout.write(f"Formats {heading}:\n")
        for name, text in rows:
            world.stdout.write(f"  {name:<{width}}  {text}\n")
    return 0


def _names(globs: tuple[str, ...]) -> str:
    names = [glob.removeprefix("?") for glob in globs if not glob.startswith("!")]
    return ", ".join((*names[:_SHOWN], "…") if len(names) > _SHOWN else names)


COMMAND: Final = Command(summary="List the formats read and written.", usage="", options=(), run=run)
