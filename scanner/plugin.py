"""What a parser, a reporter and a command are, and how a folder of them is found.

The folder is the registry: a module in `parsers/`, `reporters/` or `commands/` is a plugin, and
one that lacks its constant stops the program. Nothing is listed by hand.

A run imports only the plugins that it uses. Which names a parser claims is compiled beside the product
data, when a wheel is built, and in a checkout whenever a parser changed.
"""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from scanner.model import ScanError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date
    from typing import BinaryIO, TextIO

    from scanner.model import Dependency, Parsed, Problem, Report
    from scanner.options import Given, Option
    from scanner.source import Source


_HERE = os.path.dirname(__file__)
_COMPILED = os.path.join(_HERE, "_data", "parsers.txt")


class Parser(NamedTuple):
    """Reads one input format.

    A glob (`*` is the only wildcard, and stays within a name) without `/` is matched against the file's
    name, one with `/` against the end of its path; one that begins with `!` takes names out. `mark`
    looks at the first bytes: it tells formats that share a name apart, and finds the format of input
    whose name says nothing.
    """

    id: str
    title: str
    globs: tuple[str, ...]
    spec: str
    parse: Callable[[Source], Iterable[Parsed]]
    mark: Callable[[bytes], bool]


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
    """One command of the command line; `usage` follows its name in the help, `run` returns the exit code."""

    summary: str
    usage: str
    options: tuple[Option, ...]
    run: Callable[[Given, World], int]


@cache
def names(folder: str) -> tuple[str, ...]:
    """List the plugins of a folder (`parsers`, `reporters`, `commands`), sorted."""
    stems = (name[:-3] for name in os.listdir(os.path.join(_HERE, folder)) if name.endswith(".py"))
    return tuple(sorted(stem for stem in stems if not stem.startswith("_")))


def parser(name: str) -> Parser:
    """Return one parser of `names("parsers")`."""
    return _constant("parsers", name, "PARSER", Parser)


def claimants(path: str) -> list[str]:
    """Return the ids of the parsers that claim the name of a path with `/`."""
    segments = path.split("/")
    return [name for name, globs in _globs().items() if _claims(globs, segments)]


def parser_of(path: str, head: bytes) -> Parser | None:
    """Choose the parser for a file by its name, and by its first bytes where names do not decide."""
    claiming = claimants(path)
    if len(claiming) == 1:
        return parser(claiming[0])
    candidates = (parser(name) for name in claiming or names("parsers"))
    return next((candidate for candidate in candidates if candidate.mark(head)), None)


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


def compile_globs() -> str:
    """Return the names that every parser claims, a line for each parser, after a line that tells their age."""
    lines = ("\t".join((name, *parser(name).globs)) for name in names("parsers"))
    return "\n".join((_age(), *lines, ""))


@cache
def _globs() -> Mapping[str, Sequence[str]]:
    try:
        with open(_COMPILED, encoding="utf-8") as file:
            age, *lines = file.read().splitlines()
    except OSError:
        age, lines = "", []
    # An installed package does not change; only a checkout has products/ beside it.
    if not lines or (os.path.isdir(os.path.join(_HERE, os.pardir, "products")) and age != _age()):
        _, *lines = _recompiled().splitlines()
    return {name: globs for name, *globs in (line.split("\t") for line in lines)}


def _recompiled() -> str:
    text = compile_globs()
    unfinished = f"{_COMPILED}.{os.getpid()}"
    with suppress(OSError):  # a checkout that cannot be written to is compiled on every run
        os.makedirs(os.path.dirname(_COMPILED), exist_ok=True)
        with open(unfinished, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(unfinished, _COMPILED)
    return text


def _age() -> str:
    with os.scandir(os.path.join(_HERE, "parsers")) as entries:
        modules = sorted((entry.name, entry.stat().st_mtime_ns) for entry in entries if entry.name.endswith(".py"))
    return " ".join(f"{name}:{changed}" for name, changed in modules)


def _claims(globs: Sequence[str], segments: Sequence[str]) -> bool:
    claimed = False
    for glob in globs:
        wanted = glob.removeprefix("!").split("/")
        ending = segments[-len(wanted) :]
        if len(ending) == len(wanted) and all(map(fits, ending, wanted)):
            if glob.startswith("!"):
                return False
            claimed = True
    return claimed


_Plugin = TypeVar("_Plugin", Parser, Reporter, Command)


def _constant(folder: str, name: str, constant: str, kind: type[_Plugin]) -> _Plugin:
    plugin = getattr(import_module(f"scanner.{folder}.{name}"), constant, None)
    if not isinstance(plugin, kind):
        msg = f"scanner/{folder}/{name}.py has no {constant}: a module in {folder}/ is a plugin."
        raise TypeError(msg)
    return plugin
