"""`eolscan list [PATH]...`: what the parsers see, every dependency with its place, no verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import config, console, plugin
from scanner.corridor import dependencies
from scanner.model import ScanError
from scanner.options import Option
from scanner.plugin import Command
from scanner.reading import Request

if TYPE_CHECKING:
    from scanner.options import Given
    from scanner.plugin import World

OPTIONS: Final = (
    *config.options("format", "exclude", "allow-empty", "strict", "color"),
    Option("quiet", bool, "say nothing on standard error but errors", "-q"),
)


def run(given: Given, world: World) -> int:
    """List the dependencies; 2 when a named input could not be read."""
    inputs = given.inputs or (".",)
    settings = config.settings(given.flags, world.environ, config.start(inputs, world.cwd), world.cwd)
    render_list = plugin.reporter(settings.format).render_list
    if render_list is None:
        msg = f"The format {settings.format!r} shows findings only; list dependencies as table or json."
        raise ScanError(msg)
    with console.Progress(world, quiet="quiet" in given.flags) as progress:
        request = Request(inputs, world.cwd, world.stdin.read, settings.exclude, progress=progress)
        found, reading = dependencies(request, allow_empty=settings.allow_empty)
    world.stdout.write(render_list(found, reading.problems, console.style(world, settings.color)))
    world.stdout.flush()
    if settings.format != "table" and "quiet" not in given.flags:
        console.tell(world, reading.problems)
    unread = console.tell_unread(world, reading.inputs)
    return 2 if unread or (settings.policy.strict and reading.problems) else 0


COMMAND: Final = Command(
    summary="List what the parsers see: every dependency with its place, no verdicts.",
    usage="[OPTIONS] [PATH | PURL | -]...",
    options=OPTIONS,
    run=run,
)
