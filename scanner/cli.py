"""The front door: arguments, streams, environment and clock go in, the exit code comes out.

0: nothing fails the policy; 1: a finding does; 2: the scan could not be made.
"""

from __future__ import annotations

import gc
import os
import sys

from scanner.about import NAME, VERSION

# Not from `typing`, which alone would cost `eolscan --version` more than all it does.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from scanner.plugin import Command, Style, World

DEFAULT_COMMAND = "scan"

_INTERRUPTED = 130  # as shells count it: 128 + SIGINT


def main() -> NoReturn:
    """Run the program and end the process; bad input ends in a sentence, never in a traceback."""
    if sys.argv[1:] == ["--version"]:
        # Asked by many scripts and answered without loading anything.
        print(NAME, VERSION)  # noqa: T201 -- this is the front door
        sys.exit(0)
    # This process ends soon. Looking for cyclic garbage, and taking every object apart at the end,
    # would cost a small scan a quarter of its time; the system takes all of it back at once.
    gc.disable()
    _open_streams()
    code = guarded(sys.argv[1:], _world())
    sys.stderr.flush()
    os._exit(code)


def guarded(arguments: Sequence[str], world: World) -> int:
    """Run one command; what goes wrong is said on standard error."""
    from scanner.model import ScanError

    try:
        code = run(arguments, world)
        # Here, where a full disk and a closed pipe are still told.
        world.stdout.flush()
    except ScanError as error:
        return _told(world, str(error))
    except BrokenPipeError:
        return _told(world, "The report was cut: what reads the output closed it early.")
    except OSError as error:
        return _told(world, f"The output cannot be written: {error.strerror or error}.")
    except KeyboardInterrupt:
        _told(world, "Interrupted.")
        return _INTERRUPTED
    return code


def run(arguments: Sequence[str], world: World) -> int:
    """Choose the command, read its options, and let it work in the given world."""
    from scanner import options, plugin

    name, rest = DEFAULT_COMMAND, list(arguments)
    if rest and rest[0] in plugin.names("commands"):
        name = rest.pop(0)
    command = plugin.command(name)
    given = options.read(rest, (options.HELP, *command.options))
    if "help" in given.flags:
        world.stdout.write(_help(name, command, world))
        return 0
    return command.run(given, world)


def _help(name: str, command: Command, world: World) -> str:
    from scanner import options, plugin

    program, summary = f"{NAME} {name}", command.summary
    if name == DEFAULT_COMMAND:
        others = ", ".join(other for other in plugin.names("commands") if other != DEFAULT_COMMAND)
        program = NAME
        summary += f"\n\nOther commands: {others}; `{NAME} COMMAND --help` tells about each."
    width = min(world.style.width or 100, 100)
    return options.help_text(f"{program} {command.usage}", summary, (options.HELP, *command.options), width)


def _told(world: World, sentence: str) -> int:
    from scanner import console

    console.say(world, sentence)
    return 2


def _open_streams() -> None:
    # Python has None for what was closed before it began; a report may still go to files.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 -- open to the end


def _world() -> World:
    from datetime import date
    from io import TextIOWrapper

    from scanner.plugin import World

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name that the terminal's encoding lacks is shown as an escape, not a crash.
            stream.reconfigure(errors="backslashreplace")
    return World(
        stdin=sys.stdin.buffer,
        stdout=sys.stdout,
        stderr=sys.stderr,
        environ=os.environ,
        today=date.today(),  # noqa: DTZ011 -- the user's day is what counts
        cwd=os.getcwd(),
        style=_style(os.environ),
    )


def _style(environ: Mapping[str, str]) -> Style:
    """Find out what standard output can show; https://no-color.org and https://force-color.org are obeyed."""
    from scanner.plugin import Style

    terminal = sys.stdout.isatty()
    color = terminal and environ.get("TERM") != "dumb"
    if environ.get("NO_COLOR"):
        color = False
    elif environ.get("FORCE_COLOR"):
        color = True
    if not terminal:
        return Style(width=None, color=color)
    columns = environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns) > 0:
        return Style(width=int(columns), color=color)
    return Style(width=os.get_terminal_size(sys.stdout.fileno()).columns or 80, color=color)
