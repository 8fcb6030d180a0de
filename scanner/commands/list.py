"""`eolscan list [PATH]...`: what the parsers see, every dependency with its place, no verdicts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner import config, console, plugin
from scanner.corridor import Request, dependencies
from scanner.model import ScanError
from scanner.plugin import Command

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from scanner.plugin import World

_OPTIONS: Final = ("format", "exclude", "allow-empty", "strict", "color")


def configure(parser: ArgumentParser) -> None:
    """Add what a list can be asked for."""
    parser.add_argument("inputs", nargs="*", metavar="PATH|PURL|-", help="what to list; default: this directory")
    config.add_options(parser, _OPTIONS)
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing on standard error but errors")


def run(arguments: Namespace, world: World) -> int:
    """List the dependencies; 2 when a named input could not be read."""
    inputs = tuple(arguments.inputs) or (".",)
    settings = config.settings(vars(arguments), world.environ, config.start(inputs, world.cwd))
    render_list = plugin.reporter(settings.format).render_list
    if render_list is None:
        msg = f"The format {settings.format!r} shows findings only; list dependencies as table or json."
        raise ScanError(msg)
    request = Request(inputs=inputs, cwd=world.cwd, stdin=world.stdin.read, exclude=settings.exclude)
    found, reading = dependencies(request, allow_empty=settings.allow_empty)
    world.stdout.write(render_list(found, reading.problems, console.style(world, settings.color)))
    world.stdout.flush()
    if settings.format != "table" and not arguments.quiet:
        console.tell(world, reading.problems)
    unread = console.tell_unread(world, reading.inputs)
    return 2 if unread or (settings.policy.strict and reading.problems) else 0


COMMAND: Final = Command(
    summary="List what the parsers see: every dependency with its place, no verdicts.",
    usage="[OPTIONS] [PATH | PURL | -]...",
    configure=configure,
    run=run,
)
