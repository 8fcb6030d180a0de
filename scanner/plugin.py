"""What a parser, a reporter and a command are, and how a folder of them is found.

The folder is the registry: a module in `parsers/`, `reporters/` or `commands/` is a plugin, and
one that lacks its constant stops the program. Nothing is listed by hand.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from scanner.model import ScanError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from typing import BinaryIO, TextIO

    from scanner.model import Dependency, Parsed, Problem, Report
    from scanner.source import Source


class Parser(NamedTuple):
    """Reads one input format.

    A glob (`*` is the only wildcard) without `/` is matched against the file's name, one with `/`
    against the end of its path. `mark` looks at the first bytes: it tells formats that share a
    name apart, and finds the format of input whose name says nothing.
    """

    id: str
    title: str
    globs: tuple[str, ...]
    spec: str
    parse: Callable[[Source], Iterable[Parsed]]
    mark: Callable[[bytes], bool]

    def claims(self, path: str) -> bool:
        """Tell whether a path with `/` bears a name of this format."""
        name = path.rpartition("/")[2]
        return any(fits("/" + path, "*/" + glob) if "/" in glob else fits(name, glob) for glob in self.globs)


class Style(NamedTuple):
    """How text may look where it goes: the width in columns (None: any), and whether colour is welcome."""

    width: int | None = None
    color: bool = False


class Reporter(NamedTuple):
    """Writes one output format; `render_list` shows bare dependencies where the format can."""

    id: str
    title: str
    render: Callable[[Report, Style], str]
    render_list: Callable[[Sequence[Dependency], Sequence[Problem], Style], str] | None = None


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
    """One command of the command line; `run` returns the exit code."""

    summary: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, World], int]


@cache
def names(folder: str) -> tuple[str, ...]:
    """List the plugins of a folder (`parsers`, `reporters`, `commands`), sorted."""
    here = os.path.join(os.path.dirname(__file__), folder)
    stems = (name[:-3] for name in os.listdir(here) if name.endswith(".py"))
    return tuple(sorted(stem for stem in stems if not stem.startswith("_")))


@cache
def parsers() -> Mapping[str, Parser]:
    """Return every parser by its id."""
    return {name: _constant("parsers", name, "PARSER", Parser) for name in names("parsers")}


def parser_of(path: str, head: bytes) -> Parser | None:
    """Choose the parser for a file by its name, and by its first bytes where names do not decide."""
    by_name = [parser for parser in parsers().values() if parser.claims(path)]
    if len(by_name) == 1:
        return by_name[0]
    return next((parser for parser in by_name or parsers().values() if parser.mark(head)), None)


def reporter(name: str) -> Reporter:
    """Return one reporter; `ScanError` names the formats there are."""
    if name not in names("reporters"):
        known = ", ".join(names("reporters"))
        msg = f"There is no output format {name!r}. The formats are: {known}."
        raise ScanError(msg)
    return _constant("reporters", name, "REPORTER", Reporter)


def command(name: str) -> Command:
    """Return one command of `names("commands")`."""
    return _constant("commands", name, "COMMAND", Command)


def fits(text: str, glob: str) -> bool:
    """Tell whether a whole text fits a glob in which `*` stands for any text, `/` included.

    Every name of a scanned tree is tried against every glob; this is several times faster than
    `fnmatch`, which compiles a regular expression for each.
    """
    first, *rest = glob.split("*")
    if not rest:
        return text == glob
    *middle, last = rest
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        position = text.find(part, position, end)
        if position < 0:
            return False
        position += len(part)
    return True


_Plugin = TypeVar("_Plugin", Parser, Reporter, Command)


def _constant(folder: str, name: str, constant: str, kind: type[_Plugin]) -> _Plugin:
    plugin = getattr(import_module(f"scanner.{folder}.{name}"), constant, None)
    if not isinstance(plugin, kind):
        msg = f"scanner/{folder}/{name}.py has no {constant}: a module in {folder}/ is a plugin."
        raise TypeError(msg)
    return plugin
