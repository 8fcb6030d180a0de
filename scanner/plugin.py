"""What a parser, a reporter and a command are, and how a folder of them is found.

The folder is the registry: a module in `parsers/`, `reporters/` or `commands/` is a plugin, and
one that lacks its constant stops the program. Nothing is listed by hand. A run imports only the plugins
that it uses; `claims` tells which parser that is.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from typing import BinaryIO, TextIO

    from scanner.model import Dependency, Parsed, Passed, Problem, Report
    from scanner.options import Given, Option
    from scanner.source import Source


_HERE = os.path.dirname(__file__)


class Parser(NamedTuple):
    """Reads one input format.

    A glob (`*` is the only wildcard, and stays within a name) without `/` is matched against the file's
    name, one with `/` against the end of its path; one that begins with `!` takes names out, and one that
    begins with `?` is for names that say little (`?*.yaml`): it claims nothing, but what `mark` recognises is
    read, where no parser that claims the name recognises it. `mark` looks at the first bytes: it tells formats
    that share a name apart, and finds the format of input whose name says nothing.

    In a tree that is walked, a file is passed over where one that it `yields_to` stands in its folder
    (`go.sum` beside `go.mod`), and of a manifest what a lockfile in its folder or above pins, one of
    `pinned_by`, is left to that lockfile; `<stem>` stands for the manifest's own name without its ending, and a file
    is no lockfile of itself.
    """

    id: str
    title: str
    globs: tuple[str, ...]
    spec: str
    parse: Callable[[Source], Iterable[Parsed | Passed]]
    mark: Callable[[bytes], bool]
    yields_to: tuple[str, ...] = ()
    pinned_by: tuple[str, ...] = ()


class Style(NamedTuple):
    """How text may look where it goes: the width in columns (None: any), and whether colour is welcome."""

    width: int | None = None
    color: bool = False


class Reporter(NamedTuple):
    """Writes one output format; `render_list` shows bare dependencies where the format can.

    `needs_components` asks for every component with its verdict, whatever the policy lists, and
    `needs_originals` for the bytes of the inputs that are in one of these formats.
    """

    id: str
    title: str
    render: Callable[[Report, Style], str]
    render_list: Callable[[Sequence[Dependency], Sequence[Problem], Style], str] | None = None
    needs_components: bool = False
    needs_originals: frozenset[str] = frozenset()


class World(NamedTuple):
    """Everything outside that a command may touch; `cli` fills it in, and so can a test.

    `style` is what standard output can show.
    """

    stdin: BinaryIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    today: date
    cwd: str
    style: Style = Style()


class Command(NamedTuple):
    """One command of the command line; `usage` follows its name in the help, `run` returns the exit code."""

    summary: str
    usage: str
    options: tuple[Option, ...]
    run: Callable[[Given, World], int]


@cache
def names(folder: str) -> tuple[str, ...]:
    """List the plugins of a folder (`parsers`, `reporters`, `commands`), sorted.

    An output format is written with `-` where its module has `_`.
    """
    stems = [name[:-3] for name in os.listdir(os.path.join(_HERE, folder)) if name.endswith(".py")]
    hyphen = "-" if folder == "reporters" else "_"
    return tuple(sorted(stem.replace("_", hyphen) for stem in stems if not stem.startswith("_")))


def parser(name: str) -> Parser:
    """Return one parser of `names("parsers")`."""
    return _constant("parsers", name, "PARSER", Parser)


def reporter(name: str) -> Reporter:
    """Return one reporter, `_` and `-` being alike in its name; `ScanError` names the formats there are."""
    if name.replace("_", "-") not in names("reporters"):
        from difflib import get_close_matches

        close = get_close_matches(name, names("reporters"), n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        msg = f"There is no output format {name!r}.{hint} The formats are: {', '.join(names('reporters'))}."
        raise ScanError(msg)
    return _constant("reporters", name.replace("-", "_"), "REPORTER", Reporter)


def command(name: str) -> Command:
    """Return one command of `names("commands")`."""
    return _constant("commands", name, "COMMAND", Command)


_Plugin = TypeVar("_Plugin", Parser, Reporter, Command)


def _constant(folder: str, name: str, constant: str, kind: type[_Plugin]) -> _Plugin:
    plugin = getattr(import_module(f"scanner.{folder}.{name}"), constant, None)
    if not isinstance(plugin, kind):
        msg = f"scanner/{folder}/{name}.py has no {constant}: a module in {folder}/ is a plugin."
        raise TypeError(msg)
    return plugin
