"""`eolscan formats`: the formats read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import plugin
from scanner.layout import indented, wrapped
from scanner.model import ScanError
from scanner.plugin import Command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.options import Given
    from scanner.plugin import Style, World


# Names that are more are variants of these; docs/formats.md has them all.
_SHOWN: Final = 4
# Where there is less room beside the names, texts stand below them.
_ROOM_BESIDE: Final = 30


def run(given: Given, world: World) -> int:
    """Print both lists, made from the folders of parsers and reporters."""
    if given.inputs:
        msg = "`eolscan formats` takes no arguments."
        raise ScanError(msg)
    parsers = map(plugin.parser, plugin.names("parsers"))
    read = [(parser.id, f"{parser.title}: {_names(parser.globs)}") for parser in parsers]
    written = [(name, plugin.reporter(name).title) for name in plugin.names("reporters")]
    column = max(len(name) for name, _ in (*read, *written)) + 4
    for heading, rows in (("read", read), ("written (-f FORMAT, -o FORMAT=FILE)", written)):
        world.stdout.writelines(f"{line}\n" for line in wrapped(f"Formats {heading}:", world.style.width))
        for name, text in rows:
            world.stdout.writelines(f"{line}\n" for line in _lines(name, text, column, world.style))
    return 0


def _lines(name: str, text: str, column: int, style: Style) -> Iterator[str]:
    """Set a text beside a name, or below it, in the width of the window."""
    if style.width is None or style.width - column >= _ROOM_BESIDE:
        first, *more = wrapped(text, style.width and style.width - column)
        yield f"  {name:<{column - 2}}{first}"
        yield from (f"{' ' * column}{line}" for line in more)
    else:
        yield f"  {name}"
        yield from indented(text, 4, style)


def _names(globs: tuple[str, ...]) -> str:
    names = [glob.removeprefix("?") for glob in globs if not glob.startswith("!")]
    return ", ".join((*names[:_SHOWN], "…") if len(names) > _SHOWN else names)


COMMAND: Final = Command(summary="List the formats read and written.", usage="", options=(), run=run)
